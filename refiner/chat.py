"""One talk with her: what is sent, what she answers, what is kept. Knows no terminal.

Every request has the system message whole, and of the talk as much as fits; the oldest turns go first.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Protocol

from refiner.errors import ModelError, UsageError
from refiner.talk_context import SPARE, Fitted, Messages, fit
from refiner.talk_files import TalkFile, Turn, now
from refiner.talk_repeat import repeats

UNKNOWN_CONTEXT = 4096  # tokens, for an endpoint that does not say
LIVELY = 0.8  # temperature of another answer, where the talk has none: at 0 it would be the same
Show = Callable[[str], None]


class Model(Protocol):
    """Something that answers. Pieces come as they are made."""

    name: str
    context: int

    def reply(
        self, messages: Messages, *, max_tokens: int = ..., temperature: float = ..., seed: int | None = ...
    ) -> Iterator[str]: ...

    def count(self, messages: Messages) -> int: ...

    def close(self) -> None: ...


class Conversation:
    """One talk: the system message, the turns, and a private file that gets each of them as it ends."""

    def __init__(
        self,
        model: Model,
        system: str,
        file: TalkFile | None = None,
        *,
        max_tokens: int = 200,
        temperature: float = 0.0,
        seed: int | None = None,
        turns: Sequence[Turn] = (),
        say: Show = lambda text: None,
    ) -> None:
        """`say` is told once when the talk has become too long to be sent whole, and of each answer that is cut off or
        stopped since she repeats herself."""
        self.model, self.system, self.file = model, system, file
        self.max_tokens, self.temperature, self.seed = max_tokens, temperature, seed
        self.turns = list(turns)
        self.say, self._told = say, False

    @property
    def last(self) -> Turn | None:
        return self.turns[-1] if self.turns else None

    def ask(self, text: str, show: Show) -> Turn:
        """Her answer to `text`, shown piece by piece. An interrupted answer stays in the talk as far as it came.

        Raises UsageError where the question alone is too long, ModelError where the model fails: the talk is then as it
        was before.
        """
        answer, stopped = self._answer(self.model, self.turns, text, show, self.temperature, self.seed)
        number = 1 + max((int(t.id[1:]) for t in self.turns if t.id[1:].isdigit()), default=0)
        return self._keep(Turn(f"t{number}", now(), text, answer, stopped=stopped))

    def again(self, show: Show) -> Turn:
        """Another answer to the last question, instead of the one that was given. Raises UsageError, ModelError."""
        last = self._last()
        seed = secrets.randbelow(2**31)
        answer, stopped = self._answer(
            self.model, self.turns[:-1], last.user, show, self.temperature or LIVELY, seed
        )  # fmt: skip
        self.turns.pop()
        return self._keep(Turn(last.id, now(), last.user, answer, again=last.again + 1, stopped=stopped))

    def compare(self, model: Model, show: Show) -> str:
        """What another model answers to the last question, with the same talk before it. It does not enter the talk.

        Raises UsageError, ModelError.
        """
        last = self._last()
        return self._answer(model, self.turns[:-1], last.user, show, self.temperature, self.seed)[0]

    def mark(self, turn: Turn) -> None:
        """Puts the newest state of a turn of this talk in its place, and keeps it."""
        self.turns = [turn if t.id == turn.id else t for t in self.turns]
        if self.file:
            self.file.turn(turn)

    def sent(self, text: str, turns: Sequence[Turn] | None = None, *, model: Model | None = None) -> Fitted:
        """What is sent for a question. Raises UsageError where it is too long by itself."""
        asked = model or self.model
        size = asked.context or UNKNOWN_CONTEXT
        room = size - min(self.max_tokens, size // 2) - SPARE
        before = [(t.user, t.said or "…") for t in (self.turns if turns is None else turns)]
        fitted = fit(self.system, before, text, room, asked.count)
        if not fitted.fits:
            raise UsageError(
                f"that is longer than she can read at once ({fitted.tokens} tokens with who she is; {room} fit); "
                "nothing was asked",
                mend="say it shorter, or begin with a larger --context",
            )
        return fitted

    def _answer(
        self, model: Model, turns: Sequence[Turn], text: str, show: Show, temperature: float, seed: int | None
    ) -> tuple[str, bool]:
        left = list(turns)
        while True:
            fitted = self.sent(text, left, model=model)
            left = left[fitted.dropped :]
            if len(left) < len(turns) and not self._told:
                self._told = True
                self.say("the talk has become longer than she can read at once: its beginning is left out from now on")
            pieces: list[str] = []
            coming = model.reply(fitted.messages, max_tokens=self.max_tokens, temperature=temperature, seed=seed)
            try:
                for piece in coming:
                    pieces.append(piece)
                    show(piece)
                    if repeats("".join(pieces)):
                        self.say("she repeats herself; stopped")
                        return "".join(pieces).strip(), False
                if getattr(model, "cut", False):
                    self.say(f"she was cut off after {self.max_tokens} tokens; --max-tokens allows more")
                return "".join(pieces).strip(), False
            except KeyboardInterrupt:
                show(" …")
                return "".join(pieces).strip(), True
            except ModelError as error:
                # A server that reads less than it was thought to: try with half of the talk.
                if pieces or not left or "context" not in error.message:
                    raise
                left = left[(len(left) + 1) // 2 :]
            finally:
                if isinstance(coming, Generator):  # the model writes no further where nobody reads
                    coming.close()

    def _keep(self, turn: Turn) -> Turn:
        self.turns.append(turn)
        if self.file:
            self.file.turn(turn)
        return turn

    def _last(self) -> Turn:
        if not self.turns:
            raise UsageError("nothing was asked yet")
        return self.turns[-1]
