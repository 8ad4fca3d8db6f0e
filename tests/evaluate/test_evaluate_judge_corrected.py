"""The correction for a judge's errors: its laws, a published figure, and that its interval holds what it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner.evaluate.corrected import Rate, combined, corrected, wilson, youden

SHARES = st.floats(0, 1, allow_nan=False)
COUNTS = st.integers(1, 400)


def rate(value: float, of: int) -> Rate:
    return wilson(round(value * of), of)


def test_the_herd_of_the_textbook() -> None:
    """23 of 150 test positive by a test of 96 % sensitivity and 89 % specificity: 5.1 % are ill (epiR's manual)."""
    sure = Rate(0.96, 0.96, 0.96, 10**9), Rate(0.89, 0.89, 0.89, 10**9)
    found = corrected(23 / 150, 150, *sure)
    assert found.value == pytest.approx(0.051, abs=0.0005)
    assert found.low == 0
    assert found.high == pytest.approx(0.13, abs=0.01)


def test_wilson_of_ten_of_ten() -> None:
    assert (wilson(10, 10).low, wilson(10, 10).high) == (pytest.approx(0.7225, abs=1e-4), 1.0)
    assert wilson(0, 0) == Rate(0.0, 0.0, 1.0, 0)


@given(SHARES, COUNTS, SHARES, SHARES, COUNTS)
def test_what_comes_out_is_a_share_within_its_interval(p: float, n: int, se: float, sp: float, m: int) -> None:
    sensitivity, specificity = rate(se, m), rate(sp, m)
    if youden(sensitivity, specificity).value <= 0:
        with pytest.raises(ValueError, match="tell right from wrong"):
            corrected(p, n, sensitivity, specificity)
        return
    found = corrected(p, n, sensitivity, specificity)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.of == n


@given(SHARES, COUNTS)
def test_a_judge_that_never_errs_changes_nothing(p: float, n: int) -> None:
    assert corrected(p, n, rate(1, 1000), rate(1, 1000)).value == pytest.approx(p)


@given(SHARES, SHARES, st.floats(0.8, 1), st.floats(0.8, 1))
def test_the_true_share_is_recovered_from_what_such_a_judge_would_count(
    p: float, q: float, se: float, sp: float
) -> None:
    a, b = Rate(se, se, se, 100), Rate(sp, sp, sp, 100)
    seen = [t * se + (1 - t) * (1 - sp) for t in sorted((p, q))]
    low, high = (corrected(s, 100, a, b).value for s in seen)
    assert (low, high) == (pytest.approx(min(p, q), abs=1e-9), pytest.approx(max(p, q), abs=1e-9))


@given(st.lists(st.tuples(st.floats(0.1, 50), SHARES, COUNTS), min_size=1, max_size=6))
def test_a_mean_lies_among_its_parts_and_is_surer_than_the_least_sure(parts: list[tuple[float, float, int]]) -> None:
    rates = [(w, rate(p, n)) for w, p, n in parts]
    found = combined(rates)
    values = [r.value for _, r in rates]
    assert min(values) - 1e-9 <= found.value <= max(values) + 1e-9
    assert found.low - 1e-9 <= found.value <= found.high + 1e-9
    assert found.high - found.low <= max(r.high - r.low for _, r in rates) + 1e-9


def test_a_mean_of_one_is_that_one_and_of_none_is_refused() -> None:
    one = wilson(3, 10)
    assert combined([(2.0, one)]).low == pytest.approx(one.low)
    with pytest.raises(ValueError, match="weight"):
        combined([])


@pytest.mark.parametrize(("share", "se", "sp"), [(0.1, 0.9, 0.8), (0.5, 0.8, 0.8), (0.9, 0.95, 0.7), (1.0, 0.9, 0.9)])
def test_the_interval_holds_the_truth_as_often_as_it_says(share: float, se: float, sp: float) -> None:
    """Items of an interview and planted answers are drawn anew 1,000 times."""
    draw, held = np.random.default_rng(3), 0
    for _ in range(1000):
        right = draw.binomial(40, share)
        seen = draw.binomial(right, se) + draw.binomial(40 - right, 1 - sp)
        a, b = wilson(draw.binomial(40, se), 40), wilson(draw.binomial(40, sp), 40)
        found = corrected(seen / 40, 40, a, b)
        held += found.low <= share <= found.high
    assert 0.93 <= held / 1000 <= 1.0
