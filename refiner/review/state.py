"""What the keys do to the review: a pure function from a state and an action to the next state and its decisions.

The caller appends the decisions to the log before it takes the new state, so what stands on the screen is always in the
log. `verdicts` (re-exported from `history`) says what is decided; everything else here is about walking the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from refiner.models import CanonEntry, ChoiceEffect, Decision, DecisionVerb, Question, Status
from refiner.review.filters import Filters
from refiner.review.history import Decided, History, replay, verdicts
from refiner.review.identity import RULE, item_id, rule_of, sha_of
from refiner.review.items import Item, stage_place, verdict_on
from refiner.review.texts import problem_with

__all__ = ["Action", "ReviewState", "apply", "start", "verdicts"]

ActionKind = Literal[
    "approve", "reject", "edit", "answer", "flag", "comment", "skip", "undo", "redo", "next", "previous", "next_any",
    "previous_any", "goto", "filter", "approve_shown", "reject_shown", "decide_same", "turn_on", "next_stage",
    "previous_stage",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Action:
    """What the person wants. `at` is the time, ISO in UTC; the state looks at no clock."""

    kind: ActionKind
    text: str = ""  # the person's words: edit, comment
    choice: str = ""  # id of a choice: answer
    reason: str = ""
    number: int = 0  # goto: counted from 1 among the items shown
    filters: Filters = field(default_factory=Filters)
    ids: tuple[str, ...] = ()  # decide_same: the items decided with the one on the screen
    like: str = ""  # decide_same: the item whose choice it is, if not the one on the screen
    verb: DecisionVerb | None = None  # decide_same: how; without it an answer or an approval
    entry: CanonEntry | None = None  # decide_same: what goes into the canon with it
    rule: str = ""  # decide_same: the rule that is turned off with it; turn_on: the rule
    at: str = ""


@dataclass(frozen=True, slots=True)
class ReviewState:
    """The queue, what is decided, and where the person stands. `place == len(shown)` is the end of the queue."""

    items: tuple[Item, ...]
    history: History
    decided: Mapping[str, Decided]  # by item id; items of the queue only
    shown: tuple[int, ...]
    place: int = 0
    filters: Filters = field(default_factory=Filters)
    message: str = ""  # what the last action has to say
    index: Mapping[str, int] = field(default_factory=dict, repr=False)
    within: frozenset[str] | None = None  # a random sample: nothing else is ever shown
    drawn_from: int = 0  # how many it was drawn from

    @property
    def item(self) -> Item | None:
        """The item on the screen, None at the end."""
        return self.items[self.shown[self.place]] if self.place < len(self.shown) else None

    def status(self, item: Item) -> Status:
        """The status of an item now."""
        if decided := self.decided.get(item.id):
            return decided.status
        return "undecided" if self.history.decides(item.id) else item.given

    def was(self, item: Item) -> DecisionVerb | None:
        """The verdict that fell away with the text it was about."""
        return self.history.was(item.id, item.text_sha)

    def counts(self) -> dict[Status, int]:
        """How many of the items shown have which status."""
        out: dict[Status, int] = {"approved": 0, "rejected": 0, "edited": 0, "undecided": 0}
        for i in self.shown:
            out[self.status(self.items[i])] += 1
        return out

    def undecided(self) -> list[Item]:
        """The items shown that wait for the person."""
        return [self.items[i] for i in self.shown if self.status(self.items[i]) == "undecided"]

    def find(self, item_id: str) -> Item | None:
        """The item of this id, shown or not."""
        place = self.index.get(item_id)
        return None if place is None else self.items[place]


def start(
    items: Iterable[Item],
    decisions: Iterable[Decision],
    filters: Filters | None = None,
    *,
    within: frozenset[str] | None = None,
    drawn_from: int = 0,
) -> ReviewState:
    """The state at the beginning: at the first undecided item. `within` are the only ids to show, drawn at random."""
    queue, history = tuple(items), replay(decisions)
    found = (
        (i.id, verdict_on(history, i.id, i.text_sha, i.payload))
        for i in queue
        if i.id in history.by_item or (history.off and rule_of(i.payload) in history.off)
    )
    decided = {name: d for name, d in found if d is not None}
    index = {i.id: n for n, i in enumerate(queue)}
    state = ReviewState(queue, history, decided, (), index=index, within=within, drawn_from=drawn_from)
    return _filtered(state, filters or Filters())


def _filtered(state: ReviewState, filters: Filters) -> ReviewState:
    everything = not filters and state.within is None
    shown = tuple(range(len(state.items))) if everything else tuple(
        n for n, i in enumerate(state.items)
        if (state.within is None or i.id in state.within)
        and filters.show(i, state.status(i), state.history.flagged(i.id))
    )  # fmt: skip
    state = replace(state, shown=shown, filters=filters, place=0)
    if filters.status in ("approved", "rejected", "edited", "flagged"):
        return state  # the person wants to see what is decided
    return state if state.item is None or state.status(state.item) == "undecided" else _ahead(state)


def apply(state: ReviewState, action: Action) -> tuple[ReviewState, list[Decision]]:
    """The state after an action, and the decisions to append first. What makes no sense only sets `message`."""
    state = replace(state, message="")
    return _DOES[action.kind](state, action)


Step = tuple[ReviewState, list[Decision]]


def _say(state: ReviewState, message: str) -> Step:
    return replace(state, message=message), []


def _record(state: ReviewState, made: Sequence[Decision]) -> Step:
    """Names the decisions (one shared id if there are several) and takes them into the history."""
    first = state.history.new_id(made[0])
    names = [first] if len(made) == 1 else [f"{first}/{n}" for n in range(1, len(made) + 1)]
    named = [d.model_copy(update={"id": name}) for d, name in zip(made, names, strict=True)]
    return _refreshed(replace(state, history=state.history.extend(named)), [d.item for d in named]), named


def _refreshed(state: ReviewState, touched: Iterable[str]) -> ReviewState:
    decided = dict(state.decided)
    touched = list(touched)
    if rules := {name for name in touched if name.startswith(RULE)}:
        touched += [i.id for i in state.items if rule_of(i.payload) in rules]
    for name in touched:
        item = state.find(name)
        verdict = item and verdict_on(state.history, name, item.text_sha, item.payload)
        if verdict:
            decided[name] = verdict
        else:
            decided.pop(name, None)
    return replace(state, decided=decided)


def _line(item: Item, verb: DecisionVerb, action: Action, **given: str | None) -> Decision:
    about = {"item": item.id, "text_sha": item.text_sha, "verdict": verb, "at": action.at}
    choices = item.payload.choices if verb == "answer" and isinstance(item.payload, Question) else ()
    effect = next((c.effect for c in choices if c.id == given.get("choice")), None)
    return Decision.model_validate({**about, **given, "effect": effect})


# ---- deciding ------------------------------------------------------------------------------------------------------


def _verdict(item: Item, action: Action) -> Decision:
    verb: DecisionVerb = action.kind  # type: ignore[assignment]  # the keys of _DOES that lead here are verbs
    return _line(item, verb, action, text=action.text if verb == "edit" else None,
                 choice=action.choice or None, reason=action.reason or None)  # fmt: skip


def _says_again(made: Decision, old: Decided | Decision | None) -> bool:
    return old is not None and (old.verdict, old.text, old.choice, old.reason) == (
        made.verdict, made.text, made.choice, made.reason,
    )  # fmt: skip


def decide_each(state: ReviewState, wanted: Sequence[tuple[Item, Action]]) -> list[Decision]:
    """The decisions of many items, each by an action that `refusal` lets through and of its own, so that each can be
    undone alone; none for what was said before."""
    made: list[Decision] = []
    said: dict[str, Decided | Decision] = dict(state.decided)
    for item, action in wanted:
        new = _verdict(item, action)
        if not _says_again(new, said.get(item.id)):
            said[item.id] = new
            made.append(new.model_copy(update={"id": state.history.new_id(new, len(made))}))
    return made


def _decide(state: ReviewState, action: Action) -> Step:
    item = state.item
    if item is None:
        return _say(state, "nothing is shown to decide")
    if problem := refusal(item, action):
        return _say(state, problem)
    made, old = _verdict(item, action), state.decided.get(item.id)
    if _says_again(made, old):
        return _say(_ahead(state), "that is what you said before")
    state, log = _record(state, [made])
    if old:  # walking through what is decided already: on to the next one, whatever its status
        return replace(state, place=state.place + 1), log
    return _ahead(state), log


def refusal(item: Item, action: Action) -> str:
    """Why an item cannot be decided this way; "" if it can."""
    if item.kind == "edit" and item.source == "person":
        return "this is what you answered to a question: answer the question again to change it"
    if item.kind == "question" and action.kind == "approve":
        return "a question wants an answer: type the number of a choice"
    if action.kind == "answer":
        if not isinstance(item.payload, Question):
            return "there is nothing to answer here"
        if action.choice not in [c.id for c in item.choices]:
            return f'there is no choice "{action.choice}"'
    return problem_with(item.payload, action.text) if action.kind == "edit" else ""


def _many(state: ReviewState, action: Action) -> Step:
    """Decides all that is shown and undecided, or the items named, as one step.

    Questions are left out, and what idealises is never approved so.
    """
    verb: DecisionVerb = "reject" if action.kind == "reject_shown" else "approve"
    whole: list[Decision] = []
    if action.kind == "decide_same":
        items = [i for name in action.ids if (i := state.find(name))]
        source = state.find(action.like) or state.item
        verb = action.verb or ("answer" if action.choice else "approve")
        pairs = [(i, replace(action, kind="answer", choice=_same_choice(i, source, action.choice))) for i in items]
        chosen = [(i, a) for i, a in pairs if not action.choice or a.choice]
        whole = _for_the_life(action)
    else:
        chosen = [(i, replace(action, choice="")) for i in state.undecided() if i.kind != "question"]
    left = sum(bool(i.idealises) for i, _ in chosen) if verb == "approve" else 0
    if left:  # what flatters is approved one by one, after a look
        chosen = [(i, a) for i, a in chosen if not i.idealises]
    if not chosen and not whole:
        return _say(
            state, f"nothing was decided: {left_words(left)}" if left else "nothing that is shown can be decided so"
        )
    text = action.text if verb == "edit" else None
    named = {i.id for i, _ in chosen}
    by_rule = [i for i in state.items if action.rule and rule_of(i.payload) == action.rule and i.id not in named]
    count = len(chosen) + sum(state.status(i) == "undecided" for i in by_rule)
    made = [_line(i, verb, a, text=text, choice=a.choice or None, reason=action.reason or None) for i, a in chosen]
    state, log = _record(state, [*whole, *made])
    state = _ahead(state) if state.item and state.status(state.item) != "undecided" else state
    said = f"{count} decided; {f'{left_words(left)}; ' if left else ''}u takes all back"
    return replace(state, message=said), log


def _for_the_life(action: Action) -> list[Decision]:
    """The lines about what stands for more than the items: an entry of the canon, a rule that is turned off."""
    out = []
    if action.entry is not None:
        name, sha = item_id(action.entry), sha_of(action.entry)
        effect = ChoiceEffect(canon=action.entry)
        out.append(Decision(item=name, text_sha=sha, verdict="approve", effect=effect, at=action.at))
    if action.rule:
        out.append(Decision(item=action.rule, verdict="reject", reason=action.reason or None, at=action.at))
    return out


def _turn_on(state: ReviewState, action: Action) -> Step:
    """Lets a rule propose again."""
    if action.rule not in state.history.off:
        return _say(state, f"{action.rule.removeprefix(RULE)} is not turned off")
    state, log = _record(state, [Decision(item=action.rule, verdict="approve", at=action.at)])
    return replace(state, message=f"{action.rule.removeprefix(RULE)} is on again"), log


def left_words(count: int) -> str:
    """How many items a bulk approval passes over, in words."""
    one = count == 1
    verb, whose = ("idealises is", "its") if one else ("idealise are", "their")
    return f"{count} that {verb} left for a look of {whose} own"


def _same_choice(item: Item, shown: Item | None, choice: str) -> str:
    """The id of the choice of `item` that says what `choice` says of the item on the screen."""
    label = next((c.label for c in (shown.choices if shown else ()) if c.id == choice), None)
    return next((c.id for c in item.choices if c.label == label), "")


def _remark(state: ReviewState, action: Action) -> Step:
    """Flags (or takes the flag off) or comments; decides nothing and stays at the item."""
    item = state.item
    if item is None:
        return _say(state, "nothing is shown")
    if action.kind == "flag":
        off = state.history.flagged(item.id)
        state, log = _record(state, [_line(item, "flag", action, choice="off" if off else None)])
        return replace(state, message="flag taken off" if off else "flagged"), log
    if not action.text.strip():
        return _say(state, "no comment")
    state, log = _record(state, [_line(item, "comment", action, text=action.text)])
    return replace(state, message="comment kept"), log


# ---- undo and redo -------------------------------------------------------------------------------------------------


def _take_back(state: ReviewState, action: Action) -> Step:
    undo = action.kind == "undo"
    stack = state.history.done if undo else state.history.undone
    if not stack:
        return _say(state, "nothing to undo" if undo else "nothing to redo")
    group = state.history.by_group[stack[-1]]
    line = Decision(item=group[0].item, verdict="undo" if undo else "redo", undoes=stack[-1], at=action.at)
    line = line.model_copy(update={"id": state.history.new_id(line)})
    touched = [d.item for d in group]
    named = next((n for n in touched if n in state.index), touched[0])  # a line about the whole life has no item
    state = _refreshed(replace(state, history=state.history.extend([line])), touched)
    what = f"{len(group)} × {group[-1].verdict}" if len(group) > 1 else group[0].verdict
    verb = "undone" if undo else "done again"
    here = state.index.get(named)
    if here is None:
        return replace(state, message=f"{verb}: {what} of {named}, which is no longer proposed"), [line]
    if here not in state.shown:
        return replace(state, message=f"{verb}: {what} of {named}, which the filter hides"), [line]
    return replace(state, place=state.shown.index(here), message=f"{verb}: {what}"), [line]


# ---- walking -------------------------------------------------------------------------------------------------------


def _ahead(state: ReviewState, _action: Action | None = None) -> ReviewState:
    """At the next undecided item after this one, else at the end."""
    for place in range(state.place + 1, len(state.shown)):
        if state.status(state.items[state.shown[place]]) == "undecided":
            return replace(state, place=place)
    return replace(state, place=len(state.shown))


def _next(state: ReviewState, _action: Action) -> Step:
    if state.place < len(state.shown):
        return _ahead(state), []
    return _ahead(replace(state, place=-1)), []  # from the end: those that were skipped


def _previous(state: ReviewState, _action: Action) -> Step:
    for place in range(min(state.place, len(state.shown)) - 1, -1, -1):
        if state.status(state.items[state.shown[place]]) == "undecided":
            return replace(state, place=place), []
    return _say(state, "nothing undecided before this")


def _any(state: ReviewState, action: Action) -> Step:
    place = state.place + (1 if action.kind == "next_any" else -1)
    if not 0 <= place <= len(state.shown):
        return _say(state, "this is the first one" if place < 0 else "this is the end")
    return replace(state, place=place), []


def _goto(state: ReviewState, action: Action) -> Step:
    if not 1 <= action.number <= len(state.shown):
        return _say(state, f"there are numbers 1 to {len(state.shown)}" if state.shown else "nothing is shown")
    return replace(state, place=action.number - 1), []


def _filter(state: ReviewState, action: Action) -> Step:
    new = _filtered(state, action.filters)
    if not new.shown:
        return _say(state, f"nothing matches {action.filters.options()}")
    here = state.shown[state.place] if state.item else -1
    if here in new.shown and state.item and state.status(state.item) == "undecided":
        new = replace(new, place=new.shown.index(here))
    return replace(new, message=f"{len(new.shown)} shown"), []


def _stage(state: ReviewState, action: Action) -> Step:
    """To what an earlier or later stage says about the same place of the same note."""
    item, later = state.item, action.kind == "next_stage"
    if item is None or item.start < 0:
        return _say(state, "this is not about a place in a note")
    mine = (stage_place(item.stage), item.start)
    near = [
        ((stage_place(other.stage), other.start), place)
        for place, other in ((p, state.items[n]) for p, n in enumerate(state.shown))
        if other.note == item.note and other.id != item.id and other.start < max(item.end, item.start + 1)
        and item.start < max(other.end, other.start + 1)
    ]  # fmt: skip
    found = [pair for pair in near if (pair[0] > mine if later else pair[0] < mine)]
    if not found:
        return _say(state, f"no {'later' if later else 'earlier'} stage touches this text")
    return replace(state, place=(min if later else max)(found)[1]), []


_DOES: dict[ActionKind, Callable[[ReviewState, Action], Step]] = {
    "approve": _decide, "reject": _decide, "edit": _decide, "answer": _decide, "flag": _remark, "comment": _remark,
    "skip": _next, "undo": _take_back, "redo": _take_back, "next": _next, "previous": _previous, "next_any": _any,
    "previous_any": _any, "goto": _goto, "filter": _filter, "approve_shown": _many, "reject_shown": _many,
    "decide_same": _many, "turn_on": _turn_on, "next_stage": _stage, "previous_stage": _stage,
}  # fmt: skip
