"""The append-only log of what the person decided: data/review/decisions.jsonl."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from refiner.edits import digest
from refiner.errors import StoreError
from refiner.files import NO_TEXT, append_lines, explain, is_record, read_log
from refiner.models import Decision


class DecisionLog:
    """data/review/decisions.jsonl: append-only, flushed to disk at each line; a torn last line is passed over."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[Decision]:
        """All decisions in order. A last line without an end (a crash while writing) is ignored.

        Raises StoreError with the line of one that cannot be read: the person's own work is never skipped silently.
        """
        return read_log(self.path, Decision, "no decision")

    def append(self, decision: Decision) -> Decision:
        """Writes one decision to disk before it returns it, with `at` and `id` filled in. Raises StoreError."""
        return self.extend([decision])[0]

    def extend(self, decisions: Sequence[Decision]) -> list[Decision]:
        """Writes decisions to disk in one go, so that deciding a thousand at once waits for the disk once. Raises
        StoreError."""
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        # The same choice twice in one microsecond still needs two ids: its place in the log tells them apart.
        try:
            size = self.path.stat().st_size if self.path.exists() else 0
        except OSError as error:
            raise explain(self.path, error, "read") from None
        try:
            done = [
                d.model_copy(
                    update={"at": d.at or at, "id": d.id or digest("decision", d.item, d.verdict, at, f"{size}+{n}")}
                )
                for n, d in enumerate(decisions)
            ]
            data = "".join(d.model_dump_json(exclude_none=True) + "\n" for d in done).encode()
        except ValueError:  # also pydantic's PydanticSerializationError
            raise StoreError(f"{self.path}: the decision cannot be written: {NO_TEXT}") from None
        append_lines(self.path, data, is_record(Decision))
        return done
