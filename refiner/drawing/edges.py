"""Lines between events: which there are, and the way that each takes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from refiner.drawing.tips import label_of, quoted
from refiner.drawing.words import RELATIONS
from refiner.models import Event, Timeline
from refiner.review.visible import one_line

RADIUS = 8
"""How far from the middle of an event its lines begin, in px."""
ENDS = "ends"
"""The kind of the line from what began a trait to what ended it; the others are kinds of relations."""


@dataclass(frozen=True)
class Edge:
    """`kind` is a relation's, or ENDS; `words` say it in a sentence."""

    source: str
    target: str
    kind: str
    words: str


def edges_of(timeline: Timeline, events: Mapping[str, Event], names: Mapping[str, str]) -> Iterator[Edge]:
    """All lines between these events, each once, in the order of telling."""
    seen: set[tuple[str, str, str]] = set()
    for e in timeline.events:
        for r in e.relations:
            key: tuple[str, str, str] = (e.id, r.to, r.kind)
            if e.id in events and r.to in events and r.to != e.id and key not in seen:
                seen.add(key)
                said = f"“{label_of(e)}” {RELATIONS[r.kind]} “{label_of(events[r.to])}”"
                yield Edge(e.id, r.to, r.kind, "\n".join(filter(None, (said, quoted(r.quote)))))
    for t in timeline.traits:
        for i in t.intervals:
            key = (*(i.by if len(i.by) == 2 else ("", "")), ENDS)
            if key[0] in events and key[1] in events and key[0] != key[1] and key not in seen:
                seen.add(key)
                began, ended = label_of(events[key[0]]), label_of(events[key[1]])
                said = f"{one_line(names.get(t.id) or t.id)}: began with “{began}”, ended with “{ended}”"
                yield Edge(key[0], key[1], ENDS, said)


def bends(pairs: Collection[tuple[str, str]]) -> Iterator[int]:
    """For each pair in turn, how many lines between the same two came before it: each takes another way."""
    seen: Counter[frozenset[str]] = Counter()
    for pair in pairs:
        yield seen[frozenset(pair)]
        seen[frozenset(pair)] += 1


def path(x1: float, y1: float, x2: float, y2: float, *, bend: int = 0, free: str = "") -> str:
    """The SVG path from one event to another. `free` names the heights on which nothing stands between the two: "s"
    that of the first, "t" that of the second.

    Labels stand above the events. So a line runs along a height that is free, or below the events of one that is not,
    and turns near an end; between events that stand close together it runs down or up.
    """
    r, way = RADIUS, 1 if x2 > x1 else -1
    low = y1 + 14 + 3 * min(bend, 2)  # below the events, above the labels of the next lane
    dip = f"M{x1:.1f} {y1 + r:.1f}C{x1:.1f} {low:.1f} {x1 + 4 * way:.1f} {low:.1f} {x1 + 20 * way:.1f} {low:.1f}"
    if y1 == y2:
        if x2 - x1 > 2 * r and not bend and free:
            return f"M{x1 + r:.1f} {y1:.1f}H{x2 - r:.1f}"
        if abs(x2 - x1) < 48:
            deep = low + 4
            return f"M{x1:.1f} {y1 + r:.1f}C{x1:.1f} {deep:.1f} {x2:.1f} {deep:.1f} {x2:.1f} {y2 + r:.1f}"
        rise = f"C{x2 - 4 * way:.1f} {low:.1f} {x2:.1f} {low:.1f} {x2:.1f} {y2 + r:.1f}"
        return f"{dip}H{x2 - 20 * way:.1f}{rise}"
    if abs(x2 - x1) <= 5 * r:
        down = 1 if y2 > y1 else -1
        reach, side = max(abs(y2 - y1) / 2, 18.0), -10.0 * (1 + bend)
        return (
            f"M{x1:.1f} {y1 + down * r:.1f}C{x1 + side:.1f} {y1 + down * reach:.1f} "
            f"{x2 + side:.1f} {y2 - down * reach:.1f} {x2:.1f} {y2 - down * r:.1f}"
        )
    turn, end = min(56.0, abs(x2 - x1) / 2 - r) + 9 * bend, x2 - r * way
    if "t" in free and "s" not in free and not bend:
        start, height, leave, enter = f"M{x1 + r * way:.1f} {y1:.1f}", y1, x1 + r * way, x1 + (r + turn) * way
    elif "s" in free and not bend:
        start, height, leave, enter = f"M{x1 + r * way:.1f} {y1:.1f}", y1, end - turn * way, end
    else:
        start, height, leave, enter = dip, low, end - min(turn, abs(x2 - x1) - 28) * way, end
    c = (leave + enter) / 2
    return f"{start}H{leave:.1f}C{c:.1f} {height:.1f} {c:.1f} {y2:.1f} {enter:.1f} {y2:.1f}H{end:.1f}"
