"""One item on the screen: header, body, why, and the prompt. Prints and forgets: made for scrollback and pipes."""

from __future__ import annotations

import io
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from rich.console import Console, RenderableType
from rich.text import Text

from refiner.models import Edit, Event, Question, Sample
from refiner.review.bodies import VIEWS, body, change, sentence
from refiner.review.items import Item
from refiner.review.keys import HELP, KEYMAP, bindings
from refiner.review.origins import STATUS
from refiner.review.paint import DIM, HEAD, WARN, Paint
from refiner.review.state import ReviewState
from refiner.review.texts import as_text
from refiner.review.visible import one_line
from refiner.review.words import counted, event_name, listed, maker

_LETTERS = {"approve": "y", "reject": "n", "edit": "e", "answer": "answered", "flag": "f", "comment": "c"}
_BOUND = bindings(KEYMAP)
Answers = Mapping[str, str]
"""What a question may be answered with, and what it means: a key or a line -> words."""
NOTHING: Answers = MappingProxyType({})
_SURE = 0.995  # above, the confidence needs no words
_CHANGE = 40  # characters of either side of an edit that another follows from
PROMPTS = {"question": ("Answer?", "e n s u j k v w ?"), "trait": ("Right?", "y n s u j k w ?"),
           "event": ("Approve?", "y n e s u j k w ?")}  # fmt: skip


