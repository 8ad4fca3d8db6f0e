"""A note read once: blocks, their parses, frames of speech, the narrator's names. The rules work on a Scene."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from refiner.language.blocks import Block
from refiner.language.frames import Framed
from refiner.language.page import FIRST, WE


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


class Scene(Framed):
    """One note with everything that can be read off it, its narration told apart from what is quoted."""

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
                goes_on = b.kind in ("para", "item") and bool(out) and out[-1] and not WE.search(plain)
                out.append(goes_on)
        return out

    def plain_first(self, start: int, end: int) -> bool:
        """Whether "I", "my" … or "we" stands in the span."""
        part = self.text[start:end]
        return bool(FIRST.search(part) or WE.search(part))
