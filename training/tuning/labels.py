"""Rows to token ids and labels: the loss falls on the answers and their end token, and on nothing else.

The row is put together from pieces, the prompt as the chat template writes it for generation and the answer, and each
piece is tokenised by itself. So the model is trained on the very token sequence it meets when somebody talks to it,
whatever the template does with earlier turns, and no `{% generation %}` marks are needed in the template.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from .errors import Refused
from .folder import Message

IGNORED = -100  # what the loss function of torch and transformers skips


@dataclass(frozen=True)
class Encoded:
    """A training sequence. `labels` equals `input_ids` where an answer stands and is -100 elsewhere."""

    input_ids: list[int]
    labels: list[int]
    answers: tuple[str, ...]  # what the labels must decode to, the end token of each not counted
    row: int  # which row of the data it came from


@dataclass(frozen=True)
class Control:
    """The tokens of a tokenizer that are no text: those that are special and those that were added."""

    ids: frozenset[int]
    pattern: re.Pattern[str]  # the longest that stands at a place


_CONTROL: WeakKeyDictionary[Any, Control] = WeakKeyDictionary()


def control_tokens(tokenizer: Any) -> Control:
    """Read once for each tokenizer: some have thousands, and put the table together anew whenever it is asked for."""
    if tokenizer not in _CONTROL:
        added = tokenizer.added_tokens_decoder
        texts = {str(token) for token in added.values()} | set(tokenizer.all_special_tokens)
        longest = sorted((token for token in texts if token.strip()), key=lambda token: (-len(token), token))
        pattern = re.compile("|".join(map(re.escape, longest)) or r"(?!)")
        _CONTROL[tokenizer] = Control(frozenset([*tokenizer.all_special_ids, *added]), pattern)
    return _CONTROL[tokenizer]


def encode_row(tokenizer: Any, messages: list[Message], row: int = 0) -> list[Encoded]:
    """One row as training sequences: usually one, with every answer in it labelled that is to be learnt (a message's
    `learn` is "no" for those that only lead to the last).

    A template may write an earlier answer otherwise than a last one (Qwen3 leaves out the empty thinking block).
    Then each answer becomes a sequence of its own, with the turns before it as its prompt, because a single sequence
    would train an answer after a prompt that no conversation shows.

    Raises `Refused` if the template changes the content, or if the text holds a special token of the model.
    """
    turns = [i for i, message in enumerate(messages) if message["role"] == "assistant"]
    said_before = {i for i in turns if messages[i].get("learn") == "no"}
    messages = [{"role": m["role"], "content": m["content"].strip()} for m in messages]
    _refuse_special_tokens(tokenizer, messages, row)
    pieces = []
    for i in turns:
        prompt = _render(tokenizer, messages[:i], generate=True)
        full = _render(tokenizer, messages[: i + 1], generate=False)
        answer = messages[i]["content"]
        if not full.startswith(prompt + answer):
            raise Refused(
                f"row {row + 1}: the base model's chat template does not write the answer after its own prompt; "
                "training on it would teach another form than it is asked in",
                mend="choose another base model, or mend its chat template",
            )
        pieces.append((prompt, answer, end_token(tokenizer, full[len(prompt) + len(answer) :]), i not in said_before))
    sequences: list[Encoded] = []
    text, ids, labels, answers = "", [], [], []
    for prompt, answer, (end_id, end_text), learnt in pieces:
        if text and not prompt.startswith(text):
            if answers:
                sequences.append(Encoded(ids, labels, tuple(answers), row))
            text, ids, labels, answers = "", [], [], []
        before = _ids(tokenizer, prompt[len(text) :])
        said = [*_ids(tokenizer, answer), end_id]
        ids = ids + before + said
        labels = labels + [IGNORED] * len(before) + (said if learnt else [IGNORED] * len(said))
        answers = [*answers, answer] if learnt else answers
        text = prompt + answer + end_text
    return [*sequences, Encoded(ids, labels, tuple(answers), row)]


def split_answer(tokenizer: Any, messages: list[Message], row: int = 0) -> tuple[list[int], list[int]]:
    """(ids of all before the last answer, ids of that answer with its end token), put together as `encode_row` does.

    Raises `Refused` as `encode_row` and `check_labels` do.
    """
    sequence = encode_row(tokenizer, messages, row)[-1]
    check_labels(tokenizer, sequence)
    start = len(sequence.labels)
    while start and sequence.labels[start - 1] != IGNORED:
        start -= 1
    return sequence.input_ids[:start], sequence.input_ids[start:]


def end_token(tokenizer: Any, rest: str) -> tuple[int, str]:
    """The id and text of the token that the template writes right after an answer; `rest` is what follows the
    answer. Raises `Refused` if no special token follows: a model trained on that never learns to stop."""
    ids = _ids(tokenizer, rest)
    if ids:
        text = tokenizer.decode(ids[:1])
        if ids[0] in control_tokens(tokenizer).ids and rest.startswith(text):
            return ids[0], text
    raise Refused(
        f"the base model's chat template ends an answer with {rest!r}, which is no end token: "
        "the model would never learn to stop",
        mend="choose an instruct model with a chat template",
    )


def encode(tokenizer: Any, rows: Iterable[list[Message]], max_length: int) -> list[Encoded]:
    """All rows, encoded and checked.

    Raises `Refused` if a row has no label, if its labels do not decode to its answers, or if it is longer than
    `max_length` tokens: cutting it would lose the end of an answer or the persona at its start, unseen.
    """
    encoded = [sequence for i, row in enumerate(rows) for sequence in encode_row(tokenizer, row, i)]
    for sequence in encoded:
        check_labels(tokenizer, sequence)
    long = [sequence for sequence in encoded if len(sequence.input_ids) > max_length]
    if long:
        most = max(len(sequence.input_ids) for sequence in long)
        lines = ", ".join(str(sequence.row + 1) for sequence in long[:10]) + (", …" if len(long) > 10 else "")
        raise Refused(
            f"{len(long)} rows are longer than max_length = {max_length} tokens (the longest has {most}): row {lines}",
            mend=f"set [data] max_length = {-(-most // 64) * 64} in the recipe, or shorten those samples",
        )
    return encoded


def check_labels(tokenizer: Any, sequence: Encoded) -> None:
    """Raises `Refused` unless the labels decode to exactly the answers, each with its end token."""
    spans: list[list[int]] = []
    for i, label in enumerate(sequence.labels):
        if label == IGNORED:
            continue
        if i and sequence.labels[i - 1] != IGNORED:
            spans[-1].append(label)
        else:
            spans.append([label])
        if label != sequence.input_ids[i]:
            raise Refused(f"row {sequence.row + 1}: a label differs from its token")
    if not spans:
        raise Refused(f"row {sequence.row + 1} has no label: nothing in it would be learnt")
    decoded = [tokenizer.decode(span[:-1]).strip() for span in spans]
    if decoded != list(sequence.answers):
        raise Refused(f"row {sequence.row + 1}: the labels read {decoded}, the answers are {list(sequence.answers)}")


def stop_ids(tokenizer: Any, sequences: list[Encoded]) -> set[int]:
    """The end tokens that the labels teach: the last label of each answer."""
    ids = set()
    for sequence in sequences:
        for label, after in zip(sequence.labels, [*sequence.labels[1:], IGNORED], strict=True):
            if label != IGNORED and after == IGNORED:
                ids.add(label)
    return ids


def _render(tokenizer: Any, messages: list[Message], *, generate: bool) -> str:
    # enable_thinking: Qwen3's switch; templates without it ignore the name.
    text: str = tokenizer.apply_chat_template(
        messages, tokenize=False, add_generation_prompt=generate, enable_thinking=False
    )
    return text


def _ids(tokenizer: Any, text: str) -> list[int]:
    # The template has written the special tokens already: the tokenizer must not add its own.
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def _refuse_special_tokens(tokenizer: Any, messages: list[Message], row: int) -> None:
    pattern = control_tokens(tokenizer).pattern
    for message in messages:
        if found := pattern.search(message["content"]):
            raise Refused(
                f"row {row + 1}: the text contains {found[0]!r}, which the base model reads as a control token",
                mend="take it out of the sample",
            )
