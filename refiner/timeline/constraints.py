"""When events can have happened: a Simple Temporal Network in whole days.

Source of the method: Dechter, Meiri & Pearl, "Temporal constraint networks" (Artificial Intelligence 49, 1991). A
constraint `t_v - t_u <= days` is an edge u -> v of that weight; the tightest bound on `t_v - t_u` is the shortest path
from u to v; the network can be satisfied iff it has no negative cycle. The calendar itself is one more timepoint, the
ORIGIN (day 0). It is the only point that unrelated events share, so taking it out leaves blocks that can be solved one
by one: a cut vertex joins them, and shortest paths between two blocks run through it, which is what windows say.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence

from refiner.timeline.distances import FAR
from refiner.timeline.ties import Constraint as Constraint
from refiner.timeline.ties import Ties

ORIGIN = ""
"""The timepoint of day 0 of the calendar; event ids are never empty."""
END = "\x1f"
"""What a timepoint's name ends with where it is the end of an event: an event that lasted has two timepoints."""


def between(
    u: str, v: str, low: int | None, high: int | None, why: str = "", quote: str = "",
    claim: tuple[str, str, str] = ("", "", ""),
) -> list[Constraint]:  # fmt: skip
    """The constraints that say `low <= t_v - t_u <= high`, in days; None leaves that side open."""
    found = []
    if high is not None:
        found.append(Constraint(u, v, high, why, quote, claim))
    if low is not None:
        found.append(Constraint(v, u, -low, why, quote, claim))
    return found


def event_of(point: str) -> str:
    """The id of the event that begins or ends at a timepoint."""
    return point.removesuffix(END)


