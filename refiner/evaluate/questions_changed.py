"""Questions about what nearly was so: true sentences of hers with another place or another person in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from refiner.edits import digest
from refiner.evaluate.material import Material
from refiner.evaluate.questions_forms import Offer, Wordings, offer, table
from refiner.evaluate.questions_world import absent
from refiner.evaluate.shapes import Key
from refiner.language.parse import entity_type
from refiner.stages.composing.deeds import parsed
from refiner.stages.composing.questions import ordered
from refiner.stages.composing.when import MONTHS
from refiner.timeline.holidays import ALIASES, RULES

_IN_PLACE = re.compile(
    r"\b(?P<prep>in|at|to|from|near) (?P<name>[A-Z][a-z]{2,}(?: [A-Z][a-z]+)?)"
    r"(?=$|,| (?:in|at|on|with|for|and|by|after|before|until|from|to|during|when)\b)"
)


# "told Papa", "promised Dadi": what was told stands in a clause that is not here
_LEFT_OPEN = re.compile(r"(?:told|asked|promised|informed|reminded|assured|warned|convinced|persuaded)\b", re.I)


def nearly(material: Material, wordings: Wordings) -> Iterator[Offer]:
    """True sentences of hers with another place or another person in them: she can only say that it was not so."""
    places, people = absent(material, "places"), absent(material, "people")
    names = {w.casefold() for p in material.people for n in p.names for w in n.split()}
    for passage in material.passages:
        if material.held_out & set(passage.events):
            continue
        for sentence, deeds in zip(passage.sentences, passage.deeds, strict=False):
            for deed in (d for d in deeds if d.tense == "past"):
                if _LEFT_OPEN.match(deed.said):
                    continue
                changed = _elsewhere(deed.said, sentence, places, names) or _somebody(deed.said, people, names)
                if not changed:
                    continue
                said, was, put = changed
                asks = wordings.choose("unlived", "unlived.changed", {"said": said}, (passage.id, said), 1, "no")
                key = Key(told=(sentence,), groups=((was,),))
                yield from offer(
                    "unlived", f"changed/{digest('changed', said)[:8]}", f"{was} → {put}: {deed.said}", asks, key,
                    notes=(passage.note,), weight=1,
                )  # fmt: skip


def _elsewhere(said: str, sentence: str, places: Sequence[str], people: set[str]) -> tuple[str, str, str] | None:
    match = next((m for m in _IN_PLACE.finditer(said) if m["name"].split()[0].casefold() not in people), None)
    if match is None or not places or match["name"] in MONTHS or not _can_be_place(match, sentence):
        return None
    put = ordered(places, said)[0]
    prep = "in" if match["prep"] == "at" else match["prep"]
    return f"{said[: match.start()]}{prep} {put}{said[match.end() :]}", match["name"], put


def _can_be_place(match: re.Match[str], sentence: str) -> bool:
    """Whether the recognizer of names does not take it for something else than a place, a firm or a school: "in
    Physics", "in Hindi", "to Diwali" are none. A name that it does not know, or takes for a person whom one is in or
    at, may be one: it knows few small towns."""
    name = match["name"]
    doc = parsed(sentence)
    found = [t for t in doc or () if t.text == name.split()[-1]]
    kinds = {entity_type(t) for t in found}
    known = {"", "GPE", "LOC", "FAC", "ORG"} | ({"PERSON"} if match["prep"] in ("in", "at", "near") else set())
    low = name.casefold()
    return bool(found) and kinds <= known and low not in _subjects() and low not in RULES and low not in ALIASES


def _subjects() -> frozenset[str]:
    return frozenset(str(table("words")["subjects"]).split())


def _somebody(said: str, people: Sequence[str], known: set[str]) -> tuple[str, str, str] | None:
    match = next(
        (m for m in re.finditer(r"\b[A-Z][a-z]{2,}\b(?!['’]| [a-z]+['’]s)", said) if m[0].casefold() in known), None
    )
    if match is None or not people:
        return None
    put = ordered(people, said)[0]
    return f"{said[: match.start()]}{put}{said[match.end() :]}", match[0], put
