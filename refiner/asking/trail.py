"""What a flow of questions used, and whether all of it was answered: enough to keep its result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from refiner.store import Cache, canonical

if TYPE_CHECKING:
    from refiner.asking.asker import Asker

M = TypeVar("M", bound=BaseModel)
STAGE = "asked"  # of the kept results, in the cache


@dataclass
class Trail:
    """The keys of the answers that a flow asked for; `whole`: each of them was there or came; `failed`: how many of
    them could not be used."""

    keys: set[str] = field(default_factory=set)
    whole: bool = True
    failed: int = 0


TRAIL: ContextVar[Trail | None] = ContextVar("trail", default=None)


class _Kept(BaseModel):
    keys: tuple[str, ...]
    result: str


@dataclass(frozen=True)
class Todo:
    """A flow about one note, and the key of everything that its result follows from but the answers."""

    note: str
    key: str
    flow: Callable[[], Awaitable[BaseModel]]


def run_kept(asker: Asker, cache: Cache, used: set[str], todo: Sequence[Todo], shape: type[M]) -> list[M]:
    """The flows' results in order; those that are kept are read back without putting their questions together again.

    Only results of flows whose questions all got answers that could be used are kept. `used` gets the keys of all.
    """
    out: dict[int, M] = {}
    rest: list[int] = []
    for at, job in enumerate(todo):
        used.add(job.key)
        kept = _read(cache.get(job.key))
        if kept is None:
            rest.append(at)
            continue
        asker.used.update(kept.keys)
        asker.usage.cached += len(kept.keys)
        out[at] = shape.model_validate_json(kept.result)

    async def one(at: int) -> tuple[int, BaseModel, Trail]:
        trail = Trail()
        token = TRAIL.set(trail)
        try:
            return at, await todo[at].flow(), trail
        finally:
            TRAIL.reset(token)

    for at, made, trail in asker.run([lambda at=at: one(at) for at in rest]):  # type: ignore[misc]
        assert isinstance(made, shape)
        out[at] = made
        if trail.whole and not trail.failed:  # what failed is to be there for --ask-again
            kept = _Kept(keys=tuple(sorted(trail.keys)), result=made.model_dump_json())
            cache.put(todo[at].key, STAGE, todo[at].note, kept.model_dump_json())
    return [out[at] for at in range(len(todo))]


def _read(value: str | None) -> _Kept | None:
    if value is None:
        return None
    try:
        return _Kept.model_validate_json(value)
    except ValidationError:
        return None


def key_part(value: object) -> str:
    """A record, or several, as text for a key."""
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    if isinstance(value, list | tuple):
        return canonical([key_part(v) for v in value])
    return str(value)
