"""A model in the place of an endpoint: it answers by a function of the request, and keeps what it was asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from refiner.answers import Answers
from refiner.asking.asker import Asker
from refiner.asking.budget import Budget
from refiner.config import LLM
from refiner.llm import Completion, Fault, Mode
from refiner.store import NoCache

Request = Mapping[str, Any]
NAME = "fake"


@dataclass
class Fake:
    """A transport. `answer` gives the text of the answer, something to write as JSON, or a Fault to raise."""

    answer: Callable[[Request], object]
    mode: Mode | None = "schema"
    asked: list[Request] = field(default_factory=list)

    async def send(self, request: Request, mode: Mode, *, allowance: int = 0) -> Completion:
        self.asked.append(request)
        said = self.answer(request)
        if isinstance(said, Fault):
            raise said
        return Completion(said if isinstance(said, str) else json.dumps(said))

    async def close(self) -> None:
        pass


def user(request: Request) -> str:
    """The last message that the question itself has: not what was said in asking again."""
    return str(request["messages"][1]["content"])


def is_choice(request: Request) -> bool:
    return "choice" in request["schema"]["properties"]


def options(request: Request) -> dict[str, str]:
    """The letters of a closed choice and their words."""
    return dict(re.findall(r"(?m)^([A-P])\. (.+)$", user(request)))


def pick(request: Request, words: str) -> dict[str, str]:
    """The choice whose words begin so."""
    return {"choice": next(letter for letter, said in options(request).items() if said.startswith(words))}


def asker(answer: Callable[[Request], object], answers: Answers | None = None, **more: Any) -> tuple[Asker, Fake]:
    """An asker whose model is a function."""
    fake = Fake(answer)
    budget = more.pop("budget", None) or Budget()
    return Asker(LLM(model=NAME), fake, answers or Answers(None), budget, **more), fake


class Memory(NoCache):
    """A cache that remembers."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.kept.get(key)

    def put(self, key: str, stage: str, note: str, value: str) -> None:
        self.kept[key] = value
