from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_life import Life, edit_of

from refiner.models import (
    CanonEntry,
    Choice,
    ChoiceEffect,
    Event,
    ItemKind,
    ProposedEdit,
    Question,
    Sample,
    TraitVerdict,
)
from refiner.review.items import Item
from refiner.review.order import CONFIDENT, KINDS, canon_uses, ordered

NOTES = ("a.md", "b.md", "c.md")


def edit(name: str, note: str = "a.md", start: int = 0, **about: object) -> Item:
    return Item(id=name, kind="edit", text_sha=name, note=note, stage="swap", start=start, end=start + 2, **about)  # type: ignore[arg-type]


def ids(items: Sequence[Item]) -> list[str]:
    return [i.id for i in ordered(items)]


@st.composite
def queues(draw: st.DrawFn) -> list[Item]:
    """Items of all kinds; edits follow only from edits made before them."""
    kinds: list[ItemKind] = draw(st.lists(st.sampled_from(KINDS), max_size=24))
    names = [f"{kind}{n}" for n, kind in enumerate(kinds)]
    edits = [n for n in names if n.startswith("edit")]
    out = []
    for name, kind in zip(names, kinds, strict=True):
        start = draw(st.integers(0, 6))
        before = edits[: edits.index(name)] if kind == "edit" else []
        parents = draw(st.lists(st.sampled_from(before), max_size=2, unique=True)) if before else []
        depends = draw(st.lists(st.sampled_from(edits), max_size=4, unique=True)) if edits else []
        out.append(
            Item(
                id=name, kind=kind, text_sha=name, note=draw(st.sampled_from(NOTES)), start=start,
                end=start + draw(st.integers(0, 4)), stage=draw(st.sampled_from(("swap", "override"))),
                confidence=draw(st.sampled_from((0.3, 0.75, 0.8, CONFIDENT, 0.97, 1.0))), parents=tuple(parents),
                depends=tuple(depends), was=draw(st.sampled_from((None, None, None, "approve"))),
                idealises=draw(st.sampled_from(((), (), ("flatters",)))), traits=("lazy",),
            )
        )  # fmt: skip
    return out


@given(queues(), st.randoms(use_true_random=False))
def test_any_permutation_gives_the_same_order_and_nothing_is_lost(items: list[Item], chance: random.Random) -> None:
    shuffled = list(items)
    chance.shuffle(shuffled)
    assert ids(shuffled) == ids(items)
    assert sorted(ids(items)) == sorted(i.id for i in items)


@given(queues())
def test_what_changed_is_first_and_kinds_keep_their_order(items: list[Item]) -> None:
    out = ordered(items)
    assert [i.was is None for i in out] == sorted(i.was is None for i in out)
    for changed in (True, False):
        places = [KINDS.index(i.kind) for i in out if (i.was is not None) == changed]
        assert places == sorted(places)


@given(queues())
def test_parents_stand_before_what_follows_from_them(items: list[Item]) -> None:
    place = {name: n for n, name in enumerate(ids(items))}
    by_id = {i.id: i for i in items}
    for item in items:
        for parent in item.parents:
            if (by_id[parent].was is None) == (item.was is None):
                assert place[parent] < place[item.id]


@given(queues())
@pytest.mark.says("What decides most comes first: canon entries and questions by how much waits for them, then")
def test_a_more_used_canon_entry_never_stands_after_a_less_used_one(items: list[Item]) -> None:
    uses = [len(i.depends) for i in ordered(items) if i.kind == "canon" and i.was is None]
    assert uses == sorted(uses, reverse=True)


@given(queues())
@pytest.mark.says("What decides most comes first: canon entries and questions by how much waits for them, then")
@pytest.mark.says("What idealises is marked, comes before the other edits, and is approved only one by one.")
def test_what_idealises_comes_before_what_is_unsure_before_the_rest(items: list[Item]) -> None:
    """Of edits that stand alone: no parents, and no other edit where they begin."""
    edits = [i for i in items if i.kind == "edit" and i.was is None]
    taken = {p for i in items for p in (*i.parents, *((i.id,) if i.parents else ()))}
    spots = [(i.note, i.start) for i in items if i.kind == "edit"]
    alone = {i.id for i in edits if i.id not in taken and spots.count((i.note, i.start)) == 1}
    tiers = [0 if i.idealises else 1 if i.confidence < CONFIDENT else 2 for i in ordered(edits) if i.id in alone]
    assert tiers == sorted(tiers)
    unsure = [i.confidence for i in ordered(edits) if i.id in alone and not i.idealises and i.confidence < CONFIDENT]
    assert unsure == sorted(unsure)


