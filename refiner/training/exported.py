"""Start `training/export_model.py`, which writes a run in the forms that other programs take.

A subprocess, as training is: see launch.py.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

from refiner.errors import TrainingError
from refiner.hints import install
from refiner.training.launch import training_folder, wait_for

NEEDED = ("torch", "transformers", "peft", "gguf", "safetensors")


def export_model(
    run: Path,
    out: Path,
    *,
    to: str = "",
    dataset: Path | None = None,
    base_gguf: Path | None = None,
    llama_cpp: Path | None = None,
    flags: Sequence[str] = (),
    python: str = sys.executable,
) -> int:
    """Run export_model.py on the folder `run` and wait for it; returns its exit code (0 done, 1 failed or a form says
    something else than the run, 2 wrong usage, 130 interrupted).

    `to` names forms with commas ("" = the program's own choice), `dataset` is the folder that a question is taken
    from; `flags` are further ones: --no-ask, --create, --json, --quiet. What it says goes to this process's own stdout
    and stderr. Raises TrainingError if a package is missing.
    """
    if python == sys.executable:
        missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
        if missing:
            raise TrainingError(f"to export a model {', '.join(missing)} must be installed", mend=install("train"))
    command = [python, str(training_folder() / "export_model.py"), str(run), "--out", str(out), *flags]
    for option, value in (("--to", to), ("--dataset", dataset), ("--base-gguf", base_gguf), ("--llama-cpp", llama_cpp)):
        command += [option, str(value)] if value else []
    return wait_for(command)
