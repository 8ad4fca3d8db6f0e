"""A sentence that says itself that it is over: written by the model, held against the sentence and its clause."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from fake import Fake, asker, user

from refiner.answers import Answers
from refiner.config import Config
from refiner.models import Decision
from refiner.notes import note_from_text
from refiner.pipeline import run_chain
from refiner.review.facts import Page, edit_facts
from refiner.stages.rewriting import says_the_same

CONFIG = Config.from_dict(
    {
        "persona": {"born": "1985", "before": {"gender": "male"}, "after": {"gender": "female"}},
        "traits": [
            {"id": "smoker", "name": "smoker", "description": "smokes cigarettes", "importance": 3},
            {"id": "stubborn", "name": "stubborn", "polarity": "negative", "importance": 3},
        ],
    }
)
DIARY = """---
date: 2004-06-01
events:
  - {id: began, when: 2003, quote: begun to smoke with Ravi, effects: {smoker: initiates}}
---
It was a dry year. In the hostel in Pune I have begun to smoke with Ravi. The mess was shut.
"""
ENDED = """---
date: 2011-01-01
events:
  - {id: quit, when: 2010, effects: {smoker: terminates}}
---
The wall is white.
"""
GOOD = "In the hostel in Pune I had begun to smoke with Ravi, which lasted until 2010."


def run(*said: object, decisions: Sequence[Decision] = (), answers: Answers | None = None) -> tuple[str, Fake, object]:
    """The diary as the chain leaves it when the model answers so, the last answer again and again."""
    queue = [{"sentence": s} if isinstance(s, str) else s for s in said]

    def answer(request: object) -> object:
        if "second sentence:" in user(request):  # type: ignore[arg-type]
            return queue.pop(0) if len(queue) > 1 else queue[0]
        return {"found": [], "events": [], "people": [], "media": []}

    talk, fake = asker(answer, answers)
    try:
        notes = [note_from_text(DIARY, "a.md"), note_from_text(ENDED, "b.md")]
        chain = run_chain(notes, CONFIG, now="2026-01-01", stages=("override",), asker=talk, decisions=decisions)
    finally:
        talk.close()
    return chain.refined(chain.notes[0]).split("---\n")[-1].strip(), fake, chain


def asked(fake: Fake) -> list[str]:
    return [user(r) for r in fake.asked if "second sentence:" in user(r)]


def test_the_sentence_takes_the_place_of_the_clause_and_has_the_models_name() -> None:
    text, fake, chain = run(GOOD)
    assert text == f"It was a dry year. {GOOD} The mess was shut."
    [edit] = chain.edits["a.md"]  # type: ignore[attr-defined]
    assert (edit.source, edit.status, edit.confidence) == ("model:fake", "undecided", 0.7)
    assert "2010" in edit.reason
    [shown] = asked(fake)
    assert "before: It was a dry year.\nsentence: In the hostel in Pune I have begun to smoke with Ravi." in shown
    assert "second sentence: That " in shown
    assert [e.id for e in chain.proposed] == [edit.id]  # type: ignore[attr-defined]
    shown = edit_facts(edit, Page(chain.notes[0]))["evidence"]  # type: ignore[attr-defined]
    assert "if you reject it, what the rules propose here takes its place" in shown  # type: ignore[operator]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("In the hostel in Pune I had begun to smoke with Ravi.", "numbers"),
        ("In the hostel in Pune I had begun to smoke with Ravi until 2012.", "numbers"),
        ("In the hostel in Pune I had begun to smoke with Ravi and Anand until 2010.", "new names"),
        ("In the hostel in Pune he had begun to smoke with Ravi until 2010.", "first person"),
        ("In the hostel I had begun to smoke with Ravi until 2010.", "keep the names"),
        ("In the hostel in Pune I had begun to sing with Ravi until 2010.", "smoker"),
        ("In the hostel in Pune I had begun to smoke a bit with Ravi, which lasted until 2010.", "weaker"),
        ("In the hostel in Pune I, stubborn, had begun to smoke with Ravi until 2010.", "another trait"),
        ("In the hostel in Pune I have begun to smoke with Ravi. That lasted until 2010.", "one sentence"),
        ("In the hostel in Pune I began and since 2010 I smoke with Ravi.", "by itself"),
        ("Until 2010 in the hostel in Pune I begin to smoke with Ravi.", "told as past"),
    ],
)
def test_what_changes_more_than_the_time_is_sent_back_with_the_reason(said: str, why: str) -> None:
    text, fake, _ = run(said, GOOD)
    assert text == f"It was a dry year. {GOOD} The mess was shut."
    again = [str(r["messages"][-1]["content"]) for r in fake.asked if "second sentence:" in user(r)]
    assert len(again) == 2
    assert why in again[1], again[1]


@pytest.mark.parametrize("said", ["", "I am a fish.", "<<<"])
def test_without_a_sentence_the_clause_stays(said: str) -> None:
    text, _, chain = run(said)
    assert text.startswith("It was a dry year. In the hostel in Pune I have begun to smoke with Ravi. That ")
    assert [e.source for e in chain.edits["a.md"]] == ["rule:close"]  # type: ignore[attr-defined]


def test_who_rejects_the_sentence_gets_the_clause() -> None:
    _, _, chain = run(GOOD)
    [edit] = chain.edits["a.md"]  # type: ignore[attr-defined]
    no = Decision(id="1", item=edit.id, text_sha=edit.text_sha, verdict="reject", at="2026-01-01T00:00:00Z")
    text, _, chain = run(GOOD, decisions=[no])
    assert text.startswith("It was a dry year. In the hostel in Pune I have begun to smoke with Ravi. That ")
    assert [e.status for e in chain.edits["a.md"] if e.source == "rule:close"] == ["undecided"]  # type: ignore[attr-defined]


def test_a_clause_that_was_approved_is_not_asked_about() -> None:
    _, _, chain = run("")
    [edit] = chain.edits["a.md"]  # type: ignore[attr-defined]
    yes = Decision(id="1", item=edit.id, text_sha=edit.text_sha, verdict="approve", at="2026-01-01T00:00:00Z")
    _, fake, _ = run(GOOD, decisions=[yes])
    assert asked(fake) == []


@pytest.mark.parametrize(
    ("clause", "says", "does_not"),
    [
        ("That lasted until 2010.", "Until 2010 I smoked.", "Since 2010 I have smoked."),
        ("That has not been so since 2010.", "I smoked, but not since 2010.", "I have smoked since 2010."),
        ("That ended in 2010.", "I smoked, which ended in 2010.", "In 2010 I smoked."),
        ("I used to smoke until 2009 or 2010.", "Until 2009 or 2010 I smoked.", "Until 2009 I smoked."),
        ("That lasted until the 1990s.", "Until the 1990s I smoked.", "In the 1990s I smoked."),
        ("That is over now.", "I used to smoke.", "I smoked."),
        ("It came back in 2010.", "I stopped until it came back in 2010.", "In 2010 I stopped."),
        ("That has rested since 2010.", "I play, though it rests since 2010.", "I play since 2010."),
        ("I thought so then; it never was true.", "I thought that I was lazy.", "I was lazy."),
    ],
)
def test_a_sentence_must_say_what_its_clause_says(clause: str, says: str, does_not: str) -> None:
    assert says_the_same(says, clause)
    assert not says_the_same(does_not, clause)
