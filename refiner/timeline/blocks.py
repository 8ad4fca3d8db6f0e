"""Blocks: timepoints that constraints tie together, solved apart from all others.

Source of the method: Dechter, Meiri & Pearl, "Temporal constraint networks" (Artificial Intelligence 49, 1991). A
constraint `t_v - t_u <= days` is an edge u -> v of that weight; the tightest bound on `t_v - t_u` is the shortest path
from u to v; the constraints can all be true iff there is no negative cycle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from refiner.timeline.distances import FAR
from refiner.timeline.ties import Constraint, Ties

ORIGIN = ""
"""The timepoint of day 0 of the calendar; event ids are never empty."""
FEWEST, POINTS = 12, 200_000
"""Large blocks are solved anew in fewer ways: up to so many points in all, but in so many ways at least."""
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

    __slots__ = ("_ways", "constraints", "cycle", "nodes", "ties", "windows")

    def __init__(self, nodes: Sequence[str], constraints: Iterable[Constraint], like: Block | None = None) -> None:
        self.nodes = tuple(sorted(nodes))
        self.constraints = tuple(constraints)
        self.windows: dict[str, tuple[int | None, int | None]] = {}
        self.cycle: tuple[Constraint, ...] = ()
        self.ties: Ties | None = None
        self._ways: list[Way] | None = None
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
            steps = _steps(by)
            self.cycle = self._round(min(wrong, key=lambda i: (steps[i], i)), by, low, high, ties)
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

    def ways(self, limit: int) -> list[Way]:
        """The ways of forgetting one event of each contradiction, each with the blocks that are left then; none where
        there are more than `limit`."""
        if self._ways is None:
            self._ways = _ways(self, min(limit, max(FEWEST, POINTS // len(self.nodes))))
        return self._ways


Way = tuple[frozenset[str], tuple[Block, ...]]


def _steps(by: Sequence[int]) -> list[int]:
    """How many edges lie between each node and the one that its distance comes from."""
    steps = [0 if u < 0 else -1 for u in by]
    for node in range(len(by)):
        path = [node]
        while steps[path[-1]] < 0:
            path.append(by[path[-1]])
        known = steps[path[-1]]
        for more, at in enumerate(reversed(path)):
            steps[at] = known + more
    return steps


def _ways(block: Block, limit: int) -> list[Way]:
    seen: set[frozenset[str]] = set()
    queue: list[Way] = [(frozenset(), (block,))]
    found = []
    while queue:
        gone, blocks = queue.pop()
        bad = next((b for b in blocks if b.cycle), None)
        if bad is None:
            found.append((gone, blocks))
            continue
        events = sorted({event_of(p) for c in bad.cycle for p in (c.u, c.v)} - {ORIGIN})
        new = [e for e in events if gone | {e} not in seen]
        if len(seen) + len(new) > limit:
            return []
        for event in new:
            left = blocks_of(set(bad.nodes) - {event, event + END}, bad.constraints)
            seen.add(gone | {event})
            queue.append((gone | {event}, (*(b for b in blocks if b is not bad), *left)))
    # Where two contradictions share an event, forgetting that one is enough: more is not forgotten than must be.
    return [way for way in found if not any(other < way[0] for other, _ in found)]


def blocks_of(points: Iterable[str], constraints: Iterable[Constraint], old: Iterable[Block] = ()) -> list[Block]:
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
