"""How the samples stand to the mix that refiner.toml asks for, and what weight evens it out.

`compose` already chooses by the mix; decisions then take samples away, and these weights say how much a kind or trait
has come to lack. They are for the card and for a trainer that can weigh rows; no row is repeated or left out by them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from refiner.config import Config
from refiner.models import Sample

LARGEST = 3.0  # a row counts at most three times: more would teach its words instead of what it says


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


def weights(samples: Sequence[Sample], config: Config) -> dict[str, float]:
    """Sample id -> weight, 1 on average: by the kind's missing share, and by the importance of its traits."""
    if not samples:
        return {}
    wanted = {s.kind: s.wanted / s.has for s in shares(samples, config) if s.has}
    importance = {t.id: t.importance for t in config.traits}
    raw = {
        s.id: min(LARGEST, max(1 / LARGEST, wanted.get(s.kind, 1.0)))
        * (1 + 0.1 * (max((importance.get(t, 0) for t in s.traits), default=0)))
        for s in samples
    }
    mean = sum(raw.values()) / len(raw)
    return {i: round(w / mean, 4) for i, w in raw.items()}
