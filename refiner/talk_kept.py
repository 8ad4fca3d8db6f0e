"""The kept talks at the terminal: listed, deleted, and the end of one that goes on."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from refiner.console import Output
from refiner.errors import UsageError
from refiner.review.visible import one_line
from refiner.talk_files import KeptTalk, forget, list_talks
from refiner.talk_terminal import Tell

SHOWN = 2  # exchanges of a talk that goes on


def list_kept(folder: Path, show: Output) -> None:
    """Lists the talks in a folder. Raises StoreError."""
    talks = list_talks(folder)
    if show.as_json:
        show.json(
            [
                {"id": t.id, "at": t.at, "with": t.who, "turns": len(t.turns), "first": t.turns[0].user,
                 "wrong": sum(turn.wrong for turn in t.turns), "file": str(t.path)}
                for t in talks
            ]
        )  # fmt: skip
        return
    if not talks:
        show.say("no talk was kept yet")
    for t in talks:
        count = f"{len(t.turns)} turn{'' if len(t.turns) == 1 else 's'}"
        show.data(f"{t.id}  {_local(t.at)}  {one_line(t.who, 20):<20} {count:>8}  {one_line(t.turns[0].user, 60)}")
    if talks:
        show.say("go on with one: refiner chat --talk ID; delete: refiner chat --forget ID, or all")


def forget_kept(folder: Path, given: str, show: Output, *, yes: bool) -> None:
    """Deletes the talk that `given` names; for `all` asks first on a terminal, unless `yes`.

    Raises UsageError where all are to go and nobody can be asked, StoreError.
    """
    if given == "all" and not yes:
        count = len(list(folder.glob("*.jsonl")))
        if count and not _agreed(_talks(count)):
            show.say("nothing was deleted")
            return
    show.say(f"{_talks(forget(folder, given))} deleted")


def _talks(count: int) -> str:
    return f"{count} talk{'' if count == 1 else 's'}"


def _agreed(what: str) -> bool:
    """Asks on a terminal. Raises UsageError elsewhere."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(f"{what} would be deleted for good, and nobody is here to ask", mend="add --yes")
    try:
        sys.stderr.write(f"delete {what} for good? [y/N] ")
        sys.stderr.flush()
        return input().strip().casefold() in ("y", "yes")
    except EOFError:
        return False


def tell_end(talk: KeptTalk, her: str, tell: Tell) -> None:
    """The end of the talk that goes on, and how much stands before it."""
    if (earlier := len(talk.turns) - SHOWN) > 0:
        tell(f"({earlier} earlier)")
    for turn in talk.turns[-SHOWN:]:
        tell(f"you: {one_line(turn.user, 300)}")
        tell(f"{her}: {one_line(turn.said, 600)}")


def _local(at: str) -> str:
    """A time of a talk by this machine's clock."""
    try:
        return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return f"{one_line(at, 16):<16}"
