"""What is kept in a workspace, in one place to import from: files, the decision log, results, one writer at a time."""

from __future__ import annotations

import json
from typing import Any

from refiner.decision_log import DecisionLog
from refiner.files import (
    NO_TEXT,
    append_lines,
    load_json,
    make_folder,
    parse_json,
    place,
    read_jsonl,
    to_jsonl,
    write_atomic,
    write_if_changed,
)
from refiner.layout import FORMAT, Workspace
from refiner.lock import locked
from refiner.results import Cache, NoCache, Results

__all__ = [
    "FORMAT",
    "NO_TEXT",
    "Cache",
    "DecisionLog",
    "NoCache",
    "Results",
    "Workspace",
    "append_lines",
    "canonical",
    "load_json",
    "locked",
    "make_folder",
    "parse_json",
    "place",
    "read_jsonl",
    "to_jsonl",
    "write_atomic",
    "write_if_changed",
]


def canonical(value: Any) -> str:
    """JSON with sorted keys: equal values give equal text, for hashing."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
