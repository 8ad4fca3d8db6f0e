"""Says what each sentence has to do with the important traits, and leaves out how a minor trait was acquired where that
is not wanted (`how_acquired = false`).

By default everything stays: an aside that proves no trait is still her voice. What is over is left to override. Where
the telling of a cause holds who, when or where, these sentences stay and only the rest goes: it is condensed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from refiner.checks.hanging import dependants
from refiner.checks.stems import WORD, stop
from refiner.config import Trait
from refiner.models import Bearing, Edit, Event, Note, Sentence, StageResult
from refiner.stages.base import StageInput
from refiner.stages.extract import trait_words
from refiner.stages.relevance import bearings, told_in
from refiner.stages.sentence_edits import Because, can_drop, drop
from refiner.timeline.numbers import NUMBERS

NAME = "reframe"
MINOR = 2  # up to this importance, how a trait was acquired may go
PASSAGE = 5  # sentences from the cause to what came of it; what is told at greater length is a story of its own


class Reframe:
    """Keeps by default. Its edits leave out the telling of how a minor trait came about, where that is not wanted."""

    name: ClassVar[str] = NAME
    version: ClassVar[str] = "6"
    needs_timeline: ClassVar[bool] = True

    def run(self, given: StageInput) -> StageResult:
        note, config = given.note, given.config
        words = trait_words(config.traits)
        found = bearings(note, config, words, given.extraction)
        return StageResult(note=note.path, stage=NAME, edits=tuple(leave_out(given, found)), bearings=tuple(found))


@dataclass(frozen=True)
class Cause:
    """How an event brought about minor traits, where that need not be told: the sentences up to what came of it."""

    event: Event
    traits: tuple[Trait, ...]
    passage: tuple[Sentence, ...]
    last: int = 0  # where the last sentence that tells what came of it begins

    @property
    def facts(self) -> tuple[Sentence, ...]:
        """The sentences that name somebody, a place, a day or a number; a single sentence goes whole, and has none."""
        return tuple(s for s in self.passage if _has_facts(s)) if len(self.passage) > 1 else ()


def causes(given: StageInput, found: Sequence[Bearing]) -> list[Cause]:
    """The causes told in a note that its configuration does not want told (`how_acquired = false`), by event."""
    return _Causes(given, found).all()


def leave_out(given: StageInput, found: Sequence[Bearing]) -> list[Edit]:
    """One edit for each sentence of a cause that goes, in order of the events."""
    note, taken = given.note, list[Edit]()
    for cause in causes(given, found):
        going = [s for s in cause.passage if s not in cause.facts]
        if any(_half(s.text) for s in going) or _left_hanging(given.note, cause):
            continue
        names = ", ".join(t.title for t in cause.traits)
        what = "it only colours, without who, when or where," if cause.facts else "it only tells"
        for sentence in going:
            if not can_drop(note, sentence, (*given.earlier, *taken)):
                continue
            reason = f"{what} how “{names}” came about (how_acquired = false); what came of it stays"
            source = "rule:condense" if cause.facts else "rule:how-acquired"
            because = Because(reason, source, 0.6, (cause.event.id,))
            edit = drop(note, NAME, sentence, given.earlier, because, taken=taken)
            if edit is not None and edit.id not in given.rejected:
                taken.append(edit)
    return taken


class _Causes:
    def __init__(self, given: StageInput, found: Sequence[Bearing]) -> None:
        self.given, self.note, self.found = given, given.note, found
        self.events = given.extraction.events if given.extraction else ()

    def all(self) -> list[Cause]:
        pairs = ((e, self._unwanted(e)) for e in self.events)
        made = [
            Cause(e, tuple(traits), tuple(self._passage(e)), max(self._told(e), default=0))
            for e, traits in pairs
            if traits
        ]
        return [c for c in made if c.passage]

    def _unwanted(self, event: Event) -> list[Trait]:
        """The event's traits, if nothing but minor ones whose cause is not wanted hang on it."""
        traits = [t for e in event.effects if (t := self.given.config.trait(e.trait)) is not None]
        known = len(traits) == len(event.effects) and not event.relations
        begins = all(e.kind in ("initiates", "reinitiates") and e.quote for e in event.effects)
        fits = known and begins and all(not t.how_acquired and t.importance <= MINOR for t in traits)
        if not fits or event.modality != "actual" or self._needed(event):
            return []
        return traits

    def _needed(self, event: Event) -> bool:
        """Another event counts its time from this one, or the closure tells it for another's sake."""
        timeline = self.given.timeline
        counted = any(e.when.anchor == event.id or event.id in {r.to for r in e.relations} for e in self.events)
        return counted or (timeline is not None and event.id in timeline.closure)

    def _passage(self, event: Event) -> list[Sentence]:
        """The sentences from the cause up to what came of it; none where they tell of anything else as well."""
        if not event.spans:
            return []
        effects = self._told(event)
        first = event.spans[0].start
        inside = [s for s in self.note.sentences if s.end > first and s.start <= max(effects, default=first)]
        passage = [s for s in inside if s.start not in effects]
        if not effects or len(inside) > PASSAGE or not passage or inside[0].start in effects:
            return []
        if "\n\n" in self.note.text[inside[0].start : inside[-1].end] or any(not self._free(s, event) for s in passage):
            return []
        return passage

    def _told(self, event: Event) -> set[int]:
        """Where the sentences begin that tell what came of it."""
        return {s.start for e in event.effects for s, _ in told_in(self.note, event, e)}

    def _free(self, sentence: Sentence, event: Event) -> bool:
        """The sentence has to do with nothing but the event: no other trait, no other event, no later time."""
        mine = {e.trait for e in event.effects}
        other = any(b.start == sentence.start and b.trait not in mine for b in self.found)
        told = any(
            e.id != event.id and any(s.start < sentence.end and sentence.start < s.end for s in e.spans)
            for e in self.events
        )
        return not (other or told or dependants(self.note, sentence.start, sentence.end, self.given.config))


def _half(text: str) -> bool:
    """The sentence opens or closes what another one closes or opened: speech, brackets, bold words."""
    even = all(text.count(mark) % 2 == 0 for mark in ('"', "**", "__", "`"))
    return not even or any(text.count(a) != text.count(b) for a, b in ("“”", "()", "[]", "«»"))


def _left_hanging(note: Note, cause: Cause) -> bool:
    """What came of it, or the sentence behind it, says "he" or "it", and all that may say who or what that is goes."""
    if cause.facts:
        return False
    left = [s for s in note.sentences if s.start > cause.passage[-1].start]
    behind = [s for s in left if s.start <= cause.last] + [s for s in left if s.start > cause.last][:1]
    together = (s for s in behind if "\n\n" not in note.text[cause.passage[0].start : s.start])
    return any(_POINTS.search(s.text) for s in together)


_POINTS = re.compile(
    r"\b(?:[Hh]e|[Ss]he|[Tt]hey|him|[Hh]is|[Hh]ers?|them|[Tt]heirs?)\b"
    r"|\A\W*(?:(?:And|But|So) )?(?:[Ii]t|[Tt]hese|[Tt]hose)\b"
)


def _has_facts(sentence: Sentence) -> bool:
    """The sentence names somebody, a place, a day or a number."""
    return any(_facts(sentence.text))


def _facts(text: str) -> Iterator[str]:
    for m in WORD.finditer(text):
        begins = not re.search(r"\w", text[: m.start()])
        low = m[0].casefold()
        if (m[0][0].isupper() and not begins and low not in stop() and low != "i") or low in NUMBERS and low != "one":
            yield m[0]
    yield from re.findall(r"\d+", text)
