from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner.review.estimate import ONE_IN, estimate, least, most

TAIL = Fraction(1, ONE_IN)


def chance(population: int, drawn: int, bad: int, seen: int) -> Fraction:
    """P(exactly `seen` wrong ones drawn)."""
    return Fraction(comb(bad, seen) * comb(population - bad, drawn - seen), comb(population, drawn))


def by_force(population: int, drawn: int, wrong: int) -> tuple[int, int]:
    """Every true count is tried; those stay that neither tail speaks against."""
    kept = []
    for bad in range(wrong, population - drawn + wrong + 1):
        low = sum(chance(population, drawn, bad, s) for s in range(max(0, drawn + bad - population), wrong + 1))
        high = sum(chance(population, drawn, bad, s) for s in range(wrong, min(drawn, bad) + 1))
        if low > TAIL and high > TAIL:
            kept.append(bad)
    return min(kept), max(kept)


@pytest.mark.parametrize("population", [1, 2, 5, 12, 23, 40])
def test_the_bounds_are_those_of_trying_every_count(population: int) -> None:
    for drawn in {1, 2, population // 3, population // 2, population - 1} & set(range(1, population + 1)):
        for wrong in range(drawn + 1):
            assert (least(population, drawn, wrong), most(population, drawn, wrong)) == by_force(
                population, drawn, wrong
            )


@pytest.mark.parametrize(("population", "drawn"), [(12, 4), (30, 10), (41, 1), (60, 25), (80, 15)])
def test_the_interval_holds_every_true_count_often_enough(population: int, drawn: int) -> None:
    spans = [(least(population, drawn, w), most(population, drawn, w)) for w in range(drawn + 1)]
    for bad in range(population + 1):
        seen = range(max(0, drawn + bad - population), min(drawn, bad) + 1)
        held = sum(chance(population, drawn, bad, w) for w in seen if spans[w][0] <= bad <= spans[w][1])
        assert held >= 1 - 2 * TAIL


counts = st.integers(1, 300).flatmap(
    lambda n: st.integers(1, n).flatmap(lambda d: st.tuples(st.just(n), st.just(d), st.integers(0, d)))
)


@given(counts)
def test_more_wrong_ones_never_say_that_fewer_are_left(given_: tuple[int, int, int]) -> None:
    population, drawn, wrong = given_
    now = estimate(population, drawn, wrong)
    assert 0 <= now.low <= now.about <= now.high <= now.rest
    if wrong < drawn:
        more = estimate(population, drawn, wrong + 1)
        assert (more.low, more.about, more.high) >= (now.low, now.about, now.high)
        assert more.low >= now.low
        assert more.high >= now.high


@given(counts, st.integers(0, 40))
def test_what_is_unknown_only_widens(given_: tuple[int, int, int], unknown: int) -> None:
    population, looked, wrong = given_
    drawn, total = looked + unknown, population + unknown
    doubtful = estimate(total, looked, wrong, unknown)
    for truly in {0, unknown // 2, unknown}:
        sure = estimate(total, drawn, wrong + truly)
        assert doubtful.low <= sure.low
        assert sure.high <= doubtful.high


def test_the_words() -> None:
    assert estimate(812, 30, 1).words == (
        "You looked at 30 of 812: 1 was wrong. Of the 782 that you have not looked at, about 26 are wrong "
        "(95 %: 0 to 136)."
    )
    assert estimate(812, 30, 0).words.endswith("about 0 are wrong (at most 92, 95 %).")
    assert "2 of those drawn are undecided, which makes this unsure" in estimate(812, 28, 1, 2).words
    assert estimate(5, 5, 2).words == "You looked at 5 of 5: 2 were wrong. There is no rest."
    assert estimate(9, 0, 0, 4).words == "You looked at 0 of 9: nothing can be said yet."


def test_counts_that_cannot_be() -> None:
    for given_ in ((5, 6, 0), (5, 2, 3), (5, 3, 0, 3), (5, 2, -1)):
        with pytest.raises(ValueError, match="wrong of"):
            estimate(*given_)


def test_a_hundred_thousand() -> None:
    assert estimate(100_000, 500, 10).about == 1990
