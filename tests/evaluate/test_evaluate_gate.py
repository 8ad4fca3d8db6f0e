"""The gate: what it takes for a limit, and that it never opens on what is missing."""

from __future__ import annotations

import pytest
from scored_reports import items_of, marks_of, report_of

from refiner.errors import UsageError
from refiner.evaluate.gate import Gate, Limit, gate, parse
from refiner.evaluate.shapes import AREAS, Report, Score


def _report(right: float = 0.95, count: int = 10) -> Report:
    items = items_of(count)
    return report_of({"base+card": marks_of(items, 0.2), "tuned+card": marks_of(items, right, 1)}, items)


def _with(report: Report, **changes: object) -> Report:
    """The report with the tuned contestant's dead_leak changed."""
    return report.model_copy(
        update={
            "scores": tuple(
                s.model_copy(update=changes) if (s.contestant, s.measure) == ("tuned+card", "dead_leak") else s
                for s in report.scores
            )
        }
    )


def test_limits_are_read() -> None:
    assert parse("0.6") == (Limit("likeness", 0.6),)
    assert parse("60%") == (Limit("likeness", 0.6),)
    assert parse("likeness=0.6, dead_leak<=0.1,recall >= .5") == (
        Limit("likeness", 0.6), Limit("dead_leak", 0.1, True), Limit("recall", 0.5),
    )  # fmt: skip
    assert parse("dead_leak=0.1") == (Limit("dead_leak", 0.1, True),)
    assert parse("general_loss<=5,style_distance=1.5,forced_choice=0.4,judge_right=0.7") == (
        Limit("general_loss", 5, True), Limit("style_distance", 1.5, True), Limit("forced_choice", 0.4),
        Limit("judge_right", 0.7),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "likeness", "likeness=", "likeness=a", "liknes=0.5", "recall<=0.5", "dead_leak>=0.1", "recall=5",
     "likeness=-1", "0.5;recall=1", "recall=0.5,", "recall==0.5", "6"],
)  # fmt: skip
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(text)
    assert refused.value.exit_code == 2
    assert refused.value.mend


def test_a_misspelt_measure_is_answered_with_the_near_one() -> None:
    with pytest.raises(UsageError, match="did you mean dead_leak"):
        parse("dead_leek<=0.1")


def test_it_opens_where_all_is_reached_and_only_there() -> None:
    report = _report(1.0)
    assert gate(report, parse("likeness=0.9,dead_leak<=0.1,recall=0.9")).passed
    found = gate(report, parse("likeness=0.9"), "base+card")
    assert not found.passed
    assert found.contestant == "base+card"
    assert not gate(_report(0.5), parse("likeness=0.9,recall=0")).passed
    assert not Gate("x", False, ()).passed


def test_strict_goes_by_the_worse_end_of_the_interval() -> None:
    report = _report(1.0)
    low = report.score("tuned+card", "recall")
    assert low is not None
    assert low.low is not None
    between = f"recall={low.low + 0.05:.2f}"
    assert gate(report, parse(between)).passed
    assert not gate(report, parse(between), strict=True).passed
    assert gate(report, parse(f"recall={low.low - 0.05:.2f}"), strict=True).passed
    leak = report.score("tuned+card", "dead_leak")
    assert leak is not None
    assert leak.high is not None
    assert gate(report, parse("dead_leak<=0.01")).passed
    assert not gate(report, parse("dead_leak<=0.01"), strict=True).passed
    assert not gate(_with(report, low=None, high=None), parse("dead_leak<=1"), strict=True).passed


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"value": None, "low": None, "high": None, "why": "no weights here"}, "unavailable: no weights here"),
        ({"value": None, "marks": 0, "unjudged": 20, "why": ""}, "unjudged 20"),
        ({"value": 0.0, "marks": 4, "unjudged": 16}, "16 of 20 answers are unjudged"),
        ({"value": float("nan")}, "unavailable"),
    ],
)
def test_it_never_opens_on_what_is_missing(changes: dict[str, object], said: str) -> None:
    found = gate(_with(_report(1.0), **changes), parse("dead_leak<=1"))
    assert not found.passed
    assert said in found.held[0].why


def test_a_measure_without_a_score_is_not_reached() -> None:
    found = gate(_report(1.0), parse("forced_choice=0,judge_right=0"))
    assert [h.passed for h in found.held] == [False, False]
    assert "not measured" in found.held[0].why


def test_likeness_without_a_part_that_was_asked_for_is_not_reached() -> None:
    items = items_of(8)
    unjudged = tuple(
        m.model_copy(update={"value": None}) if m.measure.startswith("gender") else m for m in marks_of(items, 1.0)
    )
    found = gate(report_of({"tuned": unjudged}, items), parse("0.1"))
    assert not found.passed
    assert "without gender" in found.held[0].why


def test_a_life_without_negative_traits_can_reach_likeness_but_fewer_areas_asked_cannot() -> None:
    areas = tuple(a for a in AREAS if a != "negative")
    items = items_of(8, areas)
    report = report_of({"tuned": marks_of(items, 1.0)}, items)
    found = gate(report, parse("0.5"))
    assert found.passed
    assert "without negative traits" in found.held[0].why
    excluded = gate(report.model_copy(update={"settings": {"areas": areas}}), parse("0.5"))
    assert not excluded.passed
    assert "without negative traits (left out by --only)" in excluded.held[0].why
    facts = items_of(8, ("fact",))
    assert not gate(report_of({"tuned": marks_of(facts, 1.0)}, facts), parse("0.5")).passed


def test_the_drift_is_held_on_both_sides_of_nothing() -> None:
    report = _report(1.0)
    score = Score(contestant="tuned+card", measure="valence_drift", value=-0.6, low=-0.7, high=-0.5, items=9, marks=9)
    kept = tuple(s for s in report.scores if (s.contestant, s.measure) != ("tuned+card", "valence_drift"))
    report = report.model_copy(update={"scores": (*kept, score)})
    assert not gate(report, parse("valence_drift<=0.2")).passed
    assert gate(report, parse("valence_drift<=0.65")).passed
    assert not gate(report, parse("valence_drift<=0.65"), strict=True).passed


def test_nobody_of_that_name_is_an_error() -> None:
    with pytest.raises(UsageError):
        gate(_report(), parse("0.5"), "tuned")
