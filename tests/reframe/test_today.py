"""The check afterwards: what is over is nowhere said to be so today, and something is left that says what holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from refiner.config import Config
from refiner.edits import make_edit
from refiner.models import Decision, Edit, Message, Sample, Timeline, TraitVerdict
from refiner.notes import Note, note_from_text
from refiner.refine import with_life
from refiner.review.identity import text_shas
from refiner.sampling import make_samples, samples_of
from refiner.stages.extract import extract, trait_words
from refiner.stages.relevance import bearings, treatments
from refiner.stages.today import dead_samples, living_traits, untold_traits
from refiner.store import DecisionLog, Workspace

NOW = "2026-01-01"
CONFIG = Config.from_dict(
    {
        "traits": [
            {"id": "stubborn", "name": "stubborn", "polarity": "negative", "importance": 3},
            {"id": "fear", "name": "afraid of dogs", "importance": 2},
            {"id": "kites", "name": "flies kites", "importance": 2},
            {"id": "tea", "name": "drinks tea", "importance": 0},
        ]
    }
)
NOTE = note_from_text("The bus was late. I am stubborn. I am afraid of dogs.", "a.md")


def timeline(**verdicts: str) -> Timeline:
    made = (TraitVerdict.model_validate({"id": t, "verdict": v, "default_verdict": v}) for t, v in verdicts.items())
    return Timeline(now=NOW, traits=tuple(made))


def gone(note: Note, words: str, after: str = "") -> Edit:
    start = note.text.index(words)
    return make_edit(note, "override", start, start + len(words), after, reason="r", source="rule:x")


def living(edits: list[Edit], **verdicts: str) -> list[tuple[str, str]]:
    found = bearings(NOTE, CONFIG, trait_words(CONFIG.traits), extract(NOTE, CONFIG))
    told = living_traits([NOTE], {"a.md": edits}, {"a.md": found}, CONFIG, timeline(**verdicts))
    return [(f.severity, f.message.split(":")[0]) for f in told]


def test_a_trait_that_holds_and_is_told_is_fine() -> None:
    assert living([], stubborn="HOLDS") == []


@pytest.mark.parametrize("after", ["", " "])
def test_what_holds_and_was_taken_away_is_an_error(after: str) -> None:
    assert living([gone(NOTE, "I am stubborn.", after)], stubborn="HOLDS") == [("error", "stubborn")]
    assert living([gone(NOTE, "I am stubborn.", "I am a stubborn girl.")], stubborn="HOLDS") == []
    assert living([gone(NOTE, "stubborn", "obstinate")], stubborn="DORMANT") == []


def test_what_no_note_shows_is_pointed_out_and_what_does_not_hold_needs_nothing() -> None:
    assert living([], kites="HOLDS") == [("info", "flies kites")]
    assert living([gone(NOTE, "I am afraid of dogs.")], fear="NOT", kites="CONTESTED", tea="HOLDS") == []


def sample(answer: str, status: str = "approved") -> Sample:
    asked = (Message(role="user", content="Are you afraid of dogs?"), Message(role="assistant", content=answer))
    return Sample.model_validate({"id": "s1", "kind": "trait", "messages": asked, "text_sha": "x", "status": status})


def test_samples_that_say_that_it_is_so_today_are_found() -> None:
    said = [sample("Yes. I am afraid of dogs, all of them.")]
    [(found, trait, quote)] = dead_samples(said, CONFIG, timeline(fear="NOT"))
    assert (found.id, trait.id, quote) == ("s1", "fear", "I am afraid of dogs, all of them.")
    assert dead_samples(said, CONFIG, timeline(fear="HOLDS")) == []
    assert dead_samples([sample("Until 2003 I was afraid of dogs.")], CONFIG, timeline(fear="NOT")) == []
    assert dead_samples([sample("I am afraid of dogs.", "rejected")], CONFIG, timeline(fear="NOT")) == []
    # What she is asked is not what she says.
    assert dead_samples([sample("No.")], CONFIG, timeline(fear="NOT")) == []


def test_a_trait_that_holds_and_that_no_sample_is_about_is_named() -> None:
    about = sample("No.").model_copy(update={"traits": ("stubborn",)})
    told = timeline(stubborn="HOLDS", kites="DORMANT", fear="NOT", tea="HOLDS")
    assert [t.id for t in untold_traits([about], CONFIG, told)] == ["kites"]


def test_what_became_of_each_sentence_and_event_is_told() -> None:
    text = """---
