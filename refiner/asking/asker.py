"""Puts questions to the model: from the kept answers where it can, else over the wire; bounded, retried, paid for.

Questions run as flows, coroutines that ask one thing after another, so that each note goes on as soon as its own
answers are there. How a request is sent stands in `wire`.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import model_validator

from refiner.answers import Answers, Stored
from refiner.asking.ask import Answer, Ask, Shape, request_key
from refiner.asking.budget import Budget, Usage
from refiner.asking.reply import BadAnswer, json_in, read, without_thinking
from refiner.asking.standins import StandIns
from refiner.asking.trail import TRAIL
from refiner.asking.wire import Spent, Stopped, Transport, Wire, prompt_tokens
from refiner.config import LLM
from refiner.edits import digest
from refiner.llm import Completion, Fault, ask_again
from refiner.prompts import Prompt, folders, load_prompt

A = TypeVar("A", bound=Shape)
T = TypeVar("T")


@dataclass(frozen=True)
class Waiting:
    """A question that would be sent, for `--dry-run`."""

    prompt: str
    note: str
    messages: tuple[Mapping[str, str], ...]
    prompt_tokens: int
    most_tokens: int  # of the answer


@dataclass
class Asker:
    """One run's talk with one model. Not for several threads."""

    llm: LLM
    transport: Transport
    answers: Answers
    budget: Budget = field(default_factory=Budget)
    stand_ins: StandIns | None = None
    pseudonymise: bool = False  # the chain makes the stand-ins once it has read the people
    workspace: Path | None = None  # whose prompts/ come first
    offline: bool = False  # answers only from what is kept: what is not there stays open
    dry: bool = False  # offline, and lists what would be sent
    usage: Usage = field(default_factory=Usage)
    waiting: list[Waiting] = field(default_factory=list)
    unasked: int = 0  # questions that were not put because the budget was spent
    lost: list[str] = field(default_factory=list)  # what failed for good, "prompt about note: why"
    used: set[str] = field(default_factory=set)  # keys of all answers that this run asked for
    absent: int = 0  # questions whose answer is not kept, while offline
    progress: Callable[[str, int], None] = lambda stage, done: None

    def __post_init__(self) -> None:
        self._wire = Wire(self.llm, self.transport, self.answers, self.budget, self.usage)
        self._runner: asyncio.Runner | None = None
        self._now_asked: dict[str, asyncio.Future[Stopped | None]] = {}
        self._listed: set[str] = set()

    @property
    def name(self) -> str:
        return self.llm.model

    @property
    def failed(self) -> int:
        """How many questions of the flow that asks this got no usable answer; of all, outside a flow that is kept."""
        trail = TRAIL.get()
        return trail.failed if trail else self.usage.failed

    def prompt(self, name: str) -> Prompt:
        """The prompt file of this name; the workspace's own comes first. Raises PromptError."""
        return load_prompt(name, self.workspace)

    @cached_property
    def prompts_key(self) -> str:
        """Changes with the words of any prompt."""
        names = sorted({p.stem for folder in folders(self.workspace) for p in folder.glob("*.md")})
        return digest(*(self.prompt(name).key for name in names))

    # -- running flows -----------------------------------------------------------------------------------------------

    def run(self, flows: Iterable[Callable[[], Awaitable[T]]]) -> list[T]:
        """Runs flows to their end, some at a time, and gives their results in order.

        Raises ModelError when the endpoint cannot be used at all; what was answered until then is kept.
        """
        if self._runner is None:
            self._runner = asyncio.Runner()
        runner = self._runner
        return _apart(lambda: runner.run(self._run(flows)))

    async def _run(self, flows: Iterable[Callable[[], Awaitable[T]]]) -> list[T]:
        todo = list(enumerate(flows))
        todo.reverse()
        done: dict[int, T] = {}

        async def worker() -> None:
            while todo and self._wire.end is None:
                at, flow = todo.pop()
                done[at] = await flow()

        # More flows than slots, so that one that waits to be sent again keeps no slot empty.
        size = min(len(todo), 1 if self.offline or self.dry else 4 * self.llm.max_concurrency)
        tasks = [asyncio.ensure_future(worker()) for _ in range(size)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if self._wire.end is not None:
            raise self._wire.end
        return [done[at] for at in sorted(done)]

    def close(self) -> None:
        """Closes the connection."""
        runner, self._runner = self._runner, None
        if runner is None:
            return

        def end() -> None:
            with runner:
                runner.run(self.transport.close())

        _apart(end)

    # -- one question ------------------------------------------------------------------------------------------------

    async def ask(self, ask: Ask[A]) -> Answer[A] | None:
        """The checked answer to one question; None when there is none: not kept (offline), not affordable, or the
        model could not give one that stands up to the checks. What failed is counted in `usage` and `lost`."""
        messages = tuple(ask.messages)
        try:
            stored = await self._text(ask, messages)
            try:
                value = read(self._uncovered(stored.text), ask.shape)
                reason = ask.check(value)
            except BadAnswer as bad:
                reason = str(bad)
            if reason:
                again = await self._mended(ask, stored, reason)
                if again is None:
                    self.usage.failed += 1
                    if trail := TRAIL.get():
                        trail.failed += 1
                    return None
                return Answer(again)
        except Stopped:
            if trail := TRAIL.get():
                trail.whole = False
            return None
        weights = json.loads(stored.weights) if stored.weights else {}
        return Answer(value, weights)

    def _uses(self, key: str) -> None:
        self.used.add(key)
        if trail := TRAIL.get():
            trail.keys.add(key)

    async def _mended(self, ask: Ask[A], stored: Stored, reason: str) -> A | None:
        """Goes back to the model with the reason, bounded; each of these answers is kept like any other.

        What comes of it is kept too ("" for nothing), so that a later run need not lead the talk again.
        """
        end = digest("mended", stored.key, reason)
        self._uses(end)
        if (kept := self.answers.get(end)) is not None:
            self.usage.cached += 1
            if not kept.text:
                return None
            with suppress(BadAnswer):
                value = read(self._uncovered(kept.text), ask.shape)
                if not ask.check(value):
                    return value
        if self.offline or self.dry:
            raise Stopped
        keys = [stored.key]

        raised: list[Exception] = []

        async def send(messages: Sequence[Mapping[str, str]]) -> str:
            if raised:
                raise raised[0]
            self.usage.asked_again += 1
            kept = await self._text(ask, tuple(messages))
            keys.append(kept.key)
            text = self._uncovered(kept.text)
            try:
                return json_in(text)
            except BadAnswer:
                return text

        made = await ask_again(ask.messages, self._uncovered(stored.text), reason, _checked(ask, raised), send)
        if raised:
            raise raised[0]
        for key in keys[: len(keys) - (made is not None)]:
            self.answers.unfit(key)
        text = self._covered(made.model_dump_json()) if made is not None else ""
        self.answers.put(Stored(end, ask.prompt, ask.note, self.llm.model, text, fits=made is not None))
        return ask.shape.model_validate(made.model_dump()) if made is not None else None

    def _covered(self, text: str) -> str:
        return self.stand_ins.cover(text) if self.stand_ins else text

    def _uncovered(self, text: str) -> str:
        return self.stand_ins.uncover(text) if self.stand_ins else text

    async def _text(self, ask: Ask[A], messages: tuple[Mapping[str, str], ...]) -> Stored:
        """The answer to some messages, from what is kept or from the model. Raises Stopped."""
        if self.stand_ins:
            messages = tuple({**m, "content": self.stand_ins.cover(m["content"])} for m in messages)
        request = ask.request(self.llm.model, messages)
        key = request_key(request)
        self._uses(key)
        while (asked := self._now_asked.get(key)) is not None:  # the same words are on their way already
            if (stopped := await asyncio.shield(asked)) is not None:
                self.unasked += isinstance(stopped, Spent)
                raise Stopped
        if (stored := self.answers.get(key)) is not None:
            self.usage.cached += 1
            return stored
        if self.offline or self.dry:
            self.absent += 1
            if self.dry and key not in self._listed:
                self._listed.add(key)
                self.waiting.append(Waiting(ask.prompt, ask.note, messages, prompt_tokens(request), ask.max_tokens))
            raise Stopped
        self._now_asked[key] = asked = asyncio.get_running_loop().create_future()
        failed: Stopped | None = None
        try:
            done = await self._sent(ask, request)
            stored = Stored(
                key, ask.prompt, ask.note, self.llm.model, without_thinking(done.text), _weights(done),
                prompt_tokens=done.prompt_tokens, completion_tokens=done.completion_tokens,
            )  # fmt: skip
            self.answers.put(stored)
        except Stopped as stopped:
            failed = stopped
            self.unasked += isinstance(stopped, Spent)
            raise
        finally:
            del self._now_asked[key]
            asked.set_result(failed)
        self.progress("asked", 1)
        return stored

    async def _sent(self, ask: Ask[A], request: dict[str, Any]) -> Completion:
        """Sends a request until it is answered. Raises Stopped when it will not be."""
        before = self.usage.calls
        try:
            return await self._wire.send(request)
        except Fault as fault:
            alone = fault.kind in ("away", "busy") and self.usage.calls == before  # nor was any other answered
            if fault.kind == "fatal" or alone:
                self._wire.stop(fault)
            else:
                self.lost.append(f"{ask.prompt}{f' about {ask.note}' if ask.note else ''}: {fault.message}")
            raise Stopped from None


def _apart(work: Callable[[], T]) -> T:
    """Does work that runs an event loop; in a thread of its own where one is running here already (a notebook)."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work()
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()


def _checked(ask: Ask[A], raised: list[Exception]) -> type[A]:
    """The shape with its check inside, as the talk about a bad answer needs it. A check that fails itself is not the
    model's fault: what it raises is kept apart."""

    class Answer(ask.shape):  # type: ignore[name-defined,misc]
        @model_validator(mode="after")
        def _stands(self) -> Any:
            try:
                reason = ask.check(self)
            except Exception as error:
                raised.append(error)
                raise
            if reason:
                raise ValueError(reason)
            return self

    return cast("type[A]", Answer)


def _weights(done: Completion) -> str:
    """JSON of the alternatives to the value of "choice", token -> log-probability; "" where there are none."""
    text = ""
    for token, alternatives in done.weights:
        text += token
        if _CHOICE.search(text):
            found = {a.strip(' "'): p for a, p in reversed(alternatives) if a.strip(' "')}
            return json.dumps(found, ensure_ascii=False, sort_keys=True)
    return ""


_CHOICE = re.compile(r'"choice"\s*:\s*"?[^\s"]')
