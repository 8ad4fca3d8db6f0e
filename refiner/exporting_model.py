"""A finished run of the workspace, handed to other programs."""

from __future__ import annotations

from pathlib import Path

from refiner.console import Output
from refiner.errors import TrainingError
from refiner.store import Workspace, place
from refiner.training.exported import export_model
from refiner.training.runs import current_run, find_run


def export_run(
    ws: Workspace, show: Output, *, run: str, to: str, out: Path | None, base_gguf: Path | None,
    llama_cpp: Path | None, ask: bool, create: bool,
) -> int:  # fmt: skip
    """Exports a run, the current one where none is named; the exit code of training/export_model.py.

    Raises TrainingError where no run is finished or a package is missing, UsageError for an unknown run.
    """
    found = find_run(ws.runs, run) if run else current_run(ws.runs)
    if found is None:
        raise TrainingError("there is no finished run to export", mend="refiner train --recipe cpu-smoke")
    if not found.is_finished:
        mend = f"go on with it: refiner train --resume --name {found.name}"
        raise TrainingError(f"the run {found.name} is not finished", mend=mend)
    flags = [] if ask else ["--no-ask"]
    flags += [flag for flag, on in (("--create", create), ("--json", show.as_json), ("--quiet", show.quiet)) if on]
    return export_model(
        found.folder,
        (place(out) if out else found.folder / "export").absolute(),
        to=to,
        dataset=ws.dataset if (ws.dataset / "manifest.json").is_file() else None,
        base_gguf=base_gguf,
        llama_cpp=llama_cpp,
        flags=flags,
    )
