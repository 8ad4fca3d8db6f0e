"""The dataset folder: what gets in, that it is whole, that two exports are the same."""

from __future__ import annotations

import json
import stat
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from compose_life import approved, small_life
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refiner.dataset.coverage import coverage, floor
from refiner.dataset.export import export_dataset, ready, validate_dataset
from refiner.dataset.persona import CARD_TOKENS, SMALL_TOKENS, persona_card, system_for, system_prompt, tokens
from refiner.dataset.split import question, scene, split
from refiner.errors import Undecided
from refiner.models import Interval, Message, Sample, TraitVerdict

LIFE = small_life()
SAMPLES = LIFE.samples()
CARD = persona_card(LIFE.config, LIFE.timeline)


def export(samples: list[Sample], out: Path, **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"config": LIFE.config, "card": CARD, "base": "qwen3-4b", **more}
    return export_dataset(samples, out, **given)


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_whole_folder(tmp_path: Path) -> None:
    out = tmp_path / "dataset"
    manifest = export(approved(SAMPLES), out)
    assert validate_dataset(out) == []
    assert manifest == json.loads((out / "manifest.json").read_text())
    assert manifest["counts"]["train"] + manifest["counts"]["eval"] == len(SAMPLES)
    for name in ("train.jsonl", "eval.jsonl"):
        for row in rows(out / name):
            assert row["messages"][0] == {"role": "system", "content": manifest["system"]}
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in out.iterdir()} == {0o600}
    text = (out / "README.md").read_text()
    assert "stay at home" in text
    assert "private" in text
    assert "stubborn" in text


def test_two_exports_are_the_same_whatever_the_order(tmp_path: Path) -> None:
    a = export(approved(SAMPLES), tmp_path / "a")
    b = export(approved(SAMPLES)[::-1], tmp_path / "b")
    assert a == b
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


@pytest.mark.says("sample, approve: it goes into the data set")
@pytest.mark.says("sample, reject: it stays out")
def test_undecided_and_blocked_ones_are_refused_and_left_out(tmp_path: Path) -> None:
    some = approved(SAMPLES)
    some[3] = some[3].model_copy(update={"status": "undecided"})
    some[7] = some[7].model_copy(update={"blocked": ("edit-1",)})
    some[9] = some[9].model_copy(update={"status": "rejected"})
    with pytest.raises(Undecided, match="1 samples are undecided and 1 wait") as error:
        export(some, tmp_path / "x")
    assert error.value.exit_code == 3
    assert not (tmp_path / "x").exists()
    export(some, tmp_path / "x", partial=True)
    told = (tmp_path / "x" / "train.jsonl").read_text() + (tmp_path / "x" / "eval.jsonl").read_text()
    for left_out in (some[3], some[7], some[9]):
        assert json.dumps([m.model_dump() for m in left_out.messages], ensure_ascii=False)[1:] not in told


def test_nothing_approved_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Undecided):
        export(SAMPLES, tmp_path / "x", partial=True)


@pytest.mark.says("The model's own text is kept beside yours, and becomes the rejected half of a preference")
@pytest.mark.says("sample, edit: your text goes in, and the model's becomes a rejected answer")
def test_preferences_and_single_verdicts(tmp_path: Path) -> None:
    some = approved(SAMPLES)
    proposed = some[0]
    edited = proposed.model_copy(
        update={
            "status": "edited",
            "messages": (proposed.messages[0], Message(role="assistant", content="My own words.")),
        }
    )
    asked_otherwise = some[1].model_copy(
        update={"status": "edited", "messages": (Message(role="user", content="New?"), some[1].messages[1])}
    )
    rejected = some[2].model_copy(update={"status": "rejected"})
    given = [edited, asked_otherwise, rejected, *some[3:]]
    manifest = export(
        given, tmp_path / "d", pairs=[(edited, proposed), (asked_otherwise, some[1])], rejected=[rejected]
    )
    assert validate_dataset(tmp_path / "d") == []
    (pair,) = rows(tmp_path / "d" / "preferences.jsonl")
    assert pair["chosen"] == [{"role": "assistant", "content": "My own words."}]
    assert pair["rejected"] == [{"role": "assistant", "content": proposed.messages[1].content}]
    assert [m["role"] for m in pair["prompt"]] == ["system", "user"]
    labels = Counter(r["label"] for r in rows(tmp_path / "d" / "kto.jsonl"))
    assert labels == {True: len(given) - 1, False: 2}
    assert manifest["counts"]["statuses"] == {"approved": len(given) - 3, "edited": 2}


