"""Which items are shown: `--status --stage --note --trait --source --below CONFIDENCE --match`. Pure."""

from __future__ import annotations

import difflib
import fnmatch
import shlex
from dataclasses import dataclass, fields, replace
from typing import Any

from refiner.errors import UsageError
from refiner.review.items import Item

STATUSES = ("undecided", "approved", "rejected", "edited", "flagged", "changed")


@dataclass(frozen=True, slots=True)
class Filters:
    """An empty field lets everything through; an item is shown if all the others agree."""

    status: str = ""
    """undecided, approved, rejected, edited, flagged, or changed (decided once, and the text is another one now)"""
    stage: str = ""
    """extract, swap, reframe, …; also a kind of item: canon, question, edit, event, trait, sample"""
    note: str = ""
    """part of the path, or a pattern with * and ?"""
    trait: str = ""
    source: str = ""
    """how it begins: rule, rule:pronoun, model, person"""
    below: float | None = None
    """confidence below this"""
    match: str = ""
    """words in the text, the reason or the question, whatever the case"""

    def __post_init__(self) -> None:
        if self.status and self.status not in STATUSES:
            raise UsageError(f'status "{self.status}" is not known{_near(self.status, STATUSES)}')

    def __bool__(self) -> bool:
        return self != Filters()

    def show(self, item: Item, status: str, flagged: bool) -> bool:
        """Whether an item with this status of the moment is shown."""
        return (
            (not self.status or self.status == status or self._special(item, status, flagged))
            and (not self.stage or self.stage in (item.stage, item.kind))
            and (not self.note or self.note in item.note or fnmatch.fnmatchcase(item.note, self.note))
            and (not self.trait or self.trait in item.traits)
            and (not self.source or item.source.startswith(self.source))
            and (self.below is None or item.confidence < self.below)
            and (not self.match or self.match.casefold() in _words(item))
        )

    def _special(self, item: Item, status: str, flagged: bool) -> bool:
        return (self.status == "flagged" and flagged) or (
            self.status == "changed" and item.was is not None and status == "undecided"
        )

    def options(self) -> str:
        """The filters as options of the command line."""
        parts = [(f.name, getattr(self, f.name)) for f in fields(self)]
        return " ".join(f"--{name} {shlex.quote(str(value))}" for name, value in parts if value not in ("", None))


def _words(item: Item) -> str:
    choices = (c.label for c in item.choices)
    parts = (item.id, item.title, item.context_before, item.before, item.after, item.context_after, item.reason)
    return "\n".join((*parts, *item.evidence, *choices)).casefold()


def parse(text: str) -> Filters:
    """Filters from a line such as `stage=swap below=0.8 cricket` (bare words are `match`). Raises UsageError."""
    try:
        parts = shlex.split(text)
    except ValueError:
        raise UsageError('a quotation mark is not closed; write match="two words"') from None
    known = [f.name for f in fields(Filters)]
    filters, words, i = Filters(), [], 0
    while i < len(parts):
        key, equals, value = parts[i].partition("=")
        name = key.removeprefix("--")
        if not equals and not key.startswith("--"):
            words.append(key)
        elif name not in known:
            raise UsageError(f'no filter "{name}"{_near(name, known)}')
        else:
            if not equals:
                i += 1
                value = parts[i] if i < len(parts) else ""
            given: dict[str, Any] = {name: _number(value) if name == "below" else value}
            filters = replace(filters, **given)
        i += 1
    return replace(filters, match=" ".join(words)) if words else filters


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise UsageError(f'below wants a number from 0 to 1, not "{value}"') from None


def _near(word: str, known: tuple[str, ...] | list[str]) -> str:
    match = difflib.get_close_matches(word, known, 1, 0.5)
    return f' (did you mean "{match[0]}"?)' if match else f"; there are {', '.join(known)}"
