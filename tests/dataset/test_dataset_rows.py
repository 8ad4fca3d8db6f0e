"""Preference pairs and single verdicts: what the person decided, and nothing that they did not."""

from __future__ import annotations

from dataset_life import CONFIG, sample

from refiner.dataset.rows import preferences, replaced, verdicts
from refiner.models import Message, Sample


def talk(*said: str, **more: object) -> Sample:
    roles = ("user", "assistant") * (len(said) // 2)
    messages = [Message.model_validate({"role": r, "content": c}) for r, c in zip(roles, said, strict=True)]
    return sample("memory", "x", "y").model_copy(update={"messages": tuple(messages), **more})


OLD = talk("When did you move?", "In 1999.", "Why?", "The dam was built.", "And then?", "I found work at the mill.")


def edited(**at: str) -> Sample:
    new = [m.model_copy(update={"content": at.get(f"m{i}", m.content)}) for i, m in enumerate(OLD.messages)]
    return OLD.model_copy(update={"messages": tuple(new), "status": "edited"})


def test_one_answer_in_a_longer_talk_gives_one_pair() -> None:
    new = edited(m3="They built the dam, and the fields went under.")
    assert replaced(new, OLD) == [3]
    (pair,), from_edits = preferences("S", [new], [(new, OLD)], [], {})
    assert from_edits == 1
    assert pair[0] is new
    assert [m["content"] for m in pair[1]["prompt"]] == ["S", "When did you move?", "In 1999.", "Why?"]
    assert pair[1]["chosen"][0]["content"] == "They built the dam, and the fields went under."
    assert pair[1]["rejected"][0]["content"] == "The dam was built."
    labels = [(r["completion"][0]["content"], r["label"]) for _, r in verdicts("S", [new], [(new, OLD)], [])]
    assert labels == [
        ("I found work at the mill.", True),
        ("They built the dam, and the fields went under.", True),
        ("The dam was built.", False),
    ]


def test_two_edited_answers_give_two_pairs_in_the_talk_as_edited() -> None:
    new = edited(m1="In the spring of 1999.", m5="The mill took me on.")
    pairs, _ = preferences("S", [new], [(new, OLD)], [], {})
    assert [len(row["prompt"]) for _, row in pairs] == [2, 6]
    assert pairs[1][1]["prompt"][2]["content"] == "In the spring of 1999."


def test_nothing_is_compared_after_a_question_was_changed() -> None:
    assert replaced(edited(m2="How come?", m3="Because of the dam, I think."), OLD) == []
    assert replaced(edited(m1="Late in 1999.", m2="How come?", m3="The dam."), OLD) == [1]


def test_an_edited_sample_that_waits_gives_nothing() -> None:
    new = edited(m1="In 2000.")
    assert preferences("S", [], [(new, OLD)], [], {}) == ([], 0)


GOOD = sample("opinion", "Do you like the sea?", "Only from the shore; the swell makes me ill.")
BAD = sample("opinion", "Do you like the sea?", "Yes, above everything else in the world.", status="rejected")


def test_two_answers_to_one_question_are_a_pair() -> None:
    pairs, from_edits = preferences("S", [GOOD], [], [BAD], {})
    assert from_edits == 0
    assert [(r["chosen"][0]["content"], r["rejected"][0]["content"]) for _, r in pairs] == [
        (GOOD.messages[1].content, BAD.messages[1].content)
    ]


def test_a_rejection_makes_no_pair_where_it_may_mean_something_else() -> None:
    blocked = BAD.model_copy(update={"blocked": ("edit",)})
    nearly = sample("voice", "Do you like the sea?", "Only from the shore; a swell makes me ill.", status="rejected")
    other = sample("voice", "Do you like the hills?", "Yes, above everything.", status="rejected")
    for bad, reason in ((blocked, ""), (nearly, ""), (other, ""), (BAD, "I said that already"), (BAD, "too many")):
        assert preferences("S", [GOOD], [], [bad], {bad.id: reason}) == ([], 0)
    assert preferences("S", [GOOD], [], [BAD], {BAD.id: "not her voice"})[0]


def test_what_waits_gives_no_verdict_either() -> None:
    blocked = BAD.model_copy(update={"blocked": ("edit",)})
    assert [r["label"] for _, r in verdicts("S", [GOOD], [], [blocked])] == [True]
    assert CONFIG.trait("jealous")
