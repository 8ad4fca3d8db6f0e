"""How long a run takes, estimated before anything is loaded.

The work is counted in floating-point operations (after Kaplan et al., 2020, arXiv 2001.08361, section 2.1): for each
token and each weight two forward and two for the gradients that pass through the frozen weights (their own are never
computed), and two more where checkpointing computes each block again; the adapter's own part is below a hundredth.
The pace is that of a matrix product measured on this machine, or of the card that a recipe names, times a share that
training reaches of it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from .memory import Shape

# What training reaches of a bare matrix product. The first was measured (SmolLM2-135M, two cores); those of cards are
# cautious: small batches leave most of a card idle, and 4-bit weights are unpacked for each product.
CPU_SHARE = 0.5
CARD_SHARE = 0.3
MEASURE_SECONDS = 0.3


def padded_tokens(lengths: Sequence[int], batch: int, seed: int) -> int:
    """Tokens of an epoch with the padding: each batch is as long as its longest row."""
    order = list(lengths)
    random.Random(seed).shuffle(order)
    return sum(max(order[i : i + batch]) * len(order[i : i + batch]) for i in range(0, len(order), batch))


def work(shape: Shape, tokens: int, held_out_tokens: int, *, checkpointing: bool) -> float:
    """Floating-point operations of an epoch over `tokens`, and of an evaluation over `held_out_tokens` after it."""
    weights = shape.linear + shape.vocab * shape.hidden  # the embedding is looked up; the output layer is a product
    return weights * ((6 if checkpointing else 4) * tokens + 2 * held_out_tokens)


def measured_pace(cpu: bool) -> float:
    """Operations a second that training may reach on this machine, from a matrix product of its own kind."""
    import torch

    size, kind = (768, torch.float32) if cpu else (4096, torch.float16)
    where = "cpu" if cpu else "cuda"
    a, b = (torch.randn(size, size, dtype=kind, device=where) for _ in range(2))

    def settle() -> None:
        if not cpu:
            torch.cuda.synchronize()

    a @ b  # the first one sets up threads and kernels
    settle()
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < MEASURE_SECONDS:
        a @ b
        settle()
        done += 1
    return 2 * size**3 * done / (time.perf_counter() - began) * (CPU_SHARE if cpu else CARD_SHARE)


def in_words(seconds: float) -> str:
    """A length of time for a person: "40 s", "12 min", "3 h 20 min"."""
    if seconds < 90:
        return f"{max(1, round(seconds)):d} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d} min"
