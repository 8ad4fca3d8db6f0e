"""Which events must be told along, so that what is kept does not teach a trait that is gone (TIMELINE, step 7).

For each effect that a kept event would teach, the live overriders on that trait are added, to a fixpoint: effects of
the opposite sign that nothing is certain to have overridden. Liveness looks at all events and never at what is kept,
so the closure is monotone; each chain of overrides ends in a live effect, so replay holds: with the effects of all
other events taken away, and every timepoint and constraint left, the verdicts on the traits it touches are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from refiner.models import ActionName, VerdictName
from refiner.timeline.constraints import Network
from refiner.timeline.traits import BEGINS, ENDS, POSITIVE, Facts, Judgement, Told, judge


@dataclass
class _Needs:
    """Events to add for a member with an effect on one trait."""

    ends: set[str] = field(default_factory=set)  # where it says that the trait is there
    begins: set[str] = field(default_factory=set)  # where it says that the trait ended
    waking: set[str] = field(default_factory=set)  # where it says that the trait paused
    stateless: set[str] = field(default_factory=set)  # where it neither begins nor ends the trait
    always: set[str] = field(default_factory=set)


class Life:
    """The facts on every trait, what was judged from them, and the network: all that closure and replay need."""

    def __init__(self, facts: Mapping[str, Facts], network: Network, *, now: str) -> None:
        self.facts = dict(facts)
        self.network = network
        self.now = now
        self.judgements = {trait: judge(f, network) for trait, f in self.facts.items()}
        self.by_event: dict[str, list[Told]] = {}
        self._taken_back: dict[str, set[str]] = {}  # retracted event: the events in which it was taken back
        for f in self.facts.values():
            for told in f.told:
                self.by_event.setdefault(told.event.id, []).append(told)
            for r in f.retractions:
                if r.by in network:
                    self._taken_back.setdefault(r.target, set()).add(r.by)
        self._needs = {trait: self._needs_of(f, self.judgements[trait]) for trait, f in self.facts.items()}

    def kept(self, important: Iterable[str]) -> set[str]:
        """The events, of any modality, that have an effect on an important trait."""
        return {t.event.id for trait in important if trait in self.facts for t in self.facts[trait].told}

    def closure(self, events: Iterable[str]) -> set[str]:
        """These events and what must be told along with them."""
        members = set(events)
        todo = sorted(members)
        while todo:
            more: set[str] = set()
            for told in self.by_event.get(todo.pop(), ()):
                if told.void:
                    more |= self._taken_back.get(told.event.id, set()) if told.void == "retracted" else set()
                    continue
                need = self._needs[told.trait]
                # All but an ending says that the trait is there, so what ended it must be told along.
                more |= need.always | (need.begins if told.kind in ENDS else need.ends)
                if told.kind not in BEGINS | ENDS:
                    more |= need.stateless
                if told.kind == "suspends":
                    more |= need.waking
            todo += sorted(more - members)
            members |= more
        return members

    def _needs_of(self, facts: Facts, judgement: Judgement) -> _Needs:
        need = _Needs()
        if judgement.verdict == "RETRACTED":
            for r in facts.retractions:
                need.always |= self._taken_back.get(r.target, set())
            return need
        for world in judgement.worlds:
            need.ends |= {t.event.id for t in world.live if t.kind in ENDS}
            need.begins |= {t.event.id for t in world.live if t.kind in BEGINS}
            need.always |= {t.event.id for t in world.deciding}
            if "DORMANT" in (world.verdict, world.default):
                need.always |= {t.event.id for t in world.pausing}
            need.waking |= {t.event.id for t in world.waking}
        if any(not o.holds for o, _ in facts.observations):
            # Without what began it, a bare "it goes on" would be weighed against the observation that it does not.
            need.stateless |= need.begins
        if judgement.cycles:
            # A member may be the one that is forgotten: then only the others say what the verdict was.
            need.always |= {t.event.id for t in facts.told if not t.void}
        return need

    def replay(self, members: Iterable[str]) -> dict[str, VerdictName]:
        """The verdicts that the effects of these events alone give, on the traits that they touch."""
        inside = set(members)
        touched = {t.trait for e in inside for t in self.by_event.get(e, ()) if not t.void}
        return {t: judge(self.facts[t], self.network, inside.__contains__).verdict for t in sorted(touched)}

    def dead(self) -> list[tuple[str, str]]:
        """`(event, trait)` of each effect that says what is not so today, in order of telling."""
        found = {(t.event.id, t.trait): t.key for f in self.facts.values() for t in f.told if self._dead(t)}
        return sorted(found, key=lambda pair: (found[pair], pair))

    def _dead(self, told: Told) -> bool:
        judgement = self.judgements[told.trait]
        if told.void or judgement.verdict == "RETRACTED":
            return True
        match judgement.verdict:
            case "HOLDS":
                return told.kind in ENDS or (told.kind == "suspends" and self._over(told, {"resumes", *BEGINS}))
            case "DORMANT":
                return told.kind in ENDS or (told.kind == "resumes" and self._over(told, {"suspends"}))
            case "NOT":
                return told.kind in POSITIVE
        return False

    def _over(self, told: Told, kinds: set[str]) -> bool:
        others = (t for t in self.facts[told.trait].told if not t.void and t.kind in kinds)
        return any(self.network.certainly_before(told.event.id, t.event.id) for t in others)

    def action(self, event: str) -> ActionName:
        """What to do with a kept event: `reframe` where it says something that is over, unsure or taken back."""
        told = self.by_event.get(event, [])
        if any(t.void == "retracted" for t in told):
            return "drop"
        for t in told:
            if t.void in ("negated", "hypothetical", "counterfactual"):
                continue  # as it stands it says that it was not so
            if t.void == "planned":
                if t.event.when.latest and t.event.when.latest < self.now:
                    return "reframe"
                continue
            if self._dead(t) or self.judgements[t.trait].verdict in ("CONTESTED", "INCONSISTENT"):
                return "reframe"
            if self.judgements[t.trait].verdict == "DORMANT" and t.kind in POSITIVE:
                return "reframe"
        return "keep"
