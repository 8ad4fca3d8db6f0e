"""The run's folder before training: whether it may be used, and where an interrupted run goes on.

`started.json` says what a run was started with, since a resumed run must be the same run. Where decisions follow the
supervised part, that part's adapter is kept in `supervised/` as soon as it is made, and `supervised.json`, written
after it, says how it went: a run interrupted later does not train it again.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .continued import Before
from .errors import Refused
from .folder import Folder
from .reading import load_json
from .recipe import Recipe
from .record import say, write_json
from .together import anybody, processes, wait

if TYPE_CHECKING:
    from .fit import Fitted


_HELD: dict[Path, int] = {}  # open files: a lock goes with the process


@dataclass(frozen=True)
class Started:
    """A run that was begun, now or earlier."""

    out: Path
    recipe: Recipe  # with the name that the run was started with
    resume: bool  # whether there is a checkpoint of this run to go on from
    fitted: Fitted | None = None  # of the supervised part, where it was finished before

    @property
    def supervised_adapter(self) -> Path | None:
        """The adapter that the finished supervised part made, or None."""
        return self.out / "supervised" if self.fitted else None

    def keep_supervised(self, model: Any, fitted: Fitted) -> None:
        """Keep what the supervised part made, so that an interruption of the second part does not lose it."""
        if processes().first:
            folder = self.out / "supervised"
            shutil.rmtree(folder, ignore_errors=True)
            model.save_pretrained(str(folder))
            write_json(self.out / "supervised.json", dataclasses.asdict(fitted))
            shutil.rmtree(self.out / "checkpoints", ignore_errors=True)
        wait()


def prepare(
    out: Path,
    recipe: Recipe,
    recipe_file: Path,
    folder: Folder,
    before: Before | None,
    decided: Sequence[str] = (),
    *,
    resume: bool,
) -> Started:
    """Make the run's folder, with a copy of the recipe and the log of the libraries' warnings.

    Raises `Refused` (exit code 2): a finished or unfinished run is there, or one that was started otherwise. One that
    ended before its first checkpoint has nothing to lose and is started anew, with or without `resume`.
    """
    copy = out / "recipe.toml"
    again = copy.is_file() and copy.samefile(recipe_file)
    if again:  # its own copy: the run keeps the name that it was started with
        recipe = dataclasses.replace(recipe, name=_started_as(out) or recipe.name)
    if not processes().first:  # the first one has the say; these only hear how it went
        log_to(Path(os.devnull))
        if anybody(False):
            raise SystemExit(2)
        resumed = anybody(False)
        return Started(out, recipe, resumed, _fitted(out) if resumed else None)
    try:
        out.mkdir(parents=True, exist_ok=True)
        hold(out)
        resumed = _claim(out, recipe, folder, before, decided, resume)
    except BaseException:
        anybody(True)
        raise
    if not again:
        shutil.copyfile(recipe_file, copy)
    log_to(out / "train.log")
    anybody(False)
    anybody(resumed)
    return Started(out, recipe, resumed, _fitted(out) if resumed else None)


def _claim(
    out: Path, recipe: Recipe, folder: Folder, before: Before | None, decided: Sequence[str], resume: bool
) -> bool:
    """Whether there is something of this run to go on from."""
    from .fit import last_checkpoint

    started = out / "started.json"
    this: dict[str, Any] = {
        "dataset": folder.sha256,
        "recipe": recipe.as_dict(),
        "continues": {"name": before.name, "sha256": before.sha256} if before else None,
        "decisions": sorted(decided),
    }
    if (out / "run.json").exists():
        raise Refused(f"{out} holds a finished run", mend="choose another --out", exit_code=2)
    saved = last_checkpoint(out / "checkpoints") or (out / "supervised.json").is_file()
    if started.exists() and saved:
        if not resume:
            mend = "go on with --resume, or choose another --out"
            raise Refused(f"{out} holds an unfinished run", mend=mend, exit_code=2)
        try:
            was = load_json(started)
            changed = [name for name, value in this.items() if was.get(name) != value]
        except (OSError, ValueError, AttributeError) as error:
            mend = "start anew with another --out"
            raise Refused(f"{started} is damaged: {error}", mend=mend, exit_code=2) from error
        if changed:
            what = " and the ".join("run that it continues" if name == "continues" else name for name in changed)
            mend = "start anew with another --out"
            raise Refused(f"the {what} changed since the run in {out} was started", mend=mend, exit_code=2)
        return True
    if resume:
        if not started.exists():
            raise Refused(f"there is no run to resume in {out}", mend="run it again without --resume", exit_code=2)
        say("note: nothing of this run was saved yet; it starts anew")
    for part in ("checkpoints", "checkpoints-2", "supervised"):
        shutil.rmtree(out / part, ignore_errors=True)
    # The folder, so that --resume alone is enough; moved, it has to be named again.
    write_json(started, this | {"continues_from": str(before.adapter.parent.resolve()) if before else ""})
    return False


def hold(out: Path) -> None:
    """Keep other trainings out of the run's folder until this process ends; whose it is stands in `.lock`.

    Raises `Refused` (exit code 2) where another one is at work in it.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        return
    if out.resolve() in _HELD:
        return
    file = os.open(out / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        other = os.read(file, 20).decode("ascii", "replace").strip() or "unknown"
        mend = "wait for it to end, or stop it with Ctrl-C and go on with --resume"
        raise Refused(f"a training is at work in {out} (process {other})", mend=mend, exit_code=2) from None
    _HELD[out.resolve()] = file
    os.ftruncate(file, 0)
    os.write(file, f"{os.getpid()}\n".encode())


def clear(out: Path) -> None:
    """Remove what only an unfinished run needs."""
    for part in ("checkpoints", "checkpoints-2", "supervised"):
        shutil.rmtree(out / part, ignore_errors=True)
    for name in ("supervised.json", "started.json", ".lock"):
        (out / name).unlink(missing_ok=True)


def log_to(file: Path) -> None:
    """Warnings and log lines of the libraries go to a file: they are for whoever looks into a fault."""
    handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.captureWarnings(True)
    root = logging.getLogger()
    for earlier in root.handlers:
        earlier.close()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    from transformers.utils import logging as library

    library.disable_default_handler()
    library.enable_propagation()
    library.set_verbosity_warning()
    library.disable_progress_bar()


def _fitted(out: Path) -> Fitted | None:
    from .fit import Fitted

    try:
        return Fitted(**load_json(out / "supervised.json"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        mend = "start anew with another --out"
        raise Refused(f"{out / 'supervised.json'} cannot be read: {error}", mend=mend) from error


def _started_as(out: Path) -> str:
    """The name of the recipe that a run was started with, "" where it cannot be told."""
    try:
        return str(load_json(out / "started.json")["recipe"]["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
