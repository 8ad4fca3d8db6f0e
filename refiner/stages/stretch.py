"""A stretch of life that is told with its end: "I was a vegetarian from 2010 to 2012", "I was shy until 2003".

Only what the words close counts: a plain "I was shy" says nothing of today, and "for years" may go on.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from refiner.models import Duration, When
from refiner.stages.event_times import Days
from refiner.stages.reading import Reading
from refiner.timeline.durations import find_durations

_FROM_TO = re.compile(
    r"(?:from|between)\s+(?P<first>.+?)\s+(?:to|till|until|through|and|–|-)\s+(?P<last>.+)\Z",
    re.IGNORECASE | re.DOTALL,
)
_UNTIL = re.compile(r"(?:up\s+)?(?:until|till|to)\s+(?P<last>.+)\Z", re.IGNORECASE | re.DOTALL)


class Stretch(NamedTuple):
    """When it began, when it ended, and how long it lasted, so far as the words say."""

    when: When
    until: When
    lasted: Duration


def stretch_of(reading: Reading, when: When, text: str, days: Days, start: int) -> Stretch | None:
    """The stretch in which a trait held that a sentence tells in the past tense; None where no words close it.

    `when` is the time that the reading was given, `text` the sentence and `start` its place in the note.
    """
    if reading.kind != "continues" or reading.cue.kind != "past" or reading.modality != "actual":
        return None
    low, high = reading.cue.clause
    if when.raw and (at := text.find(when.raw, low, high)) >= 0 and at < high:
        if m := _FROM_TO.match(when.raw):
            first, last = days.said(m["first"], start), days.said(m["last"], start)
            if last and last.latest:
                began = first if first and first.earliest else when
                return Stretch(began.model_copy(update={"raw": when.raw}), last, Duration())
        elif (m := _UNTIL.match(when.raw)) and (last := days.said(m["last"], start)) and last.latest:
            return Stretch(When(raw=when.raw, latest=when.latest, granularity="range"), last, Duration())
    found = [d for d in find_durations(text, written=days.written(start)) if low <= d.start < high and not d.ongoing]
    if len(found) == 1 and found[0].duration.days_max is not None:
        return Stretch(when, When(), found[0].duration)
    return None