class Screen:
    """Prints items. `plain` leaves out every style; `view` is what `v` chose."""

    def __init__(self, console: Console, *, plain: bool = False) -> None:
        self.console, self.paint, self.view = console, Paint(console, plain), "words"

    def say(self, words: str, style: str = "") -> None:
        """A line of our own or of untrusted text."""
        self._print(self.paint.text(words, style))

    def echo(self, key: str) -> None:
        """The key that was pressed, beside the question."""
        self.say(key if key.isprintable() else "")

    def _print(self, thing: RenderableType) -> None:
        self.console.print(self.paint.indented(thing, "") if isinstance(thing, Text) else thing)

    def show(self, state: ReviewState) -> None:
        """The item on the screen, or the end of the queue."""
        item = state.item
        self._print(self.paint.text(""))
        if item is None:
            self._print(self.paint.text(f"End of the queue · {counts_words(state)}", HEAD))
            return
        self._print(self.header(state, item))
        for thing in self.lines(state, item):
            self._print(thing)

    def header(self, state: ReviewState, item: Item) -> Text:
        """`Edit 12 of 140 · 2014-moved.md · swap: … · 9 yes 2 no 1 edited 128 left`"""
        head = f"{item.kind.capitalize()} {state.place + 1} of {len(state.shown)}"
        head += f" (drawn from {state.drawn_from})" if state.drawn_from else ""
        title = {"question": "", "edit": f"{item.stage}: {item.title}"}.get(item.kind, one_line(item.title, 100))
        if item.kind == "event" and title.startswith("“"):
            title = ""  # its words stand below
        parts = [head, item.note, title, counts_words(state)]
        out = self.paint.text(" · ".join(one_line(p) for p in parts if p), HEAD)
        for mark in self._marks(state, item):
            out.append_text(self.paint.text(f" ({mark})", WARN))
        return out

    def _marks(self, state: ReviewState, item: Item) -> Iterator[str]:
        status = state.status(item)
        if status != "undecided":
            yield status
        elif was := state.was(item):
            yield f"was: {_LETTERS[was]}"
        if item.idealises:
            yield "IDEALISES"
        if state.history.flagged(item.id):
            yield "flagged"

    def lines(self, state: ReviewState, item: Item) -> Iterator[RenderableType]:
        """Everything of an item but its header."""
        decided = state.decided.get(item.id)
        own = decided.text if decided and decided.verdict == "edit" and isinstance(item.payload, Edit) else None
        if own is not None and own != item.after:
            yield self.paint.text("your text:", DIM)
            yield from change(*self._with(item, own), self.paint, self.view, self.console.width)
            yield self.paint.text("proposed:", DIM)
        yield from body(item, self.paint, self.view, self.console.width, state.find, state.status)
        for how in item.idealises:
            yield self.paint.text(f"idealises: {how}", WARN)
        if item.reason:
            yield self.paint.text(f"why: {item.reason}", DIM)
        if about := " · ".join(self._about(state, item)):
            yield self.paint.text(about, DIM)
        if item.severity == "error" and item.kind == "edit":
            yield self.paint.text("a check finds an error here; w shows it", WARN)
        stale = [p for p in item.parents if (up := state.find(p)) and state.status(up) in ("rejected", "edited")]
        if stale and item.kind in ("edit", "sample"):
            yield self.paint.text(
                "follows from an edit that you rejected or edited: it is made again after the review", WARN
            )
        if decided and decided.verdict == "answer":
            label = next((c.label for c in item.choices if c.id == decided.choice), decided.choice or "")
            yield self.paint.text(f"you answered: {label}", DIM)
        elif decided and decided.verdict == "edit" and own is None:
            yield self.paint.text(f"your text: {decided.text}", DIM)
        if decided and decided.reason:
            yield self.paint.text(f"you said: {decided.reason}", DIM)
        for comment in state.history.comments(item.id):
            yield self.paint.text(f"# {comment}", DIM)

    @staticmethod
    def _about(state: ReviewState, item: Item) -> Iterator[str]:
        """Who proposed it, how sure that is, what it follows from, and what waits for it."""
        made = maker(item.source, named=item.kind == "event")
        if item.kind in ("edit", "canon", "event", "sample") and item.source not in ("", "config"):
            yield f"by {made}" + (f", confidence {item.confidence:.2f}" if item.confidence < _SURE else "")
        if item.kind == "edit":
            above = [up for p in item.parents if (up := state.find(p))]
            for up in above:
                old, new = one_line(up.before, _CHANGE) or "nothing", one_line(up.after, _CHANGE) or "nothing"
                yield f"follows from {up.stage}: {old} → {new} ({STATUS[state.status(up)]})"
        if item.kind != "canon" and (waits := _kinds(state, item.depends)):
            verb = "waits for" if item.kind == "question" else "follows from"
            one = len(item.depends) == 1
            yield f"{waits} {verb if one else verb.replace('waits', 'wait').replace('follows', 'follow')} it"

    @staticmethod
    def _with(item: Item, after: str) -> tuple[str, str]:
        before, _ = sentence(item)
        return before, item.context_before.lstrip("\n") + after + item.context_after.rstrip("\n")

    def draft(self, item: Item, text: str) -> None:
        """The person's own text, shown before it is kept."""
        pair = self._with(item, text) if item.start >= 0 else (self._proposal(item), text)
        view = self.view if self.view == VIEWS[3] else VIEWS[0]  # both texts, or it could not be judged
        for thing in change(*pair, self.paint, view, self.console.width):
            self._print(thing)

    @staticmethod
    def _proposal(item: Item) -> str:
        return as_text(item.payload) or ""

    def why(self, state: ReviewState, item: Item) -> None:
        """Where an item comes from: source, parents, evidence, what follows, what was said about it."""
        rows: list[tuple[str, str]] = [("id", item.id), ("source", item.source), ("stage", item.stage)]
        if isinstance(item.payload, Question):
            rows[1] = ("source", f"rule:{item.payload.rule}" if item.payload.rule else "")
            rows.append(("about", item.payload.subject))
        if item.kind != "trait":
            sure = item.payload.confidence if isinstance(item.payload, Question) else item.confidence
            rows.append(("confidence", f"{sure:.2f}"))
        rows.append(("why", item.reason))
        rows += [("evidence", self._evidence(state, e)) for e in item.evidence]
        rows += [("from", self._name(state, p)) for p in item.parents]
        rows += [("follows", self._name(state, d)) for d in item.depends[:10]]
        if len(item.depends) > 10:
            rows.append(("follows", f"and {len(item.depends) - 10} more"))
        if isinstance(item.payload, Event | Sample):
            rows.append(("notes", item.note if isinstance(item.payload, Event) else ", ".join(item.payload.notes)))
        rows += [(d.verdict, d.text or d.reason or d.choice or d.at) for d in state.history.by_item.get(item.id, ())]
        room = min(13, self.console.width // 3)
        for key, value in rows:
            if value:
                line = self.paint.indented(self.paint.text(value), " " * room)
                self._print(self.paint.text(f"  {key:<10}"[:room].ljust(room), DIM).append_text(line[room:]))

    @staticmethod
    def _evidence(state: ReviewState, given: str) -> str:
        """An event that an edit names as evidence in words, with its id; other evidence as it is."""
        item = state.find(f"event:{given}")
        return f"{event_name(item.payload)} ({given})" if item and isinstance(item.payload, Event) else given

    @staticmethod
    def _name(state: ReviewState, item_id: str) -> str:
        """An item in words with its status and its id: `edit swap: boy → girl (undecided) 33c5…`"""
        item = state.find(item_id)
        if item is None:
            return item_id
        change = f"{one_line(item.before, _CHANGE) or 'nothing'} → {one_line(item.after, _CHANGE) or 'nothing'}"
        about = f"{item.stage}: {change}" if item.kind == "edit" else one_line(item.title, 60)
        return f"{item.kind} {about} ({state.status(item)}) {item_id}"

    def help(self, keys: Iterable[tuple[str, str]]) -> None:
        """The keys and what they do."""
        for key, does in keys:
            room = min(12, self.console.width // 3)
            line = self.paint.indented(self.paint.text(does), " " * room)
            self._print(self.paint.text(f"  {key:<9} "[:room].ljust(room), "bold").append_text(line[room:]))

    def prompt(self, question: str, answers: Answers, others: Callable[[], Answers] = dict) -> None:
        """A question that one key answers. `answers` are the keys to name, with what they do.

        `others` gives every key that does something now, for a screen that has room for them.
        """
        self._ask(f"{question} [{' '.join(answers)}]")

    def line_prompt(self, question: str, offered: Answers, end: str) -> None:
        """A question that a line answers: `Why? 1 wrong word · 2 … · words, or Enter:`"""
        named = (f"{key} {words} ·" for key, words in offered.items())
        self._ask(" ".join(part for part in (question, *named, end) if part))

    def _ask(self, words: str) -> None:
        """A question without the end of its line, so that the answer stands beside it."""
        self.console.print(self.paint.text(f"{words} ", "bold"), end="", soft_wrap=True)
        self.console.file.flush()

    def pager(self, state: ReviewState, item: Item) -> None:
        """Everything about an item, in the pager where there is a terminal."""
        os.environ.setdefault("LESS", "-R")  # without it, less shows colours as signs
        with self.console.pager(styles=not self.paint.plain):
            self._print(self.header(state, item))
            for view in ("before", "after") if item.kind == "edit" else ("words",):
                for thing in body(item, self.paint, view, self.console.width, state.find, state.status):
                    self._print(thing)
            self.why(state, item)


def main_prompt(item: Item | None) -> tuple[str, Answers]:
    """The question under an item, with the commonest keys; `?` names all."""
    if item is None:
        return "Done?", _named("u j k g / q ?")
    question, keys = PROMPTS.get(item.kind, ("Approve?", "y n e s u j k v w ?"))
    if item.kind == "question" and item.start < 0:
        keys = keys.removeprefix("e ")
    return question, {c.key: c.label for c in item.choices} | _named(keys)


def _named(keys: str) -> dict[str, str]:
    return {key: HELP[_BOUND[key]] for key in keys.split()}


def _kinds(state: ReviewState, ids: Iterable[str]) -> str:
    """`2 edits and 1 sample`, of the items with these ids."""
    kinds = Counter(item.kind if (item := state.find(name)) else "other" for name in ids)
    return listed(counted(kinds[k], k) for k in ("question", "edit", "event", "trait", "sample", "other") if kinds[k])


def counts_words(state: ReviewState) -> str:
    """`9 yes 2 no 1 edited 3 answered 128 left`"""
    counts = state.counts()
    said = (state.decided.get(state.items[i].id) for i in state.shown)
    answered = sum(d is not None and d.verdict == "answer" for d in said)
    named = (
        (counts["approved"] - answered, "yes"), (counts["rejected"], "no"), (counts["edited"], "edited"),
        (answered, "answered"),
    )  # fmt: skip
    return " ".join([*(f"{count} {word}" for count, word in named if count), f"{counts['undecided']} left"])


def as_string(state: ReviewState, *, width: int = 80) -> str:
    """The screen of the item as plain text."""
    out = io.StringIO()
    console = Console(file=out, width=width, markup=False, emoji=False, highlight=False, color_system=None)
    screen = Screen(console, plain=True)
    screen.show(state)
    screen.prompt(*main_prompt(state.item))
    return out.getvalue()
