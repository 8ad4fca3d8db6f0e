"""Which actions make sense now: help shows only these, and the others say that they do nothing here. Pure."""

from __future__ import annotations

from refiner.review.alike import last_alike
from refiner.review.items import Item
from refiner.review.pronouns import is_pronoun
from refiner.review.state import ReviewState
from refiner.review.texts import as_text

_ALWAYS = ("filter", "quit", "help")


def editable(item: Item) -> bool:
    """Whether the person can write the item's text: a trait's verdict is questioned, never overwritten."""
    return as_text(item.payload) is not None or (item.kind == "question" and item.start >= 0)


def valid(state: ReviewState, *, life: bool = False) -> set[str]:
    """The ids of the actions that do something in this state. `life`: decisions can go into the canon."""
    out = set(_ALWAYS)
    if state.history.done:
        out.add("undo")
    if state.history.undone:
        out.add("redo")
    if last_alike(state) is not None:
        out.add("same")
    if state.shown:
        out.add("goto")
    if state.place < len(state.shown):
        out.add("next_any")
    if state.place > 0:
        out |= {"previous_any", "previous"}
    waiting = state.undecided()
    if waiting:
        out |= {"next", "skip"} if state.item else {"next"}
    if any(i.kind != "question" for i in waiting):
        out |= {"approve_shown", "reject_shown"}
    if item := state.item:
        out |= {"reject", "flag", "comment", "view", "why", "pager", "skip"}
        if item.kind != "question":
            out.add("approve")
        if editable(item):
            out.add("edit")
        if item.start >= 0:
            out |= {"previous_stage", "next_stage"}
        if life and item.kind in ("edit", "question") and item.before.strip() and not is_pronoun(item.before):
            out.add("whole_life")
    return out
