"""Files of a workspace: atomic writes, the append-only decision log, content-addressed results, one writer at a time.

A file is written to a temporary name beside it, flushed to disk and renamed, so that a reader sees the old or the new
one and never a half. All files are 0600 and folders 0700: these are private texts.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from refiner.edits import digest
from refiner.errors import StoreError, WorkspaceBusy
from refiner.models import Decision

M = TypeVar("M", bound=BaseModel)
NO_TEXT = "it would hold half a character, which UTF-8 has no bytes for"
_BACK = 65_536  # bytes read at a time from the end of the log
FORMAT = 1  # of everything under data/refined; a higher number makes refine start anew


@dataclass(frozen=True)
class Workspace:
    """Where things are in a workspace. Any folder with a refiner.toml is one."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "refiner.toml"

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw"

    @property
    def refined(self) -> Path:
        return self.root / "data" / "refined"

    @property
    def review(self) -> Path:
        return self.root / "data" / "review"

    @property
    def decisions(self) -> Path:
        return self.review / "decisions.jsonl"

    @property
    def canon(self) -> Path:
        return self.review / "canon.toml"

    @property
    def results(self) -> Path:
        return self.refined / "results.sqlite"

    @property
    def answers(self) -> Path:
        return self.refined / "answers.sqlite"

    @property
    def queue(self) -> Path:
        return self.refined / "queue.json"

    @property
    def dataset(self) -> Path:
        return self.refined / "dataset"

    @property
    def runs(self) -> Path:
        return self.refined / "runs"


def _explain(path: Path, error: OSError, doing: str) -> StoreError:
    mend = {
        errno.ENOSPC: "free some space, then run the same command again",
        errno.EROFS: "this file system is read-only; copy the workspace elsewhere",
        errno.EACCES: f"check who owns it: ls -ld '{path.parent}'",
    }.get(error.errno or 0, "")
    return StoreError(f"{path} cannot be {doing}: {error.strerror}", mend=mend)


def make_folder(path: Path) -> None:
    """Makes a folder and those above it that are missing, all readable by their owner alone. Raises StoreError."""
    try:
        for folder in (*reversed(path.parents), path):  # with parents=True those above would follow the umask
            if not folder.exists():
                folder.mkdir(exist_ok=True, mode=0o700)
        path.mkdir(exist_ok=True)  # a file of that name is told
    except OSError as error:
        raise _explain(path, error, "made") from None


def write_atomic(path: Path, data: bytes | str) -> None:
    """Writes a file as a whole or not at all (0600). Raises StoreError."""
    make_folder(path.parent)
    try:
        raw = data.encode("utf-8") if isinstance(data, str) else data
    except UnicodeEncodeError as error:
        raise StoreError(f"{path} cannot be written: {NO_TEXT} (place {error.start})") from None
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".tmp", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)
        raise _explain(path, error, "written") from None


def write_if_changed(path: Path, data: str) -> bool:
    """`write_atomic`, but leaves a file alone that already says the same. True: it was written."""
    with suppress(OSError):
        if path.read_bytes() == data.encode("utf-8"):
            return False
    write_atomic(path, data)
    return True


def to_jsonl(records: Iterable[BaseModel]) -> str:
    return "".join(r.model_dump_json(exclude_none=True) + "\n" for r in records)


