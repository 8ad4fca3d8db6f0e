"""CSV files as exporters write them: rows by column name, with the line each row begins in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from refiner.errors import NoteError
from refiner.importing.source import Part, Source

csv.field_size_limit(1 << 24)  # a review may be longer than the 128 KiB that csv allows


def columns(head: str) -> tuple[str, ...]:
    """The names in the first line of a CSV."""
    first = head.lstrip("\ufeff").partition("\n")[0]
    try:
        row = next(csv.reader(io.StringIO(first), dialect=_dialect(first)), [])
    except csv.Error:
        return ()
    return tuple(c.strip() for c in row)


def _dialect(first: str) -> type[csv.Dialect]:
    class Found(csv.excel):
        delimiter = max(",;\t", key=first.count)

    return Found


def rows(source: Source, part: Part, needed: tuple[str, ...], mend: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, row) of a CSV. Raises NoteError with file and line where a column is missing or a row is broken."""
    text = source.text(part)
    where = source.where(part)
    reader = csv.reader(io.StringIO(text), dialect=_dialect(text.partition("\n")[0]), strict=True)
    try:
        names = [n.strip() for n in next(reader, [])]
        missing = [n for n in needed if n not in names]
        if missing:
            raise NoteError(f"{where}:1: there is no column {', '.join(missing)}", mend=mend)
        begins = reader.line_num + 1
        for row in reader:
            if row:
                # Some exporters leave empty cells at a row's end off; one too many is a comma without its quotes.
                if len(row) > len(names) and any(c.strip() for c in row[len(names) :]) or len(row) < len(needed):
                    raise NoteError(
                        f"{where}:{begins}: this row has {len(row)} cells, the first line names {len(names)}", mend=mend
                    )
                yield begins, dict(zip(names, [c.strip() for c in row] + [""] * len(names), strict=False))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise NoteError(f"{where}:{reader.line_num}: this CSV is damaged here ({error})", mend=mend) from None
