"""One trait over the years as a bar of signs, with a mark where each event touched it. Pure.

A mark stands in the middle of the days in which the event can have happened; where these are so many that no place is
better than another, a ? stands at their beginning.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from refiner.models import Timeline, TraitVerdict
from refiner.timeline.bounds import ImpossibleTime, Window, edtf_window
from refiner.timeline.frame import year_of
from refiner.timeline.lines import Span
from refiner.timeline.wording import (
    CLASH,
    DARK,
    DORMANT,
    EFFECTS,
    HELD,
    NOT,
    PERHAPS,
    SEEN,
    SEEN_NOT,
    SEVERAL,
    UNDATED,
)

_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_VAGUE = 1000
"""Days: an event that is dated no better than this, and no better than a third of the bar, has no place on it."""
_BEGINS, _WAKES = ("initiates", "reinitiates"), ("initiates", "reinitiates", "resumes")


@dataclass(frozen=True)
class Scale:
    """The years `first` to `last` on `width` cells."""

    first: int
    last: int
    width: int

    @property
    def days(self) -> int:
        return date(self.last, 12, 31).toordinal() + 1 - date(self.first, 1, 1).toordinal()

    def cell(self, day: int) -> int:
        """The cell of a day's number; the nearest one for a day outside of the years."""
        at = (day - date(self.first, 1, 1).toordinal()) * self.width // self.days
        return min(max(at, 0), self.width - 1)

    def axis(self) -> str:
        """Years over the bar, as many as there is room for."""
        row = [" "] * self.width
        span = self.last - self.first + 1
        step = next((s for s in _STEPS if s * self.width / span >= 6), _STEPS[-1])
        for year in range(-(-self.first // step) * step, self.last + 1, step):
            at = (year - self.first) * self.width // span
            if at + 4 <= self.width:
                row[at : at + 4] = f"{year:<4}"
        return "".join(row).rstrip()


def scale(timeline: Timeline, width: int) -> Scale:
    """From the first day that anything on a bar can have happened to now."""
    today = date.fromisoformat(timeline.now).year
    texts = {text for t in timeline.traits for i in t.intervals for text in (i.from_, i.until)}
    texts |= {str(item.get("when", "")) for t in timeline.traits for item in t.evidence if not item.get("void")}
    years = [year_of(day) for text in texts for day in window(text) if day is not None]
    first, last = min([*years, today - 1]), max([*years, today])
    return Scale(max(first, 1), last, width)


def window(edtf: str) -> Window:
    """First and last day of an EDTF date; open where it is none."""
    try:
        found = edtf_window(edtf) if edtf and edtf != ".." else None
    except ImpossibleTime:
        found = None
    return found[0] if found else Window(None, None)


def bar(t: TraitVerdict, years: Scale, clashing: Collection[str]) -> list[Span]:
    """The bar of a trait, a span for each cell. `clashing`: ids of the events that contradict each other."""
    if t.verdict == "RETRACTED":
        return [(" ", "")] * years.width
    effects = [item for item in t.evidence if "event" in item and not item.get("void")]
    signs = _pauses(t, _held(t, years, effects), years, effects)
    row: list[Span] = [(c, "dim" if c in (NOT, DARK) else f"bar.{t.verdict}") for c in signs]
    for at, sign in _marks(t, years, effects, clashing).items():
        row[at] = (sign, "conflict" if sign == CLASH else "mark")
    return row


def _held(t: TraitVerdict, years: Scale, effects: list[dict[str, Any]]) -> list[str]:
    """The bar without marks."""
    cell, width = years.cell, years.width
    ends = [window(e["when"]) for e in effects if e["kind"] == "terminates"]
    if not t.intervals:
        row = [DARK] * width
        lows = [w.low for w in ends if w.low is not None]
        if t.verdict == "NOT" and lows:  # it ended, and nothing says when it had begun
            row[cell(max(lows)) :] = [NOT] * (width - cell(max(lows)))
        return row
    row = [NOT] * width
    for i in t.intervals:
        since, until = window(i.from_), window(i.until)
        low = cell(since.low) if since.low is not None else 0
        high = cell(until.high) if until.high is not None else width - 1
        sure_day = _sure(since, until, effects, ends)
        sure = cell(sure_day) if sure_day is not None else width - 1
        sure_end = cell(until.low) if until.low is not None else (width - 1 if not i.until else 0)
        for at in range(low, high + 1):
            row[at] = HELD if sure <= at <= sure_end else PERHAPS
    if t.verdict == "CONTESTED":  # what comes after the last change is what is not known
        final = t.intervals[-1]
        changed = window(final.until or final.from_).low
        start = 0 if changed is None else cell(changed)
        row[start:] = [PERHAPS] * (width - start)
    return row


def _sure(since: Window, until: Window, effects: Iterable[dict[str, Any]], ends: Iterable[Window]) -> int | None:
    """The first day on which the trait certainly held: another event may say that it had begun, with a better date."""
    best = since.high
    for e in effects:
        w = window(e["when"])
        if e["kind"] not in _BEGINS or w.low is None or w.high is None or (best is not None and w.high >= best):
            continue
        if since.low is not None and w.low < since.low:
            continue
        if until.low is not None and w.high >= until.low:
            continue
        others = [o for o in ends if o != until]
        if all((o.high is not None and o.high < w.low) or _from(o, until) for o in others):
            best = w.high
    return best


def _from(end: Window, until: Window) -> bool:
    """Is this end none before the one that closes the stretch?"""
    return until.low is not None and end.low is not None and end.low >= until.low


def _pauses(t: TraitVerdict, row: list[str], years: Scale, effects: list[dict[str, Any]]) -> list[str]:
    """The bar with the stretches in which the trait was suspended."""
    placed = [(day, e["kind"]) for e in effects if (day := _day(window(e["when"]), years)) is not None]
    for day, kind in placed:
        if kind != "suspends":
            continue
        woken = min((other for other, k in placed if k in _WAKES and other > day), default=None)
        if woken is None and t.verdict != "DORMANT":
            continue
        stop = years.width if woken is None else years.cell(woken)
        for at in range(years.cell(day), stop):
            row[at] = DORMANT if row[at] == HELD else row[at]
    if t.verdict == "DORMANT" and row[-1] == HELD:
        row[-1] = DORMANT
    return row


def _day(days: Window, years: Scale) -> int | None:
    """The day at which an event is drawn; None where no place is better than another."""
    low, high = days
    if low is None:
        return high
    high = (
        high if high is not None else date(years.last, 12, 31).toordinal()
    )  # it lies before now, or it would not count
    return None if high - low > max(_VAGUE, years.days // 3) else (low + high) // 2


def _marks(t: TraitVerdict, years: Scale, effects: list[dict[str, Any]], clashing: Collection[str]) -> dict[int, str]:
    """The mark of each cell that has one. Effects go before observations, a contradiction before all."""
    found: dict[int, set[str]] = {}
    for e in effects:
        days = window(e["when"])
        day = _day(days, years)
        at = years.cell(day if day is not None else days.low or 0)
        sign = CLASH if e["event"] in clashing else EFFECTS[e["kind"]][0] if day is not None else UNDATED
        found.setdefault(at, set()).add(sign)
    seen: dict[int, set[str]] = {}
    for item in t.evidence:
        day = _day(window(str(item.get("when", ""))), years) if "observation" in item else None
        if day is not None:
            seen.setdefault(years.cell(day), set()).add(SEEN if item["observation"] else SEEN_NOT)
    both = seen | found
    return {at: CLASH if CLASH in s else min(s) if len(s) == 1 else SEVERAL for at, s in both.items()}
