"""Whether an answer says that it was never lived, is not known or not remembered, and whether it tells it after all."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from refiner.evaluate.patterns import anywhere, joined, opening
from refiner.evaluate.words import own_sentences

Kind = Literal["never", "unknown", "model", ""]
_MINE = re.compile(r"\b(?:i|me|my|mine|we|us|our|myself)\b")
_AT_LARGE = re.compile(r"(?:many|most|some|all) (?:people|men|women|persons|of us)\b|(?:people|one|you|everyone)\b")
_ADVICE = re.compile(
    r"(?:\d+\.? ?)?(?:here (?:are|is)|here's|step \d|try|make sure|remember to|stay|avoid|consider|seek|start)\b|\d+\.$"
)
_THINGS = re.compile(
    r"(?:(?:the|an?|this|these|such|it|there) (?:(?!was\b|were\b|had\b|did\b)[\w'-]+ ){0,4}?"
    r"(?:is|are|can|may|might|should|has|have|does|do|refers|means)\b"
    r"|[\w, '-]{3,80} (?:can |may )?helps? (?:people|to|you|with)\b)"
)
_DONE = re.compile(rf"\b[a-z]+ {joined('PAST')}")
_THINKS = re.compile(r"\b(?:thought|said|told|asked|heard|believed|called|tried|wanted|wished)\b|\bi was\b")
_FINITE = re.compile(r"\b(?:is|are|am|be|can|may|has|have|do|does)\b|\b(?:it|that|there|what)'s\b")


class Reading(NamedTuple):
    """`kind`: in what way it abstains, "" where it does not. `tells`: it tells something as lived; `words`: what."""

    kind: Kind
    tells: bool
    words: str = ""


@lru_cache(maxsize=8192)
def abstention(ask: str, text: str) -> Reading:
    """Reads an answer. What only does not know a part ("not the exact date") does not abstain."""
    told = ""
    found: Reading | None = None
    for i, sentence in enumerate(own_sentences(ask, text)):
        if found is None:
            kind, words = _kind(sentence, i == 0 or not told and i < 3)
            if kind and told:
                return Reading("", True, told)
            m = anywhere("CONTRAST").search(sentence)
            if kind and m and story(rest := sentence[m.end() :]) and (kind == "unknown" or _did(rest)):
                return Reading("", True, sentence[m.end() :].strip()[:60])
            if kind:
                found = Reading(kind, False, words)
            elif not told and story(sentence):
                told = sentence[:60]
        elif (
            found.kind in ("unknown", "never")
            and re.match(anywhere("TURN").pattern, sentence)
            and story(sentence)
            and (found.kind == "unknown" or sentence.startswith(("actually", "i do remember", "what i do")))
        ):
            return Reading("", True, sentence[:60])
    return found or Reading("", bool(told), told)


def _kind(sentence: str, opens: bool) -> tuple[Kind, str]:
    if m := anywhere("MODEL").search(sentence):
        return "model", m[0]
    if (m := anywhere("UNKNOWN").search(sentence)) and not anywhere("PARTIAL").search(sentence):
        return "unknown", m[0]
    if (
        (m := anywhere("NEVER").search(sentence))
        and not re.match(r"(?:yes|yeah|yep|of course|sure)\b", sentence)
        and not anywhere("NOT_NEVER").search(sentence)
        and not _did(sentence[: m.start()])
    ):
        return "never", m[0]
    if (
        opens
        and (m := opening("NO_FIRST").match(sentence))
        and not re.match(r" (?:doubt|one|matter|wonder)", sentence[m.end() :])
    ):
        return "never", m[0]
    return "", ""


def story(words: str) -> bool:
    """Whether words tell something as lived: past, or of the narrator, affirmed and not only supposed."""
    if len(words.split()) < 3 or words.endswith("?") or anywhere("OFFER").search(words):
        return False
    if generic(words) or anywhere("SERVICE").search(words):
        return False
    for part in re.split(r"[,;]|--|\bbut\b|\band\b", words):
        if len(part.split()) < 2 or anywhere("DENY").search(part) or anywhere("SUPPOSED").search(part):
            continue
        if anywhere("PAST").search(part) or _MINE.search(part):
            return True
    return False


def generic(sentence: str) -> bool:
    """Whether a sentence speaks of how things are, or of people at large: "The harp is an instrument that ..."."""
    if _MINE.search(sentence):
        return False
    return bool(_AT_LARGE.match(sentence) or _ADVICE.match(sentence) or _THINGS.match(sentence))


def _did(words: str) -> bool:
    """Whether words tell that somebody did something: "A customer forgot his bag, and ..."."""
    parts = [p for p in re.split(r"[,;]|--", words) if len(p.split()) >= 3]
    return any(_DONE.search(p) and story(p) and not _THINKS.search(p) for p in parts)


def fragment(sentence: str) -> bool:
    """Whether a sentence has no verb of its own and so answers as a piece of the question: "My brother and a cook."."""
    return not generic(sentence) and (not _FINITE.search(sentence) or len(sentence.split()) <= 3)
