"""Life goes on: a finished run trained further on what is new, with a share of the old."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from training_persona import chat, persona_rows, write_dataset
from training_tiny import TRAINING, Train
from tuning.continued import Before, read_before, require_same, row_key, seen, taught, what_is_new
from tuning.errors import Refused
from tuning.folder import Folder
from tuning.recipe import BaseKeys, DataKeys, LoraKeys, Recipe

pytestmark = [pytest.mark.training, pytest.mark.filterwarnings("ignore::FutureWarning")]


def before(rows: list[Any], **changes: Any) -> Before:
    lora = {"r": 16, "alpha": 16}
    known = frozenset(row_key(r["messages"]) for r in rows)
    given_ = {"decided": frozenset(), "base": "b", "lora": lora, "seen": known} | changes
    return Before("first", Path("adapter"), "ab", known, **given_)


def folder_of(rows: list[Any], evaluation: list[Any], kinds: list[str] | None = None) -> Folder:
    messages = [[row["messages"] for row in part] for part in (rows, evaluation)]
    return Folder(Path(), "ab", "s", *messages, replay_inside=0, kinds=kinds or [])


def test_a_row_is_known_by_its_talk_under_whatever_card() -> None:
    one, other = chat("Q", "A"), chat("Q", "A", system="Another card.")
    assert row_key(one["messages"]) == row_key(other["messages"])
    assert row_key(one["messages"]) != row_key(chat("Q", "B")["messages"])
    assert row_key(chat("Q", "A", "R", "B")["messages"]) != row_key(chat("Q", "A")["messages"])


TALKS = [chat(f"q{i}", f"a{i}") for i in range(24)]


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_what_is_new_is_taught_with_its_share_of_the_old(data: st.DataObject) -> None:
    known = data.draw(st.sets(st.integers(0, 23)))
    here = data.draw(st.lists(st.integers(0, 23), unique=True, min_size=1))
    general = data.draw(st.sets(st.sampled_from(here)))
    ratio = data.draw(st.sampled_from([0.0, 0.5, 1.0, 3.0]))
    limit = data.draw(st.integers(0, 6))
    folder = folder_of([TALKS[i] for i in here], TALKS[:12], ["general" if i in general else "memory" for i in here])
    recipe = Recipe(data=DataKeys(old_rows=ratio, max_rows=limit))
    news = what_is_new(folder, before([TALKS[i] for i in known]), recipe)
    persona = [i for i in here if i not in general]
    new, old = [i for i in persona if i not in known], [i for i in persona if i in known]
    assert news.new == len(new)  # what the dataset of then did not have is taught whole
    assert news.left == len(new) - news.new
    assert news.again == min(len(old), round(news.new * ratio))
    assert news.gone == len(known - set(here))
    place = {row_key(TALKS[i]["messages"]): i for i in here}
    picked = [place[row_key(row)] for row in news.folder.train]
    assert picked == [i for i in here if i in picked]  # in the dataset's own order
    assert len(picked) == len(set(picked))
    assert [i for i in picked if i in new] == new[: news.new]
    assert sum(i in general for i in picked) == news.folder.replay_inside <= len(general)
    answers = {row[-1]["content"] for row in news.folder.evaluation}
    if not news.left:
        assert answers == {f"a{i}" for i in range(12)}
    about = {news.folder.evaluation[i][-1]["content"] for i in news.remembered}
    assert about == {f"a{i}" for i in old} & answers
    again = what_is_new(folder, before([TALKS[i] for i in known]), recipe)
    assert again == news
    now_known = set(taught(news.folder, before([TALKS[i] for i in known])))
    assert now_known == {row_key(TALKS[i]["messages"]) for i in known | {i for i in picked if i not in general}}


def test_what_is_new_in_the_dataset_goes_before_what_was_left_out() -> None:
    """A note written since must not wait for the rows that max_rows left out the first time."""
    taught_then, left_out, written_since = TALKS[:4], TALKS[4:12], TALKS[12:17]
    recipe = Recipe(data=DataKeys(max_rows=3, old_rows=0))
    then = before(taught_then, seen=frozenset(row_key(r["messages"]) for r in TALKS[:12]))
    kinds = ["memory"] * 17
    news = what_is_new(folder_of([*taught_then, *left_out, *written_since], TALKS, kinds), then, recipe)
    assert [row[-1]["content"] for row in news.folder.train] == ["a12", "a13", "a14", "a15", "a16"]
    assert (news.new, news.left) == (5, 8)
    without = what_is_new(folder_of([*taught_then, *left_out], TALKS, kinds[:12]), then, recipe)
    assert [row[-1]["content"] for row in without.folder.train] == ["a4", "a5", "a6"]
    assert (without.new, without.left) == (3, 5)
    assert set(seen(folder_of(TALKS[:5], []), then)) == then.seen


def test_only_a_run_of_the_same_shape_is_continued() -> None:
    recipe = Recipe(base=BaseKeys(model="b"), lora=LoraKeys(r=16, alpha=16.0))
    require_same(before([]), recipe)
    with pytest.raises(Refused, match="was trained on other, not on b"):
        require_same(before([], base="other"), recipe)
    with pytest.raises(Refused, match="the adapter of first has r = 8 and alpha = 16, the recipe r = 16"):
        require_same(before([], lora={"r": 8, "alpha": 16}), recipe)


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (None, "is no finished run: it has no run.json"),
        ("{", "cannot be read"),
        ('{"adapter": "adapter"}', "cannot be read"),
        ('{"adapter": "adapter", "base": {"name": "b"}}', "does not say what it was taught"),
        ('{"adapter": "adapter", "base": {"name": "b"}, "rows": [["a"]]}', "cannot be read"),
        ('{"adapter": "adapter", "base": {"name": "b"}, "rows": [], "decided": [{}]}', "cannot be read"),
    ],
)
def test_a_run_that_cannot_be_continued_says_why(tmp_path: Path, record: str | None, problem: str) -> None:
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter" / "adapter_config.json").write_text('{"r": 8, "lora_alpha": 16}')
    (tmp_path / "adapter" / "adapter_model.safetensors").write_bytes(b"")
    if record is not None:
        (tmp_path / "run.json").write_text(record)
    with pytest.raises(Refused, match="→") as caught:
        read_before(tmp_path)
    assert problem in str(caught.value)
    assert caught.value.exit_code == 2


def test_every_recipe_has_a_share_of_the_old() -> None:
    from tuning.recipe import read_recipe

    for file in (TRAINING / "recipes").glob("*.toml"):
        assert read_recipe(file).data.old_rows >= 1


def run_of(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return data


def test_a_run_goes_on_with_what_is_new(
    train_py: Train, tiny_recipe: Callable[..., Path], tmp_path: Path, tiny: Path
) -> None:
    rows, held_out = persona_rows()
    some = write_dataset(tmp_path / "some", rows[:40], held_out[:10])
    more = write_dataset(tmp_path / "more", rows, held_out)
    first, second = tmp_path / "first", tmp_path / "second"
    done = train_py(some, "--recipe", tiny_recipe(), "--out", first, "--quiet")
    assert done.returncode == 0, done.stderr
    weights = (first / "adapter" / "adapter_model.safetensors").read_bytes()

    nothing = train_py(some, "--continue", first, "--out", second)
    assert nothing.returncode == 2
    assert "there is nothing new: first was taught all of the dataset's rows" in nothing.stderr
    other = train_py(more, "--continue", first, "--recipe", "cpu-smoke", "--out", second)
    assert (other.returncode, "was trained on" in other.stderr) == (2, True)
    missing = train_py(more, "--continue", tmp_path / "none", "--out", second)
    assert (missing.returncode, "is no finished run" in missing.stderr) == (2, True)
    assert not second.exists()

    went_on = train_py(more, "--continue", first, "--out", second)
    assert went_on.returncode == 0, went_on.stderr
    assert "continues  first: 25 new rows, 25 of the old again" in went_on.stderr
    assert "held-out loss of what was taught before:" in went_on.stderr
    before_, after = run_of(first), run_of(second)
    assert after["continues"]["name"] == "first"
    assert after["dataset"]["persona_rows"] == 50
    assert (len(before_["rows"]), len(after["rows"])) == (40, 65)
    assert set(before_["rows"]) < set(after["rows"]) == set(after["seen"])
    assert after["losses"][0]["loss"] < before_["losses"][0]["loss"] - 1  # it starts from what was learnt
    known = after["continues"]["held_out"]
    assert known["after"] < known["before"] + 0.1
    assert (first / "adapter" / "adapter_model.safetensors").read_bytes() == weights
    import torch
    from peft import PeftModel
    from tuning.base import load_model, load_tokenizer, resolve_base
    from tuning.fit import held_out_loss
    from tuning.labels import encode

    base = resolve_base(str(tiny))
    tokenizer = load_tokenizer(base)
    new = encode(tokenizer, [row["messages"] for row in held_out[10:]], 256)

    def loss(run: Path) -> float:
        model = PeftModel.from_pretrained(load_model(base, dtype=torch.float32), str(run / "adapter"))
        return held_out_loss(model, tokenizer, new, 4)

    assert loss(second) < loss(first) - 0.3  # it learnt what is new
    assert dataclasses.is_dataclass(read_before(second))
