"""The runs of a workspace: the list, the current one, going back, removing. Needs no training packages."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from typer.testing import CliRunner

from refiner.cli import app
from refiner.errors import StoreError, TrainingError, UsageError
from refiner.report_runs import curve, in_bytes, lasted
from refiner.standing import standing
from refiner.training.runs import (
    CURRENT,
    current,
    current_run,
    find_run,
    latest_run,
    list_runs,
    read_run,
    remove,
    rollback,
    set_current,
)
from refiner.workspace import init


def make_run(runs: Path, name: str, finished: str = "2026-01-01T00:00:00Z", **changes: Any) -> Path:
    folder = runs / name
    (folder / "adapter").mkdir(parents=True)
    (folder / "adapter" / "adapter_model.safetensors").write_bytes(b"x" * 5000)
    record = {
        "schema": 1,
        "finished": finished,
        "seconds": 236.4,
        "dataset": {"sha256": "ab" * 32, "persona_rows": 65, "replay_rows": 26, "eval_rows": 15},
        "system": "You are Mira.",
        "base": {"name": "smollm2-135m-instruct", "source": "/models", "gguf": "/models/base.gguf"},
        "backend": {"name": "trl-cpu"},
        "recipe": {"name": "cpu-smoke", "lora": {"r": 16}},
        "steps": 92,
        "losses": [{"step": 1, "loss": 4.0}, {"step": 2, "loss": 1.0}],
        "evaluations": [{"step": 2, "loss": 1.5}],
        "best": {"step": 2, "loss": 1.5},
        "adapter": "adapter",
        "adapter_gguf": "",
        "versions": {"python": "3.11.4", "trl": "1.16.0"},
        "hardware": {"system": "Linux", "card": ""},
    }
    (folder / "run.json").write_text(json.dumps(record | changes), encoding="utf-8")
    return folder


def begin_run(runs: Path, name: str, continues: str = "") -> Path:
    folder = runs / name
    folder.mkdir(parents=True)
    (folder / "recipe.toml").write_text("[base]\n", encoding="utf-8")
    started = {"dataset": "cd", "recipe": {"method": "dpo", "base": {"model": "Qwen/Qwen3-1.7B"}}}
    if continues:
        started["continues"] = {"name": continues, "sha256": "00"}
    (folder / "started.json").write_text(json.dumps(started), encoding="utf-8")
    return folder


def after(runs: Path, parent: str) -> dict[str, Any]:
    return {"continues": {"name": parent, "sha256": "12" * 32}}


def names(runs: Path) -> tuple[str, ...]:
    now = current(runs)
    return (*now.before, now.run.name if now.run else "")


# ---- reading -------------------------------------------------------------------------------------------------------


def test_what_is_optional_in_a_record(tmp_path: Path) -> None:
    old = read_run(make_run(tmp_path, "old"))
    assert (old.method, old.continues, old.rows) == ("sft", "", ())
    new = read_run(make_run(tmp_path, "new", method="kto", rows=["aa", "bb"], **after(tmp_path, "old")))
    assert (new.method, new.continues, new.rows) == ("kto", "old", ("aa", "bb"))
    assert read_run(make_run(tmp_path, "null", continues=None, rows=None)).continues == ""


def test_an_unfinished_run_says_what_it_was_started_with(tmp_path: Path) -> None:
    run = read_run(begin_run(tmp_path, "half", "old"))
    assert (run.is_begun, run.is_finished, run.method, run.base) == (True, False, "dpo", "Qwen/Qwen3-1.7B")
    assert run.continues == "old"
    (tmp_path / "half" / "started.json").write_text("{", encoding="utf-8")
    assert read_run(tmp_path / "half").is_begun
    (tmp_path / "empty").mkdir()
    assert not read_run(tmp_path / "empty").is_begun


@pytest.mark.parametrize(
    "change",
    [
        {"finished": 5},
        {"finished": ""},
        {"losses": []},
        {"steps": "many"},
        {"base": "x"},
        {"dataset": []},
        {"schema": 2},
    ],
)
def test_a_record_that_is_wrong_is_a_problem_of_its_own_run_alone(tmp_path: Path, change: dict[str, Any]) -> None:
    make_run(tmp_path, "good")
    make_run(tmp_path, "bad", **change)
    runs = {run.name: run for run in list_runs(tmp_path)}
    assert (runs["good"].problem, runs["good"].is_finished) == ("", True)
    assert "bad/run.json" in runs["bad"].problem
    assert not runs["bad"].is_finished
    latest = latest_run(tmp_path)
    assert latest is not None
    assert latest.name == "good"
    with pytest.raises(TrainingError, match=r"run\.json"):
        find_run(tmp_path, "bad")
    with pytest.raises(UsageError, match="runs are: good, bad"):
        find_run(tmp_path, "worse")


# ---- the current one -----------------------------------------------------------------------------------------------


def test_no_run_no_current_one(tmp_path: Path) -> None:
    assert current_run(tmp_path / "none") is None
    begin_run(tmp_path, "half")
    assert current(tmp_path).run is None
    with pytest.raises(TrainingError, match="not finished"):
        set_current(tmp_path, "half")
    with pytest.raises(TrainingError, match="no run is finished"):
        rollback(tmp_path)
    assert not (tmp_path / CURRENT).exists()


def test_a_run_that_finishes_is_current_and_rollback_goes_to_the_one_before(tmp_path: Path) -> None:
    for day, name in enumerate("abc", 1):
        make_run(tmp_path, name, f"2026-01-0{day}T00:00:00Z")
        set_current(tmp_path, name)
    assert names(tmp_path) == ("a", "b", "c")
    set_current(tmp_path, "a")
    assert [run.name for run in rollback(tmp_path)] == ["a", "c"]
    assert [run.name for run in rollback(tmp_path)] == ["c", "b"]
    assert [run.name for run in rollback(tmp_path)] == ["b", "a"]
    with pytest.raises(TrainingError, match="none was current before"):
        rollback(tmp_path)
    assert len(list_runs(tmp_path)) == 3


def test_rollback_goes_to_what_the_run_continues(tmp_path: Path) -> None:
    make_run(tmp_path, "a", "2026-01-01T00:00:00Z")
    make_run(tmp_path, "b", "2026-01-02T00:00:00Z")
    set_current(tmp_path, "b")
    make_run(tmp_path, "c", "2026-01-03T00:00:00Z", **after(tmp_path, "a"))
    set_current(tmp_path, "c")
    assert [run.name for run in rollback(tmp_path)] == ["c", "a"]


def test_rollback_where_the_parent_was_removed(tmp_path: Path) -> None:
    make_run(tmp_path, "b", "2026-01-02T00:00:00Z")
    make_run(tmp_path, "c", "2026-01-03T00:00:00Z", **after(tmp_path, "gone"))
    set_current(tmp_path, "c")
    assert [run.name for run in rollback(tmp_path)] == ["c", "b"]


def test_a_run_that_continues_itself_or_goes_round_ends(tmp_path: Path) -> None:
    make_run(tmp_path, "a", "2026-01-01T00:00:00Z", **after(tmp_path, "b"))
    make_run(tmp_path, "b", "2026-01-02T00:00:00Z", **after(tmp_path, "a"))
    make_run(tmp_path, "c", "2026-01-03T00:00:00Z", **after(tmp_path, "c"))
    assert [run.name for run in rollback(tmp_path)] == ["c", "b"]
    assert [run.name for run in rollback(tmp_path)] == ["b", "a"]
    assert [run.name for run in rollback(tmp_path)] == ["a", "b"]


def test_runs_of_before_there_was_a_current_one(tmp_path: Path) -> None:
    for day, name in enumerate("abc", 1):
        make_run(tmp_path, name, f"2026-01-0{day}T00:00:00Z")
    assert names(tmp_path) == ("a", "b", "c")
    assert "newest finished run stands in: c" in current(tmp_path).note
    make_run(tmp_path, "d", "2026-01-04T00:00:00Z")
    set_current(tmp_path, "d")
    assert names(tmp_path) == ("a", "b", "c", "d")
    assert current(tmp_path).note == ""


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"schema": 1, "current": 5, "before": []}', '{"schema": 9}', "\xff",
             '{"schema": 1, "current": "a", "before": 7}', '{"schema": 1, "current": "a", "before": [null]}'],
)  # fmt: skip
def test_a_broken_file_is_said_and_mended_by_the_next_choice(tmp_path: Path, text: str) -> None:
    make_run(tmp_path, "a", "2026-01-01T00:00:00Z")
    make_run(tmp_path, "b", "2026-01-02T00:00:00Z")
    (tmp_path / CURRENT).write_text(text, encoding="latin-1")
    now = current(tmp_path)
    assert now.run is not None
    assert now.run.name == "b"
    assert "cannot be read" in now.note
    set_current(tmp_path, "a")
    assert names(tmp_path) == ("b", "a")
    assert current(tmp_path).note == ""


def test_a_current_run_that_is_gone_is_said(tmp_path: Path) -> None:
    make_run(tmp_path, "a", "2026-01-01T00:00:00Z")
    make_run(tmp_path, "b", "2026-01-02T00:00:00Z")
    set_current(tmp_path, "b")
    shutil.rmtree(tmp_path / "b")
    now = current(tmp_path)
    assert now.run is not None
    assert now.run.name == "a"
    assert '"b", which is not there any more' in now.note
    assert now.before == ()


def test_the_file_is_private_and_whole(tmp_path: Path) -> None:
    make_run(tmp_path, "a")
    set_current(tmp_path, "a")
    assert stat.S_IMODE((tmp_path / CURRENT).stat().st_mode) == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", CURRENT]


# ---- removing ------------------------------------------------------------------------------------------------------


def test_what_is_not_removed(tmp_path: Path) -> None:
    make_run(tmp_path, "a", "2026-01-01T00:00:00Z")
    make_run(tmp_path, "b", "2026-01-02T00:00:00Z")
    begin_run(tmp_path, "c", "a")
    set_current(tmp_path, "b")
    with pytest.raises(TrainingError, match="b is the current run"):
        remove(tmp_path, "b")
    with pytest.raises(TrainingError, match="c continues a"):
        remove(tmp_path, "a")
    for name in ("nobody", "..", ".", "", "../elsewhere", CURRENT):
        with pytest.raises(UsageError, match="there is no run"):
            remove(tmp_path, name)
    assert [run.name for run in list_runs(tmp_path)] == ["a", "b", "c"]


def test_removing_takes_the_folder_and_its_place_in_the_history(tmp_path: Path) -> None:
    for day, name in enumerate("abcb", 1):
        if name not in [run.name for run in list_runs(tmp_path)]:
            make_run(tmp_path, name, f"2026-01-0{day}T00:00:00Z")
        set_current(tmp_path, name)
    assert names(tmp_path) == ("a", "b", "c", "b")
    assert remove(tmp_path, "c").name == "c"
    assert names(tmp_path) == ("a", "b")
    make_run(tmp_path, "c", "2026-02-01T00:00:00Z")  # another run of the same name was never current
    assert names(tmp_path) == ("a", "b")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b", "c", CURRENT]


def test_broken_and_unfinished_runs_can_be_removed_and_leftovers_go_too(tmp_path: Path) -> None:
    make_run(tmp_path, "broken", schema=7)
    begin_run(tmp_path, "half")
    (tmp_path / ".removed-abc").mkdir()  # as an interrupted removal leaves it
    (tmp_path / ".removed-abc" / "run.json").touch()
    remove(tmp_path, "broken")
    remove(tmp_path, "half")
    assert list(tmp_path.iterdir()) == []


def test_of_a_link_only_the_link_is_removed(tmp_path: Path) -> None:
    elsewhere = make_run(tmp_path / "elsewhere", "kept")
    runs = tmp_path / "runs"
    make_run(runs, "a", "2026-02-01T00:00:00Z")
    (runs / "linked").symlink_to(elsewhere)
    remove(runs, "linked")
    assert (elsewhere / "run.json").is_file()
    assert [run.name for run in list_runs(runs)] == ["a"]


def test_what_the_disk_refuses_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_run(tmp_path, "a", "2026-01-01T00:00:00Z")
    make_run(tmp_path, "b", "2026-01-02T00:00:00Z")

    def refuse(*args: object, **rest: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", refuse)
        with pytest.raises(StoreError, match="a cannot be removed: Permission denied"):
            remove(tmp_path, "a")
    assert (tmp_path / "a" / "run.json").is_file()
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", refuse)
        with pytest.raises(StoreError, match="out of the list"):
            remove(tmp_path, "a")
    assert [run.name for run in list_runs(tmp_path)] == ["b"]


class Choices(RuleBasedStateMachine):
    """Finish, use, go back and remove in any order, beside a model that is a list of names."""

    @initialize(tmp=st.just(None))
    def begin(self, tmp: None) -> None:
        import tempfile

        self.folder = Path(tempfile.mkdtemp())
        self.before: list[str] = []  # names that were current, oldest first
        self.now = ""
        self.parents: dict[str, str] = {}
        self.count = 0

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    def choose(self, name: str) -> None:
        if self.now and self.now != name:
            self.before.append(self.now)
        self.now = name

    def pick(self, data: st.DataObject, label: str) -> str:
        return data.draw(st.sampled_from(sorted(self.parents)), label=label)

    @rule(data=st.data(), continued=st.booleans())
    def finish(self, data: st.DataObject, continued: bool) -> None:
        parent = self.pick(data, "parent") if continued and self.parents else ""
        self.count += 1
        name = f"run-{self.count}"
        changes = after(self.folder, parent) if parent else {}
        make_run(self.folder, name, f"2026-01-01T00:00:{self.count:02}Z", **changes)
        self.parents[name] = parent
        set_current(self.folder, name)
        self.choose(name)

    @precondition(lambda self: self.parents)
    @rule(data=st.data())
    def use(self, data: st.DataObject) -> None:
        name = self.pick(data, "use")
        was = names(self.folder)
        set_current(self.folder, name)
        self.choose(name)
        if not self.parents[name] and name != was[-1]:  # going back undoes the last change
            rollback(self.folder)
            assert names(self.folder) == was
            set_current(self.folder, name)

    @precondition(lambda self: self.parents)
    @rule()
    def back(self) -> None:
        parent = self.parents[self.now]
        if parent in self.parents:
            if parent in self.before:
                del self.before[len(self.before) - 1 - self.before[::-1].index(parent) :]
            to = parent
        elif self.before:
            to = self.before.pop()
        else:
            with pytest.raises(TrainingError):
                rollback(self.folder)
            return
        was, now = rollback(self.folder)
        assert (was.name, now.name) == (self.now, to)
        self.now = to

    @precondition(lambda self: self.parents)
    @rule(data=st.data())
    def take_away(self, data: st.DataObject) -> None:
        name = self.pick(data, "remove")
        if name == self.now or name in self.parents.values():
            with pytest.raises(TrainingError):
                remove(self.folder, name)
            return
        remove(self.folder, name)
        del self.parents[name]
        left = [was for was in self.before if was != name]
        self.before = [was for at, was in enumerate(left) if not at or left[at - 1] != was]
        if self.before[-1:] == [self.now]:
            self.before.pop()

    @invariant()
    def the_current_one_exists_and_none_is_lost(self) -> None:
        if not hasattr(self, "folder"):
            return
        assert {run.name for run in list_runs(self.folder)} == set(self.parents)
        now = current(self.folder)
        assert now.note == ""
        assert (now.run.name if now.run else "") == self.now
        assert list(now.before) == self.before
        assert bool(now.run) == bool(self.parents)


TestChoices = Choices.TestCase
TestChoices.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)


# ---- where it is used ----------------------------------------------------------------------------------------------


def test_status_names_the_current_run_and_what_is_odd_about_it(tmp_path: Path) -> None:
    ws = init(tmp_path / "life")
    make_run(ws.runs, "a", "2026-01-01T00:00:00Z")
    make_run(ws.runs, "b", "2026-01-02T00:00:00Z")
    make_run(ws.runs, "bad", losses=[])
    set_current(ws.runs, "a")
    stands = standing(ws)
    assert (stands.runs, stands.run_current, stands.run_note) == (("a", "b"), "a", "")
    shutil.rmtree(ws.runs / "a")
    stands = standing(ws)
    assert stands.run_current == "b"
    assert '"a", which is not there any more' in stands.run_note


@pytest.mark.parametrize(("code", "plan", "now"), [(0, False, "new"), (0, True, "old"), (130, False, "old")])
def test_a_training_that_ends_well_makes_its_run_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, plan: bool, now: str
) -> None:
    ws = init(tmp_path / "life")
    make_run(ws.runs, "old", "2026-01-01T00:00:00Z")
    set_current(ws.runs, "old")
    ws.dataset.mkdir()
    (ws.dataset / "manifest.json").touch()

    def train(*args: object, **rest: object) -> int:
        if code == 0 and not plan:
            make_run(ws.runs, "new", "2026-01-02T00:00:00Z")
        return code

    monkeypatch.setattr("refiner.running.train", train)
    monkeypatch.setattr("refiner.running.validate_dataset", lambda folder: [])
    command = CliRunner().invoke(
        app, ["train", "-C", str(ws.root), "--recipe", "cpu-smoke", "--name", "new", *(["--plan"] if plan else [])]
    )
    assert command.exit_code == code, command.output
    run = current_run(ws.runs)
    assert run is not None
    assert run.name == now


def test_a_run_of_decisions_alone_has_their_losses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = tmp_path / "life" / "data" / "refined" / "runs"
    init(tmp_path / "life")
    part = {
        "method": "dpo", "rows": 5, "steps": 2, "losses": [{"step": 1, "loss": 0.7}, {"step": 2, "loss": 0.5}],
        "held_out_before": 1.2, "held_out_after": 1.4, "undone": True,
    }  # fmt: skip
    held_out = {"before": 1.2, "after": 1.25}
    make_run(runs, "first")
    make_run(
        *(runs, "second", "2026-01-02T00:00:00Z"),
        losses=[], preferences=part, method="dpo", continues={"name": "first", "sha256": "ab", "held_out": held_out},
    )  # fmt: skip
    run = find_run(runs, "second")
    assert (run.problem, run.first_loss, run.last_loss, run.method) == ("", 0.7, 0.5, "dpo")
    told = CliRunner().invoke(app, ["runs", "-C", str(tmp_path / "life"), "--show", "second"]).output
    assert "dpo on 5, 2 steps; held-out loss 1.20 before, 1.40 after; undone, since it did harm" in told
    assert "held-out loss of what first was taught: 1.20, now 1.25" in told


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (["--recipe", "cpu-smoke", "--plan"], ["--plan"]),
        (["--recipe", "cpu-smoke", "--method", "dpo", "--base", "b"], ["--base", "b", "--method", "dpo"]),
        (["--continue", "current", "--allow-download"], ["--allow-download", "--continue", "FOLDER"]),
        (["--continue", "old", "--validate"], ["--validate", "--continue", "FOLDER"]),
        (["--resume"], ["--resume"]),
    ],
)
def test_what_train_py_is_called_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given_: list[str], expected: list[str]
) -> None:
    ws = init(tmp_path / "life")
    make_run(ws.runs, "old")
    begin_run(ws.runs, "cut-off")
    ws.dataset.mkdir()
    (ws.dataset / "manifest.json").touch()
    calls: list[tuple[Any, ...]] = []

    def train(folder: Path, file: Path | None, out: Path, *, extra: list[str], processes: int) -> int:
        calls.append((folder, file and file.stem, out.name, extra, processes))
        return 0

    monkeypatch.setattr("refiner.running.train", train)
    monkeypatch.setattr("refiner.running.validate_dataset", lambda folder: [])
    command = CliRunner().invoke(app, ["train", "-C", str(ws.root), "--processes", "2", *given_])
    assert command.exit_code == 0, command.output
    ((folder, file, name, extra, processes),) = calls
    assert extra == [str(ws.runs / "old") if word == "FOLDER" else word for word in expected]
    assert (folder, processes) == (ws.dataset, 2)
    assert file == ("cpu-smoke" if "--recipe" in given_ else None)
    assert name == ("cut-off" if "--resume" in given_ else "cpu-smoke" if file else "old-2")


@pytest.mark.parametrize(
    ("given_", "problem"),
    [
        ([], "which recipe?"),
        (["--recipe", "cpu-smoke", "--method", "ppo"], "write sft, dpo, kto"),
        (["--continue", "nobody"], "nobody"),
        (["--continue", "cut-off"], "refiner train --resume --name cut-off"),
        (["--recipe", "cpu-smoke", "--name", "../x"], "use letters"),
        (["--recipe", "cpu-smoke", "--name", "old"], "is there already"),
    ],
)
def test_what_cannot_be_trained_is_one_message(tmp_path: Path, given_: list[str], problem: str) -> None:
    ws = init(tmp_path / "life")
    make_run(ws.runs, "old")
    begin_run(ws.runs, "cut-off")
    ws.dataset.mkdir()
    (ws.dataset / "manifest.json").touch()
    command = subprocess.run(
        [sys.executable, "-c", f"import refiner.running as r; r.validate_dataset = lambda folder: []; "
         f"import sys; sys.argv = {['refiner', 'train', '-C', str(ws.root), *given_]!r}; "
         "from refiner.cli import main; main()"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert command.returncode in (1, 2), command.stderr
    assert problem in command.stderr
    assert "Traceback" not in command.stderr


def test_export_says_to_go_on_where_there_is_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    from refiner.console import Output
    from refiner.exporting import Exported
    from refiner.report_export import exported

    counts = {"train": 1, "eval": 0, "preferences": 0, "kto": 0, "replay": 0, "kinds": {}, "left_out": 0,
              "preferences_from": {"edits": 0, "answers": 0}, "kto_labels": {"true": 1, "false": 0},
              "near_duplicates_moved": 0}  # fmt: skip
    files = [{"name": name, "rows": 1} for name in ("train.jsonl", "eval.jsonl", "preferences.jsonl", "kto.jsonl")]
    for run, told in (("second", "refiner train --continue second"), ("", "refiner train --recipe cpu-smoke")):
        exported(Output(), Exported(Path("d"), {"counts": counts, "files": files}, None, run=run))
        said = capsys.readouterr()
        assert f"next: {told}" in said.out + said.err


# ---- the command ---------------------------------------------------------------------------------------------------


def refiner(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "refiner.cli", "runs", "-C", str(folder), *args]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)


@pytest.fixture
def life(tmp_path: Path) -> Path:
    runs = tmp_path / "data" / "refined" / "runs"
    make_run(runs, "first", "2026-01-01T10:11:12Z")
    make_run(runs, "second", "2026-01-02T10:11:12Z", method="dpo", rows=["aa"], **after(runs, "first"))
    (tmp_path / "refiner.toml").touch()
    return tmp_path


def test_the_list(life: Path) -> None:
    runs = life / "data" / "refined" / "runs"
    begin_run(runs, "half", "lost")
    make_run(runs, "bad", losses=[])
    done = refiner(life)
    assert done.returncode == 0, done.stderr
    assert "newest finished run stands in: second" in done.stderr
    assert "* " in done.stdout
    for words in ("continues first", "3 min 56 s", "continues lost, which was removed", "bad/run.json cannot be read",
                  "refiner train --resume --name half", "2026-01-01 10:11", "4.00 → 1.00"):  # fmt: skip
        assert words in done.stdout
    listed = {run["name"]: run for run in json.loads(refiner(life, "--json").stdout)}
    assert {name: run["state"] for name, run in listed.items()} == {
        "first": "finished", "second": "finished", "half": "unfinished", "bad": "broken",
    }  # fmt: skip
    assert listed["second"]["current"] is True
    assert (listed["first"]["rows"], listed["second"]["method"]) == (65, "dpo")
    assert listed["half"]["continues_is_gone"] is True


def test_one_run_whole(life: Path) -> None:
    done = refiner(life, "--show", "second")
    assert done.returncode == 0, done.stderr
    for words in (
        "the current run",
        "65 persona rows",
        "trl 1.16.0",
        "█▃",
        "lora       r 16",
        "5.0 kB",
        "121212121212",
    ):
        assert words in done.stdout
    told = json.loads(refiner(life, "--show", "first", "--json").stdout)
    assert told["run"]["steps"] == 92
    assert told["files"]["adapter"] == 5000


def test_rows_of_the_runs_before_are_named_only_where_there_are_any(life: Path) -> None:
    make_run(life / "data/refined/runs", "alone", rows=["aa", "bb"], git_commit="656f" + "0" * 36)
    alone, second = (refiner(life, "--show", name).stdout.splitlines() for name in ("alone", "second"))
    assert "taught     2 rows" in alone
    assert "taught     1 row, with those of the runs before" in second
    assert "program    656f00000000" in alone
    make_run(life / "data/refined/runs", "changed", git_commit="656f" + "0" * 36 + "+")
    assert "program    656f00000000, with changes" in refiner(life, "--show", "changed").stdout.splitlines()
    assert not any(line.startswith("code") for line in alone)


def test_using_going_back_and_removing(life: Path) -> None:
    assert refiner(life, "--use", "first").returncode == 0
    assert current_run(life / "data/refined/runs").name == "first"  # type: ignore[union-attr]
    back = refiner(life, "--rollback")
    assert "back to second, the run that was current before. chat" in " ".join(back.stderr.split())
    again = refiner(life, "--rollback")
    assert "back to first, the run that second continues. chat" in " ".join(again.stderr.split())
    assert "second is kept as it is" in again.stderr
    assert refiner(life, "--use", "second").returncode == 0
    asked = refiner(life, "--remove", "first", "--yes")
    assert asked.returncode == 1
    assert "second continues first" in asked.stderr
    make_run(life / "data/refined/runs", "third", "2026-01-01T00:00:00Z")
    unasked = refiner(life, "--remove", "third")
    assert (unasked.returncode, "add --yes" in unasked.stderr) == (2, True)
    assert (life / "data/refined/runs/third").is_dir()
    left = json.loads(refiner(life, "--remove", "third", "--yes", "--json").stdout)
    assert [run["name"] for run in left] == ["first", "second"]


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["--show", "none"], 2, "runs are: first, second"),
        (["--use", "none"], 2, "runs are: first, second"),
        (["--remove", "../../..", "--yes"], 2, "there is no run"),
        (["--use", "first", "--rollback"], 2, "one thing each"),
        (["--yes"], 2, "--yes is for --remove"),
        (["--show", "bad"], 1, "bad/run.json cannot be read"),
        (["--use", "bad"], 1, "bad/run.json cannot be read"),
    ],
)
def test_wrong_use_is_one_message(life: Path, args: list[str], code: int, words: str) -> None:
    make_run(life / "data/refined/runs", "bad", losses=[])
    done = refiner(life, *args)
    assert done.returncode == code, done.stderr
    assert words in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr


def test_curves_times_and_sizes() -> None:
    assert curve([4.0, 2.0, 0.0]) == "█▅▁"
    assert curve([4.0, float("nan"), 0.0], unicode=False) == "#?_"
    assert curve([0.0]) == "▁"
    assert curve([float("inf")]) == "?"
    assert len(curve([1.0] * 1000)) == 60
    assert [lasted(s) for s in (0.4, 59.4, 236.4, 7500, float("nan"))] == [
        "0 s",
        "59 s",
        "3 min 56 s",
        "2 h 05 min",
        "?",
    ]
    assert [in_bytes(n) for n in (812, 9_800_000, 5e12)] == ["812 B", "9.8 MB", "5000.0 GB"]
