"""Searches what is left of a workspace for a text, byte for byte: the proof of a purge.

Every file is read as it lies on the disk: JSON with its escapes, pages, archives, the pages of a database with those
that are free, its journal. Links are not followed. What no search for words can tell is named: weights, git's history.
"""

from __future__ import annotations

import io
import os
import sqlite3
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from refiner.purge_words import Marks, views

WEIGHTS = (".safetensors", ".gguf", ".bin", ".pt", ".pth")
_HEAD = 4 << 20  # bytes at the beginning of weights, where their words stand
_PART, _OVER = 4 << 20, 4096  # a file is read in parts that overlap
_UNPACKED = 256 << 20  # bytes at most of what an archive holds
SHOWN = 20  # places of one file at most
_LITE = b"SQLite format 3\x00"


@dataclass(frozen=True)
class Left:
    """Something that is still there. `place`: `line 3`, `byte 8192`, or what the file is."""

    path: Path
    place: str
    words: str


@dataclass
class Search:
    """What was searched, what was found, and what could not be searched (in words)."""

    files: int = 0
    size: int = 0
    left: list[Left] = field(default_factory=list)
    unsearched: list[str] = field(default_factory=list)


def search(root: Path, marks: Marks, *, without: Collection[Path] = ()) -> Search:
    """Searches all files below `root` but those in `without` (files or folders). Raises nothing for a file."""
    done = Search()
    for path in _files(root, set(without), done.unsearched):
        found, size = find(path, marks, done.unsearched)
        done.files, done.size = done.files + 1, done.size + size
        done.left += found
    return done


def find(path: Path, marks: Marks, unsearched: list[str]) -> tuple[list[Left], int]:
    """What of a text stands in a file, and how many bytes were read."""
    found: list[Left] = []
    size = 0
    try:
        for data, at in _parts(path):
            size += len(data)
            found += _in_bytes(path, data, at, marks)
            if len(found) >= SHOWN:
                break
        if not found and _is_database(path):
            found += _in_database(path, marks)
    except OSError as error:
        unsearched.append(f"{path}: {error.strerror}")
    if path.suffix in WEIGHTS:
        unsearched.append(f"{path}: the weights of a model; no search for words shows what it learnt")
    return found[:SHOWN], size


def _files(root: Path, without: set[Path], unsearched: list[str]) -> Iterator[Path]:
    for folder, names, files in os.walk(root, followlinks=False):
        here = Path(folder)
        for name in sorted(names):
            path = here / name
            if path in without:
                names.remove(name)
            elif path.is_symlink():
                unsearched.append(f"{path}: a link, not followed")
                names.remove(name)
            elif name == ".git" or (path / "pyvenv.cfg").is_file():
                unsearched.append(f"{path}: {'the history of git' if name == '.git' else 'installed packages'}")
                names.remove(name)
        for name in sorted(files):
            path = here / name
            if path in without:
                continue
            if path.is_symlink():
                unsearched.append(f"{path}: a link, not followed")
            elif path.is_file():
                yield path


def _parts(path: Path) -> Iterator[tuple[bytes, int]]:
    """The bytes in parts, with the place of each; an archive's as it holds them."""
    with open(path, "rb") as file:
        head = file.read(4)
        file.seek(0)
        if head[:2] == b"\x1f\x8b":
            yield _gunzipped(file.read(_UNPACKED)), 0
            return
        if head == b"PK\x03\x04" and path.suffix not in WEIGHTS:
            yield from _unzipped(file.read(_UNPACKED))
            return
        at = 0
        while data := file.read(_PART):
            yield data, at
            if len(data) < _PART or (path.suffix in WEIGHTS and at + _PART >= _HEAD):
                return
            at += _PART - _OVER
            file.seek(at)


def _gunzipped(data: bytes) -> bytes:
    with suppress(zlib.error):
        return zlib.decompressobj(wbits=31).decompress(data, _UNPACKED)
    return data


def _unzipped(data: bytes) -> Iterator[tuple[bytes, int]]:
    yield data, 0
    broken = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError)
    with suppress(*broken), zipfile.ZipFile(io.BytesIO(data)) as archive:
        for about in archive.infolist():
            with archive.open(about) as member:
                yield member.read(_UNPACKED), 0


def _in_bytes(path: Path, data: bytes, at: int, marks: Marks) -> list[Left]:
    text = data.decode("utf-8", "replace")
    if text.count("\0") > len(text) // 3 and not data.startswith(_LITE):
        text += data.decode("utf-16-le", "replace")
    binary = "\0" in text[:8192]
    for number, view in enumerate(views(text)):
        found = [
            Left(path, _place(line, at, binary=binary, escaped=bool(number)), said)
            for line, said in marks.found_in(view)
        ]
        if found:  # in which other way of reading it stands there too says nothing new
            return found
    return []


def _place(line: int, at: int, *, binary: bool, escaped: bool) -> str:
    if binary or at:
        return f"after byte {at}"
    return "written as JSON or HTML" if escaped else f"line {line}"


def _is_database(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(16) == _LITE


def _in_database(path: Path, marks: Marks) -> list[Left]:
    """What stands in its rows: a long value lies in pages that do not follow each other."""
    found: list[Left] = []
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in db.execute(f'SELECT * FROM "{table}"'):
                text = "\n".join(str(value) for value in row)
                found += [Left(path, f"table {table}", w) for v in views(text) for _, w in marks.found_in(v)][:1]
    return found
