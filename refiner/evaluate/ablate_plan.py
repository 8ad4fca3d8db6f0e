"""What an ablation trains on: mixes of a life's approved rows, the rows that all have, the steps.

Pure, but that `plan_of` counts tokens by the base's own tokenizer where that is on this machine
(refiner/evaluate/counting.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from refiner.config import Config
from refiner.dataset.leaks import Told
from refiner.dataset.replay import choose_general
from refiner.dataset.rows import chats
from refiner.edits import digest
from refiner.evaluate.ablate import PARTS, WHO, Mix, Mixed, Pace, Row, in_order, make_mixes, pace, parts_of, who_rows
from refiner.evaluate.ablate_compare import Taught, is_taught
from refiner.evaluate.counting import Counted, Size, Talk, count
from refiner.evaluate.shapes import Item
from refiner.models import Event, Sample
from refiner.stages.composing.text import normal

CPU_TOKENS = 1500  # of answers in each mix, on a CPU: six mixes then take less than an hour
VERSION = 1  # of how mixes are made: another one is another ablation


@dataclass(frozen=True)
class Rows:
    """A life's rows to choose from: approved, and of the training part; `general` are about the world."""

    config: Config
    train: Sequence[Sample]
    general: Sequence[Sample]
    events: Sequence[Event]
    tellings: Mapping[str, Told]
    system: str


@dataclass(frozen=True)
class Plan:
    """Mixes and what they have in common. `recipe`: as `Recipe.as_dict` gives it."""

    config: Config
    mixed: Mixed
    who: tuple[Sample, ...]
    general: tuple[Sample, ...]
    pace: Pace
    recipe: Mapping[str, Any]
    system: str
    counted: Counted
    sizes: Mapping[str, Size]

    @property
    def common(self) -> tuple[Sample, ...]:
        return (*self.who, *self.general)

    @property
    def mark(self) -> str:
        """What tells this ablation from any other: the texts of its rows, the recipe, the system message."""
        texts = [[m.model_dump() for m in s.messages] for s in self.common]
        mixes = {m.name: [[x.model_dump() for x in r.sample.messages] for r in m.rows] for m in self.mixed.mixes}
        given = [VERSION, texts, mixes, self.recipe, self.system]
        return digest("ablation", json.dumps(given, sort_keys=True, ensure_ascii=False))

    def samples(self, mix: Mix) -> tuple[Sample, ...]:
        """The rows about her that a mix trains on."""
        return (*self.who, *(r.sample for r in mix.rows))

    def answers(self, mix: Mix) -> list[str]:
        """What a mix teaches her to say."""
        return [m.content for s in self.samples(mix) for m in s.messages if m.role == "assistant"]

    def recipe_of(self, mix: Mix, seed: int) -> dict[str, Any]:
        """The recipe of one run: every step has as many rows as equal steps need, and all steps are made."""
        whole = self.pace.batch[mix.name]
        most = int(self.recipe["train"]["batch_size"])
        batch = max(n for n in range(1, min(most, whole) + 1) if whole % n == 0)
        train = {**self.recipe["train"], "batch_size": batch, "gradient_accumulation": whole // batch}
        data = {**self.recipe["data"], "replay": 0.0, "max_rows": 0, "max_chars": 0}
        return {
            **self.recipe,
            "name": mix.name,
            "method": "sft",
            "data": data,
            "train": {**train, "seed": seed, "patience": 0},
        }

    def taught(self, mix: Mix) -> Taught:
        """A mix in figures."""
        rows = [*(r.sample for r in mix.rows), *self.common]
        whole = sum(self.sizes[s.id].tokens for s in rows)
        epochs = int(self.recipe["train"]["epochs"])
        speed = self.counted.speed
        return Taught(
            name=mix.name, parts=dict(mix.parts), tokens=mix.tokens, rows=len(mix.rows),
            given=sum(self.sizes[s.id].learnt for s in self.common),
            sequences=sum(self.sizes[s.id].sequences for s in rows), batch=self.pace.batch[mix.name],
            steps=self.pace.steps * epochs, about_seconds=round(whole * epochs / speed, 1) if speed else 0.0,
        )  # fmt: skip


def plan_of(
    rows: Rows,
    recipe: Mapping[str, Any],
    items: Sequence[Item] = (),
    *,
    budget: int = 0,
    counter: Callable[[str, Sequence[Talk]], Counted] = count,
) -> Plan:
    """The plan for a recipe. `items`: what can be asked; rows that tell of it are taken first. `budget`: tokens of
    answers in each mix; 0 = `CPU_TOKENS` on a CPU, and on a card as many as the part with the fewest rows allows. Where
    no mix can be made `mixed.mixes` is empty and `left_out` says why.
    """
    seed = int(recipe["train"]["seed"])
    parts = parts_of(rows.train, rows.events, rows.tellings, rows.config)
    who = who_rows(parts[WHO], seed)
    able = choose_general(rows.general, rows.train, len(rows.general))
    chosen = [*who, *(s for part in PARTS for s in parts[part]), *able]
    counted = counter(str(recipe["base"]["model"]), [talk_of(rows.system, s) for s in chosen])
    sizes = {s.id: size for s, size in zip(chosen, counted.sizes, strict=True)}
    asked = {s.id for part in PARTS for s in parts[part] if part != "explicit" and _asked_about(s, items)}
    pools = {
        part: [Row(s, sizes[s.id].learnt, sizes[s.id].sequences) for s in in_order(parts[part], seed, asked)]
        for part in PARTS
    }
    on_card = float(recipe["hardware"]["vram_gb"]) > 0
    mixed = make_mixes(pools, budget or (0 if on_card else CPU_TOKENS))
    mean = sum(len(m.rows) + len(who) for m in mixed.mixes) / max(1, len(mixed.mixes))
    general = able[: round(rows.config.samples.replay * mean)]
    shared = sum(sizes[s.id].sequences for s in (*who, *general))
    wanted = int(recipe["train"]["batch_size"]) * int(recipe["train"]["gradient_accumulation"])
    steps = pace({m.name: m.sequences + shared for m in mixed.mixes}, wanted)
    return Plan(rows.config, mixed, tuple(who), tuple(general), steps, recipe, rows.system, counted, sizes)


def _asked_about(sample: Sample, items: Sequence[Item]) -> bool:
    """Whether a sample tells a fact that can be asked: its sentences word for word, or the same event."""
    said = [normal(m.content) for m in sample.messages if m.role == "assistant"]
    return any(i.about in sample.events or is_taught(i, said) for i in items if i.area == "fact")


def talk_of(system: str, sample: Sample) -> list[dict[str, str]]:
    """A sample as training reads it: an answer that only leads to the last one is not learnt."""
    ((_, row),) = chats(system, [sample])
    talk: list[dict[str, str]] = row["messages"]
    if row.get("learn") == "last":
        return [*({**m, "learn": "no"} if m["role"] == "assistant" else m for m in talk[:-1]), talk[-1]]
    return talk
