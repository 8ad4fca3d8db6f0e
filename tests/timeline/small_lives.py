"""Small lives that Hypothesis makes up, and the brute force to hold the timeline against."""

from __future__ import annotations

from itertools import product

from hypothesis import strategies as st

from refiner.config import Trait
from refiner.models import EFFECT_KINDS, Duration, Effect, Event, Observation, Relation, Retraction, When
from refiner.timeline.blocks import ORIGIN
from refiner.timeline.bounds import to_day, to_iso
from refiner.timeline.ledger import Telling
from refiner.timeline.resolve import tellings
from refiner.timeline.ties import Constraint

BASE = to_day("2000-01-01") or 0
NOW = "2001-01-01"
TRAITS = (
    Trait(id="brave", importance=3),
    Trait(id="shy", importance=0),
    Trait(id="calm", importance=0, initially=True),
)


def constraints(events: list[str], horizon: int) -> st.SearchStrategy[list[Constraint]]:
    """Constraints between a few events and the ORIGIN, parallel ones and loops among them."""
    points = st.sampled_from([ORIGIN, *events])
    one = st.builds(Constraint, points, points, st.integers(-horizon, horizon))
    return st.lists(one, max_size=9)


def solutions(events: list[str], given: list[Constraint], horizon: int) -> list[dict[str, int]]:
    """All integer solutions in which every event lies within `horizon` days of the ORIGIN."""
    found = []
    for days in product(range(-horizon, horizon + 1), repeat=len(events)):
        at = dict(zip(events, days, strict=True)) | {ORIGIN: 0}
        if all(at[c.v] - at[c.u] <= c.days for c in given):
            found.append(at)
    return found


_IDS = ["a", "b", "c", "d", "e"]


windows = st.builds(
    lambda low, more: When(earliest=to_iso(BASE + low), latest=to_iso(BASE + low + more)),
    st.integers(0, 6),
    st.integers(0, 3),
)
offsets = st.builds(
    lambda anchor, low, more: When(anchor=anchor, offset_min=low, offset_max=low + more),
    st.sampled_from(_IDS),
    st.integers(-3, 3),
    st.integers(0, 3),
)
times = st.one_of(st.just(When()), windows, windows, offsets)
durations = st.builds(
    lambda low, more: Duration(raw="a while", days_min=low, days_max=low + more), st.integers(0, 3), st.integers(0, 3)
)


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[Event], list[Observation], list[Retraction]]:
    """Events with windows of some days, a few relations, observations and retractions; contradictions happen."""
    events = []
    for order, name in enumerate(_IDS[: draw(st.integers(1, 5))]):
        when = draw(times)
        effects = draw(
            st.lists(
                st.builds(
                    Effect,
                    trait=st.sampled_from([t.id for t in TRAITS]),
                    kind=st.sampled_from(EFFECT_KINDS),
                    at=st.sampled_from(["start"] * 5 + ["end"]),
                ),
                max_size=3,
            )
        )
        relations = draw(
            st.lists(
                st.builds(Relation, kind=st.sampled_from(["before", "same_as", "causes"]), to=st.sampled_from(_IDS)),
                max_size=1,
            )
        )
        modality = draw(st.sampled_from(["actual"] * 5 + ["planned", "negated"]))
        subject = draw(st.sampled_from(["self"] * 6 + ["other"]))
        events.append(
            Event(
                id=name,
                note=f"{name}.md",
                label=name,
                when=when,
                until=draw(times) if draw(st.integers(0, 5)) == 0 else When(),
                lasted=draw(durations) if draw(st.integers(0, 5)) == 0 else Duration(),
                written=draw(st.sampled_from([to_iso(BASE + 20)] * 4 + [to_iso(BASE + 4), ""])),
                modality=modality,
                subject=subject,
                effects=tuple(effects),
                relations=tuple(relations),
                order=draw(st.integers(0, 3)) if draw(st.booleans()) else order,
            )
        )
    observations = draw(
        st.lists(
            st.builds(
                Observation,
                trait=st.sampled_from(["brave", "shy"]),
                holds=st.booleans(),
                at=st.sampled_from(["", to_iso(BASE + 2), to_iso(BASE + 5), to_iso(BASE + 12)]),
            ),
            max_size=2,
        )
    )
    retractions = draw(
        st.lists(
            st.builds(Retraction, target=st.sampled_from(["shy", "a", "b", "d"]), by=st.sampled_from(["", "c", "b"])),
            max_size=2,
        )
        if draw(st.integers(0, 3)) == 0
        else st.just([])
    )
    return events, observations, retractions


def tellings_of_a_life() -> st.SearchStrategy[dict[str, Telling]]:
    """The same lives by note. What is observed and taken back stands in notes of its own or in those of the events."""

    def place(life: tuple[list[Event], list[Observation], list[Retraction]], notes: list[str]) -> dict[str, Telling]:
        events, observations, retractions = life
        at = iter(notes)
        seen = [o.model_copy(update={"note": next(at)}) for o in observations]
        return tellings(events, seen, [r.model_copy(update={"note": next(at)}) for r in retractions])

    notes = st.lists(st.sampled_from([f"{i}.md" for i in _IDS]), min_size=4, max_size=4)
    return st.builds(place, lives(), notes)
