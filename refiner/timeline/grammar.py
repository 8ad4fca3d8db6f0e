"""The forms that a time takes in English: one rule each, a pattern and what it means. `scan` applies them all.

Nothing here is a general date parser: such parsers read "in 9th grade" as September and "when I was 12" as December.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable

from refiner.timeline import lived, offsets, relative
from refiner.timeline.bounds import ImpossibleTime, Window, day_of, edtf_window, month_window, year_window
from refiner.timeline.frame import Frame, Piece, holiday_of, month_of, season_of
from refiner.timeline.fuzzy import number
from refiner.timeline.words import (
    DAY,
    HOLIDAY,
    MON,
    MONTHS,
    SEASON,
    SEASONS,
    YEAR,
    any_of,
    full_year,
)  # fmt: skip


def _edtf(m: re.Match[str], frame: Frame) -> Piece | None:
    found = edtf_window(m[0], frame.seasons)
    return Piece(m.start(), m.end(), found[0], found[1], edtf=m[0]) if found else None


def _figures(m: re.Match[str], frame: Frame) -> Piece | None:
    a, b, year = int(m["a"]), int(m["b"]), full_year(m["y"])
    day, month = (a, b) if frame.day_first else (b, a)
    if month > 12 >= day:
        day, month = month, day
    n = day_of(year, month, day)
    return Piece(m.start(), m.end(), Window(n, n), "day")


def _days(m: re.Match[str], frame: Frame) -> Piece | None:
    year, month = full_year(m["y"]), MONTHS[m["mon"][:3].casefold()]
    window = Window(day_of(year, month, int(m["a"])), day_of(year, month, int(m["b"])))
    return Piece(m.start(), m.end(), window, "range") if int(m["a"]) <= int(m["b"]) else None


def _day(m: re.Match[str], frame: Frame) -> Piece | None:
    month, day = MONTHS[m["mon"][:3].casefold()], number(m["d"])
    if day is None or not 1 <= day <= 31:
        if m["y"] and day is not None:
            raise ImpossibleTime(f'"{m[0]}" is no day')
        return None
    if m["y"]:
        n = day_of(full_year(m["y"]), month, day)
        return Piece(m.start(), m.end(), Window(n, n), "day")
    if m["mon"].islower() and m["mon"].casefold() in ("may", "march", "mar"):
        return None
    if day > monthrange(2000, month)[1]:
        raise ImpossibleTime(f'no year has a day "{m[0]}"')

    def of_year(year: int) -> Window | None:
        try:
            n = day_of(year, month, day or 1)
        except ImpossibleTime:
            return None  # 29 February
        return Window(n, n)

    return Piece(m.start(), m.end(), None, "day", wants_year=of_year)


def _month(m: re.Match[str], frame: Frame) -> Piece | None:
    return Piece(m.start(), m.end(), month_window(full_year(m["y"]), MONTHS[m["mon"][:3].casefold()]), "month")


_MONTH_AFTER = re.compile(
    r"(?:\b(?:in|since|until|till|by|before|after|from|to|of|and|between|during|early|late|mid)[\s-]+|[A-Za-z][–-]\s*)\Z",
    re.IGNORECASE,
)


def _bare_month(m: re.Match[str], frame: Frame) -> Piece | None:
    alone = not m.string[: m.start()].strip() and re.match(r"\s*(?:[,–-]|to\b|until\b|\Z)", m.string[m.end() :])
    if not alone and not _MONTH_AFTER.search(m.string, 0, m.start()):
        return None  # "May I go?", "Every June we went"
    return Piece(m.start(), m.end(), None, "month", wants_year=month_of(MONTHS[m["mon"][:3].casefold()]))


def _season(m: re.Match[str], frame: Frame) -> Piece | None:
    of_year = season_of(SEASONS[m["season"].casefold()], frame)
    window = of_year(full_year(m["y"])) if of_year else None
    return Piece(m.start(), m.end(), window, "season") if window else None


def _holiday(m: re.Match[str], frame: Frame) -> Piece | None:
    window = holiday_of(m["hol"])(full_year(m["y"]))
    return (
        Piece(m.start(), m.end(), window, "day" if window and window.low == window.high else "range")
        if window
        else None
    )


_TENS = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")
_DECADES = {w: i for i, w in enumerate(_TENS, 2)}


def _decade(m: re.Match[str], frame: Frame) -> Piece | None:
    if m["long"]:
        first = int(m["long"]) // 10 * 10
    else:
        tens = int(m["short"][0]) if m["short"] else _DECADES[m["word"].casefold()]
        first = 1900 + 10 * tens if tens > 2 else 2000 + 10 * tens
    return Piece(m.start(), m.end(), year_window(first, first + 9), "decade", edtf=f"{first // 10}X")


def _bare_decade(m: re.Match[str], frame: Frame) -> Piece | None:
    if not re.search(r"(?:\b(?:the|early|late|mid)[\s-]+|\A)\Z", m.string[: m.start()], re.IGNORECASE):
        return None  # "he is in his nineties"
    return _decade(m, frame)


def _years(m: re.Match[str], frame: Frame) -> Piece | None:
    first = full_year(m["y"])
    last = int(m["z"]) if len(m["z"]) == 4 else first // 100 * 100 + int(m["z"])
    if len(m["z"]) == 2 and last < first:
        last += 100
    return Piece(m.start(), m.end(), year_window(first, last), "range") if first < last <= first + 60 else None


_COUNTED = re.compile(r"(?:\b(?:rs\.?|inr|room|flat|no\.?|number|class|batch\s+no\.?)|₹)\s*\Z", re.IGNORECASE)


def _year(m: re.Match[str], frame: Frame) -> Piece | None:
    if _COUNTED.search(m.string[: m.start()]):
        return None  # "Rs 2000", "room 2014"
    year = full_year(m["y"])
    return Piece(m.start(), m.end(), year_window(year), "year")


_TH = r"(?:st|nd|rd|th)?"
_THINGS = (
    "rupees?", "rs", "inr", "people", "persons?", "students?", "men", "women", "boys", "girls", "met(?:re|er)s?",
    "kms?", "kilomet(?:re|er)s?", "feet", "ft", "miles", "pages", "words", "times", "hours", "hrs", "dollars", "euros?",
    "pounds", "crores?", "lakhs?", "calories", "kg", "cc", "rpm", "mah", "steps", "copies", "lines", "votes", "marks",
    "points", "books", "years", "days",
)  # fmt: skip
_NOT_A_YEAR = rf"(?!\s*(?:%|/-|\+|(?:{'|'.join(_THINGS)})\b))"
_RULES: list[tuple[re.Pattern[str], Callable[[re.Match[str], Frame], Piece | None]]] = [
    (re.compile(pattern, re.IGNORECASE if ignore else 0), build)
    for pattern, build, ignore in [
        (r"(?<![\w/-])\d{4}-\d{2}-\d{2}[~?%]?(?![\w-])", _edtf, False),
        (r"(?<![\w/-])\d{4}-(?:0[1-9]|1[0-2])[~?%]?(?![\w-])", _edtf, False),
        (r"(?<![\w/-])(?:\d{4}[~%]|\d{3}X[~?%]?|\d{2}XX[~?%]?)(?![\w-])", _edtf, False),
        (
            r"(?<![\w/.-])(?P<a>\d{1,2})(?P<sep>[/.-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|\d{2})(?![\w/-])",
            _figures,
            False,
        ),
        (
            rf"(?<![\w/.-])(?P<a>\d{{1,2}}){_TH}\s*(?:-|–|to|and)\s*(?P<b>\d{{1,2}}){_TH}\s+{MON},?\s+{YEAR}",
            _days,
            True,
        ),
        (rf"\b(?P<d>{DAY})\s+(?:of\s+)?{MON}(?:(?:,|\s+of|\s+in)?\s+{YEAR})?", _day, True),
        (rf"\b{MON}\s+(?P<d>\d{{1,2}}(?:st|nd|rd|th)?)(?![\w:])(?:(?:,|\s+in)?\s+{YEAR})?", _day, True),
        (rf"\b{MON}(?:,|\s+of|\s+in)?\s+{YEAR}", _month, True),
        (rf"\b(?=[A-Z]){MON}(?![’']?\w)", _bare_month, False),
        (rf"\b{SEASON}(?:\s+(?:holidays?|vacations?|break|term))?(?:,|\s+of|\s+in)?\s+{YEAR}", _season, True),
        (rf"\b{HOLIDAY}(?:,|\s+of|\s+in)?\s+{YEAR}", _holiday, True),
        (r"\b(?P<long>(?:1[789]|20)\d0)['’]?s\b(?P<short>)?(?P<word>)?", _decade, False),
        (
            rf"(?P<long>)?(?:(?<!\w)['’‘]?(?P<short>\d0)['’]?s\b|\b(?P<word>{any_of(_DECADES)})\b)(?!\s+and\b)",
            _bare_decade,
            True,
        ),
        (r"(?P<long>)?(?P<word>)?(?<!\w)['’‘](?P<short>\d0)s\b", _decade, False),
        (rf"(?<![\w/.-]){YEAR}\s*[-–/]\s*(?P<z>\d{{4}}|\d{{2}})(?![\w/-])", _years, False),
        (rf"(?<![\w/.,₹$€£#-]){YEAR}(?![\w/]|-\d|,\d|\.\d){_NOT_A_YEAR}", _year, True),
        *lived.RULES,
        *relative.RULES,
        *offsets.RULES,
    ]
]


def scan(text: str, frame: Frame) -> list[Piece]:
    """All times in a text, in order, none overlapping; the longest that begins first wins.

    An impossible one (31 February) is a piece with a `problem` and no window.
    """
    found: list[Piece] = []
    for pattern, build in _RULES:
        for m in pattern.finditer(text):
            try:
                piece = build(m, frame)
            except ImpossibleTime as error:
                piece = Piece(m.start(), m.end(), problem=str(error))
            if piece is not None:
                found.append(piece)
    found.sort(key=lambda p: (p.start, -p.end))
    kept: list[Piece] = []
    for piece in found:
        if not kept or piece.start >= kept[-1].end:
            kept.append(piece)
    return kept
