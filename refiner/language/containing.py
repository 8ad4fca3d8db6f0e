"""Which of many phrases stand in a text, without trying each of them. Pure.

A life has thousands of names and titles and tens of thousands of sentences; nearly none of the first stands in one of
the second. The phrases are found by how they begin: all beginnings of one length are looked up in the pieces of that
length of the text, and only what begins so is compared as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 8  # letters of a beginning: long enough that few phrases share one


class Phrases:
    """Many phrases, made ready once."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_start: dict[int, dict[str, list[str]]] = {}  # by length of the beginning, then by the beginning
        for phrase in dict.fromkeys(phrases):
            start = phrase[:_LONGEST]
            self._by_start.setdefault(len(start), {}).setdefault(start, []).append(phrase)

    def inside(self, text: str) -> set[str]:
        """Those that stand in the text, in the middle of a word too: `{p for p in phrases if p in text}`."""
        found: set[str] = set()
        for size, of_size in self._by_start.items():
            pieces = {text[i : i + size] for i in range(len(text) - size + 1)}
            for start in of_size.keys() & pieces:
                found.update(p for p in of_size[start] if p in text)
        return found