class Block:
    """Timepoints that constraints tie together, with their ties to the ORIGIN. Solved once, when it is made.

    `cycle` names constraints that contradict each other; such a block has no windows. `ties` are those between two of
    its points, None where there are none; a block `like` it, of the same points, may have them worked out already.
    """

    __slots__ = ("constraints", "cycle", "nodes", "ties", "windows")

    def __init__(self, nodes: Sequence[str], constraints: Iterable[Constraint], like: Block | None = None) -> None:
        self.nodes = tuple(sorted(nodes))
        self.constraints = tuple(constraints)
        self.windows: dict[str, tuple[int | None, int | None]] = {}
        self.cycle: tuple[Constraint, ...] = ()
        self.ties: Ties | None = None
        low: dict[str, Constraint] = {}
        high: dict[str, Constraint] = {}
        said: dict[tuple[str, str], Constraint] = {}
        # Parallel constraints: the strictest counts, and among equals the first by its words, whoever came first.
        for c in self.constraints:
            if c.u == ORIGIN:
                if c.v not in high or c < high[c.v]:
                    high[c.v] = c
            elif c.v == ORIGIN:
                if c.u not in low or c < low[c.u]:
                    low[c.u] = c
            elif (c.u != c.v or c.days < 0) and ((c.u, c.v) not in said or c < said[c.u, c.v]):
                said[c.u, c.v] = c
        if said:
            known = like.ties if like is not None and like.nodes == self.nodes else None
            self.ties = known if known is not None and known.said == said else Ties(self.nodes, said)
            self._solve(low, high, self.ties)
        else:
            self._alone(low, high)

    @property
    def orders(self) -> bool:
        """Can its ties put one of its points on a later day than another? They order nothing in a contradiction."""
        return self.ties is not None and self.ties.orders and not self.cycle

    def _alone(self, low: Mapping[str, Constraint], high: Mapping[str, Constraint]) -> None:
        for n in self.nodes:
            first, last = low.get(n), high.get(n)
            if first is not None and last is not None and last.days + first.days < 0:
                self.cycle = (last, first)
            self.windows[n] = (None if first is None else -first.days, None if last is None else last.days)
        if self.cycle:
            self.windows = {}

    def _solve(self, low: Mapping[str, Constraint], high: Mapping[str, Constraint], ties: Ties) -> None:
        self.cycle = ties.circle
        if self.cycle:
            return
        latest = [high[n].days if n in high else FAR for n in self.nodes]
        by = ties.lowered(latest)
        wrong = [i for i, n in enumerate(self.nodes) if n in low and latest[i] + low[n].days < 0]
        if wrong:
            rounds = (self._round(i, by, low, high, ties) for i in wrong)
            self.cycle = min(rounds, key=lambda cycle: (len(cycle), cycle))
            return
        earliest = [low[n].days if n in low else FAR for n in self.nodes]
        ties.lowered_back(earliest)
        for n, first, last in zip(self.nodes, earliest, latest, strict=True):
            self.windows[n] = (None if first >= FAR // 2 else -first, None if last >= FAR // 2 else last)

    def _round(
        self, last: int, by: Sequence[int], low: Mapping[str, Constraint], high: Mapping[str, Constraint], ties: Ties
    ) -> tuple[Constraint, ...]:
        """From the ORIGIN along the path that bounds a point, and back by the point's own earliest day."""
        path = [last]
        while by[path[-1]] >= 0:
            path.append(by[path[-1]])
        names = [self.nodes[i] for i in reversed(path)]
        steps = [ties.said[pair] for pair in zip(names, names[1:], strict=False)]
        return (high[names[0]], *steps, low[names[-1]])


class Network:
    """The constraints of a whole life. `blocks` are its weakly connected components once ORIGIN is taken out."""

    def __init__(self, events: Iterable[str] = (), constraints: Iterable[Constraint] = ()) -> None:
        self._block: MutableMapping[str, Block] = {}
        self._bad: dict[Block, None] = {}
        self.replace((), events, constraints)

    def replace(
        self, gone: Iterable[str], points: Iterable[str], constraints: Iterable[Constraint]
    ) -> tuple[set[Block], list[Block]]:
        """Takes out the blocks of the points that are `gone`, puts new points in, and solves what they tie together.

        `constraints` are all those of the new points; ties to points that are not here are left out. To change one
        event, give all points of its block as gone, and as new those that remain. Returns `(old, new)` blocks.
        """
        old = {self._block[p] for p in gone if p in self._block}
        for block in old:
            self._bad.pop(block, None)
            for p in block.nodes:
                del self._block[p]
        new = _blocks(points, constraints, old)
        for block in new:
            self._block.update(dict.fromkeys(block.nodes, block))
            if block.cycle:
                self._bad[block] = None
        return old, new

    def __contains__(self, point: str) -> bool:
        return bool((block := self._block.get(point)) and block.nodes)

    @property
    def blocks(self) -> list[Block]:
        """All blocks, in the order of their first points."""
        return sorted({b for b in self._block.values() if b.nodes}, key=lambda b: b.nodes)

    def block(self, point: str) -> Block:
        """The block that holds a timepoint. Raises KeyError for an unknown one."""
        return self._block[point]

    def without(self, events: Iterable[str]) -> Network:
        """The network that has never heard of these events. Blocks they are not in are shared, not solved again."""
        gone = {p for e in events for p in (e, e + END) if p in self}
        held = {self._block[p] for p in gone}
        blocks = _blocks({n for b in held for n in b.nodes} - gone, (c for b in held for c in b.constraints))
        new = object.__new__(Network)
        new._block = ChainMap({p: b for b in blocks for p in b.nodes} | dict.fromkeys(gone, Block((), ())), self._block)
        new._bad = {b: None for b in (*self._bad, *blocks) if b.cycle and b not in held}
        return new

    @property
    def conflicts(self) -> Iterator[Block]:
        """The blocks whose constraints cannot all be true; `block.cycle` names those that contradict each other."""
        return iter(sorted(self._bad, key=lambda b: b.nodes))

    @property
    def consistent(self) -> bool:
        """Can all constraints be true at once?"""
        return not self._bad

    def window(self, point: str) -> tuple[int | None, int | None]:
        """First and last possible day, tightened along all paths; None: open, or the block contradicts itself."""
        return self._block[point].windows.get(point, (None, None))

    def distance(self, u: str, v: str) -> int | None:
        """The tightest bound on `t_v - t_u` in days; None: there is none. Both blocks must be consistent."""
        if u == v:
            return 0
        (low, _), (_, high) = self.window(u), self.window(v)
        round_ = None if low is None or high is None else high - low
        block = self._block[u]
        path = block.ties.distances(u).get(v) if block.ties and block is self._block[v] else None
        return path if round_ is None else round_ if path is None else min(path, round_)

    def certainly_before(self, a: str, b: str) -> bool:
        """Does every solution put `a` on an earlier day than `b`? Never so in a block that contradicts itself."""
        mine, other = self._block[a], self._block[b]
        if a == b or mine.cycle or other.cycle:
            return False
        (first, high), (low, last) = mine.windows[a], other.windows[b]
        if high is not None and low is not None and high < low:
            return True
        # Only a path between the two can still tell; if a cannot be before b at all, it need not be searched.
        if mine is not other or (first is not None and last is not None and first >= last):
            return False
        return self.tied_before(a, b)

    def tied_before(self, a: str, b: str, *, from_first: bool = False) -> bool:
        """As `Ties.tied_before`, for any two points."""
        mine = self._block[a]
        if mine.ties is None or not mine.orders or mine is not self._block[b] or a == b:
            return False
        return mine.ties.tied_before(a, b, from_first=from_first)


def _blocks(points: Iterable[str], constraints: Iterable[Constraint], old: Iterable[Block] = ()) -> list[Block]:
    """What constraints between these points tie together, solved; ties to other points are left out. `old` are blocks
    whose ties may be the same."""
    fresh = sorted(set(points))
    own: dict[str, list[Constraint]] = {p: [] for p in fresh}
    root: dict[str, str] = {}

    def find(p: str) -> str:
        while p in root:
            if (q := root[p]) in root:
                root[p] = root[q]
            p = q
        return p

    for c in constraints:
        u, v = c.u, c.v
        if not (u or v) or (u and u not in own) or (v and v not in own):
            continue
        own[u or v].append(c)
        if u and v and (a := find(u)) != (b := find(v)):
            root[max(a, b)] = min(a, b)
    parts: dict[str, list[str]] = {}
    for p in fresh:
        parts.setdefault(find(p) if p in root else p, []).append(p)
    known = {b.nodes: b for b in old if b.ties is not None}
    found = []
    for part in parts.values():
        said = [c for p in part for c in own[p]] if len(part) > 1 else own[part[0]]
        found.append(Block(part, said, known.get(tuple(part)) if known else None))
    return found
