"""From what a model wrote to an answer: any text gives an answer or BadAnswer, and thinking is never the answer."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refiner.asking.ask import Shape
from refiner.asking.reply import BadAnswer, json_in, read, without_thinking


class Two(Shape):
    word: str
    number: int


TEXT = st.text(st.characters(exclude_categories=[]))  # half emojis too
PIECES = st.lists(
    st.one_of(
        TEXT,
        st.sampled_from(["{", "}", '"', "[", "<think>", "</think>", "<reasoning>", "</thought>", "```json", "```"]),
        st.sampled_from(
            ['{"word": "a", "number": 1}', '{"word": 1}', '{"word": "', "\\", "\\u", "<|channel|>final<|message|>"]
        ),
    )
).map("".join)
VALUES = st.fixed_dictionaries({"word": st.text(), "number": st.integers(-(10**15), 10**15)})
PROSE = st.text(st.characters(exclude_characters="{<|", exclude_categories=["Cs"]))


@given(PIECES)
@example('{"a":' * 100_000)
@example('{"word": "\ud800", "number": 1}')
@example('{"word": "a", "number": 1' + "0" * 5000 + "}")
@example('{"word": "a", "number": 1e999}')
@example('{"word": "a", "number": NaN}')
def test_any_text_is_an_answer_or_a_bad_one(text):
    for use in (json_in, lambda t: read(t, Two), lambda t: read(without_thinking(t), Two)):
        with suppress(BadAnswer):
            use(text)


@given(VALUES, PROSE, PROSE, st.booleans(), st.sampled_from([None, 2]))
def test_json_is_found_in_any_prose(value, before, after, fence, indent):
    text = json.dumps(value, indent=indent)
    if fence:
        text = f"```json\n{text}\n```"
    assert read(before + text + after, Two).model_dump() == value


@given(VALUES, PROSE, VALUES)
def test_the_last_of_several_counts(draft, between, value):
    assert read(json.dumps(draft) + between + json.dumps(value), Two).model_dump() == value


TAG = st.sampled_from(["think", "thinking", "reasoning", "thought", "THINK"])
THOUGHT = st.one_of(PROSE, VALUES.map(json.dumps))


@given(TAG, THOUGHT, THOUGHT, PROSE, VALUES)
def test_thinking_is_no_answer(tag, thought, more, prose, value):
    answer = json.dumps(value)
    for text in (
        f"<{tag}>{thought}</{tag}>{prose}{answer}",
        f"{thought}{more}</{tag}>\n{answer}",
        f"<{tag}>{thought}</{tag}><{tag}>{more}</{tag}>{answer}",
        f"{answer}<{tag}>{thought}</{tag}>",
    ):
        assert read(without_thinking(text), Two).model_dump() == value


@given(TAG, THOUGHT, THOUGHT)
def test_thinking_without_an_end_leaves_nothing(tag, thought, more):
    assert without_thinking(f"<{tag}>{thought}{more}") == ""


@given(TAG, VALUES)
def test_an_answer_that_speaks_of_tags_is_whole(tag, value):
    value = value | {"word": f"he wrote <{tag}> and then </{tag}>"}
    assert read(without_thinking(json.dumps(value)), Two).model_dump() == value


@given(VALUES, st.data())
def test_a_cut_answer_is_none(value, data):
    text = json.dumps(value)
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    with pytest.raises(BadAnswer):
        read(cut, Two)


def test_a_complaint_does_not_repeat_what_was_written():
    with pytest.raises(BadAnswer) as bad:
        read('{"word": "x", "number": "a very private thing", "secret": "another"}', Two)
    assert "private" not in str(bad.value)
    assert "another" not in str(bad.value)
    assert "number" in str(bad.value)
