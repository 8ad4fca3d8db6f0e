"""data/review/canon.toml: substitutions for the whole life that the person wrote or confirmed. Read and appended to.

No command rewrites what stands in it: an entry is added at the end, comments and order stay the person's own.
"""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path

import tomlkit
from pydantic import ValidationError
from tomlkit.exceptions import TOMLKitError

from refiner.edits import digest
from refiner.errors import ConfigError
from refiner.models import CanonEntry
from refiner.store import write_atomic

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
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}", mend="mend that line by hand") from None
    problems = [f"{path}: unknown key {key}; entries begin with [[canon]]" for key in data if key != "canon"]
    entries = []
    for number, item in enumerate(data.get("canon", []), 1):
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


def add_canon(path: Path, entry: CanonEntry) -> None:
    """Appends an entry, keeping everything that stands in the file. Raises ConfigError, StoreError."""
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.parse(HEADING)
    except (TOMLKitError, OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", mend="mend it by hand") from None
    table = tomlkit.table()
    for key in ("id", "kind", "before", "after"):
        table.add(key, getattr(entry, key))
    if entry.forms:
        forms = tomlkit.inline_table()
        forms.update(entry.forms)
        table.add("forms", forms)
    table.add("origin", "person")
    table.add("status", "rejected" if entry.status == "rejected" else "approved")
    if "canon" not in document:
        document.add("canon", tomlkit.aot())
    document["canon"].append(table)
    write_atomic(path, tomlkit.dumps(document))


def remove_canon(path: Path, entry: CanonEntry) -> bool:
    """Takes an entry that `add_canon` wrote out again, comments and the others untouched.

    False where it is not there or was changed by hand since: what the person wrote stays. Raises ConfigError,
    StoreError.
    """
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.parse("")
    except (TOMLKitError, OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", mend="mend it by hand") from None
    tables = document.get("canon", [])
    mine = [n for n, t in enumerate(tables) if all(t.get(k) == getattr(entry, k) for k in ("id", "before", "after"))]
    if not mine:
        return False
    del tables[mine[-1]]
    if not tables:
        del document["canon"]
    write_atomic(path, tomlkit.dumps(document))
    return True
