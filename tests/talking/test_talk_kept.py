"""The kept talks at the terminal: all are deleted only after a question; what of a talk that goes on is shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from refiner.console import Output
from refiner.errors import UsageError
from refiner.store import Workspace
from refiner.talk_files import KeptTalk, TalkFile, Turn
from refiner.talk_kept import forget_kept, tell_end
from refiner.talking import Asked

sys.path.insert(0, str(Path(__file__).parent.parent / "review"))
from playing import Play  # noqa: E402


@pytest.fixture
def chats(tmp_path: Path) -> Path:
    ws = Workspace(tmp_path)
    folder = ws.refined / "chats"
    for n in range(3):
        TalkFile(folder, {"run": "r"}, f"2026010{n + 1}-000000-ab").turn(Turn("t1", "2026-01-01", "Who?", "Me."))
    ws.config.write_text("")
    return folder


def test_all_are_deleted_only_after_a_yes(chats: Path) -> None:
    for key, left in (("\r", 3), ("n\r", 3), ("y\r", 0)):
        play = Play(chats, ["-m", "refiner.cli", "chat", "--forget", "all"], cwd=chats.parents[2])
        try:
            play.until(re.compile(rb"delete 3 talks for good\? \[y/N\] $"))
            assert len(list(chats.iterdir())) == 3
            play.press(key, re.compile(rb"deleted"))
            assert play.end() == 0
        finally:
            play.stop()
        assert len(list(chats.iterdir())) == left


def test_where_nobody_can_be_asked_all_want_a_yes_and_one_does_not(chats: Path) -> None:
    show = Output()
    with pytest.raises(UsageError, match="3 talks would be deleted for good") as refused:
        forget_kept(chats, "all", show, yes=False)
    assert "--yes" in str(refused.value)
    assert len(list(chats.iterdir())) == 3
    forget_kept(chats, "20260101", show, yes=False)
    assert len(list(chats.iterdir())) == 2
    forget_kept(chats, "all", show, yes=True)
    assert list(chats.iterdir()) == []
    forget_kept(chats, "all", show, yes=False)  # nothing there, nothing to ask


def test_yes_is_for_forgetting() -> None:
    with pytest.raises(UsageError, match="--yes is for --forget"):
        Asked(yes=True, last=True).check()


@pytest.mark.parametrize(("count", "first"), [(1, "you: 0"), (2, "you: 0"), (3, "(1 earlier)"), (5, "(3 earlier)")])
def test_of_a_talk_that_goes_on_it_is_said_how_much_is_not_shown(count: int, first: str) -> None:
    told: list[str] = []
    turns = tuple(Turn(f"t{n}", "2026", str(n), f"a{n}") for n in range(count))
    tell_end(KeptTalk("id", Path("f"), {}, turns), "Ila", told.append)
    assert told[0] == first
    assert told[-1] == f"Ila: a{count - 1}"
    assert len(told) == min(count, 2) * 2 + (count > 2)


def test_what_is_opened_is_said_on_a_terminal_before_it_is_read(chats: Path) -> None:
    root = chats.parents[2]
    (root / "ila.gguf").write_bytes(b"no model at all")
    (root / "data" / "refined" / "persona.md").write_text("You are Ila, a woman.")
    argv = ["-m", "refiner.cli", "chat", "--gguf", "ila.gguf"]
    play = Play(chats, argv, cwd=root)
    try:
        shown = play.until(re.compile(rb"is no GGUF file")).decode()
    finally:
        play.stop()
    assert shown.index("opening ila.gguf …") < shown.index("is no GGUF file")
    piped = subprocess.run(
        [sys.executable, *argv], cwd=root, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "is no GGUF file" in piped.stderr
    assert "opening" not in piped.stdout + piped.stderr
