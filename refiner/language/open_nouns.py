"""Nouns of the old gender that nothing gives to somebody else: "the big sister", "said the boy", "Sole girl there"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.language.evidence import EPITHETS, is_predicate, is_vocative
from refiner.language.open_kin import OpenKin
from refiner.language.open_words import ASKED, overlaps
from refiner.language.page import FIRST
from refiner.language.people import Mention
from refiner.language.roles import extent, nouns, replacement
from refiner.language.scene import Proposal

_NEW = ("a", "an", "another", "some", "any", "no", "every", "each", "one", "which", "what", "two", "whichever")
# Where a noun without a determiner may say what somebody is.
_LOOSE = ("ROOT", "npadvmod", "appos", "dep", "intj", "conj")
_KNOWN = ("the", "that", "this", "such", "these", "those")


class OpenNouns(OpenKin):
    """Asks about singular nouns for Unexplained."""

    def _nouns(self, taken: list[tuple[int, int]]) -> Iterator[Proposal]:
        """A question for each singular noun outside `taken` that nothing explains."""
        scene = self.scene
        for block, t, _ in nouns(scene, self.reader):
            start, end, entry = extent(scene, block, t)
            if entry is None or entry.plural or overlaps(taken, start, end):
                continue
            if why := self._open(block, t, start, end):
                at, to, after, options = replacement(scene, start, end, entry)
                yield Proposal(at, to, after, "open-noun", why, ASKED, options=options)

    def _open(self, block: Block, t: Any, start: int, end: int) -> str:
        """Why nothing explains the noun, or "" where something does."""
        frame = self.scene.frame_at(start)
        if frame.speaker.role == "narrator" and frame.kind != "base":
            words = self.scene.text[max(block.start, frame.start - 60) : frame.start]
            cited = re.search(r"\b(?:being|been|am|was|as|called|words of|termed|styled)\b[^.!?]*[\"“‘'*_]$", words)
            phrase = t.dep_ == "ROOT" or not any(
                x.pos_ == "VERB" and frame.start <= block.start + x.idx < frame.end for x in t.sent
            )
            return "others' words for the narrator" if cited and phrase else ""  # else the narrator's own words
        owner = next((c for c in t.children if c.dep_ == "poss"), None)
        if owner is not None:
            return self._owned(block, t, owner, start)
        if t.i + 1 < len(t.doc) and t.nbor().pos_ == "PROPN" or t.dep_ == "compound":
            return ""  # "uncle Ravi"
        says = t.dep_ in ("attr", "oprd", "acomp") or t.dep_ == "pobj" and t.head.lower_ in ("as", "like")
        if says and (why := self._predicate(block, t, start)):
            return why
        det = next((c.lower_ for c in t.children if c.dep_ in ("det", "nummod", "predet")), "")
        return self._spoken(block, t, det, start) if frame.kind != "base" else self._narrated(block, t, det, start, end)

    def _spoken(self, block: Block, t: Any, det: str, start: int) -> str:
        """A noun in what somebody else says: the narrator may be meant unless the speech brings in another."""
        scene = self.scene
        frame = scene.frame_at(start)
        if t.lower_ in self.mine_too:
            return f"the narrator is a {t.lower_} too"
        called = is_vocative(scene, start, start + len(t.text))
        if frame.addressee.role == "narrator" and not called or frame.addressee.role == "other" and called:
            return ""  # said to the narrator, of somebody else; or somebody else is called so
        born = t.lower_ in ("son", "daughter", "grandson", "granddaughter") and not frame.attributed
        if det in _NEW and t.lower_ not in EPITHETS and not born or det == "" and t.dep_ not in _LOOSE:
            return ""
        here = [p for p in self.reader.speech.people(block.index) if p.start < start and not p.plural]
        same = [
            p for p in here if p.token.lemma_ == t.lemma_ and start - p.start < 300 and p.key not in ("narrator", "I")
        ]
        if any(not is_predicate(p.token) and self._explains(p) for p in same):
            return ""
        return "it may be said of the narrator"

    def _explains(self, p: Mention) -> bool:
        """Whether an earlier mention is somebody of his own: owned, described, or told of by the narrator."""
        return not p.quoted or any(c.dep_ in ("poss", "compound") for c in p.token.children)

    def _narrated(self, block: Block, t: Any, det: str, start: int, end: int) -> str:
        """A noun in the narrator's own telling."""
        scene = self.scene
        if det in _KNOWN and self._told_of(t):
            return "somebody is reported to speak of the narrator"
        if det in ("a", "an", "", "the") and self._counterpart(t):
            return "the narrator is that to somebody in this note"
        verb_before = any(x.tag_ in ("VBD", "VBZ", "VBP") and x.i < t.i for x in t.sent)
        fragment = det == "" and t.i - t.sent.start < 2 and not verb_before and t.dep_ in _LOOSE
        name_behind = re.match(r"\s+[A-Z]|['’]s", scene.text[end : end + 3])
        title = scene.text[max(0, start - 1) : start] in ("*", "_", '"', "“")
        parent = t.lower_ in lexicon.words("address", "parents")
        if fragment and not (name_behind or title or parent) and FIRST.search(scene.text[scene.body :]):
            return "nothing says whom the fragment is about"
        beside = t.dep_ in ("appos", "npadvmod", "conj", "dep", "attr")
        if scene.told[block.index] and beside and self._beside_me(block, t):
            return "it may be said of the narrator"
        if self._told_which(t) or det in _NEW or det == "" and t.dep_ not in _LOOSE:
            return ""
        if det in _KNOWN:
            return ""  # "the watchman" in the narrator's own telling was never the narrator on our passages
        first = FIRST.search(scene.text[start : min(block.end, end + 160)])
        return "nothing says whom the fragment is about" if first and t.dep_ == "ROOT" else ""

    def _told_of(self, t: Any) -> bool:
        """ "He told the major that the fellow had a future": a word for somebody unnamed in what is reported."""
        if t.lower_ not in EPITHETS or t.dep_ not in ("nsubj", "nsubjpass", "dobj"):
            return False
        verb = t.head
        while verb.dep_ in ("conj", "xcomp") and verb.head.i != verb.i:
            verb = verb.head
        return verb.dep_ in ("ccomp", "advcl") and lexicon.speech_verb(verb.head.lemma_)

    def _beside_me(self, block: Block, t: Any) -> bool:
        """Whether a sentence of a note in the third person has the narrator as its subject before the noun."""
        for x in t.sent:
            if x.i < t.i and x.dep_ in ("nsubj", "nsubjpass"):
                at = self.scene.at(block, x)
                told = self.reader.told.get(at[0])
                return self.scene.is_name(*at) or told is not None and told.confidence >= 0.5
        return False

    def _predicate(self, block: Block, t: Any, start: int) -> str:
        """A noun that says what somebody is, where nobody else is the one spoken of."""
        scene = self.scene
        verb = t.head if t.dep_ != "pobj" else t.head.head
        if verb.pos_ in ("NOUN", "PROPN", "PRON"):
            return ""  # "my father as a boy"
        subject = self.reader.subject(verb) if verb.pos_ in ("VERB", "AUX") else None
        if subject is not None and subject.lower_ in ("who", "that", "which") and subject.head.dep_ == "relcl":
            subject = subject.head.head
        if subject is not None and subject.lower_ not in ("it", "that", "this", "who", "what", "which", "you", "one"):
            return ""
        if subject is None and self._told_which(t):
            return ""
        frame = scene.frame_at(start)
        if frame.kind == "base":
            first = FIRST.search(scene.narration(block)[t.sent.start_char : t.sent.end_char])
            return "it may be the narrator who is that" if first else ""
        return "it may be said of the narrator" if frame.addressee.role != "other" else ""

    def _told_which(self, t: Any) -> bool:
        """Whether the words around the noun say which one: "the man behind me", "the milk man"."""
        if any(c.dep_ in ("prep", "relcl", "acl", "compound", "nummod", "appos") for c in t.children):
            return True
        return any(
            c.dep_ == "amod"
            and c.lower_ in ("old", "other", "next", "same", "new", "tall", "first", "second", "third", "last")
            for c in t.children
        )
