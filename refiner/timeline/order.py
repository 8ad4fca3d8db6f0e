"""What is certain about the order of the effects on one trait: all that a verdict depends on besides the effects.

`certainly after` is a partial order, so "some initiation may come last" needs to be asked of pairs only: if each
termination alone may come no later than it, all of them may at once (the constraints that say so all leave one point,
and a simple cycle passes it once).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from refiner.models import EffectKind, Event
from refiner.timeline.blocks import END, Block
from refiner.timeline.constraints import Network

BEGINS: frozenset[EffectKind] = frozenset({"initiates", "reinitiates"})
ENDS: frozenset[EffectKind] = frozenset({"terminates"})
POSITIVE: frozenset[EffectKind] = frozenset({"initiates", "reinitiates", "continues", "resumes"})

CLASS: dict[EffectKind, int] = {"initiates": 1, "reinitiates": 1, "terminates": 2, "suspends": 4, "resumes": 8}
"""Classes of effects as bits; what only goes on or weakens changes no state and is in none."""
BEGUN, ENDED, PAUSED, RESUMED = 1, 2, 4, 8


Key = tuple[str, str, int, str, int]
"""A place in the order of telling: day of writing, note, place in the note, id of the event, number of the effect."""


class Told(NamedTuple):
    """One effect of one event on one trait. `key` is its place in the order of telling."""

    key: Key
    event: Event
    trait: str
    kind: EffectKind
    quote: str
    number: int  # which of the event's effects it is
    point: str  # the timepoint at which it takes effect
    void: str = ""  # why it counts for nothing: "planned", "retracted", "after now", ...; "" where it counts

    @property
    def says(self) -> tuple[object, ...]:
        """All of it but the days: effects that say the same and stand in the same order lead to the same verdict."""
        return (*self[:1], *self[2:], self.event.label, self.event.quotes)


def told_effects(event: Event, void: str = "") -> list[Told]:
    """The effects of an event of the narrator's own; none of somebody else's, whose change of a trait is not his."""
    if event.subject != "self":
        return []
    return [
        Told(
            (*event.place, i),
            event, f.trait, f.kind, f.quote, i, event.id + END if f.at == "end" else event.id, void,
        )
        for i, f in enumerate(event.effects)
    ]  # fmt: skip


class Order(NamedTuple):
    """Order bits. `followed[i]`: the classes of which some effect is certainly after the effect `told[i]`.

    `pausing` are the suspensions that are certainly after every `resumes` and certainly followed by no initiation;
    `waking` is what stands against the other suspensions. Both are places in `told`.
    """

    followed: tuple[int, ...]
    pausing: tuple[int, ...] = ()
    waking: tuple[int, ...] = ()


def order_of(told: Sequence[Told], network: Network) -> Order:
    """The order bits of effects that all count, in the order of telling. All their points must be in the network."""
    return orders_of({"": told}, network)[""]


def orders_of(told: Mapping[str, Sequence[Told]], network: Network) -> dict[str, Order]:
    """The order bits of several traits' effects. Large blocks are asked about all traits at once."""
    near = {trait: _by_block(some, network) for trait, some in told.items()}
    asked: dict[Block, list[frozenset[str]]] = {}
    for blocks in near.values():
        for block, effects in blocks.items():
            asked.setdefault(block, []).extend(_classes(effects).values())
    for block, groups in asked.items():
        if block.ties is not None:
            block.ties.prime(groups)
    followed = {trait: _followed(some, near[trait], network) for trait, some in told.items()}
    paused = {trait for trait, some in told.items() if any(t.kind == "suspends" for t in some)}
    lasts = {trait: _lasts(told[trait], followed[trait]) for trait in paused}
    after: dict[Block, list[str]] = {}
    before: dict[Block, list[str]] = {}
    for trait, (resumes, begins) in lasts.items():
        for points, some_blocks in ((resumes, after), (begins, before)):
            for i in points:
                block = network.block(told[trait][i].point)
                if block in near[trait]:
                    some_blocks.setdefault(block, []).append(told[trait][i].point)
    for block in {**after, **before}:
        if block.ties is not None:
            block.ties.prime_points(after.get(block, ()), before.get(block, ()))
    none: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    return {
        trait: Order(
            followed[trait],
            *(_pauses(some, followed[trait], lasts[trait], network) if trait in paused else none),
        )
        for trait, some in told.items()
    }


def _by_block(told: Sequence[Told], network: Network) -> dict[Block, list[Told]]:
    """These effects by the blocks whose ties can order them: such as hold two of their points."""
    found: dict[Block, list[Told]] = {}
    for t in told:
        block = network.block(t.point)
        if block.orders:
            found.setdefault(block, []).append(t)
    return {b: ts for b, ts in found.items() if len(ts) > 1}


