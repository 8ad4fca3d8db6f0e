"""Tiny random models of several architectures with an adapter each, and a GGUF of the base written by hand.

The GGUF's tensors are named and ordered here from what is known of the formats, not by the code under test.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from training_tiny import CHATML, make_tokenizer

KINDS = ("llama", "qwen2", "qwen3")
PARTS = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
HEADS = {"self_attn.q_proj": 4, "self_attn.k_proj": 2}
HIDDEN = 256  # llama.cpp's K types need rows of 256 numbers


def make_model(folder: Path, kind: str, texts: list[str], *, template: str = CHATML, tie: bool = True) -> Path:
    """Save a random model of the architecture `kind` and a tokenizer in `folder`."""
    import torch
    import transformers

    tokenizer = make_tokenizer(texts, template)
    name = {"llama": "Llama", "qwen2": "Qwen2", "qwen3": "Qwen3"}[kind]
    torch.manual_seed(7)
    config = getattr(transformers, f"{name}Config")(
        vocab_size=len(tokenizer),
        hidden_size=HIDDEN,
        intermediate_size=HIDDEN,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=HIDDEN // 4,
        max_position_embeddings=512,
        tie_word_embeddings=tie,
        initializer_range=0.1,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = getattr(transformers, f"{name}ForCausalLM")(config)
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if key.endswith(".bias"):  # zeros otherwise, which tell nothing
                parameter.normal_(std=0.1)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_adapter(model: Path, folder: Path) -> Path:
    """Save an adapter for `model` with random numbers, and the tokenizer beside it, as a run does."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from tuning.backends import TARGETS

    torch.manual_seed(3)
    config = LoraConfig(r=4, lora_alpha=8, target_modules=TARGETS, init_lora_weights=False, task_type="CAUSAL_LM")
    get_peft_model(AutoModelForCausalLM.from_pretrained(model), config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(model).save_pretrained(folder)
    return folder


def make_run(
    folder: Path, model: Path, *, gguf: Path | None = None, system: str = "You are Mira.", **changes: Any
) -> Path:
    """A finished run's folder as train.py leaves it, its adapter random."""
    make_adapter(model, folder / "adapter")
    base = {"name": str(model), "kind": "folder", "source": str(model), "revision": "main", "gguf": "", "parameters": 0}
    if gguf:
        base |= {"name": str(gguf), "kind": "gguf", "source": str(gguf.parent), "gguf": str(gguf)}
    run = {
        "schema": 1,
        "finished": "2026-01-01T00:00:00Z",
        "dataset": {"sha256": "none"},
        "system": system,
        "base": base,
        "adapter": "adapter",
        "adapter_gguf": "",
        "recipe": {"data": {"max_length": 256}},
    }
    (folder / "run.json").write_text(json.dumps(run | changes), encoding="utf-8")
    return folder


def rope_order(rows: int, heads: int) -> list[int]:
    """Row i of llama.cpp's q and k is row rope_order[i] of transformers': the halves of a head lie in turns there."""
    size = rows // heads
    return [head * size + half * (size // 2) + i for head in range(heads) for i in range(size // 2) for half in (0, 1)]


def gguf_name(key: str) -> str:
    """What transformers' tensor `key` is called in a GGUF."""
    fixed = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
    module, _, end = key.rpartition(".")
    if module in fixed:
        return f"{fixed[module]}.{end}"
    _, _, layer, part = module.split(".", 3)
    return f"blk.{layer}.{PARTS[part]}.{end}"


def in_gguf_order(key: str, array: Any, kind: str) -> Any:
    """The tensor `key` with its rows as a GGUF has them."""
    part = key.split(".", 3)[-1].rsplit(".", 1)[0]
    if kind == "llama" and part in HEADS:
        return array[rope_order(array.shape[0], HEADS[part])]
    return array


def make_gguf(model: Path, out: Path, kind: str, *, half: bool = False) -> Path:
    """The model in the folder `model` as a GGUF; its large tensors in 8 bits with `half=False`, else in 16."""
    import gguf
    import numpy as np
    from safetensors.numpy import load_file

    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    written = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))
    special = {token["id"] for token in written["added_tokens"]}
    vocabulary = sorted(written["model"]["vocab"].items(), key=lambda item: item[1])
    writer = gguf.GGUFWriter(out, kind)
    writer.add_context_length(512)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(2)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_key_length(HIDDEN // 4)
    writer.add_value_length(HIDDEN // 4)
    writer.add_rope_dimension_count(HIDDEN // 4)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(len(vocabulary))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([token for token, _ in vocabulary])
    writer.add_token_types([3 if i in special else 1 for _, i in vocabulary])
    merges = written["model"]["merges"]
    writer.add_token_merges([pair if isinstance(pair, str) else " ".join(pair) for pair in merges])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_bos_token_id(config["bos_token_id"])
    writer.add_pad_token_id(config["pad_token_id"])
    writer.add_add_bos_token(False)
    writer.add_chat_template((model / "chat_template.jinja").read_text(encoding="utf-8"))
    for key, array in load_file(model / "model.safetensors").items():
        array = in_gguf_order(key, array.astype(np.float32), kind)
        if array.ndim == 1:
            writer.add_tensor(gguf_name(key), array)
        elif half:
            writer.add_tensor(gguf_name(key), array.astype(np.float16))
        else:
            q8_0 = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(gguf_name(key), gguf.quants.quantize(array, q8_0), raw_dtype=q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return out
