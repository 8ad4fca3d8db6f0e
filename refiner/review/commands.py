"""The review without a terminal: list, approve, reject, answer, check. Each function takes the queue and the log.

    refiner review --list --json          --approve ID…         --reject ID --reason …
                   --answer ID=CHOICE     --check               --import FILE

An id may be given as its beginning (four characters or more), and without `canon:`, `event:`, `trait:`, as long as it
fits one item only.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from refiner.errors import UsageError
from refiner.models import Decision, ItemKind
from refiner.review.bodies import sentence
from refiner.review.diff import word_diff
from refiner.review.filters import Filters
from refiner.review.finding import choice_of, resolve, resolve_all
from refiner.review.identity import RULE, rule_of
from refiner.review.importing import Imported, import_file
from refiner.review.items import KINDS, Item
from refiner.review.session import EXIT_DONE, EXIT_LEFT, Log, append_all, now
from refiner.review.state import Action, apply, decide_each, refusal, start
from refiner.review.texts import as_text
from refiner.review.visible import one_line

__all__ = [
    "Checked", "Imported", "answer", "approve", "approve_shown", "as_json", "check", "edit", "import_file",
    "left_alone", "list_items", "reject", "resolve", "shown", "turn",
]  # fmt: skip

# ---- reading -------------------------------------------------------------------------------------------------------


def shown(queue: Sequence[Item], filters: Filters | None, flagged: frozenset[str] = frozenset()) -> list[Item]:
    """The items that the filters let through."""
    filters = filters or Filters()
    return [i for i in queue if filters.show(i, i.status, i.id in flagged)]


def as_json(item: Item) -> dict[str, Any]:
    """An item for programs: what a person would see, and the ids to decide by."""
    out: dict[str, Any] = {
        "id": item.id, "kind": item.kind, "status": item.status, "was": item.was, "note": item.note,
        "stage": item.stage, "source": item.source, "confidence": item.confidence, "title": item.title,
        "before": item.before, "after": item.after, "reason": item.reason, "evidence": list(item.evidence),
        "context_before": item.context_before, "context_after": item.context_after, "severity": item.severity,
        "start": item.start, "end": item.end, "parents": list(item.parents), "depends": list(item.depends),
        "traits": list(item.traits), "idealises": list(item.idealises), "text_sha": item.text_sha,
        "text": as_text(item.payload),
    }  # fmt: skip
    if item.choices:
        out["choices"] = [
            {"key": c.key, "id": c.id, "label": c.label, "after": c.after, "canon": c.canon} for c in item.choices
        ]
    return out


def list_items(
    queue: Sequence[Item],
    filters: Filters | None = None,
    as_json_lines: bool = False,
    *,
    flagged: frozenset[str] = frozenset(),
) -> str:
    """The items shown: a JSON array, or a line each with id, status, kind, note and change."""
    items = shown(queue, filters, flagged)
    if as_json_lines:
        return json.dumps([as_json(i) for i in items], ensure_ascii=False, indent=1)
    return "\n".join(_row(i) for i in items)


def _row(item: Item) -> str:
    if item.kind == "edit":
        what = word_diff(*sentence(item))
    elif item.kind == "canon":
        what = f"{item.before} → {item.after}"
    elif item.kind == "question":
        what = f"{item.title} " + " ".join(f"[{c.key}] {c.label}" for c in item.choices)
    else:
        what = item.title if item.kind != "sample" else f"{item.title}: {item.after}"
    status = item.status if item.was is None or item.status != "undecided" else f"undecided (was: {item.was})"
    status += " IDEALISES" if item.idealises else ""
    parts = (item.id, status, item.kind, item.note, one_line(what, 160))
    return "  ".join(one_line(p) for p in parts if p)


@dataclass(frozen=True)
class Checked:
    """What waits for the person. `code` is the exit code: 0 nothing, 3 something."""

    code: int
    undecided: dict[ItemKind, int]

    @property
    def words(self) -> str:
        counts = [f"{n} {kind}{'s' * (n != 1 and kind != 'canon')}" for kind, n in self.undecided.items() if n]
        return f"undecided: {', '.join(counts)}" if counts else "nothing is undecided"


def check(queue: Sequence[Item], filters: Filters | None = None) -> Checked:
    """How many items of which kind are undecided."""
    counts: dict[ItemKind, int] = dict.fromkeys(KINDS, 0)
    for item in shown(queue, filters):
        counts[item.kind] += item.status == "undecided"
    return Checked(EXIT_LEFT if any(counts.values()) else EXIT_DONE, counts)


# ---- deciding ------------------------------------------------------------------------------------------------------


def _decide(
    queue: Sequence[Item], log: Log, wanted: Sequence[tuple[Item, Action]], clock: Callable[[], str]
) -> list[Decision]:
    """Writes all decisions, or none if one of them cannot be."""
    _refuse(wanted)
    at = clock()
    made = decide_each(start(queue, log.read()), [(item, replace(action, at=at)) for item, action in wanted])
    append_all(log, made)
    return made


def approve(queue: Sequence[Item], log: Log, ids: Sequence[str], *, clock: Callable[[], str] = now) -> list[Decision]:
    """Approves the items. Raises UsageError (unknown id, a question) before anything is written.

    Of several, those that idealise are left undecided (`left_alone`): each wants a command of its own.
    """
    wanted = [(i, Action("approve")) for i in {i.id: i for i in resolve_all(queue, ids)}.values()]
    if len(wanted) < 2:
        return _decide(queue, log, wanted, clock)
    _refuse(wanted)
    return _at_once(queue, log, Action("decide_same", ids=tuple(i.id for i, _ in wanted), at=clock()), None)


def approve_shown(
    queue: Sequence[Item], log: Log, filters: Filters | None = None, *, clock: Callable[[], str] = now
) -> list[Decision]:
    """Approves all undecided items that the filters let through; one undo takes it back.

    Questions are left out, and so is what idealises (`left_alone`).
    """
    return _at_once(queue, log, Action("approve_shown", at=clock()), filters)


def left_alone(queue: Sequence[Item], log: Log, ids: Sequence[str] | Filters | None) -> list[Item]:
    """The undecided items that a bulk approval of these ids, or of what the filters leave, passes over."""
    if ids is None or isinstance(ids, Filters):
        return [i for i in start(queue, log.read(), ids).undecided() if i.idealises]
    named = {i.id for i in resolve_all(queue, ids)}
    waiting = [i for i in start(queue, log.read()).undecided() if i.id in named and i.idealises]
    return waiting if len(named) > 1 else []


def _at_once(queue: Sequence[Item], log: Log, action: Action, filters: Filters | None) -> list[Decision]:
    _, made = apply(start(queue, log.read(), filters), action)
    append_all(log, made)
    return made


def _refuse(wanted: Sequence[tuple[Item, Action]]) -> None:
    for item, action in wanted:
        if problem := refusal(item, action):
            raise UsageError(f"{item.id}: {problem}")


def reject(
    queue: Sequence[Item], log: Log, ids: Sequence[str], reason: str = "", *, clock: Callable[[], str] = now
) -> list[Decision]:
    """Rejects the items, all for one reason."""
    return _decide(queue, log, [(i, Action("reject", reason=reason)) for i in resolve_all(queue, ids)], clock)


def edit(queue: Sequence[Item], log: Log, given: str, text: str, *, clock: Callable[[], str] = now) -> list[Decision]:
    """Decides an item with the person's own text."""
    return _decide(queue, log, [(resolve(queue, given), Action("edit", text=text))], clock)


