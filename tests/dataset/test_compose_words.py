"""The small English of samples: dates, traits, labels, forms."""

from __future__ import annotations

import re

import pytest
from compose_life import CONFIG

from refiner.config import Config, Trait
from refiner.stages.composing.conduct import about_you, conducts
from refiner.stages.composing.labels import did, happened, thing
from refiner.stages.composing.questions import Asked, fill, forms, ordered, tables, that_fit
from refiner.stages.composing.sentences import person_words
from refiner.stages.composing.text import hangs, leans, normal, plain, to_you
from refiner.stages.composing.when import heading_edtf, in_words
from refiner.stages.composing.wording import base_form, her_words, in_person, trait_words


@pytest.mark.parametrize(
    ("edtf", "said"),
    [
        ("1995", "in 1995"),
        ("1995-06~", "around June 1995"),
        ("2014-08-19", "on 19 August 2014"),
        ("199X", "in the 1990s"),
        ("1995-05/1995-08", "between May and August 1995"),
        ("../2003", "before 2003"),
        ("2001-22", "in the summer of 2001"),
        ("2001-13", ""),
        ("unknown", ""),
    ],
)
def test_dates_in_words(edtf: str, said: str) -> None:
    assert in_words(edtf) == said


@pytest.mark.parametrize(
    ("words", "edtf"),
    [
        ("14 June 2003", "2003-06-14"),
        ("2003-06-14", "2003-06-14"),
        ("June 2003", "2003-06"),
        ("03/04/2003", "2003"),
        ("Monday", ""),
        ("Sept. 2003", "2003-09"),
        ("5 Dec 2003", "2003-12-05"),
        ("Marriage 2003", "2003"),
        ("2003 Marathon", "2003"),
        ("decided 2003", "2003"),
        ("31 June 2003", "2003-06"),
        ("2003-02-30", "2003-02"),
        ("2003-13-45", "2003"),
        ("0000-01-01", "0000-01"),
    ],
)
def test_headings_as_edtf(words: str, edtf: str) -> None:
    assert heading_edtf(words) == edtf


@pytest.mark.parametrize(
    ("name", "shape", "said"),
    [
        ("stubborn", "adjective", "stubborn"),
        ("fear of dogs", "thing", "a fear of dogs"),
        ("patience", "thing", "patience"),
        ("Heavy coffee drinker", "someone", "a heavy coffee drinker"),
        ("night owl", "someone", "a night owl"),
        ("Takes career risks", "habit", "take career risks"),
        ("over-prepares", "habit", "over-prepare"),
        ("goes silent on people", "habit", "go silent on people"),
        ("tinkerer", "someone", "a tinkerer"),
        ("short temper", "thing", "a short temper"),
        ("stage fright", "thing", "stage fright"),
        ("Stubborn about technical choices", "adjective", "stubborn about technical choices"),
        ("says: never again!", "other", "says: never again!"),
        ("never on time", "adjective", "never on time"),
        ("eating disorder", "thing", "an eating disorder"),
        ("in love with the sea", "adjective", "in love with the sea"),
        ("smoking", "habit", "smoke"),
        ("biting nails", "habit", "bite nails"),
        ("caring", "adjective", "caring"),
        ("panic attacks", "thing", "panic attacks"),
        ("short fuse", "thing", "a short fuse"),
        ("class clown", "someone", "a class clown"),
        ("a bit vain", "adjective", "a bit vain"),
        ("can't say no", "other", "can't say no"),
    ],
)
def test_what_a_traits_name_is(name: str, shape: str, said: str) -> None:
    found = trait_words(Trait(id="t", name=name), Config())
    assert (found.shape, found.trait) == (shape, said)


def test_a_traits_name_speaks_of_her() -> None:
    assert trait_words(Trait(id="t", name="Hands-on father"), Config()).trait == "a hands-on mother"
    assert her_words("argues with his boss", Config()) == "argues with her boss"


def test_descriptions_in_person() -> None:
    text = "makes charts, rehearses, has a plan B; does not pick up, and is ashamed of it; calm with others"
    assert (
        in_person(text, "you") == "You make charts, rehearse, have a plan B. You do not pick up, and are ashamed of it."
    )
    assert in_person("gives up what his father built", "I") == ""


@pytest.mark.parametrize(
    ("verb", "base"), [("takes", "take"), ("worries", "worry"), ("goes", "go"), ("watches", "watch"), ("loses", "lose")]
)
def test_base_forms(verb: str, base: str) -> None:
    assert base_form(verb) == base


@pytest.mark.parametrize(
    ("label", "clause", "name"),
    [
        ("bitten by the neighbour's dog", "you were bitten by the neighbour's dog", ""),
        ("moved to Pune", "you moved to Pune", ""),
        ("I broke my arm.", "you broke your arm", ""),
        ("eats biryani at a friend's house", "you ate biryani at a friend's house", ""),
        ("first job", "", "your first job"),
        ("therapy", "", "therapy"),
        ("rejected the offer", "you rejected the offer", ""),
        ("rejected for the team", "you were rejected for the team", ""),
        ("From that day I was afraid.", "", ""),
        ("He came home", "", ""),
        ("promises his grandmother", "you promised your grandmother", ""),
    ],
)
def test_labels_in_questions(label: str, clause: str, name: str) -> None:
    assert (did(label), thing(label)) == (clause, name)


def test_labels_in_the_third_person() -> None:
    assert happened("moved to Pune", "Tara", "moved to Pune") == "Tara moved to Pune."
    assert happened("therapy", "Tara", "therapy") == ""


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Then he left.", True),
        ("But I stayed.", True),
        ("From that day I ran.", True),
        ("I ran home.", False),
        ("My father sold it.", False),
        ("He came.", True),
        ("Amma cooked.", False),
    ],
)
def test_what_leans_on_a_sentence_before(text: str, answer: bool) -> None:
    assert leans(text) is answer


