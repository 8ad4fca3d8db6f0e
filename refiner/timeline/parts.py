"""Stretches of the calendar that have names: quarters, half years, financial and academic years, eras."""

from __future__ import annotations

import re
from functools import lru_cache

from refiner.culture import country_of
from refiner.timeline.bounds import Window, day_of, edtf_window, month_window, to_day, year_window
from refiner.timeline.frame import Frame, Piece, Rule
from refiner.timeline.fuzzy import ERAS, bounds_of, south_asian
from refiner.timeline.words import YEAR, full_year

QUARTERS = ("first", "second", "third", "fourth")


def quarter(year: int, word: str, frame: Frame) -> Window:
    """The quarter of a year; in South Asia it may be that of the financial year, which begins in April."""
    of = "quarters of a year in South Asia" if south_asian(frame.culture) else "quarters of a year"
    return month_window(year, *bounds_of(word, of))


def _quarter(m: re.Match[str], frame: Frame) -> Piece:
    return Piece(m.start(), m.end(), quarter(full_year(m["y"]), QUARTERS[int(m["q"]) - 1], frame), "range")


def _half(m: re.Match[str], frame: Frame) -> Piece:
    low, high = bounds_of("first half" if m["q"] == "1" else "second half", "year")
    return Piece(m.start(), m.end(), month_window(full_year(m["y"]), low, high), "range")


def _two_years(m: re.Match[str], frame: Frame) -> Piece | None:
    """FY 2012-13, academic year 2009-10, FY 2013."""
    first, last = full_year(m["y"]), m["z"]
    kind = "academic" if m.groupdict().get("school") else "financial"
    if last is None:
        return Piece(m.start(), m.end(), _months(first, *bounds_of("financial", "FY 2013")), "range")
    if (first + 1) % 100 != int(last) % 100:
        return None
    return Piece(m.start(), m.end(), _months(first, *bounds_of(kind, "2012-13")), "range")


def _months(year: int, low: int, high: int) -> Window:
    return Window(month_window(year + (low - 1) // 12, (low - 1) % 12 + 1).low, month_window(year, 1, high).high)


def _turn(m: re.Match[str], frame: Frame) -> Piece:
    low, high = bounds_of("turn", "the century")
    return Piece(m.start(), m.end(), year_window(2000 + low, 2000 + high), "range")


def _new_century(m: re.Match[str], frame: Frame) -> Piece:
    return Piece(m.start(), m.end(), year_window(2000, 2010), "decade")


def _month_in_figures(m: re.Match[str], frame: Frame) -> Piece:
    return Piece(m.start(), m.end(), month_window(int(m["y"]), int(m["m"])), "month")


def year_month(m: re.Match[str], frame: Frame) -> Piece | None:
    """2003-04 in prose: April 2003, or as often the years 2003 to 2004; 2014-02 can only be a month."""
    found = edtf_window(m[0], frame.seasons)
    if found is None:
        return None
    year, last = int(m[0][:4]), int(m[0][5:7])
    if last <= year % 100 or not m[0][-1].isdigit():
        return Piece(m.start(), m.end(), found[0], found[1], edtf=m[0])
    return Piece(m.start(), m.end(), Window(day_of(year, 1, 1), day_of(year // 100 * 100 + last, 12, 31)), "range")


@lru_cache(maxsize=16)
def _eras(culture: str) -> dict[str, tuple[Window, int | None]]:
    """The eras that a culture knows, by name; where a narrower word is unknown there, the wider one stands for it."""
    found = {}
    for era in ERAS:
        window = edtf_window(era.edtf)
        if window and era.culture in ("", culture):
            found[era.name] = (window[0], to_day(era.over))
    return found


def _era(m: re.Match[str], frame: Frame) -> Piece | None:
    names = _eras(country_of(frame.culture).casefold())
    name = next(n for n, part in zip(_ERA_NAMES, m.groups(), strict=True) if part is not None)
    era = names.get(name) or (names.get("pandemic") if "lockdown" in name else None)
    if era is None or not _IN_THE_ERA.search(m.string[: m.start()]) or _ERA_NOUN.match(m.string, m.end()):
        return None  # "he died of Covid", "a second lockdown"
    return Piece(m.start(), m.end(), era[0], "range", over=era[1])


_ERA_NAMES = tuple(era.name for era in ERAS)
_IN_THE_ERA = re.compile(
    r"\b(?:in|during|before|after|since|until|till|by|throughout|through|from|post|pre|between|of|about|around)[\s-]+"
    r"(?:the\s+(?:time|days|months|years|start|beginning|end|middle)\s+of\s+)?\Z",
    re.IGNORECASE,
)
_ERA_NOUN = re.compile(
    r"\s+(?:positive|negative|area|zone|rules?|pass|test|vaccine|patients?|cases?|ward|duty|deaths?|report|virus)\b",
    re.I,
)
RULES: tuple[Rule, ...] = (
    Rule(rf"\bQ(?P<q>[1-4])\s*(?:of\s+|,\s*|-\s*)?(?:CY\s*)?{YEAR}", _quarter, False, ("q1", "q2", "q3", "q4")),
    Rule(rf"\bH(?P<q>[12])\s*(?:of\s+|,\s*|-\s*)?{YEAR}", _half, False, ("h1", "h2")),
    Rule(
        r"\b(?:FY|F\.Y\.|(?:financial|fiscal)\s+year)\s*(?:of\s+)?[’']?(?P<y>(?:19|20)\d\d|\d\d(?!\d))"
        r"(?:\s*[-–/]\s*(?P<z>\d{4}|\d{2})(?!\d))?",
        _two_years,
        True,
        ("fy", "f.y", "financial", "fiscal"),
    ),
    Rule(
        r"\b(?P<school>(?:academic|school)\s+(?:year|session)|session)\s+(?:of\s+)?(?P<y>(?:19|20)\d\d)\s*[-–/]\s*"
        r"(?P<z>\d{4}|\d{2})(?!\d)",
        _two_years,
        True,
        ("academic", "session", "school"),
    ),
    Rule(r"\bturn\s+of\s+(?:the|this)\s+(?:century|millennium)\b", _turn, True, ("turn of",)),
    Rule(
        r"\bfirst\s+decade\s+of\s+(?:this|the\s+new|the\s+(?:21st|twenty-first))\s+century\b",
        _new_century,
        True,
        ("first decade",),
    ),
    Rule(r"(?<![\w/.-])(?P<m>0[1-9]|1[0-2])/(?P<y>(?:19|20)\d\d)(?![\w/-])", _month_in_figures, False, ("/",)),
    Rule(
        rf"\b(?:{'|'.join(f'({era.words})' for era in ERAS)})(?!\w)",
        _era,
        True,
        ("lockdown", "covid", "corona", "pandemic", "demoneti", "bandi", "emergency"),
    ),
)
