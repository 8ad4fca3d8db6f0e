"""Which drafts become samples: nothing twice, every passage once, the mix, the caps, the floor of negative traits."""

from __future__ import annotations

from collections import Counter
from typing import Any

from compose_life import CONFIG
from hypothesis import given
from hypothesis import strategies as st

from refiner.config import Config
from refiner.edits import digest
from refiner.stages.composing.choice import (
    EVENT_CAP,
    NEGATIVE_FLOOR,
    PASSAGE_CAP,
    choose,
    trait_cap,
    without_duplicates,
)
from refiner.stages.composing.draft import Draft

WAYS = (
    "What do you remember of the {a}?", "Tell me how it went with {b} and number {n}.", "Is there a story of the {c}?",
    "And {n} days: how was that for you?", "Where does the {a} come into your life?", "Why the {b}, of all?",
    "{n}: does that number say something?", "I would like to hear it, {c} and all.", "How long did you keep {a}?",
    "Who bought number {n} from you in the end?", "Did you ever own the {b}?", "What came of {a} and {b} and {c}?",
)  # fmt: skip


def draft(kind: Any, n: int, question: str = "", *, way: int = 0, **more: Any) -> Draft:
    """A draft about something of its own for each number, asked for in one of many ways."""
    names = digest("name", str(n))
    a, b, c = names[:5], names[5:10], names[10:]
    said = " ".join(digest("word", str(n), str(i))[:6] for i in range(12))
    asked = question or WAYS[way].format(a=a, b=b, c=c, n=n)
    given = {
        "scene": f"{kind}/{n}", "question": asked, "answer": f"I kept {said}.",
        "sources": (f"s{n}",), "notes": (f"n{n}.md",), **more,
    }  # fmt: skip
    return Draft(kind, **given)


def config(**mix: float) -> Config:
    return Config.from_dict({**CONFIG, "samples": {"mix": mix}})


def test_one_story_in_two_kinds_is_kept_where_it_is_asked_for_differently() -> None:
    told = draft("memory", 1)
    other = draft("situation", 1, "How does it show that you keep things?")
    same = draft("voice", 1, told.question)
    assert without_duplicates([told, other, same]) == [told, other]


def test_the_same_words_in_another_note_are_told_once() -> None:
    assert (
        len(without_duplicates([draft("memory", 1), draft("memory", 1, way=2, scene="memory/9", notes=("copy.md",))]))
        == 1
    )


def test_caps() -> None:
    many = [draft("memory", n, way=w, events=("flood",)) for n in range(8) for w in range(6)]
    chosen = choose(many, config(memory=1.0))
    assert Counter(e for d in chosen for e in d.events)["flood"] == EVENT_CAP
    one = [draft("memory", 3, way=w) for w in range(12)] + [draft("memory", n) for n in range(4, 40)]
    assert Counter(d.answer for d in choose(one, config(memory=1.0)))[one[0].answer] <= PASSAGE_CAP


def test_a_trait_is_capped_by_its_importance_and_a_negative_one_has_a_floor() -> None:
    stubborn = next(t for t in config(trait=1).traits if t.id == "stubborn")
    many = [draft("trait", n, way=w, traits=("stubborn",)) for n in range(40) for w in range(4)]
    shown = [draft("situation", n, way=w, traits=("stubborn",)) for n in range(60, 90) for w in range(4)]
    memories = [draft("memory", n) for n in range(100, 180)]
    chosen = choose([*many, *shown, *memories], config(trait=0.3, situation=0.3, memory=0.4))
    kinds = Counter(d.kind for d in chosen if "stubborn" in d.traits)
    assert sum(kinds.values()) == trait_cap(stubborn)
    assert kinds["trait"] == trait_cap(stubborn) // 2
    few = [draft("trait", n, traits=("stubborn",)) for n in range(NEGATIVE_FLOOR + 4)]
    plain = [draft("trait", n, traits=("patience",)) for n in range(50, 90)]
    chosen = choose([*few, *plain, draft("memory", 300)], config(trait=0.001, memory=0.999))
    assert sum("stubborn" in d.traits for d in chosen) >= NEGATIVE_FLOOR


kinds = st.sampled_from(["memory", "trait", "situation", "voice", "event", "opinion"])


@given(
    st.lists(st.tuples(kinds, st.integers(0, 60), st.integers(0, 3), st.booleans()), max_size=60),
    st.permutations(range(5)),
)
def test_every_passage_is_remembered_once_and_the_mix_adds_none(rows: list[Any], order: list[int]) -> None:
    drafts = list({d.id: d for d in (draft(k, n, way=w, held_out=h) for k, n, w, h in rows)}.values())
    mix = {"memory": 0.4, "trait": 0.3, "situation": 0.2, "event": 0.1, "opinion": 0.0}
    chosen = choose(drafts, config(**mix))
    assert {d.id for d in chosen} <= {d.id for d in drafts}
    assert len({d.id for d in chosen}) == len(chosen)
    assert not {d.kind for d in chosen} & {"voice", "opinion"}
    told = {d.scene for d in without_duplicates(drafts) if d.kind == "memory" and not d.held_out}
    assert told <= {d.scene for d in chosen if not d.held_out}
    assert {d.scene for d in chosen if d.held_out} <= {d.scene for d in chosen if not d.held_out}
    assert choose(drafts, config(**mix)) == chosen
