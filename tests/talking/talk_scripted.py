"""A model with a script, for tests of talks: what it was asked is written down, and it can be slow, or fail."""

from __future__ import annotations

import time
from collections.abc import Iterator

from refiner.errors import ModelError


class Scripted:
    """Answers with each text of `script` in turn, word by word; the last one for ever. `failing`: after that many words
    the model fails. A token is a word."""

    name = "scripted"

    def __init__(
        self, *script: str, context: int = 4096, pause: float = 0.0, failing: int | None = None, limit: int = 0
    ) -> None:
        self.script, self.context, self.pause, self.failing = list(script), context, pause, failing
        self.limit = limit  # tokens above which it refuses, as a server with a smaller context does
        self.asked: list[list[dict[str, str]]] = []
        self.settings: list[tuple[float, int | None]] = []
        self.closed = self.cut = self.ended = False

    def count(self, messages: list[dict[str, str]]) -> int:
        return sum(len(m["content"].split()) for m in messages)

    def reply(
        self, messages: list[dict[str, str]], *, max_tokens: int = 0, temperature: float = 0.0, seed: int | None = None
    ) -> Iterator[str]:
        self.asked.append([dict(m) for m in messages])
        self.settings.append((temperature, seed))
        if self.limit and self.count(messages) > self.limit:
            raise ModelError("answered 400: the request exceeds the available context size")
        text = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        try:
            for n, word in enumerate(text.split(" ")):
                if self.failing is not None and n >= self.failing:
                    raise ModelError("the model failed")
                time.sleep(self.pause)
                yield word if n == 0 else f" {word}"
        except GeneratorExit:  # nobody reads on
            self.ended = True
            raise

    def close(self) -> None:
        self.closed = True
