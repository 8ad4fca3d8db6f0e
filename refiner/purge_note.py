"""What is known of one note: by which words it is found again, and which items, events and runs come from it.

Read before anything is removed, from the note, its refined text and the records that name it. It is kept in
data/refined/.purge.json until the purge is whole, as hashes and ids: where a purge was cut short, the same command goes
on with it, although the note and what was made of it may be gone by then.
"""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from refiner.errors import StoreError, UsageError
from refiner.notes import SUFFIXES
from refiner.purge_words import Maker, Marks, runs_of, words
from refiner.store import Workspace, place, write_atomic

SCHEMA = 1


@dataclass(frozen=True)
class Known:
    """One note. `items`: ids of what the review asks about that comes from it alone; `canon`: entries that only it
    gave; `stands`: whether its file is there."""

    note: str
    marks: Marks
    items: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    canon: frozenset[str] = frozenset()
    stands: bool = True
    taught: Mapping[str, frozenset[str]] = field(default_factory=dict, compare=False)  # row -> notes that it is from


def journal(ws: Workspace) -> Path:
    """The file that is there while a purge of a note is not finished."""
    return ws.refined / ".purge.json"


def path_in(ws: Workspace, given: str) -> str:
    """The note's path below data/raw, however it was named. Raises UsageError where it lies elsewhere."""
    raw, asked = ws.raw.resolve(), place(given)
    places = [place.parent.resolve() / place.name for place in (Path.cwd() / asked, ws.root / asked, ws.raw / asked)]
    inside = [place for place in places if place.is_relative_to(raw) and place != raw]
    if not inside:
        raise UsageError(f"{given} is no note of this workspace", mend=f"name a file below {ws.raw}")
    chosen = next((place for place in inside if place.is_file()), inside[0])
    if chosen.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{given} is no note: notes are *.md and *.txt", mend=f"ls '{ws.raw}'")
    return chosen.relative_to(raw).as_posix()


def read_known(ws: Workspace, note: str) -> Known:
    """All that is known of a note. Raises UsageError where nothing names it, StoreError where a purge of another note
    is not finished or a record cannot be read."""
    file = ws.raw / note
    kept = _journal(ws)
    if kept is not None and kept["note"] != note:
        raise StoreError(
            f"a purge of {kept['note']} was cut short", mend=f"finish it first: refiner purge --note '{kept['note']}'"
        )
    stands = file.is_file()
    refined = ws.refined / "notes" / note
    records = {name: list(_records(ws.refined / f"{name}.jsonl")) for name in _NAMED}
    named = any(r.get("note") == note or note in _notes(r) for rs in records.values() for r in rs)
    if not (stands or kept or named or refined.is_file()):
        raise UsageError(
            f"there is no note {note}, and nothing in {ws.refined} names it: nothing of it is there to remove",
            mend=f"ls '{ws.raw}'",
        )
    maker = Maker([*_others(ws, note)])
    if stands:
        maker.add_raw(_text(file))
    if refined.is_file():
        (maker.add_made if stands else maker.add_raw)(_text(refined))
    events = {str(e["id"]) for e in records["events"] if e.get("note") == note}
    mine = _mine(records, note, events)
    for text in mine.texts:
        maker.add_made(text)
    maker.add_names(mine.names)
    said = [*mine.texts, _text(file) if stands else ""]
    own = {str(c.get("id")): c for c in (*records["canon"], *_confirmed(ws)) if _is_own(c, said, maker)}
    for entry in own.values():
        maker.add_names([str(entry.get("before", "")), str(entry.get("after", ""))])
    maker.add_names(name for name in _hidden(ws) if _stands_alone(name, said, maker))
    marks = maker.made()
    items = {*mine.items, *(f"event:{e}" for e in events), *(f"canon:{name}" for name in own)}
    if kept is not None:
        marks = Marks(
            marks.shingles | frozenset(kept["shingles"]), marks.names | frozenset((a, b) for a, b in kept["names"])
        )
        items, events = items | set(kept["items"]), events | set(kept["events"])
        own = {**own, **{name: {} for name in kept["canon"]}}
    told = {str(e["id"]): str(e.get("note")) for e in records["events"]}
    return Known(note, marks, frozenset(items), frozenset(events), frozenset(own), stands, _taught(ws, told))


def keep(ws: Workspace, known: Known) -> None:
    """Writes the journal, before anything is removed. Raises StoreError."""
    record = {
        "schema": SCHEMA, "note": known.note, **known.marks.as_json(), "items": sorted(known.items),
        "events": sorted(known.events), "canon": sorted(known.canon),
    }  # fmt: skip
    write_atomic(journal(ws), json.dumps(record) + "\n")


