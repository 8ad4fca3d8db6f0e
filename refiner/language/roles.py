"""What the narrator is: "I was the only boy", "as a man", "me, the eldest son", "the boy I was"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.language.evidence import ASK_SPEECH, Reading
from refiner.language.inflect import fix_article, match_case
from refiner.language.reader import Reader
from refiner.language.relations import GROUP
from refiner.language.role_beside import Beside
from refiner.language.role_phrases import Phrases
from refiner.language.role_predicates import Predicates
from refiner.language.scene import Proposal, Scene

_ORDINAL = re.compile(r"\b(second|third|fourth|fifth|sixth|2nd|3rd|4th|5th|next|middle|last)\b", re.IGNORECASE)
_SUPER = re.compile(r"\b(eldest|oldest|youngest|elder|older|younger|first|firstborn|first-born)\b", re.IGNORECASE)


def nouns(scene: Scene, reader: Reader) -> Iterator[tuple[Block, Any, lexicon.Word]]:
    """Every gendered noun of the old gender that is no fixed phrase, with its block and entry."""
    for block in scene.blocks:
        body = scene.text[block.start : block.end]
        if not any(
            lexicon.noun(w, scene.gender) or w.casefold() in GROUP
            for w in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", body)
        ):
            continue
        for t in scene.doc(block):
            low = t.lower_
            if low in ("fellow", "fellows") and t.text[0].isupper() and not t.is_sent_start:
                continue  # a Fellow of a college
            entry = lexicon.noun(low, scene.gender)
            if entry is None and GROUP.get(low) in ("uncle", "grandfather"):
                entry = lexicon.address(low, scene.gender)
            if (
                entry is not None
                and entry.kind == "role"
                and low not in lexicon.table(scene.gender)
                and t.pos_ == "PROPN"
                and t.text[:1].isupper()
            ):
                continue  # Whitman, Lakshman
            if entry is None or t.pos_ == "VERB" and not low.endswith("boy") or t.tag_ == "UH":
                continue
            start, end = scene.at(block, t)
            if reader.fixed(start, end) or scene.is_name(start, end):
                continue
            composed = re.search(
                r"(?<!\w)(?:great|step|half|grand|god|foster|ex|co|twin)-$", scene.text[max(0, start - 7) : start], re.I
            )
            if (
                _hyphenated(scene.text, start, end)
                and not (composed and entry.kind == "kin")
                and extent(scene, block, t)[1] == end
            ):
                continue
            if (
                t.dep_ == "compound"
                and t.head.i == t.i + 1
                and t.head.pos_ == "NOUN"
                and not lexicon.is_role(t.head.lower_)
                and t.head.lower_ not in lexicon.words("people", "made_with_boy")
            ):
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
    found = lexicon.noun(token.lower_, scene.gender)
    if found is None and GROUP.get(token.lower_) in ("uncle", "grandfather"):
        found = lexicon.address(token.lower_, scene.gender)
    return start, end, found


def replacement(scene: Scene, start: int, end: int, entry: lexicon.Word) -> tuple[int, int, str, tuple[str, ...]]:
    """Span, text, and other texts that may stand there. "third son" becomes "third child": the elder ones stay sons."""
    text = scene.text
    before = text[start:end]
    after = match_case(before, entry.after)
    single = lexicon.neutral(before)
    left = text[max(0, start - 24) : start]
    if before.casefold() in ("fellow", "chap", "fella") and re.search(
        r"\b(?:little|small|young|wee)\s+$", left, re.IGNORECASE
    ):
        after = match_case(before, "girl")
    if entry.kind == "kin" and single in ("child", "grandchild") and not entry.plural:
        rank = _ORDINAL.search(left.split(",")[-1])
        if rank and re.search(rf"\b{rank[0]}\s+$", left):
            return start, end, match_case(before, single), (after,)
    if before.casefold() in ("man", "woman") and re.match(
        r" of the (?:match|series|tournament)\b", text[end : end + 20]
    ):
        after = match_case(before, "player")
    at, written = fix_article(text, start, before, after)
    return at, end, written, ((match_case(before, single),) if single else ())


class Roles(Predicates, Beside, Phrases):
    """Proposes edits for nouns that say what the narrator is."""

    def __init__(self, scene: Scene, reader: Reader) -> None:
        self.scene, self.reader = scene, reader

    def run(self) -> Iterator[Proposal]:
        for block, t, _ in nouns(self.scene, self.reader):
            start, end, entry = extent(self.scene, block, t)
            if entry is None:
                continue
            rule, r = self.link(block, t)
            spoken = rule in ("predicate", "interrupted") and self.scene.quoted(start)
            if r.confidence < (ASK_SPEECH if spoken else 0.35):
                continue
            if entry.kind == "role" and t.dep_ in ("compound",):
                continue
            confidence = r.confidence
            at, to, after, options = replacement(self.scene, start, end, entry)
            left = self.scene.text[max(0, start - 24) : start]
            if re.search(r"\b(?:maid|bride['’]s)\s+$", left, re.IGNORECASE) and t.lower_ in ("man", "maid"):
                confidence, options = min(confidence, 0.6), ("friend",)
            if entry.plural and rule not in ("group", "like-me"):
                confidence = min(confidence, 0.8)
            if entry.kind == "kin" and lexicon.neutral(t.text) and _SUPER.search(left.split(",")[-1].split(".")[-1]):
                confidence = min(confidence, 0.97)
            yield Proposal(
                at,
                to,
                after,
                f"role-{rule}",
                "; ".join(r.why[:2]) or "says what the narrator is",
                confidence,
                tuple(r.why),
                options=options,
            )

    @property
    def patterns(self) -> tuple[tuple[str, Callable[[Block, Any], Reading | None]], ...]:
        """The ways in which a noun can be tied to the narrator, one line each."""
        return (
            ("predicate", self._predicate),
            ("as", self._as),
            ("apposition", self._apposition),
            ("relative", self._relative),
            ("is-me", self._is_me),
            ("like-me", self._like_me),
            ("own", self._own),
            ("exclaimed", self._exclaimed),
            ("epithet", self._epithet),
            ("fragment", self._fragment),
            ("becoming", self._becoming),
            ("interrupted", self._interrupted),
            ("sort", self._sort),
            ("pair", self._pair),
        )

    def link(self, block: Block, t: Any) -> tuple[str, Reading]:
        """How the noun is tied to the narrator: the name of the pattern and its reading."""
        best = ("none", Reading(0.0))
        if t.dep_ == "compound" and t.head.lower_ in lexicon.words("people", "made_with_boy"):
            t = t.head  # "the best boy soprano"
        for name, check in self.patterns:
            r = check(block, t)
            if r is not None and r.confidence > best[1].confidence:
                best = (name, r)
        return best
