"""What the words of a time mean, at once: read as front matter reads them, and shown as a person says it."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from refiner.models import When
from refiner.notes import note_from_text
from refiner.noting.answers import Answers, note_of
from refiner.noting.known import Known
from refiner.review.visible import one_line
from refiner.stages.event_times import Days
from refiner.timeline.bounds import to_iso
from refiner.timeline.dates import ImpossibleTime, parse_time
from refiner.timeline.frame import exact

_MONTHS = list(calendar.month_name)
_CLAUSE = re.compile(r"(?:i|we|he|she|it|they)\b", re.I)  # "when I was ninety" names no event


@dataclass(frozen=True)
class ReadTime:
    """A time as it was read: `shown` in words, or what is wrong with it, and events that may have been meant."""

    when: When
    shown: str = ""
    problem: str = ""
    near: tuple[str, ...] = ()


def read_time(words: str, known: Known, written: str) -> ReadTime:
    """Reads the words of a time on a day of writing (ISO), with birth, school years and culture from the settings."""
    note = note_from_text(note_of(Answers(text="x", when=words, written=written)), "note.md")
    days = Days(note, known.config)
    problems = days.unreadable()
    if problems:
        return _by_event(words, known, written) or ReadTime(When(raw=words), problem=problems[0][1])
    return _shown(days.own(note.sentences[0].start), known, written)


def _by_event(words: str, known: Known, written: str) -> ReadTime | None:
    """ "since the flood" counts from an event that another note names; None where there is no such time."""
    names = {e.id: e.label for x in known.extractions for e in x.events}
    p = known.config.persona
    try:
        when = parse_time(
            words, born=p.born, first_school_year=p.first_school_year, school_year_starts=p.school_year_starts,
            culture=p.culture, written=written, events=names, any_event=True,
        )  # fmt: skip
    except ImpossibleTime:
        return None
    if when is None or not when.anchor or _CLAUSE.match(when.anchor):
        return None
    return _shown(when, known, written)


def _shown(when: When, known: Known, written: str) -> ReadTime:
    if when.anchor:
        event = known.anchor(when)
        if event is None:
            near = tuple(f"{e.id} ({one_line(e.label, 40)})" for e in known.near_events(when.anchor))
            return ReadTime(when, problem=f"no note has an event “{one_line(when.anchor, 40)}”", near=near)
        first, last = known.window(when)
        name = one_line(event.label, 40) or event.id
        return ReadTime(when, f"{span_words(first, last) or 'undated'}, counted from “{name}”")
    problem = ""
    born = exact(known.config.persona.born) if known.config.persona.born else None
    if when.latest and born and born.low is not None and when.latest < to_iso(born.low):
        problem = f"{span_words(when.earliest, when.latest)} is before your birth ({known.config.persona.born})"
    elif when.earliest and when.earliest > written:
        problem = f"{span_words(when.earliest, when.latest)} is after the day of writing ({written})"
    return ReadTime(when, span_words(when.earliest, when.latest), problem)


def span_words(earliest: str, latest: str) -> str:
    """Two ISO days as a person says it: `June 1999 to May 2000`, `2003`, `14 May 1999`, `before 3 May 2001`; "" for
    neither."""
    if not earliest or not latest:
        return f"{_day(earliest)} or later" if earliest else f"{_day(latest)} or before" if latest else ""
    a, b = date.fromisoformat(earliest), date.fromisoformat(latest)
    if a == b:
        return _day(earliest)
    whole = a.day == 1 and b.day == calendar.monthrange(b.year, b.month)[1]
    if whole and (a.month, b.month) == (1, 12):
        return str(a.year) if a.year == b.year else f"{a.year} to {b.year}"
    if whole:
        first, last = f"{_MONTHS[a.month]} {a.year}", f"{_MONTHS[b.month]} {b.year}"
        same = a.year == b.year
        return first if first == last else f"{_MONTHS[a.month] if same else first} to {last}"
    return f"{_day(earliest)} to {_day(latest)}"


def _day(iso: str) -> str:
    d = date.fromisoformat(iso)
    return f"{d.day} {_MONTHS[d.month]} {d.year}"
