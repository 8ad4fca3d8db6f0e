"""The three ways to train the same adapter: `unsloth`, `trl-qlora` and `trl-cpu`.

`auto` takes Unsloth on an NVIDIA card where it is installed, TRL with bitsandbytes on a card without it, and plain
LoRA in 32 bits on a CPU. On a card the base's weights are in NF4, on a CPU they are not, unless the recipe's
`quantization` says otherwise. Unsloth rewrites parts of transformers and TRL when it is imported and must come first:
so it is imported in its own loader alone, before anything else of that family.
"""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .base import Base, agree, load_model, load_tokenizer
from .errors import Refused
from .quantized import has_bf16, is_quantized, keep_for_training, load_nf4
from .recipe import Recipe
from .together import processes

TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
FORM = (  # what two adapters must have in common for the weights of one to mean the same in the other
    *("r", "lora_alpha", "use_rslora", "use_dora", "bias"),
    *("rank_pattern", "alpha_pattern", "modules_to_save", "fan_in_fan_out"),
)


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
    if wanted == "trl-cpu" or (wanted == "auto" and not machine.card and recipe.hardware.vram_gb == 0):
        if is_quantized(recipe, "trl-cpu") and not machine.bitsandbytes and not planning:
            raise Refused("weights in NF4 need bitsandbytes", mend="pip install bitsandbytes")
        why = "the recipe says so" if wanted == "trl-cpu" else "no NVIDIA card was found"
        weights = "NF4" if is_quantized(recipe, "trl-cpu") else "32 bits"
        return Choice("trl-cpu", f"{why}; LoRA on the CPU, the base in {weights}")
    if not machine.card:
        if planning:
            return Choice("unsloth" if wanted == "auto" else wanted, "planned for a card that is not here")
        raise Refused(
            f"the recipe {recipe.name} is made for an NVIDIA card, and none was found",
            mend="try the way on this CPU with --recipe cpu-smoke, or rent a card: training/README.md",
        )
    several = processes().count > 1  # Unsloth is made for one card
    if wanted == "unsloth" or (wanted == "auto" and machine.unsloth and not several):
        if not machine.unsloth:
            raise Refused("the back end unsloth is not installed", mend="pip install unsloth")
        return Choice("unsloth", "the recipe says so" if wanted != "auto" else f"{machine.card}, Unsloth is installed")
    if not machine.bitsandbytes:
        raise Refused(
            f"{machine.card} is here, but {'no' if several else 'neither Unsloth nor'} bitsandbytes",
            mend="pip install bitsandbytes" if several else "pip install unsloth, or pip install bitsandbytes",
        )
    not_unsloth = "one process for each card" if several else "Unsloth is not installed"
    why = "the recipe says so" if wanted != "auto" else f"{machine.card}; {not_unsloth}"
    return Choice("trl-qlora", why)


def load(backend: str, base: Base, recipe: Recipe, adapter: Path | None = None) -> tuple[Any, Any]:
    """(model with an adapter, tokenizer), ready to be trained by `backend`.

    The adapter is fresh, or starts from the one in the folder `adapter`. Raises `Refused` if that one does not fit:
    another rank, other layers, another base.
    """
    loaders = {"unsloth": _load_unsloth, "trl-qlora": _load_qlora, "trl-cpu": _load_cpu}
    model, tokenizer = loaders[backend](base, recipe)
    if adapter is not None:
        start_from(model, adapter)
    agree(model, tokenizer)
    return model, tokenizer


