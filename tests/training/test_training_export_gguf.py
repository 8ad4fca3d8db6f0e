"""The adapter's GGUF and whole GGUFs of tiny random models: their numbers, and that llama.cpp says the same with them.

The reference is computed here: transformers' own weights with scale * B @ A added, and rows in the order that
training_gguf.py knows.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from training_gguf import KINDS, gguf_name, in_gguf_order, make_adapter, make_gguf, make_model
from training_persona import FACTS

pytestmark = [pytest.mark.training, pytest.mark.filterwarnings("ignore")]
served = pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="pip install xllamacpp")

TEXTS = [text for answer, questions, _, _ in FACTS for text in (answer, *questions)]


class Tiny:
    """A random model with an adapter, its GGUFs, and the merged weights as this test reckons them."""

    def __init__(self, folder: Path, kind: str) -> None:
        import numpy as np
        from safetensors.numpy import load_file

        self.kind, self.folder = kind, folder
        self.model = make_model(folder / "model", kind, TEXTS, tie=kind != "qwen2")
        self.adapter = make_adapter(self.model, folder / "adapter")
        self.small = make_gguf(self.model, folder / "q8.gguf", kind)
        self.half = make_gguf(self.model, folder / "f16.gguf", kind, half=True)
        self.config = json.loads((self.model / "config.json").read_text(encoding="utf-8"))
        lora = load_file(self.adapter / "adapter_model.safetensors")
        self.lora: dict[str, Any] = {}
        self.merged: dict[str, Any] = {}
        for key, array in load_file(self.model / "model.safetensors").items():
            a = lora.get(f"base_model.model.{key.removesuffix('.weight')}.lora_A.weight")
            if a is not None:
                b = lora[f"base_model.model.{key.removesuffix('.weight')}.lora_B.weight"]
                self.lora[f"{gguf_name(key)}.lora_a"] = a
                self.lora[f"{gguf_name(key)}.lora_b"] = in_gguf_order(key, b, kind)
                array = array + (8 / 4) * (b @ a)
            self.merged[gguf_name(key)] = in_gguf_order(key, np.asarray(array), kind)


@pytest.fixture(scope="module", params=KINDS)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return Tiny(tmp_path_factory.mktemp(request.param), request.param)


def write(tiny: Tiny, base: Path, form: str, *, folder: bool) -> Path:
    """The whole GGUF of `form`, its numbers from the folder or from `base` itself."""
    from exporting.weights import FolderWeights, GgufWeights, Merged
    from exporting.write_gguf import write_model
    from gguf import GGUFReader

    reader = GGUFReader(base)
    source: Any = FolderWeights(tiny.model, tiny.config) if folder else GgufWeights(reader)
    weights = Merged(source, tiny.adapter, tiny.config, {tensor.name for tensor in reader.tensors})
    out = tiny.folder / f"{base.stem}-{form}-{folder}.gguf"
    write_model(reader, weights, form, out, name="tried")
    return out


def numbers(file: Path) -> dict[str, Any]:
    from gguf import GGUFReader, quants

    return {t.name: quants.dequantize(t.data, t.tensor_type) for t in GGUFReader(file).tensors}


def test_the_adapters_gguf_holds_the_reference(tiny: Tiny) -> None:
    import numpy as np
    from export_gguf import write_lora
    from gguf import GGUFReader

    out = tiny.folder / "adapter.gguf"
    assert write_lora(tiny.adapter, tiny.config, out) == 14
    found = {tensor.name: np.array(tensor.data) for tensor in GGUFReader(out).tensors}
    assert found.keys() == tiny.lora.keys()
    for name, expected in tiny.lora.items():
        assert np.array_equal(found[name], expected), name


@pytest.mark.parametrize("folder", [True, False], ids=["weights from the folder", "weights from the GGUF"])
def test_a_whole_gguf_holds_the_merged_weights(tiny: Tiny, folder: bool) -> None:
    import numpy as np
    from gguf import GGUFReader

    out = write(tiny, tiny.half, "f16", folder=folder)
    found = numbers(out)
    assert found.keys() == tiny.merged.keys()
    for name, expected in tiny.merged.items():
        # Weights from a 16-bit GGUF are rounded twice.
        assert np.allclose(found[name], expected, rtol=2e-3, atol=2e-4), name
    fields = {key: field.contents() for key, field in GGUFReader(out).fields.items()}
    before = {key: field.contents() for key, field in GGUFReader(tiny.half).fields.items()}
    assert fields["general.name"] == "tried"
    assert fields["general.file_type"] == 1
    changed = {"general.name", "general.file_type", "general.quantization_version", "GGUF.kv_count"}
    assert {key: value for key, value in fields.items() if key not in changed} == {
        key: value for key, value in before.items() if key not in changed
    }


def test_the_runs_own_template_and_end_token_take_the_bases_place(tiny: Tiny) -> None:
    from exporting.weights import GgufWeights, Merged
    from exporting.write_gguf import write_model
    from gguf import GGUFReader

    reader = GGUFReader(tiny.half)
    weights = Merged(GgufWeights(reader), None, tiny.config, {tensor.name for tensor in reader.tensors})
    out = tiny.folder / "other.gguf"
    write_model(reader, weights, "f16", out, chat_template="{{ messages }}", eos=0)
    fields = {key: field.contents() for key, field in GGUFReader(out).fields.items()}
    assert (fields["tokenizer.chat_template"], fields["tokenizer.ggml.eos_token_id"]) == ("{{ messages }}", 0)


@pytest.mark.parametrize(("form", "worst"), [("q8_0", 0.01), ("q4_k_m", 0.12)])
def test_fewer_bits_stay_near(tiny: Tiny, form: str, worst: float) -> None:
    import numpy as np
    from exporting.quantise import ggml_is_here
    from gguf import GGUFReader

    if form == "q4_k_m" and not ggml_is_here():
        pytest.skip("no ggml")
    out = write(tiny, tiny.small, form, folder=True)
    for name, array in numbers(out).items():
        apart = np.linalg.norm(array - tiny.merged[name]) / np.linalg.norm(tiny.merged[name])
        assert apart < worst, name
    if form == "q4_k_m":
        kinds = {tensor.name: tensor.tensor_type.name for tensor in GGUFReader(out).tensors}
        output = "output.weight" if "output.weight" in kinds else "token_embd.weight"
        assert (kinds[output], kinds["blk.0.attn_q.weight"], kinds["blk.1.ffn_down.weight"]) == ("Q6_K", "Q4_K", "Q6_K")
        assert kinds["blk.0.attn_norm.weight"] == "F32"


@served
def test_llama_cpp_says_what_transformers_says(tiny: Tiny) -> None:
    """The first words of greedy answers: whole GGUF, and base GGUF with the adapter's GGUF, beside the merged model."""
    import torch
    from export_gguf import write_lora
    from exporting.asking import speak
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny.model)
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(tiny.model), tiny.adapter)
    merged = model.merge_and_unload().eval()
    asks, expected, bare = [], [], []
    base = AutoModelForCausalLM.from_pretrained(tiny.model).eval()
    # Four tokens: a random model soon comes to two that are nearly as likely, and 16 bits decide otherwise than 32.
    for question in ("Where did you grow up?", "Do you have a dog?", "What do you drive?"):
        prompt = f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"
        ids = tokenizer(prompt, add_special_tokens=False, return_tensors="pt")
        for speaker, answers in ((merged, expected), (base, bare)):
            with torch.no_grad():
                out = speaker.generate(**ids, max_new_tokens=4, do_sample=False)
            answers.append(tokenizer.decode(out[0][ids["input_ids"].shape[1] :], skip_special_tokens=True).strip())
        asks.append({"prompt": prompt, "max_tokens": 4})
    assert expected != bare
    whole = write(tiny, tiny.half, "f16", folder=True)
    lora = tiny.folder / "lora.gguf"
    write_lora(tiny.adapter, tiny.config, lora)
    for wanted in ({"gguf": str(whole)}, {"gguf": str(tiny.half), "lora": str(lora)}):
        assert speak({"engine": "llama.cpp", **wanted}, asks) == expected


