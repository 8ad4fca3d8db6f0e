#!/usr/bin/env python3
"""Write a PEFT LoRA adapter as a GGUF that llama.cpp and Ollama load beside the base model's GGUF.

    python export_gguf.py RUN/adapter OUT.gguf --config CONFIG.json     (the base model's config.json)

`train.py` calls it at the end of a run. The layout is that of llama.cpp's own converter: for every adapted weight
`NAME.lora_a` (rank × in) and `NAME.lora_b` (out × rank), in 32 bits, and the metadata general.type, adapter.type and
adapter.lora.alpha; llama.cpp scales by alpha / rank.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

import gguf
import numpy as np

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from tuning.errors import Refused  # noqa: E402

# transformers' model_type → (llama.cpp's architecture, whether q and k are stored with their rows interleaved)
ARCHITECTURES = {
    "llama": (gguf.MODEL_ARCH.LLAMA, True),
    "mistral": (gguf.MODEL_ARCH.LLAMA, True),
    "qwen2": (gguf.MODEL_ARCH.QWEN2, False),
    "qwen3": (gguf.MODEL_ARCH.QWEN3, False),
}
LORA_KEY = re.compile(r"^base_model\.model\.(?P<module>.+)\.lora_(?P<side>[AB])(?:\.\w+)?\.weight$")


def write_lora(adapter: Path, config: dict[str, Any], out: Path) -> int:
    """Write the PEFT adapter in the folder `adapter` to the GGUF file `out`; returns how many weights it adapts.

    `config` is the base model's config as plain data. Raises `Refused` for an architecture or a kind of adapter that
    is not written here.
    """
    from safetensors.numpy import load_file

    kind = config.get("model_type", "")
    if kind not in ARCHITECTURES:
        raise Refused(f"no GGUF for the architecture {kind!r}; known: {', '.join(ARCHITECTURES)}")
    arch, interleaved = ARCHITECTURES[kind]
    settings = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    if settings.get("use_dora") or settings.get("use_rslora") or settings.get("bias", "none") != "none":
        raise Refused("only plain LoRA adapters can be written as GGUF")
    heads = config["num_attention_heads"]
    kv_heads = config.get("num_key_value_heads") or heads
    names = gguf.get_tensor_name_map(arch, config["num_hidden_layers"])
    writer = gguf.GGUFWriter(None, gguf.MODEL_ARCH_NAMES[arch])
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string("adapter.type", "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, float(settings["lora_alpha"]))
    written = 0
    for key, value in sorted(load_file(adapter / "adapter_model.safetensors").items()):
        match = LORA_KEY.match(key)
        name = match and names.get_name(f"{match['module']}.weight", try_suffixes=(".weight",))
        if not match or not name:
            raise Refused(f"the adapter holds {key}, which llama.cpp has no name for")
        tensor = value.astype(np.float32)
        if match["side"] == "B" and interleaved:
            if match["module"].endswith("q_proj"):
                tensor = interleave(tensor, heads)
            elif match["module"].endswith("k_proj"):
                tensor = interleave(tensor, kv_heads)
        writer.add_tensor(f"{name}.lora_{match['side'].lower()}", tensor)
        written += match["side"] == "B"
    temporary = out.with_name(f".{out.name}.new")
    writer.write_header_to_file(temporary)
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    temporary.replace(out)
    return written


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
    parser = argparse.ArgumentParser(description="Write a LoRA adapter as GGUF.")
    parser.add_argument("adapter", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--config", type=Path, required=True, help="the base model's config.json")
    args = parser.parse_args()
    try:
        count = write_lora(args.adapter, json.loads(args.config.read_text(encoding="utf-8")), args.out)
    except (Refused, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{args.out}: {count} weights adapted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
