"""How much of what should be told an answer tells: names, numbers and words that the question did not give away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from refiner.evaluate.words import content, own_sentences, stem, stems_in, tokens

MUCH = 0.5  # of the things or the words: whoever says so many has told it, since nobody says all


class Recall(NamedTuple):
    """`value` from 0 to 1, None where the question gives all away; `missing`: what was not named."""

    value: float | None
    missing: tuple[str, ...] = ()


@lru_cache(maxsize=8192)
def said_in(ask: str, text: str) -> tuple[tuple[str, ...], ...]:
    """The tokens of an answer's own sentences, as stems."""
    return tuple(tuple(stem(w) for w in tokens(s)) for s in own_sentences(ask, text))


def names(spelling: str, said: Iterable[Sequence[str]]) -> bool:
    """Whether a thing is named by this spelling: its words one after the other, a long name with one letter wrong."""
    wanted = [stem(w) for w in tokens(spelling)]
    proper = spelling[:1].isupper()
    n = len(wanted)
    return bool(n) and any(
        all(_same(w, s, proper) for w, s in zip(wanted, words[i : i + n], strict=True))
        for words in said
        for i in range(len(words) - n + 1)
    )


def _same(wanted: str, said: str, proper: bool) -> bool:
    if wanted == said:
        return True
    return (
        proper and min(len(wanted), len(said)) >= 5 and wanted[0] == said[0] and not wanted.isdigit()
        and OSA.distance(wanted, said, score_cutoff=1) <= 1
    )  # fmt: skip


def names_group(group: Sequence[str], said: Iterable[Sequence[str]]) -> bool:
    """Whether one of the spellings of a thing is there."""
    said = tuple(said)
    return any(names(s, said) for s in group)


def open_groups(ask: str, groups: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """The groups that the question itself does not name."""
    asked = [[stem(w) for w in tokens(ask)]]
    return [g for g in groups if g and not names_group(g, asked)]


def recall(ask: str, text: str, groups: Sequence[Sequence[str]], told: Sequence[str]) -> Recall:
    """How much of what should be told is: the mean of the share of things named and the share of the words of that
    sentence which is told best, where half counts as all; 1 where every thing is named. Words of the question count
    for nothing."""
    said = said_in(ask, text)
    given = stems_in([ask])
    wanted = open_groups(ask, groups)
    hit = [names_group(g, said) for g in wanted]
    words = {s for part in said for s in part}
    shares = []
    for sentence in told:
        parts = {s: w for s, w in content(sentence).items() if s not in given}
        if sum(parts.values()) >= (3 if wanted else 1):  # fewer words are only the names again
            shares.append(_enough(sum(w for s, w in parts.items() if s in words) / sum(parts.values())))
    if not wanted and not shares:
        return Recall(None)
    named = [_enough(sum(hit) / len(hit))] if hit else []
    best = [max(shares)] if shares else []
    value = 1.0 if hit and all(hit) else sum(named + best) / len(named + best)
    return Recall(value, tuple(g[0] for g, h in zip(wanted, hit, strict=True) if not h))


def _enough(share: float) -> float:
    return min(1.0, share / MUCH)
