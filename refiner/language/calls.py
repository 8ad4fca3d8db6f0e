"""Whether a word calls somebody, and whether that is the narrator: the evidence behind the vocatives."""

from __future__ import annotations

import re

from refiner.language import lexicon
from refiner.language.evidence import ANIMAL, speaker_relation
from refiner.language.quotes import Frame
from refiner.language.reader import Reader
from refiner.language.scene import Scene

_CHILD = {"son", "daughter", "child", "kid", "kids", "children", "baby", "toddler", "boy", "girl", "twins"}
_YOUNGER = {"nephew", "niece"} | _CHILD
_HONOUR = ("sir", "madam", "ma'am", "maam", "saab", "sahib", "saheb")
_RANK = re.compile(
    r"\b(?:colonel|major|general|captain|brigadier|commander|admiral|inspector|superintendent|judge|magistrate|consultant|principal|headmaster|headmistress|"
    r"minister|director|president|chairman|bishop|commissioner|collector|examiner|officer)\b",
    re.IGNORECASE,
)
_NO_TITLE_BEFORE = re.compile(
    r"(?:\b(?:the|a|an|my|his|her|their|our|your|this|that|of|to|with|for|by|from|and|or|no|any|every|dear)\s+|[-’'])$",
    re.IGNORECASE,
)


