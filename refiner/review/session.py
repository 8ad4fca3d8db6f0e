"""The review on the terminal: shows an item, asks for a key, does it, and shows the next.

`run_review` gives the exit code: 0 everything shown is decided, 3 something waits, 130 Ctrl-C. Each decision is in the
log before the next item is shown, so however the review ends, nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal, Protocol

from rich.console import Console

from refiner.errors import UsageError
from refiner.models import CanonEntry, Decision
from refiner.review.alike import written_into_canon
from refiner.review.bodies import SIDE_FROM, VIEWS
from refiner.review.editor import Editor, open_editor
from refiner.review.filters import Filters, parse
from refiner.review.history import DECIDING
from refiner.review.items import Item
from refiner.review.keys import HELP, KEYMAP, Reader, bindings, key_name
from refiner.review.paint import DIM, WARN, is_plain, tolerate
from refiner.review.personal import Personal
from refiner.review.screen import NOTHING, Answers, Screen, counts_words, main_prompt
from refiner.review.state import Action, ActionKind, ReviewState, apply, start
from refiner.review.valid import valid

EXIT_DONE, EXIT_LEFT, EXIT_INTERRUPTED = 0, 3, 130
DIRECT: dict[str, ActionKind] = {
    "approve": "approve", "skip": "skip", "flag": "flag", "undo": "undo", "redo": "redo", "next": "next",
    "previous": "previous", "next_any": "next_any", "previous_any": "previous_any", "next_stage": "next_stage",
    "previous_stage": "previous_stage",
}  # fmt: skip


class Log(Protocol):
    """The log of decisions. One that has `extend` writes many decisions at once."""

    def append(self, decision: Decision) -> Decision: ...

    def read(self) -> list[Decision]: ...


def append_all(log: Log, decisions: Sequence[Decision]) -> None:
    """Writes decisions, all with one call where the log knows how."""
    extend: Callable[[Iterable[Decision]], object] | None = getattr(log, "extend", None)
    if extend is not None and len(decisions) > 1:
        extend(decisions)
        return
    for decision in decisions:
        log.append(decision)


class _Quit(Exception):
    """The person leaves."""


class Back(Exception):
    """The person leaves a question within an action (Esc), and nothing is done."""


class Session:
    """One review. `state` is always what the log says."""

    def __init__(
        self,
        state: ReviewState,
        log: Log,
        screen: Screen,
        reader: Reader,
        *,
        editor: Editor,
        keymap: Mapping[str, tuple[str, ...]],
        decide_life: Callable[[CanonEntry], None] | None,
        forget_life: Callable[[CanonEntry], bool] | None = None,
        corrects: bool = False,
        clock: Callable[[], str],
    ) -> None:
        self.state, self.log, self.screen, self.reader = state, log, screen, reader
        self.editor, self.keymap, self.decide_life, self.clock = editor, keymap, decide_life, clock
        self.forget_life, self.corrects = forget_life, corrects
        self.bound = bindings(keymap)
        self.made = 0  # lines of the log that this session wrote
        self.before = frozenset(state.history.by_group)
        self.personal = Personal(self)

    # -- the loop ----------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Until everything shown is decided, or the person leaves (KeyboardInterrupt passes through)."""
        first = self.state.filters
        shown: ReviewState | None = None
        while True:
            done = self.state.item is None and not self.state.undecided() and self.state.filters == first
            if done and (self.made or not self.state.items or self.state.within is not None):
                return
            if shown is None or _looks_different(shown, self.state):
                self.screen.show(self.state)
            shown = self.state
            try:
                again = self._key(self._ask(*main_prompt(self.state.item), self.keys_now))
            except (_Quit, EOFError):
                return
            shown = None if again else shown

    def kept(self) -> int:
        """How many decisions of this session are in force."""
        history = self.state.history
        new = (d for name in history.done if name not in self.before for d in history.by_group[name])
        return sum(d.verdict in DECIDING for d in new)

    def _ask(self, question: str, answers: Answers, others: Callable[[], Answers] = dict) -> str:
        key = self.reader.key(lambda: self.screen.prompt(question, answers, others))
        self.screen.echo(key)
        return key

    def ask_key(self, question: str, answers: Answers) -> str:
        """One key for a question within an action. q and the end of input raise EOFError."""
        key = self._ask(question, answers)
        if self.bound.get(key) == "quit":
            raise EOFError
        return key

    def ask_line(self, question: str, *, fresh: bool = False, offered: Answers = NOTHING, end: str = "") -> str:
        """One line for a question within an action. `offered` are lines that may be meant, with what they mean."""
        line = self.reader.line(lambda: self.screen.line_prompt(question, offered, end), fresh=fresh).strip()
        if "\x1b" in line:
            raise Back
        return line

    def keys_now(self) -> dict[str, str]:
        """The keys that do something at this item, with what they do: choices first, then the actions."""
        now = valid(self.state, life=self.decide_life is not None)
        item = self.state.item
        out = {c.key: c.label for c in item.choices} if item is not None else {}
        return out | {keys[0]: HELP[action] for action, keys in self.keymap.items() if action in now}

    def _key(self, key: str) -> bool:
        """Does what a key stands for; says whether the item is to be shown again although nothing moved."""
        try:
            return self._done(key, self.state.item)
        except Back:
            self.screen.say("nothing was done")
            return False

    def _done(self, key: str, item: Item | None) -> bool:
        if item is not None and item.choices and key not in self.bound:
            if choice := self._choice(item, key):
                self.do(Action("answer", choice=choice))
                return False
            if key.isdecimal():
                self.screen.say(f"there is no choice {key}", WARN)
                return False
        action = self.bound.get(key, "")
        if key and not action:
            self.screen.say(f"{key} is no key here; ? shows the keys")
        if not action:
            return False
        if action not in valid(self.state, life=self.decide_life is not None):
            self.screen.say(f"{key_name((key,))} does nothing here; ? shows the keys that do")
            return False
        return self._act(action, item)

    def _choice(self, item: Item, key: str) -> str:
        """The id of the choice that the person means; more digits are read where there are more than nine."""
        if key.isdecimal() and any(len(c.key) > len(key) and c.key.startswith(key) for c in item.choices):
            more = self.ask_line(f"choice {key}… (the other digits, or Enter)")
            key += more if more.isdecimal() else ""
        return next((c.id for c in item.choices if key and key in (c.key, c.id)), "")

    # -- actions -----------------------------------------------------------------------------------------------------

    def do(self, action: Action) -> list[Decision]:
        """Applies an action: first into the log, then on the screen."""
        new, decisions = apply(self.state, replace(action, at=self.clock()))
        for entry in self._canon(decisions, "redo"):  # first the file: an entry more does no harm, one less would
            if self.decide_life is not None:
                self.decide_life(entry)
        append_all(self.log, decisions)
        self.made += len(decisions)
        self.state = new
        for entry in self._canon(decisions, "undo"):
            if self.forget_life is None or not self.forget_life(entry):
                self.screen.say(f"“{entry.before}” is not taken out of the canon: its entry was changed since", WARN)
        if new.message:
            self.screen.say(new.message)
        return decisions

    def _canon(self, decisions: Sequence[Decision], verb: Literal["undo", "redo"]) -> list[CanonEntry]:
        """The entries that these lines write into the canon, or take out of it where they undo."""
        history = self.state.history
        again = (d for line in decisions if line.verdict == verb for d in history.by_group.get(line.undoes or "", ()))
        return written_into_canon([*again, *(decisions if verb == "redo" else ())])

    def _act(self, action: str, item: Item | None) -> bool:
        if action in DIRECT:
            self.do(Action(DIRECT[action]))
            return action in ("undo", "redo")
        match action:
            case "quit":
                raise _Quit
            case "help":
                self._help()
            case "view":
                self._view()
                return True
            case "goto":
                number = self.ask_line(f"Go to (1-{len(self.state.shown)}):")
                if number.isdecimal():
                    self.do(Action("goto", number=int(number)))
                elif number:
                    self.screen.say("that is no number")
            case "filter":
                self._filter()
            case "same":
                self.personal.same()
            case "approve_shown" | "reject_shown":
                self.personal.decide_shown("approve_shown" if action == "approve_shown" else "reject_shown")
            case _ if item is not None:
                return self._on_item(action, item)
        return False

    def _on_item(self, action: str, item: Item) -> bool:
        match action:
            case "reject":
                self.personal.reject(item)
            case "edit":
                return self.personal.edit(item)
            case "comment":
                self.do(Action("comment", text=self.ask_line("Comment:")))
            case "why":
                self.screen.why(self.state, item)
            case "pager":
                self.screen.pager(self.state, item)
            case "whole_life":
                self.personal.whole_life(item)
        return False

    def _help(self) -> None:
        now = valid(self.state, life=self.decide_life is not None)
        rows = [(key_name(keys), HELP[action]) for action, keys in self.keymap.items() if action in now]
        item = self.state.item
        if item is not None and item.choices:
            rows.insert(0, (f"{item.choices[0].key}-{item.choices[-1].key}", HELP["answer"]))
        self.screen.help(rows)

    def _view(self) -> None:
        views = [v for v in VIEWS if v != VIEWS[3] or self.screen.console.width >= SIDE_FROM]
        place = views.index(self.screen.view) if self.screen.view in views else -1
        self.screen.view = views[(place + 1) % len(views)]
        self.screen.say(f"shown: {self.screen.view}")

    def _filter(self) -> None:
        line = self.ask_line(f"Filter{f' (now {self.state.filters.options()})' if self.state.filters else ''}:")
        try:
            self.do(Action("filter", filters=parse(line)))
        except UsageError as error:
            self.screen.say(error.message, WARN)


