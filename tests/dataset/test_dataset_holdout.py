"""Events held out: nothing of them is trained on, in whatever words another note tells them."""

from __future__ import annotations

from typing import Any

import pytest
from dataset_life import CONFIG, EFFECTS, LABELS, TOLD, events, notes, same_as, sample, samples, timeline
from hypothesis import given
from hypothesis import strategies as st

from refiner.dataset.holdout import HeldOut, event_tellings, grams, hold_out, same_events
from refiner.errors import UsageError
from refiner.models import Event, Message, Sample


def held(rows: list[Sample], count: int, *, extra: tuple[Event, ...] = (), seed: str = "", **more: Any) -> HeldOut:
    life = more.get("timeline") or timeline(extra)
    tellings = event_tellings(life.events, notes(), {}, LABELS)
    return hold_out(rows, count, config=CONFIG, timeline=life, tellings=tellings, seed=seed)


def only(event: str, rows: list[Sample], **more: Any) -> HeldOut:
    """The split that holds out this event, by whichever seed does."""
    for seed in map(str, range(200)):
        found = held(rows, 1, seed=seed, **more)
        if found.events == (event,):
            return found
    raise AssertionError(f"{event} is never held out")


def test_the_evaluation_is_about_the_held_out_events_alone() -> None:
    found = held(samples(), 2)
    assert len(found.events) == 2
    assert {e for s in found.split.evaluation for e in s.events} == set(found.events)
    assert not {e for s in found.split.train for e in s.events} & set(found.events)
    parts = [*(s.id for s in found.split.train), *(s.id for s in found.split.evaluation), *found.left_out]
    assert sorted(parts) == sorted(s.id for s in samples())


@given(st.permutations(samples()), st.sampled_from([1, 2, 3]), st.sampled_from(["", "a", "b"]))
def test_no_held_out_event_leaks_whatever_the_order(rows: list[Sample], count: int, seed: str) -> None:
    found = held(rows, count, seed=seed)
    assert found.split == held(samples(), count, seed=seed).split
    told = {g for s in found.split.evaluation for m in s.messages if m.role == "assistant" for g in grams(m.content)}
    assert told
    for s in found.split.train:
        for m in s.messages:
            assert not set(grams(m.content)) & told
            assert not any(TOLD[e] in m.content for e in found.events)


def test_they_are_spread_over_the_life_and_another_seed_takes_others() -> None:
    life = {e.id: e.when.edtf for e in events()}
    years = sorted(life[e] for e in held(samples(), 3).events)
    assert years[0] <= "2001"
    assert years[-1] >= "2012"
    assert len({held(samples(), 1, seed=str(n)).events for n in range(12)}) > 2


def test_other_tellings_go_too() -> None:
    told, about = same_as("told-prize", "prize", "My brother was given a cup for a pocket watch, and I left early.")
    third = sample("event", "What became of the prize?", "Esther's brother won the watchmakers' prize in 2008.")
    quoted = sample("voice", "Say something of your own.", "I hear it still. " + TOLD["prize"], notes=["late.md"])
    began = sample("trait", "Since when?", "It began when my brother won the watchmakers' prize.", traits=("jealous",))
    nearly = sample("situation", "What happened with that prize?", "Nothing of note.")
    more = [about, third, quoted, began, nearly]
    found = only("prize", samples() + more, extra=(told,))
    trained = {s.id for s in found.split.train}
    assert found.all_events == {"prize", "told-prize"}
    assert about in found.split.evaluation
    assert not trained & {third.id, quoted.id, began.id, nearly.id}
    assert {third.id, quoted.id, began.id, nearly.id} <= set(found.left_out)


def test_an_early_turn_of_a_talk_counts() -> None:
    last = sample("memory", "And the clocks?", "They are gone.")
    before = (Message(role="user", content="What then?"), Message(role="assistant", content=TOLD["flood"]))
    talk = last.model_copy(update={"messages": (*before, *last.messages)})
    assert talk.id not in {s.id for s in only("flood", samples() + [talk]).split.train}


def test_the_same_change_at_the_same_time_is_the_same_event() -> None:
    twin = events()[2].model_copy(update={"id": "twin", "note": "other.md", "label": "another telling"})
    later = twin.model_copy(update={"id": "later", "when": events()[4].when})
    assert same_events("prize", [*events(), twin, later]) == {"prize", "twin"}
    linked, _ = same_as("told", "later", "x")
    assert same_events("later", [*events(), later, linked]) == {"later", "told"}


def test_a_manner_of_speaking_is_no_leak() -> None:
    told = {
        "a": "We shut the stall at four and carried the benches in",
        "b": "Nobody in the lane had a candle left by then",
        "c": "I learnt to sleep on the roof of the depot",
    }
    said = "as my grandmother used to say when the rain came early"
    rows = samples() + [
        sample("voice", f"What do you say of {n}?", f"{long}, {said}.", notes=[f"{n}.md"]) for n, long in told.items()
    ]
    rows += [sample("memory", "And the letter, in short?", f"It came, {said}.", events=("letter",))]
    found = only("letter", rows)
    assert sum(said in s.messages[1].content for s in found.split.train) == 3


def test_no_important_trait_is_left_without_evidence_or_samples() -> None:
    life = timeline()
    bare = tuple(v.model_copy(update={"evidence": v.evidence[:1]}) for v in life.traits)
    alone = life.model_copy(update={"traits": bare})
    for seed in map(str, range(20)):
        assert not set(held(samples(), 1, seed=seed, timeline=alone).events) & set(EFFECTS)
    only_there = [s for s in samples() if s.kind != "trait"]
    for seed in map(str, range(20)):
        assert not set(held(only_there, 1, seed=seed).events) & set(EFFECTS)


def test_more_than_there_are_is_refused_with_what_can_be() -> None:
    with pytest.raises(UsageError, match=r"only 5 of 9 events") as error:
        held(samples(), 9)
    assert "--hold-out-events 5" in str(error.value)
    with pytest.raises(UsageError, match="only 0 of 1"):
        held([s for s in samples() if not s.events], 1)


def test_planned_and_others_events_are_not_asked_about() -> None:
    life = timeline()
    other = tuple(e.model_copy(update={"modality": "planned"}) for e in life.events)
    with pytest.raises(UsageError):
        held(samples(), 1, timeline=life.model_copy(update={"events": other}))
