"""Which tensor of a GGUF gets which type, and its numbers in that type.

f16 and q8_0 are written by the package `gguf`, in numpy (q8_0 by ggml where it is here: the same bytes, in less time).
The K types are quantised by llama.cpp's own code: by its program llama-quantize (llama_cpp.py), or by the function
`ggml_quantize_chunk` of the installed xllamacpp, which is llama.cpp as a Python module. Which tensor gets more bits in
q4_k_m is llama.cpp's rule (src/llama-quant.cpp) for dense models.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
import importlib.util
from typing import Any

import gguf
import numpy as np

Type = gguf.GGMLQuantizationType
FILE_TYPES = {
    "f16": gguf.LlamaFileType.MOSTLY_F16,
    "q8_0": gguf.LlamaFileType.MOSTLY_Q8_0,
    "q4_k_m": gguf.LlamaFileType.MOSTLY_Q4_K_M,
}
SMALLER_BLOCKS = {Type.Q4_K: Type.Q5_0, Type.Q6_K: Type.Q8_0}  # llama.cpp's choice for rows not of 256 numbers each


def tensor_type(name: str, shape: tuple[int, ...], form: str, layers: int, *, tied: bool) -> Type:
    """The type of the tensor `name` of `shape` (rows, columns) in `form`. `tied`: whether the embeddings serve as the
    output layer too, which gets more bits."""
    if len(shape) < 2 or not name.endswith(".weight") or "_norm." in name:
        return Type.F32
    if form == "f16":
        return Type.F16
    wanted = Type.Q8_0
    if form == "q4_k_m":
        part = name.split(".")[-2]
        wanted = Type.Q4_K
        is_output = part == "output" or (part == "token_embd" and tied)
        more = part in ("attn_v", "ffn_down") and _more_bits(int(name.split(".")[1]), layers)
        if is_output or more:
            wanted = Type.Q6_K
    columns = shape[-1]
    if columns % gguf.GGML_QUANT_SIZES[wanted][0]:
        wanted = SMALLER_BLOCKS.get(wanted, wanted)
    return wanted if columns % gguf.GGML_QUANT_SIZES[wanted][0] == 0 else Type.F16


def _more_bits(layer: int, layers: int) -> bool:
    return layer < layers // 8 or layer >= 7 * layers // 8 or (layer - layers // 8) % 3 == 2


def quantise(rows: np.ndarray, kind: Type) -> np.ndarray:
    """`rows` (32 bits) as bytes or numbers of the type `kind`, row by row."""
    if kind == Type.F32:
        return np.ascontiguousarray(rows, dtype=np.float32)
    if kind == Type.F16:
        return np.ascontiguousarray(rows, dtype=np.float16)
    if kind in (Type.Q4_K, Type.Q6_K) or (kind == Type.Q8_0 and ggml_is_here()):
        return _by_ggml(rows, kind)
    return np.ascontiguousarray(gguf.quants.quantize(np.ascontiguousarray(rows, dtype=np.float32), kind))


def ggml_is_here() -> bool:
    """Whether the K types can be written without a program of llama.cpp."""
    return _ggml() is not None


def _by_ggml(rows: np.ndarray, kind: Type) -> np.ndarray:
    library = _ggml()
    if library is None:
        raise RuntimeError("no ggml here: ask ggml_is_here first")
    rows = np.ascontiguousarray(rows, dtype=np.float32)
    count, columns = rows.shape
    block, size = gguf.GGML_QUANT_SIZES[kind]
    out = np.zeros((count, columns // block * size), dtype=np.uint8)
    floats, place = ctypes.POINTER(ctypes.c_float), ctypes.c_void_p
    written = library.ggml_quantize_chunk(
        *(int(kind), rows.ctypes.data_as(floats), out.ctypes.data_as(place)),
        *(0, count, columns, None),
    )
    if written != out.nbytes:
        raise RuntimeError(f"ggml wrote {written} bytes for {out.nbytes}")
    return out


@functools.cache
def _ggml() -> Any:
    """The ggml inside xllamacpp, or None where it is not installed or does not show the function."""
    if importlib.util.find_spec("xllamacpp") is None:
        return None
    try:
        library = ctypes.CDLL(importlib.import_module("xllamacpp.xllamacpp").__file__)
        function = library.ggml_quantize_chunk
    except (ImportError, OSError, AttributeError):
        return None
    function.restype = ctypes.c_size_t
    function.argtypes = [
        *(ctypes.c_int, ctypes.POINTER(ctypes.c_float), ctypes.c_void_p),
        *(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.POINTER(ctypes.c_float)),
    ]
    return library
