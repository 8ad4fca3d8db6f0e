"""What the notes of a life tell, indexed, and what changes when some of them change."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from refiner.errors import RefinerError
from refiner.models import Event, Observation, Retraction
from refiner.timeline.bounds import Window
from refiner.timeline.sayings import Saying, days_of, names_of, saying_of, window_of

FEW = 64
"""Events of a change up to which they are put in place one by one."""

Place = tuple[str, str, int, str]


class Telling(NamedTuple):
    """What one note gives to the timeline."""

    events: tuple[Event, ...] = ()
    observations: tuple[Observation, ...] = ()
    retractions: tuple[Retraction, ...] = ()


NOTHING = Telling()


@dataclass(frozen=True)
class Change:
    """What an update takes out and puts in. `said` is what the events say that come and happened, `before`
    what those said that go; `traits` are newly observed or taken back, `targets` are what retractions name."""

    out: Mapping[str, Event]
    into: Mapping[str, Event]
    before: Mapping[str, Saying]
    said: Mapping[str, Saying]
    traits: frozenset[str]
    targets: frozenset[str]

    @property
    def events(self) -> frozenset[str]:
        """The ids of all events that go or come."""
        return frozenset(self.out) | frozenset(self.into)


class Ledger:
    """The notes' events, observations and retractions. `birth` is the first possible day of birth, `born` its words.

    What was taken back, did not happen, or is dated after `today` says nothing: it has no place in `said`.
    """

    def __init__(self, birth: int | None, born: str, today: int | None) -> None:
        self.birth, self.born, self.today = birth, born, today
        self.notes: dict[str, Telling] = {}
        self.events: dict[str, Event] = {}
        self.said: dict[str, Saying] = {}
        self.named_by: dict[str, set[str]] = {}
        self._order: list[tuple[Place, Event]] = []
        self._observed: dict[str, dict[str, list[tuple[Observation, Window]]]] = {}  # by trait and note
        self._retracted: dict[str, dict[str, list[Retraction]]] = {}  # by target and note

    def change(self, notes: Mapping[str, Telling | None]) -> Change:
        """Takes notes in; None: the note is gone. Raises RefinerError for an id that two events have, ImpossibleTime
        for a date that is none; nothing has changed then."""
        new = {n: t or NOTHING for n, t in notes.items()}
        new = {n: t for n, t in new.items() if self.notes.get(n, NOTHING) != t}
        out, into = self._difference(new)
        targets = frozenset(r.target for told in self._both(new) for r in told.retractions)
        gone = {t for t in targets if self._taken_back_after(t, new)}
        for i in targets & self.events.keys() - out.keys():  # what is taken back goes, and comes back as taken back
            out[i] = into[i] = self.events[i]
        said = {
            i: saying_of(e, self.birth, self.born) for i, e in into.items()
            if i not in gone and (i in targets or not self.is_retracted(i)) and not self.is_void(e)
        }  # fmt: skip
        observed = {n: [(o, window_of(o.at)) for o in t.observations] for n, t in new.items()}
        change = Change(
            out, into, {i: self.said[i] for i in out if i in self.said}, said,
            frozenset(o.trait for told in self._both(new) for o in told.observations), targets,
        )  # fmt: skip
        for event in out.values():
            self._take_out(event)
        for event in into.values():
            self._put_in(event, few=len(into) < FEW)
        if len(into) >= FEW:
            self._order.sort(key=_place)
        self.said.update(said)
        for note, told in new.items():
            self._note(note, told, observed[note])
        return change

    def _difference(self, new: Mapping[str, Telling]) -> tuple[dict[str, Event], dict[str, Event]]:
        """The events that go and that come; one that is told as before does neither."""
        out = {e.id: e for n in new for e in self.notes.get(n, NOTHING).events}
        into: dict[str, Event] = {}
        for telling in new.values():
            for e in telling.events:
                other = into.get(e.id) or (None if e.id in out else self.events.get(e.id))
                if other is not None:
                    where = ", ".join(sorted({e.note, other.note}))
                    mend = "give each event an id of its own"
                    raise RefinerError(f'two events have the id "{e.id}" ({where})', mend=mend)
                into[e.id] = e
        for same in [i for i, e in into.items() if out.get(i) == e]:
            del out[same], into[same]
        return out, into

    def is_void(self, event: Event) -> str:
        """Why an event has no day in this life: its modality, or "after now" by its own date; "" where it has one."""
        if event.modality != "actual":
            return event.modality
        low = days_of(event.when).low
        return "after now" if low is not None and self.today is not None and low > self.today else ""

    def _taken_back_after(self, target: str, new: Mapping[str, Telling]) -> bool:
        """Will this be taken back once the new notes are in?"""
        held = self._retracted.get(target, {}).keys() - new.keys()
        return bool(held) or any(r.target == target for told in new.values() for r in told.retractions)

    def _both(self, new: Mapping[str, Telling]) -> Iterable[Telling]:
        """What the changed notes told and tell, where they do not tell the same."""
        for note, told in new.items():
            was = self.notes.get(note, NOTHING)
            if was[1:] != told[1:]:
                yield was
                yield told

    def _take_out(self, event: Event) -> None:
        del self._order[bisect_left(self._order, event.place, key=_place)]
        del self.events[event.id]
        self.said.pop(event.id, None)
        for name in names_of(event):
            self.named_by[name].discard(event.id)

    def _put_in(self, event: Event, *, few: bool) -> None:
        if few:
            insort(self._order, (event.place, event), key=_place)
        else:
            self._order.append((event.place, event))
        self.events[event.id] = event
        for name in names_of(event):
            self.named_by.setdefault(name, set()).add(event.id)

    def _note(self, note: str, told: Telling, observed: list[tuple[Observation, Window]]) -> None:
        was = self.notes.get(note, NOTHING)
        for trait in {o.trait for o in was.observations}:
            del self._observed[trait][note]
        for target in {r.target for r in was.retractions}:
            del self._retracted[target][note]
        for pair in observed:
            self._observed.setdefault(pair[0].trait, {}).setdefault(note, []).append(pair)
        for r in told.retractions:
            self._retracted.setdefault(r.target, {}).setdefault(note, []).append(r)
        self.notes[note] = told
        if told == NOTHING:
            del self.notes[note]

    # -- what is told ------------------------------------------------------------------------------------------------

    def in_order(self) -> list[Event]:
        """All events in the order of telling."""
        return [event for _, event in self._order]

    def observations(self, trait: str) -> list[tuple[Observation, Window]]:
        """What was observed of a trait, in the order of the days."""
        found = [pair for pairs in self._observed.get(trait, {}).values() for pair in pairs]
        return sorted(found, key=lambda x: (x[0].at, x[0].note, x[0].quote, x[0].holds))

    def retractions(self, targets: Iterable[str]) -> list[Retraction]:
        """What was taken back of these traits and events."""
        found = [r for t in set(targets) for rs in self._retracted.get(t, {}).values() for r in rs]
        return sorted(found, key=lambda r: (r.target, r.by, r.note, r.quote))

    def is_retracted(self, target: str) -> bool:
        """Did a note take back this event or trait?"""
        return bool(self._retracted.get(target))

    def taken_back(self, change: Change) -> list[str]:
        """The events and traits on which retractions weigh otherwise after a change."""
        events = change.events
        named = [
            t for t, notes in self._retracted.items()
            if t in events or any(r.by in events for rs in notes.values() for r in rs)
        ]  # fmt: skip
        return sorted(change.targets.union(named))

    def taken_back_by(self, target: str) -> set[str]:
        """The events in which something was taken back, so far as they are known."""
        return {r.by for r in self.retractions([target]) if r.by in self.said}

    def observed(self, trait: str) -> bool:
        """Is some observation about this trait?"""
        return bool(self._observed.get(trait))


def _place(item: tuple[Place, Event]) -> Place:
    return item[0]