def start_from(model: Any, adapter: Path) -> None:
    """Give the adapter of `model` the weights of the saved one in the folder `adapter`.

    `model` has been prepared by its own back end as for a new adapter, and only the numbers change: so all back ends
    go on in the same way, and the base is the one that the recipe names, not the path that the adapter remembers.
    """
    from peft import PeftConfig, load_peft_weights, set_peft_model_state_dict

    if not (adapter / "adapter_config.json").is_file():
        raise Refused(f"{adapter} holds no adapter", mend="name the folder of a finished run", exit_code=2)
    ours, theirs = model.peft_config["default"], PeftConfig.from_pretrained(str(adapter))
    for key in FORM:
        new, old = getattr(ours, key, None) or None, getattr(theirs, key, None) or None
        if new != old:
            raise Refused(
                f"the adapter in {adapter} has {key} = {old}, the recipe wants {new}",
                mend="go on with the recipe of that run, or train anew",
                exit_code=2,
            )
    shapes = {name.replace(".default.", "."): p.shape for name, p in model.named_parameters() if ".lora_" in name}
    try:
        weights = load_peft_weights(str(adapter), device="cpu")
    except Exception as error:  # safetensors has an error of its own, without a common parent
        mend = "go on with another run, or train anew"
        raise Refused(f"the adapter in {adapter} is damaged: {error}", mend=mend, exit_code=2) from error
    other = sorted(name for name in shapes.keys() | weights.keys() if _shape(weights, name) != shapes.get(name))
    if other:
        raise Refused(
            f"the adapter in {adapter} is not one for this base model: {len(other)} of its layers are missing or of "
            f"another size (first: {other[0]})",
            mend="go on with the base model of that run, or train anew",
            exit_code=2,
        )
    set_peft_model_state_dict(model, weights)


def _shape(weights: dict[str, Any], name: str) -> Any:
    return weights[name].shape if name in weights else None


def import_unsloth() -> Any:
    """The module `unsloth`. Must come before transformers and TRL, which it patches.

    It writes Python that it has generated into the folder it is started in, and imports it from there: so it is given
    one of the user's own cache. And it counts its users by a download, unless it is told not to.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unsloth" / "compiled_cache"
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ.setdefault("UNSLOTH_COMPILE_LOCATION", str(cache))
    os.environ.setdefault("UNSLOTH_DISABLE_STATISTICS", "1")
    return importlib.import_module("unsloth")


def _load_unsloth(base: Base, recipe: Recipe) -> tuple[Any, Any]:
    FastLanguageModel = import_unsloth().FastLanguageModel

    if base.gguf_file:
        raise Refused(f"Unsloth does not load the GGUF {base.name}", mend="name a hub id or a folder as the base")
    quantized = is_quantized(recipe, "unsloth")
    checkpointing = "unsloth" if recipe.train.gradient_checkpointing else False
    model, _ = FastLanguageModel.from_pretrained(
        model_name=base.source,
        max_seq_length=recipe.data.max_length,
        load_in_4bit=quantized,
        load_in_16bit=not quantized,
        # Otherwise it takes a copy in 4 bits from its own account on the hub instead of the model that is named.
        use_exact_model_name=True,
        use_gradient_checkpointing=checkpointing,
        random_state=recipe.train.seed,
        revision=base.revision if base.kind == "hub" else None,
    )
    model = FastLanguageModel.get_peft_model(
        model,
        r=recipe.lora.r,
        lora_alpha=recipe.lora.alpha,
        lora_dropout=recipe.lora.dropout,
        target_modules=TARGETS,
        bias="none",
        use_gradient_checkpointing=checkpointing,
        random_state=recipe.train.seed,
    )
    # The tokenizer is the base's own: Unsloth may change templates and padding, and the labels rely on them.
    return model, load_tokenizer(base)


def _load_qlora(base: Base, recipe: Recipe) -> tuple[Any, Any]:
    import torch
    from peft import prepare_model_for_kbit_training

    dtype = torch.bfloat16 if has_bf16() else torch.float16
    card = torch.cuda.current_device()
    if not is_quantized(recipe, "trl-qlora"):
        return _with_adapter(load_model(base, dtype=dtype, device_map={"": card}), recipe), load_tokenizer(base)
    if base.gguf_file:
        raise Refused(
            f"the GGUF {base.name} cannot be quantised again for QLoRA", mend="name a hub id or a folder as the base"
        )
    model = load_nf4(base, dtype=dtype, device=card)
    model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=recipe.train.gradient_checkpointing)
    return _with_adapter(model, recipe), load_tokenizer(base)


def _load_cpu(base: Base, recipe: Recipe) -> tuple[Any, Any]:
    import torch
    from peft import prepare_model_for_kbit_training

    if not is_quantized(recipe, "trl-cpu"):
        return _with_adapter(load_model(base, dtype=torch.float32), recipe), load_tokenizer(base)
    model = load_nf4(base, dtype=torch.float32, device="cpu")
    keep_for_training(model)
    model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=recipe.train.gradient_checkpointing)
    return _with_adapter(model, recipe), load_tokenizer(base)


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
