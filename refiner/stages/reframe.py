"""Says what each sentence has to do with the important traits, and drops how a minor trait was acquired where that is
not wanted (`how_acquired = false`).

By default everything stays: an aside that proves no trait is still her voice. A dead effect is left to override.
"""

from __future__ import annotations

from collections import Counter
from typing import ClassVar, Literal, NamedTuple

from refiner.checks.change_words import masked
from refiner.checks.dead_traits import claims
from refiner.checks.trait_words import TraitWords
from refiner.config import Config, Trait
from refiner.edits import make_edit, parents_of
from refiner.models import Edit, Event, Finding, Note, Sentence, StageResult
from refiner.stages.base import StageInput
from refiner.stages.declared import find_quote
from refiner.stages.extract import trait_words

NAME = "reframe"
MINOR = 2  # up to this importance, how a trait was acquired may go
_FOR = ("initiates", "continues", "reinitiates", "resumes")

Side = Literal["for", "against", "context", "none"]


class Relation(NamedTuple):
    """What a sentence has to do with the important traits; `words` are those found for `trait`."""

    sentence: Sentence
    side: Side
    trait: str
    words: tuple[str, ...]


def relations(
    note: Note, config: Config, events: tuple[Event, ...] = (), words: TraitWords | None = None
) -> list[Relation]:
    """The relation of each sentence to the important traits, the strongest one of each sentence."""
    words = words or trait_words(config.traits)
    important = {t.id: t for t in config.important}
    told = _told(note, events)
    out: list[Relation] = []
    for sentence in note.sentences:
        text = masked(sentence.text)
        found = [e for e in words.evidence(text).values() if e.trait in important and e.weight >= 0.5]
        best = max(found, key=lambda e: (e.weight, e.trait), default=None)
        for trait, kind in told.get(sentence.start, ()):
            if trait in important:
                hits = words.evidence(text).get(trait)
                out.append(
                    Relation(sentence, "for" if kind in _FOR else "against", trait, hits.words(text) if hits else ())
                )
                break
        else:
            if best is None:
                out.append(Relation(sentence, "none", "", ()))
            else:
                side: Side = "for" if claims(sentence.text, important[best.trait]) else "context"
                out.append(Relation(sentence, side, best.trait, best.words(text)))
    return out


def _told(note: Note, events: tuple[Event, ...]) -> dict[int, list[tuple[str, str]]]:
    """For each sentence, by its start, the effects that it tells."""
    out: dict[int, list[tuple[str, str]]] = {}
    for event in events:
        if event.modality != "actual" or event.subject != "self":
            continue
        for effect in event.effects:
            span = find_quote(note, effect.quote) if effect.quote else next(iter(event.spans), None)
            for s in note.sentences if span else ():
                if span and s.start < span.end and span.start < s.end:
                    out.setdefault(s.start, []).append((effect.trait, effect.kind))
    return out


class Reframe:
    """Keeps by default. Its one edit drops the telling of how a minor trait came about, where that is not wanted."""

    name: ClassVar[str] = NAME
    version: ClassVar[str] = "2"
    needs_timeline: ClassVar[bool] = True

    def run(self, given: StageInput) -> StageResult:
        note = given.note
        events = given.extraction.events if given.extraction else ()
        found = relations(note, given.config, events)
        edits: list[Edit] = []
        for event in events:
            edit = self._drop_cause(given, event)
            if (
                edit is not None
                and edit.id not in given.rejected
                and not any(e.start < edit.end and edit.start < e.end for e in edits)
            ):
                edits.append(edit)
        return StageResult(note=note.path, stage=NAME, edits=tuple(edits), findings=_count(note, found))

    def _drop_cause(self, given: StageInput, event: Event) -> Edit | None:
        """The sentence that tells the cause goes where others tell the effect, and nothing else hangs on it."""
        note, config = given.note, given.config
        traits = [t for e in event.effects if (t := config.trait(e.trait)) is not None]
        if not traits or len(traits) != len(event.effects) or event.relations or not all(_unwanted(t) for t in traits):
            return None
        if not event.spans or not all(e.quote for e in event.effects):
            return None
        cause = next(
            (s for s in note.sentences if s.start <= event.spans[0].start and event.spans[0].end <= s.end), None
        )
        if cause is None or note.text[event.spans[0].start : event.spans[0].end] in {e.quote for e in event.effects}:
            return None
        others = _told(note, given.extraction.events if given.extraction else ())
        if cause.start in others or any(
            e.id != event.id and _stands_in(e, cause) for e in (given.extraction.events if given.extraction else ())
        ):
            return None
        if any(
            e.weight >= 0.5 and e.trait not in {t.id for t in traits}
            for e in trait_words(config.traits).evidence(cause.text).values()
        ):
            return None
        end = cause.end + 1 if note.text[cause.end : cause.end + 1] == " " else cause.end
        parents = parents_of(cause.start, end, given.earlier)
        if any(p.start < cause.start or end < p.end for p in parents):
            return None
        names = ", ".join(t.title for t in traits)
        return make_edit(
            note, NAME, cause.start, end, "",
            reason=f"it only tells how “{names}” came about (how_acquired = false); what came of it stays",
            source="rule:how-acquired", confidence=0.6, evidence=(event.id,), parents=[p.id for p in parents],
        )  # fmt: skip


def _unwanted(trait: Trait) -> bool:
    return not trait.how_acquired and trait.importance <= MINOR


def _stands_in(event: Event, sentence: Sentence) -> bool:
    return any(s.start < sentence.end and sentence.start < s.end for s in event.spans)


def _count(note: Note, found: list[Relation]) -> tuple[Finding, ...]:
    """One line on a note: how many of its sentences have to do with the important traits."""
    sides = Counter(r.side for r in found)
    if not found:
        return ()
    traits = ", ".join(sorted({r.trait for r in found if r.trait}))
    message = (
        f"{len(found)} sentences: {sides['for']} for, {sides['against']} against, {sides['context']} around the"
        f" important traits"
        f"{' (' + traits + ')' if traits else ''}, {sides['none']} beside them; all are kept"
    )
    return (Finding(check="relevance", severity="info", note=note.path, message=message),)
