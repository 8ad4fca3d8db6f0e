"""What `refiner gaps` found missing, for `refiner note --gap ID`: its question, its trait, its years."""

from __future__ import annotations

import difflib
import importlib
import re
from dataclasses import dataclass
from typing import Any

from refiner.errors import UsageError
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
    from refiner.refine import with_life

    finder = importlib.import_module("refiner.gaps")
    with with_life(ws, now=now, stages=()) as life:
        found = {str(g.id): g for g in finder.find_gaps(life)}
    fits = [name] if name in found else [i for i in found if name and i.startswith(name)]
    if len(fits) != 1:
        near = fits or difflib.get_close_matches(name, found, 3, 0.5)
        said = f'"{name}" may be {", ".join(near[:3])}' if fits else f'there is no gap "{name}"'
        raise UsageError(said, mend=f"refiner note --gap {near[0]}" if near else "refiner gaps lists them")
    gap = found[fits[0]]
    return Missing(str(gap.id), str(gap.question), str(gap.trait or ""), years_words(gap.years))


def years_words(years: Any) -> str:
    """Years as words that the grammar of times reads: `2001`, `1998 to 2001`; "" for none.

    A gap gives them as a word, a number, or numbers in order.
    """
    found = [int(y) for y in re.findall(r"\d{4}", str(years or ""))]
    if not found:
        return ""
    return str(found[0]) if min(found) == max(found) else f"{min(found)} to {max(found)}"
