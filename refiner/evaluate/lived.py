"""Whether an answer to a question about a trait that is over tells it as lived today, though it says no yes or no."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from refiner.config import Trait
from refiner.evaluate.abstaining import abstention, generic
from refiner.evaluate.asking import asked_of
from refiner.evaluate.patterns import anywhere
from refiner.evaluate.showing import shown
from refiner.evaluate.trait_said import of_another, touched
from refiner.evaluate.words import babbles, own_sentences

if TYPE_CHECKING:
    from refiner.evaluate.material import Material

NOTHING = ("says nothing", "says nothing of itself")
_BELITTLES = re.compile(r"\b(?:only an?|just an?|simply|like (?:any|every)(?:body|one)|what for|nothing)\b")


def of_nobody(ask: str, text: str) -> bool:
    """Whether nothing is said of the one who speaks: of others, of how things are, or in circles."""
    parts = own_sentences(ask, text)
    if not parts or babbles(text):
        return True
    return all(generic(s) or of_another(s) or anywhere("SERVICE").search(s) for s in parts)


def granted(ask: str, text: str, trait: Trait) -> bool:
    """Whether an open question takes the trait for granted and the answer goes along: "What helps?" - "A lamp"."""
    asked = asked_of(ask)
    named = touched(asked.body, trait) if asked.open else None
    if named is None or not any(h.named and h.role != "target" for h in named.hits):
        return False
    if abstention(ask, text).kind or of_nobody(ask, text):
        return False
    return not any(_BELITTLES.search(s) for s in own_sentences(ask, text))


def lived_as_today(ask: str, text: str, trait: Trait, material: Material) -> tuple[float | None, str] | None:
    """1 where what is told shows the trait at work, 0 where the contrary; None where nothing of the kind is told."""
    found = shown(ask, text, trait, material)
    if found.value is None or found.why in NOTHING:
        return (1.0, "takes it for granted") if granted(ask, text, trait) else None
    return found.value, found.why
