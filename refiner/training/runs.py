"""The runs of a workspace: one folder each, finished when its run.json is there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from refiner.errors import TrainingError

SCHEMA = 1


@dataclass(frozen=True)
class RunInfo:
    """A training run. An unfinished one has its name and folder alone."""

    name: str
    folder: Path
    finished: str = ""  # UTC, ISO 8601; "" = unfinished
    base: str = ""  # as the recipe named it
    base_source: str = ""  # hub id or folder
    base_gguf: Path | None = None
    system: str = ""
    adapter: Path | None = None
    adapter_gguf: Path | None = None
    dataset: str = ""  # sha256 of the data it was trained on
    backend: str = ""
    steps: int = 0
    first_loss: float = 0.0
    last_loss: float = 0.0
    best_loss: float | None = None  # on the held-out rows
    seconds: float = 0.0
    data: dict[str, Any] = field(default_factory=dict, repr=False)  # run.json whole

    @property
    def is_finished(self) -> bool:
        return bool(self.finished)


def read_run(folder: Path) -> RunInfo:
    """The run in `folder`. Raises TrainingError if its run.json cannot be read."""
    file = folder / "run.json"
    if not file.is_file():
        return RunInfo(folder.name, folder)
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if data["schema"] != SCHEMA:
            raise TrainingError(f"{file} has schema {data['schema']!r}, and this refiner reads {SCHEMA}")
        base, losses, best = data["base"], data["losses"], data["best"]
        return RunInfo(
            name=folder.name,
            folder=folder,
            finished=data["finished"],
            base=base["name"],
            base_source=base["source"],
            base_gguf=Path(base["gguf"]) if base["gguf"] else None,
            system=data["system"],
            adapter=folder / data["adapter"],
            adapter_gguf=folder / data["adapter_gguf"] if data["adapter_gguf"] else None,
            dataset=data["dataset"]["sha256"],
            backend=data["backend"]["name"],
            steps=data["steps"],
            first_loss=losses[0]["loss"],
            last_loss=losses[-1]["loss"],
            best_loss=best["loss"] if best else None,
            seconds=data["seconds"],
            data=data,
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise TrainingError(f"{file} cannot be read: {error!r}", mend=f"train again, or remove {folder}") from error


def list_runs(runs: Path) -> list[RunInfo]:
    """All runs in the folder `runs`: the finished ones, oldest first, then the unfinished ones by name."""
    if not runs.is_dir():
        return []
    found = [read_run(folder) for folder in runs.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    return sorted(found, key=lambda run: (not run.is_finished, run.finished, run.name))


def latest_run(runs: Path) -> RunInfo | None:
    """The run that was finished last, or None."""
    finished = [run for run in list_runs(runs) if run.is_finished]
    return finished[-1] if finished else None
