"""How much more pleasant a refined note sounds than its raw one: the drift of its mean sentence valence. Pure.

Valence is the compound score of VADER, -1 to 1 (C. J. Hutto and E. Gilbert, VADER: A Parsimonious Rule-based Model for
Sentiment Analysis of Social Media Text, ICWSM 2014), whose lexicon comes with the package. It knows English, reads a
sentence at a time and is right about most of them, not all: it says where to look, and stops nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from refiner.edits import in_force, render_span
from refiner.models import Edit, Entry, Note
from refiner.notes import split_sentences
from refiner.stages.self_image_words import only_gender


class Drift(NamedTuple):
    """How the changed sentences of a note sound, raw and refined. Means over the same raw sentences, -1 to 1."""

    note: str
    changed: int  # raw sentences that are other ones now, the gender aside
    raw: float
    refined: float

    @property
    def drift(self) -> float:
        return self.refined - self.raw


@cache
def _analyser() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it opens its lexicon by codecs.open
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        return SentimentIntensityAnalyzer()


@lru_cache(maxsize=4096)
def valence(text: str) -> float:
    """The valence of a text: the sum over its sentences, each -1 to 1; 0 for none."""
    parts = split_sentences(text, (Entry(start=0, end=len(text)),))
    return sum(float(_analyser().polarity_scores(s.text)["compound"]) for s in parts)


def mean_valence(text: str) -> float:
    """The mean valence of the sentences of a text, -1 to 1; 0 for none."""
    return valence(text) / max(1, len(split_sentences(text, (Entry(start=0, end=len(text)),))))


def drift(note: Note, edits: Sequence[Edit], names: Collection[str]) -> Drift | None:
    """The drift of a note; None where no sentence changed but for words that say a gender.

    A sentence that is the same on both sides cancels out, so only changed ones are read; one that is left out counts as
    0. What only says the other gender, and the narrator's names (`names`), stands on both sides alike.
    """
    live = [e for e in edits if e.status in ("undecided", "approved", "edited")]
    gender = [e for e in live if only_gender(e, names)]
    standing = in_force(live)
    changing = [e for e in standing if e not in gender]
    groups: list[tuple[int, int]] = []  # raw spans, whole sentences, that an edit changes or joins
    for edit in changing:
        near = [
            s for s in note.sentences if s.start < edit.end and edit.start < s.end or s.start <= edit.start <= s.end
        ]
        start, end = min([edit.start, *(s.start for s in near)]), max([edit.end, *(s.end for s in near)])
        if groups and start < groups[-1][1]:
            groups[-1] = (groups[-1][0], max(end, groups[-1][1]))
        else:
            groups.append((start, end))
    raw = refined = 0.0
    count = 0
    for start, end in groups:
        base = [e for e in gender if start <= e.start and e.end <= end]
        raw += valence(render_span(note.text, start, end, base))
        refined += valence(render_span(note.text, start, end, standing))
        count += sum(start <= s.start < end for s in note.sentences) or 1
    return Drift(note.path, count, raw / count, refined / count) if count else None
