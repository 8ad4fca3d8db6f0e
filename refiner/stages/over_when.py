"""By which event, and when, something told ended, came back, was paused or was taken back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from refiner.checks import closing
from refiner.models import Effect, EffectKind, Event, Interval, Sentence, When
from refiner.phrases import phrase
from refiner.stages.over_life import LifeEvents
from refiner.timeline.sayings import window_of

STARTS: tuple[EffectKind, ...] = ("initiates", "reinitiates")
Kind = Literal["ended", "back", "never", "rests", "unhappened"]


@dataclass(frozen=True)
class Over:
    """Something told that is not so today, and the sentence of this note that tells it."""

    kind: Kind
    event: Event
    effect: Effect
    sentence: Sentence
    by: Event | None = None  # what ended it, brought it back or paused it, where that is one event
    when: str = ""  # the year of that, or two: "2003", "2003 or 2004"; "" unknown
    last: bool = True  # it has not been so since: no later stretch follows
    first: bool = False  # what began had not been so before: it did not come back

    @property
    def trait(self) -> str:
        return self.effect.trait


class Stretches:
    """The stretches in which the traits of a life held, and what began and ended each."""

    def __init__(self, life: LifeEvents) -> None:
        self.life, self.timeline, self.events, self.verdicts = life, life.timeline, life.events, life.verdicts

    def item(self, kind: Kind, event: Event, effect: Effect, sentence: Sentence) -> Over:
        if kind in ("never", "unhappened"):
            return Over(kind, event, effect, sentence)
        intervals = self.verdicts[effect.trait].intervals
        mine = next((n for n, i in enumerate(intervals) if event.id in i.by), None)
        if mine is None and event.written and event.id not in self.events:  # a claim, or what was seen on a day
            day = window_of(event.written).low
            open_ends = ((n, window_of(i.until).high if i.until else None) for n, i in enumerate(intervals))
            mine = next((n for n, end in open_ends if end is None or day is None or day <= end), None)
        if kind == "rests":
            paused = self.contrary(effect, ("suspends",))
            return Over(kind, event, effect, sentence, paused, year_of(paused))
        if kind == "back":
            following = intervals[mine + 1] if mine is not None and mine + 1 < len(intervals) else None
            by = self.first_of(following) if following else self.contrary(effect, (*STARTS, "resumes"))
            return Over(kind, event, effect, sentence, by, year_of(by))
        stretch = intervals[mine] if mine is not None else intervals[0] if len(intervals) == 1 else None
        by = self._last_of(stretch, effect) if stretch else None
        if by is None:
            by = self.contrary(effect, ("terminates",))
        when = "" if self._vague(by, effect) else closing.when_ended(event.id, effect.trait, by, self.timeline)
        return Over(kind, event, effect, sentence, by, when, last=stretch is None or stretch is intervals[-1])

    def first_of(self, stretch: Interval) -> Event | None:
        return next((self.events[e] for e in stretch.by if e in self.events), None)

    def _last_of(self, stretch: Interval, effect: Effect) -> Event | None:
        ends = [
            self.events[e]
            for e in stretch.by
            if e in self.events
            and any(f.trait == effect.trait and f.kind == "terminates" for f in self.events[e].effects)
        ]
        return ends[-1] if ends and stretch.until else None

    def contrary(self, effect: Effect, kinds: Sequence[EffectKind]) -> Event | None:
        """The latest event with an effect of such a kind on the same trait."""
        return self.life.latest(effect.trait, kinds)

    def _vague(self, by: Event | None, effect: Effect) -> bool:
        """The words that tell the end say that nobody knows its day: the day of the note is then only the last it can
        have been."""
        said = (f.quote or " ".join(by.quotes) for f in by.effects if f.trait == effect.trait) if by else ()
        return any(_UNKNOWN.search(q) for q in said)


_UNKNOWN = phrase(
    r"\b(?:can(?:no|['’])t|cannot|could not|couldn['’]t|do not|don['’]t) (?:say|tell|know|remember) (?:exactly )?when\b"
    r"|\b(?:slowly|gradually|at some point|without my noticing|somewhere along)\b",
    re.IGNORECASE,
)


def moment(event: Event, trait: str) -> When:
    """When an event ended, began or paused a trait: at its end, for what it did there."""
    return event.until if any(f.trait == trait and f.at == "end" for f in event.effects) else event.when


def year_of(event: Event | None) -> str:
    """The year of an event, or two, as a reader says it; "" where it is not known so closely."""
    return closing.said_when(event.when.earliest, event.when.latest) if event else ""
