"""A note read once: blocks, their parses, frames of speech, the narrator's names. The rules work on a Scene."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from refiner.language import lexicon
from refiner.language import names as naming
from refiner.language.blocks import SALUTATION, SIGNATURE, Block, chat_labels, is_chat, split
from refiner.language.inflect import match_case
from refiner.language.naming import NameMention, Names
from refiner.language.parse import parse, parse_all
from refiner.language.quotes import NARRATOR, OTHER, UNKNOWN, Frame, Party
from refiner.language.speech import Speech
from refiner.models import Gender

FIRST = re.compile(r"(?<![\w.'’@])(?:I|me|my|mine|myself|i(?=\s|'m|'ve|'d|'ll|’m|’ve|’d|’ll|,))(?![\w@])(?!\.\w)")
INLINE = re.compile(r"[ \t*_>]*(?:[Mm]y )?(?:[Dd]ear(?:est)?|Hi|Hello)[ \t]+(?P<who>[A-Z]\w+(?: [A-Z]\w+)?)[,!—–-]")
_ITEM_NAME = re.compile(
    r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+[*_]{0,2}(?P<w>[A-Za-z]{3,})[*_]{0,2}[ \t]*(?::|(?= (?:is|has|says?|asks?|wants?)\b))"
)
_MY_ROLE = re.compile(
    r"(?<!\w)(?:I|i)(?:['’]m| am| was|['’]d been| had been| became|,)(?: (?:then|now|still|also))? (?:the|that|their)"
    r" (?:[a-z-]+ ){0,2}(?P<w>[a-z]+)\b"
)
_WE = re.compile(r"(?<![\w'’])(?:we|us|our|ours|ourselves)(?!\w)", re.IGNORECASE)


@dataclass(frozen=True)
class Proposal:
    """What a rule would do with `[start, end)`. Without `after` it only says that the span stays.

    `confidence` decides between edit, question and nothing; `group` joins spans that one answer settles.
    """

    start: int
    end: int
    after: str | None
    rule: str
    reason: str
    confidence: float
    evidence: tuple[str, ...] = ()
    group: str = ""
    options: tuple[str, ...] = ()  # other texts that a question offers


@dataclass
class Scene:
    """One note with everything that can be read off it. `gender` is the narrator's before, `to` the one after."""

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
        labels = chat_labels(self.text, self.body)
        mine = any(self.is_mine(label) for label in labels)
        talk = mine or max(labels.values(), default=0) >= 2  # each field of a form stands there once
        return (self.kind == "chat" and bool(labels)) or (talk and is_chat(self.text, self.body))

    @cached_property
    def blocks(self) -> list[Block]:
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
    def my_roles(self) -> frozenset[str]:
        """What the narrator says to have been among others ("I was the only witness"): "the witness" is the narrator."""
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

    def block_start(self, mention: Any) -> int:
        """Where the block of a mention begins: its token's offsets count from there."""
        return int(mention.start - mention.token.idx)

    def block_at(self, position: int) -> Block | None:
        return next((b for b in self.blocks if b.start <= position < b.end), None)

    def is_name(self, start: int, end: int) -> bool:
        """Whether the span lies in a sure mention of the narrator by name."""
        return any(m.start <= start < m.end and m.head and m.confidence > 0.5 for m in self.mentions)

    def name_test(self, block: Block) -> Callable[[Any], bool]:
        """A test for tokens of the block: is this the narrator's name?"""
        return lambda token: self.is_name(block.start + token.idx, block.start + token.idx + 1)

    # ---- frames of speech ------------------------------------------------------------------------------------------

    @cached_property
    def base(self) -> Frame:
        """Who says what stands outside quotes."""
        mine = self.author.casefold() in ("self", "me", "") or self.names.is_narrator(self.author)
        if mine:
            return Frame(self.body, len(self.text), "base", NARRATOR)
        low = self.author.casefold().split()[-1] if self.author.split() else ""
        gender = lexicon.gender_of_word(low) or lexicon.gender_of_name(self.author.split()[0])
        return Frame(self.body, len(self.text), "base", Party("other", gender, low, True))

    @cached_property
    def letters(self) -> list[Frame]:
        """Letters to the narrator: from a salutation that names the narrator to the signature."""
        out: list[Frame] = []
        blocks = [b for b in self.blocks]
        for i, b in enumerate(blocks):
            m = SALUTATION.match(self.text, b.start, b.end) or INLINE.match(self.text, b.start, b.end)
            if not m:
                continue
            if m.re is INLINE and not any(self.names.is_narrator(w) for w in m["who"].split()):
                continue
            end = len(self.text)
            signed = ""
            for later in blocks[i + 1 :]:
                if SALUTATION.match(self.text, later.start, later.end):
                    end = later.start
                    break
                if sig := SIGNATURE.match(self.text, later.start, later.end):
                    end = later.end
                    signed = self.text[sig.end() : later.end].strip()
                    break
            if self._is_narrator_call(m["who"]) and not (signed and self.names.is_narrator(signed)):
                out.append(Frame(b.start, end, "letter", OTHER, NARRATOR, block=b.index))
        return out

    def _is_narrator_call(self, who: str) -> bool:
        if self.names.is_narrator(who) or any(self.names.is_narrator(w) for w in who.split()):
            return True
        last = who.split()[-1].casefold().strip(".") if who.split() else ""
        mine = re.match(r"(?:my|our)\b", who, re.IGNORECASE) or self.author not in ("self", "") or self.kind == "letter"
        return (
            last not in ("sir", "madam", "friend", "ma'am")
            and lexicon.address(last, self.gender) is not None
            and bool(mine)
            and last not in lexicon.words("address", "elders")
        )

    @cached_property
    def frames(self) -> list[Frame]:
        """Chat lines and quotes of all blocks, in order."""
        out: list[Frame] = []
        labels = {b.label.casefold() for b in self.blocks if b.kind == "chat"}
        pair = len(labels) == 2 and any(self.is_mine(x) for x in labels)
        for b in self.blocks:
            if b.kind == "chat":
                start = b.label_span[1] + 1
                if self.is_mine(b.label):
                    out.append(Frame(start, b.end, "chat", NARRATOR, OTHER, block=b.index, attributed=True))
                else:
                    low = b.label.casefold().split()[-1]
                    gender = lexicon.gender_of_word(low) or lexicon.gender_of_name(b.label.split()[0])
                    out.append(
                        Frame(
                            start,
                            b.end,
                            "chat",
                            Party("other", gender, low, True),
                            NARRATOR if pair else UNKNOWN,
                            block=b.index,
                            attributed=True,
                        )
                    )
                continue
            body = self.text[b.start : b.end]
            if b.kind == "quote":
                out.append(Frame(b.start, b.end, "quote", UNKNOWN, UNKNOWN, block=b.index))
                continue
            if re.search(r"[\"“”«‘]|(?<!\w)'\w|:[ \t]*(?:[*_`]|\S+ )", body):
                reader = Speech(self.text, b, self.doc(b), self.name_test(b))
                out += reader.frames(out)
        return self._called(out)

    def _called(self, frames: list[Frame]) -> list[Frame]:
        """A speech that calls the narrator by name is said to the narrator, and what its speaker goes on to say too."""
        out: list[Frame] = []
        for f in frames:
            open_ = f.kind == "quote" and f.speaker.role != "narrator" and f.addressee.role == "unknown"
            if open_ and any(
                f.start <= m.start < f.end and m.head and self._set_off(f, m.start, m.end) for m in self.mentions
            ):
                f = replace(f, addressee=NARRATOR)
            elif open_ and out and out[-1].addressee.role == "narrator" and out[-1].block == f.block:
                goes_on = f.speaker.noun == out[-1].speaker.noun and f.start - out[-1].end < 40
                if goes_on and re.search(r",\s*$", self.text[out[-1].end - 1 : out[-1].end + 1] + " "):
                    f = replace(f, addressee=NARRATOR)
            out.append(f)
        return out

    def _set_off(self, frame: Frame, start: int, end: int) -> bool:
        """Whether a name stands as a call: at the beginning or behind a comma, and with a mark behind it."""
        left, right = self.text[frame.start : start].strip(), self.text[end : end + 2]
        first = not left or left.casefold() in (
            "ok",
            "oh",
            "hey",
            "dear",
            "hi",
            "arre",
            "come",
            "no",
            "yes",
            "but",
            "so",
            "well",
        )
        return first and right[:1] in (",", "!", "?") or left.endswith(",") and right[:1] in (",", "!", "?", ".", '"')

    def gender_of(self, party: Party) -> Gender | None:
        """The gender of who speaks or is spoken to, also where only a later "his" says it."""
        return party.gender or self.role_genders.get(party.noun)

    def frame_at(self, position: int) -> Frame:
        """The innermost frame that holds the position."""
        for f in self.frames:
            if f.start <= position < f.end:
                return f
        for f in self.letters:
            if f.start <= position < f.end:
                return f
        return self.base

    def quoted(self, position: int) -> bool:
        return any(f.start <= position < f.end for f in self.frames)

    def narration(self, block: Block) -> str:
        """The block's text with quoted words blanked out, same length."""
        chars = list(self.text[block.start : block.end])
        for f in self.frames:
            if f.block == block.index and f.kind != "chat":
                for i in range(max(f.start, block.start), min(f.end, block.end)):
                    if chars[i - block.start] != "\n":
                        chars[i - block.start] = " "
        return "".join(chars)

    @cached_property
    def first_person(self) -> list[bool]:
        """For each block: whether the narrator says I in it, outside quotes."""
        return [FIRST.search(self.narration(b)) is not None for b in self.blocks]

    @cached_property
    def told(self) -> list[bool]:
        """For each block: whether it tells of the narrator in the third person (a name, and no I outside quotes)."""
        out: list[bool] = []
        for b in self.blocks:
            plain = self.narration(b)
            named = any(
                m.head and b.start <= m.start < b.end and m.confidence > 0.5 and not self.quoted(m.start)
                for m in self.mentions
            )
            if self.base.speaker.role == "other" and b.kind != "chat":
                out.append(not any(f.start <= b.start < f.end for f in self.letters))
            elif (
                self.first_person[b.index]
                or b.kind in ("chat", "heading")
                or any(f.start <= b.start < f.end for f in self.letters)
            ):
                out.append(False)
            elif named:
                out.append(True)
            else:
                goes_on = b.kind in ("para", "item") and bool(out) and out[-1] and not _WE.search(plain)
                out.append(goes_on)
        return out

    def plain_first(self, start: int, end: int) -> bool:
        """Whether "I", "my" … or "we" stands in the span."""
        part = self.text[start:end]
        return bool(FIRST.search(part) or _WE.search(part))
