"""Events, traits and what joins them as a graph: for Gephi, yEd or networkx as GraphML, for Graphviz as DOT. Pure.

An edge from an event to an event is a relation (`causes`, `before`, …), one from an event to a trait is an effect
(`initiates`, `terminates`, …). Each carries the words of the note that say so.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Any, cast

import graphviz
import networkx as nx

from refiner.config import Trait
from refiner.models import Event, Timeline, TraitVerdict, VerdictName
from refiner.review.visible import one_line, visible

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 does not allow anywhere, not even as a character reference (Char in its section 2.2)."""
_FILL: dict[VerdictName, str] = {
    "HOLDS": "#cfe8cf",
    "NOT": "#e6e6e6",
    "CONTESTED": "#f6e6b4",
    "INCONSISTENT": "#f4c7c3",
    "RETRACTED": "#ffffff",
    "DORMANT": "#cfe3ee",
    "UNKNOWN": "#ffffff",
}
_EFFECT, _RELATION = "effect", "relation"
_LINE = 30
"""Characters of a label on one line of a box."""


def event_graph(timeline: Timeline, traits: Sequence[Trait] = ()) -> Any:
    """The `networkx.MultiDiGraph` of a timeline. All attributes are strings.

    Nodes are `event:ID` with `type` "event", `id`, `label`, `note`, `quote`, `earliest`, `latest` (ISO days, "" open),
    `modality` and `subject`; and `trait:ID` with `type` "trait", `id`, `label` (its name in `traits`) and `verdict`.
    Edges have `type` ("relation" or "effect"), `kind` and `quote`; their keys are unique. A relation to an event that
    is not there leads to a node of the type "missing".
    """
    graph: Any = nx.MultiDiGraph(now=timeline.now)
    names = {t.id: t.title for t in traits}
    for verdict in timeline.traits:
        _add_trait(graph, verdict.id, names, verdict)
    for event in timeline.events:
        graph.add_node(f"event:{event.id}", **_attributes(event, timeline))
    number = 0
    for event in timeline.events:
        source = f"event:{event.id}"
        for relation in event.relations:
            target = f"event:{relation.to}"
            if target not in graph:
                graph.add_node(target, type="missing", id=relation.to, label=relation.to)
            graph.add_edge(source, target, f"e{number}", type=_RELATION, kind=relation.kind, quote=relation.quote)
            number += 1
        for effect in event.effects:
            if f"trait:{effect.trait}" not in graph:
                _add_trait(graph, effect.trait, names)
            target = f"trait:{effect.trait}"
            graph.add_edge(source, target, f"e{number}", type=_EFFECT, kind=effect.kind, quote=effect.quote)
            number += 1
    return graph


def _add_trait(graph: Any, trait: str, names: dict[str, str], verdict: TraitVerdict | None = None) -> None:
    said = verdict.verdict if verdict else ""
    graph.add_node(f"trait:{trait}", type="trait", id=trait, label=names.get(trait) or trait, verdict=said)


def _attributes(event: Event, timeline: Timeline) -> dict[str, str]:
    earliest, latest = timeline.windows.get(event.id, (event.when.earliest, event.when.latest))
    return {
        "type": "event",
        "id": event.id,
        "label": event.label or event.id,
        "note": event.note,
        "quote": event.quotes[0] if event.quotes else "",
        "earliest": earliest,
        "latest": latest,
        "modality": event.modality,
        "subject": event.subject,
    }


def to_graphml(graph: Any) -> str:
    """The graph as GraphML. Characters that XML forbids stand there as visible signs; all others as they are."""
    clean: Any = nx.MultiDiGraph()
    clean.graph.update({k: _xml(v) for k, v in graph.graph.items()})
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for node, data in graph.nodes(data=True):
        ids[node] = _unused(_xml(node), taken)
        taken.add(ids[node])
        clean.add_node(ids[node], **{k: _xml(v) for k, v in data.items()})
    for source, target, key, data in graph.edges(keys=True, data=True):
        clean.add_edge(ids[source], ids[target], key, **{k: _xml(v) for k, v in data.items()})
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(nx.generate_graphml(clean)) + "\n"


def _xml(text: str) -> str:
    # An XML reader makes one line feed of every CR: so do we, and the text is the same before and after.
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return _FORBIDDEN.sub(lambda m: visible(m[0]) if visible(m[0]) != m[0] else f"<U+{ord(m[0]):04X}>", plain)


def _unused(name: str, taken: set[str]) -> str:
    """The name, with ' behind it as often as another has it: two ids may differ in a forbidden character alone."""
    while name in taken:
        name += "'"
    return name


def to_dot(graph: Any) -> str:
    """The graph as DOT: boxes for events, ellipses for traits, dashed where it did not happen; quotes as tooltips.

    Nodes are called n0, n1, …; their ids stand in the attribute `id`. Control characters are made visible.
    """
    dot = graphviz.Digraph("timeline", graph_attr={"rankdir": "LR"}, node_attr={"fontname": "sans-serif"})
    dot.attr("edge", fontname="sans-serif", fontsize="10")
    names = {node: f"n{i}" for i, node in enumerate(graph.nodes)}
    for node, data in graph.nodes(data=True):
        dot.node(names[node], **{k: _dot(v) for k, v in _box(node, data).items()})
    for source, target, data in graph.edges(data=True):
        relation = data["type"] == _RELATION
        style = {"color": "gray40"} if relation else {"arrowhead": "dot" if data["kind"] == "terminates" else "normal"}
        said = {"label": data["kind"].replace("_", " "), "tooltip": one_line(data["quote"])}
        dot.edge(names[source], names[target], **{k: _dot(v) for k, v in (said | style).items()})
    return str(dot.source)


def _box(node: str, data: dict[str, str]) -> dict[str, str]:
    label = textwrap.fill(one_line(data["label"]), _LINE)
    if data["type"] == "trait":
        verdict: Any = data["verdict"]
        shown = f"{label}\n{verdict}" if verdict else label
        fill = _FILL.get(verdict, "#ffffff")
        return {"id": node, "label": shown, "shape": "ellipse", "style": "filled", "fillcolor": fill}
    if data["type"] == "missing":
        return {"id": node, "label": label, "shape": "box", "style": "dotted"}
    earliest, latest = data["earliest"], data["latest"]
    when = earliest if earliest == latest else f"{earliest or '..'} to {latest or '..'}"
    happened = data["modality"] == "actual"
    lines = [label, when, "" if happened else data["modality"]]
    said = f"{data['note']}: “{data['quote']}”" if data["quote"] else data["note"]
    return {
        "id": node,
        "label": "\n".join(line for line in lines if line),
        "shape": "box",
        "style": "solid" if happened else "dashed",
        "tooltip": one_line(said),
    }


def _dot(text: str) -> str:
    """The text so that DOT shows it as it is: no escape, no HTML label, no character reference is read in it."""
    return cast(str, graphviz.escape(visible(text).replace("&", "&amp;")))
