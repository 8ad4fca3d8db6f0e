"""A judge's verdicts: calibrated on planted answers, then made into scores that are corrected for its errors. Pure.

A judge is heard on an area only where it told planted right answers from planted wrong ones there: Youden's J of at
least `BOUND`, the lower limit of its interval at least `LEAST`. Elsewhere its scores are not available, and it is said
why. What it did not judge (no valid answer, or another one when the options stood in another order) is `unjudged`: it
counts neither for nor against a contestant, and in calibration neither for nor against the judge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from refiner.evaluate.corrected import Rate, combined, corrected, wilson, youden
from refiner.evaluate.judge_claims import GROUPS, RAW, RIGHT, group_of
from refiner.evaluate.planted import Planted
from refiner.evaluate.shapes import Area, Item, Mark, Measure, Score

BOUND = 0.5  # Youden's J of a judge that can be heard
LEAST = 0.2  # the lower limit of its 95 % interval
FEW = 6  # planted answers of each kind that it must have judged


@dataclass(frozen=True)
class Judged:
    """One verdict: whether the claim about an answer is true; None: unjudged, for the reason in `why`."""

    value: bool | None
    why: str = ""


@dataclass(frozen=True)
class Calibration:
    """How a judge did on the planted answers of an area, or of all."""

    sensitivity: Rate  # of the right answers that it judged: called right
    specificity: Rate  # of the wrong answers that it judged: called wrong
    unjudged: int
    by_rule: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # rule -> (judged as they are, judged)

    @property
    def j(self) -> Rate:
        """Youden's J."""
        return youden(self.sensitivity, self.specificity)

    @property
    def why_not(self) -> str:
        """Why the judge is not heard here; "" where it is."""
        se, sp, j = self.sensitivity, self.specificity, self.j
        if not se.of and not sp.of:
            return (
                f"none of {self.unjudged} planted answers was judged" if self.unjudged else "nothing could be planted"
            )
        if min(se.of, sp.of) < FEW:
            return (
                f"too few planted answers were judged: {se.of} right ones, {sp.of} wrong ones, {self.unjudged} unjudged"
            )
        if j.value < BOUND or j.low < LEAST:
            return (
                f"it called {se.value:.0%} of {se.of} right answers right and {sp.value:.0%} of {sp.of} wrong ones "
                f"wrong: J = {j.value:.2f}, from {j.low:.2f}; needed are {BOUND}, from {LEAST}"
            )
        return ""

    def told(self) -> dict[str, Any]:
        """As a report keeps it."""
        return {
            "sensitivity": self.sensitivity.told(), "specificity": self.specificity.told(), "youden": self.j.told(),
            "unjudged": self.unjudged, "usable": not self.why_not, "why": self.why_not,
            "by_rule": {rule: list(counts) for rule, counts in sorted(self.by_rule.items())},
        }  # fmt: skip


@dataclass(frozen=True)
class JudgeResult:
    """What a judge adds to a report."""

    measures: tuple[Measure, ...] = ()
    scores: tuple[Score, ...] = ()
    marks: dict[str, tuple[Mark, ...]] = field(default_factory=dict)  # by contestant; as it judged, not corrected
    report: dict[str, Any] = field(default_factory=dict)
    lost: tuple[str, ...] = ()  # what got no answer for a fault of the network or the server


def calibrated(planted: Sequence[Planted], verdicts: Sequence[Judged]) -> Calibration:
    """The calibration that verdicts on planted answers give; in the same order."""
    hits: dict[bool, list[bool]] = {True: [], False: []}
    rules: dict[str, list[bool]] = defaultdict(list)
    unjudged = 0
    for made, verdict in zip(planted, verdicts, strict=True):
        if verdict.value is None:
            unjudged += 1
            continue
        hits[made.right].append(verdict.value is made.right)
        rules[f"{'right' if made.right else 'wrong'}: {made.how}"].append(verdict.value is made.right)
    rates = {right: wilson(sum(found), len(found)) for right, found in hits.items()}
    return Calibration(rates[True], rates[False], unjudged, {r: (sum(f), len(f)) for r, f in rules.items()})


def judge_scores(
    contestant: str,
    items: Sequence[Item],
    marks: Sequence[Mark],
    calibration: Mapping[Area, Calibration],
) -> tuple[Score, ...]:
    """The scores of one contestant: each group corrected area by area, all of them together, and that as it was judged.

    An item counts once, with the mean of its judged wordings; the interval takes each item as one try, which is right
    where its wordings get the same verdict and on the wide side where they do not.
    """
    area_of = {i.id: i.area for i in items}
    by_item: dict[str, list[float]] = defaultdict(list)
    unjudged: dict[Area, int] = defaultdict(int)
    for mark in marks:
        if mark.value is None:
            unjudged[area_of[mark.item]] += 1
        else:
            by_item[mark.item].append(mark.value)
    shares: dict[Area, list[list[float]]] = defaultdict(list)
    for item, values in by_item.items():
        shares[area_of[item]].append(values)
    asked = tuple(dict.fromkeys(area_of[m.item] for m in marks))

    def of(measure: str, areas: Sequence[Area], *, raw: bool = False) -> Score:
        parts, without = list[tuple[float, Rate]](), list[str]()
        used = list[Area]()
        for area in areas:
            why = calibration[area].why_not if area in calibration else "nothing could be planted"
            if area not in asked:
                continue
            if why or not shares[area]:
                without.append(f"{area}: {why or 'nothing was judged'}")
                continue
            values = [fmean(v) for v in shares[area]]
            share, known = fmean(values), calibration[area]
            rate = (
                wilson(sum(values), len(values))
                if raw
                else corrected(share, len(values), known.sensitivity, known.specificity)
            )
            parts.append((len(values), rate))
            used.append(area)
        open_ = sum(unjudged[a] for a in areas)
        if not parts:
            why = "; ".join(without) or "no question of it was asked"
            return Score(contestant=contestant, measure=measure, unjudged=open_, why=f"the judge is not heard: {why}")
        rate = combined(parts)
        return Score(
            contestant=contestant, measure=measure, value=rate.value, low=rate.low, high=rate.high, items=rate.of,
            marks=sum(len(v) for a in used for v in shares[a]), unjudged=open_,
            why=f"without {'; '.join(without)}" if without else "",
        )  # fmt: skip

    groups = [of(group, areas) for group, areas in GROUPS.items()]
    every = [a for areas in GROUPS.values() for a in areas]
    return of(RIGHT, every), of(RAW, every, raw=True), *groups


def marks_of(item: Item, verdicts: Mapping[int, Judged]) -> tuple[Mark, ...]:
    """The verdicts on the answers to one item, by wording, as marks of its group."""
    return tuple(
        Mark(
            measure=group_of(item.area), item=item.id, ask=ask,
            value=None if v.value is None else float(v.value), why=v.why,
        )
        for ask, v in sorted(verdicts.items())
    )  # fmt: skip
