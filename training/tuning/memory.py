"""What a run takes on a card, estimated before anything is loaded.

The estimate is for QLoRA: the linear layers in NF4 with double quantisation (4.127 bits a weight: Dettmers et al.,
2023, arXiv 2305.14314, section 3), everything else in 16 bits, the adapter with its gradients and 8-bit Adam, the
activations that gradient checkpointing keeps, and the loss in chunks (no full logits). CUDA itself takes 0.5 to 0.8 GiB
more. Checked against the layer sizes of the meta device; not measured on a card. On a CPU everything but the weights
in NF4 is in 32 bits, and so are the weights where the recipe asks for no NF4; on a card they are in 16 bits then.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GIB = 2**30
NF4_BYTES = 4.127 / 8
CUDA_GIB = 0.8  # the upper end: a refusal costs nothing, a crash on a rented card does
KEPT_GIB = 0.6  # what the driver and the screen keep of a card
LOSS_CHUNK = 256  # tokens whose logits exist at one time
CPU_GIB = 1.0  # Python, torch and their libraries


@dataclass(frozen=True)
class Shape:
    """The sizes of a decoder of the Llama family (Llama, Mistral, Qwen2, Qwen3, SmolLM2)."""

    layers: int
    hidden: int
    intermediate: int
    heads: int
    kv_heads: int
    head_dim: int
    vocab: int
    tied: bool

    @property
    def linears(self) -> list[tuple[int, int]]:
        """(in, out) of each linear layer of one block."""
        q, kv = self.heads * self.head_dim, self.kv_heads * self.head_dim
        return [
            *((self.hidden, q), (self.hidden, kv), (self.hidden, kv), (q, self.hidden)),
            *((self.hidden, self.intermediate), (self.hidden, self.intermediate), (self.intermediate, self.hidden)),
        ]

    @property
    def linear(self) -> int:
        """Weights in all linear layers: what is quantised."""
        return self.layers * sum(i * o for i, o in self.linears)

    @property
    def embedding(self) -> int:
        """Weights of the embedding, and of the output layer where it is one of its own."""
        return self.vocab * self.hidden * (1 if self.tied else 2)

    @property
    def parameters(self) -> int:
        """All weights but the norms, which are below a thousandth."""
        return self.linear + self.embedding

    def lora(self, r: int) -> int:
        """Weights of a LoRA of rank `r` on all linear layers."""
        return self.layers * sum(r * (i + o) for i, o in self.linears)


KNOWN = {
    "HuggingFaceTB/SmolLM2-135M-Instruct": Shape(30, 576, 1536, 9, 3, 64, 49152, True),
    "Qwen/Qwen3-0.6B": Shape(28, 1024, 3072, 16, 8, 128, 151936, True),
    "meta-llama/Llama-3.2-1B-Instruct": Shape(16, 2048, 8192, 32, 8, 64, 128256, True),
    "Qwen/Qwen3-1.7B": Shape(28, 2048, 6144, 16, 8, 128, 151936, True),
    "meta-llama/Llama-3.2-3B-Instruct": Shape(28, 3072, 8192, 24, 8, 128, 128256, True),
    "Qwen/Qwen3-4B-Instruct-2507": Shape(36, 2560, 9728, 32, 8, 128, 151936, True),
    "Qwen/Qwen3-8B": Shape(36, 4096, 12288, 32, 8, 128, 151936, False),
    "meta-llama/Llama-3.1-8B-Instruct": Shape(32, 4096, 14336, 32, 8, 128, 128256, False),
}


@dataclass(frozen=True)
class Estimate:
    """Memory in GiB."""

    weights: float
    adapter: float
    activations: float
    overhead: float
    form: str = "NF4"  # of the weights: "NF4", "16 bits" or "32 bits"

    @property
    def total(self) -> float:
        return self.weights + self.adapter + self.activations + self.overhead


def shape_of(config: Any) -> Shape:
    """The sizes in a transformers config."""
    heads = config.num_attention_heads
    return Shape(
        layers=config.num_hidden_layers,
        hidden=config.hidden_size,
        intermediate=config.intermediate_size,
        heads=heads,
        kv_heads=getattr(config, "num_key_value_heads", None) or heads,
        head_dim=getattr(config, "head_dim", None) or config.hidden_size // heads,
        vocab=config.vocab_size,
        tied=bool(config.tie_word_embeddings),
    )


def meta_counts(config: Any) -> tuple[int, int]:
    """(weights in linear layers without the output layer, all weights) of a config, counted on torch's meta device:
    the real modules, no memory."""
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    head = model.get_output_embeddings()
    linears = [m for m in model.modules() if isinstance(m, torch.nn.Linear) and m is not head]
    return sum(m.weight.numel() for m in linears), sum(p.numel() for p in model.parameters())


def estimate_for(
    backend: str, shape: Shape, *, nf4: bool, max_length: int, r: int, batch: int, checkpointing: bool
) -> Estimate:
    """What `backend` takes for `batch` rows of `max_length` tokens at once."""
    sizes: dict[str, Any] = {"max_length": max_length, "r": r, "batch": batch, "checkpointing": checkpointing}
    if backend == "trl-cpu":
        return estimate_cpu(shape, nf4=nf4, **sizes)
    # PEFT's preparation for QLoRA keeps what is not quantised in 32 bits; Unsloth leaves it in 16.
    return estimate_gpu(shape, nf4=nf4, embedding_bytes=4 if nf4 and backend == "trl-qlora" else 2, **sizes)


def estimate_gpu(
    shape: Shape,
    *,
    max_length: int,
    r: int,
    batch: int = 1,
    checkpointing: bool = True,
    nf4: bool = True,
    embedding_bytes: int = 2,
) -> Estimate:
    """LoRA on a card, the base in NF4 or in 16 bits; formula in this file's docstring. `max_length` in tokens."""
    weights = shape.linear * (NF4_BYTES if nf4 else 2) + shape.embedding * embedding_bytes
    adapter = shape.lora(r) * (2 + 2 + 2)  # 16-bit weight and gradient, two 8-bit Adam moments
    logits = LOSS_CHUNK * 4 * shape.vocab
    return Estimate(
        weights=weights / GIB,
        adapter=adapter / GIB,
        activations=(batch * max_length * _activation_bytes(shape, checkpointing, 2) + logits) / GIB,
        overhead=CUDA_GIB,
        form="NF4" if nf4 else "16 bits",
    )


