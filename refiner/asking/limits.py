"""How many requests may be in flight: a limit that gives way to an overloaded server and comes back.

Additive increase, multiplicative decrease (Chiu and Jain 1989) with three changes for this use. It starts at half of
what the person allows and doubles until the first sign of trouble (slow start, Jacobson 1988). One burst of refusals
counts once: within one latency of a decrease, further ones say nothing new. And it climbs back to three quarters of
where it last broke quickly, slowly from there (as CUBIC does, RFC 9438), so that fifteen refusals cost seconds and not
the run.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_CUT = 0.7
_SLOWER = 3.0  # times the usual latency: the server queues what it is sent
_WINDOW = 16  # answers that make a mean latency worth believing


@dataclass
class Limit:
    """The number of requests that may be in flight, between 1 and `most`. Times are seconds of a monotonic clock."""

    most: int
    now: float = 0.0
    usual: float = 0.0  # seconds; the lowest mean latency of a window so far, slowly forgotten
    _broke: float = 0.0  # where it last had to give way; 0: never
    _cut_at: float = -1e9
    _recent: list[float] = field(default_factory=list)
    _latency: float = 0.0  # running mean

    def __post_init__(self) -> None:
        self.now = max(1.0, self.most / 2)

    @property
    def allowed(self) -> int:
        return max(1, min(self.most, int(self.now)))

    def answered(self, latency: float, at: float, in_flight: int) -> None:
        """An answer came after `latency` seconds, with `in_flight` requests out at the time."""
        self._latency = latency if not self._latency else 0.9 * self._latency + 0.1 * latency
        self._recent.append(latency)
        if len(self._recent) >= _WINDOW:
            mean = sum(self._recent) / len(self._recent)
            self._recent.clear()
            self.usual = mean if not self.usual else min(mean, self.usual * 1.05)
            if mean > _SLOWER * self.usual and in_flight > 1:
                # Little's law: what is in flight beyond throughput times latency waits in the server's queue, not here.
                self._give_way(at, max(0.5, 1.5 * self.usual / mean))
                return
        if in_flight < self.allowed:
            return  # the limit was not reached: this answer does not say that more would do
        if not self._broke:
            self.now += 1.0  # doubles with each round of answers
        elif self.now < 0.75 * self._broke:
            self.now += 0.5
        else:
            self.now += 2.0 / max(1.0, self.now)
        if self.now >= self.most:
            self.now = float(self.most)

    def refused(self, at: float) -> None:
        """The server said that it has too much (429, 503), or let a request wait until its time was over."""
        self._give_way(at, _CUT)

    def _give_way(self, at: float, share: float) -> None:
        if at - self._cut_at < max(self._latency, 0.05):
            return
        self._cut_at = at
        self._broke = self.now
        self.now = max(1.0, self.now * share)
