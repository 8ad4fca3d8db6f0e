"""Words to stems: a small English stemmer, for comparing a trait's words with a note's. Pure; no model is loaded."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_VOWEL = re.compile(r"[aeiouy]")
_SILENT_E = re.compile(r"[^aeiou]{1,3}[aeiou][^aeiouwxy]")  # car and care, plan and plane differ by it alone


@cache
def tables() -> dict[str, Any]:
    """The word tables of `trait_words.toml`."""
    return tomllib.loads(files("refiner.checks").joinpath("trait_words.toml").read_text(encoding="utf-8"))


def _bare(word: str) -> str:
    """Without the endings of number, tense, degree and quality; only for comparison, never for print."""
    for ending, instead in (
        ("ies", "y"),
        ("ied", "y"),
        ("iness", "y"),
        ("ily", "y"),
        ("sses", "ss"),
        ("ness", ""),
        ("ably", "able"),
    ):
        if word.endswith(ending) and len(word) > len(ending) + (1 if ending == "ies" else 2):
            word = word[: -len(ending)] + instead
            break
    else:
        if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
            word = word[:-2] if word.endswith(("shes", "ches", "xes", "zes")) else word[:-1]
        for ending in ("ing", "ed"):
            if word.endswith(ending) and len(word) > len(ending) + 1 and _VOWEL.search(word[: -len(ending)]):
                word = word[: -len(ending)]
                if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                    word = word[:-1]
                elif _SILENT_E.fullmatch(word):
                    word += "e"
                break
        if word.endswith("ly") and len(word) > 4:
            word = word[:-2]
    if len(word) > 3 and word.endswith("e") and not _SILENT_E.fullmatch(word[:-1]):
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word


@cache
def stems(word: str) -> tuple[str, ...]:
    """The stems of a word: its own, and without the -er of one who does it (smoker: smoker, smok)."""
    word = re.sub(r"['’]s$|['’]$", "", word.lower()).replace("’", "'")
    word = tables()["irregular"].get(word, word)
    out = [_bare(word)]
    if word.endswith(("er", "ers")) and not word.endswith(("eer", "eers")) and len(word.removesuffix("s")) > 5:
        agent = word.removesuffix("s")[:-2]
        if agent[-1] == agent[-2] and agent[-1] not in "ls":
            agent = agent[:-1]
        elif _SILENT_E.fullmatch(agent):
            agent += "e"
        out.append(_bare(agent))
    if "-" in word:
        parts = (p for p in word.split("-") if len(p) > 2 and p not in faint() and p not in stop())
        out += [s for part in parts for s in stems(part)]
    return tuple(dict.fromkeys(out))


@cache
def faint() -> frozenset[str]:
    """Words that say how often or how much, and so prove little about what."""
    return frozenset(tables()["faint"].split())


@cache
def stop() -> frozenset[str]:
    """Words that say nothing about what: articles, pronouns, prepositions, auxiliaries."""
    return frozenset(tables()["stop"].split())


@cache
def share(word: str) -> float:
    """How much of a word's weight counts: 0 for stop words, little for faint ones."""
    if word in stop():
        return 0.0
    return 0.12 if word in faint() else 0.35 if word in tables()["human"].split() else 1.0
