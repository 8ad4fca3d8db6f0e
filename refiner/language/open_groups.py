"""Plurals of the old gender that "we" may be: "the three sisters", "the boys of that batch", "two men in socks"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.language.inflect import match_case
from refiner.language.open_words import ASKED, OpenWords, overlaps
from refiner.language.page import FIRST, WE
from refiner.language.quotes import Frame
from refiner.language.roles import extent, nouns
from refiner.language.scene import Proposal

_MEMBER = re.compile(r"\s+(?:of|in) (?:that|our|the|my)\b")
_OTHERS = re.compile(
    r"(?:\b(?:my|his|her|their|your|whose|other|these|some|many|few|several|young|old)|['’]s)\s+(?:[\w-]+\s+){0,2}$",
    re.IGNORECASE,
)
_OTHERS_BEHIND = re.compile(r"['’]|\s+(?:who|that|behind|across|at the|from the|next|with)\b")
_CHILDREN_OF = re.compile(
    r"\b(?:his|her|their|[A-Z]\w+['’]s|my (?:father|mother|parents|papa|mum|dad)['’]s?) "
    r"(?:\w+ )?(?:\w+ )?$"
)


class OpenGroups(OpenWords):
    """Asks about plurals for Unexplained."""

    def _groups(self, taken: list[tuple[int, int]]) -> Iterator[Proposal]:
        """A question for each plural that may have the narrator in it; kin words are made neutral where they can be."""
        scene = self.scene
        for block, t, _ in nouns(scene, self.reader):
            start, end, entry = extent(scene, block, t)
            if entry is None or not entry.plural or entry.kind not in ("person", "kin") or overlaps(taken, start, end):
                continue
            frame = scene.frame_at(start)
            if frame.speaker.role == "narrator" and frame.kind != "base":
                continue
            kin, after = entry.kind == "kin", entry.after
            if not self._speaker_owns(block, frame, start):
                if not self._holds_me(block, t, start, end, kin):
                    continue
                after = kin and lexicon.neutral(t.text) or after
            why = "perhaps the narrator is one of them"
            yield Proposal(start, end, match_case(t.text, after), "open-group", why, ASKED)

    def _speaker_owns(self, block: Block, frame: Frame, start: int) -> bool:
        """ "My boys", said by somebody else right after the narrator's "we"."""
        if frame.kind == "base" or frame.addressee.role == "other":
            return False
        text = self.scene.text
        owned = re.search(r"\b(?:[Mm]y|[Oo]ur) (?:[\w-]+ )?$", text[max(frame.start, start - 20) : start])
        near = text[max(block.start, frame.start - 120) : frame.start] + " " + text[frame.end : frame.end + 60]
        return bool(owned and WE.search(near))

    def _holds_me(self, block: Block, t: Any, start: int, end: int, kin: bool) -> bool:
        """Whether the narrator may be one of them, by the words around the plural. `kin`: it is a kin word."""
        text = self.scene.text
        counted = any(c.dep_ == "nummod" for c in t.children)
        if kin and counted and _CHILDREN_OF.search(text[max(block.start, start - 30) : start]):
            return True
        if re.search(r"(?<!\w)[Aa]s $", text[max(0, start - 3) : start]) and text[end : end + 4] in (" go ", " go,"):
            return True  # "as sisters go"
        if self._others(block, start, end):
            return False
        s, e = block.start + t.sent.start_char, block.start + t.sent.end_char
        near = text[max(block.start, s - 200) : min(block.end, e + 200)]
        apart = counted or t.dep_ in ("appos", "attr", "npadvmod", "conj", "dep")
        definite = any(c.lower_ in ("the", "those", "these", "all") for c in t.children if c.dep_ in ("det", "predet"))
        surname = self.scene.names.last[0]
        return bool(
            apart
            and WE.search(text[s:e])
            or kin
            and (counted or definite)
            and FIRST.search(near)
            or not counted
            and definite
            and WE.search(near)
            and _MEMBER.search(text[end : end + 20])
            or surname
            and text[max(0, start - 1 - len(surname)) : start - 1] == surname  # "the Rao sisters"
        )

    def _others(self, block: Block, start: int, end: int) -> bool:
        """Whether the words around the plural say that they are others: "his brothers", "the men who came"."""
        text = self.scene.text
        before, behind = text[max(block.start, start - 40) : start], text[end : end + 24]
        return bool(_OTHERS.search(before) or _OTHERS_BEHIND.match(behind))
