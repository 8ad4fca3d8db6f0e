"""What led to what: the chain of events behind a trait ("why is she like this?"), circles of causes, and what was
prevented and happened all the same.

Causes never say what came first: people date causes by their effects, and a circle of causes is no contradiction of
dates. So nothing here decides a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import networkx as nx

from refiner.models import Conflict, Doubt, Event, Record, RelationKind, Timeline, VerdictName

CAUSAL: tuple[RelationKind, ...] = ("causes", "enables")
"""Relations that must not run in a circle: what ended something may well have been caused by it."""
BEHIND: tuple[RelationKind, ...] = (*CAUSAL, "prevents", "causes_to_end", "same_as")
"""Relations that lead from what stands behind an event to it."""


class Link(Record):
    """`source` causes, enables, prevents, ends (`causes_to_end`) or is (`same_as`) `target`; ids of events."""

    source: str
    target: str
    kind: RelationKind
    quote: str = ""


class Step(Record):
    """An event of a chain. `effects` are what it did to the trait, as the verdict's evidence has them; none for what
    only stands behind another step."""

    event: str
    label: str
    note: str
    when: str = ""  # EDTF, ".." where nothing is known
    quote: str = ""
    effects: tuple[dict[str, Any], ...] = ()
    action: str = ""  # what is done with it when she is taught, "" where nothing is decided
    reason: str = ""


class Chain(Record):
    """The events behind a trait, in order of time as far as it is known, and what joins them.

    `observations` and `retractions` are the rest of the verdict's evidence; `conflicts` are places in
    `Timeline.conflicts` and `doubts` in `Timeline.doubts` that concern these events or this trait.
    """

    trait: str
    verdict: VerdictName
    note: str = ""
    steps: tuple[Step, ...] = ()
    links: tuple[Link, ...] = ()
    observations: tuple[dict[str, Any], ...] = ()
    retractions: tuple[dict[str, Any], ...] = ()
    conflicts: tuple[int, ...] = ()
    doubts: tuple[int, ...] = ()


def why(timeline: Timeline, trait: str) -> Chain:
    """The chain behind a trait: every event that touched it, and what caused, enabled, prevented or ended those.

    Raises KeyError where the timeline has no such trait.
    """
    verdict = timeline.verdict(trait)
    if verdict is None:
        raise KeyError(trait)
    events = {e.id: e for e in timeline.events}
    effects: dict[str, list[dict[str, Any]]] = {}
    for item in verdict.evidence:
        if "event" in item:
            effects.setdefault(item["event"], []).append(item)
    inside = _behind(events, effects)
    taken_back = [item for item in verdict.evidence if "retraction" in item]
    inside |= {item["by"] for item in taken_back} & events.keys()
    told = {e.id: i for i, e in enumerate(timeline.events)}
    order = sorted(inside, key=lambda e: (*_days(e, timeline), told[e]))
    links = [
        Link(source=e, target=r.to, kind=r.kind, quote=r.quote)
        for e in order
        for r in events[e].relations
        if r.to in inside and r.kind in BEHIND
    ]
    return Chain(
        trait=trait,
        verdict=verdict.verdict,
        note=verdict.note,
        steps=tuple(_step(events[e], effects.get(e, []), timeline) for e in order),
        links=tuple(links),
        observations=tuple(item for item in verdict.evidence if "observation" in item),
        retractions=tuple(taken_back),
        conflicts=tuple(i for i, c in enumerate(timeline.conflicts) if trait in c.traits or inside & set(c.events)),
        doubts=tuple(i for i, d in enumerate(timeline.doubts) if d.trait == trait or inside & set(d.events)),
    )


def _behind(events: dict[str, Event], of: Iterable[str]) -> set[str]:
    """These events and all that stands behind them, however far back."""
    graph: Any = nx.DiGraph()
    graph.add_nodes_from(events)
    for e in events.values():
        for r in e.relations:
            if r.kind in BEHIND and r.to in events:
                graph.add_edge(r.to, e.id)  # from what happened to what stands behind it
                if r.kind == "same_as":
                    graph.add_edge(e.id, r.to)
    found = {e for e in of if e in events}
    return found.union(*(nx.descendants(graph, e) for e in found))


def _days(event: str, timeline: Timeline) -> tuple[str, str]:
    low, high = timeline.windows.get(event, ("", ""))
    return low or high or "9999", high or "9999"


def _step(event: Event, effects: Sequence[dict[str, Any]], timeline: Timeline) -> Step:
    low, high = timeline.windows.get(event.id, ("", ""))
    when = event.when.edtf or (low if low == high else f"{low or '..'}/{high or '..'}") or ".."
    quote = next((item["quote"] for item in effects if item.get("quote")), event.quotes[0] if event.quotes else "")
    return Step(
        event=event.id,
        label=event.label or event.id,
        note=event.note,
        when=when,
        quote=quote,
        effects=tuple(effects),
        action=timeline.actions.get(event.id, ""),
        reason=timeline.reasons.get(event.id, ""),
    )


def loops(events: Sequence[Event]) -> list[Conflict]:
    """Circles of causes, the shortest of each knot, told in their own order. No verdict depends on them."""
    graph: Any = nx.DiGraph()
    ids = {e.id: e for e in events}
    said = {(e.id, r.to): r.quote for e in events for r in e.relations if r.kind in CAUSAL and r.to in ids}
    graph.add_edges_from(said)
    place = {e.id: i for i, e in enumerate(events)}
    found = []
    for part in nx.strongly_connected_components(graph):
        if len(part) == 1 and not any((e, e) in said for e in part):
            continue
        ring = _ring(graph, min(part, key=lambda e: place[e]))
        names = " → ".join(f"“{ids[e].label or e}”" for e in [*ring, ring[0]])
        quotes = [said[pair] for pair in zip(ring, [*ring[1:], ring[0]], strict=True) if said[pair]]
        why_ = f"causes run in a circle: {names}; it changes no verdict"
        found.append((place[ring[0]], Conflict(events=tuple(ring), quotes=tuple(dict.fromkeys(quotes)), why=why_)))
    return [conflict for _, conflict in sorted(found, key=lambda pair: pair[0])]


def _ring(graph: Any, start: str) -> list[str]:
    """The shortest circle through `start`, from there on."""
    paths: dict[str, list[str]] = nx.single_source_shortest_path(graph, start)
    return min((p for n, p in paths.items() if graph.has_edge(n, start)), key=lambda path: (len(path), path))


def prevented(events: Sequence[Event]) -> list[Doubt]:
    """What was prevented, as one event has it, and happened all the same, as another has it."""
    ids = {e.id: e for e in events}
    found = []
    for e in events:
        for r in e.relations:
            other = ids.get(r.to)
            if r.kind != "prevents" or other is None or {e.modality, other.modality} != {"actual"}:
                continue
            quotes = [q for q in (r.quote, *other.quotes[:1]) if q]
            why_ = f"“{e.label or e.id}” is said to have prevented “{other.label or other.id}”, which is told as done"
            found.append(Doubt(kind="prevented", events=(e.id, other.id), note=e.note, quotes=tuple(quotes), why=why_))
    return found
