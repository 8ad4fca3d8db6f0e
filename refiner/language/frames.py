"""Who says what in a note: its letters, chat lines and quotes, each with who speaks and to whom."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from functools import cached_property

from refiner.language import lexicon
from refiner.language.blocks import SALUTATION, SIGNATURE
from refiner.language.page import Page
from refiner.language.quotes import NARRATOR, OTHER, UNKNOWN, Frame, Party
from refiner.language.speech import Speech
from refiner.models import Gender

INLINE = re.compile(r"[ \t*_>]*(?:[Mm]y )?(?:[Dd]ear(?:est)?|Hi|Hello)[ \t]+(?P<who>[A-Z]\w+(?: [A-Z]\w+)?)[,!—–-]")


class Framed(Page):
    """A note with its frames of speech, found once."""

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
        for i, b in enumerate(self.blocks):
            m = SALUTATION.match(self.text, b.start, b.end) or INLINE.match(self.text, b.start, b.end)
            if not m:
                continue
            if m.re is INLINE and not any(self.names.is_narrator(w) for w in m["who"].split()):
                continue
            end = len(self.text)
            signed = ""
            for later in self.blocks[i + 1 :]:
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
                    who, to = Party("other", gender, low, True), NARRATOR if pair else UNKNOWN
                    out.append(Frame(start, b.end, "chat", who, to, block=b.index, attributed=True))
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
                if goes_on and self.text[out[-1].start : out[-1].end].rstrip().endswith(","):
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

    @cached_property
    def _starts(self) -> list[int]:
        return [f.start for f in self.frames]

    def _frame_over(self, position: int) -> Frame | None:
        """The quote or chat line that holds the position; they lie in order and do not overlap."""
        at = bisect_right(self._starts, position) - 1
        return self.frames[at] if at >= 0 and position < self.frames[at].end else None

    def frame_at(self, position: int) -> Frame:
        """The innermost frame that holds the position."""
        found = self._frame_over(position)
        if found is None:
            found = next((f for f in self.letters if f.start <= position < f.end), None)
        return found or self.base

    def quoted(self, position: int) -> bool:
        """Whether the position lies in a quote or a chat line."""
        return self._frame_over(position) is not None
