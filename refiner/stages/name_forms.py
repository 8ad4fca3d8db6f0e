"""The exact words by which a trait may be called: its name and aliases as one writes them of oneself.

"puts things off" is also "I put things off" and "putting things off", "bites her nails" is "I bite my nails".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from refiner.config import Trait


@cache
def data() -> dict[str, Any]:
    """The word lists of `by_name.toml`."""
    text = files("refiner.stages").joinpath("by_name.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)
    return found


def flat(text: str) -> str:
    """Words alone, in small letters and with single spaces, hyphens as spaces and short forms written out."""
    text = re.sub(r"[*_]", "", text.replace("’", "'").casefold()).strip(" \t.,;:!…")
    text = re.sub(r"\bcan't\b", "cannot", re.sub(r"\bwon't\b", "will not", text))
    return " ".join(re.sub(r"n't\b", " not", text).replace("-", " ").split())


def mine(words: str) -> str:
    """The words with the narrator's own pronouns: "his nails" are "my nails"."""
    return " ".join(data()["own"].get(w, w) for w in words.split())


def _bases(verb: str) -> set[str]:
    """What may be the base of a verb in the third person or with -ing; forms that are no words match nothing."""
    if irregular := {"has": "have", "is": "be", "does": "do", "goes": "go"}.get(verb):
        return {irregular}
    out = set()
    if verb.endswith("s") and not verb.endswith("ss") and len(verb) > 3:
        out.add(verb[:-1])
        if verb.endswith("ies"):
            out.add(verb[:-3] + "y")
        elif verb.endswith("es"):
            out.add(verb[:-2])
    elif verb.endswith("ing") and len(verb) > 5:
        stem = verb[:-3]
        out |= {stem, stem + "e"} | ({stem[:-1]} if stem[-1] == stem[-2] else set())
        if stem.endswith("y"):
            out.add(stem[:-1] + "ie")
    return out


def _ings(base: str) -> set[str]:
    if base.endswith("ie"):
        return {base[:-2] + "ying"}
    return {base + "ing", base + base[-1] + "ing"} | ({base[:-1] + "ing"} if base.endswith("e") else set())


def _forms(name: str) -> Iterator[str]:
    """A trait's name as it may be written of oneself: as it is, with the verb in the first person, with -ing."""
    name = mine(re.sub(r"\A(?:i am|i'm|i|is|am|being|an?) ", "", flat(name)))
    yield name
    first, _, rest = name.partition(" ")
    denying = f"{first} " if first in data()["denying"] and rest else ""
    verb, _, rest = (rest if denying else name).partition(" ")
    for base in _bases(verb):
        for form in (base, *_ings(base)):
            yield f"{denying}{form} {rest}".strip()


@lru_cache(maxsize=8)
def called(traits: tuple[Trait, ...]) -> dict[str, str]:
    """The traits by all forms of their names; a form of two traits is left out."""
    found: dict[str, set[str]] = {}
    for trait in traits:
        for name in (trait.name or re.sub("[-_]", " ", trait.id), *trait.aliases):
            where = "" if trait.context.casefold() in name.casefold() else f" {trait.context}"
            for form in _forms(name + where):
                found.setdefault(form, set()).add(trait.id)
    return {form: next(iter(ids)) for form, ids in found.items() if form and len(ids) == 1}
