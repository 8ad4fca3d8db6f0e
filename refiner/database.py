"""What goes wrong with an SQLite file, in words; and a damaged one set aside, never deleted."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from refiner.errors import StoreError


def is_damaged(error: sqlite3.Error) -> bool:
    """Whether a file is no database, or a damaged one; not merely locked, unwritable or on a full disk."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


def failed(path: Path | None, error: sqlite3.Error | OSError) -> StoreError:
    """What to raise where the database at `path` (None: in memory) cannot be used, with what mends it."""
    if isinstance(error, OSError):
        return StoreError(f"{path} cannot be used: {error.strerror or error}")
    if is_damaged(error):
        return StoreError(f"{path} is damaged ({error})", mend=f"move {path} away; what is in it is lost")
    if "locked" in str(error):
        return StoreError(f"{path}: another program holds it", mend="end that program, then run it again")
    return StoreError(f"{path} cannot be used: {error}", mend="free some space, then run it again")


def set_aside(path: Path) -> None:
    """Renames a damaged database and what belongs to it to `.damaged`, `.damaged1` …: it is not deleted."""
    aside, n = path.with_suffix(".damaged"), 1
    while aside.exists():
        aside, n = path.with_suffix(f".damaged{n}"), n + 1
    for suffix in ("", "-wal", "-shm"):
        with suppress(OSError):
            os.replace(f"{path}{suffix}", f"{aside}{suffix}")
