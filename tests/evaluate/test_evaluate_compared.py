"""The gate, the comparison and the list of `refiner evaluate`, and what it leaves where something is in the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evaluated_program import FEW, QUICK, Done, Opened

from refiner.errors import StoreError, UsageError, WorkspaceBusy
from refiner.evaluate import keeping
from refiner.evaluate.keeping import find_report, folder_of, kept_in, patiently_locked
from refiner.evaluate.likelihood import FORCED_CHOICE
from refiner.store import Workspace, locked


def test_the_gate_decides_the_exit_code(ws: Workspace, models: Opened, run: Callable[..., Done]) -> None:
    assert run(*QUICK, "--fail-under", "general_right=0.9").code == 1
    quiet = run(*QUICK, "--fail-under", "general_right=0.9", "--quiet")
    assert quiet.code == 1
    assert [line.split(":")[0] for line in quiet.out.splitlines() if line.strip()][0] == "NOT REACHED"
    assert run(*QUICK, "--fail-under", "general_right=0", "--quiet").out == ""
    done = run(*QUICK, "--fail-under", "general_right=0", "--json")
    assert done.code == 0
    assert json.loads(done.out)["gate"]["passed"]


def test_a_misspelt_limit_is_found_before_anything_is_asked(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    done = run("--fail-under", "liknes=0.5")
    assert isinstance(done.failure, UsageError)
    assert "likeness" in done.failure.message
    assert not models.opened


def test_two_evaluations_are_compared_by_name_and_by_file(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    assert run(*QUICK, "--name", "before").code == 0
    models.tuned.say = lambda system, asked: "In 1986, I think. I do not know."
    kept_in(ws).unlink()
    assert run(*QUICK, "--name", "after").code == 0
    done = run("--compare", "before", folder_of(ws) / "after" / "report.json")
    assert done.code == 0
    assert "before" in done.out
    told = json.loads(run("--compare", "before", "after", "--json").out)
    assert told["items"] > 0
    gone = run("--compare", "before", "never")
    assert isinstance(gone.failure, UsageError)
    assert "before, after" in gone.failure.message
    lines = run("--list").out.splitlines()
    assert [line.split()[0] for line in lines] == ["before", "after"]
    assert [e["name"] for e in json.loads(run("--list", "--json").out)] == ["before", "after"]


def test_the_contestant_that_is_named_is_the_one_judged_and_compared(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    general = ("--questions", "4", "--only", "general", "--fail-under", "general_right=0.5", "--json")
    models.base.say = lambda system, asked: "It is not known to me."
    made = json.loads(run(*general, "--contestant", "base").out)
    assert made["gate"]["contestant"] == "base"
    assert json.loads(run(*general).out)["gate"]["contestant"] == "tuned+card"
    wrong = run(*general, "--contestant", "base-card", "--no-baselines")
    assert isinstance(wrong.failure, UsageError)
    assert wrong.failure.message.endswith("there are: tuned, tuned+card")
    told = json.loads(run("--compare", "first", "first", "--contestant", "tuned", "--json").out)
    assert (told["before"], told["after"]) == ("first (tuned)", "first (tuned)")
    page = (folder_of(ws) / "first" / "report.html").read_text()
    assert "tuned+card beside base+card" in page
    assert run(*general, "--contestant", "tuned").code in (0, 1)
    assert "tuned beside base<" in (folder_of(ws) / "first" / "report.html").read_text()


def test_two_with_no_question_in_common_are_told_how_to_get_some(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    assert run(*FEW, "--only", "general", "--no-baselines", "--name", "one").code == 0
    assert run(*FEW, "--only", "unlived", "--no-baselines", "--name", "two").code == 0
    said = run("--compare", "one", "two").out
    assert "with the same --seed, --questions and --only" in " ".join(said.split())
    assert "not comparable" not in said.replace("Likeness", "likeness").split("likeness")[0]
    assert "Better" not in said


def test_a_choice_among_anecdotes_that_was_not_asked_for_is_no_fault_of_the_notes(
    ws: Workspace, models: Opened, run: Callable[..., Done]
) -> None:
    done = run(*FEW, "--only", "general", "--no-baselines")
    assert "anecdote" not in done.out.split("no questions for")[0]
    score = find_report(folder_of(ws), "first").score("tuned", FORCED_CHOICE.id)
    assert score is not None
    assert score.why.startswith("no question")


def test_another_command_that_writes_is_waited_for(
    ws: Workspace, models: Opened, run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = locked(ws, "refine")
    held.__enter__()
    monkeypatch.setattr(keeping.time, "sleep", lambda seconds: held.__exit__(None, None, None))
    done = run(*FEW, "--only", "general", "--no-baselines")
    assert done.code == 0, done.failure
    assert find_report(folder_of(ws), "first")
    with locked(ws, "refine"), pytest.raises(WorkspaceBusy, match="is at work") as busy, patiently_locked(ws, 0.0):
        pass
    assert "all answers are kept" in (busy.value.mend or "")


def test_a_plan_says_where_nothing_is_left_to_ask(ws: Workspace, models: Opened, run: Callable[..., Done]) -> None:
    one = ("--questions", "1", "--only", "general", "--no-baselines")
    before = run(*one, "--dry-run").out
    assert "general: 1 question in 1 wording\n" in before
    assert "nothing is left" not in before
    assert "anecdote" not in before
    assert run(*one).code == 0
    after = run(*one, "--dry-run").out
    assert "nothing is left to ask" in after
    assert " min for" not in after


def test_a_card_that_is_not_there_is_said_in_words(ws: Workspace, run: Callable[..., Done]) -> None:
    failure = run("--card", ws.root / "nobody.md").failure
    assert isinstance(failure, UsageError)
    assert failure.message.endswith("nobody.md cannot be read: No such file or directory")


def test_a_comparison_takes_no_gate(run: Callable[..., Done]) -> None:
    """A limit that would be passed over in silence must not look as if it were held."""
    for args in (("--compare", "a", "b", "--fail-under", "0.5"), ("--list", "--run", "first")):
        assert "interview nobody" in str(getattr(run(*args).failure, "message", ""))


def test_nothing_evaluated_yet_is_said(run: Callable[..., Done]) -> None:
    done = run("--list")
    assert done.code == 0
    assert "nothing was evaluated" in done.err
    failure = run("--compare", "a", "b").failure
    assert failure is not None
    assert "refiner evaluate --run" in (failure.mend or "")


def test_a_report_that_could_not_be_written_whole_is_none(
    ws: Workspace, models: Opened, run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(*QUICK).code == 0
    real = keeping.write_atomic

    def full(path: Path, data: Any) -> None:
        if path.name == "report.html":
            raise StoreError("no space left")
        real(path, data)

    monkeypatch.setattr(keeping, "write_atomic", full)
    assert isinstance(run(*QUICK).failure, StoreError)
    with pytest.raises(UsageError, match="no evaluation"):
        find_report(folder_of(ws), "first")


def test_a_torn_report_is_listed_and_named(ws: Workspace, models: Opened, run: Callable[..., Done]) -> None:
    assert run(*QUICK).code == 0
    file = folder_of(ws) / "first" / "report.json"
    file.write_text(file.read_text()[:500])
    assert "cannot be read" in run("--list").out
    failed = run("--compare", "first", "first").failure
    assert isinstance(failed, StoreError)
    assert "is no report" in failed.message
    assert run(*QUICK).code == 0  # and made anew
