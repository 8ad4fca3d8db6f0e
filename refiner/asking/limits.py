"""How many requests may be in flight: a limit that gives way to an overloaded server and comes back.

Additive increase, multiplicative decrease (Chiu and Jain 1989) with three changes for this use. It starts at half of
what the person allows and doubles until the first sign of trouble (slow start, Jacobson 1988). One burst of refusals
counts once: within one latency of a decrease, further ones say nothing new. And it climbs back to three quarters of
where it last broke quickly, slowly from there (as CUBIC does, RFC 9438), so that fifteen refusals cost seconds and not
the run.

Latency is no sign of trouble here: answers of a word and of a page take unlike times, and what waits in the server's
own queue loses nothing as long as it comes within the time allowed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

_CUT = 0.8
_FORGET = 0.9  # of where it broke, when it breaks again before it is back there


@dataclass
class Limit:
    """The number of requests that may be in flight, between 1 and `most`. Times are seconds of a monotonic clock."""

    most: int
    now: float = 0.0
    _broke: float = 0.0  # where it last had to give way; 0: never
    _cut_at: float = -1e9
    _latency: float = 0.0  # running mean

    def __post_init__(self) -> None:
        self.now = max(1.0, self.most / 2)

    @property
    def allowed(self) -> int:
        return max(1, min(self.most, int(self.now)))

    def answered(self, latency: float, in_flight: int) -> None:
        """An answer came after `latency` seconds, with `in_flight` requests out at the time, itself among them."""
        self._latency = latency if not self._latency else 0.9 * self._latency + 0.1 * latency
        if in_flight < self.allowed:
            return  # the limit was not reached: this answer does not say that more would do
        if not self._broke:
            self.now += 1.0  # doubles with each round of answers
        elif self.now < 0.75 * self._broke:
            self.now += 0.5
        else:
            self.now += 2.0 / max(1.0, self.now)
        self.now = min(self.now, float(self.most))

    def refused(self, at: float) -> None:
        """The server said that it has too much (429, 503), or let a request wait until its time was over."""
        if at - self._cut_at < max(self._latency, 0.05):
            return
        self._cut_at = at
        self._broke = max(self.now, _FORGET * self._broke)
        self.now = max(1.0, self.now * _CUT)


class Slots:
    """Places in flight, as many as a limit allows at the moment; first come, first served."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.taken = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    async def take(self) -> None:
        """Waits for a place."""
        self.fill()
        if self.taken < self.limit.allowed:
            self.taken += 1
            return
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(ready)
        try:
            await ready
        except asyncio.CancelledError:
            if not ready.cancelled():  # it was given a place in the same moment
                self.give()
            raise

    def give(self) -> None:
        """Gives a place back."""
        self.taken -= 1
        self.fill()

    def fill(self) -> None:
        """Gives free places to those that wait; to be called when the limit has grown."""
        while self._queue and self.taken < self.limit.allowed:
            ready = self._queue.popleft()
            if not ready.done():  # else its task was cancelled
                self.taken += 1
                ready.set_result(None)
