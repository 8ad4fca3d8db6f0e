"""`refiner review --import FILE`: decisions that were made elsewhere, checked line by line before one is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from refiner.errors import StoreError, UsageError
from refiner.models import Decision, Question
from refiner.review.finding import choice_of, resolve
from refiner.review.history import History, group_of
from refiner.review.identity import RULE
from refiner.review.items import Item
from refiner.review.session import Log, append_all, now
from refiner.review.state import Action, refusal


@dataclass(frozen=True)
class Imported:
    """What an import did. `stale` are ids of items that have gone or have another text now: left out."""

    made: tuple[Decision, ...]
    known: int = 0  # lines that the log had already
    stale: tuple[str, ...] = ()


def import_file(queue: Sequence[Item], log: Log, path: Path, *, clock: Callable[[], str] = now) -> Imported:
    """Takes over decisions from a file of JSON Lines in the shape of `decisions.jsonl`.

    Only `item` and `verdict` are needed; a line without `text_sha` is about the text of today. Nothing is written when
    a line is wrong: UsageError lists all such lines. Raises StoreError when the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise StoreError(f"{path} is not UTF-8 (byte {error.start})") from None
    written = log.read()
    known_ids = {d.id for d in written if d.id}
    reader = _Reader({i.id: i for i in queue}, queue, set(known_ids))
    old = {_content(d) for d in written}
    made: list[Decision] = []
    problems: list[str] = []
    known, at = 0, clock()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            given = Decision.model_validate_json(line)
            if given.id in known_ids:  # a log of this very life: the item may have gone since
                known += 1
                continue
            decision = reader.read(given)
        except (ValidationError, UsageError) as error:
            problems.append(f"{path}:{number}: {_why(error)}")
            continue
        if decision is None:
            continue
        if decision.id in known_ids if decision.id else _content(decision) in old:
            known += 1
            continue
        decision = decision if decision.at else decision.model_copy(update={"at": at})
        name = decision.id or History(length=len(written) + len(made)).new_id(decision)
        made.append(decision.model_copy(update={"id": name}))
        reader.ids.add(name)
    if problems:
        raise UsageError("\n".join(problems), mend="mend these lines; nothing was taken over")
    append_all(log, made)
    return Imported(tuple(made), known, tuple(reader.stale))


def _content(d: Decision) -> tuple[object, ...]:
    return d.item, d.text_sha, d.verdict, d.text, d.choice, d.reason, d.undoes


class _Reader:
    """Checks the lines of an import against the queue, one after the other."""

    def __init__(self, items: Mapping[str, Item], queue: Sequence[Item], ids: set[str]) -> None:
        self.items, self.queue, self.ids = items, queue, ids
        self.stale: list[str] = []
        self.left_out: set[str] = set()

    def read(self, given: Decision) -> Decision | None:
        """The decision with whole ids and what a choice does; None if it is about a text that is not there any more.

        Raises UsageError when it cannot be meant.
        """
        if given.verdict in ("undo", "redo"):
            return self._taking_back(given)
        if given.item.startswith(RULE):
            if given.verdict not in ("approve", "reject"):
                raise UsageError(f"{given.item}: a rule is turned off (reject) or on (approve)")
            return given
        if given.text_sha and given.item not in self.items:  # a tool wrote this line, and the item has gone
            self._leave(given)
            return None
        item = self.items.get(given.item) or resolve(self.queue, given.item)
        if given.text_sha and given.text_sha != item.text_sha:
            self._leave(given)
            return None
        update: dict[str, Any] = {"item": item.id, "text_sha": item.text_sha}
        if given.verdict == "answer" and isinstance(item.payload, Question):
            update["choice"] = choice_of(item, given.choice or "")
            update["effect"] = next(c.effect for c in item.payload.choices if c.id == update["choice"])
        elif given.verdict in ("approve", "reject", "edit", "answer"):
            problem = refusal(item, Action(given.verdict, text=given.text or "", choice=given.choice or ""))
            if problem:
                raise UsageError(problem)
        return given.model_copy(update=update)

    def _taking_back(self, given: Decision) -> Decision | None:
        target = given.undoes or ""
        if target in self.left_out:
            return None
        if target not in self.ids and not any(name.startswith(f"{target}/") for name in self.ids):
            raise UsageError(f'{given.verdict} of "{target}", which is not in the log')
        return given

    def _leave(self, given: Decision) -> None:
        self.stale.append(given.item)
        self.left_out |= {given.id, group_of(given.id)} if given.id else set()


def _why(error: ValidationError | UsageError) -> str:
    if isinstance(error, UsageError):
        return str(error)
    first = error.errors()[0]
    place = ".".join(str(p) for p in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])
