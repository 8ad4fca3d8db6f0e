"""What people count time from: a death, a wedding, a move, an examination. The kinds, and their words in a text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from refiner.phrases import loose, phrase

_NO_OBJECT = (
    r"(?!\s+(?:the|my|his|her|their|your|its|it|a|an|on|him|them|me|closer|around|about|up|down|forward|ahead|along|"
    r"aside)\b)"
)
KINDS = {
    "move": rf"\bmov(?:e|ed|ing)\b{_NO_OBJECT}|\bshift(?:ed|ing)? (?:to|from|house)\b|\b(?:came|went) from \w+ to\b"
    r"|\btransfer(?:red)?\b",
    "death": r"\bdied\b|\bdeath\b|\bpassed away\b|\bfuneral\b|(?:'s|’s|his|her|the) passing\b|\bpassing away\b"
    r"|\bexpired\b|\bcremation\b",
    "birth": r"\b(?:was|were) born\b|\bbirth\b|\bcame into the world\b",
    "wedding": r"\bmarried\b|\bwedding\b|\bmarriage\b|\bshaadi\b|\bengagement\b",
    "job": r"\bjoined\b|\bjoining\b|\bfirst job\b|\bfirst salary\b|\bstarted (?:at|in) (?:the )?[A-Z]",
    "leaving": r"\bleft (?:school|college|the (?:job|company|army|academy))\b|\bresign(?:ed|ation)\b"
    r"|\bretire(?:d|ment)\b|\blaid off\b|\blayoffs?\b",
    "degree": r"\bgraduat(?:ed|ion)\b|\bpassed out\b|\bconvocation\b|\bboard (?:exam|result)s?\b|\bboards\b",
    "accident": r"\baccident\b|\bcrash(?:ed)?\b",
    "operation": r"\boperat(?:ion|ed)\b|\bsurgery\b|\bbypass\b|\btransplant\b",
    "stroke": r"\bstroke\b|\bheart attack\b",
    "divorce": r"\bdivorced?\b|\bseparat(?:ed|ion)\b|\bbroke up\b|\bbreak-?up\b",
}  # fmt: skip
"""A kind of event and the words that tell it, as patterns; for texts of any case."""

PATTERNS = {kind: phrase(pattern, re.I) for kind, pattern in KINDS.items()}
_ANY = phrase("|".join(KINDS.values()), re.I)
# Between the first word of what is named and the word that says its kind no other clause may begin.
_TOKEN = r"(?!(?:and|but|or|when|while|because|so|if|I|i|we|he|she|they|it|you|there|that|who|which)\b)[^\s,;:.!?()—]+"
_SAID = "|".join(f"(?:{loose(p)})" for p in KINDS.values())
_START = re.compile(
    rf"(?!(?:he|she|they|it|his|her|their|you|your|someone|somebody|anyone|everyone|people|a|an|every|each|any|being|getting|"
    rf"that|this)\b)(?:(?:I|i|we|We)\s+)?(?:{_TOKEN}\s+){{0,3}}?(?={_SAID})",
    re.I,
)
_TAIL = re.compile(r"(?:\s+(?:to|from|at|in|of|with)\s+(?:the\s+)?(?-i:[A-Z])[\w’'-]+)?")


_JOINS = re.compile(r"join(?:ed|ing)", re.I)
_PLACE = re.compile(r"\s+(?:(?:the|a|an|our|my)\s+(?:[a-z]+\s+)?)?[\w’-]+")
_WHAT = re.compile(r"\s+(?:(?:the|a|an|my|this|that)\s+)?(?:[a-z]+\s+)?[\w’'&-]+")


class Named(NamedTuple):
    """An event that stands in a text: the words, where they end, and its id if it is a known one."""

    words: str
    end: int
    known: bool


def plain(words: str) -> str:
    """Words as they are compared: small, single spaces, without "the", "my" or "our" before them."""
    said = re.sub(r"[\s_-]+", " ", words.replace("’", "'")).strip().casefold()
    return said.removeprefix("the ").removeprefix("my ").removeprefix("our ")


@lru_cache(maxsize=256)
def _known(events: tuple[tuple[str, str], ...]) -> re.Pattern[str] | None:
    """A pattern for the names of known events; one bare word needs "the", "my" or "our" before it."""
    parts = []
    for event, label in events:
        for name in (label, event):
            words = plain(name).split()
            if not words or len("".join(words)) < 3:
                continue
            said = r"[\s_-]+".join(re.escape(w).replace("'", "['’]") for w in words)
            parts.append((len(said), rf"(?:(?:the|my|our)\s+){'?' if len(words) > 1 else ''}{said}(?![\w-])"))
    parts.sort(reverse=True)
    return re.compile("|".join(p for _, p in parts), re.I) if parts else None


def name_at(text: str, at: int, events: Mapping[str, str]) -> Named | None:
    """The event that the text names at `at`: one of `events` (id to label), or words of one of the KINDS."""
    pattern = _known(tuple(events.items())) if events else None
    m = pattern.match(text, at) if pattern else None
    if m:
        return Named(m[0], m.end(), True)
    start = _START.match(text, at)
    if start is None:
        return None
    kind = _ANY.match(text, start.end())
    if kind is None or re.match(r"(?i)(?:i|we)\s+(?:was|were)\s+born", text[at : kind.end()]):
        return None
    if _JOINS.fullmatch(kind[0]):
        tail = _WHAT.match(text, kind.end())
        if tail is None:
            return None  # "when I joined": what?
    elif kind[0].casefold().endswith((" to", " from")):
        tail = _PLACE.match(text, kind.end())
    else:
        tail = _TAIL.match(text, kind.end())
    end = tail.end() if tail else kind.end()
    return Named(text[at:end], end, False)


def event_named(words: str, events: Mapping[str, str]) -> str:
    """The id of the one event that the words name, by id or by label; "" for none."""
    said = plain(words)
    for event, label in events.items():
        if said and said in (plain(event), plain(label)):
            return event
    return ""
