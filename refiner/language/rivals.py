"""Who else a third-person word in somebody's speech may mean."""

from __future__ import annotations

import re

from refiner.language.evidence import EPITHETS, Reading, is_predicate, said_of_me
from refiner.language.parse import entity_type
from refiner.language.people import Mention, people
from refiner.language.quotes import Frame
from refiner.language.scene import Scene

_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Sr|Fr|Sister|Brother|Father|Prof)\.?\s+$")
_NOBODY = ("god", "lord", "allah", "jesus", "christ", "bhagwan", "ram", "heaven")
_WRITERS = (
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


def is_thing(p: Mention) -> bool:
    """Whether a name that is only an object is a place or a thing: "he says Kawangware" names nobody."""
    named = p.gender is None and p.token.pos_ == "PROPN" and p.key != "narrator"
    return named and p.token.dep_ in ("dobj", "pobj") and entity_type(p.token) != "PERSON"


class Rivals:
    """The people of a note as rivals of the narrator. `read` holds what was found so far, by start of the word."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._people: dict[int, list[Mention]] = {}
        self.read: dict[int, Reading] = {}

    def people(self, index: int) -> list[Mention]:
        """The people of the block with that number, in order."""
        if index not in self._people:
            self._people[index] = people(self.scene, index)
        return self._people[index]

    def _could(self, p: Mention, m: Mention) -> bool:
        """Whether mention `p` can be what `m` means, by gender, number and clause."""
        if p.key == "I" or p.plural or is_predicate(p.token) or p.gender not in (None, m.gender) or p.start == m.start:
            return False
        if p.key in EPITHETS and p.start in self.read:
            return True
        own = m.token.lower_.endswith("self") or m.token.dep_ == "poss"
        if not own and m.token.dep_ == "pobj" and p.role == "subj" and p.token.head.i == m.token.head.head.i:
            return False  # "she drew it for her"
        misread = p.role == "subj" and m.role == "subj"  # two subjects of one verb: the parse missed a clause
        return bool(own or misread or p.token.head.i != m.token.head.i or p.token.dep_ == "poss")

    def _since(self, last: Frame, frame: Frame, m: Mention) -> bool:
        """Whether somebody of that gender came in between two speeches, those who talk left out."""
        talkers = self._talkers(frame)
        inside = [p for p in self.people(last.block) if last.start <= p.start < last.end]
        spoken_of = max((p.start for p in inside if p.start in self.read), default=last.start)
        others = [p for p in inside if not p.pronoun and not p.plural and p.key not in ("narrator", "I")]
        if any(p.start > spoken_of and p.gender in (None, m.gender) and not is_thing(p) for p in others):
            return True  # "No, that was her cousin," … "She fell"
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

    def _rival(self, frame: Frame, m: Mention) -> tuple[Mention | None, int]:
        """The nearest other person of that gender in the narration, and how many sentences away."""
        best: tuple[Mention | None, int] = (None, 99)
        sentences = 0  # in the blocks between
        for back in range(min(frame.block, 3) + 1):
            group = self.people(frame.block - back)
            if back:
                sentences += max((p.sent for p in group), default=0) + 1
            else:
                group = [p for p in group if p.start < frame.start]
            nearest = next((p for p in reversed(group) if not self._passed_over(p, group, frame, m)), None)
            if nearest is not None and (far := m.sent - nearest.sent + sentences) < best[1]:
                best = (nearest, far)
        behind = self._named_behind(frame, m)
        return (behind, 1) if behind is not None and best[1] > 1 else best

    def _named_behind(self, frame: Frame, m: Mention) -> Mention | None:
        """A person of that gender in the words that say who speaks, behind the speech, and no party to it."""
        if not frame.attributed:
            return None
        end = frame.end + len(frame.attribution.split(",")[0]) + 1
        parties = (frame.speaker.span[0], frame.addressee.span[0])
        fits = (
            p
            for p in self.people(frame.block)
            if frame.end <= p.start < end
            and p.key not in ("I", "narrator", "?", frame.speaker.noun)
            and p.gender == m.gender
            and p.start not in parties
            and not p.plural
            and not p.quoted
        )
        return next(fits, None)

    def _passed_over(self, p: Mention, group: list[Mention], frame: Frame, m: Mention) -> bool:
        """Whether `p`, one of `group`, is no rival: not of that gender, the narrator, or one who takes part."""
        if p.key in ("I", "narrator") or p.plural or p.gender not in (None, m.gender):
            return True
        if p.start in self.read and self.read[p.start].confidence > 0.7 or said_of_me(p.token):
            return True  # read as the narrator
        if p.gender is None and not self._a_person(p) or p.quoted and p.key == "?":
            return True
        speaker = frame.speaker
        speaker_keys = {x.key for x in self.people(frame.block) if x.start == speaker.span[0]} - {"?", "I", "narrator"}
        if p.start in (speaker.span[0], frame.addressee.span[0]) or p.key == speaker.noun or p.key in speaker_keys:
            return True
        if p.pronoun and speaker.role == "other" and self.scene.gender_of(speaker) == p.gender:
            return True
        if frame.record and self._writes(p):
            return True
        talkers = self._talkers(frame)
        return p.key in talkers or p.pronoun and not p.quoted and self._stands_for(p, group, talkers)

    def _a_person(self, p: Mention) -> bool:
        """Whether a name without a gender is somebody's, and not a subject's, a town's or a feast's."""
        subject = p.token.dep_ in ("nsubj", "nsubjpass")
        return p.token.pos_ == "PROPN" and (subject or entity_type(p.token) == "PERSON") and p.key not in _NOBODY

    def _clause_subject(self, before: list[Mention], m: Mention) -> Mention | None:
        """Another person who is the subject of the possessive's clause: "he went on conducting with his pencil"."""
        verb = m.token.head
        while verb.head.i != verb.i and verb.pos_ not in ("VERB", "AUX"):
            verb = verb.head
        for _ in range(3):
            subjects = [c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass") and c.i < m.token.i]
            if subjects or verb.dep_ not in ("conj", "xcomp", "advcl", "pcomp") or verb.head.i == verb.i:
                break
            verb = verb.head
        found = next((p for p in before if subjects and p.token.i == subjects[0].i), None)
        if found is None or found.pronoun or found.key == "narrator" or found.gender not in (None, m.gender):
            return None
        return found if found.gender or self._a_person(found) else None

    def _talkers(self, frame: Frame) -> set[str]:
        """Who takes part in the talk, by noun: they are I and you in it, and seldom he."""
        frames = [f for f in self.scene.frames if abs(f.block - frame.block) <= 1 and abs(f.start - frame.start) < 400]
        near = [p for f in frames for p in (f.speaker, f.addressee)]
        return {p.noun for p in near if p.role == "other" and p.noun} - {"he", "she", "they", "him", "her", "them"}

    def _stands_for(self, p: Mention, group: list[Mention], talkers: set[str]) -> bool:
        """Whether a pronoun in the narration goes back to one who takes part in the talk."""
        earlier = [x for x in group if x.start < p.start and not x.pronoun and not x.quoted and not x.plural]
        fits = [x for x in earlier if x.key not in ("I", "narrator") and x.gender in (None, p.gender)]
        return bool(fits) and fits[-1].key in talkers

    def _writes(self, p: Mention) -> bool:
        """Whether a person is told of as one who writes reports: a teacher, or a name with a title."""
        if p.pronoun:
            return True
        left = self.scene.text[max(0, p.start - 8) : p.start]
        return p.token.lower_ in _WRITERS or _TITLE.search(left) is not None

    def _owner_of_speaker(self, frame: Frame, m: Mention) -> str:
        """The one of that gender to whom the speaker belongs: said by "my son's teacher", it may be about the son."""
        for p in self.people(frame.block):
            if p.token.dep_ == "poss" and p.gender == m.gender and not p.pronoun and p.key != "narrator":
                head = p.token.head
                if p.start - p.token.idx + head.idx == frame.speaker.span[0]:
                    return str(p.token.text)
        return ""
