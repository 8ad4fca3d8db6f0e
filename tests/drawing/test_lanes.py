"""Nothing covers another: lanes, blocks of lanes, and marks that are pushed apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from refiner.drawing.lanes import Span, apart, grouped_lanes, lanes

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 25)).map(lambda s: (float(s[0]), float(s[0] + s[1]))))


def _overlaps(spans: list[Span], where: list[int]) -> list[tuple[Span, Span]]:
    return [
        (a, b)
        for i, a in enumerate(spans)
        for j, b in enumerate(spans)
        if i < j and where[i] == where[j] and a[0] < b[1] and b[0] < a[1]
    ]


@given(SPANS)
def test_no_two_spans_of_a_lane_overlap_and_no_lane_is_wasted(spans: list[Span]) -> None:
    where = lanes(spans)
    assert _overlaps(spans, where) == []
    deepest = max((sum(a <= at < b for a, b in spans) for at, _ in spans), default=0)
    assert len(set(where)) == deepest


@given(SPANS, st.data())
def test_groups_stand_in_blocks_and_overlap_nothing(spans: list[Span], data: st.DataObject) -> None:
    names = data.draw(st.lists(st.integers(0, 4), min_size=len(spans), max_size=len(spans)))
    groups = [[i for i, name in enumerate(names) if name == g] for g in range(5)]
    pairs = [(g[a], g[a + 1]) for g in groups for a in range(len(g) - 1)]
    joined = {i: {b for a, b in pairs if a == i} | {a for a, b in pairs if b == i} for i in range(len(spans))}
    where = grouped_lanes(spans, groups, joined)
    assert _overlaps(spans, where) == []
    for group in filter(None, groups):
        used = {where[i] for i in group}
        assert used == set(range(min(used), max(used) + 1))
    # Between two spans of a group on one lane there is nothing of another group: a line may run there.
    for group in groups:
        for lane in {where[i] for i in group}:
            inside = [spans[i] for i in group if where[i] == lane]
            low, high = min(inside)[0], max(end for _, end in inside)
            others = [spans[i] for i in range(len(spans)) if i not in group and where[i] == lane]
            assert not [s for s in others if s[0] < high and low < s[1]]


def test_what_is_joined_stands_on_one_lane_where_it_can() -> None:
    spans = [(0.0, 10.0), (5.0, 15.0), (20.0, 30.0)]
    assert grouped_lanes(spans, [[0, 2], [1]], {0: {2}, 2: {0}}) == [0, 1, 0]


@given(st.lists(st.floats(0, 480), max_size=30).map(sorted))
def test_marks_are_pushed_apart_in_order_and_stay_inside(places: list[float]) -> None:
    moved = apart(places, 15, 7.5, 472.5)
    assert all(b - a > 15 - 1e-6 for a, b in zip(moved, moved[1:], strict=False))
    assert all(7.5 - 1e-6 <= x <= 472.5 + 1e-6 for x in moved)
    if all(b - a >= 15 for a, b in zip(places, places[1:], strict=False)) and places:
        kept = [(a, b) for a, b in zip(places, moved, strict=True) if 7.5 <= a <= 472.5]
        assert len(kept) < len(places) or all(abs(a - b) < 1e-6 for a, b in kept)
