"""What a sentence says that she did, whether it stands by itself, and how it is told in the third person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner.stages.composing.deeds import deeds
from refiner.stages.composing.sentences import stands_alone, third_person, view


@pytest.mark.parametrize(
    ("text", "said", "base", "reason"),
    [
        ("I grew a beard because the barber was shut.", "grew a beard", "grow a beard", True),
        ("In 2020, when it closed, I became a night owl again.", "became a night owl", "become a night owl", False),
        ("We ate dosas at the bus stand.", "ate dosas at the bus stand", "eat dosas at the bus stand", False),
        ("I sold my cycle to the milkman.", "sold your cycle to the milkman", "sell your cycle to the milkman", False),
        ("I was sent to my uncle's in Mysore.", "were sent to your uncle's in Mysore", "", False),
        ("I mended the letter-box by hand.", "mended the letter-box by hand", "mend the letter-box by hand", False),
    ],
)  # fmt: skip
def test_what_she_did(text: str, said: str, base: str, reason: bool) -> None:
    found = deeds(text)
    assert [(d.said, d.base, d.reason) for d in found if d.tense == "past"] == [(said, base, reason)]


@pytest.mark.parametrize(
    "text",
    [
        "I gave it to him.",  # neither can be known by who asks
        "He sold the bicycle to the milkman.",
        "My brother and I sold the bicycle.",
        "I did not sell the bicycle.",
        "If I sold the bicycle, he would cry.",
        'She said "I sold the bicycle to the milkman".',
        "I was tired.",
        "I think so.",
        "I read Verma's.",
        "",
    ],
)
def test_what_is_not_asked_for(text: str) -> None:
    assert deeds(text) == []


def test_habits_with_their_time() -> None:
    (deed,) = deeds("I eat curd before every exam.")
    assert (deed.tense, deed.base, deed.occasion) == ("present", "eat curd before every exam", "before every exam")


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("I grew a beard because the barber was shut.", True),
        ("My aunt took me to the hospital in her scooter.", True),
        ("He took me to the hospital.", False),
        ("I gave it to my aunt.", False),
        ("The other one was worse.", False),
        ("That I would like to keep.", False),
        ("Two days ago.", False),
        ("It rained for a week in Mysore.", True),
    ],
)
def test_what_stands_alone(text: str, alone: bool) -> None:
    assert stands_alone(text) is alone


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("I sold my bicycle to the milkman.", "Tara sold her bicycle to the milkman."),
        ("My uncle hit me with a ruler and I ran.", "Tara’s uncle hit her with a ruler and she ran."),
        ("I am afraid of dogs.", ""),  # the present would need another verb
        ("I told her the truth.", ""),  # "her" would be Tara herself
        ("We sold the bicycle.", ""),
        ("I told you the truth.", ""),
        ('I said "I am here".', ""),
        ("The milkman came.", ""),
    ],
)
def test_the_third_person(text: str, told: str) -> None:
    assert third_person(text, "Tara", female=True) == told


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("I cannot abide hurling on the television.", "hurling on the television"),
        ("I think that Joe is the best man in any book.", "Joe"),
        ("I love the smell of rain.", "the smell of rain"),
        ("I do not trust doctors.", "doctors"),
        ("I hate it when guests are late.", ""),
        ("I think so.", ""),
        ("My uncle loves rain.", ""),
        ("I loved the smell of rain.", ""),
        ("Do I like rain?", ""),
    ],
)
def test_what_she_gives_her_view_of(text: str, topic: str) -> None:
    assert view(text) == topic


@given(st.text(max_size=80))
def test_no_text_stops_the_reading(text: str) -> None:
    """Whatever stands in a note, a deed is words of the sentence, and a record of her names her and not "I"."""
    for deed in deeds(text):
        assert text[deed.start : deed.end].strip()
    told = third_person(text, "Tara", female=True)
    assert not told or "Tara" in told
