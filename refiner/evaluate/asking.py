"""How a yes-no question is put: as a denial, about the past, with "always", and what a bare "No" to it means. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from refiner.evaluate.patterns import anywhere
from refiner.evaluate.words import content, plain, sentences

_TAG = re.compile(
    r",?\s*(?:(?:am|are|do|did|does|is|was|were|have|has|had|would|will|can|could|should)(?:n't)? (?:you|i|it"
    r"|they|he|she|we|that)(?: not)?|"
    r"right|no|na|yes|correct|eh|huh|surely|i (?:suppose|guess|take it|hope|assume))\s*[?.]$"
)
_INVERTED = re.compile(
    # Each part is taken whole: an "and" that may belong to either of two parts doubles the ways with each comma.
    r"(?>(?:and|but|so|now|then|tell me|honestly|yes or no|in one word|well|as \w+ \w+ \w+ \w+|[^,:]{0,60}[:,]) ?)*"
    r"(?:\w+n't|am|are|do|did|is|was|were|have|has|had|would|will|can|could|does|may|shall|should|must)\b"
)
_WH = re.compile(r"\b(?:what|which|who|whom|whose|when|where|why|how)\b")
_DENIED = re.compile(r"\b(?:not|never|no|hardly|rarely|nobody|nothing|cannot)\b|n't\b")
_DOUBT = re.compile(
    r"\b(?:exaggerat\w*|envious|envy|made up|make (?:it|that|this) up|nothing to it|rumou?rs?|gossip about)\b"
)


class Asked(NamedTuple):
    """`denied`: a bare "No" agrees with it. `doubted`: it doubts what others say. `open`: it asks what, how, which."""

    body: str  # all of the question but its tag, in lower case
    stems: frozenset[str]  # of the words that say something, in the sentence that asks
    denied: bool
    always: bool
    past: bool
    doubted: bool
    of_others: bool  # it asks what others or a thing would say
    open: bool
    counts: bool  # it asks how many or how often


@lru_cache(maxsize=2048)
def asked_of(ask: str) -> Asked:
    """Reads a question or a statement that waits for an answer."""
    text = plain(ask)
    parts = sentences(text)
    last = next((p for p in reversed(parts) if p.endswith("?")), parts[-1] if parts else "")
    tag = _TAG.search(last)
    body = last[: tag.start()] if tag else last
    stems = frozenset(s for s, w in content(body).items() if w >= 0.3) - {"right", "true", "yes", "no"}
    if not stems and len(parts) > 1:
        stems = frozenset(s for s, w in content(text).items() if w >= 0.3)
    return Asked(
        body=text, stems=stems, denied=_denied(body, bool(tag)), always=bool(re.search(r"\b(?:always|every|all"
            r"|so|at once)\b", body)),
        past=bool(re.match(r"(?:\w+ )?(?:did|were|was|had|have|has)\b", body)) or bool(re.search(r"\byou (?:did"
            r"|were|had|have|grew|went|\w+ed)\b", body)),
        doubted=bool(_DOUBT.search(text)), of_others=bool(re.search(r"\b(?:diary|others|friends|they|everybody)\b"
            r"|\bwould (?!(?:you|i|it|that)\b)", body)),
        open=bool(_WH.search(re.split(r",(?= (?:what|which|who|when|where|why|how)\b)", body)[-1][:40]))
        and not tag and not _INVERTED.match(body),
        counts=bool(re.search(r"\bhow (?:many|much|often)\b", body)),
    )  # fmt: skip


def _denied(body: str, tagged: bool) -> bool:
    if not tagged and _INVERTED.match(body):
        return False
    clause = anywhere("IDIOM").sub(" ", body)
    if re.search(r"\b(?:sure|hope|think|believe|know|certain) that\b", clause):
        clause = clause.split(" that ", 1)[1]
    elif len(clause.split()) > 12:
        clause = re.split(r"\b(?:because|when|that|who|if|although|since|as)\b", clause)[0]
    return bool(_DENIED.search(clause))
