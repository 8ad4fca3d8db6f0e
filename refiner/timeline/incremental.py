"""A timeline that is kept up to date: a changed note redoes its own blocks and the verdicts whose order bits changed.

What `Tracker.timeline` returns is always what a new tracker would make of the same notes. A verdict depends on the
effects and on the order among them, not on the dates: moving a date that changes no order judges no trait anew.
"""

from __future__ import annotations

import gc
from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from refiner.config import Trait
from refiner.models import Event, Timeline
from refiner.timeline.blocks import Block, event_of
from refiner.timeline.bounds import to_day
from refiner.timeline.closure import Life
from refiner.timeline.constraints import Network
from refiner.timeline.ledger import Change, Ledger, Telling
from refiner.timeline.order import Told, orders_of, told_effects
from refiner.timeline.sayings import names_of, window_of
from refiner.timeline.shown import Shown
from refiner.timeline.traits import Facts


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
        self.ledger = Ledger(window_of(born).low, born, self.today)
        self.life = Life(Network(), self.ledger)
        self.shown = Shown(self.life, traits, now=now, born=born)
        self.shown.refresh(self._judge(set(self.declared), set()), set(self.declared), ())

    # -- changes -----------------------------------------------------------------------------------------------------

    def update(self, notes: Mapping[str, Telling | None]) -> Work:
        """Takes in notes that are new or changed; None: the note is gone. The others stay as they are.

        Raises RefinerError for an id that two events have, ImpossibleTime for a date that is none; nothing has
        changed then.
        """
        with _undisturbed():
            return self._update(self.ledger.change(notes))

    def _update(self, change: Change) -> Work:
        self.shown.take(change)
        old, new = self._solve(change)
        redo, asked = set(change.traits), set[str]()
        for target in self.ledger.taken_back(change):
            self.life.taken_back[target] = self.ledger.taken_back_by(target)
            redo.update(t.trait for t in self.life.by_event.get(target, ()))
            redo.add(target)  # where it is a trait
        for i in change.out.keys() - change.into.keys():
            self._tell(i, [], redo, asked)
        again = set(change.into) | (change.targets & self.ledger.events.keys())
        shifted = {i for i in again.union(event_of(p) for b in new for p in b.nodes) if self.shown.moved(i)}
        for i in again | shifted:
            self._tell(i, self._effects(self.ledger.events[i]), redo, asked)
        # Where days moved they are shown anew; where ties changed, or a contradiction came or went, order may have too.
        points = {p for b in (*old, *new) if b.ties or b.cycle for p in b.nodes}
        touched = shifted.union(map(event_of, points))
        asked.update(t.trait for i in touched for t in self.life.by_event.get(i, ()))
        for target, by in self.life.taken_back.items():  # an observation may come after what was taken back, or before
            if not by.isdisjoint(touched):
                asked.update({target}, (t.trait for t in self.life.by_event.get(target, ())))
        judged = self._judge(redo, asked)
        self.shown.refresh(judged, asked | redo, change.events)
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

    def _effects(self, event: Event) -> list[Told]:
        told = told_effects(event)
        return [t._replace(void=v) if (v := self._void(t)) else t for t in told]

    def _void(self, told: Told) -> str:
        """Why an effect counts for nothing; "" where it counts."""
        event = told.event
        if void := self.ledger.is_void(event):
            return void
        if self.ledger.is_retracted(event.id):
            return "retracted"
        low = self.life.network.window(told.point)[0]
        return "after now" if self.today is not None and low is not None and low > self.today else ""

    def _tell(self, event: str, told: list[Told], redo: set[str], asked: set[str]) -> None:
        """Puts an event's effects in the place of those that it had. Traits about which something else is said now go
        into `redo`; where only days are told otherwise, into `asked`."""
        was = self.life.by_event.get(event, [])
        if was == told:
            if told:  # whether it was taken back may still be new
                self.life.keep(event, self.life.is_kept(event))
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
                self.shown.forget(trait)
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
                judged.add(trait)
        return judged

    def timeline(self) -> Timeline:
        """The timeline as it is now."""
        return self.shown.timeline()


def _key(told: Told) -> tuple[str, str, int, str, int]:
    return told.key
