"""What all rules share, read once: notes and what they date, the evidence of each trait, the periods of the life."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from refiner.checks.change_words import masked
from refiner.checks.stems import WORD, stems
from refiner.checks.trait_words import TraitWords
from refiner.config import Config, Trait
from refiner.gaps.gentle import Weight, weight_of
from refiner.gaps.periods import Period, life_periods, speaks_of_college
from refiner.gaps.told import Telling, lived, tellings
from refiner.models import Bearing, Event, Extraction, Note, Person, Sample, Timeline, TraitVerdict
from refiner.review.visible import one_line
from refiner.stages.extract import trait_words
from refiner.stages.self_image_evidence import Teller, evidence_sentences
from refiner.stages.self_image_words import softenings

QUOTE = 110
LONG = 45  # sentences; in a longer note only the third of that on either side of a place is near it
_PAST = re.compile(
    r"\b(?:was|were|had|did|went|came|got|took|said|told|made|saw|sat|stood|ran|threw|broke|left|felt|thought|kept|gave"
    r"|found|heard|knew|began|rang|wrote|read|lost|won|paid|bought|sold|fell|hit|bit|put|let|cut|[a-z]{2,}ed)\b",
    re.I,
)


class Sight(NamedTuple):
    """A sentence that is evidence for a trait."""

    note: str
    start: int
    text: str
    teller: Teller
    named: bool  # it says the trait by name
    past: bool  # it tells of something that happened
    hedges: tuple[str, ...]

    @property
    def own(self) -> bool:
        return self.teller.voice == "narrator"


@dataclass(frozen=True)
class Facts:
    """A life as the rules see it. Everything is in an order of its own, whatever the order it was given in."""

    config: Config
    now: date
    notes: tuple[Note, ...]
    timeline: Timeline
    extractions: Mapping[str, Extraction]
    bearings: Mapping[str, Sequence[Bearing]]
    samples: tuple[Sample, ...] = ()
    people: tuple[Person, ...] = ()
    told: Mapping[str, Sequence[Telling]] = field(default_factory=dict)

    @cached_property
    def by_path(self) -> dict[str, Note]:
        return {n.path: n for n in self.notes}

    @cached_property
    def events(self) -> dict[str, Event]:
        return {e.id: e for e in self.timeline.events}

    @cached_property
    def lived(self) -> list[Telling]:
        return lived(self.told)

    @cached_property
    def periods(self) -> list[Period]:
        own = (s.text for n in self.notes if n.meta.author == "self" for s in n.sentences)
        days = [t.low for t in self.lived if not t.written]
        return life_periods(self.config.persona, self.now, days, college=speaks_of_college(own))

    @cached_property
    def weights(self) -> dict[str, Weight]:
        """How heavy each note is."""
        return {n.path: weight_of(n.text[n.body_start :]) for n in self.notes}

    @cached_property
    def sights(self) -> dict[str, list[Sight]]:
        """The evidence for each important trait, by its id."""
        words = trait_words(self.config.traits)
        return {t.id: [s for n in self.notes for s in self._sights(n, t, words)] for t in self.config.important}

    def _sights(self, note: Note, trait: Trait, words: TraitWords) -> Iterable[Sight]:
        # Of the bearings only what a model labelled counts; what words show is read here, by whom it is said of.
        given = (self.extractions.get(note.path), self.config.persona.before, self.bearings.get(note.path, ()))
        for s, teller, _ in evidence_sentences(note, trait, words, *given):
            text = s.text if teller.voice != "narrator" else masked(s.text)
            yield Sight(note.path, s.start, s.text, teller, names(text, trait), bool(_PAST.search(text)), hedged(text))

    def verdict(self, trait: str) -> TraitVerdict | None:
        return self.timeline.verdict(trait)

    def says(self, trait: str) -> str:
        found = self.verdict(trait)
        return found.verdict if found else "UNKNOWN"

    def near(self, note: str, start: int, around: int = 2) -> list[str]:
        """The sentences around the one at `start`, itself left out."""
        sentences = self.by_path[note].sentences if note in self.by_path else ()
        at = next((i for i, s in enumerate(sentences) if s.start <= start < s.end), None)
        if at is None:
            return []
        entry = sentences[at].entry
        near = sentences[max(0, at - around) : at + around + 1]
        return [s.text for s in near if s.entry == entry and s is not sentences[at]]

    def weight_near(self, note: str, start: int) -> Weight:
        """How heavy a note is, or in a long one the sentences around a place; -1: the whole of it."""
        sentences = self.by_path[note].sentences if note in self.by_path else ()
        at = next((i for i, s in enumerate(sentences) if s.start <= start < s.end), None)
        if at is None or len(sentences) <= LONG:
            return self.weights.get(note, Weight.LIGHT)
        return weight_of(" ".join(s.text for s in sentences[max(0, at - LONG // 3) : at + LONG // 3 + 1]))

    def quote(self, text: str, note: str = "") -> str:
        """Words of a note as they may be shown in a gap; "" where they are heavy, or the note that holds them grave.
        Without a `note` every grave one is looked into."""
        grave = [n for n, w in self.weights.items() if w == Weight.GRAVE]
        inside = note in grave if note else any(text and text in self.by_path[n].text for n in grave)
        return "" if inside or weight_of(text) else one_line(text, QUOTE)


def hedged(text: str) -> tuple[str, ...]:
    """The hedges in a text: "perhaps", "a little"."""
    return tuple(s.partition("“")[2].rstrip("”") for s in softenings("", text, denials=False))


def names(text: str, trait: Trait) -> bool:
    """Whether a sentence says a trait by its name, an alias or its id, in any form of its words."""
    said = [set(stems(m[0])) for m in WORD.finditer(text)]
    for phrase in trait.words:
        wanted = [set(stems(m[0])) for m in WORD.finditer(phrase)]
        size = len(wanted)
        if wanted and any(all(w & said[i + k] for k, w in enumerate(wanted)) for i in range(len(said) - size + 1)):
            return True
    return False


def tells_a_story(texts: Iterable[str]) -> bool:
    """Whether some sentence tells of something that happened; rather too often than too seldom."""
    return any(_PAST.search(t) for t in texts)


def facts_of(
    notes: Iterable[Note],
    config: Config,
    timeline: Timeline,
    *,
    now: date,
    extractions: Iterable[Extraction] = (),
    bearings: Mapping[str, Sequence[Bearing]] | None = None,
    samples: Iterable[Sample] = (),
    people: Iterable[Person] = (),
) -> Facts:
    """Reads a life for the rules. Notes with `skip: true` are not read."""
    kept = tuple(sorted((n for n in notes if not n.meta.skip), key=lambda n: n.path))
    paths = {n.path for n in kept}
    read = {x.note: x for x in sorted(extractions, key=lambda x: x.note) if x.note in paths}
    return Facts(
        config, now, kept, timeline, read,
        {p: sorted(b, key=lambda b: (b.start, b.trait, b.side)) for p, b in sorted((bearings or {}).items())},
        tuple(sorted(samples, key=lambda s: s.id)),
        tuple(sorted(people, key=lambda p: p.names)),
        tellings(kept, timeline, config),
    )  # fmt: skip
