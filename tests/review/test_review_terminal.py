"""The review on a real (pseudo-)terminal, with real keys."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playing import PROMPT, Play, plays

__all__ = ["plays"]  # the fixture


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "decisions.jsonl"


def test_real_keys(log: Path, plays: list[Play]) -> None:
    play = Play(log)
    plays.append(play)
    first = play.until(PROMPT).decode()
    assert "Canon 1 of 9" in first
    play.press("\r")  # Enter decides nothing
    play.press("\x1b[A")  # nor does an arrow key
    assert play.decisions() == []
    assert "Question 2 of 9" in play.press("y")
    assert "Edit 3 of 9" in play.press("1")
    play.press("n", re.compile(rb"or Enter: "))
    assert "Edit 4 of 9" in play.press("2\r")
    assert "undone" in play.press("u")
    assert play.decisions() == [("approve", None), ("answer", "1"), ("reject", "wrong word"), ("undo", None)]
    os.write(play.fd, b"q")
    assert play.end() == 3
    assert b"Go on: refiner review" in play.seen


def test_ctrl_c_loses_nothing_and_restores_the_terminal(log: Path, plays: list[Play]) -> None:
    import termios

    play = Play(log)
    plays.append(play)
    play.until(PROMPT)
    play.press("y")
    os.write(play.fd, b"\x03")
    play.until(re.compile(rb"Go on: refiner review"))
    assert termios.tcgetattr(play.fd)[3] & termios.ICANON
    assert play.end() == 130
    assert play.decisions() == [("approve", None)]
    again = Play(log)
    plays.append(again)
    assert "Question 2 of 9" in again.until(PROMPT).decode()


def test_what_was_typed_ahead_decides_nothing(log: Path, plays: list[Play]) -> None:
    play = Play(log)
    plays.append(play)
    play.until(PROMPT)
    play.press("yyyyyyyy")
    assert play.decisions() == [("approve", None)]


def test_colour_on_a_terminal_and_none_under_no_color(log: Path, plays: list[Play]) -> None:
    for env, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        play = Play(log, **env)
        plays.append(play)
        play.until(PROMPT)
        play.press("/", re.compile(rb"Filter: "))
        text = play.press("Dravid\r")
        assert ("\x1b[" in text) == coloured
        assert ("[-He's-]{+She's+}" in text) != coloured
