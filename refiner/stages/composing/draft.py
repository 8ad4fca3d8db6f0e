"""A sample before it is chosen, and what the makers share: passages of the whole life, dead claims left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from refiner.checks.dead_traits import present_claims
from refiner.edits import digest
from refiner.models import Edit, Event, Message, Sample, SampleKind
from refiner.stages.composing.agreement import half_turned
from refiner.stages.composing.deeds import Deed
from refiner.stages.composing.facts import Life
from refiner.stages.composing.open import OpenItem, blocking
from refiner.stages.composing.questions import Asked
from refiner.stages.composing.readings import Readings
from refiner.stages.composing.scenes import Passage, Unit, by_narrator, narrator_names, passages, units
from refiner.stages.composing.sentences import person_words
from refiner.stages.composing.text import hangs, leans, normal, upper_first
from refiner.stages.composing.topics import Known, Topic, names_in, topics
from refiner.stages.relevance import WORDS
from refiner.store import Cache

HELD_OUT = "/held-out"
PROVED = 1.0  # proof from which the words of a sentence alone say which trait a sample shows
_LABEL = (
    r"[*_\"“]*{}[*_\"”]*(?:\s*\((?:(?:the )?[a-z]+|\d{{4}}|[a-z]+, [^)]{{1,40}})\))?"
    r"(?:\s*[:–—.]|\s+-)\s+(?=\w+\W+\w+\W+\w)"
)


@dataclass(frozen=True)
class Draft:
    """A question and an answer with where they come from. Drafts with one `scene` tell the same thing."""

    kind: SampleKind
    scene: str  # "memory/3f2a…": kind and what it tells of
    question: str
    answer: str
    sources: tuple[str, ...] = ()  # what the id hashes besides kind and question: places of sentences, facts
    notes: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()  # in notes[0]
    edits: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    held_out: bool = False
    turns: tuple[tuple[str, str], ...] = ()  # earlier questions and answers of the same talk, in order

    @property
    def source(self) -> str:
        return f"rule:compose/{self.scene}{HELD_OUT if self.held_out else ''}"

    @property
    def id(self) -> str:
        return digest("sample", self.kind, *self.sources, *(normal(q) for q, _ in self.turns), normal(self.question))

    @property
    def told(self) -> str:
        """All that she says in it, turn after turn."""
        return "\n".join((*(answer for _, answer in self.turns), self.answer))

    def sample(self, items: Mapping[str, Iterable[str | OpenItem]], edits: Mapping[str, Sequence[Edit]]) -> Sample:
        """The finished sample, with the open items that hold it back."""
        note = self.notes[0] if self.notes else ""
        undecided = [e for e in edits.get(note, ()) if e.status == "undecided"] if note else []
        talk = (*self.turns, (self.question, self.answer))
        messages = tuple(
            m for q, a in talk for m in (Message(role="user", content=q), Message(role="assistant", content=a))
        )
        return Sample(
            id=self.id, kind=self.kind, messages=messages, traits=self.traits, events=self.events, notes=self.notes,
            edits=self.edits, source=self.source,
            text_sha=digest("sample", *(f"{m.role}\n{m.content}" for m in messages)),
            blocked=tuple(blocking(note, self.spans, self.events, self.traits, items, undecided)),
        )  # fmt: skip


@dataclass
class Told:
    """The refined life as its teller can use it: units and passages of each note, and every question asked so far."""

    life: Life
    units: dict[str, list[Unit]]
    passages: list[Passage]
    topics: dict[str, list[Topic]]  # passage id -> what it is about
    seen: Counter[str]  # topic -> in how many passages it is
    readings: Readings
    asked: Asked = field(default_factory=Asked)
    said: dict[str, list[Passage]] = field(default_factory=dict)  # by trait: her sentences that say it

    @cached_property
    def passages_of(self) -> dict[str, list[Passage]]:
        """Her passages by note."""
        out: dict[str, list[Passage]] = {}
        for passage in self.passages:
            out.setdefault(passage.note, []).append(passage)
        return out

    @cached_property
    def _passages_with(self) -> dict[tuple[str, int], list[Passage]]:
        """Her passages by note and where a unit of theirs begins."""
        out: dict[tuple[str, int], list[Passage]] = {}
        for passage in self.passages:
            for unit in passage.units:
                out.setdefault((passage.note, unit.start), []).append(passage)
        return out

    @cached_property
    def _runs(self) -> dict[tuple[str, int, int], tuple[list[Unit], dict[int, int]]]:
        """Her units by note, entry and section, and the place of each among them by where it begins."""
        out: dict[tuple[str, int, int], tuple[list[Unit], dict[int, int]]] = {}
        for path, of_note in self.units.items():
            for unit in of_note:
                if not unit.speaker:
                    run, places = out.setdefault((path, unit.entry, unit.section), ([], {}))
                    places.setdefault(unit.start, len(run))
                    run.append(unit)
        return out

    @cached_property
    def events_of(self) -> dict[str, list[Event]]:
        """The events by the notes that tell of them."""
        out: dict[str, list[Event]] = {}
        for event in self.life.events.values():
            for path in dict.fromkeys(s.note for s in event.spans):
                out.setdefault(path, []).append(event)
        return out

    def deeds(self, unit: Unit) -> tuple[Deed, ...]:
        """What she did by a sentence."""
        return () if unit.speaker else self.readings.sentence(unit.text).deeds

    def about(self, passage: Passage) -> list[Topic]:
        """The topics of a part of a passage: those of the whole that it names."""
        of_note = self.passages_of.get(passage.note, [])
        mine = set(passage.units)
        near = self._passages_with.get((passage.note, passage.units[0].start), ()) if mine else of_note
        whole = next((p for p in near if mine <= set(p.units)), None)
        said = normal(passage.text)
        known = self.topics.get(whole.id, []) if whole else []
        return [t for t in known if normal(re.sub(r"^(?:the|your) ", "", t.words)) in said]

    def after(self, draft: Draft, question: str, passage: Passage) -> Draft:
        """The draft as the next turn of a talk in which a passage of the same note answered `question`; both are its
        sources."""
        spans = tuple((u.start, u.end) for u in passage.units)
        first = self.from_passage(draft.kind, passage, question)
        return replace(
            draft,
            turns=((question, passage.text), *draft.turns),
            sources=(*draft.sources, *first.sources),
            spans=(*draft.spans, *spans),
            edits=tuple(dict.fromkeys((*draft.edits, *first.edits))),
            traits=tuple(dict.fromkeys((*draft.traits, *first.traits))),
            events=tuple(dict.fromkeys((*draft.events, *first.events))),
        )

    def events_in(self, note: str, spans: Sequence[tuple[int, int]]) -> list[Event]:
        """The events that a stretch of a note tells of."""
        return [
            e
            for e in self.events_of.get(note, ())
            if any(s.note == note and any(a < s.end and s.start < b for a, b in spans) for s in e.spans)
        ]

    def traits_of(self, events: Iterable[Event]) -> tuple[str, ...]:
        """The traits that events act on and that may be spoken of today."""
        known = {t.id for t in self.life.config.important}
        found = dict.fromkeys(f.trait for e in events for f in e.effects if f.trait in known)
        return tuple(t for t in found if self.life.verdict(t) in ("HOLDS", "DORMANT"))

    def from_passage(
        self,
        kind: SampleKind,
        passage: Passage,
        question: str,
        *,
        scene: str = "",
        answer: str = "",
        held_out: bool = False,
        traits: Sequence[str] = (),
    ) -> Draft:
        """A draft that answers with a passage (`answer`: with words that contain it)."""
        spans = tuple((u.start, u.end) for u in passage.units)
        within = self.events_in(passage.note, spans)
        answer = answer or self._unlabelled(passage.text, question)
        return Draft(
            kind=kind, scene=scene or f"{kind}/{passage.id}", question=question, answer=answer,
            sources=(passage.note, *(u.place for u in passage.units)), notes=(passage.note,), spans=spans,
            edits=passage.edits,
            traits=tuple(dict.fromkeys((*traits, *self.traits_of(within), *self.traits_shown(passage.note, spans)))),
            events=tuple(e.id for e in within), held_out=held_out,
        )  # fmt: skip

    def traits_shown(self, note: str, spans: Sequence[tuple[int, int]]) -> tuple[str, ...]:
        """The living traits that her own sentences in a stretch of a note are evidence for."""
        found = dict.fromkeys(
            b.trait
            for b in self.life.bearings.get(note, ())
            if b.side == "for" and b.teller == "self" and (b.source != WORDS or b.proof >= PROVED)
            if any(a < b.end and b.start < z for a, z in spans)
        )
        return tuple(t for t in found if self.life.verdict(t) in ("HOLDS", "DORMANT"))

    def _unlabelled(self, text: str, question: str) -> str:
        """The text without the title that it begins with as a line of a list does, where the question says it."""
        for medium in self.life.media:
            if medium.title in question and (match := re.match(_LABEL.format(re.escape(medium.title)), text)):
                rest = upper_first(text[match.end() :])
                return rest if re.search(r"[^\w)]$", rest) else f"{rest}."
        return text

    def around(self, unit: Unit, *, after: int = 0) -> Passage | None:
        """The unit with as many before it as it leans on (and `after` following ones); None where it leans on nothing
        that may be told, and for a line of a chat."""
        if unit.speaker:
            return None
        run, places = self._runs[unit.note, unit.entry, unit.section]
        at = places[unit.start]
        first = at
        while leans(run[first].text):
            first -= 1
            if first < 0 or at - first > 2 or run[first].paragraph != unit.paragraph:
                return None
        last = at
        while last < min(at + after, len(run) - 1) and run[last + 1].paragraph == unit.paragraph:
            last += 1
        part = run[first : last + 1]
        while hangs(" ".join(u.text for u in part), person_words()):
            first -= 1
            if first < 0 or at - first > 3 or run[first].section != unit.section:
                return None
            part = run[first : last + 1]
        if leans(part[0].text):
            return None
        whole = next(iter(self._passages_with.get((unit.note, unit.start), ())), None)
        return Passage(unit.note, tuple(part), whole.date if whole else "", whole.at_the_time if whole else False)


def tell(life: Life, cache: Cache | None = None) -> Told:
    """Reads the refined life: units, passages, topics. Sentences that say a dead trait in the present are left out, and
    those in which the old gender stands beside the new one.

    `cache`: where what a parse shows of each note is kept from one time to the next.
    """
    dead = life.dead()
    own = narrator_names(life.config)

    def may_say(unit: Unit) -> bool:
        return not any(present_claims(unit.text, trait) for trait in dead)

    by_note: dict[str, list[Unit]] = {}
    found: list[Passage] = []
    gender = life.config.persona.after.gender
    readings = Readings(female=gender == "female", cache=cache)
    for path, note in life.notes.items():
        hers = by_narrator(note, life.config)
        found_units = units(note, life.edits.get(path, ()), life.config)
        half = half_turned(found_units, life.edits.get(path, ()), gender, own, by_another=not hers)
        by_note[path] = [u for u in found_units if may_say(u) and u.place not in half]
        if hers:
            of_note = passages(note, by_note[path])
            found += of_note
            readings.note(path, (u.text for u in by_note[path] if not u.speaker), (p.text for p in of_note))
    titles = sorted({m.title for m in life.media}, key=lambda t: (-len(t), t))
    named = names_in(p.text for p in found)
    known = Known(life.people, own, named, titles)
    about = {p.id: topics(p.text, known, readings.passage(p.text)) for p in found}
    seen = Counter(normal(t.words) for of in about.values() for t in {normal(t.words): t for t in of}.values())
    return Told(life, by_note, found, about, seen, readings)
