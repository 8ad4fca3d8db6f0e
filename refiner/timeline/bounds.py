"""Days as whole numbers, and what an EDTF date means in days. `edtf` only checks the grammar: its bounds are padded.

EDTF is ISO 8601-2 (Library of Congress, https://www.loc.gov/standards/datetime/). Supported of level 0: day, month,
year, interval, a time of day (left out); of level 1: `~ ? %`, decade and century (199X, 19XX), unspecified month or day
(1995-XX), seasons 21-24, open and unknown ends; of level 2: sets as the stretch that holds them ([1998, 2000..2002]),
quarters 33-36, thirds of a year 37-39, halves 40-41, `~ ? %` on a part. Not: years before 1 or after 9999, exponents
and significant digits, seasons of a hemisphere.
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from functools import lru_cache

FIRST, LAST = date.min.toordinal(), date.max.toordinal()


class ImpossibleTime(ValueError):
    """Words or figures that look like a date and name none, such as 31 February."""


class Window(tuple[int | None, int | None]):
    """First and last possible day, inclusive; None: open on that side."""

    def __new__(cls, low: int | None, high: int | None) -> Window:
        return super().__new__(cls, (low, high))

    @property
    def low(self) -> int | None:
        return self[0]

    @property
    def high(self) -> int | None:
        return self[1]


def to_day(iso: str) -> int | None:
    """The day's number; None for "". Raises ImpossibleTime where it is no ISO day."""
    if not iso:
        return None
    try:
        return date.fromisoformat(iso).toordinal()
    except ValueError:
        raise ImpossibleTime(f'"{iso}" is no day; write 2014-08-19') from None


def to_iso(day: int | None) -> str:
    """The ISO day of a number; "" for None."""
    return "" if day is None else date.fromordinal(_clamped(day)).isoformat()


def _clamped(day: int) -> int:
    """The nearest day that the calendar of years 1 to 9999 has."""
    return min(max(day, FIRST), LAST)


def day_of(year: int, month: int, day: int) -> int:
    """The number of a calendar day. Raises ImpossibleTime for 31 February and the like."""
    try:
        return date(year, month, day).toordinal()
    except ValueError:
        if not 1 <= month <= 12:
            raise ImpossibleTime(f"there is no month {month}") from None
        if not 1 <= year <= 9999:
            raise ImpossibleTime(f"there is no year {year}") from None
        name, most = calendar.month_name[month], calendar.monthrange(year, month)[1]
        raise ImpossibleTime(f"there is no {day} {name} {year}: that month has {most} days") from None


def month_window(year: int, month: int, last_month: int | None = None) -> Window:
    """From the first day of a month to the last of it or of a later one; a month above 12 is in the next year."""
    low = day_of(year, month, 1)
    year, month = _carry(year, last_month or month)
    return Window(low, day_of(year, month, calendar.monthrange(max(1, min(year, 9999)), month)[1]))


def year_window(first: int, last: int | None = None) -> Window:
    """Whole years, as windows are: 2014 is not 1 January."""
    return Window(day_of(first, 1, 1), day_of(last or first, 12, 31))


def shift_months(day: int, months: int) -> int:
    """The same day some months on or back, or the last day of that month where it is shorter."""
    d = date.fromordinal(_clamped(day))
    year, month = _carry(d.year, d.month + months)
    if not 1 <= year <= 9999:
        return FIRST if months < 0 else LAST
    return date(year, month, min(d.day, calendar.monthrange(year, month)[1])).toordinal()


def _carry(year: int, month: int) -> tuple[int, int]:
    return year + (month - 1) // 12, (month - 1) % 12 + 1


def widen_months(window: Window, months: int) -> Window:
    """The window with some months more on either side; whole months stay whole."""
    low, high = window
    return Window(
        None if low is None else shift_months(low, -months),
        None if high is None else shift_months(high + 1, months) - 1,
    )


def edtf_of(window: Window) -> str:
    """The shortest EDTF that says the window exactly: 2014, 2010-06, 2010-06/2010-08, ../2003; "" for no bounds."""
    low, high = window
    if low is None and high is None:
        return ""
    a = None if low is None else date.fromordinal(_clamped(low))
    b = None if high is None else date.fromordinal(_clamped(high))
    whole_years = (not a or (a.month, a.day) == (1, 1)) and (not b or (b.month, b.day) == (12, 31))
    whole_months = (not a or a.day == 1) and (not b or b.day == calendar.monthrange(b.year, b.month)[1])
    size = 4 if whole_years else 7 if whole_months else 10
    left = a.isoformat()[:size] if a else ".."
    right = b.isoformat()[:size] if b else ".."
    return left if left == right else f"{left}/{right}"


