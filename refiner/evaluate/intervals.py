"""Intervals of what an evaluation measures: items are drawn again with replacement, whole. Pure.

The unit is the item. All wordings of an item hang together, so they are drawn together (cluster bootstrap: Efron and
Tibshirani 1993, An Introduction to the Bootstrap, ch. 8; why an evaluation of language models needs it: Miller 2024,
"Adding Error Bars to Evals", arXiv 2411.00640), and each item counts the same however often it was asked.

Percentile intervals of few items are too narrow. They are widened to the tails that Student's t has with as many items
(the expanded percentile interval: Hesterberg 2015, "What Teachers Should Know About the Bootstrap", The American
Statistician 69(4)), and those of a share reach at least as far as Wilson's at the effective number of items
(Wilson 1927, JASA 22; effective numbers: Korn and Graubard 1998, Survey Methodology 24; that the usual intervals fail
for few items: Bowyer, Aitchison and Ivanova 2025, arXiv 2503.01747). Where all items say the same nothing varies, and
that does not mean that all is known: at 0 and 1 the bound is the exact form of the rule of three (Hanley and
Lippman-Hand 1983, "If Nothing Goes Wrong, Is Everything All Right?", JAMA 249(13)), in between Wilson's.

How often intervals cover the truth is measured by benchmarks/evaluate_intervals.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ROUNDS = 2000
FEW = 5  # items below which an interval is little more than a hint
Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
"""Of totals (rounds x columns) the values (rounds)."""

_NORMAL = NormalDist()
Z = _NORMAL.inv_cdf(0.975)  # 95 % lie within
# Student's t at 97.5 % for 1 to 10 degrees of freedom; of more the series in 1/df is right to four digits.
_T = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281)
_EXACT = 12  # items up to which all exchanges of signs are tried


class Estimate(NamedTuple):
    """A value with its 95 % interval; None where there is none."""

    value: float | None
    low: float | None
    high: float | None


def item_mean(totals: Floats) -> Floats:
    """The mean over items: the first column is the sum of their values, the second how many they are."""
    found: Floats = totals[:, 0] / totals[:, 1]
    return found


def bootstrap(
    groups: Sequence[Sequence[float]], *, share: bool = True, rounds: int = ROUNDS, seed: int = 0
) -> Estimate:
    """The mean over items with its interval. A group holds the values of one item; empty ones are left out.

    `share`: the values lie between 0 and 1, and so does the interval. Otherwise there is no interval for one item, nor
    where all items have the same value. The order of the groups does not matter.
    """
    values = np.sort(np.array([sum(g) / len(g) for g in groups if len(g)], dtype=np.float64))
    if not len(values):
        return Estimate(None, None, None)
    value = float(values.mean())
    if value < 0 or value > 1:
        share = False
    if np.ptp(values) < 1e-12:
        return Estimate(value, *_all_equal(value, len(values))) if share else Estimate(value, None, None)
    drawn = draws(np.zeros(len(values), dtype=np.int64), rounds, seed) @ values / len(values)
    low, high = spread(drawn, value, len(values))
    if share:
        near = wilson(value, _effective(values, value))
        low, high = _no_surer(min(low, near[0]), max(high, near[1]), len(values))
    return Estimate(value, low, high)


def of_totals(
    columns: Floats,
    statistic: Statistic,
    *,
    strata: Sequence[str] | None = None,
    least: int = 0,
    share: bool = True,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Estimate:
    """The interval of a statistic of totals, such as a ratio. `columns`: a row for each item, in a fixed order.

    `strata`: the kinds of items, each of which is drawn from by itself. `least`: the number of items that the interval
    goes by where it is less than all (those that decide it). No value where the statistic is not a number.
    """
    if not len(columns):
        return Estimate(None, None, None)
    value = float(statistic(columns.sum(axis=0, keepdims=True))[0])
    if not math.isfinite(value):
        return Estimate(None, None, None)
    count = min(len(columns), least or len(columns))
    drawn = statistic(draws(places(strata, len(columns)), rounds, seed) @ columns)
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) < 2 or np.ptp(drawn) < 1e-12:
        return Estimate(value, *_all_equal(value, count)) if share else Estimate(value, None, None)
    low, high = spread(drawn, value, count)
    return Estimate(value, *_no_surer(low, high, count)) if share else Estimate(value, low, high)


def difference(
    before: Sequence[Sequence[float]],
    after: Sequence[Sequence[float]],
    *,
    share: bool = True,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Estimate:
    """How much more the second has, on the same items in the same order (paired, as Miller 2024 advises)."""
    pairs = [(a, b) for a, b in zip(before, after, strict=True) if len(a) and len(b)]
    values = [sum(b) / len(b) - sum(a) / len(a) for a, b in pairs]
    if not values:
        return Estimate(None, None, None)
    if not share:
        return bootstrap([(v,) for v in values], share=False, rounds=rounds, seed=seed)
    if not any(values):
        bound = 1 - 0.05 ** (1 / len(values))  # no item of so many differs
        return Estimate(0.0, -bound, bound)
    # A difference from -1 to 1 is a share that is stretched.
    _, low, high = bootstrap([((v + 1) / 2,) for v in values], rounds=rounds, seed=seed)
    if low is None or high is None:
        return Estimate(None, None, None)
    value = math.fsum(values) / len(values)
    return Estimate(value, min(value, 2 * low - 1), max(value, 2 * high - 1))


def places(strata: Sequence[str] | None, count: int) -> NDArray[np.int64]:
    """The strata as numbers, by name."""
    if strata is None:
        return np.zeros(count, dtype=np.int64)
    names = sorted(set(strata))
    return np.array([names.index(s) for s in strata], dtype=np.int64)


def draws(strata: NDArray[np.int64], rounds: int, seed: int) -> Floats:
    """How often each item is drawn in each round (rounds x items), as many of each stratum as there are."""
    rng = np.random.default_rng(seed)
    found = np.zeros((rounds, len(strata)))
    for stratum in np.unique(strata):
        at = np.flatnonzero(strata == stratum)
        found[:, at] = rng.multinomial(len(at), np.full(len(at), 1 / len(at)), size=rounds)
    return found


def spread(drawn: Floats, value: float, count: int) -> tuple[float, float]:
    """The expanded percentile interval of values drawn from so many items; it holds `value`."""
    tail = _tail(count)
    low, high = np.quantile(drawn, (tail, 1 - tail))
    return min(value, float(low)), max(value, float(high))


def wilson(share: float, items: float) -> tuple[float, float]:
    """Wilson's interval of a share of so many items, which need be no whole number."""
    z2 = Z * Z / items
    middle = (share + z2 / 2) / (1 + z2)
    half = Z / (1 + z2) * math.sqrt(max(0.0, share * (1 - share)) / items + z2 / (4 * items))
    return min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half))


