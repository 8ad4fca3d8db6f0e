from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from review_life import Life

from refiner.edits import render
from refiner.models import Decision, Event, Message
from refiner.review.effects import (
    answered_edits,
    apply_status,
    kept_events,
)
from refiner.review.history import Decided
from refiner.review.identity import Reviewable, item_id, sha_of, text_shas
from refiner.review.state import verdicts
from refiner.review.texts import as_text, messages_text, parse_messages, problem_with

LIFE = Life()
ALL: list[Reviewable] = [*LIFE.canon, *LIFE.questions, *LIFE.edits, *LIFE.events, *LIFE.traits, *LIFE.samples]


def decide(record: Reviewable, verb: str, **given: object) -> dict[str, Decided]:
    about = {"item": item_id(record), "text_sha": sha_of(record), "verdict": verb, **given}
    return verdicts([Decision.model_validate(about)], text_shas(ALL))


def test_edits_take_the_persons_status_and_words() -> None:
    edit = LIFE.edits[0]
    assert apply_status([edit], {})[0].status == "undecided"
    assert apply_status([edit], decide(edit, "reject"))[0].status == "rejected"
    said = decide(edit, "edit", text="Anjali's")
    done = apply_status([edit], said)[0]
    assert (done.after, done.status, done.text_sha) == ("Anjali's", "edited", edit.text_sha)


def test_an_answer_becomes_an_edit() -> None:
    q = LIFE.questions[0]
    said = decide(q, "answer", choice="1")
    (edit,) = answered_edits([q], said, LIFE.notes)
    assert (edit.source, edit.stage, edit.status, edit.after) == ("person", "swap", "approved", "she")
    assert "said she was late" in render(LIFE.school.text, [edit])
    assert apply_status([q], said)[0].answer == "1"
    assert answered_edits([q], decide(q, "answer", choice="2"), LIFE.notes) == []
    assert answered_edits([q], decide(q, "reject"), LIFE.notes) == []
    assert answered_edits([q], {}, LIFE.notes) == []
    own = answered_edits([q], decide(q, "edit", text="my friend"), LIFE.notes)
    assert own[0].after == "my friend"
    assert apply_status([q], decide(q, "approve"))[0].status == "undecided"
    assert apply_status([q], decide(q, "answer", choice="77"))[0].status == "undecided"


def test_an_answer_names_the_edits_that_it_contains() -> None:
    q = LIFE.questions[0]
    from review_life import edit_of

    earlier = edit_of(LIFE.school, "he", "her", stage="extract")
    (edit,) = answered_edits([q], decide(q, "answer", choice="1"), LIFE.notes, [earlier])
    assert edit.parents == (earlier.id,)


def test_canon_and_samples_as_the_person_wrote_them() -> None:
    entry, sample = LIFE.canon[0], LIFE.samples[0]
    done = apply_status([entry], decide(entry, "edit", text="tennis\nbat = racket"))[0]
    assert (done.after, done.forms, done.status) == ("tennis", {"bat": "racket"}, "edited")
    assert apply_status([entry], decide(entry, "edit", text=""))[0].status == "undecided"
    talk = apply_status([sample], decide(sample, "edit", text="Not any more."))[0]
    assert [m.content for m in talk.messages] == ["Are you afraid of dogs?", "Not any more."]
    whole = messages_text((Message(role="user", content="Dogs?"), Message(role="assistant", content="No.")))
    assert apply_status([sample], decide(sample, "edit", text=whole))[0].messages[0].content == "Dogs?"


def test_an_entry_that_is_already_what_the_person_wrote_counts_as_edited() -> None:
    entry = LIFE.canon[0]
    line = Decision(item="canon:cricket", text_sha=sha_of(entry), verdict="edit", text="tennis\nbat = racket")
    life = Life()
    life.canon = apply_status([entry], verdicts([line], text_shas([entry])))
    item = life.queue([line])[0]
    assert (item.status, item.was) == ("edited", None)


def test_events_that_the_timeline_may_read() -> None:
    event = LIFE.events[0]
    assert kept_events([event], decide(event, "reject")) == []
    assert kept_events([event], decide(event, "approve")) == [event]
    text = "when: the monsoon of 1995\nmodality: planned\nsubject: self\n"
    (done,) = kept_events([event], decide(event, "edit", text=text))
    assert (done.when.raw, done.modality, done.effects, done.source) == ("the monsoon of 1995", "planned", (), "person")
    same: Event = kept_events([event], decide(event, "edit", text=as_text(event)))[0]
    assert (same.when, same.effects) == (event.when, event.effects)
    assert kept_events([event], decide(event, "edit", text="nonsense")) == [event]


def test_a_text_that_means_nothing_is_told() -> None:
    event, entry, sample = LIFE.events[0], LIFE.canon[0], LIFE.samples[0]
    assert "actual" in problem_with(event, "modality: actuall")
    assert "initiates" in problem_with(event, "effect: x initiate")
    assert problem_with(entry, "tennis\nbat racket")
    assert problem_with(sample, "--- user ---\nHello")
    assert problem_with(LIFE.traits[0], "x")
    assert not problem_with(LIFE.edits[0], "")


LINES = st.lists(st.sampled_from(["", "--- user ---", "\\--- user ---", "\\\\--- assistant ---", "a", " "]), max_size=6)


@given(st.lists(st.tuples(st.sampled_from(["user", "assistant"]), LINES.map("\n".join) | st.text()), max_size=4))
def test_messages_survive_being_text(pairs: list[tuple[str, str]]) -> None:
    messages = tuple(Message.model_validate({"role": r, "content": c}) for r, c in pairs)
    assert parse_messages(messages_text(messages)) == messages


def test_choices_belong_to_what_a_question_is_about() -> None:
    q = LIFE.questions[0]
    other = q.model_copy(update={"choices": tuple(reversed(q.choices))})
    moved = q.model_copy(update={"start": 1, "end": 3})
    assert sha_of(other) != sha_of(q)
    assert sha_of(moved) == sha_of(q)
