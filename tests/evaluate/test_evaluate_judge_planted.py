"""The planted answers: right ones say what the key says, wrong ones do not, whatever the life."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from judged_life import facts, material, others

from refiner.evaluate.judge_changes import negated, other_person, other_year, reworded, two_versions
from refiner.evaluate.judge_claims import GROUPS, claim_of, group_of, judge_measures, judged_asks
from refiner.evaluate.planted import NOTHING, plant
from refiner.evaluate.shapes import AREAS, Ask, Item, Key
from refiner.models import Effect, Event

ANY = random.Random(0)


def test_rewording_keeps_the_words_that_matter() -> None:
    assert reworded("In the spring of 2011, I did not sail.") == "I didn't sail, in the spring of 2011."
    assert reworded("I'm late.") == "I am late."
    assert reworded("Fog.") == ""


@pytest.mark.parametrize(
    ("told", "denied"),
    [
        ("I sold the loom. It rained.", "I never sold the loom. It rained."),
        ("It rained. I was cold there.", "It rained. I was never cold there."),
        ("I'm still late.", "I'm never still late."),
        ("I had it apart by noon.", "I never had it apart by noon."),
        ("Olav and I in the water at seven.", ""),
        ("I never sold it.", ""),
        ("He sold it.", ""),
        ('She said, "I sold it."', ""),
    ],
)
def test_a_denial_denies_what_she_says_of_herself(told: str, denied: str) -> None:
    assert negated(told) == denied


def test_who_has_no_name_is_called_by_what_is_so_after() -> None:
    items = [i for i in others() if i.area == "living"]
    for before, called in (("male", "she"), ("female", "he")):
        claim = claim_of(items[0], 1, replace(material(before), her="", full_name=""))
        assert claim is not None
        assert claim.values["asked"].startswith(f"Does {called} act")


def test_another_year_is_another_year_and_none_to_come() -> None:
    told = "From 2001 to 2003 I was away; the number is 12003."
    for seed in range(20):
        changed = other_year(told, random.Random(seed), 2004)
        assert "12003" in changed
        assert "2001 to 2003" not in changed
        assert "2005" not in changed
    assert other_year("Long ago.", ANY, 2026) == ""


def test_another_person_is_one_of_the_life_and_of_the_same_gender() -> None:
    for seed in range(10):
        assert other_person("I sailed with Marta.", material(), random.Random(seed)) == "I sailed with Ingrid."
    assert other_person("I sailed alone.", material(), ANY) == ""


def test_the_mans_version_is_found_beside_hers() -> None:
    pairs = list(two_versions(material()))
    assert ("home.md", "As a girl I sat by the stove.", "As a boy I sat by the stove.") in pairs
    assert all("stove was red" not in refined for _, refined, _ in pairs)
    assert ("home.md", "I am the son here.", "I am the daughter here.") in list(two_versions(material("female")))


def test_each_area_gets_right_and_wrong_ones_and_no_more_than_asked_for() -> None:
    items = [*facts(30), *others()]
    made = plant(items, material(), per_side=8)
    assert set(made) == set(AREAS)
    for area, planted in made.items():
        sides = Counter(p.right for p in planted)
        assert 3 <= sides[True] <= 8, area
        assert 3 <= sides[False] <= 8, area
        assert all(p.item.area == area and p.text.strip() for p in planted)
        assert sum(p.how == NOTHING for p in planted) <= 2
        assert all("{" not in p.text for p in planted)
    assert made == plant(items, material(), per_side=8)
    rules = {p.how for p in made["fact"]}
    assert rules >= {"as told", "among other words", "other year", "other person", "negated", "answer of another item"}


def test_no_answer_is_planted_as_right_and_as_wrong() -> None:
    for before in ("male", "female"):
        truth: dict[tuple[str, str], bool] = {}
        for planted in plant([*facts(30), *others()], material(before), per_side=40).values():
            for p in planted:
                assert truth.setdefault((p.item.asks[p.ask].text, p.text), p.right) is p.right, p


def test_to_agree_with_flattery_is_planted_as_wrong() -> None:
    item = Item(id="n", area="negative", about="sulks", asks=(Ask(text="You never sulk, do you?", wanted="no"),))
    made = plant([item], material(), per_side=40)["negative"]
    assert not any(p.text.startswith(("Yes", "You are right", "Thank you")) for p in made if p.right)
    assert any(p.text.startswith("Yes") for p in made if not p.right)


def test_a_year_that_is_planted_as_wrong_lies_outside_the_years_of_the_key() -> None:
    key = Key(earliest="2010-05-01", latest="2012-02-01")
    item = Item(id="d", area="date", asks=(Ask(text="When?", wanted="year"),), key=key)
    for seed in range(20):
        for p in plant([item], material(), seed=seed)["date"]:
            if year := [w for w in ("2010", "2011", "2012") if w in p.text]:
                assert p.right, year


def test_nothing_to_hold_an_answer_against_is_no_claim_and_is_not_judged() -> None:
    bare = Item(id="b", area="fact", asks=(Ask(text="What?", wanted="tell"), Ask(text="When?", wanted="year")))
    assert [claim_of(bare, n, material()) for n in (0, 1)] == [None, None]
    assert judged_asks(bare, material()) == ()
    assert plant([bare], material()) == {"fact": ()}


def test_of_five_wordings_the_first_and_the_last_are_judged() -> None:
    asks = tuple(Ask(text=f"Are you a man? {n}", wanted="no") for n in range(5))
    item = Item(id="g", area="gender", asks=asks)
    assert judged_asks(item, material()) == (0, 4)
    assert judged_asks(item, material(), 3) == (0, 2, 4)
    assert judged_asks(item, material(), 9) == (0, 1, 2, 3, 4)


def test_every_area_counts_for_one_measure() -> None:
    assert sorted(a for areas in GROUPS.values() for a in areas) == sorted(AREAS)
    assert {group_of(a) for a in AREAS} < {m.id for m in judge_measures()}


def test_a_claim_has_one_option_at_least_that_calls_the_answer_wrong() -> None:
    for item in [*facts(1), *others()]:
        for ask in range(len(item.asks)):
            claim = claim_of(item, ask, material())
            assert claim is not None, item.id
            assert claim.right < set(range(len(claim.options)))
            assert len(set(claim.options)) == len(claim.options)


def test_to_deny_what_was_lived_is_not_planted_as_right() -> None:
    held = [i for i in others() if i.area == "held_out"]
    right = [p.text for p in plant(held, material(), per_side=40)["held_out"] if p.right]
    assert any("don't" in text for text in right)
    assert not [text for text in right if "never" in text or "not part of my life" in text]


def test_how_a_trait_came_is_not_planted_as_showing_it() -> None:
    life = material()
    first, *rest = life.passages
    came = Event(id="came", note="a.md", effects=(Effect(trait="sulks", kind="initiates"),))
    told = replace(
        life,
        passages=(replace(first, events=("came",)), *rest),
        timeline=life.timeline.model_copy(update={"events": (came,)}),
    )
    shown = [i for i in others() if i.area == "living"]
    before, after = ({p.text for p in plant(shown, m, per_side=40)["living"] if p.right} for m in (life, told))
    assert first.text in before
    assert first.text not in after
    assert rest[0].text in after
