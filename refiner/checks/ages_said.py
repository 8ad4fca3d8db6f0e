"""A time that is said of something, whether two can be of one day, and how a finding says that they cannot."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from refiner.config import Config
from refiner.models import Finding

CHECK = "ages"


class Said(NamedTuple):
    """A time that is said of something: `lived` is "age" or "school" where it counts from the narrator's own life."""

    start: int
    end: int
    words: str
    low: int
    high: int
    lived: str = ""


def kind_of(problem: str) -> str:
    """ "age" or "school" where a time's problem says that the narrator's dates are wanting."""
    return "age" if "birth" in problem else "school" if "school year" in problem else ""


def apart(a: Said, b: Said) -> bool:
    """Have two times no day in common?"""
    return a.high < b.low or b.high < a.low


def against(note: str, said: Said, about: str, config: Config, other: Said | None = None) -> Finding:
    """A finding at `said`: what it is by the persona, what is said `about` the same, and what would mend it."""
    years = _years(said)
    if said.lived == "age":
        by = f"was in {years} by persona.born = {config.persona.born}"
    elif said.lived:
        first = config.persona.first_school_year
        by = f"was in {years} by " + (
            f"persona.first_school_year = {first}" if first else f"persona.born = {config.persona.born}"
        )
    else:
        by = f"is {years}"
    mend = f'write "in {years.split(" or ")[0].split(" to ")[0]}"'
    if other is not None and said.lived == "age" and not other.lived and (age := _age_in(other, config)):
        mend += f', or the age that it was then ("{age}")'
    elif said.lived:
        mend += ", or the age or class of that year"
    elif not said.lived:
        mend = "mend the one that is wrong"
    message = f'"{" ".join(said.words.split())}" {by}, but {about}: both cannot be; {mend}'
    return Finding(check=CHECK, note=note, start=said.start, end=said.end, message=message)


def _years(said: Said) -> str:
    low, high = date.fromordinal(said.low).year, date.fromordinal(said.high).year
    return f"{low}" if low == high else f"{low} or {high}" if high == low + 1 else f"{low} to {high}"


def _age_in(said: Said, config: Config) -> str:
    """The narrator's age in a stretch, "12" or "12 or 13"; "" where it is not one or two."""
    born = re.match(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?\Z", config.persona.born)
    if born is None:
        return ""
    first, last = date(int(born[1]), int(born[2] or 1), int(born[3] or 1)), int(born[1])
    days = [date.fromordinal(d) for d in (said.low, said.high)]
    low, high = (d.year - last - ((d.month, d.day) < (first.month, first.day)) for d in days)
    return "" if low < 0 or high - low > 1 else f"{low}" if low == high else f"{low} or {high}"
