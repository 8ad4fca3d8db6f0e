"""Two notes that cannot both be true of her."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from life_again import again, config, findings, shown

from refiner.checks.assertions import Assertion, assertions
from refiner.checks.contradictions import contradictions

MAN = config(born="1985-05-04")


def said(texts: dict[str, str]) -> list[Assertion]:
    """Assertions of notes that are refined already."""
    out = []
    for path, text in texts.items():
        out += [a.model_copy(update={"note": path}) for a in assertions(again(text, [], MAN))]
    return out


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("My elder sister taught me to swim.", "I was the only daughter, and spoilt.", "only daughter"),
        ("My big sister taught me to swim.", "I am the eldest daughter.", "eldest daughter"),
        ("My younger sister bites.", "I am the youngest daughter of the house.", "youngest daughter"),
        ("I left St Mary's Girls' School at ten.", "I was beaten at St Mary's Boys' School.", "St Mary's Boys' School"),
        ("My husband Jaya cooks.", "My wife Jaya sings.", "My husband Jaya"),
        ("My husband cooks.", "My wife sings.", "My husband"),
        ("I was born in 1985.", "I was born in 1987.", "I was born in 1987"),
        ("I was born in Katni.", "I was born in Rewa.", "I was born in Rewa"),
        ("Anjali was born in Katni.", "I was born in Rewa.", "I was born in Rewa"),
    ],
)
def test_two_notes_contradict(one: str, other: str, words: str) -> None:
    texts = {"a.md": one, "b.md": other}
    found = contradictions(said(texts), born="1985")
    assert [texts[f.note][f.start : f.end] for f in found] == [words]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("My elder brother taught me.", "I am the only daughter."),
        ("My cousin sister taught me. My elder sister-in-law too.", "I am the eldest daughter."),
        ("My elder sister taught me.", "For three years I was the only daughter."),
        ("My elder sister taught me.", "I was the only daughter until she came."),
        ("My elder sister taught me.", "I was the only girl in the class."),
        ('"My elder sister is dead," said Ma.', "I was the only daughter."),
        ("My elder sister taught me.", "Ritu was the only daughter."),
        ("My younger sister bites.", "I am the eldest daughter."),
        ("I left St Mary's Girls' School.", "My brother was at St Mary's Boys' School."),
        ("I left St Mary's Girls' School.", "I was hit by a boy from Don Bosco Boys' School."),
        ("My wife Jaya sings.", '"My husband Jaya cooks," said Ma.'),
        ("My wife sings.", "My wife's husband is a joke that she makes."),
        ("My mother was born in Rewa.", "I was born in Katni."),
        ("I was born again that day in 1999.", "I was born in 1985."),
        ("I was born in May 1985 in Katni.", "I was born in Katni on a Sunday."),
    ],
)
def test_both_can_be_true(one: str, other: str) -> None:
    assert contradictions(said({"a.md": one, "b.md": other}), born="1985") == []


def test_a_sister_of_unknown_age_is_only_a_hint() -> None:
    found = contradictions(said({"a.md": "My sister bites.", "b.md": "I was the only daughter, and spoilt."}))
    assert [f.severity for f in found] == ["info"]


def test_the_change_makes_it_and_the_chain_tells_it() -> None:
    notes = {"a.md": "My elder sister Lata taught me to swim.", "b.md": "I was the only son, and spoilt."}
    found = findings(notes, MAN)
    assert [(f.check, f.note) for f in found] == [("contradiction", "b.md")]
    assert shown(found, notes["b.md"]) == ["only son"]


_SAID = st.builds(
    Assertion,
    kind=st.sampled_from(["institution", "spouse", "substitute", "birth", "only", "sibling", "canon"]),
    key=st.sampled_from(["", "year", "place", "x"]),
    value=st.sampled_from(["male", "female", "elder", "1985"]),
    words=st.just("w"),
    start=st.integers(0, 5),
    end=st.integers(6, 9),
    note=st.sampled_from(["a.md", "b.md", "c.md"]),
).filter(lambda a: a.kind != "birth" or a.key in ("year", "place"))  # fmt: skip


@given(st.lists(_SAID, max_size=12), st.randoms())
def test_order_does_not_matter_and_one_voice_contradicts_nobody(items: list[Assertion], random: object) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert {(f.note, f.start, f.message) for f in contradictions(items)} == {
        (f.note, f.start, f.message) for f in contradictions(shuffled)
    }
    same = [a.model_copy(update={"value": "v"}) for a in items if a.kind not in ("only", "sibling")]
    assert contradictions(same) == []
