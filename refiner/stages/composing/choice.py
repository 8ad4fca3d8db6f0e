"""Which drafts become samples: what is told twice is told once, every passage is told, and the mix weighs the rest.

Nothing is invented to fill a share. A kind with weight 0 gives nothing. Of the others each has its share of as many
samples as there are when each passage of the notes is asked for in two ways (facts that are asked for in several ways
are recalled when they are asked for in a new one: Allen-Zhu & Li, "Physics of Language Models: Part 3.1", 2023). No
share cuts that every passage is remembered once, nor the floors: who she is, what is over, each negative trait.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import fuzz

from refiner.config import Config, Trait
from refiner.edits import digest
from refiner.models import SampleKind
from refiner.stages.composing.draft import Draft
from refiner.stages.composing.text import normal

ALIKE = 93.0  # rapidfuzz token set ratio from which two answers tell the same
ASKED_ALIKE = 90.0  # and from which two questions ask the same
EVENT_CAP = 12  # samples about one event, of all kinds together
PASSAGE_CAP = 4  # samples that answer with the same words, of all kinds together
# Of the scenes of a kind that are chosen, the share that is asked for again in a held-out form.
EVAL_SHARE: Mapping[str, float] = {"identity": 0.5, "trait": 0.8, "now_and_then": 1.0, "situation": 0.8}
EVAL_REST = 0.25
EVAL_LEAST = 16
TELLINGS = 2  # ways in which training asks for a passage
FLOOR: Mapping[str, int] = {"identity": 30, "trait": 12, "now_and_then": 24, "boundary": 12}
NEGATIVE_FLOOR = 8  # samples of a negative trait that holds are not cut below this, where the notes give so many


def trait_cap(trait: Trait) -> int:
    """How many samples are about one trait at most, of all kinds together, by its importance."""
    return 10 + 6 * trait.importance


def without_duplicates(drafts: Iterable[Draft]) -> list[Draft]:
    """The drafts less those that tell, in another scene, what was told already: in the same kind by answers that are
    alike, across kinds where the question is alike too.

    Answers are compared only where they share a run of five words, so the time grows with what a life says twice.
    """
    kept: list[Draft] = []
    ids: set[str] = set()
    shingles: dict[str, set[int]] = defaultdict(set)
    texts: list[tuple[Draft, str]] = []  # of those that were told
    known: dict[tuple[str, str, str, str], bool] = {}
    for draft in drafts:
        text = normal(draft.told)
        if draft.id in ids or not text:
            continue
        key = (draft.kind, draft.scene, text, normal(draft.question))
        if key not in known:
            known[key] = _told_before(draft, text, texts, shingles)
            if not known[key]:
                texts.append((draft, text))
                for run in _runs(text):
                    shingles[run].add(len(texts) - 1)
        if known[key]:
            continue
        ids.add(draft.id)
        kept.append(draft)
    return kept


def _runs(text: str, size: int = 5) -> set[str]:
    parts = text.split()
    return {" ".join(parts[i : i + size]) for i in range(max(1, len(parts) - size + 1))}


def _told_before(draft: Draft, text: str, texts: Sequence[tuple[Draft, str]], shingles: Mapping[str, set[int]]) -> bool:
    near = {i for run in _runs(text) for i in shingles.get(run, ())}
    for i in sorted(near):
        other, told = texts[i]
        # The set ratio calls a part of a longer text equal to it, so lengths must be alike too.
        alike = (
            min(len(text), len(told)) >= 0.7 * max(len(text), len(told))
            and fuzz.token_set_ratio(text, told, score_cutoff=ALIKE) >= ALIKE
        )
        if not alike:
            continue
        same_question = fuzz.token_sort_ratio(normal(draft.question), normal(other.question)) >= ASKED_ALIKE
        if draft.kind != other.kind or draft.scene == other.scene:
            # Other ways to ask for the same are wanted, within a scene and across kinds; the same way twice is not.
            if same_question and draft.turns == other.turns and draft.held_out == other.held_out and draft.notes:
                return True
        elif draft.notes:
            return True
    return False


def choose(drafts: Sequence[Draft], config: Config) -> list[Draft]:
    """The drafts that become samples, in order of kind and scene."""
    mix = {k: w for k, w in config.samples.mix.items() if w > 0}
    able = [d for d in without_duplicates(drafts) if d.kind in mix]
    picked = _Choice(config, [d for d in able if not d.held_out])
    chosen = picked.run(mix)
    chosen += _held_out([d for d in able if d.held_out], chosen, mix)
    order: dict[str, int] = {k: i for i, k in enumerate(config.samples.mix)}
    return sorted(chosen, key=lambda d: (order[d.kind], d.notes, d.spans, d.scene, d.held_out, d.id))


class _Choice:
    """Chooses drafts in rounds over the scenes of each kind, within the caps."""

    def __init__(self, config: Config, drafts: Sequence[Draft]) -> None:
        self.traits = {t.id: t for t in config.traits}
        self.queues: dict[str, list[Draft]] = {}
        self.firsts: Counter[str] = Counter()  # by kind: how many scenes it has
        for kind in {d.kind for d in drafts}:
            self.queues[kind] = self._queue([d for d in drafts if d.kind == kind])
            self.firsts[kind] = len({d.scene for d in drafts if d.kind == kind})
        self.out: list[Draft] = []
        self.count: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.of_trait: Counter[str] = Counter()
        self.stated: Counter[str] = Counter()
        self.passages: Counter[str] = Counter()

    def _queue(self, drafts: Sequence[Draft]) -> list[Draft]:
        """The drafts of a kind in the order in which they are taken: one of each scene, then a second of each …, the
        scenes of important traits first, talks before single answers."""
        scenes: dict[str, list[Draft]] = defaultdict(list)
        for draft in drafts:
            scenes[draft.scene].append(draft)
        turn = {id(d): i for of in scenes.values() for i, d in enumerate(of)}

        def weight(draft: Draft) -> tuple[int, int, bool, str]:
            most = max(
                (self.traits[t].importance for d in scenes[draft.scene] for t in d.traits if t in self.traits),
                default=0,
            )
            return turn[id(draft)], -most, not draft.turns, digest("scene", draft.scene)

        return sorted(drafts, key=weight)

    def run(self, mix: Mapping[SampleKind, float]) -> list[Draft]:
        total = sum(mix.values())
        # First what no share cuts: each passage remembered once, the floors, the negative traits.
        self._take("memory", self.firsts["memory"], capped=False)
        for kind in mix:
            self._take(kind, FLOOR.get(kind, 0))
        self._keep_the_negative()
        # Then of each kind its share of as many as there are when every passage is asked for in so many ways.
        offered = sum(self.firsts.values())
        wanted = TELLINGS * self.firsts["memory"] * total / mix["memory"] if mix.get("memory") else offered
        for kind, w in mix.items():
            self._take(kind, math.ceil(wanted * w / total))
        return self.out

    def _take(self, kind: str, most: int, *, capped: bool = True) -> int:
        """Takes drafts of a kind until it has `most`; how many were taken."""
        made, left = 0, []
        for draft in self.queues.get(kind, []):
            if self.count[kind] >= most:
                left.append(draft)
            elif not capped or self._within(draft):
                self._add(draft)
                made += 1
            # What is over a cap is not looked at again: caps only fill.
        self.queues[kind] = left
        return made

    def _within(self, draft: Draft) -> bool:
        full = any(self.events[e] >= EVENT_CAP for e in draft.events)
        over = any(t in self.traits and self._over(t, draft.kind) for t in draft.traits)
        told = bool(draft.notes) and self.passages[normal(draft.answer)] >= PASSAGE_CAP
        return not (full or over or told)

    def _over(self, trait: str, kind: str) -> bool:
        """Whether enough is about a trait; what only states it may be half of that, so that it is shown as well."""
        most = trait_cap(self.traits[trait])
        return self.of_trait[trait] >= most or kind == "trait" and self.stated[trait] >= most // 2

    def _add(self, draft: Draft) -> None:
        self.out.append(draft)
        self.count[draft.kind] += 1
        self.events.update(draft.events)
        self.of_trait.update(set(draft.traits))
        self.stated.update(set(draft.traits) if draft.kind == "trait" else ())
        self.passages[normal(draft.answer)] += 1

    def _keep_the_negative(self) -> None:
        for trait in sorted(self.traits.values(), key=lambda t: (-t.importance, t.id)):
            if trait.polarity != "negative" or trait.importance == 0:
                continue
            for kind in ("trait", "situation", "memory"):
                for draft in list(self.queues.get(kind, [])):
                    if self.of_trait[trait.id] >= NEGATIVE_FLOOR:
                        break
                    if trait.id in draft.traits:
                        self.queues[kind].remove(draft)
                        self._add(draft)


def _held_out(drafts: Sequence[Draft], chosen: Sequence[Draft], mix: Mapping[SampleKind, float]) -> list[Draft]:
    """Held-out forms of scenes that were chosen. Whether a scene has one is decided by the scene alone, so that a new
    note changes nothing for the others; where these are too few, the next ones fill up."""
    seen = {d.scene for d in chosen}
    first: dict[str, Draft] = {}
    for draft in sorted(drafts, key=lambda d: d.id):
        if draft.kind in mix and draft.scene in seen:
            first.setdefault(draft.scene, draft)
    order = sorted(first.values(), key=lambda d: (_place(d) / EVAL_SHARE.get(d.kind, EVAL_REST), d.id))
    sure = sum(_place(d) < EVAL_SHARE.get(d.kind, EVAL_REST) for d in order)
    return order[: max(EVAL_LEAST, sure)]


def _place(draft: Draft) -> float:
    """A number from 0 to 1 that a scene has for good."""
    return int(digest("held out", draft.scene)[:8], 16) / 0xFFFFFFFF
