"""A timeline that is kept up to date: a changed note redoes its own blocks and the verdicts whose order bits changed.

What `Tracker.timeline` returns is always what a new tracker would make of the same notes. A verdict depends on the
effects and on the order among them, not on the dates: moving a date that changes no order judges no trait anew.
"""

from __future__ import annotations

import gc
from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from refiner.config import Trait
from refiner.models import ActionName, Claim, Conflict, DeadEffect, Doubt, Event, Timeline, TraitVerdict
from refiner.timeline.actions import Actions
from refiner.timeline.bounds import to_day, to_iso
from refiner.timeline.causes import BEHIND, loops, prevented
from refiner.timeline.closure import Life
from refiner.timeline.constraints import END, Block, Network, event_of
from refiner.timeline.ledger import Change, Ledger, Telling
from refiner.timeline.order import Told, orders_of, told_effects
from refiner.timeline.sayings import days_of, in_words, names_of, window_of
from refiner.timeline.traits import Facts, members
from refiner.timeline.verdicts import Verdicts

FEW = 64
"""Events of a change up to which they are put in place one by one."""


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Holds the collector of reference cycles back: while many objects are made that stay, it walks through all of them
    again and again, a third of the time for ten thousand events. What is made here holds no cycles."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@dataclass(frozen=True)
class Work:
    """What an update had to do: blocks that were solved, traits whose order bits were looked at, and those judged."""

    blocks: int = 0
    ordered: int = 0
    judged: int = 0


