"""What is wrong with a dataset folder, by its files alone: hashes, row counts, the shape of every row. Reads only."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from typing import Any

from refiner.dataset.formats import FORMATS, messages_of
from refiner.files import parse_json

SCHEMA = 1
ROWS = ("train.jsonl", "eval.jsonl", "preferences.jsonl", "kto.jsonl")
FILES = (*ROWS, "README.md")  # what every folder has
PROVENANCE = "provenance.jsonl"


def validate_dataset(folder: Path) -> list[str]:
    """What is wrong with a dataset folder; [] where it is whole. Reads only."""
    try:
        manifest = parse_json((folder / "manifest.json").read_text(encoding="utf-8"))
        listed = {str(f["name"]): f for f in manifest["files"]}
        schema, system = manifest["schema"], manifest["system"]
    except FileNotFoundError:
        return ["manifest.json is missing: the folder is not whole"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"manifest.json cannot be read: {error!r}"]
    out = [] if schema == SCHEMA else [f"manifest.json: schema {schema!r}, not {SCHEMA}"]
    for name in FILES:
        if name not in listed:
            out.append(f"manifest.json does not list {name}")
    rows: dict[str, list[Any]] = {}
    for name, entry in listed.items():
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            out.append(f"{name}: no file of this folder")
            continue
        try:
            raw = (folder / name).read_bytes()
        except OSError as error:
            out.append(f"{name}: {error.strerror}")
            continue
        if hashlib.sha256(raw).hexdigest() != entry.get("sha256"):
            out.append(f"{name} was changed after it was written")
        if not name.endswith(".jsonl"):
            continue
        lines = [line for line in raw.decode("utf-8", "replace").split("\n") if line]
        if len(lines) != entry.get("rows"):
            out.append(f"{name} has {len(lines)} rows, the manifest says {entry.get('rows')}")
        rows[name] = [_messages(name, line) for line in lines]
        for number, found in enumerate(rows[name], 1):
            problems = [found] if isinstance(found, str) else _problems(found, system) if found else []
            out += [f"{name}:{number}: {p}" for p in problems]
    out += _provenance_problems(folder, rows) if PROVENANCE in rows else []
    for name, found in rows.items():
        original = rows.get(PurePosixPath(name).name) if name.startswith("formats/") else None
        if original is not None and found != original:
            out.append(f"{name} does not say the same as {PurePosixPath(name).name}")
    both = _questions(rows.get("train.jsonl", [])) & _questions(rows.get("eval.jsonl", []))
    return out + [f"a question is in train.jsonl and eval.jsonl: {q!r}" for q in sorted(both)]


def _messages(name: str, line: str) -> list[dict[str, Any]] | str:
    """The messages of a row, [] where the file has none; or what is wrong with the row."""
    try:
        row = parse_json(line)
        if name == PROVENANCE:
            return [] if row["file"] and row["row"] > 0 else "no file and row"
        if name.startswith("formats/"):
            form = name.split("/")[1]
            return messages_of(form, row) if form in FORMATS else f"there is no format {form}"
        if name == "preferences.jsonl":
            if row["chosen"] == row["rejected"]:
                return "chosen and rejected are the same"
            return [*row["prompt"], *row["chosen"]]
        if name == "kto.jsonl":
            if not isinstance(row["label"], bool):
                return "label is neither true nor false"
            return [*row["prompt"], *row["completion"]]
        return list(row["messages"])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        return f"no row of this file: {error!r}"


def _problems(messages: list[dict[str, Any]], system: str) -> list[str]:
    try:
        roles, contents = [m["role"] for m in messages], [m["content"] for m in messages]
    except (KeyError, TypeError) as error:
        return [f"no row of this file: {error!r}"]
    out = []
    if roles[:1] != ["system"]:
        out.append("the first message is not the system message")
    elif contents[0] != system:
        out.append("its system message is not the manifest's")
    if len(roles) < 3 or roles[1:] != ["user", "assistant"] * ((len(roles) - 1) // 2):
        out.append(f"roles must go system, user, assistant …, not {roles}")
    if not all(isinstance(c, str) and c.strip() for c in contents):
        out.append("a message without content")
    return out


def _questions(rows: list[Any]) -> set[str]:
    return {
        "\n".join(str(m.get("content")) for m in row if m.get("role") == "user")
        for row in rows
        if isinstance(row, list) and all(isinstance(m, dict) for m in row)
    }


def _provenance_problems(folder: Path, rows: dict[str, list[Any]]) -> list[str]:
    """Every row of the four files has exactly one record."""
    try:
        lines = [line for line in (folder / PROVENANCE).read_text(encoding="utf-8").split("\n") if line]
        said = sorted((str(r["file"]), int(r["row"])) for r in map(parse_json, lines))
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return []  # told above, with the line
    wanted = sorted((name, n) for name in ROWS for n in range(1, len(rows.get(name, ())) + 1))
    return [] if said == wanted else [f"{PROVENANCE} does not name each row of the other files once"]
