"""Which traits hold today, from what events did to them and what is certain about their order.

Source of the method: Kowalski & Sergot, "A logic-based calculus of events" (New Generation Computing 4, 1986): a trait
is an inertial fluent that holds from what initiates it until something terminates it. As order is only partly known,
every verdict is about all orders that the constraints allow: HOLDS and NOT are true in each, CONTESTED in some.

`certainly after` is a partial order, so "some initiation may come last" needs to be asked of pairs only: if each
termination alone may come no later than it, all of them may at once (the constraints that say so all leave one point,
and a simple cycle passes it once).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from refiner.models import EffectKind, Event, Observation, Retraction, VerdictName
from refiner.timeline.bounds import Window
from refiner.timeline.constraints import ORIGIN, Constraint, Network

BEGINS: frozenset[EffectKind] = frozenset({"initiates", "reinitiates"})
ENDS: frozenset[EffectKind] = frozenset({"terminates"})
POSITIVE: frozenset[EffectKind] = frozenset({"initiates", "reinitiates", "continues", "resumes"})
MAX_WORLDS = 200
"""Ways of forgetting contradictory events that are looked at before the trait is called INCONSISTENT unseen."""


@dataclass(frozen=True)
class Told:
    """One effect of one event on one trait. `key` is its place in the order of telling."""

    event: Event
    trait: str
    kind: EffectKind
    quote: str
    index: int
    void: str = ""  # why it counts for nothing: "planned", "retracted", "after now", ...; "" where it counts

    @property
    def key(self) -> tuple[int, str, int]:
        return self.event.order, self.event.id, self.index


@dataclass
class Facts:
    """Everything that was said about one trait."""

    trait: str
    told: list[Told] = field(default_factory=list)
    observations: list[tuple[Observation, Window]] = field(default_factory=list)
    retractions: list[Retraction] = field(default_factory=list)
    initially: bool = False

    def of(self, kinds: frozenset[EffectKind], gone: frozenset[str] = frozenset()) -> list[Told]:
        """The effects of these kinds that count, in order of telling, without those of forgotten events."""
        return [t for t in self.told if not t.void and t.kind in kinds and t.event.id not in gone]


@dataclass(frozen=True)
class World:
    """The verdict where some contradictory events are forgotten (none, where nothing contradicts itself)."""

    gone: frozenset[str]
    verdict: VerdictName
    default: VerdictName
    live: tuple[Told, ...]  # initiations and terminations that nothing is certain to have overridden
    pausing: tuple[Told, ...]  # what makes it DORMANT
    waking: tuple[Told, ...]  # what keeps a suspension from making it DORMANT
    deciding: tuple[Told, ...]  # with no initiation or termination: the events whose evidence decides
    last: Told | None  # the effect that decides the default verdict
    note: str = ""


@dataclass(frozen=True)
class Judgement:
    """A trait's verdict, strict and by order of telling, and the worlds that it comes from."""

    verdict: VerdictName
    default: VerdictName
    worlds: tuple[World, ...]
    cycles: tuple[frozenset[str], ...] = ()  # events of each contradiction that its effects stand in
    note: str = ""


def judge(facts: Facts, network: Network, kept: Callable[[str], bool] = lambda _: True) -> Judgement:
    """The verdict on one trait (TIMELINE, Resolution). Only effects of events that are `kept` count."""
    spots = {t.event.id for t in facts.told if not t.void}
    told = [t for t in facts.told if t.void or kept(t.event.id)]
    facts = Facts(facts.trait, told, facts.observations, facts.retractions, facts.initially)
    cycles = tuple(frozenset(members(b.cycle)) for b in network.conflicts if spots & set(b.nodes))
    if _taken_back(facts):
        return Judgement("RETRACTED", "RETRACTED", (), cycles)
    worlds = tuple(_world(facts, net, gone) for net, gone in _worlds(network, spots))
    if not cycles:
        return Judgement(worlds[0].verdict, worlds[0].default, worlds, (), worlds[0].note)
    first = worlds[0].verdict if worlds else "INCONSISTENT"
    if first in ("HOLDS", "NOT", "DORMANT") and all(w.verdict == first for w in worlds):
        note = "dates contradict each other; it makes no difference"
        return Judgement(first, first, worlds, cycles, "; ".join(n for n in (worlds[0].note, note) if n))
    return Judgement("INCONSISTENT", "INCONSISTENT", worlds, cycles)


