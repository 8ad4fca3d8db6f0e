"""The verdicts of small lives against every way in which their days can have been, counted out by brute force."""

from __future__ import annotations

from itertools import product

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from small_lives import BASE

from refiner.config import Trait
from refiner.models import Effect, Event, Relation, When
from refiner.timeline.blocks import END, ORIGIN, Block
from refiner.timeline.bounds import to_day, to_iso
from refiner.timeline.distances import FEW, before_some, sweep_order
from refiner.timeline.resolve import track
from refiner.timeline.ties import Constraint

LAST = 5
NOW = to_iso(BASE + LAST)
X = "x"
Days = dict[str, int]


@st.composite
def short_lives(draw: st.DrawFn) -> tuple[list[Event], bool]:
    """At most four events within six days, all about one trait, tied by relations and offsets; `initially`."""
    names = ["a", "b", "c", "d"][: draw(st.integers(1, 4))]
    events = []
    for name in names:
        low = draw(st.integers(0, LAST))
        high = min(LAST, low + draw(st.integers(0, LAST)))
        when = When(earliest=to_iso(BASE + low), latest=to_iso(BASE + high))
        if draw(st.integers(0, 3)) == 0:
            least = draw(st.integers(-2, 2))
            anchor = draw(st.sampled_from(names))
            when = When(anchor=anchor, offset_min=least, offset_max=least + draw(st.integers(0, 2)))
        kind = draw(st.sampled_from(["initiates", "terminates", "reinitiates", "suspends", "resumes", "continues"]))
        relations = [
            Relation(kind=draw(st.sampled_from(["before", "before", "same_as"])), to=draw(st.sampled_from(names)))
            for _ in range(draw(st.integers(0, 1)))
        ]
        effect = Effect.model_validate({"trait": X, "kind": kind})
        events.append(
            Event(id=name, note="n.md", when=when, written=NOW, effects=(effect,), relations=tuple(relations))
        )
    return events, draw(st.booleans())


def all_days(events: list[Event]) -> list[Days]:
    """Every assignment of days that what is said allows."""
    found = []
    names = [e.id for e in events]
    for days in product(range(LAST + 1), repeat=len(events)):
        at = dict(zip(names, days, strict=True))
        if all(_fits(e, at) for e in events):
            found.append(at)
    return found


def _fits(e: Event, at: Days) -> bool:
    low, high = to_day(e.when.earliest), to_day(e.when.latest)
    if low is not None and not low - BASE <= at[e.id] <= (high or 0) - BASE:
        return False
    if e.when.anchor:
        assert e.when.offset_min is not None
        assert e.when.offset_max is not None
        if not e.when.offset_min <= at[e.id] - at[e.when.anchor] <= e.when.offset_max:
            return False
    return all(at[e.id] < at[r.to] if r.kind == "before" else at[e.id] == at[r.to] for r in e.relations)


def expected(events: list[Event], initially: bool, days: list[Days]) -> str:
    """The verdict, read off all solutions: on one day either of two effects may have been the later."""
    by = {kinds: [e.id for e in events if e.effects[0].kind in kinds] for kinds in KINDS}
    begins, ends, suspends, resumes = (by[k] for k in KINDS)
    if not begins and not ends and not initially:
        return "DORMANT" if _rests(begins, suspends, resumes, days) else "HOLDS"
    holds = not_ = False
    for at in days:
        last_begin = max((at[e] for e in begins), default=-1 if initially else None)
        last_end = max((at[e] for e in ends), default=None)
        holds |= last_begin is not None and (last_end is None or last_begin >= last_end)
        not_ |= last_begin is None or (last_end is not None and last_end >= last_begin)
    if holds and not_:
        return "CONTESTED"
    if holds:
        return "DORMANT" if _rests(begins, suspends, resumes, days) else "HOLDS"
    return "NOT"


KINDS = (("initiates", "reinitiates"), ("terminates",), ("suspends",), ("resumes",))


def _rests(begins: list[str], suspends: list[str], resumes: list[str], days: list[Days]) -> bool:
    def certainly(first: str, then: str) -> bool:
        return all(at[first] < at[then] for at in days)

    return any(all(certainly(r, s) for r in resumes) and not any(certainly(s, b) for b in begins) for s in suspends)


