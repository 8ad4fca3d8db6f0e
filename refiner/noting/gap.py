"""What `refiner gaps` found missing, for `refiner note --gap ID`: its question, its trait, its years."""

from __future__ import annotations

import re
from dataclasses import dataclass

from refiner.store import Workspace


@dataclass(frozen=True)
class Missing:
    """One gap: the question to ask oneself, the trait ("" for none) and the years, in words that a note may hold."""

    id: str
    question: str
    trait: str = ""
    years: str = ""


def gap_of(ws: Workspace, name: str, *, now: str) -> Missing:
    """The gap of an id or of its beginning. Raises UsageError where there is none, or several."""
    from refiner.gapping import gap_named

    gap = gap_named(ws, name, now=now)
    return Missing(gap.id, gap.question or gap.why, gap.trait, years_words(gap.years))


def years_words(years: str) -> str:
    """Years as words that the grammar of times reads: `2001`, `1998 to 2001`; "" for none."""
    found = [int(y) for y in re.findall(r"\d{4}", years)]
    if not found:
        return ""
    return str(found[0]) if min(found) == max(found) else f"{min(found)} to {max(found)}"