def members(cycle: Iterable[Constraint]) -> set[str]:
    """The events of a contradiction."""
    return {end for c in cycle for end in (c.u, c.v) if end != ORIGIN}


def _taken_back(facts: Facts) -> bool:
    if any(r.target == facts.trait for r in facts.retractions):
        return True
    begins = [t for t in facts.told if t.kind in BEGINS and t.void in ("", "retracted")]
    return bool(begins) and not facts.initially and all(t.void == "retracted" for t in begins)


def _worlds(network: Network, spots: set[str]) -> list[tuple[Network, frozenset[str]]]:
    """Forget one event of each contradiction around `spots`, in every way; nothing where there are too many ways."""
    seen: set[frozenset[str]] = set()
    queue: list[tuple[Network, frozenset[str]]] = [(network, frozenset())]
    found = []
    while queue:
        net, gone = queue.pop()
        bad = next((b for b in net.conflicts if spots & set(b.nodes)), None)
        if bad is None:
            found.append((net, gone))
            continue
        for event in sorted(members(bad.cycle)):
            wider = gone | {event}
            if wider not in seen:
                seen.add(wider)
                queue.append((net.without([event]), wider))
        if len(seen) > MAX_WORLDS:
            return []
    return found


class _Others:
    """Effects to hold another against: does one of them certainly come after it? Windows first, then paths."""

    def __init__(self, network: Network, told: Sequence[Told]) -> None:
        self.network = network
        lows = [low for low in (network.window(t.event.id)[0] for t in told) if low is not None]
        self.last_low = max(lows, default=None)
        self.near: dict[int, list[str]] = defaultdict(list)
        for event in {t.event.id: None for t in told}:
            block = network.block(event)
            if block.linked:
                self.near[id(block)].append(event)

    def after(self, event: str) -> bool:
        """Is one of them on a later day than `event` in every solution?"""
        high = self.network.window(event)[1]
        if high is not None and self.last_low is not None and high < self.last_low:
            return True
        near = self.near.get(id(self.network.block(event)), ())
        return any(self.network.certainly_before(event, other) for other in near)


def _world(facts: Facts, network: Network, gone: frozenset[str]) -> World:
    begins, ends = facts.of(BEGINS, gone), facts.of(ENDS, gone)
    if not begins and not ends and not facts.initially:
        return _by_evidence(facts, network, gone)
    over_begin, over_end = _Others(network, ends), _Others(network, begins)
    live_begins = [t for t in begins if not over_begin.after(t.event.id)]
    live_ends = [t for t in ends if not over_end.after(t.event.id)]
    may_hold = bool(live_begins) or (facts.initially and not ends)
    may_not = bool(live_ends) or (not begins and not facts.initially)
    live = sorted(live_begins + live_ends, key=lambda t: t.key)
    # Each effect that may be the very last one; the one told last is taken to be it.
    both = _Others(network, begins + ends)
    last = max((t for t in live if not both.after(t.event.id)), key=lambda t: t.key, default=None)
    verdict: VerdictName = "CONTESTED" if may_hold and may_not else "HOLDS" if may_hold else "NOT"
    default: VerdictName = verdict
    if verdict == "CONTESTED":
        default = "HOLDS" if last and last.kind in BEGINS else "NOT"
    pausing, waking = _pauses(facts, network, gone)
    note = ""
    if pausing:
        verdict = "DORMANT" if verdict == "HOLDS" else verdict
        default = "DORMANT" if default == "HOLDS" else default
    elif verdict == "HOLDS" and _unsure_pause(facts, network, gone):
        note = "perhaps suspended: nothing says whether it was taken up again since"
    return World(gone, verdict, default, tuple(live), pausing, waking, (), last, note)


