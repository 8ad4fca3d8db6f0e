"""The kept queue is the queue that the chain makes, or it is not used."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner.edits import make_edit
from refiner.marks import queue_mark
from refiner.models import CanonEntry, Decision, Event, Note, Question, Sample, Sentence, TraitVerdict
from refiner.queueing import has_samples, make_queue, make_samples_for_review
from refiner.refine import refine
from refiner.review.items import Item, build_queue
from refiner.review.kept import read, write
from refiner.reviewing import open_queue
from refiner.store import DecisionLog, Workspace

NOW = "2026-01-31"
CONFIG = """
[persona]
born = "1990-03-02"
[persona.before]
name = "Tarun Vale"
gender = "male"
[persona.after]
name = "Tara Vale"
gender = "female"
[[traits]]
id = "stubborn"
name = "stubborn"
polarity = "negative"
importance = 3
"""
NOTE = (
    "---\ndate: 2014-05-01\n---\nI was a good boy then. My aunt said: “Tarun, he is a stubborn son.” I am stubborn.\n"
)


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "life")
    made.raw.mkdir(parents=True)
    made.config.write_text(CONFIG, encoding="utf-8")
    (made.raw / "aunt.md").write_text(NOTE, encoding="utf-8")
    refine(made, now=NOW, engine="rules")
    return made


def kept(ws: Workspace, now: str = NOW) -> list[Item] | None:
    return read(ws.queue, queue_mark(ws, now, with_samples=has_samples(ws)))


def seen(items: list[Item] | None) -> list[dict[str, Any]]:
    """Everything of the items, with what their equality leaves out."""
    assert items is not None
    return [{f.name: getattr(i, f.name) for f in fields(Item)} for i in items]


def test_what_is_kept_is_what_the_chain_makes(ws: Workspace) -> None:
    made = make_queue(ws, now=NOW)
    assert {"edit", "trait"} <= {i.kind for i in made}
    assert seen(kept(ws)) == seen(made)
    assert seen(open_queue(ws, now=NOW)) == seen(made)


def test_samples_and_decisions_are_in_what_is_kept(ws: Workspace) -> None:
    make_samples_for_review(ws, now=NOW)
    with_samples = kept(ws)
    assert any(i.kind == "sample" for i in with_samples or [])
    assert seen(with_samples) == seen(make_queue(ws, now=NOW))
    item = next(i for i in with_samples or [] if i.kind == "edit")
    DecisionLog(ws.decisions).append(Decision(item=item.id, text_sha=item.text_sha, verdict="reject"))
    assert kept(ws) is None
    queue = open_queue(ws, now=NOW)
    assert next(i.status for i in queue if i.id == item.id) == "rejected"
    assert seen(kept(ws)) == seen(queue) == seen(make_queue(ws, now=NOW))


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _canon(ws: Workspace) -> None:
    ws.canon.parent.mkdir(parents=True, exist_ok=True)
    ws.canon.write_text('[[canon]]\nkind = "other"\nbefore = "kite"\nafter = "drum"\n', encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda ws: _change(ws.raw / "aunt.md", "good boy", "bad boy"),
        lambda ws: (ws.raw / "more.md").write_text("I was his son.\n", encoding="utf-8"),
        lambda ws: (ws.raw / "aunt.md").rename(ws.raw / "uncle.md"),
        lambda ws: _change(ws.config, '"Tara Vale"', '"Tanvi Vale"'),
        _canon,
        lambda ws: (ws.refined / "samples.jsonl").write_text("", encoding="utf-8"),
        lambda ws: _change(ws.refined / "state.json", '"rules"', '"llm"'),
    ],
)
def test_a_queue_of_other_inputs_is_not_used(ws: Workspace, change: Any) -> None:
    make_queue(ws, now=NOW)
    assert kept(ws) is not None
    change(ws)
    assert kept(ws) is None


def test_another_day_has_another_queue(ws: Workspace) -> None:
    make_queue(ws, now=NOW)
    assert kept(ws, "2027-01-31") is None


def test_the_kept_queue_is_for_its_owner_alone(ws: Workspace) -> None:
    make_queue(ws, now=NOW)
    assert ws.queue.stat().st_mode & 0o777 == 0o600
    os.chmod(ws.queue, 0o622)
    assert kept(ws) is None
    os.chmod(ws.queue, 0o600)
    ws.queue.rename(ws.root / "elsewhere")
    ws.queue.symlink_to(ws.root / "elsewhere")
    assert kept(ws) is None


def signed(body: bytes, mark: str = "m", **more: object) -> bytes:
    """A file with the right hash, whoever wrote it."""
    return json.dumps({"format": 1, "mark": mark, "sha256": hashlib.sha256(body).hexdigest(), **more}).encode() + (
        b"\n" + body
    )


NOTHING = {"items": [], "canon": [], "question": [], "edit": [], "event": [], "trait": [], "sample": []}
ITEM = {"id": "trait:a", "kind": "trait", "text_sha": "x"}
TRAIT = {"id": "a", "verdict": "HOLDS", "default_verdict": "HOLDS"}


def test_a_file_of_the_shape_is_read(tmp_path: Path) -> None:
    path = tmp_path / "q"
    path.write_bytes(signed(json.dumps({**NOTHING, "items": [ITEM], "trait": [TRAIT]}).encode()))
    path.chmod(0o600)
    assert [i.payload for i in read(path, "m") or []] == [TraitVerdict(**TRAIT)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        signed(b"[" * 100_000),
        signed(b"null"),
        signed(b"{}"),
        signed(json.dumps(NOTHING).encode(), mark="other"),
        signed(json.dumps(NOTHING).encode(), format=2),
        signed(json.dumps(NOTHING).encode(), more=1),
        signed(json.dumps({**NOTHING, "more": []}).encode()),
        signed(json.dumps({**NOTHING, "items": [ITEM]}).encode()),
        signed(json.dumps({**NOTHING, "trait": [TRAIT]}).encode()),
        signed(json.dumps({**NOTHING, "items": [{**ITEM, "id": "trait:b"}], "trait": [TRAIT]}).encode()),
        signed(json.dumps({**NOTHING, "items": [{**ITEM, "kind": "__class__"}], "trait": [TRAIT]}).encode()),
        signed(json.dumps({**NOTHING, "items": [{**ITEM, "status": 7}], "trait": [TRAIT]}).encode()),
        signed(json.dumps({**NOTHING, "items": [ITEM], "trait": [{**TRAIT, "run": "this"}]}).encode()),
    ],
)
def test_a_strange_file_is_no_queue(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "q"
    path.write_bytes(data)
    path.chmod(0o600)
    assert read(path, "m") is None


WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
SENTENCE = "Then he went home, and his kite with him."
NOTE_OF_IT = Note(path="a.md", sha="", text=SENTENCE, sentences=(Sentence(start=0, end=len(SENTENCE), text=SENTENCE),))


@st.composite
def queues(draw: st.DrawFn) -> list[Item]:
    """Queues with every kind of item, with words of any kind in them."""
    word = draw(WORDS)
    edit = make_edit(NOTE_OF_IT, "swap", 5, 7, word or "she", reason=draw(WORDS), source="rule:pronoun",
                     confidence=draw(st.floats(0, 1)), evidence=draw(st.lists(WORDS, max_size=2)))  # fmt: skip
    choices = [{"id": str(n), "label": draw(WORDS), "effect": {"none": True}} for n in range(draw(st.integers(1, 3)))]
    event = {"id": "e", "note": "a.md", "label": draw(WORDS), "quotes": draw(st.lists(WORDS, max_size=2)),
             "effects": [{"trait": "a", "kind": draw(st.sampled_from(["initiates", "weakens"]))}]}  # fmt: skip
    trait = {**TRAIT, "intervals": [{"from": "2001", "by": ["e"]}], "evidence": [{"event": "e", "said": word}]}
    sample = {"id": "s", "kind": "memory", "messages": [{"role": "assistant", "content": draw(WORDS)}],
              "edits": [edit.id], "events": ["e"]}  # fmt: skip
    records = (
        [CanonEntry(id="kite", before="kite", after=draw(WORDS), forms={word: draw(WORDS)})],
        [Question.model_validate({"id": "q", "note": "a.md", "stage": "swap", "start": 5, "end": 7,
                                  "question": draw(WORDS), "choices": choices})],
        [edit], [Event.model_validate(event)], [TraitVerdict.model_validate(trait)], [Sample.model_validate(sample)],
    )  # fmt: skip
    log = [Decision(item=edit.id, text_sha=draw(st.sampled_from([edit.text_sha, "old"])), verdict="approve", id="d")]
    return build_queue(*records, {"a.md": NOTE_OF_IT}, log, idealising={edit.id: (word,)})


@given(queues(), WORDS)
def test_any_queue_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, queue: list[Item], mark: str) -> None:
    path = tmp_path_factory.mktemp("kept") / "q"
    assert write(path, mark, queue)
    assert seen(read(path, mark)) == seen(queue)
    assert read(path, mark + "x") is None


@given(st.data())
def test_a_damaged_file_is_no_queue(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("kept") / "q"
    edit = make_edit(NOTE_OF_IT, "swap", 5, 7, "she", reason="told of her", source="rule:pronoun")
    write(path, "m", build_queue([], [], [edit], [], [], [], {"a.md": NOTE_OF_IT}, []))
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        path.write_bytes(whole[:at])
    else:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :])
    assert read(path, "m") is None
