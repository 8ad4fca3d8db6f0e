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

from refiner.checks.trait_words import TraitWords, prove
from refiner.config import Trait
from refiner.evaluate.stance import trait_side
from refiner.evaluate.words import content, own_sentences, stems_in
from refiner.stages.relevance import SHOWS

if TYPE_CHECKING:
    from refiner.evaluate.material import Material

LIKE = 0.16  # cosine from which an answer is like a passage
_DENY = re.compile(r"\b(?:not|never|no|cannot|without|nothing|hardly|rarely|instead of|rather than|avoid)\b|n't\b")
_IDEAL = re.compile(
    r"\b(?:calm(?:ly)?|patient(?:ly)?|polite(?:ly)?|gentl[ey]|kind(?:ly)?|understanding|honest(?:ly)?|truthful(?:ly)?|open(?:ly)? (?:and|communicat\w+|about)|"
    r"deep breaths?|count to ten|apologi[sz]e (?:right away|at once|immediately)|respect(?:ful|fully)?|compassion\w*|listen (?:carefully|to)|communicat\w+|reassur\w+|"
    r"the truth|stay (?:calm|positive)|keep (?:my|a) (?:cool|calm)|work (?:it )?out together|find a solution|it'?s (?:fine|okay|no problem)|no problem|offer (?:to )?help|right away|happy to help|take responsibility|own up)\b"
)
_FIRST = re.compile(r"\b(?:i|me|my|mine|myself|we|our)\b")


class Shown(NamedTuple):
    """`value`: 1 it shows the trait, 0 it shows the contrary or nothing of it, None it cannot be told."""

    value: float | None
    why: str = ""


@lru_cache(maxsize=64)
def _words(trait: Trait) -> TraitWords:
    return TraitWords((trait,))


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
    parts = own_sentences(ask, text)
    if not parts:
        return Shown(0.0, "says nothing")
    given = stems_in([ask])
    sides = [h for s in parts if (h := trait_side(s, trait))]
    for side in ("agree", "over", "disagree"):
        if hit := next((h for h in sides if h.side == side and h.strong), None):
            return Shown(float(side == "agree"), hit.words)
    for sentence in parts:
        for clause in re.split(r"[;:,]\s|\s--\s|\bbut\b|\band\b", sentence):
            evidence = _words(trait).evidence(clause).get(trait.id)
            if evidence is None:
                continue
            fresh = [
                h for h in evidence.hits if h.role != "target" and not (stems_in([clause[h.start : h.end]]) <= given)
            ]
            if not fresh or min(sum(h.weight for h in fresh), prove(fresh)) < SHOWS:
                continue
            against = fresh[0].sign < 0
            denied = bool(_DENY.search(clause[: fresh[0].start]))
            return Shown(float(against == denied), clause.strip()[:80])
    passages = tuple((p.text, p.traits) for p in material.passages)
    if passages:
        like, other = _likeness(passages).best(" ".join(parts), trait.id, given)
        if like >= LIKE and like >= other:
            return Shown(1.0, "like the person's own passage")
    if sides:
        return Shown(float(sides[0].side == "agree"), sides[0].words)
    if trait.polarity == "negative" and (m := _IDEAL.search(" ".join(parts))):
        return Shown(0.0, m[0])
    if not any(_FIRST.search(s) for s in parts):
        return Shown(0.0, "says nothing of itself")
    return Shown(None, "unclear")
