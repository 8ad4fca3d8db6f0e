"""A talk as a Markdown file of the person's own, which says of itself that a model said this."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from refiner.errors import StoreError, UsageError
from refiner.review.visible import one_line
from refiner.store import place, write_atomic
from refiner.talk_files import Turn

NAME = "talk.md"  # where none is given


def save_talk(
    turns: Sequence[Turn], name: str, *, saved: Path, her: str, who: str, at: datetime, over: bool = False
) -> Path:
    """Writes a talk, readable by its owner alone; where. A name without a folder goes into `saved`, which git leaves
    out; a path stays as it is. `who`: the run, file or server; `at`: now, by this machine's clock.

    Raises UsageError where there is nothing to save, or the file is there and `over` is not given; StoreError.
    """
    if not turns:
        raise UsageError("there is nothing to save yet")
    path = _place(name or NAME, saved)
    if path.is_dir():
        raise UsageError(f"{path} is a folder")
    if path.exists() and not over:
        raise UsageError(f"{path} is there already", mend=f"/save! {name or NAME} writes over it")
    if path.parent != saved and not path.parent.is_dir():
        raise StoreError(f"{path.parent} is no folder")
    by = f"A language model said what stands here under {her}; models invent."
    head = f"*{at:%Y-%m-%d %H:%M}, {one_line(who, 80)}. {by}*"
    said = (f"**You:** {t.user}\n\n**{her}:** {t.answer}{_mark(t)}" for t in turns)
    write_atomic(path, "\n\n".join([head, *said]) + "\n")
    return path


def _place(name: str, saved: Path) -> Path:
    """Where the person wants it: "./talk.md" names the current folder, "talk.md" alone none."""
    has_folder = "/" in name or "\\" in name or name in (".", "..", "~")
    return place(name) if has_folder else saved / name


def _mark(turn: Turn) -> str:
    if turn.better:
        return f"\n\n*(wrong; she would have said: {turn.better})*"
    return "\n\n*(wrong)*" if turn.wrong else ""
