"""What is imported from: a file, a folder or a zip, all read through one door that bounds sizes and refuses tricks."""

from __future__ import annotations

import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from refiner.errors import NoteError, StoreError, UsageError

LARGEST = 4 << 30  # bytes that one member of a zip may unpack to
RATIO = 200  # times that a member may grow; text shrinks by 3 to 20 in a zip
FREE = 64 << 20  # a member below this size may grow as it likes
# What zipfile raises on a damaged archive, besides its own error.
_DAMAGE = (OSError, EOFError, zipfile.BadZipFile, NotImplementedError, zlib.error, lzma.LZMAError, struct.error)
_TEXT = (".md", ".markdown", ".txt", ".json", ".csv", ".mbox", ".eml", "")


@dataclass(frozen=True)
class Part:
    """One file of a source: its path inside, and how many bytes it has."""

    name: str
    size: int

    @property
    def base(self) -> str:
        return PurePosixPath(self.name).name

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem


class Source:
    """A file, folder or zip. `parts` are its files, in order of path; hidden and system files are not among them."""

    def __init__(self, path: Path) -> None:
        """Raises UsageError when it is not there, StoreError when it cannot be read or a zip is not safe."""
        self.path = path
        self.hidden: set[str] = set()  # first parts of what is hidden: .obsidian, .trash
        if not path.exists():
            raise UsageError(f"{path} is not there", mend="name the file or folder that the other program exported")
        if not path.is_file() and not path.is_dir():
            raise UsageError(f"{path} is no file and no folder", mend="name what the other program exported")
        self._zip: zipfile.ZipFile | None = None
        try:
            if path.is_dir():
                self.parts = tuple(self._in_folder())
            elif zipfile.is_zipfile(path) and path.suffix.lower() not in _TEXT:
                self._zip = zipfile.ZipFile(path)
                self.parts = tuple(self._in_zip(self._zip))
            else:
                self.parts = (Part(path.name, path.stat().st_size),)
        except _DAMAGE as error:
            raise StoreError(f"{path} cannot be read: {error}", mend="export it again, and copy it whole") from None

    @property
    def stem(self) -> str:
        return self.path.name if self.path.is_dir() else self.path.stem

    def _in_folder(self) -> Iterator[Part]:
        root = self.path.resolve()
        for folder, folders, files in os.walk(root):
            self.hidden |= {f for f in folders if f.startswith(".") and Path(folder) == root}
            folders[:] = sorted(f for f in folders if not f.startswith("."))
            for file in sorted(files):
                whole = Path(folder) / file
                # A link may lead anywhere: only what lies in the folder is read.
                if not file.startswith(".") and whole.is_file() and whole.resolve().is_relative_to(root):
                    yield Part(whole.relative_to(root).as_posix(), whole.stat().st_size)

    def _in_zip(self, archive: zipfile.ZipFile) -> Iterator[Part]:
        for info in sorted(archive.infolist(), key=lambda i: i.filename):
            name = info.filename.replace("\\", "/")
            parts = PurePosixPath(name).parts
            if ".." in parts or name.startswith("/") or ":" in (parts[0] if parts else "")[:2]:
                raise StoreError(
                    f"{self.path}: a file in it wants to lie outside of it ({name!r})",
                    mend="no program exports such a zip: do not trust it",
                )
            if (
                info.file_size > LARGEST
                or info.file_size > FREE
                and info.file_size > RATIO * max(info.compress_size, 1)
            ):
                raise StoreError(
                    f"{self.path}: {name!r} unpacks to {info.file_size >> 20:,} MiB from {info.compress_size:,} bytes",
                    mend="if you trust it: unpack it yourself and import the folder",
                )
            if info.flag_bits & 1:
                raise StoreError(f"{self.path}: it has a password", mend="unpack it yourself and import the folder")
            self.hidden |= {p for p in parts[:-1] if p.startswith(".")}
            if not info.is_dir() and not any(p.startswith(".") or p == "__MACOSX" for p in parts):
                yield Part(info.filename, info.file_size)

    @contextmanager
    def open(self, part: Part) -> Iterator[IO[bytes]]:
        """The bytes of one file, as a stream. Raises StoreError when it cannot be read."""
        try:
            if self._zip is not None:
                with self._zip.open(part.name) as member:  # zipfile stops at the size that was checked
                    yield member
            else:
                file = self.path / part.name if self.path.is_dir() else self.path
                with open(file, "rb") as plain:
                    yield plain
        except _DAMAGE as error:
            raise StoreError(f"{self.where(part)} cannot be read: {error}", mend="export it again") from None

    def head(self, part: Part, size: int = 65_536) -> str:
        """The beginning of a file as text, for a look at what it is; "" for one that is no text."""
        with self.open(part) as file:
            data = file.read(size)
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16", "replace")
        return "" if b"\0" in data else data.decode("utf-8", "ignore").lstrip("\ufeff")

    def text(self, part: Part) -> str:
        """A whole file as text, UTF-8 or UTF-16 by its mark, without byte order mark and CR.

        Raises NoteError with file and line where it is neither.
        """
        with self.open(part) as file:
            data = file.read()
        try:
            text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise NoteError(
                f"{self.where(part)}:{line}: byte 0x{data[error.start]:02x} is not UTF-8",
                mend="save or export it as UTF-8: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW",
            ) from None
        if (nul := text.find("\0")) >= 0:  # a note with it would be written, and then refused
            line = text.count("\n", 0, nul) + 1
            raise NoteError(f"{self.where(part)}:{line}: a NUL character: this is no text file", mend="leave it out")
        return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")

    def where(self, part: Part) -> str:
        """A file's name for messages."""
        return str(self.path / part.name) if self._zip or self.path.is_dir() else str(self.path)

    def close(self) -> None:
        if self._zip is not None:
            self._zip.close()
