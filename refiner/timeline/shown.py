"""The timeline as it is given out, part by part, so that a change redoes only the parts that it touches."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence

from refiner.config import Trait
from refiner.models import ActionName, Conflict, DeadEffect, Doubt, Event, Timeline, TraitVerdict
from refiner.timeline.actions import Actions
from refiner.timeline.blocks import END
from refiner.timeline.bounds import to_iso
from refiner.timeline.causes import CAUSAL, loops, prevented
from refiner.timeline.closure import Life
from refiner.timeline.conflicts import claims_of, in_plain_words
from refiner.timeline.ledger import FEW, Change
from refiner.timeline.sayings import days_of
from refiner.timeline.traits import members
from refiner.timeline.verdicts import Verdicts

TOLD_CAUSES = frozenset({*CAUSAL, "prevents"})
"""Relations that circles and preventions are made of."""


class Shown:
    """What a life's judgements look like: verdicts, days, actions with reasons, contradictions and doubts."""

    def __init__(self, life: Life, traits: Sequence[Trait], *, now: str, born: str) -> None:
        self.life, self.ledger, self.now = life, life.ledger, now
        self.declared = {t.id: t for t in traits}
        names = {t.id: t.title for t in traits}
        self.actions, self.verdicts = Actions(life, names, now), Verdicts(life, names, born)
        self._sorted: list[Event] | None = None  # all events in the order of telling
        # By event, in the order of telling while `_sorted` is known:
        self._days: dict[str, tuple[str, str]] = {}
        self._actions: dict[str, ActionName] = {}
        self._reasons: dict[str, str] = {}
        self._dead: dict[str, tuple[DeadEffect, ...]] = {}
        self._along: dict[str, str] = {}
        self._traits: dict[str, TraitVerdict] = {}
        self._doubts: dict[str, list[Doubt]] = {}
        self._causes: tuple[list[Conflict], list[Doubt]] | None = None
        self._contradicting: set[str] = set()  # traits whose verdict is INCONSISTENT

    # -- what changed ------------------------------------------------------------------------------------------------

    def take(self, change: Change) -> None:
        """Must be called first when notes changed."""
        places = [sorted(e.place for e in events.values()) for events in (change.out, change.into)]
        if places[0] != places[1] or len(places[0]) >= FEW:
            self._sorted = None
        if self._sorted is not None:
            for event in change.into.values():
                self._sorted[bisect_left(self._sorted, event.place, key=_place)] = event
        for event in (*change.out.values(), *change.into.values()):
            if self._causes is not None and self._is_in_causes(event):
                self._causes = None
        for i in change.out.keys() - change.into.keys():
            self._days.pop(i, None)
        if self.ledger.taken_back(change):
            self._along.clear()  # these reasons name what was taken back

    def _is_in_causes(self, event: Event) -> bool:
        if any(r.kind in TOLD_CAUSES for r in event.relations):
            return True
        namers = (self.ledger.events[i] for i in self.ledger.named_by.get(event.id, ()))
        return any(r.to == event.id and r.kind in TOLD_CAUSES for e in namers for r in e.relations)

    def moved(self, event: str) -> bool:
        """Notes the days that the constraints leave to an event; did they change?"""
        network = self.life.network
        low, high = network.window(event) if event in network else (None, None)
        if low is None and high is None:
            low, high = days_of(self.ledger.events[event].when)
        days = to_iso(low), to_iso(high)
        self.verdicts.moved(event)
        same = self._days.get(event) == days and event + END not in network
        self._days[event] = days
        return not same

    def forget(self, trait: str) -> None:
        """Must be called for a trait of which nothing is told any more."""
        self._traits.pop(trait, None)
        self._doubts.pop(trait, None)
        self._contradicting.discard(trait)

    def refresh(self, judged: Collection[str], dated: Collection[str], events: Collection[str]) -> None:
        """Brings what is shown up to date: verdicts of traits that were judged or dated anew, actions on events."""
        life = self.life
        stale = set(events)
        for trait in judged:
            self.actions.forget(trait)
            if trait in life.facts:
                stale.update(t.event.id for t in life.facts[trait].told)
        for trait in {*judged, *dated} & life.facts.keys():
            self._traits[trait] = self.verdicts.of(trait)
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

    # -- what is given out -------------------------------------------------------------------------------------------

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
            traits=tuple(self._traits[t] for t in traits),
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
            claims = claims_of(block.cycle, self.ledger.events)
            judged = [(t, self.life.judgements[t]) for t in self._contradicting]
            yield Conflict(
                events=tuple(self._in_order(cycle)),
                claims=tuple(claims),
                quotes=tuple(dict.fromkeys(c.quote for c in block.cycle if c.quote)),
                why=in_plain_words(claims, self.ledger.events),
                traits=tuple(sorted(t for t, j in judged if j.verdict == "INCONSISTENT" and cycle in j.cycles)),
            )

    def _opposites(self) -> Iterable[Doubt]:
        """Traits that both hold today, though one is said to be the opposite of the other."""
        seen: set[frozenset[str]] = set()
        for trait in self.declared.values():
            other = self._traits.get(trait.opposite) if trait.opposite else None
            pair = frozenset((trait.id, trait.opposite))
            if (
                other is None
                or trait.opposite == trait.id
                or pair in seen
                or {self._traits[trait.id].verdict, other.verdict} != {"HOLDS"}
            ):
                continue
            seen.add(pair)
            by = [i.by[-1] for t in (self._traits[trait.id], other) for i in t.intervals[-1:] if i.by]
            names = [self.verdicts.names.get(t, t) for t in (trait.id, trait.opposite)]
            why = f"“{names[0]}” and “{names[1]}” are opposites, and both hold today"
            quotes = [q for e in by for q in self.ledger.events[e].quotes[:1]]
            about = trait.id if trait.importance > 0 or not self.declared.get(trait.opposite) else trait.opposite
            yield Doubt(kind="opposites", trait=about, events=tuple(by), quotes=tuple(quotes), why=why)


def _place(event: Event) -> tuple[str, str, int, str]:
    return event.place
