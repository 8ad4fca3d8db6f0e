"""What happens after a review: the notes are refined with the model asked as it was asked before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import refiner.refine as refining
from refiner import reviewing
from refiner.console import Output
from refiner.engine import ModelOptions
from refiner.errors import ModelError
from refiner.refine import Report, last_options
from refiner.store import FORMAT, Workspace

STATE = {"format": FORMAT, "engine": "llm", "model": "qwen3:4b", "pseudonymise": True}


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    found = Workspace(tmp_path)
    found.refined.mkdir(parents=True)
    (found.refined / "state.json").write_text(json.dumps(STATE))
    return found


def test_names_that_were_hidden_from_the_model_stay_hidden(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ModelOptions]] = []

    def refine(ws: Workspace, *, engine: str, options: ModelOptions, **_: Any) -> Report:
        asked.append((engine, options))
        return Report(False, 0, "", 0.0)

    monkeypatch.setattr(refining, "refine", refine)
    reviewing._apply(ws, "2026-01-01", Output(quiet=True))
    assert asked == [("llm", ModelOptions(model="qwen3:4b", pseudonymise=True))]
    assert last_options(ws.refined / "nowhere") == ModelOptions()


def test_a_model_that_does_not_answer_ends_no_review(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: list[bool] = []

    def refine(ws: Workspace, *, options: ModelOptions, **_: Any) -> Report:
        tried.append(options.offline)
        if not options.offline:
            raise ModelError("http://127.0.0.1:11434 does not answer")
        return Report(False, 0, "", 0.0)

    monkeypatch.setattr(refining, "refine", refine)
    reviewing._apply(ws, "2026-01-01", Output(quiet=False))
    assert tried == [False, True]
    assert "refined by what the model said before" in "".join(capsys.readouterr())
