"""General rows: how many, which, where they stand, and that they are never about her."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from dataset_life import CONFIG, sample, samples
from hypothesis import given
from hypothesis import strategies as st

from refiner.dataset.export import Extras, export_dataset, validate_dataset
from refiner.dataset.replay import choose_general, read_general, spread
from refiner.errors import StoreError
from refiner.training.launch import training_folder

GENERAL = read_general(training_folder() / "replay.jsonl")


def general(*asked: str) -> list:
    return [sample("general", q, "A thing of the world.") for q in asked]


def config(replay: float):
    return CONFIG.model_copy(update={"samples": CONFIG.samples.model_copy(update={"replay": replay})})


def test_a_share_of_general_rows_stands_between_the_others(tmp_path: Path) -> None:
    manifest = export_dataset(
        samples(), tmp_path, config=config(0.5), card="You are Esther.", base="", extras=Extras(general=GENERAL)
    )
    rows = [json.loads(line) for line in (tmp_path / "train.jsonl").read_text().splitlines()]
    kinds = [r["kind"] for r in rows]
    persona = len(kinds) - kinds.count("general")
    assert manifest["counts"]["replay"] == kinds.count("general") == round(persona * 0.5)
    assert "general" not in manifest["counts"]["kinds"]
    assert {r["messages"][0]["content"] for r in rows} == {manifest["system"]}
    places = [i for i, k in enumerate(kinds) if k == "general"]
    assert max(b - a for a, b in zip(places, places[1:], strict=False)) <= 4
    evaluated = [json.loads(line)["kind"] for line in (tmp_path / "eval.jsonl").read_text().splitlines()]
    assert "general" not in evaluated
    assert validate_dataset(tmp_path) == []


def test_no_share_no_rows_and_never_one_twice(tmp_path: Path) -> None:
    given = {"config": config(0), "card": "You are Esther.", "base": "", "extras": Extras(general=GENERAL)}
    assert export_dataset(samples(), tmp_path / "a", **given)["counts"]["replay"] == 0
    few = Extras(general=GENERAL[:3] * 2)
    manifest = export_dataset(samples(), tmp_path / "b", **{**given, "config": config(4), "extras": few})
    assert manifest["counts"]["replay"] == 3


def test_what_asks_about_her_or_nearly_asks_her_question_is_left_out() -> None:
    rows = general(
        "What is your name?", "Who are you?", "What is the capital of France?", "Could you name three fruits?",
        "Do you like the sea?", "How do I wind a clock?",
    )  # fmt: skip
    persona = [sample("memory", "How do you wind a clock?", "Slowly, with my left hand.")]
    asked = {s.messages[0].content for s in choose_general(rows, persona, 9)}
    assert asked == {"What is the capital of France?", "Could you name three fruits?"}


@given(st.permutations(range(12)), st.integers(0, 12))
def test_the_choice_does_not_depend_on_the_order(order: list[int], wanted: int) -> None:
    rows = [GENERAL[i] for i in order]
    chosen = choose_general(rows, samples(), wanted)
    assert chosen == choose_general(GENERAL[:12], samples(), wanted)
    assert len(chosen) == wanted


@given(st.integers(0, 40), st.integers(0, 40))
def test_spread_loses_nothing_and_is_even(rows: int, others: int) -> None:
    out = spread(list(range(rows)), [f"g{i}" for i in range(others)])  # type: ignore[arg-type]
    assert [x for x in out if isinstance(x, int)] == list(range(rows))
    assert sorted(map(str, out)) == sorted([*map(str, range(rows)), *(f"g{i}" for i in range(others))])
    if others:
        gaps = "".join("g" if isinstance(x, str) else "r" for x in out).split("g")
        assert max(map(len, gaps)) <= rows // others + 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "no row with `messages`"),
        ('{"messages": []}', "not nothing"),
        ('{"messages": [{"role": "system", "content": "x"}]}', "not system"),
        ('{"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": " "}]}', "without content"),
    ],
)
def test_a_wrong_file_is_named_by_line(tmp_path: Path, line: str, words: str) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text("\n" + line + "\n")
    with pytest.raises(StoreError, match=words) as error:
        read_general(file)
    assert "mine.jsonl:2" in str(error.value)
    with pytest.raises(StoreError, match="cannot be read"):
        read_general(tmp_path / "none.jsonl")
