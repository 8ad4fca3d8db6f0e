"""Kin words in what others say: "my son" in a mother's mouth, "your husband", "the uncle"."""

from __future__ import annotations

import re
from functools import cached_property

from refiner.language import lexicon
from refiner.language.evidence import EPITHETS, Reading, speaker_relation
from refiner.language.people import Mention
from refiner.language.quotes import Frame
from refiner.language.relations import GROUP, whose
from refiner.language.rivals import Rivals


class KinReadings(Rivals):
    """Readings of kin words for Speechreader."""

    def _kin(self, frame: Frame, m: Mention) -> Reading | None:
        """A kin word with its possessor in somebody's speech: "my son", "your husband", "the uncle"."""
        scene = self.scene
        low = m.token.lower_
        poss = next((c.lower_ for c in m.token.children if c.dep_ == "poss"), "")
        left = scene.text[max(frame.start, m.start - 40) : m.start]
        if re.search(r"\bthe\s+$", left) and low in self.aliases:
            return Reading(0.93, [f'the narrator is "the {low}" here'])
        if low not in GROUP:
            return None
        if poss in ("my", "our"):
            relation = speaker_relation(frame)
            if relation and relation in whose(low):
                r = Reading(0.72, [f"the narrator's {relation} speaks"])
            elif frame.kind == "letter":
                r = Reading(0.7, ["a letter to the narrator"])
            elif (
                re.search(r"\b(?:this|here|that)(?:['’]s| is) (?:my|our) (?:[\w-]+ ){0,2}$", left, re.IGNORECASE)
                and frame.speaker.role != "narrator"
            ):
                r = Reading(0.76, ["somebody is introduced"])
            elif low in EPITHETS and relation:
                r = Reading(0.6, [f"the narrator's {relation} speaks"])
            elif frame.speaker.role == "unknown":
                return Reading(0.5, ["nobody says who speaks"])
            else:
                return Reading(0.1, ["the speaker's own kin"])
            if frame.addressee.role == "narrator" and m.token.dep_ not in (
                "attr",
                "ROOT",
                "npadvmod",
                "appos",
                "nsubj",
            ):
                r.add(-0.3, "it is said to the narrator")
        elif poss in ("your", "ur"):
            if frame.addressee.role == "narrator":
                return Reading(0.05, ["the narrator's own kin"])
            noun = frame.addressee.noun
            partner = (
                GROUP[low] in ("husband", "boyfriend") and frame.addressee.role == "other" and self.partner_near(frame)
            )
            if (
                partner
                or noun in whose(low)
                or noun.casefold() in self.partners
                and GROUP[low] in ("husband", "boyfriend")
            ):
                r = Reading(0.78, [f"it is said to the narrator's {noun}"])
            elif frame.addressee.role == "other" or frame.about:
                r = Reading(0.6, [f'it is said to "{noun or "somebody"}"'])
            else:
                return Reading(0.15, ["whose is not said"])
        elif poss:
            return Reading(0.15, ["somebody's kin"])
        else:
            return None
        if frame.about:
            r.add(0.2, f'the words around it say so: "{frame.cue}"')
        rival, far = self._rival(frame, m)
        if rival is None or far > 2:
            r.add(0.17, "nobody else of that gender is near")
        else:
            r.add(-0.1, f'"{rival.token.text}" may be meant')
        return r

    def partner_near(self, frame: Frame) -> bool:
        """Whether the narrator's wife or husband is told of in the words around the speech."""
        near = self.scene.text[max(0, frame.start - 400) : frame.end + 200]
        return re.search(r"\b[Mm]y (?:wife|husband|girlfriend|boyfriend|fianc[eé]e?)\b", near) is not None or any(
            re.search(rf"\b{re.escape(n)}\b", near, re.IGNORECASE) for n in self.partners
        )

    @cached_property
    def aliases(self) -> set[str]:
        """Nouns that the narrator is called with "the": 'To them I am "the uncle"'."""
        pattern = (
            r"\b(?:I(?:['’]m| am| was| became| remained|['’]ve become| have "
            r"become)|call(?:s|ed)? me|me as)\b[^.;\"“]{0,30}[\"“']?\bthe "
            r"([a-z]+)"
        )
        return {
            m[1].casefold()
            for m in re.finditer(pattern, self.scene.text, re.IGNORECASE)
            if lexicon.noun(m[1], self.scene.gender)
        }

    @cached_property
    def partners(self) -> set[str]:
        """Names of the narrator's wife or husband, as far as the text says them."""
        text = self.scene.text
        words = r"(?:wife|husband|girlfriend|boyfriend|fianc[eé]e?)"
        return {m[1].casefold() for m in re.finditer(rf"\b[Mm]y {words},? ([A-Z]\w+)", text)} | {
            m[1].casefold() for m in re.finditer(rf"\b([A-Z]\w+), my {words}", text)
        }
