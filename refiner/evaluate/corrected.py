"""A share that a judge counted, corrected by how often that judge errs. Pure arithmetic.

A judge that finds `p` of the answers right, calls `sensitivity` of the right ones right and `specificity` of the wrong
ones wrong, has seen a share of (p + specificity - 1) / (sensitivity + specificity - 1) right answers: Rogan and Gladen,
"Estimating prevalence from the results of a screening test", American Journal of Epidemiology 107(1), 1978. The
interval is that of Lang and Reiczigel, "Confidence limits for prevalence of disease adjusted for estimated sensitivity
and specificity", Preventive Veterinary Medicine 113, 2014 (equations 16 and 17): both rates are estimates themselves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from refiner.evaluate import intervals
from refiner.evaluate.intervals import Z


@dataclass(frozen=True)
class Rate:
    """A share of independent tries with its 95 % interval."""

    value: float
    low: float
    high: float
    of: int  # tries

    def told(self) -> dict[str, float | int]:
        """As a report keeps it."""
        return {"value": round(self.value, 4), "low": round(self.low, 4), "high": round(self.high, 4), "of": self.of}


def wilson(hits: float, of: int) -> Rate:
    """A share with Wilson's score interval (Journal of the American Statistical Association 22, 1927); of nothing, all
    is possible. `hits` need not be whole: half of the marks of an item may be right."""
    if of <= 0:
        return Rate(0.0, 0.0, 1.0, 0)
    share = hits / of
    return Rate(share, *intervals.wilson(share, of), of)


def youden(sensitivity: Rate, specificity: Rate) -> Rate:
    """Youden's J, sensitivity + specificity - 1 (Cancer 3, 1950): 1 for a judge that never errs, 0 for one that says
    the same whatever it is shown. Its interval is made of theirs as `combined` makes one."""
    value = sensitivity.value + specificity.value - 1
    low = math.hypot(sensitivity.value - sensitivity.low, specificity.value - specificity.low)
    high = math.hypot(sensitivity.high - sensitivity.value, specificity.high - specificity.value)
    return Rate(value, max(-1.0, value - low), min(1.0, value + high), min(sensitivity.of, specificity.of))


def corrected(share: float, of: int, sensitivity: Rate, specificity: Rate) -> Rate:
    """The share of right answers behind a judged share of `of` items, from 0 to 1, with its interval.

    Raises ValueError for a judge that is no better than none (J of 0 or less): nothing follows from what it says.
    """
    j = sensitivity.value + specificity.value - 1
    if j <= 0:
        raise ValueError("a judge that does not tell right from wrong cannot be corrected for")
    value = _within((share + specificity.value - 1) / j)
    z2 = Z * Z
    n, n_se, n_sp = of + z2, sensitivity.of + 2, specificity.of + 2
    p = (of * share + z2 / 2) / n
    se = (sensitivity.of * sensitivity.value + 1) / n_se
    sp = (specificity.of * specificity.value + 1) / n_sp
    j = se + sp - 1
    if j <= 0:
        return Rate(value, 0.0, 1.0, of)
    middle = (p + sp - 1) / j
    of_se, of_sp = se * (1 - se) / n_se, sp * (1 - sp) / n_sp
    shift = 2 * z2 * (middle * of_se - (1 - middle) * of_sp)
    half = Z / j * math.sqrt(p * (1 - p) / n + middle**2 * of_se + (1 - middle) ** 2 * of_sp)
    low, high = _within(middle + shift - half), _within(middle + shift + half)
    return Rate(value, min(low, value), max(high, value), of)


def combined(parts: Sequence[tuple[float, Rate]]) -> Rate:
    """The weighted mean of independent rates, with the interval that follows from theirs (MOVER: Zou and Donner,
    "Construction of confidence limits about effect measures", Statistics in Medicine 27, 2008, section 2).

    Raises ValueError without a weight above 0.
    """
    total = sum(weight for weight, _ in parts)
    if total <= 0:
        raise ValueError("a mean needs a weight above 0")
    value = sum(w * r.value for w, r in parts) / total
    low = math.hypot(*(w / total * (r.value - r.low) for w, r in parts))
    high = math.hypot(*(w / total * (r.high - r.value) for w, r in parts))
    return Rate(value, _within(value - low), _within(value + high), sum(r.of for _, r in parts))


def _within(value: float) -> float:
    return min(1.0, max(0.0, value))