def _looks_different(old: ReviewState, new: ReviewState) -> bool:
    return (old.item, old.place, old.shown, old.filters) != (new.item, new.place, new.shown, new.filters)


def now() -> str:
    """The time, ISO in UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def run_review(
    queue: Iterable[Item],
    log: Log,
    *,
    console: Console,
    reader: Reader,
    editor: Editor = open_editor,
    plain: bool = False,
    filters: Filters | None = None,
    decide_life: Callable[[CanonEntry], None] | None = None,
    forget_life: Callable[[CanonEntry], bool] | None = None,
    corrects: bool = False,
    clock: Callable[[], str] = now,
    keymap: Mapping[str, tuple[str, ...]] = KEYMAP,
    resume: str = "refiner review",
    within: frozenset[str] | None = None,
    drawn_from: int = 0,
    at_end: Callable[[Session], bool] | None = None,
    screen: Screen | None = None,
) -> int:
    """Asks about the items that are undecided; returns the exit code.

    `decide_life` writes a canon entry (`C`), `forget_life` takes one out again (undo); `corrects`: a model gets the
    words of a rejection after the review; `resume` is the command that goes on, printed when the person leaves;
    `screen` shows it elsewhere than on the console.
    `within` are the only items to show, a random sample of `drawn_from`; `at_end` has the last word, and says whether
    the review goes on after all.
    Raises ConfigError for a keymap with a key for two actions, and what the log raises.
    """
    filters = filters or Filters()
    state = start(queue, log.read(), filters, within=within, drawn_from=drawn_from)
    tolerate(console.file)
    screen = screen or Screen(console, plain=is_plain(console.file, plain))
    session = Session(state, log, screen, reader, editor=editor, keymap=keymap, decide_life=decide_life,
                      forget_life=forget_life, corrects=corrects, clock=clock)  # fmt: skip
    if filters and not state.shown:
        screen.say(f"nothing matches {filters.options()}")
        return EXIT_DONE
    if not state.history.length and state.undecided():
        screen.say("? shows the keys, q stops, nothing is lost", DIM)
    interrupted = False
    try:
        session.run()
        while at_end is not None and at_end(session):
            session.run()
    except KeyboardInterrupt:
        interrupted = True
        screen.say("")
    left = len(session.state.undecided())
    screen.say(f"{counts_words(session.state)}. {session.kept()} decided now, all kept.")
    if left or interrupted:
        options = session.state.filters.options()
        screen.say(f"Go on: {resume}{f' {options}' if options else ''}")
    elif session.made:
        screen.say("Everything shown is decided.")
    return EXIT_INTERRUPTED if interrupted else EXIT_LEFT if left else EXIT_DONE
