"""What a run takes: the estimate against the table it stands for, the meta device, and what is refused. T8."""

from __future__ import annotations

import dataclasses

import pytest
import train
from tuning.backends import Machine, choose_backend
from tuning.errors import Refused
from tuning.memory import (
    CUDA_GIB,
    KNOWN,
    Shape,
    estimate_cpu,
    estimate_for,
    estimate_gpu,
    meta_counts,
    shape_of,
    what_fits,
)
from tuning.plan import Counts, guess_counts, make_plan
from tuning.recipe import BaseKeys, HardwareKeys, Recipe

NO_CARD = Machine("", 0.0, False, False)
COUNTS = Counts(80, 20, 12, 100, 9000, 0, 120, False)

# GiB without CUDA's own 0.5 to 0.8, at rank 16 and batch 1, for rows of 1024 and 2048 tokens.
TABLE = {
    "meta-llama/Llama-3.2-1B-Instruct": (1.3, 1.5),
    "Qwen/Qwen3-1.7B": (1.6, 1.9),
    "meta-llama/Llama-3.2-3B-Instruct": (2.6, 3.0),
    "Qwen/Qwen3-4B-Instruct-2507": (3.1, 3.5),
    "meta-llama/Llama-3.1-8B-Instruct": (6.1, 6.6),
    "Qwen/Qwen3-8B": (6.1, 6.6),
}


def card(name: str, vram: float, *, unsloth: bool = True, bitsandbytes: bool = True) -> Machine:
    return Machine(name, vram, unsloth, bitsandbytes)


def recipe(model: str = "Qwen/Qwen3-1.7B", vram: float = 4.0, backend: str = "auto") -> Recipe:
    return Recipe(name="r", backend=backend, base=BaseKeys(model=model), hardware=HardwareKeys(vram_gb=vram))


@pytest.mark.parametrize("model", TABLE)
def test_the_estimate_is_that_of_the_table(model: str) -> None:
    for length, expected in zip((1024, 2048), TABLE[model], strict=True):
        estimate = estimate_gpu(KNOWN[model], max_length=length, r=16)
        assert estimate.total - CUDA_GIB == pytest.approx(expected, rel=0.08)


@pytest.mark.training
@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("model", KNOWN)
def test_the_formula_counts_what_the_meta_device_counts(model: str) -> None:
    from transformers import LlamaConfig, Qwen3Config

    shape: Shape = KNOWN[model]
    kind = Qwen3Config if "Qwen3" in model else LlamaConfig
    config = kind(
        num_hidden_layers=shape.layers,
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        head_dim=shape.head_dim,
        vocab_size=shape.vocab,
        tie_word_embeddings=shape.tied,
    )
    assert shape_of(config) == shape
    linear, parameters = meta_counts(config)
    assert shape.linear == linear
    assert shape.parameters == pytest.approx(parameters, rel=1e-3)


def test_weights_that_are_not_quantised_take_two_or_four_bytes() -> None:
    shape = KNOWN["Qwen/Qwen3-1.7B"]
    on_card = [estimate_gpu(shape, max_length=1024, r=16, nf4=nf4) for nf4 in (True, False)]
    keys = {"max_length": 1024, "r": 16, "batch": 1, "checkpointing": True}
    on_cpu = [estimate_cpu(shape, nf4=nf4, **keys) for nf4 in (True, False)]  # type: ignore[arg-type]
    assert [e.form for e in on_card + on_cpu] == ["NF4", "16 bits", "NF4", "32 bits"]
    saved = [(whole.weights - nf4.weights) * 2**30 / shape.linear for nf4, whole in (on_card, on_cpu)]
    assert saved == pytest.approx([2 - 4.127 / 8, 4 - 4.127 / 8])
    for nf4, whole in (on_card, on_cpu):
        assert (nf4.adapter, nf4.activations) == (whole.adapter, whole.activations)


def test_without_unsloth_the_embedding_is_kept_in_32_bits() -> None:
    shape = KNOWN["Qwen/Qwen3-1.7B"]
    keys = {"max_length": 1024, "r": 16, "batch": 1, "checkpointing": True}
    by_trl, by_unsloth = (estimate_for(name, shape, nf4=True, **keys) for name in ("trl-qlora", "unsloth"))  # type: ignore[arg-type]
    assert by_unsloth == estimate_gpu(shape, max_length=1024, r=16)
    assert (by_trl.weights - by_unsloth.weights) * 2**30 == pytest.approx(2 * shape.vocab * shape.hidden)
    assert estimate_for("trl-cpu", shape, nf4=False, **keys).form == "32 bits"  # type: ignore[arg-type]


def test_the_plan_says_how_the_weights_are_kept() -> None:
    for wanted, words in (("auto", "in NF4, adapter"), ("none", "in 16 bits, adapter")):
        base = BaseKeys(model="Qwen/Qwen3-1.7B", quantization=wanted)
        asked = dataclasses.replace(recipe(), base=base)
        plan = make_plan(asked, None, COUNTS, choose_backend(asked, NO_CARD, planning=True), NO_CARD)
        assert words in "\n".join(plan.lines())


