"""The merged weights, a few rows at a time, in the layout of a GGUF.

A merged model is its base with `scale * B @ A` added to each adapted weight. Done tensor by tensor from the files, it
needs memory for some rows and not for a model. The base's numbers come from its own GGUF where it was trained on that
(dequantised, as training had them) or where that has 16 or 32 bits; else from its safetensors.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

import gguf
import numpy as np
from export_gguf import ARCHITECTURES, adapter_scale, gguf_names, interleave, read_pairs
from tuning.errors import Refused

FLOATS = {gguf.GGMLQuantizationType.F32, gguf.GGMLQuantizationType.F16, gguf.GGMLQuantizationType.BF16}
IN_FOLDERS = {"llama", "mistral", "qwen2", "qwen3"}  # the others' norms are stored otherwise in a GGUF
ALIKE = 0.97  # cosine: a tensor and its own 4-bit form are above 0.99


class Weights(Protocol):
    """Where the base's weights come from."""

    def rows(self, name: str, start: int, stop: int) -> np.ndarray:
        """Rows of the tensor `name` (as a GGUF names it and orders its rows), in 32 bits."""
        ...


class GgufWeights:
    """The weights of a GGUF, dequantised."""

    def __init__(self, reader: gguf.GGUFReader) -> None:
        self._tensors = {tensor.name: tensor for tensor in reader.tensors}

    def rows(self, name: str, start: int, stop: int) -> np.ndarray:
        tensor = self._tensors[name]
        data = tensor.data.reshape(1, -1) if tensor.data.ndim == 1 else tensor.data
        return np.asarray(gguf.quants.dequantize(data[start:stop], tensor.tensor_type), dtype=np.float32)


class FolderWeights:
    """The weights of a model folder in the transformers layout."""

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        from safetensors import safe_open

        index = folder / "model.safetensors.index.json"
        files = {"model.safetensors"}
        if index.is_file():
            files = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        names = gguf_names(config)
        self._config = config
        self._where: dict[str, tuple[Any, str]] = {}
        for file in sorted(files):
            opened = safe_open(folder / file, framework="pt")
            for key in opened.keys():  # noqa: SIM118  # not a dict
                name = names(key)
                if name:
                    self._where[name] = (opened, key)

    def __contains__(self, name: str) -> bool:
        return name in self._where

    def rows(self, name: str, start: int, stop: int) -> np.ndarray:
        opened, key = self._where[name]
        heads = interleaved_heads(name, self._config)
        if heads:  # its rows stand in another order there, so the whole tensor is read
            whole = interleave(opened.get_tensor(key).float().numpy(), heads)
            return np.asarray(whole.reshape(1, -1) if whole.ndim == 1 else whole[start:stop])
        part = opened.get_slice(key)
        if len(part.get_shape()) == 1:
            return np.asarray(opened.get_tensor(key).float().numpy()).reshape(1, -1)
        return np.asarray(part[start:stop].float().numpy())


def interleaved_heads(name: str, config: dict[str, Any]) -> int:
    """How many heads the rows of the tensor `name` are interleaved by in a GGUF; 0 where they are not."""
    if not ARCHITECTURES[config["model_type"]][1]:
        return 0
    heads = int(config["num_attention_heads"])
    part = name.split(".")[-2] if "." in name else ""
    return {"attn_q": heads, "attn_k": int(config.get("num_key_value_heads") or heads)}.get(part, 0)


class Merged:
    """The base with the adapter added."""

    def __init__(self, base: Weights, adapter: Path | None, config: dict[str, Any], names: set[str]) -> None:
        """`names`: the tensors of the model. Raises `Refused` if the adapter holds what cannot be merged so."""
        self._base = base
        self._pairs: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        if adapter is None:
            return
        settings = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
        scale = adapter_scale(settings)
        for name, (a, b) in read_pairs(adapter, config).items():
            if name not in names or name.split(".")[0] in ("token_embd", "output"):
                raise Refused(f"the adapter changes {name}, which cannot be merged into the base's GGUF")
            self._pairs[name] = (a, b * np.float32(scale))

    @property
    def adapted(self) -> set[str]:
        return set(self._pairs)

    def rows(self, name: str, start: int, stop: int) -> np.ndarray:
        """See `Weights.rows`."""
        rows = self._base.rows(name, start, stop)
        if name in self._pairs:
            a, b = self._pairs[name]
            return rows + b[start:stop] @ a
        return rows


def require_same_base(reader: gguf.GGUFReader, folder: FolderWeights) -> None:
    """Raises `Refused` unless the GGUF holds the same model as the folder: the same tensors, and about the same numbers
    in some of the first, middle and last layer. This finds another model, and rows in another order; not another light
    fine-tune of the same base."""
    mine = GgufWeights(reader)
    missing = [t.name for t in reader.tensors if t.name not in folder and not t.name.startswith("rope_")]
    if missing:
        raise Refused(f"the base's weights have no {missing[0]}, which the GGUF has", mend="name its own --base-gguf")
    layers = sorted({int(t.name.split(".")[1]) for t in reader.tensors if t.name.startswith("blk.")})
    probes = ["token_embd.weight"]
    for layer in {layers[0], layers[len(layers) // 2], layers[-1]}:
        probes += [f"blk.{layer}.{part}.weight" for part in ("attn_q", "attn_k", "attn_v", "ffn_down")]
    shapes = {tensor.name: tuple(int(n) for n in reversed(tensor.shape)) for tensor in reader.tensors}
    for name in probes:
        stop = min(512, shapes[name][0])
        ours, theirs = mine.rows(name, 0, stop).ravel(), folder.rows(name, 0, stop).ravel()
        length = float(np.linalg.norm(ours) * np.linalg.norm(theirs))
        if ours.shape != theirs.shape or length == 0 or float(ours @ theirs) / length < ALIKE:
            raise Refused(
                f"--base-gguf is another model than the run's base: {name} differs",
                mend="name a GGUF of the very model that the run was trained on",
            )
