"""Kin words for the narrator in the narration: "my sister's brother", "their only son"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.language.evidence import Reading
from refiner.language.reader import Reader
from refiner.language.relations import GROUP, whose
from refiner.language.roles import extent, nouns, replacement
from refiner.language.scene import Proposal, Scene

_UNIQUE = re.compile(r"\b(?:only|sole|one and only|single)\s+(?:[\w-]+\s+)?$", re.IGNORECASE)


class Kinship:
    """Proposes edits for kin words with a possessor to whom the narrator is just that."""

    def __init__(self, scene: Scene, reader: Reader) -> None:
        self.scene, self.reader = scene, reader

    def run(self) -> Iterator[Proposal]:
        for block, t, _ in nouns(self.scene, self.reader):
            start, end, entry = extent(self.scene, block, t)
            if entry is None or entry.plural or t.lower_ not in GROUP:
                continue
            r = self._read(block, t, start, end)
            if r is None or r.confidence < 0.3:
                continue
            at, to, after, options = replacement(self.scene, start, end, entry)
            yield Proposal(
                at, to, after, "kin", "; ".join(r.why), min(r.confidence, 0.98), tuple(r.why), options=options
            )

    def _read(self, block: Block, t: Any, start: int, end: int) -> Reading | None:
        scene = self.scene
        frame = scene.frame_at(start)
        group = whose(t.lower_)
        poss = next((c for c in t.children if c.dep_ == "poss"), None)
        left = scene.text[max(frame.start, block.start, start - 30) : start]
        right = scene.text[end : end + 12]
        if re.match(r",? \(?(?:me|myself|i\.e\. me|that is,? me)\b", right):
            return Reading(0.97, ["the narrator says: me"])
        if poss is None:
            of = next(
                (
                    o
                    for c in t.children
                    if c.dep_ == "prep" and c.lower_ == "of"
                    for o in c.children
                    if o.dep_ == "pobj"
                ),
                None,
            )
            if (
                of is not None
                and _UNIQUE.search(left)
                and frame.speaker.role == "narrator"
                and of.lower_ in group
                and _mine(of)
            ):
                return Reading(0.9, [f"the only {t.text} of the narrator's {of.text}"])
            return None
        low = poss.lower_
        if frame.kind == "base" and frame.speaker.role == "other" and low in ("my", "our"):
            return Reading(0.6, ["the writer's own kin: perhaps the narrator"])
        only = _UNIQUE.search(left) is not None
        if frame.speaker.role == "narrator":
            if low in group and _mine(poss):  # my sister's brother, my parents' only son
                if GROUP[t.lower_] in ("father", "husband") or only:
                    return Reading(0.95, [f"the narrator's {poss.text} has one such {t.text}"])
                return Reading(
                    0.75 if t.dep_ not in ("nsubj",) else 0.6,
                    [f"a {t.text} of the narrator's {poss.text}: perhaps the narrator"],
                )
            if (
                low in ("his", "her", "their")
                and only
                and t.dep_ in ("attr", "appos", "pobj")
                and self._owner_in(poss, group)
                and self.reader.verb_reading(
                    block, t.head if t.head.pos_ in ("AUX", "VERB") else t.head.head
                ).confidence
                > 0.5
            ):
                return Reading(0.9, [f"their only {t.text}"])
            if low in ("his", "her", "their"):
                before = [
                    x
                    for x in t.sent
                    if x.i < poss.i
                    and x.lower_ in group
                    and (_mine(x) or x.lower_ in lexicon.words("address", "parents"))
                ]
                if before and any(
                    x.pos_ == "VERB"
                    and lexicon.speech_verb(x.lemma_)
                    or x.lower_ in ("proud", "ashamed", "worried", "pray", "prayed", "prays", "hoped", "wanted")
                    for x in t.sent
                ):
                    return Reading(0.6, [f"the narrator's {before[-1].text} speaks of a {t.text}"])
            return None
        return None

    def _owner_in(self, poss: Any, group: frozenset[str]) -> bool:
        return any(x.lower_ in group for x in poss.doc[max(0, poss.i - 40) : poss.i])


def _mine(token: Any) -> bool:
    return any(c.lower_ in ("my", "our") for c in token.children)
