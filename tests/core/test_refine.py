"""The whole chain on a small workspace: staleness, decisions, outputs, refine_text."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from refiner import Config, refine_text
from refiner import refine as refine_module
from refiner.demo import sample_folder
from refiner.edits import render
from refiner.errors import UsageError
from refiner.models import Decision, Edit, Timeline
from refiner.refine import refine, with_life
from refiner.review.identity import sha_of
from refiner.standing import standing
from refiner.store import DecisionLog, Workspace, read_jsonl
from refiner.workspace import init

NOW = "2026-01-01"
NOTES = {
    "one.md": 'As a boy I kept pigeons on the roof in Salem. My father said, "Let him feed them."\n',
    "two.md": "# 2012-05-01\n\nIn 2003 I was bitten by a dog. Since then I am afraid of dogs.\n",
    "three.md": "In 2015 my neighbour gave me a puppy and I stopped being afraid of dogs.\n",
}
TRAIT = (
    '\n[[traits]]\nid = "fear-of-dogs"\nname = "afraid of dogs"\naliases = ["fear of dogs"]\nimportance = 2\n'
    'polarity = "negative"\n'
)


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    made = init(tmp_path / "life", name="Karthik Selvan", becomes="Kavya Selvan", born="1990-03-04")
    made.config.write_text(made.config.read_text() + TRAIT)
    for name, text in NOTES.items():
        (made.raw / name).write_text(text)
    return made


def text(ws: Workspace, name: str) -> str:
    return (ws.refined / "notes" / name).read_text()


def test_a_run_writes_what_the_formats_say(ws: Workspace) -> None:
    done = refine(ws, now=NOW, engine="rules")
    assert (done.changed, done.notes, done.failed) == (True, 3, ())
    assert text(ws, "one.md").startswith("As a girl I kept pigeons")
    edits = read_jsonl(ws.refined / "edits.jsonl", Edit)
    for name, raw in NOTES.items():
        assert text(ws, name) == render(raw, [e for e in edits if e.note == name])
    assert all(e.reason and e.source for e in edits)
    shown = Timeline.model_validate_json((ws.refined / "timeline.json").read_text())
    verdict = shown.verdict("fear-of-dogs")
    assert verdict is not None
    assert verdict.verdict == "NOT"
    assert "Kavya" in (ws.refined / "persona.md").read_text()
    assert "afraid of dogs" not in (ws.refined / "persona.md").read_text().split("used to")[0]
    state = json.loads((ws.refined / "state.json").read_text())
    assert all((ws.refined / f).is_file() for f in state["files"])


def test_nothing_changed_does_nothing_and_one_note_redoes_one(ws: Workspace) -> None:
    refine(ws, now=NOW, engine="rules")
    before = {p: p.stat().st_mtime_ns for p in ws.refined.rglob("*") if p.is_file() and p.name != ".lock"}
    again = refine(ws, now=NOW, engine="rules")
    assert not again.changed
    assert {p: p.stat().st_mtime_ns for p in before} == before
    (ws.raw / "one.md").write_text(NOTES["one.md"] + "I was a good boy.\n")
    changed = refine(ws, now=NOW, engine="rules")
    assert changed.made["extract"] == 1
    assert changed.made["swap"] == 1
    assert "override" not in changed.made or changed.made["override"] == 1
    assert "I was a good girl." in text(ws, "one.md")


def test_another_english_model_reads_every_note_again(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from refiner.language import parse

    first = refine(ws, now=NOW, engine="rules")
    with monkeypatch.context() as patch:
        patch.setattr(parse, "version", lambda name: "99.0")
        parse.model_mark.cache_clear()
        again = refine(ws, now=NOW, engine="rules")
        assert again.changed
        assert all(again.made[stage] == first.made[stage] == 3 for stage in ("extract", "swap", "check"))
        assert not refine(ws, now=NOW, engine="rules").changed
    parse.model_mark.cache_clear()
    assert parse.model_mark().startswith("en_core_web_sm")


def test_results_do_not_depend_on_how_they_were_reached(ws: Workspace, tmp_path: Path) -> None:
    refine(ws, now=NOW, engine="rules")
    (ws.raw / "three.md").unlink()
    (ws.raw / "four.md").write_text("As a boy I sang.\n")
    refine(ws, now=NOW, engine="rules")
    assert not (ws.refined / "notes" / "three.md").exists()
    fresh = Workspace(tmp_path / "fresh")
    shutil.copytree(ws.root, fresh.root, ignore=shutil.ignore_patterns("refined"))
    refine(fresh, now=NOW, engine="rules")
    for name in ("edits.jsonl", "events.jsonl", "questions.jsonl", "timeline.json", "persona.md"):
        assert (fresh.refined / name).read_text() == (ws.refined / name).read_text()


def test_a_rejected_edit_leaves_the_raw_text_and_undo_brings_it_back(ws: Workspace) -> None:
    refine(ws, now=NOW, engine="rules")
    edit = next(e for e in read_jsonl(ws.refined / "edits.jsonl", Edit) if e.before == "boy")
    log = DecisionLog(ws.decisions)
    said = log.append(Decision(item=edit.id, text_sha=sha_of(edit), verdict="reject", reason="stays"))
    refine(ws, now=NOW, engine="rules")
    assert text(ws, "one.md").startswith("As a boy")
    log.append(Decision(item=edit.id, verdict="undo", undoes=said.id))
    refine(ws, now=NOW, engine="rules")
    assert text(ws, "one.md").startswith("As a girl")
    log.append(Decision(item=edit.id, text_sha=sha_of(edit), verdict="edit", text="small girl"))
    refine(ws, now=NOW, engine="rules")
    assert text(ws, "one.md").startswith("As a small girl")


def test_a_decision_about_another_text_does_not_count(ws: Workspace) -> None:
    refine(ws, now=NOW, engine="rules")
    edit = next(e for e in read_jsonl(ws.refined / "edits.jsonl", Edit) if e.before == "boy")
    DecisionLog(ws.decisions).append(Decision(item=edit.id, text_sha="other", verdict="reject"))
    refine(ws, now=NOW, engine="rules")
    assert text(ws, "one.md").startswith("As a girl")


def test_a_rejected_event_leaves_the_timeline(ws: Workspace) -> None:
    refine(ws, now=NOW, engine="rules")
    with with_life(ws, now=NOW) as life:
        event = next(e for e in life.chain.events.values() if e.note == "three.md")
    DecisionLog(ws.decisions).append(Decision(item=f"event:{event.id}", text_sha=sha_of(event), verdict="reject"))
    with with_life(ws, now=NOW) as life:
        assert life.chain.timeline is not None
        verdict = life.chain.timeline.verdict("fear-of-dogs")
    assert verdict is not None
    assert verdict.verdict == "HOLDS"


def test_a_note_that_cannot_be_read_fails_alone(ws: Workspace) -> None:
    (ws.raw / "bad.md").write_bytes(b"caf\xe9")
    done = refine(ws, now=NOW, engine="rules")
    assert done.notes == 3
    assert "bad.md:1" in str(done.failed[0])
    assert not (ws.refined / "state.json").exists()
    (ws.raw / "bad.md").unlink()
    assert refine(ws, now=NOW, engine="rules").changed
    assert (ws.refined / "state.json").exists()


def test_a_name_that_is_not_utf8_fails_alone(ws: Workspace) -> None:
    (ws.raw / os.fsdecode(b"caf\xe9.md")).write_text("As a boy I sang.\n")
    done = refine(ws, now=NOW, engine="rules")
    assert done.notes == 3
    assert r"caf\xe9.md: the name of this file is not UTF-8" in str(done.failed[0])
    assert r"caf\xe9.md" in (ws.refined / "findings.jsonl").read_text()[:10_000].replace("\\\\", "\\")


def test_what_was_written_beside_a_failed_note_is_not_taken_for_the_old(ws: Workspace) -> None:
    (ws.raw / "one.md").write_text("one\n")
    refine(ws, now=NOW, engine="rules")
    (ws.raw / "one.md").write_text("two\n")
    (ws.raw / "bad.md").write_bytes(b"caf\xe9")
    refine(ws, now=NOW, engine="rules")
    assert text(ws, "one.md") == "two\n"
    (ws.raw / "one.md").write_text("one\n")
    (ws.raw / "bad.md").unlink()
    assert refine(ws, now=NOW, engine="rules").changed
    assert text(ws, "one.md") == "one\n"


@pytest.mark.parametrize("kept", range(3))
def test_a_run_that_was_killed_while_writing_is_not_taken_for_whole(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    (ws.raw / "four.md").write_text("four\n")
    refine(ws, now=NOW, engine="rules")
    before = {name: (ws.raw / name).read_text() for name in ("one.md", "two.md", "three.md", "four.md")}
    (ws.raw / "four.md").unlink()
    for name in ("five.md", "one.md", "two.md", "three.md"):
        (ws.raw / name).write_text("other\n")
    whole, left = refine_module.write_if_changed, [kept + 2]

    def killed(path: Path, data: str) -> bool:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        return whole(path, data)

    monkeypatch.setattr(refine_module, "write_if_changed", killed)
    with pytest.raises(KeyboardInterrupt):
        refine(ws, now=NOW, engine="rules")
    monkeypatch.undo()
    (ws.raw / "five.md").unlink()
    for name, words in before.items():
        (ws.raw / name).write_text(words)
    refine(ws, now=NOW, engine="rules")
    assert {p.name: p.read_text() for p in (ws.refined / "notes").iterdir()}.keys() == before.keys()
    assert text(ws, "one.md").startswith("As a girl")
    assert not refine(ws, now=NOW, engine="rules").changed


def test_a_folder_of_notes_may_become_a_note_and_the_other_way_round(ws: Workspace) -> None:
    (ws.raw / "x.md" / "deep").mkdir(parents=True)
    (ws.raw / "x.md" / "deep" / "a.md").write_text("a\n")
    refine(ws, now=NOW, engine="rules")
    shutil.rmtree(ws.raw / "x.md")
    (ws.raw / "x.md").write_text("x\n")
    refine(ws, now=NOW, engine="rules")
    assert text(ws, "x.md") == "x\n"
    (ws.raw / "x.md").unlink()
    (ws.raw / "x.md" / "deep").mkdir(parents=True)
    (ws.raw / "x.md" / "deep" / "b.md").write_text("b\n")
    refine(ws, now=NOW, engine="rules")
    assert text(ws, "x.md/deep/b.md") == "b\n"
    shutil.rmtree(ws.raw / "x.md")
    refine(ws, now=NOW, engine="rules")
    assert not (ws.refined / "notes" / "x.md").exists()


@pytest.mark.parametrize("change", [
    lambda s: {"format": s["format"]}, lambda s: {**s, "files": None}, lambda s: {**s, "notes": "many"},
    lambda s: {**s, "files": [1]}, lambda s: {k: v for k, v in s.items() if k != "notes"}, lambda s: [s],
    lambda s: {**s, "sources": [], "fresh": 1},
])  # fmt: skip
def test_a_state_that_says_too_little_is_made_anew(ws: Workspace, change: Callable[[Any], Any]) -> None:
    refine(ws, now=NOW, engine="rules")
    state = json.loads((ws.refined / "state.json").read_text())
    (ws.refined / "state.json").write_text(json.dumps(change(state)))
    standing(ws)
    refine(ws, now=NOW, engine="rules")
    made = json.loads((ws.refined / "state.json").read_text())
    assert (made["fingerprint"], made["files"], made["notes"]) == (state["fingerprint"], state["files"], 3)


def test_raw_notes_are_never_written(ws: Workspace) -> None:
    refine(ws, now=NOW, engine="rules")
    assert {p.name: p.read_text() for p in ws.raw.glob("*.md") if p.name != "README.md"} == NOTES
    with pytest.raises(UsageError, match="never modified"):
        refine(ws, now=NOW, engine="rules", out=ws.raw)


def test_raw_and_out_elsewhere(ws: Workspace, tmp_path: Path) -> None:
    elsewhere = tmp_path / "notes"
    elsewhere.mkdir()
    (elsewhere / "a.txt").write_text("As a boy I sang.")
    refine(ws, now=NOW, engine="rules", raw=elsewhere, out=tmp_path / "out")
    assert (tmp_path / "out" / "notes" / "a.txt").read_text() == "As a girl I sang."


def test_refine_text() -> None:
    config = Config.from_dict(
        {"persona": {"before": {"name": "Karthik", "gender": "male"}, "after": {"name": "Kavya", "gender": "female"}}}
    )
    done = refine_text(NOTES["one.md"], config, stages=("swap",), engine="rules")
    assert done.text.startswith("As a girl I kept pigeons")
    assert done.edits[0].before == "boy"
    assert refine_text(done.text, config).edits == ()
    with pytest.raises(UsageError, match="no stage"):
        refine_text("x", config, stages=("swop",))


def test_importing_refiner_is_light() -> None:
    code = (
        "import sys, refiner, refiner.cli; refiner.Config; "
        "print([m for m in ('torch', 'transformers', 'spacy', 'openai', 'instructor') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_the_sample_life_has_no_unreadable_note() -> None:
    from refiner.notes import read_notes

    reading = read_notes(sample_folder() / "data" / "raw")
    assert len(reading.notes) >= 18
    assert reading.failed == ()
