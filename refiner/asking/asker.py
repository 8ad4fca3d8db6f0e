"""Puts questions to the model: from the kept answers where it can, else over the wire; bounded, retried, paid for.

Questions run as flows, coroutines that ask one thing after another, so that each note goes on as soon as its own
answers are there. A request holds a slot only while it is on its way: one that waits to be sent again holds none.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from pydantic import model_validator

from refiner.answers import Answers, Stored
from refiner.asking.ask import Answer, Ask, Shape, request_key
from refiner.asking.budget import Budget, Usage, estimate_tokens
from refiner.asking.limits import Limit, Slots
from refiner.asking.reply import BadAnswer, json_in, read, without_thinking
from refiner.asking.retry import LONGEST, TRIES, pause, retry_after
from refiner.asking.standins import StandIns
from refiner.asking.trail import TRAIL
from refiner.config import LLM
from refiner.edits import digest
from refiner.errors import ModelError
from refiner.llm import MODES, Completion, Fault, Mode, ask_again, unreachable
from refiner.prompts import Prompt, folders, load_prompt

A = TypeVar("A", bound=Shape)
T = TypeVar("T")
_EMPTY_TRIES = 2  # an empty answer may be a server's slip; sent again once as it was, then with the reason
_THINKING = 4096  # tokens allowed for thinking once a model has been seen to think
_DOWN = 8  # faults in a row beyond the requests in flight, no answer between them: the endpoint is down
_PATIENCE = 15.0  # seconds that it may be down before the run ends
_AWAY_AT_FIRST = 3  # tries of an endpoint that takes no connection and has never taken one
_UNSURE = 3  # questions that no form brings a JSON answer to: then it is the model, and the first form stays
_REFUSED_AT_FIRST = 3  # questions that it may refuse in every form before it answers one


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
    """This question gets no answer: the budget is spent, the endpoint is gone, or the request failed for good."""


class _Spent(Stopped):
    """The budget is spent."""


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
        self._slots = Slots(Limit(self.llm.max_concurrency))
        self._runner: asyncio.Runner | None = None
        self._finding = asyncio.Lock()
        self._now_asked: dict[str, asyncio.Future[Stopped | None]] = {}
        self._listed: set[str] = set()
        self._end: ModelError | None = None
        self._halt = asyncio.Event()  # nothing more is sent
        self._released = asyncio.Event()  # some of the budget that was held is free again
        self._spent = False
        self._faults = 0  # in a row
        self._since = 0.0  # when this row began
        self._unsure = 0  # questions that no form brought a JSON answer to
        self._refused = 0  # requests that were refused in every form before any was answered
        self._thinks = self.answers.fact(self._fact("thinks")) == "yes"
        self._proved = self.transport.mode is not None  # the form is not only what an earlier run found
        kept = self.answers.fact(self._fact("mode"))
        if self.transport.mode is None and kept in MODES:
            self.transport.mode = kept

    @property
    def name(self) -> str:
        return self.llm.model

    def prompt(self, name: str) -> Prompt:
        """The prompt file of this name; the workspace's own comes first. Raises PromptError."""
        return load_prompt(name, self.workspace)

    @cached_property
    def prompts_key(self) -> str:
        """Changes with the words of any prompt."""
        names = sorted({p.stem for folder in folders(self.workspace) for p in folder.glob("*.md")})
        return digest(*(self.prompt(name).key for name in names))

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
            while todo and self._end is None:
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
        runner, self._runner = self._runner, None
        if runner is not None:
            with runner:
                runner.run(self.transport.close())

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
                self.unasked += isinstance(stopped, _Spent)
                raise Stopped
        if (stored := self.answers.get(key)) is not None:
            self.usage.cached += 1
            return stored
        if self.offline or self.dry:
            self.absent += 1
            if self.dry and key not in self._listed:
                self._listed.add(key)
                self.waiting.append(Waiting(ask.prompt, ask.note, messages, _prompt_tokens(request), ask.max_tokens))
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
            self.unasked += isinstance(stopped, _Spent)
            raise
        finally:
            del self._now_asked[key]
            asked.set_result(failed)
        self.progress("asked", 1)
        return stored

    # -- over the wire -----------------------------------------------------------------------------------------------

    async def _sent(self, ask: Ask[A], request: dict[str, Any]) -> Completion:
        """Sends a request until it is answered. Raises Stopped when it will not be."""
        before = self.usage.calls
        try:
            return await self._tried(request)
        except Fault as fault:
            alone = fault.kind in ("away", "busy") and self.usage.calls == before  # nor was any other answered
            if fault.kind == "fatal" or alone:
                self._stop(fault)
            else:
                self.lost.append(f"{ask.prompt}{f' about {ask.note}' if ask.note else ''}: {fault.message}")
            raise Stopped from None

    def _stop(self, fault: Fault) -> None:
        """Ends the run: what waits is not sent any more, what is on its way may come."""
        self._end = self._end or unreachable(fault)
        self._halt.set()

    async def _tried(self, request: dict[str, Any]) -> Completion:
        """Sends a request until it is answered or TRIES are used up. Raises Fault, or Stopped."""
        tries: Counter[str] = Counter()
        pauses = empty = 0
        while True:
            try:
                done = await self._formed(request)
            except Fault as fault:
                down = self._faults > _DOWN + self.llm.max_concurrency
                never = fault.kind == "away" and not self.usage.calls
                tries[fault.kind] += never or not down  # while the endpoint is down, it is not this request's fault
                if tries[fault.kind] >= (_AWAY_AT_FIRST if never else TRIES.get(fault.kind, 1)):
                    raise
                if down and time.monotonic() - self._since > _PATIENCE:
                    self._stop(fault)
                    raise Stopped from None
                asked = retry_after(fault.headers)
                if asked is not None and asked > LONGEST:
                    late = f"{fault.message}: it asks for a pause of {asked:.0f} s"
                    self._stop(Fault("busy", late, mend="refiner refine, later: it goes on where it was"))
                    raise Stopped from None
                pauses += 1
                self.usage.retried += 1
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause(pauses, asked)):
                        await self._halt.wait()
                continue
            if done.refusal:
                return replace(done, text="")
            said = without_thinking(done.text)
            cut = done.finish == "length" and not said.startswith(("{", "`"))
            if cut and not done.allowance:  # it thinks, and that used up the answer's tokens
                if not self._thinks:
                    self._thinks = True
                    self.answers.remember({self._fact("thinks"): "yes"})
                continue
            if cut:  # thinking without an end: what JSON there is in it may be a draft
                done, said = replace(done, text=""), ""
            empty += not said
            if said or empty == _EMPTY_TRIES:
                return done

    async def _formed(self, request: dict[str, Any]) -> Completion:
        """Sends a request in the form that this endpoint takes. Raises Fault, or Stopped."""
        if (mode := self.transport.mode) is None:
            return await self._first(request)
        try:
            done = await self._once(request, mode)
        except Fault as fault:
            if fault.kind != "form":
                raise
            if not self._proved:  # found by an earlier run; the server may be another one today
                if self.transport.mode == mode:
                    self.transport.mode = None
                return await self._first(request)
            # It is this one request's schema that it does not take.
            mode, done, _ = await self._found(request, MODES[MODES.index(mode) + 1 :])
            return done
        self._proved = True
        return done

    async def _first(self, request: dict[str, Any]) -> Completion:
        """Finds out how this endpoint takes schemas, with the first question itself; the others wait for it."""
        async with self._finding:
            if self.transport.mode is None:
                mode, done, sure = await self._found(request, MODES)
                self._unsure += not sure
                if sure or self._unsure >= _UNSURE:
                    self.transport.mode, self._proved = mode, True
                if sure:
                    self.answers.remember({self._fact("mode"): mode})
                return done
        return await self._formed(request)

    async def _found(self, request: dict[str, Any], modes: Sequence[Mode]) -> tuple[Mode, Completion, bool]:
        """The first of some forms that works, the answer in it, and whether that answer was JSON.

        A form that the server refuses is passed over, and so is one in which the answer is no JSON (a server may ignore
        what it does not know). Where none gives JSON, the first that was not refused counts: then it is the model.
        """
        accepted: tuple[Mode, Completion, bool] | None = None
        for mode in modes:
            try:
                done = await self._once(request, mode)
            except Fault as fault:
                if fault.kind != "form":
                    raise
                continue
            said = without_thinking(done.text)
            if "{" in said:  # it may be cut off or wrong: it is the form that counts here
                return mode, done, True
            accepted = accepted or (mode, done, False)
            if done.refusal or done.finish == "length":
                break  # that says nothing about the form
        if accepted is None:
            self._refused += self.transport.mode is None
            kind = "fatal" if self._refused >= _REFUSED_AT_FIRST else "request"
            raise Fault(kind, f"{self.llm.base_url} refuses a request in every form", mend="refiner doctor")
        return accepted

    async def _once(self, request: dict[str, Any], mode: Mode) -> Completion:
        """One request in a slot of its own, with its tokens counted. Raises Fault, or Stopped."""
        sent = _told(request, mode)
        await self._slots.take()
        try:
            allowance = _THINKING if self._thinks else 0
            need = await self._afforded(_prompt_tokens(sent), request["max_tokens"] + allowance)
            try:
                return await self._counted(sent, mode, allowance, need)
            finally:
                self.budget.release(*need)
                self._released.set()
        finally:
            self._slots.give()

    async def _afforded(self, prompt: int, completion: int) -> tuple[int, int]:
        """Waits until the budget holds what a request may use. Raises Stopped when it never will."""
        while True:
            if self._end is not None:
                raise Stopped
            need = self.budget.needed(prompt, completion)
            if not self._spent and self.budget.admit(*need):
                return need
            if self._spent or not self.budget.held:
                self._spent = True
                self._halt.set()
                self._released.set()
                raise _Spent
            # Those on their way hold the most that they may use; most will use less.
            self._released.clear()
            await self._released.wait()

    async def _counted(self, sent: dict[str, Any], mode: Mode, allowance: int, need: tuple[int, int]) -> Completion:
        """One request, and what its answer or its failure says about the server. Raises Fault."""
        in_flight, began = self._slots.taken, time.monotonic()
        try:
            done = await self.transport.send(sent, mode, allowance=allowance)
        except Fault as fault:
            now = time.monotonic()
            if fault.kind in ("busy", "slow"):
                self._slots.limit.refused(now)
            if fault.kind in ("broken", "away", "slow"):
                self._since = self._since if self._faults else now
                self._faults += 1
            else:
                self._faults = 0
            if fault.unsure:
                self.budget.spend(*need)
            raise
        seconds = time.monotonic() - began
        self._slots.limit.answered(seconds, max(in_flight, self._slots.taken))
        self._faults = 0
        estimated = _prompt_tokens(sent)
        prompt = done.prompt_tokens or estimated
        completion = done.completion_tokens or estimate_tokens(done.text)
        self.budget.learn(estimated, prompt)
        self.usage.add(prompt, completion, seconds)
        self.budget.spend(prompt, completion)
        return replace(done, prompt_tokens=prompt, completion_tokens=completion, allowance=allowance)


def _prompt_tokens(request: Mapping[str, Any]) -> int:
    """About how many tokens a request's messages and schema have."""
    return sum(estimate_tokens(m["content"]) + 4 for m in request["messages"]) + _schema_tokens(request["schema"])


def _schema_tokens(schema: Mapping[str, Any]) -> int:
    return estimate_tokens(json.dumps(schema))


def _told(request: dict[str, Any], mode: Mode) -> dict[str, Any]:
    """The request as it is sent: where the server takes no schema, the system message tells it."""
    if mode in ("schema", "tools"):
        return request
    first, *rest = request["messages"]
    schema = json.dumps(request["schema"], ensure_ascii=False, separators=(",", ":"))
    form = f"Answer with one JSON object of this schema, nothing else:\n{schema}"
    told = {**first, "content": f"{first['content']}\n\n{form}"}
    return {**request, "messages": [told, *rest]}


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
