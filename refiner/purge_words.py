"""What only one note says, as hashes of its words, and where such words stand in a file.

A text is found by *shingles* (Broder, "On the resemblance and containment of documents", 1997, section 2): every run of
five words, without regard to case, punctuation and line breaks. Hashes are enough to search with, so that what waits on
the disk while a purge is at work (`refiner.purging`) holds none of the note's words.

A shingle counts for a note where nothing else that the person wrote has it and it could not be anybody's: two words of
five letters or more, or a word of four that stands nowhere else. "At the end of the" is no trace of a note.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIZE = 5  # words of a shingle
LONG, OWN = 5, 4  # letters of a word that is no mere link between others; of a word that can be a note's own
LONGEST_NAME = 6  # words of a name or title
_WORD = re.compile(r"[^\W_]+")
_PRIME, _BITS = 0x9E3779B97F4A7C15, (1 << 64) - 1
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_DEEP = 3  # JSON that stands in JSON that stands in JSON


@lru_cache(maxsize=1 << 18)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def words(text: str) -> list[str]:
    """The words of a text in small letters, apostrophes and hyphens as gaps between them."""
    return [word.casefold() for word in _WORD.findall(_plain(text))]


def _plain(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def hash_of(run: Iterable[str]) -> int:
    """The hash of some words in their order, 64 bits, the same in every process."""
    value = 0
    for word in run:
        value = (value * _PRIME + _hash(word)) & _BITS
    return value


def shingles(said: Sequence[str], size: int = SIZE) -> Iterator[tuple[int, int]]:
    """(place of its first word, hash) of each run of `size` words."""
    for at in range(len(said) - size + 1):
        yield at, hash_of(said[at : at + size])


def shingle_set(said: Sequence[str]) -> set[int]:
    """The hashes of all shingles of a text."""
    return {value for _, value in shingles(said)}


def runs_of(names: Iterable[str]) -> set[tuple[str, ...]]:
    """Names and titles as words, those that are one short word left out."""
    found = {tuple(words(name)) for name in names}
    return {run for run in found if 0 < len(run) <= LONGEST_NAME and sum(map(len, run)) >= 3}


@dataclass(frozen=True)
class Marks:
    """By what a text is known: shingles, and names of so many words, which count where they begin with a capital."""

    shingles: frozenset[int] = frozenset()
    names: frozenset[tuple[int, int]] = frozenset()  # (words, hash)

    def __bool__(self) -> bool:
        return bool(self.shingles or self.names)

    def as_json(self) -> dict[str, list[int] | list[list[int]]]:
        return {"shingles": sorted(self.shingles), "names": [list(n) for n in sorted(self.names)]}

    def found_in(self, text: str) -> Iterator[tuple[int, str]]:
        """(line, the words there) of what is known, one for each run of words that belong together."""
        folded = _plain(text)
        spans = [m.span() for m in _WORD.finditer(folded)]
        hashes = np.array([_hash(folded[a:b].casefold()) for a, b in spans], dtype=np.uint64)
        until = -1
        for at, size, named in sorted(self._places(hashes)):
            if at >= until and (not named or folded[spans[at][0]].upper() == folded[spans[at][0]]):
                until = at + size
                start = spans[at][0]
                yield folded.count("\n", 0, start) + 1, " ".join(folded[start : spans[until - 1][1]].split())

    def _places(self, hashes: NDArray[np.uint64]) -> Iterator[tuple[int, int, bool]]:
        """(place, words, whether it is a name) of all that is known."""
        wanted: dict[tuple[int, bool], set[int]] = {(SIZE, False): set(self.shingles)}
        for size, value in self.names:
            wanted.setdefault((size, True), set()).add(value)
        for (size, named), values in wanted.items():
            rows = len(hashes) - size + 1
            if not values or rows < 1:
                continue
            sums = np.zeros(rows, dtype=np.uint64)  # wraps at 64 bits, as `hash_of` does
            for k in range(size):
                sums = sums * np.uint64(_PRIME) + hashes[k : k + rows]
            places = np.flatnonzero(np.isin(sums, np.array(sorted(values), dtype=np.uint64)))
            if len(places):
                ours = frozenset() if named else own_words()
                yield from ((int(at), size, named) for at in places if int(sums[at]) not in ours)

    def stands_in(self, text: str) -> bool:
        """Whether anything of it is in this text as it is, or as JSON or HTML would write it."""
        return any(next(self.found_in(view), None) is not None for view in views(text))


@dataclass
class Maker:
    """Makes the marks of one note. `others`: all else that the person wrote, other notes and settings."""

    others: Iterable[str] = ()
    shingles: set[int] = field(default_factory=set)
    names: set[tuple[int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._words: set[str] = set()
        self._runs: dict[int, set[int]] = {SIZE: set()}
        self._said = [words(text) for text in self.others]
        for said in self._said:
            self._words.update(said)
            self._runs[SIZE] |= shingle_set(said)

    def add_raw(self, text: str) -> None:
        """The note itself: each shingle that is nobody's else."""
        said = words(text)
        for at, value in shingles(said):
            if value not in self._runs[SIZE] and self._tells(said[at : at + SIZE]):
                self.shingles.add(value)

    def add_made(self, text: str) -> None:
        """What was made of it: a shingle counts with a word of the note's own in it, for the others may be a rule's."""
        said = words(text)
        for at, value in shingles(said):
            if value not in self._runs[SIZE] and any(map(self._is_own, said[at : at + SIZE])):
                self.shingles.add(value)

    def add_names(self, names: Iterable[str]) -> None:
        """Names and titles, those that something else the person wrote has left out."""
        self.names |= {(len(run), hash_of(run)) for run in runs_of(names) if not self.elsewhere(run)}

    def elsewhere(self, run: Sequence[str]) -> bool:
        """Whether anything else that the person wrote has these words in this order."""
        known = self._runs.get(len(run))
        if known is None:
            known = self._runs[len(run)] = {v for said in self._said for _, v in shingles(said, len(run))}
        return hash_of(run) in known

    def made(self) -> Marks:
        return Marks(frozenset(self.shingles), frozenset(self.names))

    def _is_own(self, word: str) -> bool:
        return len(word) >= OWN and word not in self._words

    def _tells(self, run: Sequence[str]) -> bool:
        return sum(len(w) >= LONG for w in run) >= 2 or any(map(self._is_own, run))


def views(text: str) -> Iterator[str]:
    r"""The text, and what it says where it is JSON (`\u0939`, `\n`, also nested) or HTML (`&#x27;`, tags)."""
    yield text
    plain = text
    for _ in range(_DEEP):
        if "\\" not in plain:
            break
        plain = _unescaped(plain)
        yield plain
    if "&" in text or "<" in text:
        yield html.unescape(_TAG.sub(" ", text))


def _unescaped(text: str) -> str:
    def said(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return " " if match[2] in "nrtbf" else match[2]

    out = _ESCAPE.sub(said, text)
    return out.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # two halves of a character in one


@lru_cache(maxsize=1)
def own_words() -> frozenset[int]:
    """The shingles of this program's own texts (rules, prompts, general rows): a note that has one of them left no
    trace by it. Read when something was found, and only then."""
    found: set[int] = set()
    package = Path(__file__).parent
    folders = [package, *(f for name in ("prompts", "training") for f in (package.parent / name, package / f"_{name}"))]
    for folder in folders:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if file.suffix in (".py", ".toml", ".md", ".jsonl") and "_sample" not in file.parts and file.is_file():
                found.update(v for _, v in shingles(words(file.read_text(encoding="utf-8", errors="replace"))))
    return frozenset(found)
