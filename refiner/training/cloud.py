"""A task file for SkyPilot: training on a rented card. Writes text; starts nothing and sends nothing.

SkyPilot (docs.skypilot.co) is no dependency: it is installed beside refiner, by whoever wants it. The file mounts the
training program, the files of the data set that training reads and, for a run that continues another, that run's
adapter; nothing else of the workspace.
"""

from __future__ import annotations

import importlib.metadata
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from refiner.errors import TrainingError
from refiner.training.cloud_cards import Card, data
from refiner.training.launch import training_folder

HOME = "~/refiner"  # on the rented machine
IDLE_MINUTES = (
    60  # until the machine deletes itself, counted from the end of the run: the time left to fetch the result
)
DISK_GB = 100  # CUDA's libraries take about 10, an 8B model 16
BITSANDBYTES = "bitsandbytes>=0.46,<1"
READS = {"sft": (), "dpo": ("preferences.jsonl",), "kto": ("kto.jsonl",)}  # beside train.jsonl and eval.jsonl


@dataclass(frozen=True)
class Mount:
    """A file or folder that would be sent, and where it goes. `mine`: whether it tells of the person's life."""

    remote: str
    local: Path
    mine: bool

    def files(self) -> list[Path]:
        """The files in it, sorted."""
        return [self.local] if self.local.is_file() else sorted(f for f in self.local.rglob("*") if f.is_file())


@dataclass(frozen=True)
class Job:
    """A run on a rented machine: everything that the task file is made from."""

    name: str
    recipe: Any  # tuning.recipe.Recipe
    recipe_file: Path
    mounts: tuple[Mount, ...]
    cards: tuple[Card, ...]  # one, or those among which SkyPilot may choose
    cloud: str = ""  # "" = any that SkyPilot knows the person's account of
    spot: bool = False
    continues: str = ""
    extra: tuple[str, ...] = ()  # further arguments of train.py: --base, --method

    @property
    def cluster(self) -> str:
        """What SkyPilot calls the machine: letters, digits and -."""
        return ("refiner-" + re.sub(r"[^a-z0-9]+", "-", self.name.lower())).strip("-")

    @property
    def count(self) -> int:
        return self.cards[0].count

    @property
    def unsloth(self) -> bool:
        """Whether Unsloth trains; on several cards it does only where the recipe says so."""
        return bool(self.recipe.backend == "unsloth" or (self.recipe.backend == "auto" and self.count == 1))

    @property
    def gated(self) -> bool:
        """Whether the hub wants to know who fetches the base model."""
        return str(self.recipe.base.model).startswith(tuple(data()["hub"]["gated"]))


# ---- the file ------------------------------------------------------------------------------------------------------


def mounts_of(dataset: Path, recipe_file: Path, recipe: Any, before: Path | None) -> tuple[Mount, ...]:
    """What has to be on the rented machine, and nothing more. `before`: the folder of the run that is continued."""
    program = training_folder().resolve()
    found = [Mount(f"{HOME}/training", program, False)]
    files = ("manifest.json", "train.jsonl", "eval.jsonl", *READS[recipe.method])
    found += [Mount(f"{HOME}/dataset/{name}", dataset / name, True) for name in files]
    if program not in recipe_file.resolve().parents:
        found.append(Mount(f"{HOME}/{plain(recipe_file.name)}", recipe_file, False))
    general = recipe_file.parent / recipe.data.replay_file
    if recipe.data.replay and general.is_file() and program not in general.resolve().parents:
        found.append(Mount(f"{HOME}/{general.name}", general, True))
    if before is not None:
        found += [Mount(f"{HOME}/before/{before.name}/{part}", before / part, True) for part in ("run.json", "adapter")]
    return tuple(found)


