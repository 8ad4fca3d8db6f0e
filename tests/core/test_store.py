"""Files: atomic writes, the decision log, results, the lock."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from refiner.errors import StoreError, WorkspaceBusy
from refiner.models import Decision
from refiner.store import DecisionLog, Results, Workspace, locked, make_folder, write_atomic, write_if_changed


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_are_private_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    write_atomic(path, "one")
    assert (path.read_text(), mode(path), mode(path.parent)) == ("one", 0o600, 0o700)
    assert not write_if_changed(path, "one")
    assert write_if_changed(path, "two")
    assert [p.name for p in path.parent.iterdir()] == ["b.txt"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "b.txt"
    write_atomic(path, "old")

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StoreError, match="free some space"):
        write_atomic(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["b.txt"]


def test_decisions_are_appended_and_read_back(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / "review" / "decisions.jsonl")
    assert log.read() == []
    first = log.append(Decision(item="a", verdict="approve", text_sha="x"))
    more = log.extend([Decision(item="b", verdict="reject"), Decision(item="b", verdict="reject")])
    assert log.read() == [first, *more]
    assert len({d.id for d in log.read()}) == 3
    assert mode(log.path) == 0o600


def test_a_torn_last_line_loses_nothing_else(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / "decisions.jsonl")
    first = log.append(Decision(item="a", verdict="approve"))
    with log.path.open("ab") as file:
        file.write(b'{"item": "b", "verd')
    assert log.read() == [first]
    second = log.append(Decision(item="c", verdict="approve"))
    assert log.read() == [first, second]
    assert log.path.with_suffix(".torn").read_bytes() == b'{"item": "b", "verd'


def test_a_line_that_is_no_decision_is_named(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / "decisions.jsonl")
    log.append(Decision(item="a", verdict="approve"))
    with log.path.open("ab") as file:
        file.write(b"not json\n")
    log.append(Decision(item="b", verdict="approve"))
    with pytest.raises(StoreError, match=r"decisions.jsonl:2: this line is no decision"):
        log.read()


def test_results_survive_and_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    with Results(path) as results:
        results.put("k", "swap", "n.md", "v")
        results.put("old", "swap", "n.md", "v")
        assert results.keep_only(["k"], ["swap"]) == 1
    with Results(path) as results:
        assert (results.get("k"), results.get("old")) == ("v", None)
    assert mode(path) == 0o600
    path.write_bytes(b"this is no database, and longer than its header of a hundred bytes" * 4)
    with Results(path) as results:
        assert results.get("k") is None
        results.put("k", "swap", "n.md", "again")
    assert path.with_suffix(".damaged").exists()


def test_two_processes_on_one_workspace(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    other = (
        "import sys; from pathlib import Path; from refiner.store import Workspace, locked\n"
        "with locked(Workspace(Path(sys.argv[1])), 'review'): print('in', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", other, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in\n"
        with pytest.raises(WorkspaceBusy, match=r"refiner review \(process \d+\) is at work"), locked(ws, "refine"):
            pass
        process.communicate("")
    with locked(ws, "refine"):
        pass


def test_folders_above_a_new_one_are_private_too(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        make_folder(tmp_path / "a" / "b" / "c")
        make_folder(tmp_path / "a" / "b" / "c")
    finally:
        os.umask(before)
    made = [tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "b" / "c"]
    assert {stat.S_IMODE(f.stat().st_mode) for f in made} == {0o700}
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be made"):
        make_folder(tmp_path / "file" / "d")
    with pytest.raises(StoreError, match="cannot be made"):
        make_folder(tmp_path / "file")
