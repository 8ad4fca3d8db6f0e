"""Files: a log keeps whole lines whatever its end is, JSON that is no JSON is one kind of error, databases that are
merely held stay."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner.answers import Answers
from refiner.errors import StoreError, UsageError
from refiner.evaluate.interview import Kept
from refiner.evaluate.keeping import find_report
from refiner.files import append_lines, load_json, parse_json, place, write_atomic, write_if_changed
from refiner.importing.ledger import Imported, Ledger
from refiner.lock import locked
from refiner.models import Decision, Message
from refiner.store import DecisionLog, Results, Workspace
from refiner.talk_corrections import Correction, add_correction, read_corrections
from refiner.talk_files import TalkFile, Turn, read_talk
from refiner.talk_save import save_talk
from refiner.training.launch import find_recipe


def _decide(path: Path, name: str) -> None:
    DecisionLog(path).append(Decision(item=name, verdict="approve"))


def _correct(path: Path, name: str) -> None:
    said = (Message(role="user", content="Where?"), Message(role="assistant", content=name))
    add_correction(path, Correction(id=name, at="2026", talk="t", turn="1", who="run", kind="memory", messages=said))


def _import(path: Path, name: str) -> None:
    Ledger(path).extend([Imported(path=name, sha="s", format="markdown", source="x")])


def _talk(path: Path, name: str) -> None:
    TalkFile(path.parent, {"run": "r"}, path.stem).turn(Turn(name, "2026", "Where?", "In Salem."))


def _keep(path: Path, name: str) -> None:
    Kept(path).add(name, 1)


LOGS: dict[str, tuple[Callable[[Path, str], None], Callable[[Path], list[str]]]] = {
    "decisions": (_decide, lambda p: [d.item for d in DecisionLog(p).read()]),
    "corrections": (_correct, lambda p: [c.id for c in read_corrections(p)]),
    "imports": (_import, lambda p: list(Ledger(p).read())),
    "talks": (_talk, lambda p: [t.id for t in read_talk(p).turns]),
    "answers": (_keep, lambda p: [k for k in ("one", "two", "three") if Kept(p).get(k)]),
}


@pytest.mark.parametrize("name", LOGS)
def test_a_whole_line_without_its_end_is_kept_by_the_next_one(tmp_path: Path, name: str) -> None:
    add, names = LOGS[name]
    path = tmp_path / "log.jsonl"
    add(path, "one")
    add(path, "two")
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))  # as an editor leaves it
    add(path, "three")
    assert names(path) == ["one", "two", "three"]


@pytest.mark.parametrize("name", LOGS)
def test_half_a_line_costs_that_line_alone_and_is_not_lost(tmp_path: Path, name: str) -> None:
    add, names = LOGS[name]
    path = tmp_path / "log.jsonl"
    add(path, "one")
    add(path, "two")
    half = path.read_bytes()[:-3]
    path.write_bytes(half)
    assert names(path) == ["one"]
    add(path, "three")
    assert names(path) == ["one", "three"]
    left = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert half.split(b"\n")[-1] in left


@given(last=st.binary(max_size=40).filter(lambda b: b"\n" not in b), whole=st.booleans())
def test_nothing_that_stood_in_a_log_is_lost(
    tmp_path_factory: pytest.TempPathFactory, last: bytes, whole: bool
) -> None:
    folder = tmp_path_factory.mktemp("log")
    path = folder / "log.jsonl"
    path.write_bytes(b"first\n" + last)
    append_lines(path, b"new\n", lambda line: whole)
    lines = path.read_bytes().split(b"\n")
    assert (lines[0], lines[-2], lines[-1]) == (b"first", b"new", b"")
    assert last in (lines[1] if whole else b"".join(p.read_bytes() for p in folder.glob("*.torn")))


def test_what_was_set_aside_earlier_stays(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    for half in (b"one", b"two"):
        with path.open("ab") as file:
            file.write(half)
        append_lines(path, b"{}\n", lambda line: False)
    assert sorted(p.read_bytes() for p in tmp_path.glob("*.torn*")) == [b"one", b"two"]


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, "9" * 5_000, '{"a": "\\ud800"}', '{"a": "\\uD83D"}', "\0", "nul", "\ufeff{}"]
)
def test_json_that_cannot_be_read_is_one_kind_of_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match="."):
        parse_json(text)
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(StoreError, match=r"x\.json cannot be read"):
        load_json(tmp_path / "x.json")


def test_json_that_is_well_is_read(tmp_path: Path) -> None:
    assert parse_json('{"a": "\\ud83d\\ude00", "b": "\\\\ud800"}') == {"a": "\U0001f600", "b": "\\ud800"}
    for bad in (tmp_path, tmp_path / "none", tmp_path / ("n" * 300)):
        with pytest.raises(StoreError):
            load_json(bad)


def test_a_home_that_is_none_is_told() -> None:
    assert place("~/x") == Path.home() / "x"
    with pytest.raises(UsageError, match="no such home folder"):
        place("~nobody-of-that-name/x")


@pytest.mark.parametrize(
    "reads",
    [
        lambda given, at: find_recipe(given, at),
        lambda given, at: find_report(at, given),
        lambda given, at: save_talk(
            [Turn("t1", "2026", "Who?", "Me.")], given, saved=at, her="Kavya", who="", at=datetime(2026, 1, 1)
        ),
    ],
    ids=["a recipe", "a report", "a talk"],
)
def test_everything_that_a_person_names_is_looked_up_there(reads: Callable[[str, Path], Any], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such home folder"):
        reads("~nobody-of-that-name/x.toml", tmp_path)


def test_half_a_character_is_told_and_no_file_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match="half a character"):
        write_if_changed(tmp_path / "a", "\ud800")
    write_atomic(tmp_path / "a", "old")
    with pytest.raises(StoreError, match="half a character"):
        write_if_changed(tmp_path / "a", "\ud800")

    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "a", "new")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("kept", [Results, Answers])
def test_a_database_that_another_program_holds_stays(
    tmp_path: Path, kept: Callable[[Path], Results | Answers], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kept.sqlite"
    kept(path).close()
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **{**k, "timeout": 0.05}))
    other = connect(path, isolation_level=None)
    other.execute("PRAGMA journal_mode=DELETE")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="another program holds it"):
        kept(path)
    other.close()
    assert [p.name for p in tmp_path.glob("*.damaged*")] == []


def test_a_database_that_was_set_aside_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    for n in range(2):
        path.write_bytes(b"%d is no database, and longer than its header of a hundred bytes" % n * 4)
        Results(path).close()
    assert len(list(tmp_path.glob("results.damaged*"))) == 2


def test_results_that_fail_say_so(tmp_path: Path) -> None:
    results = Results(tmp_path / "results.sqlite")
    results.close()
    for use in (
        lambda: results.get("k"),
        lambda: results.put("k", "s", "n", "v"),
        lambda: results.keep_only([], ["s"]),
    ):
        with pytest.raises(StoreError, match="cannot be used"):
            use()
    (tmp_path / "folder.sqlite").mkdir()
    with pytest.raises(StoreError):
        Results(tmp_path / "folder.sqlite")


def test_a_file_system_that_cannot_lock_is_not_another_refiner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*args: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    with pytest.raises(StoreError, match="No locks available"), locked(Workspace(tmp_path), "refine"):
        pass
