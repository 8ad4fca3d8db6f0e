"""The review: what idealises comes first, is marked, and is never approved with others."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st
from image_life import edit, note

from refiner.models import Decision, Edit
from refiner.review import commands
from refiner.review.filters import Filters
from refiner.review.items import Item, build_queue
from refiner.review.keys import LineReader
from refiner.review.paint import make_console
from refiner.review.screen import as_string
from refiner.review.session import run_review
from refiner.review.state import Action, ReviewState, apply, start

NOTE = note()
LATER = note("My uncle sang. The rain was loud.", "z.md")
PLAIN = [edit(NOTE, "bus", "tram"), edit(NOTE, "tea", "coffee"), edit(NOTE, "aunt", "uncle")]
SWAP = edit(LATER, "uncle", "aunt", stage="swap")
NICE = edit(LATER, "My uncle sang", "My radiant aunt sang", parents=(SWAP.id,))
GONE = edit(NOTE, "I always shouted at the conductor over the change. ", "")
EDITS = [*PLAIN, SWAP, NICE, GONE]
WHY = {NICE.id: ("adds “radiant”",), GONE.id: ("takes away “I always shouted”",)}


class MemoryLog:
    """A log in memory."""

    def __init__(self) -> None:
        self.lines: list[Decision] = []

    def append(self, decision: Decision) -> Decision:
        self.lines.append(decision)
        return decision

    def read(self) -> list[Decision]:
        return list(self.lines)


def queue(edits: Iterable[Edit] = EDITS, decisions: Iterable[Decision] = ()) -> list[Item]:
    notes = {n.path: n for n in (NOTE, LATER)}
    return build_queue([], [], list(edits), [], [], [], notes, list(decisions), idealising=WHY)


QUEUE = queue()


def test_they_come_before_the_other_edits_with_what_they_were_made_on() -> None:
    assert [i.id for i in QUEUE] == [GONE.id, SWAP.id, NICE.id, *(e.id for e in PLAIN)]
    assert [bool(i.idealises) for i in QUEUE] == [True, False, True, False, False, False]


def test_they_are_marked() -> None:
    text = as_string(start(QUEUE, []))
    assert "(IDEALISES)" in text
    assert "idealises: takes away “I always shouted”" in text
    rows = commands.list_items(QUEUE).splitlines()
    assert ["IDEALISES" in r for r in rows] == [True, False, True, False, False, False]
    assert json.loads(commands.list_items(QUEUE, None, True))[0]["idealises"] == ["takes away “I always shouted”"]


def test_all_that_is_shown_but_these() -> None:
    state, made = apply(start(QUEUE, []), Action("approve_shown"))
    assert {d.item for d in made} == {SWAP.id, *(e.id for e in PLAIN)}
    assert state.message == "4 decided; 2 that idealise are left for a look of their own; u takes all back"
    state, made = apply(state, Action("approve_shown"))
    assert (made, state.message) == ([], "nothing was decided: 2 that idealise are left for a look of their own")
    state, made = apply(state, Action("reject_shown"))
    assert {d.item for d in made} == set(WHY)  # a loss may be refused in one go


def test_the_same_for_the_whole_life_leaves_them() -> None:
    _, made = apply(start(QUEUE, []), Action("decide_same", ids=(GONE.id, PLAIN[0].id)))
    assert [d.item for d in made] == [PLAIN[0].id]


def test_one_by_one_is_as_always() -> None:
    log = MemoryLog()
    assert [d.item for d in commands.approve(QUEUE, log, [GONE.id])] == [GONE.id]
    assert [d.item for d in commands.approve(QUEUE, log, [NICE.id, NICE.id[:8]])] == [NICE.id]  # one, named twice


def test_several_named_leave_them_and_say_which() -> None:
    log = MemoryLog()
    ids = [GONE.id, PLAIN[0].id]
    assert [i.id for i in commands.left_alone(QUEUE, log, ids)] == [GONE.id]
    assert [d.item for d in commands.approve(QUEUE, log, ids)] == [PLAIN[0].id]
    assert commands.left_alone(QUEUE, log, [GONE.id]) == []
    assert [i.id for i in commands.left_alone(QUEUE, log, Filters(note="z.md"))] == [NICE.id]
    assert {d.item for d in commands.approve_shown(QUEUE, log)} == {SWAP.id, PLAIN[1].id, PLAIN[2].id}


def play(keys: str) -> tuple[MemoryLog, str]:
    log, out = MemoryLog(), io.StringIO()
    reader = LineReader(io.StringIO(keys))
    run_review(QUEUE, log, console=make_console(out, plain=True, width=80), reader=reader, plain=True)
    return log, out.getvalue()


def test_the_key_counts_without_them() -> None:
    log, screen = play("Y 4\nq\n")
    assert len(log.lines) == 4
    assert "Type 4 to approve all 4 undecided that are shown (2 that idealise are left for a" in screen
    again, screen = play("Y 6\nq\n")
    assert again.lines == []
    only, screen = play("Y 4\nY\nq\n")
    assert len(only.lines) == 4
    assert "nothing was decided: 2 that idealise are left" in screen
    rejected, screen = play("N 6\nq\n")
    assert len(rejected.lines) == 6


SINGLE = st.sampled_from(["approve", "reject", "edit"])
ANY = st.one_of(
    st.sampled_from(
        [Action("approve_shown"), Action("reject_shown"), Action("undo"), Action("redo"), Action("skip"),
         Action("next_any"), Action("previous_any"), Action("flag"), Action("edit", text="words")]
    ),
    st.builds(Action, st.just("goto"), number=st.integers(0, 8)),
    st.builds(Action, st.just("decide_same"), ids=st.lists(st.sampled_from([e.id for e in EDITS])).map(tuple)),
    st.builds(Action, st.just("filter"), filters=st.sampled_from(
        [Filters(), Filters(note="z.md"), Filters(status="undecided"), Filters(match="radiant")])),
)  # fmt: skip


@given(st.lists(ANY, max_size=25))
@settings(max_examples=200, deadline=None)
def test_no_series_of_keys_approves_them_in_bulk(actions: list[Action]) -> None:
    state: ReviewState = start(QUEUE, [])
    log: list[Decision] = []
    for action in actions:
        state, made = apply(state, action)
        log += made
        assert not [d for d in made if d.verdict == "approve" and d.item in WHY]
    again = start(queue(decisions=log), log)
    for name in WHY:
        item = again.find(name)
        assert item is not None
        assert again.status(item) in ("undecided", "rejected", "edited")
        assert item.idealises  # whatever was decided about it before
