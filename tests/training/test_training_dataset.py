"""A dataset folder as `refiner export` writes it, read by train.py: general rows, parts of it, held-out events."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from training_persona import SYSTEM, chat, write_dataset
from training_tiny import TRAINING
from tuning.folder import NEUTRAL_SYSTEM, beginning, half_neutral, mix_replay, read_folder, read_replay

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "dataset"))
GENERAL = read_replay("replay.jsonl", [TRAINING])


def row(kind: str, asked: str, said: str) -> dict[str, object]:
    return {**chat(asked, said), "kind": kind}


def folder(tmp_path: Path, persona: int = 40, general: int = 10) -> Path:
    rows = [row("memory", f"Question {n}?", f"Answer {n}.") for n in range(persona)]
    for i in range(general):
        asked, said = (m["content"] for m in GENERAL[i])
        rows.insert(i * (len(rows) // max(general, 1)) + 1, row("general", asked, said))
    return write_dataset(tmp_path, rows, [row("memory", "Again, question 1?", "Answer 1.")], counts={"replay": general})


def test_what_the_folder_has_counts_and_only_the_rest_is_added(tmp_path: Path) -> None:
    read = read_folder(folder(tmp_path))
    assert read.replay_inside == 10
    assert mix_replay(read, GENERAL, 0.25, seed=1) == []
    added = mix_replay(read, GENERAL, 0.4, seed=1)
    assert len(added) == 6
    inside = {r[1]["content"] for r in read.train}
    assert not {r[1]["content"] for r in added} & inside


def test_a_part_of_the_folder_keeps_its_persona_rows_and_the_general_ones_between(tmp_path: Path) -> None:
    read = read_folder(folder(tmp_path))
    part = beginning(read, 12)
    persona = [r for r, kind in zip(part.train, part.kinds, strict=True) if kind != "general"]
    assert len(persona) == 12
    assert len(part.train) == 12 + part.replay_inside
    assert 1 <= part.replay_inside <= 5
    assert len(mix_replay(part, GENERAL, 0.5, seed=1)) == 6 - part.replay_inside


def test_a_folder_that_does_not_say_which_are_general_is_taken_as_even(tmp_path: Path) -> None:
    rows = [chat(f"Question {n}?", f"Answer {n}.") for n in range(50)]
    read = read_folder(write_dataset(tmp_path, rows, [], counts={"replay": 10}))
    assert beginning(read, 25).replay_inside == 5


def test_every_second_general_row_stands_under_the_neutral_system_message(tmp_path: Path) -> None:
    read = read_folder(folder(tmp_path))
    rows = half_neutral(read)
    systems = [r[0]["content"] for r, kind in zip(rows, read.kinds, strict=True) if kind == "general"]
    assert systems == [SYSTEM, NEUTRAL_SYSTEM] * 5
    assert [r[1:] for r in rows] == [r[1:] for r in read.train]
    assert {r[0]["content"] for r, kind in zip(rows, read.kinds, strict=True) if kind != "general"} == {SYSTEM}


def test_events_that_were_held_out_do_not_decide_when_to_stop(tmp_path: Path) -> None:
    path = folder(tmp_path)
    assert len(read_folder(path).evaluation) == 1
    manifest = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps(manifest | {"held_out_events": [{"id": "flood", "label": ""}]}))
    assert read_folder(path).evaluation == []


@pytest.mark.training
def test_an_exported_folder_is_planned_with_its_general_rows(
    tmp_path: Path, train_py: Callable[..., object], tiny_recipe: Callable[..., Path]
) -> None:
    from dataset_life import CONFIG, samples

    from refiner.dataset.export import Extras, export_dataset
    from refiner.dataset.replay import read_general

    extras = Extras(general=read_general(TRAINING / "replay.jsonl"), formats=("hf",))
    manifest = export_dataset(samples(), tmp_path / "d", config=CONFIG, card="You are Esther.", base="", extras=extras)
    inside, train = manifest["counts"]["replay"], manifest["counts"]["train"]
    assert inside == round(0.25 * (train - inside)) > 0
    for ratio, added in ((0.25, 0), (0.6, round(0.6 * (train - inside)) - inside)):
        done = train_py(
            tmp_path / "d", "--recipe", tiny_recipe(("replay = 0.1", f"replay = {ratio}")), "--plan"
        )  # fmt: skip
        assert done.returncode == 0, done.stderr  # type: ignore[attr-defined]
        wanted = f"{train - inside} of the persona, {inside + added} general, {manifest['counts']['eval']} held out"
        assert wanted in done.stdout  # type: ignore[attr-defined]
