"""Times that need to be counted from something: a birth, a school year, the day of writing, another event."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from refiner.timeline.bounds import Window, month_window, shift_months, year_window
from refiner.timeline.frame import (
    Frame,
    Piece,
    age_window,
    by_both_ends,
    holiday_of,
    last_before,
    month_of,
    next_after,
    school_window,
    season_of,
    year_of,
)
from refiner.timeline.fuzzy import ROMAN, meaning, number
from refiner.timeline.words import (
    HOLIDAY, MON, MONTHS, NUMBER, ORDINAL, QUANTITY, SEASON, SEASONS, UNIT, WEEKDAY, WEEKDAYS, any_of,
)  # fmt: skip

DAYS = {"day": 1.0, "week": 7.0, "fortnight": 14.0, "month": 30.4375, "year": 365.25, "decade": 3652.5}
NO_WRITTEN = "the day of writing is not known"
NO_CONTEXT = "which one is meant is not said"


# ---- the narrator's own life -----------------------------------------------------------------------------------------


def _lived(m: re.Match[str], frame: Frame, first: int, last: int, grain: str) -> Piece | None:
    if not frame.born:
        return Piece(m.start(), m.end(), None, grain, problem="the date of birth is not known")
    window = age_window(frame.born, first, last)
    if frame.written and frame.written.high is not None and window.low is not None and window.low > frame.written.high:
        return None  # nobody has been older than on the day of writing: the number is about something else
    return Piece(m.start(), m.end(), window, grain)


def _age(m: re.Match[str], frame: Frame) -> Piece | None:
    n = number(m["n"])
    return None if n is None or not 0 <= n <= 110 else _lived(m, frame, n, n, "year")


def _at_age(m: re.Match[str], frame: Frame) -> Piece | None:
    n = number(m["n"])
    if n is None or n < 13 or re.search(r"\b(?:he|she|they|who)\s*$", m.string[: m.start()], re.IGNORECASE):
        return None  # "at nine" is a time of day, and "he at seventy-four" somebody else
    return _age(m, frame)


_TENS = {w: 10 * i for i, w in enumerate("twenties thirties forties fifties sixties seventies eighties".split(), 2)}


def _age_decade(m: re.Match[str], frame: Frame) -> Piece | None:
    word, part = m["tens"].casefold(), (m["part"] or "").casefold()
    if word == "teens":
        row = meaning("teens", "age")
        return _lived(m, frame, row.low, row.high, "range") if row else None
    row = meaning(part, "decade")
    first, last = (row.low, row.high) if row else (0, 9)
    return _lived(m, frame, _TENS[word] + first, _TENS[word] + last, "range")


def _childhood(m: re.Match[str], frame: Frame) -> Piece | None:
    row = meaning("teens" if "teen" in m[0].casefold() else "childhood", "age")
    return _lived(m, frame, row.low, row.high, "range") if row else None


_OTHERS = re.compile(
    r"\b(?:teach(?:es|ing)?|taught|tutor(?:ed|ing)?|(?:my|his|her|our|their)\s+(?:son|daughter|kids?|child|children|"
    r"students?|pupils?|nephew|niece|grandson|granddaughter|brother|sister|cousin)(?:\s+(?:is|was))?|he\s+(?:is|was)|"
    r"she\s+(?:is|was))\b[^.;]{0,20}$",
    re.IGNORECASE,
)


def _school(m: re.Match[str], frame: Frame) -> Piece | None:
    if _OTHERS.search(m.string[: m.start()]):
        return None
    word = m["g"]
    grade = ROMAN.get(word) or number(word)
    if grade is None or not 1 <= grade <= 12:
        return None
    return _grades(m, frame, grade, grade)


def _named_school(m: re.Match[str], frame: Frame) -> Piece | None:
    word = re.sub(r"[\s-]+", " ", m[0].casefold())
    grades = {"lkg": (-1, -1), "ukg": (0, 0), "kindergarten": (-1, 0)}.get(word, (11, 12))
    return None if _OTHERS.search(m.string[: m.start()]) else _grades(m, frame, *grades)


def _grades(m: re.Match[str], frame: Frame, first: int, last: int) -> Piece:
    window = school_window(first, last, frame)
    return Piece(m.start(), m.end(), window, "year", problem="" if window else "the first school year is not known")


# ---- the day of writing ----------------------------------------------------------------------------------------------


def _from_writing(m: re.Match[str], frame: Frame, grain: str, find: Callable[[int], Window | None]) -> Piece | None:
    if not frame.written:
        return Piece(m.start(), m.end(), None, grain, problem=NO_WRITTEN)
    window = by_both_ends(frame.written, find)
    return Piece(m.start(), m.end(), window, grain) if window else None


def _pointed(m: re.Match[str], frame: Frame) -> Piece | None:
    """last June, this March, next Diwali, that summer, last Friday."""
    word, named = m["point"].casefold(), m.groupdict()
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
    if word in ("that", "the following", "the next", "the same"):
        if not frame.context:
            return Piece(m.start(), m.end(), None, grain, problem=NO_CONTEXT)
        find = (lambda d: year_by(year_of(d))) if word in ("that", "the same") else (lambda d: next_after(d, year_by))
        window = by_both_ends(frame.context, find)
        return Piece(m.start(), m.end(), window, grain) if window else None
    if word.endswith("last"):
        return _from_writing(m, frame, grain, lambda d: last_before(d, year_by, over=True))
    if word == "next":
        return _from_writing(m, frame, grain, lambda d: next_after(d, year_by))
    if grain == "season":  # "this winter" may have begun last year
        return _from_writing(m, frame, grain, lambda d: last_before(d, year_by, over=False))
    return _from_writing(m, frame, grain, lambda d: year_by(year_of(d)))


def _weekday(m: re.Match[str], frame: Frame) -> Piece | None:
    wanted, word = WEEKDAYS[m["wday"].casefold()], m["point"].casefold()
    if word in ("that", "the following", "the next", "the same"):
        return None

    def find(day: int) -> Window:
        back = (date.fromordinal(day).weekday() - wanted) % 7
        found = day + 7 - back if word == "next" else day - (back or 7 if word == "last" else back)
        return Window(found, found)

    return _from_writing(m, frame, "day", find)


def _calendar(m: re.Match[str], frame: Frame) -> Piece | None:
    """last year, this month, next week; that year."""
    step = {"last": -1, "this": 0, "next": 1}.get(m["point"].casefold())
    unit = m["unit"].casefold()
    if step is None:
        after = m["point"].casefold() in ("the following", "the next")
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

    return _from_writing(m, frame, unit if unit in ("year", "month") else "range", find)


def divmod_month(year: int, month: int) -> tuple[int, int]:
    """A month counted past either end of its year, as year and month."""
    return year + (month - 1) // 12, (month - 1) % 12 + 1


def _month_of_year(m: re.Match[str], frame: Frame) -> Piece | None:
    """March last year, June of that year, the summer before last is not read."""
    year = _calendar(m, frame)
    if year is None or year.window is None:
        return year
    named = m.groupdict()
    of_year = month_of(MONTHS[m["mon"][:3].casefold()]) if named.get("mon") else season_of(SEASONS[m["season"].casefold()], frame)
    if of_year is None:
        return None
    by_year = of_year
    window = by_both_ends(year.window, lambda d: by_year(year_of(d)))
    return Piece(m.start(), m.end(), window, "month" if named.get("mon") else "season")


_NEAR = {"yesterday": -1, "today": 0, "tonight": 0, "last night": -1, "tomorrow": 1, "the day before yesterday": -2}
_NEAR |= {"this morning": 0, "this evening": 0, "this afternoon": 0}


def _near(m: re.Match[str], frame: Frame) -> Piece | None:
    shift = _NEAR[re.sub(r"\s+", " ", m[0].casefold())]
    return _from_writing(m, frame, "day", lambda d: Window(d + shift, d + shift))


# ---- so long before or after -----------------------------------------------------------------------------------------


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
        return _from_writing(m, frame, "month", lambda d: _month_at(shift_months(d, -12 * n)))
    if m["same"]:
        return None
    return _from_writing(m, frame, unit, lambda d: Window(d - most, d - few))


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


_ANCHOR = r"(?P<anchor>(?!that\b|this\b|which\b|then\b)(?:[^\s,;:.!?()\n—]+)(?:\s+(?!and\b|but\b|when\b|while\b|because\b|so\b)[^\s,;:.!?()\n—]+){0,7})"
_ABOUT = r"(?:(?P<about>about|around|roughly|approximately|nearly|almost|some)\s+)?"
_POINT = r"(?P<point>(?:the\s+)?last|this|next|that|the\s+following|the\s+same)"
_OWN_AGE = rf"(?P<n>{NUMBER})(?!\s*(?:%|o['’]clock|am\b|pm\b|a\.m|p\.m|km|kg|kilos?\b|rupees?\b|percent|per\b|feet|days\b|weeks\b|months\b|hours\b|minutes\b|th\b))"
_SCHOOL = r"(?:grade|standard|std\.?|class)"
_AFTER_AT = r"(?!\s*(?:[:.]\d|to\b|past\b|in the\b|at night|every\b|on\b|sharp\b|thirty\b|fifteen\b|minutes?\b|places\b|points\b|degrees\b|marks\b|metres\b|miles\b))"

_LIST: list[tuple[str, Callable[[re.Match[str], Frame], Piece | None], bool]] = [
    (rf"\bwhen\s+I\s+(?:was|turned|became)\s+(?:about\s+|around\s+|only\s+|just\s+)?{_OWN_AGE}(?:\s+years?(?:\s+old)?)?", _age, True),
    (rf"\bI\s+(?:was|turned)\s+(?:only\s+|just\s+|about\s+|around\s+)?{_OWN_AGE}(?:\s+years?\s+old)?(?=\s*(?:[,.;!—]|when\b|and\b|that\b|then\b|$))", _age, True),
    (rf"\bI\s+(?:was|turned)\s+(?:only\s+|just\s+)?{_OWN_AGE}\s+years?\s+old\b", _age, True),
    (rf"\bat\s+(?:the|my)\s+age\s+of\s+(?P<n>{NUMBER})(?:\s+years)?", _age, True),
    (rf"\bat\s+age\s+(?P<n>{NUMBER})", _age, True),
    (rf"(?<!\bhe )(?<!\bshe )\baged\s+(?P<n>{NUMBER})", _age, True),
    (rf"\b(?:on\s+)?my\s+(?P<n>{ORDINAL})\s+birthday", _age, True),
    (rf"\bat\s+{_OWN_AGE}{_AFTER_AT}", _at_age, True),
    (r"\bin\s+my\s+(?:(?P<part>early|mid|late)[\s-]+)?(?P<tens>teens|" + any_of(_TENS) + r")\b", _age_decade, True),
    (r"\b(?:as\s+an?\s+(?:(?:small|little|young)\s+)?(?:child|boy|girl|kid|teenager)|in\s+my\s+(?:childhood|boyhood|girlhood)|when\s+I\s+was\s+an?\s+(?:(?:small|little|young)\s+)?(?:child|boy|girl|kid|teenager))\b", _childhood, True),
    (rf"\b(?P<g>{ORDINAL})[\s-]+{_SCHOOL}(?!\w)", _school, True),
    (rf"\b(?:{_SCHOOL})\s+(?P<g>{NUMBER})(?![\w%-]|\.\d|\s+students)", _school, True),
    (r"\b(?i:class|std\.?|standard|grade)\s+(?P<g>XII|XI|X|IX|VIII|VII|VI|V|IV|III|II)\b", _school, False),
    (rf"(?<=\bwas in )(?:the\s+)?(?P<g>{ORDINAL})(?=\s*(?:[,.;]|and\b|when\b|$))", _school, True),
    (rf"\b(?P<g>10th|tenth|12th|twelfth)[\s-]+boards?\b", _school, True),
    (r"\b(?:LKG|UKG|kindergarten|plus[\s-]two)\b", _named_school, True),
    (rf"\b{_POINT}\s+{MON}(?!\s*\d)", _pointed, True),
    (rf"\b{_POINT}\s+{SEASON}(?!\s+(?:of|before|after)\b)", _pointed, True),
    (rf"\b{_POINT}\s+{HOLIDAY}", _pointed, True),
    (rf"\b(?P<point>on|last|this|next)\s+{WEEKDAY}(?!\s+(?:mornings|evenings|nights|afternoons|of)\b)", _pointed, True),
    (r"(?<!\bthe )\b(?P<point>last|this|next|that|the\s+same|the\s+following|the\s+next)\s+(?P<unit>year|month|week|weekend)\b(?!\s+(?:of|in|at|before|after)\b)", _calendar, True),
    (rf"\b{MON}\s+(?:of\s+)?(?P<point>last|this|next|that|the\s+same|the\s+following|the\s+next)\s+(?P<unit>year)\b", _month_of_year, True),
    (rf"\b{SEASON}\s+(?:of\s+)?(?P<point>last|this|next|that|the\s+same|the\s+following|the\s+next)\s+(?P<unit>year)\b", _month_of_year, True),
    (rf"\b(?:{any_of(_NEAR)})\b", _near, True),
    (rf"\b{_ABOUT}{QUANTITY}\s+{UNIT}\s+ago(?P<same>\s+(?:this\s+month|today))?", _ago, True),
    (rf"\b{_ABOUT}{QUANTITY}\s+{UNIT}\s+(?P<way>after|before)\s+{_ANCHOR}", _offset, True),
    (rf"\b{_ABOUT}{QUANTITY}\s+{UNIT}\s+(?P<way>later|earlier|after\s+that)\b(?!\s+than\b)(?P<anchor>)?", _offset, True),
    (rf"\bthe\s+(?P<what>day|week|month|year|{any_of(SEASONS)})\s+(?P<way>after|before)\s+{_ANCHOR}", _unit_after, True),
]  # fmt: skip
RULES = _LIST
