"""The forms that a time takes in English: one rule each, a pattern and what it means. `scan` applies them all.

Nothing here is a general date parser: such parsers read "in 9th grade" as September and "when I was 12" as December.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable

from refiner.timeline import anchors, lived, offsets, parts, relative, school
from refiner.timeline.bounds import ImpossibleTime, Window, day_of, edtf_window, month_window, year_window
from refiner.timeline.frame import Frame, Piece, Rule, holiday_of, month_of, season_of
from refiner.timeline.holidays import NAMES as _HOLIDAYS
from refiner.timeline.numbers import number
from refiner.timeline.words import (
    DAY,
    HOLIDAY,
    MON,
    MONTH_NAMES,
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
    loose = len(m["y"]) == 2 and m["sep"] != "/"
    if not 1700 <= year < 2100 or (loose and not _DATED.search(m.string[: m.start()])):
        return None  # "version 2.12.10"
    if _NUMBERED.search(m.string[: m.start()]):
        return None
    day, month = (a, b) if frame.day_first else (b, a)
    if month > 12 >= day:
        day, month = month, day
    if not (1 <= day <= 31 and 1 <= month <= 12):
        if not (1 <= a <= 31 and 1 <= b <= 31 and len(m["y"]) == 4):
            return None  # a fraction, a score, a number of a file
        raise ImpossibleTime(f"“{m[0]}” is no day: neither {a} nor {b} can be a month")
    if len(m["y"]) == 2 and day > monthrange(year, month)[1] and not _DATED.search(m.string[: m.start()]):
        return None  # "a ratio of 31/6/10"
    n = day_of(year, month, day)
    return Piece(m.start(), m.end(), Window(n, n), "day")


_DATED = re.compile(
    r"(?:\A|[:(\[,;–—]\s*|\b(?:on|dated|dt\.?|date|since|until|till|before|after|by|from|to|and|of|born|dob)[\s:]+)\Z",
    re.I,
)
_NUMBERED = re.compile(
    r"\b(?:version|ver\.?|v|page|p\.|no\.?|number|flat|house|plot|file|ref\.?|release|ip)\s*\Z", re.I
)


def _days(m: re.Match[str], frame: Frame) -> Piece | None:
    year, month = full_year(m["y"]), MONTHS[m["mon"][:3].casefold()]
    window = Window(day_of(year, month, int(m["a"])), day_of(year, month, int(m["b"])))
    return Piece(m.start(), m.end(), window, "range") if int(m["a"]) <= int(m["b"]) else None


def _day(m: re.Match[str], frame: Frame) -> Piece | None:
    month, day = MONTHS[m["mon"][:3].casefold()], number(m["d"])
    named = m.groupdict()
    years = named.get("y") or named.get("yy")
    if day is None or not 1 <= day <= 31:
        if years and day is not None:
            raise ImpossibleTime(f"“{m[0]}” is no day: no month has {day} days")
        return None
    if years:
        n = day_of(full_year(years), month, day)
        return Piece(m.start(), m.end(), Window(n, n), "day")
    if m["mon"].islower() and m["mon"].casefold() in ("may", "march", "mar"):
        return None
    if day > monthrange(2000, month)[1]:
        bare = m.start("mon") < m.start("d") and not m["d"][-1:].isalpha()
        if bare and re.match(r"\s+[A-Za-z]", m.string[m.end() :]):
            return None  # "in Feb 30 people came"
        raise ImpossibleTime(f"“{m[0]}” is no day: {MONTH_NAMES[month]} never has {day} days")

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
    r"(?:\b(?:in|since|until|till|by|before|after|from|between|during|early|late|mid|around|either)[\s-]+|[A-Za-z][–-]\s*|"
    r"\b(?:(?:end|start|beginning|middle|half|rest|most|part|week|weeks|days?|month|\d(?:st|nd|rd|th))\s+of)\s+|"
    rf"{MON.replace('?P<mon>', '?:')}\s*(?:to|and|or|till|until)\s+)\Z",
    re.IGNORECASE,
)


def _bare_month(m: re.Match[str], frame: Frame) -> Piece | None:
    alone = not m.string[: m.start()].strip() and re.match(r"\s*(?:[,–-]|to\b|until\b|\Z)", m.string[m.end() :])
    if not alone and not _MONTH_AFTER.search(m.string, max(0, m.start() - 30), m.start()):
        return None  # "May I go?", "Every June we went", "I told April"
    ahead = bool(_PLANNED.search(m.string))
    return Piece(m.start(), m.end(), None, "month", wants_year=month_of(MONTHS[m["mon"][:3].casefold()]), ahead=ahead)


_PLANNED = re.compile(
    r"\b(?:I|we|he|she|they|it)(?:\s+(?:will|shall)|['’]ll|(?:\s+am|\s+are|['’]m)\s+going\s+to)\b", re.I
)


def _bare_holiday(m: re.Match[str], frame: Frame) -> Piece | None:
    return Piece(m.start(), m.end(), None, "range", wants_year=holiday_of(m["hol"]))


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
_DECADES = {w: i for i, w in enumerate(_TENS, 2)} | {"noughties": 0}


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


_COUNTED = re.compile(
    r"(?:\b(?:rs\.?|inr|room|flat|house|no\.?|number|class|page|chapter|bus|train|code|pin|rank|version|windows|office|"
    r"fifa|read|reading|reread|costs?|paid|pay|worth|earn(?:ed)?|charged?|spent|(?:class|batch)\s+of(?:\s+the)?|batch|"
    r"(?:number|price|rent|pension|salary|fees?|cost|score|rank|total|population|bill|roll|no\.?|code)\s+"
    r"(?:is|was|of|came\s+to|about)|(?:film|movie|picture|watched|watching|saw)\s+(?:the\s+)?(?:(?-i:[A-Z])[\w’'-]*\s+){1,3})"
    r"|₹|[“\"])\s*\Z",
    re.IGNORECASE,
)


def _year(m: re.Match[str], frame: Frame) -> Piece | None:
    if _COUNTED.search(m.string, max(0, m.start() - 60), m.start()):
        return None  # "Rs 2000", "room 2014", "the class of 2008", "we saw Airport 1975"
    year = full_year(m["y"])
    return Piece(m.start(), m.end(), year_window(year), "year")


_TH = r"(?:st|nd|rd|th)?"
_THINGS = (
    "rupees?", "rs", "inr", "people", "persons?", "students?", "men", "women", "boys", "girls", "met(?:re|er)s?",
    "kms?", "kilomet(?:re|er)s?", "feet", "ft", "miles", "pages", "words", "times", "hours", "hrs", "dollars", "euros?",
    "pounds", "crores?", "lakhs?", "calories", "kg", "cc", "rpm", "mah", "steps", "copies", "lines", "votes", "marks",
    "points", "books", "years", "days", "models?", "edition", "version", "batch", "pass-?outs?", "films?", "movie",
    "novel", "census", "calories", "likes", "followers", "emails?", "mails", "messages", "rows", "units", "runs",
)  # fmt: skip
_NOT_A_YEAR = rf"(?!\s*(?:%|/-|\+|(?:{'|'.join(_THINGS)})\b))"
_MON = tuple(MONTHS)
_DIGIT = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
_SEASON = ("spring", "summer", "autumn", "fall", "winter", "monsoon", "rain")
_BARE_YEAR = r"(?P<yy>\d\d)(?=\s*(?:[.,;:!?)]|$))"
_DAY_YEAR = rf"(?:(?:,|\s+of|\s+in)?\s*(?<![a-z]){YEAR}|,?\s+{_BARE_YEAR})?"
_OWN: tuple[Rule, ...] = (
    Rule(r"(?<![\w/-])\d{4}-\d{2}-\d{2}[~?%]?(?![\w-]|\.[a-z])", _edtf, False, ("-",)),
    Rule(r"(?<![\w/-])\d{4}-(?:0[1-9]|1[0-2])[~?%]?(?![\w-])", parts.year_month, False, ("-",)),
    Rule(r"(?<![\w/-])(?:\d{4}[~%]|\d{3}X[~?%]?|\d{2}XX[~?%]?)(?![\w-])", _edtf, False, ("~", "%", "x")),
    Rule(
        r"(?<![\w/.-])(?P<a>\d{1,2})(?P<sep>[/.-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|\d{2})(?![\w/-]|\.\d)",
        _figures,
        False,
        ("/", ".", "-"),
    ),
    Rule(
        rf"(?<![\w/.-])(?P<a>\d{{1,2}}){_TH}\s*(?:-|–|to|and)\s*(?P<b>\d{{1,2}}){_TH}\s+{MON},?\s+{YEAR}",
        _days,
        True,
        _MON,
    ),
    Rule(rf"\b(?P<d>{DAY})\s+(?:of\s+)?{MON}{_DAY_YEAR}", _day, True, _MON),
    Rule(
        rf"\b{MON}\s+(?:the\s+)?(?P<d>\d{{1,2}}(?:st|nd|rd|th)?)(?![\w:])(?:(?:,|\s+in)?\s+{YEAR})?", _day, True, _MON
    ),
    Rule(rf"\b{MON}(?:,|\s+of|\s+in)?\s*(?<![a-z]){YEAR}", _month, True, _MON),
    Rule(rf"\b(?=[A-Z]){MON}(?![’']?\w)", _bare_month, False, _MON),
    Rule(rf"\b{SEASON}(?:\s+(?:holidays?|vacations?|break|term))?(?:,|\s+of|\s+in)?\s+{YEAR}", _season, True, _SEASON),
    Rule(rf"\b{SEASON}(?:,|\s+of|\s+in)?\s+{YEAR}\s*[-–/]\s*(?P<z>\d{{4}}|\d{{2}})(?![\w/-])", _season, True, _SEASON),
    Rule(rf"\b{HOLIDAY}(?:,|\s+of|\s+in)?\s+{YEAR}", _holiday, True, _HOLIDAYS),
    Rule(
        rf"\b{HOLIDAY}(?=,?\s+(?:of\s+)?(?:this|that|last|next|the\s+(?:same|next|following))\s+year\b)",
        _bare_holiday,
        True,
        _HOLIDAYS,
    ),
    Rule(r"\b(?P<long>(?:1[789]|20)\d0)['’]?s\b(?P<short>)?(?P<word>)?", _decade, False, ("0s", "0'", "0’")),
    Rule(
        rf"(?P<long>)?(?:(?<!\w)['’‘]?(?P<short>\d0)['’]?s\b|\b(?P<word>{any_of(_DECADES)})\b)(?!\s+and\b)",
        _bare_decade,
        True,
        ("0s", "0'", "0’", "ties"),
    ),
    Rule(r"(?P<long>)?(?P<word>)?(?<!\w)['’‘](?P<short>\d0)s\b", _decade, False, ("0s",)),
    Rule(rf"(?<![\w/.-]){YEAR}\s*[-–/]\s*(?P<z>\d{{4}}|\d{{2}})(?![\w/-])", _years, False, _DIGIT),
    Rule(
        rf"(?:(?<![\w/.,₹$€£#-])|(?<=mid-)|(?<=early-)|(?<=late-)|(?<=pre-)|(?<=post-)){YEAR}(?:(?=ish\b)|(?![\w/]|-\d|,\d|\.\d|\.[a-z]{{2,5}}\b)){_NOT_A_YEAR}",
        _year,
        True,
        _DIGIT,
    ),
)


def _grouped() -> list[tuple[tuple[str, ...], list[tuple[re.Pattern[str], Build]]]]:
    """The rules by the words that they need, so that each word is looked for once a text."""
    groups: dict[tuple[str, ...], list[tuple[re.Pattern[str], Build]]] = {}
    modules = (parts, lived, school, relative, offsets, anchors)
    for r in (*_OWN, *(r for module in modules for r in module.RULES)):
        groups.setdefault(r.needs, []).append((re.compile(r.pattern, re.IGNORECASE if r.ignore else 0), r.build))
    return list(groups.items())


Build = Callable[[re.Match[str], Frame], Piece | None]
_RULES = _grouped()


def scan(text: str, frame: Frame) -> list[Piece]:
    """All times in a text, in order, none overlapping; the longest that begins first wins.

    An impossible one (31 February) is a piece with a `problem` and no window.
    """
    found: list[Piece] = []
    low = re.sub(r"\s+", " ", text.lower())
    for needs, rules in _RULES:
        if needs and not any(word in low for word in needs):
            continue
        for pattern, build in rules:
            for m in pattern.finditer(text):
                try:
                    piece = build(m, frame)
                except ImpossibleTime as error:
                    piece = Piece(m.start(), m.end(), problem=str(error), impossible="day")
                if piece is not None:
                    found.append(piece)
    found.sort(key=lambda p: (p.start, -p.end))
    kept: list[Piece] = []
    for piece in found:
        if not kept or piece.start >= kept[-1].end:
            kept.append(piece)
    return kept