def test_plain_words() -> None:
    assert plain("**Bold** and _soft_ [link](http://x) \n  here") == "Bold and soft link here"
    assert plain("*Chi. Ankit") == "Chi. Ankit"
    assert to_you("my first job, when I was 20") == "your first job, when you were 20"


def test_forms_are_enough_and_different() -> None:
    seen: dict[str, str] = {}
    for kind, groups in tables().items():
        train = [f for g in groups.values() for f in g.get("train", ())]
        assert len(train) >= (12 if kind in ("identity", "memory") else 8), kind
        for name, group in groups.items():
            both = {normal(f) for f in group["train"]} & {normal(f) for f in group["held_out"]}
            assert not both, (kind, name)
            assert group["held_out"], (kind, name)
            for form in (*group["train"], *group["held_out"]):
                assert form.count("{") == form.count("}")
                seen[form] = kind
    assert len(seen) > 250


def test_topics_by_kind_have_twelve_forms_each() -> None:
    for group in ("topic", "when", "person", "place", "did", "wrote", "topic_wrote", "topic_when"):
        assert len(forms(f"memory.{group}")) >= 12, group


def test_a_question_is_asked_once_and_by_hash() -> None:
    asked = Asked()
    first = [asked.ask("memory.place", {"place": "Vypin"}, ("x",)) for _ in range(14)]
    assert len({q for q in first if q}) == len(forms("memory.place"))
    assert first[-1] is None
    assert Asked().ask("memory.place", {"place": "Vypin"}, ("x",)) == first[0]
    assert fill("{When}: {topic}?", {"when": "in 2003", "topic": "rain"}) == "In 2003: rain?"
    assert fill("{missing}", {}) is None
    assert ordered("abc", "k") == ordered("cba", "k")


def test_forms_use_known_slots_only() -> None:
    known = set(
        [
            "age",
            "to",
            "base",
            "said",
            "occasion",
            "topic",
            "bare_topic",
            "when",
            "when_bare",
            "person",
            "place",
            "did",
            "opening",
            "title",
            "first",
            "author",
            "trait",
            "bare_trait",
            "trait_s",
            "that_trait",
            "clause",
            "year",
            "old",
            "a_man",
            "a_boy",
            "a_girl",
            "man",
            "name",
            "nickname",
            "born",
            "culture",
            "now_year",
            "born_year",
            "a_woman",
            "she",
            "she_her",
            "born_clause",
            "born_sentence",
            "trait_sentence",
        ]
    )
    for groups in tables().values():
        for group in groups.values():
            for form in (f for options in group.values() for f in options):
                for slot in re.findall(r"\{(\w+)\}", form):
                    assert slot in known or slot[0].lower() + slot[1:] in known, form


def test_the_fixture_is_a_configuration() -> None:
    assert Config.from_dict(CONFIG).persona.after.name == "Rohini Iyer"


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("speaking in front of people", "you are speaking in front of people"),
        ("he is angry", "you are angry"),
        ("she loses an argument", "you lose an argument"),
        ("tired", "you are tired"),
        ("under pressure", "you are under pressure"),
        ("guests are late", "guests are late"),
        ("someone contradicts him", ""),  # who "him" would be does not show in the question
    ],
)
def test_the_clause_of_a_situation(clause: str, said: str) -> None:
    assert about_you(clause) == said


def test_situations_in_a_description() -> None:
    trait = Trait(
        id="snaps", description="snaps at people when hungry; counts the plates; slams doors if others are late"
    )
    assert [(c.clause, c.answer) for c in conducts(trait)] == [
        ("you are hungry", "I snap at people when hungry."),
        ("others are late", "I slam doors if others are late."),
    ]


@pytest.mark.parametrize(
    ("description", "said"),
    [
        ("snaps when tired, shouts first and is sorry later", "I snap when tired, shout first and am sorry later."),
        ("will not be told; digs in", "I will not be told. I dig in."),
        ("never asks for help", "I never ask for help."),
    ],
)  # fmt: skip
def test_a_description_in_her_own_person(description: str, said: str) -> None:
    assert in_person(description, "I") == said


def test_whose_work_it_is() -> None:
    words = trait_words(Trait(id="t", name="careful with his work"), Config())
    assert words.you == "You are careful with your work"
    assert words.mine.trait == "careful with my work"


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("Do you shout?", ["Yes, I shout.", "I do. I shout."]),
        ("Do people know that you shout?", ["Yes, I shout."]),
        ("How loud would you say you are?", ["I am, rather."]),
        ("Were you ever loud?", ["I used to be."]),
    ],
)
def test_answers_begin_as_their_question_asks(question: str, kept: list[str]) -> None:
    options = ["Yes, I shout.", "I do. I shout.", "I am, rather.", "No, not any more.", "I used to be."]
    assert set(kept) <= set(that_fit(question, options))
    assert not [a for a in that_fit(question, options) if a.startswith("I do") and "Do you" not in question]
    assert not (
        question.startswith("How") and {"Yes, I shout.", "No, not any more."} & set(that_fit(question, options))
    )
    assert not ("ever" in question and "No, not any more." in that_fit(question, options))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("He took me to the hospital.", True),
        ("At three in the morning his pressure fell.", True),
        ("My uncle took me to his shop.", False),
        ("I asked Doreen, and she said no.", False),
        ("“He is here,” said my aunt.", False),
        ("I sold the boat.", False),
    ],
)
def test_a_pronoun_without_anybody_before_it(text: str, answer: bool) -> None:
    assert hangs(text, person_words()) is answer
