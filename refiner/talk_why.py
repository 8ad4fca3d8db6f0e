"""What the person wrote that is like an answer: trained samples by similarity of words (and of meaning, if installed).

A model has no citations. Likeness says that an answer could stem from a sample, and nothing more; its absence says that
nobody wrote anything like it.

Sentences are compared: the cosine of their TF-IDF vectors over stems (Salton and Buckley, Term-weighting approaches in
automatic text retrieval, 1988), and, with the extra `similar`, the mean of that and of the cosine of their vectors. A
sample's score is the mean over the answer's sentences, weighed by what they say, of the most similar sentence of the
sample: how much of the answer it could have given. Bounds: talk_why.toml.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from refiner.checks import similar
from refiner.checks.stems import WORD, share, stems

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+|\n+")
ALIKE = 0.02  # scores nearer than this are equal, and the question decides


@dataclass(frozen=True)
class Row:
    """A trained row: what was asked last, and all that is answered in it. `kind` "general": it is about nobody."""

    sample: str
    kind: str
    question: str
    answer: str
    key: str = ""  # of the row, as a run notes what it was taught


@dataclass(frozen=True)
class Like:
    """A row that an answer is like. `score` 0..1 of the answer; `asked` 0..1 of the question; `said`: its sentence that
    is most like the answer; `ways`: in how many rows that sentence is the one."""

    row: Row
    score: float
    asked: float
    said: str = ""
    ways: int = 1


@dataclass(frozen=True)
class Part:
    """A sentence of an answer, and the row with the sentence that is most like it (None: there is no row)."""

    text: str
    nearest: Like | None = None

    @property
    def score(self) -> float:
        return self.nearest.score if self.nearest else 0.0


@dataclass(frozen=True)
class Likeness:
    """The most similar rows, best first, and the sentences of the answer, each with what is nearest to it."""

    best: tuple[Like, ...]
    parts: tuple[Part, ...]
    vectors: bool

    @property
    def bound(self) -> float:
        """From which score on a row counts as something that stands behind an answer."""
        return bounds()["vectors" if self.vectors else "words"]

    @property
    def found(self) -> tuple[Like, ...]:
        return tuple(one for one in self.best if one.score >= self.bound)

    @property
    def parted(self) -> tuple[Part, ...]:
        """The answer's sentences that something is like."""
        return tuple(part for part in self.parts if part.score >= self.bound)

    @property
    def alone(self) -> tuple[str, ...]:
        """The answer's sentences that nothing is like."""
        return tuple(part.text for part in self.parts if part.score < self.bound)


@cache
def bounds() -> dict[str, float]:
    """The bounds for words alone and for words with vectors."""
    text = files("refiner").joinpath("talk_why.toml").read_text(encoding="utf-8")
    return {str(k): float(v) for k, v in tomllib.loads(text)["bounds"].items()}


def sentences(text: str) -> list[str]:
    """The sentences of a text that have a word."""
    return [part.strip() for part in _END.split(text) if WORD.search(part)]


