"""Where quotes anchor: exact up to the pen, never with another name, number, negation or person."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner.asking.anchors import anchor

TEXT = (
    "From that night in February 2015 I no longer had stage fright. Not a bit of it, I looked for it for months — like "
    "you’d look\nfor a “lost” tooth. Rohan was not there, he had 3 exams. I could not eat fish any more, and Anita was "
    "definitely embarassed by the sitaution. We were never seperated again."
)


def held(quote: str, text: str = TEXT) -> str | None:
    span = anchor(quote, text)
    return text[slice(*span)] if span else None


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("I no longer had stage fright", "I no longer had stage fright"),
        ("from that night in February 2015", "From that night in February 2015"),  # case at the start
        ('for months - like you\'d look for a "lost" tooth', "for months — like you’d look\nfor a “lost” tooth"),
        ("“I could not eat fish any more…”", "I could not eat fish any more"),  # quotes and dots of the model's own
        ("could not eat fish anymore", "could not eat fish any more"),
        ("definitely embarrassed by the situation", "definitely embarassed by the sitaution"),  # it mends typos
        ("never separated again", "never seperated again"),
        ("looked for it months", None),  # "for" is no filler
        ("embarassed by sitaution", "embarassed by the sitaution"),  # a dropped article
    ],
)
def test_a_quote_stands_where_its_words_stand(quote: str, found: str | None) -> None:
    assert held(quote) == found


@pytest.mark.parametrize(
    "quote",
    [
        "in February 2016 I no longer had",  # a number
        "Rohit was not there, he had",  # a name
        "Anika was definitely embarassed",
        "Rohan was there, he had 3 exams",  # a negation less
        "I looked not for it for months",  # and one more
        "I could eat fish any more",
        "she had 3 exams",  # a person
        "he had 4 exams",
        "he has 3 exams, was not there",  # other words
        "I was always afraid of the stage",  # an invention
        "I no longer had stage light fever",
        "we were always separated again",
        "",
        "…",
        "-",
    ],
)
def test_a_quote_that_says_something_else_stands_nowhere(quote: str) -> None:
    assert held(quote) is None


def test_a_quote_is_whole_words() -> None:
    assert held("art", "We start early.") is None
    assert held("in", "We begin in May.") == "in"


@pytest.mark.parametrize(
    ("quote", "found"),
    [("I was", "I was not"), ("afraid of dogs", "never really afraid of dogs"), ("we", "we never")],
)
def test_a_quote_that_was_cut_at_a_negation_takes_it_in(quote: str, found: str) -> None:
    assert held(quote, "I was not lazy, never really afraid of dogs, and we never ran.") == found


WORDS = "garden window morning letter teacher silence corner village promise kitchen".split()  # noqa: SIM905


@given(st.lists(st.sampled_from(WORDS), min_size=5, max_size=12), st.data())
def test_no_changed_negation_number_or_name_anchors(words: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(words) - 2))
    for inside, other in (("never", "ever"), ("not", ""), ("1998", "1999"), ("Mohan", "Mohit"), ("he", "she")):
        text = " ".join([*words[:at], inside, *words[at:]])
        wrong = " ".join([*words[:at], *([other] if other else []), *words[at:]])
        assert anchor(text, f"Yes, {text}, I think.") is not None
        assert anchor(wrong, f"Yes, {text}, I think.") is None


@given(st.lists(st.sampled_from(WORDS), min_size=4, max_size=12), st.data())
def test_one_slip_of_the_pen_still_anchors(words: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(words) - 1))
    spot = data.draw(st.integers(1, len(words[at]) - 2))
    text = " ".join(words)
    slipped = words[at][:spot] + words[at][spot + 1 :]
    span = anchor(" ".join([*words[:at], slipped, *words[at + 1 :]]), f"Then: {text}. So.")
    assert span is not None
    assert f"Then: {text}. So."[slice(*span)] == text


@given(st.text(max_size=60), st.text(max_size=120))
def test_anything_may_be_asked_for_anywhere(quote: str, text: str) -> None:
    span = anchor(quote, text)
    if span is not None:
        assert 0 <= span[0] < span[1] <= len(text)
        assert re.search(r"\w", text[slice(*span)])
