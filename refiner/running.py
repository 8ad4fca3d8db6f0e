"""Training runs of a workspace: starting one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refiner.console import Output
from refiner.dataset.export import validate_dataset
from refiner.errors import TrainingError, UsageError
from refiner.store import Workspace, make_folder
from refiner.training.launch import find_recipe, train
from refiner.training.runs import CURRENT as CURRENT_FILE
from refiner.training.runs import RunInfo, current_run, find_run, list_runs, set_current

METHODS = ("sft", "dpo", "kto")
CURRENT = "current"  # what --continue takes for the run that chat talks to
_STEM = re.compile(r"-\d+$")  # the number that tells runs of one recipe apart
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")


@dataclass(frozen=True)
class Training:
    """What `refiner train` is asked for."""

    recipe: str = ""  # a name or a file; "" with `resume` and `continues`: the run's own
    name: str = ""
    dataset: Path | None = None
    plan: bool = False
    validate: bool = False
    resume: bool = False
    continues: str = ""  # the name of a finished run, or "current"
    method: str = ""  # sft, dpo or kto instead of the recipe's
    base: str = ""
    allow_download: bool = False
    processes: int = 1


def train_run(ws: Workspace, asked: Training, show: Output) -> int:
    """Runs training/train.py on the workspace's data set; its exit code. The run becomes the current one.

    Raises TrainingError, UsageError.
    """
    if asked.method not in ("", *METHODS):
        raise UsageError(f'--method "{asked.method}"', mend=f"write {', '.join(METHODS)}")
    before = _continued(ws, asked.continues)
    name = asked.name
    if name and not _NAME.fullmatch(name):
        raise UsageError(f'--name "{name}"', mend="use letters, digits, . _ and -")
    if name.casefold() in (CURRENT, CURRENT_FILE):  # a folder of that name would stand where the file has to be
        raise UsageError(f'--name "{name}" stands for the current run', mend="choose another --name")
    file = find_recipe(asked.recipe, ws.root) if asked.recipe else None
    if file is None and before is None and not asked.resume:
        raise UsageError("which recipe?", mend="refiner train --recipe cpu-smoke")
    folder = asked.dataset or ws.dataset
    if not (folder / "manifest.json").is_file():
        raise TrainingError(f"{folder} holds no data set", mend="refiner export")
    if problems := validate_dataset(folder):
        raise TrainingError("\n".join(problems[:10]), mend="refiner export writes it anew")
    if asked.resume:
        name = name or _unfinished(ws, file.stem if file else "")
    stem = file.stem if file else _STEM.sub("", before.name) if before else ""
    name = name or _free_name(ws, stem)
    out = ws.runs / name
    if not asked.resume and not asked.plan and not asked.validate and out.exists() and any(out.iterdir()):
        raise UsageError(f"{out} is there already", mend="choose another --name, or go on with it: --resume")
    make_folder(ws.runs)
    given = {
        "--plan": asked.plan, "--validate": asked.validate, "--resume": asked.resume, "--quiet": show.quiet,
        "--allow-download": asked.allow_download,
    }  # fmt: skip
    extra = [option for option, wanted in given.items() if wanted]
    for option, value in (("--base", asked.base), ("--method", asked.method)):
        extra += [option, value] if value else []
    extra += ["--continue", str(before.folder)] if before else []
    code = train(folder, file, out, extra=extra, processes=asked.processes)
    if code == 0 and (out / "run.json").is_file() and not asked.plan and not asked.validate:
        set_current(ws.runs, name)
        show.say(f"next: refiner chat --run {name}")
    return code


def _continued(ws: Workspace, name: str) -> RunInfo | None:
    """The finished run to continue. Raises UsageError, TrainingError."""
    if not name:
        return None
    run = current_run(ws.runs) if name == CURRENT else find_run(ws.runs, name)
    if run is None:
        raise TrainingError("there is no finished run to continue", mend="refiner train --recipe cpu-smoke")
    if not run.is_finished:
        raise TrainingError(f"the run {run.name} is not finished", mend=f"refiner train --resume --name {run.name}")
    return run


def _unfinished(ws: Workspace, stem: str) -> str:
    """The run that was interrupted, of the recipe `stem` if it is named. Raises UsageError where there is none, or more
    than one."""
    found = [r.name for r in list_runs(ws.runs) if r.is_begun]
    if len(found) > 1:
        found = [name for name in found if _STEM.sub("", name) == stem] or found
    if len(found) != 1:
        said = f"interrupted runs are {', '.join(found)}" if found else "there is no interrupted run"
        raise UsageError(
            said, mend="refiner train --resume --name NAME" if found else "refiner train --recipe cpu-smoke"
        )
    return found[0]


def _free_name(ws: Workspace, stem: str) -> str:
    taken = [r.name for r in list_runs(ws.runs)]
    return next(
        n for n in (stem, *(f"{stem}-{k}" for k in range(2, 10_000))) if n not in taken and not (ws.runs / n).exists()
    )


def read_json(path: Path) -> Any:
    """A JSON file of a run. Raises TrainingError."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path} cannot be read: {error}") from None