def read_jsonl(path: Path, shape: type[M]) -> list[M]:
    """The records of a JSON Lines file; [] if it is not there. Raises StoreError with file and line."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from None
    out = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                out.append(shape.model_validate_json(line))
            except ValidationError as error:
                detail = error.errors()[0]
                raise StoreError(
                    f"{path}:{number}: {'.'.join(map(str, detail['loc']))} {detail['msg']}",
                    mend="if it lies under data/refined: delete that file, then: refiner refine",
                ) from None
    return out


class DecisionLog:
    """data/review/decisions.jsonl: append-only, flushed to disk at each line; a torn last line is passed over."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[Decision]:
        """All decisions in order. A last line without an end (a crash while writing) is ignored.

        Raises StoreError with the line of one that cannot be read: the person's own work is never skipped silently.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _explain(self.path, error, "read") from None
        out = []
        lines = data.split(b"\n")
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                out.append(Decision.model_validate_json(line))
            except ValidationError:
                if number == len(lines):
                    break
                raise StoreError(
                    f"{self.path}:{number}: this line is no decision",
                    mend="mend or remove that line by hand; the others are untouched",
                ) from None
        return out

    def append(self, decision: Decision) -> Decision:
        """Writes one decision to disk before it returns it, with `at` and `id` filled in. Raises StoreError."""
        return self.extend([decision])[0]

    def extend(self, decisions: Sequence[Decision]) -> list[Decision]:
        """Writes decisions to disk in one go, so that deciding a thousand at once waits for the disk once."""
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        # The same choice twice in one microsecond still needs two ids: its place in the log tells them apart.
        size = self.path.stat().st_size if self.path.exists() else 0
        done = [
            d.model_copy(
                update={"at": d.at or at, "id": d.id or digest("decision", d.item, d.verdict, at, f"{size}+{n}")}
            )
            for n, d in enumerate(decisions)
        ]
        try:
            data = "".join(d.model_dump_json(exclude_none=True) + "\n" for d in done).encode()
        except ValueError:  # also pydantic's PydanticSerializationError
            raise StoreError(f"{self.path}: the decision cannot be written: {NO_TEXT}") from None
        make_folder(self.path.parent)
        try:
            with open(self.path, "ab+", opener=lambda p, f: os.open(p, f, 0o600)) as file:
                self._mend_end(file)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _explain(self.path, error, "written") from None
        return done

    def _mend_end(self, file: Any) -> None:
        """Makes the next line begin a line. Half a line, which a crash left, goes to a file of its own."""
        size = file.seek(0, os.SEEK_END)
        if not size:
            return
        at, parts = size, list[bytes]()
        while at and not (parts and b"\n" in parts[-1]):  # a line may be of any length
            at, until = max(0, at - _BACK), at
            file.seek(at)
            parts.append(file.read(until - at))
        last = b"".join(reversed(parts)).rpartition(b"\n")[2]
        if not last:
            return
        try:
            Decision.model_validate_json(last)
            file.write(b"\n")
        except ValidationError:
            write_atomic(self.path.with_suffix(".torn"), last)
            file.truncate(size - len(last))
            file.seek(0, os.SEEK_END)


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
    nothing that cannot be made again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        make_folder(path.parent)
        try:
            self.db = self._open()
        except sqlite3.DatabaseError:
            with suppress(OSError):
                os.replace(path, path.with_suffix(".damaged"))
            for suffix in ("-wal", "-shm"):
                with suppress(OSError):
                    os.unlink(f"{path}{suffix}")
            try:
                self.db = self._open()
            except sqlite3.Error as error:
                raise StoreError(f"{path} cannot be opened: {error}") from None

    def _open(self) -> sqlite3.Connection:
        if not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        db = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("quick_check")
        db.execute(
            "CREATE TABLE IF NOT EXISTS results"
            " (key TEXT PRIMARY KEY, stage TEXT NOT NULL, note TEXT NOT NULL, value TEXT NOT NULL)"
        )
        return db

    def get_many(self, keys: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for at in range(0, len(keys), 500):
            part = list(keys[at : at + 500])
            marks = ",".join("?" * len(part))
            found.update(self.db.execute(f"SELECT key, value FROM results WHERE key IN ({marks})", part).fetchall())
        return found

    def get(self, key: str) -> str | None:
        return self.get_many([key]).get(key)

    def put(self, key: str, stage: str, note: str, value: str) -> None:
        try:
            self.db.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)", (key, stage, note, value))
        except sqlite3.Error as error:
            raise StoreError(
                f"{self.path} cannot be written: {error}", mend="free some space, then run it again"
            ) from None

    def keep_only(self, keys: Iterable[str], stages: Sequence[str]) -> int:
        """Forgets results of these stages that nothing refers to any more; how many."""
        wanted = set(keys)
        marks = ",".join("?" * len(stages))
        have = [k for (k,) in self.db.execute(f"SELECT key FROM results WHERE stage IN ({marks})", list(stages))]
        old = [(k,) for k in have if k not in wanted]
        self.db.execute("BEGIN")
        self.db.executemany("DELETE FROM results WHERE key = ?", old)
        self.db.execute("COMMIT")
        return len(old)

    def close(self) -> None:
        self.db.close()

    def __enter__(self) -> Results:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def locked(workspace: Workspace, doing: str) -> Iterator[None]:
    """Only one refiner writes to a workspace at a time. Raises WorkspaceBusy that names the other one."""
    make_folder(workspace.refined)
    path = workspace.refined / ".lock"
    try:
        file = open(path, "a+", opener=lambda p, f: os.open(p, f, 0o600))  # noqa: SIM115 - held for the whole block
    except OSError as error:
        raise _explain(path, error, "written") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            other = file.read(200).strip() or "another refiner"
            raise WorkspaceBusy(
                f"{other} is at work on {workspace.root}", mend="wait until it ends, then run this again"
            ) from None
        file.truncate(0)
        file.write(f"refiner {doing} (process {os.getpid()})")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def canonical(value: Any) -> str:
    """JSON with sorted keys: equal values give equal text, for hashing."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