class Tracker:
    """The timeline of a life on day `now` (ISO) of a person born on `born` (EDTF, "" unknown)."""

    def __init__(self, traits: Sequence[Trait], *, now: str, born: str = "") -> None:
        self.now, self.born, self.today = now, born, to_day(now)
        self.declared = {t.id: t for t in traits}
        self.important = {t.id for t in traits if t.importance > 0}
        self.ledger = Ledger(window_of(born).low, born)
        self.life = Life(Network(), self.ledger)
        names = {t.id: t.name or t.id for t in traits}
        self.actions, self.verdicts = Actions(self.life, names, now), Verdicts(self.life, names, born)
        self._sorted: list[Event] | None = None  # all events in the order of telling
        # By event, in the order of telling while `_sorted` is known:
        self._days: dict[str, tuple[str, str]] = {}
        self._actions: dict[str, ActionName] = {}
        self._reasons: dict[str, str] = {}
        self._dead: dict[str, tuple[DeadEffect, ...]] = {}
        self._along: dict[str, str] = {}
        self._shown: dict[str, TraitVerdict] = {}
        self._doubts: dict[str, list[Doubt]] = {}
        self._causes: tuple[list[Conflict], list[Doubt]] | None = None
        self._contradicting: set[str] = set()  # traits whose verdict is INCONSISTENT
        self._show(self._judge(set(self.declared), set()), set(self.declared), ())

    # -- changes -----------------------------------------------------------------------------------------------------

    def update(self, notes: Mapping[str, Telling | None]) -> Work:
        """Takes in notes that are new or changed; None: the note is gone. The others stay as they are.

        Raises RefinerError for an id that two events have, ImpossibleTime for a date that is none; nothing has
        changed then.
        """
        with _undisturbed():
            return self._update(self.ledger.change(notes))

    def _update(self, change: Change) -> Work:
        if change.events:
            places = [sorted(e.place for e in events.values()) for events in (change.out, change.into)]
            self._sorted = self._sorted if places[0] == places[1] and len(places[0]) < FEW else None
            if self._sorted is not None:
                for place, event in zip(places[1], sorted(change.into.values(), key=_place), strict=True):
                    self._sorted[bisect_left(self._sorted, place, key=_place)] = event
        if any(self.ledger.named_by.get(e.id) or any(r.kind in BEHIND for r in e.relations)
               for e in (*change.out.values(), *change.into.values())):  # fmt: skip
            self._causes = None
        old, new = self._solve(change)
        redo, asked = set(change.traits), set[str]()
        for target in self.ledger.taken_back(change):
            self.life.taken_back[target] = self.ledger.taken_back_by(target)
            redo.update(t.trait for t in self.life.by_event.get(target, ()))
            redo.add(target)  # where it is a trait
        for i in change.out.keys() - change.into.keys():
            self._tell(i, [], redo, asked)
            self._days.pop(i, None)
        again = set(change.into) | (change.targets & self.ledger.events.keys())
        shifted = {i for i in again.union(event_of(p) for b in new for p in b.nodes) if self._shifted(i)}
        for i in again | shifted:
            self._tell(i, self._effects(self.ledger.events[i]), redo, asked)
        # Where days moved they are shown anew; where ties changed, or a contradiction came or went, order may have too.
        points = {p for b in (*old, *new) if b.ties or b.cycle for p in b.nodes}
        asked.update(t.trait for i in shifted.union(map(event_of, points)) for t in self.life.by_event.get(i, ()))
        judged = self._judge(redo, asked)
        self._show(judged, asked | redo, change.events)
        return Work(len(new), len((redo | asked) & self.life.facts.keys()), len(judged))

    def _solve(self, change: Change) -> tuple[set[Block], list[Block]]:
        """Puts events in the place of others; the blocks that were there, and those that are solved anew."""
        network, ledger = self.life.network, self.ledger
        gone: set[str] = set()
        fresh: set[str] = set()
        for i in change.events:
            before, after = change.before.get(i), change.said.get(i)
            if before == after:
                continue
            named = names_of(change.into[i]) if after else set()
            if before is None or after is None or before.points != after.points:
                named |= ledger.named_by.get(i, set())
            gone.update(before.points if before else ())
            fresh.update(after.points if after else ())
            fresh.update(p for e in named if e in ledger.said for p in ledger.said[e].points)
        inside = {network.block(p) for p in gone | fresh if p in network}
        held = {p for block in inside for p in block.nodes}
        points = (held - gone) | fresh
        said = [c for e in {event_of(p) for p in points} for c in ledger.said[e].constraints]
        return network.replace(held, points, said)

    def _shifted(self, event: str) -> bool:
        """Notes the days that the constraints leave to an event; did they change?"""
        network = self.life.network
        low, high = network.window(event) if event in network else (None, None)
        if low is None and high is None:
            low, high = days_of(self.ledger.events[event].when)
        days = to_iso(low), to_iso(high)
        end = network.window(event + END) if event + END in network else None
        self.verdicts.moved(event)
        same = self._days.get(event) == days and end is None
        self._days[event] = days
        return not same

    def _effects(self, event: Event) -> list[Told]:
        told = told_effects(event)
        return [t._replace(void=v) if (v := self._void(t)) else t for t in told]

    def _void(self, told: Told) -> str:
        """Why an effect counts for nothing; "" where it counts."""
        event = told.event
        if self.ledger.is_retracted(event.id):
            return "retracted"
        if event.modality != "actual":
            return event.modality
        low = self.life.network.window(told.point)[0]
        if low is None:
            low = days_of(event.when).low
        return "after now" if self.today is not None and low is not None and low > self.today else ""

    def _tell(self, event: str, told: list[Told], redo: set[str], asked: set[str]) -> None:
        """Puts an event's effects in the place of those that it had. Traits about which something else is said now go
        into `redo`; where only days are told otherwise, into `asked`."""
        was = self.life.by_event.get(event, [])
        if was == told:
            return
        same = [t.says for t in was] == [t.says for t in told]
        (asked if same else redo).update(t.trait for t in (*was, *told))
        for t in was:
            facts = self.life.facts[t.trait].told
            del facts[bisect_left(facts, t.key, key=_key)]
        for t in told:
            insort(self._facts(t.trait).told, t, key=_key)
        self.life.by_event[event] = told
        if not told:
            del self.life.by_event[event]
        self.life.keep(event, any(t.trait in self.important for t in told))

    def _facts(self, trait: str) -> Facts:
        if trait not in self.life.facts:
            declared = self.declared.get(trait)
            self.life.facts[trait] = Facts(trait, initially=bool(declared and declared.initially))
        return self.life.facts[trait]

    # -- verdicts ----------------------------------------------------------------------------------------------------

    def _judge(self, redo: set[str], asked: set[str]) -> set[str]:
        """Looks at the order bits of traits and judges those whose facts or bits changed; returns them."""
        life, network, ledger = self.life, self.life.network, self.ledger
        judged = set()
        for trait in redo - ledger.events.keys() | redo & life.facts.keys():
            facts = self._facts(trait)
            told_of = {t.event.id for t in facts.told}
            facts.retractions = ledger.retractions({trait, *told_of})
            facts.observations = [
                (o, w) for o, w in ledger.observations(trait)
                if self.today is None or w.low is None or w.low <= self.today
            ]  # fmt: skip
            gone = not (told_of or ledger.observed(trait) or ledger.is_retracted(trait) and trait not in ledger.events)
            if gone and trait not in self.declared:
                life.forget(trait)
                self._shown.pop(trait, None)
                self._doubts.pop(trait, None)
                self._contradicting.discard(trait)
                judged.add(trait)
        todo = sorted(t for t in redo | asked if t in life.facts)
        orders = orders_of({trait: life.facts[trait].counting for trait in todo}, network)
        for trait, order in orders.items():
            old = life.judgements.get(trait)
            # Without initiation and termination the days themselves decide, and in a contradiction the constraints do.
            by_order = old is not None and not old.cycles and old.worlds and not old.note.startswith("cause unknown")
            bad = not network.consistent and any(network.block(t.point).cycle for t in life.facts[trait].counting)
            if trait in redo or order != life.orders.get(trait) or not by_order or bad:
                life.judge_again(trait, order)
                self.actions.forget(trait)
                judged.add(trait)
        return judged

    def _show(self, judged: Collection[str], dated: Collection[str], events: Collection[str]) -> None:
        """Brings what is shown up to date: verdicts of traits that were judged or dated anew, actions on events."""
        life = self.life
        stale = set(events)
        for trait in judged:
            if trait in life.facts:
                stale.update(t.event.id for t in life.facts[trait].told)
        for trait in {*judged, *dated} & life.facts.keys():
            self._shown[trait] = self.verdicts.of(trait)
            self._doubts[trait] = self.verdicts.doubts(trait)
            if life.judgements[trait].verdict == "INCONSISTENT":
                self._contradicting.add(trait)
            else:
                self._contradicting.discard(trait)
        for event in stale:
            dead = self.actions.dead(event)
            if dead:
                self._dead[event] = tuple(DeadEffect.model_construct(event=event, trait=t) for t in dead)
            else:
                self._dead.pop(event, None)
            self._along.pop(event, None)
            if life.is_kept(event):
                if event not in self._actions:
                    self._sorted = None
                self._actions[event], self._reasons[event] = self.actions.of(event)
            else:
                self._actions.pop(event, None)
                self._reasons.pop(event, None)

    def timeline(self) -> Timeline:
        """The timeline as it is now."""
        if self._sorted is None:
            self._sorted = self.ledger.in_order()
            order = [e.id for e in self._sorted]
            self._days = {e: self._days[e] for e in order}
            self._actions = {e: self._actions[e] for e in order if e in self._actions}
            self._reasons = {e: self._reasons[e] for e in order if e in self._actions}
        events = self._sorted
        if self._causes is None:
            self._causes = loops(events), prevented(events)
        along = self._in_order(self.life.added())
        for e in along:
            if e not in self._along:
                self._along[e] = self.actions.told_along(e)
        traits = [*self.declared, *sorted(self.life.facts.keys() - self.declared.keys())]
        dead = self._dead
        return Timeline.model_construct(
            now=self.now,
            traits=tuple(self._shown[t] for t in traits),
            events=tuple(events),
            windows=dict(self._days),
            closure=tuple(along),
            actions=dict(self._actions),
            reasons=self._reasons | {e: self._along[e] for e in along},
            dead_effects=tuple(d for e in events if e.id in dead for d in dead[e.id]),
            conflicts=(*self._contradictions(), *self._causes[0]),
            doubts=(*(d for t in traits for d in self._doubts[t]), *self._opposites(), *self._causes[1]),
        )

    def _in_order(self, events: Iterable[str]) -> list[str]:
        return sorted(events, key=lambda e: self.ledger.events[e].place)

    def _contradictions(self) -> Iterable[Conflict]:
        for block in self.life.network.conflicts:
            cycle = frozenset(members(block.cycle))
            names = {e: self.ledger.events[e].label for e in cycle}
            claims = [
                Claim(event=c.claim[0], what=c.claim[1], to=c.claim[2], quote=c.quote, why=in_words(c.why, names))
                for c in block.cycle if c.why
            ]  # fmt: skip
            said = list(dict.fromkeys(c.why for c in claims))
            judged = [(t, self.life.judgements[t]) for t in self._contradicting]
            yield Conflict(
                events=tuple(self._in_order(cycle)),
                claims=tuple(claims),
                quotes=tuple(dict.fromkeys(c.quote for c in block.cycle if c.quote)),
                why="; ".join(said) + (": that cannot be" if len(said) == 1 else ": these cannot all be true"),
                traits=tuple(sorted(t for t, j in judged if j.verdict == "INCONSISTENT" and cycle in j.cycles)),
            )

    def _opposites(self) -> Iterable[Doubt]:
        """Traits that both hold today, though one is said to be the opposite of the other."""
        seen: set[frozenset[str]] = set()
        for trait in self.declared.values():
            other = self._shown.get(trait.opposite) if trait.opposite else None
            pair = frozenset((trait.id, trait.opposite))
            if other is None or pair in seen or {self._shown[trait.id].verdict, other.verdict} != {"HOLDS"}:
                continue
            seen.add(pair)
            by = [i.by[-1] for t in (self._shown[trait.id], other) for i in t.intervals[-1:] if i.by]
            names = [self.verdicts.names.get(t, t) for t in (trait.id, trait.opposite)]
            why = f"“{names[0]}” and “{names[1]}” are opposites, and both hold today"
            quotes = [q for e in by for q in self.ledger.events[e].quotes[:1]]
            yield Doubt(kind="opposites", trait=trait.id, events=tuple(by), quotes=tuple(quotes), why=why)


def _key(told: Told) -> tuple[str, str, int, str, int]:
    return told.key


def _place(event: Event) -> tuple[str, str, int, str]:
    return event.place
