"""The swap on whole passages, both directions: what must change, what must stay, what may be asked."""

from __future__ import annotations

import pytest
from marked_passages import Passage, Verdict, judge, load, swap

FILES = ("passages.txt", "passages2.txt", "passages3.txt")
PASSAGES = [p for name in FILES for p in load(name)]


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    return {p.id: judge(p) for p in PASSAGES}


def test_there_are_enough_of_both_directions() -> None:
    assert len(PASSAGES) >= 60
    assert sum(p.config.persona.before.gender == "female" for p in PASSAGES) >= 15


def test_what_must_stay_stays(verdicts: dict[str, Verdict]) -> None:
    kept, keep = sum(v.kept for v in verdicts.values()), sum(v.keep for v in verdicts.values())
    assert kept >= 0.99 * keep, [i for i, v in verdicts.items() if v.kept < v.keep]


def test_nothing_else_is_touched(verdicts: dict[str, Verdict]) -> None:
    stray = {i: v.stray for i, v in verdicts.items() if v.stray}
    assert sum(stray.values()) <= 3, stray


def test_most_of_what_must_change_does(verdicts: dict[str, Verdict]) -> None:
    right, required = sum(v.right for v in verdicts.values()), sum(v.required for v in verdicts.values())
    assert right >= 0.85 * required, [i for i, v in verdicts.items() if v.right < v.required]


def test_the_rest_is_asked(verdicts: dict[str, Verdict]) -> None:
    covered, required = sum(v.covered for v in verdicts.values()), sum(v.required for v in verdicts.values())
    assert covered >= 0.93 * required, [i for i, v in verdicts.items() if v.covered < v.required]


def test_most_passages_are_exact(verdicts: dict[str, Verdict]) -> None:
    assert sum(v.exact for v in verdicts.values()) >= 0.75 * len(verdicts)


def test_questions_are_few() -> None:
    words = sum(len(p.text.split()) for p in PASSAGES)
    assert sum(len(swap(p.text, p.config)[1].questions) for p in PASSAGES) <= 8 * words / 1000


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda p: p.id)
def test_a_second_run_changes_nothing(passage: Passage) -> None:
    once, _ = swap(passage.text, passage.config)
    assert swap(once, passage.config)[0] == once
