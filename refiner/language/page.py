"""A note as text: its blocks, their parses, and where it names the narrator."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from refiner.language import lexicon
from refiner.language import names as naming
from refiner.language.blocks import Block, chat_labels, is_chat, split
from refiner.language.inflect import match_case
from refiner.language.naming import NameMention, Names
from refiner.language.parse import parse, parse_all
from refiner.models import Gender

# The narrator's words for herself or himself, and for a group with the narrator in it.
FIRST = re.compile(r"(?<![\w.'’@])(?:I|me|my|mine|myself|i(?=\s|'m|'ve|'d|'ll|’m|’ve|’d|’ll|,))(?![\w@])(?!\.\w)")
WE = re.compile(r"(?<![\w'’])(?:we|us|our|ours|ourselves)(?!\w)", re.IGNORECASE)
_ITEM_NAME = re.compile(
    r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+[*_]{0,2}(?P<w>[A-Za-z]{3,})[*_]{0,2}[ \t]*"
    r"(?::|(?= (?:is|has|says?|asks?|wants?)\b))"
)
_MY_ROLE = re.compile(
    r"(?<!\w)(?:I|i)(?:['’]m| am| was|['’]d been| had been| became|,)(?: (?:then|now|still|also))? (?:the|that|their)"
    r" (?:[a-z-]+ ){0,2}(?P<w>[a-z]+)\b"
)


@dataclass
class Page:
    """One note and what it says without regard to who speaks. `gender` is the narrator's before, `to` the one after."""

    text: str
    body: int
    gender: Gender
    to: Gender
    names: Names
    author: str = "self"
    kind: str = "note"
    known: dict[str, Gender] = field(default_factory=dict)  # other people's names and what they are
    culture: str = "India"
    role_genders: dict[str, Gender] = field(default_factory=dict)  # what the text shows of "the consultant"
    _batched: bool = field(default=False, repr=False)

    @cached_property
    def chat(self) -> bool:
        """Whether the note is a chat, one labelled line a turn."""
        labels = chat_labels(self.text, self.body)
        mine = any(self.is_mine(label) for label in labels)
        talk = mine or max(labels.values(), default=0) >= 2  # each field of a form stands there once
        return (self.kind == "chat" and bool(labels)) or (talk and is_chat(self.text, self.body))

    @cached_property
    def blocks(self) -> list[Block]:
        """The parts of the body in order: paragraphs, items, headings, chat lines."""
        return split(self.text, self.body, chat=self.chat)

    @cached_property
    def labels(self) -> frozenset[str]:
        """Who speaks in a chat besides the narrator, small letters."""
        listed = [_ITEM_NAME.match(self.text, b.start, b.end) for b in self.blocks if b.kind == "item"]
        names = {m["w"].casefold() for m in listed if m and not self.is_mine(m["w"])}
        if len(names) < 2 or not any(lexicon.gender_of_name(n) for n in names):
            names = set()
        return frozenset(names) | frozenset(
            b.label.casefold()
            for b in self.blocks
            if b.kind == "chat" and not self.is_mine(b.label) and " " not in b.label
        )

    def is_mine(self, label: str) -> bool:
        """Whether a chat line's label is the narrator's."""
        return label.casefold() in ("me", "i", "myself") or self.names.is_narrator(label)

    @cached_property
    def called_by_name(self) -> frozenset[str]:
        """What stands behind the narrator's name somewhere ("Mayank bhaiya"): alone it may mean the narrator too."""
        words = "|".join(lexicon.words("address", "after_name"))
        found = (
            re.match(rf"[ \t]+({words})\b", self.text[m.end : m.end + 16], re.IGNORECASE)
            for m in self.mentions
            if m.head
        )
        return frozenset(m[1].casefold() for m in found if m)

    @cached_property
    def my_roles(self) -> frozenset[str]:
        """What the narrator says to have been among others: after "I was the only witness", "the witness" is meant."""
        found = _MY_ROLE.finditer(self.text, self.body)
        return frozenset(w for m in found if lexicon.is_role(w := m["w"].casefold()) and not lexicon.gender_of_word(w))

    @cached_property
    def mentions(self) -> list[NameMention]:
        """The narrator's names, in order."""
        found = naming.find(self.text, self.body, self.names)
        taken = [(m.start, m.end) for m in found]
        return sorted([*found, *self._by_surname(taken), *self._minuted(taken)], key=lambda m: m.start)

    def _minuted(self, taken: list[tuple[int, int]]) -> list[NameMention]:
        """ "Mr. Bhat said …" in minutes and reports that the narrator signs and does not say I in: unsure mentions."""
        before, after = self.names.last
        text = self.text[self.body :]
        signed = (
            bool(before)
            and re.search(rf"\b{re.escape(self.names.first[0])}[ \t]+{re.escape(before)}\b", text) is not None
        )
        if not signed or FIRST.search(text):
            return []
        out = []
        for word, entry in lexicon.table(self.gender, ("title",)).items():
            for m in re.finditer(rf"(?<!\w){re.escape(word)}[ \t]+{re.escape(before)}\b", text, re.IGNORECASE):
                span = (self.body + m.start(), self.body + m.end())
                if m[0][0].isupper() and not any(a < span[1] and span[0] < b for a, b in taken):
                    new = (
                        f"{match_case(m[0][: len(word)], entry.after)}{m[0][len(word) : -len(before)]}{after or before}"
                    )
                    out.append(NameMention(*span, new, "surname", 0.6, "the narrator's surname; he signs the note"))
        return out

    def _by_surname(self, taken: list[tuple[int, int]]) -> list[NameMention]:
        """ "Ms Rao" in what others say or write, where no relative of that name is spoken of."""
        before, after = self.names.last
        out: list[NameMention] = []
        if not before:
            return out
        for word, entry in lexicon.table(self.gender, ("title",)).items():
            for m in re.finditer(
                rf"(?<!\w){re.escape(word)}[ \t]+{re.escape(before)}\b(?!['’]s "
                rf"(?:wife|husband|son|daughter|father|mother))",
                self.text[self.body :],
                re.IGNORECASE,
            ):
                start, end = self.body + m.start(), self.body + m.end()
                line = self.text[self.text.rfind("\n", 0, start) + 1 : start]
                inside = line.count('"') % 2 == 1 or line.count("“") > line.count("”")
                relative = re.search(
                    r"\b(?:father|mother|husband|wife|brother|sister|son|daughter|uncle|aunt|papa|dad|mum|amma|appa)\b",
                    line,
                    re.IGNORECASE,
                )
                if (
                    inside
                    and not relative
                    and m[0][0].isupper()
                    and re.search(r"\b[Mm]y\b|\bI\b|\b[Mm]e\b", line)
                    and not any(a < end and start < b for a, b in taken)
                ):
                    out.append(
                        NameMention(
                            start,
                            end,
                            f"{match_case(m[0][: len(word)], entry.after)}{m[0][len(word) : -len(before)]}"
                            f"{after or before}",
                            "surname",
                            0.9,
                            "the narrator's title and surname",
                        )
                    )
        return out

    def doc(self, block: Block) -> Any:
        """The parse of a block; token offsets count from the block's start."""
        if not self._batched:
            self._batched = True
            parse_all(self.text[b.start : b.end] for b in self.blocks)
        return parse(self.text[block.start : block.end])

    def at(self, block: Block, token: Any) -> tuple[int, int]:
        """The span of a token in the note."""
        start = block.start + token.idx
        return start, start + len(token.text)

    def token_at(self, block: Block, at: int) -> Any | None:
        """The first token of the block that ends behind the place in the note, spaces before it counted to it."""
        return next((t for t in self.doc(block) if self.at(block, t)[1] > at), None)

    def block_start(self, mention: Any) -> int:
        """Where the block of a mention begins: its token's offsets count from there."""
        return int(mention.start - mention.token.idx)

    def block_at(self, position: int) -> Block | None:
        """The block that holds the position, if one does."""
        return next((b for b in self.blocks if b.start <= position < b.end), None)

    def is_name(self, start: int, end: int) -> bool:
        """Whether the span lies in a sure mention of the narrator by name."""
        return any(m.start <= start < m.end and m.head and m.confidence > 0.5 for m in self.mentions)

    def name_test(self, block: Block) -> Callable[[Any], bool]:
        """A test for tokens of the block: is this the narrator's name?"""
        return lambda token: self.is_name(block.start + token.idx, block.start + token.idx + 1)
