"""From what notes say to what is so today: `resolve`, the timeline of a life (TIMELINE, Resolution, steps 1 to 7)."""

from __future__ import annotations

from collections.abc import Iterable

from refiner.config import Trait
from refiner.models import Event, Observation, Retraction, Timeline
from refiner.timeline.incremental import Tracker
from refiner.timeline.ledger import Telling


def resolve(
    events: Iterable[Event],
    observations: Iterable[Observation],
    retractions: Iterable[Retraction],
    traits: Iterable[Trait],
    *,
    now: str,
    born: str = "",
) -> Timeline:
    """The timeline on day `now` (ISO) of a person born on `born` (EDTF, "" unknown).

    Traits that are told of and not declared are tracked at importance 0. `Timeline.closure` holds the events that must
    be told along with the kept ones, which are the keys of `Timeline.actions`. The order of the arguments' items does
    not matter; `ledger.telling_place` says which event is told first. Raises ImpossibleTime for a date that is none,
    RefinerError for an id given twice.
    """
    return track(events, observations, retractions, traits, now=now, born=born).timeline()


def track(
    events: Iterable[Event],
    observations: Iterable[Observation],
    retractions: Iterable[Retraction],
    traits: Iterable[Trait],
    *,
    now: str,
    born: str = "",
) -> Tracker:
    """The tracker of a life, which takes in changed notes. Same arguments and errors as `resolve`."""
    tracker = Tracker(list(traits), now=now, born=born)
    tracker.update(tellings(events, observations, retractions))
    return tracker


def tellings(
    events: Iterable[Event], observations: Iterable[Observation] = (), retractions: Iterable[Retraction] = ()
) -> dict[str, Telling]:
    """What each note tells, by its path."""
    told: tuple[dict[str, list[Event]], dict[str, list[Observation]], dict[str, list[Retraction]]] = ({}, {}, {})
    for e in events:
        told[0].setdefault(e.note, []).append(e)
    for o in observations:
        told[1].setdefault(o.note, []).append(o)
    for r in retractions:
        told[2].setdefault(r.note, []).append(r)
    a, b, c = told
    return {n: Telling(tuple(a.get(n, ())), tuple(b.get(n, ())), tuple(c.get(n, ()))) for n in {**a, **b, **c}}
