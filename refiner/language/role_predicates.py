"""Predicates of the narrator: "I was the only boy", "as a man", "called me a good boy", by the parse."""

from __future__ import annotations

import re
from typing import Any

from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.language.evidence import Reading
from refiner.language.reader import Reader
from refiner.language.scene import Scene

_PARTITIVE = {
    "much",
    "kind",
    "sort",
    "type",
    "bit",
    "more",
    "little",
    "lot",
    "something",
    "anything",
    "example",
    "picture",
    "model",
    "one",
    "less",
    "half",
}
_INTO = {"grow", "turn", "develop", "blossom", "mature", "change", "make"}
_AS_OBJECT = {
    "regard",
    "see",
    "treat",
    "know",
    "describe",
    "introduce",
    "dress",
    "disguise",
    "adopt",
    "accept",
    "love",
    "raise",
    "bring",
    "consider",
    "count",
    "remember",
    "think",
    "use",
    "take",
    "employ",
    "hire",
    "present",
    "want",
    "need",
    "mistake",
    "list",
    "register",
    "put",
    "mark",
}


class Predicates:
    """Ties of a noun to the narrator through a verb or "as". A reading each, or None where there is no tie."""

    scene: Scene
    reader: Reader

    def _climb(self, t: Any) -> Any:
        """From "uncle" in "much of an uncle" to "much", from a conjunct to the first of its row."""
        for _ in range(3):
            if t.dep_ in ("conj", "appos") and t.head.pos_ in ("NOUN", "PROPN", "ADJ") and t.head.i < t.i:
                t = t.head
            elif t.dep_ == "pobj" and t.head.lower_ == "of" and t.head.head.lower_ in _PARTITIVE:
                t = t.head.head
            else:
                break
        return t

    def _predicate(self, block: Block, t: Any) -> Reading | None:
        t = self._climb(t)
        verb = t.head
        if t.dep_ in ("attr", "acomp") and verb.pos_ in ("AUX", "VERB"):
            if any(c.lower_ in ("there", "it") and c.dep_ == "expl" for c in verb.children):
                return None
            r = self.reader.verb_reading(block, verb)
            return Reading(r.confidence, ["said of the narrator with a form of be", *r.why]) if r.confidence else None
        if t.dep_ in ("oprd", "dobj", "ccomp", "attr", "xcomp") and verb.lemma_ in (
            "call",
            "name",
            "make",
            "consider",
            "raise",
            "declare",
            "find",
            "think",
            "term",
            "label",
            "brand",
            "stay",
            "remain",
            "become",
            "feel",
            "die",
            "play",
            "act",
            "bear",
            "crown",
            "elect",
            "appoint",
            "bring",
            "be",
            "seem",
            "look",
            "stop",
            "marry",
        ):
            return self._object_predicate(block, t, verb)
        if t.dep_ == "dobj" and verb.lemma_ in ("be", "become"):
            return self.reader.verb_reading(block, verb)
        return None

    def _object_predicate(self, block: Block, t: Any, verb: Any) -> Reading | None:
        passive = any(c.dep_ in ("nsubjpass", "auxpass") for c in verb.children)
        if verb.lemma_ == "bring" and not passive:
            return None
        if verb.lemma_ in ("stay", "remain", "become", "feel", "die", "be", "seem", "look", "stop") or passive:
            return self.reader.verb_reading(block, verb)
        if verb.lemma_ in ("play", "act"):
            r = self.reader.verb_reading(block, verb)
            return (
                Reading(min(r.confidence, 0.7), ["the narrator plays that part", *r.why])
                if r.confidence > 0.5
                else None
            )
        if verb.lemma_ in ("bear", "marry"):
            return None
        if verb.lemma_ == "make" and not any(c.dep_ in ("dobj", "dative") and c.i != t.i for c in verb.children):
            if any(c.tag_ == "MD" for c in verb.children) and any(c.pos_ == "ADJ" for c in t.children):
                return self.reader.verb_reading(block, verb)  # "I'd make a decent tradesman"
            return None
        for c in verb.children:
            if c.dep_ in ("dobj", "dative", "nsubj") and c.i != t.i and verb.i < c.i < t.i:
                r = self.reader.means(block, c)
                return Reading(r.confidence, ["the narrator is called that", *r.why])
            if c.dep_ == "prep" and c.lower_ == "of" and c.i > t.i:
                for o in c.children:
                    if o.dep_ == "pobj":
                        return self.reader.means(block, o)
        for c in t.children:  # "called me a good boy" read as one noun phrase; "make a man of you"
            if c.lower_ == "me" and c.i < t.i:
                return self.reader.means(block, c)
            if c.dep_ == "prep" and c.lower_ == "of":
                for o in c.children:
                    if o.dep_ == "pobj" and o.lower_ in ("me", "you", "him", "her"):
                        return self.reader.means(block, o)
        return None

    def _as(self, block: Block, t: Any) -> Reading | None:
        t = self._climb(t)
        prep = t.head
        start = self.scene.at(block, t)[0]
        left, right = (
            self.scene.text[max(block.start, start - 40) : start],
            self.scene.text[self.scene.at(block, t)[1] :][:4],
        )
        if re.search(r"(?:^|[.!?]\s+)As (?:an?|the|their|our|his|her) (?:[\w-]+ ){0,3}$", left) and re.match(
            r",? I(?!\w)", right
        ):
            mine = self.scene.frame_at(start).speaker.role == "narrator"
            return Reading(0.97, ['"as a …" and then "I"']) if mine else None
        behind = self.scene.text[self.scene.at(block, t)[1] :][:60]
        if re.search(r"(?:^|[.!?;]\s+)[Aa]s (?:an?|the|their|our|his|her) (?:[\w-]+ ){0,3}$", left) and re.match(
            r" (?:with|in|of|at|from|on|who|without)\b[^.;!?]{2,45}?,? I(?!\w)", behind
        ):
            mine = self.scene.frame_at(start).speaker.role == "narrator"
            return Reading(0.95, ['"as a …" and then "I"']) if mine else None
        if t.dep_ != "pobj" or prep.lower_ not in ("as", "like", "for", "into"):
            return None
        head = prep.head
        if prep.lower_ == "into":
            if head.lemma_ not in _INTO:
                return None
            for c in head.children:
                if c.dep_ == "dobj" and c.i < prep.i:
                    return self.reader.means(block, c)
            return self.reader.verb_reading(block, head)
        while head.dep_ == "prep" and head.head.i != head.i:
            head = head.head
        if head.pos_ in ("VERB", "AUX"):
            about = next(
                (
                    o
                    for c in head.children
                    if c.dep_ == "prep" and c.lower_ in ("of", "about", "to") and c.i < prep.i
                    for o in c.children
                    if o.dep_ == "pobj"
                ),
                None,
            )
            if about is not None and head.lemma_ in (
                "hear",
                "speak",
                "think",
                "talk",
                "know",
                "refer",
                "write",
                "tell",
                "read",
                "dream",
                "look",
            ):
                return self.reader.means(block, about)
            if head.lemma_ in _AS_OBJECT:
                for c in head.children:
                    if c.dep_ in ("dobj", "nsubj") and head.i < c.i < prep.i:
                        r = self.reader.means(block, c)
                        if r.confidence:
                            return Reading(min(r.confidence, 0.95), ["the narrator is taken for that", *r.why])
                        return r
                if prep.lower_ == "like" and any(c.dep_ == "nsubjpass" for c in head.children):
                    return self.reader.verb_reading(block, head)
            r = self.reader.verb_reading(block, head)
            if prep.lower_ == "like":
                indefinite = any(c.lower_ in ("a", "an") for c in t.children)
                if (
                    r.confidence > 0.8
                    and any(c.dep_ in ("relcl", "acl") for c in t.children)
                    and head.lemma_ in ("look", "feel", "sound", "seem", "talk", "stand", "walk", "sit", "live")
                ):
                    return Reading(min(r.confidence, 0.9), ["what the narrator is like"])
                return (
                    Reading(min(r.confidence, 0.45), ["a comparison"])
                    if t.lower_ in ("boy", "man", "girl", "woman")
                    and indefinite
                    and r.confidence > 0.8
                    and not any(c.dep_ in ("relcl", "prep", "amod", "acl") for c in t.children)
                    else Reading(0.42, ["a comparison"])
                    if r.confidence > 0.8 and indefinite and lexicon.table(self.scene.gender, ("person",)).get(t.lower_)
                    else None
                )
            if prep.lower_ == "for":
                return (
                    r
                    if r.confidence > 0.8 and prep.i < head.i and any(c.lower_ in ("a", "an") for c in t.children)
                    else None
                )
            if r.confidence < 0.3 and prep.i < head.i and self._dangling(block, t):
                return Reading(0.9, ['"as a …" at the beginning, and the narrator tells of himself'])
            return Reading(r.confidence, [f'"{prep.text} {t.text}" goes with what the narrator does', *r.why])
        if head.pos_ in ("NOUN", "PROPN", "PRON"):
            for c in head.children:
                if c.dep_ == "poss" and prep.lower_ == "as" and not lexicon.is_role(head.lower_):
                    return self.reader.means(block, c)
            if head.lower_ in ("i", "me"):
                return self.reader.means(block, head)
            if prep.lower_ == "as" and head.head.pos_ in ("VERB", "AUX"):
                obj = self.reader.means(block, head)
                if obj.confidence > 0.5:
                    return obj
                r = self.reader.verb_reading(block, head.head)
                return Reading(min(r.confidence, 0.93) if head.dep_ != "nsubj" else 0.3, [*r.why])
        return None

    def _dangling(self, block: Block, t: Any) -> bool:
        """ "As a boy, my world was small": the clause behind it speaks of "my"."""
        sent = t.sent
        if self.scene.frame_at(self.scene.at(block, t)[0]).speaker.role != "narrator":
            return False
        subject = next((c for c in sent.root.children if c.dep_ in ("nsubj", "nsubjpass")), None)
        if subject is not None and lexicon.is_role(subject.lower_):
            return False
        return t.i - sent.start < 6 and any(x.lower_ in ("i", "my", "me", "mine") for x in sent)
