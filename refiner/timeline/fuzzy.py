"""What fuzzy words mean: one table, which the code reads and the documentation shows.

A wrong certainty costs more than an open question, so the windows are rather wide than narrow, and neighbours overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["day", "month", "year", "part"]


@dataclass(frozen=True)
class Fuzzy:
    """`word`, said of `of`, reaches from `low` to `high` in `unit`; what they count from is said in `says`."""

    word: str
    of: str
    low: int
    high: int
    unit: Unit
    says: str


def _rows(of: str, unit: Unit, says: str, **words: tuple[int, int]) -> tuple[Fuzzy, ...]:
    return tuple(Fuzzy(word, of, low, high, unit, says) for word, (low, high) in words.items())


SOUTH_ASIA = ("india", "nepal", "pakistan", "bangladesh", "sri lanka", "bhutan")
SOUTHERN = ("australia", "new zealand", "south africa", "argentina", "chile")

FUZZY: tuple[Fuzzy, ...] = (
    *_rows("day", "day", "days on either side", circa=(-7, 7)),
    *_rows("month", "month", "months on either side", circa=(-1, 1)),
    *_rows("season", "month", "months on either side", circa=(-1, 1)),
    *_rows("year", "month", "months on either side", circa=(-6, 6)),
    *_rows("decade", "month", "months on either side", circa=(-12, 12)),
    *_rows("range", "month", "months on either side", circa=(-6, 6)),
    *_rows(
        "year", "month", "months of the year, counted from 1",
        early=(1, 4), mid=(4, 9), late=(9, 12), beginning=(1, 3), middle=(4, 9), end=(10, 12),
    ),
    *_rows(
        "month", "day", "days of the month, counted from 1",
        early=(1, 12), mid=(8, 23), late=(19, 31), beginning=(1, 10), middle=(8, 23), end=(21, 31),
    ),
    *_rows(
        "decade", "year", "years of the decade, counted from 0",
        early=(0, 3), mid=(3, 7), late=(6, 9), beginning=(0, 2), middle=(3, 7), end=(7, 9),
    ),
    *_rows(
        "South Asia", "month", "months, counted from 1; above 12 in the next year",
        spring=(2, 5), summer=(4, 7), monsoon=(6, 9), autumn=(9, 11), winter=(11, 14),
    ),
    *_rows(
        "the south", "month", "months, counted from 1; above 12 in the next year",
        autumn=(3, 5), winter=(6, 8), spring=(9, 11), summer=(12, 14),
    ),
    *_rows(
        "elsewhere", "month", "months, counted from 1; above 12 in the next year",
        spring=(3, 5), summer=(6, 8), monsoon=(6, 9), autumn=(9, 11), winter=(12, 14),
    ),
    *_rows("age", "year", "years of age", childhood=(3, 12), teens=(13, 19)),
    *_rows("how many", "part", "that many", couple=(2, 3), few=(2, 5), some=(2, 8), several=(3, 8), many=(5, 25)),
    *_rows("offset in years", "day", "days more or less, for each such time", exactly=(-183, 183), about=(-365, 365)),
    *_rows("offset in months", "day", "days more or less, for each such time", exactly=(-16, 16), about=(-31, 31)),
    *_rows("offset in weeks", "day", "days more or less, for each such time", exactly=(-4, 4), about=(-7, 7)),
    *_rows("offset in days", "day", "days more or less, for each such time", exactly=(0, 0), about=(-2, 2)),
    *_rows("the year after", "day", "days after the event", exactly=(1, 730)),
    *_rows("the season after", "day", "days after the event", exactly=(1, 365)),
    *_rows("first grade, where no year is given", "year", "years after the year of birth", begins=(5, 7)),
)  # fmt: skip

_TABLE = {(row.word, row.of): row for row in FUZZY if row.word != "circa"}
_CIRCA = {row.of: row for row in FUZZY if row.word == "circa"}


def circa(of: str) -> Fuzzy:
    """What "about" adds to a day, month, season, year, decade or range."""
    return _CIRCA.get(of, _CIRCA["range"])


def meaning(word: str, of: str) -> Fuzzy | None:
    """The table's row for a word said of something."""
    return _TABLE.get((word, of))


def seasons(culture: str) -> dict[str, tuple[int, int]]:
    """First and last month of each season in a culture (a country's name); a month above 12 is in the next year."""
    name = culture.strip().casefold()
    of = "South Asia" if name in SOUTH_ASIA else "the south" if name in SOUTHERN else "elsewhere"
    return {row.word: (row.low, row.high) for row in FUZZY if row.of == of}


_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NUMBERS: dict[str, int] = {w: i for i, w in enumerate(_ONES)}
for _i, _tens in enumerate(_TENS, 2):
    NUMBERS[_tens] = 10 * _i
    for _one in _ONES[1:10]:
        NUMBERS[f"{_tens}-{_one}"] = NUMBERS[f"{_tens} {_one}"] = 10 * _i + NUMBERS[_one]
_IRREGULAR = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
_IRREGULAR |= {"twelve": "twelfth"}


def _ordinal(word: str) -> str:
    head, sep, last = word.rpartition("-")
    return head + sep + (_IRREGULAR.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th"))


ORDINALS: dict[str, int] = {_ordinal(w): n for w, n in NUMBERS.items() if " " not in w}
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
ROMAN: dict[str, int] = {r: i for i, r in enumerate(_ROMAN, 1)}


def number(word: str) -> int | None:
    """A number in figures or words, cardinal or ordinal ("8", "eight", "8th", "eighth"); None where it is none."""
    word = word.strip().casefold()
    digits = word.rstrip("stndrh")
    if digits.isdecimal():
        return int(digits)
    return NUMBERS.get(word, ORDINALS.get(word))
