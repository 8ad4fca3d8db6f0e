"""Times that are so long before or after something: "two years after move", "three weeks ago", "a year into it"."""

from __future__ import annotations

import re
from datetime import date

from refiner.timeline.bounds import Window, month_window, shift_months
from refiner.timeline.frame import Frame, Piece, Rule, from_writing
from refiner.timeline.fuzzy import bounds_of
from refiner.timeline.landmarks import name_at
from refiner.timeline.numbers import number
from refiner.timeline.spans import DAYS, span_of, unit_of
from refiner.timeline.words import QUANTITY, SEASONS, UNIT, any_of


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
    return from_writing(m, frame, unit, lambda d: Window(None if most is None else d - most, d - few))


def _month_at(day: int) -> Window:
    d = date.fromordinal(day)
    return month_window(d.year, d.month)


def _offset(m: re.Match[str], frame: Frame) -> Piece | None:
    """two years after X; more than three months before X; a year later."""
    span = span_of(m)
    if span is None:
        return None
    few, most, unit = span
    if few == 0 and m.groupdict().get("less"):
        few = 1  # "less than a year after" it is after it
    back = m["way"].casefold() in ("before", "earlier")
    if m["way"].casefold() == "before" and _HAD.search(m.string, 0, m.start()):
        return None  # "I had, many years before, said so": before the time told of
    return _count(m, frame, (None if most is None else -most, -few) if back else (few, most), unit)


_HAD = re.compile(r"\bhad,?\s+\Z", re.IGNORECASE)


def _within(m: re.Match[str], frame: Frame) -> Piece | None:
    """within six months of X: after it as a rule, but the words allow both; within a month: after what was told."""
    span = span_of(m)
    if span is None or span.most is None:
        return None
    high = round((number(m["n"]) or 1) * DAYS[span.unit]) if not m["n2"] else span.most
    high = max(high, span.most if m["two"] or m["so"] or number(m["n"]) is None else high)
    way = (m["way"] or "").casefold()
    low = -high if way == "of" else 0
    return _count(m, frame, (-high, 0) if way == "before" else (low, high), span.unit)


def _into(m: re.Match[str], frame: Frame) -> Piece | None:
    """a year into the marriage: so long after it began."""
    span = span_of(m)
    return None if span is None else _count(m, frame, (span.few, span.most), span.unit)


def _count(m: re.Match[str], frame: Frame, offset: tuple[int | None, int | None], grain: str) -> Piece | None:
    anchor = (m.groupdict().get("anchor") or "").strip()
    if anchor:
        # Where the words name an event of a kind that is known, they end there: "after my wedding my father fell ill".
        name = name_at(m.string, m.start("anchor"), frame.events)
        anchor, end = (name.words, name.end) if name else (anchor, m.end())
        return Piece(m.start(), end, None, grain, anchor=anchor, offset=offset)
    if not frame.context:
        return Piece(m.start(), m.end(), None, grain, problem="counted from what is not said")
    low, high = frame.context
    window = Window(
        None if low is None or offset[0] is None else low + offset[0],
        None if high is None or offset[1] is None else high + offset[1],
    )
    if window == (None, None):
        return None
    if _after(window, frame.written):
        # "thirteen years later" than what the text spoke of last would be after the writing: something else is meant.
        return Piece(m.start(), m.end(), None, grain, problem="counted from what is not said")
    return Piece(m.start(), m.end(), window, grain)


def _after(window: Window, written: Window | None) -> bool:
    return bool(written and written.high is not None and window.low is not None and window.low > written.high)


def _unit_after(m: re.Match[str], frame: Frame) -> Piece | None:
    """the year after X; the summer before X; the day after X."""
    unit, back = unit_of(re.sub(r"s$", "", m["what"].casefold())), m["way"].casefold() == "before"
    if unit == "day":
        low, high = 1, 1
    elif unit in ("week", "month"):
        low, high = 1, round(2 * DAYS[unit])
    else:
        low, high = bounds_of("exactly", "the year after" if unit == "year" else "the season after")
    return _count(m, frame, (-high, -low) if back else (low, high), unit if unit in DAYS else "season")


# An anchor ends where another clause begins: "the winter after Dada died I began to smoke".
_STOPS = r"(?!(?:and|but|when|while|because|so|I|i|we|he|she|they|you)\b)"
_WORD = r"[^\s,;:.!?()—]+"
ANCHOR = (
    rf"(?P<anchor>(?!(?-i:[A-Z]\.)|(?:that|this|which|then|last|it|all|now|yesterday|today)\b){_WORD}(?:(?<=\bI)\s+{_WORD})?"
    rf"(?:\s+{_STOPS}{_WORD}){{0,7}})"
)
ABOUT = (
    r"(?:(?P<about>(?:just|a\s+little|slightly|a\s+bit)\s+(?:over|under|more\s+than|less\s+than)|not\s+quite|about|around|"
    r"roughly|approximately|nearly|almost|some|close\s+to|hardly|barely|maybe|perhaps|probably)\s+|"
    r"(?P<more>more\s+than|over|at\s+least|no\s+less\s+than|a\s+good)\s+|(?P<less>less\s+than|under|at\s+most|"
    r"(?:not|no)\s+more\s+than|not\s+even)\s+)?"
)
LONG = rf"\b{ABOUT}{QUANTITY}\s+{UNIT}"
_AFTER = (" after", " before")
RULES: tuple[Rule, ...] = (
    Rule(
        rf"{LONG}\s+(?:ago\b|back\b(?!\s+(?:to|in|and|home|from|at|on|then)\b))(?P<same>\s+(?:this\s+month|today))?",
        _ago,
        True,
        (" ago", " back"),
    ),
    Rule(rf"{LONG}\s+(?P<way>after|before)\s+{ANCHOR}", _offset, True, _AFTER),
    Rule(
        rf"{LONG}\s+(?P<way>later|earlier|after\s+that)\b(?!\s+than\b)(?P<anchor>)?",
        _offset,
        True,
        ("later", "earlier", "after that"),
    ),
    Rule(rf"\bwithin\s+{QUANTITY}\s+{UNIT}\s+(?P<way>of|after|before)\s+{ANCHOR}", _within, True, ("within",)),
    Rule(
        rf"\bwithin\s+{QUANTITY}\s+{UNIT}(?=\s*(?:[,.;]|$|(?:I|we|he|she|they|it|my|the)\b))(?P<way>)?",
        _within,
        True,
        ("within",),
    ),
    Rule(rf"{LONG}\s+into\s+(?=(?:my|our|the)\b){ANCHOR}", _into, True, ("into",)),
    Rule(
        rf"\bthe\s+(?P<what>day|week|month|year|{any_of(SEASONS)})\s+(?P<way>after|before)\s+(?!(?:I|we|he|she)\s+had\b){ANCHOR}",
        _unit_after,
        True,
        _AFTER,
    ),
)
