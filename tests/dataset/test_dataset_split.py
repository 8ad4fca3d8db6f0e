"""The split: no evaluation question that training nearly has; every ready sample once; several turns as a whole."""

from __future__ import annotations

from typing import Any

from dataset_life import sample, samples
from hypothesis import given
from hypothesis import strategies as st

from refiner.dataset.near import FEW, Texts, alike
from refiner.dataset.split import question, scene, split
from refiner.models import Message, Sample
from refiner.stages.composing.draft import HELD_OUT


def of_scene(name: str, asked: str, *, held_out: bool = False) -> Sample:
    source = f"rule:compose/memory/{name}{HELD_OUT if held_out else ''}"
    return sample("memory", asked, f"That was the {name}.", source=source)


def test_near_is_the_same_but_for_a_word_and_never_another_number() -> None:
    assert alike("How did you come to mend clocks?", "how did you come to mend the clocks")
    assert not alike("How did you come to mend clocks?", "Who taught you to mend clocks?")
    assert not alike("What happened to you in 2011?", "What happened to you in 2012?")
    texts = Texts(["How did you come to mend clocks?"])
    assert texts.near("How did you come to mend clocks?")
    texts.remove("how did you come to mend clocks")
    assert not texts.near("How did you come to mend clocks?")


WORDS = ["where", "who", "when", "the", "a", "river", "rivers", "bridge", "uncle", "aunt", "kite", "kites", "pigeon"]
WORDS += ["mango", "did", "do", "you", "your", "of", "that", "and", "at"]
ASKED = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12)


@given(st.lists(ASKED, min_size=FEW + 1, max_size=3 * FEW, unique_by=tuple), st.data())
def test_of_many_texts_none_that_differs_in_two_words_is_overlooked(many: list[list[str]], data: st.DataObject) -> None:
    texts = Texts(" ".join(words) for words in many)
    asked = list(data.draw(st.sampled_from(many)))
    for at in data.draw(st.lists(st.integers(0, len(asked) - 1), max_size=2)):
        asked[at] = data.draw(st.sampled_from(WORDS))
    of_two = [m for m in many if len(m) == len(asked) and sum(a != b for a, b in zip(m, asked, strict=True)) <= 2]
    found = texts.near(" ".join(asked))
    assert found or not any(alike(" ".join(m), " ".join(asked)) for m in of_two)
    assert not found or any(alike(" ".join(m), " ".join(asked)) for m in many)


def test_a_held_out_question_that_training_nearly_has_is_trained_on() -> None:
    rows = [
        of_scene("flood", "What do you remember of the flood by the river?"),
        of_scene("flood", "What do you remember of the flood at the river?", held_out=True),
        of_scene("flood", "Which day would you call the worst of that year?", held_out=True),
    ]
    parts = split(rows)
    assert parts.moved == 1
    assert [question(s) for s in parts.evaluation] == ["which day would you call the worst of that year"]


def test_what_is_moved_may_move_another() -> None:
    asked = "Do you still remember today the {} that came at night upon all of us by the {}?"
    rows = [
        of_scene("flood", asked.format("flood", "river")),
        of_scene("flood", asked.format("flood", "jacks"), held_out=True),
        of_scene("flood", asked.format("quake", "jacks"), held_out=True),
    ]
    first, second, third = (s.messages[0].content for s in rows)
    assert (alike(first, second), alike(second, third), alike(first, third)) == (
        True,
        True,
        False,
    )
    assert split(rows).evaluation == ()
    assert split(rows).moved == 2


def test_a_talk_counts_as_a_whole() -> None:
    one = sample("memory", "And then?", "We left.", source="person")
    first = (Message(role="user", content="Where did you live?"), Message(role="assistant", content="In Aizawl."))
    longer = one.model_copy(update={"messages": (*first, *one.messages)})
    assert question(longer) == "where did you live and then"
    assert scene(longer) != scene(one)
    assert scene(longer) == scene(longer.model_copy(update={"id": "other"}))


def test_a_question_inside_a_talk_that_is_trained_on_is_not_asked_again() -> None:
    first = of_scene("flood", "Where did you live when the water rose?")
    follow = (Message(role="user", content="What did you carry out of the house?"), *first.messages[1:])
    longer = first.model_copy(update={"messages": (*first.messages, *follow), "id": "longer"})
    again = of_scene("flood", "What did you carry out of the house?", held_out=True)
    assert split([longer, again]).evaluation == ()
    short = tuple(m.model_copy(update={"content": "And then?"}) if m.role == "user" else m for m in follow)
    talk = longer.model_copy(update={"messages": (*first.messages, *short)})
    assert split([talk, of_scene("flood", "And then?", held_out=True)]).evaluation


ROWS = samples() + [of_scene(f"s{n % 4}", f"Question {n} about it", held_out=n % 3 == 0) for n in range(24)]


@given(st.sets(st.integers(0, len(ROWS) - 1)), st.randoms())
def test_each_is_once_in_one_part_whatever_the_order(some: set[int], chance: Any) -> None:
    rows = [ROWS[i] for i in sorted(some)]
    parts = split(rows)
    assert sorted(s.id for s in (*parts.train, *parts.evaluation)) == sorted(s.id for s in rows)
    texts = Texts(question(s) for s in parts.train)
    assert not any(texts.near(question(s)) for s in parts.evaluation)
    assert {scene(s) for s in parts.evaluation} <= {scene(s) for s in parts.train}
    chance.shuffle(rows)
    assert split(rows) == parts
