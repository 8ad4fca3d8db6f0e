"""The words of the form, read from words.toml: examples of times, effects, the help below a note in the editor."""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from refiner.models import EFFECT_KINDS, EffectKind
from refiner.review.visible import one_line


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


def examples() -> tuple[str, ...]:
    """Times that can be read."""
    return tuple(_words()["examples"])


def effect_kinds() -> dict[EffectKind, str]:
    """Each kind of effect and what it is called, in the order in which they are offered."""
    return {kind: _words()["effects"][kind][0] for kind in _words()["effects"]}


def effect_of(words: str) -> EffectKind | None:
    """The kind that some words mean: `ended`, `came back`, `terminates`; None for none."""
    said = " ".join(words.split()).casefold()
    if said in EFFECT_KINDS:
        return said
    return next((k for k in EFFECT_KINDS if said in _words()["effects"].get(k, ())), None)


def editor_help(traits: Iterable[str]) -> tuple[str, ...]:
    """The lines below a note in the editor, none wider than 78 cells."""
    names = ", ".join(one_line(t, 40) for t in traits) or "none yet: add [[traits]] to refiner.toml"
    lines: list[str] = []
    for line in _words()["help"]["lines"]:
        said = line.format(examples=", ".join(examples()), traits=names)
        lead = " " * (len(said) - len(said.lstrip()))
        lines += textwrap.wrap(said, 76, subsequent_indent=lead + "  ", break_on_hyphens=False) or [""]
    return tuple(lines)
