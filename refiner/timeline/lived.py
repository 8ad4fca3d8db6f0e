"""Times that count from the narrator's own birth or first school year: "when I was twelve", "in 9th grade"."""

from __future__ import annotations

import re
from dataclasses import replace

from refiner.timeline.bounds import Window, shift_months
from refiner.timeline.frame import Frame, Piece, Rule, age_window, school_window
from refiner.timeline.fuzzy import ROMAN, meaning, number
from refiner.timeline.words import NUMBER, ORDINAL, any_of


def _lived(m: re.Match[str], frame: Frame, first: int, last: int, grain: str) -> Piece | None:
    if not frame.born:
        return Piece(m.start(), m.end(), None, grain, problem="the date of birth is not known")
    window = age_window(frame.born, first, last)
    if frame.written and frame.written.high is not None and window.low is not None and window.low > frame.written.high:
        return None  # nobody has been older than on the day of writing: the number is about something else
    return Piece(m.start(), m.end(), window, grain)


def _age(m: re.Match[str], frame: Frame) -> Piece | None:
    n = number(m["n"])
    return None if n is None or not 0 <= n <= 110 else _lived(m, frame, n, n, "year")


def _at_age(m: re.Match[str], frame: Frame) -> Piece | None:
    n = number(m["n"])
    if n is None or n < 13 or re.search(r"\b(?:he|she|they|who)\s*$", m.string[: m.start()], re.IGNORECASE):
        return None  # "at nine" is a time of day, and "he at seventy-four" somebody else
    return _age(m, frame)


def _birthday(m: re.Match[str], frame: Frame) -> Piece | None:
    n = number(m["n"])
    piece = None if n is None else _lived(m, frame, n, n, "day")
    if piece is None or piece.window is None or not frame.born or frame.born.low is None or frame.born.high is None:
        return piece
    months = 12 * (n or 0)
    return replace(piece, window=Window(shift_months(frame.born.low, months), shift_months(frame.born.high, months)))


_TENS = {"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80}


def _age_decade(m: re.Match[str], frame: Frame) -> Piece | None:
    word, part = m["tens"].casefold(), (m["part"] or "").casefold()
    if word == "teens":
        row = meaning("teens", "age")
        return _lived(m, frame, row.low, row.high, "range") if row else None
    row = meaning(part, "decade")
    first, last = (row.low, row.high) if row else (0, 9)
    return _lived(m, frame, _TENS[word] + first, _TENS[word] + last, "range")


def _childhood(m: re.Match[str], frame: Frame) -> Piece | None:
    row = meaning("teens" if "teen" in m[0].casefold() else "childhood", "age")
    return _lived(m, frame, row.low, row.high, "range") if row else None


_OTHERS = re.compile(
    r"\b(?:teach(?:es|ing)?|taught|tutor(?:ed|ing)?|(?:my|his|her|our|their)\s+(?:son|daughter|kids?|child|children|"
    r"students?|pupils?|nephew|niece|grandson|granddaughter|brother|sister|cousin)(?:\s+(?:is|was))?|he\s+(?:is|was)|"
    r"she\s+(?:is|was))\b[^.;]{0,20}$",
    re.IGNORECASE,
)


def _school(m: re.Match[str], frame: Frame) -> Piece | None:
    if _OTHERS.search(m.string[: m.start()]):
        return None
    word = m["g"]
    grade = ROMAN.get(word) or number(word)
    if grade is None or not 1 <= grade <= 12:
        return None
    return _grades(m, frame, grade, grade)


def _named_school(m: re.Match[str], frame: Frame) -> Piece | None:
    word = re.sub(r"[\s-]+", " ", m[0].casefold())
    grades = {"lkg": (-1, -1), "ukg": (0, 0), "kindergarten": (-1, 0)}.get(word, (11, 12))
    return None if _OTHERS.search(m.string[: m.start()]) else _grades(m, frame, *grades)


def _grades(m: re.Match[str], frame: Frame, first: int, last: int) -> Piece:
    window = school_window(first, last, frame)
    return Piece(m.start(), m.end(), window, "year", problem="" if window else "the first school year is not known")


_NO_UNIT = (
    r"(?!\s*(?:%|o['’]clock|am\b|pm\b|a\.m|p\.m|km|kg|kilos?\b|rupees?\b|percent|per\b|feet|days\b|weeks\b|months\b|"
    r"hours\b|minutes\b|th\b))"
)
_OWN = rf"(?P<n>{NUMBER}){_NO_UNIT}"
_MORE_OR_LESS = r"(?:about\s+|around\s+|only\s+|just\s+)?"
_NO_CLOCK = (
    r"(?!\s*(?:[:.]\d|to\b|past\b|in the\b|at night|every\b|on\b|sharp\b|thirty\b|fifteen\b|minutes?\b|places\b|"
    r"points\b|degrees\b|marks\b|metres\b|miles\b))"
)
_SMALL = r"(?:(?:small|little|young)\s+)?"
_SCHOOL = r"(?:grade|standard|std\.?|class)"
RULES: tuple[Rule, ...] = (
    (rf"\bwhen\s+I\s+(?:was|turned|became)\s+{_MORE_OR_LESS}{_OWN}(?:\s+years?(?:\s+old)?)?", _age, True),
    (
        rf"\bI\s+(?:was|turned)\s+{_MORE_OR_LESS}{_OWN}(?:\s+years?\s+old)?(?=\s*(?:[,.;!—]|when\b|and\b|that\b|then\b|$))",
        _age,
        True,
    ),
    (rf"\bI\s+(?:was|turned)\s+{_MORE_OR_LESS}{_OWN}\s+years?\s+old\b", _age, True),
    (rf"\bat\s+(?:the|my)\s+age\s+of\s+(?P<n>{NUMBER})(?:\s+years)?", _age, True),
    (rf"\bat\s+age\s+(?P<n>{NUMBER})", _age, True),
    (rf"(?<!\bhe )(?<!\bshe )\baged\s+(?P<n>{NUMBER})", _age, True),
    (rf"\b(?:on\s+)?my\s+(?P<n>{ORDINAL})\s+birthday", _birthday, True),
    (rf"\bat\s+{_OWN}{_NO_CLOCK}", _at_age, True),
    (rf"\bin\s+my\s+(?:(?P<part>early|mid|late)[\s-]+)?(?P<tens>teens|{any_of(_TENS)})\b", _age_decade, True),
    (rf"\b(?:as|when\s+I\s+was)\s+an?\s+{_SMALL}(?:child|boy|girl|kid|teenager)\b", _childhood, True),
    (r"\bin\s+my\s+(?:childhood|boyhood|girlhood)\b", _childhood, True),
    (rf"\b(?P<g>{ORDINAL})[\s-]+{_SCHOOL}(?!\w)", _school, True),
    (rf"\b(?:{_SCHOOL})\s+(?P<g>{NUMBER})(?![\w%-]|\.\d|\s+students)", _school, True),
    (r"\b(?i:class|std\.?|standard|grade)\s+(?P<g>XII|XI|X|IX|VIII|VII|VI|V|IV|III|II)\b", _school, False),
    (rf"(?<=\bwas in )(?:the\s+)?(?P<g>{ORDINAL})(?=\s*(?:[,.;]|and\b|when\b|$))", _school, True),
    (r"\b(?P<g>10th|tenth|12th|twelfth)[\s-]+boards?\b", _school, True),
    (r"\b(?:LKG|UKG|kindergarten|plus[\s-]two)\b", _named_school, True),
)
