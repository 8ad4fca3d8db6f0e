"""A random sample of the confident items, kept in `data/review/sample.json` until all of it is decided.

The person looks at the items drawn; what they find there tells how many of the rest are wrong (`estimate`). The draw is
kept with the hash of each text, so that the same command goes on with the same sample, and so that a text that changes
afterwards is left out of the count instead of being taken for the one that was drawn.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from refiner.errors import StoreError, UsageError
from refiner.models import ItemKind, Sample, Status
from refiner.review.estimate import Estimate, estimate
from refiner.review.filters import Filters
from refiner.review.items import Item
from refiner.review.order import CONFIDENT
from refiner.review.session import Back, Session
from refiner.review.state import Action, ReviewState
from refiner.store import write_atomic

FILE = "sample.json"
DRAWN_KINDS: tuple[ItemKind, ...] = ("edit", "event", "sample")


class Draw(BaseModel):
    """What was drawn. `population` are the ids of all that could be, with the hash of the text of each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wanted: int
    """how many the person asked for"""
    filters: str
    """as options of the command line"""
    at: str
    """when, ISO in UTC"""
    population: dict[str, str]
    drawn: tuple[str, ...]

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        if self.wanted < 1 or len(set(self.drawn)) < len(self.drawn) or not self.population.keys() >= set(self.drawn):
            raise ValueError("what is drawn must be at least one id, each once, and of the population")
        return self

    @property
    def rest(self) -> list[str]:
        """The ids that were not drawn."""
        looked = set(self.drawn)
        return [name for name in self.population if name not in looked]

    @property
    def command(self) -> str:
        """The options that go on with it."""
        return f"--sample {self.wanted}{f' {self.filters}' if self.filters else ''}"


@dataclass(frozen=True, slots=True)
class Count:
    """How far a draw is. `waiting` and `rest` hold only texts that are still those of the draw."""

    seen: Estimate
    waiting: tuple[str, ...]  # drawn and undecided
    rest: tuple[str, ...]  # not drawn and undecided
    changed: int  # left out: their texts are other ones now, or they are no longer proposed

    @property
    def words(self) -> str:
        """The estimate, what was left out of it, and what of the rest waits no longer."""
        out = [self.seen.words]
        if self.changed:
            one = self.changed == 1
            out.append(f"{self.changed} {'has' if one else 'have'} changed since the draw and {_is(one)} not counted.")
        if apart := self.seen.rest - len(self.rest):
            out.append(f"{apart} of the rest {_is(apart == 1)} decided already.")
        return " ".join(out)


def _is(one: bool) -> str:
    return "is" if one else "are"


def confident(state: ReviewState, filters: Filters) -> list[Item]:
    """The undecided items that need no look of their own and could all be approved at once.

    Not what idealises, and nothing that waits for what needs a look: its text changes when that is decided.
    """
    history = state.history
    return [
        i for i in state.items
        if i.kind in DRAWN_KINDS and state.status(i) == "undecided" and _plain(i)
        and not (isinstance(i.payload, Sample) and i.payload.blocked)
        and all(_plain(p) or state.status(p) != "undecided" for name in i.parents if (p := state.find(name)))
        and filters.show(i, "undecided", history.flagged(i.id))
    ]  # fmt: skip


def _plain(item: Item) -> bool:
    return item.confidence >= CONFIDENT and not item.idealises


def draw(items: Sequence[Item], wanted: int, filters: Filters, at: str, chance: random.Random | None = None) -> Draw:
    """A random sample without replacement; all items where there are no more than `wanted`."""
    chance = chance or random.SystemRandom()
    names = {i.id: i.text_sha for i in items}
    picked = set(chance.sample(sorted(names), min(wanted, len(names))))
    return Draw(wanted=wanted, filters=filters.options(), at=at, population=names,
                drawn=tuple(n for n in names if n in picked))  # fmt: skip


def count(made: Draw, state: ReviewState) -> Count:
    """What was found in the sample so far.

    A verdict counts if it is about the text that was drawn, also where the text changed because of it. Of what is not
    decided, and of the rest, only texts that are still the same count: the others are left out on both sides.
    """
    looked = wrong = changed = 0
    waiting: list[str] = []
    for name in made.drawn:
        status = _found(made, state, name)
        if status is None:
            changed += 1
        elif status == "undecided":
            waiting.append(name)
        else:
            looked, wrong = looked + 1, wrong + (status != "approved")
    rest = [name for name in made.rest if _same(state, made, name) and not _unseen(state, name)]
    changed += len(made.population) - len(made.drawn) - len(rest)
    total = looked + len(waiting) + len(rest)
    left = tuple(name for name in rest if (item := state.find(name)) and state.status(item) == "undecided")
    return Count(estimate(total, looked, wrong, len(waiting)), tuple(waiting), left, changed)


