"""The graph of a life as GraphML and DOT: whole, and valid whatever the notes say."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import warnings
from xml.etree import ElementTree

import networkx as nx
import pydot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refiner.config import Trait
from refiner.drawing.graph import event_graph, to_dot, to_graphml
from refiner.models import Effect, Event, Relation, Timeline, TraitVerdict

HOSTILE = (
    'a "q" b', "back\\slash", "trail\\", "trail\\\\", "line\nbreak", "a -> b; }", "<b>x</b>", "<", '"quoted"', '"',
    "\\N \\G \\l", "é नम 👍", "&amp; &#39;", "digraph", "a:b:n", "1.5", '\\"', "tab\tx", "x\r\ny", "<b>&lt;</b>", "{|}",
    "\x0b", "\x1b[31m", "\x00", "\ud800", "\ufffe", "\u202e", "]]>", "%s", "</data>",
)  # fmt: skip
DOT = pytest.mark.skipif(not shutil.which("dot"), reason="Graphviz' dot is not installed")


def life(*names: str) -> Timeline:
    """Events that are called so in everything, each a cause of the one before, each beginning a trait."""
    events = [
        Event(
            id=n, note=n, label=n, quotes=(n,),
            relations=(Relation(kind="causes", to=names[i - 1], quote=n),),
            effects=(Effect(trait=n, kind="initiates", quote=n),),
        )
        for i, n in enumerate(names)
    ]  # fmt: skip
    return Timeline(now="2026-01-01", events=tuple(events))


def parse(source: str) -> pydot.Dot:
    """The DOT text as pydot's parser reads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # pydot 4.0 uses old names of pyparsing 3.3
        (graph,) = pydot.graph_from_dot_data(source) or ()
    return graph


def read(text: str) -> nx.MultiDiGraph:
    graph = nx.read_graphml(io.BytesIO(text.encode("utf-8")), force_multigraph=True)
    assert isinstance(graph, nx.MultiDiGraph)
    return graph


def test_the_graph_holds_events_traits_and_what_joins_them() -> None:
    bite = Event(
        id="bite", note="a.md", label="bitten", quotes=("It bit me.",),
        effects=(Effect(trait="fear", kind="initiates", quote="Since then"),),
        relations=(Relation(kind="causes", to="move", quote="So we moved"), Relation(kind="before", to="move")),
    )  # fmt: skip
    move = Event(
        id="move", note="b.md", modality="planned", subject="other", effects=(Effect(trait="x", kind="weakens"),)
    )
    lost = Event(id="lost", note="c.md", relations=(Relation(kind="enables", to="nowhere"),))
    timeline = Timeline(
        now="2026-01-01",
        events=(bite, move, lost),
        traits=(TraitVerdict(id="fear", verdict="HOLDS", default_verdict="HOLDS"),),
        windows={"bite": ("1995-05-01", "1995-08-31")},
    )
    graph = event_graph(timeline, (Trait(id="fear", name="fear of dogs"),))
    assert graph.nodes["event:bite"] == {
        "type": "event", "id": "bite", "label": "bitten", "note": "a.md", "quote": "It bit me.",
        "earliest": "1995-05-01", "latest": "1995-08-31", "modality": "actual", "subject": "self",
    }  # fmt: skip
    assert graph.nodes["trait:fear"] == {"type": "trait", "id": "fear", "label": "fear of dogs", "verdict": "HOLDS"}
    assert graph.nodes["event:nowhere"]["type"] == "missing"
    edges = {(u, v, d["type"], d["kind"], d["quote"]) for u, v, d in graph.edges(data=True)}
    assert edges == {
        ("event:bite", "event:move", "relation", "causes", "So we moved"),
        ("event:bite", "event:move", "relation", "before", ""),
        ("event:bite", "trait:fear", "effect", "initiates", "Since then"),
        ("event:move", "trait:x", "effect", "weakens", ""),
        ("event:lost", "event:nowhere", "relation", "enables", ""),
    }
    back = read(to_graphml(graph))
    assert dict(back.nodes(data=True)) == dict(graph.nodes(data=True))
    assert {(u, v, d["type"], d["kind"], d.get("quote", "")) for u, v, d in back.edges(data=True)} == edges
    parsed = parse(to_dot(graph))
    assert len([n for n in parsed.get_nodes() if n.get_name().startswith("n")]) >= 6
    assert len(parsed.get_edges()) == 5


def test_an_empty_life_is_an_empty_graph() -> None:
    graph = event_graph(Timeline(now="2026-01-01"))
    assert len(read(to_graphml(graph))) == 0
    assert not parse(to_dot(graph)).get_edges()


def test_hostile_words_survive_graphml() -> None:
    graph = event_graph(life(*HOSTILE))
    text = to_graphml(graph)
    ElementTree.fromstring(text.encode("utf-8"))
    back = read(text)
    assert (len(back), back.number_of_edges()) == (len(graph), graph.number_of_edges())
    labels = {d["label"] for _, d in back.nodes(data=True)}
    assert {
        'a "q" b',
        "trail\\",
        "<b>x</b>",
        "]]>",
        "&amp; &#39;",
        "\u202e",
        "tab\tx",
        "x\ny",
        "␋",
        "<U+D800>",
        "<U+FFFE>",
    } <= labels


def test_ids_that_differ_in_a_forbidden_character_stay_apart() -> None:
    back = read(to_graphml(event_graph(life("a\x0b", "a␋"))))
    assert len(back) == 4
    assert back.number_of_edges() == 4


def test_the_ids_of_edges_are_unique() -> None:
    root = ElementTree.fromstring(to_graphml(event_graph(life("a", "b", "c"))))
    ids = [e.get("id") for e in root.iter("{http://graphml.graphdrawing.org/xmlns}edge")]
    assert len(ids) == len(set(ids)) == 6


def test_hostile_words_survive_dot() -> None:
    source = to_dot(event_graph(life(*HOSTILE)))
    source.encode("utf-8")
    parsed = parse(source)
    assert len(parsed.get_edges()) == 2 * len(HOSTILE)
    assert {n.get_name() for n in parsed.get_nodes()} >= {f"n{i}" for i in range(2 * len(HOSTILE))}


@DOT
def test_dot_draws_hostile_words_as_they_are() -> None:
    source = to_dot(event_graph(life(*HOSTILE)))
    done = subprocess.run(["dot", "-Tjson"], input=source.encode("utf-8"), capture_output=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, b"")
    drawn = json.loads(done.stdout, strict=False)
    texts = {op["text"] for node in drawn["objects"] for op in node["_ldraw_"] if op["op"] == "T"}
    for words in (
        'a "q" b', "back\\slash", "trail\\", "trail\\\\", "a -> b; }", "<b>x</b>", "<", '"quoted"', '"', "\\N \\G \\l",
        "é नम 👍", "&amp; &#39;", "digraph", "a:b:n", '\\"', "<b>&lt;</b>", "{|}", "␛[31m", "␀", "<U+202E>", "<U+D800>",
    ):  # fmt: skip
        assert words in texts
    assert len(drawn["edges"]) == 2 * len(HOSTILE)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=20), min_size=1, max_size=4, unique=True))
def test_any_words_make_valid_files(names: list[str]) -> None:
    graph = event_graph(life(*names))
    back = read(to_graphml(graph))
    assert (len(back), back.number_of_edges()) == (len(graph), graph.number_of_edges())
    parsed = parse(to_dot(graph))
    assert len(parsed.get_edges()) == graph.number_of_edges()
