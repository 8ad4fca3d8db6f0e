"""Effects in one order that all certain order allows, and that is the order of telling wherever nothing is certain."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from refiner.timeline.blocks import Block
from refiner.timeline.constraints import Network
from refiner.timeline.order import Key, Told
from refiner.timeline.sayings import days_of

TIED = 12
"""Effects in one block up to which its ties are looked at pair by pair; above, windows and the telling must do."""


def in_time(told: Sequence[Told], network: Network, last: Key | None = None) -> list[Told]:
    """The effects in order. An effect comes after all that lie certainly before it; among those that may be next the
    first told is. `last` is the key of one that nothing is certain to follow: it comes last.

    Where a contradiction leaves no windows, the days as they were told take their place.
    """
    left = [t for t in told if t.key != last]
    windows = {t.key: _window(t, network) for t in left}
    before = _tied(left, network)
    held = {key: len(some) for key, some in before.items()}
    followers: dict[Key, list[Key]] = {}
    for key, some in before.items():
        for other in some:
            followers.setdefault(other, []).append(key)
    by_key = {t.key: t for t in left}
    # Before an effect come all whose last day lies before its first: it may be next once no such one is left.
    ends = [(windows[t.key][1], t.key) for t in left]
    starts = sorted(((windows[t.key][0], t.key) for t in left), reverse=True)
    heapq.heapify(ends)
    ready: list[Key] = []
    done: set[Key] = set()
    found: list[Told] = []
    while len(found) < len(left):
        while ends and ends[0][1] in done:
            heapq.heappop(ends)
        while starts and starts[-1][0] <= ends[0][0]:
            heapq.heappush(ready, starts.pop()[1])
        waiting: list[Key] = []
        while ready and held.get(ready[0], 0):
            waiting.append(heapq.heappop(ready))
        # In a contradiction days as they were told may run against the ties: the telling decides then.
        key = heapq.heappop(ready) if ready else waiting.pop(0)
        for other in waiting:
            heapq.heappush(ready, other)
        done.add(key)
        found.append(by_key[key])
        for other in followers.get(key, ()):
            held[other] -= 1
    return found + [t for t in told if t.key == last]


def _window(t: Told, network: Network) -> tuple[float, float]:
    low, high = network.window(t.point)
    if low is None and high is None:
        low, high = days_of(t.event.when if t.point == t.event.id else t.event.until)
    if low is not None and high is not None and low > high:
        high = low
    return float("-inf") if low is None else low, float("inf") if high is None else high


def _tied(told: Sequence[Told], network: Network) -> dict[Key, set[Key]]:
    """For each effect those that ties put before it."""
    groups: dict[Block, list[Told]] = {}
    for t in told:
        block = network.block(t.point)
        if block.orders:
            groups.setdefault(block, []).append(t)
    return {
        b.key: before
        for some in groups.values()
        if 1 < len(some) <= TIED
        for b in some
        if (before := {a.key for a in some if network.tied_before(a.point, b.point)})
    }
