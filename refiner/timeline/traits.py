"""Which traits hold today, from what events did to them and what is certain about their order.

Source of the method: Kowalski & Sergot, "A logic-based calculus of events" (New Generation Computing 4, 1986): a trait
is an inertial fluent that holds from what initiates it until something terminates it. As order is only partly known,
every verdict is about all orders that the constraints allow: HOLDS and NOT are true in each, CONTESTED in some.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from refiner.models import Observation, Retraction, VerdictName
from refiner.timeline.blocks import ORIGIN, event_of
from refiner.timeline.bounds import Window
from refiner.timeline.constraints import Network
from refiner.timeline.order import BEGINS, BEGUN, ENDED, ENDS, RESUMED, Order, Told, order_of
from refiner.timeline.ties import Constraint

MAX_WORLDS = 200
"""Ways of forgetting contradictory events that are looked at before the trait is called INCONSISTENT unseen."""


@dataclass
class Facts:
    """Everything that was said about one trait; `told` in the order of telling."""

    trait: str
    told: list[Told] = field(default_factory=list)
    observations: list[tuple[Observation, Window]] = field(default_factory=list)
    retractions: list[Retraction] = field(default_factory=list)
    initially: bool = False

    @property
    def counting(self) -> list[Told]:
        """The effects that count, in order of telling."""
        return [t for t in self.told if not t.void]


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


def judge(
    facts: Facts, network: Network, kept: Callable[[str], bool] | None = None, order: Order | None = None
) -> Judgement:
    """The verdict on one trait (TIMELINE, Resolution). Only effects of events that are `kept` count (None: all).

    `order` are the order bits of `facts.counting`, where the caller has them already.
    """
    spots: set[str] = set()
    if not network.consistent:
        spots = {t.point for t in facts.counting}
    # Before the others are taken away: a beginning that is not told along was not taken back by that.
    taken_back = _taken_back(facts)
    if kept is not None:
        told = [t for t in facts.told if t.void or kept(t.event.id)]
        facts, order = Facts(facts.trait, told, facts.observations, facts.retractions, facts.initially), None
    cycles = tuple(frozenset(members(b.cycle)) for b in network.conflicts if spots.intersection(b.nodes))
    if taken_back:
        return Judgement("RETRACTED", "RETRACTED", (), cycles)
    if not cycles:
        counting = facts.counting
        world = _world(facts, counting, order or order_of(counting, network), network)
        return Judgement(world.verdict, world.default, (world,), (), world.note)
    worlds = tuple(_forgetting(facts, net, gone) for net, gone in network.worlds(spots, MAX_WORLDS))
    first = worlds[0].verdict if worlds else "INCONSISTENT"
    if first in ("HOLDS", "NOT", "DORMANT") and all(w.verdict == first for w in worlds):
        note = "some dates contradict each other; whichever is wrong, the verdict is the same"
        return Judgement(first, first, worlds, cycles, "; ".join(n for n in (worlds[0].note, note) if n))
    return Judgement("INCONSISTENT", "INCONSISTENT", worlds, cycles)


def members(cycle: Iterable[Constraint]) -> set[str]:
    """The events of a contradiction."""
    return {event_of(point) for c in cycle for point in (c.u, c.v) if point != ORIGIN}


def _taken_back(facts: Facts) -> bool:
    if not facts.retractions:
        return False
    if any(r.target == facts.trait for r in facts.retractions):
        return True
    begins = [t for t in facts.told if t.kind in BEGINS and t.void in ("", "retracted")]
    return bool(begins) and not facts.initially and all(t.void == "retracted" for t in begins)


def _forgetting(facts: Facts, network: Network, gone: frozenset[str]) -> World:
    told = [t for t in facts.told if not t.void and t.event.id not in gone]
    return _world(facts, told, order_of(told, network), network, gone)


def _world(
    facts: Facts, told: Sequence[Told], order: Order, network: Network, gone: frozenset[str] = frozenset()
) -> World:
    pausing = tuple(told[i] for i in order.pausing)
    waking = tuple(told[i] for i in order.waking)
    begins = any(t.kind in BEGINS for t in told)
    ends = any(t.kind in ENDS for t in told)
    if not begins and not ends and not facts.initially:
        return _by_evidence(facts, told, network, gone, pausing, waking)
    live, last, may_hold, may_not = [], None, facts.initially and not ends, not begins and not facts.initially
    for t, bits in zip(told, order.followed, strict=True):
        if t.kind in BEGINS and not bits & ENDED:
            may_hold = True
        elif t.kind in ENDS and not bits & BEGUN:
            may_not = True
        else:
            continue
        live.append(t)
        # Each effect that may be the very last one; the one told last is taken to be it.
        if not bits & (BEGUN | ENDED):
            last = t
    verdict: VerdictName = "CONTESTED" if may_hold and may_not else "HOLDS" if may_hold else "NOT"
    default: VerdictName = verdict
    if verdict == "CONTESTED":
        default = "HOLDS" if last and last.kind in BEGINS else "NOT"
    note = ""
    if pausing:
        verdict = "DORMANT" if verdict == "HOLDS" else verdict
        default = "DORMANT" if default == "HOLDS" else default
    elif verdict == "HOLDS" and any(
        t.kind == "suspends" and not bits & (RESUMED | BEGUN) for t, bits in zip(told, order.followed, strict=True)
    ):
        note = "perhaps suspended: nothing says whether it was taken up again since"
    return World(gone, verdict, default, tuple(live), pausing, waking, (), last, note)


def _by_evidence(
    facts: Facts,
    told: Sequence[Told],
    network: Network,
    gone: frozenset[str],
    pausing: tuple[Told, ...],
    waking: tuple[Told, ...],
) -> World:
    """No initiation and no termination: the latest observation or `continues` decides, by the same rule of two sides.

    `weakens`, `suspends` and `resumes` take for granted that the trait is there, so they count as `continues` does
    where neither that nor an observation says anything.
    """
    # What takes for granted that the trait is there counts only where nothing says so outright.
    said = [t for t in told if t.kind == "continues"]
    if not said and not facts.observations:
        said = list(told)
    yes: list[tuple[Window, Told | None]] = [(Window(*network.window(t.point)), t) for t in said]
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
    if pausing:
        verdict = "DORMANT" if verdict == "HOLDS" else verdict
        default = "DORMANT" if default == "HOLDS" else default
    return World(gone, verdict, default, (), pausing, waking, deciding, None, "cause unknown")
