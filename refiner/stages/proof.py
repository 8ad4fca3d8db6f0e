"""Is a sentence beyond doubt about a trait? The words near a cue, how they stand to it, and whose doing it tells.

A wrong reading can kill a trait that lives, so a cue counts only where the trait is named beside it, or where two or
more words of it stand in the clause that the cue governs. What avoids something must be told with what it avoids.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from refiner.checks.change_words import Cue
from refiner.checks.stems import WORD, stems
from refiner.checks.trait_words import Hit, Profile, prove
from refiner.checks.word_proof import tells_when
from refiner.phrases import phrase

SURE = 1.0
NEAR = 90  # characters between a cue and the words that count with it
BESIDE = 5  # words between a cue and what it governs
STATES = ("present", "past", "retraction")  # kinds of cues that change nothing
_MILD = ("began", "became-mine", "since-then", "again")  # rules with which a mistake ends nothing
_ONE = "".join(rf"(?<!\b{who} )" for who in ("one", "son", "man", "woman", "daughter", "person"))
_DAYS = r"(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Jan|Feb|March|April|May|June|July|August|Sept|Oct|Nov|Dec)"
_FOREIGN = phrase(
    rf"\b(?:he|she|they|you|{_ONE}who|whom|whose|his|her|their|your|everybody|nobody|everyone|people|others)\b"
    rf"|(?<=[a-z,] ){_DAYS}[A-Z][a-z]+(?: \w+)? (?:is|was|has|had|does|did|can|will|would|\w+s|\w+ed)\b",
)
_OF = phrase(
    r"\b(?:fears?|afraid|scared|frightened|terrified|terror|dread|fright|phobia|shy|shyness|ashamed|tired) (?:of|about)"
    r" (?:my |any |a |an |all |being |speaking )*([\w'’-]+)(?: ([\w'’-]+))?",
    re.I,
)


class Proof(NamedTuple):
    """How surely a cue is about a trait: beyond doubt from `SURE` on. `beside`: the cue governs one of its words."""

    strength: float
    beside: bool
    named: bool


NOTHING = Proof(0.0, False, False)


def proof_of(cue: Cue, text: str, hits: Sequence[Hit], profile: Profile) -> Proof:
    """What the hits in the clause of a cue prove."""
    near = [h for h in hits if cue.clause[0] <= h.start < cue.clause[1] and _gap(cue, h) <= NEAR]
    if cue.where == "before":
        near = [h for h in near if h.start < cue.end]
    elif cue.where == "after" or cue.rule == "am":
        near = [h for h in near if h.start >= cue.start]
    near = [h for h in near if not _foreign(cue, text, h)]
    if cue.kind not in STATES:
        near = [h for h in near if telling(h, text)]
    if not near or other_target(text, near, profile):
        return NOTHING
    beside = [h for h in near if _words_between(cue, text, h) <= BESIDE]
    named = any(h.named for h in near)
    clear = [h for h in beside if h.role == "state" or (h.named and h.proof >= 0.3)]
    if cue.rule in _MILD and not clear:
        clear = [h for h in beside if h.proof >= 0.5 and _words_between(cue, text, h) <= BESIDE - 2]
    strength = prove(near) + (0.5 if clear else 0)
    return Proof(round(strength, 3), bool(beside), named)


def telling(hit: Hit, text: str) -> bool:
    """A word of the trait's name, or more than a word of how often or when: "every" is in every life."""
    return hit.named or not tells_when(text[hit.start : hit.end])


def other_target(text: str, hits: Sequence[Hit], profile: Profile) -> bool:
    """Whether another thing is feared here: "no more dread of lifts" is not about the fear of dogs."""
    if not profile.avoids:
        return False
    match = _OF.search(text)
    if not match:
        return False
    said = [w for w in match.groups() if w]
    if said[0].lower() in ("it", "that", "them", "this", "the"):
        return False
    return not any(s in profile.keys and profile.keys[s].role == "target" for w in said for s in stems(w))


def _gap(cue: Cue, hit: Hit) -> int:
    return max(0, hit.start - cue.end, cue.start - hit.end)


def _between(cue: Cue, text: str, hit: Hit) -> str:
    return text[cue.end : hit.start] if hit.start >= cue.end else text[hit.end : cue.start]


def _words_between(cue: Cue, text: str, hit: Hit) -> int:
    return len(WORD.findall(_between(cue, text, hit)))


def _foreign(cue: Cue, text: str, hit: Hit) -> bool:
    """Somebody else comes between the cue and the word, as its subject."""
    return bool(_FOREIGN.search(_between(cue, text, hit)))
