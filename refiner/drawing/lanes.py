"""Where things go so that none covers another: lanes for spans, blocks of lanes for groups, marks pushed apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Span = tuple[float, float]
"""Where something begins and ends on its line; the end is not part of it."""


def lanes(spans: Sequence[Span]) -> list[int]:
    """A lane for each span, from 0, such that spans of one lane never overlap; as few lanes as can be."""
    ends: list[float] = []
    found = [0] * len(spans)
    for i in sorted(range(len(spans)), key=lambda i: spans[i]):
        start, end = spans[i]
        lane = next((n for n, taken in enumerate(ends) if taken <= start), len(ends))
        ends[lane : lane + 1] = [end]
        found[i] = lane
    return found


def grouped_lanes(spans: Sequence[Span], groups: Sequence[Sequence[int]], joined: Mapping[int, set[int]]) -> list[int]:
    """A lane for each span; no two overlap, and each group has neighbouring lanes, each free from its first span there
    to its last, so that a line along a lane meets nothing of another group.

    `groups` holds places in `spans`, each place once. Within a group a span stands as near as it can to the earlier
    ones that it is `joined` to, so that lines between them stay short.
    """
    ends: list[float] = []
    found = [0] * len(spans)
    for group in sorted((g for g in groups if g), key=lambda g: (min(spans[i] for i in g), min(g))):
        inside, height = _near(spans, group, joined)
        rows = [[spans[i] for i in group if inside[i] == lane] for lane in range(height)]
        starts, lasts = [min(row)[0] for row in rows], [max(end for _, end in row) for row in rows]
        base = next(
            b for b in range(len(ends) + 1) if all(a <= s for a, s in zip(ends[b : b + height], starts, strict=False))
        )
        ends += [0.0] * (base + height - len(ends))
        ends[base : base + height] = lasts
        for i, lane in inside.items():
            found[i] = base + lane
    return found


def _near(spans: Sequence[Span], group: Sequence[int], joined: Mapping[int, set[int]]) -> tuple[dict[int, int], int]:
    """Lanes within a group, counted from 0, and how many there are."""
    ends: list[float] = []
    found: dict[int, int] = {}
    for i in sorted(group, key=lambda i: (spans[i], i)):
        before = [found[j] for j in joined.get(i, ()) if j in found]
        wished = sum(before) / len(before) if before else 0.0
        free = [n for n, taken in enumerate(ends) if taken <= spans[i][0]] + [len(ends)]
        # A lane of its own costs a little, or a long chain would step down one lane at a time.
        lane = min(free, key=lambda n: (abs(n - wished) + 0.6 * (n == len(ends)), n))
        ends[lane : lane + 1] = [spans[i][1]]
        found[i] = lane
    return found, len(ends)


def apart(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """The places moved as little as can be (least squares) so that neighbours are `gap` apart; their order stays.

    `places` must be sorted. They stay between `low` and `high` as long as there is room for all. Isotonic regression by
    pooling neighbours.
    """
    pools: list[tuple[float, int]] = []  # mean, size
    for i, place in enumerate(places):
        mean, size = place - i * gap, 1
        while pools and pools[-1][0] > mean:
            earlier, n = pools.pop()
            mean, size = (earlier * n + mean * size) / (n + size), n + size
        pools.append((mean, size))
    flat = [mean for mean, size in pools for _ in range(size)]
    most = high - (len(flat) - 1) * gap
    return [max(min(mean, most), low) + i * gap for i, mean in enumerate(flat)]
