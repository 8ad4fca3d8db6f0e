"""What a model writes for samples is held against its passage: each bad kind is refused for its reason, a good one is
not."""

from __future__ import annotations

import pytest
from composed_life import CONFIG
from hypothesis import given
from hypothesis import strategies as st

from refiner.checks.voice import profile
from refiner.stages.asked.compose_checks import Source, ungrounded
from refiner.stages.asked.compose_questions import Setting, to_i, wrong_question
from refiner.stages.asked.compose_told import (
    Around,
    copied,
    shows_by_words,
    turned_about,
    wrong_answer,
    wrong_friend,
    wrong_record,
)
from refiner.stages.composing.text import normal
from refiner.stages.extract import trait_words

NAMES = frozenset(("tova", "falk"))
PASSAGE = (
    "I shouted at my sister over the oars and did not speak to her until Sunday. Karin had only asked if she could "
    "row. In the boathouse I counted forty nails until it was dark."
)
SOURCE = Source(PASSAGE, "It was in July 2011.", NAMES)
ASKED = "What did you count in the dark?"
SETTING = Setting(CONFIG, (), "Tova", frozenset((normal(ASKED),)))
GRUDGE, HEIGHTS = CONFIG.traits
AROUND = Around(SETTING, (HEIGHTS,), CONFIG.traits, trait_words(CONFIG.traits), profile([]))


@pytest.mark.parametrize(
    "question",
    [
        "What was it with your sister and the oars?",
        "How long did you not speak to Karin in July 2011?",
        "What did you do in the boathouse?",
        "Why did you shout at your sister?",
    ],
)
def test_a_question_that_rests_on_the_passage_stands(question: str) -> None:
    assert wrong_question(question, PASSAGE, SOURCE, SETTING) == ""


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("Tell me about the oars.", "one question"),
        ("Did you shout? Did you row?", "one question"),
        ("What did she count in the boathouse?", 'speak to "you"'),
        ("What did I do to you in the boathouse?", 'speak to "you"'),
        ("What did you shout at Ingrid over the oars?", "Ingrid"),
        ("What did you do in the boathouse in 1999?", "1999"),
        ("How did you feel about the violent quarrel over the oars?", "violent"),
        (
            "Did you shout at your sister over the oars till Sunday and count forty nails in the dark boathouse?",
            "the answer",
        ),
        ("What was it like when you were a boy in the boathouse?", "boy"),
        ("What happened to you then?", "stands in the text"),
        (ASKED, "asked already"),
        ("What " + "did you do " * 9 + "in the boathouse?", "at most"),
        ("What did you do in the *boathouse*?", "plain words"),
    ],
)
def test_a_question_that_does_not_is_refused_with_the_reason(question: str, why: str) -> None:
    assert why in wrong_question(question, PASSAGE, SOURCE, SETTING)


@pytest.mark.parametrize(
    ("question", "answer", "what"),
    [
        ("When did you shout at your sister?", "I shouted at my sister over the oars.", "a time"),
        ("How many oars did you have with your sister?", "I shouted at my sister over oars.", "a number"),
        ("Who was with you over the oars?", "Shouted over oars.", "a person"),
    ],
)
def test_a_question_for_what_the_answer_has_not_is_refused(question: str, answer: str, what: str) -> None:
    assert what in wrong_question(question, answer, Source(answer), SETTING)


def test_kin_may_be_called_by_another_word_and_he_may_be_somebody_there() -> None:
    source = Source("Papa came up to the hostel and inspected the switchboard.")
    assert wrong_question("What did your father do at the hostel when he came?", source.passage, source, SETTING) == ""
    assert "“he”" in wrong_question(
        "What was it when he came to you at the hostel?", "x", Source("We came to the hostel."), SETTING
    )


@pytest.mark.parametrize(
    ("asked", "own"),
    [
        ("What were you like as a boy?", "What was I like as a boy?"),
        ("You are late, is your bag yours?", "I am late, is my bag mine?"),
    ],
)
def test_a_question_is_read_as_she_would_say_it(asked: str, own: str) -> None:
    assert to_i(asked) == own


GOOD = "Tova shouted at her sister over the oars and did not speak to her until Sunday."


@pytest.mark.parametrize(
    "record",
    [
        GOOD,
        "In July 2011 Tova counted forty nails in the boathouse until it was dark.",
        "Karin asked Tova if she could row. Tova shouted at her sister.",
    ],
)
def test_a_record_that_says_what_was_told_stands(record: str) -> None:
    assert wrong_record(record, SOURCE, AROUND) == ""


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("I shouted at my sister over the oars until Sunday.", "third person"),
        ("She shouted at her sister over the oars.", "must name Tova"),
        ("Tobias shouted at his sister over the oars, and Tova too.", "Tobias"),
        ("Tova shouted at his sister over the oars.", "“his”"),
        ("Tova, a man, shouted at her sister over the oars.", "man"),
        ("Tova shouted at her sister over the oars in 2009.", "2009"),
        ("Tova shouted at her sister Ingrid over the oars.", "Ingrid"),
        ("Tova shouted angrily at her sister over the oars.", "angrily"),
        ("Brave Tova shouted at her sister over the oars.", "Brave"),
        ("Tova may have shouted at her sister over the oars.", "may"),
        ("Tova shouts at her sister over the oars.", "past"),
        ("Tova did not shout at her sister over the oars.", "denied"),
        ("Tova spoke to her sister over the oars until Sunday.", "denied"),
        ("Karin shouted at Tova over the oars.", "who does what"),
        ("Tova shouted at her sister. She counted. It was dark.", "one or two sentences"),
        ("You shouted at your sister, Tova.", "spoken to nobody"),
    ],
)
def test_a_record_that_says_something_else_is_refused_with_the_reason(record: str, why: str) -> None:
    assert why in wrong_record(record, SOURCE, AROUND)