def test_nf4_on_a_cpu_is_said_and_needs_bitsandbytes() -> None:
    asked = Recipe(name="r", base=BaseKeys(model="a/b", quantization="nf4"))
    there = dataclasses.replace(NO_CARD, bitsandbytes=True)
    assert choose_backend(asked, there).why.endswith("LoRA on the CPU, the base in NF4")
    with pytest.raises(Refused, match="need bitsandbytes") as caught:
        choose_backend(asked, NO_CARD)
    assert "pip install bitsandbytes" in str(caught.value)


def test_a_model_too_large_for_the_card_is_refused_and_what_fits_is_named() -> None:
    large = recipe("Qwen/Qwen3-4B-Instruct-2507")
    here = card("RTX 3050", 4.0)
    plan = make_plan(large, None, COUNTS, choose_backend(large, here), here, lambda cpu: 1e13)
    with pytest.raises(Refused, match=r"needs about 3\.9 GiB, and 3\.4 GiB are usable \(RTX 3050\)") as caught:
        plan.refuse_what_cannot_fit(large)
    assert "what fits: Qwen/Qwen3-1.7B" in str(caught.value)


def test_without_a_card_the_plan_is_for_the_card_that_the_recipe_names() -> None:
    small = recipe()
    plan = make_plan(small, None, COUNTS, choose_backend(small, NO_CARD, planning=True), NO_CARD)
    plan.refuse_what_cannot_fit(small)
    text = "\n".join(plan.lines())
    assert "the card of 4 GB that the recipe names" in text
    assert "80 of the persona, 20 general, 12 held out" in text
    assert "steps      39 (3 epochs of 13)" in text
    assert "about 9,000 an epoch" in text


def test_several_cards_are_trained_by_trl(monkeypatch: pytest.MonkeyPatch) -> None:
    here = card("A10", 24.0)
    assert choose_backend(recipe(), here).name == "unsloth"
    monkeypatch.setenv("WORLD_SIZE", "2")
    choice = choose_backend(recipe(), here)
    assert (choice.name, choice.why) == ("trl-qlora", "A10; one process for each card")
    with pytest.raises(Refused, match="but no bitsandbytes"):
        choose_backend(recipe(), dataclasses.replace(here, bitsandbytes=False))


def test_what_fits_grows_with_the_card() -> None:
    assert what_fits(4, 16)[0].startswith("Qwen/Qwen3-1.7B")
    assert what_fits(6, 16)[0].startswith("Qwen/Qwen3-4B")
    assert what_fits(24, 16)[0].startswith("Qwen/Qwen3-8B")
    assert what_fits(1, 16) == []


@pytest.mark.parametrize(
    ("wanted", "machine", "expected"),
    [
        ("auto", card("RTX 3050", 4), "unsloth"),
        ("auto", card("RTX 3050", 4, unsloth=False), "trl-qlora"),
        ("trl-qlora", card("RTX 3050", 4), "trl-qlora"),
        ("trl-cpu", card("RTX 3050", 4), "trl-cpu"),
        ("trl-cpu", NO_CARD, "trl-cpu"),
    ],
)
def test_the_back_end_that_is_chosen(wanted: str, machine: Machine, expected: str) -> None:
    assert choose_backend(recipe(backend=wanted), machine).name == expected


def test_a_recipe_for_a_cpu_says_why_it_runs_there() -> None:
    choice = choose_backend(recipe(vram=0.0), NO_CARD)
    assert (choice.name, choice.why) == ("trl-cpu", "no NVIDIA card was found; LoRA on the CPU, the base in 32 bits")


@pytest.mark.parametrize(
    ("wanted", "machine", "message"),
    [
        ("auto", NO_CARD, "made for an NVIDIA card, and none was found"),
        ("unsloth", NO_CARD, "none was found"),
        ("unsloth", card("RTX 3050", 4, unsloth=False), "unsloth is not installed"),
        ("auto", card("RTX 3050", 4, unsloth=False, bitsandbytes=False), "neither Unsloth nor bitsandbytes"),
    ],
)
def test_a_back_end_that_cannot_run_is_refused(wanted: str, machine: Machine, message: str) -> None:
    with pytest.raises(Refused, match=message):
        choose_backend(recipe(backend=wanted), machine)


def test_counts_are_guessed_without_a_tokenizer() -> None:
    rows = [[{"role": "user", "content": "x" * 40}], [{"role": "user", "content": "x" * 80}]]
    counts = guess_counts(rows, 1, 5)
    assert counts == Counts(1, 1, 5, 2, 40, 0, 25, False, lengths=(15, 25), held_out_tokens=100)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
    ],
)
def test_full_memory_ends_with_what_to_change(error: Exception) -> None:
    advice = train.memory_advice(error)
    for key in ("batch_size = 1", "gradient_checkpointing = true", "max_length", "--resume"):
        assert key in advice


def test_another_error_is_not_taken_for_full_memory() -> None:
    assert train.memory_advice(RuntimeError("shapes do not match")) == ""
