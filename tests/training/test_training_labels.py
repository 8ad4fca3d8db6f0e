"""T1: decoded labels equal the answers plus their end tokens, and nothing else is learnt."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from training_persona import chat, persona_rows
from training_tiny import CHATML, ENDLESS, THINKING, make_tokenizer
from tuning.errors import Refused
from tuning.labels import IGNORED, check_labels, encode, encode_row, stop_ids

pytestmark = [pytest.mark.training, pytest.mark.second, pytest.mark.filterwarnings("ignore::FutureWarning")]

TEXTS = [m["content"] for rows in persona_rows() for row in rows for m in row["messages"]]
TWO_TURNS = chat("Where did you grow up?", "In Vardal.", "Are you stubborn?", "I am. Ask my brother.")["messages"]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return make_tokenizer(TEXTS)


def learnt(tokenizer: Any, labels: list[int]) -> str:
    """The labels as text, with a bar where something is not learnt."""
    parts: list[str] = []
    for label in labels:
        if label == IGNORED:
            if parts[-1:] != ["|"]:
                parts.append("|")
        else:
            parts.append(tokenizer.decode([label]))
    return "".join(parts)


def test_only_the_answer_and_its_end_token_are_learnt(tokenizer: Any) -> None:
    (row,) = encode_row(tokenizer, chat("Where did you grow up?", " In Vardal. ")["messages"])
    assert learnt(tokenizer, row.labels) == "|In Vardal.<|im_end|>"
    assert row.labels[-1] == tokenizer.eos_token_id


def test_every_answer_of_several_turns_is_learnt_with_its_end_token(tokenizer: Any) -> None:
    (row,) = encode_row(tokenizer, TWO_TURNS)
    assert learnt(tokenizer, row.labels) == "|In Vardal.<|im_end|>|I am. Ask my brother.<|im_end|>"
    whole = tokenizer.apply_chat_template(TWO_TURNS, tokenize=False)
    assert tokenizer.decode(row.input_ids) == whole.removesuffix("\n")


def test_an_answer_that_only_leads_to_the_last_is_not_learnt() -> None:
    led = [dict(m) for m in TWO_TURNS]
    led[2]["learn"] = "no"
    plain = make_tokenizer(TEXTS)
    (row,) = encode_row(plain, led)
    (whole,) = encode_row(plain, TWO_TURNS)
    assert row.input_ids == whole.input_ids
    assert row.answers == whole.answers[1:]
    check_labels(plain, row)
    learnt = [token for token in row.labels if token != IGNORED]
    assert plain.decode(learnt) == TWO_TURNS[-1]["content"] + "<|im_end|>"
    thinking = make_tokenizer(TEXTS, THINKING)
    (only,) = encode_row(thinking, led)  # each answer would be a sequence of its own
    assert only.answers == whole.answers[1:]
    check_labels(thinking, only)


def test_a_template_that_writes_earlier_answers_otherwise_gives_a_sequence_for_each_answer() -> None:
    tokenizer = make_tokenizer(TEXTS, THINKING)
    first, second = encode_row(tokenizer, TWO_TURNS)
    assert learnt(tokenizer, first.labels) == "|In Vardal.<|im_end|>"
    assert learnt(tokenizer, second.labels) == "|I am. Ask my brother.<|im_end|>"
    for i, row in ((2, first), (4, second)):
        prompt = tokenizer.apply_chat_template(TWO_TURNS[:i], tokenize=False, add_generation_prompt=True)
        asked = [token for token, label in zip(row.input_ids, row.labels, strict=True) if label == IGNORED]
        assert tokenizer.decode(asked) == prompt


def test_a_template_without_end_token_is_refused() -> None:
    with pytest.raises(Refused, match="never learn to stop"):
        encode_row(make_tokenizer(TEXTS, ENDLESS), TWO_TURNS)


def test_a_template_that_changes_answers_is_refused() -> None:
    shouting = CHATML.replace("m['content']", "m['content'] | upper")
    with pytest.raises(Refused, match="does not write the answer after its own prompt"):
        encode_row(make_tokenizer(TEXTS, shouting), TWO_TURNS)


def test_control_tokens_in_the_text_are_refused(tokenizer: Any) -> None:
    with pytest.raises(Refused, match=r"contains '<\|im_end\|>'"):
        encode_row(tokenizer, chat("Q", "I said <|im_end|> and left.")["messages"])


def test_a_long_row_is_refused_and_not_cut(tokenizer: Any) -> None:
    rows = [chat("Q", "A")["messages"], chat("Q", "word " * 200)["messages"]]
    with pytest.raises(Refused, match=r"1 rows are longer than max_length = 128 .*row 2"):
        encode(tokenizer, rows, 128)


def test_the_whole_fixture_passes_its_own_check(tokenizer: Any) -> None:
    train, evaluation = persona_rows()
    encoded = encode(tokenizer, [row["messages"] for row in train + evaluation], 256)
    assert len(encoded) == 80
    assert sum(len(row.answers) for row in encoded) == 85
    assert stop_ids(tokenizer, encoded) == {tokenizer.eos_token_id}


def test_the_check_sees_a_lost_end_token_and_a_learnt_prompt_and_no_label(tokenizer: Any) -> None:
    (row,) = encode_row(tokenizer, chat("Where did you grow up?", "In Vardal.")["messages"])
    first = next(i for i, label in enumerate(row.labels) if label != IGNORED)
    without_end = [*row.labels[:-1], IGNORED]
    with_prompt = [*row.labels[: first - 3], *row.input_ids[first - 3 : first], *row.labels[first:]]
    for labels in (without_end, with_prompt, [IGNORED] * len(row.labels)):
        with pytest.raises(Refused):
            check_labels(tokenizer, dataclasses.replace(row, labels=labels))


def test_the_table_of_added_tokens_is_put_together_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The large tokenizers have thousands, and make the table anew whenever it is asked for."""
    tokenizer = make_tokenizer(["Where did you live? In Aizawl."])
    asked = 0
    table = type(tokenizer).added_tokens_decoder

    def counted(self: Any) -> Any:
        nonlocal asked
        asked += 1
        return table.fget(self)

    monkeypatch.setattr(type(tokenizer), "added_tokens_decoder", property(counted))
    row = [{"role": "user", "content": "Where did you live?"}, {"role": "assistant", "content": "In Aizawl."}]
    encode(tokenizer, [row] * 5, 64)
    assert asked == 1
    with pytest.raises(Refused, match=r"'<\|im_end\|>'"):
        encode(tokenizer, [[row[0], {"role": "assistant", "content": "a <|im_end|> b"}]], 64)
