"""From the words of a time to days: `parse_time` for one expression, `find_times` for those in a sentence.

    parse_time("by the end of 1998")                                  1998-10-01 .. 1998-12-31
    parse_time("in 9th grade", first_school_year=1991)                1999-06-01 .. 2000-05-31
    parse_time("about two years after move", events={"move": ""})     anchor "move", 365 to 1096 days after it

What fuzzy words mean is in `FUZZY` and nowhere else. A length of time ("for two years") is no time and is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from refiner.models import When
from refiner.timeline.bounds import ImpossibleTime, Window, edtf_of, edtf_window, shift_months, to_iso, widen_months
from refiner.timeline.frame import Frame, Piece, exact, settle, year_of
from refiner.timeline.fuzzy import FUZZY, circa, meaning
from refiner.timeline.grammar import scan

__all__ = ["FUZZY", "FoundTime", "ImpossibleTime", "find_times", "parse_time"]


@dataclass(frozen=True)
class FoundTime:
    """A time in a sentence, `sentence[start:end]`. With a `problem` it has no bounds, and that says what is missing:
    the day of writing, the year, the date of birth, or a day that does not exist."""

    start: int
    end: int
    when: When
    problem: str = ""


def _frame(
    born: str,
    first_school_year: int | None,
    school_year_starts: int,
    culture: str,
    written: str,
    context: str,
    events: Mapping[str, str] | Iterable[str],
) -> Frame:
    labels = dict(events) if isinstance(events, Mapping) else dict.fromkeys(events, "")
    return Frame(exact(born), first_school_year, school_year_starts, culture, exact(written), exact(context), labels)


def find_times(
    sentence: str,
    *,
    born: str = "",
    first_school_year: int | None = None,
    school_year_starts: int = 6,
    culture: str = "India",
    written: str = "",
    context: str = "",
    events: Mapping[str, str] | Iterable[str] = (),
) -> list[FoundTime]:
    """The times in a sentence, in order, none overlapping; `find_times` raises nothing for what the sentence says.

    `born`, `written` and `context` (the time that the text already speaks of, for "that March") are EDTF; `events` are
    the ids, or ids with labels, that an offset may count from; an offset from other words keeps the words as anchor.
    Raises ImpossibleTime where `born`, `written` or `context` is no possible date.
    """
    frame = _frame(born, first_school_year, school_year_starts, culture, written, context, events)
    return [FoundTime(p.start, p.end, _when(p, sentence, frame), p.problem) for p in _pieces(sentence, frame)]


def parse_time(
    raw: str,
    *,
    born: str = "",
    first_school_year: int | None = None,
    school_year_starts: int = 6,
    culture: str = "India",
    written: str = "",
    context: str = "",
    events: Mapping[str, str] | Iterable[str] = (),
) -> When | None:
    """What one time expression means: EDTF or words; None where it is no time or cannot be dated from what is given.

    Arguments as in `find_times`. Where the words hold several times ("June 2010, when I was 25") the day must lie in
    all of them; if it cannot, the first is taken. Raises ImpossibleTime for a day that does not exist (31 February).
    """
    frame = _frame(born, first_school_year, school_year_starts, culture, written, context, events)
    text = raw.strip()
    found = edtf_window(text, frame.seasons)
    if found:
        return _when(Piece(0, len(text), found[0], found[1], edtf=text), text, frame)
    pieces = _pieces(text, frame)
    known = [p for p in pieces if not p.problem]
    if not known:
        impossible = next((p.problem for p in pieces if not p.grain), "")
        if impossible:
            raise ImpossibleTime(impossible)
        return _plain_anchor(text, frame)
    first = known[0]
    for other in known[1:]:
        both = _both(first, other)
        first = first if both is None else both
    return _when(first, text, frame).model_copy(update={"raw": text})


def _both(a: Piece, b: Piece) -> Piece | None:
    if a.window is None or b.window is None:
        return None
    lows = [x for x in (a.window.low, b.window.low) if x is not None]
    highs = [x for x in (a.window.high, b.window.high) if x is not None]
    window = Window(max(lows, default=None), min(highs, default=None))
    if window.low is not None and window.high is not None and window.low > window.high:
        return None
    if window in (a.window, b.window):
        return a if window == a.window else b
    return replace(a, window=window, edtf="", grain="range")


def _plain_anchor(text: str, frame: Frame) -> When | None:
    """ "before move", "after move": the whole expression is a word and an event's id or label."""
    m = re.fullmatch(r"(before|after)\s+(?:the\s+)?(.+)", text, re.IGNORECASE)
    if not m or not (_event(m[2], frame) or re.fullmatch(r"[\w-]+", m[2])):
        return None
    low, high = (1, None) if m[1].casefold() == "after" else (None, -1)
    return When(raw=text, anchor=_event(m[2], frame) or m[2], offset_min=low, offset_max=high, granularity="range")


