"""Which trait has samples of which kind, and what is missing. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from refiner.config import Config
from refiner.models import Sample, Timeline

KINDS = ("trait", "situation", "memory", "event", "now_and_then", "voice", "opinion", "boundary", "identity")
FLOOR = 4  # samples that an important trait should have, 2 more for each step of importance above 1
ENDED = ("NOT", "RETRACTED")


@dataclass(frozen=True)
class Row:
    """One trait: how many samples of each kind it has, and in words what it lacks."""

    trait: str
    polarity: str
    importance: int
    verdict: str
    counts: dict[str, int]
    missing: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def floor(importance: int) -> int:
    """The least number of samples for a living trait of this importance."""
    return FLOOR + 2 * (importance - 1)


def coverage(samples: Sequence[Sample], config: Config, timeline: Timeline) -> list[Row]:
    """A row for each important trait, the most important first. Rejected samples do not count."""
    live = [s for s in samples if s.status != "rejected"]
    counts: Counter[tuple[str, str]] = Counter((t, s.kind) for s in live for t in dict.fromkeys(s.traits))
    rows = []
    for trait in sorted(config.important, key=lambda t: (-t.importance, t.id)):
        found = timeline.verdict(trait.id)
        verdict = found.verdict if found else "UNKNOWN"
        of = {k: n for k in KINDS if (n := counts[trait.id, k])}
        rows.append(
            Row(
                trait.id,
                trait.polarity,
                trait.importance,
                verdict,
                of,
                _missing(trait.polarity, trait.importance, verdict, of),
            )
        )
    return rows


def _missing(polarity: str, importance: int, verdict: str, of: dict[str, int]) -> tuple[str, ...]:
    out: list[str] = []
    total = sum(of.values())
    if verdict in ("HOLDS", "DORMANT"):
        least = floor(importance)
        if total < least:
            kind = "negative trait" if polarity == "negative" else "trait"
            out.append(f"{kind} with {total} of {least} samples")
        if not of.get("trait"):
            out.append("nothing says it outright")
        if not (of.get("situation") or of.get("memory")):
            out.append("no anecdote shows it")
    elif verdict in ENDED:
        if not of.get("now_and_then"):
            out.append("nothing tells that it is over" if verdict == "NOT" else "nothing tells that it was taken back")
    else:
        out.append(
            {"UNKNOWN": "no note speaks of it"}.get(verdict, f"{verdict.lower()}: settle it with refiner review")
        )
    return tuple(out)
