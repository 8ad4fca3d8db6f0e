"""Which rows train and which evaluate: the evaluation asks held-out forms of questions about scenes that training saw.

So it measures whether she understood a memory and not one way to ask for it. No question stands in both parts, and
nothing is lost: a held-out row whose scene has no other row is trained on.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from refiner.edits import digest
from refiner.models import Sample
from refiner.stages.composing.draft import HELD_OUT
from refiner.stages.composing.text import normal

SHARE = 0.05
LEAST = 8


@dataclass(frozen=True)
class Split:
    train: tuple[Sample, ...]
    evaluation: tuple[Sample, ...]


def scene(sample: Sample) -> str:
    """What a sample tells of: rows with one scene are other ways to ask for the same."""
    source = sample.source.removesuffix(HELD_OUT)
    if source.startswith("rule:compose/") and source.count("/") >= 2:
        return source
    answer = normal(sample.messages[-1].content) if sample.messages else ""
    return digest("scene", sample.kind, *sample.notes, *sample.events, answer)


def question(sample: Sample) -> str:
    """The question, normal for comparing."""
    return normal("\n".join(m.content for m in sample.messages if m.role == "user"))


def split(samples: Sequence[Sample]) -> Split:
    """Splits by scene and form; the same samples give the same parts, whatever their order.

    At least 5 % and 8 rows evaluate where there are that many scenes with two rows: if the held-out forms that were
    approved are fewer, rows of scenes that keep another row in training make up for them.
    """
    rows = sorted(samples, key=lambda s: s.id)
    wanted = max(LEAST, math.ceil(SHARE * len(rows)))
    train = [s for s in rows if not s.source.endswith(HELD_OUT)]
    seen = {scene(s) for s in train}
    asked = {question(s) for s in train}
    evaluation: list[Sample] = []
    for sample in rows:
        if sample.source.endswith(HELD_OUT):
            fits = scene(sample) in seen and question(sample) not in asked
            (evaluation if fits else train).append(sample)
    by_scene: dict[str, list[Sample]] = defaultdict(list)
    for sample in train:
        by_scene[scene(sample)].append(sample)
    spare = sorted((s for s in by_scene.values() if len(s) > 1), key=lambda s: digest("spare", scene(s[0])))
    for group in spare:
        if len(evaluation) >= wanted:
            break
        moved = max(group, key=lambda s: digest("spare", s.id))
        if sum(question(s) == question(moved) for s in train) == 1:
            train.remove(moved)
            evaluation.append(moved)
    return Split(tuple(train), tuple(evaluation))
