"""Which events must be told along, so that what is kept does not teach a trait that is gone (TIMELINE, step 7).

For each effect that a kept event would teach, the live overriders on that trait are added, to a fixpoint: effects of
the opposite sign that nothing is certain to have overridden. Liveness looks at all events and never at what is kept,
so the closure is monotone; each chain of overrides ends in a live effect, so replay holds: with the effects of all
other events taken away, and every timepoint and constraint left, the verdicts on the traits it touches are the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set
from typing import NamedTuple

from refiner.models import VerdictName
from refiner.timeline.constraints import Network
from refiner.timeline.ledger import Ledger
from refiner.timeline.order import BEGINS, ENDS, Key, Order, Told
from refiner.timeline.traits import Facts, Judgement, judge


class Need(NamedTuple):
    """What a member asks for: on a trait, the events of one of the roles below."""

    trait: str
    role: str


ENDED, BEGUN, STATELESS, WAKING, ALWAYS = "ends", "begins", "stateless", "waking ", "always"
"""Roles of needs: what ended the trait (asked for by what says that it is there), what began it (by what says that it
ended), what began it (by what neither begins nor ends it), what stands against one pause (with its event's id behind
it), and what every member needs."""


class Life:
    """The facts on every trait, what was judged from them, and the network: all that closure and replay need.

    `judge_again` and `take` change it; what it answers is always that of a life made from nothing with the same facts.
    """

    def __init__(self, network: Network, ledger: Ledger) -> None:
        self.network, self.ledger = network, ledger
        self.facts: dict[str, Facts] = {}
        self.orders: dict[str, Order] = {}
        self.judgements: dict[str, Judgement] = {}
        self.followed: dict[str, dict[Key, int]] = {}  # order bits of pauses and of what ended them, by trait
        self.by_event: dict[str, list[Told]] = {}
        self.taken_back: dict[str, set[str]] = {}  # retracted event or trait: the events in which it was taken back
        self.needs: dict[Need, frozenset[str]] = {}
        self._roles: dict[str, list[str]] = {}  # those of each trait's needs
        self._asks: dict[str, frozenset[Need]] = {}  # of all events with effects
        self._kept: set[str] = set()
        self._asked: Counter[Need] = Counter()
        self._retracted: set[str] = set()  # kept events that were taken back

    # -- what is kept ------------------------------------------------------------------------------------------------

    def keep(self, event: str, kept: bool) -> None:
        """Says whether an event is kept; call it again whenever its effects changed."""
        if event in self._kept:
            for need in self._asks[event]:
                self._asked[need] -= 1
                if not self._asked[need]:
                    del self._asked[need]
        self._asks.pop(event, None)
        for held in (self._kept, self._retracted):
            held.discard(event)
        told = self.by_event.get(event, ())
        if told:
            self._asks[event] = frozenset(_asks(told))
            if self.ledger.is_retracted(event):
                self._retracted.add(event)
        if kept:
            self._kept.add(event)
            self._asked.update(self._asks[event])

    def is_kept(self, event: str) -> bool:
        """Has the event an effect on an important trait?"""
        return event in self._kept

    def added(self) -> set[str]:
        """The closure of the kept events, without them."""
        first = set().union(*(self.taken_back.get(e, set()) for e in self._retracted & self._kept))
        return self._close(first, set(self._asked), self._kept)

    # -- closure -----------------------------------------------------------------------------------------------------

    def closure(self, events: Iterable[str]) -> set[str]:
        """These events and what must be told along with them."""
        return self._close(events, set(), frozenset())

    def _close(self, members: Iterable[str], asked: set[Need], known: Set[str]) -> set[str]:
        found: set[str] = set()
        todo = list(members)
        for need in asked:
            todo += self.needs.get(need, ())
        while todo:
            event = todo.pop()
            if event in found or event in known:
                continue
            found.add(event)
            if event in self._retracted:
                todo += self.taken_back.get(event, ())
            for need in self._asks.get(event, _NO_NEEDS) - asked:
                asked.add(need)
                todo += self.needs.get(need, ())
        return found

    def judge_again(self, trait: str, order: Order) -> None:
        """Judges a trait anew from its facts and order bits."""
        facts = self.facts[trait]
        self.orders[trait] = order
        pairs = zip(facts.counting, order.followed, strict=True)
        self.followed[trait] = {t.key: bits for t, bits in pairs if t.kind in ("suspends", "resumes")}
        judgement = self.judgements[trait] = judge(facts, self.network, order=order)
        self._drop_needs(trait)
        for role, events in self._needs_of(facts, judgement).items():
            if events:
                self.needs[Need(trait, role)] = frozenset(events)
                self._roles.setdefault(trait, []).append(role)

    def forget(self, trait: str) -> None:
        """Lets go of a trait of which nothing is told any more."""
        for held in (self.facts, self.orders, self.followed, self.judgements):
            held.pop(trait, None)
        self._drop_needs(trait)

    def _drop_needs(self, trait: str) -> None:
        for role in self._roles.pop(trait, ()):
            del self.needs[Need(trait, role)]

    def _needs_of(self, facts: Facts, judgement: Judgement) -> dict[str, Set[str]]:
        need: dict[str, Set[str]] = dict.fromkeys((ENDED, BEGUN, STATELESS, ALWAYS), frozenset())
        if judgement.verdict == "RETRACTED":
            for r in facts.retractions:
                need[ALWAYS] |= self.taken_back.get(r.target, set())
            return need
        for world in judgement.worlds:
            need[ENDED] |= {t.event.id for t in world.live if t.kind in ENDS}
            need[BEGUN] |= {t.event.id for t in world.live if t.kind in BEGINS}
            need[ALWAYS] |= {t.event.id for t in world.deciding}
            if "DORMANT" in (world.verdict, world.default):
                need[ALWAYS] |= {t.event.id for t in world.pausing}
            waking = frozenset(t.event.id for t in world.waking)
            pausing = {t.key for t in world.pausing}
            for t in facts.counting if waking else ():
                if t.kind == "suspends" and t.key not in pausing:
                    role = WAKING + t.event.id
                    need[role] = need[role] | waking if role in need else waking  # mostly one set for all of them
        if any(not o.holds for o, _ in facts.observations):
            # Without what began it, a bare "it goes on" would be weighed against the observation that it does not.
            need[STATELESS] |= need[BEGUN]
        if judgement.cycles:
            # A member may be the one that is forgotten: then only the others say what the verdict was.
            need[ALWAYS] |= {t.event.id for t in facts.counting}
        return need

    def replay(self, members: Iterable[str]) -> dict[str, VerdictName]:
        """The verdicts that the effects of these events alone give, on the traits that they touch."""
        inside = set(members)
        touched = {t.trait for e in inside for t in self.by_event.get(e, ()) if not t.void}
        return {t: judge(self.facts[t], self.network, inside.__contains__).verdict for t in sorted(touched)}


_NO_NEEDS: frozenset[Need] = frozenset()


def _asks(told: Iterable[Told]) -> Iterable[Need]:
    """What an event with these effects needs when it is a member."""
    for t in told:
        if t.void:
            continue
        yield Need(t.trait, ALWAYS)
        # All but an ending says that the trait is there, so what ended it must be told along.
        yield Need(t.trait, BEGUN if t.kind in ENDS else ENDED)
        if t.kind not in BEGINS | ENDS:
            yield Need(t.trait, STATELESS)
        if t.kind == "suspends":
            yield Need(t.trait, WAKING + t.event.id)
