"""Scenes in which a trait would show, without its name: from scenes.toml by the trait's own words, else from what its
description says. Pure, but for spaCy's parse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from refiner.checks.stems import WORD, faint, stems, stop
from refiner.config import Config, Trait
from refiner.evaluate.material import Material, stems_of
from refiner.evaluate.questions_forms import Wordings, table
from refiner.stages.composing.conduct import conducts
from refiner.stages.composing.text import lower_first, upper_first, words
from refiner.stages.composing.wording import TraitWords, her_words, in_person, third_person_verb, trait_words

FIVE = 5
_PLACE = re.compile(r"(?:at|in|on|during)\b", re.I)
_OFTEN = re.compile(r"(?:always|never|often|rarely|seldom|hardly|usually|sometimes|constantly|easily)", re.I)
_OF = re.compile(r"\b(?:of|about|for|to|towards?|with)\s+(?P<what>.+)$", re.I)
_BARE = re.compile(r"^(?P<what>[\w -]+?)[ -](?:lover|fan|enthusiast|addict|addiction|hater|phobia)s?$", re.I)
_TO = r"to(?= (?:the|her|his|my|our|your)\b| (?:[a-z]+ )?[a-z]+s$)"  # "kind to animals", not "quick to judge"
_WITH = re.compile(r"\b(?:with|about|towards?)\s+(?P<what>.+)$", re.I)
_BOUND = re.compile(rf"\b(?:with|about|towards?|in|at|over|under|for|of|on|{_TO})\s+(?P<what>.+)$", re.I)
_ANYBODY = frozenset(["people", "others", "everybody", "everyone", "things", "everything", "small", "time"])
_EVERYDAY = """
day family feel friends give hard home house keep late leave long look lot money morning night people place public
school small speak speaking take talk tell tells telling things think time times week work
"""
_AFTER = re.compile(r"^(?:hates?|fears?|dislikes?|loves?|dreads?|distrusts?)\s+(?P<what>.+)$", re.I)


def said_of(trait: Trait, config: Config) -> TraitWords:
    """How to say a trait: as `trait_words`, and a habit with an adverb before it ("rarely calls") as a habit."""
    said = trait_words(trait, config)
    adverb, _, rest = said.trait.partition(" ")
    if said.shape != "adjective" or not _OFTEN.fullmatch(adverb) or not rest or not third_person_verb(rest):
        return said
    habit = trait_words(trait.model_copy(update={"name": rest, "context": ""}), config)
    if habit.shape != "habit":
        return said
    base = f"{adverb} {habit.trait}"
    return TraitWords("habit", base, base, said.trait, f"You {base}")


@cache
def _classes() -> tuple[tuple[str, dict[str, Any], tuple[frozenset[str], ...]], ...]:
    """The classes of scenes.toml, each with its words as stems; a phrase in hyphens is one entry of several stems."""
    out = []
    for name, data in table("scenes").items():
        entries = tuple(
            frozenset(stems(part)[0] for part in word.split("-") if part not in stop()) or frozenset({word})
            for word in str(data["words"]).split()
        )
        out.append((name, data, entries))
    return tuple(out)


def class_of(trait: Trait) -> dict[str, Any] | None:
    """The class of scenes that fits a trait; None where none does. The name counts before aliases, several words before
    one."""
    best: tuple[tuple[int, int, int], dict[str, Any]] | None = None
    for place, name in enumerate(trait.words):
        said = {s for w in WORD.findall(name) for part in w.split("-") for s in stems(part)}
        for turn, (_, data, entries) in enumerate(_classes()):
            size = max((len(e) for e in entries if e <= said), default=0)
            if not size or data.get("of") and not object_of(trait):
                continue
            rank = (min(place, 1), -size, turn)
            if best is None or rank < best[0]:
                best = (rank, data)
    return best[1] if best else None


def object_of(trait: Trait) -> str:
    """What a fear or a love is of, as it stands after "it is about": "dogs", "speaking in public"; "" where none is
    said."""
    for name in trait.words:
        match = _OF.search(name) or _AFTER.match(name) or _BARE.match(name)
        if match and not re.search(r"\b(?:people|myself|himself|herself|it|death)\b", match["what"], re.I):
            what = match["what"].strip()
            if len(words(what)) <= 4 and not stems_of([what]) <= stems_of(["home work school night office"]):
                return lower_first(what)
    return ""


def _filled(trait: Trait, data: dict[str, Any], text: str) -> str:
    out = text.replace("{there}", trait.context if _PLACE.match(trait.context) else "").replace(
        "{x}", object_of(trait) if data.get("of") else ""
    )
    out = re.sub(r"\s+([.,?!:])", r"\1", re.sub(r"\s+", " ", out)).strip()
    return out


def held_to(trait: Trait, names: frozenset[str] = frozenset()) -> str:
    """What or whom alone a trait holds with, so that a scene of what the bare word means may be one in which it does
    not show; "" where there is no such thing. Its name says it ("patient with the hands": "your hands"), or its
    description names one of the people of the life (`names`, lower case). A fear or a love has scenes of its object;
    everybody is no bound, and in "swims in the sea" the sea belongs to the verb."""
    data = class_of(trait)
    if data is not None and data.get("of"):
        return ""
    match = (_WITH if third_person_verb(trait.name) else _BOUND).search(trait.name)
    if data is not None and match is not None:
        what = {w.lower() for w in WORD.findall(match["what"])} - stop()
        of_class = {p for _, known, entries in _classes() if known is data for e in entries for p in e}
        if what - _ANYBODY and not stems_of(what) <= of_class:
            return match["what"].strip()
    described = (re.sub(r"['’]s$", "", w) for w in WORD.findall(trait.description) if w[0].isupper())
    return next((w for w in described if w.lower() in names), "")


def scenes(trait: Trait, names: frozenset[str] = frozenset()) -> list[str]:
    """The scenes of scenes.toml that fit a trait and do not name it; [] where no class does. `names`: of the people of
    the life."""
    data = class_of(trait)
    if data is None or held_to(trait, names):
        return []
    named = frozenset() if data.get("of") else _naming(trait)
    placed = bool(_PLACE.match(trait.context))
    there = [str(s) for s in data["scenes"] if not trait.context or placed and "{there}" in str(s)]
    filled = (upper_first(_filled(trait, data, s)) for s in there)
    return [s for s in filled if not stems_of([s]) & named]


def virtue(trait: Trait, names: frozenset[str] = frozenset()) -> str:
    """The good side of a dark trait, as what one would do: "tell the truth even in small things"; "" if not known."""
    data = None if held_to(trait, names) else class_of(trait)
    return _filled(trait, data, str(data["virtue"])).removesuffix(".") if data and "virtue" in data else ""


def _naming(trait: Trait) -> frozenset[str]:
    """The stems that name a trait: of its name and aliases, without those that say how often or where."""
    said = {w.lower() for name in trait.words for w in WORD.findall(name)}
    where = stems_of([trait.context])
    plain = set(_EVERYDAY.split())
    kept = {w for w in said if w not in stop() and w not in faint() and w not in plain and len(w) > 3}
    return stems_of(kept) - where


def situations(trait: Trait, material: Material, wordings: Wordings) -> Iterator[str]:
    """Wordings in which the trait would show, the best first: what its description says she does when, scenes, what it
    looks like. Only the last of all names it, where nothing else is known."""
    naming = _naming(trait)
    for conduct in conducts(trait):
        slots = {"clause": her_words(conduct.clause, material.config)}
        found = wordings.filled("living.shown.when", slots, (trait.id, conduct.clause))
        yield from (text for text in found[:2] if not stems_of([text]) & naming)
    yield from scenes(trait, material.person_names)
    bound = held_to(trait, material.person_names)
    bound = re.sub(r"^the (?=(?:hands?|fingers|feet|eyes|ears|body|voice)\b)", "your ", bound, flags=re.I)
    yield from wordings.filled("living.shown.bound", {"what": her_words(bound, material.config)}, (trait.id,))
    said = said_of(trait, material.config)
    if looks := in_person(trait.description, "you") if trait.description else "":
        yield from wordings.filled("living.shown.looks", {"looks": looks}, (trait.id,))
    clause = lower_first(said.you) if said.shape != "other" else ""
    yield from wordings.filled("living.shown.clause", {"clause": clause}, (trait.id,))
    yield from wordings.filled("living.shown.named", said.slots, (trait.id,))


def before_question(scene: str) -> str:
    """A scene without the sentence that asks; "" where nothing is left."""
    parts = re.split(r"(?<=[.!?”])\s+", scene.strip())
    return " ".join(parts[:-1]) if len(parts) > 1 else ""
