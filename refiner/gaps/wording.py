"""The questions of the rules: forms from questions.toml, filled with the words of the raw life. Pure.

Which forms a gap gets goes by its id, so that two gaps of a kind are not asked in the same words and one gap is always
asked in the same ones.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from refiner.config import Config, Trait
from refiner.edits import digest
from refiner.stages.composing.wording import TraitWords, trait_words

FORMS = 3  # forms of one question that a gap carries


@cache
def _forms() -> dict[str, Any]:
    return tomllib.loads(files("refiner.gaps").joinpath("questions.toml").read_text(encoding="utf-8"))


def raw_words(trait: Trait, config: Config) -> TraitWords:
    """How a trait is said of the person who wrote the notes: in the raw gender, never in that of the refined life."""
    persona = config.persona
    turned = persona.model_copy(update={"before": persona.after, "after": persona.before})
    return trait_words(trait, config.model_copy(update={"persona": turned}))


def slots_of(trait: Trait, config: Config) -> dict[str, str]:
    """What the forms about a trait may use: {trait}, {bare}, {being}, {you_are}."""
    said = raw_words(trait, config)
    return {
        "trait": said.trait, "bare": said.bare, "being": said.that, "you_are": said.you[:1].lower() + said.you[1:]
    }  # fmt: skip


def shape_of(trait: Trait, config: Config) -> str:
    """The grammar of a trait's name, which decides between forms: adjective, thing, someone, habit, other."""
    return raw_words(trait, config).shape


def questions(kind: str, key: str, slots: Mapping[str, str], *, shape: str = "") -> tuple[str, ...]:
    """Up to FORMS questions of a kind; those whose slots are empty are left out. `key`: the gap's id."""
    table = _forms()[kind]
    forms: list[str] = list(table[shape] if isinstance(table, dict) else table)
    able = [f for f in forms if all(slots.get(name) for name in _names(f))]
    ranked = sorted(able, key=lambda f: digest("question", key, f))
    return tuple(_filled(f, slots) for f in ranked[:FORMS])


def _names(form: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(form) if name]


def _filled(form: str, slots: Mapping[str, str]) -> str:
    text = form.format_map(slots)
    return text[:1].upper() + text[1:]
