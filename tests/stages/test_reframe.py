"""Reframe keeps: it says what sentences have to do with the traits, and leaves out only an unwanted cause."""

from __future__ import annotations

from refiner.config import Config
from refiner.edits import render
from refiner.models import StageResult
from refiner.notes import Note, note_from_text
from refiner.stages.base import StageInput
from refiner.stages.extract import extract, trait_words
from refiner.stages.reframe import Reframe
from refiner.stages.relevance import bearings


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
    effects: { chess: { kind: initiates, quote: I have played chess for many years } }
---
My uncle left a board behind in May. I have played chess for many years. I am stubborn. The tea was cold.
"""


def run(note: Note, conf: Config, **more: object) -> StageResult:
    return Reframe().run(StageInput(note, conf, extraction=extract(note, conf), **more))  # type: ignore[arg-type]


def test_everything_is_kept_by_default() -> None:
    note = note_from_text(TEXT)
    result = run(note, config())
    assert (result.edits, result.findings) == ((), ())


def test_the_cause_of_a_minor_trait_goes_where_it_is_not_wanted() -> None:
    note = note_from_text(TEXT)
    result = run(note, config(how_acquired=False))
    assert render(note.text, result.edits).endswith(
        "---\nI have played chess for many years. I am stubborn. The tea was cold.\n"
    )
    assert "how_acquired" in result.edits[0].reason


def test_the_cause_of_an_important_trait_stays() -> None:
    assert run(note_from_text(TEXT), config(how_acquired=False, importance=3)).edits == ()


def test_a_rejected_edit_is_not_proposed_again() -> None:
    note, conf = note_from_text(TEXT), config(how_acquired=False)
    [edit] = run(note, conf).edits
    assert run(note, conf, rejected=frozenset({edit.id})).edits == ()


def sides(text: str, conf: Config) -> list[tuple[str, str, str]]:
    note = note_from_text(text)
    found = bearings(note, conf, trait_words(conf.traits), extract(note, conf))
    return [(note.text[b.start : b.end], b.side, b.trait) for b in found]


def test_bearings_of_sentences() -> None:
    assert sides(TEXT, config()) == [
        ("My uncle left a board behind in May.", "context", "chess"),
        ("I have played chess for many years.", "for", "chess"),
        ("I am stubborn.", "for", "stubborn"),
    ]


def test_an_end_is_evidence_against() -> None:
    assert sides("In 2003 I stopped playing chess.", config())[0][1:] == ("against", "chess")


def test_what_others_say_is_marked_as_theirs() -> None:
    conf = config()
    theirs = note_from_text("---\nauthor: Rekha\n---\nHe is stubborn.\n")
    [b] = bearings(theirs, conf, trait_words(conf.traits), extract(theirs, conf))
    assert (b.teller, b.trait) == ("Rekha", "stubborn")


def test_a_trait_that_is_only_tracked_bears_nothing() -> None:
    assert sides("I fly kites every day.", config()) == []


LONG = """---
events:
  - quote: an uncle of ours came to stay
    effects: { chess: { kind: initiates, quote: I have played chess for many years } }
---
In the rains an uncle of ours came to stay. He smelt of camphor and slept in the hall. In 1996 he went to Pune. I have \
played chess for many years. The tea was cold.
"""


def test_a_long_cause_is_condensed_to_its_facts() -> None:
    note = note_from_text(LONG)
    result = run(note, config(how_acquired=False))
    assert render(note.text, result.edits).endswith(
        "In 1996 he went to Pune. I have played chess for many years. The tea was cold.\n"
    )
    assert {e.source for e in result.edits} == {"rule:condense"}


def test_a_cause_from_which_a_later_time_counts_stays() -> None:
    text = TEXT.replace("behind in May. I have", "behind in 1994. Two years later I won a cup. I have")
    text = text.replace("behind in May\n", "behind in 1994\n")
    assert run(note_from_text(text), config(how_acquired=False)).edits == ()
