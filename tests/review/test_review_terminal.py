"""The review on a real (pseudo-)terminal, with real keys."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROMPT = re.compile(rb"(Approve|Answer|Right|Done)\? \[[^]]*\](\x1b\[[0-9;]*m)? (\x1b\[[0-9;]*m)?$")


class Play:
    """The small life reviewed in a child process behind a pseudo-terminal."""

    def __init__(self, log: Path, **env: str) -> None:
        self.log = log
        root = str(HERE.parent.parent)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            given = {**os.environ, "PYTHONPATH": root, "TERM": "xterm", "COLUMNS": "80", "PYTHONUTF8": "1", **env}
            if "NO_COLOR" not in env:
                given.pop("NO_COLOR", None)
            # Tests that run in the background of a script inherit that Ctrl-C is ignored.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execve(sys.executable, [sys.executable, str(HERE / "play_review.py"), str(log)], given)
        self.seen = b""
        self.code: int | None = None

    def until(self, pattern: re.Pattern[bytes], seconds: float = 20) -> bytes:
        """What comes until the pattern, or until the end."""
        got, end = b"", time.monotonic() + seconds
        while time.monotonic() < end:
            if not select.select([self.fd], [], [], 0.05)[0]:
                if pattern.search(got):
                    return got
                continue
            try:
                data = os.read(self.fd, 65536)
            except OSError:  # the child closed its side
                data = b""
            if not data:
                return got
            got += data
            self.seen += data
        raise AssertionError(f"not seen within {seconds} s: {pattern.pattern!r} in {got!r}")

    def press(self, keys: str, pattern: re.Pattern[bytes] = PROMPT) -> str:
        os.write(self.fd, keys.encode())
        return self.until(pattern).decode()

    def end(self) -> int:
        self.until(re.compile(rb"$^"))
        _, status = os.waitpid(self.pid, 0)
        self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def decisions(self) -> list[tuple[str, str | None]]:
        if not self.log.exists():
            return []
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [(d["verdict"], d.get("choice") or d.get("text") or d.get("reason")) for d in lines]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "decisions.jsonl"


@pytest.fixture
def plays() -> Iterator[list[Play]]:
    started: list[Play] = []
    yield started
    for play in started:
        os.close(play.fd)
        if play.code is None:
            os.kill(play.pid, signal.SIGKILL)
            os.waitpid(play.pid, 0)


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
        play.press("J")
        text = play.press("J")
        assert ("\x1b[" in text) == coloured
        assert ("[-He's-]{+She's+}" in text) != coloured