def test_those_that_follow_from_each_other_stay_together() -> None:
    sure, doubted = edit("sure", start=5), edit("doubted", start=9, confidence=0.5)
    follows = edit("follows", start=40, parents=("sure",), confidence=0.6)
    least = edit("least", "b.md", 3, confidence=0.4)
    assert ids([edit("first"), follows, sure, doubted, least]) == ["least", "doubted", "sure", "follows", "first"]


def test_a_circle_of_parents_does_not_hang() -> None:
    assert sorted(ids([edit("one", parents=("two",)), edit("two", parents=("one",))])) == ["one", "two"]


def question(name: str, note: str, start: int, *, mentions: int = 1, changes: int = 1, depends: int = 0) -> Item:
    put = tuple(ProposedEdit(start=start + 10 * n, end=start + 10 * n + 2, after="she") for n in range(changes))
    asked = Question(id=name, note=note, stage="swap", start=start, end=start + 2, question="?",
                     choices=(Choice(id="1", label="yes", effect=ChoiceEffect(edits=put)),),
                     mentions=tuple((start + 10 * n, start + 10 * n + 2) for n in range(mentions)))  # fmt: skip
    return Item(id=name, kind="question", text_sha=name, note=note, start=start, end=start + 2, payload=asked,
                depends=tuple(f"sample{n}" for n in range(depends)))  # fmt: skip


@pytest.mark.says("What decides most comes first: canon entries and questions by how much waits for them, then")
def test_questions_stand_by_what_waits_for_them() -> None:
    one, other = question("one", "a.md", 4), question("other", "b.md", 0)
    many, wide = question("many", "c.md", 50, mentions=3), question("wide", "c.md", 90, changes=4)
    blocks = question("blocks", "z.md", 0, depends=5)
    assert ids([one, other, many, wide, blocks]) == ["blocks", "wide", "many", "one", "other"]
    around = [edit("around", "b.md", 0), edit("beside", "a.md", 6)]  # only the first contains a question's place
    assert ids([one, other, *around])[:2] == ["other", "one"]


def test_edits_follow_from_an_entry_that_says_what_they_do() -> None:
    life = Life()
    entries = [CanonEntry(id="boys", before="boys'", after="girls'", forms={"boy": "girl"}),
               CanonEntry(id="kept", before="Pune", after="Pune")]  # fmt: skip
    named = edit_of(life.moved, "dog", "cat", evidence=("canon:kept",))
    by_words = [e.id for e in life.edits if e.before in ("boy", "boys'")]
    assert canon_uses(entries, [*life.edits, named]) == {"canon:boys": by_words, "canon:kept": [named.id]}
    life.canon = [*life.canon, entries[0]]
    assert [i.id for i in life.queue() if i.kind == "canon"] == ["canon:boys", "canon:cricket"]


def test_events_traits_and_samples() -> None:
    def event(name: str, confidence: float, order: int) -> Item:
        told = Event(id=name, note="a.md", order=order)
        return Item(id=name, kind="event", text_sha="", note="a.md", confidence=confidence, payload=told)

    def trait(name: str, verdict: Literal["HOLDS", "CONTESTED"]) -> Item:
        said = TraitVerdict(id=name, verdict=verdict, default_verdict=verdict)
        return Item(id=name, kind="trait", text_sha="", traits=(name,), payload=said)

    def sample(name: str, *blocked: str) -> Item:
        made = Sample(id=name, kind="trait", messages=(), traits=("lazy",), blocked=blocked)
        return Item(id=name, kind="sample", text_sha="", note="a.md", traits=("lazy",), payload=made)

    events = [event("later", 1.0, 2), event("sooner", 1.0, 1), event("unsure", 0.7, 9), event("hardly", 0.4, 8)]
    assert ids(events) == ["hardly", "unsure", "sooner", "later"]
    samples = [sample("1", "some-edit"), sample("2")]
    traits = [trait("calm", "HOLDS"), trait("lazy", "HOLDS"), trait("proud", "CONTESTED")]
    assert ids([*samples, *traits]) == ["proud", "lazy", "calm", "2", "1"]
