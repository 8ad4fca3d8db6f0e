"""What the log of decisions says: which decisions are in force, what undo and redo would touch. Pure.

The log only grows. `undo` and `redo` are lines of it that name what they are about: a decision's id, or the part of
the id before "/" that all decisions made with one key share (deciding everything shown), so that one undo takes them
all back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from refiner.edits import digest
from refiner.models import Decision, DecisionVerb, Status
from refiner.review.identity import RULE

DECIDING: dict[DecisionVerb, Status] = {
    "approve": "approved", "reject": "rejected", "edit": "edited", "answer": "approved",
}  # fmt: skip


@dataclass(frozen=True)
class Decided:
    """What the person said about one item."""

    item: str
    status: Status
    verdict: DecisionVerb
    text: str | None = None
    choice: str | None = None
    reason: str | None = None
    at: str = ""
    decision: str = ""  # id of the decision


def group_of(decision_id: str) -> str:
    """The id of the key press that a decision belongs to."""
    return decision_id.partition("/")[0]


@dataclass(frozen=True)
class History:
    """The log, read once. Two histories are equal when the person would see no difference."""

    by_item: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict)
    by_group: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict)
    inactive: frozenset[str] = frozenset()  # groups and single decisions that are undone
    done: tuple[str, ...] = ()  # groups in force, oldest first: undo takes the last
    undone: tuple[str, ...] = ()  # groups that redo brings back, the last first
    length: int = 0
    off: frozenset[str] = frozenset()  # rules that the person turned off: `rule:STAGE:NAME`

    def extend(self, decisions: Iterable[Decision]) -> History:
        """This history and what was decided after it."""
        new = list(decisions)
        by_item, by_group = dict(self.by_item), dict(self.by_group)
        inactive, done, undone, length = set(self.inactive), list(self.done), list(self.undone), self.length
        pending: dict[str, list[Decision]] = {}  # the groups of this call; made tuples once, so that 10,000 stay cheap

        def settle() -> None:
            for name, members in pending.items():
                by_group[name] = (*by_group.get(name, ()), *members)
            pending.clear()

        for decision in new:
            d, length = decision if decision.id else _named(decision, length), length + 1
            if d.verdict in ("undo", "redo"):
                settle()
                _mark(d, by_group, inactive, done, undone)
                continue
            group = group_of(d.id)
            by_item[d.item] = (*by_item.get(d.item, ()), d)
            if group not in pending and group not in by_group:
                done.append(group)
            pending.setdefault(group, []).append(d)
            undone.clear()  # a new decision ends what could be brought back; the log keeps it all the same
        settle()
        new_history = History(by_item, by_group, frozenset(inactive), tuple(done), tuple(undone), length)
        rules = [name for name in by_item if name.startswith(RULE)]
        return replace(new_history, off=frozenset(r for r in rules if new_history._off(r))) if rules else new_history

    def _off(self, rule: str) -> bool:
        said = [d for d in self.active(rule) if d.verdict in DECIDING]
        return bool(said) and said[-1].verdict == "reject"

    def active(self, item: str) -> list[Decision]:
        """The decisions about an item that are not undone, oldest first."""
        made = self.by_item.get(item, ())
        if not self.inactive:
            return list(made)
        return [d for d in made if d.id not in self.inactive and group_of(d.id) not in self.inactive]

    def decides(self, item: str) -> bool:
        """Whether a decision about an item is in force, on whatever text of it: flags and comments decide nothing."""
        return item in self.by_item and any(d.verdict in DECIDING for d in self.active(item))

    def decided(self, item: str, sha: str) -> Decided | None:
        """The verdict on an item whose text is `sha`: the last one in force that was made about this very text."""
        for d in reversed(self.active(item)):
            if d.verdict in DECIDING and d.text_sha == sha:
                status = DECIDING[d.verdict]
                return Decided(item, status, d.verdict, d.text, d.choice, d.reason, d.at, d.id)
        return None

    def verdicts(self, shas: Mapping[str, str]) -> dict[str, Decided]:
        """What is decided of these items (id -> hash of today's text); see the function of the same name."""
        return {item: d for item, sha in shas.items() if (d := self.decided(item, sha)) is not None}

    def was(self, item: str, sha: str) -> DecisionVerb | None:
        """The verdict that fell away because the text changed, if there is none on the text of today."""
        made = [d for d in self.active(item) if d.verdict in DECIDING]
        if not made or any(d.text_sha == sha for d in made):
            return None
        return made[-1].verdict

    def flagged(self, item: str) -> bool:
        """Whether the person flagged the item (a flag outlives a change of the text)."""
        flags = [d for d in self.active(item) if d.verdict == "flag"]
        return bool(flags) and flags[-1].choice != "off"

    def comments(self, item: str) -> list[str]:
        """The person's comments on an item, oldest first."""
        return [d.text or "" for d in self.active(item) if d.verdict == "comment"]

    def new_id(self, decision: Decision, after: int = 0) -> str:
        """An id for a decision that is made next, or after as many others. Depends on nothing but the log and it."""
        return _named(decision, self.length + after).id


def _named(decision: Decision, place: int) -> Decision:
    parts = (decision.item, decision.text_sha, decision.verdict, decision.text, decision.choice, decision.reason)
    name = digest("decision", str(place), *(p or "" for p in parts), decision.undoes or "", decision.at)
    return decision.model_copy(update={"id": name})


def _mark(
    d: Decision, by_group: Mapping[str, tuple[Decision, ...]], inactive: set[str], done: list[str], undone: list[str]
) -> None:
    """Applies an undo or redo. One that names what the log does not hold, or what is so already, changes nothing."""
    target = d.undoes or ""
    whole = target in by_group
    if not whole and not any(m.id == target for m in by_group.get(group_of(target), ())):
        return
    if d.verdict == "undo" and target not in inactive:
        inactive.add(target)
        if whole:
            done.remove(target)
            undone.append(target)
    elif d.verdict == "redo" and target in inactive:
        inactive.discard(target)
        if whole:
            done.append(target)
            if target in undone:
                undone.remove(target)


def replay(decisions: Iterable[Decision]) -> History:
    """The history that a log tells."""
    return History().extend(decisions)


def verdicts(decisions: Iterable[Decision], shas: Mapping[str, str]) -> dict[str, Decided]:
    """What is decided, and how: the one function that says so.

    `shas` gives the hash of each item's text of today (`identity.text_shas`). A decision counts only if it was made
    about that text and is not undone; items without one are not in the result.
    """
    return replay(decisions).verdicts(shas)
