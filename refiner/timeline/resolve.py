"""From what notes say to what is so today: `resolve`, the timeline of a life (TIMELINE, Resolution, steps 1 to 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from refiner.config import Trait
from refiner.models import Event, Observation, Retraction, Timeline
from refiner.timeline.incremental import Tracker
from refiner.timeline.ledger import Telling

TIMELINE_VERSION = "3"  # raise it whenever the same notes may give another timeline


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
    not matter; `Event.place` says which event is told first. Raises ImpossibleTime for a date that is none,
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


def kept_timeline(told: Mapping[str, Telling], traits: Sequence[Trait], *, now: str, born: str = "") -> Timeline:
    """As `resolve`, of what each note tells; the last life is kept in memory, so that a call after a change of some
    notes does only what these change. Errors as `resolve`."""
    global _kept
    same = _kept is not None and (_kept.now, _kept.born, list(_kept.declared.values())) == (now, born, list(traits))
    # Taken out until it is whole again: an error in between must not leave a life half changed.
    tracker, _kept = (_kept if same else None) or Tracker(traits, now=now, born=born), None
    gone = dict.fromkeys(tracker.ledger.notes.keys() - told.keys())
    tracker.update({**gone, **told})
    found = tracker.timeline()
    _kept = tracker
    return found


_kept: Tracker | None = None
