"""Abstention: whether a contestant says that it does not know where that is the truth, and only there. Pure.

An answer should abstain or deny where its wording is about what was never lived or never met; elsewhere it should not
abstain. A "no" to "You grew up in Bergen, didn't you?" counts as abstaining: it tells nothing that was not. Events held
out of training count on neither side: nobody can say whether a model that never saw one should know it. Each item
counts once, however many wordings it has.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from refiner.evaluate.intervals import Estimate, Floats, of_totals
from refiner.evaluate.shapes import Item, Measure
from refiner.evaluate.tally import Side

_NEITHER = ("held_out",)
_SOURCE = (
    "precision and recall (van Rijsbergen 1979, Information Retrieval, ch. 7) of abstaining, as for the unanswerable "
    "questions of Rajpurkar, Jia and Liang 2018 (Know What You Don't Know, ACL)"
)
MEASURES = (
    Measure(
        id="abstention_precision",
        title="abstains only where it should",
        definition="Of the answers that abstain, the share to questions of what was never lived or met; a no to such a "
        "question abstains. It depends on how many there are.",
        source=_SOURCE,
    ),
    Measure(
        id="abstention_recall",
        title="abstains where it should",
        definition="Of the answers to questions of what was never lived or met, the share that abstains or says no.",
        source=_SOURCE,
    ),
)


def wants(item: Item, ask: int) -> bool:
    """Whether a right answer to this wording abstains or denies: what it asks about was never lived."""
    wanted = item.asks[ask].wanted
    return wanted == "abstain" or item.area in ("unlived", "media") and wanted == "no"


def columns(side: Side, items: Sequence[Item]) -> Floats:
    """A row for each item: the shares of its answers that rightly abstain, wrongly abstain, and wrongly do not."""
    found = side.values("abstained")
    rows = []
    for item in items:
        there = {a: v for a, v in found.get(item.id, {}).items() if v is not None and a < len(item.asks)}
        right = wrong = missed = 0.0
        for ask, value in there.items() if item.area not in _NEITHER else ():
            if wants(item, ask):
                right, missed = right + value / len(there), missed + (1 - value) / len(there)
            else:
                wrong += value / len(there)
        rows.append((right, wrong, missed))
    return np.array(rows, dtype=np.float64).reshape(len(rows), 3)


def precision(totals: Floats) -> Floats:
    return _ratio(totals[:, 0], totals[:, 0] + totals[:, 1])


def recall(totals: Floats) -> Floats:
    return _ratio(totals[:, 0], totals[:, 0] + totals[:, 2])


def f1(totals: Floats) -> Floats:
    """Not a number where no question wants that one abstains."""
    found = _ratio(2 * totals[:, 0], 2 * totals[:, 0] + totals[:, 1] + totals[:, 2])
    return np.where(totals[:, 0] + totals[:, 2] > 0, found, np.nan)


def wanting(items: Sequence[Item]) -> int:
    """How many items have a wording that one should abstain at."""
    return sum(any(wants(i, a) for a in range(len(i.asks))) and i.area not in _NEITHER for i in items)


def strata(items: Sequence[Item]) -> list[str]:
    """What is drawn from by itself: items that want it, those that count on neither side, and the others."""
    return [
        "neither" if i.area in _NEITHER else "wants" if any(wants(i, a) for a in range(len(i.asks))) else ""
        for i in items
    ]


def estimate(side: Side, which: str, seed: int) -> tuple[Estimate, str]:
    """Precision, recall or F1 with its interval; the reason where there is none."""
    items = [i for i in side.items if side.values("abstained").get(i.id)]
    if not (least := wanting(items)):
        return Estimate(None, None, None), "no question of what was never lived"
    table = columns(side, items)
    if which == "abstention_precision" and not table[:, :2].any():
        return Estimate(None, None, None), "it never abstains"
    statistic = {"abstention_precision": precision, "abstention_recall": recall}.get(which, f1)
    return of_totals(table, statistic, strata=strata(items), least=least, seed=seed), ""


def _ratio(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = above / below
    return found
