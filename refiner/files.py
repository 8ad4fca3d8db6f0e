"""Files as they are written and read: whole or not at all, line by line to the end of a log, JSON without surprises.

A file is written to a temporary name beside it, flushed to disk and renamed, so that a reader sees the old or the new
one and never a half. All files are 0600 and folders 0700: these are private texts. What is read may have been edited
by hand, torn by a crash or come from elsewhere: all that can be wrong with it ends in one kind of error.
"""

from __future__ import annotations

import errno
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from pydantic import BaseModel, ValidationError

from refiner.errors import StoreError, UsageError

M = TypeVar("M", bound=BaseModel)
NO_TEXT = "it would hold half a character, which UTF-8 has no bytes for"
_BACK = 65_536  # bytes read at a time from the end of a log


def explain(path: Path, error: OSError, doing: str) -> StoreError:
    """What to raise where a file could not be `doing` ("read", "written"), with what mends it."""
    mend = {
        errno.ENOSPC: "free some space, then run the same command again",
        errno.EROFS: "this file system is read-only; copy the workspace elsewhere",
        errno.EACCES: f"check who owns it: ls -ld '{path.parent}'",
    }.get(error.errno or 0, "")
    return StoreError(f"{path} cannot be {doing}: {error.strerror or error}", mend=mend)


def place(given: str | Path) -> Path:
    """A path that a person gave, with `~` and `~name` filled in. Raises UsageError where there is no such account."""
    try:
        return Path(given).expanduser()
    except RuntimeError:
        raise UsageError(f"{given}: there is no such home folder", mend="write the whole path") from None


# ---- writing -------------------------------------------------------------------------------------------------------


def make_folder(path: Path) -> None:
    """Makes a folder and those above it that are missing, all readable by their owner alone. Raises StoreError."""
    try:
        for folder in (*reversed(path.parents), path):  # with parents=True those above would follow the umask
            if not folder.exists():
                folder.mkdir(exist_ok=True, mode=0o700)
        path.mkdir(exist_ok=True)  # a file of that name is told
    except OSError as error:
        raise explain(path, error, "made") from None
    except ValueError:
        raise StoreError(f"{str(path)!r} cannot be made: no folder can have that name") from None


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
        temporary = ""
    except OSError as error:
        raise explain(path, error, "written") from None
    finally:  # also where the person interrupted it
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)


def write_if_changed(path: Path, data: str) -> bool:
    """`write_atomic`, but leaves a file alone that already says the same. True: it was written. Raises StoreError."""
    with suppress(OSError, UnicodeEncodeError):
        if path.read_bytes() == data.encode("utf-8"):
            return False
    write_atomic(path, data)
    return True


def append_lines(path: Path, data: bytes, is_whole: Callable[[bytes], bool] | None = None) -> None:
    """Adds whole lines to the end of a file (0600), on disk when it returns. Raises StoreError.

    A last line without an end is what a crash left, or an editor that writes no newline. Where `is_whole` says that it
    is a record, or is not given (whoever reads that file passes over a line that is none), it only gets its end. Else
    it goes to a file of its own (`.torn`), so that nothing is lost and the next line begins a line.
    """
    make_folder(path.parent)
    try:
        with open(path, "ab+", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            last = _last_line(file)
            if last and (is_whole is None or is_whole(last)):
                data = b"\n" + data
            elif last:
                write_atomic(_free(path.with_suffix(".torn")), last)
                file.truncate(file.seek(0, os.SEEK_END) - len(last))
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise explain(path, error, "written") from None


def _last_line(file: BinaryIO) -> bytes:
    """What stands behind the last line end; it may be of any length."""
    at, parts = file.seek(0, os.SEEK_END), list[bytes]()
    while at and not (parts and b"\n" in parts[-1]):
        at, until = max(0, at - _BACK), at
        file.seek(at)
        parts.append(file.read(until - at))
    return b"".join(reversed(parts)).rpartition(b"\n")[2]


def _free(path: Path) -> Path:
    """The path, or the first of `NAME2`, `NAME3` … that is not there: what was set aside earlier stays."""
    found, n = path, 2
    while found.exists():
        found, n = path.with_name(f"{path.name}{n}"), n + 1
    return found


def to_jsonl(records: Iterable[BaseModel]) -> str:
    return "".join(r.model_dump_json(exclude_none=True) + "\n" for r in records)


# ---- reading -------------------------------------------------------------------------------------------------------


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError alone: also for one that is nested without end, and for half a
    character (a lone surrogate), which nothing could write again."""
    try:
        value = json.loads(text)
        if (b"\\ud" if isinstance(text, bytes) else "\\ud") in text.lower():  # type: ignore[operator]
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("half a character, which UTF-8 has no bytes for") from None


def load_json(path: Path) -> Any:
    """The value of a JSON file. Raises StoreError where it cannot be read, whatever is wrong with it."""
    try:
        return parse_json(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise explain(path, error, "read") from None
    except ValueError as error:
        raise StoreError(f"{path} cannot be read: {error}") from None


def read_lines(path: Path) -> list[str]:
    """The lines of a UTF-8 file, [] if it is not there. Raises StoreError."""
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise explain(path, error, "read") from None
    except UnicodeDecodeError as error:
        raise StoreError(f"{path} cannot be read: it is not UTF-8 (byte {error.start})") from None


def read_jsonl(path: Path, shape: type[M]) -> list[M]:
    """The records of a JSON Lines file; [] if it is not there. Raises StoreError with file and line."""
    out = []
    for number, line in enumerate(read_lines(path), 1):
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


def read_log(path: Path, shape: type[M], what: str) -> list[M]:
    """The records of an append-only file, in order; [] if it is not there. A last line without an end that is none (a
    crash while writing) is passed over.

    Raises StoreError with the line of one that is no `what`: the person's own work is never skipped silently.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise explain(path, error, "read") from None
    out = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            out.append(shape.model_validate_json(line))
        except ValidationError:
            if number == len(lines):
                break
            raise StoreError(
                f"{path}:{number}: this line is {what}",
                mend="mend or remove that line by hand; the others are untouched",
            ) from None
    return out


def is_record(shape: type[BaseModel]) -> Callable[[bytes], bool]:
    """Whether a line is a record of this shape, for `append_lines`."""

    def fits(line: bytes) -> bool:
        try:
            shape.model_validate_json(line)
        except ValidationError:
            return False
        return True

    return fits
