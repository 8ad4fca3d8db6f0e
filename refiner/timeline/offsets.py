"""Times that are so long before or after something: "two years after move", "three weeks ago"."""

from __future__ import annotations

import re
from datetime import date

from refiner.timeline.bounds import Window, month_window, shift_months
from refiner.timeline.frame import Frame, Piece, Rule, from_writing
from refiner.timeline.fuzzy import meaning, number
from refiner.timeline.words import QUANTITY, SEASONS, UNIT, any_of

DAYS = {"day": 1.0, "week": 7.0, "fortnight": 14.0, "month": 30.4375, "year": 365.25, "decade": 3652.5}


def span_of(m: re.Match[str]) -> tuple[int, int, str] | None:
    """`(fewest days, most days, unit)` of "about two years", "a few months", "two or three weeks"."""
    words = re.sub(r"\s+", " ", m["n"].casefold()).removeprefix("a ").removesuffix(" of")
    unit = m["unit"].casefold()
    row = meaning(words, "how many")
    low = high = 0.0
    if row:
        low, high = row.low, row.high
    elif words.startswith("half"):
        low = high = 0.5
    elif words in ("a", "an"):
        low = high = 1
    else:
        n = number(words)
        if n is None:
            return None
        low = high = n
    if m["n2"]:
        high = max(high, number(m["n2"]) or 0)
    if m["half"] or m["half2"]:
        low, high = low + 0.5, high + 0.5
    of = {"fortnight": "weeks", "decade": "years"}.get(unit, unit + "s")
    slack = meaning("about" if m["about"] else "exactly", f"offset in {of}")
    factor = 5 if unit == "decade" else 1
    extra = (slack.high if slack and not row else 0) * factor
    return max(1, round(low * DAYS[unit]) - extra), max(1, round(high * DAYS[unit]) + extra), unit


def _ago(m: re.Match[str], frame: Frame) -> Piece | None:
    span = span_of(m)
    if span is None:
        return None
    few, most, unit = span
    n = number(m["n"]) or 1
    if m["same"] and unit == "year":
        return from_writing(m, frame, "month", lambda d: _month_at(shift_months(d, -12 * n)))
    if m["same"]:
        return None
    return from_writing(m, frame, unit, lambda d: Window(d - most, d - few))


def _month_at(day: int) -> Window:
    d = date.fromordinal(day)
    return month_window(d.year, d.month)


def _offset(m: re.Match[str], frame: Frame) -> Piece | None:
    """two years after X; three months before X; a year later."""
    span = span_of(m)
    if span is None:
        return None
    few, most, unit = span
    return _count(m, frame, (-most, -few) if m["way"].casefold() in ("before", "earlier") else (few, most), unit)


def _count(m: re.Match[str], frame: Frame, offset: tuple[int | None, int | None], grain: str) -> Piece | None:
    anchor = (m.groupdict().get("anchor") or "").strip()
    if anchor:
        return Piece(m.start(), m.end(), None, grain, anchor=anchor, offset=offset)
    if not frame.context:
        return Piece(m.start(), m.end(), None, grain, problem="counted from what is not said")
    low, high = frame.context
    window = Window(
        None if low is None or offset[0] is None else low + offset[0],
        None if high is None or offset[1] is None else high + offset[1],
    )
    return Piece(m.start(), m.end(), window, grain)


def _unit_after(m: re.Match[str], frame: Frame) -> Piece | None:
    """the year after X; the summer before X; the day after X."""
    unit, back = re.sub(r"s$", "", m["what"].casefold()), m["way"].casefold() == "before"
    if unit == "day":
        low, high = 1, 1
    else:
        of = "the year after" if unit == "year" else "the season after"
        row = meaning("exactly", of)
        low, high = (row.low, row.high) if row else (1, 365)
        if unit in ("week", "month"):
            low, high = 1, round(2 * DAYS[unit])
    return _count(m, frame, (-high, -low) if back else (low, high), unit if unit in DAYS else "season")


_STOPS = r"(?!and\b|but\b|when\b|while\b|because\b|so\b)"
_ANCHOR = rf"(?P<anchor>(?!that\b|this\b|which\b|then\b)[^\s,;:.!?()—]+(?:\s+{_STOPS}[^\s,;:.!?()—]+){{0,7}})"
_ABOUT = r"(?:(?P<about>about|around|roughly|approximately|nearly|almost|some)\s+)?"
_LONG = rf"\b{_ABOUT}{QUANTITY}\s+{UNIT}"
RULES: tuple[Rule, ...] = (
    (rf"{_LONG}\s+ago(?P<same>\s+(?:this\s+month|today))?", _ago, True),
    (rf"{_LONG}\s+(?P<way>after|before)\s+{_ANCHOR}", _offset, True),
    (rf"{_LONG}\s+(?P<way>later|earlier|after\s+that)\b(?!\s+than\b)(?P<anchor>)?", _offset, True),
    (
        rf"\bthe\s+(?P<what>day|week|month|year|{any_of(SEASONS)})\s+(?P<way>after|before)\s+{_ANCHOR}",
        _unit_after,
        True,
    ),
)