def plain(name: str) -> str:
    """A file's name without what a shell, rsync or YAML could stumble over."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).lstrip(".-") or "file"


def task(job: Job) -> dict[str, Any]:
    """The task as SkyPilot's parser reads it."""
    resources: dict[str, Any] = {"use_spot": job.spot, "disk_size": DISK_GB}
    if job.cloud:
        resources["infra"] = job.cloud
    if job.cloud not in data()["clouds"]["no_autodown"]:
        resources["autostop"] = {"idle_minutes": IDLE_MINUTES, "down": True}
    if len(job.cards) == 1:
        resources["accelerators"] = str(job.cards[0])
    else:
        resources["any_of"] = [{"accelerators": str(card)} for card in job.cards]
    made: dict[str, Any] = {
        "name": job.cluster,
        "resources": resources,
        "envs": {"HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1", "UNSLOTH_DISABLE_STATISTICS": "1"},
    }
    if job.gated:
        made["secrets"] = {"HF_TOKEN": None}  # given when it is launched; never in a file
    made["file_mounts"] = {mount.remote: str(mount.local.resolve()) for mount in job.mounts}
    return {**made, "setup": _setup(job), "run": _run(job)}


def requirements(unsloth: bool) -> list[str]:
    """What pip installs on the rented machine: this installation's own version ranges.

    Raises TrainingError where the installation does not say them.
    """
    extra = "unsloth" if unsloth else "train"
    try:
        told = importlib.metadata.requires("refiner") or []
    except importlib.metadata.PackageNotFoundError:
        told = []
    found = [line.partition(";")[0].strip() for line in told if re.search(rf"extra == ['\"]{extra}['\"]", line)]
    found = [line for line in found if not line.startswith("refiner")]
    if not found:
        raise TrainingError("this installation does not say which packages train", mend="install refiner again")
    return sorted(found) + ([] if unsloth else [BITSANDBYTES]) + ["matplotlib"]


def _setup(job: Job) -> str:
    packages = " ".join(shlex.quote(line) for line in requirements(job.unsloth))
    base = job.recipe.base
    return (
        "set -e\n"
        "umask 077\n"
        "chmod -R go= ~/refiner\n"
        "cd ~/refiner\n"
        'PATH="$HOME/.local/bin:$PATH"\n'
        "command -v uv > /dev/null || python3 -m pip install --quiet uv\n"
        "[ -d .venv ] || uv venv --quiet --python 3.11 .venv\n"
        f"uv pip install --quiet --python .venv/bin/python {packages}\n"
        f".venv/bin/hf download {shlex.quote(base.model)} --revision {shlex.quote(base.revision)} --quiet\n"
    )


def _run(job: Job) -> str:
    out = f"runs/{job.name}"
    program = ".venv/bin/python" if job.count == 1 else (
        f".venv/bin/accelerate launch --multi_gpu --num_processes {job.count} --num_machines 1 "
        "--mixed_precision no --dynamo_backend no"
    )  # fmt: skip
    inside = training_folder().resolve() in job.recipe_file.resolve().parents
    recipe = f"training/recipes/{job.recipe_file.name}" if inside else plain(job.recipe_file.name)
    words = ["training/train.py", "dataset", "--recipe", recipe, "--out", out, "--allow-download", *job.extra]
    words += ["--continue", f"before/{job.continues}"] if job.continues else []
    said = f"done; the data set is removed here. Fetch {HOME}/{out}, then: sky down {job.cluster}"
    return (
        "umask 077\n"
        "cd ~/refiner\n"
        "# Whatever becomes of the run, the data set does not stay. Launch it again, and it is brought again.\n"
        "trap 'rm -rf ~/refiner/dataset ~/refiner/before ~/refiner/cache' EXIT\n"
        "trap 'exit 130' INT TERM HUP\n"
        "export HF_DATASETS_CACHE=~/refiner/cache\n"
        f"if [ -f {shlex.quote(out)}/run.json ]; then echo 'finished already: fetch it'; exit 0; fi\n"
        "again=\n"
        f"if [ -f {shlex.quote(out)}/started.json ]; then again=--resume; fi\n"
        f"{program} {' '.join(shlex.quote(word) for word in words)} $again || exit\n"
        f"echo {shlex.quote(said)}\n"
    )


def as_yaml(job: Job) -> str:
    """The task file's text."""
    head = (
        "# Written by refiner; nothing was started and nothing sent. docs/cloud.md says what each part does.\n"
        f"#   sky launch -c {job.cluster} THIS-FILE\n"
    )
    return head + yaml.dump(task(job), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, as a person would."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # Escaped where a character is one that YAML would take for the end of a line (U+0085) or drop.
    style = '"' if not text.replace("\n", "").isprintable() else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
