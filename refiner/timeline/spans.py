"""How long: "about two years", "a week or two", "ten-odd years", "a year and a half", as days."""

from __future__ import annotations

import re
from math import ceil
from typing import NamedTuple

from refiner.timeline.fuzzy import bounds_of, meaning
from refiner.timeline.numbers import number

DAYS = {
    "day": 1.0, "week": 7.0, "fortnight": 14.0, "month": 30.4375, "year": 365.25, "decade": 3652.5, "century": 36525.0,
}  # fmt: skip
_SHORT = {"wk": "week", "mth": "month", "mnth": "month", "yr": "year", "centurie": "century"}


class Length(NamedTuple):
    """Fewest and most days (None: no end), and the unit that was said."""

    few: int
    most: int | None
    unit: str


def unit_of(word: str) -> str:
    """The full name of a unit: "yr" is a year."""
    word = word.casefold()
    return _SHORT.get(word, word)


def span_of(m: re.Match[str], slack: str = "offset in") -> Length | None:
    """The length that a match of QUANTITY and UNIT says; `slack` is the table's name for how exact it is.

    Other groups that count where they are there: `about` (more or less), `more` and `less` (open to one side).
    """
    said = m.groupdict()
    words = re.sub(r"\s+", " ", m["n"].casefold()).removeprefix("a ").removesuffix(" of")
    unit = unit_of(m["unit"])
    row = meaning(words, "how many")
    if row:
        low, high = float(row.low), float(row.high)
    elif words.startswith("half"):
        low = high = 0.5
    elif words in ("a", "an"):
        low = high = 1.0
    elif re.fullmatch(r"\d+(?:\.\d|½)", words):
        low = high = float(words.replace("½", ".5"))
    else:
        n = number(words)
        if n is None:
            return None
        low = high = float(n)
    if m["n2"]:
        high = max(high, float(number(m["n2"]) or 0))
    if said.get("two"):
        high = max(high, 2.0)
    if said.get("odd"):
        high += bounds_of("odd", "how many")[1]
    if m["half"] or m["half2"]:
        low, high = low + 0.5, high + 0.5
    # Half a year is as exact as some months are.
    measure = {"year": "month", "month": "week"}.get(unit, unit) if low == high == 0.5 else unit
    of = {"fortnight": "weeks", "decade": "years", "century": "years"}.get(measure, measure + "s")
    loose = said.get("about") or said.get("so") or measure != unit
    extra = bounds_of("about" if loose else "exactly", f"{slack} {of}")[1]
    extra *= {"decade": 5, "century": 20}.get(measure, 1)
    few, most = max(1, round(low * DAYS[unit]) - extra), max(1, round(high * DAYS[unit]) + extra)
    if said.get("more"):
        return Length(round(low * DAYS[unit]), None, unit)
    if said.get("less"):
        return Length(0, ceil(high * DAYS[unit]), unit)
    return Length(few, most, unit)
