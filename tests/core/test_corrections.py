"""Answers about events and the canon hold on after the question itself is gone, and an undo takes them back."""

from __future__ import annotations

from refiner import Config
from refiner.corrections import correct_events, standing_answers
from refiner.models import CanonEntry, ChoiceEffect, Decision, Effect, Event, Extraction, When
from refiner.notes import note_from_text
from refiner.pipeline import run_chain
from refiner.review.history import replay
from refiner.review.identity import sha_of

EVENT = Event(
    id="move",
    note="n.md",
    label="moved",
    when=When(raw="1998", edtf="1998"),
    effects=(Effect(trait="x", kind="initiates"),),
)
READ = [Extraction(note="n.md", events=(EVENT,))]


def answer(**effect: object) -> Decision:
    return Decision(id="d1", item="q1", verdict="answer", choice="1", effect=ChoiceEffect.model_validate(effect))


def test_an_answered_date_replaces_what_was_read() -> None:
    said = answer(event={"id": "move", "when": "May 2003"})
    event = correct_events(READ, replay([said]), Config())[0].events[0]
    assert (event.when.earliest, event.when.latest, event.source) == ("2003-05-01", "2003-05-31", "person")
    taken_back = [said, Decision(id="d2", item="q1", verdict="undo", undoes="d1")]
    assert correct_events(READ, replay(taken_back), Config()) == READ
    assert standing_answers(replay(taken_back)) == []


def test_an_event_is_taken_out_and_edited() -> None:
    gone = Decision(id="d1", item="event:move", text_sha=sha_of(EVENT), verdict="reject")
    assert correct_events(READ, replay([gone]), Config())[0].events == ()
    stale = gone.model_copy(update={"text_sha": "other"})
    assert correct_events(READ, replay([stale]), Config()) == READ


def test_an_answered_canon_entry_holds_without_its_question() -> None:
    entry = CanonEntry(id="c1", kind="activity", before="wrestling", after="kabaddi", origin="rule")
    notes = [note_from_text("I did wrestling every Sunday of my life in Kolhapur.\n", "n.md")]
    chain = run_chain(notes, Config(), now="2026-01-01", stages=["swap"], decisions=[answer(canon=entry.model_dump())])
    found = {c.id: c for c in chain.canon}["c1"]
    assert (found.origin, found.status) == ("person", "approved")
    assert "kabaddi" in chain.refined(notes[0])
