"""The folder of an export: all of it, or the old one.

A new export is written to a folder beside the target and takes its place when its manifest is written, which is last.
Forms that the old export holds of the same adapter, and that were not asked for now, are taken along.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tuning.errors import Refused
from tuning.record import write_json

MANIFEST = "export.json"
SCHEMA = 1


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of the export in `folder`, or None where there is none that can be read."""
    try:
        data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) and data.get("schema") == SCHEMA else None


@contextmanager
def new_export(out: Path) -> Iterator[Path]:
    """A folder beside `out` to write to. Left without `put_in_place`, it goes away and `out` stays as it was.

    Raises `Refused` if `out` holds something that is no export.
    """
    old = _old(out)
    if not out.exists() and old.exists():  # stopped between the two renames
        old.rename(out)
    if out.exists() and not out.is_dir():
        raise Refused(f"{out} is a file", mend="name a folder: --out", exit_code=2)
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise Refused(f"{out} holds something that is no export", mend="choose another --out", exit_code=2)
    out.parent.mkdir(parents=True, exist_ok=True)
    for left in out.parent.glob(f".{out.name}.new-*"):
        if not _alive(left.name.rpartition("-")[2]):
            shutil.rmtree(left, ignore_errors=True)
    new = out.with_name(f".{out.name}.new-{os.getpid()}")
    new.mkdir(mode=0o700)
    try:
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)


def take_along(out: Path, new: Path, forms: list[str], adapter_sha256: str) -> dict[str, Any]:
    """Link the forms that the export in `out` has of the same adapter, and that `forms` does not name, into `new`;
    returns their entries in the manifest."""
    before = read_manifest(out)
    if before is None or before.get("adapter_sha256") != adapter_sha256:
        return {}
    kept = {}
    for form, entry in before.get("forms", {}).items():
        if form in forms or not all((out / f["name"]).is_file() for f in entry["files"]):
            continue
        for file in entry["files"]:
            target = new / file["name"]
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                os.link(out / file["name"], target)
            except OSError:
                shutil.copy2(out / file["name"], target)
        kept[form] = entry
    return kept


def put_in_place(new: Path, out: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """Write the manifest into `new` and put `new` where `out` is; returns the manifest as it was written."""
    manifest = {"schema": SCHEMA, **manifest}
    write_json(new / MANIFEST, manifest)
    old = _old(out)
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    new.rename(out)
    shutil.rmtree(old, ignore_errors=True)
    return manifest


def _old(out: Path) -> Path:
    return out.with_name(f".{out.name}.old")


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
