"""Writes a new note into data/raw: whole or not at all, private, and never in the place of another."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from refiner.errors import StoreError, UsageError
from refiner.noting.names import numbered
from refiner.store import make_folder

_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES)


def save_new(folder: Path, name: str, text: str, *, exact: bool = False) -> Path:
    """Writes a note under a name that is free (`…-2.md` where it is taken) and gives its path.

    `exact`: this name or none. Raises UsageError when that is taken, StoreError when it cannot be written.
    """
    path = folder / name
    make_folder(path.parent)
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f'"{name}" lies outside of {folder}', mend="choose another name")
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=".note.", suffix=".tmp", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        number = 1
        while not _take(Path(temporary), place := path.with_name(numbered(path.name, number))):
            if exact:
                raise UsageError(f"{place} is there already", mend=f"choose another --file, or edit it: {place}")
            number += 1
        return place
    except OSError as error:
        raise StoreError(
            f"the note cannot be written into {path.parent}: {error.strerror}",
            mend="mend that, then: refiner note --draft",
        ) from None
    finally:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)


def _take(written: Path, place: Path) -> bool:
    """Gives the written file its name; False where another has it. A link never replaces, as a rename would."""
    try:
        os.link(written, place)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _copy(written, place)
    return True


def _copy(written: Path, place: Path) -> bool:
    """The same where the file system has no links: the name is taken first, and given back if the writing fails."""
    try:
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(written.read_bytes())
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        place.unlink(missing_ok=True)
        raise
    return True
