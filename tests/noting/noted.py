"""A person at the form, for tests: lines typed one after the other; and a small workspace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from refiner.config import Config
from refiner.noting.known import Known, known_of
from refiner.store import Workspace

SETTINGS = """
[persona]
born = "1985-05-14"
first_school_year = 1991
[persona.before]
name = "Arjun Rao"
gender = "male"
[persona.after]
name = "Anjali Rao"
gender = "female"

[[traits]]
id = "tinkerer"
name = "tinkerer"
importance = 3
aliases = ["taking things apart"]

[[traits]]
id = "fear-of-dogs"
name = "fear of dogs"
polarity = "negative"
importance = 4
aliases = ["afraid of dogs", "scared of dogs"]
"""
CTRL_C = object()
CTRL_D = None


class Typed:
    """Types the given lines; everything that is said to the person is in `said`."""

    def __init__(self, *lines: object, left: str = "") -> None:
        self.lines, self.said, self.given = list(lines), list[str](), list[str]()
        self._left = left

    def say(self, text: str, style: str = "") -> None:
        self.said.append(text)

    def line(self, prompt: str = "> ", *, given: str = "", words: Sequence[str] = ()) -> str | None:
        self.given.append(given)
        line = self.lines.pop(0)
        if line is CTRL_C:
            raise KeyboardInterrupt
        assert line is None or isinstance(line, str)
        return line

    def left(self) -> str:
        return self._left

    def more(self) -> bool:
        return False

    @property
    def heard(self) -> str:
        return "\n".join(self.said)


def workspace(folder: Path) -> Workspace:
    (folder / "data" / "raw").mkdir(parents=True)
    (folder / "refiner.toml").write_text(SETTINGS)
    return Workspace(folder)


def known(folder: Path) -> Known:
    ws = workspace(folder)
    return known_of(ws, Config.load(ws.config))
