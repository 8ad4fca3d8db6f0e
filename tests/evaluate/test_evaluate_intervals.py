"""Intervals: laws that hold for any values, and bounds for few items, clean shares and equal contestants."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner.evaluate.intervals import (
    Estimate,
    bootstrap,
    chance,
    difference,
    holm,
    item_mean,
    log_mean,
    of_totals,
    rule_of_three,
    wilson,
)

shares = st.floats(0, 1, allow_nan=False).map(lambda x: round(x, 3))
groups = st.lists(st.lists(shares, min_size=1, max_size=5), min_size=1, max_size=30)
numbers = st.lists(st.lists(st.floats(-5, 5, allow_nan=False), min_size=1, max_size=3), min_size=2, max_size=20)


@given(groups)
def test_the_interval_holds_the_value_within_0_and_1(found: list[list[float]]) -> None:
    value, low, high = bootstrap(found, rounds=200)
    assert value is not None
    assert low is not None
    assert high is not None
    assert 0 <= low <= value + 1e-9
    assert value - 1e-9 <= high <= 1
    assert high - low > 0


@given(numbers)
def test_the_interval_of_a_number_holds_the_value_or_is_not_there(found: list[list[float]]) -> None:
    value, low, high = bootstrap(found, share=False, rounds=200)
    assert value is not None
    assert (low is None) == (high is None)
    if low is not None and high is not None:
        assert low <= value + 1e-9
        assert high >= value - 1e-9


@given(groups, st.integers(0, 5), st.randoms(use_true_random=False))
def test_it_is_the_same_for_a_seed_whatever_the_order(found: list[list[float]], seed: int, rng: random.Random) -> None:
    mixed = [rng.sample(g, len(g)) for g in rng.sample(found, len(found))]
    one, other = bootstrap(found, rounds=200, seed=seed), bootstrap(mixed, rounds=200, seed=seed)
    assert one == pytest.approx(other)
    assert one == bootstrap(found, rounds=200, seed=seed)


@given(groups)
def test_equal_contestants_differ_by_exactly_nothing(found: list[list[float]]) -> None:
    value, low, high = difference(found, found, rounds=200)
    assert value == 0.0
    assert low is not None
    assert high is not None
    assert low < 0 < high
    columns = np.array([[sum(g) / len(g), 1.0] for g in found])
    assert chance(columns, columns, item_mean, rounds=99) == 1.0


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=20))
def test_a_difference_is_turned_round_when_the_two_change_places(pairs: list[tuple[float, float]]) -> None:
    one, other = [(a,) for a, _ in pairs], [(b,) for _, b in pairs]
    there, back = difference(one, other, rounds=200), difference(other, one, rounds=200)
    assert there.value == pytest.approx(-(back.value or 0.0), abs=1e-9)
    for found in (there, back):
        assert found.low is not None
        assert found.high is not None
        assert -1 - 1e-9 <= found.low <= (found.value or 0.0) <= found.high <= 1 + 1e-9


@given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=30))
def test_holm_never_lowers_and_keeps_the_order(found: list[float]) -> None:
    corrected = holm(found)
    assert all(c >= p for c, p in zip(corrected, found, strict=True))
    assert max(corrected) <= 1
    order = sorted(range(len(found)), key=lambda n: found[n])
    assert [corrected[n] for n in order] == sorted(corrected)


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


@pytest.mark.parametrize(("items", "about"), [(1, 0.95), (5, 0.45), (30, 0.095), (300, 0.00994)])
def test_what_never_happened_is_bounded_by_about_three_over_the_items(items: int, about: float) -> None:
    assert rule_of_three(items) == pytest.approx(about, rel=0.01)
    assert bootstrap([(0.0,)] * items) == (0.0, 0.0, rule_of_three(items))
    assert bootstrap([(1.0, 1.0)] * items) == (1.0, 1 - rule_of_three(items), 1.0)


def test_one_failure_is_no_surer_than_none() -> None:
    none = bootstrap([(0.0,)] * 60)
    hardly = bootstrap([(0.0,)] * 59 + [(0.0, 0.0, 0.1)])
    assert none.high is not None
    assert hardly.high is not None
    assert hardly.high >= none.high


def test_one_failure_is_no_surer_than_none_in_a_ratio_either() -> None:
    none = of_totals(np.array([[1.0, 1.0]] * 12), item_mean)
    hardly = of_totals(np.array([[1.0, 1.0]] * 11 + [[0.9, 1.0]]), item_mean)
    assert none.low is not None
    assert hardly.low is not None
    assert hardly.low <= none.low
    turned = of_totals(np.array([[0.0, 1.0]] * 11 + [[0.1, 1.0]]), item_mean)
    assert turned.high == 1 - hardly.low


def test_an_item_counts_once_however_often_it_was_asked() -> None:
    assert bootstrap([(1.0,) * 50, (0.0,)]).value == 0.5
    # Five wordings that always agree are one observation, not five.
    apart = bootstrap([(float(n % 2),) for n in range(50)])
    together = bootstrap([(float(n % 2),) * 5 for n in range(10)])
    assert (together.high or 0) - (together.low or 0) > 1.5 * ((apart.high or 0) - (apart.low or 0))


def test_nothing_and_one_number_have_no_interval() -> None:
    assert bootstrap([]) == (None, None, None)
    assert bootstrap([(), ()]) == (None, None, None)
    assert bootstrap([(3.5,)], share=False) == (3.5, None, None)
    assert bootstrap([(3.5,), (3.5,)], share=False) == (3.5, None, None)
    assert bootstrap([(), (1.0,)]).value == 1.0


def test_more_items_give_a_narrower_interval() -> None:
    widths = []
    for count in (6, 24, 96):
        _, low, high = bootstrap([(float(n % 2),) for n in range(count)])
        assert low is not None
        assert high is not None
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)
    assert widths[2] < widths[0] / 2.5


def test_wilson_at_a_share_that_books_give() -> None:
    assert wilson(0.5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)


def test_chance_of_few_items_is_exact() -> None:
    ones, zeros = np.array([[1.0, 1.0]] * 5), np.array([[0.0, 1.0]] * 5)
    assert chance(zeros, ones, item_mean) == pytest.approx(2 / 2**5)
    many = chance(np.array([[0.0, 1.0]] * 30), np.array([[1.0, 1.0]] * 30), item_mean, rounds=999)
    assert many == pytest.approx(1 / 1000)


def test_a_ratio_is_drawn_within_its_strata() -> None:
    columns = np.array([[1.0, 1.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
    found = of_totals(columns, lambda t: t[:, 0] / t[:, 1], strata=["a", "a", "b", "b"], share=False, rounds=500)
    assert found.value == 1.5
    assert found.low is not None
    assert found.low >= 1.0  # the two of stratum b are always there
    assert of_totals(columns[:0], item_mean) == (None, None, None)


def test_the_geometric_mean_keeps_what_its_parts_do_not_know() -> None:
    certain = [Estimate(1.0, 0.75, 1.0)] * 4
    value, low, high = log_mean(certain, 0.02)
    assert value == pytest.approx(1.0)
    assert low is not None
    assert 0.75 < low < 0.95
    assert high == 1.0
    lost = log_mean([*certain, Estimate(0.0, 0.0, 0.2)], 0.02)
    assert lost.value == pytest.approx(0.02 ** (1 / 5))
    assert lost.low is not None
    assert lost.value is not None
    assert lost.low < lost.value
    assert log_mean([], 0.02) == (None, None, None)
