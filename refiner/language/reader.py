"""Who a word stands for, for any rule: pronouns, names, and the subject that a verb leaves out."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.language.evidence import Reading, said_of_me
from refiner.language.hearsay import Hearsay
from refiner.language.people import learn_genders, learn_roles
from refiner.language.quotes import is_title
from refiner.language.resolve import Speechreader
from refiner.language.scene import Scene
from refiner.language.third import Teller

_OBJECT_CONTROL = {
    "tell",
    "ask",
    "make",
    "let",
    "force",
    "want",
    "teach",
    "order",
    "beg",
    "help",
    "raise",
    "bring",
    "consider",
    "think",
    "believe",
    "expect",
    "find",
    "call",
    "name",
    "keep",
    "declare",
    "train",
    "need",
    "push",
    "urge",
    "warn",
    "advise",
    "allow",
    "encourage",
    "remind",
    "leave",
    "turn",
}


class Reader:
    """Answers "does this word mean the narrator?" with a confidence and the reason in words."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        learn_genders(scene)
        learn_roles(scene)
        self.speech = Speechreader(scene)

    @cached_property
    def told(self) -> dict[int, Reading]:
        readings = Teller(self.scene).run() if any(self.scene.told) else {}
        return {**readings, **Hearsay(self.scene, self.speech).run()}

    @cached_property
    def quoted(self) -> dict[int, Reading]:
        return self.speech.run()

    @cached_property
    def stays(self) -> list[tuple[int, int]]:
        """Spans that no rule touches: fixed phrases and titles of works."""
        text = self.scene.text
        out = [m.span() for m in lexicon.fixed().finditer(text, self.scene.body)]
        for m in re.finditer(r"[\"“*_]{1,3}([^\"”*_\n]{3,60})[\"”*_]{1,3}", text[self.scene.body :]):
            s = self.scene.body + m.start(1)
            near = text[max(0, s - 60) : s]
            work = re.search(
                r"\b(?:watch|read|film|movie|book|novel|song|play|poem|serial|"
                r"series|sang|sing|hum|story|leaflet|chapter|titled|called|"
                r"by heart|record|album|album|author|comic|saw|seen|show)\w*\b"
                r"[^.]*$",
                near,
                re.IGNORECASE,
            )
            if is_title(m[1]) and work and not self.scene.names.is_narrator(m[1]):
                out.append((s, s + len(m[1])))
        return out

    def fixed(self, start: int, end: int) -> bool:
        return any(s < end and start < e for s, e in self.stays)

    # ---- who ---------------------------------------------------------------------------------------------------------

    def means(self, block: Block, token: Any) -> Reading:
        """How sure it is that the pronoun, name or noun means the narrator."""
        scene = self.scene
        start, end = scene.at(block, token)
        frame = scene.frame_at(start)
        low = token.lower_
        if low in ("i", "me", "my", "mine", "myself"):
            if frame.speaker.role == "narrator":
                return Reading(
                    0.98,
                    ["the narrator speaks of himself" if scene.gender == "male" else "the narrator speaks of herself"],
                )
            return Reading(0.0 if frame.speaker.role == "other" else 0.2, ["somebody else speaks"])
        if low in ("you", "your", "yours", "yourself", "u", "ur"):
            return self.you(start)
        if low in ("we", "us", "our", "ours"):
            return (
                Reading(0.5, ["a group with the narrator in it"]) if frame.speaker.role == "narrator" else Reading(0.1)
            )
        if scene.is_name(start, end) or any(
            c.dep_ in ("compound", "flat") and scene.is_name(*scene.at(block, c))
            for c in token.children
            if token.pos_ == "PROPN"
        ):
            return Reading(0.97, ["the narrator's name"])
        if low in ("who", "that", "which") and token.head.dep_ == "relcl":
            return self.means(block, token.head.head) if token.head.head.i != token.i else Reading(0.0)
        if start in self.quoted:
            return self.quoted[start]
        if start in self.told:
            return self.told[start]
        return Reading(0.0)

    def you(self, start: int) -> Reading:
        """How sure it is that "you" at `start` is the narrator."""
        frame = self.scene.frame_at(start)
        if frame.addressee.role == "narrator":
            return Reading(0.95, ["it is said to the narrator"])
        if frame.kind == "base" or frame.speaker.role == "narrator" or frame.addressee.role == "other":
            return Reading(0.0)
        if frame.speaker.role == "other":
            return Reading(
                0.9 if self.nobody_else(start) else 0.6,
                [f'"{frame.speaker.label}" speaks, and nobody else is spoken to'],
            )
        return Reading(0.5, ["nobody says who speaks to whom"])

    def nobody_else(self, start: int, within: int = 2) -> bool:
        """Whether nobody else of the narrator's gender is named in the last sentences, but for the speaker."""
        frame = self.scene.frame_at(start)
        if frame.block < 0:
            return True
        speech = self.speech
        for m in reversed([p for p in speech.people(frame.block) if p.start < frame.start]):
            if m.key in ("I", "narrator") or m.plural:
                continue
            if (
                m.start == frame.speaker.span[0]
                or m.key == frame.speaker.noun
                or m.gender not in (None, self.scene.gender)
            ):
                continue
            if m.token.dep_ == "poss" or said_of_me(m.token):
                continue
            if m.pronoun and frame.speaker.gender in (None, m.gender) or m.gender is None and m.token.pos_ != "PROPN":
                continue
            here = next((p.sent for p in speech.people(frame.block) if p.start >= frame.start), m.sent + 1)
            return here - m.sent > within
        return True

    # ---- subjects ----------------------------------------------------------------------------------------------------

    def subject(self, verb: Any, depth: int = 0) -> Any | None:
        """The word that is the verb's subject, through conjuncts, infinitives, participles; None where none is said."""
        for c in verb.children:
            if c.dep_ in ("nsubj", "nsubjpass"):
                return c
        if depth > 6 or verb.head.i == verb.i:
            return None
        head = verb.head
        if verb.dep_ in ("xcomp", "ccomp", "advcl", "pcomp", "acl", "conj", "auxpass", "aux") and head.pos_ in (
            "VERB",
            "AUX",
        ):
            if verb.dep_ in ("xcomp", "ccomp") and head.lemma_ in _OBJECT_CONTROL:
                for c in head.children:
                    if c.dep_ in ("dobj", "dative") and c.i < verb.i:
                        return c
            return self.subject(head, depth + 1)
        if verb.dep_ == "relcl":
            return head
        if verb.dep_ in ("pcomp", "prep") and head.pos_ in ("ADP", "SCONJ"):
            return self._past_preposition(head, depth)
        return None

    def _past_preposition(self, prep: Any, depth: int) -> Any | None:
        head = prep.head
        if head.pos_ in ("VERB", "AUX"):
            return self.subject(head, depth + 1)
        if head.dep_ in ("dobj", "attr", "pobj", "nsubj", "nsubjpass"):
            for c in head.children:
                if c.dep_ == "poss":
                    return c
            if head.head.pos_ in ("VERB", "AUX"):
                return self.subject(head.head, depth + 1)
        return None

    def implied(self, block: Block, verb: Any) -> Reading:
        """Who is meant where a verb has no subject: the narrator in a diary, the one spoken to in speech."""
        start, _ = self.scene.at(block, verb)
        frame = self.scene.frame_at(start)
        if frame.kind in ("base",):
            if frame.speaker.role != "narrator":
                return Reading(0.0)
            return Reading(0.92, ["no subject is said, and the narrator writes of himself"])
        if frame.speaker.role == "narrator":
            return Reading(0.0)
        return self.you(start)

    def verb_reading(self, block: Block, verb: Any) -> Reading:
        """How sure it is that the narrator is the verb's subject."""
        subject = self.subject(verb)
        if subject is None:
            root = verb
            while root.head.i != root.i and root.dep_ in ("conj", "xcomp", "aux", "ccomp"):
                root = root.head
            if root.head.i == root.i or root.dep_ in ("csubj", "advcl"):
                return self.implied(block, verb)
            return Reading(0.0)
        return self.means(block, subject)
