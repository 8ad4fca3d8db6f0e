"""Reviews the small life on this terminal: `python play_review.py LOG`. The tests drive it through a pty."""

from __future__ import annotations

import sys
from pathlib import Path

from review_life import Life

from refiner.models import Decision
from refiner.review.keys import make_reader
from refiner.review.paint import is_plain, make_console
from refiner.review.session import run_review


class FileLog:
    """The log as a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, decision: Decision) -> Decision:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(decision.model_dump_json(exclude_none=True) + "\n")
        return decision

    def read(self) -> list[Decision]:
        if not self.path.exists():
            return []
        return [Decision.model_validate_json(line) for line in self.path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    log = FileLog(Path(sys.argv[1]))
    plain = is_plain(sys.stdout)
    console = make_console(sys.stdout, plain=plain)
    sys.exit(run_review(Life().queue(log.read()), log, console=console, reader=make_reader(), plain=plain))
