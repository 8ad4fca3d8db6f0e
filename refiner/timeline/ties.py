"""The ties between timepoints of one block: what they leave of the distances, and which of its points they order.

They do not change when a date does, so what was worked out from them is kept from one state of a life to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from refiner.timeline.distances import FAR, before_some, relax, reverse, sweep_order

KEPT = 4096
"""Answers about groups of points that are kept before all are let go: some 40 MB for ten thousand points."""


class Constraint(NamedTuple):
    """`t_v - t_u <= days`, with the reason in plain words and the quote that says so.

    `claim` is what was told: `(event, what, other event)`, as in `refiner.models.Claim`.
    """

    u: str
    v: str
    days: int
    why: str = ""
    quote: str = ""
    claim: tuple[str, str, str] = ("", "", "")


class Ties:
    """The strictest constraint from each of `nodes` to each other, as edges of a graph. `circle` holds constraints that
    contradict each other, in the order of their edges; none where they can all be true."""

    def __init__(self, nodes: Sequence[str], said: Mapping[tuple[str, str], Constraint]) -> None:
        self.nodes, self.said = nodes, said
        self.place = place = {n: i for i, n in enumerate(nodes)}
        self.edges: list[list[tuple[int, int]]] = [[] for _ in nodes]
        for u, v in sorted(said):
            self.edges[place[u]].append((place[v], said[u, v].days))
        self.back = reverse(self.edges)
        self.order = sweep_order(self.edges)
        self.circle: tuple[Constraint, ...] = ()
        _, round_ = relax(self.edges, self.order, [0] * len(nodes))
        if round_:
            names = [nodes[i] for i in round_]
            found = [said[pair] for pair in zip(names, [*names[1:], names[0]], strict=True)]
            start = min(range(len(found)), key=lambda i: found[i])
            self.circle = tuple(found[start:] + found[:start])
        self.orders = not self.circle and any(c.days < 0 for c in said.values())
        self._before: dict[frozenset[str], Sequence[bool]] = {}
        self._behind: dict[str, Sequence[bool]] = {}

    def lowered(self, dist: list[int]) -> list[int]:
        """Lowers first distances in place as far as the ties do; for each node the one that it comes from, or -1."""
        return relax(self.edges, self.order, dist)[0]

    def lowered_back(self, dist: list[int]) -> None:
        """The same against the direction of the edges."""
        relax(self.back, self.order[::-1], dist)

    def distances(self, source: str) -> dict[str, int]:
        """Shortest distances from a node in days; what is not reached is left out. Needs ties without a circle."""
        dist = [FAR] * len(self.nodes)
        dist[self.place[source]] = 0
        self.lowered(dist)
        return {n: d for n, d in zip(self.nodes, dist, strict=True) if d < FAR // 2}

    def before_some_of(self, points: frozenset[str]) -> Sequence[bool]:
        """For each node: do the ties put some of `points` on a later day in every solution? Needs `orders`."""
        if points not in self._before:
            self.prime([points])
        return self._before[points]

    def prime(self, groups: Iterable[frozenset[str]]) -> None:
        """Works out `before_some_of` for several groups of points at once."""
        new = [g for g in dict.fromkeys(groups) if g not in self._before]
        columns = before_some(self.edges, self.order, [[self.place[n] for n in g] for g in new])
        if len(self._before) + len(new) > KEPT:
            self._before.clear()
        self._before.update(zip(new, columns, strict=True))

    def prime_points(self, after: Iterable[str], before: Iterable[str]) -> None:
        """Works out at once what the ties put after each point of `after`, and before each of `before`."""
        self.prime(frozenset((p,)) for p in before)
        new = [p for p in dict.fromkeys(after) if p not in self._behind]
        columns = before_some(self.back, self.order[::-1], [[self.place[p]] for p in new])
        if len(self._behind) + len(new) > KEPT:
            self._behind.clear()
        self._behind.update(zip(new, columns, strict=True))

    def tied_before(self, a: str, b: str, *, from_first: bool = False) -> bool:
        """Do the ties alone put `a` on an earlier day than `b`? `from_first`: look from `a`, else from `b`; the answer
        is the same, but what is worked out for the one is of use for its other pairs. Needs `orders`."""
        if not from_first:
            return bool(self.before_some_of(frozenset((b,)))[self.place[a]])
        if a not in self._behind:
            self.prime_points([a], ())
        return bool(self._behind[a][self.place[b]])
