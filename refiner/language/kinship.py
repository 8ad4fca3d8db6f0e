"""Kin words for the narrator as others see them: "my sister's brother", "their only son", "my son" in a mother's mouth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.language.reader import Reader
from refiner.language.resolve import Reading, speaker_relation
from refiner.language.roles import extent, nouns, replacement
from refiner.language.scene import Proposal, Scene

# whose X the narrator is: X -> the relations to the narrator of those who can say "my X"
_OF = {
    "son": {"mother", "father", "parents", "mum", "mom", "dad", "papa", "amma", "appa", "maa", "ma", "baba", "mummy", "abba", "ammi", "aai", "parent", "mama", "daddy"},
    "brother": {"sister", "brother", "sisters", "brothers", "siblings", "sibling", "didi", "akka", "anna", "bhaiya"},
    "husband": {"wife", "husband"},
    "grandson": {"grandmother", "grandfather", "grandparents", "nani", "dadi", "nana", "dada", "paati", "ajji", "thatha", "ajja", "grandma", "grandpa", "granny"},
    "nephew": {"uncle", "aunt", "chacha", "mama", "maasi", "bua", "chachi", "mami"},
    "father": {"son", "daughter", "children", "kids", "child", "sons", "daughters", "kid"},
    "uncle": {"nephew", "niece", "nephews", "nieces"},
    "boyfriend": {"girlfriend", "boyfriend"},
}
_GROUP = {
    "son": "son", "daughter": "son", "boy": "son", "girl": "son", "stepson": "son", "stepdaughter": "son", "brother": "brother", "sister": "brother",
    "husband": "husband", "wife": "husband", "grandson": "grandson", "granddaughter": "grandson", "nephew": "nephew", "niece": "nephew",
    "father": "father", "mother": "father", "dad": "father", "mum": "father", "mom": "father", "uncle": "uncle", "aunt": "uncle",
    "papa": "father", "daddy": "father", "mummy": "father", "boyfriend": "boyfriend", "girlfriend": "boyfriend",
}  # fmt: skip
_UNIQUE = re.compile(r"\b(?:only|sole|one and only|single)\s+(?:[\w-]+\s+)?$", re.IGNORECASE)


class Kinship:
    """Proposes edits for kin words with a possessor to whom the narrator is just that."""

    def __init__(self, scene: Scene, reader: Reader) -> None:
        self.scene, self.reader = scene, reader

    def run(self) -> Iterator[Proposal]:
        for block, t, _ in nouns(self.scene, self.reader):
            start, end, entry = extent(self.scene, block, t)
            if entry is None or entry.plural or t.lower_ not in _GROUP:
                continue
            r = self._read(block, t, start, end)
            if r is None or r.confidence < 0.3:
                continue
            at, to, after, options = replacement(self.scene, start, end, entry)
            yield Proposal(at, to, after, "kin", "; ".join(r.why), min(r.confidence, 0.98), tuple(r.why), options=options)

    def _read(self, block: Block, t: Any, start: int, end: int) -> Reading | None:
        scene = self.scene
        frame = scene.frame_at(start)
        group = _OF[_GROUP[t.lower_]]
        poss = next((c for c in t.children if c.dep_ == "poss"), None)
        left = scene.text[max(frame.start, block.start, start - 30) : start]
        right = scene.text[end : end + 12]
        if re.match(r",? \(?(?:me|myself|i\.e\. me|that is,? me)\b", right):
            return Reading(0.97, ["the narrator says: me"])
        if poss is None:
            of = next((o for c in t.children if c.dep_ == "prep" and c.lower_ == "of" for o in c.children if o.dep_ == "pobj"), None)
            if of is not None and _UNIQUE.search(left) and frame.speaker.role == "narrator" and of.lower_ in group and _mine(of):
                return Reading(0.9, [f"the only {t.text} of the narrator's {of.text}"])
            return None
        low = poss.lower_
        only = _UNIQUE.search(left) is not None
        if frame.speaker.role == "narrator":
            if low in group and _mine(poss):  # my sister's brother, my parents' only son
                if _GROUP[t.lower_] in ("father", "husband") or only:
                    return Reading(0.95, [f"the narrator's {poss.text} has one such {t.text}"])
                return Reading(0.75 if t.dep_ not in ("nsubj",) else 0.6, [f"a {t.text} of the narrator's {poss.text}: perhaps the narrator"])
            if low in ("his", "her", "their") and only and t.dep_ in ("attr", "appos", "pobj") and self._owner_in(poss, group) and self.reader.verb_reading(block, t.head if t.head.pos_ in ("AUX", "VERB") else t.head.head).confidence > 0.5:
                return Reading(0.9, [f"their only {t.text}"])
            return None
        if low == "my" or low == "our":
            relation = speaker_relation(frame)
            if relation in group:
                r = Reading(0.72, [f"the narrator's {relation} speaks"])
            elif frame.kind == "letter":
                r = Reading(0.7, ["a letter to the narrator"])
            elif frame.speaker.role == "other" and re.search(r"\b(?:this|here|that) is (?:my|our) (?:[\w-]+ ){0,2}$", left, re.IGNORECASE):
                r = Reading(0.72, ["the narrator is introduced"])
            else:
                return None
            self._weigh(r, frame.start, frame, t)
            return r
        if low in ("your", "ur"):
            if frame.addressee.role == "other" and frame.addressee.noun in group or self.scene.base.speaker.role == "other" and False:
                r = Reading(0.78, [f'it is said to the narrator\'s {frame.addressee.noun}'])
                self._weigh(r, frame.start, frame, t)
                return r
            if frame.about and frame.addressee.role != "narrator" and self.reader.you(start).confidence < 0.9:
                return Reading(0.6, ["the narrator is spoken about"])
        return None

    def _weigh(self, r: Reading, start: int, frame: Any, t: Any) -> None:
        if frame.about:
            r.add(0.2, f'the words around it say so: "{frame.cue}"')
        if self.reader.nobody_else(frame.start):
            r.add(0.15, "nobody else of that gender is near")
        if frame.addressee.role == "narrator" and t.dep_ not in ("attr", "ROOT", "npadvmod", "appos"):
            r.add(-0.3, "it is said to the narrator")

    def _owner_in(self, poss: Any, group: set[str]) -> bool:
        return any(x.lower_ in group for x in poss.doc[max(0, poss.i - 40) : poss.i])


def _mine(token: Any) -> bool:
    return any(c.lower_ in ("my", "our") for c in token.children)
