"""Contradictions in plain words: "A was before B; B was before C; C is dated 2003; A is dated 2005"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from refiner.models import Claim, Event
from refiner.timeline.sayings import in_words
from refiner.timeline.ties import Constraint

LONG = 9
"""Claims up to which a contradiction is told in full: of a longer one its ends are what somebody can check."""


def claims_of(cycle: Sequence[Constraint], events: Mapping[str, Event]) -> list[Claim]:
    """What was told that cannot all be true, in the order of time. Names are the labels of `events`."""
    names = {e: events[e].label for c in cycle for e in (c.claim[0], c.claim[2]) if e in events}
    return [
        Claim.model_validate(
            {"event": c.claim[0], "what": c.claim[1], "to": c.claim[2], "quote": c.quote, "why": in_words(c.why, names)}
        )
        for c in reversed(cycle)  # backwards along the edges is forwards in time
        if c.why
    ]


def in_plain_words(claims: Sequence[Claim], events: Mapping[str, Event]) -> str:
    """The contradiction in one sentence."""
    said = list(dict.fromkeys(c.why for c in claims))
    if len(said) == 2 and len({c.event for c in claims}) == 1:
        name = f"“{events[claims[0].event].label or claims[0].event}”"
        first = next((c.why for c in claims if c.what == "when"), said[0])
        other = next(why for why in said if why != first)
        if other.startswith(f"{name} "):
            return f"{first}, but {other.removeprefix(name).lstrip()}: that cannot be"
    if len(said) > LONG:
        said = [*said[:4], f"and so on, {len(said) - 7} more", *said[-3:]]
    return "; ".join(said) + (": that cannot be" if len(said) == 1 else ": these cannot all be true")
