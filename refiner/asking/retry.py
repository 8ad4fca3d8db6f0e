"""When to try again: what the server asks for, else exponential backoff with full jitter."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Tries of one request for each kind of fault. A busy server says that it will do; a request that was too slow twice
# will be so again, and each of its tries may take minutes.
TRIES = {"busy": 40, "broken": 6, "away": 6, "slow": 2}
LONGEST = 120.0  # seconds; a server that wants a longer pause is one to come back to another day
_FIRST = 0.25  # seconds
_MOST = 20.0


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The pause in seconds that a response asks for, None if it asks for none (RFC 9110, section 10.2.3).

    Also reads `retry-after-ms`, which some servers send beside it.
    """
    lower = {k.lower(): v.strip() for k, v in headers.items()}
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(lower.get(name, "")) / unit
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    try:
        then = parsedate_to_datetime(lower.get("retry-after", ""))
        if then.tzinfo is None:
            then = then.replace(tzinfo=UTC)
        return max(0.0, (then - (now or datetime.now(UTC))).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


def pause(attempt: int, asked: float | None, rand: Callable[[], float] = random.random) -> float:
    """Seconds to wait before try `attempt` + 1 (attempts count from 1). What the server asked for is never cut short; a
    tenth is added at random, so that those it sent away together do not come back together."""
    if asked is not None:
        return asked + rand() * max(0.05, 0.1 * asked)
    return rand() * min(_MOST, _FIRST * float(2 ** min(attempt - 1, 16)))
