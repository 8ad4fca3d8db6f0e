"""When events can have happened: a Simple Temporal Network in whole days.

Source of the method: Dechter, Meiri & Pearl, "Temporal constraint networks" (Artificial Intelligence 49, 1991). A
constraint `t_v - t_u <= days` is an edge u -> v of that weight; the tightest bound on `t_v - t_u` is the shortest path
from u to v; the network can be satisfied iff it has no negative cycle. The calendar itself is one more timepoint, the
ORIGIN (day 0). It is the only point that unrelated events share, so taking it out leaves blocks that can be solved one
by one: a cut vertex joins them, and shortest paths between two blocks run through it, which is what windows say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import networkx as nx

ORIGIN = ""
"""The timepoint of day 0 of the calendar; event ids are never empty."""


@dataclass(frozen=True, order=True)
class Constraint:
    """`t_v - t_u <= days`, with the reason in plain words and the quote that says so."""

    u: str
    v: str
    days: int
    why: str = ""
    quote: str = ""


def between(u: str, v: str, low: int | None, high: int | None, why: str = "", quote: str = "") -> list[Constraint]:
    """The constraints that say `low <= t_v - t_u <= high`, in days; None leaves that side open."""
    found = []
    if high is not None:
        found.append(Constraint(u, v, high, why, quote))
    if low is not None:
        found.append(Constraint(v, u, -low, why, quote))
    return found


class Block:
    """Events that constraints tie together, with their ties to the ORIGIN. Solved once, when it is made."""

    def __init__(self, nodes: Sequence[str], constraints: Iterable[Constraint]) -> None:
        self.nodes = tuple(sorted(nodes))
        self.edges = _tightest(constraints)
        self.linked = any(ORIGIN not in pair for pair in self.edges)  # some constraint joins two of its events
        self.potential, self.cycle = _bellman_ford((ORIGIN, *self.nodes), self.edges)
        self.earliest: dict[str, int | None] = {}
        self.latest: dict[str, int | None] = {}
        self._after: dict[str, dict[str, int]] = {}
        if not self.cycle:
            self._windows()

    @cached_property
    def _graph(self) -> Any:
        # Johnson's reweighting: with the potentials every edge costs >= 0, so that Dijkstra may be used on it.
        graph: Any = nx.DiGraph()
        graph.add_nodes_from((ORIGIN, *self.nodes))
        h = self.potential
        graph.add_weighted_edges_from((u, v, c.days + h[u] - h[v]) for (u, v), c in self.edges.items())
        return graph

    def _windows(self) -> None:
        if not self.linked:
            for n in self.nodes:
                low, high = self.edges.get((n, ORIGIN)), self.edges.get((ORIGIN, n))
                self.earliest[n] = -low.days if low else None
                self.latest[n] = high.days if high else None
            return
        down = self.distances(ORIGIN)
        up = nx.single_source_dijkstra_path_length(self._graph.reverse(copy=False), ORIGIN)
        h = self.potential
        for n in self.nodes:
            self.latest[n] = down.get(n)
            self.earliest[n] = -(int(up[n]) - h[n] + h[ORIGIN]) if n in up else None

    def distances(self, source: str) -> dict[str, int]:
        """Shortest distances from `source` in days; what is not reached is not bound. The block must be consistent."""
        if source not in self._after:
            h = self.potential
            found = nx.single_source_dijkstra_path_length(self._graph, source)
            self._after[source] = {n: int(d) - h[source] + h[n] for n, d in found.items()}
        return self._after[source]


class Network:
    """The constraints of a whole life. `blocks` are its weakly connected components once ORIGIN is taken out."""

    def __init__(self, events: Iterable[str], constraints: Iterable[Constraint]) -> None:
        self.events = tuple(sorted(set(events)))
        known = {*self.events, ORIGIN}
        self.constraints = tuple(sorted({c for c in constraints if c.u in known and c.v in known}))
        self._split()

    def _split(self) -> None:
        ties: Any = nx.Graph()
        ties.add_nodes_from(self.events)
        ties.add_edges_from((c.u, c.v) for c in self.constraints if ORIGIN not in (c.u, c.v))
        parts = sorted(sorted(part) for part in nx.connected_components(ties))
        self._place = {n: i for i, part in enumerate(parts) for n in part}
        own: list[list[Constraint]] = [[] for _ in parts]
        for c in self.constraints:
            if c.u or c.v:
                own[self._place[c.u or c.v]].append(c)
        self.blocks = [Block(part, cs) for part, cs in zip(parts, own, strict=True)]

    def __contains__(self, event: str) -> bool:
        return event in self._place

    def block(self, event: str) -> Block:
        """The block that holds an event. Raises KeyError for an unknown one."""
        return self.blocks[self._place[event]]

    def without(self, events: Iterable[str]) -> Network:
        """The network that has never heard of these events. Blocks they are not in are shared, not solved again."""
        gone = set(events)
        touched = {self._place[e] for e in gone if e in self._place}
        rest = [n for i in touched for n in self.blocks[i].nodes if n not in gone]
        inside = set(rest)
        some = Network(rest, (c for c in self.constraints if {c.u, c.v} - {ORIGIN} <= inside))
        new = object.__new__(Network)
        new.events = tuple(e for e in self.events if e not in gone)
        new.constraints = tuple(c for c in self.constraints if c.u not in gone and c.v not in gone)
        new.blocks = [b for i, b in enumerate(self.blocks) if i not in touched] + some.blocks
        new._place = {n: i for i, b in enumerate(new.blocks) for n in b.nodes}
        return new

    @property
    def conflicts(self) -> Iterator[Block]:
        """The blocks whose constraints cannot all be true; `block.cycle` names those that contradict each other."""
        return (b for b in self.blocks if b.cycle)

    def window(self, event: str) -> tuple[int | None, int | None]:
        """First and last possible day, tightened along all paths; None: open, or the block contradicts itself."""
        block = self.block(event)
        return block.earliest.get(event), block.latest.get(event)

    def distance(self, u: str, v: str) -> int | None:
        """The tightest bound on `t_v - t_u` in days; None: there is none. Both blocks must be consistent."""
        block = self.block(u)
        if block is self.block(v):
            return 0 if u == v else block.distances(u).get(v)
        low, high = block.earliest[u], self.block(v).latest[v]
        return None if low is None or high is None else high - low

    def certainly_before(self, a: str, b: str) -> bool:
        """Does every solution put `a` on an earlier day than `b`? Never so in a block that contradicts itself."""
        mine, other = self.block(a), self.block(b)
        if a == b or mine.cycle or other.cycle:
            return False
        high, low = mine.latest[a], other.earliest[b]
        if high is not None and low is not None and high < low:
            return True
        if mine is not other or not mine.linked:
            return False
        # Only a path between the two can still tell; if a cannot be before b at all, it need not be searched.
        first, last = mine.earliest[a], mine.latest[b]
        if first is not None and last is not None and first >= last:
            return False
        return mine.distances(b).get(a, 0) <= -1


def _tightest(constraints: Iterable[Constraint]) -> dict[tuple[str, str], Constraint]:
    """The strictest of parallel constraints; a loop on one point counts only where it is negative."""
    best: dict[tuple[str, str], Constraint] = {}
    for c in sorted(constraints, key=lambda c: (c.u, c.v, c.days, c.why, c.quote)):
        if c.u != c.v or c.days < 0:
            best.setdefault((c.u, c.v), c)
    return best


def _bellman_ford(
    nodes: Sequence[str], edges: dict[tuple[str, str], Constraint]
) -> tuple[dict[str, int], tuple[Constraint, ...]]:
    """Potentials, or a negative cycle. All points start at 0, as if a source reached each: no cycle can hide."""
    h = dict.fromkeys(nodes, 0)
    by: dict[str, Constraint] = {}
    leaving: dict[str, list[Constraint]] = {n: [] for n in nodes}
    for c in edges.values():
        leaving[c.u].append(c)
    active = list(nodes)
    for _ in range(len(nodes) + 1):
        moved: dict[str, None] = {}
        for u in active:
            for c in leaving[u]:
                if h[u] + c.days < h[c.v]:
                    h[c.v] = h[u] + c.days
                    by[c.v] = c
                    moved[c.v] = None
        if not moved:
            return h, ()
        active = list(moved)
    point = active[0]
    for _ in nodes:  # walk back far enough to stand on the cycle
        point = by[point].u
    cycle, at = [by[point]], by[point].u
    while at != point:
        cycle.append(by[at])
        at = by[at].u
    cycle.reverse()
    start = min(range(len(cycle)), key=lambda i: cycle[i].u)  # begin at a fixed place, so that input order is not seen
    return h, tuple(cycle[start:] + cycle[:start])
