"""JSON exports read in pieces, so that one entry lies in memory at a time; and where a broken one breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import ijson

from refiner.errors import NoteError
from refiner.importing.source import Part, Source

_DEEPEST = 100  # levels: no export nests so deep, and what reads a value calls itself for each


def events(file: Any) -> Iterator[tuple[str, str, Any]]:
    """The events of a JSON file, with their places. Raises ijson.JSONError where it breaks or nests without an end."""
    return iter(ijson.parse(_shallow(file)))


def values(file: Any, place: str) -> Iterator[Any]:
    """The values at a place, as "entries.item". Raises as `events` does."""
    return iter(ijson.items(events(file), place))


def _shallow(file: Any) -> Iterator[tuple[str, Any]]:
    depth = 0
    try:
        for event, value in ijson.basic_parse(file, use_float=True):
            if event in ("start_map", "start_array"):
                depth += 1
                if depth > _DEEPEST:
                    raise ijson.JSONError("nested too deep")
            elif event in ("end_map", "end_array"):
                depth -= 1
            yield event, value
    except ValueError as error:  # a number of thousands of digits
        raise ijson.JSONError(str(error)) from None


def broken(source: Source, part: Part, program: str, mend: str) -> NoteError:
    """What to raise for a file that `events` or `values` cannot read: file, line and what is wrong there.

    It is read whole for that: only a broken file pays.
    """
    line, what = 1, f"this JSON is none of {program}'s"
    with source.open(part) as file:
        try:
            json.loads(file.read())  # what json reads may still nest deeper than any export does
        except json.JSONDecodeError as error:
            line, what = error.lineno, f"this JSON breaks off or is damaged here ({error.msg})"
        except UnicodeDecodeError:
            what = "this is not UTF-8"
        except RecursionError:
            what = "this JSON is damaged here: it nests without an end"
        except ValueError:
            what = "this JSON is damaged: a number of thousands of digits"
    return NoteError(f"{source.where(part)}:{line}: {what}", mend=mend)
