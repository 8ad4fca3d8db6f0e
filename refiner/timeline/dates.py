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
from refiner.phrases import on_one_line
from refiner.timeline.bounds import ImpossibleTime, Window, edtf_of, edtf_window, to_iso
from refiner.timeline.frame import Frame, Piece, exact
from refiner.timeline.fuzzy import FUZZY, bounds_of
from refiner.timeline.landmarks import event_named
from refiner.timeline.modify import pieces

__all__ = ["FUZZY", "FoundTime", "ImpossibleTime", "find_times", "parse_time"]


@dataclass(frozen=True)
class FoundTime:
    """A time in a sentence, `sentence[start:end]`. With a `problem` it has no bounds, and that says what is missing:
    the day of writing, the year, the date of birth; or why it is `impossible`: "day", a day that does not exist, or
    "life", a thing that no life holds, such as an age above that on the day of writing."""

    start: int
    end: int
    when: When
    problem: str = ""
    impossible: str = ""


def _frame(
    born: str,
    first_school_year: int | None,
    school_year_starts: int,
    culture: str,
    written: str,
    context: str,
    events: Mapping[str, str] | Iterable[str],
    recent: bool = True,
) -> Frame:
    labels = dict(events) if isinstance(events, Mapping) else dict.fromkeys(events, "")
    return Frame(
        exact(born), first_school_year, school_year_starts, culture, exact(written), exact(context), labels, recent
    )


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
    recent: bool = True,
) -> list[FoundTime]:
    """The times in a sentence, in order, none overlapping; `find_times` raises nothing for what the sentence says.

    `born`, `written` and `context` (the time that the text already speaks of, for "that March") are EDTF; `events` are
    the ids, or ids with labels, that an offset may count from; an offset from other words keeps the words as anchor.
    `recent`: a month without a year, where no year is spoken of, is the last one before `written`, as in a diary; in
    memoirs it is of no known year.
    Raises ImpossibleTime where `born`, `written` or `context` is no possible date.
    """
    frame = _frame(born, first_school_year, school_year_starts, culture, written, context, events, recent)
    found = pieces(on_one_line(sentence), frame)
    return [FoundTime(p.start, p.end, _when(p, sentence, frame), p.problem, p.impossible) for p in found]


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
    any_event: bool = False,
) -> When | None:
    """What one time expression means: EDTF or words; None where it is no time or cannot be dated from what is given.

    Arguments as in `find_times`. Where the words hold several times ("June 2010, when I was 25") the day must lie in
    all of them; if it cannot, the first is taken. With `any_event` the words after "before", "since" and the like name
    an event even where none is known: for a field that holds nothing but a time. Raises ImpossibleTime for a day that
    does not exist (31 February), an age above that at the writing, a 15th class.
    """
    frame = _frame(born, first_school_year, school_year_starts, culture, written, context, events)
    text = raw.strip()
    found = edtf_window(text, frame.seasons)
    if found:
        return _when(Piece(0, len(text), found[0], found[1], edtf=text), text, frame)
    found_pieces = pieces(text, frame)
    known = [p for p in found_pieces if not p.problem]
    if not known:
        impossible = next((p.problem for p in found_pieces if p.impossible), "")
        if impossible:
            raise ImpossibleTime(impossible)
        return _plain_anchor(text, frame, any_event)
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


def _plain_anchor(text: str, frame: Frame, any_event: bool) -> When | None:
    """ "before move", "since move": the whole expression is a word and an event's id or label."""
    m = re.fullmatch(rf"({'|'.join(_WAYS)})\s+(?:the\s+)?(.+)", text, re.IGNORECASE)
    if not m:
        return None
    event = event_named(m[2], frame.events)
    words = len(m[2].split())
    if not (event or re.fullmatch(r"[\w-]+", m[2]) or (any_event and words <= _MOST_WORDS)):
        return None
    low, high = _WAYS[re.sub(r"\s+", " ", m[1].casefold())]
    return When(raw=text, anchor=event or m[2], offset_min=low, offset_max=high, granularity="range")


_WAYS: dict[str, tuple[int | None, int | None]] = {
    "before": (None, -1), "after": (1, None), "until": (None, 0), "till": (None, 0), "by the time": (None, 0),
    "since": bounds_of("since", "an event"), "when": bounds_of("when", "an event"),
}  # fmt: skip
_MOST_WORDS = 8


def _when(piece: Piece, text: str, frame: Frame) -> When:
    raw = text[piece.start : piece.end]
    if piece.anchor:
        low, high = piece.offset
        anchor = event_named(piece.anchor, frame.events) or " ".join(piece.anchor.split())
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
