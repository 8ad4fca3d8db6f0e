"""How far a word alone proves that a trait is meant: a rare one much, one that stands in every life little."""

from __future__ import annotations

import re
from functools import cache

from refiner.checks.stems import WORD, share, stems, tables
from refiner.phrases import phrase


def proofs_of(text: str, named: bool) -> dict[str, float]:
    """How far each stem of a name or a description proves the trait: a name's only word does, one of several less."""
    words = [m[0].lower() for m in WORD.finditer(text) if share(m[0].lower())]
    telling = {w for w in words if plain(stems(w)[0]) == 1}
    common = {w for w in words if plain(stems(w)[0]) == 0.4}
    out: dict[str, float] = {}
    for word in words:
        first, *rest = stems(word)
        if word in telling:
            proof = (1.0 if len(words) == 1 else 0.7 if len(telling) == 1 else 0.6) if named else 0.5
        elif word in common:
            proof = (0.3 if telling else 0.6) if named else 0.15
        else:  # faint, or a person or place
            proof = (0.15 if telling or common else 0.5) if named else 0.1
        out[first] = max(proof, out.get(first, 0.0))
        for stem in rest:  # a part of a word with a hyphen says less; a smoker smokes
            part = proof if "-" not in word else 0.3
            out[stem] = max(min(part, 0.15) if share_of(stem) < 1 else min(part, proof), out.get(stem, 0.0))
    return out


@cache
def _common() -> frozenset[str]:
    return frozenset(s for w in tables()["common"].split() for s in stems(w)[:1])


def plain(stem: str) -> float:
    """1 for a word that points to something; less for one that stands in every life, or says how often or who."""
    return 0.3 if share_of(stem) < 1 else 0.4 if stem in _common() else 1.0


@cache
def homonyms() -> dict[str, re.Pattern[str]]:
    return {stems(w)[0]: phrase(p, re.I) for w, p in tables()["homonyms"].items()}


@cache
def _shares() -> dict[str, float]:
    words = [*tables()["faint"].split(), *tables()["human"].split()]
    return {stem: share(w) for w in words for stem in stems(w)[:1]}


def share_of(stem: str) -> float:
    return _shares().get(stem, 1.0)


@cache
def _when() -> frozenset[str]:
    return frozenset(stems(w)[0] for key in ("faint", "when") for w in tables()[key].split())


def tells_when(word: str) -> bool:
    """A word that says how often or when, or little at all: alone it tells no change of a trait, though the trait's
    description has it too ("every winter")."""
    return stems(word)[0] in _when()
