"""Kin words that fit the narrator through somebody else: "her brother", "your uncle", "an uncle ought to be firm"."""

from __future__ import annotations

import re
from typing import Any

from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.language.evidence import EPITHETS
from refiner.language.open_words import NIECE, OpenWords
from refiner.language.quotes import Frame
from refiner.language.relations import GROUP, whose

_CHILDREN = re.compile(
    r"\b(?:his|her|their|whose) (?:[\w-]+ )?(?:children|kids|sons|daughters|boys|girls|twins)\b", re.IGNORECASE
)
_SHOWN = re.compile(
    r"\b(?:[Tt]his|[Tt]hat|[Ii]t|[Hh]ere|[Ss]he|[Hh]e)(?:['’]s| is| was| comes) "
    r"(?:my|our) (?:[\w-]+ )?$"
)


class OpenKin(OpenWords):
    """Tests on kin words for OpenNouns: each says why the narrator may be meant, or "" where nothing speaks for it."""

    def _owned(self, block: Block, t: Any, owner: Any, start: int) -> str:
        """ "Her brother", after the narrator's sister was spoken of; "her husband's brother" in another's mouth."""
        frame = self.scene.frame_at(start)
        low = owner.lower_
        if low == "our" and t.lower_ in EPITHETS and frame.kind != "base" and frame.addressee.role != "narrator":
            return "it may be said of the narrator"
        if t.lower_ not in GROUP or low == "whose":
            return ""
        if low in ("someone", "somebody", "one") and t.lower_ in self.mine_too:
            return f"the narrator is a {t.lower_} too"
        if frame.kind != "base":
            return self._owned_in_speech(frame, t, owner, start)
        if low in ("my", "our") and t.lower_ in self.kin_names:
            return f'the narrator is "{owner.text} {t.text}" here'
        if low not in ("his", "her", "their"):
            return ""
        told = self.scene.told[block.index]
        group = whose(t.lower_)
        near = [p for p in self.reader.speech.people(block.index) if start - 260 < p.start < start and not p.pronoun]
        mine = [
            p
            for p in near
            if p.token.lower_ in group and (told or any(c.lower_ in ("my", "our") for c in p.token.children))
        ]
        return f"the narrator's {mine[-1].token.text} is spoken of" if mine else ""

    def _owned_in_speech(self, frame: Frame, t: Any, owner: Any, start: int) -> str:
        """A kin word with its owner in what somebody else says."""
        text = self.scene.text
        low = owner.lower_
        to_others = frame.addressee.role != "narrator"
        nephews = GROUP[t.lower_] == "uncle" and (_CHILDREN.search(text) or NIECE.search(text))
        if nephews and low in ("our", "my", "your") and to_others:
            return "the narrator is that to somebody in this note"
        if low == "your":
            return "it may be said to the narrator's people" if to_others and not frame.attributed else ""
        if owner.pos_ == "PROPN" and to_others:
            return "a relative of somebody near the narrator"
        if low in ("my", "our"):
            if to_others and (frame.speaker.role == "unknown" or not frame.attributed):
                return "nobody says who speaks"
            return "somebody is introduced" if _SHOWN.search(text[max(frame.start, start - 30) : start]) else ""
        if low in ("his", "her", "their"):
            kin = "|".join(re.escape(w) for w in whose(t.lower_))
            if kin and re.search(rf"\b(?:his|her) (?:[\w-]+ )?(?:{kin})\b", text[frame.start : start], re.IGNORECASE):
                return "the narrator may be that to somebody in this speech"
            if not frame.attributed and self._counterpart(t):
                return "the narrator is that to somebody in this note"
        elif (
            lexicon.is_role(low) and GROUP[t.lower_] != "father"
        ):  # "this boy's father" is the narrator's, not the narrator
            return "a relative of somebody near the narrator"
        return "a relative of somebody near the narrator" if t.lower_ in self.mine_too else ""

    def _counterpart(self, t: Any) -> bool:
        """A kin word of nobody's ("an uncle ought to be firm") in a note that tells of the narrator's niece."""
        if (
            t.lower_ not in GROUP
            or not whose(t.lower_)
            or t.dep_ not in ("nsubj", "dobj", "ROOT", "npadvmod", "dep", "conj", "attr", "pobj")
        ):
            return False
        named = t.i > t.sent.start + 1 and t.nbor(-1).text[:1].isupper()
        if named or t.lower_ in EPITHETS or any(c.lower_ == "of" for c in t.children):
            return False  # "Sharma uncle", "a boy had a copy", "the father of the historian"
        if GROUP[t.lower_] == "uncle" and NIECE.search(self.scene.text):
            return True
        others = "|".join(re.escape(w) for w in whose(t.lower_))
        return re.search(rf"\b(?:my|our) (?:[\w-]+ ){{0,2}}(?:{others})\b", self.scene.text, re.IGNORECASE) is not None
