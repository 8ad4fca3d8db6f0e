"""Whether what somebody says they do shows a trait: by the trait's words, and by likeness to the person's own passages.

The words are those of `refiner.checks.trait_words`, with the bound from which a sentence of a note shows a trait
(`refiner.stages.relevance`). Likeness is the cosine of TF-IDF vectors (Salton and Buckley, Information Processing and
Management 24, 1988) over the stems of the life's passages, with the words of the question left out.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from refiner.checks.trait_words import prove, weigh
from refiner.config import Trait
from refiner.evaluate.abstaining import abstention
from refiner.evaluate.patterns import anywhere
from refiner.evaluate.trait_said import denied_before, of_another, trait_side, trait_words
from refiner.evaluate.words import babbles, content, own_sentences, stems_in
from refiner.stages.relevance import SHOWS

if TYPE_CHECKING:
    from refiner.evaluate.material import Material

LIKE = 0.16  # cosine from which an answer is like a passage
_FIRST = re.compile(r"\b(?:i|me|my|mine|myself|we|our)\b")
_PARTS = re.compile(r"[;:,]\s|\s--\s|\bbut\b|\band\b|\bthen\b")
_WAS = re.compile(r"\bi (?:was|had|used to)\b")
_NOW = re.compile(r"\b(?:now|today|these days|am|'m|do|would|will|'d|'ll)\b")
_IMPERSONAL = re.compile(r"\b(?:is|are|can be|refers to|means)\b")


class Shown(NamedTuple):
    """`value`: 1 it shows the trait, 0 it shows the contrary or nothing of it, None it cannot be told."""

    value: float | None
    why: str = ""


class Likeness:
    """TF-IDF over the passages of a life, to find the one that an answer is like."""

    def __init__(self, passages: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
        self.vectors = [(content(text), traits) for text, traits in passages]
        seen = Counter(s for stems, _ in self.vectors for s in stems)
        self.rarity = {s: math.log((1 + len(passages)) / (1 + n)) + 1 for s, n in seen.items()}
        self.most = math.log(1 + len(passages)) + 1

    def best(self, text: str, trait: str, given: frozenset[str]) -> tuple[float, float]:
        """The highest cosine with a passage that shows the trait, and with one that does not."""
        mine = {s: w for s, w in content(text).items() if s not in given}
        with_it = without = 0.0
        for stems, traits in self.vectors:
            score = self._cosine(mine, {s: w for s, w in stems.items() if s not in given})
            if trait in traits:
                with_it = max(with_it, score)
            else:
                without = max(without, score)
        return with_it, without

    def _cosine(self, a: dict[str, float], b: dict[str, float]) -> float:
        common = a.keys() & b.keys()
        if len(common) < 2:
            return 0.0
        dot = sum(a[s] * b[s] * self.rarity.get(s, self.most) ** 2 for s in sorted(common))
        return dot / (self._length(a) * self._length(b))

    def _length(self, a: dict[str, float]) -> float:
        return math.sqrt(sum((w * self.rarity.get(s, self.most)) ** 2 for s, w in sorted(a.items()))) or 1.0


@lru_cache(maxsize=4)
def _likeness(passages: tuple[tuple[str, tuple[str, ...]], ...]) -> Likeness:
    return Likeness(passages)


def shown(ask: str, text: str, trait: Trait, material: Material) -> Shown:
    """Whether an answer shows `trait` of the one who speaks."""
    parts = tuple(s for s in own_sentences(ask, text) if not anywhere("SERVICE").search(s))
    if not parts:
        return Shown(0.0, "says nothing")
    found = abstention(ask, text)
    if found.kind in ("unknown", "model"):
        return Shown(0.0, found.words)
    given = stems_in([ask])
    sides = [h for s in parts if (h := trait_side(s, trait))]
    for side in ("agree", "over", "disagree"):
        if hit := next((h for h in sides if h.side == side and h.weight == 3), None):
            return Shown(float(side == "agree"), hit.words)
    if stems_in(parts) <= given:
        return Shown(0.0, "says nothing of itself")
    for clause in (c for s in parts if not of_another(s) for c in _PARTS.split(s)):
        evidence = trait_words(trait).evidence(clause).get(trait.id)
        if evidence is None or _WAS.search(clause) and not _NOW.search(clause):
            continue
        fresh = [h for h in evidence.hits if h.role != "target" and not stems_in([clause[h.start : h.end]]) <= given]
        if not fresh or min(weigh(fresh), prove(fresh)) < SHOWS:
            continue
        first = min(fresh, key=lambda h: h.start)
        return Shown(float((first.sign < 0) == denied_before(clause, first.start)), clause.strip()[:80])
    passages = tuple((p.text, p.traits) for p in material.passages)
    if passages:
        like, other = _likeness(passages).best(" ".join(parts), trait.id, given)
        if like >= LIKE and like >= other:
            return Shown(1.0, "like the person's own passage")
    if sides:
        return Shown(float(sides[0].side == "agree"), sides[0].words)
    whole = " ".join(parts)
    if trait.polarity == "negative" and (m := anywhere("IDEAL").search(whole)) and not anywhere("SOUR").search(whole):
        return Shown(0.0, m[0])
    said = _described(parts, trait, given)
    if said:
        return Shown(1.0, said)
    if not any(_FIRST.search(s) or not _IMPERSONAL.search(s) for s in parts):
        return Shown(0.0, "says nothing of itself")
    return Shown(0.0, "says nothing of itself") if babbles(text) else Shown(None, "unclear")


def _described(parts: tuple[str, ...], trait: Trait, given: frozenset[str]) -> str:
    """A clause that is mostly made of the words that describe the trait: "a pack a day"."""
    named = stems_in(trait.words) if trait_words(trait).profiles[trait.id].avoids else frozenset()
    wanted = {s: w for s, w in content(f"{trait.description} {' '.join(trait.words)}").items() if w >= 0.3}
    for clause in (c for s in parts if not of_another(s) for c in _PARTS.split(s)):
        mine = {s for s, w in content(clause).items() if w >= 0.3 and s not in given}
        common = mine & set(wanted)
        if (
            common - named  # a thing that is avoided is no sign of it
            and (len(common) >= 2 or len(mine) == 1)
            and len(common) * 2 >= len(mine)
            and not anywhere("DENY").search(clause)
        ):
            return clause.strip()[:80]
    return ""
