"""Is an age or a school class said of the narrator? "Ravi was in 5th standard", "he died at the age of 74" are not."""

from __future__ import annotations

import re

_BREAK = re.compile(r"[.;:!?()]|\s[—–-]\s")
_FIRST = re.compile(r"\b(?:I|i|me|my(?=\s+(?:own|class|school|age|birthday))|me|we|us|myself)\b")
_THIRD = re.compile(r"\b(?:he|she|they|him|them|who)\b", re.IGNORECASE)
_BE = r"(?:is|was|were|are|has\s+been|had\s+been|studies|studied|reads|read|failed|passed|topped|sits|sat)"
_DO = rf"(?:{_BE}|died|married|left|came|went|got|had|has|ran|became|retired|joined|began|started|\w+ed)"
_PERSON = r"(?:[A-Z][\w’'-]+|(?:[Mm]y|[Oo]ur|[Hh]is|[Hh]er|[Tt]heir|[Aa]|[Tt]he)\s+(?:[a-z]+\s+)?[a-z]+)"
_NAMED = re.compile(rf"(?:\A|[\s,“\"(])(?!I\b|We\b|we\b){_PERSON}(?:\s+and\s+{_PERSON})?\s+(?:{_BE})\b")
_NAMED_DOES = re.compile(rf"(?:\A|[\s,“\"(])(?!I\b|We\b|we\b){_PERSON}(?:\s+and\s+{_PERSON})?\s+(?:{_DO})\b")
_TEACHES = re.compile(
    r"\b(?:teach(?:es|ing)?|taught|tutor(?:ed|ing)?|tuitions?\s+(?:to|for)|(?:my|his|her|our|their|a|the)\s+(?:son|"
    r"daughter|kids?|child|children|students?|pupils?|boys?|girls?|nephew|niece|grandson|granddaughter|cousin))\b"
    r"[^.;]{0,20}$",
    re.IGNORECASE,
)


_PERSON_HERE = re.compile(
    r"(?:\b(?:[Mm]y|[Oo]ur|[Hh]is|[Hh]er|[Tt]heir)\s+(?:[a-z]+\s+)?[a-z]+,?|(?:\A|[.!?“\"(]\s*)(?!I\b)[A-Z][\w’'-]+,|"
    r"[a-z,;]\s+(?!I\b)[A-Z][\w’'-]+,?)\s+\Z"
)


def person_before(text: str, start: int) -> bool:
    """Does a person other than the narrator stand just before: "my father as a little boy"?"""
    return bool(_PERSON_HERE.search(text, 0, start))


def of_another(text: str, start: int, end: int, *, acts: bool = False) -> bool:
    """Is what stands at `text[start:end]` said of somebody else than the narrator, as far as the sentence tells?

    With `acts` any deed of a named person before it counts ("Papa died at the age of 60"), else only being and
    learning ("Ravi was in class 5", but "Dada died in class 5" dates a death by the narrator's class).
    """
    breaks = [m.end() for m in _BREAK.finditer(text, 0, start)]
    before = text[breaks[-1] if breaks else 0 : start]
    stop = _BREAK.search(text, end)
    after = text[end : stop.start() if stop else len(text)]
    if _TEACHES.search(before):
        return True
    mine = max((m.start() for m in _FIRST.finditer(before)), default=-1)
    theirs = max((m.start() for m in _THIRD.finditer(before)), default=-1)
    named = max((m.start() for m in (_NAMED_DOES if acts else _NAMED).finditer(before)), default=-1)
    if max(theirs, named, mine) >= 0:
        return max(theirs, named) > mine
    if not acts:
        return False
    if person_before(text, start) or (_NAMED_DOES.match(after) and not _FIRST.search(after)):
        return True
    first, third = _FIRST.search(after), _THIRD.search(after)
    return third is not None and third.start() < 25 and (first is None or third.start() < first.start())
