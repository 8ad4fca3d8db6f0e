"""What a cue of change does to the trait it is about: begins, ends, brings back, rests it, or only shows that it holds.

The side of the trait's words decides: to stop lying begins honesty; never to touch a dog again begins the fear of dogs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from refiner.checks.change_words import DOUBLE, Cue
from refiner.checks.trait_words import Hit, Profile, weigh
from refiner.models import EffectKind
from refiner.phrases import phrase

Said = tuple[EffectKind | None, bool]
"""`(kind, holds)`: the effect on the trait, or None and whether it is observed to hold."""

SURE = 0.75  # weight of a trait's words from which a clause speaks of it beyond doubt
DENIALS = frozenset(["keeps-away", "no-longer", "never-again", "not-since", "since-then-no", "stopped"])
"""Rules of endings that deny an action: where only what is avoided is named, they tell of the avoiding."""
NO = phrase(
    r"\b(?:not|cannot|never|no|nobody|hardly|without)\b(?! (?:better|other|greater|more|wonder|doubt|only)\b)|n['’]t\b",
    re.I,
)
_TWICE = phrase(
    r"\bnot only\b|\bnot\b.*\bwithout\b|\b(?:not|n['’]t) (?:help|resist|stop|let)\b"
    r"|\bcannot (?:help|resist|stop|let|leave|pass)\b",
    re.I,
)
# What one makes and then sells: selling it ends nothing.
_WORKS = re.compile(r"\b(?:painting|picture|poem|story|book|novel|photograph|song|loaf|cake|pot)s?\b", re.I)


class _Case:
    """A cue, the text it stands in, and the hits of one trait near it."""

    def __init__(self, cue: Cue, text: str, hits: Sequence[Hit], profile: Profile) -> None:
        self.cue, self.text, self.profile = cue, text, profile
        self.near = sorted(hits, key=lambda h: min(abs(h.start - cue.end), abs(cue.start - h.end)))
        self.own = [h for h in hits if cue.clause[0] <= h.start < cue.clause[1]]
        self.only_target = profile.avoids and bool(hits) and all(h.role == "target" for h in hits)
        self.against = bool(self.near) and self.near[0].role == "self" and self.near[0].sign < 0

    def denied(self, start: int) -> bool:
        """Is what follows `start` denied before the trait's nearest word?"""
        before = self.text[start : self.near[0].start if self.near else self.cue.end]
        return bool(NO.search(before))

    def ending(self) -> Said | None:
        cue, avoids = self.cue, self.profile.avoids
        if self.profile.shows(self.text[cue.start : cue.end]):
            return None  # "gives up" is how this trait shows, not how it ends
        if cue.rule == "stays-shut":
            return None if avoids else ("terminates", False)
        if cue.rule == "parted-with" and (avoids or self.against or weigh(self.own) < SURE or _WORKS.search(self.text)):
            return None
        state = any(h.role != "target" for h in self.own)
        if avoids and cue.where == "clause" and not state and cue.rule in DENIALS:
            return ("initiates", True) if self.only_target else None
        if self.only_target:
            # "I never went near a dog again" begins the fear; "the exam was over" says nothing of it.
            return ("initiates", True) if cue.rule in DENIALS else None
        if self.against and self.near[0].start < cue.start and cue.where == "clause":
            # "I slept till nine and was never up at dawn again": the opposite, told before, is not what "never" denies.
            return "terminates", False
        return ("initiates", True) if self.against else ("terminates", False)

    def beginning(self, kind: EffectKind) -> Said | None:
        if self.only_target:
            return None
        against = self.against
        if self.near:
            anywhere = self.near[0].start < self.cue.start or self.cue.where == "clause"
            denied = self.denied(self.cue.clause[0] if anywhere else self.cue.end)
            against ^= denied and not DOUBLE.search(self.text[slice(*self.cue.clause)])
        return ("terminates", False) if against else (kind, True)

    def present(self) -> Said | None:
        start = self.cue.clause[0]
        before = self.text[start : self.near[0].start if self.near else self.cue.end]
        denied = self.denied(start) and not _TWICE.search(before)
        if self.only_target:
            # "I do not go into deep water" is the avoiding itself; "I drive to work" says little of a fear.
            return (None, True) if denied and (weigh(self.own) >= 1 or len(self.own) > 1) else None
        return None, denied == self.against


def effect_of(cue: Cue, text: str, hits: Sequence[Hit], profile: Profile) -> Said | None:
    """What the cue says of the trait whose words are `hits`; None where it says nothing of it."""
    case = _Case(cue, text, hits, profile)
    beside = case.only_target or case.against
    match cue.kind:
        case "retraction":
            return None, False
        case "denial":
            return ("initiates" if beside else "terminates"), True
        case "ending":
            return case.ending()
        case "onset":
            return case.beginning("initiates")
        case "restart":
            return case.beginning("reinitiates")
        case "suspension":
            return None if beside else ("suspends", True)
        case "weakening":
            return None if beside else ("weakens", True)
        case "past" if cue.rule == "used-to":
            return None if beside else ("terminates", False)
        case "past":  # "I was not shy until 2003" says that it was not so, and nothing of what came then
            return None if beside or case.denied(cue.clause[0]) else ("continues", True)
        case "present":
            return case.present()