def _pauses(facts: Facts, network: Network, gone: frozenset[str]) -> tuple[tuple[Told, ...], tuple[Told, ...]]:
    """`(pausing, waking)`: suspensions certainly after every `resumes` and certainly followed by no initiation; and
    what stands against the other suspensions."""
    suspends, resumes = facts.of(frozenset({"suspends"}), gone), facts.of(frozenset({"resumes"}), gone)
    if not suspends:
        return (), ()
    begins = facts.of(BEGINS, gone)
    before, last_resumes, last_begins = network.certainly_before, _Others(network, resumes), _Others(network, begins)
    pausing: list[Told] = []
    others: list[Told] = []
    for s in suspends:
        woken = last_begins.after(s.event.id) or not all(before(r.event.id, s.event.id) for r in resumes)
        (others if woken else pausing).append(s)
    # The last of them are enough: what an earlier one stands against, a later one does too.
    waking = [
        t
        for t in resumes
        if not last_resumes.after(t.event.id) and any(not before(t.event.id, s.event.id) for s in others)
    ] + [t for t in begins if not last_begins.after(t.event.id) and any(before(s.event.id, t.event.id) for s in others)]
    return tuple(pausing), tuple(waking)


def _unsure_pause(facts: Facts, network: Network, gone: frozenset[str]) -> bool:
    ended = _Others(network, facts.of(frozenset({"resumes", *BEGINS}), gone))
    return any(not ended.after(s.event.id) for s in facts.of(frozenset({"suspends"}), gone))


def _by_evidence(facts: Facts, network: Network, gone: frozenset[str]) -> World:
    """No initiation and no termination: the latest observation or `continues` decides, by the same rule of two sides.

    `weakens`, `suspends` and `resumes` take for granted that the trait is there, so they count as `continues` does.
    """
    told = [t for t in facts.told if not t.void and t.event.id not in gone]
    yes: list[tuple[Window, Told | None]] = [(Window(*network.window(t.event.id)), t) for t in told]
    yes += [(w, None) for o, w in facts.observations if o.holds]
    no: list[tuple[Window, Told | None]] = [(w, None) for o, w in facts.observations if not o.holds]
    if not yes and not no:
        return World(gone, "UNKNOWN", "UNKNOWN", (), (), (), (), None)

    def standing(
        side: list[tuple[Window, Told | None]], other: list[tuple[Window, Told | None]]
    ) -> list[tuple[Window, Told | None]]:
        last = max((w.low for w, _ in other if w.low is not None), default=None)
        return [(w, t) for w, t in side if w.high is None or last is None or w.high >= last]

    yes_now, no_now = standing(yes, no), standing(no, yes)
    verdict: VerdictName = "CONTESTED" if yes_now and no_now else "HOLDS" if yes_now else "NOT"
    # Against an observation that it is not so, the evidence that reaches latest is as good as all of it.
    by_low = max(yes_now, key=lambda item: item[0].low or 0, default=None)
    by_high = max(yes_now, key=lambda item: (item[0].high is None, item[0].high or 0), default=None)
    deciding = tuple(item[1] for item in (by_low, by_high) if no and item and item[1])
    default: VerdictName = verdict
    if verdict == "CONTESTED":  # an undated observation is taken to be older than a dated one
        newest = {flag: max((w.high or 0 for w, _ in side)) for flag, side in ((True, yes_now), (False, no_now))}
        default = "HOLDS" if newest[True] > newest[False] else "NOT"
    pausing, waking = _pauses(facts, network, gone)
    if pausing:
        verdict = "DORMANT" if verdict == "HOLDS" else verdict
        default = "DORMANT" if default == "HOLDS" else default
    return World(gone, verdict, default, (), pausing, waking, deciding, None, "cause unknown")
