"""Words that call the narrator: "sir", "beta", "bhaiya", "Chacha", "young man" in what others say to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from refiner.language import lexicon
from refiner.language.calls import Calls
from refiner.language.inflect import match_case
from refiner.language.quotes import Frame
from refiner.language.reader import Reader
from refiner.language.scene import Proposal, Scene
from refiner.models import CanonEntry, Gender

_ENGLISH = ("brother", "sister", "uncle", "aunty", "auntie", "miss", "mister", "lady", "madam")  # nouns too
ASKED = 0.41  # a call that may be anybody's is worth a question
MADE_UP: dict[Gender, str] = {
    "female": r"\b(?P<role>[^\W\d_]{3,}?)[- ]?(?P<kin>amma|akka|madam|didi|behen|ben|tai|chechi)\b",
    "male": r"\b(?P<role>[^\W\d_]{3,}?)[- ]?(?P<kin>anna|ayya|saab|sahib|saheb|babu|bhai|bhaiya|chetta|uncle)\b",
}


@cache
def _words(gender: Gender) -> str:
    """Alternatives of all words that call somebody of a gender, the longest first."""
    table = set(lexicon.table(gender, ("address",))) | set(lexicon.table(gender, ("kin", "person")))
    table |= lexicon.words("address", "unsure") if gender == "male" else set()
    table = {w for w in table if not (e := lexicon.address(w, gender)) or not e.plural}
    table -= lexicon.words("address", "plural_call") | lexicon.words("address", "neutral")
    table = {w for w in table if " " not in w or w in lexicon.table(gender, ("address",))}
    longest = sorted(table, key=lambda w: (-len(w), w))
    return "|".join(re.escape(w).replace("'", "[’']") for w in longest)


@cache
def _called(gender: Gender) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?P<w>{_words(gender)})(?P<ji>(?:[- ]?ji)?)(?![\w-])", re.IGNORECASE)


@cache
def _called_at_the_end(gender: Gender) -> re.Pattern[str]:
    return re.compile(rf"(?<=, )(?P<w>{_words(gender)})(?=[,.!?])", re.IGNORECASE)


class Vocatives(Calls):
    """Proposes edits for words that call the narrator, one answer for the same word in the same exchange."""

    def __init__(
        self, scene: Scene, reader: Reader, aliases: frozenset[str] = frozenset(), canon: tuple[CanonEntry, ...] = ()
    ) -> None:
        self.scene, self.reader = scene, reader
        self.known = {c.before.casefold(): c.after for c in canon if c.kind == "address"}
        self.aliases = aliases | set(self.known) | {p[2].casefold() for p in self._names_given()}
        self.proposed: dict[str, CanonEntry] = {}
        self.pattern = _called(scene.gender)

    def run(self) -> Iterator[Proposal]:
        found: list[tuple[Frame, int, int, str, float, list[str]]] = []
        for frame in [*self.scene.frames, *self.scene.letters]:
            if frame.speaker.role == "narrator":
                continue
            for m in self.pattern.finditer(self.scene.text, frame.start, frame.end):
                if (
                    self.scene.frame_at(m.start()) is not frame
                    or self.reader.fixed(*m.span())
                    and not re.match(r"brother|bro\b", m[0], re.IGNORECASE)
                ):
                    continue
                if not self.calls(frame, m.start(), m.end()):
                    continue
                confidence, why = self._addressed(frame, m[0], m.start())
                low = m["w"].casefold()
                if frame.addressee.role != "narrator" and self._many(frame):
                    confidence, why = min(confidence, 0.5), [*why, "several people are called"]
                kin = low in lexicon.words("address", "parents") or low in lexicon.words("address", "elders")
                if confidence < ASKED and frame.addressee.role == "unknown" and not kin:
                    confidence = ASKED
                if confidence > 0.3:
                    found.append((frame, m.start(), m.end(), m[0], confidence, why))
        found += self._made_up()
        found = self._same_call(found)
        for frame, start, end, word, confidence, why in found:
            yield from self._proposal(frame, start, end, word, confidence, why)
        yield from self._reported()

    def _many(self, frame: Frame) -> bool:
        """Whether the speech calls several people: "Ticket, bhaiya. Ticket, uncle. Ticket, sir." """
        found = self.pattern.finditer(self.scene.text, frame.start, frame.end)
        return len({m["w"].casefold() for m in found if self.calls(frame, *m.span())}) > 2

    def _made_up(self) -> list[tuple[Frame, int, int, str, float, list[str]]]:
        """Calls made of an office and a kin word: "Nurseamma", "Doctorsaab"."""
        out = []
        for m in re.compile(MADE_UP[self.scene.gender], re.IGNORECASE).finditer(self.scene.text, self.scene.body):
            frame = self.scene.frame_at(m.start())
            if (
                frame.kind == "base"
                or frame.speaker.role == "narrator"
                or not lexicon.is_role(m["role"])
                or not self.calls(frame, *m.span())
            ):
                continue
            confidence, why = self._addressed(frame, m[0], m.start())
            if m[0].casefold() in self.known and frame.addressee.role != "other":
                confidence, why = 0.95, ["the canon says how the narrator is called"]
            elif self._me_near(frame) and frame.addressee.role != "other" and self._only_one(m["role"], frame):
                confidence, why = max(confidence, 0.9), [*why, "what the narrator is called at work"]
            out.append((frame, m.start(), m.end(), m[0], confidence, why))
        return out

    def _same_call(
        self, found: list[tuple[Frame, int, int, str, float, list[str]]]
    ) -> list[tuple[Frame, int, int, str, float, list[str]]]:
        """The same word in the same block is for the same person, where one of its uses is sure."""
        out = []
        for item in found:
            frame, start, end, word, confidence, why = item
            low = word.casefold()
            sure = [f for f in found if f[3].casefold() == low and abs(f[0].block - frame.block) <= 1 and f[4] >= 0.9]
            if sure and confidence < 0.9 and frame.addressee.role != "other":
                confidence, why = 0.9, [*why, f'"{word}" is what the narrator is called here']
            out.append((frame, start, end, word, confidence, why))
        return out

    def _proposal(
        self, frame: Frame, start: int, end: int, word: str, confidence: float, why: list[str]
    ) -> Iterator[Proposal]:
        scene = self.scene
        low = word.casefold().replace("’", "'")
        left = scene.text[max(frame.start, start - 6) : start]
        if low in ("son", "daughter", "boy", "girl") and re.search(r"\b(my|dear)\s+$", left, re.IGNORECASE):
            entry = lexicon.noun(low, scene.gender)
            after = entry.after if entry else ""
        elif low in lexicon.words("address", "unsure"):
            entry = lexicon.noun(low, scene.gender)
            after = entry.after if entry else ("girl" if scene.to == "female" else "man")
            confidence = min(confidence, 0.6)
            why = [*why, "many say that word to anybody"]
        else:
            found = lexicon.address(low, scene.gender)
            after = found.after if found else ""
            made = re.fullmatch(MADE_UP[scene.gender], word, re.IGNORECASE)
            if low in self.known:
                after = self.known[low]
            elif not after and made:
                after = made["role"].casefold() + {"anna": "akka", "ayya": "amma", "garu": "garu"}.get(
                    made["kin"].casefold(), "-madam" if scene.to == "female" else ""
                )
        if not after:
            return
        if re.fullmatch(MADE_UP[scene.gender], word, re.IGNORECASE) and confidence >= 0.9 and low not in self.known:
            self.proposed[low] = CanonEntry(
                id=f"address:{low}",
                kind="address",
                before=word,
                after=match_case(word, after),
                reason="what the narrator is called, the same in every note",
            )
        yield Proposal(
            start,
            end,
            match_case(word, after),
            "vocative",
            "; ".join(why[-2:]) or "calls the narrator",
            confidence,
            tuple(why),
        )

    def _reported(self) -> Iterator[Proposal]:
        """ "They call me bhaiya", "everyone calls me Sir": what the narrator is called, outside quotes or in them."""
        scene = self.scene
        for block in scene.blocks:  # speech without marks: "When I die, says my uncle, you will get it, beta."
            for m in _called_at_the_end(scene.gender).finditer(scene.text, block.start, block.end):
                left = scene.text[max(block.start, m.start() - 160) : m.start()]
                left = re.split(r"(?<=[.!?])\s", left)[-1]
                said = re.search(
                    r"\b(?:says?|said|told me|tells me|asked|wrote|writes|shouted|whispered|calls?|called)\b", left
                )
                if (
                    scene.frame_at(m.start()).kind == "base"
                    and said
                    and re.search(r"\b(?:you|your)\b", left + scene.text[m.end() : m.end() + 60])
                    and not re.search(r"\bI (?:said|say|told|asked|wrote)\b", left)
                ):
                    yield from self._proposal(
                        scene.base,
                        m.start(),
                        m.end(),
                        m["w"],
                        0.9 if m["w"].casefold() not in lexicon.words("address", "parents") else 0.45,
                        ["said to the narrator, without quotation marks"],
                    )
        first = re.compile(
            r"(?:^|(?<=[.!?] ))(?P<w>[A-Z][\w'’]+), (?:he|she|they|[a-z]+ "
            r"[a-z]+|[A-Z]\w+) (?:said|says|asked|told me|called|shouted)\b",
            re.MULTILINE,
        )
        for m in first.finditer(scene.text, scene.body):  # "Ma'am, he said, that's the wrong one."
            entry = lexicon.address(m["w"], scene.gender)
            if (
                entry
                and scene.frame_at(m.start()).kind == "base"
                and m["w"].casefold() not in lexicon.words("address", "parents")
            ):
                yield from self._proposal(
                    scene.base, m.start("w"), m.end("w"), m["w"], 0.9, ["said to the narrator, without quotation marks"]
                )
        for start, end, word, after in self._names_given():
            yield Proposal(start, end, match_case(word, after), "called", "what the narrator is called", 0.92)
        for frame in scene.frames if self.aliases else ():  # "Chachu will come": the call used as a name
            if frame.speaker.role == "narrator":
                continue
            for m in re.finditer(
                rf"(?<![\w-])(?P<w>{'|'.join(re.escape(a.capitalize()) for a in sorted(self.aliases))})(?!\w)",
                scene.text[frame.start : frame.end],
            ):
                entry = lexicon.address(m["w"], scene.gender)
                at = frame.start + m.start()
                if (
                    entry
                    and not self.calls(frame, at, at + len(m["w"]))
                    and not re.search(
                        r"\b(?:my|his|her|your|their|our|the)\s+$",
                        scene.text[max(frame.start, at - 8) : at],
                        re.IGNORECASE,
                    )
                    and not re.match(r"\s+[A-Z]", scene.text[at + len(m["w"]) :][:3])
                ):
                    yield Proposal(
                        at,
                        at + len(m["w"]),
                        match_case(m["w"], entry.after),
                        "called",
                        "what the narrator is called here",
                        0.9,
                    )

    def _names_given(self) -> list[tuple[int, int, str, str]]:
        """Where the note says what the narrator is called: "They call me bhaiya"."""
        scene = self.scene
        call = re.compile(
            r"\b(?:call(?:s|ed|ing)?|address(?:es|ed)?|greet(?:s|ed)?|hail(?:s|"
            r"ed)?) me (?:as |their |her |his |the |a )?(?:[\"“‘'*_]*)(?P<w>[^\W\d_]+(?:[-"
            r" ]?ji)?)(?=[\"”’'*_]*[\s,.;!?]|$)",
            re.IGNORECASE,
        )
        am = re.compile(
            r"\b(?:I(?:['’]m| am| was| became|['’]ve become)|known as|made "
            r"me|makes me)(?: (?:still|just|only|now|always|simply))?"
            r"(?: the)? [\"“‘'*_]*(?P<w>(?:[A-Z]|[a-z]{4})[^\W\d_]*(?:[- ]?ji)?)(?=[\"”’'*_]*(?:[\s,.;!?]|$))"
        )
        out = []
        for m in (*call.finditer(scene.text, scene.body), *am.finditer(scene.text, scene.body)):
            entry = lexicon.address(m["w"], scene.gender)
            small = m["w"][0].islower()
            if m.re is am and entry is not None and (entry.kind != "address" or small and m["w"] in _ENGLISH):
                continue
            if entry is not None and entry.kind == "person":
                continue  # "I was the man": no name
            if entry and scene.frame_at(m.start()).speaker.role == "narrator":
                out.append((m.start("w"), m.end("w"), m["w"], entry.after))
        for name in scene.mentions:  # "Salim bhaiyya": what follows the name is a call too
            after = re.match(r"[ \t-]+(?P<w>[A-Za-z]+)\b", scene.text[name.end : name.end + 16])
            if name.head and after and after["w"].casefold() in lexicon.words("address", "after_name"):
                entry = lexicon.address(after["w"], scene.gender)
                if entry:
                    at = name.end + after.start("w")
                    out.append((at, at + len(after["w"]), after["w"], entry.after))
        return out
