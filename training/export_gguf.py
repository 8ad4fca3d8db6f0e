#!/usr/bin/env python3
"""Write a PEFT LoRA adapter as a GGUF that llama.cpp and Ollama load beside the base model's GGUF.

    python export_gguf.py RUN/adapter OUT.gguf --config CONFIG.json     (the base model's config.json)

`train.py` calls it at the end of a run. The layout is that of llama.cpp's own converter: for every adapted weight
`NAME.lora_a` (rank × in) and `NAME.lora_b` (out × rank), in 32 bits, and the metadata general.type, adapter.type and
adapter.lora.alpha; llama.cpp scales by alpha / rank.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import numpy as np

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from tuning.errors import Refused  # noqa: E402
from tuning.reading import load_json  # noqa: E402

# transformers' model_type → (llama.cpp's architecture, whether q and k are stored with their rows interleaved)
ARCHITECTURES = {
    "llama": (gguf.MODEL_ARCH.LLAMA, True),
    "mistral": (gguf.MODEL_ARCH.LLAMA, True),
    "qwen2": (gguf.MODEL_ARCH.QWEN2, False),
    "qwen3": (gguf.MODEL_ARCH.QWEN3, False),
    "gemma2": (gguf.MODEL_ARCH.GEMMA2, False),
    "gemma3_text": (gguf.MODEL_ARCH.GEMMA3, False),
    "phi3": (gguf.MODEL_ARCH.PHI3, False),
}
LORA_KEY = re.compile(r"^base_model\.model\.(?P<module>.+)\.lora_(?P<side>[AB])(?:\.\w+)?\.weight$")


def require_known(config: dict[str, Any]) -> None:
    """Raises `Refused` for an architecture that is not written here."""
    kind = config.get("model_type", "")
    if kind not in ARCHITECTURES:
        raise Refused(f"no GGUF for the architecture {kind!r}; known: {', '.join(ARCHITECTURES)}")


def gguf_names(config: dict[str, Any]) -> Callable[[str], str | None]:
    """What gives transformers' name of a tensor (`….weight`, `….bias`) the name that it has in a GGUF, or None."""
    require_known(config)
    arch, _ = ARCHITECTURES[config["model_type"]]
    known = gguf.get_tensor_name_map(arch, config["num_hidden_layers"])
    return lambda name: known.get_name(name, try_suffixes=(".weight", ".bias"))


def adapter_scale(settings: dict[str, Any]) -> float:
    """What `B @ A` is multiplied by: alpha / rank. `settings` is adapter_config.json.

    Raises `Refused` for an adapter that is not one plain LoRA with the same rank everywhere.
    """
    unlike = ("use_dora", "use_rslora", "rank_pattern", "alpha_pattern", "modules_to_save", "fan_in_fan_out")
    if any(settings.get(key) for key in unlike) or settings.get("bias", "none") != "none":
        raise Refused("only plain LoRA adapters can be written as GGUF")
    return float(settings["lora_alpha"]) / float(settings["r"])


def read_pairs(adapter: Path, config: dict[str, Any]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The adapter's A (rank × in) and B (out × rank) of each weight, in 32 bits, by the weight's name in a GGUF and
    with the rows of B in the order that it has there. Raises `Refused` for a key that llama.cpp has no name for."""
    from safetensors import safe_open

    names = gguf_names(config)
    interleaved = ARCHITECTURES[config["model_type"]][1]
    heads = config["num_attention_heads"]
    of_part = {"q_proj": heads, "k_proj": config.get("num_key_value_heads") or heads} if interleaved else {}
    sides: dict[str, dict[str, np.ndarray]] = {}
    with safe_open(adapter / "adapter_model.safetensors", framework="pt") as opened:  # numpy has no bfloat16
        for key in opened.keys():  # noqa: SIM118  # not a dict
            match = LORA_KEY.match(key)
            name = match and names(f"{match['module']}.weight")
            if not match or not name:
                raise Refused(f"the adapter holds {key}, which llama.cpp has no name for")
            tensor = opened.get_tensor(key).float().numpy()
            part = match["module"].rpartition(".")[2]
            if match["side"] == "B" and part in of_part:
                tensor = interleave(tensor, of_part[part])
            sides.setdefault(name, {})[match["side"]] = np.ascontiguousarray(tensor)
    halves = [name for name, pair in sides.items() if len(pair) != 2]
    if halves:
        raise Refused(f"the adapter holds only half of {halves[0]}")
    return {name: (pair["A"], pair["B"]) for name, pair in sides.items()}


def write_lora(adapter: Path, config: dict[str, Any], out: Path) -> int:
    """Write the PEFT adapter in the folder `adapter` to the GGUF file `out`; returns how many weights it adapts.

    `config` is the base model's config as plain data. Raises `Refused` for an architecture or a kind of adapter that
    is not written here.
    """
    config = config.get("text_config") or config
    require_known(config)
    settings = load_json(adapter / "adapter_config.json")
    try:
        adapter_scale(settings)
    except (AttributeError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise Refused(f"{adapter / 'adapter_config.json'} is no adapter's: {error!r}") from error
    pairs = read_pairs(adapter, config)
    writer = gguf.GGUFWriter(None, gguf.MODEL_ARCH_NAMES[ARCHITECTURES[config["model_type"]][0]])
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string("adapter.type", "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, float(settings["lora_alpha"]))
    for name, (a, b) in sorted(pairs.items()):
        writer.add_tensor(f"{name}.lora_a", a)
        writer.add_tensor(f"{name}.lora_b", b)
    temporary = out.with_name(f".{out.name}.new")
    try:
        writer.write_header_to_file(temporary)
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        temporary.replace(out)
    finally:  # also where the disk is full or the person interrupted it
        temporary.unlink(missing_ok=True)
    return len(pairs)


def interleave(rows: np.ndarray, heads: int) -> np.ndarray:
    """The rows of a q or k weight in llama.cpp's order.

    transformers rotates the first half of a head against its second half, llama.cpp's Llama rotates neighbours: so
    row i of the first half and row i of the second stand next to each other there. Only `lora_b` has those rows;
    `lora_a` works on the input. A base that was loaded from a GGUF was put back into transformers' order while loading,
    so its adapter needs this as any other does.
    """
    half = rows.shape[0] // heads // 2
    return rows.reshape(heads, 2, half, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def main() -> int:
    """The program: 0 done, 1 with one message for a file that is missing, unreadable or of another kind."""
    os.umask(0o077)  # an adapter tells what it was taught
    parser = argparse.ArgumentParser(description="Write a LoRA adapter as GGUF.")
    parser.add_argument("adapter", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--config", type=Path, required=True, help="the base model's config.json")
    args = parser.parse_args()
    try:
        config = load_json(args.config)
        if not isinstance(config, dict):
            raise Refused(f"{args.config} is no model's config")
        count = write_lora(args.adapter, config, args.out)
    except KeyError as error:
        print(f"error: {args.config} has no {error}", file=sys.stderr)
        return 1
    except (Refused, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{args.out}: {count} weights adapted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
