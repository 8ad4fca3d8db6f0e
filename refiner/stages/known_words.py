"""What words are known: English ones, names and cities, and those that are never replaced by a stand-in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from refiner.language import lexicon
from refiner.language.parse import MODELS
from refiner.models import Gender

_GENDERS: tuple[Gender, ...] = ("male", "female")


@cache
def data() -> dict[str, Any]:
    """The data file as read."""
    return tomllib.loads(files("refiner.stages").joinpath("standing_in.toml").read_text(encoding="utf-8"))


@cache
def listed(section: str, key: str) -> frozenset[str]:
    return frozenset(data()[section][key].split())


@cache
def _dictionary() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """English words in small letters: all; those that are nouns and nothing else (cities among them); adjectives.

    They are the lemmas of spaCy's lemmatizer, read without loading the model; empty where none is installed.
    """
    for name in MODELS:
        spec = find_spec(name)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            for path in Path(folder).glob("*/lemmatizer/lookups/lookups.bin"):
                import srsly  # type: ignore[import-untyped]

                tables: Any = srsly.msgpack_loads(path.read_bytes())
                index, irregular = tables["lemma_index"], tables["lemma_exc"]
                nouns = max(index, key=lambda part: len(index[part]))  # keys are hashes; the nouns are the most by far
                rest = {w for part in index if part != nouns for w in (*index[part], *irregular[part])}
                every = rest | {*index[nouns], *irregular[nouns]}
                adjectives = next((words for words in index.values() if "beautiful" in words), ())
                return frozenset(every), frozenset(every - rest), frozenset(adjectives)
    return frozenset(), frozenset(), frozenset()


@cache
def keep() -> frozenset[str]:
    """Words that are never replaced, in small letters: they matter to the question and say nothing of anybody."""
    called = {w for kinds in (("address", "title", "kin", "person"),) for g in _GENDERS
              for entry in lexicon.table(g, kinds).items()
              for w in (entry[0], entry[1].after.casefold())}  # fmt: skip
    words = {w.strip(".") for phrase in called for w in phrase.split()}
    return frozenset(
        words | listed("keep", "words") | listed("keep", "function") | lexicon.words("address", "after_name")
    )


@cache
def in_dictionary(word: str) -> str:
    """ "word", "noun" (nothing but a noun, so that it may be a name), or "" for a word that English does not have."""
    low = word.lower()
    every, nouns, adjectives = _dictionary()
    if low in listed("keep", "function"):
        return "word"
    compared = low.endswith(("er", "est"))  # "Baner" is not more ban than others
    for stem in (low, *_stems(low)):
        if stem in (adjectives if compared and stem != low else every):
            return "noun" if stem in nouns and stem not in listed("keep", "nouns") else "word"
    roles = lexicon.words("people", "roles") | lexicon.words("people", "roles_more")
    return "word" if low in listed("keep", "nouns") or low in roles else ""


def _stems(low: str) -> Iterator[str]:
    for ending, puts in (("s", ("",)), ("es", ("",)), ("ies", ("y",)), ("ed", ("", "e")), ("ing", ("", "e")),
                         ("er", ("", "e")), ("est", ("", "e")), ("ly", ("",)), ("ier", ("y",)), ("iest", ("y",)),
                         ("ness", ("",)), ("ily", ("y",)), ("less", ("",)), ("ful", ("",))):  # fmt: skip
        if low.endswith(ending) and len(low) > len(ending) + 2:
            stem = low[: -len(ending)]
            yield from (stem + put for put in puts)
            if len(stem) > 2 and stem[-1] == stem[-2]:
                yield stem[:-1]


@cache
def known(word: str) -> str:
    """What the lists say a name is: "male", "female", "person", "surname", "place"; "" where they do not know it."""
    low = word.lower()
    if low in listed("places", "known"):
        return "place"
    if low in lexicon.words("names", "mixed"):
        return "person"
    if gender := lexicon.gender_of_name(low):
        return gender
    if low in listed("surnames", "known"):
        return "surname"
    stays = low in keep() or low in listed("keep", "nouns")
    return "person" if low in lexicon.words("names", "words") and not stays else ""
