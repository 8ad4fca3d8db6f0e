"""A whole model as GGUF, written from the metadata of the base's own GGUF: no converter is needed.

The tokenizer, the sizes and the names are copied from the base's file; of the tensors each is written anew from the
merged weights, in the type that the form asks for.
"""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

from .quantise import FILE_TYPES, quantise, tensor_type
from .weights import Merged

AT_ONCE = 2**24  # numbers that are in memory at a time: 64 MiB in 32 bits
NOT_COPIED = ("GGUF.", "split.", "quantize.")
SET_ANEW = {"general.architecture", "general.name", "general.file_type", "general.quantization_version"}


def write_model(
    reader: gguf.GGUFReader,
    weights: Merged,
    form: str,
    out: Path,
    *,
    name: str = "",
    chat_template: str = "",
    eos: int | None = None,
) -> None:
    """Write the merged model to the file `out` in `form` (f16, q8_0 or q4_k_m).

    `reader` is the base's GGUF, `name` the model's own. `chat_template` and `eos` (a token's number) replace the
    base's where they are given: those of the tokenizer that the run was trained with.
    """
    fields = {key: field.contents() for key, field in reader.fields.items()}
    layers = int(fields[f"{fields['general.architecture']}.block_count"])
    names = {tensor.name for tensor in reader.tensors}
    writer = gguf.GGUFWriter(None, str(fields["general.architecture"]))
    writer.add_file_type(FILE_TYPES[form])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_name(name or str(fields.get("general.name", "")))
    instead = {"tokenizer.chat_template": chat_template or None, "tokenizer.ggml.eos_token_id": eos}
    for key, field in reader.fields.items():
        if key.startswith(NOT_COPIED) or key in SET_ANEW:
            continue
        array = field.types[0] == gguf.GGUFValueType.ARRAY
        value = fields[key] if instead.get(key) is None else instead[key]
        writer.add_key_value(key, value, field.types[0], sub_type=field.types[-1] if array else None)
    if chat_template and "tokenizer.chat_template" not in fields:
        writer.add_chat_template(chat_template)
    tied = "output.weight" not in names
    kinds = {}
    for tensor in reader.tensors:
        shape = tuple(int(n) for n in reversed(tensor.shape))
        kind = tensor_type(tensor.name, shape, form, layers, tied=tied)
        if tensor.name.startswith("rope_"):
            kind = tensor.tensor_type
        block, size = gguf.GGML_QUANT_SIZES[kind]
        nbytes = int(np.prod(shape)) // block * size
        kinds[tensor.name] = (kind, shape)
        writer.add_tensor_info(tensor.name, shape, np.dtype(np.float32), nbytes, raw_dtype=kind)
    writer.write_header_to_file(out)
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for tensor in reader.tensors:
        kind, shape = kinds[tensor.name]
        if tensor.name.startswith("rope_"):  # numbers of the position code, not of the model: only a GGUF has them
            writer.write_tensor_data(np.array(tensor.data))
        else:
            writer.write_tensor_data(_tensor(weights, tensor.name, shape, kind))
    writer.close()


def _tensor(weights: Merged, name: str, shape: tuple[int, ...], kind: gguf.GGMLQuantizationType) -> np.ndarray:
    if len(shape) == 1:
        return quantise(weights.rows(name, 0, 1).reshape(-1), kind)
    step = max(1, AT_ONCE // shape[1])
    return np.concatenate(
        [quantise(weights.rows(name, start, min(start + step, shape[0])), kind) for start in range(0, shape[0], step)]
    )
