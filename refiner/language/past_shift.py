"""One finite verb put into the past: the edits of its words, contractions and negation included."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from refiner.language.inflect import match_case
from refiner.language.past_clauses import Clause
from refiner.language.past_forms import is_verb, past_form, third_person

_BE = {"am": "was", "is": "was", "are": "were", "'m": " was", "'s": " was", "'re": " were"}


class Change(NamedTuple):
    """What stands in the sentence from `start` to `end` (code points) is written as `after`."""

    start: int
    end: int
    after: str


def shift(text: str, clause: Clause) -> list[Change] | None:
    """The changes that put the clause's verb into the past; None where its past is not certain.

    `text` is the sentence as written; the tokens' offsets count in it.
    """
    verb = clause.finite
    start, end = verb.idx, verb.idx + len(verb)
    word, low = text[start:end], verb.lower_
    if len(word) > 1 and word.isupper() or word[:1].isupper():
        return None
    if low in _BE:
        return _be(text, verb, start, end)
    negated = re.match(r"n['’]?t\b", text[end:])
    if clause.tense == "can":
        return _can(text, start, end, low)
    if low in ("do", "does") and (negated or verb is not clause.head):
        return [Change(start, end, "did")]
    if low in ("have", "has", "'ve"):
        return _have(text, clause, start, end)
    if negated:
        return None
    base = _base(verb)
    after = past_form(base, text[end:]) if is_verb(base) else None
    if after is None:
        return None
    return [Change(start, end, match_case(word, after))] if after != word else []


def _base(verb: Any) -> str:
    """The verb without the ending of "she": the lemma, or what gives the form again; "" if nothing does."""
    low = str(verb.lower_)
    if verb.tag_ != "VBZ":
        return low
    tried = (str(verb.lemma_).lower(), low[:-1], low[:-2], low[:-3] + "y")
    return next((b for b in tried if third_person(b) == low and is_verb(b)), "")


def _be(text: str, verb: Any, start: int, end: int) -> list[Change] | None:
    after = _BE[verb.lower_]
    if verb.lower_ == "'s" and verb.lemma_ != "be":
        return None
    if after[0] == " " and (short := re.match(r" (?:not|NOT)\b", text[end:])):
        return [Change(start, end + short.end(), f"{after}n{text[start]}t")]
    return [Change(start, end, after)]


def _can(text: str, start: int, end: int, low: str) -> list[Change] | None:
    rest = text[end:]
    if low == "ca" and re.match(r"n['’]?t\b", rest):
        return [Change(start, end, "could")]
    if low == "can" and rest.startswith("not"):
        return [Change(start, end, "could ")]
    if low == "can" and re.match(r"['’]t\b", rest):
        return [Change(start, end, "couldn")]
    return [Change(start, end, "could")] if low == "can" else None


def _have(text: str, clause: Clause, start: int, end: int) -> list[Change] | None:
    after = " had" if clause.finite.lower_ == "'ve" else "had"
    if clause.got is None:
        return [Change(start, end, after)]
    got = clause.got.idx
    if text[end:got].strip():  # "have not got": which word goes is not plain
        return None
    return [Change(start, got + len(clause.got), after)]
