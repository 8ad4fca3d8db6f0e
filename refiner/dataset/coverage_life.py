"""The coverage of a whole life: traits and periods by kind, the mix, and for what is missing which notes would fill it.

A sample lies in the period of its events, else in that of what its notes date; one without a date, and one that reaches
over several periods, are counted apart. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from refiner.dataset.coverage import ANECDOTES, KINDS, Cell, Row, cells, coverage, others, state, total
from refiner.dataset.mix import Share, shares
from refiner.gaps.facts import Facts
from refiner.gaps.gap import Gap, GapKind
from refiner.gaps.periods import ACROSS, UNDATED, period_of
from refiner.gaps.told import WIDE, Telling
from refiner.models import Note, Sample
from refiner.timeline.bounds import to_day

_FILLS: Mapping[str, tuple[GapKind, ...]] = {
    "trait": ("statement", "own-words", "few", "softened"),
    "situation": ("instance", "few", "own-words"),
    "memory": ("instance", "few", "own-words"),
    "now_and_then": ("ending", "date", "cause"),
    "": ("few", "instance", "own-words", "only-me", "statement", "softened", "cause", "conflict"),
}
MOST_NOTES = 4
YOUNG = 366  # days; a time of life that has only begun is not asked for


@dataclass(frozen=True)
class PeriodRow:
    """One period of life, or what has none; `first` and `last` are day numbers, 0 for none."""

    id: str
    name: str
    years: str
    cells: dict[str, Cell]
    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class Lack:
    """A cell that should not be empty, and what would fill it. `kind` "": the whole row is under its floor."""

    row: str  # id of the trait or period
    of: str  # trait | period
    kind: str
    what: str  # what is missing, in words
    notes: tuple[str, ...] = ()
    command: str = ""
    gap: str = ""


@dataclass(frozen=True)
class Coverage:
    """The tables. `other`: samples about no important trait."""

    samples: int
    traits: tuple[Row, ...]
    other: dict[str, Cell]
    periods: tuple[PeriodRow, ...]
    mix: tuple[Share, ...]
    lacks: tuple[Lack, ...] = ()

    @property
    def rows(self) -> list[dict[str, Cell]]:
        """The cells of every row of both tables."""
        return [*(r.cells for r in self.traits), self.other, *(p.cells for p in self.periods)]

    @property
    def kinds(self) -> list[str]:
        """The kinds that have a column: those that the mix asks for, and others that there are."""
        there = {k for of in self.rows for k in of} | {s.kind for s in self.mix if s.wanted}
        return [k for k in (*KINDS, "general") if k in there]

    def empty_in(self, period: PeriodRow) -> tuple[str, ...]:
        """The kinds of which a period should have a sample and has none that is ready."""
        return tuple(x.kind for x in self.lacks if x.of == "period" and x.row == period.id)

    @property
    def negative(self) -> list[Row]:
        """The living negative traits, which have a floor."""
        return [r for r in self.traits if r.polarity == "negative" and r.floor]


def life_coverage(samples: Sequence[Sample], facts: Facts, gaps: Iterable[Gap] = ()) -> Coverage:
    """The coverage of a life's samples; `gaps` are those that a note could fill."""
    by_trait = coverage(samples, facts.config, facts.timeline)
    placed = {s.id: place(s, facts) for s in samples}
    periods = _periods(samples, placed, facts)
    ready = [s for s in samples if state(s) == "ready"]
    found = list(gaps)
    lacks = [x for row in by_trait for x in _trait_lacks(row, samples, found, facts)]
    lacks += [x for p in periods if p.first for x in _period_lacks(p, samples, placed, found, facts)]
    return Coverage(
        len(samples), tuple(by_trait), others(samples, facts.config), tuple(periods),
        tuple(shares(ready, facts.config)), tuple(lacks),
    )  # fmt: skip


# ---- periods -------------------------------------------------------------------------------------------------------


def place(sample: Sample, facts: Facts) -> str:
    """The period that a sample lies in, by its events, else by its notes: a period's id, UNDATED or ACROSS."""
    windows = [w for e in sample.events if (w := _event_days(e, facts))]
    if not windows:
        windows = [w for path in sample.notes for w in _note_days(path, facts)]
    return period_of(windows, facts.periods)


def _event_days(event: str, facts: Facts) -> tuple[int, int] | None:
    low, high = facts.timeline.windows.get(event, ("", ""))
    if not (low and high):
        return None
    a, b = to_day(low), to_day(high)
    return (a, b) if a is not None and b is not None and b - a < WIDE else None


def _note_days(path: str, facts: Facts) -> list[tuple[int, int]]:
    """What a note dates; the days of writing where it dates nothing and is written from day to day."""
    told: Sequence[Telling] = facts.told.get(path, ())
    dated = [(t.low, t.high) for t in told if not t.written and not t.wide]
    if dated or not _daily(facts.by_path.get(path)):
        return dated
    return [(t.low, t.high) for t in told if t.written]


def _daily(note: Note | None) -> bool:
    """Does a note tell of the day on which it was written?"""
    return note is not None and bool(note.meta.date or note.meta.kind == "chat" or any(e.date for e in note.entries))


