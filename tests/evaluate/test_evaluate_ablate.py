"""Mixes: equal tokens, equal steps, no row twice, and rows of the parts that they claim."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from refiner.config import Config
from refiner.dataset.leaks import Told
from refiner.evaluate.ablate import (
    ALIKE,
    FACTOR,
    LEAST,
    MIXES,
    NEAR,
    PARTS,
    WHO,
    Row,
    fill,
    in_order,
    make_mixes,
    pace,
    parts_of,
    who_rows,
)
from refiner.evaluate.ablate_plan import CPU_TOKENS, Rows, plan_of, talk_of
from refiner.evaluate.counting import Counted, Size, estimated
from refiner.evaluate.shapes import Ask, Item, Key
from refiner.models import Effect, Event, Message, Sample


def sample(id: str, kind: Any = "memory", *, asked: str = "", said: str = "", **more: Any) -> Sample:
    messages = (Message(role="user", content=asked or f"Q {id}?"), Message(role="assistant", content=said or f"A {id}"))
    return Sample(id=id, kind=kind, messages=messages, status="approved", **more)


def rows(part: str, tokens: list[int]) -> list[Row]:
    return [Row(sample(f"{part}-{n}"), t) for n, t in enumerate(tokens)]


sizes = st.lists(st.integers(3, 60), min_size=20, max_size=90)
pools = st.fixed_dictionaries({part: sizes for part in PARTS})


@given(pools, st.integers(0, 900))
def test_mixes_have_the_same_tokens_and_no_row_twice(of_part: dict[str, list[int]], budget: int) -> None:
    made = make_mixes({part: rows(part, tokens) for part, tokens in of_part.items()}, budget)
    assert {m.name for m in made.mixes} | set(made.left_out) == set(MIXES)
    tokens = [m.tokens for m in made.mixes]
    if tokens:
        assert max(tokens) <= (1 + ALIKE) * min(tokens)
        assert not budget or max(tokens) <= (1 + ALIKE) * budget
    for mix in made.mixes:
        ids = [r.id for r in mix.rows]
        assert len(ids) == len(set(ids))
        assert {i.split("-")[0] for i in ids} <= set(MIXES[mix.name])
        assert sum(mix.parts.values()) == mix.tokens
        for part, share in MIXES[mix.name].items():
            assert mix.parts[part] == sum(r.tokens for r in mix.rows if r.id.startswith(part))
            assert mix.parts[part] == pytest.approx(share * mix.tokens, abs=1.1 * NEAR * mix.tokens)


@given(st.lists(st.integers(1, 40), max_size=8), st.integers(1, 200), st.floats(0, 5))
def test_filling_finds_a_sum_where_there_is_one(tokens: list[int], wanted: int, slack: float) -> None:
    some = rows("a", tokens)
    possible = any(
        abs(wanted - sum(chosen)) <= slack for n in range(len(tokens) + 1) for chosen in combinations(tokens, n)
    )
    found = fill(some, wanted, slack)
    assert (found is not None) == possible
    if found is not None:
        assert abs(wanted - sum(r.tokens for r in found)) <= slack
        assert len({r.id for r in found}) == len(found)


def test_filling_takes_from_the_beginning() -> None:
    some = rows("a", [10] * 30)
    assert fill(some, 100, 1) == some[:10]
    assert fill(rows("a", [70, *[10] * 9]), 60, 0) == rows("a", [70, *[10] * 9])[1:7]  # too long a one is passed over


@given(st.dictionaries(st.sampled_from(sorted(MIXES)), st.integers(1, 400), min_size=1), st.integers(1, 40))
def test_all_mixes_make_the_same_steps(sequences: dict[str, int], wanted: int) -> None:
    found = pace(sequences, wanted)
    assert found.steps >= 1
    for mix, n in sequences.items():
        assert -(-n // found.batch[mix]) == found.steps


def test_steps_come_near_to_the_batch_that_is_wanted() -> None:
    found = pace({"explicit": 108, "anecdotes": 56, "half": 82}, 8)
    assert 8 <= found.steps <= 10
    assert found.batch["anecdotes"] < found.batch["half"] < found.batch["explicit"]


def test_a_life_that_is_too_small_for_a_mix_says_so_and_the_others_go_on() -> None:
    some = {part: rows(part, [20] * 40) for part in PARTS} | {"causes": rows("causes", [20])}
    made = make_mixes(some)
    assert {m.name for m in made.mixes} == {"explicit", "anecdotes", "half", "half+events"}
    assert set(made.left_out) == {"half+causes", "half+both"}
    assert (
        f"causes: 20 tokens of answers are approved, {round(LEAST * FACTOR)} are needed" in made.left_out["half+causes"]
    )
    assert not make_mixes({}).mixes
    assert set(make_mixes({}).left_out) == set(MIXES)


def test_the_mixes_on_top_of_half_keep_its_rows() -> None:
    made = {m.name: m for m in make_mixes({part: rows(part, [11, 17, 23, 9] * 20) for part in PARTS}, 800).mixes}
    half = {r.id for r in made["half"].rows}
    for name in ("half+events", "half+causes", "half+both"):
        kept = {r.id for r in made[name].rows if not r.id.startswith(("events", "causes"))}
        assert len(kept & half) >= 0.8 * len(kept)
    assert not {r.id for r in made["explicit"].rows} & {r.id for r in made["anecdotes"].rows}


CONFIG = Config.model_validate(
    {"traits": [{"id": "shy", "name": "shy"}, {"id": "odd", "name": "odd", "importance": 0}]}
)
BEGAN = "I forgot every word of the poem in front of the whole school"
EVENTS = (
    Event(id="poem", note="a.md", effects=(Effect(trait="shy", kind="initiates"),)),
    Event(id="other", note="a.md", effects=(Effect(trait="odd", kind="initiates"),)),
    Event(id="planned", note="a.md", modality="planned", effects=(Effect(trait="shy", kind="initiates"),)),
    Event(id="end", note="a.md", effects=(Effect(trait="shy", kind="terminates"),)),
)
TELLINGS = {"poem": Told(itself=(BEGAN,)), "other": Told(itself=("I began to collect the tickets of all trams",))}


def test_parts_go_by_what_a_row_is_made_of() -> None:
    given_ = {
        "name": sample("name", "identity", source="rule:compose/identity/name"),
        "where": sample("where", "boundary"),
        "shy": sample(
            "shy", "trait", said="I am shy.", events=("poem",)
        ),  # it rests on the event, and does not tell it
        "was": sample("was", "now_and_then", said="Not any more."),
        "does": sample("does", "situation", source="rule:compose/situation/shy/described-0"),
        "once": sample("once", "situation", said="I stood behind the door.", source="rule:compose/situation/shy/ab12"),
        "sea": sample("sea", "memory", said="We saw the sea."),
        "film": sample("film", "opinion", said="I cried in it."),
        "record": sample("record", "event", said=f"In 2001 {BEGAN}.", events=("poem",)),
        "story": sample("story", "memory", said=f"{BEGAN}.", events=("poem",)),
        "why": sample("why", "trait", said=f"Yes. {BEGAN}, since then.", events=("poem",)),
        "ticket": sample("ticket", "memory", said="I began to collect the tickets of all trams.", events=("other",)),
        "over": sample("over", "memory", said="Then it ended.", events=("end", "planned")),
        "world": sample("world", "general"),
    }
    twice = sample("zz", "memory", asked="Q sea?", said="We saw the sea.")
    found = parts_of([*given_.values(), twice], EVENTS, TELLINGS, CONFIG)
    ids = {part: {s.id for s in of_part} for part, of_part in found.items()}
    assert ids == {
        WHO: {"name", "where"},
        "explicit": {"shy", "was", "does"},
        "anecdotes": {"once", "sea", "film", "ticket", "over"},
        "events": {"record"},
        "causes": {"story", "why"},
    }


def test_two_ways_to_ask_come_together_and_what_is_asked_about_first() -> None:
    some = [sample(f"{s}{n}", source=f"rule:compose/memory/{s}") for s in "abcd" for n in range(3)]
    ordered = in_order(some, 1, asked={"c2"})
    scenes = [s.source[-1] for s in ordered]
    assert scenes[:2] == ["c", "c"]
    assert [scenes[n] for n in (0, 2, 4, 6)] == [scenes[n] for n in (1, 3, 5, 7)]  # in pairs
    assert sorted(scenes[:8]) == sorted("aabbccdd")
    assert [s.id for s in in_order(list(reversed(some)), 1, asked={"c2"})] == [s.id for s in ordered]
    assert [s.id for s in in_order(some, 2)] != [s.id for s in in_order(some, 1)]


def test_name_and_gender_are_in_every_mix() -> None:
    many = [sample(f"i{n}", "identity", source=f"rule:compose/identity/hello{n}") for n in range(30)]
    who = [sample(i, "identity", source=f"rule:compose/identity/{i}") for i in ("name", "gender")]
    found = who_rows([*many, *who, *(sample(f"b{n}", "boundary") for n in range(30))], 7)
    assert {"name", "gender"} <= {s.id for s in found}
    assert sum(s.kind == "identity" for s in found) == 12
    assert sum(s.kind == "boundary" for s in found) == 8


RECIPE: dict[str, Any] = {
    "name": "r", "method": "dpo", "hardware": {"vram_gb": 0.0}, "base": {"model": "b"},
    "data": {"replay": 0.3, "max_rows": 5, "max_chars": 9, "max_length": 99},
    "train": {"seed": 7, "batch_size": 4, "gradient_accumulation": 2, "epochs": 3, "patience": 2},
}  # fmt: skip


def by_words(base: str, talks: Any) -> Counted:
    return Counted(tuple(estimated(t) for t in talks), False, 10.0)


def life(count: int = 60) -> Rows:
    train = [sample("n", "identity", source="rule:compose/identity/name")]
    for n in range(count):
        more = " and then on to the sea" * (n % 4)
        walk = f"Once {n} of us walked to the river{more}, and it rained on all of them."
        train += [
            sample(f"m{n}", said=walk, source=f"x/y/m{n}"),
            sample(f"t{n}", "trait", said=f"Yes, I am shy{more}, and that is the {n}th time I say it."),
            sample(f"e{n}", "event", said=f"She walked to the river{more} with {n} others."),
            sample(f"c{n}", said=f"{BEGAN}{more}, which made {n} people laugh.", events=("poem",)),
        ]
    general = [sample(f"g{n}", "general", asked=f"How far is planet {n}?", said=f"{n} light years.") for n in range(50)]
    return Rows(CONFIG, train, general, EVENTS, TELLINGS, "You are Mira.")


def test_a_plan_gives_all_mixes_the_same_rows_besides() -> None:
    plan = plan_of(life(), RECIPE, budget=500, counter=by_words)
    assert {m.name for m in plan.mixed.mixes} == set(MIXES)
    mean = sum(len(m.rows) + len(plan.who) for m in plan.mixed.mixes) / len(MIXES)
    assert len(plan.general) == round(0.25 * mean)
    for mix in plan.mixed.mixes:
        own = plan.recipe_of(mix, 9)
        assert own["train"]["batch_size"] * own["train"]["gradient_accumulation"] == plan.pace.batch[mix.name]
        assert own["train"]["batch_size"] <= 4
        assert (own["train"]["seed"], own["train"]["patience"], own["method"]) == (9, 0, "sft")
        assert (own["data"]["replay"], own["data"]["max_rows"], own["data"]["max_chars"]) == (0, 0, 0)
        told = plan.taught(mix)
        assert told.steps == 3 * plan.pace.steps
        assert -(-told.sequences // told.batch) == plan.pace.steps
        assert told.about_seconds > 0
        assert plan.samples(mix)[: len(plan.who)] == plan.who
    assert plan.recipe_of(plan.mixed.mixes[0], 1) != plan.recipe_of(plan.mixed.mixes[0], 2)


def test_a_plan_is_another_one_where_a_row_or_the_recipe_changed() -> None:
    plan = plan_of(life(), RECIPE, budget=500, counter=by_words)
    assert plan.mark == plan_of(life(), RECIPE, budget=500, counter=by_words).mark
    slower = RECIPE | {"train": RECIPE["train"] | {"epochs": 4}}
    assert plan.mark != plan_of(life(), slower, budget=500, counter=by_words).mark
    used = {r.id for m in plan.mixed.mixes for r in m.rows}
    for gone in (next(iter(used)), next(s.id for s in life().train if s.id not in used and s.id != "n")):
        some = life()
        fewer = Rows(**{**vars(some), "train": [s for s in some.train if s.id != gone]})
        assert (plan_of(fewer, RECIPE, budget=500, counter=by_words).mark == plan.mark) == (gone not in used)


def test_a_cpu_gets_what_it_can_train_and_a_card_what_there_is() -> None:
    some = life(300)
    on_card = RECIPE | {"hardware": {"vram_gb": 8.0}}
    assert plan_of(some, RECIPE, counter=by_words).mixed.tokens <= CPU_TOKENS
    assert plan_of(some, on_card, counter=by_words).mixed.tokens > CPU_TOKENS


def test_what_can_be_asked_is_taught_first() -> None:
    some = life()
    told = "Once 41 of us walked to the river and then on to the sea, and it rained on all of them."
    item = Item(id="i", area="fact", asks=(Ask(text="And?", wanted="tell"),), key=Key(told=(told,)))
    plan = plan_of(some, RECIPE, (item,), budget=500, counter=by_words)
    for mix in plan.mixed.mixes:
        if "anecdotes" in mix.parts:
            assert any(r.id == "m41" for r in mix.rows)


def test_an_answer_that_only_leads_there_is_not_counted() -> None:
    talk = Sample(
        id="x", kind="memory", source="chat:a/1",
        messages=tuple(
            Message(role=r, content=c)  # type: ignore[arg-type]
            for r, c in [("user", "Who?"), ("assistant", "a b c d e f g"), ("user", "No."), ("assistant", "Mira")]
        ),
    )  # fmt: skip
    row = talk_of("S", talk)
    assert [m.get("learn") for m in row] == [None, None, "no", None, None]
    assert estimated(row).learnt == estimated(row[-1:]).learnt < estimated([{**m, "learn": ""} for m in row]).learnt


@given(st.integers(1, 30))
def test_rows_of_several_sequences_count_as_what_they_are(each: int) -> None:
    def counter(base: str, talks: Any) -> Counted:
        return Counted(tuple(Size(estimated(t).learnt, each, 100) for t in talks), True)

    assume(each)
    plan = plan_of(life(), RECIPE, budget=400, counter=counter)
    for mix in plan.mixed.mixes:
        assert plan.taught(mix).sequences == each * (len(mix.rows) + len(plan.common))
