from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refiner.review.diff import plain, rewritten, segments, tokens, word_diff

WORDS = st.lists(st.sampled_from(["the", "he", "she", " ", " ", "\n", ".", "’", "क्षि", "我", "👩‍👦"]), max_size=40).map(
    "".join
)


def test_the_example_of_the_design() -> None:
    old = '"He\'s going to be the next Dravid," my father told the neighbours.'
    assert word_diff(old, old.replace("He's", "She's")) == (
        "\"[-He's-]{+She's+} going to be the next Dravid,\" my father told the neighbours."
    )


@given(st.text() | WORDS, st.text() | WORDS)
@example("", "x")
@example("a\u0301", "a")
def test_a_diff_holds_both_texts(before: str, after: str) -> None:
    parts = segments(before, after)
    assert "".join(p.old for p in parts) == before
    assert "".join(p.new for p in parts) == after
    assert all((p.kind == "equal") == (p.old == p.new) for p in parts)


@given(st.text() | WORDS)
def test_tokens_lose_nothing(text: str) -> None:
    assert "".join(tokens(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He's  here.", ["He's", "  ", "here", "."]),
        ("boys' hostel", ["boys", "'", " ", "hostel"]),
        ("我是男孩", ["我", "是", "男", "孩"]),
        ("क्षितिज है", ["क्षितिज", " ", "है"]),
        ("👩‍👦!", ["👩‍👦", "!"]),
        ("snake_case 12", ["snake_case", " ", "12"]),
    ],
)
@pytest.mark.says("What a change is counted in are words, white space, punctuation and single Chinese,")
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.says("What stays between two changes is shown as changed too where it is less than two words.")
def test_a_lone_word_between_two_changes_is_merged() -> None:
    assert word_diff(
        "As we know, he told his mother the whole long story.", "As we know, she told her mother the whole long story."
    ) == ("As we know, [-he told his-]{+she told her+} mother the whole long story.")
    assert word_diff("I saw him go with the dog and he left.", "I saw her go with the dog and she left.") == (
        "I saw [-him-]{+her+} go with the dog and [-he-]{+she+} left."
    )


def test_what_hardly_stays_is_shown_as_before_and_after() -> None:
    parts = segments("one two three four five", "six seven eight nine five")
    assert rewritten(parts)
    assert plain(parts) == "[-one two three four five-]{+six seven eight nine five+}"
    assert not rewritten(segments("one two three", "one two four"))


def test_long_texts_keep_what_is_common() -> None:
    words = [f"w{i % 7}" for i in range(1200)]
    other = list(words)
    other[100], other[900] = "x", "y"
    parts = segments(" ".join(words), " ".join(other))
    assert sum(p.kind != "equal" for p in parts) == 2


@given(WORDS)
def test_equal_texts_have_no_change(text: str) -> None:
    assert plain(segments(text, text)) == text
