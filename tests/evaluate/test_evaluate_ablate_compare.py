"""What mixes taught: which questions are asked, differences by question, and what may be said of them."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from refiner.console import Output
from refiner.evaluate.ablate_cautions import cautions
from refiner.evaluate.ablate_compare import (
    AREAS,
    CONTRASTS,
    GIVEN,
    GROUPS,
    Ablated,
    Taught,
    Value,
    choose_items,
    differences,
    is_taught,
    values_of,
    verdict,
)
from refiner.evaluate.intervals import Estimate
from refiner.evaluate.shapes import Area, Ask, Item, Key, Mark
from refiner.report_ablate import ablated
from refiner.stages.composing.text import normal


def item(id: str, area: Area = "fact", asks: int = 1, told: str = "") -> Item:
    return Item(
        id=id, area=area, asks=tuple(Ask(text=f"{id} {n}?", wanted="tell") for n in range(asks)),
        key=Key(told=(told,) if told else ()),
    )  # fmt: skip


offers = st.lists(st.tuples(st.sampled_from(AREAS), st.integers(1, 5)), max_size=60)


@given(offers, st.integers(1, 120))
def test_no_more_is_asked_than_wanted_and_all_that_is_wanted(offered: list[tuple[Area, int]], most: int) -> None:
    items = [item(str(n), area, asks) for n, (area, asks) in enumerate(offered)]
    chosen = choose_items(items, most, ())
    assert sum(len(i.asks) for i in chosen) == min(most, sum(asks for _, asks in offered))
    by_id = {i.id: i for i in items}
    assert [i.id for i in chosen] == [i.id for i in items if i.id in {c.id for c in chosen}]
    for found in chosen:
        assert found.asks == by_id[found.id].asks[: len(found.asks)]


def test_every_area_is_asked_and_more_items_rather_than_more_wordings() -> None:
    items = [item(f"{area}{n}", area, 5) for area in AREAS for n in range(40)]
    chosen = choose_items(items, 72, ())
    count = {a: sum(i.area == a for i in chosen) for a in AREAS}
    assert count["fact"] >= 24
    assert min(count.values()) >= 5
    assert all(len(i.asks) == 1 for i in chosen)


def test_facts_that_a_mix_was_told_are_asked_first() -> None:
    told = "On that day we saw the sea."
    items = [*(item(f"x{n}", told=f"Nobody says it here, number {n}.") for n in range(30)), item("sea", told=told)]
    assert "sea" in {i.id for i in choose_items(items, 5, [f"Yes. {told} It was green."])}
    assert "sea" not in {i.id for i in choose_items(items, 5, [])}


def test_short_sentences_prove_nothing() -> None:
    assert is_taught(item("a", told="I saw the sea then."), [normal("Well, I saw the sea, then!")])
    assert not is_taught(item("a", told="11 am."), [normal("At 11 am. I woke up.")])
    assert not is_taught(item("a"), [normal("Anything at all")])


def marks(values: Sequence[float | None], measure: str = "recall") -> tuple[Mark, ...]:
    return tuple(Mark(measure=measure, item=str(n), ask=0, value=v) for n, v in enumerate(values))


ITEMS = [item(str(n)) for n in range(20)]
ZERO, ONE, HALF = [0.0] * 20, [1.0] * 20, [0.0, 1.0] * 10


def found(of: dict[str, tuple[Mark, ...]], contrast: str, group: str = "facts") -> Any:
    runs: dict[str, list[str]] = {}
    for name in of:
        runs.setdefault(name.split("@")[0], []).append(name)
    return next(d for d in differences(ITEMS, of, runs) if (d.contrast, d.group) == (contrast, group))


def test_a_mix_that_knows_all_is_better_than_one_that_knows_nothing() -> None:
    seen = found({"explicit": marks(ZERO), "anecdotes": marks(ONE)}, "anecdotes-explicit")
    assert (seen.value, seen.items, seen.verdict) == (1.0, 20, "better")
    assert found({"explicit": marks(ONE), "anecdotes": marks(ZERO)}, "anecdotes-explicit").verdict == "worse"


def test_mixes_that_know_as_much_are_not_told_apart() -> None:
    seen = found({"explicit": marks(HALF), "anecdotes": marks(HALF[::-1])}, "anecdotes-explicit")
    assert seen.value == 0
    assert seen.verdict == "not told apart"
    assert seen.low < 0 < seen.high


def test_nearer_to_her_voice_is_better() -> None:
    far, near = [2.0 + n / 50 for n in range(20)], [0.5 + n / 40 for n in range(20)]
    of = {"explicit": marks(far, "style_distance"), "anecdotes": marks(near, "style_distance")}
    seen = found(of, "anecdotes-explicit", "voice")
    assert seen.value < 0
    assert seen.verdict == "better"


def test_a_factor_is_seen_in_both_of_its_pairs() -> None:
    of = {"half": marks(ZERO), "half+events": marks(ONE), "half+causes": marks(ZERO), "half+both": marks(ONE)}
    seen = found(of, "events")
    assert seen.pairs == (("half", "half+events"), ("half+causes", "half+both"))
    assert (seen.value, seen.verdict) == (1.0, "better")
    other = found(of, "causes")
    assert (other.value, other.verdict) == (0.0, "not told apart")
    one = found({k: of[k] for k in ("half", "half+events")}, "events")
    assert one.pairs == (("half", "half+events"),)
    assert not [d for d in differences(ITEMS, {"half": marks(ONE)}, {"half": ["half"]})]


def test_only_questions_that_both_have_count_and_unjudged_is_not_zero() -> None:
    of = {"explicit": marks([None] * 10 + [1.0] * 10), "anecdotes": marks([1.0] * 15 + [None] * 5)}
    seen = found(of, "anecdotes-explicit")
    assert (seen.items, seen.value) == (5, 0.0)
    nothing = found({"explicit": marks([None] * 20), "anecdotes": marks(ONE)}, "anecdotes-explicit")
    assert (nothing.value, nothing.verdict) == (None, "not compared")


def test_a_wording_that_only_one_could_be_judged_at_counts_for_neither() -> None:
    items = [item(str(n), asks=2) for n in range(20)]

    def two(hard: float | None, easy: float | None) -> tuple[Mark, ...]:
        values = enumerate((hard, easy))
        return tuple(Mark(measure="recall", item=i.id, ask=n, value=v) for n, v in [*values] for i in items)

    of = {"explicit": two(0.0, None), "anecdotes": two(0.0, 1.0)}
    runs = {name: [name] for name in of}
    seen = next(d for d in differences(items, of, runs) if d.group == "facts")
    assert (seen.value, seen.items, seen.verdict) == (0.0, 20, "not told apart")
    assert values_of(items, of, runs)["anecdotes"]["facts"].value == 0.5


def test_seeds_that_disagree_show_no_difference() -> None:
    up, down = marks(ONE), marks([1.0] * 4 + [0.0] * 16)
    of = {"explicit@7": marks(ZERO), "explicit@8": marks(HALF), "anecdotes@7": up, "anecdotes@8": down}
    seen = found(of, "anecdotes-explicit")
    assert seen.seeds == (1.0, pytest.approx(-0.3))
    assert seen.low > 0
    assert seen.verdict == "not told apart"
    of["anecdotes@8"] = up
    assert found(of, "anecdotes-explicit").verdict == "better"


@given(st.floats(-1, 1), st.floats(0, 0.5), st.sampled_from(GROUPS))
def test_a_verdict_needs_an_interval_without_nothing(value: float, half: float, group: Any) -> None:
    said = verdict(Estimate(value, value - half, value + half), (), group)
    assert (said == "not told apart") == (value - half <= 0 <= value + half)
    if said in ("better", "worse"):
        assert (said == "better") == ((value > 0) == group.share)


def test_values_are_over_all_seeds() -> None:
    of = {"half@7": marks(ONE), "half@8": marks(ZERO)}
    seen = values_of(ITEMS, of, {"half": ["half@7", "half@8"]})["half"]["facts"]
    assert (seen.value, seen.seeds, seen.items) == (0.5, (1.0, 0.0), 20)
    assert values_of(ITEMS, of, {"half": ["half@7"]})["half"]["facts"].seeds == ()


def test_contrasts_name_mixes_that_there_are() -> None:
    from refiner.evaluate.ablate import MIXES

    assert {m for c in CONTRASTS for p in c.pairs for m in p} == set(MIXES)


def an_ablation(**more: Any) -> Ablated:
    runs = {"7": {"steps": 54, "seconds": 300.0}}
    mixes = tuple(Taught(name=n, tokens=1500, parts={n: 1500}, steps=54, runs=runs) for n in ("explicit", "anecdotes"))
    of = {GIVEN: marks(ZERO), "explicit": marks(ZERO), "anecdotes": marks(ONE)}
    each = {c: [c] for c in of}
    whole: dict[str, Any] = {
        "name": "kinds-x", "what": "kinds", "recipe": "x", "base": "tiny[bold]", "exact": True, "tokens": 1500,
        "epochs": 6, "seeds": (7,), "mixes": mixes, "left_out": {"half+both": "causes: 3 [tokens]"}, "asks": 20,
        "items": {"fact": 20}, "facts": 20, "values": values_of(ITEMS, of, each),
        "differences": differences(ITEMS, of, each), "folder": "/somewhere",
    }  # fmt: skip
    return Ablated.model_validate(whole | more)


def test_it_is_said_what_the_figures_cannot_show() -> None:
    said = cautions(an_ablation(), 38)
    assert any("One seed" in s for s in said)
    assert any("20 of 38 facts" in s for s in said)
    assert any("95 %" in s for s in said)
    assert not any("no mix is better than the untrained" in s for s in said)
    assert not any("One seed" in s for s in cautions(an_ablation(seeds=(7, 8)), 20))
    useless = {GIVEN: {"facts": Value(value=0.5)}, "anecdotes": {"facts": Value(value=0.5)}}
    assert any("no mix is better than the untrained" in s for s in cautions(an_ablation(values=useless), 20))
    uneven = tuple(Taught(name=n, runs={"7": {"steps": s}}) for n, s in (("explicit", 54), ("anecdotes", 53)))
    assert any("53, 54" in s for s in cautions(an_ablation(mixes=uneven), 20))


def shown(of: Ablated, *, as_json: bool = False) -> str:
    show = Output(as_json=as_json)
    buffer = io.StringIO()
    show.out = Console(file=buffer, width=200, highlight=False, markup=False, soft_wrap=True)
    ablated(show, of)
    return buffer.getvalue()


def test_the_report_has_mixes_values_differences_and_cautions(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(an_ablation(cautions=("One seed: and so on.",)))
    for words in (
        "tiny[bold]", "1,500 tokens", "left out: half+both (causes: 3 [tokens])", "(untrained)", "100 % [86 %, 100 %]",
        "anecdotes against explicit", "+100 points", "better (20 items)", "One seed: and so on.",
    ):  # fmt: skip
        assert words in text
    shown(an_ablation(), as_json=True)
    assert json.loads(capsys.readouterr().out)["differences"][0]["contrast"] == "anecdotes-explicit"


def test_a_plan_alone_says_how_long_it_takes() -> None:
    text = shown(an_ablation(values={}, differences=(), about_seconds=2400.0))
    assert "about 40 minutes" in text
    assert "better" not in text
