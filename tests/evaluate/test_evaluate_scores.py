"""From marks to scores: what counts, what does not, and how likeness is made of its parts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scored_reports import answers_of, items_of, marks_of, material

from refiner.evaluate.likelihood import FORCED_CHOICE
from refiner.evaluate.likeness import FLOOR, PILLARS, likeness
from refiner.evaluate.scores import MEASURES, scores, with_derived
from refiner.evaluate.shapes import Answer, Item, Mark, Measure, Score
from refiner.evaluate.tally import side_of
from refiner.stages.self_image_valence import mean_valence


def _scores(items: tuple[Item, ...], marks: dict[str, tuple[Mark, ...]], answers: list[Answer] | None = None) -> dict:
    _, found = scores(items, answers or [], marks, material())
    return {(s.contestant, s.measure): s for s in found}


def test_every_measure_of_every_contestant_has_a_score_and_a_reason_where_it_has_no_value() -> None:
    items = items_of(6)
    marks = {"base": marks_of(items, 0.3), "tuned": marks_of(items, 0.9, 1)}
    measures, found = scores(items, [], marks, material())
    assert measures == MEASURES
    assert [(s.contestant, s.measure) for s in found] == [(c, m.id) for c in marks for m in measures]
    assert all(s.why for s in found if s.value is None)
    assert all(s.low is not None and s.low <= s.value <= (s.high or 0) for s in found if s.value is not None)
    assert (measures, found) == scores(items, [], marks, material())
    assert measures[-1].id == "likeness"
    assert all(m.definition and m.source for m in measures)


def test_who_is_right_is_more_like_her() -> None:
    items = items_of(8)
    found = _scores(items, {str(p): marks_of(items, p) for p in (0.1, 0.5, 0.9, 1.0)})
    values = [found[str(p), "likeness"].value for p in (0.1, 0.5, 0.9, 1.0)]
    assert values == sorted(values)
    assert values[-1] == pytest.approx(1.0)
    assert found["1.0", "likeness"].low < 1.0  # eight items of each do not prove perfection


def test_what_could_not_be_judged_is_counted_and_is_not_0() -> None:
    items = items_of(4, ("fact",), wordings=1)
    values = (1.0, None, 1.0, None)
    marks = tuple(Mark(measure="recall", item=i.id, ask=0, value=v) for i, v in zip(items, values, strict=True))
    score = _scores(items, {"x": marks})["x", "recall"]
    assert (score.value, score.items, score.marks, score.unjudged) == (1.0, 2, 2, 2)
    nothing = tuple(m.model_copy(update={"value": None}) for m in marks)
    score = _scores(items, {"x": nothing})["x", "recall"]
    assert (score.value, score.unjudged) == (None, 4)
    assert "4" in score.why


def test_abstention_is_counted_where_it_is_right_and_where_it_is_not() -> None:
    items = items_of(4, ("fact", "unlived", "held_out"), wordings=1)

    def marks(who: dict[str, float]) -> tuple[Mark, ...]:
        return tuple(Mark(measure="abstained", item=i.id, ask=0, value=who[i.area]) for i in items)

    found = _scores(
        items,
        {
            "right": marks({"fact": 0.0, "unlived": 1.0, "held_out": 0.0}),
            "always": marks({"fact": 1.0, "unlived": 1.0, "held_out": 1.0}),
            "never": marks({"fact": 0.0, "unlived": 0.0, "held_out": 0.0}),
        },
    )
    assert (found["right", "abstention_precision"].value, found["right", "abstention_recall"].value) == (1.0, 1.0)
    assert found["always", "abstention_precision"].value == 0.5  # what was held out counts on neither side
    assert found["always", "likeness.honesty"].value == pytest.approx(2 / 3)
    assert found["never", "abstention_precision"].value is None
    assert found["never", "abstention_precision"].why == "it never abstains"
    assert found["never", "abstention_recall"].value == 0.0
    assert found["never", "likeness.honesty"].value == 0.0
    assert found["right", "likeness.honesty"].low < 1.0


def test_no_question_of_what_was_never_lived_is_no_honesty() -> None:
    items = items_of(4, ("fact",))
    found = _scores(items, {"x": marks_of(items, 1.0)})
    assert found["x", "abstention_recall"].value is None
    assert found["x", "likeness.honesty"].why == "no questions"
    assert "without honesty" in found["x", "likeness"].why


def test_an_answer_is_as_right_as_the_worst_of_its_marks() -> None:
    items = items_of(6, ("dead",), wordings=1)
    both = tuple(
        Mark(measure=m, item=i.id, ask=0, value=1.0) for i in items for m in ("dead_right", "dead_leak")
    )  # says that it is over, and that it is so
    assert likeness(side_of(items, both)).estimate.value == pytest.approx(FLOOR)
    unsure = tuple(m.model_copy(update={"value": None if m.measure == "dead_right" else 0.0}) for m in both)
    part = next(p for p in likeness(side_of(items, unsure)).parts if p.pillar.id == "dead")
    assert part.estimate.value is None  # no leak alone is not right
    leaks = tuple(m.model_copy(update={"value": None if m.measure == "dead_right" else 1.0}) for m in both)
    part = next(p for p in likeness(side_of(items, leaks)).parts if p.pillar.id == "dead")
    assert part.estimate.value == 0.0  # whatever else it says


def test_gender_elsewhere_does_not_dilute_the_part() -> None:
    items = items_of(6, ("gender", "fact"), wordings=1)
    marks = tuple(
        Mark(measure=m, item=i.id, ask=0, value=float(m == "gender_contradiction" and i.area == "gender"))
        for i in items
        for m in (("gender_right", "gender_contradiction") if i.area == "gender" else ("gender_contradiction",))
    )
    found = _scores(items, {"x": marks})
    assert found["x", "gender_contradiction"].value == 0.5
    assert found["x", "likeness.gender"].value == 0.0


def test_one_lost_part_cannot_be_made_up_for() -> None:
    items = items_of(8)
    almost = {a: 1.0 for a in ("fact", "date", "order", "living", "negative", "gender", "unlived", "general", "media")}
    found = _scores(items, {"leaks": marks_of(items, {**almost, "dead": 0.0}), "fair": marks_of(items, 0.85)})
    assert found["leaks", "likeness"].value < found["fair", "likeness"].value
    assert found["leaks", "likeness"].value <= FLOOR ** (1 / len(PILLARS))


def test_a_part_that_could_mostly_not_be_judged_is_left_out_and_named() -> None:
    items = items_of(8)
    marks = tuple(
        m.model_copy(update={"value": None}) if m.measure.startswith("dead") and int(m.item[-1]) > 2 else m
        for m in marks_of(items, 1.0)
    )
    found = _scores(items, {"x": marks})
    assert found["x", "likeness.dead"].value is None
    assert "10 of 16" in found["x", "likeness.dead"].why
    assert "without dead traits" in found["x", "likeness"].why


def test_general_knowledge_lost_is_held_against_the_base_on_the_same_questions() -> None:
    items = items_of(10, ("general",), wordings=1)
    base = tuple(Mark(measure="general_right", item=i.id, ask=0, value=1.0) for i in items)
    tuned = tuple(m.model_copy(update={"value": float(n > 3)}) for n, m in enumerate(base))
    found = _scores(items, {"base": base, "tuned": tuned})
    assert found["tuned", "general_loss"].value == pytest.approx(40)
    assert found["tuned", "general_loss"].low < 40 < found["tuned", "general_loss"].high
    assert found["base", "general_loss"].why == "it is the base itself"
    assert _scores(items, {"model": tuned})["model", "general_loss"].why == "there is no base model to hold it against"


def test_few_items_are_said_to_be_few() -> None:
    items = items_of(3, ("fact",))
    assert _scores(items, {"x": marks_of(items, 0.5)})["x", "recall"].why == "3 items only: the interval is wide"


def test_agreement_is_over_the_wordings_of_an_item() -> None:
    items = items_of(5, ("living",), wordings=3)
    answers = [Answer(contestant="x", item=i.id, ask=n, text="Yes, that is so.") for i in items for n in range(3)]
    found = _scores(items, {"x": marks_of(items, 1.0)}, answers)
    assert found["x", "agreement"].value == 1.0
    assert found["x", "agreement"].items == 5
    alone = items_of(5, ("living",), wordings=1)
    assert _scores(alone, {"x": marks_of(alone, 1.0)}, answers_of("x", alone))["x", "agreement"].value is None


def test_valence_is_held_against_the_sentences_that_tell_the_same() -> None:
    items = items_of(5, ("fact", "general"), wordings=1)
    happy = answers_of("happy", items, "It was a wonderful, lovely and happy day. We loved it.")
    plain = answers_of("plain", items, "The lake was cold.")
    marks = {"happy": marks_of(items, 1.0), "plain": marks_of(items, 1.0)}
    found = _scores(items, marks, [*happy, *plain])
    assert found["plain", "valence_drift"].value == 0.0
    assert found["happy", "valence_drift"].value > 0.4
    assert found["happy", "valence_drift"].items == 5  # facts alone
    assert mean_valence("I love it. I love it.") == pytest.approx(mean_valence("I love it."))
    assert mean_valence("") == 0.0


def test_her_own_words_are_nearer_to_her_voice_than_those_of_an_assistant() -> None:
    own = [
        f"In the winter of the year {n} I went down to the river with my brother, and we sat on the stones until it "
        f"was dark. Nobody said a word for a long while. He had brought the old kettle, the one with the dent, and I "
        f"had the tea in my pocket, wrapped in paper number {n}. I think of it whenever it rains on a tin roof. " * 3
        for n in range(12)
    ]
    life = replace(material(), texts={f"{n}.md": t for n, t in enumerate(own)})
    items = items_of(6, ("fact",), wordings=1)
    hers = answers_of("her", items, " ".join(own[3].split()[:60]))
    machine = answers_of(
        "machine", items, "Certainly! Here are some key considerations that can help you to navigate this important "
        "topic effectively: firstly, it is essential to communicate openly; secondly, setting clear boundaries is key.",
    )  # fmt: skip
    _, found = scores(items, [*hers, *machine], {"her": (), "machine": ()}, life)
    score = {s.contestant: s for s in found if s.measure == "style_distance"}
    assert score["her"].value < score["machine"].value
    _, found = scores(items, answers_of("her", items, "Short."), {"her": ()}, life)
    short = next(s for s in found if s.measure == "style_distance")
    assert (short.value, short.unjudged) == (None, 6)
    _, found = scores(items, hers, {"her": ()}, material())
    assert "fewer than" in next(s.why for s in found if s.measure == "style_distance")


def test_scores_made_elsewhere_stand_before_likeness() -> None:
    items = items_of(4)
    extra = [
        Score(contestant="x", measure="forced_choice", why="no weights"),
        Score(contestant="x", measure="judge_right"),
    ]
    judged = Measure(id="judge_right", title="judged right", definition="x", source="x")
    measures, found = scores(items, [], {"x": marks_of(items, 0.5)}, material(), extra, more=(judged,))
    ids = [m.id for m in measures]
    assert FORCED_CHOICE in measures
    assert judged in measures
    assert ids.index("forced_choice") < ids.index("likeness.facts")
    assert next(s for s in found if s.measure == "forced_choice").why == "no weights"


def test_marks_that_are_derived_already_are_not_made_twice() -> None:
    items = items_of(4)
    answers = answers_of("x", items)
    whole, _ = with_derived(items, answers, {"x": marks_of(items, 0.5)}, material())
    assert {m.measure for m in whole["x"]} >= {"agreement", "valence_drift"}
    again, _ = with_derived(items, answers, whole, material())
    assert again == whole
