"""What a time expression is read against (whose life, in which country, written when), and the pieces it gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from refiner.culture import country_of
from refiner.timeline.bounds import Window, edtf_window, month_window, shift_months, year_window
from refiner.timeline.fuzzy import bounds_of, seasons
from refiner.timeline.holidays import holiday


@dataclass(frozen=True)
class Frame:
    """Windows are in days; `context` is the time that the text already speaks of; `events` maps ids to labels."""

    born: Window | None = None
    first_school_year: int | None = None
    school_year_starts: int = 6
    culture: str = "India"
    written: Window | None = None
    context: Window | None = None
    events: Mapping[str, str] = field(default_factory=dict)
    recent: bool = True  # a month without a year is the last one before the writing, as in a diary

    @property
    def seasons(self) -> dict[str, tuple[int, int]]:
        return seasons(self.culture)

    @property
    def day_first(self) -> bool:
        """Is 5/6/2010 the fifth of June?"""
        return country_of(self.culture) != "US"


@dataclass(frozen=True)
class Piece:
    """A time in a text: a window, or an offset from an anchor, or a month, season or holiday that wants a year."""

    start: int
    end: int
    window: Window | None = None
    grain: str = ""
    edtf: str = ""
    wants_year: Callable[[int], Window | None] | None = None
    ahead: bool = False  # it is planned: the first one after the writing
    anchor: str = ""
    offset: tuple[int | None, int | None] = (None, None)
    problem: str = ""
    over: int | None = None  # the first day that may be called "after it", where that is before its last day
    impossible: str = ""  # "day": no calendar has it; "life": no such life, e.g. an age above that at the writing

    def at(self, start: int, end: int) -> Piece:
        return replace(self, start=start, end=end)


class Rule(NamedTuple):
    """A pattern, what its match means, whether capitals do not matter, and words of which a text must hold one (in
    small letters) for the pattern to be tried at all: most sentences hold no time, and patterns are slow."""

    pattern: str
    build: Callable[[re.Match[str], Frame], Piece | None]
    ignore: bool = True
    needs: tuple[str, ...] = ()


def exact(text: str) -> Window | None:
    """The window of an EDTF date, or None."""
    found = edtf_window(text) if text else None
    return found[0] if found else None


def year_of(day: int) -> int:
    """The year of a day's number; of one beyond the calendar, which a fuzzy date can reach, the nearest."""
    return date.fromordinal(min(max(day, date.min.toordinal()), date.max.toordinal())).year


def by_both_ends(window: Window, find: Callable[[int], Window | None]) -> Window | None:
    """What `find` says for a day that is known only to lie in a window: from the first of it to the last of it."""
    if window.low is None or window.high is None:
        return None
    first, last = find(window.low), find(window.high)
    return Window(first.low, last.high) if first and last else None


def from_writing(m: re.Match[str], frame: Frame, grain: str, find: Callable[[int], Window | None]) -> Piece | None:
    """What `find` says for the day of writing; a piece with a problem where that day is not known."""
    if not frame.written:
        return Piece(m.start(), m.end(), None, grain, problem="the day of writing is not known")
    window = by_both_ends(frame.written, find)
    return Piece(m.start(), m.end(), window, grain) if window else None


def last_before(day: int, of_year: Callable[[int], Window | None], *, over: bool) -> Window | None:
    """The latest occurrence that began by `day` (or, where it must be `over`, ended before it)."""
    for year in (year_of(day) + 1, year_of(day), year_of(day) - 1, year_of(day) - 2):
        window = of_year(year)
        if window and window.low is not None and window.high is not None:
            at = window.high if over else window.low
            if at < day + (not over):
                return window
    return None


def next_after(day: int, of_year: Callable[[int], Window | None]) -> Window | None:
    """The first occurrence that begins after `day`."""
    for year in range(year_of(day) - 1, year_of(day) + 3):
        window = of_year(year)
        if window and window.low is not None and window.low > day:
            return window
    return None


def month_of(month: int) -> Callable[[int], Window | None]:
    return lambda year: month_window(year, month)


def season_of(name: str, frame: Frame) -> Callable[[int], Window | None] | None:
    """The season by year, as the culture has it; None where it has none of that name."""
    months = frame.seasons.get(name)
    return (lambda year: month_window(year, *months)) if months else None


def holiday_of(name: str) -> Callable[[int], Window | None]:
    return lambda year: holiday(name, year)


def settle(piece: Piece, frame: Frame) -> Piece:
    """A month, season or holiday without a year: the year that the text speaks of, or the last one before writing."""
    if piece.wants_year is None or piece.window is not None:
        return piece
    window = None
    if piece.ahead:
        if frame.written:
            window = by_both_ends(frame.written, lambda d: next_after(d, piece.wants_year or year_window))
    elif frame.context and None not in frame.context:
        window = by_both_ends(frame.context, lambda d: piece.wants_year(year_of(d)) if piece.wants_year else None)
    elif frame.written and frame.recent:
        window = by_both_ends(frame.written, lambda d: last_before(d, piece.wants_year or year_window, over=False))
    if window is None:
        return replace(piece, problem="of which year is not said")
    return replace(piece, window=window)


def age_window(born: Window, first: int, last: int) -> Window:
    """From the birthday on which one is `first` to the day before the one after `last`."""
    low, high = born
    return Window(
        None if low is None else shift_months(low, 12 * first),
        None if high is None else shift_months(high, 12 * (last + 1)) - 1,
    )


def first_grade(frame: Frame) -> tuple[int, int] | None:
    """The earliest and the latest year in which the first grade can have begun; None without a date to count from."""
    if frame.first_school_year is not None:
        return frame.first_school_year, frame.first_school_year
    if frame.born and frame.born.low is not None and frame.born.high is not None:
        low, high = bounds_of("begins", "first grade, where no year is given")
        return year_of(frame.born.low) + low, year_of(frame.born.high) + high
    return None


def school_window(first: int, last: int, frame: Frame) -> Window | None:
    """School years from grade `first` to grade `last` (0 and -1: kindergarten); None without a date to count from."""
    begun = first_grade(frame)
    if begun is None:
        return None
    starts = frame.school_year_starts
    low = month_window(begun[0] + first - 1, starts).low
    return Window(low, month_window(begun[1] + last - 1, starts, starts + 11).high)
