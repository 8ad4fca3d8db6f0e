"""Puts questions to the model: from the kept answers where it can, else over the wire; bounded, retried, paid for.

Questions run as flows, coroutines that ask one thing after another, so that each note goes on as soon as its own
answers are there. A request holds a slot only while it is on its way: one that waits to be sent again holds none.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar, cast

from pydantic import model_validator

from refiner.answers import Answers, Stored
from refiner.asking.ask import Answer, Ask, Shape, request_key
from refiner.asking.budget import Budget, Usage, estimate_tokens
from refiner.asking.limits import Limit
from refiner.asking.reply import BadAnswer, json_in, read, without_thinking
from refiner.asking.retry import LONGEST, TRIES, pause, retry_after
from refiner.asking.standins import StandIns
from refiner.config import LLM
from refiner.edits import digest
from refiner.errors import ModelError
from refiner.llm import MODES, Completion, Fault, Mode, ask_again, unreachable

A = TypeVar("A", bound=Shape)
T = TypeVar("T")
_EMPTY_TRIES = 2  # an empty answer may be a server's slip; sent again once as it was, then with the reason
_THINKING = 4096  # tokens allowed for thinking once a model has been seen to think
_DEAD_AFTER = 8  # faults in a row beyond the requests in flight, no answer between them: the endpoint is gone


class Transport(Protocol):
    """What sends one request. `refiner.llm.Endpoint` is the real one."""

    mode: Mode | None

    async def send(self, request: Mapping[str, Any], mode: Mode, *, allowance: int = 0) -> Completion: ...
    async def close(self) -> None: ...


@dataclass(frozen=True)
class Waiting:
    """A question that would be sent, for `--dry-run`."""

    prompt: str
    note: str
    messages: tuple[Mapping[str, str], ...]
    prompt_tokens: int
    most_tokens: int  # of the answer


class Stopped(Exception):
    """No more is sent: the budget is spent, or the endpoint is gone."""


@dataclass
class Asker:
    """One run's talk with one model. Not for several threads."""

    llm: LLM
    transport: Transport
    answers: Answers
    budget: Budget = field(default_factory=Budget)
    stand_ins: StandIns | None = None
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
        self._limit = Limit(self.llm.max_concurrency)
        self._in_flight = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._runner: asyncio.Runner | None = None
        self._finding = asyncio.Lock()
        self._now_asked: dict[str, asyncio.Future[None]] = {}
        self._end: ModelError | None = None
        self._spent = False
        self._broken_in_a_row = 0
        self._thinks = self.answers.fact(self._fact("thinks")) == "yes"
        kept = self.answers.fact(self._fact("mode"))
        if self.transport.mode is None and kept in MODES:
            self.transport.mode = kept

    @property
    def name(self) -> str:
        return self.llm.model

    def _fact(self, what: str) -> str:
        return f"{what}:{digest(self.llm.base_url, self.llm.model)}"

    # -- running flows -----------------------------------------------------------------------------------------------

    def run(self, flows: Iterable[Callable[[], Awaitable[T]]]) -> list[T]:
        """Runs flows to their end, some at a time, and gives their results in order.

        Raises ModelError when the endpoint cannot be used at all; what was answered until then is kept.
        """
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(self._run(flows))

    async def _run(self, flows: Iterable[Callable[[], Awaitable[T]]]) -> list[T]:
        todo = list(enumerate(flows))
        todo.reverse()
        done: dict[int, T] = {}

        async def worker() -> None:
            while todo:
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
        if self._end is not None:
            raise self._end
        return [done[at] for at in sorted(done)]

    def close(self) -> None:
        """Closes the connection."""
        if self._runner is not None:
            self._runner.run(self.transport.close())
            self._runner.close()
            self._runner = None

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
                    return None
                return Answer(again)
        except Stopped:
            return None
        weights = json.loads(stored.weights) if stored.weights else {}
        return Answer(value, weights)

    async def _mended(self, ask: Ask[A], stored: Stored, reason: str) -> A | None:
        """Goes back to the model with the reason, bounded; each of these answers is kept like any other.

        What comes of it is kept too ("" for nothing), so that a later run need not lead the talk again.
        """
        end = digest("mended", stored.key, reason)
        self.used.add(end)
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

        async def send(messages: Sequence[Mapping[str, str]]) -> str:
            self.usage.asked_again += 1
            kept = await self._text(ask, tuple(messages))
            keys.append(kept.key)
            return self._uncovered(kept.text)

        made = await ask_again(ask.messages, self._uncovered(stored.text), reason, _checked(ask), send)
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
        self.used.add(key)
        while key in self._now_asked:  # the same words are on their way already
            await self._now_asked[key]
        if (stored := self.answers.get(key)) is not None:
            self.usage.cached += 1
            return stored
        if self.offline or self.dry:
            self.absent += 1
            if self.dry:
                self.waiting.append(Waiting(ask.prompt, ask.note, messages, _prompt_tokens(messages), ask.max_tokens))
            raise Stopped
        self._now_asked[key] = asked = asyncio.get_running_loop().create_future()
        try:
            done = await self._sent(ask, request)
            stored = Stored(
                key, ask.prompt, ask.note, self.llm.model, without_thinking(done.text), _weights(done),
                prompt_tokens=done.prompt_tokens, completion_tokens=done.completion_tokens,
            )  # fmt: skip
            self.answers.put(stored)
        finally:
            del self._now_asked[key]
            asked.set_result(None)
        self.progress("asked", 1)
        return stored

    # -- over the wire -----------------------------------------------------------------------------------------------

    async def _sent(self, ask: Ask[A], request: dict[str, Any]) -> Completion:
        """Sends a request until it is answered. Raises Stopped when it will not be."""
        while True:
            allowance = _THINKING if self._thinks else 0
            need = _prompt_tokens(request["messages"]), request["max_tokens"] + allowance
            if self._end is not None:
                raise Stopped
            if self._spent or not self.budget.admit(*need):
                self._spent = True
                self.unasked += 1
                raise Stopped
            try:
                return await self._tried(request, allowance)
            except _Thinks:
                self._thinks = True
                self.answers.remember({self._fact("thinks"): "yes"})
            except Fault as fault:
                if fault.kind == "fatal" or (self.usage.calls == 0 and fault.kind == "broken"):
                    self._end = self._end or unreachable(fault)
                else:
                    self.lost.append(f"{ask.prompt}{f' about {ask.note}' if ask.note else ''}: {fault.message}")
                raise Stopped from None
            finally:
                self.budget.release(*need)

    async def _tried(self, request: dict[str, Any], allowance: int) -> Completion:
        """Sends a request up to TRIES times. Raises Fault, or _Thinks when thinking used up the answer's tokens."""
        empty = 0
        for attempt in range(1, TRIES + 1):
            if self._end is not None:
                raise Stopped
            try:
                if self.transport.mode:
                    done = await self._once(request, self.transport.mode, allowance)
                else:
                    done = await self._first(request, allowance)
            except Fault as fault:
                if fault.kind in ("fatal", "request", "form") or attempt == TRIES:
                    raise
                if self._broken_in_a_row > _DEAD_AFTER + self.llm.max_concurrency:
                    self._end = self._end or unreachable(fault)
                    raise Stopped from None
                asked = retry_after(fault.headers)
                if asked is not None and asked > LONGEST:
                    raise Fault("busy", f"{fault.message}: it asks for a pause of {asked:.0f} s") from None
                self.usage.retried += 1
                await asyncio.sleep(pause(attempt, asked))
                continue
            if done.refusal:
                return replace(done, text="")
            said = without_thinking(done.text)
            if done.finish == "length" and not allowance and (done.thought or said != done.text.strip()):
                raise _Thinks
            empty += not said
            if said or empty == _EMPTY_TRIES:
                break
        return done

    async def _once(self, request: dict[str, Any], mode: Mode, allowance: int) -> Completion:
        """One request in a slot of its own, with its tokens counted."""
        await self._slot()
        began = time.perf_counter()
        try:
            done = await self.transport.send(_told(request, mode), mode, allowance=allowance)
        except Fault as fault:
            if fault.kind in ("busy", "slow"):
                self._limit.refused(time.perf_counter())
            self._broken_in_a_row += fault.kind == "broken"
            raise
        finally:
            in_flight, self._in_flight = self._in_flight, self._in_flight - 1
            self._next()
        now = time.perf_counter()
        self._limit.answered(now - began, now, in_flight)
        self._next()
        self._broken_in_a_row = 0
        prompt = done.prompt_tokens or _prompt_tokens(request["messages"])
        completion = done.completion_tokens or estimate_tokens(done.text)
        self.usage.add(prompt, completion, now - began)
        self.budget.spend(prompt, completion)
        return replace(done, prompt_tokens=prompt, completion_tokens=completion)

    async def _first(self, request: dict[str, Any], allowance: int) -> Completion:
        """Finds out how this endpoint takes schemas, with the first question itself; the others wait for it.

        A form that the server refuses is passed over, and so is one in which the answer is no JSON (a server may ignore
        what it does not know). Where none gives JSON, the first that was not refused is kept: then it is the model.
        """
        async with self._finding:
            if self.transport.mode is None:
                return await self._found(request, allowance)
        return await self._once(request, self.transport.mode, allowance)

    async def _found(self, request: dict[str, Any], allowance: int) -> Completion:
        accepted: tuple[Mode, Completion] | None = None
        for mode in MODES:
            try:
                done = await self._once(request, mode, allowance)
            except Fault as fault:
                if fault.kind != "form":
                    raise
                continue
            accepted = accepted or (mode, done)
            said = without_thinking(done.text)
            try:
                json_in(said)
            except BadAnswer:
                if said and not done.refusal:
                    continue
                break  # an empty answer says nothing about the form
            accepted = mode, done
            break
        if accepted is None:
            raise Fault("fatal", f"{self.llm.base_url} accepts no chat request", mend="refiner doctor")
        self.transport.mode = accepted[0]
        self.answers.remember({self._fact("mode"): accepted[0]})
        return accepted[1]

    # -- slots -------------------------------------------------------------------------------------------------------

    async def _slot(self) -> None:
        """Waits for one of the allowed places in flight."""
        if self._in_flight < self._limit.allowed and not self._queue:
            self._in_flight += 1
            return
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(ready)
        await ready

    def _next(self) -> None:
        while self._queue and self._in_flight < self._limit.allowed:
            ready = self._queue.popleft()
            if not ready.done():
                self._in_flight += 1
                ready.set_result(None)


class _Thinks(Exception):
    """The model's thinking used up the tokens that were meant for its answer."""


def _prompt_tokens(messages: Iterable[Mapping[str, str]]) -> int:
    return sum(estimate_tokens(m["content"]) + 4 for m in messages)


def _told(request: dict[str, Any], mode: Mode) -> dict[str, Any]:
    """The request as it is sent: where the server takes no schema, the system message tells it."""
    if mode in ("schema", "tools"):
        return request
    first, *rest = request["messages"]
    schema = json.dumps(request["schema"], ensure_ascii=False, separators=(",", ":"))
    form = f"Answer with one JSON object of this schema, nothing else:\n{schema}"
    told = {**first, "content": f"{first['content']}\n\n{form}"}
    return {**request, "messages": [told, *rest]}


def _checked(ask: Ask[A]) -> type[A]:
    """The shape with its check inside, as the talk about a bad answer needs it."""

    class Answer(ask.shape):  # type: ignore[name-defined,misc]
        @model_validator(mode="after")
        def _stands(self) -> Any:
            if reason := ask.check(self):
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
