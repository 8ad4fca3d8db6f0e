"""Times that count from the day of writing, or from the time a text speaks of: "last June", "that March"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from refiner.timeline.bounds import Window, month_window, shift_months, year_window
from refiner.timeline.frame import (
    Frame,
    Piece,
    Rule,
    by_both_ends,
    from_writing,
    holiday_of,
    last_before,
    month_of,
    next_after,
    season_of,
    year_of,
)  # fmt: skip
from refiner.timeline.fuzzy import bounds_of
from refiner.timeline.numbers import number
from refiner.timeline.spans import span_of, unit_of
from refiner.timeline.words import (
    HOLIDAY,
    MON,
    MONTHS,
    NUMBER,
    QUANTITY,
    SEASON,
    SEASONS,
    UNIT,
    WEEKDAY,
    WEEKDAYS,
    any_of,
)

NO_CONTEXT = "which one is meant is not said"


_BY_CONTEXT = ("that", "the same", "the following", "the next", "after that")


def _point(m: re.Match[str]) -> str:
    """The pointing words, single-spaced: a line may end within them."""
    return " ".join(m["point"].casefold().split())


def _pointed(m: re.Match[str], frame: Frame) -> Piece | None:
    """last June, this March, next Diwali, that summer, last Friday."""
    word, named = _point(m), m.groupdict()
    of_year: Callable[[int], Window | None] | None
    if named.get("wday"):
        return _weekday(m, frame)
    if named.get("mon"):
        if m["mon"][0].islower() and m["mon"].casefold() in ("may", "mar"):
            return None
        of_year, grain = month_of(MONTHS[m["mon"][:3].casefold()]), "month"
    elif named.get("season"):
        of_year, grain = season_of(SEASONS[m["season"].casefold()], frame), "season"
    else:
        of_year, grain = holiday_of(m["hol"]), "range"
    if of_year is None:
        return None
    year_by = of_year
    if word in _BY_CONTEXT:
        if not frame.context:
            return Piece(m.start(), m.end(), None, grain, problem=NO_CONTEXT)
        find = (lambda d: year_by(year_of(d))) if word in ("that", "the same") else (lambda d: next_after(d, year_by))
        window = by_both_ends(frame.context, find)
        return Piece(m.start(), m.end(), window, grain) if window else None
    if word.endswith("last"):
        return from_writing(m, frame, grain, lambda d: last_before(d, year_by, over=True))
    if word == "next":
        return from_writing(m, frame, grain, lambda d: next_after(d, year_by))
    if grain == "season":  # "this winter" may have begun last year
        return from_writing(m, frame, grain, lambda d: last_before(d, year_by, over=False))
    return from_writing(m, frame, grain, lambda d: year_by(year_of(d)))


def _weekday(m: re.Match[str], frame: Frame) -> Piece | None:
    wanted, word = WEEKDAYS[m["wday"].casefold()], _point(m)
    if word in _BY_CONTEXT:
        return None

    def find(day: int) -> Window:
        back = (date.fromordinal(day).weekday() - wanted) % 7
        found = day + 7 - back if word == "next" else day - (back or 7 if word == "last" else back)
        return Window(found, found)

    return from_writing(m, frame, "day", find)


def _calendar(m: re.Match[str], frame: Frame) -> Piece | None:
    """last year, this month, next week; that year."""
    word = _point(m)
    step = {"last": -1, "this": 0, "next": 1}.get(word)
    unit = unit_of(m["unit"])
    if step is None:
        after = word in ("the following", "the next")
        if not frame.context or None in frame.context:
            return Piece(m.start(), m.end(), None, unit, problem=NO_CONTEXT)
        window = by_both_ends(frame.context, lambda d: year_window(year_of(d) + after))
        return Piece(m.start(), m.end(), window, "year") if unit == "year" else None

    def find(day: int) -> Window | None:
        d = date.fromordinal(day)
        if unit == "year":
            return year_window(d.year + step)
        if unit == "month":
            return month_window(*divmod_month(d.year, d.month + step))
        if unit == "week":
            monday = day - d.weekday() + 7 * step
            return Window(monday, monday + 6)
        saturday = day - d.weekday() + 5 + 7 * step
        return Window(saturday, saturday + 1)

    return from_writing(m, frame, unit if unit in ("year", "month") else "range", find)


def divmod_month(year: int, month: int) -> tuple[int, int]:
    """A month counted past either end of its year, as year and month."""
    return year + (month - 1) // 12, (month - 1) % 12 + 1


def _month_of_year(m: re.Match[str], frame: Frame) -> Piece | None:
    """March last year, June of that year."""
    year = _calendar(m, frame)
    if year is None or year.window is None:
        return year
    named = m.groupdict()
    of_year = season_of(SEASONS[m["season"].casefold()], frame) if named.get("season") else None
    if named.get("mon"):
        of_year = month_of(MONTHS[m["mon"][:3].casefold()])
    if of_year is None:
        return None
    by_year = of_year
    window = by_both_ends(year.window, lambda d: by_year(year_of(d)))
    return Piece(m.start(), m.end(), window, "month" if named.get("mon") else "season")


_NEAR = {"yesterday": -1, "today": 0, "tonight": 0, "last night": -1, "tomorrow": 1, "the day before yesterday": -2}
_NEAR |= {"this morning": 0, "this evening": 0, "this afternoon": 0, "day before yesterday": -2}


def _near(m: re.Match[str], frame: Frame) -> Piece | None:
    shift = _NEAR[re.sub(r"\s+", " ", m[0].casefold())]
    return from_writing(m, frame, "day", lambda d: Window(d + shift, d + shift))


def _before_last(m: re.Match[str], frame: Frame) -> Piece | None:
    """the year before last, last to last year, the summer before last, the Diwali before last."""
    named = m.groupdict()
    if named.get("unit"):
        unit = m["unit"].casefold()
        if unit == "year":
            return from_writing(m, frame, "year", lambda d: year_window(year_of(d) - 2))
        if unit == "month":
            return from_writing(m, frame, "month", lambda d: month_window(*_month_back(d, 2)))
        return from_writing(m, frame, "range", lambda d: _week(d, -2))
    of_year = season_of(SEASONS[m["season"].casefold()], frame) if named.get("season") else holiday_of(m["hol"])
    return _occurrence(m, frame, of_year, 2)


def _occurrence(
    m: re.Match[str], frame: Frame, of_year: Callable[[int], Window | None] | None, back: int
) -> Piece | None:
    """The `back`-th last one before the day of writing; where the last is only just over, the one before it too."""
    if of_year is None:
        return None
    by_year = of_year

    def find(day: int) -> Window | None:
        ended = [w for y in range(year_of(day) + 1, year_of(day) - back - 2, -1) if (w := by_year(y)) and _over(w, day)]
        return ended[back - 1] if len(ended) >= back else None

    return from_writing(m, frame, "range", find)


def _over(window: Window, day: int) -> bool:
    return window.high is not None and window.high < day


def _feasts_ago(m: re.Match[str], frame: Frame) -> Piece | None:
    """two Diwalis ago, two summers ago."""
    n, named = number(m["n"]), m.groupdict()
    of_year = season_of(SEASONS[m["season"].casefold()], frame) if named.get("season") else holiday_of(m["hol"])
    return None if n is None or not 1 <= n <= 80 else _occurrence(m, frame, of_year, n)


def _week(day: int, step: int) -> Window:
    monday = day - date.fromordinal(day).weekday() + 7 * step
    return Window(monday, monday + 6)


def _month_back(day: int, months: int) -> tuple[int, int]:
    d = date.fromordinal(day)
    return divmod_month(d.year, d.month - months)


def _previous(m: re.Match[str], frame: Frame) -> Piece | None:
    """the previous year, the year before (and no "before what"): of the time that the text speaks of."""
    if not frame.context or None in frame.context:
        return Piece(m.start(), m.end(), None, "year", problem=NO_CONTEXT)
    window = by_both_ends(frame.context, lambda d: year_window(year_of(d) - 1))
    return Piece(m.start(), m.end(), window, "year") if window else None


def _season_later(m: re.Match[str], frame: Frame) -> Piece | None:
    """two summers later: as many years, and half a year more or less."""
    n = number(m["n"])
    if n is None:
        return None
    if not frame.context or frame.context.low is None or frame.context.high is None:
        return Piece(m.start(), m.end(), None, "season", problem=NO_CONTEXT)
    low, high = bounds_of("season", "an event")
    return Piece(
        m.start(),
        m.end(),
        Window(
            shift_months(frame.context.low, 12 * (n - 1)) + max(low, 0),
            shift_months(frame.context.high, 12 * n) + high,
        ),
        "range",
    )


def _lately(m: re.Match[str], frame: Frame) -> Piece | None:
    """in the last two years, over the past three months: up to the day of writing."""
    span = span_of(m)
    if span is None or not frame.written:
        return None
    return from_writing(m, frame, "range", lambda d: Window(d - span.most if span.most else None, d))


_POINT = r"(?P<point>(?:the\s+)?last|this|next|that|the\s+following|the\s+same)"
_POINT_YEAR = r"(?P<point>last|this|next|that|the\s+same|the\s+following|the\s+next)"
# "In my last year there" is the last of some years.
_NOT_ITS_LAST = r"(?<!\bthe\s)(?<!\bmy\s)(?<!\bour\s)(?<!\bhis\s)(?<!\bher\s)(?<!\btheir\s)(?<![’']s\s)"
_POINTS = ("last", "this", "next", "that", "following", "same")
RULES: tuple[Rule, ...] = (
    Rule(rf"\b{_POINT}\s+{MON}(?!\s*\d)", _pointed, True, _POINTS),
    Rule(rf"\b{_POINT}\s+{SEASON}(?!\s+(?:of|before|after)\b)", _pointed, True, _POINTS),
    Rule(rf"\b{_POINT}\s+{HOLIDAY}", _pointed, True, _POINTS),
    Rule(rf"\bthe\s+{MON}\s+(?P<point>after\s+that)\b", _pointed, True, ("after that",)),
    Rule(rf"\bthe\s+{SEASON}\s+(?P<point>after\s+that)\b", _pointed, True, ("after that",)),
    Rule(
        rf"\b(?P<point>on|last|this|next)\s+{WEEKDAY}(?!\s+(?:mornings|evenings|nights|afternoons|of)\b|,?\s+(?:the\s+)?"
        rf"\d|,?\s+{MON.replace('?P<mon>', '?:')})",
        _pointed,
        True,
        ("day",),
    ),
    Rule(
        rf"{_NOT_ITS_LAST}\b{_POINT_YEAR}\s+(?P<unit>year|yr|month|week|weekend)\b(?!\s+(?:of|in|at|before|after)\b)",
        _calendar,
        True,
        ("year", "yr", "month", "week"),
    ),
    Rule(rf"\b{MON}\s+(?:of\s+)?{_POINT_YEAR}\s+(?P<unit>year)\b", _month_of_year, True, ("year",)),
    Rule(rf"\b{SEASON}\s+(?:of\s+)?{_POINT_YEAR}\s+(?P<unit>year)\b", _month_of_year, True, ("year",)),
    Rule(r"\b(?:the\s+)?(?P<unit>year|month|week)\s+before\s+last\b", _before_last, True, ("before last",)),
    Rule(r"\blast\s+to\s+last\s+(?P<unit>year|month|week)\b", _before_last, True, ("last to last",)),
    Rule(rf"\b(?:the\s+)?{SEASON}\s+before\s+last\b", _before_last, True, ("before last",)),
    Rule(rf"\b(?:the\s+)?{HOLIDAY}\s+before\s+last\b", _before_last, True, ("before last",)),
    Rule(
        rf"\b(?P<n>{NUMBER})\s+(?:{HOLIDAY[:-2]}|{SEASON[:-2]})s?\s+(?:ago|back)\b",
        _feasts_ago,
        True,
        (" ago", " back"),
    ),
    Rule(rf"\b(?P<n>{NUMBER})\s+(?:summers|winters|monsoons|springs)\s+later\b", _season_later, True, ("later",)),
    Rule(
        r"\bthe\s+(?:previous\s+year\b|year\s+before\b(?=\s*(?:[,.;!?]|$|I\s+had\b|we\s+had\b|he\s+had\b|she\s+had\b)))",
        _previous,
        True,
        ("the previous", "year before"),
    ),
    Rule(
        rf"\b(?:in|over|during|within|for)\s+(?:the\s+|these\s+)(?:last|past)\s+{QUANTITY}\s+{UNIT}",
        _lately,
        True,
        ("last", "past"),
    ),
    Rule(rf"\b(?:{any_of(_NEAR)})\b", _near, True, ("yesterday", "today", "night", "tomorrow", "this ")),
)
