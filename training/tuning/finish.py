"""What is done with a trained adapter: saved, exported for llama.cpp, and recorded."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import record
from .backends import Machine
from .base import Base
from .continued import Before
from .errors import Refused
from .fit import Fitted
from .folder import Folder
from .plan import Plan
from .preferred import Preferred
from .prepare import clear
from .recipe import Recipe
from .record import say
from .together import processes, wait


def finish(
    out: Path,
    model: Any,
    tokenizer: Any,
    base: Base,
    recipe: Recipe,
    folder: Folder,
    plan: Plan,
    fitted: Fitted,
    machine: Machine,
    *,
    seconds: float,
    before: Before | None = None,
    still_known: dict[str, float | None] | None = None,
    rows: list[str] | None = None,
    seen: Sequence[str] = (),
    after: Preferred | None = None,
    decided: list[str] | None = None,
) -> None:
    """Write the run's folder; `run.json` last, so that its existence means that the rest is whole.

    `before`: the run that this one continues, `still_known`: the held-out loss of what it was taught. `rows` and
    `decided`: keys of all that was taught, `seen` of all rows that could have been (continued.py). `after`: what came
    of dpo or kto. Of several processes the first one writes.
    """
    if not processes().first:
        wait()
        return
    model.save_pretrained(str(out / "adapter"))
    tokenizer.save_pretrained(str(out / "adapter"))
    adapter_gguf, why_not = _export(out, model, recipe)
    if why_not:
        say(f"note: no adapter.gguf: {why_not}")
    drawn = fitted.losses or (after.fitted.losses if after else [])
    plot = "loss.png" if record.draw_losses(out / "loss.png", drawn, fitted.evaluations) else ""
    record.write_json(
        out / "run.json",
        {
            "schema": record.SCHEMA,
            "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "seconds": round(seconds, 1),
            "dataset": {
                "sha256": folder.sha256,
                "persona_rows": plan.persona_rows,
                "replay_rows": plan.replay_rows,
                "eval_rows": plan.eval_rows,
                "tokens": plan.tokens,
            },
            "system": folder.system,
            "base": {
                "name": base.name,
                "kind": base.kind,
                "source": base.source,
                "revision": base.revision,
                "gguf": base.gguf,
                "parameters": plan.parameters,
            },
            "recipe": recipe.as_dict(),
            "method": recipe.method if after else "sft",
            "continues": {"name": before.name, "sha256": before.sha256, "held_out": still_known} if before else None,
            "rows": rows or [],
            "seen": list(seen),
            "decided": decided or [],
            "preferences": _of_preferences(after),
            "processes": processes().count,
            "backend": {"name": plan.backend.name, "why": plan.backend.why},
            "steps": fitted.steps,
            "planned_steps": fitted.planned_steps,
            "stopped_early": fitted.stopped_early,
            "losses": fitted.losses,
            "evaluations": fitted.evaluations,
            "best": fitted.best,
            "gradient_checks": {"passed": fitted.gradient_checks, "layers": fitted.adapter_layers},
            "adapter": "adapter",
            "adapter_gguf": adapter_gguf,
            "plot": plot,
            "peak_memory_gib": record.peak_memory(),
            "versions": record.versions(),
            "hardware": record.hardware(machine.card, machine.vram_gb),
            "git_commit": record.git_commit(Path(__file__).resolve().parent),
        },
    )
    clear(out)  # not before: until run.json is there, this is all that --resume can go on from
    wait()


def _of_preferences(after: Preferred | None) -> dict[str, Any] | None:
    if after is None:
        return None
    return {
        "method": after.method,
        "rows": after.rows,
        "steps": after.fitted.steps,
        "losses": after.fitted.losses,
        "held_out_before": after.before,
        "held_out_after": after.after,
        "undone": after.undone,
        "gradient_checks": {"passed": after.fitted.gradient_checks, "layers": after.fitted.adapter_layers},
    }


def _export(out: Path, model: Any, recipe: Recipe) -> tuple[str, str]:
    """(name of the GGUF, "") or ("", why there is none): the adapter is worth keeping without it."""
    if not recipe.export.gguf:
        return "", "the recipe says so"
    try:
        from export_gguf import write_lora
    except ImportError as error:
        return "", f"{error.name} is not installed (pip install gguf)"
    try:
        write_lora(out / "adapter", model.config.to_dict(), out / "adapter.gguf")
    except Refused as error:
        return "", str(error)
    return "adapter.gguf", ""
