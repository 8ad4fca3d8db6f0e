"""What the narrator is: "I was the only boy", "as a man", "me, the eldest son", "the boy I was", "Arjun, a lad of ten"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.language.inflect import fix_article, match_case
from refiner.language.reader import Reader
from refiner.language.resolve import EPITHETS, Reading
from refiner.language.scene import Proposal, Scene

_PARTITIVE = {"much", "kind", "sort", "type", "bit", "more", "little", "lot", "something", "anything", "example", "picture", "model", "one", "less", "half"}
_INTO = {"grow", "turn", "develop", "blossom", "mature", "change", "make"}
_AS_OBJECT = {"regard", "see", "treat", "know", "describe", "introduce", "dress", "disguise", "adopt", "accept", "love", "raise", "bring", "consider", "count", "remember", "think", "use", "take", "employ", "hire", "present", "want", "need", "mistake", "list", "register", "put", "mark"}
_ORDINAL = re.compile(r"\b(second|third|fourth|fifth|sixth|2nd|3rd|4th|5th|next|middle|last)\b", re.IGNORECASE)
_SUPER = re.compile(r"\b(eldest|oldest|youngest|elder|older|younger|first|firstborn|first-born)\b", re.IGNORECASE)


def nouns(scene: Scene, reader: Reader) -> Iterator[tuple[Block, Any, lexicon.Word]]:
    """Every gendered noun of the old gender that is no fixed phrase, with its block and entry."""
    for block in scene.blocks:
        body = scene.text[block.start : block.end]
        if not any(lexicon.noun(w, scene.gender) for w in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", body)):
            continue
        for t in scene.doc(block):
            low = t.lower_
            if low in ("fellow", "fellows") and t.text[0].isupper() and not t.is_sent_start:
                continue  # a Fellow of a college
            entry = lexicon.noun(low, scene.gender)
            if entry is None or t.pos_ == "VERB" and not low.endswith("boy") or t.tag_ == "UH":
                continue
            start, end = scene.at(block, t)
            if reader.fixed(start, end) or scene.is_name(start, end):
                continue
            if _hyphenated(scene.text, start, end) and extent(scene, block, t)[1] == end:
                continue
            if t.dep_ == "compound" and t.head.i == t.i + 1 and t.head.pos_ == "NOUN" and not lexicon.is_role(t.head.lower_):
                continue
            yield block, t, entry


def _hyphenated(text: str, start: int, end: int) -> bool:
    return text[start - 1 : start] == "-" or text[end : end + 1] == "-"


def extent(scene: Scene, block: Block, token: Any) -> tuple[int, int, lexicon.Word | None]:
    """The whole of a hyphenated kin term ("daughter-in-law") that begins at the token."""
    start, end = scene.at(block, token)
    m = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+").match(scene.text, start)
    if m and (entry := lexicon.noun(m[0], scene.gender)):
        return start, m.end(), entry
    return start, end, lexicon.noun(token.lower_, scene.gender)


def replacement(scene: Scene, start: int, end: int, entry: lexicon.Word) -> tuple[int, int, str, tuple[str, ...]]:
    """Span, text, and other texts that may stand there. "third son" becomes "third child": the elder ones stay sons."""
    text = scene.text
    before = text[start:end]
    after = match_case(before, entry.after)
    single = lexicon.neutral(before)
    left = text[max(0, start - 24) : start]
    if before.casefold() in ("fellow", "chap", "fella") and re.search(r"\b(?:little|small|young|wee)\s+$", left, re.IGNORECASE):
        after = match_case(before, "girl")
    if entry.kind == "kin" and single in ("child", "grandchild") and not entry.plural:
        rank = _ORDINAL.search(left.split(",")[-1])
        if rank and re.search(rf"\b{rank[0]}\s+$", left):
            return start, end, match_case(before, single), (after,)
    at, written = fix_article(text, start, before, after)
    return at, end, written, ((match_case(before, single),) if single else ())


class Roles:
    """Proposes edits for nouns that say what the narrator is."""

    def __init__(self, scene: Scene, reader: Reader) -> None:
        self.scene, self.reader = scene, reader

    def run(self) -> Iterator[Proposal]:
        for block, t, _ in nouns(self.scene, self.reader):
            start, end, entry = extent(self.scene, block, t)
            if entry is None:
                continue
            rule, r = self.link(block, t)
            if r.confidence < 0.35:
                continue
            if entry.kind == "role" and t.dep_ in ("compound",):
                continue
            confidence = r.confidence
            at, to, after, options = replacement(self.scene, start, end, entry)
            left = self.scene.text[max(0, start - 24) : start]
            if entry.plural and rule not in ("group", "like-me"):
                confidence = min(confidence, 0.8)
            if entry.kind == "kin" and lexicon.neutral(t.text) and _SUPER.search(left.split(",")[-1].split(".")[-1]):
                confidence = min(confidence, 0.97)
            yield Proposal(at, to, after, f"role-{rule}", "; ".join(r.why[:2]) or "says what the narrator is", confidence, tuple(r.why), options=options)

    def link(self, block: Block, t: Any) -> tuple[str, Reading]:
        """How the noun is tied to the narrator: the name of the pattern and its reading."""
        best = ("none", Reading(0.0))
        for name, check in (
            ("predicate", self._predicate), ("as", self._as), ("apposition", self._apposition), ("relative", self._relative),
            ("is-me", self._is_me), ("like-me", self._like_me), ("own", self._own), ("exclaimed", self._exclaimed), ("epithet", self._epithet),
            ("fragment", self._fragment), ("becoming", self._becoming), ("interrupted", self._interrupted), ("sort", self._sort), ("pair", self._pair),
        ):  # fmt: skip
            r = check(block, t)
            if r is not None and r.confidence > best[1].confidence:
                best = (name, r)
        return best

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
        if t.dep_ in ("oprd", "dobj", "ccomp", "attr", "xcomp") and verb.lemma_ in ("call", "name", "make", "consider", "raise", "declare", "find", "think", "term", "label", "brand", "stay", "remain", "become", "feel", "die", "play", "act", "bear", "crown", "elect", "appoint", "be", "seem", "look", "stop", "marry"):
            return self._object_predicate(block, t, verb)
        if t.dep_ == "dobj" and verb.lemma_ in ("be", "become"):
            return self.reader.verb_reading(block, verb)
        if t.dep_ in ("nsubj", "ccomp") and verb.pos_ in ("NOUN", "ADJ", "PRON") and False:
            return None
        return None

    def _object_predicate(self, block: Block, t: Any, verb: Any) -> Reading | None:
        passive = any(c.dep_ in ("nsubjpass", "auxpass") for c in verb.children)
        if verb.lemma_ in ("stay", "remain", "become", "feel", "die", "be", "seem", "look", "stop") or passive:
            return self.reader.verb_reading(block, verb)
        if verb.lemma_ in ("play", "act"):
            r = self.reader.verb_reading(block, verb)
            return Reading(min(r.confidence, 0.7), ["the narrator plays that part", *r.why]) if r.confidence > 0.5 else None
        if verb.lemma_ in ("bear", "marry"):
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
            about = next((o for c in head.children if c.dep_ == "prep" and c.lower_ in ("of", "about", "to") and c.i < prep.i for o in c.children if o.dep_ == "pobj"), None)
            if about is not None and head.lemma_ in ("hear", "speak", "think", "talk", "know", "refer", "write", "tell", "read", "dream", "look"):
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
                return Reading(min(r.confidence, 0.45), ["a comparison"]) if t.lower_ in ("boy", "man", "girl", "woman") and indefinite and r.confidence > 0.8 and not any(c.dep_ in ("relcl", "prep", "amod", "acl") for c in t.children) else None
            if prep.lower_ == "for":
                return r if r.confidence > 0.8 and prep.i < head.i and any(c.lower_ in ("a", "an") for c in t.children) else None
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

    def _apposition(self, block: Block, t: Any) -> Reading | None:
        scene = self.scene
        if t.dep_ == "appos":
            r = self.reader.means(block, t.head)
            if r.confidence > 0.5:
                return Reading(r.confidence, ["stands beside the narrator", *r.why])
        for c in t.children:
            if c.dep_ == "appos":
                r = self.reader.means(block, c)
                if r.confidence > 0.5 and (c.lower_ in ("i", "me") or scene.is_name(*scene.at(block, c))):
                    return Reading(r.confidence, ["stands beside the narrator", *r.why])
        start, end = scene.at(block, t)
        follows = re.match(r",?[ \t]+", scene.text[end : end + 3])
        name = next((m for m in scene.mentions if m.head and follows and m.start == end + len(follows[0])), None)
        if name is not None and (follows and "," not in follows[0]) and not any(c.dep_ == "poss" and self.reader.means(block, c).confidence > 0.5 and c.lower_ == "my" and scene.frame_at(start).speaker.role == "narrator" for c in t.children):
            return Reading(0.96, ["the narrator's name follows"])
        left = scene.text[max(block.start, start - 40) : start]
        if re.search(r"\b(?:I|me|myself),? \(?(?:as )?(?:a|an|the|their|his|her|its|our)(?: [\w-]+){0,3} $", left) and re.match(r"[^.]{0,40}?[,.)!;—–-]", scene.text[end:]) and "," in left:
            frame = scene.frame_at(start)
            if frame.speaker.role == "narrator" and t.dep_ in ("appos", "npadvmod", "attr", "conj", "dep", "ROOT"):
                return Reading(0.9, ["stands beside the narrator"])
        return None

    def _relative(self, block: Block, t: Any) -> Reading | None:
        for c in t.children:
            if c.dep_ == "relcl" or c.dep_ == "acl":
                verb = c
                subject = next((x for x in verb.children if x.dep_ == "nsubj"), None)
                if subject is None or subject.lower_ in ("who", "that"):
                    continue
                used = verb.lemma_ == "use" and any(x.lemma_ in ("be",) for x in verb.subtree if x.i > verb.i)
                want = verb.lemma_ in ("want", "hope", "try", "pretend", "have", "wish", "need", "grow") and any(x.lemma_ in ("be", "become") for x in verb.children)
                if verb.lemma_ in ("be", "become") and not any(x.dep_ in ("attr", "acomp", "prep") and x.i > verb.i and x.pos_ in ("NOUN", "ADJ") for x in verb.children) or used or want:
                    r = self.reader.means(block, subject)
                    return Reading(r.confidence, ["what the narrator was or became", *r.why])
        return None

    def _is_me(self, block: Block, t: Any) -> Reading | None:
        if t.dep_ not in ("nsubj", "nsubjpass", "attr") or t.head.lemma_ != "be":
            return None
        for c in t.head.children:
            if c.i > t.head.i and c.dep_ in ("attr", "dobj", "oprd", "acomp", "npadvmod") and c.lower_ in ("me", "i", "myself"):
                r = self.reader.means(block, c)
                return Reading(min(r.confidence, 0.95), ["it is said that this is the narrator"])
        return None

    def _like_me(self, block: Block, t: Any) -> Reading | None:
        start, end = self.scene.at(block, t)
        m = re.match(r"(?: [\w-]+)? (?:like me|such as me|such as I|of my (?:age|kind|size|sort|generation|years|age-group)|my (?:age|size)|as (?:\w+) as (?:me|I))\b", self.scene.text[end : end + 40])
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
            if self.scene.frame_at(start).speaker.role == "narrator" and self.scene.plain_first(*self._sentence(block, t)):
                return Reading(0.7, ["the narrator tells of those years"])
        return None

    def _exclaimed(self, block: Block, t: Any) -> Reading | None:
        """ "Good boy!", "What a clever girl", "my brave boy" said to the narrator."""
        start, end = self.scene.at(block, t)
        frame = self.scene.frame_at(start)
        if frame.kind == "base" or frame.speaker.role == "narrator" or t.lower_ not in EPITHETS and lexicon.noun(t.lower_, self.scene.gender) is None:
            return None
        left = self.scene.text[max(frame.start, start - 30) : start]
        if not re.match(r"\s*(?:[!.?,\"”*_…]|$)", self.scene.text[end : end + 2]):
            return None
        if re.search(r"(?:^|[.!?,]\s*|[\"“]\s*)(?:oh,? |ah,? |my |what an? |such an? )?(?:(?:my|dear|old|[a-z]+) ){0,2}$", left, re.IGNORECASE) and all(
            c.pos_ in ("ADJ", "ADV", "DET", "PRON", "ADP", "PUNCT", "INTJ", "PROPN") for c in t.children
        ):  # fmt: skip
            modified = [c for c in t.children if c.pos_ == "ADJ" or c.lower_ in ("my", "what", "such")]
            if modified or re.search(r"\b(?:good|bad|clever|brave|naughty|silly|honest|poor|lucky|stupid|foolish|mad|smart|sweet|dear) $", left, re.IGNORECASE):
                r = self.reader.you(start)
                owner = any(c.lower_ == "my" for c in t.children)
                return Reading(r.confidence if not owner else min(r.confidence, 0.9), ["called out to the narrator", *r.why])
        return None

    def _epithet(self, block: Block, t: Any) -> Reading | None:
        start, _ = self.scene.at(block, t)
        return self.reader.quoted.get(start)

    def _fragment(self, block: Block, t: Any) -> Reading | None:
        """ "Only boy in the class." — a sentence without a verb in a diary."""
        start, end = self.scene.at(block, t)
        if self.scene.frame_at(start).speaker.role != "narrator" or t.dep_ != "ROOT":
            return None
        left = self.scene.text[max(block.start, start - 40) : start]
        if re.search(r"(?:^|[.!?;:\n—–-]\s*)(?:The )?(?:only|eldest|youngest|first|second|third|last|lone|sole) (?:[\w-]+ ){0,2}$", left, re.IGNORECASE):
            return Reading(0.7, ["a sentence without a subject; the narrator writes of himself"])
        if re.search(r"\b(?:[Cc]onfessions?|[Dd]iary|[Mm]emoirs?|[Nn]otes|[Mm]emories|[Ll]ife) of an? (?:[\w-]+ ){0,2}$", left):
            return Reading(0.9, ["the narrator's own account"])
        return None

    def _becoming(self, block: Block, t: Any) -> Reading | None:
        start, end = self.scene.at(block, t)
        if self.scene.frame_at(start).speaker.role != "narrator":
            return None
        left = self.scene.text[max(block.start, start - 40) : start]
        if re.search(r"\b[Cc]onfessions? of an? (?:[\w-]+ ){0,3}$|\b(?:[Dd]iary|[Mm]emoirs?|[Nn]otes) of an? (?:[\w-]+ ){0,3}$", left) and self.scene.plain_first(start, min(len(self.scene.text), end + 60)):
            return Reading(0.92, ["the narrator's own account"])
        m = re.search(r"(?:^|[.!?]\s+)(?:Being|Becoming|To be) (?:an?|the|some\w+['’]s|one's|their|her|his|only) (?:[\w-]+ ){0,2}$", left)
        if m and self.scene.plain_first(end, min(len(self.scene.text), end + 250)):
            return Reading(0.92, ["what it is to be that, told by the narrator"])
        return None

    def _interrupted(self, block: Block, t: Any) -> Reading | None:
        """ "He is, she tells everyone, the only grandson who listens"; "I'm an uncle to six, a godfather to one"."""
        start, _ = self.scene.at(block, t)
        at = block.start + t.sent.start_char
        left = self.scene.text[at:start]
        m = re.search(r"(?<![\w])(?P<s>I|he|she|you)(?:['’]m|['’]s|['’]re| am| is| was| were| are)\b(?: (?:an?|the)\b[^,;.:!?]*|\s*), (?:[^,;.:!?]{3,40}, )?(?:and )?(?:an?|the|his|her|their) (?:[\w-]+ ){0,2}$", left, re.IGNORECASE)
        if not m:
            return None
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
        name = re.match(r"[^.!?\n]{0,50}?\b(?:called|named|answers to|name of|known as)\s+(?:the name of\s+)?", right)
        if name and any(m.head and m.start == end + name.end() for m in self.scene.mentions):
            return Reading(0.9, ["the narrator's name follows"])
        return None

    def _pair(self, block: Block, t: Any) -> Reading | None:
        """ "We walked on, father and son." """
        start, end = self.scene.at(block, t)
        left = self.scene.text[max(block.start, start - 20) : start]
        right = self.scene.text[end : end + 20]
        low = t.lower_
        after = low in ("son", "daughter") and re.search(r"(?:^|[,;—–-] ?|\bas )(?:the )?(?:father|mother|parent) and $", left, re.IGNORECASE)
        kin = low in ("brother", "sister") and (re.search(r"(?:[,;—–-] ?|\bas )(?:brother|sister) and $", left, re.IGNORECASE) or re.match(r" and (?:brother|sister)\b", right) and re.search(r"(?:[,;—–-] ?|\bas )$", left))
        if (after or kin) and self.scene.frame_at(start).speaker.role == "narrator":
            s, e = self._sentence(block, t)
            ours = re.search(r"\b(?:we|us|our|I and|and I|my (?:father|mother|sister|brother|dad|mum|papa))\b", self.scene.text[s:e], re.IGNORECASE)
            return Reading(0.9 if ours else 0.5, ["the narrator and a parent" if after else "the narrator and a sibling"])
        return None

    def _sentence(self, block: Block, t: Any) -> tuple[int, int]:
        return block.start + t.sent.start_char, block.start + t.sent.end_char
