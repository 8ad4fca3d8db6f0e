"""What no rule explains: gendered words for which the text names nobody else. They become questions, never edits.

The other rules look for signs that the narrator is meant. This one runs after them and looks for the opposite, a sign
that somebody else is: a person of that gender before the pronoun, an owner, an "a" that brings in a new person, words
behind the noun that say which man. Where there is none, silence would be a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.language.evidence import EPITHETS, is_predicate, is_vocative
from refiner.language.inflect import match_case, pronoun
from refiner.language.people import Mention
from refiner.language.reader import Reader
from refiner.language.relations import GROUP, whose
from refiner.language.roles import extent, nouns, replacement
from refiner.language.scene import FIRST, Proposal, Scene

ASKED = 0.41  # just enough for a question
NEAR = 3  # sentences in which a pronoun's antecedent is looked for
_NEW = ("a", "an", "another", "some", "any", "no", "every", "each", "one", "which", "what", "two", "whichever")
_LOOSE = (
    "ROOT",
    "npadvmod",
    "appos",
    "dep",
    "intj",
    "conj",
)  # where a noun without a determiner may say what somebody is
_KNOWN = ("the", "that", "this", "such", "these", "those")
_NIECE = re.compile(
    r"\b(?:[Mm]y|[Oo]ur) (?:[\w-]+ )?(?:nephews?|nieces?)\b|\b(?:[Mm]y|[Oo]ur|[Hh]is) (?:[\w-]+ )?(?:brother|sister|cousin)['’]s (?:[\w-]+ )?"
    r"(?:sons?|daughters?|kids?|child|children|boys?|girls?|twins|baby|little)\b"
)
_WE = re.compile(r"(?<![\w'’])(?:we|us|our|ours|ourselves)(?!\w)", re.IGNORECASE)
_MEMBER = re.compile(r"\s+(?:of|in) (?:that|our|the|my)\b")
_GENERIC = re.compile(r"\b(?:he|him|his) (?:who|that)\b", re.IGNORECASE)


class Unexplained:
    """Asks about every singular word of the old gender that neither the narrator's rules nor another person claims."""

    def __init__(self, scene: Scene, reader: Reader) -> None:
        self.scene, self.reader = scene, reader

    def run(self, found: list[Proposal]) -> Iterator[Proposal]:
        """Questions for what `found` (the other rules' proposals, weak ones too) leaves open."""
        taken = [(p.start, p.end) for p in found]
        yield from self._pronouns(taken)
        yield from self._nouns(taken)
        yield from self._groups(taken)
        yield from self._called(found)

    # ---- pronouns --------------------------------------------------------------------------------------------------

    def _pronouns(self, taken: list[tuple[int, int]]) -> Iterator[Proposal]:
        scene = self.scene
        for block in scene.blocks:
            if scene.told[block.index] or block.kind == "chat":
                continue
            here = self.reader.speech.people(block.index)
            for m in here:
                if (
                    not m.pronoun
                    or m.key != "?"
                    or m.gender != scene.gender
                    or m.quoted
                    or scene.frame_at(m.start).kind != "base"
                    or m.start in self.reader.told
                    or _overlaps(taken, m.start, m.end)
                    or self.reader.fixed(m.start, m.end)
                    or _GENERIC.match(scene.text, m.start)
                    or FIRST.search(scene.narration(block)[m.token.sent.start_char : m.token.sent.end_char])
                    or self._antecedent(block, m)
                ):
                    continue
                yield Proposal(
                    m.start,
                    m.end,
                    pronoun(m.token.text, scene.to, m.token.dep_ == "poss"),
                    "open-pronoun",
                    f'nobody else is named before "{m.token.text}"',
                    ASKED,
                    group=f"open:{block.index}",
                )

    def _antecedent(self, block: Block, m: Mention) -> bool:
        """Whether somebody else of that gender, or of none that is said, stands near before it or later beside it."""
        speech = self.reader.speech
        here = speech.people(block.index)
        for p in here:
            if p.start != m.start and self._person(p, m) and (m.sent - NEAR <= p.sent <= m.sent):
                return True
        if m.sent < NEAR:
            for back in range(1, min(block.index, 2) + 1):
                if any(self._person(p, m) for p in speech.people(block.index - back)):
                    return True
        return False

    def _person(self, p: Mention, m: Mention) -> bool:
        if p.key in ("I", "narrator") or p.plural and p.start > m.start or p.token.lower_ in self.kin_names:
            return False
        if p.pronoun:
            return p.gender == m.gender and p.start < m.start
        return p.gender in (None, m.gender) and not (is_predicate(p.token) and self._mine(p))

    def _mine(self, p: Mention) -> bool:
        return any(c.lower_ == "i" for c in p.token.head.children if c.dep_ in ("nsubj", "nsubjpass"))

    @cached_property
    def mine_too(self) -> frozenset[str]:
        """What the narrator says to be: "I am the elder sister", so "the big sister" in another's mouth may be meant."""
        pattern = (
            r"(?<!\w)I(?:['’]m| am| was|['’]ve been| have been),? "
            r"(?:an?|the|his|her|their|also|only|just|[A-Z]\w+['’]s) (?:[\w-]+ ){0,2}(\w+)"
        )
        found = re.findall(pattern, self.scene.text[self.scene.body :])
        return frozenset(w.casefold() for w in found if lexicon.noun(w, self.scene.gender))

    @cached_property
    def kin_names(self) -> frozenset[str]:
        """Kin words before the narrator's own name in somebody else's telling: "My aunt Ambika lives above it"."""
        text = self.scene.text
        heads = [
            m.start for m in self.scene.mentions if m.head and m.confidence > 0.9 and not self.scene.quoted(m.start)
        ]
        found = [re.search(r"\b(?:[Mm]y|[Oo]ur) (?:[\w-]+ )?(\w+) $", text[max(0, at - 30) : at]) for at in heads]
        return frozenset(m[1].casefold() for m in found if m and lexicon.noun(m[1], self.scene.gender))

    def _told_of(self, block: Block, t: Any) -> bool:
        """ "He told the major that the fellow had a future": a word for somebody unnamed in what is reported."""
        if t.lower_ not in EPITHETS or t.dep_ not in ("nsubj", "nsubjpass", "dobj"):
            return False
        verb = t.head
        while verb.dep_ in ("conj", "xcomp") and verb.head.i != verb.i:
            verb = verb.head
        return verb.dep_ in ("ccomp", "advcl") and lexicon.speech_verb(verb.head.lemma_)

    # ---- nouns -----------------------------------------------------------------------------------------------------

    def _nouns(self, taken: list[tuple[int, int]]) -> Iterator[Proposal]:
        scene = self.scene
        for block, t, _ in nouns(scene, self.reader):
            start, end, entry = extent(scene, block, t)
            if entry is None or entry.plural or _overlaps(taken, start, end):
                continue
            why = self._open(block, t, start, end)
            if not why:
                continue
            at, to, after, options = replacement(scene, start, end, entry)
            yield Proposal(at, to, after, "open-noun", why, ASKED, options=options)

    def _open(self, block: Block, t: Any, start: int, end: int) -> str:
        """Why nothing explains the noun, or "" where something does."""
        frame = self.scene.frame_at(start)
        if frame.speaker.role == "narrator" and frame.kind != "base":
            words = self.scene.text[max(block.start, frame.start - 60) : frame.start]
            cited = re.search(r"\b(?:being|been|am|was|as|called|words of|termed|styled)\b[^.!?]*[\"“‘'*_]$", words)
            phrase = t.dep_ == "ROOT" or not any(
                x.pos_ == "VERB" and frame.start <= block.start + x.idx < frame.end for x in t.sent
            )
            return "others' words for the narrator" if cited and phrase else ""  # else the narrator's own words
        owner = next((c for c in t.children if c.dep_ == "poss"), None)
        if owner is not None:
            return self._owned(block, t, owner, start)
        if t.i + 1 < len(t.doc) and t.nbor().pos_ == "PROPN" or t.dep_ == "compound":
            return ""  # "uncle Ravi"
        says = t.dep_ in ("attr", "oprd", "acomp") or t.dep_ == "pobj" and t.head.lower_ in ("as", "like")
        if says and (why := self._predicate(block, t, start, end)):
            return why
        det = next((c.lower_ for c in t.children if c.dep_ in ("det", "nummod", "predet")), "")
        return self._spoken(block, t, det, start) if frame.kind != "base" else self._narrated(block, t, det, start, end)

    def _spoken(self, block: Block, t: Any, det: str, start: int) -> str:
        """A noun in what somebody else says: the narrator may be meant unless the speech brings in another."""
        scene = self.scene
        frame = scene.frame_at(start)
        if t.lower_ in self.mine_too:
            return f"the narrator is a {t.lower_} too"
        if frame.addressee.role == "narrator" and not is_vocative(scene, start, start + len(t.text)):
            return ""  # said to the narrator, of somebody else
        if frame.addressee.role == "other" and is_vocative(scene, start, start + len(t.text)):
            return ""
        born = t.lower_ in ("son", "daughter", "grandson", "granddaughter") and not frame.attributed
        if det in _NEW and t.lower_ not in EPITHETS and not born or det == "" and t.dep_ not in _LOOSE:
            return ""
        here = [p for p in self.reader.speech.people(block.index) if p.start < start and not p.plural]
        same = [
            p for p in here if p.token.lemma_ == t.lemma_ and start - p.start < 300 and p.key not in ("narrator", "I")
        ]
        if any(not is_predicate(p.token) and self._explains(p) for p in same):
            return ""
        return "it may be said of the narrator"

    def _explains(self, p: Mention) -> bool:
        """Whether an earlier mention is somebody of his own: owned, described, or told of by the narrator."""
        return not p.quoted or any(c.dep_ in ("poss", "compound") for c in p.token.children)

    def _narrated(self, block: Block, t: Any, det: str, start: int, end: int) -> str:
        """A noun in the narrator's own telling."""
        scene = self.scene
        if det in _KNOWN and self._told_of(block, t):
            return "somebody is reported to speak of the narrator"
        if det in ("a", "an", "", "the") and self._counterpart(t):
            return "the narrator is that to somebody in this note"
        fragment = (
            not any(x.tag_ in ("VBD", "VBZ", "VBP") and x.i < t.i for x in t.sent)
            and t.i - t.sent.start < 2
            and det == ""
        )
        if (
            fragment
            and t.dep_ in _LOOSE
            and FIRST.search(scene.text[scene.body :])
            and not re.match(r"\s+[A-Z]|['’]s", scene.text[end : end + 3])
        ):
            return "nothing says whom the fragment is about"
        if (
            scene.told[block.index]
            and t.dep_ in ("appos", "npadvmod", "conj", "dep", "attr")
            and self._beside_me(block, t)
        ):
            return "it may be said of the narrator"
        if self._told_which(t, end) or det in _NEW or det == "" and t.dep_ not in _LOOSE:
            return ""
        if det in _KNOWN:
            return "" if self._met(block, t, start) else f"which {t.text} is meant is not said"
        first = FIRST.search(scene.text[start : min(block.end, end + 160)])
        return "nothing says whom the fragment is about" if first and t.dep_ == "ROOT" else ""

    def _beside_me(self, block: Block, t: Any) -> bool:
        """Whether a sentence of a note in the third person has the narrator as its subject before the noun."""
        for x in t.sent:
            if x.i < t.i and x.dep_ in ("nsubj", "nsubjpass"):
                at = self.scene.at(block, x)
                told = self.reader.told.get(at[0])
                return self.scene.is_name(*at) or told is not None and told.confidence >= 0.5
        return False

    def _counterpart(self, t: Any) -> bool:
        """A kin word of nobody's ("an uncle ought to be firm") in a note that tells of the narrator's niece."""
        if (
            t.lower_ not in GROUP
            or not whose(t.lower_)
            or t.dep_ not in ("nsubj", "dobj", "ROOT", "appos", "npadvmod", "dep", "conj", "attr", "pobj")
        ):
            return False
        if t.lower_ in EPITHETS or any(c.lower_ == "of" for c in t.children) or t.dep_ == "appos":
            return False  # "a boy had a copy", "the father of the historian"
        others = "|".join(re.escape(w) for w in whose(t.lower_))
        if GROUP[t.lower_] == "uncle" and _NIECE.search(self.scene.text):
            return True
        return re.search(rf"\b(?:my|our) (?:[\w-]+ ){{0,2}}(?:{others})\b", self.scene.text, re.IGNORECASE) is not None

    def _owned(self, block: Block, t: Any, owner: Any, start: int) -> str:
        """ "Her brother", after the narrator's sister was spoken of; "her husband's brother" in another's mouth."""
        scene = self.scene
        frame = scene.frame_at(start)
        low = owner.lower_
        if low == "our" and t.lower_ in EPITHETS and frame.kind != "base" and frame.addressee.role != "narrator":
            return "it may be said of the narrator"
        if t.lower_ not in GROUP or low == "whose":
            return ""
        if low in ("someone", "somebody", "one") and t.lower_ in self.mine_too:
            return f"the narrator is a {t.lower_} too"
        if frame.kind != "base":
            kids = re.search(
                r"\b(?:his|her|their|whose) (?:[\w-]+ )?(?:children|kids|sons|daughters|boys|girls|twins)\b",
                scene.text,
                re.I,
            )
            nephews = GROUP[t.lower_] == "uncle" and (kids or _NIECE.search(scene.text))
            if nephews and low in ("our", "my", "your") and frame.addressee.role != "narrator":
                return "the narrator is that to somebody in this note"
            if low == "your":
                return (
                    "it may be said to the narrator's people"
                    if frame.addressee.role != "narrator" and not frame.attributed
                    else ""
                )
            if owner.pos_ == "PROPN" and frame.addressee.role != "narrator":
                return "a relative of somebody near the narrator"
            if low in ("my", "our"):
                unknown = (
                    frame.speaker.role == "unknown" or not frame.attributed
                ) and frame.addressee.role != "narrator"
                shown = re.search(
                    r"\b(?:[Tt]his|[Tt]hat|[Ii]t|[Hh]ere|[Ss]he|[Hh]e)(?:['’]s| is| was| comes) (?:my|our) (?:[\w-]+ )?$",
                    scene.text[max(frame.start, start - 30) : start],
                )
                return "nobody says who speaks" if unknown else "somebody is introduced" if shown else ""
            kin = "|".join(re.escape(w) for w in whose(t.lower_))
            led = scene.text[frame.start : start]
            if (
                low in ("his", "her", "their")
                and kin
                and re.search(rf"\b(?:his|her) (?:[\w-]+ )?(?:{kin})\b", led, re.I)
            ):
                return "the narrator may be that to somebody in this speech"
            if low in ("his", "her", "their") and not frame.attributed and self._counterpart(t):
                return "the narrator is that to somebody in this note"
            chained = low not in ("her", "their", "his") and lexicon.is_role(low)
            return "a relative of somebody near the narrator" if chained or t.lower_ in self.mine_too else ""
        if low in ("my", "our") and t.lower_ in self.kin_names:
            return f'the narrator is "{owner.text} {t.text}" here'
        if low not in ("his", "her", "their"):
            return ""
        told = scene.told[block.index]
        group = whose(t.lower_)
        near = [p for p in self.reader.speech.people(block.index) if start - 260 < p.start < start and not p.pronoun]
        mine = [
            p
            for p in near
            if p.token.lower_ in group and (told or any(c.lower_ in ("my", "our") for c in p.token.children))
        ]
        return f"the narrator's {mine[-1].token.text} is spoken of" if mine else ""

    def _predicate(self, block: Block, t: Any, start: int, end: int) -> str:
        """A noun that says what somebody is, where nobody else is the one spoken of."""
        scene = self.scene
        verb = t.head if t.dep_ != "pobj" else t.head.head
        if verb.pos_ in ("NOUN", "PROPN", "PRON"):
            return ""  # "my father as a boy"
        subject = self.reader.subject(verb) if verb.pos_ in ("VERB", "AUX") else None
        if subject is not None and subject.lower_ in ("who", "that", "which") and subject.head.dep_ == "relcl":
            subject = subject.head.head
        if subject is not None and subject.lower_ not in ("it", "that", "this", "who", "what", "which", "you", "there"):
            return ""
        if subject is not None and subject.lower_ == "there" or self._told_which(t, end) and subject is None:
            return ""
        s, e = block.start + t.sent.start_char, block.start + t.sent.end_char
        frame = scene.frame_at(start)
        if frame.kind == "base":
            return (
                "it may be the narrator who is that"
                if FIRST.search(scene.narration(block)[s - block.start : e - block.start])
                else ""
            )
        return "it may be said of the narrator" if frame.addressee.role != "other" else ""

    # ---- groups and calls ------------------------------------------------------------------------------------------

    def _groups(self, taken: list[tuple[int, int]]) -> Iterator[Proposal]:
        """Plurals of the old gender that "we" may be: "the three sisters", "the boys of that batch", "two men in socks"."""
        scene = self.scene
        for block, t, _ in nouns(scene, self.reader):
            start, end, entry = extent(scene, block, t)
            if entry is None or not entry.plural or entry.kind not in ("person", "kin") or _overlaps(taken, start, end):
                continue
            frame = scene.frame_at(start)
            if frame.speaker.role == "narrator" and frame.kind != "base":
                continue
            s, e = block.start + t.sent.start_char, block.start + t.sent.end_char
            text = scene.text
            near = text[max(block.start, s - 200) : min(block.end, e + 200)]
            counted = any(c.dep_ == "nummod" for c in t.children)
            ours = _WE.search(text[s:e]) is not None and (
                counted or t.dep_ in ("appos", "attr", "npadvmod", "conj", "dep")
            )
            kin = entry.kind == "kin" and (counted or self._definite(t)) and FIRST.search(near)
            batch = counted is False and self._definite(t) and _WE.search(near) and _MEMBER.search(text[end : end + 20])
            family = (
                entry.kind == "kin"
                and counted
                and re.search(
                    r"\b(?:his|her|their|[A-Z]\w+['’]s|my (?:father|mother|parents|papa|mum|dad)['’]s?) (?:\w+ )?(?:\w+ )?$",
                    text[max(block.start, start - 30) : start],
                )
            )
            said = re.search(r"(?<!\w)[Aa]s $", text[max(0, start - 3) : start]) and text[end : end + 4] in (
                " go ",
                " go,",
            )
            named = (
                bool(scene.names.last[0])
                and text[max(0, start - 1 - len(scene.names.last[0])) : start - 1] == scene.names.last[0]
            )
            ours_too = frame.kind != "base" and re.search(
                r"\b(?:[Mm]y|[Oo]ur) (?:[\w-]+ )?$", text[max(frame.start, start - 20) : start]
            )
            if (
                ours_too
                and frame.addressee.role != "other"
                and _WE.search(text[max(block.start, frame.start - 120) : frame.start])
            ):
                yield Proposal(
                    start,
                    end,
                    match_case(t.text, entry.after),
                    "open-group",
                    "perhaps the narrator is one of them",
                    ASKED,
                )
                continue
            if not (family or said) and self._whose_group(block, t, start, end):
                continue
            if not (ours or kin or batch or named or family or said):
                continue
            neutral = lexicon.neutral(t.text)
            after = match_case(t.text, neutral if neutral and entry.kind == "kin" else entry.after)
            yield Proposal(start, end, after, "open-group", "perhaps the narrator is one of them", ASKED)

    def _definite(self, t: Any) -> bool:
        return any(c.lower_ in ("the", "those", "these", "all") for c in t.children if c.dep_ in ("det", "predet"))

    def _whose_group(self, block: Block, t: Any, start: int, end: int) -> bool:
        """Whether the words around the plural say that they are others."""
        left, right = self.scene.text[max(block.start, start - 40) : start], self.scene.text[end : end + 24]
        return bool(
            re.search(
                r"(?:\b(?:my|his|her|their|your|whose|other|these|some|many|few|several|young|old)|['’]s)\s+(?:[\w-]+\s+){0,2}$",
                left,
                re.I,
            )
            or re.match(r"['’]|\s+(?:who|that|behind|across|at the|from the|next|with)\b", right)
        )

    def _called(self, found: list[Proposal]) -> Iterator[Proposal]:
        """What the narrator was just called, used once more: "I looked round for the uncle", "Madam has brought it"."""
        scene = self.scene
        calls = {}
        for p in found:
            if p.rule in ("vocative", "called", "title") and p.after and p.confidence >= 0.4:
                calls[scene.text[p.start : p.end].casefold()] = p.after.casefold()
        taken = [(p.start, p.end) for p in found]
        said = set(calls)
        if _NIECE.search(scene.text):
            for word in GROUP:
                entry = lexicon.address(word, scene.gender) if GROUP[word] == "uncle" else None
                if entry and not entry.plural:
                    calls.setdefault(word, entry.after)
        for word, after in calls.items():
            if len(word) < 3 or " " in word:
                continue
            for m in re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-]|['’]s\b)", re.IGNORECASE).finditer(
                scene.text, scene.body
            ):
                left = scene.text[max(scene.body, m.start() - 12) : m.start()]
                if _overlaps(taken, *m.span()) or self.reader.fixed(*m.span()):
                    continue
                if re.search(r"\b(?:my|his|her|your|our|their|another|own|an?|[A-Z]\w+)\s+$", left) or re.match(
                    r"\s+[A-Z]", scene.text[m.end() : m.end() + 3]
                ):
                    continue
                frame = scene.frame_at(m.start())
                if frame.speaker.role == "narrator" and frame.kind != "base":
                    continue
                if word not in said and (frame.kind == "base" or not m[0][0].isupper()):
                    continue
                yield Proposal(
                    m.start(), m.end(), match_case(m[0], after), "open-call", "the narrator is called so here", ASKED
                )
        words = "|".join(
            w
            for w in lexicon.table(scene.gender, ("address",))
            if " " not in w and w not in lexicon.words("address", "parents")
        )
        for m in re.compile(
            rf"\bto (?:the|my|our|every|all the) [\w-]+,? (?:I(?:['’]m| am| was) )?(?:just |only |plain )?(?P<w>{words})(?=[,.;])",
            re.I,
        ).finditer(scene.text, scene.body):
            entry = lexicon.address(m["w"], scene.gender)
            if entry and scene.frame_at(m.start()).kind == "base" and not _overlaps(taken, *m.span("w")):
                yield Proposal(
                    m.start("w"),
                    m.end("w"),
                    match_case(m["w"], entry.after),
                    "open-call",
                    "what the narrator is to somebody",
                    ASKED,
                )

    def _told_which(self, t: Any, end: int) -> bool:
        """Whether the words around the noun say which one: "the man behind me", "the milk man", "uncle Ravi"."""
        if any(c.dep_ in ("prep", "relcl", "acl", "compound", "nummod", "appos") for c in t.children):
            return True
        if t.dep_ == "compound" or t.i + 1 < len(t.doc) and t.nbor().pos_ == "PROPN":
            return True
        return any(
            c.dep_ == "amod"
            and c.lower_ in ("old", "other", "next", "same", "new", "tall", "first", "second", "third", "last")
            for c in t.children
        )

    def _met(self, block: Block, t: Any, start: int) -> bool:
        """Whether somebody whom the noun can mean was there before it: near, or by the same word."""
        scene, speech = self.scene, self.reader.speech
        now = next((p.sent for p in speech.people(block.index) if p.start >= start), 0)
        for back in range(min(block.index, 4) + 1):
            for p in speech.people(block.index - back):
                if p.start >= start or p.key in ("I", "narrator"):
                    continue
                if p.token.lemma_ == t.lemma_ or p.plural and p.gender == scene.gender:
                    return True
                if not p.plural and p.gender == scene.gender and (back == 0 and now - p.sent <= NEAR + 1 or back == 1):
                    return True
                if not p.plural and p.gender is None and not p.pronoun and back == 0 and now - p.sent <= NEAR:
                    return True
        return False


def _overlaps(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    return any(a < end and start < b for a, b in taken)
