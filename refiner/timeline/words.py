"""Patterns for the words that times are made of. Named groups: mon, y, d, season, hol, wday, n, n2, unit."""

from __future__ import annotations

import re
from collections.abc import Iterable

from refiner.timeline.holidays import NAMES
from refiner.timeline.numbers import NUMBERS, ORDINALS

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = {m: i for i, m in enumerate(_MONTHS, 1)}
WEEKDAYS = {d: i for i, d in enumerate(_DAYS)}
MONTH_NAMES = (
    "", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
SEASONS = {
    "spring": "spring", "summer": "summer", "autumn": "autumn", "fall": "autumn", "winter": "winter",
    "monsoon": "monsoon", "monsoons": "monsoon", "rains": "monsoon", "rainy season": "monsoon",
}  # fmt: skip


def any_of(words: Iterable[str]) -> str:
    """A pattern for one of some words, longest first, spaces flexible."""
    ordered = sorted(words, key=lambda w: (-len(w), w))
    return "|".join(re.escape(w).replace(r"\ ", r"\s+").replace("'", "['’]") for w in ordered)


MON = (
    r"(?P<mon>(?i:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\b)(?:\.(?=\s*[\d,’'‘]))?"
)
YEAR = r"(?P<y>(?:1[789]|20)\d\d(?!\d)|['’‘]\d\d(?![\d\w]))"
SEASON = rf"(?P<season>{any_of(SEASONS)})\b"
HOLIDAY = rf"(?P<hol>{any_of(NAMES)})\b"
WEEKDAY = rf"(?P<wday>{any_of(WEEKDAYS)})\b"
_ONES = tuple(w for w, n in NUMBERS.items() if 0 < n < 10)
_TENS = tuple(w for w, n in NUMBERS.items() if n >= 20 and n % 10 == 0)
_LOW = tuple(w for w, n in NUMBERS.items() if n < 20)
_FIRSTS = tuple(w for w, n in ORDINALS.items() if 0 < n < 10)
NUMBER = (
    rf"(?:(?<!\d)(?<!\d[.,])\d{{1,3}}(?!\d|\.\d)|(?:{any_of(_TENS)})(?:[\s-](?:{any_of(_ONES)})\b)?|(?:{any_of(_LOW)}))"
)
_WORD_ORDINAL = (
    rf"(?:(?:{any_of(_TENS)})-(?:{any_of(_FIRSTS)})|"
    rf"{any_of(w for w, n in ORDINALS.items() if 0 < n < 20 or n % 10 == 0)})"
)
ORDINAL = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|{_WORD_ORDINAL})"
DAY = rf"(?:{_WORD_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th)?)"
COUNT = (
    rf"(?:(?<![\d.])\d{{1,2}}(?:\.\d|½)|{NUMBER}|half\s+an?|an?\s+(?:couple(?:\s+of)?|few)|an?|"
    r"(?:couple(?:\s+of)?|few|some|several|many))"
)
QUANTITY = (
    rf"(?:good\s+)?(?P<n>{COUNT})(?P<odd>[\s-]odd\b|\+)?"
    rf"(?:\s*(?:or|to|-|–)\s*(?P<n2>{NUMBER}))?(?P<half>\s+and\s+a\s+half)?"
)
UNITS = r"(?:day|week|wk|fortnight|month|mth|mnth|year|yr|decade|century|centurie)"
UNIT = (
    rf"(?P<unit>{UNITS})s?\b"
    r"(?P<half2>\s+and\s+a\s+half)?(?P<two>\s+or\s+two\b)?(?P<so>\s+or\s+so\b)?"
)


def full_year(text: str) -> int:
    """2014, '98 or 98 as a year; two figures up to 30 are in this century."""
    figures = text.lstrip("'’‘")
    year = int(figures)
    return year if len(figures) > 2 else year + (2000 if year <= 30 else 1900)