def estimate_cpu(
    shape: Shape, *, max_length: int, r: int, batch: int, checkpointing: bool, nf4: bool = False
) -> Estimate:
    """LoRA on a CPU, the base in 32 bits or in NF4, with AdamW and the full logits."""
    tokens = batch * max_length
    weights = shape.linear * (NF4_BYTES if nf4 else 4) + shape.embedding * 4
    return Estimate(
        weights=weights / GIB,
        adapter=shape.lora(r) * 16 / GIB,
        activations=tokens * (_activation_bytes(shape, checkpointing, 4) + 3 * 4 * shape.vocab) / GIB,
        overhead=CPU_GIB,
        form="NF4" if nf4 else "32 bits",
    )


def _activation_bytes(shape: Shape, checkpointing: bool, size: int) -> float:
    # For each token: with checkpointing the input of every block, and one block at a time in full.
    q = shape.heads * shape.head_dim
    block = 6 * shape.hidden + 4 * q + 5 * shape.intermediate
    kept = shape.layers * shape.hidden + block if checkpointing else shape.layers * block
    return float(kept * size)


def what_fits(vram_gb: float, r: int) -> list[str]:
    """The known models that fit on a card of `vram_gb`, largest first, each with the longest of 1024 and 2048."""
    found = []
    for name, shape in sorted(KNOWN.items(), key=lambda item: -item[1].parameters):
        for length in (2048, 1024):
            if estimate_gpu(shape, max_length=length, r=r).total <= vram_gb - KEPT_GIB:
                found.append(f"{name} at max_length {length}")
                break
    return found


def free_memory() -> float:
    """Memory in GiB that a program may take on this machine (on Linux what the kernel calls available)."""
    info = Path("/proc/meminfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) / 2**20
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    except (ValueError, OSError, AttributeError):
        return float("inf")