def test_a_half_written_folder_is_never_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "d"
    export(approved(SAMPLES), out)
    import refiner.dataset.export as module

    real = module.write_atomic

    def fails(path: Path, data: str) -> None:
        if path.name == "kto.jsonl":
            raise OSError("disk full")
        real(path, data)

    monkeypatch.setattr(module, "write_atomic", fails)
    with pytest.raises(OSError, match="disk full"):
        export(approved(SAMPLES)[:60], out)
    assert not (out / "manifest.json").exists()
    assert validate_dataset(out) == ["manifest.json is missing: the folder is not whole"]


@pytest.mark.parametrize("name", ["train.jsonl", "eval.jsonl", "README.md"])
def test_a_changed_file_is_noticed(tmp_path: Path, name: str) -> None:
    export(approved(SAMPLES), tmp_path)
    file = tmp_path / name
    file.write_text(file.read_text() + "\n", encoding="utf-8")
    assert any(name in p for p in validate_dataset(tmp_path))


def test_validation_names_wrong_rows(tmp_path: Path) -> None:
    export(approved(SAMPLES), tmp_path)
    lines = (tmp_path / "train.jsonl").read_text().splitlines()
    row = json.loads(lines[0])
    row["messages"] = row["messages"][1:]
    bad = json.loads(lines[1])
    bad["messages"][-1]["content"] = "  "
    (tmp_path / "train.jsonl").write_text("\n".join([json.dumps(row), json.dumps(bad), "{", *lines[3:]]) + "\n")
    problems = "\n".join(validate_dataset(tmp_path))
    for part in (
        "train.jsonl was changed",
        ":1: the first message is not the system",
        ":2: a message without",
        ":3: no row",
    ):
        assert part in problems


def test_the_evaluation_asks_held_out_forms_of_what_training_saw() -> None:
    parts = split(approved(SAMPLES))
    assert len(parts.evaluation) >= max(8, 0.05 * len(SAMPLES))
    seen = {scene(s) for s in parts.train}
    assert all(scene(s) in seen for s in parts.evaluation)
    assert not {question(s) for s in parts.train} & {question(s) for s in parts.evaluation}
    assert len(parts.train) + len(parts.evaluation) == len(SAMPLES)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(st.sampled_from(range(len(SAMPLES)))), st.sets(st.sampled_from(range(len(SAMPLES)))), st.randoms())
def test_splits_lose_nothing_and_share_nothing(approve: set[int], block: set[int], chance: Any) -> None:
    some = [
        s.model_copy(
            update={"status": "approved" if i in approve else "rejected", "blocked": ("b",) if i in block else ()}
        )
        for i, s in enumerate(SAMPLES)
    ]
    able = ready(some)
    assert {s.id for s in able} == {SAMPLES[i].id for i in approve - block}
    chance.shuffle(able)
    parts = split(able)
    assert sorted(s.id for s in (*parts.train, *parts.evaluation)) == sorted(s.id for s in able)
    assert not {question(s) for s in parts.train} & {question(s) for s in parts.evaluation}
    assert {scene(s) for s in parts.evaluation} <= {scene(s) for s in parts.train}
    assert split(able[::-1]) == parts


