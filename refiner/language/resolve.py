"""Who a third-person word in somebody's speech means: the narrator, another, or nobody can tell.

The evidence for and against is added up openly; its words become the reason of the edit. What counts is who speaks, to
whom, who else of that gender is near, and what was said before.
"""

from __future__ import annotations

import re

from refiner.language import lexicon
from refiner.language.evidence import (
    ASK_SPEECH,
    EPITHETS,
    Reading,
    caption,
    definite,
    is_predicate,
    said_of_me,
    vocative,
)
from refiner.language.kin_speech import KinReadings
from refiner.language.parse import entity_type
from refiner.language.people import Mention, people
from refiner.language.quotes import Frame
from refiner.language.relations import GROUP
from refiner.language.scene import Scene


class Speechreader(KinReadings):
    """Reads the third-person words in the quotes of a note, in order: a later quote can go on from an earlier."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._people: dict[int, list[Mention]] = {}
        self.read: dict[int, Reading] = {}  # by start
        self.topic: dict[int, tuple[str, float]] = {}  # by frame number: what its last pronoun meant
        self.told: dict[int, float] = {}  # narrator as third-person antecedent outside quotes: by start

    def people(self, index: int) -> list[Mention]:
        if index not in self._people:
            self._people[index] = people(self.scene, index)
        return self._people[index]

    def run(self) -> dict[int, Reading]:
        """Readings for every pronoun of the old gender and every epithet within quotes, by start."""
        for number, frame in enumerate(self.scene.frames):
            if frame.speaker.role != "narrator":
                self._frame(number, frame)
        return self.read

    def _targets(self, frame: Frame) -> list[Mention]:
        scene = self.scene
        out = []
        for m in self.people(frame.block):
            if not frame.start <= m.start < frame.end:
                continue
            if (
                m.pronoun
                and m.key == "?"
                and m.gender == scene.gender
                or not m.plural
                and not m.pronoun
                and m.gender == scene.gender
                and definite(m)
                and (m.key in EPITHETS or m.token.lower_ in GROUP)
            ):
                out.append(m)
        return out

    def _frame(self, number: int, frame: Frame) -> None:
        targets = self._targets(frame)
        if not targets:
            named = [m for m in self.people(frame.block) if m.key == "narrator" and frame.start <= m.start < frame.end]
            if named:
                self.topic[number] = ("narrator", 0.9)
            return
        for m in targets:
            reading = self._read(number, frame, m)
            reading.confidence = max(0.0, min(0.99, reading.confidence))
            self.read[m.start] = reading
            if m.pronoun or reading.confidence >= 0.5:
                self.topic[number] = ("narrator" if reading.confidence >= 0.5 else "other", reading.confidence)

    def _read(self, number: int, frame: Frame, m: Mention) -> Reading:
        scene = self.scene
        r = Reading(0.5)
        inside = [p for p in self.people(frame.block) if frame.start <= p.start < frame.end]
        before = [p for p in inside if p.start < m.start and not (p.key == "narrator" and vocative(scene, p))]
        before = [
            p for p in before if p.pronoun or not (lexicon.address(p.token.lower_, scene.gender) and vocative(scene, p))
        ]
        last = next((p for p in reversed(before) if self._could(p, m)), None)
        if last is not None and m.pronoun and m.role == "subj" and last.role != "subj":
            subjects = [p for p in before if p.role == "subj" and self._could(p, m)]
            if (
                subjects
                and subjects[-1].start in self.read
                and subjects[-1].pronoun
                and m.sent - subjects[-1].sent <= 1
            ):
                earlier = self.read[subjects[-1].start]
                return Reading(min(earlier.confidence, 0.8), [*earlier.why[:2], "the subject goes on"])
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
        if last is None and number and frame.attributed is False and self._named_by(number, frame):
            return Reading(0.93, ["the same speaker has just named the narrator"])
        topics = [(n, self.topic[n]) for n in (same or near) if n in self.topic]
        if topics and last is None:
            n, (who, sure) = topics[-1]
            if who == "narrator" and sure >= 0.85 and m.pronoun and frame.addressee.role != "narrator":
                if not self._since(scene.frames[n], frame, m):
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
        if r.confidence < ASK_SPEECH and weak and frame.addressee.role != "narrator":
            r.confidence = ASK_SPEECH
        mine = (
            bool(named)
            or any(frame.start <= k < m.start and v.confidence >= 0.5 for k, v in self.read.items())
            or bool(topics)
            and topics[-1][1][0] == "narrator"
        )
        if r.confidence < ASK_SPEECH and mine and frame.addressee.role != "narrator" and last is not None:
            r.confidence = ASK_SPEECH
        if r.confidence < 0.42 and frame.about and frame.addressee.role != "narrator" and last is None:
            r.confidence = 0.42
        return r

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
            and lexicon.address(word, self.scene.gender) is not None
            and (word not in lexicon.words("address", "parents"))
        )

    def _new_person(self, frame: Frame, m: Mention) -> bool:
        """ "The man who bought it", "my old man": somebody of his own, unless it is "this" or "that" one."""
        dets = {c.lower_ for c in m.token.children if c.dep_ in ("det", "poss", "predet")}
        if dets & {"this", "that", "such"}:
            return False
        if dets & {"my", "our"}:
            return m.token.lower_ in ("man", "lady", "woman", "fellow", "guy", "bloke") and not frame.about
        past = any(c.dep_ == "relcl" and (c.tag_ in ("VBD", "VBN")) for c in m.token.children)
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
        sure = [p for p in since if p.gender == m.gender or p.role == "subj"]
        if sure:
            return None
        return Reading(0.95, ["the narrator is named before, in the same speech"])

    def _named_before(self, frame: Frame, m: Mention) -> bool:
        """Whether the last person of that gender in the narration before is the narrator, by name."""
        here = [p for p in self.people(frame.block) if p.start < frame.start and not p.quoted and m.sent - p.sent <= 3]
        near = [p for p in here if not p.plural and p.key not in ("I", "?") and p.gender in (None, m.gender)]
        near = [p for p in near if p.key == "narrator" or p.gender == m.gender]
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

    def _could(self, p: Mention, m: Mention) -> bool:
        """Whether mention `p` can be what `m` means, by gender, number and clause."""
        if p.key == "I" or p.plural or is_predicate(p.token) or p.gender not in (None, m.gender) or p.start == m.start:
            return False
        if p.key in EPITHETS and p.start in self.read:
            return True
        reflexive = m.token.lower_.endswith("self") or m.token.dep_ == "poss"
        if not reflexive and m.token.dep_ == "pobj" and p.role == "subj" and p.token.head.i == m.token.head.head.i:
            return False  # "she drew it for her"
        return bool(reflexive or p.token.head.i != m.token.head.i or p.token.dep_ == "poss")

    def _a_person(self, p: Mention) -> bool:
        """Whether a name without a gender is somebody's, and not a subject's, a town's or a feast's."""
        return p.token.pos_ == "PROPN" and (p.role == "subj" or entity_type(p.token) == "PERSON")

    def _since(self, last: Frame, frame: Frame, m: Mention) -> bool:
        """Whether somebody of that gender came in between two speeches, those who talk left out."""
        talkers = self._talkers(frame)
        for index in range(last.block, frame.block + 1):
            for p in self.people(index):
                if not last.end <= p.start < frame.start or p.plural or p.key in ("I", "narrator"):
                    continue
                if p.gender not in (None, m.gender) or p.key in talkers or p.start == frame.speaker.span[0]:
                    continue
                if p.gender is None and not (p.token.pos_ == "NOUN" or self._a_person(p)):
                    continue
                if p.pronoun and (
                    self.scene.gender_of(frame.speaker) == p.gender or self._stands_for(p, self.people(index), talkers)
                ):
                    continue
                return True
        return False

    def _owner_of_speaker(self, frame: Frame, m: Mention) -> str:
        """The one of that gender to whom the speaker belongs: said by "my son's teacher", it may be about the son."""
        for p in self.people(frame.block):
            if p.token.dep_ == "poss" and p.gender == m.gender and not p.pronoun and p.key != "narrator":
                head = p.token.head
                if p.start - p.token.idx + head.idx == frame.speaker.span[0]:
                    return str(p.token.text)
        return ""

    def _talkers(self, frame: Frame) -> set[str]:
        """Who takes part in the talk, by noun: they are I and you in it, and seldom he."""
        frames = [f for f in self.scene.frames if abs(f.block - frame.block) <= 1 and abs(f.start - frame.start) < 400]
        near = [p for f in frames for p in (f.speaker, f.addressee)]
        return {p.noun for p in near if p.role == "other" and p.noun} - {"he", "she", "they", "him", "her", "them"}

    def _writes(self, p: Mention) -> bool:
        """Whether a person is told of as one who writes reports: a teacher, or a name with a title."""
        if p.pronoun:
            return True
        left = self.scene.text[max(0, p.start - 8) : p.start]
        return re.search(
            r"\b(?:Mr|Mrs|Ms|Miss|Dr|Sr|Fr|Sister|Brother|Father|Prof)\.?\s+$", left
        ) is not None or p.token.lower_ in (
            "teacher",
            "headmaster",
            "headmistress",
            "principal",
            "warden",
            "coach",
            "editor",
            "clerk",
            "officer",
            "manager",
            "secretary",
            "mother",
            "father",
        )

    def _stands_for(self, p: Mention, group: list[Mention], talkers: set[str]) -> bool:
        """Whether a pronoun in the narration goes back to one who takes part in the talk."""
        earlier = [x for x in group if x.start < p.start and not x.pronoun and not x.quoted and not x.plural]
        fits = [x for x in earlier if x.key not in ("I", "narrator") and x.gender in (None, p.gender)]
        return bool(fits) and fits[-1].key in talkers

    def _rival(self, frame: Frame, m: Mention) -> tuple[Mention | None, int]:
        """The nearest other person of that gender in the narration, and how many sentences away."""
        here = [
            p for p in self.people(frame.block) if p.start < frame.start and not (frame.start <= p.start < frame.end)
        ]
        after = [
            p
            for p in self.people(frame.block)
            if frame.end <= p.start < frame.end + len(frame.attribution.split(",")[0]) + 1
        ]
        speaker, to = frame.speaker.span[0], frame.addressee.span[0]
        talkers = self._talkers(frame)
        sent = m.sent
        best: tuple[Mention | None, int] = (None, 99)
        blocks = [(here, 0)]
        for back in range(1, min(frame.block, 3) + 1):
            blocks.append((self.people(frame.block - back), back))
        speaker_keys = {p.key for p in self.people(frame.block) if p.start == speaker} - {"?", "I", "narrator"}
        for group, back in blocks:
            last = sum(max((p.sent for p in self.people(frame.block - n)), default=0) + 1 for n in range(1, back + 1))
            for p in reversed(group):
                if (
                    p.key in ("I", "narrator")
                    or p.plural
                    or p.gender not in (None, m.gender)
                    or p.start in (speaker, to)
                    or p.key in speaker_keys
                ):
                    continue
                if p.pronoun and (
                    self.scene.gender_of(frame.speaker) == p.gender
                    and frame.speaker.role == "other"
                    or self.read.get(p.start, Reading(0)).confidence > 0.7
                ):
                    continue
                if said_of_me(p.token) or p.gender is None and not self._a_person(p):
                    continue
                if p.start in self.read and self.read[p.start].confidence > 0.7:
                    continue
                if p.key == frame.speaker.noun or p.quoted and p.key == "?":
                    continue
                if frame.record and self._writes(p):
                    continue
                if p.key in talkers or p.pronoun and not p.quoted and self._stands_for(p, group, talkers):
                    continue
                far = sent - p.sent + last
                if far < best[1]:
                    best = (p, far)
                break
        for p in after if frame.attributed else ():
            if p.key == frame.speaker.noun:
                continue
            if (
                p.key not in ("I", "narrator", "?")
                and p.gender == m.gender
                and p.start not in (speaker, to)
                and not p.plural
                and not p.quoted
            ):
                best = (p, 1) if best[1] > 1 else best
        return best
