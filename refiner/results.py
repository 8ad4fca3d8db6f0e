"""Results by the hash of what they were made from: data/refined/results.sqlite, so that nothing is done twice."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol

from refiner import database
from refiner.files import make_folder


class Cache(Protocol):
    """Where results are remembered by key."""

    def get(self, key: str) -> str | None: ...
    def put(self, key: str, stage: str, note: str, value: str) -> None: ...


class NoCache:
    """Remembers nothing: for one text in memory."""

    def get(self, key: str) -> str | None:
        return None

    def put(self, key: str, stage: str, note: str, value: str) -> None:
        pass


class Results:
    """Content-addressed results in SQLite (WAL): key -> JSON. A damaged file is set aside and begun anew: it holds
    nothing that cannot be made again. One that is locked, or that cannot be written, is whole: that is a StoreError,
    here and in every method."""

    def __init__(self, path: Path) -> None:
        self.path = path
        make_folder(path.parent)
        try:
            self.db = self._open()
        except (sqlite3.Error, OSError) as error:
            if isinstance(error, OSError) or not database.is_damaged(error):
                raise database.failed(path, error) from None
            database.set_aside(path)
            try:
                self.db = self._open()
            except (sqlite3.Error, OSError) as again:
                raise database.failed(path, again) from None

    def _open(self) -> sqlite3.Connection:
        if not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        db = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                damage = sqlite3.DatabaseError("quick_check")
                damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
                raise damage
            db.execute(
                "CREATE TABLE IF NOT EXISTS results"
                " (key TEXT PRIMARY KEY, stage TEXT NOT NULL, note TEXT NOT NULL, value TEXT NOT NULL)"
            )
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _do(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        try:
            return self.db.execute(sql, values)
        except sqlite3.Error as error:
            raise database.failed(self.path, error) from None

    def get_many(self, keys: Sequence[str]) -> dict[str, str]:
        """What is kept under these keys. Raises StoreError."""
        found: dict[str, str] = {}
        try:
            for at in range(0, len(keys), 500):
                part = list(keys[at : at + 500])
                marks = ",".join("?" * len(part))
                found.update(self.db.execute(f"SELECT key, value FROM results WHERE key IN ({marks})", part).fetchall())
        except sqlite3.Error as error:
            raise database.failed(self.path, error) from None
        return found

    def get(self, key: str) -> str | None:
        """What is kept under a key, None where nothing is. Raises StoreError."""
        return self.get_many([key]).get(key)

    def put(self, key: str, stage: str, note: str, value: str) -> None:
        """Keeps a value, in place of what was kept under that key. Raises StoreError."""
        self._do("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)", (key, stage, note, value))

    def keep_only(self, keys: Iterable[str], stages: Sequence[str]) -> int:
        """Forgets results of these stages that nothing refers to any more; how many. Raises StoreError."""
        wanted = set(keys)
        marks = ",".join("?" * len(stages))
        try:
            have = [k for (k,) in self.db.execute(f"SELECT key FROM results WHERE stage IN ({marks})", list(stages))]
            old = [(k,) for k in have if k not in wanted]
            self.db.execute("BEGIN")
            try:
                self.db.executemany("DELETE FROM results WHERE key = ?", old)
                self.db.execute("COMMIT")
            finally:
                if self.db.in_transaction:
                    self.db.rollback()
        except sqlite3.Error as error:
            raise database.failed(self.path, error) from None
        return len(old)

    def close(self) -> None:
        self.db.close()

    def __enter__(self) -> Results:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
