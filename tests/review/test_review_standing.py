"""What one decision does to others: never again, what is alike, and for the whole life with its way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_life import Life, MemoryLog, edit_of, note
from test_review_session import review

from refiner.canon_file import add_canon, read_canon, remove_canon
from refiner.config import Config
from refiner.errors import UsageError
from refiner.models import CanonEntry, Decision, Edit
from refiner.notes import note_from_text
from refiner.pipeline import run_chain
from refiner.review import commands
from refiner.review.alike import alike
from refiner.review.history import replay
from refiner.review.items import Item, build_queue
from refiner.review.never import entry_for, standing_ways
from refiner.review.standing import staying, verdicts_on
from refiner.review.state import Action, ReviewState, apply, start

CONFIG = Config.from_dict({"persona": {"before": {"name": "Karthik", "gender": "male"}}})


def school() -> tuple[list[Item], list[Edit]]:
    """Four edits of one rule, three of them the same, and one of another rule."""
    texts = ("I was a boy in Pune.", "As a boy I swam.", "The boy in me laughed.", "I was a son.", "They said sir.")
    notes = [note(f"{n}.md", text) for n, text in enumerate(texts)]
    words = [("boy", "girl", "rule:role")] * 3 + [("son", "daughter", "rule:role"), ("sir", "ma'am", "rule:called")]
    edits = [edit_of(where, a, b, source=source) for where, (a, b, source) in zip(notes, words, strict=True)]
    return build_queue([], [], edits, [], [], [], {n.path: n for n in notes}, []), edits


def standing(state: ReviewState) -> list[str]:
    return [state.status(i) for i in state.items]


def test_a_rule_that_is_off_rejects_all_it_proposes_until_it_is_on_again() -> None:
    queue, edits = school()
    state = start(queue, [])
    state, log = apply(state, Action("decide_same", verb="reject", ids=(queue[0].id,), rule="rule:swap:role"))
    assert [(d.item, d.verdict) for d in log] == [("rule:swap:role", "reject"), (queue[0].id, "reject")]
    assert standing(state) == ["rejected"] * 4 + ["undecided"]
    assert standing(start(queue, log)) == standing(state)
    found = verdicts_on(edits, replay(log))
    assert sum(d.status == "rejected" for d in found.values()) == 4
    one, more = apply(apply(state, Action("goto", number=2))[0], Action("approve"))
    assert standing(one) == ["rejected", "approved", "rejected", "rejected", "undecided"]  # his own word comes first
    on, _ = apply(one, Action("turn_on", rule="rule:swap:role"))
    assert standing(on) == ["rejected", "approved", "undecided", "undecided", "undecided"]
    back, _ = apply(state, Action("undo"))
    assert standing(back) == ["undecided"] * 5
    assert more


@pytest.mark.says("`!` at `Why?` means never again: the words stay in every note, the canon entry goes, or the")
def test_never_again_for_a_word_writes_it_into_the_canon_as_it_is() -> None:
    queue, _ = school()
    state = start(queue, [])
    ways = standing_ways(state, queue[0])
    assert [w.words for w in ways] == [
        "“boy” stays “boy” in every note (rejects 2 more)",
        "nothing more by the rule “role” (rejects 3 more)",
    ]
    assert ways[0].entry == entry_for("boy", "boy")


def test_pronouns_do_not_stay_for_a_whole_life() -> None:
    life = Life()
    life.edits = [edit_of(life.moved, "He's", "She's")]
    state = start(life.queue(), [])
    item = next(i for i in state.items if i.kind == "edit")
    assert [bool(w.rule) for w in standing_ways(state, item)] == [True]


def test_never_again_by_keys_and_its_undo() -> None:
    entries: list[CanonEntry] = []
    keys = ["g", "3", "n", "!", "1"]
    run = review(*keys, "u", "U", "q", decide_life=entries.append)
    assert "! never again" in run.out
    assert [v for v, _ in run.said][-2:] == ["undo", "redo"]
    assert "! never again" not in review("g", "3", "n", "", "q").out  # nothing here can write for the whole life


def test_leaving_at_the_question_keeps_the_rejection() -> None:
    run = review("g", "4", "n", "!", end=KeyboardInterrupt, decide_life=lambda entry: None)
    assert [v for v, _ in run.said] == ["reject"]
    assert run.code == 130


@pytest.mark.says("`!` at `Why?` means never again: the words stay in every note, the canon entry goes, or the")
def test_words_that_stay_are_rejected_in_every_note_by_the_chain() -> None:
    notes = [note_from_text("As a boy I slept on the roof.\n", "a.md"), note_from_text("I was a boy then.\n", "b.md")]
    before = run_chain(notes, CONFIG, now="2026-01-01", stages=("swap",))
    assert len(before.proposed) == 2
    canon = [entry_for("boy", "boy")]
    after = run_chain(notes, CONFIG, now="2026-01-01", stages=("swap",), canon=canon)
    assert [after.refined(n) for n in after.notes] == [n.text for n in notes]
    assert staying(canon) == {"boy"}
    items = build_queue(canon, [], after.proposed, [], [], [], {n.path: n for n in notes}, [])
    assert {i.status for i in items if i.kind == "edit"} <= {"rejected"}


def test_a_rule_that_is_off_is_off_in_the_chain() -> None:
    notes = [note_from_text("As a boy I slept on the roof.\n", "a.md"), note_from_text("I was a boy then.\n", "b.md")]
    before = run_chain(notes, CONFIG, now="2026-01-01", stages=("swap",))
    rule = f"rule:swap:{before.proposed[0].source.removeprefix('rule:')}"
    off = [Decision(item=rule, verdict="reject", id="d1")]
    after = run_chain(notes, CONFIG, now="2026-01-01", stages=("swap",), decisions=off)
    assert after.refined(notes[0]) == notes[0].text
    assert after.refined(notes[1]) == before.refined(notes[1])
    on = [*off, Decision(item=rule, verdict="approve", id="d2")]
    assert run_chain(notes, CONFIG, now="2026-01-01", stages=("swap",), decisions=on).refined(notes[0]) != notes[0].text


@pytest.mark.says("`--turn-off RULE` rejects all that a rule proposes (`swap:vocative`) and `--turn-on RULE`")
def test_rules_by_options() -> None:
    queue, _ = school()
    log = MemoryLog()
    [line] = commands.turn(queue, log, off=["swap:role"])
    assert (line.item, line.verdict) == ("rule:swap:role", "reject")
    with pytest.raises(UsageError, match='did you mean "swap:role"'):
        commands.turn(queue, log, off=["swap:roles"])
    with pytest.raises(UsageError, match="no rule that is turned off"):
        commands.turn(queue, log, on=["swap:called"])
    commands.turn(queue, log, on=["swap:role"])
    assert standing(start(queue, log.lines)) == ["undecided"] * 5


def test_what_is_alike() -> None:
    queue, _ = school()
    state = start(queue, [])
    assert [i.note for i in alike(state, queue[0])] == ["1.md", "2.md"]
    assert alike(state, queue[3]) == []


@pytest.mark.says("`=` does what you did last to the others that are alike: all of them, or those whose")
def test_fix_one_and_apply_it_to_all_alike() -> None:
    texts = ("I was a boy in Pune.", "As a boy I swam.", "The boy in me laughed.")
    life = Life()
    life.canon, life.questions, life.events, life.traits, life.samples = [], [], [], [], []
    life.notes = {f"{n}.md": note(f"{n}.md", text) for n, text in enumerate(texts)}
    life.notes["z.md"] = note("z.md", "They said sir.")  # another one, so that the review goes on
    life.edits = [edit_of(life.notes[f"{n}.md"], "boy", "girl") for n in range(3)]
    life.edits.append(edit_of(life.notes["z.md"], "sir", "ma'am"))
    for keys, verdicts in (
        (("e", "y", "=", "y"), ["edit"] * 3),
        (("e", "y", "=", "2"), ["edit"] * 2),
        (("e", "y", "=", "n"), ["edit"]),
        (("n", "2", "=", "y"), ["reject"] * 3),
        (("y", "=", "1"), ["approve"] * 2),
    ):
        run = review(*keys, "q", editor=lambda text, note: "child", life=life)
        assert [v for v, _ in run.said] == verdicts, keys
        assert len({said for _, said in run.said}) == 1
        text = "child" if keys[0] == "e" else "girl"
        assert f"1.md: As a [-boy-]{{+{text}+}} I swam." in run.out
    one_undo = review("e", "y", "=", "y", "u", "q", editor=lambda text, note: "child", life=life)
    assert start(life.queue(), one_undo.log.lines).counts()["edited"] == 1
    restarted = review("=", "y", "q", log=review("e", "y", "q", editor=lambda t, n: "child", life=life).log, life=life)
    assert [v for v, _ in restarted.said] == ["edit"] * 3


@pytest.mark.says("`C` writes a canon entry and decides the same edits everywhere; one `u` takes back the")
def test_undo_takes_an_entry_out_of_the_canon_and_redo_puts_it_back(tmp_path: Path) -> None:
    path = tmp_path / "canon.toml"
    path.write_text('# mine\n[[canon]]\nid = "x"\nkind = "other"\nbefore = "loom"\nafter = "wheel"  # keep\n')
    first = path.read_text()
    keep = {"decide_life": lambda e: add_canon(path, e), "forget_life": lambda e: remove_canon(path, e)}
    done = review("g", "3", "C", "y", "q", **keep)  # type: ignore[arg-type]
    assert [e.before for e in read_canon(path)][:1] == ["loom"]
    assert len(read_canon(path)) == 2
    undone = review("u", "q", log=done.log, **keep)  # type: ignore[arg-type]
    assert path.read_text().strip() == first.strip()
    review("U", "q", log=undone.log, **keep)  # type: ignore[arg-type]
    assert len(read_canon(path)) == 2


def test_an_entry_that_was_changed_by_hand_stays(tmp_path: Path) -> None:
    path = tmp_path / "canon.toml"
    keep = {"decide_life": lambda e: add_canon(path, e), "forget_life": lambda e: remove_canon(path, e)}
    done = review("g", "3", "C", "y", "q", **keep)  # type: ignore[arg-type]
    changed = path.read_text().replace("after = ", 'after = "x"  # ')
    path.write_text(changed)
    run = review("u", "q", log=done.log, **keep)  # type: ignore[arg-type]
    assert "its entry was changed since" in run.out
    assert path.read_text() == changed


@given(
    st.lists(st.sampled_from(["off role", "off called", "on role", "on called", "y", "n", "undo", "redo"]), max_size=20)
)
@settings(max_examples=100, deadline=None)
def test_with_rules_turned_off_replaying_the_log_still_gives_the_same(keys: list[str]) -> None:
    queue, edits = school()
    state, log = start(queue, []), []
    for key in keys:
        verb, _, rule = key.partition(" ")
        action = {
            "off": Action("decide_same", rule=f"rule:swap:{rule}"), "on": Action("turn_on", rule=f"rule:swap:{rule}"),
            "y": Action("approve"), "n": Action("reject"), "undo": Action("undo"), "redo": Action("redo"),
        }[verb]  # fmt: skip
        state, new = apply(state, action)
        log += new
    again = start(queue, log)
    assert standing(again) == standing(state)
    chain = verdicts_on(edits, replay(log))
    assert {i.id: state.status(i) for i in queue} == {
        e.id: chain[e.id].status if e.id in chain else "undecided" for e in edits
    }
    while state.history.done:
        state, _ = apply(state, Action("undo"))
    assert standing(state) == ["undecided"] * 5


def test_words_that_stay_are_all_counted_whatever_their_case_or_rule() -> None:
    notes = [note("0.md", "A boy sang."), note("1.md", "Boy, come here.")]
    edits = [edit_of(notes[0], "boy", "girl"), edit_of(notes[1], "Boy", "Child", source="rule:vocative")]
    queue = build_queue([], [], edits, [], [], [], {n.path: n for n in notes}, [])
    state = start(queue, [])
    way = standing_ways(state, queue[0])[0]
    assert way.words == "“boy” stays “boy” in every note (rejects 1 more)"
    assert way.entry is not None
    later = build_queue([way.entry], [], edits, [], [], [], {n.path: n for n in notes}, [])
    rejected = {i.id for i in later if i.kind == "edit" and i.status == "rejected"}
    assert rejected == {queue[0].id, *(i.id for i in way.others)}


def test_never_again_takes_the_canon_entry_behind_an_edit_out() -> None:
    life = Life()
    life.moved = note("2014-moved.md", "I played cricket then. Later cricket bored me.")
    life.notes[life.moved.path] = life.moved
    life.edits = [edit_of(life.moved, "cricket", "badminton", source="rule:canon")]
    state = start(life.queue(), [])
    item = next(i for i in state.items if i.kind == "edit")
    way = standing_ways(state, item)[0]
    assert way.words == "“cricket” → “badminton” goes from your whole life"
    assert [i.id for i in way.others] == ["canon:cricket"]
