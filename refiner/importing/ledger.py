"""data/review/imports.jsonl: what import wrote, one line a note, append-only. So a second import knows its own work.

A line says under which hash a note was written. A note that has another one now was changed by the person, and stays.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from refiner.errors import StoreError
from refiner.files import NO_TEXT, append_lines, is_record, read_log


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
        return {r.path: r.sha for r in read_log(self.path, Imported, "no record of an import")}

    def extend(self, records: list[Imported]) -> None:
        """Adds lines, on disk when it returns. Raises StoreError."""
        if not records:
            return
        at = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            data = "".join(r.model_copy(update={"at": r.at or at}).model_dump_json() + "\n" for r in records).encode()
        except ValueError:
            raise StoreError(f"{self.path} cannot be written: {NO_TEXT}") from None
        append_lines(self.path, data, is_record(Imported))
