"""What a sentence says of a trait by the trait's own words: that it holds, that it does not, that it is over.

The words are those of `refiner.checks.trait_words`; what claims a trait is found by the rule that refined notes pass
(`refiner.checks.dead_traits`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from refiner.checks.change_words import cues
from refiner.checks.dead_traits import claims
from refiner.checks.trait_words import Evidence, TraitWords, prove
from refiner.config import Trait
from refiner.evaluate.patterns import anywhere
from refiner.evaluate.words import written

Side = Literal["agree", "disagree", "over", "both", "unknown", "unclear", "none"]
TOUCHED = 0.5  # weight and proof of a trait's words from which a clause speaks of it
PARTS = re.compile(r"[;:,]\s|\s--\s|\b(?:but|and|because|although|though|so that)\b")
QUESTION = re.compile(
    r"(?:(?:and|but|so|well|oh),? )?(?:what|which|who|whom|whose|when|where|why|how|is|are|am|do|does|did|was"
    r"|were|have|has|had|can|could|would|will|shall|should|may|must|\w+n't)\b"
)
OF_ME = re.compile(r"\b(?:i|me|my|mine|myself|we|our|us)\b")
_OTHERS = re.compile(r"\b(?:he|she|they|you|people|one|everybody|everyone|others|who|her|his|their|it)\b")
_SHUNS = re.compile(
    r"\b(?:hate|dread|avoid|shun|fear|detest|loathe|panic|shake|tremble|sweat|run away|can(?:no|')t stand)\b"
)
_FOREIGN = re.compile(r"\b(?:foreign|strange|a stranger|unknown) to me\b|\b(?:instead of|rather than)\b")
_VERB = r"(?:is|are|was|were|does|do|did|has|had|would|can|will|gets|says|should)(?:n't)?\b"
_ANOTHER = re.compile(
    rf"(?:(?:well|oh|no|yes|but|actually),? )?(?:(?:he|she|they)\b"
    rf"(?! (?:say|says|call|calls|know|knows|is right|are right))"
    rf"|(?:my|his|her|their|our|the) [\w' ]{{2,25}} {_VERB}|(?!it\b|that\b|this\b|there\b|you\b|what\b|which\b|who\b"
    rf"|all\b|so\b|nothing\b|nobody\b|how\b)[a-z]{{3,}} {_VERB})"
)
_WAS = re.compile(r"\b(?:was|were|had|did|used to)\b")
_NOW = re.compile(r"\b(?:now|today|these days|nowadays|am|'m|do|don't|is|are|have|has|'ve)\b")


class Heard(NamedTuple):
    side: Side
    words: str
    weight: int = 1  # 1 a first word, 2 without the question's words, 3 said outright


@lru_cache(maxsize=64)
def trait_words(trait: Trait) -> TraitWords:
    return TraitWords((trait,))


def touched(text: str, trait: Trait) -> Evidence | None:
    """A trait's words in a text, where they are enough to speak of it."""
    found = trait_words(trait).evidence(text).get(trait.id)
    return None if found is None or min(found.weight, prove(found.hits)) < TOUCHED else found


def denied_before(clause: str, at: int) -> bool:
    """Whether a denial governs what stands at place `at` of a clause: "not afraid", but not "can't sleep for fear"."""
    bare = anywhere("IDIOM").sub(lambda m: " " * len(m[0]), clause)
    found = [m.end() for m in anywhere("DENY").finditer(bare, 0, at)]
    return bool(found) and not re.search(
        r"\b(?:for|because|so|when|until|if|out of|from|before|that|with)\b", bare[found[-1] : at]
    )


def of_another(sentence: str) -> bool:
    """Whether a `plain` sentence speaks of somebody else alone: "My daughter is, she wants the door open"."""
    return bool(_ANOTHER.match(sentence)) and not re.search(r"\b(?:i|me|myself)\b", sentence)


def trait_side(sentence: str, trait: Trait) -> Heard | None:
    """What a `plain` sentence says of a trait by the trait's own words: "agree" it holds, "disagree", "over"."""
    if sentence.endswith("?") and QUESTION.match(sentence) or of_another(sentence):
        return None
    said = written(sentence)
    hearsay = anywhere("HEARSAY")
    over = anywhere("OVER_ANY").search(sentence) and not re.search(r"\b(?:but|still)\b", sentence)
    whole = trait_words(trait).evidence(sentence).get(trait.id)
    sure = whole is not None and any(h.named for h in whole.hits) and _votes(sentence, whole) > 0
    if sure and not over and not hearsay.search(sentence) and claims(said, trait):
        return Heard("agree", sentence[:80], 3)
    found: Heard | None = None
    for clause in PARTS.split(sentence):
        avoids = trait_words(trait).profiles[trait.id].avoids
        evidence = touched(clause, trait)
        if evidence is None and avoids:
            evidence = trait_words(trait).evidence(clause).get(trait.id)
            evidence = (
                evidence
                if evidence and any(h.role == "target" and h.named for h in evidence.hits) and not evidence.state
                else None
            )
        if evidence is None or hearsay.search(clause) or _OTHERS.search(clause) and not OF_ME.search(clause):
            continue
        if anywhere("OVER_ANY").search(clause) or anywhere("NEVER_WAS").search(clause):
            return Heard("over", clause.strip()[:80], 3)
        avoided = avoids and not evidence.state
        if avoided and not any(h.named for h in evidence.hits):
            continue  # only words of its description: how it shows is read by `refiner.evaluate.showing`
        away = bool(_FOREIGN.search(clause))
        denied = away or denied_before(clause, min(h.start for h in evidence.hits))
        if avoided:
            if re.search(r"\bi(?:'d| would)?\b|^by ", clause) and not _WAS.search(clause):
                shuns = denied or bool(_SHUNS.search(clause))
                found = found or Heard("agree" if shuns else "disagree", clause.strip()[:80], 2)
            continue
        holds = (_votes(clause, evidence) > 0) != away
        if holds and _WAS.search(clause) and not _NOW.search(clause):
            continue
        if not OF_ME.search(clause) and not OF_ME.search(sentence):
            continue
        found = found or Heard("agree" if holds else "disagree", clause.strip()[:80], _weight(evidence))
    if (
        found is None
        and not re.search(r"\bi stop\b", sentence)
        and any(c.kind in ("ending", "retraction") and c.subject == "self" for c in cues(said))
    ):
        evidence = touched(sentence, trait)
        if evidence is not None and evidence.state:
            return Heard("over", sentence[:80], 3)
    return found


def _weight(evidence: Evidence) -> int:
    """How much a clause says: most with the trait's name, least with nothing but words of its description."""
    if any(h.named for h in evidence.hits):
        return 3 if evidence.weight >= 1 else 2
    return 2 if max(h.weight for h in evidence.hits) >= 0.6 else 1


def _votes(clause: str, evidence: Evidence) -> float:
    """What a clause's words say for the trait, less what they say against it; a word that is denied counts turned."""
    own = [h for h in evidence.hits if h.role != "target"]
    return sum(h.weight * h.proof * h.sign * (-1 if denied_before(clause, h.start) else 1) for h in own)
