"""The stretches of a life so far: before school, school, the years after it, decades of age; calendar decades where the
day of birth is not known. Shared by the gaps and by the coverage of the samples. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from refiner.config import Persona
from refiner.timeline.bounds import Window, edtf_window, month_window, shift_months, year_window

CLASSES = 12
SPLIT = 6  # classes of the first half of school
AFTER = 4  # years after school that are a time of their own
UNDATED, ACROSS = "undated", "across"


@dataclass(frozen=True)
class Period:
    """A stretch of life; `first` and `last` are day numbers, inclusive."""

    id: str
    name: str
    first: int
    last: int

    @property
    def years(self) -> str:
        a, b = date.fromordinal(self.first).year, date.fromordinal(self.last).year
        return f"{a}" if a == b else f"{a}-{b}"

    def share(self, low: int, high: int) -> float:
        """The share of a stretch of days that lies in the period, 0 to 1."""
        inside = min(high, self.last) - max(low, self.first) + 1
        return max(0, inside) / (high - low + 1)


def born_window(persona: Persona) -> Window | None:
    """The days on which the person can have been born; None where that is not said with both bounds."""
    found = edtf_window(persona.born) if persona.born else None
    return found[0] if found and found[0].low is not None and found[0].high is not None else None


def age_on(persona: Persona, day: int) -> int | None:
    """The age in whole years on a day, by the middle of what is known of the birth; None where nothing is."""
    born = born_window(persona)
    if born is None or born.low is None or born.high is None:
        return None
    return _years((born.low + born.high) // 2, day)


def _years(first: int, day: int) -> int:
    """The whole years from one day to another."""
    a, b = date.fromordinal(first), date.fromordinal(day)
    return b.year - a.year - ((b.month, b.day) < (a.month, a.day))


def school_class(persona: Persona, day: int) -> int | None:
    """The class of a day, 1 to 12; None before and after school, and where the first school year is not known."""
    if persona.first_school_year is None:
        return None
    d = date.fromordinal(day)
    year = d.year - (d.month < persona.school_year_starts)
    number = year - persona.first_school_year + 1
    return number if 1 <= number <= CLASSES else None


def life_periods(persona: Persona, now: date, told: Iterable[int] = (), *, college: bool = False) -> list[Period]:
    """The periods of a life until `now`, in order, without holes. `told`: day numbers that notes speak of, for a life
    without a date of birth; `college`: the notes say that the years after school were spent at one."""
    born = born_window(persona)
    if born is None or born.low is None:
        return _decades(now, told)
    today, out = now.toordinal(), list[Period]()

    def add(key: str, name: str, first: int, last: int) -> None:
        if first <= today and first <= last:
            out.append(Period(key, name, first, min(last, today)))

    start = born.low
    if persona.first_school_year is not None:
        begins = [
            month_window(persona.first_school_year + n, persona.school_year_starts).low or 0
            for n in (0, SPLIT, CLASSES)
        ]
        add("before-school", "before school", start, begins[0] - 1)
        add("school-1", f"school, classes 1 to {SPLIT}", begins[0], begins[1] - 1)
        add("school-2", f"school, classes {SPLIT + 1} to {CLASSES}", begins[1], begins[2] - 1)
        grown = shift_months(begins[2], 12 * AFTER)
        add("after-school", "college years" if college else f"the {AFTER} years after school", begins[2], grown - 1)
        age = _years(start, grown)
    else:
        ages = (0, 6, 12, 18, 22)
        for low, high in zip(ages, ages[1:], strict=False):
            name = "college years" if college and low == 18 else f"age {low} to {high - 1}"
            add(f"age-{low}", name, shift_months(start, 12 * low), shift_months(start, 12 * high) - 1)
        grown, age = shift_months(start, 12 * 22), 22
    while grown <= today:
        high = (age // 10 + 1) * 10
        end = shift_months(start, 12 * high)
        add(f"age-{age}", f"age {age} to {high - 1}", grown, end - 1)
        grown, age = end, high
    return out


def _decades(now: date, told: Iterable[int]) -> list[Period]:
    years = [date.fromordinal(d).year for d in told if d <= now.toordinal()]
    if not years:
        return []
    out = []
    for decade in range(min(years) // 10 * 10, now.year + 1, 10):
        window = year_window(decade, decade + 9)
        assert window.low is not None
        assert window.high is not None
        out.append(Period(f"{decade}s", f"the {decade}s", window.low, min(window.high, now.toordinal())))
    return out


def period_of(windows: Sequence[tuple[int, int]], periods: Sequence[Period]) -> str:
    """The id of the one period in which all windows lie, two thirds of each at least; UNDATED for no windows, ACROSS
    where they lie in several, or one of them does."""
    if not windows or not periods:
        return UNDATED
    found = {next((p.id for p in periods if p.share(low, high) >= 2 / 3), ACROSS) for low, high in windows}
    return found.pop() if len(found) == 1 else ACROSS


_COLLEGE = re.compile(
    r"\b(?:college|university|hostel|campus|semester|undergrad\w*|b\.?\s?tech|b\.?\s?com|b\.?\s?sc|b\.?a\.|m\.?b\.?b\.?s"
    r"|engineering|polytechnic|bachelor['’]?s|faculty|freshers?)\b",
    re.I,
)
_MINE = re.compile(r"\b(?:I|we|my|our|me)\b")


def speaks_of_college(sentences: Iterable[str]) -> bool:
    """Whether two sentences at least, of the narrator about the narrator, speak of a college."""
    return sum(bool(_COLLEGE.search(s) and _MINE.search(s)) for s in sentences) >= 2
