"""In which days of a year a holiday falls. Windows are approximate, so that no almanac is needed.

Lunar Hindu holidays: the mean new or full moon (mean lunation, Meeus, "Astronomical Algorithms", ch. 49, without the
periodic terms, which move it by up to 0.6 days) that falls in the solar month of the holiday, plus days of the
fortnight, with some days of slack. Islamic months: the tabular calendar, 30 years of 10,631 days, with two days of
slack. Easter: the anonymous Gregorian algorithm. Fixed dates are exact.
"""

from __future__ import annotations

from datetime import date
from math import ceil, floor

from refiner.timeline.bounds import Window

LUNATION = 29.530588861
_NEW_MOON = date(2000, 1, 6).toordinal() + 0.9894  # 6 January 2000, 23:45 in India
SLACK = 2

# name: (kind, then the details of it). `new` and `full`: month and day of the first day on which that moon can fall,
# then the first and last day counted from it. `islamic`: first month and day, last month and day. `fixed`: likewise.
_Rule = tuple[str, int, int, int, int]
RULES: dict[str, _Rule] = {
    "diwali": ("new", 10, 17, -2, 2),
    "navratri": ("new", 9, 17, 1, 10),
    "dussehra": ("new", 9, 17, 9, 11),
    "durga puja": ("new", 9, 17, 5, 11),
    "ganesh chaturthi": ("new", 8, 17, 3, 15),
    "raksha bandhan": ("full", 8, 2, 0, 0),
    "janmashtami": ("full", 8, 2, 7, 9),
    "holi": ("full", 2, 28, -1, 2),
    "ram navami": ("new", 3, 16, 8, 10),
    "buddha purnima": ("full", 4, 27, 0, 0),
    "guru purnima": ("full", 7, 2, 0, 0),
    "maha shivaratri": ("new", 2, 12, -2, 1),
    "onam": ("fixed", 8, 20, 9, 21),
    "pongal": ("fixed", 1, 13, 1, 17),
    "makar sankranti": ("fixed", 1, 13, 1, 15),
    "lohri": ("fixed", 1, 13, 1, 14),
    "vishu": ("fixed", 4, 13, 4, 15),
    "baisakhi": ("fixed", 4, 13, 4, 15),
    "bihu": ("fixed", 4, 13, 4, 20),
    "dashain": ("new", 9, 17, 1, 15),
    "ramzan": ("islamic", 9, 1, 9, 30),
    "eid": ("islamic", 10, 1, 10, 3),
    "bakrid": ("islamic", 12, 10, 12, 12),
    "muharram": ("islamic", 1, 1, 1, 10),
    "easter": ("easter", 0, 0, 0, 0),
    "good friday": ("easter", 0, 0, -2, -2),
    "christmas": ("fixed", 12, 24, 12, 26),
    "new year": ("fixed", 1, 1, 1, 1),
    "new year's eve": ("fixed", 12, 31, 12, 31),
    "republic day": ("fixed", 1, 26, 1, 26),
    "independence day": ("fixed", 8, 15, 8, 15),
    "gandhi jayanti": ("fixed", 10, 2, 10, 2),
    "teachers' day": ("fixed", 9, 5, 9, 5),
    "children's day": ("fixed", 11, 14, 11, 14),
}
ALIASES: dict[str, str] = {
    "deepavali": "diwali", "deepawali": "diwali", "divali": "diwali", "tihar": "diwali", "kali puja": "diwali",
    "navaratri": "navratri", "dasara": "dussehra", "dasera": "dussehra", "vijayadashami": "dussehra",
    "pujo": "durga puja",
    "ganpati": "ganesh chaturthi", "vinayaka chaturthi": "ganesh chaturthi", "ganeshotsav": "ganesh chaturthi",
    "rakhi": "raksha bandhan", "krishna jayanti": "janmashtami", "gokulashtami": "janmashtami",
    "shivratri": "maha shivaratri", "shivaratri": "maha shivaratri", "maha shivratri": "maha shivaratri",
    "sankranti": "makar sankranti", "sankranthi": "makar sankranti", "vaisakhi": "baisakhi",
    "ramadan": "ramzan", "ramazan": "ramzan", "eid ul fitr": "eid", "eid-ul-fitr": "eid", "eid al-fitr": "eid",
    "eid al-adha": "bakrid", "eid ul-adha": "bakrid", "bakra eid": "bakrid", "moharram": "muharram",
    "xmas": "christmas", "new year's day": "new year", "new years eve": "new year's eve",
}  # fmt: skip
NAMES = tuple(sorted({*RULES, *ALIASES}, key=lambda n: (-len(n), n)))


def holiday(name: str, year: int) -> Window | None:
    """The days of a year on which a holiday can fall; None for one that the table does not know.

    A moon on the edge of its month may be the one a month later: then the window reaches over both.
    """
    name = name.casefold().replace("’", "'")
    rule = RULES.get(ALIASES.get(name, name))
    if rule is None or not 1 < year < 9999:
        return None
    kind, a, b, c, d = rule
    if kind == "fixed":
        return Window(date(year, a, b).toordinal(), date(year, c, d).toordinal())
    if kind == "easter":
        day = _easter(year).toordinal()
        return Window(day + c, day + d)
    if kind == "islamic":
        return _islamic(year, a, b, c, d)
    moons = _moons(date(year, a, b).toordinal(), 0.5 if kind == "full" else 0.0)
    return Window(moons[0] + c - SLACK, moons[-1] + d + SLACK)


def _moons(first: int, phase: float) -> list[int]:
    """Days of the mean moons that a lunar month from `first` can hold: one, or two where one is at its edge."""
    k = ceil((first - 2 - _NEW_MOON - phase * LUNATION) / LUNATION)
    moon = _NEW_MOON + (k + phase) * LUNATION
    days = [moon, moon + LUNATION] if moon - first < 2 else [moon]
    return [floor(m) for m in days]


def _easter(year: int) -> date:
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


_HIJRA = date(622, 7, 19).toordinal()  # proleptic Gregorian day of 1 Muharram of year 1


def _islamic(year: int, month: int, first: int, last_month: int, last: int) -> Window | None:
    """The first occurrence that begins in the Gregorian year (the months go through it in 33 years)."""

    def day(hijri: int, m: int, d: int) -> int:
        return _HIJRA + (hijri - 1) * 354 + (3 + 11 * hijri) // 30 + (59 * (m - 1) + 1) // 2 + d - 1

    guess = int((year - 622) * 1.0307)
    for hijri in range(max(1, guess - 1), guess + 4):
        low = day(hijri, month, first)
        if date.fromordinal(low).year == year:
            return Window(low - SLACK, day(hijri, last_month, last) + SLACK)
    return None
