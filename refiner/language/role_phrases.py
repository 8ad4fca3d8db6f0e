"""Ties of a noun to the narrator that the words around it show where a parse does not: fragments, pairs, insertions."""

from __future__ import annotations

import re
from typing import Any

from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.language.evidence import Reading
from refiner.language.reader import Reader
from refiner.language.scene import Scene

_TIMES = (
    "day",
    "night",
    "morning",
    "evening",
    "afternoon",
    "week",
    "month",
    "year",
    "summer",
    "winter",
    "sunday",
    "time",
    "hour",
    "while",
)


class Phrases:
    """Ties read off the words around a noun. A reading each, or None."""

    scene: Scene
    reader: Reader

    def _epithet(self, block: Block, t: Any) -> Reading | None:
        start, _ = self.scene.at(block, t)
        return self.reader.quoted.get(start)

    def _fragment(self, block: Block, t: Any) -> Reading | None:
        """ "Only boy in the class." — a sentence without a verb in a diary."""
        start, end = self.scene.at(block, t)
        if self.scene.frame_at(start).speaker.role != "narrator":
            return None
        left = self.scene.text[max(block.start, start - 40) : start]
        s, e = self._sentence(block, t)
        if (
            t.lower_ in ("man", "lady", "woman")
            and re.match(r" of the house\b", self.scene.text[self.scene.at(block, t)[1] :][:14])
            and self.scene.plain_first(s, e)
        ):
            return Reading(0.45, ["perhaps the narrator is asked for"])
        if (
            t.dep_ in ("nsubj", "ROOT")
            and re.search(r"(?:^|[.!?]\s+)Head $", left)
            and self.scene.plain_first(s, min(len(self.scene.text), e + 60))
        ):
            return Reading(0.9, ["an office, and the narrator tells of it"])
        if (
            re.search(r"\b(?:the|an?) (?:only|eldest|oldest|youngest|elder|younger|sole) $", left)
            and self.scene.plain_first(s, e)
            and not re.match(r" of (?!the (?:house|family))", self.scene.text[block.start + t.idx + len(t) :][:8])
        ):
            return Reading(0.45, ["perhaps the narrator's place among the children"])
        if t.dep_ != "ROOT":
            return None
        if re.search(
            r"(?:^|[.!?;:\n—–-]\s*)(?:The )?(?:only|eldest|youngest|first|"
            r"second|third|last|lone|sole) (?:[\w-]+ ){0,2}$",
            left,
            re.IGNORECASE,
        ):
            return Reading(0.7, ["a sentence without a subject; the narrator writes of himself"])
        return None

    def _becoming(self, block: Block, t: Any) -> Reading | None:
        start, end = self.scene.at(block, t)
        if self.scene.frame_at(start).speaker.role != "narrator":
            return None
        left = self.scene.text[max(block.start, start - 40) : start]
        if re.search(
            r"\b[Cc]onfessions? of an? (?:[\w-]+ ){0,3}$|\b(?:[Dd]iary|[Mm]emoirs?|[Nn]otes) of an? (?:[\w-]+ ){0,3}$",
            left,
        ) and self.scene.plain_first(start, min(len(self.scene.text), end + 60)):
            return Reading(0.92, ["the narrator's own account"])
        m = re.search(
            r"(?:^|[.!?]\s+)(?:Being|Becoming|To be) (?:an?|the|some\w+['’]s|"
            r"one's|their|her|his|only) (?:[\w-]+ ){0,2}$",
            left,
        )
        if m and self.scene.plain_first(end, min(len(self.scene.text), end + 250)):
            return Reading(0.92, ["what it is to be that, told by the narrator"])
        return None

    def _interrupted(self, block: Block, t: Any) -> Reading | None:
        """ "She is, they say, the only niece who writes"; "I'm an uncle to six, a godfather to one"."""
        start, _ = self.scene.at(block, t)
        at = block.start + t.sent.start_char
        left = self.scene.text[at:start]
        m = re.search(
            r"(?<![\w])(?P<s>I|he|she|you)(?:['’]m|['’]s|['’]re| am| is|"
            r" was| were| are)\b(?: (?:an?|the)\b[^,;.:!?]*(?:,| and)|\s*,) (?:[^,"
            r";.:!?]{3,40}, ){0,3}(?:and |then |later |and then |and later "
            r"|now )?(?:an?|the|his|her|their) (?:[\w-]+ ){0,2}$",
            left,
            re.IGNORECASE,
        )
        if not m or t.dep_ in ("nsubj", "nsubjpass") and t.head.i > t.i or t.dep_ == "poss":
            return None
        after = list(t.doc[t.i + 1 : t.i + 4])
        if any(x.tag_ in ("VBD", "VBZ") for x in after) and not any(
            x.is_punct or x.lower_ in ("who", "that") for x in after
        ):
            return None  # "… and the man next door lost a thumbnail"
        subject = next((x for x in t.sent if self.scene.at(block, x)[0] == at + m.start("s")), None)
        if subject is None:
            return None
        r = self.reader.means(block, subject)
        return Reading(min(r.confidence, 0.93), ["said of the narrator with a form of be", *r.why])

    def _sort(self, block: Block, t: Any) -> Reading | None:
        """ "What sort of man …?" asked about the narrator; "Lost: one man, answers to Arjun"."""
        start, end = self.scene.at(block, t)
        left, right = self.scene.text[max(block.start, start - 30) : start], self.scene.text[end : end + 60]
        if re.search(r"\b[Ww]hat (?:sort|kind|type|manner) of (?:an? )?(?:[\w-]+ )?$", left):
            return Reading(0.5, ["perhaps the narrator is asked about"])
        if (
            re.search(r"\b[Ww]hat an? (?:[\w-]+ )?$", left)
            and re.match(r" (?:looks?|is|was|does|did|should|can)\b", right)
            and self.scene.plain_first(*self._sentence(block, t))
        ):
            return Reading(0.45, ["perhaps the narrator is the example"])
        frame = self.scene.frame_at(start)
        opened = self.scene.text[block.start : start]
        bracketed = opened.count("(") > opened.count(")")
        if (
            block.kind == "item"
            and frame.speaker.role == "narrator"
            and not bracketed
            and self._listed(block)
            and t.tag_ != "NNS"
        ):
            return Reading(0.9, ["one of the names that the narrator is called"])
        if (
            frame.kind == "quote"
            and frame.speaker.role != "narrator"
            and t.dep_ in ("ROOT", "npadvmod", "nsubj", "dep")
            and re.search(
                r"(?:^|[.!?]\s+)(?:[Ff]irst|[Ss]econd|[Aa]nother|[Nn]ew|[Nn]ext|[Pp]oor|[Ll]ucky|[Pp]roud) $",
                self.scene.text[frame.start : start],
            )
        ):
            return Reading(0.45, ["perhaps the narrator is meant"])
        if frame.speaker.role == "narrator" and re.search(
            r"\bI(?:['’]m| am| was)\b(?: [\w-]+){0,3} (?:too|so|as|how|quite)(?: [\w-]+){1,5} an? $",
            self.scene.text[max(block.start, start - 70) : start],
        ):
            return Reading(0.93, ["said of the narrator with a form of be"])
        said = self.scene.text[max(block.start, block.start + t.sent.start_char) : start]
        if (
            frame.speaker.role == "narrator"
            and re.search(r"(?<!\w)I(?:['’]m| am| was|['’]ve been)\b[^.;!?]*(?:,| and| or| but) (?:an? )?$", said)
            and re.match(r" to (?:the|my|his|her|their|all|every|six|seven|\w+s)\b", right)
        ):
            return Reading(0.9, ["what the narrator is to others"])
        loose = t.dep_ in ("appos", "npadvmod", "attr", "conj", "dep", "ROOT", "dobj", "pobj", "nsubj")
        beside = re.search(r"(?P<b>[\w'’-]+), (?:an?|the) (?:[\w'’-]+ ){1,3}$", said)
        if (
            frame.speaker.role == "narrator"
            and loose
            and beside
            and re.search(r"(?<!\w)I(?!\w)", said)
            and not self._person_word(block, start, beside["b"])
            and re.match(r"(?: (?:of|with|in|at|from)\b[^,.;]{1,30})?[,.;!]", right)
            and not re.search(r"\b(?:he|she|they)\b", said)
        ):
            return Reading(0.9, ["stands beside what the narrator does"])
        if frame.speaker.role == "narrator" and re.search(
            r"(?:^|[:.!?\n]\s*|\]\s*)(?:no longer|still|now|officially|finally|again|not) "
            r"(?:an?|the|their|his|her) (?:[\w-]+ )?$",
            said,
            re.I,
        ):
            return Reading(0.6, ["a note to oneself without a subject"])
        if (
            frame.speaker.role == "narrator"
            and re.fullmatch(r"\W*(?:[Tt]he|[Hh]is|[Hh]er|[Tt]heir|[Aa]n?) (?:[\w-]+ )?", said)
            and re.match(r",? I (?:said|say|answered|replied|told|wrote)\b", right)
        ):
            return Reading(0.9, ["the narrator says who it is"])
        name = re.match(
            r"[^.!?\n]{0,50}?(?<!also )\b(?:called|named|answers to|name of|known as)\s+(?:the name of\s+)?", right
        )
        if name and any(m.head and m.confidence > 0.9 and m.start == end + name.end() for m in self.scene.mentions):
            return Reading(0.9, ["the narrator's name follows"])
        return None

    def _person_word(self, block: Block, start: int, word: str) -> bool:
        """Whether the word before the comma is a person, or "a fare" who may be one: what follows is said of it."""
        if word.casefold() in _TIMES:
            return False
        doc = self.scene.doc(block)
        here = [x for x in doc if block.start + x.idx < start and x.text == word]
        if here and here[-1].pos_ in ("NOUN", "PROPN") and any(c.dep_ in ("det", "poss") for c in here[-1].children):
            return True
        return (
            word[:1].isupper()
            or lexicon.is_role(word)
            or word.casefold() in ("him", "her", "them", "one", "it", "you", "us")
        )

    def _listed(self, block: Block) -> bool:
        """Whether the list that the item belongs to says how the narrator is called."""
        for earlier in reversed(self.scene.blocks[: block.index]):
            if (
                earlier.kind == "item"
                and not self.scene.text[earlier.start :].lstrip("*_ ").startswith("**")
                and re.match(r"\s*(?:[-+•]|\*\s|\d)", self.scene.text[earlier.start : earlier.end])
            ):
                continue
            head = self.scene.text[earlier.start : earlier.end]
            return (
                re.search(
                    r"\b(?:names?|titles?|words)\b.*\b(?:for|call\w*|use\w*) me\b|\b(?:call\w*|address\w*) me\b"
                    r"|\bI (?:am|was|have been) called\b|\bwhat .*\bcalls? me\b",
                    head,
                    re.I,
                )
                is not None
            )
        return False

    def _pair(self, block: Block, t: Any) -> Reading | None:
        """ "We walked on, father and son." """
        start, end = self.scene.at(block, t)
        left = self.scene.text[max(block.start, start - 20) : start]
        right = self.scene.text[end : end + 20]
        low = t.lower_
        after = low in ("son", "daughter") and re.search(
            r"(?:^|[,;—–-] ?|\bas )(?:the )?(?:father|mother|parent) and $", left, re.IGNORECASE
        )
        kin = low in ("brother", "sister") and (
            re.search(r"(?:[,;—–-] ?|\bas )(?:brother|sister) and $", left, re.IGNORECASE)
            or re.match(r" and (?:brother|sister)\b", right)
            and re.search(r"(?:[,;—–-] ?|\bas )$", left)
        )
        if (after or kin) and self.scene.frame_at(start).speaker.role == "narrator":
            s, e = self._sentence(block, t)
            ours = re.search(
                r"\b(?:we|us|our|I and|and I|my (?:father|mother|sister|brother|dad|mum|papa))\b",
                self.scene.text[s:e],
                re.IGNORECASE,
            )
            return Reading(
                0.9 if ours else 0.5, ["the narrator and a parent" if after else "the narrator and a sibling"]
            )
        return None

    def _sentence(self, block: Block, t: Any) -> tuple[int, int]:
        return block.start + t.sent.start_char, block.start + t.sent.end_char
