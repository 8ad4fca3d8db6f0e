"""From marks to scores: every measure of every contestant with its interval. Pure.

Marks are gathered by item: the value of an item is the mean over its answers, a measure the mean over its items. What
could not be judged is counted and left out, never taken for 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from refiner.evaluate import honesty, likeness, sounding
from refiner.evaluate.intervals import FEW, Estimate, bootstrap, difference
from refiner.evaluate.likelihood import FORCED_CHOICE
from refiner.evaluate.marking import agreement, mark, unmarked
from refiner.evaluate.measures import MEASURES as MARKED
from refiner.evaluate.shapes import Answer, Item, Mark, Measure, Score
from refiner.evaluate.tally import ByAsk, Side, judged, side_of, unjudged

if TYPE_CHECKING:
    from refiner.evaluate.material import Material

BASE = "base"
"""The contestant whose general knowledge the others are held against."""
ABSTAINED = "abstained"  # neither good nor bad: precision and recall are counted from it
AGREEMENT = Measure(
    id="agreement",
    title="says the same each time",
    definition="Over the wordings of one item, how far the answers agree, right or wrong: the mean over all pairs.",
    source="consistency after Elazar et al. 2021 (Measuring and Improving Consistency in Pretrained Language Models, "
    "TACL 9); how two answers are compared is of this project",
)
LOSS = Measure(
    id="general_loss",
    title="general knowledge lost",
    better="lower",
    unit="points",
    areas=("general",),
    definition="Points of `general_right` that the contestant has less than the base model without a card, on the same "
    "questions. Below 0: it has more.",
    source="forgetting as a difference of accuracy before and after training, after Lopez-Paz and Ranzato 2017 "
    "(Gradient Episodic Memory, NeurIPS, backward transfer)",
)
MEASURES: tuple[Measure, ...] = (
    *(m for m in MARKED if m.id != ABSTAINED), *honesty.MEASURES, LOSS, AGREEMENT, *sounding.MEASURES,
    *likeness.MEASURES,
)  # fmt: skip
"""What `scores` gives; `likeness` is the last. Others come as `extra`."""
Marks = Mapping[str, Sequence[Mark]]


def scores(
    items: Sequence[Item],
    answers: Iterable[Answer],
    marks: Marks,
    material: Material,
    extra: Sequence[Score] = (),
    seed: int = 0,
    *,
    more: Sequence[Measure] = (),
) -> tuple[tuple[Measure, ...], tuple[Score, ...]]:
    """All measures, and for each contestant of `marks` a score in each of them.

    `extra`: scores made elsewhere (forced choice, a judge), `more` their measures. Marks of `derived` that are in
    `marks` already are not made again. The same arguments give the same scores.
    """
    whole, reasons = with_derived(items, answers, marks, material)
    measures = _measures(extra, more)
    extras = {(s.contestant, s.measure): s for s in extra}
    sides = {c: side_of(items, found) for c, found in whole.items()}
    found: list[Score] = []
    for contestant, side in sides.items():
        mine = {s.measure: s for s in _scores(contestant, side, sides.get(BASE), reasons, seed)}
        for measure in measures:
            given = extras.get((contestant, measure.id)) or mine.get(measure.id)
            found.append(given or Score(contestant=contestant, measure=measure.id, why="not measured"))
    return measures, tuple(found)


def marked(
    items: Sequence[Item], answers: Iterable[Answer], contestants: Iterable[str], material: Material
) -> dict[str, list[Mark]]:
    """By contestant what the rules say of its answers; one that failed has marks without a value."""
    by_id = {i.id: i for i in items}
    found: dict[str, list[Mark]] = {c: [] for c in contestants}
    for a in answers:
        item = by_id[a.item]
        found[a.contestant] += unmarked(item, a.ask, a.error) if a.error else mark(item, a.ask, a.text, material)
    return found


def with_derived(
    items: Sequence[Item], answers: Iterable[Answer], marks: Marks, material: Material
) -> tuple[dict[str, tuple[Mark, ...]], dict[str, str]]:
    """The marks with those of agreement, valence and style, which a report keeps too; and by measure why it has none.

    The last go by an item's answers together (agreement: ask 0) or have values beyond 0 and 1 (the other two).
    """
    by_id = {i.id: i for i in items}
    said: dict[str, list[Answer]] = {c: [] for c in marks}
    for answer in answers:
        if answer.contestant in said and answer.item in by_id:
            said[answer.contestant].append(answer)
    makers: dict[str, Callable[[list[Answer]], tuple[tuple[Mark, ...], str]]] = {
        AGREEMENT.id: lambda mine: (tuple(_agreements(by_id, mine, material)), ""),
        sounding.DRIFT: lambda mine: (tuple(sounding.drift_marks(by_id, mine)), ""),
        sounding.STYLE: lambda mine: sounding.style_marks(by_id, mine, [*material.texts.values()]),
    }
    found, reasons = {}, {}
    for contestant, given in marks.items():
        whole = list(given)
        there = {m.measure for m in given}
        for measure, make in makers.items():
            if measure not in there:
                made, why = make(said[contestant])
                whole += made
                if why:
                    reasons[measure] = why
        found[contestant] = tuple(whole)
    return found, reasons


def score_of(contestant: str, measure: str, values: Mapping[str, ByAsk], estimate: Estimate, why: str = "") -> Score:
    """A score from what it rests on. Says why where there is no value, or where few items stand behind it."""
    items, missing = judged(values), unjudged(values)
    marks = sum(len(v) for v in items.values())
    if estimate.value is None and not why:
        why = f"none of {missing} answers could be judged" if missing else "no questions"
    elif estimate.value is not None and estimate.low is None and not why:
        why = "no interval: all items have the same value" if len(items) > 1 else "no interval from one item"
    elif estimate.value is not None and 0 < len(items) < FEW and not why:
        why = f"{len(items)} item{'s' if len(items) > 1 else ''} only: the interval is wide"
    return Score(
        contestant=contestant, measure=measure, value=estimate.value, low=estimate.low, high=estimate.high,
        items=len(items), marks=marks, unjudged=missing, why=why,
    )  # fmt: skip


def _measures(extra: Sequence[Score], more: Sequence[Measure]) -> tuple[Measure, ...]:
    known = {m.id for m in MEASURES}
    offered = {m.id: m for m in (FORCED_CHOICE, *more)}
    named = [*dict.fromkeys([*(m.id for m in more), *(s.measure for s in extra if s.measure in offered)])]
    last = len(MEASURES) - len(likeness.MEASURES)
    return (*MEASURES[:last], *(offered[n] for n in named if n not in known), *MEASURES[last:])


def _scores(contestant: str, side: Side, base: Side | None, reasons: Mapping[str, str], seed: int) -> Iterable[Score]:
    for measure in (*MARKED, AGREEMENT, *sounding.MEASURES):
        if measure.id == ABSTAINED:
            continue
        values = side.values(measure.id, measure.areas)
        estimate = bootstrap([*judged(values).values()], share=measure.unit == "share", seed=seed)
        yield score_of(contestant, measure.id, values, estimate, "" if values else reasons.get(measure.id, ""))
    for measure in honesty.MEASURES:
        estimate, why = honesty.estimate(side, measure.id, seed)
        yield score_of(contestant, measure.id, side.values(ABSTAINED), estimate, why)
    yield _loss(contestant, side, base, seed)
    whole = likeness.likeness(side, seed)
    for part in whole.parts:
        few = f"{part.items} item{'s' if part.items > 1 else ''} only: the interval is wide"
        yield Score(
            contestant=contestant, measure=f"likeness.{part.pillar.id}", items=part.items, marks=part.marks,
            unjudged=part.unjudged, why=part.why or (few if part.items < FEW else ""),
            **dict(zip(("value", "low", "high"), part.estimate if not part.why else (None,) * 3, strict=True)),
        )  # fmt: skip
    value, low, high = whole.estimate
    yield Score(
        contestant=contestant, measure="likeness", value=value, low=low, high=high, why=whole.why,
        items=sum(p.items for p in whole.counted), marks=sum(p.marks for p in whole.counted),
        unjudged=sum(p.unjudged for p in whole.parts),
    )  # fmt: skip


def _loss(contestant: str, side: Side, base: Side | None, seed: int) -> Score:
    mine = side.values("general_right", LOSS.areas)
    if base is None or contestant == BASE:
        why = "it is the base itself" if base else "there is no base model to hold it against"
        return Score(contestant=contestant, measure=LOSS.id, why=why)
    first, second = judged(mine), judged(base.values("general_right", LOSS.areas))
    both = sorted(first.keys() & second.keys())
    found = difference([first[i] for i in both], [second[i] for i in both], seed=seed)
    points = Estimate(*(None if x is None else 100 * x for x in found))
    return score_of(contestant, LOSS.id, {i: mine[i] for i in both} if both else mine, points)


def _agreements(items: Mapping[str, Item], answers: Sequence[Answer], material: Material) -> Iterable[Mark]:
    texts: dict[str, dict[int, str]] = {}
    for answer in answers:
        if not answer.error:
            texts.setdefault(answer.item, {})[answer.ask] = answer.text
    for item in items.values():
        if len(item.asks) > 1 and item.id in texts:
            mine = texts[item.id]
            whole = [mine.get(n, "") for n in range(len(item.asks))]
            value = agreement(item, whole, material)
            yield Mark(
                measure=AGREEMENT.id, item=item.id, ask=0, value=value,
                why="" if value is not None else "fewer than two answers that can be compared",
            )  # fmt: skip