def _found(made: Draw, state: ReviewState, name: str) -> Status | None:
    """What is decided about the text that was drawn; None if that is nothing, and the text is another one now."""
    decided = state.history.decided(name, made.population[name])
    if decided is not None:
        return decided.status
    item = state.find(name)
    return state.status(item) if item is not None and _same(state, made, name) and not _unseen(state, name) else None


def _unseen(state: ReviewState, name: str) -> bool:
    """Whether an item is rejected by a rule that is off, or by words that stay: nobody looked at it."""
    item, decided = state.find(name), state.decided.get(name)
    return item is not None and state.status(item) != "undecided" and not (decided and decided.decision)


def _same(state: ReviewState, made: Draw, name: str) -> bool:
    item = state.find(name)
    return item is not None and item.text_sha == made.population[name]


def finished(made: Draw, state: ReviewState) -> bool:
    """Whether nothing of the sample or of the rest waits any longer."""
    now = count(made, state)
    return not now.waiting and not now.rest


# ---- the file ------------------------------------------------------------------------------------------------------


def read(path: Path) -> Draw | None:
    """The draw that is kept; None if there is none. Raises StoreError."""
    try:
        return Draw.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise StoreError(f"{path} cannot be read: {why}", mend="refiner review --sample N --draw-again") from None


def write(path: Path, made: Draw) -> None:
    """Keeps a draw. Raises StoreError."""
    write_atomic(path, made.model_dump_json(indent=1) + "\n")


def going_on(
    path: Path, state: ReviewState, wanted: int, filters: Filters, *, at: str, again: bool = False,
    chance: random.Random | None = None, keep: bool = True,
) -> Draw:  # fmt: skip
    """The draw to go on with: the one that is kept, or a new one if that is finished or `again`.

    `keep=False` makes none and writes nothing. Raises UsageError if another draw is unfinished or there is nothing to
    draw from, StoreError.
    """
    kept = None if again else read(path)
    if kept is not None and (not keep or not finished(kept, state)):
        if (kept.wanted, kept.filters) != (wanted, filters.options()):
            raise UsageError(
                "another sample was drawn and is not finished",
                mend=f"go on with it: refiner review {kept.command} (or draw anew: add --draw-again)",
            )
        return kept
    if not keep:
        raise UsageError("no sample is drawn", mend=f"refiner review --sample {wanted}")
    items = confident(state, filters)
    if not items:
        raise UsageError(
            f"nothing to draw from: no undecided edit, event or sample with confidence {CONFIDENT} or more"
            f"{f' matches {filters.options()}' if filters else ''}",
            mend="refiner review",
        )
    made = draw(items, wanted, filters, at, chance)
    write(path, made)
    return made


def shown_in(made: Draw, state: ReviewState) -> Mapping[str, Item]:
    """The drawn items that are still those of the draw, by id."""
    return {n: i for n in made.drawn if _same(state, made, n) and (i := state.find(n)) is not None}


def as_json(now: Count) -> dict[str, int]:
    """What a draw says so far, for programs: the estimate is of the `rest` that was not drawn."""
    seen = now.seen
    return {
        "population": seen.population, "looked": seen.looked, "wrong": seen.wrong, "unknown": seen.unknown,
        "rest": seen.rest, "about": seen.about, "low": seen.low, "high": seen.high, "changed": now.changed,
        "undecided": len(now.waiting) + len(now.rest),
    }  # fmt: skip


# ---- on the screen -------------------------------------------------------------------------------------------------


class AtEnd:
    """What a drawn review says when it ends: the estimate, and whether to approve the rest."""

    def __init__(self, made: Draw) -> None:
        self.made = made

    def __call__(self, session: Session) -> bool:
        """Says whether the review goes on: the person took the last decision back."""
        now = count(self.made, session.state)
        if not now.seen.looked:
            return False
        session.screen.say(now.words)
        if now.waiting or not now.rest:
            return False
        rest = len(now.rest)
        offered = {str(rest): f"approves all {rest}", "u": "takes the last decision back"}
        try:
            typed = session.ask_line("Approve the rest?", offered=offered, end="Enter leaves them:", fresh=True)
        except EOFError:
            return False
        except Back:
            typed = ""
        if typed == str(rest):
            session.do(Action("decide_same", ids=now.rest))
        elif typed == "u":
            session.do(Action("undo"))
            return True
        else:
            session.screen.say(f"nothing was decided; {rest} are left")
        return False
