"""When events can have happened: a Simple Temporal Network in whole days.

The calendar itself is one more timepoint, the ORIGIN (day 0). It is the only point that unrelated events share, so
taking it out leaves blocks that can be solved one by one: a cut vertex joins them, and shortest paths between two
blocks run through it, which is what windows say.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, MutableMapping, Sequence, Set
from itertools import product
from math import prod

from refiner.timeline.blocks import Block, Way, blocks_of, event_of
from refiner.timeline.ties import Constraint


class Network:
    """The constraints of a whole life. `blocks` are its weakly connected components once ORIGIN is taken out."""

    def __init__(self, events: Iterable[str] = (), constraints: Iterable[Constraint] = ()) -> None:
        self._worlds: dict[tuple[Block, ...], list[tuple[Network, frozenset[str]]]] = {}
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
        self._worlds.clear()
        old = {self._block[p] for p in gone if p in self._block}
        for block in old:
            self._bad.pop(block, None)
            for p in block.nodes:
                del self._block[p]
        new = blocks_of(points, constraints, old)
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

    def worlds(self, points: Set[str], limit: int) -> list[tuple[Network, frozenset[str]]]:
        """The network where one event of each contradiction in the blocks of these points is forgotten, in every way,
        with the forgotten events; nothing where there are more than `limit` ways."""
        bad = tuple(b for b in self.conflicts if not points.isdisjoint(b.nodes))
        if bad not in self._worlds:
            ways = [b.ways(limit) for b in bad]
            many = prod(map(len, ways))
            chosen = product(*ways) if many <= limit else ()
            self._worlds[bad] = [self._world(bad, some) for some in chosen]
        return self._worlds[bad]

    def _world(self, bad: Sequence[Block], ways: Sequence[Way]) -> tuple[Network, frozenset[str]]:
        gone = frozenset(e for some, _ in ways for e in some)
        blocks = [b for _, some in ways for b in some]
        new = object.__new__(Network)
        new._worlds = {}
        # What is forgotten stands in no block of this world: an empty one hides it.
        hidden = dict.fromkeys((p for b in bad for p in b.nodes if event_of(p) in gone), Block((), ()))
        new._block = ChainMap(hidden | {p: b for b in blocks for p in b.nodes}, self._block)
        new._bad = {b: None for b in self._bad if b not in bad}
        return new, gone

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

    def tied_before(self, a: str, b: str, *, from_first: bool = False) -> bool:
        """As `Ties.tied_before`, for any two points."""
        mine = self._block[a]
        if mine.ties is None or not mine.orders or mine is not self._block[b] or a == b:
            return False
        return mine.ties.tied_before(a, b, from_first=from_first)
