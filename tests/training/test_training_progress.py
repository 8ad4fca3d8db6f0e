"""What the person sees while it trains: a bar with the time left on a terminal, and what to do when memory is full."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest
from training_tiny import TRAINING, Train

pytestmark = [pytest.mark.training, pytest.mark.filterwarnings("ignore::FutureWarning")]


def test_a_terminal_gets_a_bar_with_loss_and_time_left(
    dataset: Path, tiny_recipe: Callable[..., Path], tmp_path: Path
) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    command = [sys.executable, str(TRAINING / "train.py"), str(dataset), "--recipe", str(tiny_recipe(epochs=1))]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TERM": "xterm"}
    with subprocess.Popen(
        [*command, "--out", str(tmp_path / "out")], stderr=theirs, stdout=subprocess.DEVNULL, env=environment
    ) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            said += piece
        assert process.wait(300) == 0, said.decode()
    os.close(ours)
    text = said.decode()
    bars = [part for part in re.split(r"[\r\n]+", text) if "step/s" in part or "s/step" in part]
    assert bars, text
    assert re.search(r"9/9 \[\d\d:\d\d<00:00", bars[-1]), bars[-1]
    assert "loss=" in bars[-1]
    assert "step 1/9" not in text  # no lines beside the bar


FULL = """
import runpy, sys, torch, transformers
step = transformers.Trainer.training_step
def training_step(self, *args, **rest):
    if self.state.global_step == 12:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")
    return step(self, *args, **rest)
transformers.Trainer.training_step = training_step
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_memory_that_is_full_is_said_with_what_to_change_and_nothing_is_lost(
    train_py: Train, dataset: Path, tiny_recipe: Callable[..., Path], tmp_path: Path
) -> None:
    out, recipe = tmp_path / "out", tiny_recipe(epochs=2)
    command = [sys.executable, "-c", FULL, str(TRAINING / "train.py"), str(dataset), "--recipe", str(recipe)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    full = subprocess.run([*command, "--out", str(out)], capture_output=True, text=True, timeout=300, env=environment)
    assert full.returncode == 1
    assert "error: the memory is full" in full.stderr
    assert "batch_size = 1 with gradient_accumulation raised as much" in full.stderr
    assert "Traceback" not in full.stderr
    assert not (out / "run.json").exists()
    resumed = train_py(dataset, "--out", out, "--resume")  # from the end of the first epoch, by its own recipe
    assert resumed.returncode == 0, resumed.stderr
    assert "step 10/18" in resumed.stderr
    assert (out / "run.json").is_file()
