"""What a model answered, kept for good: one row for each request, in data/refined/answers.sqlite.

A row is written the moment its answer arrives and before anything uses it, so that a run that is killed repeats no
answered question. The key is a hash of the request's content (model, messages, schema, parameters), never of a path or
an address: what is asked in the same words is asked once. It is a file of its own: hours of a laptop's work are in it.
"""

from __future__ import annotations

import os
import sqlite3
import time
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from refiner import database
from refiner.files import make_folder

_COLUMNS = "key, prompt, note, model, text, weights, fits, prompt_tokens, completion_tokens, at"


@dataclass(frozen=True)
class Stored:
    """One answer as it came. `weights` is JSON of the choices' log-probabilities where the server gave them."""

    key: str
    prompt: str  # name of the prompt file
    note: str  # path of the note it is about, "" for the whole life
    model: str
    text: str
    weights: str = ""
    fits: bool = True  # False: it could not be used; kept all the same, so that it is not asked again unasked
    prompt_tokens: int = 0
    completion_tokens: int = 0
    at: float = 0.0  # seconds since 1970


class Answers:
    """The answers of a workspace. `path=None` keeps them in memory."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        if path is not None:
            make_folder(path.parent)
        try:
            self.db = self._open()
        except (sqlite3.Error, OSError) as error:
            if path is None or isinstance(error, OSError) or not database.is_damaged(error):
                raise database.failed(path, error) from None
            database.set_aside(path)  # nothing in it cannot be asked again; but it is not deleted
            try:
                self.db = self._open()
            except (sqlite3.Error, OSError) as again:
                raise database.failed(path, again) from None
        # Answers in memory have no end that anybody waits for; Python 3.13 warns of a connection that nobody closed.
        weakref.finalize(self, self.db.close)

    def _open(self) -> sqlite3.Connection:
        if self.path is not None and not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        db = sqlite3.connect(self.path or ":memory:", check_same_thread=False, timeout=10, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("PRAGMA secure_delete=ON")  # what is forgotten is private text: it must not stay in free pages
            db.execute(
                "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, prompt TEXT NOT NULL, note TEXT NOT NULL,"
                " model TEXT NOT NULL, text TEXT NOT NULL, weights TEXT NOT NULL, fits INTEGER NOT NULL,"
                " prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL, at REAL NOT NULL,"
                " used INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID"
            )
            db.execute("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _do(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Raises StoreError."""
        try:
            return self.db.execute(sql, values)
        except sqlite3.Error as error:
            raise database.failed(self.path, error) from None

    def get(self, key: str) -> Stored | None:
        row = self._do(f"SELECT {_COLUMNS} FROM answers WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        key, prompt, note, model, text, weights, fits, sent, written, at = row
        return Stored(key, prompt, note, model, text, weights, bool(fits), sent, written, at)

    def put(self, answer: Stored) -> None:
        """Writes one answer before it returns. Raises StoreError."""
        a = answer
        row = (a.key, a.prompt, a.note, a.model, a.text, a.weights, int(a.fits), a.prompt_tokens, a.completion_tokens)
        places = ", ".join("?" * (len(row) + 1))
        self._do(f"INSERT OR REPLACE INTO answers ({_COLUMNS}) VALUES ({places})", (*row, a.at or time.time()))

    def unfit(self, key: str) -> None:
        """Marks an answer as one that could not be used."""
        self._do("UPDATE answers SET fits = 0 WHERE key = ?", (key,))

    # -- small facts about an endpoint or a workspace, kept beside the answers ---------------------------------------

    def fact(self, name: str) -> str:
        row = self._do("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def remember(self, facts: Mapping[str, str]) -> None:
        for item in facts.items():
            self._do("INSERT OR REPLACE INTO facts VALUES (?, ?)", item)

    def facts(self, prefix: str) -> dict[str, str]:
        """The facts whose name begins so, without the prefix."""
        rows = self._do("SELECT name, value FROM facts WHERE substr(name, 1, ?) = ?", (len(prefix), prefix))
        return {name[len(prefix) :]: value for name, value in rows}

    # -- what is still asked -----------------------------------------------------------------------------------------

    def mark_used(self, keys: Iterable[str]) -> None:
        """Notes that a whole run asked for exactly these; all others are stale from now on."""
        run = int(self.fact("run") or 0) + 1
        self._do("BEGIN IMMEDIATE")
        try:
            for key in keys:
                self._do("UPDATE answers SET used = ? WHERE key = ?", (run, key))
            self.remember({"run": str(run)})
            self._do("COMMIT")
        finally:
            if self.db.in_transaction:
                self.db.rollback()

    def forget_unfit(self) -> int:
        """Forgets the answers that could not be used, so that they are asked again; how many."""
        return self._do("DELETE FROM answers WHERE fits = 0").rowcount

    def forget_notes(self, living: Sequence[str]) -> int:
        """Forgets stale answers about notes that are no longer there: what a person deleted must not stay here."""
        run = int(self.fact("run") or 0)
        gone = {n for (n,) in self._do("SELECT DISTINCT note FROM answers WHERE note != ''")} - set(living)
        deleted = [self._do("DELETE FROM answers WHERE note = ? AND used < ?", (note, run)).rowcount for note in gone]
        return sum(deleted)

    def tally(self) -> dict[str, tuple[int, int, int]]:
        """Prompt -> (answers that the last whole run used, stale ones, ones that could not be used)."""
        run = int(self.fact("run") or 0)
        rows = self._do(
            "SELECT prompt, SUM(used >= ?), SUM(used < ?), SUM(fits = 0) FROM answers GROUP BY prompt ORDER BY prompt",
            (run, run),
        )
        return {prompt: (kept, stale, unfit) for prompt, kept, stale, unfit in rows}

    def close(self) -> None:
        self.db.close()

    def __enter__(self) -> Answers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
