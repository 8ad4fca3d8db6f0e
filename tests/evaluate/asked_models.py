"""A model that answers by a rule of the test's own, and what servers send."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from refiner.errors import ModelError

SERVER = str(Path(__file__).resolve().parents[1] / "asking")
if SERVER not in sys.path:
    sys.path.insert(0, SERVER)


class Ruled:
    """Answers with what `say` makes of system message and question. `say` may raise."""

    name, context = "ruled", 4096

    def __init__(self, say: Callable[[str, str], str] = lambda system, asked: f"You asked: {asked}") -> None:
        self.say = say
        self.asked: list[list[dict[str, str]]] = []
        self.settings: list[tuple[int, float, int | None]] = []
        self.closed = self.cut = False

    def count(self, messages: list[dict[str, str]]) -> int:
        return sum(len(m["content"].split()) for m in messages)

    def reply(
        self, messages: list[dict[str, str]], *, max_tokens: int = 0, temperature: float = 1.0, seed: int | None = None
    ) -> Iterator[str]:
        self.asked.append([dict(m) for m in messages])
        self.settings.append((max_tokens, temperature, seed))
        words = self.say(messages[0]["content"], messages[-1]["content"]).split(" ")
        self.cut = len(words) > max_tokens
        yield from (f"{word} " for word in words[:max_tokens])

    def close(self) -> None:
        self.closed = True


def failing(after: int) -> Callable[[str, str], str]:
    """Answers so many times, then fails for good."""
    left = [after]

    def say(system: str, asked: str) -> str:
        left[0] -= 1
        if left[0] < 0:
            raise ModelError("it went away")
        return "Yes."

    return say


def streamed(text: str, reason: str = "stop") -> bytes:
    """A streamed answer as OpenAI-compatible servers send it."""
    events = [{"choices": [{"delta": {"content": text}}]}, {"choices": [{"delta": {}, "finish_reason": reason}]}]
    return "".join(f"data: {json.dumps(e)}\n\n" for e in events).encode() + b"data: [DONE]\n\n"
