"""Refined notes -> samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from refiner.config import Config
from refiner.models import Edit, Extraction, Note, Sample, Timeline
from refiner.stages.compose_open import OpenItem

COMPOSE_VERSION = "1"


def compose(
    notes: Sequence[Note],
    edits: Mapping[str, Sequence[Edit]],
    config: Config,
    timeline: Timeline,
    extractions: Sequence[Extraction],
    *,
    open_items: Mapping[str, Iterable[str | OpenItem]] | None = None,
    name: str = "",
) -> list[Sample]:
    """All samples."""
    return []
