"""What a run would do, said before anything is loaded: parameters, rows, tokens, steps, memory."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .backends import Choice, Machine
from .base import Base, load_config
from .errors import Refused
from .memory import (
    KEPT_GIB,
    KNOWN,
    Estimate,
    Shape,
    estimate_cpu,
    estimate_gpu,
    meta_counts,
    shape_of,
    what_fits,
)
from .recipe import Recipe


@dataclass(frozen=True)
class Plan:
    """A planned run. Memory in GiB, tokens and rows for one epoch."""

    backend: Choice
    base: str
    parameters: int  # 0 = unknown
    adapter: int
    persona_rows: int
    replay_rows: int
    eval_rows: int
    tokens: int
    labels: int  # tokens that the loss falls on; 0 = not counted
    longest: int
    exact: bool  # counted with the tokenizer, not estimated from the length of the text
    steps_each_epoch: int
    epochs: int
    estimate: Estimate | None
    available: float
    where: str  # what `available` is of

    @property
    def steps(self) -> int:
        return self.steps_each_epoch * self.epochs

    def lines(self) -> list[str]:
        """The plan in words, one fact a line."""
        about = "" if self.exact else "about "
        labels = f", {self.labels:,} of them learnt" if self.labels else ""
        size = f"{self.parameters / 1e6:,.0f} M parameters" if self.parameters else "of unknown size"
        lines = [
            f"back end   {self.backend.name}: {self.backend.why}",
            f"base       {self.base}, {size}; the adapter has {self.adapter / 1e6:.1f} M",
            f"rows       {self.persona_rows} of the persona, {self.replay_rows} general, {self.eval_rows} held out",
            f"tokens     {about}{self.tokens:,} an epoch{labels}; the longest row has {about}{self.longest}",
            f"steps      {self.steps} ({self.epochs} epochs of {self.steps_each_epoch})",
        ]
        if self.estimate:
            e = self.estimate
            lines.append(
                f"memory     about {e.total:.1f} GiB (weights {e.weights:.1f}, adapter {e.adapter:.1f}, "
                f"activations {e.activations:.1f}, libraries {e.overhead:.1f}) "
                f"of {self.available:.1f} GiB, {self.where}"
            )
        else:
            lines.append("memory     unknown: the base model is not on this machine and not in the table")
        return lines

    def refuse_what_cannot_fit(self, recipe: Recipe) -> None:
        """Raises `Refused`, naming what fits, if the estimate is more than there is."""
        if self.estimate is None or self.estimate.total <= self.available:
            return
        if self.backend.name == "trl-cpu":
            mend = "lower [train] batch_size, or set gradient_checkpointing = true"
        else:
            fits = what_fits(self.available + KEPT_GIB, recipe.lora.r)
            mend = "what fits: " + ("; ".join(fits[:3]) if fits else "none of the known models")
        raise Refused(
            f"{self.base} at max_length {recipe.data.max_length} needs about {self.estimate.total:.1f} GiB, "
            f"and {self.available:.1f} GiB are usable ({self.where})",
            mend=mend,
        )


@dataclass(frozen=True)
class Counts:
    """What is in the data: see `Plan`."""

    persona_rows: int
    replay_rows: int
    eval_rows: int
    sequences: int
    tokens: int
    labels: int
    longest: int
    exact: bool


def make_plan(recipe: Recipe, base: Base | None, counts: Counts, choice: Choice, machine: Machine) -> Plan:
    """The plan for `recipe`. `base` is None where the model is not on this machine; then the table of known models
    stands in, if it has it."""
    shape, parameters = _shape(base, recipe.base.model)
    cpu = choice.name == "trl-cpu"
    estimate = None
    if shape:
        estimate = (estimate_cpu if cpu else estimate_gpu)(
            shape,
            # A CPU takes what the longest row needs; on a card the recipe's limit should fit, whatever is added later.
            max_length=counts.longest if cpu else recipe.data.max_length,
            r=recipe.lora.r,
            batch=recipe.train.batch_size,
            checkpointing=recipe.train.gradient_checkpointing,
        )
    available, where = _available(cpu, recipe, machine)
    batches = math.ceil(counts.sequences / recipe.train.batch_size)
    return Plan(
        backend=choice,
        base=recipe.base.model,
        parameters=parameters,
        adapter=shape.lora(recipe.lora.r) if shape else 0,
        persona_rows=counts.persona_rows,
        replay_rows=counts.replay_rows,
        eval_rows=counts.eval_rows,
        tokens=counts.tokens,
        labels=counts.labels,
        longest=counts.longest,
        exact=counts.exact,
        steps_each_epoch=math.ceil(batches / recipe.train.gradient_accumulation),
        epochs=recipe.train.epochs,
        estimate=estimate,
        available=available,
        where=where,
    )


def guess_counts(rows: list[Any], replay_rows: int, eval_rows: int) -> Counts:
    """Counts without a tokenizer: English has about four characters a token, a turn about five tokens of frame."""
    lengths = [sum(len(m["content"]) // 4 + 5 for m in row) for row in rows]
    return Counts(len(rows) - replay_rows, replay_rows, eval_rows, len(rows), sum(lengths), 0, max(lengths), False)


def _shape(base: Base | None, name: str) -> tuple[Shape | None, int]:
    if base is not None and base.kind in ("folder", "gguf"):
        config = load_config(base)
        return shape_of(config), meta_counts(config)[1]
    shape = KNOWN.get(name)
    return shape, shape.parameters if shape else 0


def _available(cpu: bool, recipe: Recipe, machine: Machine) -> tuple[float, str]:
    if cpu:
        return free_memory(), "free memory of this machine"
    if machine.card:
        return machine.vram_gb - KEPT_GIB, machine.card
    return recipe.hardware.vram_gb - KEPT_GIB, f"the card of {recipe.hardware.vram_gb:g} GB that the recipe names"


def free_memory() -> float:
    """Memory in GiB that a program may take on this machine (on Linux what the kernel calls available)."""
    info = Path("/proc/meminfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) / 2**20
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    except (ValueError, OSError, AttributeError):
        return float("inf")
