"""What a rewritten sentence brings in: things, people, qualities, numbers and deeds that the old one does not have.

By lemma and tag, so that "smoked" for "smoke" and "went" for "go" bring in nothing.
"""

from __future__ import annotations

from typing import Any

from refiner.checks.stems import stems
from refiner.language.parse import parse

_CONTENT = frozenset(("NOUN", "PROPN", "ADJ", "NUM", "VERB"))
ENDING = frozenset(
    ("last", "end", "stop", "use", "be", "have", "do", "come", "change", "hold", "rest", "pause", "believe", "think")
    + ("finish", "true", "more", "long", "then")
)
"""Lemmas that say no more than that something is over, came back, rests or was only believed."""


def brought_in(old: str, new: str) -> list[str]:
    """The words of `new` that say something and are in `old` in no form, in order; those of `ENDING` are none.

    Needs spaCy's model; raises RefinerError without one.
    """
    had = {_lemma(t) for t in parse(old)} | {s for t in parse(old) for s in stems(t.text)}
    out = []
    for token in parse(new):
        known = _lemma(token) in had | ENDING or any(s in had for s in stems(token.text))
        says = token.pos_ in _CONTENT and (not token.is_stop or token.pos_ == "NUM")
        if says and not known:
            out.append(token.text)
    return list(dict.fromkeys(out))


def _lemma(token: Any) -> str:
    return str(token.lemma_).casefold()
