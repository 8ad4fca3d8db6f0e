"""A talk through transformers: the model writes no further where nobody reads, and what was cut off is known."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from refiner.training.talk import Transformers

pytestmark = [pytest.mark.training, pytest.mark.filterwarnings("ignore::FutureWarning")]

ASK = [{"role": "system", "content": "You are Mayuri."}, {"role": "user", "content": "Who are you?"}]


@pytest.fixture(scope="module")
def model(tiny: Path) -> Transformers:
    return Transformers(str(tiny), None)


def test_closing_an_answer_ends_the_writing(model: Transformers) -> None:
    before = threading.active_count()
    answer = model.reply(ASK, max_tokens=100_000, temperature=1.0, seed=1)
    next(answer)
    answer.close()  # type: ignore[attr-defined]
    for _ in range(200):
        if threading.active_count() == before:
            break
        time.sleep(0.05)
    assert threading.active_count() == before


def test_an_answer_that_reached_the_limit_is_known_as_cut(model: Transformers) -> None:
    list(model.reply(ASK, max_tokens=3))
    assert model.cut
