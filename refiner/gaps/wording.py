"""The questions of the rules: forms from questions.toml, filled with the words of the raw life. Pure.

Which forms a gap gets goes by its id, so that two gaps of a kind are not asked in the same words and one gap is always
asked in the same ones.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from refiner.config import Config, Trait
from refiner.edits import digest
from refiner.stages.composing.wording import TraitWords, in_person, trait_words

FORMS = 3  # forms of one question that a gap carries


@cache
def _forms() -> dict[str, Any]:
    return tomllib.loads(files("refiner.gaps").joinpath("questions.toml").read_text(encoding="utf-8"))


def raw_words(trait: Trait, config: Config) -> TraitWords:
    """How a trait is said of the person who wrote the notes: in the raw gender, never in that of the refined life.

    A name whose grammar is not sure ("embroiders") is quoted as it stands.
    """
    persona = config.persona
    turned = persona.model_copy(update={"before": persona.after, "after": persona.before})
    said = trait_words(trait, config.model_copy(update={"persona": turned}))
    if said.shape == "habit" and _DENIED.match(said.trait):
        return _quoted(said)
    if said.shape == "habit" and _SEVERAL.search(said.trait):
        # "borrows and forgets": each of its verbs wants its form.
        whole = in_person(said.trait_s, "you").removeprefix("You ").rstrip(".")
        base = whole if whole and not _VERB_S.search(whole) else ""
        return replace(said, trait=base) if base else _quoted(said)
    if said.shape in ("adjective", "thing") and re.fullmatch(r"[a-z]+(?<![sui])s", said.trait.split()[0]):
        return _quoted(said)
    return _quoted(said) if said.shape == "other" else said


_DENIED = re.compile(r"(?:cannot|never|not|do not|be not)\b")
_SEVERAL = re.compile(r",|\b(?:and|or|but)\b")
_VERB_S = re.compile(r"\b(?:and|or|but|,) [a-z]+(?<!s)s\b")


def _quoted(said: TraitWords) -> TraitWords:
    return TraitWords("other", f"“{said.bare}”", f"“{said.bare}”", you=f"“{said.bare}” is true of you")


def slots_of(trait: Trait, config: Config) -> dict[str, str]:
    """What the forms about a trait may use: {trait} ("stubborn", "a night owl", "tell small lies"), {bare}."""
    said = raw_words(trait, config)
    return {"trait": said.trait, "bare": said.bare}


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
