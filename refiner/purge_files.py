"""Removing files of a workspace: never through a link, never out of it, and a line of a file as safely as the file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refiner.errors import StoreError, UsageError
from refiner.store import Workspace, write_atomic

_BESIDE = ("", "-wal", "-shm", "-journal")  # the files of a database


@dataclass(frozen=True)
class Step:
    """One thing that a purge removes. `records`: lines or rows of a file that stays; 0: the file or folder itself."""

    what: str
    path: Path
    size: int  # bytes
    run: Callable[[], None]
    records: int = 0


def check_place(ws: Workspace) -> Workspace:
    """The workspace by its real path. Raises UsageError where it is none, or where what is derived lies elsewhere."""
    if not ws.config.is_file():
        raise UsageError(
            f"{ws.root} is no workspace: it has no refiner.toml, and nothing is removed there",
            mend="name one: refiner purge --workspace DIR",
        )
    root = Workspace(ws.root.resolve())
    for folder in (root.refined.parent, root.refined, root.review):
        if folder.is_symlink():
            raise UsageError(
                f"{folder} is a link to {folder.resolve()}: purge removes nothing outside of the workspace",
                mend="move that folder into the workspace, or delete by hand what the link leads to",
            )
    return root


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; a link counts nothing."""
    if path.is_symlink():
        return 0
    if not path.is_dir():
        return path.stat().st_size if path.exists() else 0
    files = (Path(folder) / name for folder, _, names in os.walk(path) for name in names)
    return sum(f.lstat().st_size for f in files if not f.is_symlink())


def count_of(path: Path) -> int:
    """Files at a path, or in all of a folder."""
    if path.is_dir() and not path.is_symlink():
        return sum(len(names) for _, _, names in os.walk(path))
    return int(os.path.lexists(path))


def links_in(path: Path) -> list[Path]:
    """The links at a path, or in all of a folder: they are removed, and what they lead to is not."""
    if path.is_symlink():
        return [path]
    walked = ((Path(folder), [*names, *files]) for folder, names, files in os.walk(path))
    return [folder / name for folder, names in walked for name in names if (folder / name).is_symlink()]


def remove(path: Path) -> None:
    """Removes a file, a link (not what it leads to) or a folder; nothing where nothing is. Raises StoreError."""
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, onerror=_again)
        else:
            with suppress(FileNotFoundError):
                _unlink(path)
    except OSError as error:
        where = error.filename or path
        raise StoreError(f"{where} cannot be removed: {error.strerror}", mend=f"ls -ld '{path}'") from None


def _unlink(path: Path) -> None:
    try:
        os.unlink(path)
    except PermissionError:
        _own(path.parent)
        os.unlink(path)


def _again(function: Callable[..., Any], name: str, error: Any) -> None:
    """Once more after a folder of the person's own, that was made read-only, was opened."""
    path = Path(name)
    if isinstance(error[1], FileNotFoundError):
        return
    if not isinstance(error[1], PermissionError):
        raise error[1]
    _own(path.parent)
    if path.is_dir() and not path.is_symlink():
        _own(path)
        shutil.rmtree(path)
    else:
        os.unlink(path)


def _own(folder: Path) -> None:
    about = folder.lstat()
    if stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid():
        os.chmod(folder, stat.S_IMODE(about.st_mode) | 0o700)


def whole(what: str, path: Path) -> Iterator[Step]:
    """The step that removes a file or a folder, where it is there."""
    if os.path.lexists(path):
        yield Step(what, path, size_of(path), lambda: remove(path))


def lines(what: str, path: Path, goes: Callable[[str], bool]) -> Iterator[Step]:
    """The step that takes lines out of a file; the rest stays byte for byte. The file goes where no line is left.

    Raises StoreError where it cannot be read.
    """
    if path.is_symlink() or not path.is_file():
        return
    try:
        have = path.read_bytes().decode("utf-8", "surrogateescape").splitlines(keepends=True)
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None
    gone = [line for line in have if line.strip() and goes(line)]
    if not gone:
        return
    stays = [line for line in have if not (line.strip() and goes(line))]

    def run() -> None:
        if any(line.strip() for line in stays):
            write_atomic(path, "".join(stays).encode("utf-8", "surrogateescape"))
        else:
            remove(path)

    yield Step(what, path, sum(len(line.encode("utf-8", "surrogateescape")) for line in gone), run, len(gone))


def rows(what: str, path: Path, table: str, goes: Callable[[dict[str, Any]], bool], key: str) -> Iterator[Step]:
    """The step that takes rows out of a database and their bytes out of its pages. A damaged one goes whole."""
    if path.is_symlink() or not path.is_file():
        return
    try:
        with closing(sqlite3.connect(path, timeout=10)) as db:
            db.row_factory = sqlite3.Row
            gone = [row[key] for row in db.execute(f'SELECT * FROM "{table}"') if goes(dict(row))]
            (total,) = db.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()
    except sqlite3.DatabaseError:
        for suffix in _BESIDE:
            yield from whole(f"{what} (damaged)", Path(f"{path}{suffix}"))
        return
    if not gone:
        return

    def run() -> None:
        try:
            with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as db:
                db.execute("PRAGMA secure_delete=ON")
                db.execute("BEGIN IMMEDIATE")
                db.executemany(f'DELETE FROM "{table}" WHERE "{key}" = ?', [(k,) for k in gone])
                db.execute("COMMIT")
                db.execute("VACUUM")
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the journal holds pages as they were
        except sqlite3.Error as error:
            raise StoreError(f"{path} cannot be changed: {error}", mend="end other programs that use it") from None

    yield Step(what, path, size_of(path) * len(gone) // max(1, total), run, len(gone))


def compacted(path: Path) -> None:
    """Rewrites a database without its free pages and empties its journal: what was deleted earlier goes too.

    Raises StoreError.
    """
    if path.is_symlink() or not path.is_file():
        return
    try:
        with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as db:
            db.execute("PRAGMA secure_delete=ON")
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be changed: {error}", mend="end other programs that use it") from None


def run_all(steps: Sequence[Step]) -> list[StoreError]:
    """Takes every step; what could not be removed is told, and the others are gone all the same."""
    failed = []
    for step in steps:
        try:
            step.run()
        except StoreError as error:
            failed.append(error)
    return failed
