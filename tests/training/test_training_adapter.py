"""An adapter that starts from a saved one: the same numbers, and they learn on."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from training_tiny import make_tiny

pytestmark = [pytest.mark.training, pytest.mark.second, pytest.mark.filterwarnings("ignore::FutureWarning")]


@pytest.fixture(scope="module")
def recipe() -> Any:
    from tuning.recipe import LoraKeys, Recipe

    return Recipe(name="r", lora=LoraKeys(r=4, alpha=8))


@pytest.fixture(scope="module")
def saved(tiny: Path, recipe: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved adapter with numbers of its own in both halves."""
    import torch
    from tuning.backends import load
    from tuning.base import resolve_base

    model, _ = load("trl-cpu", resolve_base(str(tiny)), recipe)
    torch.manual_seed(5)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if ".lora_" in name:
                weight.normal_()
    folder = tmp_path_factory.mktemp("saved") / "adapter"
    model.save_pretrained(str(folder))
    return folder


def test_the_adapter_has_the_saved_weights_and_they_can_learn(tiny: Path, recipe: Any, saved: Path) -> None:
    from safetensors.torch import load_file
    from tuning.backends import load
    from tuning.base import resolve_base

    model, _ = load("trl-cpu", resolve_base(str(tiny)), recipe, saved)
    there = {n.replace(".default.", "."): p for n, p in model.named_parameters() if ".lora_" in n}
    before = load_file(saved / "adapter_model.safetensors")
    assert there.keys() == before.keys()
    assert len(there) == 28
    for name, weight in before.items():
        assert (there[name] == weight).all(), name
        assert there[name].requires_grad
    assert {n for n, p in model.named_parameters() if p.requires_grad} == {
        n for n, _ in model.named_parameters() if ".lora_" in n
    }


def test_it_answers_as_the_saved_adapter_does(tiny: Path, recipe: Any, saved: Path) -> None:
    import torch
    from peft import PeftModel
    from tuning.backends import load
    from tuning.base import load_model, resolve_base

    base = resolve_base(str(tiny))
    ids = torch.arange(3, 40)[None]
    model, _ = load("trl-cpu", base, recipe, saved)
    reloaded = PeftModel.from_pretrained(load_model(base, dtype=torch.float32), str(saved))
    fresh, _ = load("trl-cpu", base, recipe)
    with torch.inference_mode():
        logits, expected, untouched = (m.eval()(ids).logits for m in (model, reloaded, fresh))
    assert torch.equal(logits, expected)
    assert not torch.allclose(logits, untouched, atol=1e-2)


@pytest.mark.parametrize(("keys", "message"), [({"r": 8}, "has r = 4, the recipe wants 8"), ({"alpha": 4.0}, "alpha")])
def test_another_form_of_adapter_is_refused(
    tiny: Path, recipe: Any, saved: Path, keys: dict[str, Any], message: str
) -> None:
    from tuning.backends import load
    from tuning.base import resolve_base
    from tuning.errors import Refused

    other = dataclasses.replace(recipe, lora=dataclasses.replace(recipe.lora, **keys))
    with pytest.raises(Refused, match=message):
        load("trl-cpu", resolve_base(str(tiny)), other, saved)


def test_the_adapter_of_another_base_is_refused(recipe: Any, saved: Path, tmp_path: Path) -> None:
    from tuning.backends import load
    from tuning.base import resolve_base
    from tuning.errors import Refused

    wider = resolve_base(str(make_tiny(tmp_path / "wider", ["a b c"], hidden_size=96)))
    with pytest.raises(Refused, match="is not one for this base model: 22 of its layers"):
        load("trl-cpu", wider, recipe, saved)


def test_an_adapter_with_more_than_lora_is_refused(tiny: Path, recipe: Any, saved: Path, tmp_path: Path) -> None:
    import shutil

    from tuning.backends import load
    from tuning.base import resolve_base
    from tuning.errors import Refused

    copy = shutil.copytree(saved, tmp_path / "adapter")
    config = json.loads((copy / "adapter_config.json").read_text())
    (copy / "adapter_config.json").write_text(json.dumps(config | {"use_dora": True}))
    with pytest.raises(Refused, match="use_dora = True"):
        load("trl-cpu", resolve_base(str(tiny)), recipe, copy)
    with pytest.raises(Refused, match="holds no adapter"):
        load("trl-cpu", resolve_base(str(tiny)), recipe, tmp_path)


@pytest.mark.parametrize("name", ["my models/first one", "models/.."])
def test_a_folder_that_is_not_there_is_no_hub_id(name: str) -> None:
    from tuning.base import resolve_base
    from tuning.errors import Refused

    with pytest.raises(Refused, match="no such folder, and no hub id"):
        resolve_base(name)
