"""The base in NF4 on a CPU: it learns as in 32 bits, and an evaluation between steps changes no gradient. T6, T2."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from training_tiny import Train

pytest.importorskip("bitsandbytes", reason="pip install bitsandbytes")

pytestmark = [
    pytest.mark.training,
    pytest.mark.second,
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:torch"),
]

NF4 = ("[lora]", 'quantization = "nf4"\n[lora]')


def recipe_for(tiny: Path) -> Any:
    from tuning.recipe import BaseKeys, LoraKeys, Recipe, TrainKeys

    base = BaseKeys(model=str(tiny), quantization="nf4")
    train = TrainKeys(gradient_checkpointing=False)
    return Recipe(name="r", backend="trl-cpu", base=base, lora=LoraKeys(r=8, alpha=32), train=train)


def loaded(tiny: Path) -> Any:
    """The tiny model in NF4, its adapter with numbers that let gradients through."""
    import torch
    from tuning.backends import load
    from tuning.base import resolve_base

    model, _ = load("trl-cpu", resolve_base(str(tiny)), recipe_for(tiny))
    torch.manual_seed(3)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=0.02)
    return model


def gradients(model: Any, *, after_evaluation: bool) -> dict[str, Any]:
    import torch

    ids = torch.randint(3, 600, (2, 40), generator=torch.Generator().manual_seed(1))
    if after_evaluation:
        with torch.no_grad():
            model.eval()(input_ids=ids, labels=ids)
    model.train()(input_ids=ids, labels=ids).loss.backward()
    return {name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None}


def test_the_weights_are_in_four_bits(tiny: Path) -> None:
    import torch
    from bitsandbytes.nn import Linear4bit

    model = loaded(tiny)
    layers = [module for module in model.modules() if isinstance(module, Linear4bit)]
    assert len(layers) == 14
    for layer in layers:
        assert layer.weight.dtype == torch.uint8
        assert layer.weight.numel() == layer.in_features * layer.out_features / 2
        assert (layer.weight.quant_type, layer.weight.quant_state.nested) == ("nf4", True)
        assert layer.compute_dtype == torch.float32
    learning = {name for name, weight in model.named_parameters() if weight.requires_grad}
    assert len(learning) == 28
    assert all(".lora_" in name for name in learning)


def test_an_evaluation_changes_no_gradient_of_any_layer(tiny: Path) -> None:
    import torch

    without = gradients(loaded(tiny), after_evaluation=False)
    after = gradients(loaded(tiny), after_evaluation=True)
    assert len(without) == 28
    for name, gradient in without.items():
        assert gradient.any(), name
        assert torch.allclose(after[name], gradient, rtol=1e-5, atol=1e-7), name


def test_unguarded_an_evaluation_spoils_the_gradients_and_every_layer_still_gets_one(tiny: Path) -> None:
    """Why the guard is there, and why looking for missing gradients is not enough."""
    import torch
    from bitsandbytes.functional import has_avx512bf16
    from bitsandbytes.nn import Linear4bit

    if not has_avx512bf16():
        pytest.skip("this CPU has no AVX512-BF16, so bitsandbytes repacks nothing here")
    right = gradients(loaded(tiny), after_evaluation=False)
    model = loaded(tiny)
    for module in model.modules():
        if isinstance(module, Linear4bit):
            module.support_avx512bf16_for_cpu = True
    with pytest.raises(UserWarning, match="autograd kernel was not registered"):
        gradients(model, after_evaluation=True)
    warnings.filterwarnings("ignore", message=".*autograd kernel was not registered.*")
    model.zero_grad()
    wrong = gradients(model, after_evaluation=True)
    likeness = [torch.cosine_similarity(right[n].flatten(), wrong[n].flatten(), 0).item() for n in right]
    assert min(likeness) < 0.5
    assert all(gradient.any() for gradient in wrong.values())


def test_a_library_that_repacks_all_the_same_is_refused(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bitsandbytes.nn import Linear4bit
    from tuning.errors import Refused

    forward = Linear4bit.forward

    def repacking(layer: Any, x: Any) -> Any:
        if not layer.training:
            layer.weight.data = layer.weight.data.clone()
        return forward(layer, x)

    monkeypatch.setattr(Linear4bit, "forward", repacking)
    with pytest.raises(Refused, match="14 of 14 layers in 4 bits were repacked by an evaluation"):
        loaded(tiny)


def test_a_trainer_leaves_the_adapter_in_32_bits(tiny: Path) -> None:
    import torch
    from tuning.quantized import adapter_kept

    model = torch.nn.Linear(2, 2)
    before = model.weight.detach().clone()
    with adapter_kept(model):
        model.weight.data = model.weight.data.to(torch.bfloat16)  # as TRL does
    assert model.weight.dtype == torch.float32
    assert torch.equal(model.weight, before)


def test_it_learns_as_in_32_bits(
    train_py: Train, dataset: Path, tiny_recipe: Callable[..., Path], tmp_path: Path
) -> None:
    """T6: with an evaluation after each epoch. The tiny model has random weights, to which NF4 is unkind."""
    runs = {}
    for name, changes in (("float", ()), ("nf4", (NF4,))):
        done = train_py(dataset, "--recipe", tiny_recipe(*changes), "--out", tmp_path / name)
        assert done.returncode == 0, done.stderr
        runs[name] = json.loads((tmp_path / name / "run.json").read_text(encoding="utf-8"))
        words = {"float": "the base in 32 bits", "nf4": "the base in NF4"}[name]
        assert words in done.stderr
    nf4, whole = runs["nf4"], runs["float"]
    assert nf4["gradient_checks"] == whole["gradient_checks"] == {"passed": 5, "layers": 14}
    # Measured: at most 0.18 apart at any step, 0.06 on average.
    apart = [abs(a["loss"] - b["loss"]) for a, b in zip(nf4["losses"], whole["losses"], strict=True)]
    assert len(apart) == 45
    assert max(apart) < 0.5
    assert sum(apart) / len(apart) < 0.15
    assert abs(nf4["best"]["loss"] - whole["best"]["loss"]) < 0.4
    assert nf4["losses"][0]["loss"] - nf4["losses"][-1]["loss"] > 3
