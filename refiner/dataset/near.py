"""Near-duplicates among questions and answers: the same words but for one or two. Pure.

The measure is the normalised indel similarity of rapidfuzz (`fuzz.ratio`, 0 to 100) over lower-case words. Texts with
other numbers are never near: "What happened in 2011?" is not "What happened in 2012?".
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from rapidfuzz import fuzz, process

from refiner.stages.composing.text import normal

NEAR = 90.0  # of 100; two questions of six words that differ in one short word have about 90
FEW = 64  # texts that are all compared
_NONE: frozenset[str] = frozenset()
_NUMBER = re.compile(r"\d+")


class Texts:
    """A growing set of texts that can be asked whether it has one like another.

    Of many texts only those are compared that share a word, or its beginning, with the three words of the asked one
    that are rarest among them: a text that has other words in no more than two places is among these (the prefix filter
    of Chaudhuri, Ganti and Kaushik 2006, "A primitive operator for similarity joins in data cleaning", section 4).
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._by_numbers: dict[tuple[str, ...], _Group] = defaultdict(_Group)
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        flat = normal(text)
        self._by_numbers[_numbers(flat)].add(flat)

    def remove(self, text: str) -> None:
        """Takes away one of the texts that are the same. Raises ValueError where there is none."""
        flat = normal(text)
        self._by_numbers[_numbers(flat)].remove(flat)

    def near(self, text: str, *, least: float = NEAR) -> bool:
        """Whether one of the texts is the same or nearly the same."""
        flat = normal(text)
        group = self._by_numbers.get(_numbers(flat))
        if group is None:
            return False
        return process.extractOne(flat, group.like(flat), scorer=fuzz.ratio, score_cutoff=least) is not None


class _Group:
    """Texts with the same numbers, how often each was added, and in which of them a word begins so."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()
        self._having: dict[str, set[str]] = defaultdict(set)

    def add(self, flat: str) -> None:
        self._count[flat] += 1
        for start in _starts(flat):
            self._having[start].add(flat)

    def remove(self, flat: str) -> None:
        if flat not in self._count:
            raise ValueError(flat)
        self._count[flat] -= 1
        if not self._count[flat]:
            del self._count[flat]
            for start in _starts(flat):
                self._having[start].discard(flat)

    def like(self, flat: str) -> Collection[str]:
        """The texts that may be like this one."""
        if flat in self._count:
            return (flat,)
        if len(self._count) <= FEW:
            return self._count.keys()
        rarest = sorted((self._having.get(start, _NONE) for start in _starts(flat)), key=len)[:3]
        return _NONE.union(*rarest)


def alike(a: str, b: str, least: float = NEAR) -> bool:
    """Whether two texts are the same or nearly the same."""
    return Texts([a]).near(b, least=least)


def _numbers(flat: str) -> tuple[str, ...]:
    return tuple(_NUMBER.findall(flat))


def _starts(flat: str) -> set[str]:
    """The beginnings of its words: "kites" and "kite" count as one."""
    return {word[:4] for word in flat.split()}
