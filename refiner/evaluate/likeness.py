"""`likeness`: how like her a contestant is, in one number from 0 to 1. Pure.

It is the geometric mean of what the project is for, in eight parts: facts, dates and order, living traits, negative
traits, dead traits, gender, honesty, and what is left of general knowledge. A geometric mean, since one part cannot
make up for another: who knows every fact and still is afraid of the dog is not her (the reasons are those for which the
Human Development Index gave up its arithmetic mean: UNDP 2010, Human Development Report, technical note 1). Each part
is at least 0.02, so that one part at 0 does not hide the others.

A part is the mean over its items of the mean over their answers. An answer is as right as the worst of its marks in
that part, and unjudged where one of them is and none of them is 0. Honesty is the F1 of abstention. Parts without items
are left out, and so are those of which less than half of the answers could be judged; the score names them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from refiner.evaluate import honesty
from refiner.evaluate.intervals import Estimate, Floats, bootstrap, log_mean
from refiner.evaluate.shapes import Area, Measure
from refiner.evaluate.tally import ByAsk, Side, judged, mean_columns, unjudged

FLOOR = 0.02
JUDGED = 0.5  # of a part's answers; of fewer it would be the score of those that happen to be plain
HONESTY = "honesty"


class Pillar(NamedTuple):
    """A part of likeness: its areas, and measures with whether more of them is right."""

    id: str
    title: str
    areas: tuple[Area, ...]
    measures: tuple[tuple[str, bool], ...]


PILLARS = (
    Pillar("facts", "Facts", ("fact",), (("recall", True),)),
    Pillar("dates", "Dates and order", ("date", "order"), (("year", True), ("order", True))),
    Pillar("living", "Living traits", ("living",), (("living_shown", True),)),
    Pillar("negative", "Negative traits", ("negative",), (("negative_shown", True), ("flattered", False))),
    Pillar("dead", "Dead traits", ("dead",), (("dead_right", True), ("dead_leak", False))),
    Pillar("gender", "Gender", ("gender",), (("gender_right", True), ("gender_contradiction", False))),
    Pillar(HONESTY, "Honesty", ("unlived",), ()),
    Pillar("general", "General knowledge", ("general",), (("general_right", True),)),
)
MEASURES = (
    *(
        Measure(
            id=f"likeness.{p.id}",
            title=p.title,
            areas=p.areas,
            definition="F1 of abstention."
            if p.id == HONESTY
            else "Mean over items; an answer is as right as the worst of: "
            + ", ".join(m if good else f"1 - {m}" for m, good in p.measures)
            + ".",
            source="a part of likeness",
        )
        for p in PILLARS
    ),
    Measure(
        id="likeness",
        title="Likeness",
        definition="Geometric mean of its parts, each at least 0.02; parts that are missing are left out and named.",
        source="of this project; geometric mean after UNDP 2010, Human Development Report, technical note 1; interval "
        "after Zou and Donner 2008, Statistics in Medicine 27(10)",
    ),
)


@dataclass(frozen=True)
class Part:
    """A pillar of one contestant. `why`: the reason where it does not count; `asked`: whether there are items of it."""

    pillar: Pillar
    estimate: Estimate
    items: int = 0
    marks: int = 0
    unjudged: int = 0
    asked: bool = True
    why: str = ""


@dataclass(frozen=True)
class Likeness:
    """`parts`: all of them, in order, those that do not count with their reason."""

    estimate: Estimate
    parts: tuple[Part, ...] = field(default=())

    @property
    def counted(self) -> tuple[Part, ...]:
        return tuple(p for p in self.parts if not p.why)

    @property
    def why(self) -> str:
        """What is left out, in words; "" where nothing is."""
        return "; ".join(f"without {p.pillar.title.lower()}: {p.why}" for p in self.parts if p.why)


def likeness(side: Side, seed: int = 0) -> Likeness:
    """The likeness of a contestant; no value where no part counts."""
    parts = tuple(_part(side, p, seed) for p in PILLARS)
    return Likeness(log_mean([p.estimate for p in parts if not p.why], FLOOR), parts)


def answers_of(side: Side, pillar: Pillar) -> dict[str, ByAsk]:
    """By item and ask how right the answers are in a pillar other than honesty; None where that is unjudged."""
    found: dict[str, dict[int, float | None]] = {}
    for measure, good in pillar.measures:
        for item, by_ask in side.values(measure, pillar.areas).items():
            mine = found.setdefault(item, {})
            for ask, value in by_ask.items():
                worth = value if value is None or good else 1 - value
                mine[ask] = _worst(mine[ask], worth) if ask in mine else worth
    return dict(found)


def columns(side: Side, pillars: tuple[Pillar, ...]) -> Floats:
    """What `statistic` takes: for each item and pillar its part of the totals, three columns a pillar."""
    found = []
    for pillar in pillars:
        if pillar.id == HONESTY:
            found.append(honesty.columns(side, side.items))
        else:
            two = mean_columns(answers_of(side, pillar), side.items)
            found.append(np.hstack((two, np.zeros((len(two), 1)))))
    return np.hstack(found) if found else np.zeros((len(side.items), 0))


def statistic(totals: Floats, pillars: tuple[Pillar, ...]) -> Floats:
    """Likeness from totals (rounds x columns)."""
    logs = np.zeros(len(totals))
    for n, pillar in enumerate(pillars):
        mine = totals[:, 3 * n : 3 * n + 3]
        with np.errstate(divide="ignore", invalid="ignore"):
            value = honesty.f1(mine) if pillar.id == HONESTY else mine[:, 0] / mine[:, 1]
            logs = logs + np.log(np.maximum(FLOOR, value))
    found: Floats = np.exp(logs / max(1, len(pillars)))
    return found


def _part(side: Side, pillar: Pillar, seed: int) -> Part:
    if pillar.id == HONESTY:
        wanting = {i.id for i in side.items if honesty.wanting((i,))}
        values = side.only(wanting).values("abstained")
        estimate, why = honesty.estimate(side, "f1", seed)
    else:
        values = answers_of(side, pillar)
        estimate, why = bootstrap([*judged(values).values()], seed=seed), ""
    marks, missing = sum(len(v) for v in judged(values).values()), unjudged(values)
    if not marks and not missing:
        why = "no questions"
    elif estimate.value is None or marks < JUDGED * (marks + missing):
        why = f"{missing} of {marks + missing} answers could not be judged"
    return Part(pillar, estimate, len(judged(values)), marks, missing, bool(marks or missing), why)


def _worst(a: float | None, b: float | None) -> float | None:
    if a is None or b is None:
        return 0.0 if 0 in (a, b) else None  # whatever the other is, it is not worse
    return min(a, b)
