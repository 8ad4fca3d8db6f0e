"""What a run writes down for those who like to watch: into its own folder, and to nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from training_tiny import TRAINING

pytestmark = [pytest.mark.training, pytest.mark.filterwarnings("ignore::FutureWarning")]

# Runs train.py and says each address that anything in it tries to reach.
WATCHED = """
import runpy, socket, sys
reach = socket.socket.connect
def connect(self, address):
    print("reached for", address, file=sys.stderr)
    return reach(self, address)
socket.socket.connect = connect
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize(("logger", "written"), [("tensorboard", "events.out.tfevents.*"), ("trackio", "refiner.db")])
def test_a_logger_writes_into_the_runs_folder_and_reaches_for_nobody(
    dataset: Path, tiny_recipe: Callable[..., Path], tmp_path: Path, logger: str, written: str
) -> None:
    recipe = tiny_recipe(("[train]", f'[train]\nlogger = "{logger}"'), epochs=1)
    theirs = str(tmp_path / "theirs")
    elsewhere = {
        "TRACKIO_SPACE_ID": "somebody/space", "TRACKIO_SERVER_URL": "http://192.0.2.1:7860",
        "TRACKIO_DIR": theirs, "TENSORBOARD_LOGGING_DIR": theirs,
    }  # fmt: skip
    command = [sys.executable, "-c", WATCHED, str(TRAINING / "train.py"), str(dataset), "--recipe", str(recipe)]
    home = {"HOME": str(tmp_path / "home"), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "out")],
        capture_output=True, text=True, env={**os.environ, **home, **elsewhere}, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "reached for" not in done.stderr
    assert not (tmp_path / "theirs").exists()
    (file,) = (tmp_path / "out" / "logs").glob(written)
    assert file.stat().st_size > 0
    assert file.stat().st_mode & 0o077 == 0
    assert (tmp_path / "out" / "run.json").is_file()


def test_the_watch_sees_what_is_reached_for(tmp_path: Path) -> None:
    script = tmp_path / "reach.py"
    script.write_text(
        "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9))\nexcept OSError:\n    pass\n"
    )
    done = subprocess.run([sys.executable, "-c", WATCHED, str(script)], capture_output=True, text=True, timeout=60)
    assert "reached for ('127.0.0.1', 9)" in done.stderr


def test_a_logger_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import importlib.util

    from tuning.errors import Refused
    from tuning.fit import logging_arguments

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Refused, match=r"the logger trackio is not installed") as caught:
        logging_arguments("trackio", tmp_path)
    assert "pip install trackio" in str(caught.value)
    assert logging_arguments("none", tmp_path) == {"report_to": "none"}
    assert list(tmp_path.iterdir()) == []
