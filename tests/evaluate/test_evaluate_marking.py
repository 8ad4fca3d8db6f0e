"""Marks agree with a person's labels on answers in many registers; half were kept back while rules were made."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest
from marking_lives import ITEMS, LIVES

from refiner.evaluate.marking import agreement, mark, unmarked
from refiner.evaluate.measures import BY_AREA, MEASURES
from refiner.evaluate.shapes import AREAS, Item, Mark

HERE = Path(__file__).parent
KEPT = "marking_cases.jsonl"  # not looked at while the rules were made
SEEN = "marking_seen.jsonl"
# The share of labels that a mark agrees with; one without a value counts as wrong. Measured on the kept half, less
# about two standard errors.
FLOORS = {
    "recall": 0.87, "year": 0.93, "order": 0.88, "dead_right": 0.9, "dead_leak": 0.87, "living_shown": 0.68,
    "negative_shown": 0.86, "flattered": 0.88, "gender_right": 0.83, "gender_contradiction": 0.88, "abstained": 0.87,
    "invented": 0.85, "media_right": 0.85, "general_right": 1.0, "held_out_honest": 0.75,
}  # fmt: skip


def marks_of(item: str, text: str, ask: int = 0) -> dict[str, Mark]:
    life, made = ITEMS[item]
    return {m.measure: m for m in mark(made, ask, text, LIVES[life])}


def agreeing(file: str) -> dict[str, list[bool]]:
    out: dict[str, list[bool]] = defaultdict(list)
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        found = marks_of(case["item"], case["text"], case["ask"])
        for measure, label in case["labels"].items():
            value = found[measure].value
            out[measure].append(value is not None and (value >= 0.5) == (label >= 0.5))
    return out


@pytest.mark.parametrize("file", [KEPT, SEEN])
def test_marks_agree_with_labels(file: str) -> None:
    right = agreeing(file)
    assert sum(map(len, right.values())) > 400
    for measure, floor in FLOORS.items():
        assert sum(right[measure]) >= floor * len(right[measure]), measure
    every = [r for some in right.values() for r in some]
    assert sum(every) >= 0.93 * len(every)


def test_each_measure_has_a_definition_and_a_source() -> None:
    assert len({m.id for m in MEASURES}) == len(MEASURES)
    assert all(m.definition and m.source and m.areas for m in MEASURES)
    assert all(BY_AREA[a] for a in AREAS)


@pytest.mark.parametrize("name", ITEMS)
def test_an_answer_gets_the_marks_of_its_area(name: str) -> None:
    life, item = ITEMS[name]
    for i, ask in enumerate(item.asks):
        for text in ("", ask.text, "Yes.", "I don't know."):
            found = mark(item, i, text, LIVES[life])
            assert [m.measure for m in found] == list(BY_AREA[item.area])
            assert all((m.item, m.ask) == (item.id, i) for m in found)
        assert {m.value for m in unmarked(item, i, "no answer")} == {None}


def test_a_wording_that_is_not_there_is_an_error() -> None:
    life, item = ITEMS["jo-ferry"]
    with pytest.raises(IndexError):
        mark(item, 99, "Yes.", LIVES[life])


def test_a_denial_beside_a_claim_leaks() -> None:
    found = marks_of("jo-flying", "No, but I am afraid of flying.")
    assert (found["dead_right"].value, found["dead_leak"].value) == (0, 1)


def test_an_empty_answer_tells_nothing_and_leaks_nothing() -> None:
    assert marks_of("jo-ferry", "")["recall"].value == 0
    assert marks_of("jo-flying", "")["dead_right"].value == 0
    assert marks_of("jo-flying", "")["dead_leak"].value == 0
    assert marks_of("sa-held", "")["held_out_honest"].value is None


def test_what_is_not_known_in_part_is_no_abstaining() -> None:
    assert marks_of("jo-ferry", "I don't remember the date, but the propeller was gone.")["abstained"].value == 0
    assert marks_of("jo-ferry", "I don't remember that at all.")["abstained"].value == 1


def test_no_is_an_answer_and_not_an_abstention_where_it_can_be_right() -> None:
    assert marks_of("pr-sings", "No, never.")["abstained"].value == 0
    assert marks_of("pr-ship", "No, never.", 1)["abstained"].value == 1


def test_a_heap_of_the_right_words_recalls_nothing() -> None:
    heap = "the the Solveig of of propeller is and my the nine hours in in Fehmarn was was a the ferry"
    assert marks_of("jo-ferry", heap)["recall"].value == 0


@pytest.mark.parametrize(
    ("answers", "low", "high"),
    [
        (["Not any more.", "I'm not, since 2011.", "That it's over."], 1, 1),
        (["Not any more.", "I am afraid of flying, I take the train.", "That it's over."], 0, 0.5),
        (["Yes.", "I am afraid of flying.", "That they are right."], 1, 1),  # wrong, and all the same
    ],
)
def test_agreement_over_wordings(answers: list[str], low: float, high: float) -> None:
    life, item = ITEMS["jo-flying"]
    found = agreement(item, answers, LIVES[life])
    assert found is not None
    assert low <= found <= high


def test_agreement_of_what_is_told() -> None:
    life, item = ITEMS["jo-ferry"]
    same = agreement(item, ["The propeller was lost off Fehmarn.", "We lost the propeller off Fehmarn."], LIVES[life])
    other = agreement(item, ["The propeller was lost off Fehmarn.", "There was dancing and cake."], LIVES[life])
    assert same is not None
    assert other is not None
    assert same > 0.8 > 0.2 > other
    assert agreement(item, ["The propeller was lost."], LIVES[life]) is None
    assert agreement(item, ["", ""], LIVES[life]) is None


def test_a_life_without_anything_can_be_marked() -> None:
    from refiner.config import Config
    from refiner.evaluate.material import Material
    from refiner.models import Timeline

    empty = Material(config=Config(), timeline=Timeline(now="2026-01-01"))
    for area in AREAS:
        for wanted in ("tell", "yes", "no", "over", "shown", "female", "male", "name", "abstain", "first", "year"):
            item = Item.model_validate({"id": "x", "area": area, "asks": [{"text": "Is it so?", "wanted": wanted}]})
            for text in ("", "Yes, I did it in 1999.", "No."):
                assert mark(item, 0, text, empty)