class Trained:
    """The rows of a data set, ready to be compared with answers."""

    def __init__(self, rows: Sequence[Row], *, vectors: bool | None = None) -> None:
        """`vectors`: None takes them where they are installed."""
        import numpy as np

        self.rows = tuple(r for r in rows if sentences(r.answer))
        self.vectors = similar.available() if vectors is None else vectors
        said = [sentences(r.answer) for r in self.rows]
        self._texts = [s for of_row in said for s in of_row]
        self._starts = np.cumsum([0, *map(len, said)])[:-1]
        counts = [_terms(s) for s in self._texts]
        seen = Counter(t for c in counts for t in c)
        n = max(len(self._texts), 1)
        # A word that nobody wrote weighs as much as the rarest: an answer full of such words is like nothing.
        self._unknown = math.log(1 + n)
        self._idf: Mapping[str, float] = {t: math.log(1 + n / k) for t, k in seen.items()}
        self._places: dict[str, list[tuple[int, float]]] = {}
        for i, c in enumerate(counts):
            for term, weight in self._unit(c).items():
                self._places.setdefault(term, []).append((i, weight))
        self._meanings: Any = similar.embed(self._texts).astype(np.float64) if self.vectors and self._texts else None

    def like(self, question: str, answer: str, most: int = 3) -> Likeness:
        """The rows that an answer is most like; of those that say the same sentence to it the first alone."""
        import numpy as np

        parts = sentences(answer)
        if not parts or not self.rows:
            return Likeness((), tuple(Part(p) for p in parts), self.vectors)
        near = self._near(parts)
        of_rows = np.maximum.reduceat(near, self._starts, axis=1)
        weights = np.array([sum(self._weight(t) * k for t, k in _terms(p).items()) or 0.01 for p in parts])
        scores = np.round(weights @ of_rows / weights.sum(), 6)
        asked = self._asked(question)
        order = sorted(
            range(len(self.rows)), key=lambda i: (-round(scores[i] / ALIKE), -asked[i], -scores[i], self.rows[i].sample)
        )
        together = weights @ near
        best: dict[str, Like] = {}
        for i in order:
            said = self._said(i, together)
            if (told := best.get(said)) is not None:
                best[said] = replace(told, ways=told.ways + 1)
            elif len(best) < most:
                best[said] = Like(self.rows[i], float(scores[i]), asked[i], said)
        ranked = sorted(best.values(), key=lambda one: -one.score)
        told_of = []
        for part, of_texts in zip(parts, near, strict=True):
            place = int(of_texts.argmax())
            row_at = int(np.searchsorted(self._starts, place, side="right")) - 1
            score = round(float(of_texts[place]), 6)
            told_of.append(Part(part, Like(self.rows[row_at], score, asked[row_at], self._texts[place])))
        return Likeness(tuple(ranked), tuple(told_of), self.vectors)

    def _said(self, row: int, near: Matrix) -> str:
        """The sentence of a row that is most like the answer."""
        first = int(self._starts[row])
        end = int(self._starts[row + 1]) if row + 1 < len(self.rows) else len(self._texts)
        return self._texts[first + int(near[first:end].argmax())]

    def _near(self, parts: Sequence[str]) -> Matrix:
        """How similar each sentence of an answer is to each sentence of the rows, 0..1."""
        import numpy as np

        words = np.zeros((len(parts), len(self._texts)))
        for i, part in enumerate(parts):
            for term, weight in self._unit(_terms(part)).items():
                for place, other in self._places.get(term, ()):
                    words[i, place] += weight * other
        words = np.clip(words, 0.0, 1.0)
        if self._meanings is None:
            return words
        meanings = similar.embed(list(parts)).astype(np.float64) @ self._meanings.T
        return np.asarray((words + np.clip(np.nan_to_num(meanings), 0.0, 1.0)) / 2)

    def _asked(self, question: str) -> list[float]:
        from rapidfuzz import fuzz

        return [fuzz.token_sort_ratio(question.casefold(), r.question.casefold()) / 100 for r in self.rows]

    def _weight(self, term: str) -> float:
        return self._idf.get(term, self._unknown)

    def _unit(self, counts: Mapping[str, float]) -> dict[str, float]:
        raw = {t: k * self._weight(t) for t, k in counts.items()}
        size = math.sqrt(sum(w * w for w in raw.values()))
        return {t: w / size for t, w in raw.items()} if size else {}


def _terms(text: str) -> dict[str, float]:
    """The stems of a sentence with the weight of their words; all words count where none says much."""
    out: dict[str, float] = {}
    words = [m[0].lower() for m in WORD.finditer(text)]
    for floor in (0.0, 0.05):
        for word in words:
            weight = max(share(word), floor)
            if weight and (stem := stems(word)):
                out[stem[0]] = max(out.get(stem[0], 0.0), weight)
        if out:
            break
    return out
