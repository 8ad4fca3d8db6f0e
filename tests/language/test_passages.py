"""The swap on whole passages, both directions: what must change, what must stay, what may be asked.

The bounds are what the rules reach on passages that they were mended with, less a little; what they reach at first
sight stands in benchmarks/RESULTS.md.
"""

from __future__ import annotations

import pytest
from marked_passages import Passage, Verdict, files, judge, load, swap

from refiner.models import StageResult

PASSAGES = [(path.name, p) for path in files() for p in load(path)]


@pytest.fixture(scope="module")
def runs() -> list[tuple[str, Passage, str, StageResult, Verdict]]:
    """Every passage with its file, its refined text, the stage's result and the judge's verdict."""
    out = []
    for name, p in PASSAGES:
        refined, result = swap(p.text, p.config)
        out.append((f"{name}:{p.id}", p, refined, result, judge(p, result)))
    return out


def test_there_are_enough_of_both_directions() -> None:
    assert len(PASSAGES) >= 600
    assert sum(p.config.persona.before.gender == "female" for _, p in PASSAGES) >= 120


def test_what_must_stay_stays(runs: list[tuple[str, Passage, str, StageResult, Verdict]]) -> None:
    kept, keep = sum(v.kept for *_, v in runs), sum(v.keep for *_, v in runs)
    assert kept >= 0.99 * keep, [i for i, *_, v in runs if v.kept < v.keep]


def test_nothing_else_is_touched(runs: list[tuple[str, Passage, str, StageResult, Verdict]]) -> None:
    stray = {i: v.stray for i, *_, v in runs if v.stray}
    words = sum(len(p.text.split()) for _, p in PASSAGES)
    assert sum(stray.values()) <= 0.001 * words, stray


def test_most_of_what_must_change_does(runs: list[tuple[str, Passage, str, StageResult, Verdict]]) -> None:
    right, required = sum(v.right for *_, v in runs), sum(v.required for *_, v in runs)
    assert right >= 0.73 * required, [i for i, *_, v in runs if v.right < v.required]


def test_nearly_all_the_rest_is_asked(runs: list[tuple[str, Passage, str, StageResult, Verdict]]) -> None:
    covered, required = sum(v.covered for *_, v in runs), sum(v.required for *_, v in runs)
    assert covered >= 0.95 * required, [i for i, *_, v in runs if v.covered < v.required]


def test_most_passages_are_exact(runs: list[tuple[str, Passage, str, StageResult, Verdict]]) -> None:
    assert sum(v.exact for *_, v in runs) >= 0.57 * len(runs)


def test_questions_are_few(runs: list[tuple[str, Passage, str, StageResult, Verdict]]) -> None:
    words = sum(len(p.text.split()) for _, p in PASSAGES)  # about forty required edits in a thousand words
    assert sum(len(result.questions) for *_, result, _ in runs) <= 13 * words / 1000


def test_a_second_run_changes_next_to_nothing(runs: list[tuple[str, Passage, str, StageResult, Verdict]]) -> None:
    again = [i for i, p, refined, *_ in runs if swap(refined, p.config)[0] != refined]
    assert len(again) <= 3, again  # each of them had a question whose neighbours the first run changed


def test_no_raw_passage_is_taken_for_swapped(runs: list[tuple[str, Passage, str, StageResult, Verdict]]) -> None:
    assert [i for i, _, _, result, _ in runs if result.findings] == []
