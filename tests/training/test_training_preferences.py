"""DPO and KTO on what the person decided: the rows, the training, resuming it, and undoing what did harm."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from training_decisions import add_decisions, pair, pairs, verdict, verdicts
from training_persona import SYSTEM, persona_rows, write_dataset
from training_tiny import THINKING, Train, make_tokenizer
from tuning import run
from tuning.errors import Refused
from tuning.labels import encode_row, split_answer
from tuning.preferences import Tokens, encode_decided, keys_of, mixed, read_decided, rows_for
from tuning.recipe import PreferenceKeys, Recipe

pytestmark = [pytest.mark.training, pytest.mark.filterwarnings("ignore::FutureWarning")]

TEXTS = [m["content"] for rows in persona_rows() for row in rows for m in row["messages"]]


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return add_decisions(write_dataset(tmp_path_factory.mktemp("decided")), pairs(), verdicts())


def test_an_answer_of_a_pair_is_the_tokens_that_supervised_training_labels() -> None:
    for template in (None, THINKING):
        tokenizer = make_tokenizer(TEXTS, template) if template else make_tokenizer(TEXTS)
        talk = [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": "Do you play music?"},
            {"role": "assistant", "content": "Now and then."},
            {"role": "user", "content": "Who taught you?"},
            {"role": "assistant", "content": " My grandmother.\n"},
        ]
        prompt, answer = split_answer(tokenizer, talk)
        assert prompt + answer == encode_row(tokenizer, talk)[-1].input_ids
        assert tokenizer.decode(answer) == "My grandmother.<|im_end|>"
        told = tokenizer.apply_chat_template(talk[:-1], tokenize=False, add_generation_prompt=True)
        assert tokenizer.decode(prompt) == told


def test_decisions_are_read_by_method(decided: Path) -> None:
    of_pairs, of_verdicts = read_decided(decided, "dpo"), read_decided(decided, "kto")
    assert len(of_pairs) == 15
    assert all(row.chosen and row.rejected for row in of_pairs)
    assert sum(bool(row.chosen) for row in of_verdicts) == 60
    assert sum(bool(row.rejected) for row in of_verdicts) == 15
    assert len(set(keys_of(of_pairs))) == 15
    assert keys_of(of_pairs[:1]) != keys_of([type(of_pairs[0])(of_pairs[0].prompt, of_pairs[0].rejected, [])])


@pytest.mark.parametrize(
    ("of_pairs", "of_verdicts", "method", "problem"),
    [
        ([], [], "dpo", "nothing for dpo to learn from: preferences.jsonl has no rows"),
        ([], [verdict("Q", "A", True)], "kto", "kto.jsonl has none that was rejected"),
        ([], [verdict("Q", "A", False)], "kto", "kto.jsonl has none that was approved"),
        ([pair("Q", "A", " ")], [], "dpo", "preferences.jsonl, line 1: a message without content"),
        ([{"prompt": []}], [], "dpo", "preferences.jsonl, line 1: 'chosen'"),
        ([], [{**verdict("Q", "A", True), "label": 1}], "kto", "line 1: `label` is neither true nor false"),
    ],
)
def test_decisions_that_teach_nothing_are_refused(
    tmp_path: Path, of_pairs: list[Any], of_verdicts: list[Any], method: str, problem: str
) -> None:
    folder = add_decisions(write_dataset(tmp_path), of_pairs, of_verdicts)
    with pytest.raises(Refused, match="→") as caught:
        read_decided(folder, method)
    assert problem in str(caught.value)
    assert caught.value.exit_code == 2


def test_changed_decisions_are_refused(tmp_path: Path) -> None:
    folder = add_decisions(write_dataset(tmp_path), pairs(), [])
    (folder / "preferences.jsonl").write_text("{}\n")
    with pytest.raises(Refused, match=r"preferences\.jsonl was changed after it was written"):
        read_decided(folder, "dpo")
    (folder / "preferences.jsonl").unlink()
    with pytest.raises(Refused, match=r"preferences\.jsonl is missing"):
        read_decided(folder, "dpo")


def test_what_is_too_long_is_left_out_and_counted(decided: Path) -> None:
    tokenizer = make_tokenizer(TEXTS)
    rows = read_decided(decided, "dpo")
    whole, none = encode_decided(tokenizer, rows, 10_000)
    assert (len(whole), none) == (15, 0)
    limit = sorted(tokens.longest for tokens in whole)[9]
    some, left = encode_decided(tokenizer, rows, limit)
    assert len(some) + left == 15
    assert left > 0
    assert max(tokens.longest for tokens in some) <= limit


def test_where_only_decisions_are_new_and_all_too_long_it_is_said(
    decided: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuning.base.load_tokenizer", lambda base: make_tokenizer(TEXTS))
    recipe = Recipe(method="dpo", data=dataclasses.replace(Recipe().data, max_length=8))
    asked = run.Asked(tmp_path, recipe, tmp_path / "r.toml", None)
    nothing: Any = SimpleNamespace(rows=[], general=0, decided=read_decided(decided, "dpo"))
    nothing.folder = SimpleNamespace(evaluation=[])
    here: Any = None
    with pytest.raises(Refused, match="all that is new are decisions that are too long"):
        run._planned(asked, nothing, SimpleNamespace(), here, here)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(2, 8), st.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_verdicts_are_spread_and_each_has_a_neighbour(good: int, bad: int, batch: int, seed: int) -> None:
    rows = [Tokens([1], [10 + i], []) for i in range(good)] + [Tokens([2], [], [100 + i]) for i in range(bad)]
    ordered = mixed(rows, seed)
    assert sorted(map(repr, ordered)) == sorted(map(repr, rows))
    if good and bad:  # in each stretch that has room for one of the rarer kind there is one
        rarer = [bool(row.chosen) == (good < bad) for row in ordered]
        stretch = 2 * -(-len(rows) // min(good, bad))
        assert all(any(rarer[i : i + stretch]) for i in range(0, len(rows) - stretch))
    columns = rows_for("kto", rows, batch, seed)
    assert len(rows) - len(columns) == (len(rows) % batch == 1)
    for start in range(0, len(columns), batch):
        part = columns[start : start + batch]
        assert len(part) > 1
        assert sorted(row["KL_completion_ids"] for row in part) == sorted(row["completion_ids"] for row in part)
        assert all(row["KL_completion_ids"] != row["completion_ids"] for row in part)


def test_kto_takes_two_at_least() -> None:
    keys = PreferenceKeys(batch_size=1)
    assert Recipe(method="kto", preferences=keys).decided_batch == 2
    assert Recipe(method="dpo", preferences=keys).decided_batch == 1


def run_of(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return data


@pytest.fixture
def two_parts(tiny_recipe: Callable[..., Path]) -> Callable[..., Path]:
    def write(method: str, keys: str) -> Path:
        file = tiny_recipe(epochs=1)
        text = f'method = "{method}"\n{file.read_text(encoding="utf-8")}[preferences]\n{keys}'
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.mark.second
def test_dpo_prefers_what_was_chosen_and_keeps_the_adapter_whole(
    train_py: Train, decided: Path, two_parts: Callable[..., Path], tmp_path: Path
) -> None:
    out = tmp_path / "dpo"
    recipe = two_parts("dpo", "epochs = 6\nlearning_rate = 1e-3\n")
    done = train_py(decided, "--recipe", recipe, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "then       dpo on 15 pairs, 12 steps" in done.stderr
    data = run_of(out)
    assert (data["method"], data["steps"], data["preferences"]["steps"]) == ("dpo", 9, 12)
    losses = data["preferences"]["losses"]
    assert losses[0]["margin"] == 0  # it starts where supervised training ended
    assert losses[-1]["margin"] > losses[1]["margin"]
    assert losses[-1]["margin"] > 0.3
    assert losses[-1]["accuracy"] == 1
    assert data["preferences"]["gradient_checks"] == {"passed": 1, "layers": 14}
    assert not data["preferences"]["undone"]
    assert len(data["decided"]) == 15
    from safetensors.torch import load_file

    names = load_file(str(out / "adapter" / "adapter_model.safetensors"))
    assert len(names) == 28
    assert {file.name for file in (out / "adapter").iterdir() if file.is_dir()} == set()  # no frozen copy beside it
    assert not {"supervised", "supervised.json", "checkpoints-2"} & {file.name for file in out.iterdir()}


@pytest.mark.second
def test_a_resumed_second_part_has_the_same_losses_and_the_first_is_not_trained_again(
    train_py: Train, decided: Path, two_parts: Callable[..., Path], tmp_path: Path
) -> None:
    recipe = two_parts("kto", "epochs = 2\nlearning_rate = 1e-3\n")
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    done = train_py(decided, "--recipe", recipe, "--out", whole, "--quiet")
    assert done.returncode == 0, done.stderr
    stopped = train_py(decided, "--recipe", recipe, "--out", parts, "--stop-after", 9)
    assert stopped.returncode == 0, stopped.stderr
    assert "stopped and saved at step 9 of 20; go on with --resume" in stopped.stderr
    resumed = train_py(decided, "--recipe", recipe, "--out", parts, "--resume")
    assert resumed.returncode == 0, resumed.stderr
    assert "step 1/9" not in resumed.stderr
    one, other = run_of(whole)["preferences"], run_of(parts)["preferences"]
    assert [s["step"] for s in other["losses"]] == list(range(1, 21))
    assert [s["loss"] for s in other["losses"]] == pytest.approx([s["loss"] for s in one["losses"]], abs=1e-6)
    assert other["held_out_after"] == pytest.approx(one["held_out_after"], abs=1e-6)
    assert run_of(parts)["losses"] == run_of(whole)["losses"]


def test_what_makes_the_held_out_answers_less_likely_is_undone(
    train_py: Train, decided: Path, two_parts: Callable[..., Path], tmp_path: Path
) -> None:
    out = tmp_path / "harm"
    recipe = two_parts("dpo", "epochs = 8\nlearning_rate = 5e-2\nsft_weight = 0\n")
    done = train_py(decided, "--recipe", recipe, "--out", out, "--quiet")
    assert done.returncode == 0, done.stderr
    part = run_of(out)["preferences"]
    assert part["undone"]
    assert part["held_out_after"] > part["held_out_before"] + 0.1
    assert "and is undone" in done.stderr
    import torch
    from peft import PeftModel
    from tuning.base import load_model, load_tokenizer, resolve_base
    from tuning.fit import held_out_loss
    from tuning.folder import read_folder
    from tuning.labels import encode

    base = resolve_base(run_of(out)["base"]["name"])
    tokenizer = load_tokenizer(base)
    model = PeftModel.from_pretrained(load_model(base, dtype=torch.float32), str(out / "adapter"))
    rows = encode(tokenizer, read_folder(decided).evaluation, 256)
    assert held_out_loss(model, tokenizer, rows, 4) == pytest.approx(part["held_out_before"], abs=1e-4)
