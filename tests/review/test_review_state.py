from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from review_life import Life, edit_of

from refiner.models import Decision
from refiner.review.filters import Filters
from refiner.review.history import replay
from refiner.review.identity import text_shas
from refiner.review.state import Action, ReviewState, apply, start, verdicts

LIFE = Life()
QUEUE = LIFE.queue()
SHAS = text_shas(LIFE.canon, LIFE.questions, LIFE.edits, LIFE.events, LIFE.traits, LIFE.samples)

DECIDING = st.one_of(
    st.sampled_from([Action("approve"), Action("answer", choice="1"), Action("answer", choice="2"), Action("flag"),
                     Action("approve_shown"), Action("reject_shown")]),
    st.builds(Action, st.just("reject"), reason=st.sampled_from(["", "wrong word"])),
    st.builds(Action, st.just("edit"), text=st.sampled_from(["girl", "when: 2003", "--- assistant ---\nNo."])),
    st.builds(Action, st.just("comment"), text=st.sampled_from(["", "hm"])),
)  # fmt: skip
WALKING = st.one_of(
    st.sampled_from([Action(k) for k in ("skip", "next", "previous", "next_any", "previous_any", "next_stage",
                                         "previous_stage")]),
    st.builds(Action, st.just("goto"), number=st.integers(0, 12)),
    st.builds(Action, st.just("filter"), filters=st.sampled_from(
        [Filters(), Filters(stage="swap"), Filters(status="undecided"), Filters(match="dog"), Filters(below=0.75)])),
)  # fmt: skip
TAKING_BACK = st.sampled_from([Action("undo"), Action("redo")])
KEYS = st.lists(st.one_of(DECIDING, WALKING, TAKING_BACK), max_size=30)


def said(state: ReviewState) -> Any:
    """All that the person would see of the decisions, wherever they stand."""
    history = state.history
    marks = [(history.flagged(i.id), history.comments(i.id), state.status(i)) for i in state.items]
    return dict(state.decided), marks, history.done, history.undone


def verdict_view(state: ReviewState) -> Any:
    return said(state)[:2]


def play(state: ReviewState, actions: list[Action]) -> tuple[ReviewState, list[Decision]]:
    log: list[Decision] = []
    for action in actions:
        state, new = apply(state, action)
        log += new
    return state, log


@given(KEYS)
@settings(max_examples=150, deadline=None)
def test_replaying_the_log_gives_the_same_state(actions: list[Action]) -> None:
    state, log = play(start(QUEUE, []), actions)
    assert said(start(QUEUE, log)) == said(state)
    assert {k: v for k, v in verdicts(log, SHAS).items()} == dict(state.decided)
    queue = LIFE.queue(log)
    assert {i.id: i.status for i in queue} == {i.id: state.status(i) for i in state.items}


@given(KEYS, st.lists(DECIDING, max_size=15))
@settings(max_examples=150, deadline=None)
def test_undo_gives_back_the_state_and_redo_the_other(before: list[Action], keys: list[Action]) -> None:
    state, log = play(start(QUEUE, []), before)
    after, new = play(state, keys)
    depth = len(after.history.done) - len(state.history.done)
    undone, lines = play(after, [Action("undo")] * depth)
    assert verdict_view(undone) == verdict_view(state)
    assert undone.history.done == state.history.done
    restarted = start(QUEUE, log + new + lines)
    again, _ = play(restarted, [Action("redo")] * depth)
    assert verdict_view(again) == verdict_view(after)


@given(KEYS)
@settings(max_examples=100, deadline=None)
def test_no_series_of_keys_loses_a_decision(actions: list[Action]) -> None:
    """What was said last about an item, and not undone, is what counts; and every id is there once."""
    state, log = play(start(QUEUE, []), actions)
    assert len({d.id for d in log}) == len(log)
    kept = [d for ds in state.history.by_item.values() for d in ds]
    assert sorted(d.id for d in kept) == sorted(d.id for d in log if d.verdict not in ("undo", "redo"))
    for item in state.items:
        active = [d for d in state.history.active(item.id) if d.verdict in ("approve", "reject", "edit", "answer")]
        assert (state.decided[item.id].decision if active else None) == (active[-1].id if active else None)


def test_a_decision_is_about_one_text() -> None:
    state, log = play(start(QUEUE, []), [Action("goto", number=6), Action("approve")])
    life = Life()
    item = next(i for i in QUEUE if i.id == log[0].item)
    life.edits = [edit_of(life.moved, "He's", "She is") if e.id == item.id else e for e in life.edits]
    queue = life.queue(log)
    assert queue[0].id == item.id
    assert (queue[0].status, queue[0].was) == ("undecided", "approve")
    assert verdicts(log, text_shas(life.edits)) == {}
    back = LIFE.queue(log)  # the text is what it was: the decision counts again
    assert next(i for i in back if i.id == item.id).status == "approved"