@settings(max_examples=1500, deadline=None)
@given(short_lives())
def test_verdicts_equal_those_of_all_solutions(life: tuple[list[Event], bool]) -> None:
    events, initially = life
    days = all_days(events)
    tracker = track(events, [], [], [Trait(id=X, importance=1, initially=initially)], now=NOW, born=to_iso(BASE))
    assert tracker.life.network.consistent == bool(days)
    (found,) = tracker.timeline().traits
    if days:
        assert found.verdict == expected(events, initially, days)
        for e in events:
            assert tracker.life.network.window(e.id) == tuple(BASE + f(at[e.id] for at in days) for f in (min, max))
        return
    # A contradiction leaves a verdict alone only if forgetting any one of its events gives the same each time.
    if found.verdict == "INCONSISTENT":
        return
    cycles = [set(c.events) for c in tracker.timeline().conflicts]
    assume(len(cycles) == 1)
    for gone in cycles[0]:
        rest = [_without(e, gone) for e in events if e.id != gone]
        if left := all_days(rest):
            assert found.verdict in (expected(rest, initially, left), "RETRACTED")


def _without(e: Event, gone: str) -> Event:
    when = When() if e.when.anchor == gone else e.when
    return e.model_copy(update={"when": when, "relations": tuple(r for r in e.relations if r.to != gone)})


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(-3, 6)), max_size=30),
    st.lists(st.lists(st.integers(0, 11), max_size=4), min_size=FEW + 1, max_size=FEW + 4),
)
def test_many_groups_at_once_are_each_by_itself(ties: list[tuple[int, int, int]], groups: list[list[int]]) -> None:
    names = [chr(ord("a") + i) for i in range(12)]
    block = Block(names, [Constraint(names[u], names[v], days) for u, v, days in ties if u != v])
    assume(not block.cycle)
    edges: list[list[tuple[int, int]]] = [[] for _ in names]
    for (u, v), days in {(u, v): min(d for a, b, d in ties if (a, b) == (u, v)) for u, v, _ in ties if u != v}.items():
        edges[u].append((v, days))
    order = sweep_order(edges)
    together = before_some(edges, order, groups)
    for group, found in zip(groups, together, strict=True):
        single = before_some(edges, order, [group])[0]
        assert [bool(x) for x in found] == list(single)
        if not block.ties:
            continue
        far = [block.ties.distances(names[g]) for g in group]
        assert list(single) == [any(d.get(n, 0) < 0 for d in far) for n in names]
        if block.orders and group:
            assert list(single) == [bool(x) for x in block.ties.before_some_of(frozenset(names[g] for g in group))]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(-3, 4)), max_size=20))
def test_points_looked_at_from_either_side_agree(ties: list[tuple[int, int, int]]) -> None:
    names = [chr(ord("a") + i) for i in range(8)]
    block = Block(names, [Constraint(names[u], names[v], days) for u, v, days in ties])
    assume(block.orders)
    assert block.ties
    for a in names:
        for b in names:
            if a != b:
                assert block.ties.tied_before(a, b, from_first=True) == block.ties.tied_before(a, b)


def test_a_long_circle_is_found_and_told_in_order() -> None:
    names = [f"p{i:04}" for i in range(2000)]
    ties = [Constraint(u, v, -1) for u, v in zip(names, [*names[1:], names[0]], strict=True)]
    block = Block(names, [*ties, Constraint(ORIGIN, names[0], 5)])
    assert len(block.cycle) == 2000
    assert [c.v for c in block.cycle] == [c.u for c in (*block.cycle[1:], block.cycle[0])]


def test_what_lasted_may_end_a_trait_at_its_end() -> None:
    vegan = Event(
        id="v", note="n.md", when=When(earliest=to_iso(BASE), latest=to_iso(BASE)),
        until=When(earliest=to_iso(BASE + 3), latest=to_iso(BASE + 3)),
        effects=(Effect(trait=X, kind="initiates"), Effect(trait=X, kind="terminates", at="end")),
    )  # fmt: skip
    tracker = track([vegan], [], [], [Trait(id=X)], now=to_iso(BASE + 9))
    (found,) = tracker.timeline().traits
    assert (found.verdict, found.intervals[0].by) == ("NOT", ("v",))
    assert tracker.life.network.window("v" + END) == (BASE + 3, BASE + 3)
    (before,) = track([vegan], [], [], [Trait(id=X)], now=to_iso(BASE + 1)).timeline().traits
    assert before.verdict == "HOLDS"
