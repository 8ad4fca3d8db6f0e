"""Shortest distances in a graph whose edges may be negative: from one labelling, or from many groups of nodes
at once.

Source of the method: Bellman-Ford in the form of Yen, "An algorithm for finding shortest routes from all source nodes
to a given destination in general networks" (Quarterly of Applied Mathematics 27, 1970): nodes stand in a fixed order,
and sweeps run through it forwards and backwards in turn. In a depth-first order a graph without circles needs one
sweep, and what a life's notes tie together needs two or three.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

FAR = 1 << 60
"""The distance of what is not reached; no sum of days comes near it."""
FEW = 8
"""Groups up to which one after the other is faster than all at once."""
COLUMNS = 512
"""Groups that are worked on at once, so that memory stays at some tens of MiB for ten thousand nodes."""

Edges = Sequence[Sequence[tuple[int, int]]]
"""For each node the edges that leave it: `(node, days)`."""


def sweep_order(edges: Edges) -> list[int]:
    """The nodes in reverse postorder of a depth-first search: a topological order where there are no circles."""
    seen = bytearray(len(edges))
    post: list[int] = []
    for root in range(len(edges)):
        if seen[root]:
            continue
        seen[root] = 1
        path = [(root, iter(edges[root]))]
        while path:
            node, rest = path[-1]
            for to, _ in rest:
                if not seen[to]:
                    seen[to] = 1
                    path.append((to, iter(edges[to])))
                    break
            else:
                post.append(node)
                path.pop()
    post.reverse()
    return post


def reverse(edges: Edges) -> list[list[tuple[int, int]]]:
    """The same edges the other way round."""
    back: list[list[tuple[int, int]]] = [[] for _ in edges]
    for u, leaving in enumerate(edges):
        for v, days in leaving:
            back[v].append((u, days))
    return back


def relax(edges: Edges, order: Sequence[int], dist: list[int]) -> tuple[list[int], list[int]]:
    """Lowers `dist` in place to the shortest distances from its first labels, in days; FAR: not labelled.

    Returns `(by, circle)`: the node from which each distance comes (-1: its first label), and the nodes of a negative
    circle in the order of its edges, where there is one; the distances are of no use then.
    """
    by = [-1] * len(dist)
    waiting = bytearray(b"\1") * len(dist)
    forwards, sweeps, look = True, 0, 2
    while True:
        moved = False
        for u in order if forwards else reversed(order):
            if not waiting[u]:
                continue
            waiting[u] = 0
            at = dist[u]
            if at >= FAR:
                continue
            for v, days in edges[u]:
                if at + days < dist[v]:
                    dist[v] = at + days
                    by[v] = u
                    waiting[v] = 1
                    moved = True
        if not moved:
            return by, []
        forwards = not forwards
        sweeps += 1
        # With a negative circle the sweeps never end, and sooner or later the nodes point at each other in a circle.
        if sweeps >= look:
            look = 2 * sweeps
            if circle := _circle(by):
                return by, circle


def _circle(by: Sequence[int]) -> list[int]:
    mark = [0] * len(by)
    for start in range(len(by)):
        at = start
        while at >= 0 and not mark[at]:
            mark[at] = start + 1
            at = by[at]
        if at >= 0 and mark[at] == start + 1:
            circle, end = [at], at
            at = by[at]
            while at != end:
                circle.append(at)
                at = by[at]
            circle.reverse()
            return circle
    return []


def before_some(edges: Edges, order: Sequence[int], groups: Sequence[Sequence[int]]) -> list[Any]:
    """For each group of nodes, which nodes lie at -1 day or less from one of them: sequences of one truth value a node.

    In a Simple Temporal Network these are the timepoints that some timepoint of the group is certainly after. The
    graph must have no negative circle.
    """
    if len(groups) <= FEW:
        found: list[Sequence[bool]] = []
        for group in groups:
            dist = [FAR] * len(edges)
            for node in group:
                dist[node] = 0
            relax(edges, order, dist)
            found.append([d < 0 for d in dist])
        return found
    import numpy as np

    # Each node takes from those before it: one step for all its edges, where a step for each would take longer.
    before: list[Any] = [
        (np.array([u for u, _ in some]), np.array([[float(days)] for _, days in some])) if len(some) > 1 else some
        for some in reverse(edges)
    ]
    columns: list[Sequence[bool]] = []
    for first in range(0, len(groups), COLUMNS):
        columns += _columns(edges, before, order, groups[first : first + COLUMNS])
    return columns


def _columns(edges: Edges, before: Sequence[Any], order: Sequence[int], groups: Sequence[Sequence[int]]) -> list[Any]:
    import numpy as np

    # Floats, since infinity stays infinite when days are added; whole numbers of days are exact in them.
    dist = np.full((len(edges), len(groups)), np.inf)
    waiting = bytearray(len(edges))
    for column, group in enumerate(groups):
        for node in group:
            dist[node, column] = 0
            for v, _ in edges[node]:
                waiting[v] = 1
    step, lower = np.empty(len(groups)), np.empty(len(groups), dtype=bool)
    forwards = moved = True
    while moved:
        moved = False
        for v in order if forwards else reversed(order):
            if not waiting[v]:
                continue
            waiting[v] = 0
            some = before[v]
            if isinstance(some, tuple):
                np.minimum.reduce(dist[some[0]] + some[1], axis=0, out=step)
            else:
                np.add(dist[some[0][0]], some[0][1], out=step)
            at = dist[v]
            if np.less(step, at, out=lower).any():
                np.minimum(step, at, out=at)
                moved = True
                for w, _ in edges[v]:
                    waiting[w] = 1
        forwards = not forwards
    return list((dist < 0).T)
