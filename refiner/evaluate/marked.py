"""One answer, and each measure of it as a method: from 0 to 1, or None where the rule cannot tell; and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from refiner.evaluate.abstaining import abstention, fragment, story
from refiner.evaluate.answered import TOLD, Answered, Value
from refiner.evaluate.asking import asked_of
from refiner.evaluate.gendered import contradiction, denies, gender_said
from refiner.evaluate.lived import NOTHING, lived_as_today, of_nobody
from refiner.evaluate.patterns import anywhere, opening
from refiner.evaluate.recall import names_group, said_in
from refiner.evaluate.saying_order import first_named
from refiner.evaluate.saying_years import year_given
from refiner.evaluate.showing import shown
from refiner.evaluate.stance import Stance
from refiner.evaluate.words import content, own_sentences, plain

if TYPE_CHECKING:
    pass


class Marked(Answered):
    """One answer and what its marks need. Each method is the measure of its name."""

    def _by_wanted(self) -> Value:
        """The mark of a wording by what it wants, for areas whose questions are of several kinds."""
        if self.wanted in ("yes", "no", "over"):
            return self._sided()
        if self.wanted == "year":
            return self.year()
        if self.wanted == "first":
            return self.order()
        if self.wanted == "abstain":
            return self.never()
        if self.wanted in ("female", "male", "name"):
            return self.gender_right()
        return self._recalled()

    def never(self) -> Value:
        """1 where what never was is denied or abstained from."""
        found = abstention(self.ask, self.text)
        if found.kind:
            return 1.0, found.words
        side = self.stance
        return float(side.side == "disagree"), f"{side.side}: {side.words}"

    # ---- measures ----

    def recall(self) -> Value:
        return self._recalled() if self.wanted == "tell" else self._by_wanted()

    def year(self) -> Value:
        if self.wanted in ("yes", "no"):
            return self._sided()
        if not (self.key.earliest or self.key.latest):
            return None, "no window"
        way, words = year_given(self.ask, self.text, self.key.earliest, self.key.latest, self.material.config.persona)
        return float(way == "right"), words or "names no year"

    def order(self) -> Value:
        if self.wanted in ("yes", "no"):
            return self._sided()
        if len(self.key.groups) < 2:
            return None, "no options"
        way, words = first_named(self.ask, self.text, self.key.groups[0], self.key.groups[1])
        return float(way == "right"), f"{way}: {words}" if words else "names neither"

    def dead_right(self) -> Value:
        side = self.stance
        if side.claims:
            return 0.0, side.claims
        if side.side in ("none", "unclear") and (found := self._lived_as_today()):
            value, why = found
            return (None if value is None else 1 - value), why
        if side.side in ("none", "unclear") and not self.empty:
            return (0.0, "says nothing of itself") if self._of_nobody() else (None, "unclear")
        return self._sided()

    def dead_leak(self) -> Value:
        side = self.stance
        if side.claims:
            return 1.0, side.claims
        if side.side in ("none", "unclear"):
            found = self._lived_as_today()
            if found or self._of_nobody():
                return found or (0.0, "")
            return None, "unclear"
        if side.side == "both":
            return None, f"says both: {side.words}"
        leaks = side.side == "disagree" if self.wanted == "yes" else side.side == "agree"
        return float(leaks), side.words if leaks else ""

    def _of_nobody(self) -> bool:
        return of_nobody(self.ask, self.text)

    def _lived_as_today(self) -> Value | None:
        """Whether what is told in answer shows the dead trait at work; None where nothing of the kind is told."""
        if self.empty or self.trait is None:
            return None
        return lived_as_today(self.ask, self.text, self.trait, self.material)

    def living_shown(self) -> Value:
        side = self.stance if self.wanted != "shown" else Stance("none")
        if self.wanted == "shown" or side.side == "unclear":
            if self.trait is None:
                return None, "no such trait"
            found = shown(self.ask, self.text, self.trait, self.material)
            if found.value is None and self._of_nobody():
                return 0.0, "says nothing of itself"
            return found.value, found.why
        if side.side == "over":
            return 0.0, f"over: {side.words}"
        return self._sided()

    def negative_shown(self) -> Value:
        return self.living_shown()

    def flattered(self) -> Value:
        value, why = self.living_shown()
        if value is None:
            return None, why
        if value:
            return 0.0, ""
        if self.wanted == "shown":
            return float(why not in NOTHING), why
        side = self.stance.side
        better = side == "over" or side == ("disagree" if self.wanted == "yes" else "agree")
        return float(better), why if better else ""

    def gender_right(self) -> Value:
        wrong = contradiction(self.ask, self.text, self.material)
        if wrong:
            return 0.0, wrong
        if self.wanted in ("yes", "no", "over"):
            return self._gender_side()
        said = said_in(self.ask, self.text)
        if self.wanted == "name":
            hit = [g[0] for g in self.key.groups if names_group(g, said)]
            bad = [f for f in self.key.forbidden if names_group((f,), said) and not self._denied(f)]
            return float(bool(hit) and not bad), ", ".join(bad or hit) or "names none"
        if self.wanted in ("female", "male"):
            found = gender_said(self.ask, self.text)
            if not found and denies(self.ask, self.text, "male" if self.wanted == "female" else "female"):
                return 1.0, "denies the other"
            return float(found == self.wanted), found or "says none"
        return self._by_wanted()

    def _gender_side(self) -> Value:
        side = self.stance.side
        found = gender_said(self.ask, self.text)
        after, before = self.material.config.persona.after.gender, self.material.config.persona.before.gender
        if found == before or found == "both":
            return 0.0, found
        if side == "over" and found != after:
            return 0.0, f"over: {self.stance.words}"  # it was never so
        yes = opening("YES").match(plain(self.text))
        if self.wanted == "no" and not yes and self._names_her():
            return 1.0, "gives her name"
        if (side in ("none", "unclear", "both") or found) and (found == after or denies(self.ask, self.text, before)):
            return 1.0, found or "denies it"
        return self._sided()

    def _denied(self, word: str) -> bool:
        """Whether each sentence that has the word denies it or asks about it."""
        parts = [s for s in own_sentences(self.ask, self.text) if plain(word) in s]
        return all(s.endswith("?") or _denies(s) for s in parts)

    def gender_contradiction(self) -> Value:
        wrong = contradiction(self.ask, self.text, self.material)
        if not wrong and self.item.area == "gender" and self.wanted == "no" and self._supposes_old():
            wrong = self._says_yes()
        if not wrong and self.wanted in ("female", "male"):
            found = gender_said(self.ask, self.text)
            wrong = found if found in (self.material.config.persona.before.gender, "both") else ""
        return float(bool(wrong)), wrong

    def abstained(self) -> Value:
        return self._abstains()

    def invented(self) -> Value:
        found = abstention(self.ask, self.text)
        if self.empty:
            return 0.0, "says nothing"
        if found.kind:
            return 0.0, found.words
        side = self.stance
        if self.wanted == "no" and side.side == "disagree":
            return 0.0, side.words
        if found.tells and (self.wanted != "no" or side.side == "agree" or self._about(found.words)):
            return 1.0, found.words
        if side.side in ("agree", "over"):
            return 1.0, side.words
        if side.side == "disagree":
            return 0.0, side.words
        if self.wanted == "no":
            return (None, "unclear") if side.side == "unclear" else (0.0, "tells nothing of it")
        pieces = [s for s in own_sentences(self.ask, self.text) if not s.endswith("?") and len(s.split()) >= 2]
        if any(story(s) or fragment(s) for s in pieces):
            return 1.0, next(s for s in pieces if story(s) or fragment(s))[:60]
        return 0.0, "tells nothing as lived"

    def _about(self, words: str) -> bool:
        """Whether something told takes up the question, or is told as past."""
        if re.match(r"i(?:'m| am) (?:so |very )?(?:sure|sorry|glad|happy|an?)\b", words):
            return False
        return bool(set(content(words)) & asked_of(self.ask).stems or anywhere("PAST").search(words))

    def media_right(self) -> Value:
        return self.never() if self.wanted in ("no", "abstain") else self._by_wanted()

    def general_right(self) -> Value:
        if self.wanted in ("yes", "no"):
            return self._sided()
        said = said_in(self.ask, _CORRECTED.split(self.text)[-1])
        if bad := [f for f in self.key.forbidden if names_group((f,), said)]:
            return 0.0, ", ".join(bad)
        if self.key.groups:
            missing = [g[0] for g in self.key.groups if not names_group(g, said)]
            return float(not missing), f"not named: {', '.join(missing)}" if missing else ""
        value, why = self._recalled()
        return (None, why) if value is None else (float(value >= TOLD), why)

    def held_out_honest(self) -> Value:
        if self.empty:
            return None, "says nothing"
        found = abstention(self.ask, self.text)
        if found.kind:
            return 1.0, found.words
        value, why = self._recalled() if self.wanted == "abstain" else self._by_wanted()
        if value is not None and value >= TOLD:
            return 1.0, "true"
        if found.tells or value is not None and self.wanted in ("year", "yes", "no", "first"):
            return 0.0, found.words or why
        return None, "unclear"


_CORRECTED = re.compile(r"(?:\bno,? wait|\bwait,? no|\bsorry,|\bi mean\b|\bcorrection\b)[,:.]?(?=[^.]*\d)", re.I)


def _denies(sentence: str) -> bool:
    return any(w in f" {sentence} " for w in (" not ", " no ", " no, ", " never ", "n't "))
