"""The base's weights in NF4, four bits each, on a card or on a CPU.

QLoRA (Dettmers et al., 2023, arXiv 2305.14314): the frozen linear layers in NF4 with double quantisation, everything
that learns in 16 or 32 bits. bitsandbytes does the same arithmetic on a CPU, slowly: the way of a card can be tried
without one.
"""

from __future__ import annotations

import contextlib
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

from .base import Base, load_model, load_tokenizer
from .errors import Refused
from .recipe import Recipe


def is_quantized(recipe: Recipe, backend: str) -> bool:
    """Whether `backend` trains `recipe` on weights in NF4: by `[base] quantization`, or by default on a card only."""
    wanted = recipe.base.quantization
    return wanted == "nf4" or (wanted == "auto" and backend != "trl-cpu")


def has_bf16() -> bool:
    """Whether the card computes in bfloat16 itself (RTX 30 series and later). Older ones only emulate it, slowly, and
    Unsloth refuses it there; torch counts the emulation in unless it is asked not to."""
    import torch

    return bool(torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False))


@contextlib.contextmanager
def adapter_kept(model: Any) -> Iterator[None]:
    """Keep the numbers of the adapter as they are while a TRL trainer is made around `model`.

    TRL casts what learns to bfloat16 where the base is in four bits. That rounds an adapter that is to learn on, makes
    small steps vanish, and ends a training in float16 with an error: its gradient scaler knows no bfloat16.
    """
    learning = [(weight, weight.data) for weight in model.parameters() if weight.requires_grad]
    yield
    for weight, numbers in learning:
        weight.data = numbers


def load_nf4(base: Base, *, dtype: Any, device: int | str) -> Any:
    """The base with its linear layers in NF4, computed in `dtype` (torch's), on `device`.

    A GGUF has quantised weights of another kind. They are taken apart first and written to a temporary folder in 32
    bits, four bytes a weight, because only what is loaded from a folder is quantised by the library's own way.
    """
    import torch
    from transformers import BitsAndBytesConfig

    nf4 = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )
    options = {"dtype": dtype, "quantization_config": nf4, "device_map": {"": device}}
    if not base.gguf_file:
        return load_model(base, **options)
    with tempfile.TemporaryDirectory(prefix="refiner-base-", ignore_cleanup_errors=True) as folder:
        whole = load_model(base, dtype=torch.float32)
        whole.save_pretrained(folder)
        del whole
        load_tokenizer(base).save_pretrained(folder)
        model = load_model(Base(base.name, "folder", folder), **options)
    model.name_or_path = model.config.name_or_path = base.source  # the adapter remembers it
    return model


def keep_for_training(model: Any) -> int:
    """Keep an evaluation on a CPU from repacking the 4-bit weights of `model`; returns how many layers there are.

    On a CPU with AVX512-BF16, bitsandbytes packs the weights of a layer for fast inference the first time it runs in
    evaluation mode. What is packed passes no gradient to the layers before it, in training too: every adapter layer
    still gets some gradient, a wrong one, and torch only warns. Raises `Refused` if a layer is repacked all the same,
    and makes that warning an error for the rest of the process.
    """
    import torch
    from bitsandbytes.nn import Linear4bit

    warnings.filterwarnings("error", message=".*autograd kernel was not registered.*")
    layers = [module for module in model.modules() if isinstance(module, Linear4bit)]
    for layer in layers:
        layer.support_avx512bf16_for_cpu = False
    repacked = 0
    for layer in layers:
        training, before = layer.training, layer.weight.data
        with torch.no_grad():
            layer.eval()(torch.zeros(1, layer.in_features, device=before.device))
        layer.train(training)
        repacked += layer.weight.data.data_ptr() != before.data_ptr()
    if repacked or not layers:
        raise Refused(
            f"{repacked} of {len(layers)} layers in 4 bits were repacked by an evaluation; "
            "their gradients would be wrong from then on",
            mend="install the version of bitsandbytes that this was tested with (0.50.2), "
            "or set [base] quantization = 'none'",
        )
    return len(layers)
