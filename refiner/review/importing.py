"""`refiner review --import FILE`: decisions that were made elsewhere, checked line by line before one is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from refiner.errors import StoreError, UsageError
from refiner.models import Decision, Question
from refiner.review.commands import choice_of, now, resolve
from refiner.review.history import History
from refiner.review.items import Item
from refiner.review.session import Log, append_all
from refiner.review.state import Action, refusal


@dataclass(frozen=True)
class Imported:
    """What an import did. `stale` are ids of items whose text is another one now: their lines were left out."""

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
    ids = {d.id for d in written if d.id}
    old = {_content(d) for d in written}
    made: list[Decision] = []
    stale: list[str] = []
    problems: list[str] = []
    known, at = 0, clock()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            given = Decision.model_validate_json(line)
            decision = _checked(queue, given, ids | {d.id for d in made if d.id})
        except (ValidationError, UsageError) as error:
            problems.append(f"{path}:{number}: {_why(error)}")
            continue
        if (decision.id and decision.id in ids) or (not decision.id and _content(decision) in old):
            known += 1
        elif decision.verdict not in ("undo", "redo") and decision.text_sha != _sha(queue, decision):
            stale.append(decision.item)
        else:
            decision = decision if decision.at else decision.model_copy(update={"at": at})
            name = decision.id or History(length=len(written) + len(made)).new_id(decision)
            made.append(decision.model_copy(update={"id": name}))
    if problems:
        raise UsageError("\n".join(problems), mend="mend these lines; nothing was taken over")
    append_all(log, made)
    return Imported(tuple(made), known, tuple(stale))


def _content(d: Decision) -> tuple[object, ...]:
    return d.item, d.text_sha, d.verdict, d.text, d.choice, d.reason, d.undoes


def _sha(queue: Sequence[Item], decision: Decision) -> str:
    return resolve(queue, decision.item).text_sha


def _checked(queue: Sequence[Item], given: Decision, ids: set[str]) -> Decision:
    """The decision with the whole id of its item, its choice by id, and what the choice does."""
    if given.verdict in ("undo", "redo"):
        if not any(known == given.undoes or known.startswith(f"{given.undoes}/") for known in ids):
            raise UsageError(f'{given.verdict} of "{given.undoes}", which is not in the log')
        return given
    item = resolve(queue, given.item)
    update: dict[str, Any] = {"item": item.id, "text_sha": given.text_sha or item.text_sha}
    if given.verdict == "answer":
        update["choice"] = choice_of(item, given.choice or "")
    if given.verdict in ("approve", "reject", "edit"):
        action = Action(given.verdict, text=given.text or "")
        if problem := refusal(item, action):
            raise UsageError(problem)
    if given.verdict == "answer" and isinstance(item.payload, Question):
        update["effect"] = next(c.effect for c in item.payload.choices if c.id == update["choice"])
    return given.model_copy(update=update)


def _why(error: ValidationError | UsageError) -> str:
    if isinstance(error, UsageError):
        return str(error)
    first = error.errors()[0]
    place = ".".join(str(p) for p in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])
