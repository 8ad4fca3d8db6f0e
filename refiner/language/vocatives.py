"""Words that call the narrator: "sir", "beta", "bhaiya", "Chacha", "young man" in what others say to them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refiner.language import lexicon
from refiner.language.inflect import match_case
from refiner.language.reader import Reader
from refiner.language.resolve import speaker_relation
from refiner.language.scene import Proposal, Scene
from refiner.language.speech import Frame
from refiner.models import Gender

_CHILD = {"son", "daughter", "child", "kid", "kids", "children", "baby", "toddler", "boy", "girl", "twins"}
_YOUNGER = {"nephew", "niece"} | _CHILD
MADE_UP: dict[Gender, str] = {
    "female": r"\b(?P<role>[^\W\d_]{3,}?)[- ]?(?P<kin>amma|akka|madam|didi|behen|ben|tai|chechi)\b",
    "male": r"\b(?P<role>[^\W\d_]{3,}?)[- ]?(?P<kin>anna|ayya|saab|sahib|saheb|babu|bhai|bhaiya|chetta|uncle)\b",
}
_NO_TITLE_BEFORE = re.compile(r"(?:\b(?:the|a|an|my|his|her|their|our|your|this|that|of|to|with|for|by|from|and|or|no|any|every|dear)\s+|[-’'])$", re.IGNORECASE)


def _words(gender: Gender) -> re.Pattern[str]:
    table = set(lexicon.table(gender, ("address",))) | set(lexicon.table(gender, ("kin", "person")))
    table |= lexicon.words("address", "unsure") if gender == "male" else set()
    table = {w for w in table if not (e := lexicon.address(w, gender)) or not e.plural}
    table -= lexicon.words("address", "plural_call") | lexicon.words("address", "neutral")
    table = {w for w in table if " " not in w or w in lexicon.table(gender, ("address",))}
    longest = sorted(table, key=lambda w: -len(w))
    return re.compile(rf"(?<![\w-])(?P<w>{'|'.join(re.escape(w).replace(chr(39), '[’' + chr(39) + ']') for w in longest)})(?P<ji>(?:[- ]?ji)?)(?![\w-])", re.IGNORECASE)


class Vocatives:
    """Proposes edits for words that call the narrator, one answer for the same word in the same exchange."""

    def __init__(self, scene: Scene, reader: Reader, aliases: frozenset[str] = frozenset()) -> None:
        self.scene, self.reader, self.aliases = scene, reader, aliases
        self.pattern = _words(scene.gender)

    def run(self) -> Iterator[Proposal]:
        found: list[tuple[Frame, int, int, str, float, list[str]]] = []
        for frame in [*self.scene.frames, *self.scene.letters]:
            if frame.speaker.role == "narrator":
                continue
            for m in self.pattern.finditer(self.scene.text, frame.start, frame.end):
                if self.scene.frame_at(m.start()) is not frame or self.reader.fixed(*m.span()) and not re.match(r"brother|bro\b", m[0], re.IGNORECASE):
                    continue
                if not self.calls(frame, m.start(), m.end()):
                    continue
                confidence, why = self._addressed(frame, m[0], m.start())
                if confidence > 0.3:
                    found.append((frame, m.start(), m.end(), m[0], confidence, why))
        found += self._made_up()
        found = self._same_call(found)
        for frame, start, end, word, confidence, why in found:
            yield from self._proposal(frame, start, end, word, confidence, why)
        yield from self._reported()

    def _made_up(self) -> list[tuple[Frame, int, int, str, float, list[str]]]:
        """Calls made of an office and a kin word: "Teacheramma", "Doctorsaab"."""
        out = []
        for m in re.compile(MADE_UP[self.scene.gender], re.IGNORECASE).finditer(self.scene.text, self.scene.body):
            frame = self.scene.frame_at(m.start())
            if frame.kind == "base" or frame.speaker.role == "narrator" or not lexicon.is_role(m["role"]) or not self.calls(frame, *m.span()):
                continue
            confidence, why = self._addressed(frame, m[0], m.start())
            if self._me_near(frame) and frame.addressee.role != "other" and self._only_one(m["role"], frame):
                confidence, why = max(confidence, 0.9), [*why, "what the narrator is called at work"]
            out.append((frame, m.start(), m.end(), m[0], confidence, why))
        return out

    def _only_one(self, role: str, frame: Frame) -> bool:
        """Whether nobody else in the block has that office."""
        block = self.scene.blocks[frame.block] if frame.block >= 0 else None
        return block is None or re.search(rf"\b{role}\b", self.scene.narration(block), re.IGNORECASE) is None

    def calls(self, frame: Frame, start: int, end: int) -> bool:
        """Whether the word stands as a call: set off by marks or alone."""
        text = self.scene.text
        left, right = text[max(frame.start, start - 30) : start], text[end : min(frame.end, end + 12)]
        if re.match(r"['’]s\b(?! (?:go|see|have|eat|run))", right):
            return False
        alone = not left.strip(" *_\n\t") and not right.strip(" .!?,…*_\n-–—")
        if alone:
            return True
        before_ok = not left.strip() or re.search(r"(?:[,.!?;:…—–*_\n(]|\b(?:dear|hey|hi|hello|oh|o|arre|arey|are|oye|oi|oy|yes|no|ok|okay|thanks|thank you|good morning|good evening|good night|good afternoon|sorry|please|well|come|come on|listen|look|wait|haan|nahi|suno|chalo|happy birthday|congratulations|welcome|morning|evening|bye|goodbye|ae|ayyo|aiyo|but|and|so|my|bravo|sure|right|excuse me|congrats|congratulations|cheers|thx|ty|lol|namaste|namaskar|vanakkam|said|says|told|ok so))\s*$", left, re.IGNORECASE)
        after_ok = not right.strip(" *_") or re.match(r"\s*(?:[,.!?;:…—–\"”’*_\n)]|$)", right)
        low = text[start:end].casefold()
        if _NO_TITLE_BEFORE.search(left) and not re.search(r"\b(?:dear|my)\s+$", left, re.IGNORECASE):
            return False
        if re.search(r"\b(?:my|dear)\s+$", left, re.IGNORECASE) and low.split()[0] not in ("boy", "son", "girl", "daughter", "child", "lad", "dear", "brother", "sister", "sir", "madam"):
            return False
        if before_ok and after_ok:
            return True
        starts = not left.strip(" *_\n0123456789.-")
        if low in ("beta", "beti", "bro", "sis", "bhai", "bhaiya", "didi", "sir", "madam", "ma'am", "dude", "da", "thambi"):
            # no commas in messages: "beta have you eaten", "where are you bro"
            if starts and re.match(r"\s+(?:[a-z]|I\b)", right):
                return not re.match(r"\s+(?:is|was|has|says|said|will|and|of|came|went|does)\b", right)
            return bool(after_ok and re.search(r"[a-z]\s+$", left))
        return False

    def _addressed(self, frame: Frame, word: str, start: int) -> tuple[float, list[str]]:
        """How sure it is that the call is to the narrator, and why."""
        low = word.casefold().removesuffix("ji").strip("- ")
        relation = speaker_relation(frame)
        why: list[str] = []
        if frame.kind == "letter":
            return (0.97 if low not in lexicon.words("address", "elders") else 0.4), ["a letter to the narrator"]
        if low in self.aliases and frame.addressee.role != "other":
            return 0.93, [f'the narrator is called "{word}"']
        if low in lexicon.words("address", "parents") and not (low == "mama" and relation in ("nephew", "niece")):
            if relation not in _CHILD or not frame.speaker.mine:
                return 0.1 if relation else 0.15, ["a parent is called"]
            why.append(f'the narrator\'s {frame.speaker.noun} speaks')
        elif low in lexicon.words("address", "elders") and low not in ("mama", "dada", "anna"):
            return (0.85, ["a grandchild speaks"]) if relation in ("grandson", "granddaughter", "grandchild") else (0.1, [])
        elif low in ("uncle", "aunt", "aunty", "auntie") and not relation:
            why.append("a younger person may speak")
        if frame.addressee.role == "narrator":
            return 0.96, [*why, "it is said to the narrator"]
        if frame.addressee.role == "other":
            return 0.1, ["it is said to somebody else"]
        you = self.reader.you(start)
        alone = self.reader.nobody_else(start)
        near_me = self._me_near(frame)
        if frame.speaker.role == "other":
            confidence = 0.93 if alone and near_me else 0.9 if alone else 0.62
            if relation in _YOUNGER and low in lexicon.table(self.scene.gender, ("address",)):
                confidence += 0.03
            return confidence, [*why, f'"{frame.speaker.label}" speaks to the narrator' if near_me else f'"{frame.speaker.label}" speaks, nobody else is there']
        answered = re.match(r"[\"”’*_]*\s*(?:So |Then |And |But )?I\b", self.scene.text[frame.end : frame.end + 12])
        if answered and alone:
            return 0.9, [*why, "the narrator answers to it"]
        if alone and near_me:
            return 0.72, [*why, *you.why]
        return (0.5 if near_me else 0.32), [*why, *you.why]

    def _me_near(self, frame: Frame) -> bool:
        """Whether the narrator is in the words around the speech."""
        if frame.block < 0:
            return True
        block = self.scene.blocks[frame.block]
        plain = self.scene.narration(block)
        a, b = max(0, frame.start - block.start - 220), min(len(plain), frame.end - block.start + 160)
        return re.search(r"(?<![\w’'])(?:I|me|my|i)(?!\w)", plain[a:b]) is not None or self.scene.plain_first(frame.start, frame.end) and False

    def _same_call(self, found: list[tuple[Frame, int, int, str, float, list[str]]]) -> list[tuple[Frame, int, int, str, float, list[str]]]:
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

    def _proposal(self, frame: Frame, start: int, end: int, word: str, confidence: float, why: list[str]) -> Iterator[Proposal]:
        scene = self.scene
        low = word.casefold().replace("’", "'")
        left = scene.text[max(frame.start, start - 6) : start]
        if low in ("son", "daughter", "boy", "girl") and (m := re.search(r"\b(my|dear)\s+$", left, re.IGNORECASE)):
            entry = lexicon.noun(low, scene.gender)
            after = entry.after if entry else ""
            _ = m
        elif low in lexicon.words("address", "unsure"):
            entry = lexicon.noun(low, scene.gender)
            after = entry.after if entry else ("girl" if scene.to == "female" else "man")
            confidence = min(confidence, 0.6)
            why = [*why, "many say that word to anybody"]
        else:
            found = lexicon.address(low, scene.gender)
            after = found.after if found else ""
            made = re.fullmatch(MADE_UP[scene.gender], word, re.IGNORECASE)
            if not after and made:
                after = made["role"].casefold() + {"anna": "akka", "ayya": "amma", "garu": "garu"}.get(made["kin"].casefold(), "-madam" if scene.to == "female" else "")
        if not after:
            return
        yield Proposal(start, end, match_case(word, after), "vocative", "; ".join(why[-2:]) or "calls the narrator", confidence, tuple(why))

    def _reported(self) -> Iterator[Proposal]:
        """ "They call me bhaiya", "everyone calls me Sir": what the narrator is called, outside quotes or in them."""
        scene = self.scene
        call = re.compile(r"\b(?:call(?:s|ed|ing)?|address(?:es|ed)?|greet(?:s|ed)?|hail(?:s|ed)?) me (?:as |their |her |his |the |a )?(?:[\"“‘'*_]*)(?P<w>[^\W\d_]+(?:[- ]?ji)?)(?=[\"”’'*_]*[\s,.;!?]|$)", re.IGNORECASE)
        for m in call.finditer(scene.text, scene.body):
            entry = lexicon.address(m["w"], scene.gender)
            if entry and scene.frame_at(m.start()).speaker.role == "narrator":
                yield Proposal(m.start("w"), m.end("w"), match_case(m["w"], entry.after), "called", "what the narrator is called", 0.95)