class Calls:
    """The tests of Vocatives. `aliases`: what the narrator is known to be called in this note."""

    scene: Scene
    reader: Reader
    aliases: frozenset[str]

    def calls(self, frame: Frame, start: int, end: int) -> bool:
        """Whether the word stands as a call: set off by marks or alone."""
        text = self.scene.text
        left, right = text[max(frame.start, start - 30) : start], text[end : min(frame.end, end + 12)]
        if re.match(r"['’]s\b(?! (?:go|see|have|eat|run))", right):
            return False
        alone = not left.strip(" *_\n\t") and not right.strip(" .!?,…*_\n-–—")
        if alone:
            return True
        before_ok = not left.strip() or re.search(
            r"(?:[,.!?;:…—–*_\n(]|\b(?:dear|hey|hi|hello|oh|o|arre|arey|"
            r"are|oye|oi|oy|yes|no|ok|okay|thanks|thank you|good morning|"
            r"good evening|good night|good afternoon|sorry|please|well|"
            r"come|come on|listen|look|wait|haan|nahi|suno|chalo|happy "
            r"birthday|congratulations|welcome|morning|evening|bye|goodbye|"
            r"ae|ayyo|aiyo|but|and|so|my|bravo|sure|right|excuse me|congrats|"
            r"congratulations|cheers|thx|ty|lol|namaste|namaskar|vanakkam|"
            r"said|says|told|ok so))\s*$",
            left,
            re.IGNORECASE,
        )
        if not left.strip() and re.match(
            r" (?:Chair\w*|President|Secretary|Judge|Speaker|Principal|Captain|Doctor|Inspector|Editor|Headm\w+)\b,?",
            right,
        ):
            return text[start].isupper()  # "Madam Chairlady, …"
        after_ok = not right.strip(" *_") or re.match(r"\s*(?:[,.!?;:…—–\"”’*_\n)]|$)", right)
        low = text[start:end].casefold()
        if _NO_TITLE_BEFORE.search(left) and not re.search(r"\b(?:dear|my)\s+$", left, re.IGNORECASE):
            return False
        if re.search(r"\b(?:my|dear)\s+$", left, re.IGNORECASE) and low.split()[0] not in (
            "boy",
            "son",
            "girl",
            "daughter",
            "child",
            "lad",
            "dear",
            "brother",
            "sister",
            "sir",
            "madam",
        ):
            return False
        if before_ok and after_ok:
            return True
        bare = low in ("lad", "lass", "son", "mate", "sonny", "boy", "girl", "lassie", "laddie", "kiddo", "bro", "sis")
        if (
            bare
            and after_ok
            and re.search(
                r"\b(?:in|on|up|down|off|out|over|there|here|now|it|that|this|him|her|them|me|you|soaked|done|go|well)\s+$",
                left,
            )
        ):
            return True  # "dig in lad,": a count noun cannot stand so without an article
        starts = not left.strip(" *_\n0123456789.-")
        if low in (
            "beta",
            "beti",
            "bro",
            "sis",
            "bhai",
            "bhaiya",
            "didi",
            "sir",
            "madam",
            "ma'am",
            "dude",
            "da",
            "thambi",
        ):
            # no commas in messages: "beta have you eaten", "where are you bro"
            if starts and re.match(r"\s+(?:[a-z]|I\b)", right):
                return not re.match(r"\s+(?:is|was|has|says|said|will|and|of|came|went|does)\b", right)
            return bool(after_ok and re.search(r"[A-Za-z]\s+$", left))
        return False

    def _addressed(self, frame: Frame, word: str, start: int) -> tuple[float, list[str]]:
        """How sure it is that the call is to the narrator, and why."""
        low = word.casefold().removesuffix("ji").strip("- ")
        relation = speaker_relation(frame)
        why: list[str] = []
        if frame.kind == "letter":
            return (0.97 if low not in lexicon.words("address", "elders") else 0.4), ["a letter to the narrator"]
        if (low in self.aliases or word.casefold() in self.aliases) and frame.addressee.role != "other":
            return 0.93, [f'the narrator is called "{word}"']
        if low in lexicon.words("address", "parents") and not (low == "mama" and relation in ("nephew", "niece")):
            if relation not in _CHILD or not frame.speaker.mine:
                mine = re.search(
                    r"\b(?:my|our) (?:[\w-]+ ){0,2}(?:son|daughter|child|children|kids?|boys?|girls?|twins)\b",
                    self.scene.text,
                    re.I,
                )
                if mine and not relation and frame.addressee.role != "other":
                    return 0.45, ["a parent is called, and the narrator has children"]
                if frame.speaker.role == "unknown" and frame.addressee.role == "unknown":
                    return 0.41, ["a parent is called, and nobody says by whom"]
                return 0.1 if relation else 0.15, ["a parent is called"]
            return (
                (0.93, [f"the narrator's {frame.speaker.noun} speaks"])
                if not re.search(
                    r"\b(?:her|his|their) (?:father|mother|papa|mum|dad)\b",
                    self.scene.text[max(0, start - 200) : start],
                )
                else (0.6, [])
            )
        elif low in lexicon.words("address", "elders") and low not in ("mama", "dada", "anna"):
            return (
                (0.92, ["a grandchild speaks"])
                if relation in ("grandson", "granddaughter", "grandchild")
                else (0.1, [])
            )
        elif low in ("uncle", "aunt", "aunty", "auntie") and not relation:
            why.append("a younger person may speak")
        around = self.scene.text[max(0, frame.start - 120) : frame.end + 120]
        if (
            frame.addressee.role != "narrator"
            and ANIMAL.search(around)
            and low.split()[0] in ("boy", "girl", "good", "lad", "lass", "old", "brave", "clever")
        ):
            return 0.5, [*why, "an animal is near"]
        if frame.addressee.role == "narrator":
            return 0.96, [*why, "it is said to the narrator"]
        if frame.addressee.role == "other" and not (
            frame.addressee.noun.endswith("s") or frame.addressee.noun in ("them", "everyone", "everybody")
        ):
            return 0.1, ["it is said to somebody else"]
        you = self.reader.you(start)
        alone = self.reader.nobody_else(start)
        near_me = self._me_near(frame)
        if frame.speaker.role == "other":
            told = (
                re.search(r"(?<!\w)(?:you|your|u|ur)(?!\w)", self.scene.text[frame.start : frame.end], re.IGNORECASE)
                is not None
            )
            if near_me and not alone and self.reader.nobody_else(start, within=1):
                alone = True
            here = frame.block >= 0 and self.scene.first_person[frame.block]
            confidence = (
                0.93
                if alone and near_me
                else 0.89
                if alone and (told or here and frame.attributed)
                else 0.6
                if near_me or alone
                else 0.45
            )
            answer = re.match(
                r"(?:yes|no|present|sorry|okay|ok|of course|at once)\b", self.scene.text[frame.start : frame.end], re.I
            )
            if answer and not told:
                return min(confidence, 0.6), [*why, "an answer; to whom is not said"]
            if low in _HONOUR and confidence > 0.6 and self._superior(frame):
                return 0.6, [*why, "somebody of rank is there, who may be called so"]
            if relation in _YOUNGER and low in lexicon.table(self.scene.gender, ("address",)):
                confidence += 0.03
            return confidence, [
                *why,
                f'"{frame.speaker.label}" speaks to the narrator'
                if near_me
                else f'"{frame.speaker.label}" speaks, nobody else is there',
            ]
        answered = re.match(r"[\"”’*_]*\s*(?:So |Then |And |But )?I\b", self.scene.text[frame.end : frame.end + 12])
        if answered and alone:
            return 0.9, [*why, "the narrator answers to it"]
        if alone and near_me:
            return 0.89, [*why, *you.why]
        return (0.5 if near_me else 0.32), [*why, *you.why]

    def _superior(self, frame: Frame) -> bool:
        """Whether an officer, a judge or the like stands before the speech who does not speak himself."""
        if frame.block < 0:
            return False
        if self.scene.told[frame.block]:
            return True  # whether the narrator calls or is called shows in no "I"
        plain = self.scene.narration(self.scene.blocks[frame.block])
        before = plain[: frame.start - self.scene.blocks[frame.block].start]
        ranks = {m[0].casefold() for m in _RANK.finditer(before)} - {frame.speaker.noun}
        return bool(ranks)

    def _me_near(self, frame: Frame) -> bool:
        """Whether the narrator is in the words around the speech."""
        if frame.block < 0:
            return True
        block = self.scene.blocks[frame.block]
        plain = self.scene.narration(block)
        at, to = frame.start - block.start, frame.end - block.start
        before = [x for x in re.split(r"(?<=[.!?])\s+", plain[max(0, at - 260) : max(0, at - 1)]) if x.strip()]
        after = [x for x in re.split(r"(?<=[.!?])\s+", plain[to + 1 : to + 200].lstrip(' "”’')) if x.strip()]
        if (
            frame.attributed
            and frame.attribution.strip()
            and self.scene.text[frame.end + 1 : frame.end + 40].lstrip().startswith(frame.attribution.strip()[:10])
        ):
            near = [*before[-1:], *after[:2]]
        else:
            near = [*before[-2:], *after[:1]]
        return any(re.search(r"(?<![\w’'])(?:I|[Mm]e|[Mm]y|i|[Ww]e|us)(?!\w)", part) for part in near)

    def _only_one(self, role: str, frame: Frame) -> bool:
        """Whether nobody else in the block has that office."""
        block = self.scene.blocks[frame.block] if frame.block >= 0 else None
        return block is None or re.search(rf"\b{role}\b", self.scene.narration(block), re.IGNORECASE) is None
