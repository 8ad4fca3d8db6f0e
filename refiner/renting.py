"""`refiner train --cloud`: a task file for a rented card, and what the person is told about it. Sends nothing."""

from __future__ import annotations

import dataclasses
import re
import shlex
from pathlib import Path
from typing import Any

from refiner.console import Output
from refiner.dataset.export import validate_dataset
from refiner.errors import TrainingError, UsageError
from refiner.store import Workspace, write_atomic
from refiner.training.cloud import DISK_GB, HOME, IDLE_MINUTES, READS, Job, as_yaml, mounts_of, plain
from refiner.training.cloud_cards import choose_cards, data, needed, parse_cloud, read_recipe
from refiner.training.launch import find_recipe
from refiner.training.runs import current_run, find_run, list_runs

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Asked:
    """What `refiner train --cloud` was given."""

    recipe: str = ""
    name: str = ""
    dataset: Path | None = None
    base: str = ""
    method: str = ""
    continues: str = ""
    gpu: str = ""
    cloud: str = ""
    spot: bool = False
    out: Path | None = None


def cloud_run(ws: Workspace, asked: Asked, show: Output) -> Path:
    """Writes the task file and says what would leave this machine and what to do; returns the file.

    Raises UsageError, TrainingError, StoreError.
    """
    job = make_job(ws, asked)
    file = asked.out or ws.refined / "cloud" / f"{job.name}.yaml"
    if file.is_dir():
        raise UsageError(f"--out {file} is a folder", mend=f"name a file: --out {file / 'task.yaml'}")
    write_atomic(file, as_yaml(job))
    _say_what_leaves(show, job)
    _say_what_to_do(show, job, file, ws.runs / job.name)
    return file


def make_job(ws: Workspace, asked: Asked) -> Job:
    """The run that is asked for. Raises UsageError, TrainingError: a data set, recipe, card, model that will not do."""
    if asked.method not in ("", *READS):
        raise UsageError(f'--method "{asked.method}"', mend=f"write {', '.join(READS)}")
    named = current_run(ws.runs) if asked.continues == "current" else None
    before = named or (find_run(ws.runs, asked.continues) if asked.continues else None)
    if before and not before.is_finished:
        raise TrainingError(
            f"the run {before.name} is not finished", mend=f"refiner train --resume --name {before.name}"
        )
    if before and not _NAME.fullmatch(before.name):
        raise UsageError(f'the run "{before.name}"', mend="rename its folder: letters, digits, . _ and -")
    if not asked.recipe and not before:
        raise UsageError("which recipe?", mend="refiner train --cloud --recipe cloud-24gb")
    file = find_recipe(asked.recipe, ws.root) if asked.recipe else (before.folder / "recipe.toml" if before else Path())
    recipe = read_recipe(file)
    base = asked.base or (before.base if before and not asked.recipe else "")
    if base:
        recipe = dataclasses.replace(recipe, base=dataclasses.replace(recipe.base, model=base))
    if asked.method:
        recipe = dataclasses.replace(recipe, method=asked.method)
    _require_rentable(recipe)
    folder = asked.dataset or ws.dataset
    if not (folder / "manifest.json").is_file():
        raise TrainingError(f"{folder} holds no data set", mend="refiner export")
    if problems := validate_dataset(folder):
        raise TrainingError("\n".join(problems[:10]), mend="refiner export writes it anew")
    if asked.name and not _NAME.fullmatch(asked.name):
        raise UsageError(f'--name "{asked.name}"', mend="use letters, digits, . _ and -")
    taken = {run.name for run in list_runs(ws.runs)}
    stem = plain(re.sub(r"-\d+$", "", before.name) if before and not asked.recipe else file.stem)[:50]
    free = next(n for n in (stem, *(f"{stem}-{k}" for k in range(2, 10_000))) if n not in taken)
    if asked.name in taken:
        raise UsageError(f"{ws.runs / asked.name} is there already", mend="choose another --name")
    cloud = parse_cloud(asked.cloud)
    if asked.spot and cloud in data()["clouds"]["no_spot"]:
        raise UsageError(f"{cloud} has no spot machines", mend="leave --spot out, or take another --cloud-name")
    mounts = mounts_of(folder, file, recipe, before.folder if before else None)
    for mount in mounts:
        if not mount.local.exists():
            mend = "refiner export" if mount.local.parent == folder else "give another --recipe, or train anew"
            raise TrainingError(f"{mount.local} is missing", mend=mend)
    extra = [*(("--base", base) if base else ()), *(("--method", asked.method) if asked.method else ())]
    return Job(
        asked.name or free, recipe, file, mounts, choose_cards(recipe, asked.gpu), cloud, asked.spot,
        before.name if before else "", tuple(extra),
    )  # fmt: skip


