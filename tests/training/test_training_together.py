"""Several processes that train one adapter, started by `accelerate launch`: two on this CPU, which talk by gloo."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from training_tiny import TRAINING

pytestmark = [pytest.mark.training, pytest.mark.filterwarnings("ignore::FutureWarning")]

LAUNCH = [
    *(sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"),
    *("--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"),
    str(TRAINING / "train.py"),
]


@pytest.fixture
def halves(tiny_recipe: Callable[..., Path]) -> Callable[[int], Path]:
    """The tiny recipe with half the batch: two processes make the same steps of it as one of the whole."""
    return lambda epochs: tiny_recipe(("batch_size = 4", "batch_size = 2"), epochs=epochs)


def start(*arguments: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [*LAUNCH, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment, start_new_session=True)


def test_two_processes_make_the_steps_of_one(
    dataset: Path, halves: Callable[[int], Path], tmp_path: Path, record: dict[str, Any]
) -> None:
    out = tmp_path / "two"
    with start(dataset, "--recipe", halves(5), "--out", out) as process:
        _, said = process.communicate(timeout=600)
    assert process.returncode == 0, said
    data = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert (data["processes"], data["steps"]) == (2, record["steps"])
    # The last batch of an epoch is filled up with rows from its beginning, so they part there.
    ours = [step["loss"] for step in data["losses"][:8]]
    assert ours == pytest.approx([step["loss"] for step in record["losses"][:8]], abs=1e-4)
    assert data["losses"][-1]["loss"] == pytest.approx(record["losses"][-1]["loss"], abs=0.6)
    assert data["gradient_checks"] == record["gradient_checks"]
    assert said.count("back end   trl-cpu") == 1  # one of them speaks
    assert said.count("step 45/45") == 1
    assert "Warning" not in said


def test_ctrl_c_saves_in_all_of_them(dataset: Path, halves: Callable[[int], Path], tmp_path: Path) -> None:
    out = tmp_path / "interrupted"
    with start(dataset, "--recipe", halves(300), "--out", out) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("step "):
                os.killpg(process.pid, signal.SIGINT)
                break
        said = process.stderr.read()
        assert process.wait(60) != 0
    assert "stopped and saved at step" in said
    assert list((out / "checkpoints").glob("checkpoint-*/trainer_state.json"))
    assert not (out / "run.json").exists()


def test_what_is_wrong_is_said_once(dataset: Path, tmp_path: Path, halves: Callable[[int], Path]) -> None:
    (tmp_path / "done").mkdir()
    (tmp_path / "done" / "run.json").touch()
    with start(dataset, "--recipe", halves(1), "--out", tmp_path / "done") as process:
        _, said = process.communicate(timeout=600)
    assert process.returncode != 0
    assert said.count("holds a finished run") == 1
