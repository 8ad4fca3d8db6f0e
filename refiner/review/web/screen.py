"""The screen of the review on a page: what would be printed is collected, and put on the desk with each question."""

from __future__ import annotations

import io
import shlex
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace

from markupsafe import Markup
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from refiner.review.bodies import body
from refiner.review.facts import ChoiceView
from refiner.review.filters import Filters
from refiner.review.items import Item
from refiner.review.keys import HELP, KEYMAP, bindings
from refiner.review.paint import Paint, make_console
from refiner.review.screen import Answers, Screen, counts_words
from refiner.review.state import ReviewState
from refiner.review.visible import one_line, visible
from refiner.review.web.desk import Button, Desk, Page, Question
from refiner.review.web.markup import as_html, block, inline, keys_html, rows_html

WIDE = 1_000_000  # columns: the browser breaks the lines
LABELS = {
    "approve": "Approve", "reject": "Reject", "edit": "Edit", "skip": "Skip", "flag": "Flag", "comment": "Comment",
    "undo": "Undo", "redo": "Redo", "next": "Next", "previous": "Previous", "next_any": "Next, decided or not",
    "previous_any": "Previous, decided or not", "goto": "Go to…", "filter": "Filter…",
    "previous_stage": "Earlier stage", "next_stage": "Later stage", "view": "Other view", "why": "Why?",
    "whole_life": "For the whole life…", "same": "The others alike…", "approve_shown": "Approve all shown…",
    "reject_shown": "Reject all shown…", "pager": "Everything about it", "quit": "Quit", "help": "Keys",
}  # fmt: skip
"""What a button is called; the words of the help are its hint."""
RIGHT = {"approve": "Yes, right", "reject": "No, wrong"}
"""What they are called where the question is whether a verdict is right."""
HINTS = {
    "edit": "write it yourself", "pager": "everything about it", "view": "words → before → after → side by side",
}  # fmt: skip
"""Where the words of the help are about a terminal."""
MAIN = ("approve", "reject", "edit", "skip")
"""The actions with a big button."""
ROW = ("undo", "previous", "next", "why", "quit")
"""The actions with a small button that is always in sight, in this order; the others are folded away."""
_ACTIONS = bindings(KEYMAP)
_HERE = {HELP[action]: words for action, words in HINTS.items()}


class WebPaint(Paint):
    """Leaves columns to the browser."""

    def columns(self, left: Text, right: Text, width: int) -> RenderableType:
        out = Table.grid()
        out.add_row(left, right)
        return out


