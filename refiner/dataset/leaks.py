"""What would give a held-out event away in a text that is trained on: its words, its label, its year. Pure.

Eight words in a row are the usual length for finding leaks (Brown et al., Language models are few-shot learners, 2020,
appendix C, takes 8 to 13). Words that stand in the samples of several notes are a manner of speaking and give nothing
away, unless they are those of the event itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from refiner.dataset.near import Texts
from refiner.dataset.split import asked
from refiner.edits import render_span
from refiner.models import Edit, Event, Note, Sample, Sentence
from refiner.stages.composing.text import normal

GRAM = 8  # words in a row that must not be shared
SHORT = 4  # a sentence of fewer words than a gram, but of these at least, must not be shared whole
COMMON = 3  # so many different notes (or settings) make eight words a manner of speaking
ENTRY = 30  # sentences: an entry of so many at most tells one thing; of a longer one the paragraph does
TELLING = ("memory", "event", "voice", "situation", "opinion")  # kinds that tell what happened, not what is so
_YEAR = re.compile(r"\b\d{4}\b")


@dataclass(frozen=True)
class Told:
    """How the notes tell an event, and what they say around it: in the same entry or paragraph."""

    itself: tuple[str, ...] = ()
    around: tuple[str, ...] = ()


class Leaks:
    """What would give the held-out events away."""

    def __init__(
        self,
        held: frozenset[str],
        able: Sequence[Sample],
        tellings: Mapping[str, Told],
        common: set[str],
        events: Sequence[Event],
    ) -> None:
        self.held = held
        told = [t for e in sorted(held) for t in tellings.get(e, Told()).itself]
        around = [t for e in sorted(held) for t in tellings.get(e, Told()).around]
        self.told = {g for t in told for g in grams(t)}
        self.labels = [w for t in told if len(w := _content(t)) >= 3 and len(t.split()) <= 16]
        self.years = {y for e in events if e.id in held for y in _YEAR.findall(e.when.edtf)}
        self.traits = {f.trait for e in events if e.id in held for f in e.effects}
        self.direct = [s for s in able if self._is_about(s)]
        about = {s.id for s in self.direct}
        self.common = (_manners(s for s in able if s.id not in about) | common) - self.told
        said = [a for s in self.direct for a in _said(s)]
        self.grams = self.told | {g for t in (*around, *said) for g in grams(t)} - self.common
        self.short = _short(told, SHORT) | _short(around, SHORT + 1)
        self._asked = Texts(q for s in self.direct for q in asked(s))
        self._answers = Texts(a for a in said if len(normal(a).split()) >= SHORT)

    def in_text(self, text: str) -> bool:
        """Whether a text tells of a held-out event by its words."""
        flat = normal(text)
        if any(g in self.grams for g in grams(text)) or any(f" {s} " in f" {flat} " for s in self.short):
            return True
        have = set(flat.split())
        return any(words <= have for words in self.labels)

    def in_sample(self, sample: Sample) -> bool:
        """Whether a sample may not be trained on."""
        tagged = bool(self.held & set(sample.events))
        return (
            self._is_about(sample)
            or ((tagged or bool(self.traits & set(sample.traits))) and any(self._dates(a) for a in _said(sample)))
            or any(self.in_text(m.content) for m in sample.messages)
            or any(self._asked.near(q) for q in asked(sample))
            or any(self._answers.near(a) for a in _said(sample))
        )

    def _is_about(self, sample: Sample) -> bool:
        """Whether a sample tells of a held-out event, and not only of what it began."""
        tagged = bool(self.held & set(sample.events))
        return tagged and (sample.kind in TELLING or any(self._tells(a) for a in _said(sample)))

    def _tells(self, answer: str) -> bool:
        have = set(normal(answer).split())
        return any(g in self.told for g in grams(answer)) or any(words <= have for words in self.labels)

    def _dates(self, answer: str) -> bool:
        """Whether an answer names the year of a held-out event."""
        return bool(self.years & set(_YEAR.findall(answer)))

    def shared(self, text: str) -> list[str]:
        """The runs of eight words that a text shares with a held-out answer or telling."""
        return [g for g in grams(text) if g in self.grams]


def grams(text: str) -> Iterator[str]:
    """The runs of eight words of a text."""
    flat = normal(text).split()
    return (" ".join(flat[i : i + GRAM]) for i in range(len(flat) - GRAM + 1))


def event_tellings(
    events: Iterable[Event], notes: Iterable[Note], edits: Mapping[str, Sequence[Edit]], labels: Mapping[str, str]
) -> dict[str, Told]:
    """How the notes tell each event: its label raw and refined, its quotes, its sentences raw and refined; and the
    sentences around these."""
    by_path = {n.path: n for n in notes}
    out: dict[str, Told] = {}
    for event in events:
        own, near = [labels.get(event.id, ""), event.label, *event.quotes], list[str]()
        for path in dict.fromkeys(s.note for s in event.spans):
            note = by_path.get(path)
            spans = [(s.start, s.end) for s in event.spans if s.note == path]
            for s in note.sentences if note else ():
                assert note is not None
                texts = (s.text, render_span(note.text, s.start, s.end, edits.get(path, ())))
                if any(s.start < end and start < s.end for start, end in spans):
                    own += texts
                elif any(_together(note, s, start) for start, _ in spans):
                    near += texts
        out[event.id] = Told(
            tuple(dict.fromkeys(t for t in own if t.strip())), tuple(dict.fromkeys(t for t in near if t.strip()))
        )
    return out


def _together(note: Note, sentence: Sentence, start: int) -> bool:
    """Whether a sentence stands in the entry of a place, or in its paragraph where the entry is long."""
    there = note.sentence_at(start)
    if there is None or there.entry != sentence.entry:
        return False
    if sum(s.entry == there.entry for s in note.sentences) <= ENTRY:
        return True
    first, second = sorted([(there.start, there.end), (sentence.start, sentence.end)])
    return not re.search(r"\n[ \t\r]*\n", note.text[first[1] : second[0]])


def _manners(samples: Iterable[Sample]) -> set[str]:
    """Runs of words that stand in the answers from several notes: how the tool or the person puts things."""
    where: dict[str, set[str]] = defaultdict(set)
    for sample in samples:
        source = "\n".join(sample.notes) or sample.id
        for answer in _said(sample):
            for g in grams(answer):
                where[g].add(source)
    return {g for g, sources in where.items() if len(sources) >= COMMON}


def _short(texts: Iterable[str], least: int) -> set[str]:
    """The sentences that are too short to have eight words in a row, but long enough to tell something."""
    sentences = (normal(s) for t in texts for s in re.split(r"[.!?\n]+", t))
    return {s for s in sentences if least <= len(s.split()) < GRAM}


def _said(sample: Sample) -> list[str]:
    return [m.content for m in sample.messages if m.role == "assistant"]


def _content(text: str) -> frozenset[str]:
    """The longer words of a label; its small words prove nothing."""
    return frozenset(w for w in normal(text).split() if len(w) > 3)
