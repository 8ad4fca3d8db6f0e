"""data/review/imports.jsonl: what import wrote, one line a note, append-only. So a second import knows its own work.

A line says under which hash a note was written. A note that has another one now was changed by the person, and stays.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from refiner.errors import StoreError
from refiner.store import make_folder


class Imported(BaseModel):
    """One note that import wrote: its path below data/raw, the SHA-256 of its bytes, where it came from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    sha: str
    format: str
    source: str
    at: str = ""


class Ledger:
    """The log of imports. A torn last line (a crash while writing) is passed over and mended by the next one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, str]:
        """The last hash of each path. Raises StoreError with the line that cannot be read."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreError(f"{self.path} cannot be read: {error.strerror}") from None
        out: dict[str, str] = {}
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = Imported.model_validate_json(line)
            except ValidationError:
                if number == len(lines):
                    break
                raise StoreError(
                    f"{self.path}:{number}: this line is no record of an import",
                    mend="mend or remove that line by hand; the others are untouched",
                ) from None
            out[record.path] = record.sha
        return out

    def extend(self, records: list[Imported]) -> None:
        """Adds lines, on disk when it returns. Raises StoreError."""
        if not records:
            return
        at = datetime.now(UTC).isoformat(timespec="seconds")
        data = "".join(r.model_copy(update={"at": r.at or at}).model_dump_json() + "\n" for r in records).encode()
        make_folder(self.path.parent)
        try:
            with open(self.path, "ab+", opener=lambda p, f: os.open(p, f, 0o600)) as file:
                size = file.seek(0, os.SEEK_END)
                if size:
                    file.seek(size - 1)
                    if file.read(1) != b"\n":  # half a line: cut it off, it says nothing
                        file.seek(0)
                        whole = file.read()
                        file.truncate(whole.rfind(b"\n") + 1)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(f"{self.path} cannot be written: {error.strerror}") from None