def test_another_model_than_the_base_is_refused(tiny: Tiny, tmp_path: Path) -> None:
    import torch
    from exporting.weights import FolderWeights, require_same_base
    from gguf import GGUFReader
    from transformers import AutoModelForCausalLM
    from tuning.errors import Refused

    require_same_base(GGUFReader(tiny.small), FolderWeights(tiny.model, tiny.config))
    model = AutoModelForCausalLM.from_pretrained(tiny.model)
    with torch.no_grad():
        model.model.layers[1].self_attn.k_proj.weight.copy_(model.model.layers[1].self_attn.k_proj.weight.flip(0))
    model.save_pretrained(tmp_path)
    with pytest.raises(Refused, match=r"blk\.1\.attn_k\.weight differs"):
        require_same_base(GGUFReader(tiny.small), FolderWeights(tmp_path, tiny.config))


def test_what_cannot_be_merged_into_a_gguf_is_refused(tiny: Tiny) -> None:
    from exporting.weights import GgufWeights, Merged
    from gguf import GGUFReader
    from tuning.errors import Refused

    with pytest.raises(Refused, match="cannot be merged into the base's GGUF"):
        Merged(GgufWeights(GGUFReader(tiny.half)), tiny.adapter, tiny.config, {"token_embd.weight"})


