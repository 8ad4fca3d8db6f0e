"""Pages that show commands with what they print: read as a list of steps, and run as they are written.

A fenced block with a title is a file: `title="data/raw/a.md"` writes it, `title="refiner.toml (at its end)"` appends.
A block of the language `console` holds commands (`$ …`) and their output. A line `…` stands for any lines, and a time
in brackets, as in `(1.2 s)`, for any other.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^(`{3,})([^\n`]*)\n(.*?)^\1[ ]*$", re.MULTILINE | re.DOTALL)
_SECONDS = re.compile(r"\(\d+(?:\.\d+)? s\)")
AT_END = " (at its end)"


@dataclass(frozen=True)
class Step:
    """A command with the output that the page shows, or a file (`file` is its path) with its text."""

    line: int
    command: str = ""
    output: str = ""
    file: str = ""


def steps(page: str) -> Iterator[Step]:
    """The steps of a page, in its order."""
    for block in _BLOCK.finditer(page):
        info, text, line = block[2], block[3], page[: block.start()].count("\n") + 2
        if title := re.search(r'title="([^"]+)"', info):
            yield Step(line, output=text, file=title[1])
        elif info.split()[:1] == ["console"]:
            yield from _commands(text, line)


def _commands(text: str, line: int) -> Iterator[Step]:
    found: list[tuple[int, str, list[str]]] = []
    lines = text.splitlines()
    assert lines[0].startswith("$ "), f"line {line}: a block of commands begins with one"
    going_on = False
    for n, row in enumerate(lines, line):
        if going_on:
            at, command, out = found[-1]
            found[-1] = (at, f"{command}\n{row}", out)
        elif row.startswith("$ "):
            found.append((n, row[2:], []))
        else:
            found[-1][2].append(row)
            continue
        going_on = row.endswith("\\")
    for at, command, out in found:
        yield Step(at, command=command, output="\n".join(out))


class Shell:
    """Runs the steps of a page in a folder of its own, as a person without a model and without a terminal would."""

    def __init__(self, folder: Path) -> None:
        self.folder = self.here = folder
        programs = folder / "bin"
        programs.mkdir()
        shim = programs / "refiner"
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m refiner.cli "$@"\n')
        shim.chmod(0o755)
        self.env = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "COLUMNS": "80", "HOME": str(folder)}

    def run(self, step: Step) -> str:
        """Does a step; what it printed."""
        if step.file:
            path = self.here / step.file.removesuffix(AT_END)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a" if step.file.endswith(AT_END) else "w", encoding="utf-8") as file:
                file.write(step.output)
            return step.output
        if step.command.startswith("cd "):
            self.here = self.here / step.command[3:]
            return ""
        done = subprocess.run(
            ["bash", "-c", step.command], cwd=self.here, env=self.env, text=True, timeout=300,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert "Traceback" not in done.stdout, done.stdout
        return done.stdout


def fits(shown: str, printed: str) -> bool:
    """Does a page show what was printed?"""
    parts = re.split(r"^…\n?", plain(shown), flags=re.MULTILINE)
    pattern = r"(?s:.*?)".join(re.escape(part) for part in parts)
    return re.fullmatch(pattern + r"\n*", plain(printed)) is not None


def plain(text: str) -> str:
    """Output without what differs from run to run: times, blank ends."""
    return "\n".join(line.rstrip() for line in _SECONDS.sub("(… s)", text).strip("\n").splitlines()) + "\n"
