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
from refiner.stages.extract import trait_words
from refiner.stages.rewriting import says_the_same, turned, wrong_with_traits

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
    assert text.startswith("It was a dry year. In the hostel in Pune I have begun to smoke with Ravi. (That ")
    assert [e.source for e in chain.edits["a.md"]] == ["rule:close"]  # type: ignore[attr-defined]


def test_who_rejects_the_sentence_gets_the_clause() -> None:
    _, _, chain = run(GOOD)
    [edit] = chain.edits["a.md"]  # type: ignore[attr-defined]
    no = Decision(id="1", item=edit.id, text_sha=edit.text_sha, verdict="reject", at="2026-01-01T00:00:00Z")
    text, _, chain = run(GOOD, decisions=[no])
    assert text.startswith("It was a dry year. In the hostel in Pune I have begun to smoke with Ravi. (That ")
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


LANE = "Since that day I ran from every goat in the lane."


@pytest.mark.parametrize(
    "new",
    [
        "From that day until 2003 I ran from every goat in the lane.",
        "I ran from every goat in the lane from that day on, until 2003.",
        "I have not run from every goat in the lane since 2003.",
        "After that day I used to run from every goat in the lane, until 2003.",
        "That day I ran from every goat in the lane, and it stopped in 2003.",
    ],
)
def test_what_says_the_same_in_other_words_of_time_is_let_be(new: str) -> None:
    assert turned(LANE, new, "That lasted until 2003.") == ""


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("From that day until 2003 I did not run from every goat in the lane.", "deny"),
        ("It was not until 2003 that I ran from every goat in the lane.", "deny"),
        ("Until 2003 I ran from no goat in the lane since that day.", "deny"),
        ("From that day until 2003 she made me run from every goat in the lane.", "people"),
        ("From that day until 2003 every goat in the lane ran from me.", "people"),
        ("They say that until 2003 I ran from every goat in the lane.", "people"),
        ("From that day until 2003 I ran to every goat in the lane.", "to whom"),
        ("From that day until 2003 I ran with every goat in the lane.", "to whom"),
        ("From that day until 2003 I ran from every goat in the lane with meera.", "meera"),
        ("From that day until 2003 I ran from every goat in the lane like a coward.", "coward"),
        ("From that day until 2003 I ran from every goat in the lane, sadly.", "sadly"),
        ("From that day until 2003 I ran twice from every goat in the lane.", "twice"),
        ("From that day until 2003 I dreamt that I ran from every goat in the lane.", "dreamt"),
        ("Until 2003, from that day, I will run from every goat in the lane.", "will"),
        ("From that day until 2003 I had to run from every goat in the lane.", "had to"),
        ("From that day until 2003, had I run from every goat in the lane.", "had i"),
        ("If only I ran from every goat in the lane from that day until 2003.", "if"),
        ("From that day until 2003 I have run from every goat in the lane.", "today"),
        ("From that day until 2003 did I run from every goat in the lane?", "end"),
        ("From that day until 2003 I ran from every goat in the lane", "end"),
        ("from that day until 2003 I ran from every goat in the lane.", "capital"),
        ("**From that day until 2003 I ran from every goat in the lane.**", "plain"),
        ("{From that day until 2003 I ran from every goat in the lane.}", "plain"),
        ("From that day until 2003 I ran from every go\u0430t in the lane.", "plain"),
        ("From that day until 2003 I ran from every goat in the lane.\u200b", "plain"),
        ("From that day until 2003 I ran from every goat in the lane! https://x.y", "plain"),
    ],
)
def test_what_turns_the_sentence_round_is_sent_back(new: str, why: str) -> None:
    assert why in turned(LANE, new, "That lasted until 2003.")


@pytest.mark.parametrize(
    ("old", "new", "fits"),
    [
        ("I do not lend money at two, not even then.", "Until 2003 I did not lend money at two, not even then.", True),
        ("I do not lend money at two, not even then.", "Until 2003 I did lend money at two, not even then.", False),
        ("I do not lend money to Ravi.", "I did not lend money to Ravi, since 2003.", False),
        ("I cannot pass the gate without Amma.", "Until 2003 I could not pass the gate without Amma.", True),
        ("My brother hit me and I never cried.", "Until 2003 my brother hit me and I never cried.", True),
        ("My brother hit me and I never cried.", "Until 2003 my brother hit me and I cried.", False),
        ("My brother hit me and I never cried.", "Until 2003 I hit my brother and I never cried.", False),
        ("I gave *everything* away.", "Until 2003 I gave everything away.", False),
    ],
)
def test_what_is_denied_stays_denied_and_nobody_changes_places(old: str, new: str, fits: bool) -> None:
    assert (turned(old, new, "That ended in 2003.") == "") is fits


@pytest.mark.parametrize(
    ("clause", "new"),
    [
        ("It came back in 2010.", "I gave up chess and came back in 2010."),
        ("It came back in 2010.", "I gave up chess again in 2010."),
        ("That has rested since 2019.", "I rested since 2019, and I play."),
        ("I thought so then; it never was true.", "It was not true that I thought I was lazy."),
        ("So I thought at the time; it was not true.", "I was lazy, I thought of it, and it was true."),
    ],
)
def test_what_only_has_the_words_of_the_clause_does_not_say_it(clause: str, new: str) -> None:
    assert not says_the_same(new, clause)


def test_used_to_is_no_softening_of_what_is_over() -> None:
    new = "In the hostel in Pune I used to smoke with Ravi."
    traits = CONFIG.traits
    assert not wrong_with_traits(
        "In the hostel in Pune I smoke with Ravi.", new, traits, trait_words(traits), ["smoker"]
    )
