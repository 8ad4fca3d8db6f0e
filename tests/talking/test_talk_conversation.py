"""One talk without a terminal: what is sent, what stays of it, what is done again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talk_scripted import Scripted

from refiner.chat import LIVELY, Conversation
from refiner.errors import ModelError, UsageError
from refiner.talk_files import TalkFile, read_talk
from refiner.talk_repeat import repeats


def silent(piece: str) -> None:
    pass


def test_every_request_begins_with_who_she_is_and_has_the_talk_before_it(tmp_path: Path) -> None:
    model = Scripted("In Vadodara.", "Since 1999.")
    talk = Conversation(model, "You are Ila.", TalkFile(tmp_path, {"run": "r"}))
    pieces: list[str] = []
    talk.ask("Where do you live?", pieces.append)
    talk.ask("Since when?", pieces.append)
    assert "".join(pieces) == "In Vadodara.Since 1999."
    assert [m["content"] for m in model.asked[1]] == [
        "You are Ila.", "Where do you live?", "In Vadodara.", "Since when?",
    ]  # fmt: skip
    kept = read_talk(talk.file.path if talk.file else tmp_path)
    assert [(t.id, t.user, t.answer) for t in kept.turns] == [
        ("t1", "Where do you live?", "In Vadodara."), ("t2", "Since when?", "Since 1999."),
    ]  # fmt: skip


def test_an_interrupted_answer_stays_as_far_as_it_came(tmp_path: Path) -> None:
    talk = Conversation(Scripted("one two three four"), "s", TalkFile(tmp_path, {}))
    seen: list[str] = []

    def interrupt(piece: str) -> None:
        seen.append(piece)
        if piece == " two":
            raise KeyboardInterrupt

    turn = talk.ask("Count.", interrupt)
    assert (turn.answer, turn.stopped) == ("one two", True)
    assert seen[-1] == " …"
    assert talk.turns == [turn]


def test_a_failure_leaves_the_talk_as_it_was(tmp_path: Path) -> None:
    talk = Conversation(Scripted("one two three", failing=2), "s", TalkFile(tmp_path, {}))
    with pytest.raises(ModelError):
        talk.ask("Count.", silent)
    assert talk.turns == []
    assert list(tmp_path.iterdir()) == []


def test_the_oldest_turns_go_first_and_it_is_said_once() -> None:
    said: list[str] = []
    model = Scripted("word " * 19 + "end", context=120)
    talk = Conversation(model, "who she is", max_tokens=20, say=said.append)
    for n in range(8):
        talk.ask(f"question {n}", silent)
    assert len(said) == 1
    assert all(model.count(messages) <= 120 - 20 - 16 for messages in model.asked)
    assert all(messages[0]["content"] == "who she is" for messages in model.asked)
    assert model.asked[-1][-1]["content"] == "question 7"
    assert len(model.asked[-1]) > 2
    assert len(talk.turns) == 8  # what is no longer sent is not lost


def test_a_server_that_reads_less_than_was_thought_is_asked_with_less() -> None:
    said: list[str] = []
    model = Scripted("word " * 19 + "end", limit=70)
    talk = Conversation(model, "who", say=said.append)
    for n in range(6):
        assert talk.ask(f"question {n}", silent).answer.endswith("end")
    assert len(said) == 1


def test_a_question_that_is_too_long_is_refused_before_anything_is_sent() -> None:
    model = Scripted("yes", context=64)
    with pytest.raises(UsageError, match="longer than she can read at once"):
        Conversation(model, "who").ask("word " * 100, silent)
    assert model.asked == []


def test_again_takes_the_place_of_the_last_answer(tmp_path: Path) -> None:
    model = Scripted("No.", "Yes.")
    talk = Conversation(model, "s", TalkFile(tmp_path, {}))
    talk.ask("Are you sure?", silent)
    turn = talk.again(silent)
    assert (turn.id, turn.answer, turn.again) == ("t1", "Yes.", 1)
    assert model.asked[0] == model.asked[1]
    assert model.settings[0] == (0.0, None)
    assert model.settings[1][0] == LIVELY
    assert model.settings[1][1] is not None
    assert [t.answer for t in read_talk(talk.file.path if talk.file else tmp_path).turns] == ["Yes."]


def test_a_failed_second_try_keeps_the_first_answer() -> None:
    model = Scripted("No.")
    talk = Conversation(model, "s")
    talk.ask("Are you sure?", silent)
    model.failing = 0
    with pytest.raises(ModelError):
        talk.again(silent)
    assert [t.answer for t in talk.turns] == ["No."]


def test_the_untrained_model_is_asked_the_same_with_the_same_talk_before_it() -> None:
    hers, base = Scripted("In Vadodara.", "Since 1999."), Scripted("I am an assistant.")
    talk = Conversation(hers, "s")
    talk.ask("Where do you live?", silent)
    talk.ask("Since when?", silent)
    assert talk.compare(base, silent) == "I am an assistant."
    assert base.asked[0] == hers.asked[1]
    assert len(talk.turns) == 2


def test_the_talk_goes_on_with_what_she_would_have_said() -> None:
    from refiner.talk_files import marked

    model = Scripted("In Surat.", "Since 1999.")
    talk = Conversation(model, "s")
    talk.mark(marked(talk.ask("Where do you live?", silent), better="In Vadodara."))
    talk.ask("Since when?", silent)
    assert model.asked[1][2]["content"] == "In Vadodara."


def test_each_answer_that_is_cut_off_is_told() -> None:
    said: list[str] = []
    model, base = Scripted("one two"), Scripted("three four")
    talk = Conversation(model, "s", max_tokens=2, say=said.append)
    talk.ask("Count.", silent)
    assert said == []
    model.cut = base.cut = True
    told = "she was cut off after 2 tokens; --max-tokens allows more"
    talk.ask("Count.", silent)
    talk.again(silent)
    talk.compare(base, silent)
    assert said == [told] * 3


def test_an_answer_that_goes_round_in_circles_is_stopped_and_it_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    shown: list[str] = []
    model = Scripted("I had an uncle. " + "He was a man. " * 50 + "The end.")
    talk = Conversation(model, "s", TalkFile(tmp_path, {}), say=said.append)
    turn = talk.ask("Your uncle?", shown.append)
    assert turn.answer == "I had an uncle. " + " ".join(["He was a man."] * 5)
    assert "".join(shown) == turn.answer
    assert said == ["she repeats herself; stopped"]
    assert not turn.stopped
    assert talk.turns == [turn]
    assert model.ended  # the model was told that nobody reads on
    calm = Conversation(Scripted("No! " * 4 + "I was not there."), "s", say=said.append)
    assert calm.ask("Were you?", silent).answer == "No! No! No! No! I was not there."
    assert len(said) == 1


SENTENCE = st.sampled_from(["He was a man.", "No!", "I fed the goats.", "Why?", "tea\n", "It was 3.5 m long."])


@given(st.lists(SENTENCE, max_size=12))
def test_only_the_same_sentence_five_times_in_a_row_is_a_circle(parts: list[str]) -> None:
    text = " ".join(parts)
    assert repeats(text) == (len(parts) >= 5 and len(set(parts[-5:])) == 1)
    assert not repeats(text + " He was")


@pytest.mark.parametrize(
    ("text", "circle"),
    [
        ("Ha. ha.  HA.\nHa. ha.", True),
        ("tea\n" * 4 + "tea", False),
        ("3.5.5.5.5.5.5", False),
        ("", False),
        ("…" * 9, False),
    ],
)
def test_circles_at_their_edges(text: str, circle: bool) -> None:
    assert repeats(text) == circle
