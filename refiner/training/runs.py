"""The runs of a workspace: one folder each, finished when its run.json is there; and which of them is the current one.

`current.json` beside the folders names the run that is talked to, served and exported where none is named, and those
that were current before it, so that a change can be taken back. Where it cannot be read, or names a run that is gone,
the run that was finished last stands in.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from refiner.errors import StoreError, TrainingError, UsageError
from refiner.store import load_json, write_atomic

SCHEMA = 1
CURRENT = "current.json"
REMOVED = ".removed-"  # a folder's name on its way out: nothing lists it any more
KEPT = 100  # runs that were current before, at most


@dataclass(frozen=True)
class RunInfo:
    """A training run. An unfinished one has its name, its folder and what it was started with alone."""

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
    method: str = ""  # sft, dpo or kto
    continues: str = ""  # the run whose adapter it went on with
    rows: tuple[str, ...] = ()  # keys of what it was taught, without the system message; () in older runs
    problem: str = ""  # why its run.json cannot be read
    data: dict[str, Any] = field(default_factory=dict, repr=False)  # run.json whole

    process: int = 0  # the training that is at work in its folder now; 0 = none

    @property
    def is_finished(self) -> bool:
        return bool(self.finished)

    @property
    def is_begun(self) -> bool:
        """Whether there is something to go on with, or to begin again."""
        begun = not self.finished and not self.problem and (self.folder / "recipe.toml").is_file()
        return begun and not self.process


@dataclass(frozen=True)
class Current:
    """Which run is current, which were before it (oldest first), and what is to be said about that ("" = nothing)."""

    run: RunInfo | None
    before: tuple[str, ...] = ()
    note: str = ""


def read_run(folder: Path) -> RunInfo:
    """The run in `folder`. Raises TrainingError if its run.json cannot be read."""
    file = folder / "run.json"
    if not file.is_file():
        return _unfinished(folder)
    try:
        data = load_json(file)
        if data["schema"] != SCHEMA:
            raise TrainingError(f"{file} has schema {data['schema']!r}, and this refiner reads {SCHEMA}")
        base, best = data["base"], data["best"]
        losses = data["losses"] or data["preferences"]["losses"]  # decisions alone, where no row was new
        if not isinstance(data["finished"], str) or not data["finished"]:
            raise ValueError("finished is no time")
        return RunInfo(
            name=folder.name,
            folder=folder,
            finished=data["finished"],
            base=str(base["name"]),
            base_source=str(base["source"]),
            base_gguf=Path(base["gguf"]) if base["gguf"] else None,
            system=str(data["system"]),
            adapter=folder / data["adapter"],
            adapter_gguf=folder / data["adapter_gguf"] if data["adapter_gguf"] else None,
            dataset=str(data["dataset"]["sha256"]),
            backend=str(data["backend"]["name"]),
            steps=int(data["steps"]),
            first_loss=float(losses[0]["loss"]),
            last_loss=float(losses[-1]["loss"]),
            best_loss=float(best["loss"]) if best else None,
            seconds=float(data["seconds"]),
            method=str(data.get("method") or "sft"),
            continues=_name_in(data.get("continues")),
            rows=tuple(str(key) for key in data.get("rows") or ()),
            data=data,
        )
    except StoreError as error:
        raise TrainingError(error.message, mend=f"train again, or remove {folder}") from None
    except (ValueError, OverflowError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise TrainingError(f"{file} cannot be read: {error!r}", mend=f"train again, or remove {folder}") from error


def _unfinished(folder: Path) -> RunInfo:
    """What can be told of a run that has no run.json: what it was started with, as far as that can be read."""
    try:
        started = load_json(folder / "started.json")
        recipe = started.get("recipe") or {}
        return RunInfo(
            folder.name,
            folder,
            base=str((recipe.get("base") or {}).get("model") or ""),
            method=str(recipe.get("method") or ""),
            continues=_name_in(started.get("continues")),
            dataset=str(started.get("dataset") or ""),
            process=_at_work(folder),
        )
    except (StoreError, AttributeError):
        return RunInfo(folder.name, folder, process=_at_work(folder))


def _at_work(folder: Path) -> int:
    """The process that trains in `folder` now (it holds the lock on the file `.lock`, training/tuning/prepare.py), or
    0."""
    try:
        with (folder / ".lock").open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return int(file.read(20).strip() or 1)
    except (OSError, ValueError):
        return 0
    return 0


def _name_in(continues: Any) -> str:
    name = continues.get("name") if isinstance(continues, dict) else continues
    return name if isinstance(name, str) else ""


def list_runs(runs: Path) -> list[RunInfo]:
    """All runs in the folder `runs`: the finished ones, oldest first, then the others by name. One whose run.json
    cannot be read is among them, with its `problem`."""
    if not runs.is_dir():
        return []
    found = [_read(folder) for folder in runs.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    return sorted(found, key=lambda run: (not run.is_finished, run.finished, run.name))


def _read(folder: Path) -> RunInfo:
    try:
        return read_run(folder)
    except TrainingError as error:
        return RunInfo(folder.name, folder, problem=error.message)


def find_run(runs: Path, name: str) -> RunInfo:
    """The run called `name`. Raises UsageError naming the runs there are, TrainingError if it cannot be read."""
    found = {run.name: run for run in list_runs(runs)}
    if name not in found:
        raise UsageError(f'there is no run "{name}"; runs are: {", ".join(found) or "none"}', mend="refiner runs")
    if found[name].problem:
        return read_run(found[name].folder)  # raises, with what mends it
    return found[name]


def latest_run(runs: Path) -> RunInfo | None:
    """The run that was finished last, or None."""
    finished = [run for run in list_runs(runs) if run.is_finished]
    return finished[-1] if finished else None


# ---- the current run -----------------------------------------------------------------------------------------------


def current(runs: Path) -> Current:
    """The current run and those that were current before it. Never raises for a broken file: it says so in `note`."""
    return _current([run for run in list_runs(runs) if run.is_finished], runs / CURRENT)


def current_run(runs: Path) -> RunInfo | None:
    """The run that is meant where none is named; None where no run is finished."""
    return current(runs).run


def set_current(runs: Path, name: str) -> None:
    """Make `name` the current run; the one that was goes into the history. Raises UsageError if there is no such run,
    TrainingError if it is not finished or cannot be read, StoreError if nothing can be written."""
    run = find_run(runs, name)
    if not run.is_finished:
        raise TrainingError(f"the run {name} is not finished", mend=f"refiner train --resume --name {name}")
    # Where no file says who was current, that was the newest but this one: it has just been finished.
    was = _current([r for r in list_runs(runs) if r.is_finished], runs / CURRENT, but=name)
    before = was.before
    if was.run and was.run.name != name:
        before = (*before, was.run.name)
    _write(runs, name, before)


def rollback(runs: Path) -> tuple[RunInfo, RunInfo]:
    """Make current what the current run continued; where that is none or gone, the one that was current before it.

    Every run is kept. Returns (the run that was current, the one that is now). Raises TrainingError where there is
    nothing to go back to.
    """
    finished = {run.name: run for run in list_runs(runs) if run.is_finished}
    now = current(runs)
    if now.run is None:
        raise TrainingError("no run is finished, so there is none to go back to", mend="refiner runs")
    parent = finished.get(now.run.continues)
    if parent and parent.name != now.run.name:
        # It was current once: what came after it in the history is what is taken back.
        at = len(now.before) - 1 - now.before[::-1].index(parent.name) if parent.name in now.before else None
        _write(runs, parent.name, now.before[:at])
        return now.run, parent
    if not now.before:
        raise TrainingError(
            f"{now.run.name} continues no run that is still there, and none was current before it",
            mend="refiner runs --use NAME makes another one current",
        )
    _write(runs, now.before[-1], now.before[:-1])
    return now.run, finished[now.before[-1]]


def check_removal(runs: Path, name: str) -> RunInfo:
    """The run `name`, if it may be removed. Raises UsageError if there is no such run, TrainingError if it is current
    or another run continues it."""
    found = {run.name: run for run in list_runs(runs)}
    run = found[name] if name in found else find_run(runs, name)
    if run.process:
        mend = "wait for it to end, or stop it with Ctrl-C"
        raise TrainingError(f"a training is at work in {name} (process {run.process})", mend=mend)
    now = current(runs)
    if now.run and now.run.name == name:
        raise TrainingError(f"{name} is the current run", mend="make another one current: refiner runs --use NAME")
    heirs = [other.name for other in found.values() if other.continues == name and other.name != name]
    if heirs:
        raise TrainingError(
            f"{', '.join(heirs)} {'continues' if len(heirs) == 1 else 'continue'} {name}: without it "
            "nobody could go back to it",
            mend=f"remove {heirs[0]} first: refiner runs --remove {heirs[0]}",
        )
    return run


def remove(runs: Path, name: str) -> RunInfo:
    """Delete the run `name`, at once or not at all: it is renamed to a name that nothing lists, then deleted.

    Raises what `check_removal` raises, and StoreError.
    """
    run, now = check_removal(runs, name), current(runs)
    away = runs / f"{REMOVED}{secrets.token_hex(8)}"
    try:
        os.rename(run.folder, away)
    except OSError as error:
        raise StoreError(f"{run.folder} cannot be removed: {error.strerror}") from None
    if (runs / CURRENT).is_file() and now.run:  # a later run of the same name is another one
        _write(runs, now.run.name, tuple(was for was in now.before if was != name))
    for folder in runs.glob(f"{REMOVED}*"):  # also what an interrupted removal left
        try:
            folder.unlink() if folder.is_symlink() else shutil.rmtree(folder)
        except OSError as error:
            raise StoreError(
                f"{name} is out of the list, but {folder} cannot be deleted: {error.strerror}", mend=f"rm -r '{folder}'"
            ) from None
    return run


def _current(finished: list[RunInfo], file: Path, *, but: str = "") -> Current:
    """The current one of the runs in `finished`. `but`: the run that cannot stand in where the file says nothing."""
    there = {run.name: run for run in finished}
    others = [run for run in finished if run.name != but]
    newest = others[-1] if others else None
    older = tuple(run.name for run in others[:-1])  # each was current when it was finished
    instead = f"; the newest finished run stands in: {newest.name}" if newest else ""
    if not file.exists():
        return Current(newest, older, f"no run was made current yet{instead}" if newest else "")
    try:
        record = load_json(file)
        if record["schema"] != SCHEMA:
            raise ValueError(f"schema {record['schema']!r}")
        name, before = record["current"], record["before"]
        if not isinstance(name, str) or not all(isinstance(was, str) for was in before):
            raise ValueError("no names")
    except StoreError as error:
        return Current(newest, older, f"{error.message}{instead}")
    except (ValueError, KeyError, TypeError) as error:
        return Current(newest, older, f"{file} cannot be read ({error!r}){instead}")
    left = _without_repeats([was for was in before if was in there])
    if name in there:
        return Current(there[name], tuple(left[:-1] if left[-1:] == [name] else left))
    if newest and left[-1:] == [newest.name]:
        left.pop()
    return Current(newest, tuple(left), f'the current run was "{name}", which is not there any more{instead}')


def _without_repeats(names: list[str]) -> list[str]:
    # Where a run between two equal ones was removed, one step back must still lead to another run.
    return [name for at, name in enumerate(names) if not at or names[at - 1] != name]


def _write(runs: Path, name: str, before: tuple[str, ...]) -> None:
    record = {"schema": SCHEMA, "current": name, "before": _without_repeats(list(before))[-KEPT:]}
    write_atomic(runs / CURRENT, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
