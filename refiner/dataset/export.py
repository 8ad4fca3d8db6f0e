"""The dataset folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from refiner.config import Config
from refiner.models import Sample


def export_dataset(
    samples: Sequence[Sample], out: Path, *, config: Config, card: str, base: str, system: str | None = None,
    pairs: Sequence[tuple[Sample, Sample]] = (), rejected: Sequence[Sample] = (), partial: bool = False,
) -> dict[str, Any]:
    raise NotImplementedError


def validate_dataset(folder: Path) -> list[str]:
    return []
