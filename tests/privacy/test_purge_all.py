"""`refiner purge`: what is derived goes, the person's own stays, and nothing else is touched."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from privacy_way import Run
from purge_life import everything, tree

from refiner import cli_purge, purge_files
from refiner.errors import StoreError
from refiner.store import Workspace, locked

OWN = ("refiner.toml", ".gitignore", "data/raw", "data/review")


def own(life: Path) -> dict[str, bytes]:
    return {name: data for name, data in tree(life).items() if name.startswith(OWN)}


@pytest.fixture
def full(life: Path) -> Path:
    everything(Workspace(life))
    return life


def test_everything_derived_goes_and_the_rest_stays(full: Path, run: Run) -> None:
    before = own(full)
    code, _, err = run("purge", "-C", full, "--yes")
    assert code == 0, err
    assert own(full) == before
    assert [p.name for p in (full / "data/refined").iterdir()] == [".lock"]
    assert "nothing of it is left" in err
    assert "backup" in err
    assert run("purge", "-C", full, "--yes")[0] == 0
    assert run("refine", "-C", full, "--engine", "rules", "--now", "2026-01-01")[0] == 0


def test_a_dry_run_names_sizes_and_touches_nothing(full: Path, run: Run) -> None:
    before = tree(full)
    code, _, err = run("purge", "-C", full, "--dry-run")
    assert code == 0
    assert "talks with her" in err
    assert "MB" in err or "kB" in err
    assert tree(full) == before
    code, out, _ = run("purge", "-C", full, "--dry-run", "--json")
    told = json.loads(out)
    assert told["done"] is False
    assert {Path(r["path"]).name for r in told["removed"]} >= {"runs", "dataset", "chats", "answers.sqlite", "notes"}
    assert tree(full) == before


def test_nobody_to_ask(full: Path, run: Run) -> None:
    before = tree(full)
    code, _, err = run("purge", "-C", full)
    assert code == 2
    assert "--yes" in err
    assert tree(full) == before


@pytest.mark.parametrize(("answers", "gone", "chats"), [("ny", False, True), ("yn", True, True), ("yy", True, False)])
def test_on_a_terminal_it_asks_and_asks_about_talks(
    full: Path, run: Run, monkeypatch: pytest.MonkeyPatch, answers: str, gone: bool, chats: bool
) -> None:
    said = list(answers)
    monkeypatch.setattr(cli_purge, "_require_terminal", lambda: None)
    monkeypatch.setattr("builtins.input", lambda: said.pop(0))
    assert run("purge", "-C", full)[0] == 0
    assert (full / "data/refined/runs").exists() != gone
    assert (full / "data/refined/chats/one.jsonl").exists() == chats


def test_what_the_options_keep_and_take(full: Path, run: Run, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    review = tree(full / "data/review")
    assert run("purge", "-C", full, "--yes", "--keep-talks", "--decisions", "--backup", full / "b")[0] == 2
    code, _, err = run("purge", "-C", full, "--yes", "--keep-talks", "--decisions", "--backup", backup)
    assert code == 0, err
    assert (full / "data/refined/chats/one.jsonl").is_file()
    assert not tree(full / "data/review")
    assert tree(backup) == review
    assert backup.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "args",
    [["--also-note"], ["--keep-runs"], ["--note", "temple.md", "--decisions"], ["--note", "temple.md", "--keep-talks"]],
)
def test_options_that_do_not_go_together(life: Path, run: Run, args: list[str]) -> None:
    assert run("purge", "-C", life, "--yes", *args)[0] == 2


def test_what_was_exported_elsewhere_is_found(life: Path, run: Run) -> None:
    run("export", "-C", life, "--quick", "--partial", "--now", "2026-01-01", "--out", life / "mine")
    code, _, err = run("purge", "-C", life, "--yes")
    assert code == 1
    assert "mine/train.jsonl" in err.replace("\n", "")
    assert (life / "mine/train.jsonl").is_file()


def test_no_workspace_no_purge(tmp_path: Path, run: Run) -> None:
    (tmp_path / "data" / "refined").mkdir(parents=True)
    (tmp_path / "data" / "refined" / "x").write_text("x")
    code, _, err = run("purge", "-C", tmp_path, "--yes")
    assert code == 2
    assert "no workspace" in err
    assert (tmp_path / "data/refined/x").is_file()


def test_links_are_removed_and_never_followed(full: Path, run: Run, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("mine")
    (full / "data/refined/runs/linked").symlink_to(outside)
    (full / "data/refined/elsewhere").symlink_to(outside / "precious")
    (full / "data/refined/dangling").symlink_to(tmp_path / "nowhere")
    code, _, err = run("purge", "-C", full, "--yes")
    assert code == 0, err
    assert tree(outside) == {"precious": b"mine"}
    assert [p.name for p in (full / "data/refined").iterdir()] == [".lock"]


@pytest.mark.parametrize("name", ["data", "data/refined", "data/review"])
def test_a_folder_that_lies_elsewhere_is_refused(life: Path, run: Run, tmp_path: Path, name: str) -> None:
    moved = (life / name).rename(tmp_path / "moved")
    (life / name).symlink_to(moved)
    before = tree(tmp_path)
    code, _, err = run("purge", "-C", life, "--yes")
    assert code == 2
    assert "is a link" in err
    assert tree(tmp_path) == before


def test_a_locked_workspace_is_left_alone(full: Path, run: Run) -> None:
    before = tree(full)
    with locked(Workspace(full), "refine"):
        code, _, err = run("purge", "-C", full, "--yes")
    assert code == 1
    assert "is at work" in err
    assert {n: d for n, d in tree(full).items() if n != "data/refined/.lock"} == {
        n: d for n, d in before.items() if n != "data/refined/.lock"
    }


def test_a_training_at_work_is_left_alone(life: Path, run: Run) -> None:
    folder = life / "data/refined/runs/busy"
    folder.mkdir(parents=True)
    hold = "import fcntl, sys; f = open(sys.argv[1], 'a+'); fcntl.flock(f, 2); print('held', flush=True); input()"
    (folder / "started.json").write_text("{}")
    child = subprocess.Popen(
        [sys.executable, "-c", hold, str(folder / ".lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdin
    assert child.stdout
    with child:
        child.stdout.readline()
        code, _, err = run("purge", "-C", life, "--yes")
        child.stdin.close()
    assert code == 1
    assert "training is at work" in err
    assert folder.is_dir()


def test_what_cannot_be_removed_is_told_and_the_rest_is_gone(
    full: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = purge_files.shutil.rmtree

    def stuck(path: Path, *args: object, **more: object) -> None:
        if Path(path).name == "dataset":
            raise PermissionError(13, "Permission denied", str(path))
        real(path, *args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(purge_files.shutil, "rmtree", stuck)
        code, _, err = run("purge", "-C", full, "--yes")
    assert code == 1
    assert "dataset cannot be removed: Permission denied" in err.replace("\n", "")
    assert sorted(p.name for p in (full / "data/refined").iterdir()) == [".lock", "dataset"]
    assert run("purge", "-C", full, "--yes")[0] == 0
    assert [p.name for p in (full / "data/refined").iterdir()] == [".lock"]


def test_a_folder_made_read_only_goes(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_text("x")
    (tmp_path / "a" / "b" / "c").chmod(0o400)
    (tmp_path / "a" / "b").chmod(0o500)
    purge_files.remove(tmp_path / "a")
    assert not (tmp_path / "a").exists()
    with pytest.raises(StoreError):
        purge_files.remove(Path("/proc/self/status"))


def test_interrupted_it_is_finished_by_the_same_command(full: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Path] = []
    real = purge_files.remove

    def two(path: Path) -> None:
        if len(taken) == 3:
            raise KeyboardInterrupt
        taken.append(path)
        real(path)

    with monkeypatch.context() as patched:
        patched.setattr(purge_files, "remove", two)
        assert run("purge", "-C", full, "--yes")[0] == 130
    assert not (full / "data/refined/state.json").exists()
    assert (full / "data/refined/runs").exists()
    assert run("purge", "-C", full, "--yes")[0] == 0
    assert [p.name for p in (full / "data/refined").iterdir()] == [".lock"]