@pytest.mark.parametrize(
    ("name", "shape", "form", "kind"),
    [
        ("blk.3.attn_norm.weight", (64,), "f16", "F32"),
        ("blk.3.attn_q_norm.weight", (64,), "q4_k_m", "F32"),
        ("blk.3.attn_q.bias", (64,), "q8_0", "F32"),
        ("blk.3.attn_q.weight", (64, 512), "q4_k_m", "Q4_K"),
        ("blk.3.attn_v.weight", (64, 512), "q4_k_m", "Q4_K"),
        ("blk.0.attn_v.weight", (64, 512), "q4_k_m", "Q6_K"),
        ("blk.15.ffn_down.weight", (64, 512), "q4_k_m", "Q6_K"),
        ("blk.15.ffn_up.weight", (64, 512), "q4_k_m", "Q4_K"),
        ("blk.15.ffn_down.weight", (64, 576), "q4_k_m", "Q8_0"),
        ("blk.3.attn_q.weight", (64, 576), "q4_k_m", "Q5_0"),
        ("blk.3.attn_q.weight", (64, 100), "q4_k_m", "F16"),
        ("blk.3.attn_q.weight", (64, 100), "q8_0", "F16"),
        ("token_embd.weight", (100, 512), "q4_k_m", "Q6_K"),
        ("token_embd.weight", (100, 512), "q8_0", "Q8_0"),
    ],
)
def test_each_tensor_has_the_type_that_llama_cpp_gives_it(
    name: str, shape: tuple[int, ...], form: str, kind: str
) -> None:
    from exporting.quantise import tensor_type

    assert tensor_type(name, shape, form, 16, tied=True).name == kind


def test_the_embeddings_have_fewer_bits_where_they_are_not_the_output() -> None:
    from exporting.quantise import tensor_type

    assert tensor_type("token_embd.weight", (100, 512), "q4_k_m", 16, tied=False).name == "Q4_K"
    assert tensor_type("output.weight", (100, 512), "q4_k_m", 16, tied=False).name == "Q6_K"


def test_ggml_and_numpy_write_the_same_bytes() -> None:
    import gguf
    import numpy as np
    from exporting.quantise import Type, ggml_is_here, quantise

    if not ggml_is_here():
        pytest.skip("no ggml")
    rows = np.random.default_rng(5).normal(size=(64, 512)).astype(np.float32)
    rows[3] = 0
    assert np.array_equal(quantise(rows, Type.Q8_0), gguf.quants.quantize(rows, Type.Q8_0))
