"""Two contestants on the same questions: what may be called better or worse, and what the items cannot show."""

from __future__ import annotations

import pytest
from scored_reports import items_of, marks_of, report_of

from refiner.errors import UsageError
from refiner.evaluate.compare import PREFERRED, asked_for, between, compare
from refiner.evaluate.judge_claims import judge_measures
from refiner.evaluate.likelihood import FORCED_CHOICE
from refiner.evaluate.shapes import Item, Mark, Report


def _facts(items: tuple[Item, ...], values: list[float | None]) -> tuple[Mark, ...]:
    return tuple(Mark(measure="recall", item=i.id, ask=0, value=v) for i, v in zip(items, values, strict=True))


def test_a_clear_difference_is_told_on_both_sides() -> None:
    items = items_of(14)
    report = report_of({"base+card": marks_of(items, 0.1), "tuned+card": marks_of(items, 0.95, 1)}, items)
    found = between(report, "base+card", "tuned+card")
    assert {d.measure for d in found.of("better")} >= {"recall", "dead_right", "dead_leak", "general_right", "likeness"}
    assert not found.of("worse")
    back = between(report, "tuned+card", "base+card")
    assert {d.measure for d in back.of("worse")} == {d.measure for d in found.of("better")}
    leak = found.difference("dead_leak")
    assert leak is not None
    assert leak.value is not None
    assert leak.value < 0  # less of it is better


def test_equal_contestants_differ_in_nothing() -> None:
    items = items_of(10)
    marks = marks_of(items, 0.6)
    found = between(report_of({"a": marks, "b": marks}, items), "a", "b")
    assert not found.of("better")
    assert not found.of("worse")
    assert all(d.value in (0.0, None) for d in found.differences)
    assert all(d.chance == 1.0 for d in found.differences)


def test_few_items_can_show_nothing_however_far_apart() -> None:
    items = items_of(4, ("fact",), wordings=1)
    report = report_of({"a": _facts(items, [0.0] * 4), "b": _facts(items, [1.0] * 4)}, items)
    recall = between(report, "a", "b").difference("recall")
    assert recall is not None
    assert recall.value == 1.0
    assert recall.verdict == "no difference"
    assert recall.chance == pytest.approx(2 / 16)
    assert not recall.leans


def test_many_measures_at_once_need_more_than_one_alone() -> None:
    items = items_of(7, ("fact", "date", "general", "dead", "living", "media"), wordings=1)
    measures = {
        "fact": "recall",
        "date": "year",
        "general": "general_right",
        "living": "living_shown",
        "media": "media_right",
    }
    one, other = [], []
    for n, item in enumerate(i for i in items if i.area in measures):
        facts = item.area == "fact"
        one.append(Mark(measure=measures[item.area], item=item.id, ask=0, value=0.0 if facts else float(n % 2)))
        other.append(Mark(measure=measures[item.area], item=item.id, ask=0, value=1.0 if facts else float(n % 2)))
    found = between(report_of({"a": one, "b": other}, items), "a", "b")
    recall = found.difference("recall")
    assert recall is not None
    assert found.compared == 5
    assert recall.chance == pytest.approx(2 / 2**7)
    assert recall.corrected == pytest.approx(5 * 2 / 2**7)
    assert recall.verdict == "no difference"
    assert recall.leans
    alone = [m for m in one if m.measure == "recall"], [m for m in other if m.measure == "recall"]
    found = between(report_of({"a": alone[0], "b": alone[1]}, items), "a", "b")
    assert [d.measure for d in found.of("better")] == ["recall", "likeness"]


def test_answers_count_only_where_both_could_be_judged() -> None:
    items = items_of(6, ("fact",), wordings=1)
    one = _facts(items, [1.0, 1.0, 1.0, 0.0, None, None])
    other = _facts(items, [1.0, 1.0, 1.0, None, 0.0, None])
    recall = between(report_of({"a": one, "b": other}, items), "a", "b").difference("recall")
    assert recall is not None
    assert (recall.items, recall.before, recall.after, recall.value) == (3, 1.0, 1.0, 0.0)


