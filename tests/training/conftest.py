"""Fixtures of the training tests: a dataset folder, a tiny model, and train.py run as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from training_persona import persona_rows, write_dataset  # noqa: E402
from training_tiny import TINY_RECIPE, TRAINING, Train, make_tiny  # noqa: E402


@pytest.fixture(scope="session")
def train_py() -> Train:
    """Run train.py with the given arguments; returns the finished process with its output as text.

    One thread by default: the tiny model's tensors are too small to share, and threads that wait for each other on a
    busy machine make it ten times slower.
    """

    def run(*arguments: object, threads: int = 1, timeout: float = 900) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(TRAINING / "train.py"), *map(str, arguments)]
        # Threads that wait without spinning: two that spin for a core that is taken are ten times slower.
        quiet = {"OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "PASSIVE", "PYTHONWARNINGS": "default"}
        environment = {**os.environ, **quiet}
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=environment)

    return run


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("dataset"))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny random model."""
    texts = [m["content"] for rows in persona_rows() for row in rows for m in row["messages"]]
    return make_tiny(tmp_path_factory.mktemp("tiny"), texts)


@pytest.fixture
def tiny_recipe(tmp_path: Path, tiny: Path) -> Callable[..., Path]:
    """Write a recipe for the tiny model; `changes` are (old, new) texts in it."""

    def write(*changes: tuple[str, str], epochs: int = 5) -> Path:
        text = TINY_RECIPE.format(base=tiny, epochs=epochs)
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "tiny.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.fixture(scope="session")
def tiny_toml(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> Path:
    file = tmp_path_factory.mktemp("recipe") / "tiny.toml"
    file.write_text(TINY_RECIPE.format(base=tiny, epochs=5), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def finished(train_py: Train, dataset: Path, tiny_toml: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that went to its end."""
    out = tmp_path_factory.mktemp("runs") / "whole"
    done = train_py(dataset, "--recipe", tiny_toml, "--out", out)
    assert done.returncode == 0, done.stderr
    (out.parent / "stderr").write_text(done.stderr, encoding="utf-8")
    return out


@pytest.fixture(scope="session")
def record(finished: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((finished / "run.json").read_text(encoding="utf-8"))
    return data
