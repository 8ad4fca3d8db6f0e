"""What is kept of a run: `run.json`, the loss curve, the versions and the hardware."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any, TextIO

from .together import processes

SCHEMA = 1
LIBRARIES = ("torch", "transformers", "trl", "peft", "datasets", "accelerate", "gguf", "unsloth", "bitsandbytes")


def say(text: str, *, to: TextIO | None = None) -> None:
    """Print a line for the person, on stderr or `to`; of several processes only the first one speaks."""
    if processes().first:
        print(text, file=to or sys.stderr, flush=True)


def write_json(file: Path, data: dict[str, Any]) -> None:
    """Write `data` so that `file` is either whole or not there: a run without run.json counts as unfinished."""
    temporary = file.with_name(f".{file.name}.new")
    with temporary.open("w", encoding="utf-8", newline="\n") as out:
        json.dump(data, out, ensure_ascii=False, indent=1)
        out.write("\n")
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(file)


def versions() -> dict[str, str]:
    """The installed versions of Python and of the libraries that a result depends on."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def hardware(card: str, vram_gb: float) -> dict[str, Any]:
    """The machine, in as few words as a comparison of two runs needs. Names no host and no user."""
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "card": card,
        "vram_gib": round(vram_gb, 1),
    }


def peak_memory() -> dict[str, float]:
    """The most memory that this process had so far, GiB: `ram`, and `vram` on a card."""
    peak = {}
    try:
        import resource
    except ImportError:  # Windows
        pass
    else:
        unit = 1 if sys.platform == "darwin" else 1024
        peak["ram"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30, 2)
    import torch

    if torch.cuda.is_available():
        peak["vram"] = round(torch.cuda.max_memory_allocated() / 2**30, 2)
    return peak


def git_commit(folder: Path) -> str:
    """The commit of the code in `folder`, with a "+" if files differ from it, or ""."""
    git = ["git", "-C", str(folder)]
    try:
        commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, timeout=10, check=True)
        dirty = subprocess.run(
            [*git, "status", "--porcelain", "--", "."], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return commit.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def draw_losses(file: Path, losses: list[dict[str, float]], evaluations: list[dict[str, float]]) -> bool:
    """The loss curve as a PNG. False where matplotlib is not installed: a picture is no reason to fail."""
    try:
        import matplotlib
    except ImportError:
        return False
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    axes.plot([e["step"] for e in losses], [e["loss"] for e in losses], label="training")
    if evaluations:
        axes.plot([e["step"] for e in evaluations], [e["loss"] for e in evaluations], marker="o", label="held out")
    axes.set_xlabel("step")
    axes.set_ylabel("loss for each answer token (nats)")
    axes.set_ylim(bottom=0)
    axes.legend()
    figure.savefig(file, dpi=120)
    pyplot.close(figure)
    return True
