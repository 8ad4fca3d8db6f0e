"""Reframe keeps: it counts what sentences have to do with the traits, and drops only an unwanted cause."""

from __future__ import annotations

from refiner.config import Config
from refiner.edits import render
from refiner.models import StageResult
from refiner.notes import Note, note_from_text
from refiner.stages.base import StageInput
from refiner.stages.extract import extract
from refiner.stages.reframe import Reframe, relations


def config(**chess: object) -> Config:
    traits = [
        {"id": "stubborn", "name": "stubborn", "importance": 4},
        {"id": "chess", "name": "plays chess", **chess},
        {"id": "kites", "name": "flies kites", "importance": 0},
    ]
    return Config.from_dict({"traits": traits})


TEXT = """---
events:
  - quote: My uncle left a board behind in May
    effects: { chess: { kind: initiates, quote: I have played chess ever since } }
---
My uncle left a board behind in May. I have played chess ever since. I am stubborn. The tea was cold.
"""


def run(note: Note, conf: Config, **more: object) -> StageResult:
    return Reframe().run(StageInput(note, conf, extraction=extract(note, conf), **more))  # type: ignore[arg-type]


def test_everything_is_kept_by_default() -> None:
    note = note_from_text(TEXT)
    result = run(note, config())
    assert result.edits == ()
    assert [f.severity for f in result.findings] == ["info"]
    assert "4 sentences" in result.findings[0].message


def test_the_cause_of_a_minor_trait_goes_where_it_is_not_wanted() -> None:
    note = note_from_text(TEXT)
    result = run(note, config(how_acquired=False))
    assert render(note.text, result.edits).endswith(
        "---\nI have played chess ever since. I am stubborn. The tea was cold.\n"
    )
    assert "how_acquired" in result.edits[0].reason


def test_the_cause_of_an_important_trait_stays() -> None:
    assert run(note_from_text(TEXT), config(how_acquired=False, importance=3)).edits == ()


def test_a_rejected_edit_is_not_proposed_again() -> None:
    note, conf = note_from_text(TEXT), config(how_acquired=False)
    [edit] = run(note, conf).edits
    assert run(note, conf, rejected=frozenset({edit.id})).edits == ()


def test_relations_of_sentences() -> None:
    note = note_from_text(TEXT)
    found = relations(note, config(), extract(note, config()).events)
    assert [(r.side, r.trait) for r in found] == [("none", ""), ("for", "chess"), ("for", "stubborn"), ("none", "")]
    assert found[2].words == ("stubborn",)


def test_a_trait_that_is_only_tracked_forces_nothing() -> None:
    note = note_from_text("I fly kites every day.")
    assert [r.side for r in relations(note, config())] == ["none"]