def rule_of_three(items: int) -> float:
    """The share that is not reached, at 95 %, by what never happened in so many items: about 3 / items."""
    return float(1 - 0.05 ** (1 / items))


def log_mean(parts: Sequence[Estimate], floor: float) -> Estimate:
    """The geometric mean of independent shares, each at least `floor`, with its interval.

    The distances to the bounds of the parts are added as squares on the scale of logarithms (the method of variance
    estimates recovery: Zou and Donner 2008, Statistics in Medicine 27(10)), so that a part at 0 or 1 keeps the
    interval that its few items give it.
    """
    if not parts or any(p.value is None for p in parts):
        return Estimate(None, None, None)
    logs = [[math.log(max(floor, x if x is not None else p.value or 0.0)) for x in p] for p in parts]
    middle = math.fsum(x[0] for x in logs) / len(logs)
    down = math.sqrt(math.fsum((x[0] - x[1]) ** 2 for x in logs)) / len(logs)
    up = math.sqrt(math.fsum((x[2] - x[0]) ** 2 for x in logs)) / len(logs)
    value = math.exp(middle)
    return Estimate(value, max(floor, min(value, math.exp(middle - down))), min(1.0, max(value, math.exp(middle + up))))


def swaps(items: int, rounds: int, seed: int) -> Floats:
    """Which of two contestants' answers change places (rounds x items), 0 or 1: all ways where the items are few."""
    if items <= _EXACT:
        ways = np.arange(2**items)
        return ((ways[:, None] >> np.arange(items)) & 1).astype(np.float64)
    return np.random.default_rng(seed).integers(0, 2, size=(rounds, items)).astype(np.float64)


def chance(before: Floats, after: Floats, statistic: Statistic, *, rounds: int = 9999, seed: int = 0) -> float:
    """The p-value, on both sides, that two contestants are alike: their answers to an item change places at random.

    Fisher's randomization test for pairs (as Dror et al. 2018 advise for such measures, "The Hitchhiker's Guide to
    Testing Statistical Significance in NLP", ACL); `before` and `after` are columns as in `of_totals`. Of up to
    12 items all ways are tried; of more, so many at random, and the p-value counts the way that was seen itself.
    """
    moved = swaps(len(before), rounds, seed)
    shift = after - before
    first, second = before.sum(axis=0) + moved @ shift, after.sum(axis=0) - moved @ shift
    both = np.vstack((before.sum(axis=0, keepdims=True), after.sum(axis=0, keepdims=True)))
    seen = statistic(both)
    observed = abs(float(seen[1] - seen[0]))
    if not math.isfinite(observed):
        return 1.0
    found = np.abs(statistic(second) - statistic(first))
    extreme = int(np.count_nonzero(~(found < observed - 1e-12)))  # what is not a number counts as extreme
    return extreme / len(moved) if len(before) <= _EXACT else (extreme + 1) / (len(moved) + 1)


def holm(chances: Sequence[float]) -> list[float]:
    """The p-values after Holm's correction for their number (1979, Scandinavian Journal of Statistics 6(2))."""
    order = sorted(range(len(chances)), key=lambda n: chances[n])
    found, highest = [1.0] * len(chances), 0.0
    for rank, n in enumerate(order):
        highest = max(highest, min(1.0, (len(chances) - rank) * chances[n]))
        found[n] = highest
    return found


def _student(freedom: int) -> float:
    if freedom <= len(_T):
        return _T[freedom - 1]
    z, n = Z, freedom
    return (
        z + (z**3 + z) / (4 * n) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    )  # fmt: skip


def _tail(items: int) -> float:
    if items < 2:
        return 0.0
    return _NORMAL.cdf(-math.sqrt(items / (items - 1)) * _student(items - 1))


def _effective(values: Floats, value: float) -> float:
    """How many independent yes-or-no items would say as much, less what so few know of their own variance."""
    count = len(values)
    of_mean = float(values.var(ddof=1)) / count
    ratio = Z / _student(count - 1)
    return max(1.0, value * (1 - value) / of_mean * ratio * ratio)


def _no_surer(low: float, high: float, items: int) -> tuple[float, float]:
    """The interval of a share, between 0 and 1: whoever once fails is not surer than whoever never did."""
    bound = rule_of_three(items)
    return max(0.0, min(low, 1 - bound)), min(1.0, max(high, bound))


def _all_equal(value: float, items: int) -> tuple[float, float]:
    bound = rule_of_three(items)
    if value <= 0:
        return 0.0, bound
    if value >= 1:
        return 1 - bound, 1.0
    return wilson(value, items)