def test_the_card_says_what_holds_and_nothing_dead_in_the_present() -> None:
    assert CARD.startswith("You are Rohini Iyer, a woman, born on 2 March 1988.")
    assert "You are stubborn. You dig in once decided." in CARD
    assert "You used to have a fear of dogs, until 2003" in CARD
    assert "when you worked at the shelter in Aluva" in CARD
    assert "long for it" in CARD
    for gone in ("You have a fear of dogs", "lazy", "vain", "night owl", "Rohan"):
        assert gone not in CARD
    assert "never make up" in CARD
    assert tokens(CARD) <= CARD_TOKENS


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["HOLDS", "NOT", "CONTESTED", "INCONSISTENT", "RETRACTED", "DORMANT", "UNKNOWN"]),
        min_size=6,
        max_size=6,
    )
)
def test_no_verdict_makes_the_card_claim_a_dead_trait(names: list[Any]) -> None:
    traits = [t.id for t in LIFE.config.traits[:6]]
    told = tuple(
        TraitVerdict(id=t, verdict=v, default_verdict=v, intervals=(Interval(**{"from": "1999", "until": "2004"}),))
        for t, v in zip(traits, names, strict=True)
    )
    card = persona_card(LIFE.config, LIFE.timeline.model_copy(update={"traits": told}))
    said = {
        "stubborn": "You are stubborn.",
        "fear-of-dogs": "You have a fear of dogs.",
        "patience": "You have patience.",
        "sings": "You sing in the kitchen.",
        "lazy": "You are lazy.",
        "vain": "You are vain.",
    }
    for trait, verdict in zip(traits, names, strict=True):
        assert (said[trait] in card) == (verdict == "HOLDS"), (trait, verdict)
        if verdict in ("CONTESTED", "INCONSISTENT", "RETRACTED", "UNKNOWN"):
            assert said[trait].removeprefix("You are ").removeprefix("You have ").rstrip(".") not in card


def test_short_prompts_for_small_models() -> None:
    short = system_prompt(CARD)
    assert tokens(short) <= SMALL_TOKENS
    assert "You are Rohini Iyer" in short
    assert "stubborn" in system_prompt(CARD, 120)
    assert "fear of dogs" not in short
    assert system_for("HuggingFaceTB/SmolLM2-135M-Instruct", CARD) == short
    assert system_for("qwen3:4b", CARD) == CARD.strip()
    assert system_for("", CARD) == CARD.strip()
    assert system_prompt("You are Tara. You sail.") == "You are Tara. You sail."
    assert (
        tokens(system_prompt("You are Tara, who sails. " + "You have seen many harbours in the rain. " * 40))
        <= SMALL_TOKENS
    )


def test_a_card_of_many_traits_stays_on_a_page() -> None:
    data = LIFE.config.model_dump()
    data["traits"] = [
        {
            "id": f"t{n}",
            "name": f"brave {n}",
            "description": "walks through the rain and the mud without a coat or a word",
            "importance": 3,
        }
        for n in range(25)
    ]
    config = type(LIFE.config).from_dict(data)
    told = tuple(TraitVerdict(id=f"t{n}", verdict="HOLDS", default_verdict="HOLDS") for n in range(25))
    card = persona_card(config, LIFE.timeline.model_copy(update={"traits": told}))
    assert tokens(card) <= CARD_TOKENS
    assert all(f"You are brave {n}." in card for n in range(25))


def test_coverage_names_what_is_missing() -> None:
    table = {r.trait: r for r in coverage(SAMPLES, LIFE.config, LIFE.timeline)}
    assert list(table)[0] == "stubborn"
    assert "night-owl" not in table
    assert table["fear-of-dogs"].counts["now_and_then"] > 0
    assert "contested" in table["vain"].missing[0]
    few = [s for s in SAMPLES if "stubborn" in s.traits][:2]
    (flag, *_) = {r.trait: r for r in coverage(few, LIFE.config, LIFE.timeline)}["stubborn"].missing
    assert flag == f"negative trait with 2 of {floor(4)} samples"


def test_the_beginning_of_the_file_has_what_nobody_may_get_wrong(tmp_path: Path) -> None:
    """A recipe may take only so many rows: the first of who she is are her gender and her name, each in its own row."""
    export(approved(SAMPLES), tmp_path / "x")
    rows = [json.loads(line) for line in (tmp_path / "x" / "train.jsonl").read_text().splitlines()]
    asked = [r["messages"][1]["content"] for r in rows if r.get("kind") == "identity"][:4]
    about = {s.messages[0].content: s.source.split("/")[2] for s in SAMPLES if s.kind == "identity"}
    assert {about[q] for q in asked} == {"gender", "name", "who", "not_gender"}
