"""How sure the pooled evidence on a third-person pronoun is, as a probability: a logistic regression on few features.

The weights are data (`pronoun_weights.toml`), fitted by `benchmarks/fit_pronouns.py` on the marked passages of the
tests, cross-validated by passage. Method: logistic regression with an L2 penalty by Newton's method (Hastie, Tibshirani
and Friedman, The Elements of Statistical Learning, 2nd ed., section 4.4.1).
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def weights() -> dict[str, float]:
    """The weight of each feature, "intercept" among them."""
    text = files("refiner.language").joinpath("pronoun_weights.toml").read_text(encoding="utf-8")
    return {str(k): float(v) for k, v in tomllib.loads(text)["weights"].items()}


def probability(features: Mapping[str, float]) -> float:
    """P(the pronoun means the narrator), 0..1. Features without a weight count nothing."""
    known = weights()
    score = known["intercept"] + sum(known.get(name, 0.0) * value for name, value in features.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))
