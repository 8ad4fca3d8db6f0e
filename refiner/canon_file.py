"""data/review/canon.toml: substitutions for the whole life that the person wrote or confirmed. Read and appended to.

No command rewrites what stands in it: an entry is added at the end, comments and order stay the person's own.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import ValidationError
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array, InlineTable

from refiner.edits import digest
from refiner.errors import ConfigError
from refiner.models import CanonEntry
from refiner.store import write_atomic

BOM = "\ufeff"
HEADING = (
    "# Substitutions for the whole life. Each [[canon]] holds in every note; edit them freely.\n"
    "# keys: id, kind (name institution activity body address other), before, after, forms, status\n"
)


def read_canon(path: Path) -> list[CanonEntry]:
    """The entries of canon.toml, [] if it is not there. Raises ConfigError that names file and entry."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
    data = _parsed(path, text)
    problems = [f"{path}: unknown key {key}; entries begin with [[canon]]" for key in data if key != "canon"]
    entries = []
    for number, item in enumerate(_tables(path, data), 1):
        given = {"origin": "person", "kind": "other", "status": "approved", **item}
        given.setdefault("id", digest("canon", str(item.get("before")), str(item.get("after"))))
        try:
            entries.append(CanonEntry.model_validate(given))
        except ValidationError as error:
            for e in error.errors():
                key = str(e["loc"][-1])
                near = difflib.get_close_matches(key, list(CanonEntry.model_fields), 1, 0.5)
                hint = f" (did you mean {near[0]}?)" if e["type"] == "extra_forbidden" and near else ""
                problems.append(f"{path}: entry {number}: {key}: {e['msg']}{hint}")
    if problems:
        raise ConfigError("\n".join(problems), mend="mend them by hand, then: refiner doctor")
    return entries


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: {error}", mend="mend that line by hand") from None


def _tables(path: Path, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries as they stand in the file. Raises ConfigError where they are no list of tables."""
    found = data.get("canon", [])
    if not isinstance(found, list):
        what = "one table" if isinstance(found, dict) else "no list of entries"
        raise ConfigError(f"{path}: canon is {what}; each entry begins with [[canon]]", mend="mend it by hand")
    for number, item in enumerate(found, 1):
        if not isinstance(item, dict):
            raise ConfigError(
                f"{path}: entry {number} is no table; each entry begins with [[canon]]", mend="mend it by hand"
            )
    return found


def add_canon(path: Path, entry: CanonEntry) -> None:
    """Appends an entry, keeping everything that stands in the file. Raises ConfigError, StoreError."""
    text = _text(path) or HEADING
    old = _tables(path, _parsed(path, text.removeprefix(BOM)))
    if _is_inline(text):
        document = tomlkit.parse(text.removeprefix(BOM))
        document["canon"].append(_inline(entry))
        new = text[: len(text) - len(text.removeprefix(BOM))] + tomlkit.dumps(document)
    else:
        new = text + ("" if text.endswith("\n") else _end(text)) + _end(text) + _block(entry, _end(text))
    if _entries(new) != [*old, _written(entry)]:
        raise ConfigError(f"{path}: no entry can be appended", mend="write entries as [[canon]], each key on a line")
    write_atomic(path, new)


def remove_canon(path: Path, entry: CanonEntry) -> bool:
    """Takes an entry that `add_canon` wrote out again, comments and the others untouched.

    False where it is not there or was changed by hand since, also by a comment beside it: what the person wrote stays.
    Raises ConfigError, StoreError.
    """
    text, mine = _text(path), _written(entry)
    old = _tables(path, _parsed(path, text.removeprefix(BOM)))
    places = [n for n, table in enumerate(old) if table == mine]
    if not places:
        return False
    new = _without_inline(text, places[-1], entry) if _is_inline(text) else _without_block(text, entry)
    if new is None or _entries(new) != [t for n, t in enumerate(old) if n != places[-1]]:
        return False
    write_atomic(path, new)
    return True


def _text(path: Path) -> str:
    """The file with its byte order mark and line ends; "" if it is not there."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", mend="mend it by hand") from None


def _entries(text: str) -> object:
    """The entries of a text that is about to be written; None where it would be no TOML."""
    try:
        return tomllib.loads(text.removeprefix(BOM)).get("canon", [])
    except (ValueError, RecursionError):
        return None


def _end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _is_inline(text: str) -> bool:
    """Whether the entries stand as `canon = [{…}]`, which no [[canon]] may follow."""
    try:
        found = tomlkit.parse(text.removeprefix(BOM)).get("canon")
    except TOMLKitError:
        return False
    return isinstance(found, Array)


def _written(entry: CanonEntry) -> dict[str, Any]:
    """All that `add_canon` writes of an entry."""
    out: dict[str, Any] = {key: getattr(entry, key) for key in ("id", "kind", "before", "after")}
    if entry.forms:
        out["forms"] = dict(entry.forms)
    return {**out, "origin": "person", "status": "rejected" if entry.status == "rejected" else "approved"}


def _values(entry: CanonEntry) -> dict[str, Any]:
    out = _written(entry)
    if "forms" in out:
        forms = tomlkit.inline_table()
        forms.update(out["forms"])
        out["forms"] = forms
    return out


def _inline(entry: CanonEntry) -> InlineTable:
    table = tomlkit.inline_table()
    table.update(_values(entry))
    return table


def _block(entry: CanonEntry, end: str) -> str:
    table, tables = tomlkit.table(), tomlkit.aot()
    for key, value in _values(entry).items():
        table.add(key, value)
    tables.append(table)
    document = tomlkit.document()
    document.add("canon", tables)
    return tomlkit.dumps(document).rstrip("\n").replace("\n", end) + end


def _without_block(text: str, entry: CanonEntry) -> str | None:
    """The text without the last block that is exactly what was written; None where a comment stands at it."""
    end = _end(text)
    block = _block(entry, end)
    at = text.rfind(block)
    if at < 0:
        return None
    before, after = text[:at], text[at + len(block) :]
    last = before.removesuffix(end).rpartition(end)[2].lstrip()
    if last.startswith("#") or (before and not before.endswith((end, BOM))) or after.lstrip(" \t").startswith("#"):
        return None
    if before.endswith(end * 2):  # the empty line came with it
        before = before.removesuffix(end)
    return before + after


def _without_inline(text: str, place: int, entry: CanonEntry) -> str | None:
    bare = text.removeprefix(BOM)
    document = tomlkit.parse(bare)
    del document["canon"][place]
    new = tomlkit.dumps(document)
    comments = bare.count("#") - _inline(entry).as_string().count("#")
    return text[: len(text) - len(bare)] + new if new.count("#") == comments else None
