"""Helpers for the tests of import: a workspace, a plan of a source, the notes that it would write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from refiner.importing.command import Request, carry_out, prepare
from refiner.importing.planning import Plan
from refiner.notes import note_from_text
from refiner.store import Workspace
from refiner.workspace import init


def workspace(folder: Path, name: str = "Vikram Pillai") -> Workspace:
    """A fresh workspace of a fictional person."""
    return init(folder / "life", name=name, becomes="Vidya Pillai", born="1996-02-01")


def plan(ws: Workspace, source: Path, **options: Any) -> Plan:
    return prepare(ws, Request(source=source, **options))


def bring(ws: Workspace, source: Path, **options: Any) -> int:
    """Imports a source at once; how many notes were written."""
    return carry_out(ws, plan(ws, source, **options))


def texts(made: Plan) -> dict[str, str]:
    """The body of each note of a plan, by its path below data/raw/import."""
    out = {}
    for item in made.items:
        note = note_from_text(item.text, item.path)
        out[item.path.removeprefix("import/")] = item.text[note.body_start :].strip()
    return out


def only(made: Plan) -> str:
    """The body of a plan's one note."""
    (text,) = texts(made).values()
    return text


def put(folder: Path, name: str, text: str | bytes) -> Path:
    """Writes a file and gives its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path
