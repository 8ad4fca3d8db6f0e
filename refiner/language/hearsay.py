"""What others say of the narrator without quotation marks: "people said of me that", "He'll faint, said my uncle".

In reported speech the narrator is "I"; where the speaker's own words stand there without marks, the narrator is "he".
Which of the two it is shows in the words of saying: set in by commas behind the clause, or a colon before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from refiner.language.blocks import Block
from refiner.language.evidence import Reading, is_predicate
from refiner.language.page import FIRST
from refiner.language.people import Mention
from refiner.language.resolve import Speechreader
from refiner.language.scene import Scene

_SAY = (
    r"(?:says?|said|told|tells|asks?|asked|adds|added|replied|replies|answered|whispers|whispered|wrote|writes|"
    r"shouted|announced|explained|declared|goes|went|warned|warns|reckoned|reckons)"
)
_OF_ME = re.compile(
    r"\b(?:said|say|says|saying|told [\w ]{1,20}|tells [\w ]{1,20}|whispered|wrote|writes|talk(?:s|ed)?|heard|hears?|"
    r"known|rumou?r\w*|gossip\w*)"
    r"(?: \w+)? (?:of|about) me\b"
)
_SAYS_SHE = (  # ", says my mother"
    rf"[,!?.] {_SAY} "
    r"(?:(?:my|the|his|her|our|their|a|an) (?:[\w-]+ ){0,2}?[\w-]+|[A-Z]\w+(?: [A-Z]\w+)?|he|she|they|everyone|"
    r"people)\b(?=[,.;:!?]|$| to\b| and\b)"
)
_SHE_SAYS = (  # ", my mother says"
    rf", (?:(?:my|the|our) [\w-]+|[A-Z]\w+|he|she|they|people|everyone) {_SAY}"
    r"(?: [\w'’]+){0,6}(?=[,.;!?]|$)"
)
_INSET = re.compile(f"{_SAYS_SHE}|{_SHE_SAYS}")
_SOON_SAYS_SHE = re.compile(rf"[^,.;]{{0,60}}{_SAYS_SHE}")
_COLON = re.compile(
    rf"\b(?:{_SAY}|turned|announced|repeated|read|began|concluded|complained)\b[^.!?:;\"“”]{{0,40}}:\s+(?=[a-zA-Z])"
)
_MINE = re.compile(
    r"(?<!\w)(?:I|we)(?: \w+)? (?:say|said|asked|told|replied|answered|wrote|added|explained|thought)\b"
    r"|\b(?:said|asked|wrote|thought|say) I\b"
)
UNSURE = 0.6


class Hearsay:
    """Readings of the old gender's pronouns in words that are somebody's, though nothing marks them as a quotation."""

    def __init__(self, scene: Scene, speech: Speechreader) -> None:
        self.scene, self.speech = scene, speech

    def run(self) -> dict[int, Reading]:
        """By start of the pronoun. At most a question where the narrator is not spoken of in so many words."""
        out: dict[int, Reading] = {}
        for block in self.scene.blocks:
            if self.scene.told[block.index] or block.kind == "chat" or self.scene.base.speaker.role == "other":
                continue
            plain = self.scene.narration(block)
            if not _OF_ME.search(plain) and not _INSET.search(plain) and not _COLON.search(plain):
                continue
            out.update(self._block(block, plain))
        return out

    def _block(self, block: Block, plain: str) -> Iterator[tuple[int, Reading]]:
        doc = self.scene.doc(block)
        here = self.speech.people(block.index)
        cue = ""  # the words that say that the narrator is talked about, as long as what is said goes on
        for number, sent in enumerate(doc.sents):
            words = plain[sent.start_char : sent.end_char]
            of_me = _OF_ME.search(words)
            goes_on = bool(cue) and re.match(r"\s*(?:And |Also )?(?:That|How|Why|And) (?:he|she|his|her)\b", words)
            if of_me:
                cue = of_me[0]
            elif not goes_on:
                cue = cue if cue and _SOON_SAYS_SHE.match(words) else ""
            spoken = self._spoken(words)
            targets = [
                m
                for m in here
                if m.sent == number and m.pronoun and m.key == "?" and m.gender == self.scene.gender and not m.quoted
            ]
            for m in targets:
                at = m.start - block.start - sent.start_char
                inside = of_me is not None or goes_on or any(a <= at < b for a, b in spoken)
                if not inside or of_me and at < of_me.start() and not re.search(r"[,:;]", words[at : of_me.start()]):
                    continue
                if (
                    of_me
                    and not goes_on
                    and not spoken
                    and FIRST.search(words[of_me.end() : at] if at > of_me.end() else "")
                ):
                    continue
                if (reading := self._reading(m, here, bool(cue), number)) is not None:
                    yield m.start, reading

    def _spoken(self, words: str) -> list[tuple[int, int]]:
        """The parts of a sentence that are spoken, the words of saying left out."""
        if _MINE.search(words):
            return []
        if insets := list(_INSET.finditer(words)):
            cuts = [0, *(x for m in insets for x in m.span()), len(words)]
            return list(zip(cuts[::2], cuts[1::2], strict=True))
        return [(m.end(), len(words)) for m in _COLON.finditer(words)][:1]

    def _reading(self, m: Mention, here: list[Mention], of_me: bool, number: int) -> Reading | None:
        rivals = [
            p
            for p in here
            if p.key not in ("I", "narrator", "?")
            and not p.plural
            and not is_predicate(p.token)
            and (p.gender == m.gender or p.gender is None and p.token.pos_ == "PROPN" and p.role == "subj")
            and number - (0 if of_me else 1) <= p.sent <= number
            and p.start < m.start
            and not self._speaks(p.token)
        ]
        if of_me:
            return Reading(UNSURE if rivals else 0.9, ["it is said of the narrator"])
        if rivals:
            return None
        why = ["spoken words without marks", "nobody else of that gender is near"]
        return Reading(UNSURE, why)

    def _speaks(self, token: Any) -> bool:
        return token.dep_ in ("nsubj", "ROOT", "dobj") and re.fullmatch(_SAY, token.head.lower_) is not None
