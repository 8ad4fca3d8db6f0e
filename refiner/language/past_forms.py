"""The past tense of an English verb: a table of the irregular ones, and the rule for the rest.

Spelling is British: a final -l is doubled ("travelled"). Where a verb has two pasts of different meaning ("lay" and
"lied") the word after it decides, or there is no answer.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from refiner.language.parse import model

_CLOSED = re.compile(r"(?:^|[^aeiou])[aeiouy][bcdfgklmnprstvz]$")
_PREFIX = re.compile(r"(over|under|out|mis|un|re|fore)-?([a-z]{2,})")


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("past_forms.toml").read_text(encoding="utf-8"))


@cache
def _words(*path: str) -> frozenset[str]:
    found: Any = _table()
    for key in path:
        found = found[key]
    return frozenset(found)


def alike(base: str) -> bool:
    """Whether the past is written like the present: "I read", "I put"."""
    return base in _words("alike")


def known(base: str) -> bool:
    """Whether `base` is a verb of the tables: irregular, alike, or one that is a noun too."""
    return alike(base) or base in _table()["irregular"] or base in _words("also_nouns")


def is_verb(base: str) -> bool:
    """Whether `base` is a verb at all and no slip or slang read as one ("im", "lol"). Needs spaCy's model."""
    return base in _dictionary() or known(base) or base in _words("modern")


@cache
def _dictionary() -> frozenset[str]:
    """WordNet's verbs, which the model's lemmatizer brings."""
    return frozenset(model().get_pipe("lemmatizer").lookups.get_table("lemma_index")["verb"])


def past_form(base: str, after: str = "") -> str | None:
    """The past tense of `base` (lower case, not "be" or a modal verb); None where it cannot be told.

    `after`: what follows the verb in its sentence, which decides between "lied" and "lay".
    """
    if not re.fullmatch(r"[a-z]+(?:-[a-z]+)*", base):
        return None
    if base == "lie":
        return next((past for past, before in _table()["lie"].items() if re.match(before, after)), None)
    if base in _words("unclear"):
        return None
    if alike(base):
        return base
    if base in _table()["irregular"]:
        return str(_table()["irregular"][base])
    prefix, stem = _prefixed(base)
    return prefix + (stem if alike(stem) else str(_table()["irregular"][stem])) if stem else _regular(base)


def _prefixed(base: str) -> tuple[str, str]:
    """The prefix and the irregular verb behind it ("over", "sleep"), or two empty strings."""
    match = _PREFIX.fullmatch(base)
    if match is None or base in _words("doubled", "verbs") or base in _words("regular"):
        return "", ""
    return (match[1], match[2]) if match[2] in _table()["irregular"] or alike(match[2]) else ("", "")


def participle(base: str) -> str | None:
    """The past participle of `base`: "ridden"; None as for `past_form`."""
    return _table()["participles"].get(base) or past_form(base)


def ing_form(base: str) -> str:
    """The present participle: "jogging", "lying", "making"."""
    if base.endswith("ie"):
        return base[:-2] + "ying"
    if re.search(r"[^eoy]e$", base) and base != "be":
        return base[:-1] + "ing"
    if re.search(r"[aeiou]c$", base):
        return base + "king"
    return base + base[-1] + "ing" if _doubles(base) else base + "ing"


def third_person(base: str) -> str:
    """The form after "she": "goes", "watches", "cries"."""
    if base in ("have", "be"):
        return "has" if base == "have" else "is"
    if re.search(r"(?:[sxz]|ch|sh|[^aeiou]o)$", base):
        return base + "es"
    if re.search(r"[^aeiou]y$", base):
        return base[:-1] + "ies"
    return base + "s"


def _regular(base: str) -> str:
    if base.endswith("e"):
        return base + "d"
    if re.search(r"[^aeiou]y$", base):
        return base[:-1] + "ied"
    if re.search(r"[aeiou]c$", base):
        return base + "ked"
    return base + base[-1] + "ed" if _doubles(base) else base + "ed"


def _doubles(base: str) -> bool:
    if base in _words("doubled", "plain"):
        return False
    if base in _words("doubled", "verbs") or base in _words("doubled", "apart"):
        return True
    if not _CLOSED.search(base.replace("qu", "q")):
        return False
    syllables = len(re.findall(r"[aeiou]+|(?<![aeiou])y(?![aeiou])", base))
    return syllables == 1 or base.endswith("l")
