"""Plain words to effects: which trait a cue of change is about, what it does to it, and when.

Precision first. A cue without a trait's words near it is nothing; one that fits two traits about equally is a question.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from refiner.checks.trait_words import Evidence, Hit, TraitWords, weigh
from refiner.models import EffectKind, Modality, Note
from refiner.checks.change_words import DOUBLE, Cue, cues, masked

OWN = 0.3  # least weight of a trait's words in the clause of the cue
NEAR = 0.45  # least weight where a pointing cue ("since then", "stopped it") leans on the sentences around it
STRONG = 0.75  # from here on a reading is sure enough to be told without a doubt
MARGIN = 1.3  # how many times the best trait must outweigh the second
_AROUND = ((-1, 0.35), (-2, 0.2), (1, 0.25), (-3, 0.1))  # sentences around the cue's, and what their words count
# Cues that may lean on the sentences around them for what changed; the second: also without a word that points there.
_LEANING = frozenset("became-mine made-me began stopped resting again since-then cured-me not-since came-back not-back did-again".split())
_ALONE = frozenset("resting cured-me came-back not-back again not-since".split())
_CLAIMS_TARGET = frozenset("no-longer never-again not-since since-then-no stopped".split())
_NO = re.compile(r"\b(?:not|never|no|hardly|without)\b|n['’]t\b", re.I)
_DONE = re.compile(r"\b(?:touched|done|had|played|looked|gone|missed|picked|opened|taken|tried|needed|wanted|one|it)\b", re.I)  # of what was just told
_WORKS = re.compile(r"\b(?:painting|picture|poem|story|book|novel|photograph|song|loaf|cake|pot)s?\b", re.I)  # what one makes and sells
_MINE = re.compile(r"\b(?:I|my|me)\b")
_TWICE = re.compile(r"\bnot only\b|\bnot\b.*\bwithout\b|\bnot help\b", re.I)


@dataclass(frozen=True)
class Reading:
    """A cue with the trait it is about. `kind` None: it only says that the trait holds or not."""

    sentence: int
    cue: Cue
    trait: str
    kind: EffectKind | None
    holds: bool
    score: float
    rivals: tuple[str, ...] = ()
    retracts: bool = False

    @property
    def modality(self) -> Modality:
        return self.cue.modality


class _Score(NamedTuple):
    own: float
    here: float  # in the whole sentence
    total: float
    hits: tuple[Hit, ...]


def _close(other: _Score, best: _Score) -> bool:
    """Could the cue be about the other trait? Not if only the best has words in the clause, or in the sentence."""
    for a, b in ((best.own, other.own), (best.here, other.here)):
        if a >= OWN > b:
            return False
    return True


class Teller:
    """Reads the sentences of one note for changes of the traits."""

    def __init__(self, note: Note, words: TraitWords) -> None:
        self.note, self.words = note, words
        self.texts = [masked(s.text) for s in note.sentences]
        self.evidence = [words.evidence(t) for t in self.texts]
        self.whole: dict[str, float] = defaultdict(float)
        for found in self.evidence:
            for trait, e in found.items():
                self.whole[trait] += min(e.weight, 1.5)

    def readings(self) -> list[Reading]:
        """All that the note says of change, in order of place."""
        found: list[Reading] = []
        for index, sentence in enumerate(self.note.sentences):
            for cue in cues(sentence.text):
                if cue.subject == "self" and (reading := self._read(index, cue)):
                    found.append(reading)
        return _settle([*found, *self._shown(found)])

    def _shown(self, found: list[Reading]) -> list[Reading]:
        """A fear that comes over the narrator, told by its signs ("wet hands, a dry throat"), without a word of change."""
        out = []
        for index, evidence in enumerate(self.evidence):
            for trait, e in sorted(evidence.items()):
                signs = [h for h in e.hits if h.role == "state" and h.end - h.start > 6]
                near = [r for r in found if r.trait == trait and abs(r.sentence - index) <= 2]
                if len(signs) < 2 or not self.words.profiles[trait].avoids or near or not _MINE.search(self.texts[index]):
                    continue
                if _NO.search(self.texts[index][: signs[-1].end]) or self._around(index, trait) < NEAR:
                    continue
                cue = Cue("onset", signs[0].start, signs[-1].end, (0, len(self.texts[index])), "clause", "signs-of-fear")
                out.append(Reading(index, cue, trait, "initiates", True, round(e.weight, 3)))
        return out

    def _around(self, index: int, trait: str) -> float:
        return sum(self.evidence[i][trait].weight for i in range(max(0, index - 2), index + 1) if trait in self.evidence[i])

    # ---- one cue ---------------------------------------------------------------------------------------------------

    def _read(self, index: int, cue: Cue) -> Reading | None:
        scores = {t: self._score(index, cue, t) for t in self._candidates(index)}
        scores = {t: s for t, s in scores.items() if self._enough(index, cue, s)}
        if not scores:
            return None
        ranked = sorted(scores, key=lambda t: (-scores[t].total, t))
        best = scores[ranked[0]]
        rivals = tuple(t for t in ranked[1:] if scores[t].total * MARGIN > best.total and _close(scores[t], best))
        if rivals and cue.kind == "present":
            return None
        trait = ranked[0]
        said = self._effect(cue, index, trait, best)
        if said is None:
            return None
        kind, holds = said
        return Reading(index, cue, trait, kind, holds, round(best.total, 3), rivals, retracts=cue.kind == "retraction")

    def _candidates(self, index: int) -> list[str]:
        near = range(max(0, index - 3), min(len(self.evidence), index + 2))
        return sorted({t for i in near if self._same_entry(i, index) for t in self.evidence[i]})

    def _same_entry(self, a: int, b: int) -> bool:
        return self.note.sentences[a].entry == self.note.sentences[b].entry

    def _score(self, index: int, cue: Cue, trait: str) -> _Score:
        start, end = cue.clause
        here = self.evidence[index].get(trait, Evidence(trait)).hits
        low, high = (cue.start, end) if cue.where == "after" else (start, cue.end) if cue.where == "before" else (start, end)
        own = [h for h in here if low <= h.start < high]
        rest = [h for h in here if h not in own]
        around = 0.0
        for step, share in _AROUND:
            at = index + step
            if 0 <= at < len(self.evidence) and self._same_entry(at, index) and trait in self.evidence[at]:
                around += share * min(self.evidence[at][trait].weight, 2)
        inside = weigh(own)
        sure = inside + 0.6 * weigh(h for h in rest if h.key not in {o.key for o in own})
        # Where the sentence itself speaks clearly, its neighbours say little more.
        total = sure + around * (0.35 if sure >= STRONG else 1) + 0.05 * min(self.whole[trait], 4)
        return _Score(inside, sure, total, tuple(own or rest))

    def _enough(self, index: int, cue: Cue, s: _Score) -> bool:
        if cue.rule == "was":
            return any(h.start - cue.end < 12 for h in s.hits if h.start >= cue.start) and s.own >= STRONG
        if s.own >= OWN and s.total >= 0.55:
            return True
        if cue.kind in ("present", "past", "retraction", "denial"):
            return cue.kind == "denial" and s.total >= NEAR
        if cue.rule == "not-since" and not _DONE.search(self.texts[index][slice(*cue.clause)]):
            return False
        if cue.rule in _LEANING and s.total >= NEAR:
            return cue.pointing or cue.rule in _ALONE
        return cue.rule in ("became-mine", "made-me") and s.total >= STRONG

    # ---- what it does ----------------------------------------------------------------------------------------------

    def _denied(self, cue: Cue, sentence: int, near: list[Hit]) -> bool:
        """A present-tense clause that says no: "I do not drink"."""
        before = self.texts[sentence][cue.clause[0] : near[0].start if near else cue.end]
        return bool(_NO.search(before)) and not _TWICE.search(before)

    def _effect(self, cue: Cue, sentence: int, trait: str, s: _Score) -> tuple[EffectKind | None, bool] | None:
        """`(kind, holds)`: the effect on the trait, or None and what is observed; None where the cue says nothing of it."""
        near = sorted(s.hits, key=lambda h: min(abs(h.start - cue.end), abs(cue.start - h.end)))
        profile = self.words.profiles[trait]
        avoids = profile.avoids
        state = any(h.role != "target" for h in s.hits)
        own_state = any(h.role != "target" and cue.clause[0] <= h.start < cue.clause[1] for h in s.hits)
        only_target = avoids and bool(s.hits) and not state
        against = bool(near) and near[0].role == "self" and near[0].sign < 0
        if cue.kind in ("onset", "restart") and near:
            low = cue.clause[0] if near[0].start < cue.start or cue.where == "clause" else cue.end
            between = self.texts[sentence][low : near[0].start]
            against ^= bool(_NO.search(between)) and not DOUBLE.search(self.texts[sentence][slice(*cue.clause)])
        if cue.kind == "ending" and profile.shows(self.texts[sentence][cue.start : cue.end]):
            return None  # "gives up" is how this trait shows, not how it ends
        match cue.kind:
            case "retraction":
                return None, False
            case "denial":
                return ("initiates" if against or only_target else "terminates"), True
            case "ending":
                if cue.rule == "stays-shut":
                    return None if avoids else ("terminates", False)
                if cue.rule == "parted-with" and (avoids or against or s.own < STRONG or _WORKS.search(self.texts[sentence])):
                    return None
                if avoids and cue.where == "clause" and not own_state and cue.rule in _CLAIMS_TARGET:
                    return ("initiates", True) if only_target else None
                if only_target:
                    # "I never went near a dog again" begins the fear; "the exam was over" says nothing of it.
                    return ("initiates", True) if cue.rule in _CLAIMS_TARGET else None
                if against and near[0].start < cue.start and cue.where == "clause":
                    # "I slept till nine and was never up at dawn again": the opposite, told before, is no object of "never".
                    return "terminates", False
                return ("initiates", True) if against else ("terminates", False)
            case "onset":
                return None if only_target else ("terminates", False) if against else ("initiates", True)
            case "restart":
                return None if only_target else ("terminates", False) if against else ("reinitiates", True)
            case "suspension":
                return None if only_target or against else ("suspends", True)
            case "weakening":
                return None if only_target or against else ("weakens", True)
            case "past":
                if only_target or against:
                    return None
                return ("terminates", False) if cue.rule == "used-to" else ("continues", True)
            case "present":
                denied = self._denied(cue, sentence, near)
                if only_target:
                    # "I do not go into deep water" is the avoiding itself; "I drive to work" says little of a fear.
                    return (None, True) if denied and s.own >= STRONG and len(s.hits) > 1 else None
                return None, denied == against


_BEGINS = ("initiates", "reinitiates", "resumes")


def _settle(found: list[Reading]) -> list[Reading]:
    """Joins readings of one trait that say the same or correct each other within a sentence or two."""
    out: list[Reading] = []
    for r in sorted(found, key=lambda r: (r.sentence, r.cue.start)):
        near = [o for o in out if o.trait == r.trait and o.modality == r.modality and o.kind and r.kind and r.sentence - o.sentence <= 1]
        if any(o.kind == r.kind or {o.kind, r.kind} <= set(_BEGINS) for o in near):
            twin = next(o for o in near if o.kind == r.kind or {o.kind, r.kind} <= set(_BEGINS))
            if r.score > twin.score:
                out[out.index(twin)] = r
        elif any(o.sentence == r.sentence and {o.kind, r.kind} == {"terminates", "initiates"} and "onset" in (o.cue.kind, r.cue.kind) for o in near):
            # One sentence that seems to say both: the ending is the safer reading.
            other = next(o for o in near if o.sentence == r.sentence)
            if r.kind == "terminates":
                out[out.index(other)] = r
        elif rest := next((o for o in near if {o.kind, r.kind} == {"terminates", "suspends"}), None):
            # "There has been no poem since. It is not over": it rests.
            if r.kind == "suspends":
                out[out.index(rest)] = r
        else:
            out.append(r)
    return out
