"""How the samples stand to the mix that refiner.toml asks for: for the data set's card.

`compose` already chooses by the mix; decisions then take samples away, and these shares say what came to lack. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from refiner.config import Config
from refiner.models import Sample


@dataclass(frozen=True)
class Share:
    """One kind: how many rows there are, the share that was asked for and the share that it has."""

    kind: str
    rows: int
    wanted: float
    has: float


def shares(samples: Sequence[Sample], config: Config) -> list[Share]:
    """A row for each kind of the mix and each kind that there is, in the order of the mix."""
    counts = Counter(s.kind for s in samples)
    total = sum(config.samples.mix.values())
    kinds = dict.fromkeys((*config.samples.mix, *sorted(counts)))
    return [
        Share(k, counts[k], config.samples.mix.get(k, 0.0) / total, counts[k] / len(samples) if samples else 0.0)
        for k in kinds
    ]
