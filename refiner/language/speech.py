"""Quoted speech: where it stands, who says it to whom, and whether it is said about the narrator.

Quotes are found by their marks (also Markdown emphasis after "wrote:"); the speaker is read from the words around them
with spaCy's parse of the block. What cannot be read stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.language.quotes import UNKNOWN, Frame, Party, is_title, quotes_in
from refiner.language.speakers import addressee_of, party_of, subject_of
from refiner.language.turns import Turns


class Speech(Turns):
    """Reads the frames of one block. `doc` is the parse of the whole block, `is_me` knows the narrator's names."""

    def __init__(self, text: str, block: Block, doc: Any, is_me: Callable[[Any], bool]) -> None:
        self.text, self.block, self.doc, self.is_me = text, block, doc, is_me

    def _tokens(self, start: int, end: int) -> list[Any]:
        a, b = start - self.block.start, end - self.block.start
        return [t for t in self.doc if a <= t.idx < b and not t.is_space]

    def frames(self, previous: list[Frame]) -> list[Frame]:
        """The frames of this block, in order. `previous` are those of the blocks before, for turns that go on."""
        spans = [
            q
            for q in quotes_in(self.text, self.block)
            if not (q[2] != ":" and is_title(self.text[q[0] : q[1]]) and not self._said(q))
        ]
        out: list[Frame] = []
        for i, (s, e, mark) in enumerate(spans):
            left = spans[i - 1][1] + 1 if i else self.block.start
            right = spans[i + 1][0] - 1 if i + 1 < len(spans) else self.block.end
            frame = self._read(s, e, mark, left, right, bool(i))
            if not frame.attributed:
                frame = self._carry(frame, out, previous, left)
            if frame.speaker.role == "unknown":
                frame = self._told_before(frame, left)
            out.append(self._turn(self._antecedent(frame), out, previous, left))
        return self._cues(out)

    def _said(self, q: tuple[int, int, str]) -> bool:
        near = self.text[max(self.block.start, q[0] - 30) : q[0]] + " " + self.text[q[1] : q[1] + 30]
        return bool(re.search(r"\b(?:said|says|asked|called|shouted|cried|yelled|told)\b", near))

    def _read(self, s: int, e: int, mark: str, left: int, right: int, has_left: bool) -> Frame:
        after = self.text[e + 1 : right]
        stop = re.search(r"(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)[.!?](?=\s|$)|\n", after)
        clause_end = e + 1 + (stop.start() if stop else len(after))
        last_char = self.text[s:e].rstrip()[-1:]
        lower = re.match(r"\s*[-–—,]?\s*(?:[a-z]|I\b|[A-Z])", after)
        got = None
        called = re.match(
            r"\s*(?:[A-Z][\w'’]*|I)(?: [\w'’]+){0,3}? (?:said|asked|told|"
            r"replied|answered|explained|wrote|says|say)\s+(?!(?:[.,;:!?—–-]|"
            r"$|to\b|and\b|then\b|as\b|in\b|with\b|from\b|at\b|again\b|"
            r"back\b|aloud\b|after\b|when\b|before\b|while\b|me\b|him\b"
            r"|her\b|us\b|them\b|my\b|the\b|of\b|on\b|(?!only)\w+ly\b))",
            after,
        )
        complement = last_char in "?!.…" and called is not None
        if last_char == "?" and re.match(
            r"\s*I (?:tell|told|explain|explained|answer|answered|reply|replied|assured?|informed?)\b", after
        ):
            complement = True  # a question is asked and not told: this is what the narrator says to it
        if last_char == "?" and re.match(
            r"\s*I (?:said|say|answered|replied) (?!to\b|and\b|in\b|with\b|at\b|aloud\b|again\b|back\b|as\b|when\b|"
            r"after\b|then\b|from\b|\w+ly\b)\w",
            after,
        ):
            complement = True  # "Where are you for, son?" I said the university.
        if last_char in "?!" and re.match(
            r"\s*[A-Z][^.!?\"“]{1,60}, I (?:said|told|answered|replied|say|asked)\b", after
        ):
            complement = True  # "Father's name, sir?" Ram Lal, I said.
        told = re.match(
            r"\s*(?:[A-Z][\w'’]*|I) (?:told|tell|tells|assured?) (?:\w+ ){1,2}(?:that|how|about|of|to|it|no|yes|so)\b",
            after,
        )
        if last_char in "?!.…" and told:
            complement = True
        if (
            mark != ":"
            and lower
            and not complement
            and (last_char in ",?!…—-" or re.match(r"\s*[,–—-]?\s*[a-z]", after))
        ):
            got = self._attribution(e + 1, clause_end, True, at_once=last_char not in ",—–-")
        if got is None:
            before = self.text[left:s]
            cut = max((m.end() for m in re.finditer(r"[.!?](?=[\s)\"”])", before)), default=0)
            cue = before[cut:]
            if has_left and cut == 0 and re.search(r",\s*[\"“‘']?$", cue) and self._attribution(left, s, True):
                got = self._attribution(left, s, True)  # "…," he said, "…"
            elif (
                re.search(r"[,:–—-]\s*[\"“‘'*_`]*$", cue) or mark == ":" or self._verb(left + cut, s, False) is not None
            ):
                got = self._attribution(left + cut, s, False) or self._caption(left + cut, s)
        if got is None:
            return Frame(s, e, "quote", block=self.block.index)
        speaker, addressee, words = got
        return Frame(s, e, "quote", speaker, addressee, block=self.block.index, attribution=words, attributed=True)

    def _verb(self, start: int, end: int, first: bool) -> Any | None:
        verbs = [
            t
            for t in self._tokens(start, end)
            if t.pos_ in ("VERB", "AUX", "NOUN", "ADJ")
            and lexicon.speech_verb(t.lemma_)
            and (t.pos_ == "VERB" or t.lower_.endswith(("ed", "id", "ys", "es")))
        ]
        return (verbs[0] if first else verbs[-1]) if verbs else None

    def _attribution(self, start: int, end: int, first: bool, at_once: bool = False) -> tuple[Party, Party, str] | None:
        verb = self._verb(start, end, first)
        if verb is not None and verb.lemma_ == "read" and any(c.lower_ == "i" for c in verb.children):
            return None  # what the narrator reads is somebody else's writing
        if verb is None or at_once and any(t.pos_ == "VERB" and t.i < verb.i for t in self._tokens(start, end)):
            return None
        subject = subject_of(verb, first)
        if subject is None:
            return None
        at = self.block.start + subject.idx
        if first and not start <= at < end:
            inside = [
                t
                for t in self._tokens(start, end)
                if t.pos_ in ("NOUN", "PROPN", "PRON") and t.lower_ not in ("my", "his", "her", "their", "our", "your")
            ]
            before = [t for t in inside if t.i < verb.i and t.dep_ not in ("poss", "compound", "pobj")]
            after = [
                t
                for t in inside
                if t.i > verb.i and not any(x.is_punct or x.pos_ == "ADP" for x in t.doc[verb.i + 1 : t.i])
            ]
            while len(after) > 1 and after[1].i == after[0].i + 1:  # "said uncle Ravi"
                after.pop(0)
            if not before and not after:
                return None
            subject = before[-1] if before else after[0]
        elif not start - 80 <= at < end:
            return None
        if subject.lower_ in ("who", "that") and subject.head.dep_ == "relcl":
            subject = subject.head.head
        to = addressee_of(verb, subject)
        base = self.block.start
        if to is None or not start <= base + to.idx < end:
            behind = [
                t
                for t in self._tokens(start, end)
                if verb.i < t.i <= verb.i + 2 and t.lower_ in ("me", "us", "him", "her", "them")
            ]
            to = (
                behind[0]
                if behind and verb.lemma_ in ("tell", "ask", "inform", "remind", "assure", "warn", "order")
                else None
            )
        if to is not None and to.i == subject.i:
            to = None
        return (
            party_of(subject, base, self.is_me),
            (party_of(to, base, self.is_me) if to is not None else UNKNOWN),
            self.text[start:end],
        )

    def _caption(self, start: int, end: int) -> tuple[Party, Party, str] | None:
        """A label before a colon: "Amma to the milkman: …", "Item 2: …"."""
        tokens = self._tokens(start, end)
        head = next(
            (t for t in tokens if t.pos_ in ("NOUN", "PROPN", "PRON") and t.dep_ not in ("poss", "compound", "pobj")),
            None,
        )
        if head is None or not re.search(r":\s*[\"“‘'*_`]*$", self.text[start:end]):
            return None
        prep = next((t for t in tokens if t.lower_ == "to" and t.pos_ == "ADP"), None)
        to = next(
            (
                t
                for t in tokens
                if prep is not None
                and t.i > prep.i
                and t.pos_ in ("NOUN", "PROPN", "PRON")
                and t.dep_ not in ("poss", "compound")
            ),
            None,
        )
        base = self.block.start
        party = party_of(head, base, self.is_me)
        if not (lexicon.is_role(head.lower_) or head.pos_ in ("PROPN", "PRON")):
            party = replace(party, gender=None, noun="")
        return party, (party_of(to, base, self.is_me) if to is not None else UNKNOWN), self.text[start:end]
