"""The rows in other forms: the same messages whatever they say, in files that the manifest and the card list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from dataset_life import CONFIG, samples
from hypothesis import given
from hypothesis import strategies as st

from refiner.dataset.card import configs
from refiner.dataset.export import Extras, export_dataset, validate_dataset
from refiner.dataset.formats import FORMATS, chosen_formats, messages_of
from refiner.errors import UsageError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@st.composite
def talks(draw: st.DrawFn) -> list[dict[str, str]]:
    said = draw(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4))
    turns = [("system", draw(TEXT))]
    for asked, answered in said:
        turns += [("user", asked), ("assistant", answered)]
    return [{"role": r, "content": c} for r, c in turns]


@given(st.sampled_from(sorted(FORMATS)), talks())
def test_every_form_says_the_same(name: str, messages: list[dict[str, str]]) -> None:
    row = json.loads(json.dumps(FORMATS[name](messages), ensure_ascii=False))
    assert messages_of(name, row) == messages


def test_several_turns_become_prompt_and_history() -> None:
    talk = [
        {"role": "system", "content": "S"},
        *({"role": r, "content": c} for r, c in (("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d"))),
    ]
    assert FORMATS["prompt-completion"](talk) == {"prompt": talk[:-1], "completion": talk[-1:]}
    assert FORMATS["alpaca"](talk) == {
        "system": "S", "instruction": "c", "input": "", "output": "d", "history": [["a", "b"]],
    }  # fmt: skip
    assert [m["from"] for m in FORMATS["sharegpt"](talk)["conversations"]] == ["system", "human", "gpt", "human", "gpt"]


def test_formats_are_named_with_commas_or_again_and_unknown_ones_are_refused() -> None:
    assert chosen_formats(["alpaca, hf", "alpaca"]) == ("alpaca", "hf")
    assert chosen_formats([]) == ()
    with pytest.raises(UsageError, match='--format "csv"'):
        chosen_formats(["hf,csv"])


def test_the_forms_lie_in_folders_of_their_own_and_go_when_they_are_not_asked_for(tmp_path: Path) -> None:
    extras = Extras(formats=("alpaca", "hf"))
    manifest = export_dataset(samples(), tmp_path, config=CONFIG, card="You are Esther.", base="", extras=extras)
    listed = {f["name"]: f["rows"] for f in manifest["files"]}
    assert listed["formats/alpaca/train.jsonl"] == manifest["counts"]["train"]
    assert listed["formats/hf/eval.jsonl"] == manifest["counts"]["eval"]
    assert validate_dataset(tmp_path) == []
    card = (tmp_path / "README.md").read_text()
    assert "config_name: alpaca" in card
    assert "there is no `--push`" in " ".join(card.split())
    changed = tmp_path / "formats/alpaca/train.jsonl"
    first, rest = changed.read_text().split("\n", 1)
    row = json.loads(first) | {"output": "Something else."}
    changed.write_text(json.dumps(row) + "\n" + rest)
    assert "formats/alpaca/train.jsonl does not say the same as train.jsonl" in validate_dataset(tmp_path)
    export_dataset(samples(), tmp_path, config=CONFIG, card="You are Esther.", base="")
    assert not (tmp_path / "formats").exists()


def test_the_card_names_no_part_without_rows() -> None:
    assert configs({"train.jsonl": 3, "eval.jsonl": 0, "preferences.jsonl": 0, "kto.jsonl": 2}) == {
        "default": {"train": "train.jsonl"},
        "kto": {"train": "kto.jsonl"},
    }
