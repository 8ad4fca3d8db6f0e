"""Which drafts become samples: no near duplicates, every scene once, then the mix of refiner.toml, of what there is.

Nothing is invented to fill a share. A kind with weight 0 gives nothing; of the others every scene is kept once before
any scene is told a second time.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import fuzz

from refiner.config import Config
from refiner.edits import digest
from refiner.models import SampleKind
from refiner.stages.composing.draft import Draft
from refiner.stages.composing.text import normal

ALIKE = 93.0  # rapidfuzz token set ratio from which two answers tell the same
EVENT_CAP = 12  # samples about one event, of all kinds together
EVAL_SHARE = 0.12  # of the chosen ones, asked again in held-out forms
EVAL_LEAST = 16
FLOOR: Mapping[str, int] = {"identity": 40, "trait": 12, "now_and_then": 24, "boundary": 12}


def without_duplicates(drafts: Iterable[Draft]) -> list[Draft]:
    """The drafts less those that tell, in another scene of the same kind, what was told already.

    Answers are compared only where they share a run of five words, so a long life takes no longer for each note.
    """
    kept: list[Draft] = []
    ids: set[str] = set()
    shingles: dict[tuple[str, str], set[int]] = defaultdict(set)
    texts: list[tuple[str, str]] = []  # (scene, normal answer) of those that were told
    known: dict[tuple[str, str], bool] = {}
    for draft in drafts:
        text = normal(draft.answer)
        if draft.id in ids or not text:
            continue
        key = (draft.scene, text)
        if key not in known:
            known[key] = draft.notes != () and _told_before(draft, text, texts, shingles)
            if not known[key]:
                texts.append(key)
                for run in _runs(text):
                    shingles[draft.kind, run].add(len(texts) - 1)
        if known[key]:
            continue
        ids.add(draft.id)
        kept.append(draft)
    return kept


def _runs(text: str, size: int = 5) -> set[str]:
    parts = text.split()
    return {" ".join(parts[i : i + size]) for i in range(max(1, len(parts) - size + 1))}


def _told_before(
    draft: Draft, text: str, texts: Sequence[tuple[str, str]], shingles: Mapping[tuple[str, str], set[int]]
) -> bool:
    near = {i for run in _runs(text) for i in shingles.get((draft.kind, run), ())}
    for i in sorted(near):
        scene, other = texts[i]
        # The set ratio calls a part of a longer text equal to it, so lengths must be alike too.
        if (
            scene != draft.scene
            and min(len(text), len(other)) >= 0.7 * max(len(text), len(other))
            and fuzz.token_set_ratio(text, other) >= ALIKE
        ):
            return True
    return False


def choose(drafts: Sequence[Draft], config: Config) -> list[Draft]:
    """The drafts that become samples, in order of kind and scene."""
    mix = {k: w for k, w in config.samples.mix.items() if w > 0}
    total = sum(mix.values())
    able = [d for d in without_duplicates(drafts) if d.kind in mix]
    asked = [d for d in able if not d.held_out]
    quota = {k: math.ceil(w / total * len(asked)) for k, w in mix.items()}
    used: Counter[str] = Counter()
    chosen: list[Draft] = []
    importance = {t.id: t.importance for t in config.traits}
    for kind in mix:
        chosen += _of_kind([d for d in asked if d.kind == kind], max(quota[kind], FLOOR.get(kind, 0)), used, importance)
    chosen += _held_out([d for d in able if d.held_out], chosen, mix)
    order: dict[str, int] = {k: i for i, k in enumerate(config.samples.mix)}
    return sorted(chosen, key=lambda d: (order[d.kind], d.notes, d.spans, d.scene, d.held_out, d.id))


def _of_kind(drafts: Sequence[Draft], quota: int, used: Counter[str], importance: Mapping[str, int]) -> list[Draft]:
    """Rounds over the scenes: one sample for each, then a second … The first round is never cut."""
    scenes: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        scenes[draft.scene].append(draft)

    def weight(scene: str) -> tuple[int, str]:
        return -max((importance.get(t, 0) for d in scenes[scene] for t in d.traits), default=0), digest("scene", scene)

    out: list[Draft] = []
    for turn in range(max((len(s) for s in scenes.values()), default=0)):
        for scene in sorted(scenes, key=weight):
            if turn >= len(scenes[scene]) or turn and len(out) >= quota:
                continue
            draft = scenes[scene][turn]
            if turn and any(used[e] >= EVENT_CAP for e in draft.events):
                continue
            used.update(draft.events)
            out.append(draft)
    return out


def _held_out(drafts: Sequence[Draft], chosen: Sequence[Draft], mix: Mapping[SampleKind, float]) -> list[Draft]:
    """Held-out forms of scenes that were chosen, spread over the kinds as the mix is."""
    seen = {d.scene for d in chosen}
    wanted = max(EVAL_LEAST, math.ceil(EVAL_SHARE * len(chosen)))
    by_kind = {k: sorted((d for d in drafts if d.kind == k and d.scene in seen), key=lambda d: d.id) for k in mix}
    out: list[Draft] = []
    taken: Counter[str] = Counter()
    while len(out) < wanted and any(by_kind.values()):
        kind = max((k for k in mix if by_kind[k]), key=lambda k: (mix[k] / (taken[k] + 1), k))
        taken[kind] += 1
        out.append(by_kind[kind].pop(0))
    return out
