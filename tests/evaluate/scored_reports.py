"""Small evaluations made by hand: a few items of every area and contestants that are right so and so often."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from refiner.config import Config
from refiner.evaluate.material import Material
from refiner.evaluate.measures import BY_AREA, MEASURES
from refiner.evaluate.scores import scores, with_derived
from refiner.evaluate.shapes import AREAS, Answer, Area, Ask, Contestant, Item, Key, Mark, Report, Wanted
from refiner.models import Timeline

WANTED: dict[Area, Wanted] = {
    "fact": "tell", "date": "year", "order": "first", "living": "yes", "negative": "no", "dead": "over",
    "gender": "female", "unlived": "abstain", "media": "yes", "general": "tell", "held_out": "tell",
}  # fmt: skip
LOWER = {m.id for m in MEASURES if m.better == "lower"}


def material() -> Material:
    return Material(config=Config(), timeline=Timeline(now="2020-01-01"))


def items_of(count: int = 8, areas: Sequence[Area] = AREAS, wordings: int = 2) -> tuple[Item, ...]:
    """So many items of each area."""
    return tuple(
        Item(
            id=f"{area}-{n}",
            area=area,
            label=f"{area} {n}",
            asks=tuple(Ask(text=f"{area} {n}, asked {w}?", wanted=WANTED[area]) for w in range(wordings)),
            key=Key(told=("The lake was cold.",), groups=(("lake",), ("hill",))),
        )
        for area in areas
        for n in range(count)
    )


def marks_of(
    items: Sequence[Item], right: float | Mapping[str, float], seed: int = 0, unjudged: float = 0.0
) -> tuple[Mark, ...]:
    """Marks of somebody who does the right thing so often (by area where that is named)."""
    rng = random.Random(seed)
    found = []
    for item in items:
        often = right if isinstance(right, float) else right.get(item.area, 0.5)
        for ask in range(len(item.asks)):
            good = rng.random() < often
            for measure in BY_AREA[item.area]:
                value: float | None = float(good != (measure in LOWER))
                if measure == "abstained":
                    value = float(good == (item.area == "unlived"))
                if rng.random() < unjudged:
                    value = None
                found.append(Mark(measure=measure, item=item.id, ask=ask, value=value))
    return tuple(found)


def answers_of(contestant: str, items: Sequence[Item], text: str = "The lake was cold.") -> list[Answer]:
    return [Answer(contestant=contestant, item=i.id, ask=n, text=text) for i in items for n in range(len(i.asks))]


def report_of(
    marks: Mapping[str, Sequence[Mark]], items: Sequence[Item], answers: Sequence[Answer] = (), name: str = "run"
) -> Report:
    """A whole report on marks that are there."""
    measures, found = scores(items, answers, marks, material())
    whole, _ = with_derived(items, answers, marks, material())
    return Report(
        made="2026-01-02T03:04:05Z", now="2026-01-01", name=name, life="x", items=tuple(items),
        contestants=tuple(Contestant(id=c, title=f"the contestant {c}", system="Be brief.") for c in marks),
        measures=measures, scores=found, marks=whole,
    )  # fmt: skip