class WebScreen(Screen):
    """Collects what is printed. What belongs to the answer before is taken away by what comes next."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(make_console(io.StringIO(), plain=False, width=WIDE), plain=False)
        self.desk, self.paint = desk, WebPaint(self.console)
        self._heading, self._subtitle = "Review", Markup()
        self._item: list[Markup] = []
        self._before: list[Markup] = []  # said before the item was shown
        self._after: list[Markup] = []
        self._into: list[Markup] | None = None
        self._old = False  # what was said belongs to an answer that was given
        self._shown = 0
        self._only = ""  # the filters in force
        self._labels = LABELS
        self._choices: dict[str, Markup] = {}  # what stands under each choice, by key
        self.said: list[str] = []  # the same, as plain lines

    # -- what is printed ---------------------------------------------------------------------------------------------

    def _print(self, thing: RenderableType) -> None:
        if self._into is None:
            self._forget()
            if isinstance(thing, Text):
                if not thing.plain.strip():
                    return
                self.said.append(thing.plain)
        (self._after if self._into is None else self._into).append(as_html(thing, self.console))

    def _forget(self) -> None:
        if self._old:
            self._before, self._after, self.said, self._old = [], [], [], False

    def answered(self) -> None:
        """An answer was given, or the review was interrupted."""
        self._old = True

    def echo(self, key: str) -> None:
        """Nothing: a button was pressed, everybody has seen it."""

    @contextmanager
    def _collect(self) -> Iterator[list[Markup]]:
        before, self._into = self._into, []
        try:
            yield self._into
        finally:
            self._into = before

    def show(self, state: ReviewState) -> None:
        """The item; what was said until here stands above it."""
        self._forget()
        self._before, self._after = [*self._before, *self._after], []
        item = state.item
        with self._collect() as lines:
            for thing in self.lines(state, item) if item is not None else ():
                self._print(thing)
        self._item, self._shown = lines, self._shown + 1
        self._only = filter_words(state.filters)
        self._labels = LABELS | RIGHT if item is not None and item.kind == "trait" else LABELS
        self._choices = {} if item is None else {c.key: self._about_choice(item, c) for c in item.choices}
        words = f"End of the queue · {counts_words(state)}"
        head = self.paint.text(words) if item is None else self.header(state, item)
        first, dot, _ = head.plain.partition(" · ")
        self._heading = first
        self._subtitle = inline(head[len(first) + len(dot) :], self.console) if dot else Markup()

    def lines(self, state: ReviewState, item: Item) -> Iterator[RenderableType]:
        """Everything of an item but its header and its choices: these stand on their buttons."""
        lines = list(super().lines(state, item))
        if item.choices:  # they are the last rows of the body, and nothing stands before a question's body
            del lines[len(self._body(item)) : len(self._body(item, *item.choices))]
        yield from lines

    def _about_choice(self, item: Item, choice: ChoiceView) -> Markup:
        rows = self._body(item, choice)[len(self._body(item)) :]
        return rows_html(rows[1:], self.console)  # the first is its label

    def _body(self, item: Item, *choices: ChoiceView) -> list[RenderableType]:
        return list(body(replace(item, choices=choices), self.paint, self.view, self.console.width))

    def help(self, keys: Iterable[tuple[str, str]]) -> None:
        """The keys and what they do here."""
        self._forget()
        self._after.append(keys_html((key, _HERE.get(does, does)) for key, does in keys))

    def why(self, state: ReviewState, item: Item) -> None:
        """Where an item comes from, as a block of its own."""
        with self._collect() as lines:
            super().why(state, item)
        self._add(lines, "told")

    def pager(self, state: ReviewState, item: Item) -> None:
        """Everything about an item; a page needs no pager."""
        with self._collect() as lines:
            for view in ("before", "after") if item.kind == "edit" else ("words",):
                for thing in body(item, self.paint, view, self.console.width):
                    self._print(thing)
            super().why(state, item)
        self._add(lines, "told")

    def _add(self, lines: list[Markup], kind: str) -> None:
        if self._into is not None:
            self._into += lines
            return
        self._forget()
        self._after.append(block(lines, kind))

    # -- what is asked -----------------------------------------------------------------------------------------------

    def prompt(self, question: str, answers: Answers, others: Callable[[], Answers] = dict) -> None:
        """A question that a button answers: what decides is big, what walks is small, all other keys are folded."""
        valid = others()
        if not valid:  # a question within an action
            big = tuple(_button(key, words) for key, words in answers.items())
            self._put(Question("key", question, main=big, more=(Button("q", LABELS["quit"]),)))
            return
        keys = {**{key: words for key, words in answers.items() if key in valid}, **valid}
        choices = tuple(
            replace(_button(key, words), about=self._choices.get(key, Markup()))
            for key, words in keys.items()
            if key not in _ACTIONS
        )
        made = {_ACTIONS[key]: self._main_button(key, words) for key, words in keys.items() if key in _ACTIONS}
        main = tuple(made.pop(action) for action in MAIN if action in made)
        row = tuple(made.pop(action) for action in ROW if action in made)
        rest = tuple(made.values())
        self._put(Question("key", question, choices, main or row, row if main else (), rest, all=bool(self._only)))

    def line_prompt(self, question: str, offered: Answers, end: str) -> None:
        """A question that a field answers, with a button for each line that is offered."""
        buttons = tuple(_button(key, words) for key, words in offered.items())
        hint = visible(end)
        self._put(Question("line", question, main=buttons, hint=hint[:1].upper() + hint[1:]))

    def text_prompt(self, text: str, note: str) -> None:
        """A text to be written; `note` helps."""
        self._put(Question("text", "Your text:", hint=visible(note), text=text))

    def page(self, question: Question | None = None, *, ended: bool = False) -> Page:
        """The page as it stands."""
        return Page(
            self._heading,
            self._subtitle,
            Markup("\n").join(self._before),
            Markup("\n").join(self._item),
            Markup("\n").join(self._after),
            question,
            self._shown,
            self._only,
            ended=ended,
        )

    def _main_button(self, key: str, words: str) -> Button:
        action = _ACTIONS[key]
        label = self._labels.get(action)
        return Button(key, label, HINTS.get(action, words)) if label else _button(key, words)

    def _put(self, question: Question) -> None:
        self.desk.put(self.page(question))

    def end(self) -> None:
        """Shows what was said last, as the end of the review."""
        self._heading, self._subtitle, self._item, self._shown = "The review has ended", Markup(), [], self._shown + 1
        self._only = ""
        self.desk.put(self.page(ended=True))


def _button(key: str, words: str) -> Button:
    """A button of a question within an action: its words say what it means there."""
    words = one_line(words)
    return Button(key, words[:1].upper() + words[1:])


def filter_words(filters: Filters) -> str:
    """Filters as the person would type them: `stage=swap below=0.8 cricket`; "" where all is shown."""
    given = {f.name: getattr(filters, f.name) for f in fields(filters)}
    named = (f"{k}={shlex.quote(str(v))}" for k, v in given.items() if v not in ("", None) and k != "match")
    return one_line(" ".join([*named, *([filters.match] if filters.match else [])]))
