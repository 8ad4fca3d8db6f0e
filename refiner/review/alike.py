"""What else a decision is about: the items that are alike, and the entries that it puts into the canon. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from refiner.models import CanonEntry, Decision
from refiner.review.history import DECIDING
from refiner.review.items import Item
from refiner.review.state import ReviewState


def written_into_canon(lines: Iterable[Decision]) -> list[CanonEntry]:
    """The entries that decisions put into the canon for the whole life."""
    return [d.effect.canon for d in lines if d.verdict == "approve" and d.effect and d.effect.canon]


def last_alike(state: ReviewState) -> tuple[Decision, list[Item]] | None:
    """The last decision in force and the undecided items that are alike; None where there are none."""
    for made in state.history.by_group.get(state.history.done[-1], ()) if state.history.done else ():
        item = state.find(made.item)
        if made.verdict in DECIDING and item is not None and (found := alike(state, item, made.choice or "")):
            return made, found
    return None


def alike(state: ReviewState, item: Item, choice: str = "") -> list[Item]:
    """The other undecided items that propose the same as this one: the same stage, the same words before and after;
    with `choice`, questions about the same words that offer a choice of the same label."""
    label = next((c.label for c in item.choices if c.id == choice), "")
    if item.kind not in ("edit", "question") or not item.before.strip():
        return []
    return [
        other
        for other in state.items
        if other.id != item.id
        and (other.kind, other.stage, other.before) == (item.kind, item.stage, item.before)
        and (other.after == item.after if item.kind == "edit" else label in [c.label for c in other.choices])
        and state.status(other) == "undecided"
    ]
