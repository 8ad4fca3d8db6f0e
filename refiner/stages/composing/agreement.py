"""Sentences in which the old gender is left over beside the new one, so that they teach nobody: "my sister did not lift
his phone". They stay in the refined note, where a person can mend them; no sample is made of them.

Rules of the swap ask about each pronoun that may mean the narrator. This looks at the outcome: a pronoun of the old
gender with nobody of that gender before it whom it could mean, where the text tells of the narrator.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from refiner.language.lexicon import gender_of_name, gender_of_word, other
from refiner.models import Edit, Gender
from refiner.stages.composing.scenes import Unit
from refiner.stages.composing.text import WORD

_PRONOUNS: dict[Gender, frozenset[str]] = {
    "male": frozenset(("he", "him", "his", "himself")),
    "female": frozenset(("she", "her", "hers", "herself")),
}
_AT = re.compile(r"\b(?:in|on|at|of|from|since|near|until|till|by|during)\s+$", re.I)
_SPEECH = re.compile(r"[\"“][^\"”]*[\"”]")


def half_turned(
    units: Sequence[Unit], edits: Iterable[Edit], gender: Gender, own: frozenset[str], *, by_another: bool
) -> frozenset[str]:
    """Places of the sentences that are half turned. `gender`: the new one; `own`: the narrator's names, lower case.

    In a note by somebody else every such pronoun counts, and what follows it in its paragraph; in the narrator's own
    only one that follows a word which an edit turned, in the same sentence.
    """
    old = other(gender)
    turned = {e.id for e in edits if _turned(e, gender)}
    found: set[str] = set()
    paragraph, there, broken = -1, False, False
    before = ""
    for unit in units:
        if unit.speaker:
            continue
        if unit.paragraph != paragraph:
            paragraph, broken = unit.paragraph, False
            there = there and not by_another
        text = _SPEECH.sub(" ", unit.text)
        if by_another:
            at = _left_over(text, old, own, there)
            broken = broken or at is not None
            if broken:
                found.add(unit.place)
            there = there or _mentions(text, old, own)
        elif turned & set(unit.edits):
            first = min(
                (m.start() for m in WORD.finditer(text) if gender_of_word(m[0].lower()) == gender), default=None
            )
            at = _left_over(text, old, own, _mentions(before, old, own))
            if at is not None and first is not None and first < at:
                found.add(unit.place)
        before = text
    return frozenset(found)


def _turned(edit: Edit, gender: Gender) -> bool:
    """Whether an edit put a word for a person of the new gender where one of the old stood."""
    after = [w.casefold() for w in WORD.findall(edit.after)]
    return any(gender_of_word(w) == gender for w in after) and edit.before.casefold() != edit.after.casefold()


def _left_over(text: str, old: Gender, own: frozenset[str], there: bool) -> int | None:
    """Where the first pronoun of the old gender stands that can mean nobody; None where there is none."""
    for match in WORD.finditer(text):
        if match[0].casefold() in _PRONOUNS[old] and not there:
            return match.start()
        there = there or _is_one(match, old, own)
    return None


def _mentions(text: str, old: Gender, own: frozenset[str]) -> bool:
    return any(_is_one(m, old, own) for m in WORD.finditer(text))


def _is_one(match: re.Match[str], old: Gender, own: frozenset[str]) -> bool:
    """Whether a word may be somebody of the old gender: a man, a father, a name that is not hers and no woman's."""
    word = re.sub(r"['’]s$", "", match[0])
    low = word.casefold()
    if low in own or low in _PRONOUNS[old]:
        return False
    if gender_of_word(low) == old or gender_of_name(word) == old:
        return True
    # Any other name may be his, unless it is a woman's or a time or place ("in Rakhi of 2021").
    before = match.string[: match.start()]
    inside = bool(re.search(r"[\w,;)]\s+$", before)) and not _AT.search(before)
    woman = gender_of_word(low) == other(old) or gender_of_name(word) == other(old)
    return inside and word[:1].isupper() and low != "i" and not word.isupper() and not woman
