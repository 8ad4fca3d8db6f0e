"""The other split: whole events held out of training, to see what a model says of what it was never told.

For a separate evaluation run; the delivered model trains on all events. An event is held out with every other telling
of it: events that a note calls the same, and events of other notes that begin or end the same trait at the same time.
Out of training goes every sample that tells of one of them, and what gives it away (`refiner.dataset.leaks`). That she
is afraid of dogs does not tell how it began: such a sample trains, unless it names the year. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from refiner.config import Config
from refiner.dataset.leaks import TELLING, Leaks, Told, grams
from refiner.dataset.split import Split
from refiner.edits import digest
from refiner.errors import UsageError
from refiner.models import Event, Sample, Timeline

ENOUGH = 3  # samples that an event should have to be worth asking about
SAME_TIME = 370  # days: two events of so well-known a time that change a trait alike are one, if the times overlap
_ALIVE = ("HOLDS", "DORMANT")


@dataclass(frozen=True)
class HeldOut:
    """The split, the events of its evaluation, and what tells whether a text speaks of them."""

    events: tuple[str, ...]  # one for each that was asked for, in order of time
    all_events: frozenset[str]  # with their other tellings
    split: Split
    left_out: tuple[str, ...]  # samples in neither part
    leaks: Leaks


def hold_out(
    samples: Sequence[Sample],
    count: int,
    *,
    config: Config,
    timeline: Timeline,
    tellings: Mapping[str, Told],
    seed: str = "",
) -> HeldOut:
    """Holds `count` events out of the ready `samples`: another `seed`, other events.

    They are spread over the periods of the life and over importance, those with enough samples first. None is taken
    whose absence would leave an important trait without any evidence, or without any sample that trains.
    Raises UsageError where fewer can be held out.
    """
    able = sorted(samples, key=lambda s: s.id)
    common = {g for t in config.traits for text in (t.description, t.title) for g in grams(text)}
    chosen: list[str] = []
    held: frozenset[str] = frozenset()
    used: set[int] = set()
    for slot in _slots(able, count, config, timeline, seed):
        left = [e for e in slot if e not in held]
        for event in sorted(left, key=lambda e: _importance(e, config, timeline) in used):
            wider = held | same_events(event, timeline.events)
            if _bearable(Leaks(wider, able, tellings, common, timeline.events), able, wider, config, timeline):
                chosen.append(event)
                used.add(_importance(event, config, timeline))
                held = wider
                break
        if len(chosen) == count:
            break
    if len(chosen) < count:
        raise UsageError(
            f"only {len(chosen)} of {count} events can be held out: the others have no samples of their own, or an "
            "important trait would be left without evidence",
            mend=f"refiner export --hold-out-events {len(chosen)}" if chosen else "write more notes, or approve more",
        )
    leaks = Leaks(held, able, tellings, common, timeline.events)
    train = tuple(s for s in able if not leaks.in_sample(s))
    kept = {s.id for s in (*train, *leaks.direct)}
    order = {e.id: (timeline.windows.get(e.id, ("", ""))[0] or e.when.earliest, e.id) for e in timeline.events}
    return HeldOut(
        tuple(sorted(chosen, key=lambda e: order[e])), held, Split(train, tuple(leaks.direct)),
        tuple(s.id for s in able if s.id not in kept), leaks,
    )  # fmt: skip


def same_events(event: str, events: Sequence[Event]) -> frozenset[str]:
    """An event with its other tellings: by `same_as`, and by the same change of a trait at the same time."""
    by_id = {e.id: e for e in events}
    linked: dict[str, set[str]] = defaultdict(set)
    for e in events:
        for r in e.relations:
            if r.kind == "same_as" and r.to in by_id:
                linked[e.id].add(r.to)
                linked[r.to].add(e.id)
    found, new = {event}, [event]
    while new:
        this = by_id[new.pop()]
        alike = (e.id for e in events if e.id not in found and _same_change(this, e))
        for other in {*linked[this.id], *alike} - found:
            found.add(other)
            new.append(other)
    return frozenset(found)


def _same_change(a: Event, b: Event) -> bool:
    if a.subject != b.subject or not {(f.trait, f.kind) for f in a.effects} & {(f.trait, f.kind) for f in b.effects}:
        return False
    one, other = _days(a), _days(b)
    return bool(one and other and one[0] <= other[1] and other[0] <= one[1])


def _days(event: Event) -> tuple[int, int] | None:
    """First and last day that an event can have begun on, where it is known to about a year."""
    try:
        first, last = (date.fromisoformat(d).toordinal() for d in (event.when.earliest, event.when.latest))
    except ValueError:
        return None
    return (first, last) if last - first <= SAME_TIME else None


def _slots(
    able: Sequence[Sample], count: int, config: Config, timeline: Timeline, seed: str
) -> Iterator[Sequence[str]]:
    """For each event to choose, those to choose from, the best first: one period of the life after the other, and then
    all of them again."""
    has: dict[str, int] = defaultdict(int)
    for sample in able:
        for event in sample.events if sample.kind in TELLING else ():
            has[event] += 1
    fitting = [
        e
        for e in timeline.events
        if has[e.id] and e.modality == "actual" and e.subject == "self" and timeline.actions.get(e.id) != "drop"
    ]
    best = sorted(fitting, key=lambda e: (has[e.id] < ENOUGH, digest("hold-out", seed, e.id)))
    dated = sorted((e for e in fitting if e.when.earliest), key=lambda e: (e.when.earliest, e.id))
    for i in range(count):
        period = {e.id for e in dated[i * len(dated) // count : (i + 1) * len(dated) // count]}
        yield [e.id for e in best if e.id in period]
    for _ in range(count):
        yield [e.id for e in best]


def _importance(event: str, config: Config, timeline: Timeline) -> int:
    found = next(e for e in timeline.events if e.id == event)
    return max((t.importance for f in found.effects if (t := config.trait(f.trait))), default=0)


def _bearable(leaks: Leaks, able: Sequence[Sample], held: frozenset[str], config: Config, timeline: Timeline) -> bool:
    """Whether every important trait keeps a sample that trains, and every living one evidence."""
    train = [s for s in able if not leaks.in_sample(s)]
    if not train:
        return False
    taught, left = {t for s in able for t in s.traits}, {t for s in train for t in s.traits}
    for trait in config.important:
        if trait.id in taught - left:
            return False
        verdict = timeline.verdict(trait.id)
        shown = verdict.evidence if verdict and verdict.verdict in _ALIVE else ()
        if shown and all(e.get("event") in held or e.get("void") for e in shown):
            return False
    return True