def _require_rentable(recipe: Any) -> None:
    model = recipe.base.model
    if recipe.backend == "trl-cpu" or not _HUB_ID.fullmatch(model) or model.endswith(".gguf") or Path(model).exists():
        where = "on a CPU" if recipe.backend == "trl-cpu" else f"from {model}, which is no model of the hub"
        raise UsageError(
            f"the recipe {recipe.name} trains {where}: there is nothing to rent a card for",
            mend="take a recipe for a card (--recipe cloud-24gb), or a hub id: --base Qwen/Qwen3-8B",
        )


# ---- what is said --------------------------------------------------------------------------------------------------


def _say_what_leaves(show: Output, job: Job) -> None:
    show.data("What would leave this machine when you launch it, and nothing else:", style="bold")
    for mount in job.mounts:
        if mount.local.is_dir() and not mount.mine:
            show.data(f"  {mount.local}/ ({len(mount.files())} files: the program, nothing of you)", style="dim")
            continue
        for file in mount.files():
            rows = f", {_rows(file)} rows" if file.suffix == ".jsonl" else ""
            show.data(f"  {file}  {_size(file.stat().st_size)}{rows}")
    show.data(
        "The rows are your approved samples in plain text. Whoever owns the rented machine can read them as long as "
        "they are on it, and so can a SkyPilot server that is not on this machine, if you use one."
    )
    if job.continues:
        show.data(f"The adapter of {job.continues} was trained on your life, and can be made to say it.")


def _say_what_to_do(show: Output, job: Job, file: Path, home: Path) -> None:
    gib = needed(job.recipe)
    need = f"about {gib:.1f} GiB on each card" if gib else "an unknown amount of memory"
    cards = " or ".join(str(card) for card in job.cards)
    which = "Unsloth" if job.unsloth else "TRL with bitsandbytes"
    show.data(f"\n{job.recipe.base.model} needs {need}; card: {cards}; {which}; disk: {DISK_GB} GB.")
    if job.count > 1:
        show.data(
            f"Each of the {job.count} cards holds the whole model and its own rows; their memory does not add up."
        )
    if job.spot:
        show.data("A spot machine can be taken away at any time, and the run with it: it starts anew on the next one.")
    show.data(f"\nWritten: {file}. Nothing was started and nothing sent. To go on:", style="bold")
    launch = f"sky launch -c {job.cluster}{' --secret HF_TOKEN' if job.gated else ''} {shlex.quote(str(file))}"
    there = shlex.quote(f"{job.cluster}:{HOME.removeprefix('~/')}/runs/{job.name}/")
    for command, why in (
        (f"pip install 'skypilot[{job.cloud or 'YOUR-CLOUD'}]' && sky check", "in an environment of its own, once"),
        ("export SKYPILOT_DISABLE_USAGE_COLLECTION=1", "else it reports the names of your files"),
        (launch, "asks, rents, sends, trains; costs money from here on"),
        (f"(umask 077; rsync -rt {there} {shlex.quote(str(home))}/)", "when it is done: fetch what was learnt"),
        (f"sky down {job.cluster}", "the machine and its disk are deleted; look: sky status"),
        (f"refiner runs --use {job.name}", "make it the current one"),
    ):
        show.data(f"  {command}", style="bold")
        show.data(f"      {why}", style="dim")
    if job.gated:
        show.data(
            f"The hub gives {job.recipe.base.model} only to who asked for it: export HF_TOKEN=… before sky launch."
        )
    show.data(
        "The run removes the data set from the machine when it ends, well or not. What is on a rented disk is your "
        "life: the result is there until sky down."
    )
    if job.cloud in data()["clouds"]["no_autodown"]:
        show.data(f"{job.cloud} cannot delete a machine by itself: it costs money until your sky down.")
    else:
        show.data(
            f"{IDLE_MINUTES} minutes after the end the machine deletes itself, and the result with it if you did not "
            "fetch it. Do not rely on it: sky down."
        )
    show.data("Not `sky jobs launch`: it keeps your files in a bucket. More: docs/cloud.md")


def _rows(file: Path) -> int:
    return sum(bool(line.strip()) for line in file.read_bytes().split(b"\n"))


def _size(size: int) -> str:
    return f"{size} B" if size < 1000 else f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
