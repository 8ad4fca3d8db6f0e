"""The only file that imports openai or instructor: closed questions to an OpenAI-compatible endpoint.

Private by default: an endpoint that is not on this machine is refused before anything is sent. Keys come from the
environment alone. Nothing heavy is imported before the first question is put.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, create_model

from refiner.config import LLM
from refiner.edits import digest
from refiner.errors import ModelError, RemoteRefused
from refiner.models import Note, Question
from refiner.prompts import load_prompt
from refiner.store import Cache, canonical

_TRIES = 3
_TIMEOUT = 120.0  # seconds; a laptop's 4 B model may need one of them for a long passage
_SAMPLING = {"temperature": 0, "max_tokens": 200}


class Chosen(BaseModel):
    """A model's answer to a closed question. `why` comes first, so that the choice follows from it."""

    why: str = Field(max_length=400)
    choice: int = Field(ge=0)


def is_local(base_url: str) -> bool:
    """Whether an endpoint's host is this machine: localhost or a loopback address, nothing that needs a name server."""
    host = (urlsplit(base_url).hostname or "").lower()
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_remote(llm: LLM, sending: str = "passages of your notes") -> None:
    """Raises RemoteRefused when the endpoint is elsewhere and `allow_remote` is not set."""
    if not llm.allow_remote and not is_local(llm.base_url):
        host = urlsplit(llm.base_url).hostname or llm.base_url
        raise RemoteRefused(
            f"[llm] base_url is {host}, which is not this machine: {sending} would have been sent there; nothing was",
            mend="use a local model (base_url on 127.0.0.1), or set allow_remote = true under [llm] in refiner.toml",
        )


@dataclass
class Usage:
    calls: int = 0
    cached: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass
