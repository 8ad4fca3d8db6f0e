"""`refiner evaluate` from the command line to the files, with models of the test's own on an invented life."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from asked_models import failing
from evaluated_lives import NOW
from evaluated_program import FEW, HELD, QUICK, Done, Opened, listed

from refiner.cli import app
from refiner.errors import ModelError, UsageError
from refiner.evaluate import keeping
from refiner.evaluate.keeping import find_report, folder_of, kept_in, name_from
from refiner.evaluate.likelihood import FORCED_CHOICE
from refiner.evaluate.scores import MEASURES
from refiner.evaluate.shapes import AREAS, Answer
from refiner.store import Workspace, read_jsonl

# ---- the whole way ----


def test_four_contestants_from_the_command_line_to_the_files(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    done = run(*FEW)
    assert done.code == 0, done.err
    assert "likeness" in done.out.casefold()
    folder = folder_of(ws) / "first"
    report = find_report(folder_of(ws), "first")
    assert [c.id for c in report.contestants] == ["base", "base+card", "tuned", "tuned+card"]
    answers = read_jsonl(folder / "answers.jsonl", Answer)
    each = sum(len(i.asks) for i in report.items)
    assert len(answers) == 4 * each
    assert {len(marks) for marks in report.marks.values()} != {0}
    assert report.now == NOW
    assert report.settings["areas"]
    assert models.opened == [False, True]  # each weights once, for both messages
    assert models.base.closed
    assert models.tuned.closed
    # One message is finished before the other, so that what was read of it can be used again.
    systems = [talk[0]["content"] for talk in models.tuned.asked]
    assert sum(a != b for a, b in zip(systems, systems[1:], strict=False)) == 1
    for file in ("report.json", "report.html", "answers.jsonl"):
        assert stat.S_IMODE((folder / file).stat().st_mode) == 0o600
    assert "<script" not in (folder / "report.html").read_text()
    assert {s.contestant for s in report.scores if s.measure == "forced_choice"} == set(report.marks)


def test_held_out_events_are_asked_about_where_the_data_set_names_them(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    assert run(*FEW).code == 0
    held = [i.about for i in find_report(folder_of(ws), "first").items if i.area == "held_out"]
    assert held
    assert set(held) <= set(HELD)


def test_another_data_set_than_that_of_the_run_is_said(ws: Workspace, models: Opened, run: Callable[..., Done]) -> None:
    kept = shutil.copytree(ws.dataset, ws.root / "kept-dataset")
    with (ws.dataset / "train.jsonl").open("a") as file:
        file.write(json.dumps({"messages": []}) + "\n")
    listed(ws.dataset)
    done = run(*FEW)
    assert "trained on another data set" in done.err.replace("\n", " ")
    report = find_report(folder_of(ws), "first")
    assert not [i for i in report.items if i.area == "held_out"]
    assert report.settings["dataset"]["sha256"] == ""
    done = run(*FEW, "--dataset", kept)
    assert "another data set" not in done.err.replace("\n", " ")
    assert [i for i in find_report(folder_of(ws), "first").items if i.area == "held_out"]
    done = run(*FEW, "--dataset", ws.dataset)
    assert isinstance(done.failure, UsageError)
    assert "was not trained on" in done.failure.message
    assert "refiner train --dataset" in (done.failure.mend or "")


def test_what_was_answered_serves_the_next_evaluation(ws: Workspace, models: Opened, run: Callable[..., Done]) -> None:
    assert run(*QUICK).code == 0
    first = find_report(folder_of(ws), "first")
    asked = len(models.base.asked), len(models.tuned.asked)
    assert run(*QUICK, "--name", "again").code == 0
    assert (len(models.base.asked), len(models.tuned.asked)) == asked
    again = find_report(folder_of(ws), "again")
    assert again.scores == first.scores
    assert again.marks == first.marks


def test_ctrl_c_keeps_the_answers_and_the_same_command_goes_on(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    said = models.tuned.say
    left = [7]

    def stops(system: str, asked: str) -> str:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return said(system, asked)

    models.tuned.say = stops
    done = run(*QUICK)
    assert done.code == 130
    there = len(kept_in(ws).read_text().splitlines())
    assert f"{there} of " in done.err
    assert "same command" in done.err
    assert models.tuned.closed
    assert not (folder_of(ws) / "first" / "report.json").exists()
    base = len(models.base.asked)
    assert run(*QUICK).code == 0
    assert len(models.base.asked) == base
    # The broken off question is asked twice, every other one once.
    each = sum(len(i.asks) for i in find_report(folder_of(ws), "first").items)
    assert len(models.tuned.asked) == 2 * each + 1


def test_a_model_that_goes_away_ends_it_with_what_to_do(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    models.base.say = failing(5)
    done = run(*QUICK)
    assert isinstance(done.failure, ModelError)
    assert "kept" in done.failure.mend
    assert len(kept_in(ws).read_text().splitlines()) == 5
    assert not (folder_of(ws) / "first").exists()


def test_a_dry_run_asks_nothing_and_writes_nothing(ws: Workspace, models: Opened, run: Callable[..., Done]) -> None:
    done = run(*QUICK, "--dry-run")
    assert done.code == 0
    assert "base, base+card, tuned, tuned+card" in done.out
    told = json.loads(run(*QUICK, "--dry-run", "--json").out)
    assert told["answers"] == 4 * sum(len(i["asks"]) for i in told["items"])
    assert told["kept"] == 0
    assert not models.opened
    assert not folder_of(ws).exists()
    assert run(*QUICK).code == 0
    told = json.loads(run(*QUICK, "--dry-run", "--json").out)
    assert told["kept"] == told["answers"]
    assert told["seconds"] == 0


def test_areas_questions_and_baselines_are_chosen(ws: Workspace, models: Opened, run: Callable[..., Done]) -> None:
    done = run("--questions", "3", "--only", "general,date", "--no-baselines", "--name", "part", "--json")
    assert done.code == 0
    told = json.loads(done.out)
    report = find_report(folder_of(ws), "part")
    assert {i.area for i in report.items} == {"general", "date"}
    assert [c.id for c in report.contestants] == ["tuned", "tuned+card"]
    assert told["items"] == len(report.items)
    assert sum(i.area == "general" for i in report.items) == 3
    assert not models.base.asked


# ---- wrong usage, and names ----


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--only", "facts"], 'no area "facts"'),
        (["--name", "../x"], "--name"),
        (["--strict"], "--fail-under"),
        (["--lora", "x.gguf"], "--lora goes with --gguf"),
        (["--run", "a", "--gguf", "b"], "two different models"),
        (["--run", "none"], 'no run "none"'),
        (["--recipe", "ablate-cpu"], "--ablate"),
        (["--ablate", "kinds", "--list"], "one at a time"),
        (["--ablate", "kinds", "--run", "first"], "adapters of its own"),
        (["--dataset", "nowhere"], "no data set"),
    ],
)
def test_wrong_usage_is_one_message(run: Callable[..., Done], args: list[str], words: str) -> None:
    done = run(*args)
    assert isinstance(done.failure, UsageError)
    assert words in done.failure.message


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("qwen3:4b", "qwen3-4b"),
        ("org/Model v1.5", "org-Model-v1.5"),
        ("../..", "model"),
        ("", "model"),
        ("लता", "model"),
    ],
)
def test_a_models_name_becomes_a_folders(text: str, name: str) -> None:
    assert keeping.check_name(name_from(text)) == name


def test_the_documentation_names_every_area_measure_and_option() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "evaluate.md").read_text()
    for area in AREAS:
        assert f"`{area}`" in text, area
    for measure in (*MEASURES, FORCED_CHOICE):
        assert f"`{measure.id}`" in text or f"`.{measure.id.removeprefix('likeness.')}`" in text, measure.id
    command = typer.main.get_command(app).commands["evaluate"]  # type: ignore[attr-defined]
    common = {"--workspace", "--quiet", "--json", "--now", "--baselines"}
    for option in {o for p in command.params for o in (*p.opts, *p.secondary_opts) if o.startswith("--")} - common:
        assert option in text, option