def _event(words: str, frame: Frame) -> str:
    """The id of the event that the words name, by id or by label; "" for none."""
    said = re.sub(r"[\s_-]+", " ", words).strip().casefold()
    bare = said.removeprefix("the ").removeprefix("my ")
    for event, label in frame.events.items():
        for name in (event, label):
            if name and re.sub(r"[\s_-]+", " ", name).strip().casefold() in (said, bare):
                return event
    return ""


def _when(piece: Piece, text: str, frame: Frame) -> When:
    raw = text[piece.start : piece.end]
    if piece.anchor:
        low, high = piece.offset
        anchor = _event(piece.anchor, frame) or piece.anchor
        return When(raw=raw, anchor=anchor, offset_min=low, offset_max=high, granularity=piece.grain)
    if piece.window is None:
        return When(raw=raw, granularity=piece.grain)
    low, high = piece.window
    return When(
        raw=raw,
        edtf=piece.edtf or edtf_of(piece.window),
        earliest=to_iso(low),
        latest=to_iso(high),
        granularity=piece.grain,
    )


# ---- ranges and the words before a time ------------------------------------------------------------------------------


def _pieces(text: str, frame: Frame) -> list[Piece]:
    found = scan(text, frame)
    joined: list[Piece] = []
    at = 0
    while at < len(found):
        piece = found[at]
        both = _range(text, piece, found[at + 1], frame) if at + 1 < len(found) else None
        at += 2 if both else 1
        joined.append(both or _whole(text, piece, frame))
    return [p for p in joined if p.window is not None or p.anchor or p.problem]


def _whole(text: str, piece: Piece, frame: Frame) -> Piece:
    try:
        return _modified(text, _anchored(text, settle(piece, frame), frame), frame)
    except ImpossibleTime as error:
        return Piece(piece.start, piece.end, problem=str(error))


_RANGE = re.compile(r"\s*(?:to|until|till|through|and|–|—|-)\s*(?:the\s+)?(?:end\s+of\s+)?\Z", re.IGNORECASE)
_OPENS = re.compile(r"\b(from|between)\s+(?:the\s+|about\s+|around\s+)?\Z", re.IGNORECASE)


def _range(text: str, left: Piece, right: Piece, frame: Frame) -> Piece | None:
    """From one time to another ("between 1998 and 2001", "June – August 2010"); the left may take the right's year."""
    middle, opens = text[left.end : right.start], _OPENS.search(text[: left.start])
    if not _RANGE.match(middle) or left.anchor or right.anchor or left.problem or right.problem:
        return None
    if not opens and (re.search(r"\b(?:and|until|till)\b", middle, re.IGNORECASE) or left.grain != right.grain):
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
    if left.window is None or left.window.low is None or left.window.low > right.window.high:
        return None
    window = Window(left.window.low, right.window.high)
    return Piece(opens.start() if opens else left.start, right.end, window, "range")


def _anchored(text: str, piece: Piece, frame: Frame) -> Piece:
    """ "two years after 2004": what it counts from is itself a date, so the offset can be counted here and now."""
    if not piece.anchor or _event(piece.anchor, frame):
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


