"""The talks that were kept: data/refined/chats/ID.jsonl (0600), one file a talk, a line for each thing that was said.

The first line says with whom: run, base, a hash of the system message. Then a line a turn, with its id, and lines that
mark a turn as wrong. A later line about a turn stands for the earlier one, so nothing is ever rewritten. A line that a
crash tore is passed over.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from refiner.errors import StoreError, UsageError
from refiner.files import NO_TEXT, append_lines, parse_json

SCHEMA = 1


@dataclass(frozen=True)
class Turn:
    """A question and her answer. `better`: what the person wrote she would have said; `sample`: the id under which that
    is trained on; `again`: how often she was asked once more; `stopped`: the person broke the answer off."""

    id: str
    at: str
    user: str
    answer: str
    again: int = 0
    stopped: bool = False
    wrong: bool = False
    why: str = ""
    better: str = ""
    sample: str = ""

    @property
    def said(self) -> str:
        """What she is taken to have said when the talk goes on."""
        return self.better or self.answer


@dataclass(frozen=True)
class KeptTalk:
    """A talk as its file tells it. `skipped`: lines that could not be read."""

    id: str
    path: Path
    about: Mapping[str, Any] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()
    skipped: int = 0

    @property
    def at(self) -> str:
        return str(self.about.get("at") or (self.turns[0].at if self.turns else ""))

    @property
    def who(self) -> str:
        """The run, or the file or server where there was none."""
        return str(self.about.get("run") or self.about.get("model") or "")


class TalkFile:
    """The file of one talk. It is made when the first turn is written."""

    def __init__(self, folder: Path, about: Mapping[str, Any], talk: str = "") -> None:
        self.id = talk or _new_id()
        self.path = folder / f"{self.id}.jsonl"
        self._about = about

    def write(self, line: Mapping[str, Any]) -> None:
        """Adds a line, on disk before it returns. Raises StoreError."""
        if not self.path.exists():
            self._append({"talk": self.id, "schema": SCHEMA, "at": now(), **self._about})
        self._append(line)

    def turn(self, turn: Turn) -> None:
        """Adds a turn, or the newest state of one."""
        self.write({k: v for k, v in vars(turn).items() if v or k in ("id", "at", "user", "answer")})

    def _append(self, line: Mapping[str, Any]) -> None:
        try:
            data = (json.dumps(line, ensure_ascii=False) + "\n").encode()
        except UnicodeEncodeError:
            raise StoreError(f"{self.path} cannot be written: {NO_TEXT}") from None
        append_lines(self.path, data)


def read_talk(path: Path) -> KeptTalk:
    """A talk from its file. Raises StoreError where the file cannot be read."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None
    about: dict[str, Any] = {}
    turns: dict[str, Turn] = {}
    skipped = 0
    for raw in lines:
        if not raw.strip():
            continue
        try:
            line = parse_json(raw)
            if "user" in line:
                turn = _turn(line, f"t{len(turns) + 1}")
                turns[turn.id] = turn
            elif "talk" in line or "run" in line:
                about = line
            else:
                skipped += 1
        except (ValueError, TypeError, AttributeError, OverflowError):
            skipped += 1
    return KeptTalk(path.stem, path, about, tuple(turns.values()), skipped)


def _turn(line: Mapping[str, Any], place: str) -> Turn:
    texts = {k: str(line.get(k, "")) for k in ("at", "user", "answer", "why", "better", "sample")}
    return Turn(
        id=str(line.get("id") or place), again=int(line.get("again", 0)), stopped=bool(line.get("stopped")),
        wrong=bool(line.get("wrong")), **texts,
    )  # fmt: skip


def marked(turn: Turn, *, why: str = "", better: str = "", sample: str = "") -> Turn:
    """The turn as one that was wrong."""
    return replace(turn, wrong=True, why=why, better=better, sample=sample)


def list_talks(folder: Path) -> list[KeptTalk]:
    """All talks with at least one turn, the oldest first."""
    found = [read_talk(p) for p in sorted(folder.glob("*.jsonl"))] if folder.is_dir() else []
    return sorted((t for t in found if t.turns), key=lambda t: (t.at, t.id))


def find_talk(folder: Path, given: str) -> KeptTalk:
    """The talk whose id begins so. Raises UsageError where there is none, or more than one."""
    found = [t for t in list_talks(folder) if t.id.startswith(given)]
    if len(found) != 1 or not given:
        raise UsageError(f'{len(found)} talks begin with "{given}"', mend="refiner chat --talks lists them")
    return found[0]


def last_talk(folder: Path) -> KeptTalk:
    """The talk that was begun last. Raises UsageError where there is none."""
    found = list_talks(folder)
    if not found:
        raise UsageError("no talk was kept yet", mend="refiner chat begins one")
    return found[-1]


def forget(folder: Path, given: str) -> int:
    """Deletes the talk that `given` names, or `all`; how many. Raises UsageError, StoreError."""
    files = sorted(folder.glob("*.jsonl")) if given == "all" else [find_talk(folder, given).path]
    for path in files:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{path} cannot be deleted: {error.strerror}") from None
    return len(files)


def sha(text: str) -> str:
    """A hash of a system message."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def now() -> str:
    # In milliseconds: of two talks begun in one second, the later one is the last.
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _new_id() -> str:
    # Milliseconds keep the names in the order of time; two windows may still begin in one of them.
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S%f")[:-3]
    return f"{stamp}-{secrets.token_hex(2)}"
