"""Where things are in a workspace."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FORMAT = 1  # of everything under data/refined; a higher number makes refine start anew


@dataclass(frozen=True)
class Workspace:
    """Where things are in a workspace. Any folder with a refiner.toml is one."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "refiner.toml"

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw"

    @property
    def refined(self) -> Path:
        return self.root / "data" / "refined"

    @property
    def review(self) -> Path:
        return self.root / "data" / "review"

    @property
    def decisions(self) -> Path:
        return self.review / "decisions.jsonl"

    @property
    def canon(self) -> Path:
        return self.review / "canon.toml"

    @property
    def results(self) -> Path:
        return self.refined / "results.sqlite"

    @property
    def answers(self) -> Path:
        return self.refined / "answers.sqlite"

    @property
    def queue(self) -> Path:
        return self.refined / "queue.json"

    @property
    def dataset(self) -> Path:
        return self.refined / "dataset"

    @property
    def runs(self) -> Path:
        return self.refined / "runs"
