"""Who a third-person word in somebody's speech means: the narrator, another, or nobody can tell.

The evidence for and against is added up openly; its words become the reason of the edit. What counts is who speaks, to
whom, who else of that gender is near, and what was said before.
"""

from __future__ import annotations

import re

from refiner.language import lexicon
from refiner.language.evidence import ASK_SPEECH, EPITHETS, Reading, caption, definite, vocative
from refiner.language.kin_speech import KinReadings
from refiner.language.people import Mention
from refiner.language.quotes import Frame
from refiner.language.relations import GROUP
from refiner.language.rivals import is_thing
from refiner.language.scene import Scene


class Speechreader(KinReadings):
    """Reads the third-person words in the quotes of a note, in order: a later quote can go on from an earlier."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.topic: dict[int, tuple[str, float]] = {}  # by frame number: what its last pronoun meant

    def run(self) -> dict[int, Reading]:
        """Readings for every pronoun of the old gender and every epithet within quotes, by start."""
        for number, frame in enumerate(self.scene.frames):
            if frame.speaker.role != "narrator":
                self._frame(number, frame)
        return self.read

    def _targets(self, frame: Frame) -> list[Mention]:
        """The words of the old gender in the speech that may mean the narrator: pronouns, epithets, kin words."""
        words = re.findall(r"[^\W\d_]+", self.scene.text[frame.start : frame.end])
        named = any(m.head and frame.start <= m.start < frame.end for m in self.scene.mentions)
        if not named and not any(lexicon.gender_of_word(w.casefold()) == self.scene.gender for w in words):
            return []  # before anybody is read: finding people is what costs
        inside = [m for m in self.people(frame.block) if frame.start <= m.start < frame.end]
        return [m for m in inside if m.gender == self.scene.gender and (m.key == "?" if m.pronoun else _pointed(m))]

    def _frame(self, number: int, frame: Frame) -> None:
        """Reads the words of one speech and notes whom it is about."""
        targets = self._targets(frame)
        if not targets:
            if any(m.head and m.confidence > 0.5 and frame.start <= m.start < frame.end for m in self.scene.mentions):
                self.topic[number] = ("narrator", 0.9)
            return
        for m in targets:
            reading = self._read(number, frame, m)
            reading.confidence = max(0.0, min(0.99, reading.confidence))
            self.read[m.start] = reading
            if m.pronoun or reading.confidence >= 0.5:
                self.topic[number] = ("narrator" if reading.confidence >= 0.5 else "other", reading.confidence)

    def _read(self, number: int, frame: Frame, m: Mention) -> Reading:
        """What the word means: what the speech itself settles, else the evidence added up."""
        scene = self.scene
        inside = [p for p in self.people(frame.block) if frame.start <= p.start < frame.end]
        before = [p for p in inside if p.start < m.start and not (p.key == "narrator" and vocative(scene, p))]
        before = [
            p for p in before if p.pronoun or not (lexicon.address(p.token.lower_, scene.gender) and vocative(scene, p))
        ]
        before = [p for p in before if not is_thing(p)]
        last = next((p for p in reversed(before) if self._could(p, m)), None)
        if (settled := self._settled(frame, m, before, last)) is not None:
            return settled
        r = Reading(0.5)
        if last is not None and last.key not in ("narrator", "?") and last.start not in self.read:
            r.add(
                -0.45 if last.gender == m.gender else -0.25, f'"{last.token.text}" stands before it in the same speech'
            )
        named = [p for p in inside if p.key == "narrator" and not vocative(scene, p)]
        if named and last is None:
            r.add(0.35, "the narrator is named in the same speech")
        if last is None and not named and frame.addressee.role != "narrator" and self._named_before(frame, m):
            r.add(0.4, "the narrator is named just before")
        # what was said before
        near = [n for n in range(max(0, number - 3), number) if frame.block - scene.frames[n].block <= 1]
        same = [
            n
            for n in range(number)
            if caption(scene.frames[n]) and caption(scene.frames[n]) == caption(frame) and n in self.topic
        ]
        if last is None and not frame.attributed and self._named_by(number, frame):
            return Reading(0.93, ["the same speaker has just named the narrator"])
        topics = [(n, self.topic[n]) for n in (same or near) if n in self.topic]
        if topics and last is None:
            n, (who, sure) = topics[-1]
            to_others = frame.addressee.role != "narrator"
            sure_topic = who == "narrator" and sure >= 0.85
            if sure_topic and m.pronoun and to_others and not self._since(scene.frames[n], frame, m):
                return Reading(0.92, ["the speech before it was about the narrator", "nobody was named in between"])
            if who == "narrator" and sure > 0.6:
                r.add((0.55 if same else 0.4) * sure, "the speech before it was about the narrator")
            elif who == "other" and sure < 0.15:
                r.add(-0.3, "the speech before it was about somebody else")
        # who speaks to whom
        if frame.addressee.role == "narrator" and (named or self._named_by(number, frame)):
            r.add(0.1, "the same speaker has just named the narrator to others")
        elif frame.addressee.role == "narrator":
            r.add(-0.5 if frame.about < 0.6 else -0.1, "it is said to the narrator")
        elif self._calls(frame):
            r.add(-0.5, "it calls the one it is said to")
        elif frame.addressee.role == "other" and frame.addressee.noun:
            r.add(0.15, f'it is said to "{frame.addressee.noun}", not to the narrator')
        if frame.about:
            r.add(frame.about, f'the words around it say so: "{frame.cue}"')
        if frame.speaker.role == "unknown":
            r.add(-0.1, "nobody says who speaks")
        elif scene.gender_of(frame.speaker) == m.gender:
            r.why.append(
                "the speaker does not mean himself" if m.gender == "male" else "the speaker does not mean herself"
            )
        # who else is near
        rival, far = self._rival(frame, m)
        if rival is None and last is None:
            known = scene.gender_of(frame.speaker) == m.gender and frame.speaker.mine
            r.add(0.39 if frame.attributed or known else 0.35, "nobody else of that gender is near")
        elif rival is not None:
            if rival.quoted or rival.token.dep_ == "poss":
                far = max(far, 3)
            weight = (-0.3 if far <= 1 else -0.2 if far == 2 else -0.1 if far <= 4 else 0.0) * (
                1.0 if rival.gender == m.gender else 0.5
            )
            r.add(weight, f'"{rival.token.text}" may be meant')
            if far >= 5:
                r.add(0.25, "nobody else of that gender is near")
        owner = self._owner_of_speaker(frame, m)
        if owner and last is None:
            r.add(-0.35, f"the speaker is the {owner}'s own")
        if not m.pronoun:
            pointed = any(c.lower_ in ("this", "that") for c in m.token.children) and rival is None and last is None
            r.add(0.06 if pointed else -0.05, "an epithet")
        owned = (
            last is not None
            and last.token.lower_ in GROUP
            and not any(c.lower_ in ("my", "his", "her") for c in last.token.children)
        )
        weak = last is None or last.start not in self.read and (last.gender is None or owned)
        mine = (
            bool(named)
            or any(frame.start <= k < m.start and v.confidence >= 0.5 for k, v in self.read.items())
            or bool(topics)
            and topics[-1][1][0] == "narrator"
        )
        if frame.addressee.role != "narrator":  # said to the narrator, it needs no question
            if weak or mine:
                r.confidence = max(r.confidence, ASK_SPEECH)
            if frame.about and last is None:
                r.confidence = max(r.confidence, 0.42)
        return r

    def _settled(self, frame: Frame, m: Mention, before: list[Mention], last: Mention | None) -> Reading | None:
        """What the speech alone decides; `before`: its people before the word, `last`: the last who can be meant."""
        scene = self.scene
        if last is not None and m.pronoun and m.role == "subj" and last.role != "subj":
            subjects = [p for p in before if p.role == "subj" and self._could(p, m)]
            subject = subjects[-1] if subjects else None
            if subject and subject.pronoun and subject.start in self.read and m.sent - subject.sent <= 1:
                earlier = self.read[subject.start]
                return Reading(min(earlier.confidence, 0.79), [*earlier.why[:2], "the subject goes on"])
        if not m.pronoun and (kin := self._kin(frame, m)) is not None:
            return kin
        if not m.pronoun and any(
            c.dep_ in ("nsubj", "nsubjpass")
            and c.i != m.token.i
            and c.lower_ in ("he", "she")
            and lexicon.gender_of_word(c.lower_) == m.gender
            for c in m.token.head.children
        ):
            return Reading(0.1, ["another than the subject of its verb"])  # "he never saw the man"
        if not m.pronoun and m.key in EPITHETS and self._new_person(frame, m):
            return Reading(0.3 if frame.about >= 0.6 else 0.1, ["the words around it say which one"])
        if m.token.dep_ == "poss" and m.pronoun and (owner := self._clause_subject(before, m)) is not None:
            return Reading(0.3, [f'"{owner.token.text}" is the subject of its clause'])
        if (topic := self._topic(before, m)) is not None:
            return topic
        if last is not None and last.key == "narrator" and not vocative(scene, last):
            rivals = [p for p in before if self._could(p, m) and p.key not in ("narrator", "?")]
            rivals += [
                p
                for p in before
                if p.pronoun
                and p.key == "?"
                and p.gender == m.gender
                and p.start in self.read
                and m.sent - p.sent <= 2
                and self.read[p.start].confidence < 0.5
            ]
            return Reading(0.95 if not rivals else 0.6, ["the narrator is named just before, in the same speech"])
        if last is not None and last.start in self.read:
            nearer = [
                p
                for p in before
                if p.start > last.start
                and p.key not in ("narrator", "?", "I")
                and p.gender in (None, m.gender)
                and not p.plural
            ]
            if not nearer:
                earlier = self.read[last.start]
                return Reading(earlier.confidence, [*earlier.why[:2], "goes on from the pronoun before it"])
        return None

    def _calls(self, frame: Frame) -> bool:
        """Whether the speech begins by calling somebody that the narrator may be: "Mamu, he hit me"."""
        first = re.match(
            r"\s*[*_]*(?:oh,? |arre,? |but,? )?([A-Za-z]+)(?:ji)?[,!]\s", self.scene.text[frame.start : frame.end], re.I
        )
        if first is None or frame.addressee.role == "other":
            return False
        word = first[1].casefold()
        return (
            word not in lexicon.words("address", "neutral")
            and any(lexicon.address(word, g) for g in (self.scene.gender, self.scene.to))
            and word not in lexicon.words("address", "parents")
        )

    def _new_person(self, frame: Frame, m: Mention) -> bool:
        """ "The man who bought it", "my old man": somebody of his own, unless it is "this" or "that" one."""
        dets = {c.lower_ for c in m.token.children if c.dep_ in ("det", "poss", "predet")}
        if dets & {"this", "that", "such"}:
            return False
        if dets & {"my", "our"}:
            return m.token.lower_ in ("man", "lady", "woman", "fellow", "guy", "bloke") and not frame.about
        past = any(c.dep_ == "relcl" and c.tag_ in ("VBD", "VBN") for c in m.token.children)
        return "the" in dets and past and frame.about < 0.4

    def _topic(self, before: list[Mention], m: Mention) -> Reading | None:
        """The narrator, where named first in this speech and nobody that surely has that gender came since."""
        named = [p for p in before if p.key == "narrator" and not vocative(self.scene, p)]
        if not named or not m.pronoun:
            return None
        own = m.token.dep_ == "poss" or m.token.lower_.endswith("self")
        if not own and named[-1].role == "subj" and named[-1].token.head.i in (m.token.head.i, m.token.head.head.i):
            return None  # what the narrator did, somebody else had done to him
        since = [
            p for p in before if p.start > named[-1].start and self._could(p, m) and p.key not in ("narrator", "?")
        ]
        if any(p.gender == m.gender or p.role == "subj" for p in since):
            return None
        return Reading(0.95, ["the narrator is named before, in the same speech"])

    def _named_before(self, frame: Frame, m: Mention) -> bool:
        """Whether the last person of that gender in the narration before is the narrator, by name."""
        here = [p for p in self.people(frame.block) if p.start < frame.start and not p.quoted and m.sent - p.sent <= 3]
        near = [
            p
            for p in here
            if not p.plural
            and p.key not in ("I", "?")
            and (p.gender == m.gender or p.key == "narrator" and p.gender is None)
        ]
        return bool(near) and near[-1].key == "narrator"

    def _named_by(self, number: int, frame: Frame) -> bool:
        """Whether the speech just before, by the same speaker, speaks of the narrator by name."""
        if not number:
            return False
        last = self.scene.frames[number - 1]
        if last.block != frame.block or last.speaker.noun != frame.speaker.noun or not last.speaker.noun:
            return False
        return any(
            p.key == "narrator" and last.start <= p.start < last.end and not vocative(self.scene, p)
            for p in self.people(frame.block)
        )


def _pointed(m: Mention) -> bool:
    """Whether the noun is one person pointed out by an epithet or a kin word: "that boy", "my son"."""
    return not m.plural and definite(m) and (m.key in EPITHETS or m.token.lower_ in GROUP)