def test_who_does_what_is_compared_verb_by_verb() -> None:
    told = "My brother hit me. I did not cry."
    assert turned_about(told, "Tova's brother hit her. She did not cry.", "Tova") == ""
    assert turned_about(told, "Tova hit her brother.", "Tova") != ""
    assert turned_about(told, "Tova cried.", "Tova") != ""


def test_who_said_it_stays_the_same() -> None:
    told = "I rang Papa on the phone. He said that Rocky was dead."
    assert turned_about(told, "Tova rang Papa, and he said that Rocky was dead.", "Tova") == ""
    assert "dead" in turned_about(told, "Tova told Papa that Rocky was dead.", "Tova")


def test_a_record_judges_nobody_even_where_the_passage_does() -> None:
    source = Source("My brave aunt rowed me to the island.", names=NAMES)
    assert "judge" in wrong_record("Tova's brave aunt rowed her to the island.", source, AROUND)
    assert wrong_record("Tova's aunt rowed her to the island.", source, AROUND) == ""


FRIEND = "Your sister asks for the oars. What do you do?"
ANSWER = "I shout at my sister and do not speak to her until Sunday. I hold a grudge."


def test_a_situation_of_the_passages_kind_stands() -> None:
    assert wrong_friend(FRIEND, SOURCE, GRUDGE, AROUND) == ""
    assert wrong_answer(ANSWER, SOURCE, GRUDGE, AROUND) == ""
    assert shows_by_words(ANSWER, GRUDGE, AROUND.words)
    assert not shows_by_words("I shout at my sister over the oars.", GRUDGE, AROUND.words)


@pytest.mark.parametrize(
    ("friend", "why"),
    [
        ("Your sister asks for the oars.", "question"),
        ("You shout at your sister over the oars until it is dark and you do not speak?", "short question"),
        ("I ask for your oars. What do you do?", 'say "I"'),
        ("Ingrid asks for the oars. What do you do?", "Ingrid"),
        ("Your sister steals the oars in a storm. What do you do?", "steals"),
        ("Somebody comes in late. What do you do?", "kind of situation"),
    ],
)
def test_a_situation_that_was_never_told_is_refused(friend: str, why: str) -> None:
    assert why in wrong_friend(friend, SOURCE, GRUDGE, AROUND)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("She shouts at her sister over the oars.", '"I"'),
        ("I shout at my sister, but I am trying to be better.", "promise"),
        ("I shout at my sister. You should always count to forty.", "advice"),
        ("I appreciate that. I shout at my sister over the oars.", "assistant"),
        ("I sometimes shout a little at my sister over the oars.", "milder"),
        ("I shout at my sister over the oars and slam the door.", "slam"),
        ("I speak to my sister over the oars until Sunday.", "opposite"),
        ("I am the only son and I shout at my sister.", "son"),
        ("I shout at my sister.", ""),
    ],
)
def test_an_answer_that_softens_promises_advises_or_invents_is_refused(answer: str, why: str) -> None:
    found = wrong_answer(answer, SOURCE, GRUDGE, AROUND)
    assert why in found
    assert bool(found) == bool(why)


def test_a_talk_that_only_repeats_the_text_or_itself_is_refused() -> None:
    assert "word for word" in copied(FRIEND, "In the boathouse I counted forty nails until it was dark.", SOURCE)
    said = "You shout at your sister until Sunday over the oars. What do you do?"
    assert "repeat" in copied(said, "I shout at my sister over the oars until Sunday.", SOURCE)
    assert copied(FRIEND, ANSWER, SOURCE) == ""


def test_an_answer_does_not_claim_a_trait_that_is_over() -> None:
    source = Source("I shouted at my sister. I was afraid of heights, and my fear of heights was great.")
    assert "fear of heights" in wrong_answer("I shout, and I have a fear of heights.", source, GRUDGE, AROUND)


WORDS = st.sampled_from(
    ["shouted", "sister", "oars", "speak", "Sunday", "Karin", "row", "boathouse", "counted", "nails", "dark"]
)
STRANGERS = st.sampled_from(("Ingrid", "Bergen", "Ola", "Trondheim", "Piet", "Marit", "Oslo"))


@given(st.lists(WORDS, min_size=1, max_size=8), STRANGERS, st.integers(0, 8))
def test_no_text_with_a_name_that_is_in_no_source_is_grounded(words: list[str], name: str, at: int) -> None:
    text = " ".join((*words[:at], name, *words[at:])) + "."
    assert name in ungrounded(text, SOURCE)


@given(st.lists(WORDS, min_size=1, max_size=12))
def test_a_text_of_the_passages_own_words_is_grounded(words: list[str]) -> None:
    assert ungrounded(" ".join(words), SOURCE) == ""
