"""The web of events: time from left to right, lanes so that nothing covers another, lines for what joins them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from refiner.drawing.edges import Edge, bends, edges_of, path
from refiner.drawing.lanes import grouped_lanes
from refiner.drawing.scale import Tick, day_of, scale_from, window_of
from refiner.drawing.tips import Tip, event_tip, label_of
from refiner.drawing.words import fitted, text_width
from refiner.models import Event, Timeline

MOST_NODES = 400
"""Events that are drawn; those that contradict each other and those that decide a verdict come first."""
LANE, TOP, FONT = 42, 42, 12.0
"""Height of a lane, where the first begins, and the size of labels, in px."""
LABEL, SHORT, FEW = 230.0, 165.0, 60
"""Longest label in px, of up to FEW events and of more."""
NARROW, WIDE = 1150.0, 3000.0
"""Least and greatest width of the years, in px."""
ROUGH = 2 * 366
"""Days of a window from which an event counts as dated only roughly."""
FIRST_KIND = ("initiates", "reinitiates", "terminates", "suspends", "resumes", "weakens", "continues")


@dataclass(frozen=True)
class Node:
    """An event at (`x`, `y`) px. `kind` is that of its most telling effect, "" where it has none."""

    event: str
    kind: str
    x: float
    y: float
    label: str
    left: bool  # the label stands to the left
    rough: bool
    void: bool
    conflict: bool
    traits: tuple[str, ...]
    tip: Tip


@dataclass(frozen=True)
class Line:
    edge: Edge
    path: str


@dataclass(frozen=True)
class Web:
    """`aside` is the width of the columns of undated events; `left_out` events tell of no trait and stand alone,
    `too_many` are more than can be drawn."""

    width: float
    height: float
    aside: float
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    left_out: int
    too_many: int


def web(timeline: Timeline, names: Mapping[str, str]) -> Web:
    """The drawing of all events that touch a trait or stand in a relation. `names` gives the traits' names."""
    told = _effects(timeline)
    joined = {r.to for e in timeline.events for r in e.relations} | {e.id for e in timeline.events if e.relations}
    telling = [e for e in timeline.events if e.id in told or e.id in joined]
    shown = _chosen(telling, timeline, told)
    events = {e.id: e for e in timeline.events if e.id in shown}
    edges = list(edges_of(timeline, events, names))
    dated = [e for e in events.values() if day_of(timeline, e) is not None]
    undated = [e for e in events.values() if day_of(timeline, e) is None]
    scale = scale_from(timeline.now, [day_of(timeline, e) for e in dated])
    width = min(max(NARROW, 13.0 * len(dated)), WIDE)
    xs = {e.id: scale.at(day_of(timeline, e) or 0) * width for e in dated}
    clashing = {event for c in timeline.conflicts for event in c.events}
    longest = LABEL if len(events) <= FEW else SHORT
    labels = {e.id: fitted(label_of(e), FONT, longest - 12 * (e.id in clashing)) for e in events.values()}
    left = {e for e, x in xs.items() if x + _long(labels[e], e in clashing) > width}
    lanes = _lanes(dated, xs, {e: _long(labels[e], e in clashing) for e in labels}, left, edges)
    height = max([*lanes.values(), -1]) + 1
    tall = max(height, min(len(undated), 12), 1)
    columns = -(-len(undated) // tall)
    aside = columns * (longest + 40) + 12 if columns else 0.0
    at = {e: (aside + x, TOP + LANE * (lanes[e] + 0.62)) for e, x in xs.items()}
    for n, e in enumerate(undated):
        at[e.id] = (22 + (longest + 40) * (n // tall), TOP + LANE * (n % tall + 0.62))
    nodes = [
        Node(
            event=e.id,
            kind=_kind(told.get(e.id, ())),
            x=round(at[e.id][0], 1),
            y=round(at[e.id][1], 1),
            label=labels[e.id],
            left=e.id in left,
            rough=e.id in xs and _rough(timeline, e.id),
            void=e.modality != "actual" or any(item.get("void") for _, item in told.get(e.id, ())),
            conflict=e.id in clashing,
            traits=tuple(dict.fromkeys(t for t, _ in told.get(e.id, ()))),
            tip=event_tip(e, timeline, [(names.get(t) or t, item) for t, item in told.get(e.id, ())]),
        )
        for e in sorted(events.values(), key=lambda e: at[e.id])
    ]
    return Web(
        width=round(aside + width, 1),
        height=TOP + LANE * tall + 14,
        aside=aside,
        nodes=tuple(nodes),
        lines=tuple(_routed(edges, at)),
        ticks=tuple(scale.ticks(int(width / 64))),
        left_out=len(timeline.events) - len(telling),
        too_many=len(telling) - len(shown),
    )


def _effects(timeline: Timeline) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Event -> what it did: the trait and the evidence that says so."""
    found: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for t in timeline.traits:
        for item in t.evidence:
            if "event" in item:
                found[item["event"]].append((t.id, item))
    return found


def _chosen(
    telling: Sequence[Event], timeline: Timeline, told: Mapping[str, Sequence[tuple[str, dict[str, Any]]]]
) -> set[str]:
    """The events to draw, where there are too many for all."""
    if len(telling) <= MOST_NODES:
        return {e.id for e in telling}
    clashing = {event for c in timeline.conflicts for event in c.events}
    degree = Counter(end for e in telling for r in e.relations for end in (e.id, r.to))

    def weight(e: Event) -> tuple[bool, bool, int, int]:
        effects = told.get(e.id, ())
        return e.id in clashing, any(i["decides"] for _, i in effects), degree[e.id], len(effects)

    return {e.id for e in sorted(telling, key=weight, reverse=True)[:MOST_NODES]}


def _long(label: str, conflict: bool) -> float:
    """Room that a label takes beside its event, in px."""
    return text_width(label, FONT) + 22 + 12 * conflict


def _lanes(
    dated: Sequence[Event], xs: Mapping[str, float], room: Mapping[str, float], left: set[str], edges: Sequence[Edge]
) -> dict[str, int]:
    """A lane for each event with a date; what is joined stands together."""
    place = {e.id: i for i, e in enumerate(dated)}
    spans = [
        (xs[e.id] - room[e.id], xs[e.id] + 13) if e.id in left else (xs[e.id] - 13, xs[e.id] + room[e.id])
        for e in dated
    ]
    graph: Any = nx.Graph()
    graph.add_nodes_from(range(len(dated)))
    graph.add_edges_from((place[e.source], place[e.target]) for e in edges if e.source in place and e.target in place)
    groups = [sorted(part) for part in nx.connected_components(graph)]
    joined = {i: set(graph[i]) for i in graph}
    found = grouped_lanes(spans, groups, joined)
    return {e.id: found[i] for i, e in enumerate(dated)}


def _routed(edges: Sequence[Edge], at: Mapping[str, tuple[float, float]]) -> list[Line]:
    line: dict[float, list[float]] = defaultdict(list)
    for x, y in at.values():
        line[y].append(x)
    found = []
    for edge, bend in zip(edges, bends([(e.source, e.target) for e in edges]), strict=True):
        (x1, y1), (x2, y2) = at[edge.source], at[edge.target]
        low, high = min(x1, x2), max(x1, x2)
        free = "".join(name for name, y in (("s", y1), ("t", y2)) if not any(low < x < high for x in line[y]))
        found.append(Line(edge, path(x1, y1, x2, y2, bend=bend, free=free)))
    return found


def _kind(effects: Sequence[tuple[str, dict[str, Any]]]) -> str:
    kinds = {item["kind"] for _, item in effects}
    return next((k for k in FIRST_KIND if k in kinds), "")


def _rough(timeline: Timeline, event: str) -> bool:
    low, high = window_of(timeline, event)
    return (low, high) != (None, None) and (low is None or high is None or high - low > ROUGH)
