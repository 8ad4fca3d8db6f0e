"""Recipes: strict, all errors at once, and every one that is shipped is valid."""

from __future__ import annotations

import dataclasses
import re
import tomllib
import typing
from pathlib import Path

import pytest
from training_tiny import TRAINING
from tuning.errors import Refused
from tuning.recipe import Recipe, read_recipe

SHIPPED = sorted((TRAINING / "recipes").glob("*.toml"))


def recipe(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_shipped_recipe_is_valid_and_says_how_to_run_it(file: Path) -> None:
    checked = read_recipe(file)
    head = file.read_text(encoding="utf-8").split("\n[")[0]
    assert f"train.py data/refined/dataset --recipe {checked.name} --out" in head
    assert "Hardware:" in head
    # Only what ran on a CPU was run by us; a recipe for a card has to say that it was not.
    assert ("Not run by us" in head) == (checked.hardware.vram_gb > 0)


def test_all_recipes_are_there_and_documented() -> None:
    names = ["ablate-cpu", "ablate-gpu", "cloud-24gb", "cpu-nf4", "cpu-smoke", "gpu-8gb", "rtx3050-4gb", "rtx3050-6gb"]
    for document in (TRAINING / "README.md", TRAINING.parent / "docs" / "training.md"):
        rows = [line for line in document.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
        assert not [name for name in names if not any(f"`{name}`" in row for row in rows)], document.name
    assert [file.stem for file in SHIPPED] == names


def test_all_errors_come_at_once_and_name_the_nearest_key(tmp_path: Path) -> None:
    file = recipe(
        tmp_path,
        """
        method = "ppo"
        epochs = 3
        [lora]
        rank = 8
        alhpa = 16
        [train]
        batch_size = "4"
        warmup = 1.5
        gradient_checkpointing = 1
        [trian]
        """,
    )
    with pytest.raises(Refused) as caught:
        read_recipe(file)
    text = str(caught.value)
    assert caught.value.exit_code == 2
    assert "8 errors" in text
    assert "method = 'ppo': must be one of sft, dpo, kto" in text
    assert "epochs: no such key; did you mean train.epochs?" in text
    assert "lora.rank: no such key; known here: r, alpha, dropout" in text
    assert "lora.alhpa: no such key; did you mean lora.alpha?" in text
    assert "train.batch_size = '4': must be a whole number" in text
    assert "train.warmup = 1.5: must be at most 1" in text
    assert "train.gradient_checkpointing = 1: must be true or false" in text
    assert "trian: no such key; did you mean train?" in text


def test_a_recipe_needs_a_base(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=re.escape("base.model is missing")):
        read_recipe(recipe(tmp_path, "[lora]\nr = 8\n"))


def test_a_whole_number_stands_for_a_number(tmp_path: Path) -> None:
    checked = read_recipe(recipe(tmp_path, '[base]\nmodel = "a/b"\n[lora]\nalpha = 8\n'))
    assert checked.lora.alpha == 8.0
    assert isinstance(checked.lora.alpha, float)
    assert checked.name == "mine"


def test_broken_toml_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is not valid TOML"):
        read_recipe(recipe(tmp_path, "[lora\n"))


def test_every_key_stands_in_the_documentation_with_its_default() -> None:
    lines = (TRAINING.parent / "docs" / "training.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    said = {(row[0].strip("`"), row[1].strip("`")): (row[2].strip("`"), row[3]) for row in rows if len(row) == 4}
    for section, kind in typing.get_type_hints(Recipe).items():
        fields = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else []
        named = [(f"[{section}]", f) for f in fields]
        named += [("", f) for f in dataclasses.fields(Recipe) if f.name == section and not fields]
        for place, key in named:
            default, words = said[place, key.name]
            assert tomllib.loads(f"x = {default}")["x"] == key.default, key.name
            assert words, key.name


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("train", "learning_rate = nan"),
        ("preferences", "max_loss_rise = nan"),
        ("lora", "alpha = inf"),
        ("hardware", f"vram_gb = {'9' * 400}"),
        ("train", "seed = 4294967296"),  # numpy takes no larger one
    ],
)
def test_a_number_that_is_none_is_refused(tmp_path: Path, section: str, line: str) -> None:
    """Every bound lets `nan` pass, and a whole number may be too large for a float."""
    with pytest.raises(Refused, match=f"{section}.{line.split()[0]} = .*must be (a finite number|at most)"):
        read_recipe(recipe(tmp_path, f'[base]\nmodel = "a/b"\n[{section}]\n{line}\n'))


def test_a_recipe_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert read_recipe(recipe(tmp_path, '\ufeff[base]\nmodel = "a/b"\n')).base.model == "a/b"
