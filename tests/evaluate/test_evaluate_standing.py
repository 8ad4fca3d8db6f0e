"""What `refiner status` says of evaluations: which there are, and how like her the current run was found."""

from __future__ import annotations

from pathlib import Path

import pytest
from scored_reports import items_of, marks_of, report_of

from refiner.console import Output
from refiner.evaluate.keeping import folder_of, write_report
from refiner.report_standing import standing as told
from refiner.standing import standing
from refiner.store import Workspace, make_folder
from refiner.training.runs import CURRENT
from refiner.workspace import init


def a_run(ws: Workspace) -> None:
    """A finished run, as far as the list reads it."""
    folder = ws.runs / "smoke"
    make_folder(folder)
    (folder / "run.json").write_text(
        '{"schema": 1, "finished": "2026-01-01T00:00:00Z", "seconds": 1, "dataset": {"sha256": "ab"}, "system": "You.",'
        ' "base": {"name": "b", "source": "b", "gguf": ""}, "backend": {"name": "trl-cpu"}, "steps": 1, "best": null,'
        ' "losses": [{"step": 1, "loss": 1.0}], "adapter": "adapter", "adapter_gguf": ""}'
    )
    assert not (ws.runs / CURRENT).exists()


def said(ws: Workspace, capsys: pytest.CaptureFixture[str]) -> str:
    told(Output(), standing(ws))
    return str(capsys.readouterr().out)


def test_status_names_evaluations_and_the_likeness_of_the_current_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ws = Workspace(tmp_path / "life")
    init(ws.root)
    assert "evaluated" not in said(ws, capsys)
    a_run(ws)
    assert "evaluated  never: refiner evaluate" in said(ws, capsys)
    items = items_of(5)
    report = report_of({"tuned+card": marks_of(items, 0.9), "base": marks_of(items, 0.1)}, items)
    of_run = tuple(
        c.model_copy(update={"about": {"run": "smoke"}}) if c.id == "tuned+card" else c for c in report.contestants
    )
    make_folder(folder_of(ws) / "first")
    write_report(folder_of(ws) / "first", report.model_copy(update={"contestants": of_run}), [])
    score = report.score("tuned+card", "likeness")
    assert score is not None
    assert score.value is not None
    assert standing(ws).evaluated.startswith(f"{score.value:.2f} (")
    assert f"evaluated  first; smoke: likeness {score.value:.2f} (" in said(ws, capsys)
    make_folder(folder_of(ws) / "second")
    other = tuple(c.model_copy(update={"about": {"run": "another"}}) for c in report.contestants)
    write_report(folder_of(ws) / "second", report.model_copy(update={"contestants": other, "made": "9999"}), [])
    stands = standing(ws)
    assert stands.evaluations == ("first", "second")
    assert stands.evaluated.startswith(f"{score.value:.2f} (")  # the newest that is about this run
