"""What is asked softly, and what is not asked at all. By the words of the notes alone; docs/gaps.md says the same.

A gap is *grave* where suicide, murder or sexual violence stands in a note near it: then nothing is asked, and it is
shown only in the list of all. It is *heavy* where death, illness, violence or ruin does: then the question names
nothing, asks for something ordinary, and leaves the person free. What is grave or heavy is never quoted.
"""

from __future__ import annotations

import re
import tomllib
from enum import IntEnum
from functools import cache
from importlib.resources import files


class Weight(IntEnum):
    """How heavy a text is; greater is heavier."""

    LIGHT = 0
    HEAVY = 1
    GRAVE = 2


@cache
def _patterns() -> tuple[tuple[Weight, re.Pattern[str]], ...]:
    data = tomllib.loads(files("refiner.gaps").joinpath("gentle.toml").read_text(encoding="utf-8"))
    found = []
    for weight in (Weight.GRAVE, Weight.HEAVY):
        phrases = [line.strip() for line in data[weight.name.lower()].splitlines() if line.strip()]
        parts = [re.escape(p.removesuffix(".")) + (r"\b" if p.endswith(".") else "") for p in phrases]
        found.append((weight, re.compile(rf"\b(?:{'|'.join(parts)})", re.I)))
    return tuple(found)


def weight_of(text: str) -> Weight:
    """How heavy a text is by its words. Rather too heavy than too light: a question less costs little."""
    flat = " ".join(text.split())
    return next((weight for weight, pattern in _patterns() if pattern.search(flat)), Weight.LIGHT)
