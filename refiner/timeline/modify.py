"""What the words around a time make of it: a part of it, about it, before or after it, from one to another."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from refiner.timeline.bounds import ImpossibleTime, Window, edtf_of, shift_months, widen_months
from refiner.timeline.frame import Frame, Piece, by_both_ends, settle, year_of
from refiner.timeline.fuzzy import circa, meaning
from refiner.timeline.grammar import scan
from refiner.timeline.landmarks import event_named
from refiner.timeline.parts import quarter

SHORT = 45  # days; about a shorter stretch is days more, not months


def pieces(text: str, frame: Frame) -> list[Piece]:
    """The times in a text with what the words around them make of them, in order, none overlapping."""
    found = scan(text, frame)
    joined: list[Piece] = []
    at = 0
    while at < len(found):
        piece, both = found[at], None
        if at + 1 < len(found):
            both = _range(text, piece, found[at + 1], frame) or _of_year(text, piece, found[at + 1], frame)
        at += 2 if both else 1
        whole = _whole(text, both or piece, frame)
        if whole and (not joined or whole.start >= joined[-1].end):
            joined.append(whole)
    return [p for p in joined if p.window is not None or p.anchor or p.problem]


def _whole(text: str, piece: Piece, frame: Frame) -> Piece | None:
    try:
        return _modified(text, _anchored(text, settle(piece, frame), frame), frame)
    except ImpossibleTime as error:
        return Piece(piece.start, piece.end, problem=str(error), impossible="day")


# ---- two times that are one ------------------------------------------------------------------------------------------

_TO = re.compile(
    r"\s*(?:,\s*(?=to\b|until\b|till\b))?(?:to|until|till|through|and|–|—|-)\s*(?:the\s+)?(?:end\s+of\s+)?\Z",
    re.IGNORECASE,
)
_OR = re.compile(
    r"\s*,?\s*(?:or(?:\s+(?:maybe|perhaps|possibly|even))?|maybe|perhaps|possibly|if\s+not)\s+(?:in\s+|the\s+)?\Z", re.I
)
_OPENS = re.compile(r"\b(from|between|either)\s+(?:the\s+|about\s+|around\s+)?\Z", re.IGNORECASE)
_LINK = re.compile(r"\s*[,(]?\s*(?:(?:of|in)\s+)?\Z")


def _range(text: str, left: Piece, right: Piece, frame: Frame) -> Piece | None:
    """From one time to another ("between 1998 and 2001", "June – August 2010"), or one of the two ("2006 or 2007").

    The left may take the right's year.
    """
    middle, opens = text[left.end : right.start], _OPENS.search(text[: left.start])
    either = bool(_OR.match(middle))
    if not (either or _TO.match(middle)) or left.anchor or right.anchor or left.problem or right.problem:
        return None
    plain = bool(re.search(r"\b(?:and|until|till)\b", middle, re.IGNORECASE)) or left.grain != right.grain
    if not either and (not opens or opens[1].casefold() == "either") and plain:
        return None
    right = settle(right, frame)
    if right.window is None or right.window.high is None:
        return None
    if left.wants_year and left.window is None:
        year = year_of(right.window.high)
        window = left.wants_year(year)
        if window and window.low is not None and window.low > right.window.high:
            window = left.wants_year(year - 1)
        left = replace(left, window=window)
    if left.window is None or left.window.low is None:
        return None
    low, high = left.window.low, right.window.high
    if either and left.window.high is not None and right.window.low is not None:
        low, high = min(low, right.window.low), max(high, left.window.high)
    if low > high:
        return None
    start = opens.start() if opens else left.start
    return Piece(start, right.end, Window(low, high), "range", over=right.over)


def _of_year(text: str, left: Piece, right: Piece, frame: Frame) -> Piece | None:
    """ "15 August this year", "Diwali that year": the year comes after."""
    wants = left.wants_year
    if wants is None or right.grain != "year" or right.over is not None or right.window is None:
        return None
    if not _LINK.match(text[left.end : right.start]):
        return None
    window = by_both_ends(right.window, lambda d: wants(year_of(d)))
    return Piece(left.start, right.end, window, left.grain) if window else None


def _anchored(text: str, piece: Piece, frame: Frame) -> Piece:
    """ "two years after 2004": what it counts from is itself a date, so the offset can be counted here and now."""
    if not piece.anchor or event_named(piece.anchor, frame.events):
        return piece
    inner = next(iter(scan(piece.anchor, frame)), None)
    inner = settle(inner, frame) if inner else None
    if inner is None or inner.window is None or piece.anchor[: inner.start].strip().casefold() not in ("", "in", "the"):
        return piece
    (low, high), (few, most) = inner.window, piece.offset
    window = Window(
        None if low is None or few is None else low + few, None if high is None or most is None else high + most
    )
    end = piece.end - len(piece.anchor) + inner.end
    return replace(piece, window=window, anchor="", offset=(None, None), end=end)


# ---- the words before and after a time -------------------------------------------------------------------------------

_GLUE = r"(?:(?:in|on|at|during|of|the|my|year|month)\s+)*"
_PART = re.compile(
    r"\b(?P<by>by\s+)?(?:towards\s+|toward\s+)?(?:the\s+)?(?:"
    r"(?:very\s+)?(?P<word>early|mid|late|beginning|start|middle|end|commencement)(?:\s+of)?|"
    r"(?P<of>earlier|early|latter|later|middle)\s+(?:part|half|days|months|years)\s+of|"
    r"(?P<nth>first|second|third|fourth|last|1st|2nd|3rd|4th|opening|closing|final)\s+(?:few\s+|couple\s+of\s+|two\s+)?"
    rf"(?P<what>half|week|weeks|days|months|fortnight|quarter)\s+of)[\s-]+{_GLUE}\Z",
    re.IGNORECASE,
)
_WEEKEND = re.compile(r"\b(?:the\s+|that\s+)?(?P<what>weekend|week)\s+(?:of|around)\s+(?:the\s+)?\Z", re.IGNORECASE)
_NIGHT = re.compile(r"\bnight\s+of\s+(?:the\s+)?\Z", re.IGNORECASE)
_CIRCA = re.compile(
    r"(?:\b(?:circa|ca\.|(?:some(?:time|where)\s+)?(?:about|around|near)|approximately|approx\.?|roughly|perhaps|maybe|"
    rf"probably|possibly|close\s+to|some\s*where\s+in)|\bc\.)\s*{_GLUE}\Z",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:-?ish\b|\s+or\s+so\b|\s+or\s+thereabouts\b)", re.IGNORECASE)
_RELATION = re.compile(
    r"\b(?P<word>not\s+before|on\s+or\s+after|on\s+or\s+before|prior\s+to|before|at\s+least\s+(?:until|till)|until|till|"
    r"up\s+to|by(?:\s+the\s+time)?|no(?:t)?\s+later\s+than|not\s+after|no(?:t)?\s+earlier\s+than|(?:ever\s+)?since|from|"
    rf"after|post|pre)[\s-]+(?P<glue>{_GLUE})\Z",
    re.IGNORECASE,
)
_AT_MOST = re.compile(r",?\s+at\s+the\s+(?:very\s+)?(?P<end>latest|earliest)\b", re.IGNORECASE)
_AND_ON = re.compile(
    r"\s*,?\s+(?:or|maybe|perhaps|possibly|or\s+maybe|or\s+perhaps|or\s+even)\s+(?P<end>earlier|before|later|after)\b"
    r"(?=\s*(?:[.,;!?)]|$))",
    re.IGNORECASE,
)
_NOUN_AFTER = re.compile(r"\s+(?!and\b|but\b|when\b|until\b|till\b|that\b|with\b|then\b|I\b|we\b)[A-Za-z]{3,}")
_ORDER = {"1st": "first", "2nd": "second", "3rd": "third", "4th": "fourth", "opening": "first", "closing": "last"}
_ORDER |= {"final": "last", "start": "beginning", "commencement": "beginning"}
_ORDER |= {"earlier": "early", "latter": "late", "later": "late"}


def _modified(text: str, piece: Piece, frame: Frame) -> Piece | None:
    """Reads the words beside a time, from the nearest outwards: part of it, about, before or after."""
    if piece.window is None:
        return piece
    before = text[max(0, piece.start - 80) : piece.start]
    shift = piece.start - len(before)
    m = _PART.search(before)
    if m and (part := _part(piece, m, frame)):
        piece = part.at(shift + m.start(), piece.end)
        if m["by"]:
            return piece  # "by the end of 1998": the end itself is meant
    elif piece.grain == "day" and (m := _WEEKEND.search(before) or _NIGHT.search(before)):
        piece = _days_about(piece, (m.groupdict().get("what") or "night").casefold()).at(shift + m.start(), piece.end)
    before = text[max(0, piece.start - 80) : piece.start]
    shift = piece.start - len(before)
    m = _CIRCA.search(before)
    suffix = _SUFFIX.match(text, piece.end)
    if m or suffix:
        piece = _about(piece).at(shift + m.start() if m else piece.start, suffix.end() if suffix else piece.end)
    return _related(text, piece)


def _about(piece: Piece) -> Piece:
    low, high = piece.window or (None, None)
    short = piece.grain == "range" and low is not None and high is not None and high - low < SHORT
    row = circa("short range" if short else piece.grain)
    if row.unit == "day":
        window = Window(None if low is None else low + row.low, None if high is None else high + row.high)
    else:
        window = widen_months(Window(low, high), row.high)
    plain = edtf_of(Window(low, high))
    same = "/" not in plain and plain and not short
    return replace(piece, window=window, edtf=f"{plain}~" if same else "")


def _days_about(piece: Piece, what: str) -> Piece:
    """The weekend of a day, the week of it, the night that it began."""
    day = (piece.window or (None, None))[0]
    if day is None:
        return piece
    weekday = date.fromordinal(day).weekday()
    if what == "night":
        window = Window(day, day + 1)
    elif what == "week":
        window = Window(day - 6, day + 6)
    elif weekday >= 5:
        window = Window(day - (weekday == 6), day + (weekday == 5))
    else:
        # A weekend named after a weekday: the one before it or the one after it.
        window = Window(day - weekday - 2, day - weekday + 6)
    return replace(piece, window=window, edtf="", grain="range")


def _part(piece: Piece, m: re.Match[str], frame: Frame) -> Piece | None:
    """A part of a year, month or decade, as the table has it; None where it has none for it."""
    window = piece.window
    if window is None or window.low is None or window.high is None:
        return None
    if m["word"] or m["of"]:
        word = (m["word"] or m["of"]).casefold()
        word = _ORDER.get(word, word)
    else:
        nth, what = m["nth"].casefold(), {"fortnight": "half"}.get(m["what"].casefold(), m["what"].casefold())
        nth = _ORDER.get(nth, nth)
        if what == "quarter" and piece.grain == "year" and nth != "last" and window.high - window.low < 366:
            return replace(piece, window=quarter(year_of(window.low), nth, frame), edtf="", grain="range")
        nth = "second" if nth == "last" and what == "half" else nth
        word = f"{nth} {what}"
    row = meaning(word, piece.grain) if piece.over is None else None
    if row is None:
        return None
    if row.unit == "day":
        low, high = window.low + row.low - 1, min(window.low + row.high - 1, window.high)
        return replace(piece, window=Window(low, high), edtf="", grain="range")
    months = (12 * row.low, 12 * (row.high + 1)) if row.unit == "year" else (row.low - 1, row.high)
    narrow = Window(shift_months(window.low, months[0]), shift_months(window.low, months[1]) - 1)
    return replace(piece, window=narrow, edtf="", grain="range")


def _related(text: str, piece: Piece) -> Piece | None:
    low, high = piece.window or (None, None)
    for pattern in (_AT_MOST, _AND_ON):
        if m := pattern.match(text, piece.end):
            late = m["end"].casefold() in ("latest", "earlier", "before")
            return _open(piece, Window(None, high) if late else Window(low, None), piece.start, m.end())
    before = text[max(0, piece.start - 60) : piece.start]
    m = _RELATION.search(before)
    if m is None:
        return piece
    word = re.sub(r"\s+", " ", m["word"].casefold())
    start = piece.start - len(before) + m.start("word")
    if word in ("since", "ever since", "from"):
        return piece.at(start, piece.end)
    if word.startswith("at least"):
        return None  # it may have ended then or at any time later: that says nothing
    # "before the 1998 elections" may well be in 1998: the year only names the noun.
    within = piece.grain == "year" and bool(_NOUN_AFTER.match(text, piece.end)) and "the" in m["glue"].casefold()
    if word in ("before", "prior to", "pre"):
        window = Window(None, high if within else None if low is None else low - 1)
    elif word in ("after", "post"):
        over = piece.over if piece.over is not None else None if high is None else high + 1
        window = Window(low if within else over, None)
    elif word in ("not before", "on or after", "no earlier than", "not earlier than"):
        window = Window(low, None)
    else:  # until, till, by, up to, no later than
        window = Window(None, high)
    return _open(piece, window, start, piece.end) if window != (None, None) else piece


def _open(piece: Piece, window: Window, start: int, end: int) -> Piece:
    return replace(piece, window=window, edtf="", grain="range").at(start, end)
