"""Which trait has samples of which kind, in which state, and what is missing. Pure.

A sample that is about two traits counts in both rows; one that is about no important trait counts in the row of the
others. Rejected samples are counted apart and fill nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from refiner.config import Config
from refiner.models import Sample, Timeline

KINDS = ("trait", "situation", "memory", "event", "now_and_then", "voice", "opinion", "boundary", "identity")
FLOOR = 4  # samples that an important trait should have, 2 more for each step of importance above 1
ENDED = ("NOT", "RETRACTED")
LIVING = ("HOLDS", "DORMANT")
ANECDOTES = ("situation", "memory")


@dataclass(frozen=True)
class Cell:
    """Samples of one row and one kind: approved or edited and free, still to be decided or held back, rejected."""

    ready: int = 0
    waiting: int = 0
    rejected: int = 0

    @property
    def live(self) -> int:
        return self.ready + self.waiting

    def __add__(self, other: Cell) -> Cell:
        return Cell(self.ready + other.ready, self.waiting + other.waiting, self.rejected + other.rejected)


def state(sample: Sample) -> str:
    """ready, waiting or rejected."""
    if sample.status == "rejected":
        return "rejected"
    return "ready" if sample.status in ("approved", "edited") and not sample.blocked else "waiting"


def cells(samples: Iterable[Sample]) -> dict[str, Cell]:
    """The samples by kind, in the order of KINDS, then others; kinds without a sample are left out."""
    found: dict[str, Cell] = {}
    for s in samples:
        found[s.kind] = found.get(s.kind, Cell()) + Cell(**{state(s): 1})
    order = {k: i for i, k in enumerate(KINDS)}
    return {k: found[k] for k in sorted(found, key=lambda k: (order.get(k, len(order)), k))}


def total(of: Mapping[str, Cell]) -> Cell:
    """All cells of a row together."""
    return sum(of.values(), Cell())


@dataclass(frozen=True)
class Row:
    """One trait: its samples by kind, and in words what it lacks."""

    trait: str
    polarity: str
    importance: int
    verdict: str
    cells: dict[str, Cell] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind there are, the rejected ones left out."""
        return {k: c.live for k, c in self.cells.items() if c.live}

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def floor(self) -> int:
        """The least number of samples that the trait should have; 0 where it is not taught as living."""
        return floor(self.importance) if self.verdict in LIVING else 0

    @property
    def short(self) -> int:
        """How many ready samples the trait lacks to its floor."""
        return max(0, self.floor - total(self.cells).ready)

    @property
    def expected(self) -> tuple[str, ...]:
        """The kinds that the trait should have a sample of; a trait that is over: that it tells so."""
        if self.verdict in ENDED:
            return ("now_and_then",)
        return ("trait", *ANECDOTES) if self.verdict in LIVING else ()

    @property
    def empty(self) -> tuple[str, ...]:
        """The expected kinds without a ready sample; of the anecdotes one kind is enough, one that waits if need be."""
        ready = {k for k, c in self.cells.items() if c.ready}
        waiting = {k for k, c in self.cells.items() if c.waiting}
        told = ready & set(ANECDOTES) or waiting & set(ANECDOTES)
        enough = set(ANECDOTES) if told & ready else set(ANECDOTES) - waiting if told else set()
        return tuple(k for k in self.expected if k not in ready | enough)


def floor(importance: int) -> int:
    """The least number of samples for a living trait of this importance."""
    return FLOOR + 2 * (importance - 1)


def coverage(samples: Sequence[Sample], config: Config, timeline: Timeline) -> list[Row]:
    """A row for each important trait, the most important first."""
    of: dict[str, list[Sample]] = {}
    for s in samples:
        for told in dict.fromkeys(s.traits):
            of.setdefault(told, []).append(s)
    rows = []
    for trait in sorted(config.important, key=lambda t: (-t.importance, t.id)):
        found = timeline.verdict(trait.id)
        verdict = found.verdict if found else "UNKNOWN"
        row = Row(trait.id, trait.polarity, trait.importance, verdict, cells(of.get(trait.id, ())))
        lacks = _missing(trait.polarity, trait.importance, verdict, row.counts)
        rows.append(replace(row, missing=lacks))
    return rows


def others(samples: Iterable[Sample], config: Config) -> dict[str, Cell]:
    """The samples that are about no important trait, by kind."""
    important = {t.id for t in config.important}
    return cells(s for s in samples if not important & set(s.traits))


def _missing(polarity: str, importance: int, verdict: str, of: Mapping[str, int]) -> tuple[str, ...]:
    out: list[str] = []
    count = sum(of.values())
    if verdict in LIVING:
        least = floor(importance)
        if count < least:
            kind = "negative trait" if polarity == "negative" else "trait"
            out.append(f"{kind} with {count} of {least} samples")
        if not of.get("trait"):
            out.append("nothing says it outright")
        if not any(of.get(k) for k in ANECDOTES):
            out.append("no anecdote shows it")
    elif verdict in ENDED:
        if not of.get("now_and_then"):
            out.append("nothing tells that it is over" if verdict == "NOT" else "nothing tells that it was taken back")
    else:
        out.append(
            "no note says whether it is so"
            if verdict == "UNKNOWN"
            else f"{verdict.lower()}: settle it with refiner review"
        )
    return tuple(out)
