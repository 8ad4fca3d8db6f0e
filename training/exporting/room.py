"""Disk and memory: what a form takes, what is free, and a refusal before anything is written."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

from tuning import memory
from tuning.errors import Refused
from tuning.memory import GIB

# Bytes for each weight: 16 bits; q8_0 has 34 bytes for 32 weights; q4_k_m of Llama and Qwen models comes to about 4.9
# bits. A small model's embeddings weigh more, and are kept in more bits.
BYTES = {"merged": 2.0, "f16": 2.0, "q8_0": 34 / 32, "q4_k_m": 0.64}
SPARE = 1.05


def disk_needed(forms: list[str], parameters: int, adapter_bytes: int) -> int:
    """Bytes that the forms take on disk, about. `parameters`: weights of the base."""
    small = adapter_bytes * (("adapter" in forms) + ("lora-gguf" in forms))
    return int(SPARE * (sum(BYTES.get(form, 0.0) for form in forms) * parameters + small))


def refuse_full_disk(out: Path, needed: int) -> None:
    """Raises `Refused` if `needed` bytes do not fit beside `out`, naming what is missing."""
    place = next(folder for folder in (out, *out.resolve().parents) if folder.is_dir())
    free = shutil.disk_usage(place).free
    if needed > free:
        raise Refused(
            f"about {needed / GIB:.1f} GiB are needed in {place}, and {free / GIB:.1f} GiB are free: "
            f"{(needed - free) / GIB:.1f} GiB are missing",
            mend="free some space, name another --out, or ask for fewer or smaller forms (q4_k_m, lora-gguf)",
        )


def free_memory() -> int | None:
    """Bytes of memory that a new program could take, or None where the system does not say."""
    free = memory.free_memory()
    return int(free * GIB) if math.isfinite(free) else None


def load_bits(parameters: int, free: int | None) -> int:
    """How many bits a weight may have while the base is in memory: 32 where that fits, else 16, else 0 (neither).

    Loading holds the model and a tensor or two more; a third is left for that and for the answer's own memory.
    """
    if free is None:
        return 16
    return next((bits for bits in (32, 16) if parameters * bits / 8 * 1.33 <= free), 0)


def refuse_full_memory(parameters: int) -> int:
    """The bits from `load_bits`. Raises `Refused` if the base does not fit into memory even in 16 bits."""
    free = free_memory()
    bits = load_bits(parameters, free)
    if not bits:
        raise Refused(
            f"the base model takes {parameters * 2 * 1.33 / GIB:.1f} GiB of memory in 16 bits to be merged, and "
            f"{(free or 0) / GIB:.1f} GiB are free; weights in 4 bits are never merged into",
            mend="close other programs; or ask for q8_0 with --base-gguf, which needs little memory; or for lora-gguf",
        )
    return bits
