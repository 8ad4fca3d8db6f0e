"""Which days the notes speak of: what their sentences date, when their entries were written, when their events were.

Generous on purpose. A year that anything at all is dated to is not silent, whoever it happened to. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from refiner.checks.note_times import NoteTimes, life_of
from refiner.config import Config
from refiner.models import Event, Note, Timeline
from refiner.timeline.bounds import ImpossibleTime, to_day
from refiner.timeline.dates import parse_time

WIDE = 5 * 366  # days; what is dated no closer says nothing of any one of these years


class Telling(NamedTuple):
    """Days that a note speaks of, as day numbers, inclusive. `start`: the sentence that dates it, -1 for none."""

    note: str
    low: int
    high: int
    start: int = -1
    written: bool = False  # only the day of writing

    @property
    def wide(self) -> bool:
        return self.high - self.low >= WIDE


def tellings(notes: Iterable[Note], timeline: Timeline | None, config: Config) -> dict[str, list[Telling]]:
    """What each note dates, by path, each list in order of days."""
    events: dict[str, list[Event]] = {}
    for e in timeline.events if timeline else ():
        if e.modality == "actual":
            events.setdefault(e.note, []).append(e)
    windows: Mapping[str, tuple[str, str]] = timeline.windows if timeline else {}
    out = {}
    for note in notes:
        found = [*_sentences(note, config), *_written(note, config)]
        found += [t for e in events.get(note.path, ()) if (t := _event(e, windows.get(e.id, ("", ""))))]
        out[note.path] = sorted(set(found))
    return out


def _sentences(note: Note, config: Config) -> Iterable[Telling]:
    times = NoteTimes(note, config)
    for sentence in note.sentences:
        for found in times.find(sentence.text, sentence.start):  # what is quoted tells of its year too
            when = found.when
            if found.problem or found.impossible or not (when.earliest or when.latest):
                continue
            days = _days(when.earliest or when.latest, when.latest or when.earliest)
            if days:
                yield Telling(note.path, *days, start=sentence.start)


def _written(note: Note, config: Config) -> Iterable[Telling]:
    """The days of writing, of the note or of each dated part of it; and what `date` says that is no day."""
    times, meta = NoteTimes(note, config), note.meta
    days = {times.written(e.start) for e in note.entries} or {times.written(0)}
    for day in sorted(d for d in days if d):
        if at := to_day(day):
            yield Telling(note.path, at, at, written=True)
    try:
        when = parse_time(meta.date, **life_of(config)) if meta.date else None
    except ImpossibleTime:
        when = None
    if when and when.earliest and when.latest and (both := _days(when.earliest, when.latest)):
        yield Telling(note.path, *both)


def _event(event: Event, window: tuple[str, str]) -> Telling | None:
    """An event with what it lasted, where both its bounds are known."""
    low, high = window[0] or event.when.earliest, window[1] or event.when.latest
    if not (low and high):
        return None
    start = event.spans[0].start if event.spans else -1
    if event.until.latest and _days(low, high) and not Telling("", *(_days(low, high) or (0, 0))).wide:
        high = max(high, event.until.latest)
    days = _days(low, high)
    return Telling(event.note, *days, start=start) if days else None


def _days(low: str, high: str) -> tuple[int, int] | None:
    try:
        a, b = to_day(low), to_day(high)
    except ImpossibleTime:
        return None
    return (a, b) if a is not None and b is not None and a <= b else None


def lived(all_tellings: Mapping[str, Sequence[Telling]]) -> list[Telling]:
    """Everything that is dated closely enough to say something of its years, in order of days."""
    return sorted(
        (t for some in all_tellings.values() for t in some if not t.wide), key=lambda t: (t.low, t.high, t.note)
    )
