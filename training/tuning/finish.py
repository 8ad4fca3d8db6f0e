"""What is done with a trained adapter: saved, exported for llama.cpp, and recorded."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import Any

from . import record
from .backends import Machine
from .base import Base
from .errors import Refused
from .fit import Fitted
from .folder import Folder
from .plan import Plan
from .recipe import Recipe


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
) -> None:
    """Write the run's folder; `run.json` last, so that its existence means that the rest is whole."""
    model.save_pretrained(str(out / "adapter"))
    tokenizer.save_pretrained(str(out / "adapter"))
    adapter_gguf, why_not = _export(out, model, recipe)
    if why_not:
        print(f"note: no adapter.gguf: {why_not}", file=sys.stderr)
    plot = "loss.png" if record.draw_losses(out / "loss.png", fitted.losses, fitted.evaluations) else ""
    shutil.rmtree(out / "checkpoints", ignore_errors=True)
    (out / "started.json").unlink(missing_ok=True)
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
