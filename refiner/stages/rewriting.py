"""What a sentence that was written anew may do to traits: claim none that it did not, lose none, soften nothing.

Holds for rules and models alike; names, numbers, length and gender of what a model wrote are looked at elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from refiner.checks.change_words import masked
from refiner.checks.dead_traits import claims
from refiner.checks.trait_words import TraitWords
from refiner.config import Trait
from refiner.stages.self_image_words import softenings

MATTERS = 0.5  # weight of a trait's words from which a sentence has to do with it
LEFT = 0.6  # share of that weight that the new sentence must keep

_NO = r"(?:\bnot|n['’]t|\bnever|\bno longer|\bno more)\b"
# What a closing clause says, and what a sentence must say instead of it; {Y} is the clause's year.
_SAYS = tuple(
    (re.compile(clause, re.IGNORECASE), said)
    for clause, said in (
        (
            r"came back|changed again",
            r"\b(?:back|again|return\w*|until)\b[^.]*{Y}|{Y}[^.]*\b(?:back|again|return\w*)\b",
        ),
        (r"\brest(?:s|ed|ing)?\b", r"\brest(?:s|ed|ing)?\b[^.]*{Y}|{Y}[^.]*\brest(?:s|ed|ing)?\b"),
        (
            r"thought|believed",
            r"\b(?:thought|believed|took myself)\b|\bnot (?:so|true)\b|\bnever (?:was|been) (?:so|true)\b",
        ),
        (
            r"\d",
            r"\b(?:until|till|up to)\b[^.,;]{0,12}{Y}|\b(?:ended|stopped|over|finished|lasted)\b[^.]{0,16}{Y}"
            rf"|{_NO}[^.]*\bsince {{Y}}|\bsince {{Y}}[^.]*{_NO}",
        ),
        (r"", rf"\b(?:used to|did not last|ended|no longer|no more|is over|was over)\b|{_NO}[^.]*\bany ?more\b"),
    )
)


def wrong_with_traits(
    old: str, new: str, traits: Iterable[Trait], words: TraitWords, over: Collection[str] = ()
) -> str:
    """What a new sentence does to the traits that it may not, in words; "" where nothing. `over`: ids of the traits
    that are not so today, which it must tell as past."""
    had, has = words.evidence(masked(old)), words.evidence(masked(new))
    for trait in traits:
        if trait.id in over and claims(new, trait):
            return f"it still says that “{trait.title}” is so today"
        if claims(new, trait) and not claims(old, trait):
            return f"it says of the writer what the sentence did not: “{trait.title}”"
        before, after = had.get(trait.id), has.get(trait.id)
        if before is None or before.weight < MATTERS:
            if after is not None and after.weight >= MATTERS and after.state:
                return f"it must not bring in another trait: {', '.join(after.words(masked(new)))}"
            continue
        if after is None or after.weight < LEFT * before.weight:
            gone = ", ".join(w for w in before.words(masked(old)) if w not in new) or trait.title
            return f"it must still tell of “{trait.title}”: keep {gone}"
    weaker = softenings(old, new, denials=not over)  # "no longer" denies, and is meant to
    return f"it must not be weaker than the sentence: it {weaker[0]}" if weaker else ""


def says_the_same(new: str, clause: str) -> bool:
    """Whether a sentence says by itself what a closing clause says: that it ended then, came back, rests, never was."""
    years = re.findall(r"\d{4}|\d{3}0s", clause)
    said = next(said for pattern, said in _SAYS if pattern.search(clause))
    year = re.escape(years[0]) if years else ""
    return all(y in new for y in years) and re.search(said.replace("{Y}", year), new, re.IGNORECASE) is not None
