"""Plays a review behind a pseudo-terminal: starts it, presses keys, reads what comes until a prompt."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROMPT = re.compile(rb"(Approve|Answer|Right|Done)\? \[[^]]*\](\x1b\[[0-9;]*m)? (\x1b\[[0-9;]*m)?$")


class Play:
    """A command in a child process behind a pseudo-terminal of a given size; by default the small life's review."""

    def __init__(
        self, log: Path, argv: Sequence[str] = (), *, cwd: Path | None = None, columns: int = 80, **env: str
    ) -> None:
        self.log = log
        root = str(HERE.parent.parent)
        argv = list(argv) or [str(HERE / "play_review.py"), str(log)]
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            if cwd is not None:
                os.chdir(cwd)
            given = {**os.environ, "PYTHONPATH": root, "TERM": "xterm", "PYTHONUTF8": "1", **env}
            for name in {"NO_COLOR", "COLUMNS", "LINES", "FORCE_COLOR"} - set(env):
                given.pop(name, None)
            # Tests that run in the background of a script inherit that Ctrl-C is ignored.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execve(sys.executable, [sys.executable, *argv], given)
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
        self.until(re.compile(rb"(?!)"), 60)  # to the end: a full terminal would hold the child up
        _, status = os.waitpid(self.pid, 0)
        self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def decisions(self) -> list[tuple[str, str | None]]:
        if not self.log.exists():
            return []
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [(d["verdict"], d.get("choice") or d.get("text") or d.get("reason")) for d in lines]

    def stop(self) -> None:
        """Ends the child where it has not ended."""
        os.close(self.fd)
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


@pytest.fixture
def plays() -> Iterator[list[Play]]:
    """The plays that a test starts; ended with it."""
    started: list[Play] = []
    yield started
    for play in started:
        play.stop()
