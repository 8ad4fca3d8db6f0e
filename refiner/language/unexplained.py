"""What no rule explains: gendered words for which the text names nobody else. They become questions, never edits.

The other rules look for signs that the narrator is meant. This one runs after them and looks for the opposite, a sign
that somebody else is: a person of that gender before the pronoun, an owner, an "a" that brings in a new person, words
behind the noun that say which man. Where there is none, silence would be a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from refiner.language.blocks import Block
from refiner.language.evidence import is_predicate, is_vocative
from refiner.language.inflect import pronoun
from refiner.language.people import Mention
from refiner.language.reader import Reader
from refiner.language.relations import GROUP, whose
from refiner.language.roles import extent, nouns, replacement
from refiner.language.scene import FIRST, Proposal, Scene

ASKED = 0.41  # just enough for a question
NEAR = 3  # sentences in which a pronoun's antecedent is looked for
_NEW = ("a", "an", "another", "some", "any", "no", "every", "each", "one", "which", "what", "two", "whichever")
_KNOWN = ("the", "that", "this", "such", "these", "those")
_GENERIC = re.compile(r"\b(?:he|him|his) (?:who|that)\b", re.IGNORECASE)


class Unexplained:
    """Asks about every singular word of the old gender that neither the narrator's rules nor another person claims."""

    def __init__(self, scene: Scene, reader: Reader) -> None:
        self.scene, self.reader = scene, reader

    def run(self, found: list[Proposal]) -> Iterator[Proposal]:
        """Questions for what `found` (the other rules' proposals, weak ones too) leaves open."""
        taken = [(p.start, p.end) for p in found]
        yield from self._pronouns(taken)
        yield from self._nouns(taken)

    # ---- pronouns --------------------------------------------------------------------------------------------------

    def _pronouns(self, taken: list[tuple[int, int]]) -> Iterator[Proposal]:
        scene = self.scene
        for block in scene.blocks:
            if scene.told[block.index] or block.kind == "chat":
                continue
            here = self.reader.speech.people(block.index)
            for m in here:
                if (
                    not m.pronoun
                    or m.key != "?"
                    or m.gender != scene.gender
                    or m.quoted
                    or scene.frame_at(m.start).kind != "base"
                    or m.start in self.reader.told
                    or _overlaps(taken, m.start, m.end)
                    or self.reader.fixed(m.start, m.end)
                    or _GENERIC.match(scene.text, m.start)
                    or self._antecedent(block, m)
                ):
                    continue
                yield Proposal(
                    m.start,
                    m.end,
                    pronoun(m.token.text, scene.to, m.token.dep_ == "poss"),
                    "open-pronoun",
                    f'nobody else is named before "{m.token.text}"',
                    ASKED,
                    group=f"open:{block.index}",
                )

    def _antecedent(self, block: Block, m: Mention) -> bool:
        """Whether somebody else of that gender, or of none that is said, stands near before it or later beside it."""
        speech = self.reader.speech
        here = speech.people(block.index)
        for p in here:
            if p.start != m.start and self._person(p, m) and (m.sent - NEAR <= p.sent <= m.sent):
                return True
        if m.sent < NEAR:
            for back in range(1, min(block.index, 2) + 1):
                if any(self._person(p, m) for p in speech.people(block.index - back)):
                    return True
        return False

    def _person(self, p: Mention, m: Mention) -> bool:
        if p.key in ("I", "narrator") or p.plural and p.start > m.start:
            return False
        if p.pronoun:
            return p.gender == m.gender and p.start < m.start
        return p.gender in (None, m.gender) and not (is_predicate(p.token) and self._mine(p))

    def _mine(self, p: Mention) -> bool:
        return any(c.lower_ == "i" for c in p.token.head.children if c.dep_ in ("nsubj", "nsubjpass"))

    # ---- nouns -----------------------------------------------------------------------------------------------------

    def _nouns(self, taken: list[tuple[int, int]]) -> Iterator[Proposal]:
        scene = self.scene
        for block, t, _ in nouns(scene, self.reader):
            start, end, entry = extent(scene, block, t)
            if entry is None or entry.plural or _overlaps(taken, start, end):
                continue
            why = self._open(block, t, start, end)
            if not why:
                continue
            at, to, after, options = replacement(scene, start, end, entry)
            yield Proposal(at, to, after, "open-noun", why, ASKED, options=options)

    def _open(self, block: Block, t: Any, start: int, end: int) -> str:
        """Why nothing explains the noun, or "" where something does."""
        scene = self.scene
        frame = scene.frame_at(start)
        if frame.speaker.role == "narrator" and frame.kind != "base":
            return ""  # the narrator's own words to others
        owner = next((c for c in t.children if c.dep_ == "poss"), None)
        if owner is not None:
            return self._owned(block, t, owner, start)
        det = next((c.lower_ for c in t.children if c.dep_ in ("det", "nummod", "predet")), "")
        says = t.dep_ in ("attr", "oprd", "acomp") or t.dep_ == "pobj" and t.head.lower_ in ("as", "like")
        if says:
            return self._predicate(block, t, start, end)
        if self._told_which(t, end):
            return ""
        if det in _NEW or det == "" and t.dep_ not in ("ROOT", "npadvmod", "appos", "dep", "intj"):
            return ""
        if det in _KNOWN:
            return "" if self._met(block, t, start) else f'which {t.text} is meant is not said'
        if frame.kind == "base":
            first = FIRST.search(scene.text[start : min(block.end, end + 160)])
            return "nothing says whom the fragment is about" if first and t.dep_ == "ROOT" else ""
        if frame.addressee.role != "other" and is_vocative(scene, start, end):
            return "whom it calls is not said"
        return ""

    def _owned(self, block: Block, t: Any, owner: Any, start: int) -> str:
        """ "Her brother", after the narrator's sister was spoken of."""
        scene = self.scene
        if owner.lower_ not in ("his", "her", "their") or t.lower_ not in GROUP or scene.frame_at(start).kind != "base":
            return ""
        group = whose(t.lower_)
        near = [p for p in self.reader.speech.people(block.index) if start - 260 < p.start < start and not p.pronoun]
        mine = [p for p in near if p.token.lower_ in group and any(c.lower_ in ("my", "our") for c in p.token.children)]
        return f"the narrator's {mine[-1].token.text} is spoken of" if mine else ""

    def _predicate(self, block: Block, t: Any, start: int, end: int) -> str:
        """A noun that says what somebody is, where nobody else is the one spoken of."""
        scene = self.scene
        verb = t.head if t.dep_ != "pobj" else t.head.head
        if verb.pos_ in ("NOUN", "PROPN", "PRON"):
            return ""  # "my father as a boy"
        subject = self.reader.subject(verb) if verb.pos_ in ("VERB", "AUX") else None
        if subject is not None and subject.lower_ in ("who", "that", "which") and subject.head.dep_ == "relcl":
            subject = subject.head.head
        if subject is not None and subject.lower_ not in ("it", "that", "this", "who", "what", "which", "you", "there"):
            return ""
        if subject is not None and subject.lower_ == "there" or self._told_which(t, end) and subject is None:
            return ""
        s, e = block.start + t.sent.start_char, block.start + t.sent.end_char
        frame = scene.frame_at(start)
        if frame.kind == "base":
            return "it may be the narrator who is that" if FIRST.search(scene.narration(block)[s - block.start : e - block.start]) else ""
        return "it may be said of the narrator" if frame.addressee.role != "other" else ""

    def _told_which(self, t: Any, end: int) -> bool:
        """Whether the words around the noun say which one: "the man behind me", "the milk man", "uncle Ravi"."""
        if any(c.dep_ in ("prep", "relcl", "acl", "compound", "nummod", "appos") for c in t.children):
            return True
        if t.dep_ == "compound" or t.i + 1 < len(t.doc) and t.nbor().pos_ == "PROPN":
            return True
        return any(c.dep_ == "amod" and c.lower_ in ("old", "other", "next", "same", "new", "tall", "first", "second", "third", "last") for c in t.children)

    def _met(self, block: Block, t: Any, start: int) -> bool:
        """Whether somebody whom the noun can mean was there before it."""
        scene, speech = self.scene, self.reader.speech
        gender = scene.gender
        for back in range(min(block.index, 4) + 1):
            for p in speech.people(block.index - back):
                if p.start >= start or p.key in ("I", "narrator") or p.plural or p.start == start:
                    continue
                if p.gender == gender or p.gender is None and not p.pronoun:
                    return True
        return False


def _overlaps(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    return any(a < end and start < b for a, b in taken)
