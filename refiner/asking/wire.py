"""Sends requests over the wire: a bounded number at a time, in the form that the server takes, until they are answered.

A request holds a slot only while it is on its way: one that waits to be sent again holds none, and keeps no other from
being sent. The budget holds what each on its way may use.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from refiner.answers import Answers
from refiner.asking.budget import Budget, Usage, estimate_tokens
from refiner.asking.limits import Limit, Slots
from refiner.asking.reply import without_thinking
from refiner.asking.retry import LONGEST, TRIES, pause, retry_after
from refiner.config import LLM
from refiner.edits import digest
from refiner.errors import ModelError
from refiner.llm import MODES, Completion, Fault, Mode, unreachable

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


class Stopped(Exception):
    """This question gets no answer: the budget is spent, the endpoint is gone, or the request failed for good."""


class Spent(Stopped):
    """The budget is spent."""


@dataclass
class Wire:
    """The sending side of one run's talk. `end` is the error that ends the run, once there is one."""

    llm: LLM
    transport: Transport
    answers: Answers
    budget: Budget
    usage: Usage

    def __post_init__(self) -> None:
        self.slots = Slots(Limit(self.llm.max_concurrency))
        self.end: ModelError | None = None
        self._finding = asyncio.Lock()
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

    def _fact(self, what: str) -> str:
        return f"{what}:{digest(self.llm.base_url, self.llm.model)}"

    def stop(self, fault: Fault) -> None:
        """Ends the run: what waits is not sent any more, what is on its way may come."""
        self.end = self.end or unreachable(fault)
        self._halt.set()

    async def send(self, request: dict[str, Any]) -> Completion:
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
                    self.stop(fault)
                    raise Stopped from None
                asked = retry_after(fault.headers)
                if asked is not None and asked > LONGEST:
                    late = f"{fault.message}: it asks for a pause of {asked:.0f} s"
                    self.stop(Fault("busy", late, mend="the same command, later: it goes on where it was"))
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
        await self.slots.take()
        try:
            allowance = _THINKING if self._thinks else 0
            estimated = prompt_tokens(sent)
            need = await self._afforded(estimated, request["max_tokens"] + allowance)
            try:
                return await self._counted(sent, mode, allowance, estimated, need)
            finally:
                self.budget.release(*need)
                self._released.set()
        finally:
            self.slots.give()

    async def _afforded(self, prompt: int, completion: int) -> tuple[int, int]:
        """Waits until the budget holds what a request may use. Raises Stopped when it never will."""
        while True:
            if self.end is not None:
                raise Stopped
            need = self.budget.needed(prompt, completion)
            if not self._spent and self.budget.admit(*need):
                return need
            if self._spent or not self.budget.held:
                self._spent = True
                self._halt.set()
                self._released.set()
                raise Spent
            # Those on their way hold the most that they may use; most will use less.
            self._released.clear()
            await self._released.wait()

    async def _counted(
        self, sent: dict[str, Any], mode: Mode, allowance: int, estimated: int, need: tuple[int, int]
    ) -> Completion:
        """One request, and what its answer or its failure says about the server. Raises Fault."""
        in_flight, began = self.slots.taken, time.monotonic()
        try:
            done = await self.transport.send(sent, mode, allowance=allowance)
        except Fault as fault:
            now = time.monotonic()
            if fault.kind in ("busy", "slow"):
                self.slots.limit.refused(now)
            if fault.kind in ("broken", "away", "slow"):
                self._since = self._since if self._faults else now
                self._faults += 1
            else:
                self._faults = 0
            if fault.unsure:
                self.budget.spend(*need)
            raise
        seconds = time.monotonic() - began
        self.slots.limit.answered(seconds, max(in_flight, self.slots.taken))
        self._faults = 0
        prompt = done.prompt_tokens or estimated
        completion = done.completion_tokens or estimate_tokens(done.text)
        self.budget.learn(estimated, prompt)
        self.usage.add(prompt, completion, seconds)
        self.budget.spend(prompt, completion)
        return replace(done, prompt_tokens=prompt, completion_tokens=completion, allowance=allowance)


def prompt_tokens(request: Mapping[str, Any]) -> int:
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
