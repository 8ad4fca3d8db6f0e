"""Times that count from the narrator's own birth: "when I was twelve", "a boy of ten", "in my early twenties"."""

from __future__ import annotations

import re
from dataclasses import replace

from refiner.timeline.bounds import Window, shift_months, widen_months
from refiner.timeline.frame import Frame, Piece, Rule, age_window
from refiner.timeline.fuzzy import bounds_of, circa, meaning
from refiner.timeline.numbers import number
from refiner.timeline.whose import of_another, person_before
from refiner.timeline.words import NUMBER, ORDINAL, any_of

OLDEST = 110


_NOT_YET = re.compile(
    r"\b(?:will|shall|would|should|going\s+to|want|hope|plan|wish|if|dream\w*|imagin\w*|when\s+I\s+am)\b|['’](?:ll|d)\b",
    re.I,
)


def _lived(m: re.Match[str], frame: Frame, first: int, last: int, grain: str, *, surely: bool = False) -> Piece | None:
    """Years of age as a window. `surely`: it can be nothing but an age, so one above that at the writing is a slip."""
    if not frame.born:
        return Piece(m.start(), m.end(), None, grain, problem="the date of birth is not known")
    window = age_window(frame.born, first, last)
    if frame.written and frame.written.high is not None and window.low is not None and window.low > frame.written.high:
        # Nobody has been older than on the day of writing: else the number is about something else.
        if not surely or _NOT_YET.search(m.string):
            return None
        said = f"“{m[0]}”: you were younger than {first} on the day of writing"
        return Piece(m.start(), m.end(), None, grain, problem=said, impossible="life")
    return Piece(m.start(), m.end(), window, grain)


def _age(m: re.Match[str], frame: Frame) -> Piece | None:
    """One age or two ("eight or nine"), said surely or about, or not reached yet."""
    said = m.groupdict()
    n, n2 = number(m["n"]), number(said.get("n2") or m["n"])
    if n is None or n2 is None or not 0 <= n <= n2 <= OLDEST or n2 - n > 12:
        return None
    years = bool(re.search(r"(?i)years?|yrs|\bage\b|\bturned\b", m[0]))
    piece = _lived(m, frame, n, n2, "year" if n == n2 else "range", surely=years)
    window = piece.window if piece else None
    if piece is None or window is None:
        return piece
    if said.get("who") and m["who"]:  # the word before it ("until I was nine") is read by itself
        piece = piece.at(m.start("who"), m.end())
    if said.get("yet"):
        high = window.low
        return replace(piece, window=Window(None, None if high is None else high - 1), grain="range")
    if said.get("about"):
        piece = replace(piece, window=widen_months(window, circa("year").high), grain="range")
    return piece


def _others_or_age(m: re.Match[str], frame: Frame) -> Piece | None:
    return None if of_another(m.string, m.start(), m.end(), acts=True) else _age(m, frame)


def _at_age(m: re.Match[str], frame: Frame) -> Piece | None:
    n = number(m["n"])
    if n is None or n < 13 or of_another(m.string, m.start(), m.end(), acts=True):
        return None  # "at nine" is a time of day, and "he at seventy-four" somebody else
    return _age(m, frame)


def _birthday(m: re.Match[str], frame: Frame) -> Piece | None:
    n = number(m["n"])
    piece = None if n is None else _lived(m, frame, n, n, "day", surely=True)
    if piece is None or piece.window is None or not frame.born or frame.born.low is None or frame.born.high is None:
        return piece
    months = 12 * (n or 0)
    return replace(piece, window=Window(shift_months(frame.born.low, months), shift_months(frame.born.high, months)))


def _nth_year(m: re.Match[str], frame: Frame) -> Piece | None:
    """ "in my fiftieth year": from the 49th birthday, and many mean the one after."""
    n = number(m["n"])
    low, high = bounds_of("th", "the year of life")
    return None if n is None or n < 12 else _lived(m, frame, n + low, n + high, "range")


