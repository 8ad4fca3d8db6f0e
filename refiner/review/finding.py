"""Which item or choice a person means who types its id, or the beginning of it. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from refiner.errors import UsageError
from refiner.models import Question
from refiner.review.items import Item
from refiner.review.visible import one_line

MIN_PREFIX = 4


def resolve(queue: Sequence[Item], given: str) -> Item:
    """The item that an id, or its beginning, means. Raises UsageError that names the nearest."""
    names = {i.id: i for i in queue}
    if given in names:
        return names[given]
    bare = [i for i in queue if ":" in i.id and i.id.partition(":")[2] == given]
    if len(bare) == 1:
        return bare[0]
    long_enough = len(given) >= MIN_PREFIX
    fits = (
        [i for i in queue if i.id.startswith(given) or i.id.partition(":")[2].startswith(given)] if long_enough else []
    )
    fits = bare or fits
    if len(fits) == 1:
        return fits[0]
    if fits:
        some = ", ".join(i.id for i in fits[:5]) + (" …" if len(fits) > 5 else "")
        raise UsageError(f'"{given}" fits {len(fits)} items: {some}', mend="give more of the id")
    if not long_enough:
        raise UsageError(f'"{given}" is too short for the beginning of an id; give {MIN_PREFIX} characters or more')
    near = difflib.get_close_matches(given, [*names, *(n.partition(":")[2] for n in names if ":" in n)], 1, 0.4)
    hint = f'; the nearest is "{near[0]}"' if near else ""
    raise UsageError(f'no item "{given}"{hint}', mend="refiner review --list")


def resolve_all(queue: Sequence[Item], given: Iterable[str]) -> list[Item]:
    """The items of several ids. Raises UsageError like `resolve`."""
    names = {i.id: i for i in queue}  # thousands of whole ids must not each search the queue
    return [names.get(name) or resolve(queue, name) for name in given]


def choice_of(item: Item, given: str) -> str:
    if not isinstance(item.payload, Question):
        raise UsageError(f"{item.id} is no question", mend=f"refiner review --approve {item.id}")
    for fits in (
        [c for c in item.choices if c.id == given],
        [c for c in item.choices if c.key == given],
        [c for c in item.choices if c.label.casefold() == given.casefold()],
    ):
        if len(fits) == 1:
            return fits[0].id
    there = ", ".join(f"{c.id} ({one_line(c.label, 40)})" for c in item.choices)
    raise UsageError(f'{item.id} has no choice "{given}"; there are {there}')
