"""The adapter as GGUF: names, order of rows, metadata. That llama.cpp reads it is tested with the small model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.training, pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")]

CONFIG = {"model_type": "llama", "num_attention_heads": 4, "num_key_value_heads": 2, "num_hidden_layers": 1}


def adapter(folder: Path, **settings: Any) -> Path:
    """A PEFT adapter with counted numbers in q, k and the MLP's down projection."""
    import numpy as np
    from safetensors.numpy import save_file

    folder.mkdir(exist_ok=True)
    layer = "base_model.model.model.layers.0"
    tensors = {}
    for name, (inner, outer) in {
        "self_attn.q_proj": (8, 32),
        "self_attn.k_proj": (8, 16),
        "mlp.down_proj": (6, 8),
    }.items():
        tensors[f"{layer}.{name}.lora_A.weight"] = np.arange(2 * inner, dtype=np.float32).reshape(2, inner)
        tensors[f"{layer}.{name}.lora_B.weight"] = np.arange(outer * 2, dtype=np.float32).reshape(outer, 2)
    save_file(tensors, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps({"lora_alpha": 32, "r": 2, "bias": "none"} | settings))
    return folder


def test_names_metadata_and_order(tmp_path: Path) -> None:
    import numpy as np
    from export_gguf import write_lora
    from gguf import GGUFReader
    from safetensors.numpy import load_file

    source = adapter(tmp_path / "adapter")
    assert write_lora(source, CONFIG, tmp_path / "a.gguf") == 3
    reader = GGUFReader(str(tmp_path / "a.gguf"))
    fields = {name: field.contents() for name, field in reader.fields.items()}
    assert (fields["general.type"], fields["adapter.type"]) == ("adapter", "lora")
    assert (fields["general.architecture"], fields["adapter.lora.alpha"]) == ("llama", 32.0)
    tensors = {tensor.name: np.array(tensor.data) for tensor in reader.tensors}
    assert sorted(tensors) == sorted(
        f"blk.0.{name}.weight.lora_{side}" for name in ("attn_q", "attn_k", "ffn_down") for side in "ab"
    )
    before = load_file(source / "adapter_model.safetensors")
    layer = "base_model.model.model.layers.0"
    # Two heads of eight rows: the rows of the first half stand next to those of the second.
    order = [0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15]
    k = before[f"{layer}.self_attn.k_proj.lora_B.weight"]
    assert (tensors["blk.0.attn_k.weight.lora_b"] == k[order]).all()
    for name, key in (
        ("ffn_down.weight.lora_b", "mlp.down_proj.lora_B"),
        ("attn_q.weight.lora_a", "self_attn.q_proj.lora_A"),
    ):
        assert (tensors[f"blk.0.{name}"] == before[f"{layer}.{key}.weight"]).all()


def test_the_order_is_undone_by_how_transformers_loads_a_gguf() -> None:
    import numpy as np
    from export_gguf import interleave
    from transformers.modeling_gguf_pytorch_utils import LlamaTensorProcessor

    rows = np.arange(48 * 3).reshape(48, 3)
    undone = LlamaTensorProcessor()._reverse_permute_weights(interleave(rows, 4), 4, 4)
    assert (undone == rows).all()
    assert not (interleave(rows, 4) == rows).all()


def test_qwen_keeps_its_order(tmp_path: Path) -> None:
    import numpy as np
    from export_gguf import write_lora
    from gguf import GGUFReader

    write_lora(adapter(tmp_path / "adapter"), CONFIG | {"model_type": "qwen3"}, tmp_path / "a.gguf")
    reader = GGUFReader(str(tmp_path / "a.gguf"))
    assert reader.fields["general.architecture"].contents() == "qwen3"
    q = {tensor.name: np.array(tensor.data) for tensor in reader.tensors}["blk.0.attn_q.weight.lora_b"]
    assert (q == np.arange(64).reshape(32, 2)).all()


@pytest.mark.parametrize(
    ("settings", "config", "message"),
    [
        ({"use_dora": True}, {}, "only plain LoRA"),
        ({"use_rslora": True}, {}, "only plain LoRA"),
        ({}, {"model_type": "mamba"}, "no GGUF for the architecture 'mamba'"),
    ],
)
def test_what_would_be_written_wrong_is_refused(
    tmp_path: Path, settings: dict[str, Any], config: dict[str, Any], message: str
) -> None:
    from export_gguf import write_lora
    from tuning.errors import Refused

    with pytest.raises(Refused, match=message):
        write_lora(adapter(tmp_path / "adapter", **settings), CONFIG | config, tmp_path / "a.gguf")
    assert not (tmp_path / "a.gguf").exists()
