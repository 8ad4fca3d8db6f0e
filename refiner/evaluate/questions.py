"""The questions of an evaluation: items of every area, from the life and from our own lists, the same for a seed.

No wording is near to one that training asked (`refiner.dataset.near`); an item of which no wording is left is not
asked, and what was left out is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from refiner.evaluate import (
    questions_changed,
    questions_her,
    questions_life,
    questions_time,
    questions_traits,
    questions_world,
)
from refiner.evaluate.material import Material
from refiner.evaluate.questions_forms import Offer, Wordings, pick
from refiner.evaluate.shapes import AREAS, Area, Item

Maker = Callable[[Material, Wordings], Iterator[Offer]]


def _unlived(material: Material, wordings: Wordings) -> Iterator[Offer]:
    yield from questions_world.never_lived(material, wordings)
    yield from questions_changed.nearly(material, wordings)


MAKERS: dict[Area, Maker] = {
    "fact": questions_life.facts,
    "date": questions_time.dates,
    "order": questions_time.orders,
    "living": questions_traits.living,
    "negative": questions_traits.negative,
    "dead": questions_traits.dead,
    "gender": questions_her.gender,
    "unlived": _unlived,
    "media": questions_world.media,
    "general": questions_world.general,
    "held_out": questions_life.held_out,
}


def make_items(
    material: Material, *, per_area: int = 12, seed: int = 0, areas: Sequence[Area] = AREAS
) -> tuple[tuple[Item, ...], dict[str, str]]:
    """The items to ask, at most `per_area` of each area, and why something was left out, by area.

    An item for every important trait that holds or is over is there however few an area may have. The same material
    and seed give the same items; an item's id depends on what it asks alone.
    """
    items: list[Item] = []
    left: dict[str, str] = {}
    for area in AREAS:
        if area not in areas:
            continue
        wordings = Wordings(material, seed)
        offers = list(MAKERS[area](material, wordings))
        chosen = pick(offers, per_area, seed)
        items += [o.item for o in chosen]
        if said := _left(area, material, wordings, offers, chosen):
            left[area] = said
    return tuple(items), left


def _left(area: Area, material: Material, wordings: Wordings, offers: Sequence[Offer], chosen: Sequence[Offer]) -> str:
    """What an area lacks, in words; "" where it lacks nothing."""
    out = []
    if not offers:
        out.append(_nothing(area, material))
    elif len(offers) > len(chosen):
        out.append(f"{len(offers) - len(chosen)} more could be asked")
    if n := wordings.refused[area]:
        out.append(
            f"{n} {'wording was' if n == 1 else 'wordings were'} passed over, since training asked nearly the same"
        )
    return "; ".join(out)


_NOTHING = {
    "fact": "no event or passage gives a question that its own words do not answer",
    "date": "no event, deed or trait has a time that is known to about a year",
    "order": "there are no two events whose times are known and do not overlap",
    "media": "the notes name every work of our list",
    "held_out": "no event was held out of the data set (refiner export --hold-out-events N)",
}


def _nothing(area: Area, material: Material) -> str:
    return questions_traits.reasons(material, area) or _NOTHING.get(area, "there is nothing to ask")
