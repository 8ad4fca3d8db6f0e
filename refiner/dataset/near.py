"""Near-duplicates among questions and answers: the same words but for one or two. Pure.

The measure is the normalised indel similarity of rapidfuzz (`fuzz.ratio`, 0 to 100) over lower-case words. Texts with
other numbers are never near: "What happened in 2011?" is not "What happened in 2012?".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import fuzz, process

from refiner.stages.composing.text import normal

NEAR = 90.0  # of 100; two questions of six words that differ in one short word have about 90
_NUMBER = re.compile(r"\d+")


class Texts:
    """A growing set of texts that can be asked whether it has one like another."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._by_numbers: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        flat = normal(text)
        self._by_numbers[_numbers(flat)].append(flat)

    def remove(self, text: str) -> None:
        """Takes away one of the texts that are the same. Raises ValueError where there is none."""
        flat = normal(text)
        self._by_numbers[_numbers(flat)].remove(flat)

    def near(self, text: str, *, least: float = NEAR) -> bool:
        """Whether one of the texts is the same or nearly the same."""
        flat = normal(text)
        others = self._by_numbers.get(_numbers(flat), ())
        return process.extractOne(flat, others, scorer=fuzz.ratio, score_cutoff=least) is not None


def alike(a: str, b: str, least: float = NEAR) -> bool:
    """Whether two texts are the same or nearly the same."""
    return Texts([a]).near(b, least=least)


def _numbers(flat: str) -> tuple[str, ...]:
    return tuple(_NUMBER.findall(flat))
