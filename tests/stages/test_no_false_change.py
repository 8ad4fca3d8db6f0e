"""Words of time and frequency change no trait, a habit that is nearly daily is real, and dates stay with what they
date."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refiner.checks.change_words import cues
from refiner.checks.stems import faint
from refiner.config import Config
from refiner.models import Event
from refiner.notes import note_from_text
from refiner.stages.extract import extract, trait_words

# Solveig, who keeps bees near Bergen.
TRAITS = (
    ("bees", "keeps bees", "out at the hives every summer, knows each queen"),
    ("runner", "runs in the forest", "up the hill every morning before the day begins, in winter too"),
    ("hoards", "hoards paper", "never throws anything away, has every thing since school, year after year"),
    ("choir", "sings in a choir", "goes to practice every week and sees the same people"),
    ("silent", "silent at meals", "always eats without a word, all the time"),
)
CONFIG = Config.from_dict(
    {
        "persona": {"born": "1975-05-05"},
        "traits": [{"id": i, "name": n, "description": d, "importance": 2} for i, n, d in TRAITS],
    }
)


def events(text: str, written: str = "2024-08-01") -> tuple[Event, ...]:
    return extract(note_from_text(f"---\nwritten: {written}\n---\n{text}\n"), CONFIG).events


def begun(text: str) -> list[str]:
    return [f.trait for e in events(text) for f in e.effects]


@pytest.mark.parametrize(
    "text",
    [
        "I have read the same atlas every winter since my aunt left.",
        "I have eaten porridge every morning since the strike.",
        "Since then I go to bed early every day.",
        "I have seen the same people every week since March.",
        "Since the flood I always have a torch, every summer, every winter.",
        "From that day I never take the lift, all year.",
        "Since then I have said good morning to the man at the kiosk every day of the week.",
        "I have kept the same time all the year since Easter.",
        "Every thing I see since that summer is a little green.",
        "I began to go to town every morning of that winter.",
        "Since 2011 I see people every time I go out.",
        "I have always had every year a calendar since then.",
    ],
)
def test_words_of_when_and_how_often_change_nothing(text: str) -> None:
    assert begun(text) == []


@pytest.mark.parametrize(
    ("text", "trait"),
    [
        ("Since that summer of 2009 I keep bees.", "bees"),
        ("In 2012 I began to run in the forest every morning.", "runner"),
        ("In 2015 I joined a choir.", "choir"),
    ],
)
def test_a_telling_word_beside_them_still_does(text: str, trait: str) -> None:
    assert begun(text) == [trait]


def test_hoping_to_be_done_by_then_begins_nothing() -> None:
    assert events("The bees need room. I hope to have the new hives painted by then.") == ()
    assert begun("In 2010 the hives came. By then I had begun to keep bees.") != []


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("Since 2014 I have run in the forest nearly every morning.", "actual"),
        ("Since 2014 I have run in the forest almost daily.", "actual"),
        ("Since 2014 I have run in the forest for nearly ten years.", "actual"),
        ("Since 2014 I almost always run in the forest.", "actual"),
        ("In 2014 I almost began to run in the forest.", "counterfactual"),
        ("In 2014 I nearly gave up running in the forest.", "counterfactual"),
    ],
)
def test_nearly_every_day_is_no_day_that_might_have_been(text: str, modality: str) -> None:
    assert [c.modality for c in cues(text)][0] == modality


@pytest.mark.parametrize(
    "said",
    [
        "I was never any good at talk; at meals I am the one who is silent.",
        "I have always eaten so; at meals I am the one who is silent.",
        "All my life, at meals, I am the one who is silent.",
        "As long as I can remember, at meals, I am the one who is silent.",
    ],
)
def test_what_is_said_of_a_whole_life_is_dated_by_no_neighbour(said: str) -> None:
    for e in events(f"I went down to the harbour on the second of January 2018. {said}"):
        assert not e.when.earliest.startswith("2018"), e
    [dated] = events("On the second of January 2018 I began to run in the forest.")
    assert dated.when.earliest == "2018-01-02"


NAMES = st.sampled_from(["keeps bees", "sings in a choir", "hoards paper", "runs in the forest"])


@given(NAMES, st.lists(st.sampled_from(sorted(faint())), min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_a_description_of_faint_words_proves_nothing(name: str, words: list[str]) -> None:
    config = Config.from_dict(
        {"persona": {"born": "1975"}, "traits": [{"id": "x", "name": name, "description": " ".join(words)}]}
    )
    found = trait_words(tuple(config.traits)).evidence(" ".join(words)).get("x")
    note = note_from_text(f"I have had soup {' '.join(words)} since my aunt left.\n")
    named = {h.key for h in found.hits if h.named} if found else set()
    if not named:
        assert extract(note, config).events == ()
