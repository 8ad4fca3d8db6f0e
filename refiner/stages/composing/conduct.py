"""What she does when: the words of a trait that say so ("goes silent when friends are in need"), asked as a situation.

This is the explicit form of a trait's evidence, "X does B when C", taken from its description in refiner.toml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from refiner.config import Trait
from refiner.stages.composing.deeds import parsed
from refiner.stages.composing.wording import base_form, in_person

_WHEN = re.compile(r"^(?P<does>.{3,90}?),?\s+(?:when(?:ever)?|if|while|as soon as)\s+(?P<clause>[^,;.]{3,90})", re.I)
_HE = re.compile(r"^(?:he|she|they)\s+(?P<verb>[a-z]+)\b", re.I)
_VERBS = {"is": "are", "has": "have", "does": "do", "was": "were"}


@dataclass(frozen=True)
class Conduct:
    """One situation: the clause about her, and what she does then, in the first person."""

    clause: str  # after "when": "you speak in front of people"
    answer: str


def conducts(trait: Trait) -> list[Conduct]:
    """The situations that a trait's description tells, in its order; [] where it says no "when"."""
    out = []
    for part in re.split(r"[;.]\s+|[;.]$", trait.description):
        match = _WHEN.match(part.strip())
        clause = about_you(match["clause"].strip()) if match else ""
        # "plays, hears every false note, hums while driving": driving goes with the humming alone.
        last = re.split(r",\s+(?:and\s+)?", match["does"])[-1] if match else ""
        own = part.strip()[match.start("does") + match["does"].rindex(last) :] if match else ""
        answer = in_person(own, "I") if clause else ""
        if answer:
            out.append(Conduct(clause, answer))
    return out


def about_you(clause: str) -> str:
    """The clause of a description, said to her: "speaking in front of people" -> "you are speaking in front of people".

    "" where its grammar cannot be told.
    """
    if match := _HE.match(clause):
        verb = match["verb"].lower()
        said = _VERBS.get(verb, base_form(verb))
        return f"you {said}{clause[match.end() :]}"
    doc = parsed(f"She smiles when {clause}.")
    if doc is None:
        return ""
    words = [t for t in doc if t.i >= 3 and not t.is_punct]
    if not words:
        return ""
    subjects = [t for t in words if t.dep_ in ("nsubj", "nsubjpass", "expl")]
    finite = [t for t in words if t.tag_ in ("VBZ", "VBP", "VBD", "MD")]
    if subjects and finite and subjects[0].i < finite[0].i:
        return "" if re.search(r"\b(?:he|she|him|her|his|they|them|their)\b", clause, re.I) else clause
    if not finite and words[0].tag_ in ("VBG", "VBN", "JJ", "IN") and not re.search(r"\b(?:himself|herself)\b", clause):
        return f"you are {clause}"
    return ""
