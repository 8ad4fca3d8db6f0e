"""The queue of the review in a file, so that a review starts without running the chain.

The first line says the format, of which inputs the queue was made (`refiner.marks.queue_mark`) and the hash of the
rest; the rest is the items as JSON, their records apart, by kind. A file that is not exactly what `write` wrote is no
queue: it may come from elsewhere with a copied workspace, so all of it is validated, and nothing in it is executed.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from refiner.errors import StoreError
from refiner.models import CanonEntry, Edit, Event, ItemKind, Question, Sample, TraitVerdict
from refiner.review.facts import trait_facts
from refiner.review.identity import Reviewable, item_id, sha_of
from refiner.review.items import Item
from refiner.store import write_atomic

FORMAT = 1
_APART = {"items": {"__all__": {"payload", "around"}}}  # they stand under their kind, or are found from them


class _Kept(BaseModel):
    """What lies in the file. The records of a kind stand in the order of the items of that kind."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    items: list[Item]
    canon: list[CanonEntry]
    question: list[Question]
    edit: list[Edit]
    event: list[Event]
    trait: list[TraitVerdict]
    sample: list[Sample]


def write(path: Path, mark: str, items: Sequence[Item]) -> bool:
    """Keeps a queue (0600, as a whole or not at all). False: it could not be kept, and the next review does without."""
    records: dict[str, list[Any]] = {k: [] for k in ("canon", "question", "edit", "event", "trait", "sample")}
    for item in items:
        records[item.kind].append(item.payload)
    with suppress(StoreError, ValueError):  # ValueError: words that no JSON can hold
        kept = _Kept.model_construct(None, items=list(items), **records)
        body = kept.model_dump_json(exclude=_APART, exclude_defaults=True).encode()
        head = {"format": FORMAT, "mark": mark, "sha256": hashlib.sha256(body).hexdigest()}
        write_atomic(path, json.dumps(head).encode() + b"\n" + body)
        return True
    return False


def read(path: Path, mark: str) -> list[Item] | None:
    """The queue that was kept of these inputs; None where there is none, or the file is not to be relied on."""
    data = _own_bytes(path)
    head, _, body = data.partition(b"\n")
    try:
        said: Any = json.loads(head)
    except (ValueError, RecursionError):
        return None
    if said != {"format": FORMAT, "mark": mark, "sha256": hashlib.sha256(body).hexdigest()}:
        return None
    try:
        return _joined(_Kept.model_validate_json(body))
    except (ValidationError, RecursionError):
        return None


def _own_bytes(path: Path) -> bytes:
    """The file's bytes; none of a link, or of a file that another account owns or may write."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            about = os.fstat(file.fileno())
            mine = stat.S_ISREG(about.st_mode) and about.st_uid == os.geteuid() and not about.st_mode & 0o022
            return file.read() if mine else b""
    except OSError:
        return b""


def _joined(kept: _Kept) -> list[Item] | None:
    """The items with their records again; None where one does not belong to the other."""
    by_id = {e.id: e for e in kept.event}
    records: dict[ItemKind, list[Any]] = {
        "canon": kept.canon, "question": kept.question, "edit": kept.edit, "event": kept.event, "trait": kept.trait,
        "sample": kept.sample,
    }  # fmt: skip
    waiting = {kind: iter(of_kind) for kind, of_kind in records.items()}
    for item in kept.items:
        record: Reviewable | None = next(waiting[item.kind], None)
        if record is None or item_id(record) != item.id:
            return None
        # Nobody else has the item yet, so that it may still be completed.
        object.__setattr__(item, "payload", record)
        if isinstance(record, TraitVerdict):
            object.__setattr__(item, "around", trait_facts(record, by_id)["around"])
        elif item.text_sha != sha_of(record):
            return None
    return None if any(next(rest, None) for rest in waiting.values()) else kept.items
