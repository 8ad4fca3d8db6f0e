"""Fits how probable it is that a sentence has to do with a trait, on labelled diaries, cross-validated by trait.

    python benchmarks/fit_relevance.py [--write] [--penalty L2]

Prints how precise and how complete the probabilities are on traits that the fit did not see. `--write` puts weights and
bound into refiner/checks/similar_weights.toml. Needs the extra `similar`. The held-out diaries are not read.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fit_pronouns import fit, predict

ROOT = Path(__file__).resolve().parent.parent
LABELLED = ROOT / "tests" / "relevance" / "labelled"
TARGET = ROOT / "refiner" / "checks" / "similar_weights.toml"
HEAD = """# What each feature of a sentence and a trait weighs (see similar.py).
# Written by benchmarks/fit_relevance.py; {rows} pairs of {sentences} sentences and traits, {right} of them labelled,
# L2 penalty {penalty}.
"""
CANDIDATE = 0.85  # the recall that candidates shall have
FEWEST = 10  # a precision of fewer pairs is no measurement


@dataclass(frozen=True)
class Pair:
    """A sentence and a trait of its narrator; `label` is for, against, context or empty."""

    person: str
    text: str
    trait: str
    label: str
    features: dict[str, float]


def people(name: str) -> list[dict[str, Any]]:
    """The labelled diaries of one file, "dev" or "held"."""
    text = (LABELLED / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def collect(name: str) -> list[Pair]:
    """Each sentence with each trait of its person."""
    from refiner.checks.similar import Similar
    from refiner.config import Trait

    out = []
    for person in people(name):
        similar = Similar(Trait(**t) for t in person["traits"])
        found = similar.features([s["text"] for s in person["sentences"]])
        for sentence, features in zip(person["sentences"], found, strict=True):
            for trait, values in features.items():
                label = sentence["labels"].get(trait, "")
                out.append(Pair(person["id"], sentence["text"], trait, label, values))
    return out


def matrix(pairs: list[Pair], names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Features and labels (1 = has to do with the trait)."""
    x = np.array([[p.features[n] for n in names] for p in pairs])
    return x, np.array([bool(p.label) for p in pairs], dtype=float)


def scaled_fit(x: np.ndarray, y: np.ndarray, penalty: float) -> np.ndarray:
    """As `fit`, but the penalty bears on each feature in units of its deviation."""
    spread = np.where(x.std(axis=0) > 0, x.std(axis=0), 1.0)
    return fit(x / spread, y, penalty) / np.append(spread, 1.0)


def unseen(pairs: list[Pair], names: tuple[str, ...], penalty: float) -> np.ndarray:
    """The probability of each pair by a fit that saw no sentence's label for its trait."""
    x, y = matrix(pairs, names)
    keys = np.array([f"{p.person}/{p.trait}" for p in pairs])
    guess = np.zeros(len(pairs))
    for key in sorted(set(keys)):
        out = keys == key
        guess[out] = predict(scaled_fit(x[~out], y[~out], penalty), x[out])
    return guess


def bound_of_precision(guess: np.ndarray, y: np.ndarray, aim: float) -> float:
    """The lowest score from which on `aim` of what is said is right; 1.1 (never) if no score reaches it."""
    for bound in np.unique(guess):  # from the lowest on; what ties is said together
        said = guess >= bound
        if said.sum() >= FEWEST and y[said].mean() >= aim:
            return float(bound)
    return 1.1


def bound_of_recall(guess: np.ndarray, y: np.ndarray, aim: float) -> float:
    """The highest score from which on `aim` of what is right is said."""
    right = np.sort(guess[y > 0])[::-1]
    return float(right[int(np.ceil(aim * len(right))) - 1])


def main() -> int:
    """Fits, prints the figures, and writes the weights when asked."""
    from refiner.checks.similar import FEATURES

    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--penalty", type=float, default=3.0)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    pairs = collect("dev")
    guess, (x, y) = unseen(pairs, FEATURES, args.penalty), matrix(pairs, FEATURES)
    loss = -(y * np.log(guess) + (1 - y) * np.log(1 - guess)).mean()
    print(f"{len(pairs)} pairs, {int(y.sum())} labelled; log loss {loss:.4f}, Brier {((guess - y) ** 2).mean():.4f}")
    candidate = math.floor(1000 * bound_of_recall(guess, y, CANDIDATE)) / 1000
    for bound in sorted({0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, candidate}):
        said = guess >= bound
        if said.any():
            right = y[said].sum() / y.sum()
            print(f"  from {bound:.3f}: {said.sum():4d} said, precision {y[said].mean():.3f}, recall {right:.3f}")
    if args.write:
        w = scaled_fit(x, y, args.penalty)
        head = HEAD.format(
            rows=len(pairs), sentences=len({p.text for p in pairs}), right=int(y.sum()), penalty=args.penalty
        )
        lines = [f"{n} = {v:.3f}" for n, v in zip([*FEATURES, "intercept"], w, strict=True)]
        cut = f"candidate = {candidate:.3f}     # recall {CANDIDATE} on traits that the fit did not see\n"
        text = head + "[weights]\n" + "\n".join(lines) + "\n\n[bounds]\n" + cut
        TARGET.write_text(text, encoding="utf-8")
        print(f"written: {TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
