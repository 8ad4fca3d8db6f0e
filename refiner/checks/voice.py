"""How far a text is from the voice of somebody's notes: function words and character trigrams. Pure.

The frequencies of the most frequent function words are what Burrows's Delta compares (2002, "'Delta': a measure of
stylistic difference and a guide to likely authorship", Literary and Linguistic Computing 17(3)); profiles of character
n-grams are those of Kešelj, Peng, Cercone and Thomas (2003, "N-gram-based author profiles for authorship attribution").
Both are compared by the Jensen-Shannon distance (Endres and Schindelin 2003, "A new metric for probability
distributions", IEEE Transactions on Information Theory 49(7)): on twenty words it told voices apart better than Delta's
z-scores, most of which are those of words that do not occur in so short a text.

How near a text is to the notes says little by itself, since any plain text is near to any other. So its distance to
other voices is taken off, that of the nearest one, as the impostors method does (Koppel and Winter 2014, "Determining
if two documents are written by the same author", JASIST 65(1)). These voices stand in voices.toml.

The limit is the 95th percentile of the person's own passages of about that length, each held against the notes without
its own: one in twenty of what the person wrote lies beyond it.
"""

from __future__ import annotations

import math
import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from statistics import pstdev

from refiner.checks.stems import stop

SHORTEST = 20
"""Words from which a text is judged at all. Of the sample life's notes, passages of 20, 40 and 60 words (each against
the other notes) and answers in an assistant's tone: area under the ROC curve 0.97, 0.99, 1.0; of 12 words 0.89. Against
other people's lives: 0.77, 0.86, 0.92; against letters by others in a like tone only 0.64, 0.69, 0.72. So it finds what
sounds of a machine, and is no proof of authorship."""
LEAST_NOTES = 4
LEAST_WORDS = 1500  # of all notes together; of fewer the own spread is not known
LENGTHS = (20, 30, 40, 60, 90)  # words of the passages that the own spread is measured with
LEAST_PASSAGES = 20  # of a length, for a percentile of them
WITHIN = 0.95  # share of the own passages that lies within the limit

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_OTHER = ""  # all words that are no function words, together
Counts = Mapping[str, int]


