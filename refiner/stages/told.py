"""Plain words to effects: which trait a cue of change is about, what it does to it, and when.

Precision first. A cue without a trait's words near it is nothing; one that fits two traits about equally is a question.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

from refiner.checks.change_words import Cue, cues, masked
from refiner.checks.trait_words import Evidence, Hit, Profile, TraitWords, prove, weigh
from refiner.models import Note
from refiner.stages.cue_effect import NO, effect_of
from refiner.stages.proof import SURE, proof_of, telling
from refiner.stages.reading import BEGINS, Reading, content, settle

TOPIC = 1.2  # least proof of a trait in the sentences around, where its own has little
FOLLOWED = 4  # sentences after a sure reading in which fewer words will do
NAMED = 0.8  # the same where the clause has a word of the trait's name
LITTLE = 0.15
OWN = 0.3  # least weight of a trait's words in the clause of the cue
NEAR = 0.39  # least weight where a pointing cue ("since then", "stopped it") leans on the sentences around it
STRONG = 0.75  # from here on a reading is sure enough to be told without a doubt
MARGIN = 1.3  # how many times the best trait must outweigh the second
_AROUND = ((-1, 0.35), (-2, 0.2), (1, 0.25), (-3, 0.1))  # sentences around the cue's, and what their words count
# Cues that may lean on the sentences around them for what changed; the second: also without a word that points there.
_LEANING = frozenset(
    [
        "became-mine",
        "made-me",
        "began",
        "stopped",
        "resting",
        "again",
        "since-then",
        "cured-me",
        "not-since",
        "came-back",
        "not-back",
        "did-again",
        "never-missed",
        "end-of",
        "keeps-away",
    ]
)
_ALONE = frozenset(["resting", "cured-me", "came-back", "not-back", "again", "not-since"])
_ECHOING = frozenset(["not-since", "never-again", "no-longer", "since-then-no", "stopped"])
_DONE = re.compile(
    r"\b(?:touched|done|had|played|looked|gone|missed|picked|opened|taken|tried|needed|wanted|one|it)\b", re.I
)  # of what was just told
_MINE = re.compile(r"\b(?:I|my|me)\b")


class _Score(NamedTuple):
    own: float
    here: float  # in the whole sentence
    total: float
    hits: tuple[Hit, ...]


def _close(other: _Score, best: _Score) -> bool:
    """Could the cue be about the other trait? Not if only the best has words in the clause, or in the sentence."""
    return not (best.own >= OWN > other.own or best.here >= OWN > other.here)


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
        sure = [r for r in found if not r.doubt]
        found += self._followed(sure)
        found += self._echoes([r for r in found if not r.doubt])
        clear = [r for r in found if not r.doubt]
        told = {r.trait for r in clear}
        doubts = [r for r in found if r.doubt and r.trait not in told]
        return settle([*clear, *self._shown(clear), *doubts])

    def _followed(self, found: list[Reading]) -> list[Reading]:
        """Changes told in fewer words of a trait whose change was told beyond doubt just before."""
        out = []
        for index, sentence in enumerate(self.note.sentences):
            before = [r for r in found if 0 < index - r.sentence <= FOLLOWED and self._same_entry(r.sentence, index)]
            if not before or any(r.sentence == index for r in found):
                continue
            for cue in cues(sentence.text):
                if cue.subject != "self" or cue.kind in ("present", "past", "retraction"):
                    continue
                reading = self._read(index, cue, among={r.trait for r in before})
                if reading:
                    out.append(reading)
        return out

    def _echoes(self, found: list[Reading]) -> list[Reading]:
        """An ending told in the words in which the note told the beginning: "I learnt to snap my fingers at waiters …
        I have not snapped my fingers since". No trait's own words are in it."""
        out = []
        for index, sentence in enumerate(self.note.sentences):
            if any(r.sentence == index for r in found):
                continue
            for cue in cues(sentence.text):
                if cue.subject != "self" or cue.rule not in _ECHOING:
                    continue
                said = content(self.texts[index][slice(*cue.clause)])
                before = [r for r in found if r.sentence < index and r.kind in (*BEGINS, "continues")]
                begun = [r for r in before if len(said & content(self.texts[r.sentence])) >= 2]
                if begun and len({r.trait for r in begun}) == 1 and not self.words.profiles[begun[0].trait].avoids:
                    out.append(Reading(index, cue, begun[0].trait, "terminates", False, 0.6))
        return out

    def _shown(self, found: list[Reading]) -> list[Reading]:
        """A fear that comes over the narrator, told by its signs ("wet hands, a dry throat") and no word of change."""
        out = []
        for index, evidence in enumerate(self.evidence):
            for trait, e in sorted(evidence.items()):
                signs = [h for h in e.hits if h.role == "state" and h.end - h.start > 6]
                if len(signs) < 2 or not _MINE.search(self.texts[index]):
                    continue
                if any(r.trait == trait and abs(r.sentence - index) <= 2 for r in found):
                    continue
                if NO.search(self.texts[index][: signs[-1].end]) or not self._target(index, trait):
                    continue
                cue = Cue(
                    "onset", signs[0].start, signs[-1].end, (0, len(self.texts[index])), "clause", "signs-of-fear"
                )
                out.append(Reading(index, cue, trait, "initiates", True, round(e.weight, 3)))
        return out

    # ---- one cue ---------------------------------------------------------------------------------------------------

    def _read(self, index: int, cue: Cue, among: set[str] | None = None) -> Reading | None:
        """What a cue says; `among`: of traits that the telling already speaks of, so that less will do."""
        scores = {t: self._score(index, cue, t) for t in self._candidates(index) if among is None or t in among}
        scores = {t: s for t, s in scores.items() if self._enough(index, cue, s)}
        clear = {t: s for t, s in scores.items() if among is not None or self._sure(index, cue, t)}
        doubt = not clear
        scores = clear or {t: s for t, s in scores.items() if self._doubtful(index, cue, t)}
        if not scores:
            return None
        # Words in the clause itself beat what stands around it.
        scores = {t: s for t, s in scores.items() if s.own >= OWN} or scores
        ranked = sorted(scores, key=lambda t: (-scores[t].total, t))
        best = scores[ranked[0]]
        rivals = tuple(t for t in ranked[1:] if scores[t].total * MARGIN > best.total and _close(scores[t], best))
        if rivals and (cue.kind == "present" or len(rivals) > 2):
            return None
        trait = ranked[0]
        said = effect_of(cue, self.texts[index], best.hits, self.words.profiles[trait])
        if said is None:
            return None
        kind, holds = said
        here = self.evidence[index].get(trait, Evidence(trait)).hits
        sure = proof_of(cue, self.texts[index], here, self.words.profiles[trait]).strength >= SURE
        takes_back = cue.kind == "retraction"
        return Reading(index, cue, trait, kind, holds, round(best.total, 3), rivals, takes_back, doubt, sure)

    def _candidates(self, index: int) -> list[str]:
        near = range(max(0, index - 3), min(len(self.evidence), index + 2))
        return sorted({t for i in near if self._same_entry(i, index) for t in self.evidence[i]})

    def _same_entry(self, a: int, b: int) -> bool:
        return self.note.sentences[a].entry == self.note.sentences[b].entry

    def _score(self, index: int, cue: Cue, trait: str) -> _Score:
        start, end = cue.clause
        here = self.evidence[index].get(trait, Evidence(trait)).hits
        low, high = (
            (cue.start, end) if cue.where == "after" else (start, cue.end) if cue.where == "before" else (start, end)
        )
        own = [h for h in here if low <= h.start < high]
        rest = [h for h in here if h not in own]
        around = 0.0
        for step, part in _AROUND:
            at = index + step
            if 0 <= at < len(self.evidence) and self._same_entry(at, index) and trait in self.evidence[at]:
                around += part * min(self.evidence[at][trait].weight, 2)
        inside = weigh(own)
        sure = inside + 0.6 * weigh(h for h in rest if h.key not in {o.key for o in own})
        # Where the sentence itself speaks clearly, its neighbours say little more.
        total = sure + around * (0.35 if sure >= STRONG else 1) + 0.05 * min(self.whole[trait], 4)
        return _Score(inside, sure, total, tuple(own or rest))

    def _sure(self, index: int, cue: Cue, trait: str) -> bool:
        """The clause names the trait, or the sentences before it did and the clause points back to them."""
        profile = self.words.profiles[trait]
        here = self.evidence[index].get(trait, Evidence(trait)).hits
        found = proof_of(cue, self.texts[index], here, profile)
        if cue.kind in ("present", "past", "retraction"):
            # A common verb in the present ("I walk home") shows nothing of a habit.
            least = SURE + 0.15 if cue.rule in ("am", "was") else SURE
            sure = found.strength >= least and (found.named or cue.rule == "still") and found.beside
            sure = sure or (cue.rule == "still" and found.beside and self._topic(index, trait) >= NAMED)
            return sure and self._has_target(index, trait, profile)
        if profile.avoids and found.strength:
            return found.strength >= SURE and self._has_target(index, trait, profile)
        if found.strength >= SURE and (cue.where != "before" or found.beside):
            return True
        if (
            found.beside
            and found.strength >= 0.5
            and prove(h for h in here if h.proof >= 0.5 and telling(h, self.texts[index])) >= SURE
        ):
            return True
        topic = self._topic(index, trait) >= (TOPIC if not found.named else NAMED)
        if found.beside and found.strength >= LITTLE and topic:
            return True
        if cue.rule not in _LEANING or not (cue.pointing or cue.rule in _ALONE):
            return False
        if cue.rule == "since-then" and not here:
            return False
        if profile.avoids and not self._state(index, trait):
            return False
        return topic or self._told_before(index, trait)

    def _doubtful(self, index: int, cue: Cue, trait: str) -> bool:
        """The change may be the trait's: one telling word beside the cue, or "it" where the trait was just named."""
        if cue.kind not in ("ending", "onset", "restart") or cue.modality != "actual":
            return False
        profile = self.words.profiles[trait]
        if profile.trait.importance < 1 or profile.avoids and not self._state(index, trait):
            return False
        found = proof_of(cue, self.texts[index], self.evidence[index].get(trait, Evidence(trait)).hits, profile)
        if cue.kind == "ending" and found.beside and found.strength >= 0.5:
            return True
        leaning = cue.rule in ("stopped", "again", "was-gone") and cue.pointing
        return leaning and self._told_before(index, trait, least=0.7)

    def _state(self, index: int, trait: str) -> bool:
        """The feeling itself is named here or in the sentence before."""
        return any(
            h.role == "state"
            for i in range(max(0, index - 1), index + 1)
            if self._same_entry(i, index) and trait in self.evidence[i]
            for h in self.evidence[i][trait].hits
        )

    def _has_target(self, index: int, trait: str, profile: Profile) -> bool:
        return not profile.avoids or not profile.targets or self._target(index, trait)

    def _told_before(self, index: int, trait: str, least: float = SURE) -> bool:
        """One of the two sentences before speaks of the trait beyond doubt."""
        return any(
            prove(e.hits) >= least and any(h.named for h in e.hits)
            for i in (index - 1, index - 2)
            if i >= 0 and self._same_entry(i, index) and (e := self.evidence[i].get(trait))
        )

    def _topic(self, index: int, trait: str) -> float:
        """How far the sentences around prove that they are about the trait, each word counted once."""
        near = [
            h
            for i in range(max(0, index - 2), min(len(self.evidence), index + 3))
            if self._same_entry(i, index) and trait in self.evidence[i]
            for h in self.evidence[i][trait].hits
            if telling(h, self.texts[i])
        ]
        clear = any(h.named for h in near) and any(h.proof >= 0.5 for h in near)
        return prove(near) if clear else 0.0

    def _target(self, index: int, trait: str) -> bool:
        """What the trait avoids is named here or in the two sentences before."""
        return any(
            h.role == "target" and (h.proof >= 0.35 or h.named and h.proof >= 0.3)
            for i in range(max(0, index - 2), index + 1)
            if self._same_entry(i, index) and trait in self.evidence[i]
            for h in self.evidence[i][trait].hits
        )

    def _enough(self, index: int, cue: Cue, s: _Score) -> bool:
        if cue.rule == "was":
            return any(h.start - cue.end < 12 for h in s.hits if h.start >= cue.start) and s.own >= STRONG
        if s.own >= OWN and s.total >= 0.5:
            return True
        if cue.kind in ("present", "past", "retraction", "denial"):
            return cue.kind == "denial" and s.total >= NEAR
        if cue.rule == "not-since" and not _DONE.search(self.texts[index][slice(*cue.clause)]):
            return False
        if cue.rule in _LEANING and s.total >= NEAR:
            return cue.pointing or cue.rule in _ALONE
        return cue.rule in ("became-mine", "made-me") and s.total >= STRONG