def test_the_order_of_the_queue() -> None:
    kinds = [i.kind for i in QUEUE]
    assert kinds == ["canon", "question", "edit", "edit", "edit", "edit", "event", "trait", "sample"]
    assert [i.note for i in QUEUE if i.kind == "edit"] == ["school.md"] + ["2014-moved.md"] * 3  # the least sure first
    swap = next(i for i in QUEUE if i.before == "boy")
    assert [QUEUE[[i.id for i in QUEUE].index(d)].stage for d in swap.depends] == ["override"]
    assert swap.above.startswith("\"He's going")
    assert swap.below.startswith("The dog")


def test_deciding_moves_on_and_undo_comes_back() -> None:
    state = start(QUEUE, [])
    state, log = apply(state, Action("approve"))
    assert (state.place, len(log)) == (1, 1)
    state, log = apply(state, Action("approve"))  # a question
    assert log == []
    assert "answer" in state.message
    state, _ = apply(state, Action("answer", choice="2"))
    state, log = apply(state, Action("undo"))
    assert state.place == 1
    assert log[0].verdict == "undo"
    state, log = apply(state, Action("answer", choice="9"))
    assert log == []


def test_an_answer_carries_what_it_does() -> None:
    state, _ = apply(start(QUEUE, []), Action("goto", number=2))
    _, log = apply(state, Action("answer", choice="1"))
    assert log[0].effect is not None
    assert log[0].effect.edits[0].after == "she"


def test_all_shown_is_one_undo() -> None:
    state, _ = apply(start(QUEUE, []), Action("filter", filters=Filters(stage="edit")))
    state, log = apply(state, Action("approve_shown"))
    assert len(log) == 4
    assert state.counts()["approved"] == 4
    assert start(QUEUE, log).counts()["approved"] == 4
    state, back = apply(state, Action("undo"))
    assert len(back) == 1
    assert start(QUEUE, [*log, *back]).counts()["approved"] == 0


def test_half_of_a_bulk_is_taken_back_too() -> None:
    _, log = apply(start(QUEUE, []), Action("approve_shown"))
    state = start(QUEUE, log[:3])  # the power went after three lines
    state, back = apply(state, Action("undo"))
    assert len(back) == 1
    assert not state.decided


def test_stages_of_one_text() -> None:
    place = next(n for n, i in enumerate(QUEUE, 1) if i.before == "boy")
    state, _ = apply(start(QUEUE, []), Action("goto", number=place))
    later, _ = apply(state, Action("next_stage"))
    assert later.item is not None
    assert later.item.stage == "override"
    back, _ = apply(later, Action("previous_stage"))
    assert back.item == state.item
    none, _ = apply(state, Action("previous_stage"))
    assert "no earlier stage" in none.message


def test_a_log_without_ids_and_with_nonsense_can_be_read() -> None:
    sha = QUEUE[0].text_sha
    lines = [
        Decision(item="canon:cricket", text_sha=sha, verdict="approve"),
        Decision(item="x", verdict="undo", undoes="?"),
        Decision(item="gone", text_sha="1", verdict="reject"),
        Decision(item="x", verdict="redo", undoes="?"),
    ]
    assert verdicts(lines, SHAS)["canon:cricket"].status == "approved"
    state = start(QUEUE, lines)
    state, log = apply(state, Action("undo"))
    assert "no longer proposed" in state.message
    state, log = apply(state, Action("undo"))
    assert not state.decided
    assert replay([*lines, *log]).done


def test_the_persons_own_needs_no_decision() -> None:
    life = Life()
    life.canon = [life.canon[0].model_copy(update={"origin": "person"})]
    life.events = [life.events[0].model_copy(update={"source": "person"})]
    status = {i.id: i.status for i in life.queue()}
    assert status["canon:cricket"] == "approved"
    assert status["event:bite"] == "approved"


def test_filters_leave_the_right_ones() -> None:
    def ids(**given: Any) -> int:
        return len(start(QUEUE, [], Filters(**given)).shown)

    assert ids(status="undecided") == 9
    assert ids(status="approved") == 0
    assert ids(stage="override") == 1
    assert ids(note="moved") == 5
    assert ids(note="*.md") == 7
    assert ids(trait="fear-of-dogs") == 3
    assert ids(source="model") == 2
    assert ids(below=0.75) == 3
    assert ids(match="DRAVID") == 1