SEASON_CODES = {21: "spring", 22: "summer", 23: "autumn", 24: "winter"}
PART_CODES = {33 + i: (3 * i + 1, 3 * i + 3) for i in range(4)}  # quarters
PART_CODES |= {37 + i: (4 * i + 1, 4 * i + 4) for i in range(3)} | {40: (1, 6), 41: (7, 12)}
_LONGEST = 200  # characters of a date; more is none, and would be read part by part
_TIME_OF_DAY = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}(?::?\d{2})?)?\Z")
_MARKED_PART = re.compile(r"[~?%]?\d{3}[\dX][~?%]?(?:-[~?%]?[\dX]{2}[~?%]?){0,2}\Z")
_DATE = re.compile(r"(\d{4}|\d{3}X|\d{2}XX)(?:-(\d{2}|XX))?(?:-(\d{2}|XX))?([~?%]?)\Z")


def edtf_window(text: str, seasons: dict[str, tuple[int, int]] | None = None) -> tuple[Window, str] | None:
    """`(window, granularity)` of an EDTF date; None where it is no EDTF, or a part of EDTF that nothing here reads.

    `seasons` maps a season's name to its first and last month. Raises ImpossibleTime for 2014-02-31.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    if text[:1] in "[{" and text[-1:] in "]}" and len(text) > 2:
        return _set(text[1:-1], seasons)
    if _TIME_OF_DAY.match(text):
        text = text[:10]
    if "/" in text:
        left, _, right = text.partition("/")
        ends = [
            edtf_window(part, seasons) if part not in ("", "..") else (Window(None, None), "") for part in (left, right)
        ]
        if ends[0] is None or ends[1] is None or (left in ("", "..") and right in ("", "..")):
            return None
        low, high = ends[0][0].low, ends[1][0].high
        if low is not None and high is not None and low > high:
            raise ImpossibleTime(f'"{text}" ends before it begins')
        return Window(low, high), "range"
    match = _DATE.match(text)
    if not match and _MARKED_PART.match(text):
        return _marked(text, seasons) if _is_edtf(text) else None
    if not match:
        return None
    found = _plain(*match.groups(), seasons=seasons)
    # Plain ISO dates need no grammar, which takes milliseconds a date.
    if found is not None and not text.replace("-", "").isdecimal() and not _is_edtf(text):
        return None
    return found


def _set(inside: str, seasons: dict[str, tuple[int, int]] | None) -> tuple[Window, str] | None:
    """One or all of some dates: the stretch from the first to the last of them."""
    windows = []
    for part in inside.split(","):
        found = edtf_window(part.strip().replace("..", "/") if ".." in part else part, seasons)
        if found is None:
            return None
        windows.append(found[0])
    lows, highs = [w.low for w in windows], [w.high for w in windows]
    low = None if None in lows else min(x for x in lows if x is not None)
    return Window(low, None if None in highs else max(x for x in highs if x is not None)), "range"


def _marked(text: str, seasons: dict[str, tuple[int, int]] | None) -> tuple[Window, str] | None:
    """A mark on a part: before it, on that part alone; after it, on the year as well."""
    match = _DATE.match(re.sub(r"[~?%]", "", text))
    found = _plain(*match.groups(), seasons=seasons) if match else None
    if found is None:
        return None
    parts = text.split("-")
    if re.match(r"[~?%]", parts[0]) or any(re.search(r"[~?%]\Z", p) for p in parts):
        return widen_months(found[0], 6), "range"
    if len(parts) > 1 and re.match(r"[~?%]", parts[1]):
        return widen_months(found[0], 1), "range"
    low, high = found[0]
    return Window(None if low is None else low - 7, None if high is None else high + 7), "range"


def _plain(
    y: str, m: str | None, d: str | None, mark: str, *, seasons: dict[str, tuple[int, int]] | None
) -> tuple[Window, str] | None:
    circa = bool(mark)
    if "X" in y:
        first, last = int(y.replace("X", "0")), int(y.replace("X", "9"))
        window, grain = year_window(max(first, 1), last), "decade" if y.endswith("X") and y[2] != "X" else "century"
        return (widen_months(window, 12) if circa else window), grain
    year = int(y)
    if year < 1:
        return None
    if m is None or m == "XX":
        return (widen_months(year_window(year), 6) if circa else year_window(year)), "year"
    month = int(m)
    if month in PART_CODES and d is None:
        window = month_window(year, *PART_CODES[month])
        return (widen_months(window, 1) if circa else window), "range"
    if month in SEASON_CODES and d is None:
        a, b = (seasons or {}).get(SEASON_CODES[month], ((month - 21) * 3 + 3, (month - 21) * 3 + 5))
        window = month_window(year, a, b)
        return (widen_months(window, 1) if circa else window), "season"
    if not 1 <= month <= 12:
        return None
    if d is None or d == "XX":
        window = month_window(year, month)
        return (widen_months(window, 1) if circa else window), "month"
    day = day_of(year, month, int(d))
    return (Window(day - 7, day + 7) if circa else Window(day, day)), "day"


@lru_cache(maxsize=4096)
def _is_edtf(text: str) -> bool:
    from edtf import EDTFParseException, parse_edtf

    try:
        parse_edtf(text)
    except EDTFParseException:
        return False
    return True
