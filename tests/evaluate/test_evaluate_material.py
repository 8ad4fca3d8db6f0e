"""What questions are made from: the refined life plainly, and what training asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from evaluated_lives import material

from refiner.config import Config
from refiner.errors import StoreError
from refiner.evaluate.material import Material, stems_of
from refiner.evaluating_material import _held_out, _talks
from refiner.models import Person, Timeline


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return material("second", tmp_path_factory.mktemp("second"))


def test_he_has_his_names_and_not_those_of_before(life: Material) -> None:
    assert (life.her, life.full_name) == ("Martim", "Martim Figueira")
    assert set(life.old_names) == {"Marta", "Marta Figueira", "Martinha", "marta_cola_e_linha"}


def test_a_name_that_is_kept_is_no_old_name() -> None:
    from refiner.evaluate.material import _old_names
    from refiner.stages.composing.facts import Life

    persona = {
        "before": {"name": "Kim Sorensen", "gender": "male", "nicknames": ["K"]},
        "after": {"name": "Kim Sorensen", "gender": "female", "nicknames": ["Kimmie"]},
    }
    config = Config.from_dict({"persona": persona})
    assert _old_names(Life(config, Timeline(now="2026-01-01"), {}, {}, {}, (), (), name="Kim Sorensen")) == ("K",)


def test_texts_are_refined_and_raw_are_as_written(life: Material) -> None:
    assert set(life.texts) == set(life.raw)
    assert "rui-on-marta.md" in life.others
    assert "rui-on-marta.md" not in life.texts
    assert any(life.texts[p] != life.raw[p] for p in life.texts)
    assert not any(t.startswith("---") for t in life.texts.values())


def test_relatives_of_somebody_else_are_not_his(life: Material) -> None:
    assert all(not p.notes or set(p.notes) & set(life.texts) for p in life.people)
    names = [(p.names[0], p.relation) for p in life.people if p.names]
    assert len(names) == len(set(names))


def test_traits_by_what_the_timeline_says(life: Material) -> None:
    assert [t.id for t in life.living] == ["jealous", "always-late", "patient", "cold-swimmer"]
    assert [t.id for t in life.dead] == ["fear-of-thunder", "smoker", "tone-deaf"]


def test_whether_a_note_speaks_of_something_is_told_by_stems(life: Material) -> None:
    assert life.speaks_of("bindings bookbinder")
    assert not life.speaks_of("parachute igloo")


def test_stems_of_words_with_underscores_and_apostrophes() -> None:
    assert stems_of(["Leonor's records"]) == stems_of(["leonor record"])


def test_the_talks_of_a_data_set(tmp_path: Path) -> None:
    talk = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    for name, row in (
        ("train.jsonl", {"messages": talk}),
        ("eval.jsonl", {"messages": talk}),
        ("preferences.jsonl", {"prompt": talk[:1], "chosen": talk[1:], "rejected": talk[1:]}),
        ("kto.jsonl", {"prompt": talk[:1], "completion": talk[1:], "label": False}),
    ):
        (tmp_path / name).write_text(json.dumps(row) + "\n", encoding="utf-8")
    learnt = {n: [t for ok, t in _talks(tmp_path / n) if ok and t] for n in ("train.jsonl", "eval.jsonl", "kto.jsonl")}
    assert learnt == {"train.jsonl": [talk], "eval.jsonl": [], "kto.jsonl": []}
    assert [t for ok, t in _talks(tmp_path / "preferences.jsonl") if ok] == [talk[1:]]
    assert list(_talks(tmp_path / "none.jsonl")) == []


@pytest.mark.parametrize("line", ["{", "[1]", '{"prompt": 1, "chosen": [], "label": true}x'])
def test_a_broken_data_set_is_told(tmp_path: Path, line: str) -> None:
    (tmp_path / "train.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be read"):
        list(_talks(tmp_path / "train.jsonl"))


def test_held_out_events_come_with_their_other_tellings(tmp_path: Path) -> None:
    assert _held_out(tmp_path) == ()
    manifest = {"held_out_events": [{"id": "a", "label": "x"}], "leaks": {"other_tellings": ["b", "a"]}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert _held_out(tmp_path) == ("a", "b")
    (tmp_path / "manifest.json").write_text('{"held_out_events": [3]}', encoding="utf-8")
    with pytest.raises(StoreError):
        _held_out(tmp_path)


def test_a_relation_names_somebody_only_where_nobody_else_has_it() -> None:
    people = (
        Person(names=("Papa",), relation="father"),
        Person(names=("Anna",), relation="friend"),
        Person(names=("Ilse",), relation="friend"),
    )
    of = Material(config=Config(), timeline=Timeline(now="2026-01-01"), people=people)
    assert of.called(["Papa"]) == ("Papa", "father")
    assert of.called(["father"]) == ("father", "Papa")
    assert of.called(["Anna"]) == ("Anna",)
    assert of.called(["friend"]) == ("friend",)