def _journal(ws: Workspace) -> dict[str, Any] | None:
    try:
        record = json.loads(journal(ws).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        record = {}
    wanted = ("note", "shingles", "names", "items", "events", "canon")
    if not isinstance(record, dict) or record.get("schema") != SCHEMA or any(key not in record for key in wanted):
        raise StoreError(f"{journal(ws)} cannot be read", mend=f"delete it: rm '{journal(ws)}'")
    return record


# ---- what the records say ------------------------------------------------------------------------------------------

_NAMED = ("edits", "questions", "events", "samples", "people", "media", "canon")


@dataclass
class _Mine:
    items: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def _mine(records: Mapping[str, list[dict[str, Any]]], note: str, events: set[str]) -> _Mine:
    """Ids, texts and names of what comes from a note."""
    out = _Mine()
    for kind in ("edits", "questions", "events"):
        for record in records[kind]:
            if record.get("note") == note:
                out.items |= {str(record["id"])} if kind != "events" else set()
                out.texts += _said(record, ("before", "after", "label", "question", "quotes"))
    for sample in records["samples"]:
        if note in _notes(sample) or events & set(map(str, sample.get("events") or ())):
            if set(_notes(sample)) <= {note} and set(map(str, sample.get("events") or ())) <= events:
                out.items.add(str(sample["id"]))
            out.texts += [str(m.get("content", "")) for m in sample.get("messages") or ()]
    for kind, key in (("people", "names"), ("media", "title")):
        for record in records[kind]:
            if _notes(record) == [note]:
                out.names += _said(record, (key,))
    return out


def _said(record: Mapping[str, Any], keys: Iterable[str]) -> list[str]:
    out: list[str] = []
    for key in keys:
        value = record.get(key)
        out += [str(v) for v in value] if isinstance(value, list) else [str(value)] if value else []
    return out


def _notes(record: Mapping[str, Any]) -> list[str]:
    found = record.get("notes")
    return [str(n) for n in found] if isinstance(found, list) else []


def _is_own(entry: Mapping[str, Any], said: Iterable[str], maker: Maker) -> bool:
    """Whether a substitution stands for words that this note alone has."""
    return entry.get("origin") != "config" and _stands_alone(str(entry.get("before", "")), said, maker)


def _stands_alone(name: str, said: Iterable[str], maker: Maker) -> bool:
    """Whether these words stand in one of the note's texts, and in nothing else that the person wrote."""
    return any(
        not maker.elsewhere(run) and any(f" {' '.join(run)} " in f" {' '.join(words(text))} " for text in said)
        for run in runs_of([name])
    )


def _confirmed(ws: Workspace) -> list[dict[str, Any]]:
    """The entries of canon.toml; [] where it cannot be read."""
    try:
        found = tomllib.loads(_text(ws.canon).removeprefix("\ufeff")).get("canon", [])
    except tomllib.TOMLDecodeError:
        return []
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _hidden(ws: Workspace) -> list[str]:
    """The names for which stand-ins are kept; [] where they cannot be read."""
    if ws.answers.is_symlink() or not ws.answers.is_file():
        return []
    with suppress(sqlite3.Error), closing(sqlite3.connect(ws.answers, timeout=10)) as db:
        return [str(name).rpartition(":")[2] for (name,) in db.execute("SELECT name FROM facts")]
    return []


def _others(ws: Workspace, note: str) -> Iterator[str]:
    """All else that the person wrote: whatever else lies in data/raw, the settings."""
    for file in sorted(ws.raw.rglob("*")) if ws.raw.is_dir() else ():
        name = file.relative_to(ws.raw)
        if file.is_file() and name.as_posix() != note and not any(p.startswith(".") for p in name.parts):
            yield _text(file)
    yield _text(ws.config)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig", "replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None


def _records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file of lines; those that cannot be read are passed over: the file goes anyway."""
    for line in _text(path).split("\n"):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and ("id" in record or "names" in record or "title" in record):
            yield record


# ---- what a run was taught -----------------------------------------------------------------------------------------


def _taught(ws: Workspace, told: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """By the key of each row of the data set: the notes that it comes from. `told`: the note of each event.

    A row of which that cannot be said is left out.
    """
    from refiner.training.launch import tuning

    out: dict[str, frozenset[str]] = {}
    try:
        behind = [json.loads(line) for line in _text(ws.dataset / "provenance.jsonl").split("\n") if line.strip()]
        for name in sorted({str(row["file"]) for row in behind}):
            rows = [json.loads(line) for line in _text(ws.dataset / name).split("\n") if line.strip()]
            for row in (r for r in behind if r["file"] == name):
                said = rows[row["row"] - 1].get("messages")
                if said and all(event in told for event in row["events"]):
                    key = str(tuning("continued").row_key(said))
                    out[key] = out.get(key, frozenset()) | {*row["notes"], *(told[e] for e in row["events"])}
    except (ValueError, KeyError, TypeError, IndexError):
        return {}
    return out
