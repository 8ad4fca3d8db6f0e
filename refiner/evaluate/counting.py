"""Counts the tokens of rows as training sees them: a program of its own, so that its libraries stay out of refiner.

Started by `count` (python -P -m refiner.evaluate.counting), which gives it the base's name and the rows as JSON on
stdin and reads from stdout, for each row, the tokens of its answers that are learnt, the sequences that it becomes and
all their tokens (`training/tuning/labels.py`: what is counted here is what the loss falls on); and how many tokens a
second this machine trains, reckoned as `training/tuning/pace.py` does.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from refiner.dataset.persona import tokens as about
from refiner.training.launch import training_folder

_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
_QUIET = {"TRANSFORMERS_VERBOSITY": "error", "TOKENIZERS_PARALLELISM": "false"}
SECONDS = 600
FRAME = 5  # tokens that a template puts around a message, about
Talk = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Size:
    """A row for the trainer: tokens of answers that are learnt, sequences, and all tokens of these."""

    learnt: int
    sequences: int
    tokens: int


@dataclass(frozen=True)
class Counted:
    """The sizes of rows. `exact`: by the base's own tokenizer. `speed`: tokens a second, 0 where it is not known."""

    sizes: tuple[Size, ...]
    exact: bool
    speed: float = 0.0


def count(base: str, rows: Sequence[Talk]) -> Counted:
    """The sizes of rows for this base, estimated where its tokenizer or the training packages are not on this
    machine."""
    if rows and all(importlib.util.find_spec(m) for m in ("transformers", "gguf")):
        request = json.dumps({"base": base, "rows": rows, "training": str(training_folder())})
        command = [sys.executable, "-P", "-m", "refiner.evaluate.counting"]
        try:
            done = subprocess.run(
                command, input=request, capture_output=True, text=True, timeout=SECONDS,
                env={**os.environ, **_OFFLINE, **_QUIET},
            )  # fmt: skip
            found = json.loads(done.stdout[done.stdout.index("{") :])
            return Counted(tuple(Size(*s) for s in found["sizes"]), True, float(found["speed"]))
        except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
            pass
    return Counted(tuple(estimated(row) for row in rows), False)


def estimated(row: Talk) -> Size:
    """About the size of a row, by its words."""
    learnt = [m for m in row if m["role"] == "assistant" and m.get("learn") != "no"]
    whole = sum(about(m["content"]) + FRAME for m in row)
    return Size(sum(about(m["content"]) + 1 for m in learnt), 1, whole)


def main() -> int:
    request = json.load(sys.stdin)
    sys.path.insert(0, request["training"])
    base: Any = importlib.import_module("tuning.base")
    labels: Any = importlib.import_module("tuning.labels")
    errors: Any = importlib.import_module("tuning.errors")
    try:
        where = base.resolve_base(request["base"])
        tokenizer = base.load_tokenizer(where)
        sizes = []
        for row in request["rows"]:
            encoded = labels.encode_row(tokenizer, row)
            learnt = sum(label != labels.IGNORED for e in encoded for label in e.labels)
            sizes.append((learnt, len(encoded), sum(len(e.input_ids) for e in encoded)))
    except errors.Refused:
        return 1
    json.dump({"sizes": sizes, "speed": _speed(base, where)}, sys.stdout)
    return 0


def _speed(base: Any, where: Any) -> float:
    """Tokens a second that are trained, or 0."""
    pace: Any = importlib.import_module("tuning.pace")
    memory: Any = importlib.import_module("tuning.memory")
    try:
        torch: Any = importlib.import_module("torch")
        shape = memory.shape_of(base.load_config(where))
        each = pace.work(shape, 1000, 0, checkpointing=False) / 1000
        return float(pace.measured_pace(not torch.cuda.is_available()) / each)
    except Exception:  # no more than a time in a plan, and no reason to count less well
        return 0.0


if __name__ == "__main__":
    sys.exit(main())
