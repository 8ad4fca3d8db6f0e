"""What a run may cost, and what it has cost: tokens and, where prices are known, money."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass
class Usage:
    """Sums over a run. Tokens are the server's own counts; where it gives none they are estimated."""

    calls: int = 0  # requests that were answered
    cached: int = 0  # answers that were there already
    asked_again: int = 0  # answers that could not be used and were sent back with the reason
    failed: int = 0  # questions that got no usable answer
    retried: int = 0  # requests sent again for a fault of the network or the server
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0  # of waiting for answers, summed over requests

    def add(self, prompt: int, completion: int, seconds: float) -> None:
        """Counts one answered request."""
        self.calls += 1
        self.prompt_tokens += prompt
        self.completion_tokens += completion
        self.seconds += seconds


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has: one for 3.5 bytes, on the high side for English and for other scripts."""
    return int(len(text.encode("utf-8", "surrogatepass")) / 3.5) + 1


@dataclass
class Budget:
    """A hard bound: a request is admitted only if it fits even when it uses all it may. Prices are for 10^6 tokens.

    What a request may use is estimated; where a server counts more tokens in a prompt than the estimate says, later
    estimates are raised by the same share.
    """

    max_tokens: int | None = None
    max_cost: float | None = None
    price_in: float = 0.0
    price_out: float = 0.0
    tokens: int = 0
    cost: float = 0.0
    _held_tokens: int = 0
    _held_cost: float = 0.0
    _share: float = 1.0  # the most tokens of a prompt that a server counted for one that was estimated

    def needed(self, prompt: int, completion: int) -> tuple[int, int]:
        """What a request of an estimated size may use."""
        return math.ceil(prompt * self._share), completion

    def learn(self, estimated: int, counted: int) -> None:
        """Compares a prompt's estimate with the server's count."""
        self._share = max(self._share, counted / max(1, estimated))

    @property
    def held(self) -> bool:
        """Whether requests are on their way that may need less than is held for them."""
        return self._held_tokens > 0

    def price(self, prompt: int, completion: int) -> float:
        return (prompt * self.price_in + completion * self.price_out) / 1e6

    def admit(self, prompt: int, completion: int) -> bool:
        """Holds what a request may need; False where that would go beyond the bound."""
        cost = self.price(prompt, completion)
        tokens = prompt + completion
        if self.max_tokens is not None and self.tokens + self._held_tokens + tokens > self.max_tokens:
            return False
        if self.max_cost is not None and self.cost + self._held_cost + cost > self.max_cost:
            return False
        self._held_tokens += tokens
        self._held_cost += cost
        return True

    def release(self, prompt: int, completion: int) -> None:
        """Gives back what `admit` held."""
        self._held_tokens -= prompt + completion
        self._held_cost = self._held_cost - self.price(prompt, completion) if self._held_tokens else 0.0

    def spend(self, prompt: int, completion: int) -> None:
        """Counts what a request used."""
        self.tokens += prompt + completion
        self.cost += self.price(prompt, completion)

    @property
    def bounded(self) -> bool:
        return self.max_tokens is not None or self.max_cost is not None