def turn(
    queue: Sequence[Item], log: Log, *, off: Sequence[str] = (), on: Sequence[str] = (), clock: Callable[[], str] = now
) -> list[Decision]:
    """Turns rules off (`swap:vocative`; all that they propose counts as rejected) or on again.

    Raises UsageError for a rule that proposes nothing, or that is not off, before anything is written.
    """
    state = start(queue, log.read())
    known = {r.removeprefix(RULE) for i in queue if (r := rule_of(i.payload))}
    stopped = {r.removeprefix(RULE) for r in state.history.off}
    made: list[Decision] = []
    for wanted, there, kind in ((off, known, "rule"), (on, stopped, "rule that is turned off")):
        for name in wanted:
            if kind == "rule" and f"{RULE}{name}" in state.history.off:
                raise UsageError(f"{name} is turned off already", mend=f"refiner review --turn-on {name}")
            if name not in there:
                near = difflib.get_close_matches(name, sorted(there), 1, 0.4)
                hint = f'; did you mean "{near[0]}"?' if near else f"; there are {', '.join(sorted(there)) or 'none'}"
                raise UsageError(f'no {kind} "{name}"{hint}', mend="refiner status  # names the rules that are off")
            rule = f"{RULE}{name}"
            act = Action("turn_on", rule=rule) if kind != "rule" else Action("decide_same", rule=rule)
            state, new = apply(state, replace(act, at=clock()))
            made += new
    append_all(log, made)
    return made


def answer(
    queue: Sequence[Item], log: Log, answers: Sequence[str], *, clock: Callable[[], str] = now
) -> list[Decision]:
    """Answers questions: each is `ID=CHOICE`, the choice by its id, its number or its label."""
    parts = [given.partition("=") for given in answers]
    for name, equals, choice in parts:
        if not equals or not choice:
            raise UsageError(f'"{name}{equals}{choice}" is no answer', mend="refiner review --answer ID=CHOICE")
    items = resolve_all(queue, [name for name, _, _ in parts])
    chosen = [choice_of(item, choice) for item, (_, _, choice) in zip(items, parts, strict=True)]
    wanted = [(item, Action("answer", choice=choice)) for item, choice in zip(items, chosen, strict=True)]
    return _decide(queue, log, wanted, clock)


class Rehearsal:
    """A log in memory that begins as another one stands."""

    def __init__(self, lines: Sequence[Decision]) -> None:
        self.lines = list(lines)

    def append(self, decision: Decision) -> Decision:
        """Keeps a decision until the rehearsal ends."""
        self.lines.append(decision)
        return decision

    def read(self) -> list[Decision]:
        """All decisions in order."""
        return list(self.lines)


def rehearse(
    queue: Sequence[Item], log: Log, approved: Sequence[str], rejected: Sequence[str], answers: Sequence[str],
    off: Sequence[str] = (), on: Sequence[str] = (),
) -> None:  # fmt: skip
    """Decides all of it in memory, so that nothing is written where one of them cannot be. Raises UsageError."""
    trial = Rehearsal(log.read())
    approve(queue, trial, approved)
    reject(queue, trial, rejected)
    answer(queue, trial, answers)
    turn(queue, trial, off=off, on=on)
