"""What must be true of every life (TIMELINE, Properties)."""

from __future__ import annotations

from contextlib import suppress

import networkx as nx
from hypothesis import example, given, settings
from hypothesis import strategies as st
from small_lives import NOW, TRAITS, constraints, lives, solutions

from refiner.models import Event, Observation, Retraction
from refiner.timeline import ImpossibleTime, find_times, parse_time, resolve
from refiner.timeline.blocks import ORIGIN
from refiner.timeline.constraints import Network
from refiner.timeline.resolve import track
from refiner.timeline.ties import Constraint

EVENTS = ["a", "b", "c"]
HORIZON = 4
Given = tuple[list[Event], list[Observation], list[Retraction]]


def certainly_before(network: Network, a: str, b: str) -> bool:
    """Does every solution put `a` on an earlier day than `b`, by their windows or by a path between them?"""
    (_, high), (low, _) = network.window(a), network.window(b)
    apart = high is not None and low is not None and high < low
    return a != b and (apart or network.tied_before(a, b))


def bounded(cs: list[Constraint]) -> list[Constraint]:
    """The same, with every event kept within the horizon, so that brute force sees every solution."""
    ends = [c for e in EVENTS for c in (Constraint(ORIGIN, e, HORIZON), Constraint(e, ORIGIN, HORIZON))]
    return cs + ends


@settings(max_examples=150, deadline=None)
@given(constraints(EVENTS, HORIZON))
def test_network_equals_brute_force(some: list[Constraint]) -> None:
    cs = bounded(some)
    network, all_of_them = Network(EVENTS, cs), solutions(EVENTS, cs, HORIZON)
    # A loop on one point that cannot be true makes that point's block contradict itself; ORIGIN has no block.
    cs_origin = [c for c in cs if c.u == c.v == ORIGIN and c.days < 0]
    if cs_origin:
        return
    assert bool(list(network.conflicts)) == (not all_of_them)
    if not all_of_them:
        return
    for a in EVENTS:
        days = [s[a] for s in all_of_them]
        assert network.window(a) == (min(days), max(days))
        for b in EVENTS:
            assert certainly_before(network, a, b) == (a != b and all(s[a] < s[b] for s in all_of_them))


@settings(max_examples=150, deadline=None)
@given(constraints(["a", "b", "c", "d"], 3))
def test_consistent_iff_no_negative_cycle_and_block_distances_are_global(some: list[Constraint]) -> None:
    events = ["a", "b", "c", "d"]
    some = [c for c in some if (c.u, c.v) != (ORIGIN, ORIGIN)]
    network = Network(events, some)
    whole = nx.DiGraph()
    whole.add_nodes_from([ORIGIN, *events])
    for c in some:  # parallel edges: the smallest counts
        old = whole.edges[c.u, c.v]["weight"] if whole.has_edge(c.u, c.v) else c.days
        whole.add_edge(c.u, c.v, weight=min(old, c.days))
    negative = nx.negative_edge_cycle(whole) or any(whole.edges[e]["weight"] < 0 for e in nx.selfloop_edges(whole))
    assert bool(list(network.conflicts)) == negative
    for block in network.conflicts:
        assert sum(c.days for c in block.cycle) < 0
        assert [c.v for c in block.cycle] == [c.u for c in (*block.cycle[1:], block.cycle[0])]
    if negative:
        return
    for u in events:
        far = nx.single_source_bellman_ford_path_length(whole, u)
        for v in events:
            assert network.distance(u, v) == (0 if u == v else far.get(v))


@settings(max_examples=300, deadline=None)
@given(constraints(EVENTS, 3))
def test_forgetting_equals_never_having_heard(some: list[Constraint]) -> None:
    some = [c for c in some if (c.u, c.v) != (ORIGIN, ORIGIN)]
    network = Network(EVENTS, some)
    worlds = network.worlds(set(EVENTS), 200)
    assert bool(worlds)
    for forgotten, gone in worlds:
        left = [e for e in EVENTS if e not in gone]
        fresh = Network(left, some)
        assert forgotten.consistent
        assert fresh.consistent
        assert [b.nodes for b in forgotten.blocks] == [b.nodes for b in fresh.blocks]
        for a in left:
            assert forgotten.window(a) == fresh.window(a)
            for b in left:
                assert certainly_before(forgotten, a, b) == certainly_before(fresh, a, b)


def test_a_contradiction_of_too_many_events_is_left_whole() -> None:
    names = [f"p{i:04}" for i in range(400)]
    ties = [Constraint(v, u, -1) for u, v in zip(names, names[1:], strict=False)]
    dated = [Constraint(ORIGIN, names[-1], 100), Constraint(names[0], ORIGIN, 0)]
    network = Network(names, [*ties, *dated])
    (bad,) = network.conflicts
    assert len(bad.cycle) == 401
    assert network.worlds({names[0]}, 50) == []


@settings(max_examples=250, deadline=None)
@given(lives(), st.data())
def test_closure_is_extensive_idempotent_monotone_and_replays(given_: Given, data: st.DataObject) -> None:
    life = track(*given_, TRAITS, now=NOW).life
    ids = [e.id for e in given_[0]]
    small = data.draw(st.sets(st.sampled_from(ids)))
    large = small | data.draw(st.sets(st.sampled_from(ids)))
    closed = life.closure(small)
    assert small <= closed
    assert life.closure(closed) == closed
    assert closed <= life.closure(large)
    for trait, verdict in life.replay(closed).items():
        assert verdict == life.judgements[trait].verdict, trait


@settings(max_examples=150, deadline=None)
@given(lives(), st.randoms(use_true_random=False))
def test_order_of_input_changes_nothing(given_: Given, chance) -> None:  # type: ignore[no-untyped-def]
    once = resolve(*given_, TRAITS, now=NOW)
    shuffled = [list(items) for items in given_]
    for items in shuffled:
        chance.shuffle(items)
    again = resolve(*shuffled, TRAITS, now=NOW)  # type: ignore[arg-type]
    assert once.model_dump_json() == again.model_dump_json()


WORDS = tuple(
    word
    for line in (
        "the last next this that in on at of by from to until before after between and about early late end ago later",
        "years year months week two 12 999 1999 2010 31 30 February May summer winter Diwali Friday 9th grade class I",
        "was when my age twenties 90s '98 2010-02-30 0000-01-01 9999-12-31~ 2014-22-05 199X ../1990 3/4/2011 move",
        ", . – - X March yesterday",
    )
    for word in line.split()
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS), max_size=9),
    st.sampled_from(["", "2014-08-19", "0001-01-01", "9999-12-31", "2014"]),
)
@example(["31", "May", "–", "9999-12-31~"], "")  # "about" the last day there is reaches beyond it
def test_no_sentence_is_an_error(words: list[str], written: str) -> None:
    text = " ".join(words)
    life = {"born": "1985" if written else "", "written": written, "context": written}
    end = 0
    for found in find_times(text, **life):
        assert end <= found.start < found.end <= len(text)
        end = found.end
        if found.when.earliest and found.when.latest:
            assert found.when.earliest <= found.when.latest
    with suppress(ImpossibleTime):
        parse_time(text, **life)