_TENS = {"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80}


def _age_decade(m: re.Match[str], frame: Frame) -> Piece | None:
    word, part = m["tens"].casefold(), (m["part"] or "").casefold()
    if word == "teens":
        return _lived(m, frame, *bounds_of("teens", "age"), "range")
    row = meaning(part, "decade")
    first, last = (row.low, row.high) if row else (0, 9)
    return _lived(m, frame, _TENS[word] + first, _TENS[word] + last, "range")


def _childhood(m: re.Match[str], frame: Frame) -> Piece | None:
    if "I" not in m[0] and (person_before(m.string, m.start()) or of_another(m.string, m.start(), m.end(), acts=True)):
        return None  # "my father, as a little boy"
    return _lived(m, frame, *bounds_of("teens" if "teen" in m[0].casefold() else "childhood", "age"), "range")


_NO_UNIT = (
    r"(?!\s*(?:%|o['’]clock|am\b|pm\b|a\.m|p\.m|km|kg|kilos?\b|rupees?\b|percent|per\b|feet|days\b|weeks\b|months\b|"
    r"hours\b|minutes\b|th\b|marks\b|lakhs?\b|crores?\b|people\b|inches\b|cm\b|runs\b|not\s+out\b|places\b|points\b|"
    r"metres\b|meters\b|degrees\b|pages\b|short\b|down\b|behind\b|ahead\b|[:.]\d))"
)
_SECOND = rf"(?:\s*(?:or|to|-|–|,|or\s+maybe|or\s+perhaps)\s*(?P<n2>{NUMBER}))?"
_GOING = rf"(?:,?\s+going\s+on\s+{NUMBER})?"
_OLD = r"(?:[\s-]*(?:years?|yrs)\b(?:[\s-]*old\b|\s+of\s+age\b)?)?"
_ABOUT = r"(?:(?P<about>about|around|roughly|maybe|perhaps|probably|nearly|almost|like|some)\s+)?"
_JUST = r"(?:(?:only|just|barely|hardly|scarcely|already|still|all\s+of|at\s+most)\s+)?"
_AGE = rf"{_ABOUT}{_JUST}(?P<n>{NUMBER}){_SECOND}{_NO_UNIT}{_GOING}{_OLD}"
_WAS = r"(?:was|turned|became|reached|must\s+have\s+been|would\s+have\s+been|may\s+have\s+been|could\s+have\s+been)"
_SURE_END = (
    r"(?=\s*(?:[,.;!?—)]|when\b|and\b|that\b|then\b|$|or\s+so\b|before\b|at\s+(?:the|that)\s+time\b|I\b|i\b|we\b|my\b))"
)
_NO_CLOCK = (
    r"(?!\s*(?:[:.]\d|to\b|past\b|in the\b|at night|every\b|on\b|sharp\b|thirty\b|fifteen\b|minutes?\b|places\b|"
    r"points\b|degrees\b|marks\b|metres\b|miles\b|hundred\b|thousand\b|lakh\b|crore\b))"
)
_SMALL = r"(?:(?:small|little|young|tiny|wee)\s+)?"
_PERSON = r"(?:boy|girl|child|kid|lad|lass|youth|youngster|student|(?:young\s+)?(?:man|woman))"
RULES: tuple[Rule, ...] = (
    Rule(
        rf"\b(?:when|while|once)\s+(?i:I)\s+{_WAS}\s+{_AGE}(?!\s+(?:and\s+)?(?:going|of\s+(?!age)))",
        _age,
        True,
        ("i ",),
    ),
    Rule(
        rf"\b(?:before|until|till|til|since|by\s+the\s+time|from\s+when|after)\s+(?P<who>I\s+(?:was|turned|became|reached)"
        rf"\s+{_AGE})",
        _age,
        True,
        ("before", "til", "since", "time", "when", "after"),
    ),
    Rule(
        rf"\bI\s+(?:must|would|may|could)\s+have\s+been\s+(?P<about>)?{_JUST}(?P<n>{NUMBER}){_SECOND}{_OLD}{_SURE_END}",
        _age,
        True,
        ("have been",),
    ),
    Rule(
        rf"\bI\s+(?:was|turned)\s+(?P<yet>not\s+yet|not\s+even|under|below)\s+(?P<n>{NUMBER}){_NO_UNIT}{_OLD}{_SURE_END}",
        _age,
        True,
        ("not ", "under", "below"),
    ),
    Rule(rf"\bI\s+(?:was|turned)\s+{_AGE}{_SURE_END}", _age, True, ("i was", "i turned")),
    Rule(
        rf"\bI\s+(?:was|turned)\s+{_ABOUT}{_JUST}(?P<n>{NUMBER}){_SECOND}(?:[\s-]+and\s+a\s+half)?\s+(?:years?|yrs)\s+old\b",
        _age,
        True,
        ("old",),
    ),
    Rule(
        rf"\b(?P<n>{NUMBER}){_SECOND}\s+(?:years?|yrs)\s+old\b(?=\s*[,.;]?\s*(?:then|when\s+(?:I|we|my)\b))",
        _others_or_age,
        True,
        ("old",),
    ),
    Rule(
        rf"\b(?:at\s+)?(?:the|my)\s+(?:\w+\s+)?age\s+of\s+{_ABOUT}{_JUST}(?P<n>{NUMBER}){_SECOND}(?:\s+years)?",
        _others_or_age,
        True,
        ("age of",),
    ),
    Rule(
        rf"\b(?:between|from)\s+(?:the\s+)?ages?\s+(?:of\s+)?(?P<n>{NUMBER})\s*(?:and|to|till|until|-|–)\s*"
        rf"(?:age\s+)?(?P<n2>{NUMBER})(?:\s+years)?",
        _others_or_age,
        True,
        (" age",),
    ),
    Rule(
        rf"(?<![\w-])(?:at\s+)?age\s+{_ABOUT}(?P<n>{NUMBER}){_SECOND}(?!\s*(?:group|years?\s+(?:below|above)))",
        _others_or_age,
        True,
        ("age ",),
    ),
    Rule(rf"\baged\s+{_ABOUT}(?P<n>{NUMBER}){_SECOND}", _others_or_age, True, ("aged",)),
    Rule(rf"\bas\s+an?\s+(?:\w+\s+)?(?P<n>{NUMBER})[\s-]+years?[\s-]+old\b", _others_or_age, True, ("old",)),
    Rule(
        rf"\b(?:as|when\s+I\s+was)\s+an?\s+(?:\w+\s+)?{_PERSON}\s+of\s+(?P<n>{NUMBER}){_SECOND}{_NO_UNIT}",
        _age,
        True,
        (" of ",),
    ),
    Rule(rf"\b(?:on\s+|for\s+|by\s+)?my\s+(?P<n>{ORDINAL})\s+(?:birthday|b'?day)", _birthday, True, ("day",)),
    Rule(rf"\bin\s+my\s+(?P<n>{ORDINAL})\s+year\b(?!\s+(?:of|at|in|as|with|here|there)\b)", _nth_year, True, ("year",)),
    Rule(rf"\bat\s+{_ABOUT}(?P<n>{NUMBER}){_NO_UNIT}{_NO_CLOCK}", _at_age, True, ("at ",)),
    Rule(
        rf"\bin\s+my\s+(?:(?P<part>early|mid|late)[\s-]+)?(?P<tens>teens|{any_of(_TENS)})\b",
        _age_decade,
        True,
        ("in my",),
    ),
    Rule(
        rf"\b(?:as|when\s+I\s+was)\s+an?\s+{_SMALL}(?:child|boy|girl|kid|teenager)\b",
        _childhood,
        True,
        ("child", "boy", "girl", "kid", "teen"),
    ),
    Rule(
        r"(?:\bin\s+my|(?<=\bsince )(?:my\s+)?|\bfrom\s+(?:my\s+)?)\s*(?:childhood|boyhood|girlhood)\b",
        _childhood,
        True,
        ("hood",),
    ),
)
