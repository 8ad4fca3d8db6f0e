"""What a person can mean by "never again" at a rejection: words that stay, a canon entry that goes, a rule that is off.
Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from refiner.edits import digest
from refiner.models import CanonEntry, Edit
from refiner.review.identity import RULE, rule_of
from refiner.review.items import Item
from refiner.review.pronouns import is_pronoun
from refiner.review.standing import stays
from refiner.review.state import ReviewState

NEVER = "!"


@dataclass(frozen=True)
class Way:
    """One way: what it says, what is rejected with it now, and the entry or rule that stands for the rest."""

    words: str
    others: tuple[Item, ...] = ()
    entry: CanonEntry | None = None
    rule: str = ""


def entry_for(before: str, after: str) -> CanonEntry:
    """The canon entry that a decision for the whole life means."""
    return CanonEntry(
        id=digest("canon", before, after), before=before, after=after, origin="person", status="approved",
        reason="decided in the review for the whole life",
    )  # fmt: skip


def standing_ways(state: ReviewState, item: Item) -> list[Way]:
    """The ways there are for an item, [] where a rejection can only be about itself."""
    ways: list[Way] = []
    edit = item.payload
    word = item.before.strip()
    if isinstance(edit, Edit):
        behind = [i for i in state.items if i.kind == "canon" and item.id in i.depends]
        for canon in behind:
            waiting = tuple(_waiting(state, item, canon.depends))
            ways.append(
                Way(f"“{canon.before}” → “{canon.after}” goes from your whole life{_and(waiting)}", (canon, *waiting))
            )
        plain = edit.stage == "swap" and word and "\n" not in word and not is_pronoun(word)
        if plain and not behind:
            words = frozenset((word.casefold(),))
            same = tuple(
                i for i in state.items
                if i.id != item.id and stays(i.payload, words) and state.status(i) == "undecided"
            )  # fmt: skip
            ways.append(Way(f"“{word}” stays “{word}” in every note{_and(same)}", same, entry_for(word, word)))
    if rule := rule_of(edit):
        waiting = tuple(
            i for i in state.items if i.id != item.id and rule_of(i.payload) == rule and state.status(i) == "undecided"
        )
        name = rule.removeprefix(RULE).partition(":")[2].replace("-", " ")
        ways.append(Way(f"nothing more by the rule “{name}”{_and(waiting)}", rule=rule))
    return ways


def _waiting(state: ReviewState, item: Item, ids: tuple[str, ...]) -> list[Item]:
    found = (state.find(name) for name in ids if name != item.id)
    return [i for i in found if i is not None and i.kind == "edit" and state.status(i) == "undecided"]


def _and(others: tuple[Item, ...]) -> str:
    return f" (rejects {len(others)} more)" if others else ""
