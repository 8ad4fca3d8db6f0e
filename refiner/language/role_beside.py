"""Nouns beside the narrator: "me, a grown man", "the boy I was", "that boy is me", "Good boy!"."""

from __future__ import annotations

import re
from typing import Any

from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.language.evidence import ANIMAL, EPITHETS, Reading
from refiner.language.reader import Reader
from refiner.language.scene import Scene


class Beside:
    """Ties of a noun that stands beside the narrator's name or pronoun. A reading each, or None."""

    scene: Scene
    reader: Reader

    def _apposition(self, block: Block, t: Any) -> Reading | None:
        if t.tag_ in ("NNS", "NNPS"):
            return None
        scene = self.scene
        if t.dep_ == "appos":
            r = self.reader.means(block, t.head)
            near = all(
                x.is_punct or x.pos_ in ("DET", "ADJ", "ADV", "NUM") or x.head.i == t.i
                for x in t.doc[t.head.i + 1 : t.i]
            )
            if r.confidence > 0.5 and near:
                return Reading(r.confidence, ["stands beside the narrator", *r.why])
        for c in t.children:
            if c.dep_ == "appos":
                r = self.reader.means(block, c)
                if r.confidence > 0.5 and (c.lower_ in ("i", "me") or scene.is_name(*scene.at(block, c))):
                    return Reading(r.confidence, ["stands beside the narrator", *r.why])
        start, end = scene.at(block, t)
        follows = re.match(r",?[ \t]+", scene.text[end : end + 3])
        name = next((m for m in scene.mentions if m.head and follows and m.start == end + len(follows[0])), None)
        if (
            name is not None
            and (follows and "," not in follows[0])
            and not any(
                c.dep_ == "poss"
                and self.reader.means(block, c).confidence > 0.5
                and c.lower_ == "my"
                and scene.frame_at(start).speaker.role == "narrator"
                for c in t.children
            )
        ):
            return Reading(0.96, ["the narrator's name follows"])
        left = scene.text[max(block.start, start - 40) : start]
        if (
            re.search(r"\b(?:I|me|myself),? \(?(?:as )?(?:a|an|the|their|his|her|its|our)(?: [\w-]+){0,3} $", left)
            and re.match(r"[^.]{0,40}?[,.)!;—–-]", scene.text[end:])
            and "," in left
        ):
            frame = scene.frame_at(start)
            if frame.speaker.role == "narrator" and t.dep_ in ("appos", "npadvmod", "attr", "conj", "dep", "ROOT"):
                return Reading(0.9, ["stands beside the narrator"])
        return None

    def _relative(self, block: Block, t: Any) -> Reading | None:
        for c in t.children:
            if c.dep_ in ("relcl", "acl"):
                verb = c
                subject = next((x for x in verb.children if x.dep_ == "nsubj"), None)
                if subject is None or subject.lower_ in ("who", "that"):
                    continue
                if any(
                    x.dep_ == "prep" and not any(y.dep_ in ("pobj", "pcomp") for y in x.children) for x in verb.subtree
                ):
                    continue  # "a man I'd been at school with"
                used = verb.lemma_ == "use" and any(x.lemma_ in ("be",) for x in verb.subtree if x.i > verb.i)
                want = verb.lemma_ in ("want", "hope", "try", "pretend", "have", "wish", "need", "grow") and any(
                    x.lemma_ in ("be", "become") for x in verb.children
                )
                if (
                    verb.lemma_ in ("be", "become")
                    and not any(
                        x.dep_ in ("attr", "acomp", "prep") and x.i > verb.i and x.pos_ in ("NOUN", "ADJ")
                        for x in verb.children
                    )
                    or used
                    or want
                ):
                    r = self.reader.means(block, subject)
                    return Reading(r.confidence, ["what the narrator was or became", *r.why])
        return None

    def _is_me(self, block: Block, t: Any) -> Reading | None:
        end = self.scene.at(block, t)[1]
        if (
            re.match(
                r",? \(?(?:that['’]?s|that is|which is|which was|i\.e\.|namely|meaning) me\b",
                self.scene.text[end : end + 24],
            )
            and self.scene.frame_at(end - 1).speaker.role == "narrator"
        ):
            return Reading(0.95, ["the narrator says: me"])
        if (
            re.match(
                r"(?: [\w'’-]+){0,9},? (?:is|was|must be|must have been|"
                r"would be|had been|['’]s) (?:me|myself)\b(?! who| that)",
                self.scene.text[end : end + 90],
            )
            and self.scene.frame_at(end - 1).speaker.role == "narrator"
        ):
            return Reading(0.93, ["it is said that this is the narrator"])
        if t.dep_ not in ("nsubj", "nsubjpass", "attr") or t.head.lemma_ != "be":
            return None
        for c in t.head.children:
            if (
                c.i > t.head.i
                and c.dep_ in ("attr", "dobj", "oprd", "acomp", "npadvmod")
                and c.lower_ in ("me", "i", "myself")
            ):
                r = self.reader.means(block, c)
                return Reading(min(r.confidence, 0.95), ["it is said that this is the narrator"])
        return None

    def _like_me(self, block: Block, t: Any) -> Reading | None:
        start, end = self.scene.at(block, t)
        m = re.match(
            r"(?: [\w-]+)? (?:like me|such as me|such as I|of my (?:age|"
            r"kind|size|sort|generation|years|age-group)|my (?:age|size)|"
            r"as (?:\w+) as (?:me|I))\b",
            self.scene.text[end : end + 40],
        )
        if m and self.scene.frame_at(start).speaker.role == "narrator":
            if t.head.lemma_ in ("meet", "marry", "love", "see", "know", "find") and t.dep_ == "dobj":
                return None
            return Reading(0.92 if "like" in m[0] or "such" in m[0] else 0.7, ["of the narrator's kind"])
        return None

    def _own(self, block: Block, t: Any) -> Reading | None:
        if t.lower_ in ("boyhood", "girlhood", "manhood", "womanhood"):
            for c in t.children:
                if c.dep_ == "poss":
                    return self.reader.means(block, c)
            start, _ = self.scene.at(block, t)
            if self.scene.frame_at(start).speaker.role == "narrator" and self.scene.plain_first(
                *(block.start + t.sent.start_char, block.start + t.sent.end_char)
            ):
                return Reading(0.7, ["the narrator tells of those years"])
        return None

    def _exclaimed(self, block: Block, t: Any) -> Reading | None:
        """ "Good boy!", "What a clever girl", "my brave boy" said to the narrator."""
        start, end = self.scene.at(block, t)
        frame = self.scene.frame_at(start)
        if (
            frame.kind == "base"
            or frame.speaker.role == "narrator"
            or t.lower_ not in EPITHETS
            and lexicon.noun(t.lower_, self.scene.gender) is None
        ):
            return None
        left = self.scene.text[max(frame.start, start - 30) : start]
        if not re.match(r"\s*(?:[!.?,\"”*_…]|$)", self.scene.text[end : end + 2]):
            return None
        if re.search(
            r"(?:^|[.!?,]\s*|[\"“]\s*)(?:oh,? |ah,? |my |what an? |such an? "
            r")?(?:(?:my|dear|old|[a-z]+) ){0,2}$"
            , left, re.IGNORECASE) and all(
            c.pos_ in ("ADJ", "ADV", "DET", "PRON", "ADP", "PUNCT", "INTJ", "PROPN") for c in t.children
        ):  # fmt: skip
            modified = [c for c in t.children if c.pos_ == "ADJ" or c.lower_ in ("my", "what", "such")]
            if modified or re.search(
                r"\b(?:good|bad|clever|brave|naughty|silly|honest|poor|lucky|stupid|foolish|mad|smart|sweet|dear) $",
                left,
                re.IGNORECASE,
            ):
                if ANIMAL.search(self.scene.text[max(0, frame.start - 120) : frame.end + 120]):
                    return Reading(0.5, ["an animal is near"])
                r = self.reader.you(start)
                owner = any(c.lower_ == "my" for c in t.children)
                return Reading(
                    r.confidence if not owner else min(r.confidence, 0.9), ["called out to the narrator", *r.why]
                )
        return None
