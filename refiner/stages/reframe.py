"""Skeleton."""

from __future__ import annotations

from typing import ClassVar

from refiner.models import StageResult
from refiner.stages.base import StageInput


class Reframe:
    """Skeleton."""

    name: ClassVar[str] = "reframe"
    version: ClassVar[str] = "1"
    needs_timeline: ClassVar[bool] = True

    def run(self, given: StageInput) -> StageResult:
        return StageResult(note=given.note.path, stage=self.name)
