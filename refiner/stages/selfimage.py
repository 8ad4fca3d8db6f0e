"""Skeleton."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from refiner.config import Config
from refiner.models import Edit, Finding, Note, StageResult, Timeline
from refiner.stages.base import StageInput


class SelfImage:
    """Skeleton."""

    name: ClassVar[str] = "selfimage"
    version: ClassVar[str] = "1"
    needs_timeline: ClassVar[bool] = True

    def run(self, given: StageInput) -> StageResult:
        return StageResult(note=given.note.path, stage=self.name)


def life_balance(notes: Iterable[Note], edits_by_note: Mapping[str, Sequence[Edit]], config: Config, timeline: Timeline | None) -> list[Finding]:
    """One finding for each negative trait of the whole life."""
    return []