date: 2001-05-01
events:
  - {id: bite, when: 1995, quote: A dog bit me, effects: {fear: {kind: initiates, quote: I am afraid of dogs}}}
---
A dog bit me. I am afraid of dogs. The tea was cold. I am stubborn.
"""
    note = note_from_text(text, "a.md")
    x = extract(note, CONFIG)
    found = bearings(note, CONFIG, trait_words(CONFIG.traits), x)
    edit = gone(note, "I am afraid", "Until 2003 I was afraid")
    edit = edit.model_copy(
        update={"start": note.text.rindex("I am afraid"), "end": note.text.rindex("I am afraid") + 11}
    )
    told = timeline(fear="NOT", stubborn="HOLDS").model_copy(
        update={"actions": {"bite": "reframe"}, "reasons": {"bite": "it is over"}}
    )
    rows = treatments(note, found, [edit], x.events, told)
    assert [(note.text[t.start : t.end] if t.start else t.event, t.action) for t in rows] == [
        ("A dog bit me.", "keep"),
        ("I am afraid of dogs.", "reframe"),
        ("I am stubborn.", "keep"),
        ("bite", "reframe"),
    ]
    assert rows[1].why == "r"
    assert {b.side for b in rows[0].bearings} == {"context"}


# ---- the program -----------------------------------------------------------------------------------------------------


def run(life: Workspace, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "refiner.cli", *args, "--workspace", str(life.root), "--now", NOW]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=600)


@pytest.fixture
def life(tmp_path: Path) -> Workspace:
    ws = Workspace(tmp_path)
    ws.raw.mkdir(parents=True)
    ws.config.write_text(
        '[persona]\nborn = "1985"\n[persona.before]\nname = "Ravi Rao"\ngender = "male"\n[persona.after]\n'
        'name = "Ria Rao"\ngender = "female"\n[[traits]]\nid = "fear"\nname = "afraid of dogs"\nimportance = 3\n'
    )
    (ws.raw / "a.md").write_text(
        "---\ndate: 1999-04-05\n---\nWe moved to Thane. I am afraid of dogs. It rained all night.\n"
    )
    (ws.raw / "b.md").write_text(
        "---\ndate: 2004-04-05\n---\nIn 2003 the fear of dogs was gone. I walked by the lake.\n"
    )
    return ws


def test_an_approved_sample_that_brings_the_dead_back_is_not_exported(life: Workspace) -> None:
    assert run(life, "refine", "--engine", "rules").returncode == 0
    assert "Until 2003 I was afraid of dogs." in (life.refined / "notes" / "a.md").read_text()
    made = make_samples(life, now=NOW)
    log = DecisionLog(life.decisions)
    with with_life(life, now=NOW) as now:
        edits = [e for es in now.chain.edits.values() for e in es]
        shas = text_shas([*edits, *made.samples, *now.chain.questions])
    for item in [*edits, *made.samples]:
        log.append(Decision(item=item.id, text_sha=shas[item.id], verdict="approve"))
    chosen = made.samples[0]
    log.append(Decision(item=chosen.id, text_sha=shas[chosen.id], verdict="edit", text="I am afraid of dogs."))
    with with_life(life, now=NOW) as now:
        found = next(s for s in samples_of(now).samples if s.id == chosen.id)
    assert "today:fear" in found.blocked
    partial = run(life, "export", "--partial")
    assert partial.returncode == 0, partial.stderr
    assert "I am afraid of dogs." not in (life.dataset / "train.jsonl").read_text()
    refused = run(life, "export")
    assert refused.returncode == 3, refused.stderr
    said = " ".join(refused.stderr.split())
    assert "“I am afraid of dogs.” (afraid of dogs)" in said
    assert f"refiner review --reject {chosen.id}" in said
