"""Pronouns of the old gender before which nobody of that gender is named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refiner.language.blocks import Block
from refiner.language.evidence import is_predicate
from refiner.language.inflect import pronoun
from refiner.language.open_words import ASKED, NEAR, OpenWords, overlaps
from refiner.language.page import FIRST
from refiner.language.people import Mention
from refiner.language.scene import Proposal

_GENERIC = re.compile(r"\b(?:he|him|his) (?:who|that)\b", re.IGNORECASE)


class OpenPronouns(OpenWords):
    """Asks about pronouns for Unexplained."""

    def _pronouns(self, taken: list[tuple[int, int]]) -> Iterator[Proposal]:
        """A question for each pronoun outside `taken` that has no antecedent but the narrator."""
        scene = self.scene
        for block in scene.blocks:
            if scene.told[block.index] or block.kind == "chat":
                continue
            for m in self.reader.speech.people(block.index):
                if (
                    not m.pronoun
                    or m.key != "?"
                    or m.gender != scene.gender
                    or m.quoted
                    or scene.frame_at(m.start).kind != "base"
                    or m.start in self.reader.told
                    or overlaps(taken, m.start, m.end)
                    or self.reader.fixed(m.start, m.end)
                    or _GENERIC.match(scene.text, m.start)
                    or FIRST.search(scene.narration(block)[m.token.sent.start_char : m.token.sent.end_char])
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
        """Whether somebody else of that gender, or of none that is said, stands near it."""
        speech = self.reader.speech
        for p in speech.people(block.index):
            if p.start != m.start and self._could_be(p, m) and m.sent - NEAR <= p.sent <= m.sent:
                return True
        blocks = range(1, min(block.index, 2) + 1) if m.sent < NEAR else ()
        return any(self._could_be(p, m) for back in blocks for p in speech.people(block.index - back))

    def _could_be(self, p: Mention, m: Mention) -> bool:
        """Whether `p` is somebody else whom the pronoun `m` can go back to."""
        if p.key in ("I", "narrator") or p.plural and p.start > m.start or p.token.lower_ in self.kin_names:
            return False
        if p.pronoun:
            return p.gender == m.gender and p.start < m.start
        return p.gender in (None, m.gender) and not (is_predicate(p.token) and self._said_of_i(p))

    def _said_of_i(self, p: Mention) -> bool:
        """Whether the word says what the narrator is: "I was a boy"."""
        return any(c.lower_ == "i" for c in p.token.head.children if c.dep_ in ("nsubj", "nsubjpass"))
