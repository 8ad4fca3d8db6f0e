"""Fifty-six invented lives through the chain: what is over is said to be over, and everything else stays."""

from __future__ import annotations

from typing import Any

import pytest
from reframed_lives import judge, load, refined

LIVES = load()


@pytest.mark.parametrize("life", LIVES, ids=[life["id"] for life in LIVES])
def test_what_is_over_is_said_so_and_everything_else_stays(life: dict[str, Any]) -> None:
    outcome = judge(life, refined(life))
    assert outcome.wrong == []
    assert outcome.counts["keep"] > 0
    assert outcome.counts["claims"] == outcome.counts["new facts"] == 0


def test_the_judge_sees_a_life_that_was_left_as_it_is() -> None:
    life = next(x for x in LIVES if x["expect"]["over"])
    outcome = judge(life, refined(life, stages=("selfimage",)))
    assert outcome.counts["over:right"] == 0
    assert outcome.counts["keep:right"] == outcome.counts["keep"]
