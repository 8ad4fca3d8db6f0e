"""Which rows train and which evaluate: the evaluation asks held-out forms of questions about scenes that training saw.

So it measures whether she understood a memory and not one way to ask for it. No question of the evaluation stands in
training, not even with a word changed; and nothing is lost: a held-out row whose scene has no other row, or whose
question is too near to one that is trained on, is trained on itself. A talk of several turns counts as a whole, and so
does each question in it that can stand alone.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from refiner.dataset.near import Texts
from refiner.edits import digest
from refiner.models import Sample
from refiner.stages.composing.draft import HELD_OUT
from refiner.stages.composing.text import normal

SHARE = 0.05
LEAST = 8
ALONE = 4  # words


@dataclass(frozen=True)
class Split:
    """Both parts, and how many held-out rows train after all, since their question is nearly one of training."""

    train: tuple[Sample, ...]
    evaluation: tuple[Sample, ...]
    moved: int = 0


def scene(sample: Sample) -> str:
    """What a sample tells of: rows with one scene are other ways to ask for the same."""
    source = sample.source.removesuffix(HELD_OUT)
    if source.startswith("rule:compose/") and source.count("/") >= 2:
        return source
    told = normal("\n".join(m.content for m in sample.messages if m.role == "assistant"))
    return digest("scene", sample.kind, *sample.notes, *sample.events, told)


def question(sample: Sample) -> str:
    """All that is asked in the talk, normal for comparing."""
    return normal("\n".join(m.content for m in sample.messages if m.role == "user"))


def asked(sample: Sample) -> list[str]:
    """What must not be asked in both parts: the whole talk, and each question of it that can stand alone ("And then?"
    cannot)."""
    each = [normal(m.content) for m in sample.messages if m.role == "user"]
    whole = question(sample)
    return [whole, *(q for q in each if q != whole and q.count(" ") >= ALONE - 1)]


def split(samples: Sequence[Sample]) -> Split:
    """Splits by scene and form; the same samples give the same parts, whatever their order.

    At least 5 % and 8 rows evaluate where there are that many scenes with two rows: if the held-out forms that were
    approved are fewer, rows of scenes that keep another row in training make up for them.
    """
    rows = sorted(samples, key=lambda s: s.id)
    wanted = max(LEAST, math.ceil(SHARE * len(rows)))
    train = {s.id: s for s in rows if not s.source.endswith(HELD_OUT)}
    seen = {scene(s) for s in train.values()}
    evaluation: dict[str, Sample] = {}
    for sample in rows:
        if sample.source.endswith(HELD_OUT):
            (evaluation if scene(sample) in seen else train)[sample.id] = sample
    known = Texts(q for s in train.values() for q in asked(s))
    moved = 0
    while near := [s for s in evaluation.values() if any(known.near(q) for q in asked(s))]:
        for sample in near:  # what goes to training may be near to another one that was held out
            train[sample.id] = evaluation.pop(sample.id)
            _add(known, sample)
        moved += len(near)
    by_scene: dict[str, list[Sample]] = defaultdict(list)
    for sample in train.values():
        by_scene[scene(sample)].append(sample)
    for group in sorted((g for g in by_scene.values() if len(g) > 1), key=lambda g: digest("spare", scene(g[0]))):
        if len(evaluation) >= wanted:
            break
        spare = max(group, key=lambda s: digest("spare", s.id))
        for q in asked(spare):
            known.remove(q)
        if any(known.near(q) for q in asked(spare)):
            _add(known, spare)
            continue
        evaluation[spare.id] = train.pop(spare.id)
    return Split(tuple(train.values()), tuple(evaluation.values()), moved)


def _add(known: Texts, sample: Sample) -> None:
    for q in asked(sample):
        known.add(q)
