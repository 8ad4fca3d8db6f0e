"""The second part of a run, and whether it did harm.

DPO and KTO on the few decisions that a person makes can undo what supervised training taught. So the held-out answers
are measured before and after, and where they became less likely by more than the recipe allows, the adapter is put
back as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .fit import Fitted, Way, held_out_loss, prefer
from .labels import Encoded
from .preferences import Tokens
from .recipe import Recipe
from .record import say


@dataclass(frozen=True)
class Preferred:
    """What came of the second part. The losses of the held-out answers in nats for each token; None without any."""

    method: str
    rows: int
    fitted: Fitted
    before: float | None = None
    after: float | None = None
    undone: bool = False


def preferred(
    model: Any, tokenizer: Any, decided: list[Tokens], evaluation: list[Encoded], recipe: Recipe, way: Way
) -> Preferred:
    """Train the adapter of `model` on `decided` by `recipe.method`, in place; undone where it did harm."""
    batch = recipe.train.batch_size
    weights = {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}
    before = held_out_loss(model, tokenizer, evaluation, batch) if evaluation else None
    say(f"{recipe.method} on {len(decided)} decisions")
    fitted = prefer(model, tokenizer, decided, recipe, way)
    if fitted.stopped_at:
        return Preferred(recipe.method, len(decided), fitted, before)
    after = held_out_loss(model, tokenizer, evaluation, batch) if evaluation else None
    undone = before is not None and after is not None and after - before > recipe.preferences.max_loss_rise
    if before is not None and after is not None:
        say(f"held-out loss before {recipe.method} {before:.3f}, after {after:.3f}")
    if undone:
        import torch

        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if name in weights:
                    parameter.copy_(weights[name])
        say(
            f"note: {recipe.method} made the held-out answers less likely than max_loss_rise allows, and is undone\n"
            "  → a lower [preferences] learning_rate in the recipe, or method = 'sft'"
        )
    return Preferred(recipe.method, len(decided), fitted, before, after, undone)
