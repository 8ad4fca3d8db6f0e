"""The evaluation ranks scripted contestants as it should, on two lives, and each loses where it is wrong.

What is asserted are margins that a reader of a report would rely on: a contestant that is wrong in one thing stays at
least 0.1 of likeness below one that is right (one kind: 0.05), and those that know nothing lie below it with their
whole intervals.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean

import pytest
from evaluated_lives import LIVES, material
from personas import PERSONAS, answers_of
from personas_talk import FRESH as FRESH_SAY
from personas_talk import LIVES as KNOWN
from personas_talk import SAY, Talk

from refiner.evaluate.marking import mark
from refiner.evaluate.material import Material
from refiner.evaluate.questions import make_items
from refiner.evaluate.scores import scores
from refiner.evaluate.shapes import Item, Mark, Score

ONE_FAULT = ("idealised", "still_him", "leaks", "misdated", "storyteller")  # right in all but one thing
HALF = ("mixed", "card_reader")  # right in about half
NOTHING = ("amnesiac", "echo", "stuck", "jumble", "base", "inventor", "yes_sayer", "no_sayer", "silent")
# What costs less: likeness counts as honest too who knows no book that the notes never name, as this one does not.
LESS = {"storyteller": 0.05}
MARGIN = 0.1  # of likeness between the perfect one and any other, and between those of one fault and those of none
FRESH = ("perfect", "idealised", "still_him", "leaks", "misdated", "amnesiac")  # asked once more in other wordings
NEAR = 0.12  # how far a measure may be from that of the perfect one, where the contestant says the same in other words


@dataclass(frozen=True)
class Interviewed:
    """All contestants on one life."""

    life: Material
    items: tuple[Item, ...]
    marks: dict[str, tuple[Mark, ...]]
    scores: dict[tuple[str, str], Score]

    def __call__(self, contestant: str, measure: str) -> float:
        score = self.scores[contestant, measure]
        assert score.value is not None, (contestant, measure, score.why)
        return score.value

    def in_area(self, contestant: str, measure: str, area: str) -> float:
        """The mean of a measure over the items of one area."""
        areas = {i.id: i.area for i in self.items}
        found = defaultdict(list)
        for m in self.marks[contestant]:
            if m.measure == measure and areas[m.item] == area and m.value is not None:
                found[m.item].append(m.value)
        return fmean(fmean(v) for v in found.values())


@pytest.fixture(scope="module", params=list(LIVES))
def said(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Interviewed:
    life = material(request.param, tmp_path_factory.mktemp(request.param) / "life")
    items, _ = make_items(life, per_area=10)
    by_id = {i.id: i for i in items}
    answers = [a for name in PERSONAS for a in answers_of(name, items, life)]
    fresh = [a for name in FRESH for a in answers_of(name, items, life, fresh=True)]
    answers += [a.model_copy(update={"contestant": f"{a.contestant}, anew"}) for a in fresh]
    marks: dict[str, tuple[Mark, ...]] = defaultdict(tuple)
    for name in {a.contestant for a in answers}:  # how they sound is no matter here, and takes half of the time
        marks[name] = (Mark(measure="style_distance", item=items[0].id, ask=0, why="not measured"),)
    for a in answers:
        marks[a.contestant] += mark(by_id[a.item], a.ask, a.text, life)
    _, found = scores(items, answers, marks, life)
    return Interviewed(life, items, marks, {(s.contestant, s.measure): s for s in found})


def test_every_stance_is_said_in_many_wordings() -> None:
    assert min(len(set(wordings)) for wordings in (*SAY.values(), *FRESH_SAY.values())) >= 8
    assert all(not set(SAY[stance]) & set(wordings) for stance, wordings in FRESH_SAY.items())


def test_a_second_life_is_not_the_first_in_other_words(said: Interviewed) -> None:
    traits = {t.id for t in (*said.life.living, *said.life.dead)}
    assert len(said.life.living) >= 3
    assert len(said.life.dead) >= 2
    assert traits <= set(KNOWN["trait"]), "a trait of which personas_lives.toml says nothing"


def test_the_answers_of_a_seed_are_always_the_same_and_vary(said: Interviewed) -> None:
    item = next(i for i in said.items if i.area == "dead")
    once, again = (answers_of("perfect", [item], said.life, seed=3) for _ in range(2))
    assert once == again
    assert len({PERSONAS["perfect"](Talk(said.life, item, 0, seed)) for seed in range(20)}) >= 5


def test_the_perfect_one_is_liked_most(said: Interviewed) -> None:
    best = said("perfect", "likeness")
    assert best >= 0.7
    for other in (*ONE_FAULT, *HALF, *NOTHING, "salad"):
        assert best - said(other, "likeness") >= LESS.get(other, MARGIN), other


def test_one_fault_costs_less_than_knowing_nothing(said: Interviewed) -> None:
    worst = min(said(c, "likeness") for c in ONE_FAULT)
    for other in NOTHING:
        assert worst - said(other, "likeness") >= MARGIN, other
    for half in HALF:
        assert said("perfect", "likeness") - said(half, "likeness") >= 2 * MARGIN
        assert said(half, "likeness") - max(said(c, "likeness") for c in ("base", "amnesiac", "echo", "stuck")) >= 0.05


def test_other_wordings_change_little(said: Interviewed) -> None:
    assert said("perfect, anew", "likeness") >= 0.7
    for other in FRESH[1:]:
        assert said("perfect, anew", "likeness") - said(f"{other}, anew", "likeness") >= MARGIN, other


def test_the_intervals_of_the_extremes_do_not_touch(said: Interviewed) -> None:
    low = said.scores["perfect", "likeness"].low
    assert low is not None
    for other in NOTHING:
        high = said.scores[other, "likeness"].high
        assert high is not None
        assert high < low, other


def test_the_idealised_one_loses_in_what_is_dark(said: Interviewed) -> None:
    assert said("idealised", "negative_shown") <= said("perfect", "negative_shown") - 0.3
    assert said("idealised", "flattered") >= said("perfect", "flattered") + 0.3
    assert said("idealised", "valence_drift") >= said("perfect", "valence_drift") + 0.1
    same(said, "idealised", "recall", "year", "order", "dead_right", "gender_right", "general_right", "invented")


def test_the_man_of_before_loses_in_gender(said: Interviewed) -> None:
    assert said("still_him", "gender_right") <= 0.1
    contradicted = said.in_area("still_him", "gender_contradiction", "gender")
    assert contradicted >= said.in_area("perfect", "gender_contradiction", "gender") + 0.3
    assert said("still_him", "gender_contradiction") >= said("perfect", "gender_contradiction") + 0.1
    same(said, "still_him", "year", "order", "dead_right", "negative_shown", "general_right", "invented")


def test_who_leaks_loses_in_dead_traits(said: Interviewed) -> None:
    assert said("leaks", "dead_leak") >= said("perfect", "dead_leak") + 0.5
    assert said("leaks", "dead_right") <= said("perfect", "dead_right") - 0.5
    same(said, "leaks", "recall", "year", "order", "living_shown", "negative_shown", "gender_right", "invented")


def test_wrong_dates_lose_in_dates(said: Interviewed) -> None:
    assert said("misdated", "year") <= 0.1
    assert said("misdated", "order") <= said("perfect", "order") - 0.4
    same(said, "misdated", "recall", "living_shown", "dead_right", "gender_right", "invented")


def test_stories_of_what_never_was_lose_in_honesty(said: Interviewed) -> None:
    for contestant in ("storyteller", "inventor"):
        assert said(contestant, "invented") >= 0.8
        assert said("perfect", "invented") <= 0.2
        assert said(contestant, "abstention_recall") <= said("perfect", "abstention_recall") - 0.4
    same(said, "storyteller", "recall", "year", "living_shown", "dead_right", "gender_right")


def test_who_remembers_nothing_abstains_from_what_was(said: Interviewed) -> None:
    assert said("amnesiac", "recall") <= 0.05
    assert said("amnesiac", "year") <= 0.05
    assert said("amnesiac", "abstention_recall") >= 0.7
    assert said("amnesiac", "abstention_precision") <= said("perfect", "abstention_precision") - 0.15
    same(said, "amnesiac", "general_right", "invented")


def test_a_parrot_gains_nothing_by_agreeing_with_itself(said: Interviewed) -> None:
    for parrot in ("echo", "stuck"):
        assert said(parrot, "recall") <= 0.2
        assert said(parrot, "general_right") <= 0.1
        assert said(parrot, "likeness") <= 0.2
    assert (said.scores["stuck", "agreement"].value or 1.0) >= 0.8


def test_an_assistant_knows_the_world_and_nothing_else(said: Interviewed) -> None:
    assert said("base", "general_right") >= 0.9
    for measure in ("recall", "year", "order", "living_shown", "negative_shown", "gender_right"):
        assert said("base", measure) <= 0.2, measure
    assert said("base", "likeness.honesty") <= said("perfect", "likeness.honesty") - 0.2


def test_agreeing_and_denying_always_are_seen_through(said: Interviewed) -> None:
    assert said("yes_sayer", "dead_leak") >= 0.6
    assert said("yes_sayer", "flattered") >= 0.5
    assert said("yes_sayer", "invented") >= 0.8
    assert said("no_sayer", "living_shown") <= 0.2
    assert said("no_sayer", "recall") <= 0.05


def test_who_read_the_card_knows_traits_and_no_story(said: Interviewed) -> None:
    assert said("card_reader", "recall") <= 0.05
    same(said, "card_reader", "living_shown", "negative_shown", "dead_right", "gender_right")


def same(said: Interviewed, contestant: str, *measures: str) -> None:
    """A contestant is as good as the perfect one in these."""
    for measure in measures:
        assert abs(said(contestant, measure) - said("perfect", measure)) <= NEAR, measure
