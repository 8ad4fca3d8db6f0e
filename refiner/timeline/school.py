"""Times that count from the narrator's first school year: "in 9th grade", "after tenth", "second year of college"."""

from __future__ import annotations

import re

from refiner.timeline.bounds import Window, month_window, shift_months
from refiner.timeline.frame import Frame, Piece, Rule, first_grade, school_window
from refiner.timeline.fuzzy import bounds_of
from refiner.timeline.numbers import ROMAN, number
from refiner.timeline.whose import of_another
from refiner.timeline.words import NUMBER, ORDINAL, any_of

_UNKNOWN = "the first school year is not known"


def _grade(word: str) -> int | None:
    bare = re.sub(r"(?<=[IVX])th$", "", word)
    return ROMAN.get(bare) or number(word)


def _school(m: re.Match[str], frame: Frame) -> Piece | None:
    """One grade or two ("class 4 or 5", "5th to 8th standard"); there are twelve."""
    if of_another(m.string, m.start(), m.end()):
        return None
    first = _grade(m["g"])
    if _RANK.fullmatch(m[0]) and not _STUDIES.search(m.string, 0, m.start()):
        return None  # "a first class novel", "we went second class"
    last = _grade(m.groupdict().get("g2") or m["g"])
    if first is None or last is None or not 1 <= first <= last <= 12:
        return _no_grade(m, first)
    return _grades(m, frame, first, last)


_RANK = re.compile(r"(?:1st|first|2nd|second|3rd|third)[\s-]+class", re.IGNORECASE)
_STUDIES = re.compile(
    r"\b(?:was|were|am|stud(?:y|ied|ying)|read(?:ing)?|admitted|admission|when\s+I\s+was)\s+in(?:to)?\s+(?:the\s+)?\Z",
    re.I,
)


def _no_grade(m: re.Match[str], n: int | None) -> Piece | None:
    """ "in class 15": a slip, where the words can mean nothing else."""
    sure = re.search(r"\bin\s+\Z", m.string[: m.start()]) and not re.match(r"\s+\w", m.string[m.end() :])
    if n is None or not 12 < n <= 20 or not sure or m.groupdict().get("g2"):
        return None
    said = f"“{m[0]}”: school ends with class 12; write which class it was"
    return Piece(m.start(), m.end(), None, "year", problem=said, impossible="life")


def _grades(m: re.Match[str], frame: Frame, first: int, last: int) -> Piece:
    window = school_window(first, last, frame)
    grain = "year" if first == last else "range"
    return Piece(m.start(), m.end(), window, grain, problem="" if window else _UNKNOWN, over=_over(window))


def _over(window: Window | None) -> int | None:
    """School is over with the examination, some months before the school year is."""
    if window is None or window.high is None:
        return None
    few, _ = bounds_of("after", 'a school year, in words like "after tenth"')
    return shift_months(window.high, few) + 1


_SCHOOLS = re.compile(
    r"\b(?:school|boarding|class|std|standard|grade|studied|studying|exams?|boards?|tuitions?|teachers?|marks|syllabus)\b",
    re.IGNORECASE,
)


_RANKED = re.compile(r"\b(?:c[ao]me|finish\w*|stood|stand|placed?|ranked|stopp\w*|gears?|floor)\s+\Z", re.I)


def _bare(m: re.Match[str], frame: Frame) -> Piece | None:
    """ "in 7th": a class, where nothing else is named and the sentence is about school or the number fits no rank."""
    first, last = number(m["g"]), number(m["g2"] or m["g"])
    alone = (first or 0) >= 5 and m["rel"].casefold() == "in" and not _RANKED.search(m.string, 0, m.start())
    if not alone and not _SCHOOLS.search(m.string):
        return None
    piece = _school(m, frame)
    return None if piece is None or piece.impossible or not last else piece.at(m.start("g"), m.end())


def _after(m: re.Match[str], frame: Frame) -> Piece | None:
    """ "after tenth", "after my twelfth": from the examination on."""
    piece = _school(m, frame)
    return None if piece is None else piece.at(m.start("g"), m.end())


def _stage(m: re.Match[str], frame: Frame) -> Piece | None:
    """Kindergarten, primary school, plus two, the last year of school."""
    if of_another(m.string, m.start(), m.end()):
        return None
    word = re.sub(r"[\s-]+", " ", m[0].casefold())
    grades = {"lkg": (-1, -1), "ukg": (0, 0), "kindergarten": (-1, 0), "plus two": (11, 12)}.get(word)
    if grades is None:
        name = next(n for n in ("primary", "middle", "high", "final") if n in word or n == "final")
        grades = bounds_of(name, "school")
    return _grades(m, frame, *grades)


_YEARS = {"fy": 1, "sy": 2, "ty": 3}


def _college(m: re.Match[str], frame: Frame) -> Piece | None:
    """A year or a semester of a degree. When it began is not said: a dozen years after school at the earliest."""
    if of_another(m.string, m.start(), m.end()):
        return None
    begun = first_grade(frame)
    if begun is None:
        return Piece(m.start(), m.end(), None, "range", problem=_UNKNOWN)
    soonest, latest = bounds_of("begins", "the first year of a degree")
    low, high = begun[0] + soonest, begun[1] + latest
    word = m["c"].casefold()
    if word in ("final", "last"):
        few, most = bounds_of("begins", "the final year of a degree")
    else:
        n = _YEARS.get(word.replace(".", "")) or number(word)
        sem = "sem" in m[0].casefold()
        if n is None or not 1 <= n <= (10 if sem else 6):
            return None
        few = most = (n - 1) // 2 if sem else n - 1
    window = Window(
        month_window(low + few, frame.school_year_starts).low,
        month_window(high + most, frame.school_year_starts, frame.school_year_starts + 14).high,
    )
    if frame.written and frame.written.high is not None:
        if window.low is not None and window.low > frame.written.high:
            return None
        window = Window(window.low, min(window.high or frame.written.high, frame.written.high))
    return Piece(m.start(), m.end(), window, "range")


