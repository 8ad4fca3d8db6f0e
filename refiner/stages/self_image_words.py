"""What the words of an edit do to the self-image: hedges in, intensifiers out, denials, praise. Pure.

The words themselves stand in `self_image_words.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from refiner.checks.stems import WORD, stems
from refiner.config import Persona, PersonaSide
from refiner.language import lexicon
from refiner.models import Edit

_ARTICLES = frozenset(("a", "an"))


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("refiner.stages").joinpath("self_image_words.toml").read_text(encoding="utf-8"))


@cache
def _phrases(name: str) -> re.Pattern[str]:
    """Any phrase of a list; the longest one that stands at a place counts."""
    listed = sorted((line.strip() for line in _data()[name].splitlines() if line.strip()), key=len, reverse=True)
    return re.compile(rf"(?<![\w'’-])(?:{'|'.join(map(re.escape, listed))})(?![\w'’-])", re.I)


def _plain(text: str) -> str:
    """One way to write apostrophes, spaces and denials: `don’t` is `do not`."""
    flat = " ".join(text.replace("’", "'").split())
    flat = re.sub(r"\bcan't\b", "can not", re.sub(r"\bwon't\b", "will not", flat, flags=re.I), flags=re.I)
    return re.sub(r"n't\b", " not", re.sub(r"\bcannot\b", "can not", flat, flags=re.I), flags=re.I)


def _found(name: str, text: str) -> Counter[str]:
    return Counter(m[0].lower() for m in _phrases(name).finditer(_plain(text)))


def softenings(before: str, after: str, *, denials: bool = True) -> tuple[str, ...]:
    """How `after` says less than `before`, in words; () where it does not.

    A hedge that it brings in, an intensifier that it takes away and puts no other one for, a denial more or less
    (`denials`: False where it is meant to deny).
    """
    if before == after:
        return ()
    hedges = _found("hedges", after) - _found("hedges", before)
    was, now = _found("intensifiers", before), _found("intensifiers", after)
    lost = was - now if (was - now).total() > (now - was).total() else Counter[str]()
    # "not" and "never" within a hedge ("not really") are one thing, not two.
    denied, undenied = (_denials(after) - _denials(before), _denials(before) - _denials(after))
    out = [f"brings in “{h}”" for h in hedges]
    out += [f"takes away “{i}”" for i in lost]
    if not denials:
        return tuple(out)
    out += [f"denies it (“{n}”)" for n in denied]
    out += [f"no longer says “{n}”" for n in undenied]
    return tuple(out)


def _denials(text: str) -> Counter[str]:
    return Counter(m[0].lower() for m in _phrases("negations").finditer(_phrases("hedges").sub(" ", _plain(text))))


# ---- praise --------------------------------------------------------------------------------------------------------


def _stems_of(words: Iterable[str]) -> frozenset[str]:
    return frozenset(s for w in words for s in stems(w)[:1])


PRAISE: frozenset[str] = _stems_of([*_data()["praise"].split(), *_data()["praise_of_women"].split()])
"""The stems of words of praise."""
_ROWS = tuple(frozenset(row["words"].split()) for row in _data()["same"])
_SAME = tuple(_stems_of(row) for row in _ROWS)


def praise_added(edit: Edit, names: Collection[str] = ()) -> tuple[str, ...]:
    """Words of praise that an edit brings in; `names` (lower case) praise nobody.

    The word for a woman of what the raw words say of a man ("handsome", "beautiful") is not brought in.
    """
    had = {s for m in WORD.finditer(edit.before) for s in stems(m[0])}
    had |= {s for row in _SAME if row & had for s in row}
    found = (
        m[0]
        for m in WORD.finditer(edit.after)
        if m[0].casefold() not in names and any(s in PRAISE and s not in had for s in stems(m[0])[:1])
    )
    return tuple(dict.fromkeys(found))


# ---- gender and names ----------------------------------------------------------------------------------------------


def persona_names(persona: Persona) -> frozenset[str]:
    """The words of the narrator's names, nicknames and handles on both sides, lower case."""
    return side_names(persona.before) | side_names(persona.after)


def side_names(side: PersonaSide) -> frozenset[str]:
    """The words of one side's names, nicknames and handles, lower case."""
    parts = (side.name, *side.nicknames, *side.handles)
    return frozenset(m[0].casefold() for part in parts for m in WORD.finditer(part))


def only_gender(edit: Edit, names: Collection[str]) -> bool:
    """Whether an edit changes nothing but words that say a gender, names of the narrator, and the articles before them.

    "Handsome" for "beautiful" is such a word, where one of them stands for the other.
    """
    was, now = (Counter(_bare(m[0]) for m in WORD.finditer(t)) for t in (edit.before, edit.after))
    old, new = set(was - now), set(now - was)
    for row in _ROWS:
        if old & row and new & row:
            old, new = old - row, new - row
    return bool(was) and bool(now) and was != now and all(_says_gender(w) or w in names for w in old | new)


def _bare(word: str) -> str:
    return re.sub(r"['’](?:s|d|ll|ve|re|m)?$", "", word.casefold())


@cache
def _says_gender(word: str) -> bool:
    said = lexicon.gender_of_word(word) or lexicon.address(word, "male") or lexicon.address(word, "female")
    return word in _ARTICLES or bool(said)
