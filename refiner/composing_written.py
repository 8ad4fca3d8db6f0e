"""Samples that a model wrote, read back without a model wherever samples are made.

Each is kept under what it follows from (the passage, who she is, what is over), so that it comes back as long as its
passage stands and is gone with it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import ValidationError

from refiner.edits import digest
from refiner.models import Note
from refiner.refine import Life
from refiner.stages.asked.compose_kept import Kept, draft_of
from refiner.stages.composing.draft import Draft, Told
from refiner.store import Cache, Results

STAGE = "written"  # of the kept results, in the cache
INDEX = digest("written", "index")


def written(life: Life, told: Told) -> list[Draft]:
    """The samples that a model wrote and that fit the notes as they stand, the same on every call. Asks nothing."""
    found = [draft for kept in _rows(life.cache) if (draft := draft_of(told, kept)) is not None]
    return sorted(found, key=lambda d: (d.kind, d.notes, d.spans, d.id))


def written_mark(cache: Cache) -> str:
    """Changes with what is kept."""
    return digest("written", *(k.model_dump_json() for k in _rows(cache)))


def forget_gone(cache: Cache, notes: Sequence[Note]) -> None:
    """Forgets what was written about notes that are no longer there: their words must not stay here."""
    if not isinstance(cache, Results):
        return
    there = {n.path for n in notes}
    rows = {key: kept for key in _keys(cache) if (kept := _row(cache, key)) is not None}
    stays = [key for key, kept in rows.items() if kept.note in there]
    if len(stays) < len(rows):
        _put_index(cache, stays)


def keep_index(cache: Cache, told: Told, keys: Sequence[str]) -> None:
    """Notes which results count: those that are asked for now, and earlier ones whose passages stand."""
    old = [k for k in _keys(cache) if (row := _row(cache, k)) is not None and draft_of(told, row) is not None]
    _put_index(cache, list(dict.fromkeys((*keys, *old))))


def _put_index(cache: Cache, keys: Sequence[str]) -> None:
    cache.put(INDEX, STAGE, "", json.dumps(sorted(keys)))
    if isinstance(cache, Results):
        cache.keep_only([INDEX, *keys], [STAGE])


def _keys(cache: Cache) -> list[str]:
    stored = cache.get(INDEX)
    return [str(k) for k in json.loads(stored)] if stored else []


def _row(cache: Cache, key: str) -> Kept | None:
    try:
        value = cache.get(key)
        return Kept.model_validate_json(value) if value else None
    except ValidationError:
        return None


def _rows(cache: Cache) -> list[Kept]:
    return [kept for key in _keys(cache) if (kept := _row(cache, key)) is not None]