_SCHOOL = r"(?:grade|standard|std\.?|class)"
_AND = r"(?:to|till|until|through|-|–|or|and|/)"
_NO_RANK = r"(?!\w|\s+(?:in|honou?rs|degree|ticket|compartment|coach|citizens?)\b)"
_ROM = r"(?:XII|XI|X|IX|VIII|VII|VI|V|IV|III|II)"
_FUNCTION = r"(?:I|i|we|my|when|and|to|or|it|there|he|she|they|itself|because|but|with|as|that|then|onwards?|only)\b"
_THEN = rf"(?=\s*(?:[,.;:!?—)]|$|{_FUNCTION}))"
_DEGREE = (
    r"(?:college|engineering|(?:my\s+)?(?:degree|graduation|ug)|nursing|medical(?:\s+college)?|medicine|law|pharmacy|"
    r"b\.?\s?tech|b\.?\s?e|b\.?\s?sc|b\.?\s?com|b\.?\s?a|b\.?\s?b\.?a|b\.?\s?c\.?a|mbbs|gnm|ll\.?b|b\.?\s?arch|b\.?\s?pharm)"
)
_OF = r"\s+(?:(?:of|in|at|at\s+the|of\s+my|of\s+the)\s+)?"
_NTH = rf"(?P<c>{ORDINAL}|final|last)"
_BACHELOR = r"(?:b\.?\s?tech|b\.?\s?e|b\.?\s?sc|b\.?\s?com|b\.?\s?a|bba|bca|mbbs|engineering|nursing|college)"
_NEED = ("grade", "standard", "std", "class")
RULES: tuple[Rule, ...] = (
    Rule(rf"\b(?P<g>{ORDINAL})\s*{_AND}\s*(?P<g2>{ORDINAL})[\s-]+{_SCHOOL}(?!\w)", _school, True, _NEED),
    Rule(rf"\b(?P<g>{ORDINAL})[\s-]+{_SCHOOL}{_NO_RANK}", _school, True, _NEED),
    Rule(
        rf"\b{_SCHOOL}(?:es)?\s+(?P<g>{NUMBER})(?:th)?\s*{_AND}\s*(?P<g2>{NUMBER})(?:th)?(?![\w%-]|\.\d|\s+students)",
        _school,
        True,
        _NEED,
    ),
    Rule(rf"\b{_SCHOOL}\s+(?P<g>{NUMBER})(?:st|nd|rd|th)?(?![\w%-]|\.\d|\s+students)", _school, True, _NEED),
    Rule(rf"\b(?i:class|std\.?|standard|grade)\s+(?P<g>{_ROM})\b", _school, False, _NEED),
    Rule(rf"\b(?P<g>{_ROM}(?:th)?)[\s-]+(?i:{_SCHOOL})(?!\w)", _school, False, _NEED),
    Rule(rf"(?<=\bwas in )(?:the\s+)?(?P<g>{ORDINAL})(?=\s*(?:[,.;]|and\b|when\b|$))", _school, True, ("was in",)),
    Rule(
        rf"\b(?P<rel>in|since|until|till|from)\s+(?:my\s+)?(?P<g>{ORDINAL})(?:\s*{_AND}\s*(?P<g2>{ORDINAL}))?{_THEN}",
        _bare,
        True,
    ),
    Rule(
        rf"\bafter\s+(?:my\s+|passing\s+|clearing\s+)?(?P<g>10th|tenth|12th|twelfth){_THEN}", _after, True, ("after",)
    ),
    Rule(
        r"\b(?:my\s+|the\s+)?(?P<g>10th|tenth|12th|twelfth)[\s-]+(?:std\.?\s+)?(?:boards?|board\s+exams?)\b",
        _school,
        True,
        ("board",),
    ),
    Rule(r"\b(?:LKG|UKG|kindergarten|plus[\s-]two)\b", _stage, True, ("kg", "kindergarten", "plus")),
    Rule(r"(?<=\bin )(?:primary|middle|high)\s+school\b(?!\s+(?:teacher|building))", _stage, True, ("school",)),
    Rule(r"(?<=\bin )my\s+(?:final|last)\s+year\s+(?:of|at|in)\s+school\b", _stage, True, ("school",)),
    Rule(rf"\b(?:my\s+|the\s+)?{_NTH}[\s-]+(?:year|semester|sem){_OF}{_DEGREE}(?!\w)", _college, True, ("year", "sem")),
    Rule(rf"\b{_BACHELOR}\s+(?P<c>{ORDINAL}|final|last)[\s-]+(?:year|semester|sem)\b", _college, True, ("year", "sem")),
    Rule(rf"(?<=\bin )(?:my\s+)?{_NTH}\s+sem(?:ester)?\b", _college, True, ("sem",)),
    Rule(rf"(?<=\bin ){_NTH}\s+year(?=\s*(?:[,.;!?]|$|I\b|i\b|we\b|itself\b))", _college, True, ("year",)),
    Rule(
        rf"\b(?P<c>{any_of(_YEARS)}|F\.Y\.?|S\.Y\.?|T\.Y\.?)\s?(?:B\.?\s?(?:com|sc|a|tech)\b)",
        _college,
        True,
        ("fy", "sy", "ty", "f.y", "s.y", "t.y"),
    ),
)
