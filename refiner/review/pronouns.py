"""Words that no decision for the whole life can be about: "he" would stay, or become "she", whoever is meant. Pure."""

from __future__ import annotations

import re

_PRONOUN = re.compile(r"(?:he|she|him|his|hers?|(?:him|her)self)(?:['’](?:s|d|ll))?", re.IGNORECASE)


def is_pronoun(words: str) -> bool:
    """Whether words are nothing but a pronoun of the third person, alone or with a verb's ending ("he's")."""
    return _PRONOUN.fullmatch(words.strip()) is not None
