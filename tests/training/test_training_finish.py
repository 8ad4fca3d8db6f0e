"""The end of a run: until run.json is there, what --resume goes on from is kept."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from training_tiny import TRAINING

pytestmark = pytest.mark.training
assert TRAINING.is_dir()


def test_a_full_disk_at_the_end_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """run.json is the last file of a run, so it is the one that a full disk or a crash leaves out."""
    from tuning import record
    from tuning.finish import finish
    from tuning.fit import Fitted
    from tuning.recipe import ExportKeys, Recipe

    def full(file: Path, data: dict[str, Any]) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(file))

    monkeypatch.setattr(record, "write_json", full)
    (tmp_path / "checkpoints" / "checkpoint-9").mkdir(parents=True)
    (tmp_path / "started.json").write_text("{}")
    saves: Any = SimpleNamespace(save_pretrained=lambda folder: None)
    # What run.json would hold is not of this test.
    some: Any = SimpleNamespace()
    for name in ("sha256", "system", "name", "kind", "source", "revision", "gguf", "card"):
        setattr(some, name, "")
    for name in ("persona_rows", "replay_rows", "eval_rows", "tokens", "parameters", "vram_gb"):
        setattr(some, name, 0)
    some.backend = SimpleNamespace(name="", why="")
    fitted = Fitted(1, 1, [{"step": 1, "loss": 1.0}], [], None, 0, False, 1, 1)
    recipe = Recipe(export=ExportKeys(gguf=False))
    with pytest.raises(OSError, match="No space left"):
        finish(tmp_path, saves, saves, some, recipe, some, some, fitted, some, seconds=1.0)
    assert (tmp_path / "checkpoints" / "checkpoint-9").is_dir()
    assert (tmp_path / "started.json").is_file()
