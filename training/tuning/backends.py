"""The three ways to train the same adapter: `unsloth`, `trl-qlora` and `trl-cpu`.

`auto` takes Unsloth on an NVIDIA card where it is installed, TRL with bitsandbytes on a card without it, and plain
LoRA in 32 bits on a CPU. Unsloth rewrites parts of transformers and TRL when it is imported, raises without a card,
and must come first: so it is imported in its own loader alone, before anything else of that family.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Any

from .base import Base, agree, load_model, load_tokenizer
from .errors import Refused
from .recipe import Recipe

TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


@dataclass(frozen=True)
class Machine:
    """What there is to train on."""

    card: str  # name of the NVIDIA card, "" without one
    vram_gb: float
    unsloth: bool
    bitsandbytes: bool


@dataclass(frozen=True)
class Choice:
    """The back end that was taken, and why, in words for the person."""

    name: str
    why: str


def look_at_machine() -> Machine:
    """The card and the libraries that are here. Imports torch, and nothing that needs a card."""
    import torch

    card, vram = "", 0.0
    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        card, vram = properties.name, properties.total_memory / 2**30
    return Machine(card, vram, _installed("unsloth"), _installed("bitsandbytes"))


def choose_backend(recipe: Recipe, machine: Machine, *, planning: bool = False) -> Choice:
    """The back end for `recipe` on `machine`.

    A recipe for a card is refused without one, since a model of that size would take days on a CPU; only a plan
    (`planning`) goes on, for the card that the recipe names.
    """
    wanted = recipe.backend
    if wanted == "trl-cpu":
        return Choice(wanted, "the recipe says so")
    if not machine.card:
        if wanted == "auto" and recipe.hardware.vram_gb == 0:
            return Choice("trl-cpu", "no NVIDIA card was found; LoRA in 32 bits on the CPU")
        if planning:
            return Choice("unsloth" if wanted == "auto" else wanted, "planned for a card that is not here")
        raise Refused(
            f"the recipe {recipe.name} is made for an NVIDIA card, and none was found",
            mend="try the way on this CPU with --recipe cpu-smoke, or rent a card: training/README.md",
        )
    if wanted == "unsloth" or (wanted == "auto" and machine.unsloth):
        if not machine.unsloth:
            raise Refused("the back end unsloth is not installed", mend="pip install unsloth")
        return Choice("unsloth", "the recipe says so" if wanted != "auto" else f"{machine.card}, Unsloth is installed")
    if not machine.bitsandbytes:
        raise Refused(
            f"{machine.card} is here, but neither Unsloth nor bitsandbytes",
            mend="pip install unsloth, or pip install bitsandbytes",
        )
    why = "the recipe says so" if wanted != "auto" else f"{machine.card}; Unsloth is not installed"
    return Choice("trl-qlora", why)


def load(backend: str, base: Base, recipe: Recipe) -> tuple[Any, Any]:
    """(model with a fresh adapter, tokenizer), ready to be trained by `backend`."""
    loaders = {"unsloth": _load_unsloth, "trl-qlora": _load_qlora, "trl-cpu": _load_cpu}
    model, tokenizer = loaders[backend](base, recipe)
    agree(model, tokenizer)
    return model, tokenizer


def _load_unsloth(base: Base, recipe: Recipe) -> tuple[Any, Any]:
    from unsloth import FastLanguageModel  # first: it patches the libraries below

    if base.gguf_file:
        raise Refused(
            f"Unsloth does not load the GGUF {base.name}", mend="name a hub id or a folder, or backend = 'trl-qlora'"
        )
    model, _ = FastLanguageModel.from_pretrained(
        model_name=base.source,
        max_seq_length=recipe.data.max_length,
        load_in_4bit=True,
        revision=base.revision if base.kind == "hub" else None,
    )
    model = FastLanguageModel.get_peft_model(
        model,
        r=recipe.lora.r,
        lora_alpha=recipe.lora.alpha,
        lora_dropout=recipe.lora.dropout,
        target_modules=TARGETS,
        bias="none",
        use_gradient_checkpointing="unsloth" if recipe.train.gradient_checkpointing else False,
        random_state=recipe.train.seed,
    )
    # The tokenizer is the base's own: Unsloth may change templates and padding, and the labels rely on them.
    return model, load_tokenizer(base)


def _load_qlora(base: Base, recipe: Recipe) -> tuple[Any, Any]:
    import torch
    from peft import prepare_model_for_kbit_training
    from transformers import BitsAndBytesConfig

    if base.gguf_file:
        raise Refused(
            f"the GGUF {base.name} cannot be quantised again for QLoRA", mend="name a hub id or a folder as the base"
        )
    dtype = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    nf4 = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )
    model = load_model(base, dtype=dtype, quantization_config=nf4, device_map={"": 0})
    model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=recipe.train.gradient_checkpointing)
    return _with_adapter(model, recipe), load_tokenizer(base)


def _load_cpu(base: Base, recipe: Recipe) -> tuple[Any, Any]:
    import torch

    return _with_adapter(load_model(base, dtype=torch.float32), recipe), load_tokenizer(base)


def _with_adapter(model: Any, recipe: Recipe) -> Any:
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(recipe.train.seed)  # lora_A starts at random
    config = LoraConfig(
        r=recipe.lora.r,
        lora_alpha=recipe.lora.alpha,
        lora_dropout=recipe.lora.dropout,
        target_modules=TARGETS,
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


def _installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