def _plain(text: str) -> str:
    flat = text.casefold().translate({0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"'})
    return " ".join(flat.split())


def function_words(text: str) -> Counter[str]:
    """How often each function word stands in a text; all other words count together."""
    return Counter(w if w in stop() else _OTHER for w in _WORD.findall(_plain(text)))


def trigrams(text: str) -> Counter[str]:
    """The character trigrams of a text, with its spaces and marks."""
    flat = f" {_plain(text)} "
    return Counter(flat[i : i + 3] for i in range(len(flat) - 2))


def jensen_shannon(a: Counts, b: Counts, without: Counts | None = None) -> float:
    """The Jensen-Shannon distance of two profiles: 0 for the same shares, 1 where nothing is common; a metric.

    `without`: counts to take off `b` first. 1 where one of them is empty and the other is not.
    """
    off: Counts = without or {}
    of_a, of_b = sum(a.values()), sum(b.values()) - sum(off.values())
    if not of_a or not of_b:
        return 0.0 if of_a == of_b else 1.0
    total, rest = 0.0, 1.0
    for key, count in a.items():
        p, q = count / of_a, (b.get(key, 0) - off.get(key, 0)) / of_b
        middle = (p + q) / 2
        if p:
            total += p * math.log2(p / middle) / 2
        if q:
            total += q * math.log2(q / middle) / 2
            rest -= q
    # What only the second has is twice its middle: half a bit for each share of it.
    return math.sqrt(min(1.0, max(0.0, total + max(0.0, rest) / 2)))


@dataclass(frozen=True)
class Marks:
    """What a voice is told by: its function words and its character trigrams."""

    words: Counts
    grams: Counts

    def distances(self, other: Marks, without: Marks | None = None) -> tuple[float, float]:
        """The two distances from this to another; `without` is part of the other and is left out of it."""
        return (
            jensen_shannon(self.words, other.words, without.words if without else None),
            jensen_shannon(self.grams, other.grams, without.grams if without else None),
        )


def marks(texts: Iterable[str]) -> Marks:
    """The marks of some texts together."""
    words, grams = Counter[str](), Counter[str]()
    for text in texts:
        words.update(function_words(text))
        grams.update(trigrams(text))
    return Marks(words, grams)


@cache
def other_voices() -> tuple[Marks, ...]:
    """The voices of voices.toml."""
    data = tomllib.loads(files("refiner.checks").joinpath("voices.toml").read_text(encoding="utf-8"))
    return tuple(marks(texts) for texts in data.values())


@dataclass(frozen=True)
class VoiceProfile:
    """The voice of some notes. `own`: length -> the sorted distances of their own passages of so many words."""

    marks: Marks
    words: int
    scale: tuple[float, float] = (1.0, 1.0)  # how much the two contrasts vary over the own passages
    own: Mapping[int, tuple[float, ...]] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether there is enough of the voice to judge another text by it."""
        return bool(self.own)


def profile(texts: Sequence[str]) -> VoiceProfile:
    """The profile of somebody's texts, one string for each note. Of too few it judges nothing (`known` is False)."""
    texts = [t for t in texts if t.strip()]
    whole = marks(texts)
    count = sum(whole.words.values())
    if len(texts) < LEAST_NOTES or count < LEAST_WORDS:
        return VoiceProfile(whole, count)
    found: dict[int, list[tuple[float, float]]] = {}
    for text in texts:
        of_note = marks([text])
        for length in LENGTHS:
            for passage in _passages(text, length):
                found.setdefault(length, []).append(_contrasts(marks([passage]), whole, of_note))
    measured = {n: pairs for n, pairs in found.items() if len(pairs) >= LEAST_PASSAGES}
    if not measured:
        return VoiceProfile(whole, count)
    first = [c for pairs in measured.values() for c, _ in pairs]
    second = [c for pairs in measured.values() for _, c in pairs]
    scale = (pstdev(first) or 1.0, pstdev(second) or 1.0)
    own = {n: tuple(sorted(_together(c, scale) for c in pairs)) for n, pairs in measured.items()}
    return VoiceProfile(whole, count, scale, own)


def distance(voice: VoiceProfile, text: str) -> float:
    """How much farther a text is from a voice than from the nearest other one: below 0 where it is nearer."""
    return _together(_contrasts(marks([text]), voice.marks, None), voice.scale)


def limit(voice: VoiceProfile, words: int) -> float:
    """The distance within which 95 % of the voice's own passages of about so many words lie; infinite where the voice
    is not known or the text is shorter than `SHORTEST`."""
    if not voice.known or words < SHORTEST:
        return math.inf
    lengths = sorted(voice.own)
    values = voice.own[lengths[max(0, bisect_right(lengths, words) - 1)]]
    return values[min(len(values) - 1, math.ceil(WITHIN * len(values)) - 1)]


def strange(voice: VoiceProfile, text: str) -> bool | None:
    """Whether a text lies beyond the limit; None where that cannot be judged."""
    bound = limit(voice, sum(function_words(text).values()))
    return None if math.isinf(bound) else distance(voice, text) > bound


def _contrasts(text: Marks, voice: Marks, without: Marks | None) -> tuple[float, float]:
    """For either kind of marks: the distance to the voice less that to the nearest other voice."""
    mine = text.distances(voice, without)
    others = [text.distances(other) for other in other_voices()]
    return mine[0] - min(o[0] for o in others), mine[1] - min(o[1] for o in others)


def _together(contrasts: tuple[float, float], scale: tuple[float, float]) -> float:
    return (contrasts[0] / scale[0] + contrasts[1] / scale[1]) / 2


def _passages(text: str, length: int) -> Iterable[str]:
    """The text cut into passages of so many words; what is left over is none."""
    words = text.split()
    for at in range(0, len(words) - length + 1, length):
        yield " ".join(words[at : at + length])
