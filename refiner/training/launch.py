"""Start `training/train.py`, a program of its own that can also be copied to a rented machine.

It runs as a subprocess: the libraries it needs warn, patch each other and hold gigabytes, and none of that belongs in
the process that the person talks to.
"""

from __future__ import annotations

import importlib
import importlib.resources
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from refiner.errors import TrainingError, UsageError
from refiner.files import place

# Everything said that it would else ask a settings file for, which may be somebody's for another program.
_LAUNCH = (
    *("-m", "accelerate.commands.launch", "--multi_gpu", "--num_machines", "1", "--machine_rank", "0"),
    *("--main_process_port", "0", "--mixed_precision", "no", "--dynamo_backend", "no"),
)


def training_folder() -> Path:
    """The folder with train.py: the repository's own where refiner runs from a checkout, else the package's copy.

    Raises TrainingError if neither is there.
    """
    packaged = Path(str(importlib.resources.files("refiner"))) / "_training"
    for folder in (Path(__file__).resolve().parents[2] / "training", packaged):
        if (folder / "train.py").is_file():
            return folder
    raise TrainingError("train.py is missing from this installation", mend="install refiner again")


def recipe_folders(workspace: Path | None = None) -> list[Path]:
    """Where recipes are looked for, in this order: the workspace's own, then those that come with refiner."""
    own = [workspace / "training" / "recipes"] if workspace else []
    return [*own, training_folder() / "recipes"]


def find_recipe(name_or_path: str, workspace: Path | None = None) -> Path:
    """The recipe file that `name_or_path` means: a path, or a name with or without `.toml`.

    Raises UsageError naming the known recipes.
    """
    path = place(name_or_path)
    if path.suffix == ".toml" and path.is_file():
        return path.resolve()
    folders = recipe_folders(workspace)
    for folder in folders:
        file = folder / (path.name if path.suffix == ".toml" else f"{path.name}.toml")
        if file.is_file() and path.name == name_or_path:
            return file.resolve()
    known = sorted({file.stem for folder in folders for file in folder.glob("*.toml")})
    raise UsageError(f"there is no recipe {name_or_path!r}", mend=f"name a file, or one of {', '.join(known)}")


def train(
    dataset: Path,
    recipe: Path | None,
    out: Path,
    *,
    extra: Sequence[str] = (),
    processes: int = 1,
    python: str = sys.executable,
) -> int:
    """Run train.py and wait for it; returns its exit code (0 done, 1 failed, 2 wrong usage, 130 interrupted).

    Its messages go to this process's own stdout and stderr. `recipe` is None for a run that is gone on with by its own.
    `extra` are further arguments, such as `--plan`, `--validate`, `--resume` or `--base`. More than one of `processes`
    are started by `accelerate launch`, one for each card. On Ctrl-C it saves first, and this waits for that.
    """
    program = [str(training_folder() / "train.py"), str(dataset)]
    if processes > 1:
        program = [*_LAUNCH, "--num_processes", str(processes), *program]
    named = ["--recipe", str(recipe)] if recipe else []
    return wait_for([python, *program, *named, "--out", str(out), *extra])


def wait_for(command: Sequence[str]) -> int:
    """Run a program to its end; returns its exit code. On Ctrl-C it ends by itself, and this waits for that."""
    with subprocess.Popen(command) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # the terminal sent it to the program as well
                continue


def tuning(name: str) -> Any:
    """The module `name` of `training/tuning`, which stands outside the package so that it can be copied."""
    folder = str(training_folder())
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(f"tuning.{name}")