def test_what_only_one_has_cannot_be_compared() -> None:
    items = items_of(6, ("fact", "date"), wordings=1)
    one = tuple(m for m in marks_of(items, 1.0) if m.measure != "year")
    found = between(report_of({"a": one, "b": marks_of(items, 1.0)}, items), "a", "b")
    year = found.difference("year")
    assert year is not None
    assert (year.verdict, year.why, year.value) == ("cannot say", "only one of them has it", None)
    assert "dates and order" in (found.difference("likeness") or year).why


def test_valence_is_better_the_nearer_to_nothing_on_either_side() -> None:
    items = items_of(12, ("fact",), wordings=1)

    def drift(value: float) -> tuple[Mark, ...]:
        return tuple(
            Mark(measure="valence_drift", item=i.id, ask=0, value=value + n / 1000) for n, i in enumerate(items)
        )

    report = report_of({"far": drift(-0.6), "near": drift(0.05)}, items)
    assert [d.measure for d in between(report, "far", "near").of("better")] == ["valence_drift"]
    assert [d.measure for d in between(report, "near", "far").of("worse")] == ["valence_drift"]


def test_choices_that_are_no_questions_are_compared_by_their_ids() -> None:
    items = items_of(6, ("fact",), wordings=1)

    def marks(value: float) -> tuple[Mark, ...]:
        chosen = tuple(Mark(measure="forced_choice", item=f"choice-{n}", ask=0, value=value) for n in range(12))
        return (*marks_of(items, 1.0), *chosen)

    report = report_of({"a": marks(0.0), "b": marks(1.0)}, items)
    report = report.model_copy(update={"measures": (*report.measures, FORCED_CHOICE)})
    found = between(report, "a", "b")
    forced = found.difference("forced_choice")
    assert forced is not None
    assert (forced.items, forced.verdict) == (12, "better")
    assert found.items == 6


def test_two_reports_are_compared_on_the_questions_that_stayed_the_same() -> None:
    items = items_of(10, ("fact", "general"))
    changed = tuple(
        i.model_copy(update={"asks": i.asks[:1]}) if n < 3
        else i.model_copy(update={"key": i.key.model_copy(update={"told": ("Another lake.",)})}) if n < 5
        else i
        for n, i in enumerate(items)
    )  # fmt: skip
    first = report_of({"tuned+card": marks_of(items, 0.2)}, items, name="monday")
    second = report_of({"tuned+card": marks_of(changed, 0.9, 1)}, changed, name="tuesday")
    second = second.model_copy(update={"life": "y", "settings": {"max_tokens": 48}})
    first = first.model_copy(update={"settings": {"max_tokens": 96}})
    found = compare(first, second)
    assert (found.items, found.left_out) == (15, 5)
    assert (found.before, found.after) == ("monday (tuned+card)", "tuesday (tuned+card)")
    assert any("notes changed" in n for n in found.notes)
    assert any("max_tokens" in n for n in found.notes)
    general = found.difference("general_right")
    assert general is not None
    assert general.items == 10
    assert compare(first, first).notes == ()
    assert compare(first, second) == found


def test_whom_a_report_is_about() -> None:
    items = items_of(1)
    marks = marks_of(items, 1.0)
    for who in PREFERRED:
        assert asked_for(report_of({"base": marks, who: marks, "other": marks}, items)) == who
    alone = report_of({"mine": marks}, items)
    assert asked_for(alone) == "mine"
    with pytest.raises(UsageError, match="there are: mine"):
        asked_for(alone, "tuned")
    with pytest.raises(UsageError):
        between(alone, "mine", "tuned")
    with pytest.raises(UsageError):
        asked_for(Report(made="", now="", name="", life=""))


def test_what_a_judge_found_is_said_to_be_uncorrected() -> None:
    items = items_of(6, areas=("fact",))
    report = report_of({"a": marks_of(items, 0.2), "b": marks_of(items, 0.9)}, items)
    judged = {
        who: (*report.marks[who], *(Mark(measure="judge_fact", item=i.id, ask=0, value=v) for i in items))
        for who, v in (("a", 0.0), ("b", 1.0))
    }
    both = report.model_copy(update={"marks": judged, "measures": (*report.measures, *judge_measures())})
    assert not between(report, "a", "b").notes
    assert any("as it judged" in note for note in between(both, "a", "b").notes)
