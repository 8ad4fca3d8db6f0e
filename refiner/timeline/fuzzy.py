"""What fuzzy words mean: one table, which the code reads and the documentation shows.

A wrong certainty costs more than an open question, so the windows are rather wide than narrow, and neighbours overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from refiner.culture import country_of

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
    *_rows("range", "month", "months on either side of anything longer than a month", circa=(-6, 6)),
    *_rows("short range", "day", "days on either side of a festival, a week, a part of a month", circa=(-14, 14)),
    *_rows(
        "year", "month", "months of the year, counted from 1",
        early=(1, 4), mid=(4, 9), late=(9, 12), beginning=(1, 3), middle=(4, 9), end=(10, 12),
        **{"first half": (1, 6), "second half": (7, 12), "first months": (1, 5), "last months": (8, 12)},
        **{"first weeks": (1, 2), "last weeks": (11, 12), "first days": (1, 1), "last days": (12, 12)},
    ),
    *_rows(
        "quarters of a year", "month", "months of the year, counted from 1",
        first=(1, 3), second=(4, 6), third=(7, 9), fourth=(10, 12),
    ),
    *_rows(
        "quarters of a year in South Asia", "month", "the quarter of the calendar or of the financial year from April",
        first=(1, 6), second=(4, 9), third=(7, 12), fourth=(10, 15),
    ),
    *_rows(
        "month", "day", "days of the month, counted from 1",
        early=(1, 12), mid=(8, 23), late=(19, 31), beginning=(1, 10), middle=(8, 23), end=(21, 31),
        **{"first half": (1, 16), "second half": (15, 31), "first week": (1, 9), "second week": (6, 16)},
        **{"third week": (13, 23), "fourth week": (20, 31), "last week": (20, 31), "first days": (1, 10)},
        **{"last days": (20, 31), "first weeks": (1, 21), "last weeks": (10, 31)},
    ),
    *_rows(
        "decade", "year", "years of the decade, counted from 0",
        early=(0, 3), mid=(3, 7), late=(6, 9), beginning=(0, 2), middle=(3, 7), end=(7, 9),
        **{"first half": (0, 5), "second half": (4, 9)},
    ),
    *_rows("the century", "year", "years about the year 2000", turn=(-3, 3)),
    *_rows("2012-13", "month", "months of the first year, counted from 1; above 12 in the next year",
           financial=(4, 15), academic=(4, 19)),
    *_rows("FY 2013", "month", "months of that year; below 1 in the year before", financial=(-8, 15)),
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
    *_rows("the year of life", "year", "years of age, from the number said", th=(-1, 0)),
    *_rows("how many", "part", "that many", couple=(2, 3), few=(2, 5), some=(2, 8), several=(3, 8), many=(5, 25),
           odd=(0, 5)),
    *_rows("offset in years", "day", "days more or less, for each such time", exactly=(-183, 183), about=(-365, 365)),
    *_rows("offset in months", "day", "days more or less, for each such time", exactly=(-18, 18), about=(-31, 31)),
    *_rows("offset in weeks", "day", "days more or less, for each such time", exactly=(-4, 4), about=(-7, 7)),
    *_rows("offset in days", "day", "days more or less, for each such time", exactly=(0, 0), about=(-2, 2)),
    *_rows("the year after", "day", "days after the event", exactly=(1, 730)),
    *_rows("the season after", "day", "days after the event", exactly=(1, 365)),
    *_rows(
        "after an event", "day", "days after it (and likewise before it)",
        soon=(0, 183), shortly=(0, 183), just=(0, 92), right=(0, 31), immediately=(0, 31),
    ),
    *_rows(
        "an event", "day", "days after it in which what happened then may have happened",
        since=(-7, 183), when=(-31, 183), day=(0, 0), night=(-1, 1), morning=(0, 0), evening=(0, 0), week=(-7, 7),
        month=(-31, 31), year=(-365, 365), season=(-183, 183),
    ),
    *_rows("first grade, where no year is given", "year", "years after the year of birth", begins=(5, 7)),
    *_rows("school", "year", "grades", primary=(1, 5), middle=(5, 8), high=(8, 12), final=(10, 12)),
    *_rows("a school year, in words like \"after tenth\"", "month", "months that the examination is before its end",
           after=(-4, 0)),
    *_rows("the first year of a degree", "year", "years after the first grade", begins=(11, 17)),
    *_rows("the final year of a degree", "year", "years after the year in which it began", begins=(2, 5)),
    *_rows("a length in years", "day", "days more or less, for each such time", exactly=(-183, 183), about=(-365, 365)),
    *_rows("a length in months", "day", "days more or less, for each such time", exactly=(-18, 18), about=(-31, 31)),
    *_rows("a length in weeks", "day", "days more or less, for each such time", exactly=(-4, 4), about=(-7, 7)),
    *_rows("a length in days", "day", "days more or less, for each such time", exactly=(-1, 1), about=(-2, 2)),
    *_rows("a length", "year", "years that it took", school=(9, 15), college=(2, 7)),
)  # fmt: skip


@dataclass(frozen=True)
class Era:
    """A time that everybody knows by name: from when to when (EDTF), the first day that people may call "after it", in
    which culture ("" = all), and the source."""

    name: str
    words: str
    edtf: str
    over: str
    culture: str
    source: str


# What people call by these names is looser than the official days: states had lockdowns until June 2021.
ERAS: tuple[Era, ...] = (
    Era(
        "first lockdown",
        r"(?:the\s+)?(?:first|1st|national|nationwide)\s+lockdown",
        "2020-03-24/2020-05-31",
        "2020-05-01",
        "india",
        "Ministry of Home Affairs, orders no. 40-3/2020 of 24 March to 17 May 2020: 25 March to 31 May 2020",
    ),
    Era(
        "lockdown",
        r"(?:the\s+)?(?:(?:covid|corona)[\s-]+)?lockdown",
        "2020-03-22/2021-06-30",
        "2020-05-01",
        "india",
        "as above, and the lockdowns of single states until the end of the second wave in June 2021",
    ),
    Era(
        "pandemic",
        r"(?:the\s+)?(?:(?:covid|corona(?:virus)?)(?:[\s-]?19)?"
        r"(?:[\s-]+(?:pandemic|times?|years))?|pandemic)",
        "2020-03-11/2023-05-05",
        "2020-06-01",
        "",
        "World Health Organization: named a pandemic 11 March 2020, emergency over 5 May 2023",
    ),
    Era(
        "demonetisation",
        r"(?:the\s+)?(?:demoneti[sz]ation|note[\s-]?bandi)",
        "2016-11-08/2016-12-31",
        "2016-11-09",
        "india",
        "Reserve Bank of India: notes withdrawn from 8 November 2016, taken back until 30 December 2016",
    ),
    Era(
        "Emergency",
        r"the\s+(?-i:Emergency)(?!\s+(?:ward|room|number|exit|department))",
        "1975-06-25/1977-03-21",
        "1977-03-21",
        "india",
        "proclamations of 25 June 1975 and 21 March 1977",
    ),
)

_TABLE = {(row.word, row.of): row for row in FUZZY if row.word != "circa"}
_CIRCA = {row.of: row for row in FUZZY if row.word == "circa"}


def circa(of: str) -> Fuzzy:
    """What "about" adds to a day, month, season, year, decade or range."""
    return _CIRCA.get(of, _CIRCA["range"])


def meaning(word: str, of: str) -> Fuzzy | None:
    """The table's row for a word said of something."""
    return _TABLE.get((word, of))


def bounds_of(word: str, of: str) -> tuple[int, int]:
    """`(low, high)` of a row that the table must have. Raises KeyError where the code and the table come apart."""
    found = _TABLE[word, of]
    return found.low, found.high


def south_asian(culture: str) -> bool:
    """Is a culture (a country's name) in South Asia?"""
    return country_of(culture).casefold() in SOUTH_ASIA


def seasons(culture: str) -> dict[str, tuple[int, int]]:
    """First and last month of each season in a culture (a country's name); a month above 12 is in the next year."""
    name = country_of(culture).casefold()
    of = "South Asia" if south_asian(name) else "the south" if name in SOUTHERN else "elsewhere"
    return {row.word: (row.low, row.high) for row in FUZZY if row.of == of}
