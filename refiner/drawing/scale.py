"""The axis of time that both drawings share: which days it shows, where a day stands on it, and its years."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from refiner.models import Event, Timeline
from refiner.timeline.bounds import FIRST, LAST, ImpossibleTime, Window, edtf_window, to_day

REACH_BACK, REACH_ON = 120 * 366, 12 * 366
"""Days before and after now that the axis shows at most: a slip of the pen (0202 for 2002) must not flatten a life."""

VAGUE = 10 * 366
"""Days of a window from which an event that gives no time itself counts as undated."""


@dataclass(frozen=True)
class Tick:
    year: int
    at: float  # share of the width, 0 to 1


@dataclass(frozen=True)
class Scale:
    """Days from `first` to `last` (ordinals), laid over a width of 1."""

    first: int
    last: int
    now: int

    def at(self, day: int) -> float:
        """Where a day stands, 0 to 1; what lies outside stands at the edge."""
        return (min(max(day, self.first), self.last) - self.first) / (self.last - self.first)

    def ticks(self, most: int) -> list[Tick]:
        """Round years, no more than `most` of them."""
        first, last = (date.fromordinal(d).year for d in (self.first, self.last))
        step = next((s for s in (1, 2, 5, 10, 20, 25) if (last - first) / s <= most), 50)
        years = range(-(-first // step) * step, last + 1, step)
        return [Tick(y, self.at(date(y, 1, 1).toordinal())) for y in years if y >= 1]


def window_of(timeline: Timeline, event: str) -> Window:
    """First and last day on which an event can have begun; open where nothing is known."""
    low, high = timeline.windows.get(event, ("", ""))
    return Window(to_day(low), to_day(high))


def day_of(timeline: Timeline, event: Event) -> int | None:
    """The day to draw an event at. None where all that is known of it is a life: when it was is not said, and its
    window comes from the day of birth and that of writing alone."""
    window = window_of(timeline, event.id)
    said = event.when.edtf or event.when.earliest or event.when.latest or event.when.anchor
    low, high = window
    vague = low is None or high is None or high - low > VAGUE
    return None if vague and not said else middle(window)


def edtf_days(text: str) -> Window:
    """The days of an EDTF date; open for "", ".." and what is no date."""
    try:
        found = edtf_window(text) if text and text != ".." else None
    except ImpossibleTime:
        return Window(None, None)
    return found[0] if found else Window(None, None)


def middle(window: Window) -> int | None:
    """The day to draw a window at: its middle, or the end that is known; None where none is."""
    low, high = window
    if low is None or high is None:
        return high if low is None else low
    return (low + high) // 2


def scale_of(timeline: Timeline) -> Scale:
    """From the year of the first thing that is dated to now, or on to what is dated later, and a little room."""
    return scale_from(timeline.now, _days(timeline))


def scale_from(today: str, days: Iterable[int | None]) -> Scale:
    """The axis from the year of the first of these days to the last of them, or to now (ISO), and a little room."""
    now = date.fromisoformat(today).toordinal()
    known = [d for d in days if d is not None and now - REACH_BACK <= d <= now + REACH_ON]
    first = date(date.fromordinal(min([*known, now - 366])).year, 1, 1).toordinal()
    last = max([*known, now])
    return Scale(max(first, FIRST), min(last + max((last - first) // 40, 60), LAST), now)


def _days(timeline: Timeline) -> Iterator[int]:
    windows: Iterable[Window] = (window_of(timeline, e.id) for e in timeline.events)
    for window in windows:
        yield from (d for d in window if d is not None)
    for t in timeline.traits:
        said = [text for i in t.intervals for text in (i.from_, i.until)]
        said += [str(item.get("when", "")) for item in t.evidence]
        yield from (d for text in said for d in edtf_days(text) if d is not None)
