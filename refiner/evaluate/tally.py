"""One contestant's marks, counted by item. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from refiner.evaluate.intervals import Floats
from refiner.evaluate.shapes import Item, Mark

ByAsk = Mapping[int, float | None]


@dataclass(frozen=True)
class Side:
    """The marks of one contestant, by item and measure; items in the order of their ids."""

    items: tuple[Item, ...]
    marks: Mapping[str, Mapping[str, ByAsk]]  # item -> measure -> ask -> value, None where it is unjudged

    def values(self, measure: str, areas: Collection[str] = ()) -> dict[str, ByAsk]:
        """By item and ask the values of a measure, in items of these areas (any where none is named)."""
        return {
            i.id: found
            for i in self.items
            if (not areas or i.area in areas) and (found := self.marks.get(i.id, {}).get(measure))
        }

    def only(self, items: Collection[str]) -> Side:
        """The same for some items."""
        return Side(tuple(i for i in self.items if i.id in items), self.marks)


def side_of(items: Iterable[Item], marks: Iterable[Mark]) -> Side:
    """The side of a contestant. Of two marks for the same measure, item and ask the last counts."""
    found: dict[str, dict[str, dict[int, float | None]]] = {}
    for mark in marks:
        found.setdefault(mark.item, {}).setdefault(mark.measure, {})[mark.ask] = mark.value
    return Side(tuple(sorted(items, key=lambda i: i.id)), found)


def judged(values: Mapping[str, ByAsk]) -> dict[str, list[float]]:
    """By item the values that are there; items without any are left out."""
    found = {i: [v for _, v in sorted(by_ask.items()) if v is not None] for i, by_ask in values.items()}
    return {i: v for i, v in found.items() if v}


def unjudged(values: Mapping[str, ByAsk]) -> int:
    """How many marks have no value."""
    return sum(v is None for by_ask in values.values() for v in by_ask.values())


def mean_columns(values: Mapping[str, ByAsk], items: Sequence[Item]) -> Floats:
    """A row for each item: the mean of its values and 1, or twice 0 where it has none (for `item_mean`)."""
    there = judged(values)
    rows = [(sum(v) / len(v), 1.0) if (v := there.get(i.id)) else (0.0, 0.0) for i in items]
    return np.array(rows, dtype=np.float64).reshape(len(rows), 2)
