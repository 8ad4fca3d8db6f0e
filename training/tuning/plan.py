"""What a run would do, said before anything is loaded: parameters, rows, tokens, steps, memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .backends import Choice, Machine
from .base import Base, load_config
from .errors import Refused
from .memory import (
    KEPT_GIB,
    KNOWN,
    Estimate,
    Shape,
    estimate_for,
    free_memory,
    meta_counts,
    shape_of,
    what_fits,
)
from .pace import CARD_SHARE, in_words, measured_pace, padded_tokens, work
from .quantized import is_quantized
from .recipe import Recipe
from .together import processes


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
    seconds: float = 0.0  # about how long it takes; 0 = not known
    pace_from: str = ""  # what that is reckoned by
    method: str = "sft"
    decided: int = 0  # decisions that dpo or kto learns from
    decided_steps: int = 0

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
        if self.decided:
            kind = "pairs" if self.method == "dpo" else "verdicts"
            lines.append(f"then       {self.method} on {self.decided} {kind}, {_steps(self.decided_steps)}")
        if self.estimate:
            e = self.estimate
            lines.append(
                f"memory     about {e.total:.1f} GiB (weights {e.weights:.1f} in {e.form}, adapter {e.adapter:.1f}, "
                f"activations {e.activations:.1f}, libraries {e.overhead:.1f}) "
                f"of {self.available:.1f} GiB, {self.where}"
            )
        else:
            lines.append("memory     unknown: the base model is not on this machine and not in the table")
        if self.seconds:
            lines.append(f"time       about {in_words(self.seconds)}, {self.pace_from}; less if it stops early")
        else:
            lines.append("time       not known before it is tried: the first steps will tell")
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
    lengths: tuple[int, ...] = ()  # of each sequence
    held_out_tokens: int = 0
    decided: int = 0
    longest_decided: int = 0


def make_plan(
    recipe: Recipe,
    base: Base | None,
    counts: Counts,
    choice: Choice,
    machine: Machine,
    pace: Callable[[bool], float] = measured_pace,
) -> Plan:
    """The plan for `recipe`. `base` is None where the model is not on this machine; then the table of known models
    stands in, if it has it. `pace` tells how many operations a second this machine does, on its CPU or card."""
    keys = recipe.preferences
    together = processes().count
    shape, parameters = _shape(base, recipe.base.model)
    cpu = choice.name == "trl-cpu"
    estimate = None
    if shape:
        estimate = estimate_for(
            choice.name,
            shape,
            # A CPU takes what the longest row needs; on a card the recipe's limit should fit, whatever is added later.
            max_length=max(counts.longest, counts.longest_decided) if cpu else recipe.data.max_length,
            r=recipe.lora.r,
            # Both answers of a pair, and both questions that kto compares, are in memory at once.
            batch=max(recipe.train.batch_size, 2 * recipe.decided_batch if counts.decided else 0),
            checkpointing=recipe.train.gradient_checkpointing,
            nf4=is_quantized(recipe, choice.name),
        )
    available, where = _available(cpu, recipe, machine)
    batches = math.ceil(counts.sequences / (recipe.train.batch_size * together))
    decided_batches = math.ceil(counts.decided / (recipe.decided_batch * together))
    seconds, pace_from = _time(recipe, shape, counts, cpu, machine, pace) if shape else (0.0, "")
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
        seconds=seconds / together,
        pace_from=pace_from,
        method=recipe.method,
        decided=counts.decided,
        decided_steps=math.ceil(decided_batches / keys.gradient_accumulation) * keys.epochs,
    )


def _steps(count: int) -> str:
    return f"{count} step{'' if count == 1 else 's'}"


def _time(
    recipe: Recipe, shape: Shape, counts: Counts, cpu: bool, machine: Machine, pace: Callable[[bool], float]
) -> tuple[float, str]:
    if cpu or machine.card:
        speed, by = pace(cpu), "by a matrix product on this machine"
    elif recipe.hardware.tflops:
        speed, by = recipe.hardware.tflops * 1e12 * CARD_SHARE, f"for {recipe.hardware.tflops:g} TFLOPS of the card"
    else:
        return 0.0, ""
    train = recipe.train
    tokens = padded_tokens(counts.lengths, train.batch_size, train.seed) if counts.lengths else counts.tokens
    each = work(shape, tokens, counts.held_out_tokens, checkpointing=train.gradient_checkpointing)
    # Of a decision two answers pass, and pass the frozen copy as well.
    after = 2 * counts.decided * counts.longest_decided
    extra = 1.5 * work(shape, after, 0, checkpointing=train.gradient_checkpointing) * recipe.preferences.epochs
    return (each * train.epochs + extra) / speed, by


def guess_counts(rows: list[Any], replay_rows: int, eval_rows: int) -> Counts:
    """Counts without a tokenizer: English has about four characters a token, a turn about five tokens of frame."""
    lengths = [sum(len(m["content"]) // 4 + 5 for m in row) for row in rows]
    return Counts(
        *(len(rows) - replay_rows, replay_rows, eval_rows, len(rows), sum(lengths), 0, max(lengths, default=0), False),
        lengths=tuple(lengths),
        held_out_tokens=round(eval_rows * sum(lengths) / max(1, len(lengths))),
    )


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