def _classes(told: Iterable[Told]) -> dict[int, frozenset[str]]:
    """The timepoints of each class."""
    found: dict[int, set[str]] = {}
    for t in told:
        if bit := CLASS.get(t.kind):
            found.setdefault(bit, set()).add(t.point)
    return {bit: frozenset(points) for bit, points in found.items()}


def _followed(told: Sequence[Told], near: Mapping[Block, Sequence[Told]], network: Network) -> tuple[int, ...]:
    windows = [network.window(t.point) for t in told]
    last_low: dict[int, int] = {}
    for t, (low, _) in zip(told, windows, strict=True):
        bit = CLASS.get(t.kind)
        if bit and low is not None and low > last_low.get(bit, low - 1):
            last_low[bit] = low
    bounds = list(last_low.items())
    followed = []
    for _, high in windows:
        bits = 0
        if high is not None:
            for bit, low in bounds:
                if high < low:
                    bits |= bit
        followed.append(bits)
    ends: dict[str, int] = {}
    for t in told:
        if t.point != t.event.id:
            ends[t.event.id] = ends.get(t.event.id, 0) | CLASS.get(t.kind, 0)
    for i, t in enumerate(told) if ends else ():
        if t.point == t.event.id:  # what lasted a day only has its end after its beginning all the same
            followed[i] |= ends.get(t.event.id, 0)
    place = {t.key: i for i, t in enumerate(told)} if near else {}
    for block, some in near.items():
        if block.ties is None:
            continue
        nodes = block.ties.place
        for bit, points in _classes(some).items():
            after = block.ties.before_some_of(points)
            for t in some:
                if after[nodes[t.point]]:
                    followed[place[t.key]] |= bit
    return tuple(followed)


def _lasts(told: Sequence[Told], followed: Sequence[int]) -> tuple[list[int], list[int]]:
    """The resumptions and the initiations that may be the last. What an effect stands against, a later one of its
    class does too, so that these are enough."""
    resumes = [i for i, t in enumerate(told) if t.kind == "resumes" and not followed[i] & RESUMED]
    begins = [i for i, t in enumerate(told) if t.kind in BEGINS and not followed[i] & BEGUN]
    return resumes, begins


def _pauses(
    told: Sequence[Told], followed: Sequence[int], lasts: tuple[list[int], list[int]], network: Network
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    last_resumes, last_begins = lasts
    after_them = _all_before([told[i].point for i in last_resumes], network)
    pausing: list[int] = []
    others: list[int] = []
    for i, t in enumerate(told):
        if t.kind == "suspends":
            (others if followed[i] & BEGUN or not after_them(t.point) else pausing).append(i)
    points = [told[i].point for i in others]
    before_them, behind = _all_after(points, network), _some_before(points, network)
    waking = [i for i in last_resumes if points and not before_them(told[i].point)]
    waking += [i for i in last_begins if behind(told[i].point)]
    return tuple(pausing), tuple(waking)


def _all_before(points: Sequence[str], network: Network) -> Callable[[str], bool]:
    """Are all of `points` certainly before the given one? Those that may come latest are looked at first."""
    far = float("inf")
    ends = sorted(((far if (w := network.window(p)[1]) is None else w, p) for p in points), reverse=True)

    def ask(point: str) -> bool:
        low = network.window(point)[0]
        for high, p in ends:
            if low is not None and high < low:
                return True
            if not network.tied_before(p, point, from_first=True):
                return False
        return True

    return ask


def _all_after(points: Sequence[str], network: Network) -> Callable[[str], bool]:
    """Are all of `points` certainly after the given one? Those that may come first are looked at first."""
    far = float("-inf")
    starts = sorted((far if (w := network.window(p)[0]) is None else w, p) for p in points)

    def ask(point: str) -> bool:
        high = network.window(point)[1]
        for low, p in starts:
            if high is not None and high < low:
                return True
            if not network.tied_before(point, p, from_first=True):
                return False
        return True

    return ask


def _some_before(points: Sequence[str], network: Network) -> Callable[[str], bool]:
    """Is one of `points` certainly before the given one?"""
    highs = [high for p in points if (high := network.window(p)[1]) is not None]
    first_high = min(highs, default=None)
    near: dict[Block, list[str]] = {}
    for p in points:
        if (block := network.block(p)).orders:
            near.setdefault(block, []).append(p)

    def ask(point: str) -> bool:
        low = network.window(point)[0]
        if low is not None and first_high is not None and first_high < low:
            return True
        some = near.get(network.block(point), ())
        return any(network.tied_before(p, point, from_first=False) for p in some)

    return ask
