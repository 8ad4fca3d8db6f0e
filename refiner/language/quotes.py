"""Quoted words: where they stand, and the frame of who speaks to whom that is built around them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from refiner.language.blocks import Block
from refiner.models import Gender


@dataclass(frozen=True)
class Party:
    """Somebody who speaks or is spoken to. `role`: narrator, other or unknown. `noun`: the head word, "mother"."""

    role: str = "unknown"
    gender: Gender | None = None
    noun: str = ""
    mine: bool = False  # "my mother"
    span: tuple[int, int] = (-1, -1)

    @property
    def label(self) -> str:
        return "the narrator" if self.role == "narrator" else self.noun or "somebody"


NARRATOR = Party("narrator", noun="I")
OTHER = Party("other")
UNKNOWN = Party()


@dataclass(frozen=True)
class Frame:
    """A stretch in which "I" is one person and "you" another; frames nest, the innermost counts."""

    start: int
    end: int
    kind: str  # base quote chat letter
    speaker: Party = UNKNOWN
    addressee: Party = UNKNOWN
    about: float = 0.0  # evidence that the narrator is spoken about
    cue: str = ""  # the words that say so
    block: int = -1
    attribution: str = ""
    attributed: bool = False
    record: bool = False  # from a report, a review, a register about the narrator

    def text_asks(self, text: str) -> bool:
        """Whether the speech ends in a question, so that the next one answers it."""
        return text[self.start : self.end].rstrip()[-1:] == "?"


_PAIRS = (
    re.compile(r'"([^"\n]*(?:\n[^"\n]+)*?)"'),
    re.compile(r"“([^”]*)”"),
    re.compile(r"«([^»]*)»"),
    re.compile(r"(?<![\w’'])‘(?=\S)([^‘\n]*?[\w.,?!…—-])’(?!\w)"),
    re.compile(r"(?<![\w'])'(?=[^\s'])([^'\n]*(?:(?<=\w)'(?=\w)[^'\n]*)*[.,?!…—-])'(?!\w)"),
    re.compile(r"(?<=, )'(?=[A-Z])([^'\n]*(?:(?<=\w)'(?=\w)[^'\n]*)*[\w])'(?!\w)"),
)
_WRITTEN = re.compile(
    r"\b(?:wrote|written|writes|says?|said|reads?|text(?:ed|s)?|message[sd]?|"
    r"note|card|caption|comment(?:ed)?|remarks?|replied|forwarded|under "
    r"it|on it)\b[^.:\n]{0,40}:[ \t]*"
    r"(?:(?P<m>\*\*\*|\*\*|__|\*|_|`)(?P<a>[^*_`\n]+)(?P=m)|(?P<b>[^\s\"“‘'*_`][^\n\"“”.!?]*[.!?]?))",
    re.IGNORECASE,
)


def quotes_in(text: str, block: Block) -> list[tuple[int, int, str]]:
    """Spans of the quoted words of a block, marks left out, in order and not nested."""
    body = text[block.start : block.end]
    found: list[tuple[int, int, str]] = []
    for pattern in _PAIRS:
        for m in pattern.finditer(body):
            if m[1].strip():
                found.append((block.start + m.start(1), block.start + m.end(1), m[0][0]))
    if body.count('"') % 2:  # speech that runs on into the next paragraph is closed there
        at = body.rfind('"')
        if at == 0 or body[at - 1].isspace():
            found.append((block.start + at + 1, block.end, '"'))
    for m in _WRITTEN.finditer(body):
        group = "a" if m["a"] else "b"
        if group == "a" or ":" in m[0] and re.match(r"(?:\s*\S+){2,}", m[group]):
            found.append((block.start + m.start(group), block.start + m.end(group), ":"))
    out: list[tuple[int, int, str]] = []
    for span in sorted(found, key=lambda s: (s[0], -s[1])):
        if not out or span[0] >= out[-1][1]:
            out.append(span)
    return out


def is_title(words: str) -> bool:
    """Whether quoted words look like a title or a name and not like speech: most words large, no end mark."""
    tokens = re.findall(r"[^\W\d_]+(?:['’]\w+)?", words)
    if not tokens or re.search(r"[.?!,;]\s*$", words) or len(tokens) > 9:
        return False
    small = {"a", "an", "the", "of", "and", "in", "on", "to", "for", "with", "at", "by", "from", "or"}
    main = [t for t in tokens if t.casefold() not in small]
    return len(tokens) >= 2 and all(t[0].isupper() for t in main) and tokens[0][0].isupper()
