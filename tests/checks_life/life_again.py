"""A small life run through the chain, and one note read again with edits of the test's own."""

from __future__ import annotations

import re

from refiner.checks.again import Again
from refiner.config import Config
from refiner.edits import make_edit, render
from refiner.models import Edit, Event, Finding, Note
from refiner.notes import note_from_text
from refiner.pipeline import run_chain
from refiner.stages.canon import seed_canon

LIFE = ("canon-followed", "antecedent", "years", "contradiction")


def config(before: str = "Arjun Rao", after: str = "Anjali Rao", *, gender: str = "male", **more: object) -> Config:
    """A persona whose names and gender change; `replace`, `culture` and `born` as in refiner.toml."""
    new = "female" if gender == "male" else "male"
    return Config.from_dict(
        {
            "persona": {
                "before": {"name": before, "gender": gender},
                "after": {"name": after, "gender": new},
                "culture": more.get("culture", "India"),
                "born": more.get("born", ""),
            },
            "policy": {"body": "drop", "activities": "keep", "replace": more.get("replace", {})},
        }
    )


def again(text: str, changes: list[tuple[str, str]], given: Config, *, events: tuple[Event, ...] = ()) -> Again:
    """The note after `changes` (words that stand there, words that shall), each at its next place in the text."""
    note = note_from_text(text, "n.md")
    edits, at = [], note.body_start
    for before, after in changes:
        start = at + re.search(rf"\b{re.escape(before)}\b", note.text[at:]).start()  # type: ignore[union-attr]
        at = start + len(before)
        edits.append(edit(note, start, at, after))
    return Again(note, render(note.text, edits), given, seed_canon(given), tuple(edits), events=events)


def edit(note: Note, start: int, end: int, after: str, source: str = "person") -> Edit:
    return make_edit(note, "swap", start, end, after, reason="", source=source)


def findings(notes: dict[str, str], given: Config, **more: object) -> list[Finding]:
    """What the whole-life check says of a life that the rules refined."""
    read = [note_from_text(text, path) for path, text in notes.items()]
    chain = run_chain(read, given, now="2026-01-01", stages=("swap",), **more)  # type: ignore[arg-type]
    return [f for f in chain.findings if f.check in LIFE]


def shown(found: list[Finding], text: str) -> list[str]:
    """The words that the findings are about."""
    return [text[f.start : f.end] for f in found]