class ModelAdviser:
    """Puts open questions to the configured model, one closed choice each, asked twice with the answers in another
    order; only an answer that comes both times and is not "does not tell" counts."""

    llm: LLM
    direction: str
    cache: Cache
    offline: bool = False  # answers only from the cache: what is not there stays open
    usage: Usage = field(default_factory=Usage)

    @property
    def name(self) -> str:
        return self.llm.model

    def settle(self, asked: Sequence[tuple[Note, Question]]) -> Mapping[str, tuple[str, str]]:
        """Question id -> (choice id, reason). Raises ModelError when the endpoint cannot be reached at all."""
        refuse_remote(self.llm)
        return asyncio.run(self._settle(asked))

    async def _settle(self, asked: Sequence[tuple[Note, Question]]) -> dict[str, tuple[str, str]]:
        gate = asyncio.Semaphore(self.llm.max_concurrency)
        client: list[Any] = []  # made at the first miss: importing openai costs a second

        async def one(note: Note, question: Question) -> tuple[str, tuple[str, str]] | None:
            labels = [c.label for c in question.choices]
            picks = []
            for order in (list(range(len(labels))), list(reversed(range(len(labels))))):
                messages = self._messages(note, question, [labels[i] for i in order])
                async with gate:
                    said = await self._ask(messages, len(labels), client)
                if said is None or said.choice == 0:
                    return None
                picks.append((order[said.choice - 1], said.why))
                if len({i for i, _ in picks}) > 1:
                    return None
            index, why = picks[0]
            return question.id, (question.choices[index].id, why.strip() or "the model gave no reason")

        done = await asyncio.gather(*(one(n, q) for n, q in asked))
        if client:
            await client[0].close()
        return dict(d for d in done if d is not None)

    def _messages(self, note: Note, question: Question, labels: list[str]) -> list[dict[str, str]]:
        start, end = question.start or 0, question.end or 0
        # The paragraph, or 600 characters around the place in a long one: what a small model can still read well.
        left = max(
            note.text.rfind("\n\n", 0, start) + 2 if "\n\n" in note.text[:start] else note.body_start, start - 600
        )
        stop = note.text.find("\n\n", end)
        right = min(stop if stop >= 0 else len(note.text), end + 600)
        passage = f"{note.text[left:start]}>>{note.text[start:end]}<<{note.text[end:right]}".strip()
        prompt = load_prompt("choose")
        return prompt.messages(
            passage=passage,
            marked=note.text[start:end],
            question=question.question,
            choices=labels,
            direction=self.direction,
        )

    async def _ask(self, messages: list[dict[str, str]], choices: int, client: list[Any]) -> Chosen | None:
        """One answer, from the cache or from the model; None when the model gave no usable one."""
        shape = _bounded(choices)
        request = {"model": self.llm.model, "messages": messages, "schema": shape.model_json_schema(), **_SAMPLING}
        key = digest("llm", canonical(request))
        if (stored := self.cache.get(key)) is not None:
            self.usage.cached += 1
            return Chosen.model_validate_json(stored)
        if self.offline:
            return None
        if not client:
            client.append(self._connect())
        said = await self._call(client[0], messages, shape)
        if said is None:
            self.usage.failed += 1
            return None
        self.cache.put(key, "llm", "", said.model_dump_json())
        return said

    def _connect(self) -> Any:
        import instructor
        import openai

        logging.getLogger("instructor").setLevel(logging.CRITICAL)  # it would print what we say in our own words
        key = os.environ.get(self.llm.api_key_env) or ("local" if is_local(self.llm.base_url) else "")
        if not key:
            raise ModelError(
                f"the environment variable {self.llm.api_key_env} is empty", mend=f"export {self.llm.api_key_env}=…"
            )
        client = openai.AsyncOpenAI(base_url=self.llm.base_url, api_key=key, max_retries=2, timeout=_TIMEOUT)
        return instructor.from_openai(client, mode=instructor.Mode.JSON_SCHEMA)

    async def _call(self, client: Any, messages: list[dict[str, str]], shape: type[Chosen]) -> Chosen | None:
        import openai
        from instructor.core import InstructorRetryException
        from tenacity import AsyncRetrying, retry_if_not_exception_type, stop_after_attempt

        # Only answers that do not fit are asked again here; the client has retries of its own for the network.
        again = AsyncRetrying(stop=stop_after_attempt(_TRIES), retry=retry_if_not_exception_type(openai.APIError))
        try:
            # instructor asks again with the reason when an answer does not fit the shape. Never pass it `context=`: it
            # would render the notes as a template.
            said, done = await client.chat.completions.create_with_completion(
                model=self.llm.model, messages=messages, response_model=shape, max_retries=again, **_SAMPLING
            )
        except InstructorRetryException as error:
            cause = error.__cause__ or error
            if isinstance(cause, openai.APIError):
                raise _explained(cause, self.llm) from None
            return None  # a bad answer of a model is data, not a crash: the question stays the person's
        except openai.APIError as error:
            raise _explained(error, self.llm) from None
        self.usage.calls += 1
        if done.usage:
            self.usage.prompt_tokens += done.usage.prompt_tokens
            self.usage.completion_tokens += done.usage.completion_tokens
        return Chosen(why=said.why, choice=said.choice)


def _bounded(choices: int) -> type[Chosen]:
    """The answer's shape with the number of choices as its bound, so that a server with grammars cannot leave it."""
    return create_model("Chosen", __base__=Chosen, choice=(int, Field(ge=0, le=choices)))


def _explained(error: Exception, llm: LLM) -> ModelError:
    """An endpoint's failure in words that name what mends it; never the key or the request."""
    import openai

    if isinstance(error, openai.AuthenticationError):
        return ModelError(f"{llm.base_url} refused the key in {llm.api_key_env}", mend=f"export {llm.api_key_env}=…")
    if isinstance(error, openai.NotFoundError):
        return ModelError(f'{llm.base_url} has no model "{llm.model}"', mend=f"ollama pull {llm.model}")
    if isinstance(error, openai.APIStatusError):
        return ModelError(f"{llm.base_url} answered {error.status_code}", mend="refiner refine goes on where it was")
    return ModelError(
        f"{llm.base_url} does not answer ({type(error).__name__})",
        mend="start the model's server (ollama serve), or: refiner refine --engine rules",
    )
