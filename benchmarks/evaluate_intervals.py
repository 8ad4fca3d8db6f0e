"""How often the intervals of `refiner evaluate` hold the truth: lives of known shares, asked again and again.

    python benchmarks/evaluate_intervals.py [--lives 200]

For shares of 0.5, 0.8 and 0.95, for 3 to 50 items of one, two and five wordings (wordings of an item hang together:
intraclass correlation 0.6 and 0.5), prints how many of the 95 % intervals hold the share and how wide they are, beside
the plain percentile bootstrap of the same items. Then how often two equal contestants are called different, by the
interval of their difference and by the p-value. The seed is fixed; it takes half a minute.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from refiner.evaluate.intervals import Floats, bootstrap, chance, difference, item_mean  # noqa: E402

ROUNDS = 1000


def items(rng: np.random.Generator, share: float, count: int, wordings: int, hang: float) -> Floats:
    """The shares of right answers of some items, drawn so that wordings of an item hang together."""
    if wordings == 1:
        return (rng.random(count) < share).astype(float)
    spread = (1 - hang) / hang
    own = rng.beta(share * spread, (1 - share) * spread, size=count)
    return rng.binomial(wordings, own) / wordings


def percentile(values: Floats, seed: int) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(values), np.full(len(values), 1 / len(values)), size=ROUNDS) @ values / len(values)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lives", type=int, default=200, help="simulated evaluations of each kind")
    lives = parser.parse_args().lives
    rng = np.random.default_rng(20)
    print(f"{'share':>5} {'items':>5} {'wordings':>8} {'holds':>7} {'width':>6} {'percentile holds':>17} {'width':>6}")
    for share in (0.5, 0.8, 0.95):
        for count in (3, 5, 8, 12, 24, 50):
            for wordings, hang in ((1, 0.0), (2, 0.6), (5, 0.5)):
                held, width, plain, plain_width = 0, 0.0, 0, 0.0
                for life in range(lives):
                    values = items(rng, share, count, wordings, hang)
                    _, low, high = bootstrap([(v,) for v in values], rounds=ROUNDS, seed=life)
                    assert low is not None
                    assert high is not None
                    held, width = held + (low <= share <= high), width + high - low
                    one, other = percentile(values, life)
                    plain, plain_width = plain + (one <= share <= other), plain_width + other - one
                print(
                    f"{share:5.2f} {count:5d} {wordings:8d} {held / lives:7.1%} {width / lives:6.2f} "
                    f"{plain / lives:17.1%} {plain_width / lives:6.2f}"
                )
    print("\nequal contestants called different\nshare items by interval by p < 0.05")
    for share in (0.5, 0.9):
        for count in (6, 12, 24):
            apart = unlikely = 0
            for life in range(lives // 2):
                a, b = (items(rng, share, count, 2, 0.6) for _ in range(2))
                _, low, high = difference([(v,) for v in a], [(v,) for v in b], rounds=ROUNDS, seed=life)
                apart += low is not None and high is not None and (low > 0 or high < 0)
                ones = np.ones(count)
                p = chance(np.column_stack((a, ones)), np.column_stack((b, ones)), item_mean, rounds=999, seed=life)
                unlikely += p < 0.05
            print(f"{share:5.2f} {count:5d} {apart / (lives // 2):11.1%} {unlikely / (lives // 2):8.1%}")


if __name__ == "__main__":
    main()
