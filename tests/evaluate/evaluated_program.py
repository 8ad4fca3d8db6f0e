"""`refiner evaluate` called on a refined life with a run and a data set, where a rule of the test's own answers."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asked_models import Ruled
from evaluated_lives import LIVES, NOW, _dataset
from typer.testing import CliRunner

from refiner import evaluating_contestants
from refiner.cli import app
from refiner.errors import RefinerError
from refiner.refine import refine, with_life
from refiner.sampling import samples_of
from refiner.store import Workspace

HELD = ["record", "takes-over"]
FEW = ("--questions", "2")
QUICK = (*FEW, "--only", "general,dead,unlived")


@pytest.fixture(scope="module")
def refined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second life, refined, with a data set that holds two events out, and a run that was trained on it."""
    folder = tmp_path_factory.mktemp("program") / "life"
    shutil.copytree(LIVES["second"], folder, ignore=shutil.ignore_patterns("README.md"))
    ws = Workspace(folder)
    refine(ws, now=NOW, engine="rules")
    with with_life(ws, now=NOW) as life:
        listed(_dataset(samples_of(life), HELD, ws.dataset))
    run = ws.runs / "first"
    (run / "adapter").mkdir(parents=True)
    (run / "adapter" / "adapter_model.safetensors").write_bytes(b"adapter")
    record = {
        "schema": 1, "finished": "2026-01-02T03:04:05Z", "seconds": 1.0, "steps": 1, "losses": [{"loss": 1.0}],
        "best": None, "base": {"name": "tiny", "source": "x/tiny", "gguf": None}, "adapter": "adapter",
        "system": "You are the one of the card.", "adapter_gguf": None, "dataset": {"sha256": sha(ws.dataset)},
        "backend": {"name": "trl"},
    }  # fmt: skip
    (run / "run.json").write_text(json.dumps(record))
    return folder


def listed(dataset: Path) -> Path:
    """Lists the files of a data set in its manifest, as an export does."""
    (dataset / "eval.jsonl").write_text("")
    manifest = json.loads((dataset / "manifest.json").read_text())
    names = ("train.jsonl", "eval.jsonl")
    manifest["files"] = [{"name": n, "sha256": hashlib.sha256((dataset / n).read_bytes()).hexdigest()} for n in names]
    (dataset / "manifest.json").write_text(json.dumps(manifest))
    return dataset


def sha(dataset: Path) -> str:
    from refiner.since import dataset_hash

    return dataset_hash(dataset)


@pytest.fixture
def ws(refined: Path, tmp_path: Path) -> Workspace:
    return Workspace(shutil.copytree(refined, tmp_path / "life"))


class Opened:
    """The models of the test's own: one for the base, one for what was trained."""

    def __init__(self) -> None:
        self.base = Ruled(lambda system, asked: "As an AI language model I cannot know that.")
        self.tuned = Ruled(lambda system, asked: "I do not know. I was at the quay." if "card" in system else "Yes.")
        self.opened: list[bool] = []

    def __call__(self, run: Any, *, adapter: bool, **rest: Any) -> Ruled:
        self.opened.append(adapter)
        return self.tuned if adapter else self.base


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Opened:
    made = Opened()
    monkeypatch.setattr(evaluating_contestants, "open_model", made)
    return made


class Done:
    """What a command left on stdout and stderr, its exit code, and the expected failure that it ended with."""

    def __init__(self, result: Any) -> None:
        self.out, self.err, self.code = result.stdout, result.stderr, result.exit_code
        self.failure = result.exception if isinstance(result.exception, RefinerError) else None
        if result.exception and not isinstance(result.exception, RefinerError | SystemExit):
            raise result.exception


@pytest.fixture
def run(ws: Workspace) -> Callable[..., Done]:
    def runs(*args: str | Path) -> Done:
        command = ["evaluate", "-C", str(ws.root), "--now", NOW, *map(str, args)]
        return Done(CliRunner().invoke(app, command, catch_exceptions=True))

    return runs
