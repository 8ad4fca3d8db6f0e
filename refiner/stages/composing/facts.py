"""What the timeline and the extractions say, in the words of the refined life: event labels, verdicts, names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from refiner.config import Config, Persona, Trait
from refiner.edits import in_force
from refiner.language.handles import within_handle
from refiner.language.inflect import match_case
from refiner.language.name_seeds import name_seeds
from refiner.language.names import from_canon
from refiner.models import (
    Bearing,
    Edit,
    Event,
    Extraction,
    Medium,
    Note,
    Observation,
    Person,
    Retraction,
    Timeline,
    TraitVerdict,
)
from refiner.stages.composing.text import words
from refiner.stages.composing.wording import her_words

GONE = ("NOT", "RETRACTED")  # dead: never said in the present


@dataclass(frozen=True)
class Life:
    """All that the parts of `compose` share."""

    config: Config
    timeline: Timeline
    notes: Mapping[str, Note]
    edits: Mapping[str, Sequence[Edit]]
    events: Mapping[str, Event]
    people: tuple[Person, ...]
    media: tuple[Medium, ...]
    observations: tuple[Observation, ...] = ()
    retractions: tuple[Retraction, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)  # event id -> refined label, where it is safe to say
    name: str = ""
    bearings: Mapping[str, Sequence[Bearing]] = field(default_factory=dict)  # on the important traits, by note path

    @property
    def first(self) -> str:
        return self.name.split()[0] if self.name else next((n for n in self.config.persona.after.nicknames if n), "")

    def verdict(self, trait: str) -> str:
        found = self.timeline.verdict(trait)
        return found.verdict if found else "UNKNOWN"

    def dead(self) -> list[Trait]:
        return [t for t in self.config.traits if self.verdict(t.id) in GONE]

    def taught(self, *verdicts: str) -> list[tuple[Trait, TraitVerdict]]:
        """The important traits with one of these verdicts, the most important first."""
        pairs = [(t, v) for t in self.config.important if (v := self.timeline.verdict(t.id)) and v.verdict in verdicts]
        return sorted(pairs, key=lambda p: (-p[0].importance, p[0].id))


def life_of(
    notes: Sequence[Note],
    edits: Mapping[str, Sequence[Edit]],
    config: Config,
    timeline: Timeline,
    extractions: Sequence[Extraction],
    name: str = "",
    bearings: Mapping[str, Sequence[Bearing]] | None = None,
) -> Life:
    """The notes and what is known of them, in an order that does not depend on that of the arguments."""
    if name and not config.persona.after.name:
        after = config.persona.after.model_copy(update={"name": name})
        config = config.model_copy(update={"persona": config.persona.model_copy(update={"after": after})})
    read = {n.path: n for n in sorted(notes, key=lambda n: n.path) if not n.meta.skip}
    of_notes = sorted((x for x in extractions if x.note in read), key=lambda x: x.note)
    # The timeline's copy of an event is the resolved one: its time has bounds.
    resolved = {e.id: e for e in timeline.events}
    events = {e.id: resolved.get(e.id, e) for x in of_notes for e in x.events}
    return Life(
        config, timeline, read, edits, events,
        tuple(p for x in of_notes for p in x.people), _media(read.values(), of_notes),
        tuple(o for x in of_notes for o in x.observations), tuple(r for x in of_notes for r in x.retractions),
        refined_labels(events.values(), edits, config), (name or config.persona.after.name or "").strip(),
        bearings or {},
    )  # fmt: skip


_STARRED = re.compile(r"(?m)^[ \t]*[-*+•][ \t]+(?P<mark>[*_]{1,2})(?P<title>[^*_\n]{2,90})(?P=mark)")


def _media(notes: Iterable[Note], extractions: Sequence[Extraction]) -> tuple[Medium, ...]:
    """What the extractions list, and the titles of notes that are lists of titles in italics but do not say so."""
    found = [m for x in extractions for m in x.media]
    known = {m.title for m in found}
    for note in notes:
        titles = [m["title"].strip() for m in _STARRED.finditer(note.text, note.body_start)]
        if len(titles) >= 3:
            found += [Medium(title=t, notes=(note.path,)) for t in dict.fromkeys(titles) if t not in known]
    return tuple(found)


# ---- labels --------------------------------------------------------------------------------------------------------


def refined_labels(events: Iterable[Event], edits: Mapping[str, Sequence[Edit]], config: Config) -> dict[str, str]:
    """Event labels as the refined life would have them. A label was read from the raw note, so the edits of its note
    are applied to it by their words; one that an edit rewrote beyond that, or whose event is dropped, is left out."""
    out = {}
    for event in events:
        label = event.label.strip()
        if not label or not (label := _relabel(label, event, edits.get(event.note, ()))):
            continue
        label = her_words(renamed(label, config), config) if event.subject == "self" else renamed(label, config)
        if not _old_self(label, config):
            out[event.id] = label
    return out


def _relabel(label: str, event: Event, edits: Sequence[Edit]) -> str:
    spans = [s for s in event.spans if s.note == event.note]
    for edit in in_force(edits):
        near = not spans or any(s.start < edit.end and edit.start < s.end for s in spans)
        if not edit.before.strip():
            continue
        pattern = re.compile(rf"(?<!\w){re.escape(edit.before.strip())}(?!\w)", re.I)
        if len(words(edit.before)) > 6:
            # A whole sentence was rewritten or dropped; whether the label still holds cannot be told from words.
            if near and spans:
                return ""
        elif near and edit.after.strip():
            label = _replaced(pattern, label, edit.after.strip())
        elif near and pattern.search(label):
            return ""
    return label


def _replaced(pattern: re.Pattern[str], label: str, after: str) -> str:
    single = len(words(after)) == 1
    return pattern.sub(lambda m: match_case(m[0], after) if single else after, label)


def renamed(text: str, config: Config) -> str:
    """The person's old names replaced by the new ones, in one pass: a new name is never taken for an old one.

    A surname or a middle name goes with the first name; alone it may be a relative's.
    """
    pattern, now = _renaming(config.persona)
    return pattern.sub(lambda m: now[" ".join(m[0].split())], text) if now else text


@lru_cache(maxsize=16)
def _renaming(persona: Persona) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """A pattern of the old names and what stands for each; names that nobody chose are the tool's."""
    names = from_canon(name_seeds(persona))
    now = {old: new or within_handle(old, names) for old, new in names.handles}
    now |= {old: new for old, new in names.nicks}
    now |= {old: within_handle(old, names) for old in persona.before.nicknames if old not in now}
    (first, hers), rest = names.first, [*names.middle, names.last]
    for n in range(1 << len(rest) if first else 0):  # "Arjun", "Arjun Rao", "Arjun Kumar", "Arjun Kumar Rao"
        some = [part for i, part in enumerate(rest) if n >> i & 1]
        now[" ".join(w for w in (first, *(old for old, _ in some)) if w)] = " ".join(
            w for w in (hers, *(new for _, new in some)) if w
        )
    if len(persona.after.name.split()) > 1:
        now[persona.before.name] = persona.after.name  # as it is written, with middle names that he had not
    now = {" ".join(old.split()): new for old, new in now.items() if old and new}
    spelled = (r"\s+".join(map(re.escape, old.split())) for old in sorted(now, key=lambda old: (-len(old), old)))
    return re.compile(rf"(?<!\w)(?:{'|'.join(spelled)})(?!\w)"), now


def names_old_self(text: str, config: Config) -> bool:
    """Whether an old name of the person stands in a text and is none of the new ones; a surname may be a relative's."""
    before, after = config.persona.before, config.persona.after
    names = {n.casefold() for n in (*before.nicknames, *before.handles, *before.name.split()[:1]) if n}
    names -= {n.casefold() for n in (*after.nicknames, *after.handles, *after.name.split())}
    return bool(names & {w.casefold() for w in words(text)})


def _old_self(text: str, config: Config) -> bool:
    """Whether a text still names the person as before: an old name, or "boy" and the like said of nobody else."""
    own = {"boy", "man", "lad", "guy"} if config.persona.before.gender == "male" else {"girl", "woman", "lady"}
    return bool(own & {w.casefold() for w in words(text)}) or names_old_self(text, config)
