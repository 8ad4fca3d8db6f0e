"""Marks of one answer, by rules alone: no model is asked. `None` means that a rule cannot tell, 0 that it is not so."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from refiner.evaluate.answered import TOLD
from refiner.evaluate.marked import Marked
from refiner.evaluate.measures import BY_AREA, MEASURES
from refiner.evaluate.shapes import Item, Mark
from refiner.evaluate.words import content, own_sentences, stems_in

if TYPE_CHECKING:
    from refiner.evaluate.material import Material

__all__ = ["MEASURES", "agreement", "mark", "unmarked"]


def mark(item: Item, ask: int, text: str, material: Material) -> tuple[Mark, ...]:
    """The marks of what was answered to wording `ask` of an item: one for each measure of its area.

    An empty answer is marked as one that does not do what was asked; what could not be asked goes to `unmarked`.
    Raises IndexError where the item has no such wording.
    """
    answer = Marked(item, ask, text, material)
    marks = []
    for measure in BY_AREA[item.area]:
        value, why = getattr(answer, measure)()
        marks.append(Mark(measure=measure, item=item.id, ask=ask, value=value, why=why))
    return tuple(marks)


def unmarked(item: Item, ask: int, why: str) -> tuple[Mark, ...]:
    """The marks of a wording that has no answer, all without a value: the model failed, or was not asked."""
    return tuple(Mark(measure=m, item=item.id, ask=ask, value=None, why=why) for m in BY_AREA[item.area])


def agreement(item: Item, texts: Sequence[str], material: Material) -> float | None:
    """How far the answers to the wordings of one item say the same: the mean over all pairs, 0 to 1.

    Two answers to questions with sides agree where both are right or both are not (each wording says what is right);
    two that tell something by the F1 of their words without those of the questions (Rajpurkar et al. 2016, section 4).
    Answers that cannot be judged are left out; None where fewer than two are left.
    """
    kept: list[tuple[float | None, dict[str, float]]] = []
    first = BY_AREA[item.area][0]
    given = stems_in(a.text for a in item.asks)
    for i, text in enumerate(texts[: len(item.asks)]):
        answer = Marked(item, i, text, material)
        if answer.empty:
            continue
        if item.asks[i].wanted == "tell":
            words = {s: w for p in own_sentences(answer.ask, text) for s, w in content(p).items() if s not in given}
            if words:
                kept.append((None, words))
            continue
        value, _ = getattr(answer, first)() if first != "abstained" else answer.never()
        if value is not None:
            kept.append((float(value >= TOLD), {}))
    pairs = [_same(a, b) for a, b in combinations(kept, 2) if (a[0] is None) == (b[0] is None)]
    return sum(pairs) / len(pairs) if pairs else None


def _same(a: tuple[float | None, dict[str, float]], b: tuple[float | None, dict[str, float]]) -> float:
    if a[0] is not None:
        return float(a[0] == b[0])
    common = sum(a[1][s] for s in sorted(a[1].keys() & b[1].keys()))
    return 2 * common / (sum(a[1].values()) + sum(b[1].values())) if common else 0.0