def _periods(samples: Sequence[Sample], placed: Mapping[str, str], facts: Facts) -> list[PeriodRow]:
    of: dict[str, list[Sample]] = {}
    for s in samples:
        of.setdefault(placed[s.id], []).append(s)
    rows = [PeriodRow(p.id, p.name, p.years, cells(of.get(p.id, ())), p.first, p.last) for p in facts.periods]
    for key, name in ((ACROSS, "over several"), (UNDATED, "without a date")):
        if of.get(key):
            rows.append(PeriodRow(key, name, "", cells(of[key])))
    return rows


# ---- what is missing, and what would fill it -----------------------------------------------------------------------


def _trait_lacks(row: Row, samples: Sequence[Sample], gaps: Sequence[Gap], facts: Facts) -> Iterable[Lack]:
    mine = [s for s in samples if row.trait in s.traits]
    about = [g for g in gaps if g.trait == row.trait]
    if row.short:
        least, ready = row.floor, total(row.cells).ready
        yield _filled(
            "trait", row.trait, "", f"{ready} of {least} samples are ready, {row.short} short", mine, about, facts
        )
    anecdotes = [k for k in row.empty if k in ANECDOTES]
    for kind in row.empty:
        if kind in anecdotes[:-1]:
            continue  # one of them is enough, and one line
        several = anecdotes if kind in anecdotes else [kind]
        of_kind = [s for s in mine if s.kind in several]
        if row.short and any(state(s) == "waiting" for s in of_kind):
            continue  # the same review as for the whole row
        yield _filled(
            "trait",
            row.trait,
            kind,
            f"no {' or '.join(several).replace('_', ' ')} sample is ready",
            of_kind,
            about,
            facts,
        )
    if not row.expected:
        what = (
            "no note says whether it is so" if row.verdict == "UNKNOWN" else f"{row.verdict.lower()}: it is not taught"
        )
        yield _filled("trait", row.trait, "", what, [], about, facts)


def _period_lacks(
    row: PeriodRow, samples: Sequence[Sample], placed: Mapping[str, str], gaps: Sequence[Gap], facts: Facts
) -> Iterable[Lack]:
    if row.cells.get("memory", Cell()).ready or row.id == "before-school" or row.last - row.first < YOUNG:
        return
    mine = [s for s in samples if placed[s.id] == row.id]
    near = [g for g in gaps if g.kind in ("years", "period") and _overlaps(g.years, row.years)]
    told = sorted({t.note for t in facts.lived if t.low <= row.last and row.first <= t.high and not t.written})
    what = "no memory is ready" if total(row.cells).ready else "nothing of it is ready"
    yield _filled("period", row.id, "memory", what, mine, near, facts, told=told)


def _overlaps(a: str, b: str) -> bool:
    if not a or not b:
        return False
    (a1, a2), (b1, b2) = ((int(x[0]), int(x[-1])) for x in (a.split("-"), b.split("-")))
    return a1 <= b2 and b1 <= a2


def _filled(
    of: str, row: str, kind: str, what: str, samples: Sequence[Sample], gaps: Sequence[Gap], facts: Facts,
    *, told: Sequence[str] = (),
) -> Lack:  # fmt: skip
    """A lack with what fills it: samples that wait, then rejected ones, then the gap whose note would give some."""
    trait = f" --trait {row}" if of == "trait" else ""
    undecided = [s for s in samples if s.status == "undecided"]
    held = [s for s in samples if s.status != "undecided" and state(s) == "waiting"]
    rejected = [s for s in samples if state(s) == "rejected"]
    for some, words in (
        (undecided, f"refiner review --stage sample{trait} --status undecided"),
        (held, "refiner review --status undecided"),
        (rejected, f"refiner review --stage sample{trait} --status rejected"),
    ):
        if some:
            notes = tuple(sorted({n for s in some for n in s.notes}))
            told_of = {"undecided": "wait for your review", "rejected": "were rejected"}
            how = told_of.get(words.rsplit(" ", 1)[1], "") if some is not held else "wait for undecided sources"
            only = f" --note {notes[0]}" if len(notes) == 1 and (of == "period" or some is held) else ""
            many = (
                f"{len(some)} {how}" if len(some) > 1 else f"1 {how.replace('wait', 'waits', 1).replace('were', 'was')}"
            )
            return Lack(row, of, kind, f"{what}; {many}", notes[:MOST_NOTES], words + only)
    wanted = _FILLS.get(kind, _FILLS[""]) if of == "trait" else ("period", "years")
    fits = [g for k in wanted for g in gaps if g.kind == k] or [g for g in gaps if g.kind == "conflict"]
    if fits:
        return Lack(row, of, kind, what, fits[0].notes[:MOST_NOTES], fits[0].command, fits[0].id)
    sights = facts.sights.get(row, []) if of == "trait" else []
    notes = tuple(dict.fromkeys(s.note for s in sights)) or tuple(told)
    if notes:
        what += f"; {'sentences speak of it' if sights else 'notes tell of it'}, and no sample was made of them"
    return Lack(row, of, kind, what, notes[:MOST_NOTES])
