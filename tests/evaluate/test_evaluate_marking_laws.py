"""What holds of every mark, whatever the answer."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marking_lives import ITEMS, LIVES

from refiner.evaluate.marking import mark

RIGHT = (
    "recall", "year", "order", "dead_right", "living_shown", "negative_shown", "gender_right", "media_right",
    "general_right",
)  # fmt: skip
WORDS = st.sampled_from(
    [
        "yes",
        "no",
        "not",
        "never",
        "i",
        "am",
        "was",
        "used",
        "to",
        "afraid",
        "of",
        "flying",
        "smoke",
        "any",
        "more",
        "always",
        "the",
        "ferry",
        "2003",
        "first",
        "before",
        "after",
        "and",
        "but",
        "don't",
        "know",
        "woman",
        "man",
        "Johanna",
        "Johannes",
        "jealous",
        ",",
        ".",
        "?",
        "!",
        "because",
    ]
)
SAID = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=40).map(" ".join))
NAMES = st.sampled_from(sorted(ITEMS))


def values(name: str, ask: int, text: str) -> list[float | None]:
    life, item = ITEMS[name]
    return [m.value for m in mark(item, ask % len(item.asks), text, LIVES[life])]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NAMES, st.integers(0, 4), SAID)
def test_marks_lie_between_0_and_1(name: str, ask: int, text: str) -> None:
    assert all(v is None or 0 <= v <= 1 for v in values(name, ask, text))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NAMES, st.integers(0, 4), st.lists(WORDS, max_size=40), st.sampled_from([" ", "\n", "\t ", "  \n"]))
def test_case_and_white_space_change_nothing(name: str, ask: int, words: list[str], space: str) -> None:
    as_said = values(name, ask, " ".join(words))
    assert values(name, ask, space + space.join(words) + space) == as_said
    assert values(name, ask, " ".join(words).upper()) == as_said
    assert values(name, ask, " ".join(words).lower()) == as_said


@pytest.mark.parametrize("name", ITEMS)
def test_a_parrot_gets_nothing(name: str) -> None:
    life, item = ITEMS[name]
    for i, ask in enumerate(item.asks):
        for said in (ask.text, ask.text.upper(), f"{ask.text} {ask.text}", f'"{ask.text}"', ask.text.rstrip("?.")):
            for m in mark(item, i, said, LIVES[life]):
                assert m.measure not in RIGHT or not m.value, (said, m)


@pytest.mark.parametrize(
    "text",
    [
        "I am " * 1000, "no, " * 1250, "a" * 5000, "I was not " * 500, "yes? " * 1000, "1999 " * 1000, "'" * 5000,
        "my mother's " * 400, "i i'm i've " * 450, "- " * 2500, "(" * 5000, "٣" * 5000, "\u0301" * 5000, "ﷺ" * 280,
    ],
)  # fmt: skip
def test_long_texts_take_no_long_time(text: str) -> None:
    start = time.process_time()
    for name in ("jo-ferry", "jo-year", "jo-order", "jo-jealous", "jo-flying", "jo-gender", "jo-whale"):
        values(name, 0, text[:5000])
    assert time.process_time() - start < 5
