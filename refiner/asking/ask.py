"""One question to a model: what is sent, what shape the answer has, and how it is checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from refiner.edits import digest
from refiner.store import canonical

TEMPERATURE = 0


class Shape(BaseModel):
    """Base of all answers. Every field is required, nothing else is allowed, as strict schemas of servers want it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


A = TypeVar("A", bound=Shape)


def _no_complaint(answer: Any) -> str:
    return ""


@dataclass(frozen=True)
class Ask(Generic[A]):
    """A question. `check` says what is wrong with an answer of the right shape, in words for the model; "": nothing."""

    prompt: str  # name of the prompt file
    note: str  # path of the note that it is about, "" for the whole life
    messages: tuple[Mapping[str, str], ...]
    shape: type[A]
    max_tokens: int  # of the answer; thinking is not counted
    check: Callable[[A], str] = field(default=_no_complaint, compare=False)
    weigh: bool = False  # ask for log-probabilities where the server has them (a closed choice)

    def request(self, model: str, messages: tuple[Mapping[str, str], ...] | None = None) -> dict[str, Any]:
        """The content of the request, which its key is made of."""
        return {
            "model": model,
            "messages": [dict(m) for m in (messages or self.messages)],
            "schema": schema_of(self.shape),
            "temperature": TEMPERATURE,
            "max_tokens": self.max_tokens,
            **({"logprobs": True} if self.weigh else {}),
        }


@dataclass(frozen=True)
class Answer(Generic[A]):
    """A checked answer. `weights`: log-probabilities of a choice and its alternatives, where the server has them."""

    value: A
    weights: Mapping[str, float] = field(default_factory=dict)


@cache
def schema_of(shape: type[Shape]) -> dict[str, Any]:
    """The JSON schema of a shape, without the titles and docstrings that a model has no use for."""

    def bare(value: Any, *, names: bool = False) -> Any:
        if isinstance(value, dict):
            return {
                k: bare(v, names=k in ("properties", "$defs"))
                for k, v in value.items()
                if names or k not in ("title", "description")
            }
        return [bare(v) for v in value] if isinstance(value, list) else value

    schema = bare(shape.model_json_schema())
    assert isinstance(schema, dict)
    return schema


def request_key(request: Mapping[str, Any]) -> str:
    """The key of a request: a hash of everything that decides its answer, and of nothing else."""
    return digest("answer", canonical(request))