_GLUE = r"(?:(?:in|on|at|during|of|the|year|month)\s+)*"
_PART = re.compile(
    rf"\b(?P<by>by\s+)?(?:the\s+)?(?:(?:very\s+)?(?P<word>early|mid|late|beginning|start|middle|end)(?:\s+of)?)[\s-]+{_GLUE}\Z",
    re.IGNORECASE,
)
_CIRCA = re.compile(
    rf"(?:\b(?:circa|ca\.|about|around|approximately|approx\.?|roughly|perhaps|maybe|probably|possibly)|\bc\.)\s*{_GLUE}\Z",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:-ish\b|\s+or\s+so\b|\s+or\s+thereabouts\b)", re.IGNORECASE)
_RELATION = re.compile(
    rf"\b(?P<word>before|until|till|up\s+to|by(?:\s+the\s+time)?|no\s+later\s+than|not\s+later\s+than|since|from|after)\s+(?P<glue>{_GLUE})\Z",
    re.IGNORECASE,
)
_NOUN_AFTER = re.compile(r"\s+(?!and\b|but\b|when\b|until\b|till\b|that\b|with\b|then\b|I\b|we\b)[A-Za-z]{3,}")


def _modified(text: str, piece: Piece, frame: Frame) -> Piece:
    """Reads the words before a time, from the nearest outwards: part of it, about, before or after."""
    if piece.window is None:
        return piece
    m = _PART.search(text[: piece.start])
    if m and (part := _part(piece, m["word"].casefold())):
        piece = part.at(m.start(), piece.end)
        if m["by"]:
            return piece  # "by the end of 1998": the end itself is meant
    m = _CIRCA.search(text[: piece.start])
    suffix = _SUFFIX.match(text, piece.end)
    if m or suffix:
        piece = _about(piece).at(m.start() if m else piece.start, suffix.end() if suffix else piece.end)
    m = _RELATION.search(text[: piece.start])
    return _related(piece, m, text) if m else piece


def _about(piece: Piece) -> Piece:
    low, high = piece.window or (None, None)
    row = circa(piece.grain)
    if row.unit == "day":
        window = Window(None if low is None else low + row.low, None if high is None else high + row.high)
    else:
        window = widen_months(Window(low, high), row.high)
    plain = edtf_of(Window(low, high))
    return replace(piece, window=window, edtf=f"{plain}~" if "/" not in plain and plain else "")


def _part(piece: Piece, word: str) -> Piece | None:
    """The early, middle or late part of a year, month or decade; None where the table has none for it."""
    word = {"start": "beginning"}.get(word, word)
    row = meaning(word, piece.grain)
    window = piece.window
    if row is None or window is None or window.low is None or window.high is None:
        return None
    if row.unit == "day":
        low, high = window.low + row.low - 1, min(window.low + row.high - 1, window.high)
        return replace(piece, window=Window(low, high), edtf="", grain="range")
    months = (12 * row.low, 12 * (row.high + 1)) if row.unit == "year" else (row.low - 1, row.high)
    narrow = Window(shift_months(window.low, months[0]), shift_months(window.low, months[1]) - 1)
    return replace(piece, window=narrow, edtf="", grain="range")


def _related(piece: Piece, m: re.Match[str], text: str) -> Piece:
    word = re.sub(r"\s+", " ", m["word"].casefold())
    low, high = piece.window or (None, None)
    start = m.start("word")
    if word in ("since", "from"):
        return piece.at(start, piece.end)
    # "before the 1998 elections" may well be in 1998: the year only names the noun.
    within = piece.grain == "year" and bool(_NOUN_AFTER.match(text, piece.end)) and "the" in m["glue"].casefold()
    if word == "before":
        last = high if within else None if low is None else low - 1
        window = Window(None, last)
    elif word == "after":
        window = Window(low if within else None if high is None else high + 1, None)
    else:  # until, till, by, up to
        window = Window(None, high)
    if window == (None, None):
        return piece
    return replace(piece, window=window, edtf="", grain="range").at(start, piece.end)
