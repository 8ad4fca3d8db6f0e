"""Dates in words: "in June 1995", "around 2003", "the 1990s". Pure."""

from __future__ import annotations

import re
from calendar import monthrange

from refiner.models import When

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_SHORT = tuple(m[:3] for m in MONTHS)
# Whole words: a marriage is not in March.
_NAMED = re.compile(rf"\b(?:{'|'.join((*MONTHS, *_SHORT, 'Sept'))})\b", re.I)
_SEASONS = {21: "spring", 22: "summer", 23: "autumn", 24: "winter"}
_DAY = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?([~?%]?)")
_DECADE = re.compile(r"(\d{3})X([~?%]?)")


def _one(edtf: str) -> tuple[str, str, bool] | None:
    """(preposition, words, approximate) of a single EDTF date, or None where it is something else."""
    edtf = edtf.strip()
    if match := _DECADE.fullmatch(edtf):
        return "in", f"the {match[1]}0s", bool(match[2])
    match = _DAY.fullmatch(edtf)
    if not match:
        return None
    year, month, day, mark = match[1], int(match[2] or 0), int(match[3] or 0), bool(match[4])
    if month in _SEASONS:
        return "in", f"the {_SEASONS[month]} of {year}", mark
    if not month:
        return "in", year, mark
    if not 1 <= month <= 12:
        return None
    if not day:
        return "in", f"{MONTHS[month - 1]} {year}", mark
    return "on", f"{day} {MONTHS[month - 1]} {year}", mark


def bare(edtf: str) -> str:
    """The date without a preposition, "June 1995", "about 2003"; "" where it cannot be said."""
    one = _one(edtf)
    if one is None:
        return ""
    return f"about {one[1]}" if one[2] else one[1]


def in_words(edtf: str) -> str:
    """The date as an adverbial, "in June 1995", "around 2003", "between May and August 1995"; "" if unsaid."""
    if "/" in edtf:
        left, _, right = edtf.partition("/")
        start, end = _one(left), _one(right)
        if start and end:
            a, b = start[1], end[1]
            if a == b:
                return f"{start[0]} {a}"
            # "between May 1995 and August 1995" repeats a year that one mention gives.
            if re.fullmatch(r"[A-Z][a-z]+ \d{4}", a) and a[-4:] == b[-4:]:
                a = a[:-5]
            return f"between {a} and {b}"
        if end and left in ("", ".."):
            return f"before {end[1]}"
        if start and right in ("", ".."):
            return f"after {start[1]}"
        return ""
    one = _one(edtf)
    if one is None:
        return ""
    return f"around {one[1]}" if one[2] else f"{one[0]} {one[1]}"


def when_words(when: When) -> str:
    """An event's time as an adverbial, from its EDTF or else its bounds; "" where it is not known to three years."""
    if when.edtf and (said := in_words(when.edtf)):
        return said
    first, last = when.earliest[:4], when.latest[:4]
    if not (first.isdigit() and last.isdigit()):
        return ""
    if first == last:
        return f"in {first}"
    return f"between {first} and {last}" if int(last) - int(first) <= 3 else ""


def years_of(when: When) -> tuple[int, int] | None:
    """First and last year in which it can have happened; None where a bound is missing."""
    first, last = when.earliest[:4], when.latest[:4]
    if first.isdigit() and last.isdigit():
        return int(first), int(last)
    found = [int(y) for y in re.findall(r"\d{4}", when.edtf)]
    return (min(found), max(found)) if found else None


def heading_edtf(words: str) -> str:
    """The EDTF date in a dated heading ("14 June 2003", "2003-06-14", "June 2003", "2003"); "" without a year.

    Only the day-month order that needs no guess is read: "03/04/2003" gives the year alone.
    """
    if match := re.search(r"\b(\d{4})-(\d{2})(?:-(\d{2}))?\b", words):
        return _possible(match[1], int(match[2]), int(match[3] or 0))
    year = re.search(r"\b(1[89]\d{2}|20\d{2})\b", words)
    if not year:
        return ""
    rest = words.replace(year[0], " ")
    named = _NAMED.search(rest)
    if not named:
        return year[0]
    day = re.search(r"\b([0-3]?\d)(?:st|nd|rd|th)?\b", rest)
    return _possible(year[0], _SHORT.index(named[0][:3].title()) + 1, int(day[1]) if day else 0)


def _possible(year: str, month: int, day: int) -> str:
    """As much of a date as the calendar has: no day of 31 June, no month 13."""
    if not 1 <= month <= 12:
        return year
    within = int(year) and 1 <= day <= monthrange(int(year), month)[1]
    return f"{year}-{month:02d}-{day:02d}" if within else f"{year}-{month:02d}"


def in_month(edtf: str) -> str:
    """Like `in_words`, without the day: questions ask "in June 2003", not "on 14 June 2003"."""
    return in_words(re.sub(r"^(\d{4}-\d{2})-\d{2}", r"\1", edtf))
