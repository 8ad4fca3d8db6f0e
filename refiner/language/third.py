"""Notes that tell of the narrator as she or he: whom each pronoun means, by who was spoken of last and how.

Salience after Lappin and Leass (1994), cut down: a mention counts for its role (subject before object before others)
and fades with each sentence; arguments of one verb are not the same person; a possessive leans to the subject of its
clause. What speaks for the narrator and for the nearest rival is pooled into a probability (see `pronoun_model`).
"""

from __future__ import annotations

from refiner.language.evidence import Reading, is_predicate
from refiner.language.people import Mention, people
from refiner.language.pronoun_features import Person, PronounFeatures
from refiner.language.pronoun_model import probability
from refiner.language.rivals import is_thing
from refiner.language.scene import Scene
from refiner.language.told_clauses import ClauseTests, clause_of, verb_of
from refiner.models import Gender

FADE = 0.55
ASK_TOLD = 0.41
UNLIKELY = 0.04  # below this the pronoun is taken for the other one's without a question
WEIGHT = {"subj": 1.0, "obj": 0.55, "other": 0.4}


class Teller(PronounFeatures, ClauseTests):
    """Reads the blocks that tell of the narrator in the third person; `run` gives readings by start of the pronoun."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.persons: dict[str, Person] = {}
        self.read: dict[int, Reading] = {}
        self.sentence = 0
        self.features: dict[int, dict[str, float]] = {}  # by start: what a pronoun's probability was made of
        self.links: dict[int, str | None] = {}  # by start: the nearest rival of a pronoun
        self.who: dict[int, str] = {}  # start of any resolved pronoun -> key

    def run(self) -> dict[int, Reading]:
        """Readings of the old gender's pronouns in what tells of the narrator, by start."""
        previous = False
        for index, told in enumerate(self.scene.told):
            if told:
                if not previous:
                    self.persons = {}
                self._block(index)
            previous = told or (previous and self.scene.blocks[index].kind == "heading")
        for block in self.scene.blocks:
            here = [x for x in self.scene.mentions if x.head and block.start <= x.start < block.end]
            if here and all(x.confidence < 0.9 for x in here):  # no better than what they go back to
                for start, reading in self.read.items():
                    if block.start <= start < block.end:
                        reading.confidence = min(reading.confidence, 0.6)
        return self.read

    def _block(self, index: int) -> None:
        """Reads one block's people in order, with what the blocks before left in mind."""
        mentions = [m for m in people(self.scene, index) if not m.quoted and not m.plural and m.key != "I"]
        self._learn(mentions)
        base, last = self.sentence, -1
        if self.scene.blocks[index].kind == "item":  # a list item begins a topic of its own
            base = self.sentence = self.sentence + 1
        for m in mentions:
            now = base + m.sent
            if m.pronoun:
                self._pronoun(m, now, mentions)
            elif not is_predicate(m.token) and not is_thing(m):
                self._see(m.key, m.gender, m, now)
            last = max(last, m.sent)
        self.sentence = base + last + 1 if last >= 0 else base + 1

    def _learn(self, mentions: list[Mention]) -> None:
        """A name of unknown gender beside the narrator takes the other gender where two people are she and he."""
        scene = self.scene
        unknown = {
            m.key
            for m in mentions
            if m.token.pos_ == "PROPN" and m.gender is None and m.key != "narrator" and m.key not in scene.known
        }
        others = [m for m in mentions if m.pronoun and m.gender == scene.to]
        women = {m.key for m in mentions if not m.pronoun and m.gender == scene.to}
        if len(unknown) == 1 and others and not women:
            scene.known[unknown.pop()] = scene.to

    def _see(self, key: str, gender: Gender | None, m: Mention, now: int, weight: float = 1.0) -> None:
        gender = gender or self.scene.known.get(key)
        person = self.persons.setdefault(key, Person(key, gender))
        person.gender = person.gender or gender
        told = any(c.dep_ == "relcl" for c in m.token.children)  # "Nelson, who found the errors": more is said of him
        person.seen.append((now, max(WEIGHT[m.role], 0.8 if told else 0.0) * weight, m))

    def _pronoun(self, m: Mention, now: int, mentions: list[Mention]) -> None:
        scored = self._scores(m, now)
        if not scored:
            if m.gender == self.scene.gender:
                near = any(
                    x.key == "narrator" and m.sent - 1 <= x.sent <= m.sent and x.start < m.start for x in mentions
                )
                sure = 0.9 if self.scene.base.speaker.role == "other" else ASK_TOLD if near else 0.2
                self.read[m.start] = Reading(sure, ["nobody is named before it, and the note is about the narrator"])
                if sure > 0.5:
                    self._see("narrator", m.gender, m, now, 0.9)
            return
        if m.gender != self.scene.gender:
            self._take(scored[0][0], m, now)
            return
        rival = next((p for p, _ in scored if p.key != "narrator"), None)
        me = next((p for p, _ in scored if p.key == "narrator"), None)
        features = self._features(m, scored, mentions)
        if me is not None and rival is not None:
            self.features[m.start] = features
        if me is None:
            sure = 0.02
        elif rival is None:
            sure = 0.97
        else:
            sure = probability(features)
        self._take(me if me is not None and (sure >= 0.5 or rival is None) else rival or scored[0][0], m, now)
        why = ["the narrator is the one spoken of"] + (
            [f'"{rival.key}" is spoken of too'] if rival else ["nobody else of that gender is spoken of"]
        )
        confidence = sure if sure >= 0.5 else max(sure, ASK_TOLD) if sure >= UNLIKELY else min(sure, 0.05)
        if self._cataphor(m, mentions):
            confidence = min(confidence, 0.6) if confidence >= 0.5 else max(confidence, 0.4)
            why.append("the clause stands before the one it belongs to")
        if self._contrasted(m, mentions):
            confidence = min(confidence, 0.2)
            why.append("the narrator is named in the clause beside it")
        if rival and self._both(m, mentions):
            confidence = max(ASK_TOLD, min(confidence, 0.6))
            why.append("two different persons are meant in this clause")
        between = self._between(m, mentions)
        if between and confidence >= 0.5:
            confidence = min(confidence, 0.75)
            why.append(f'"{between.token.text}" stands between')
        self.read[m.start] = Reading(min(confidence, 0.97), why, self._chain(m, rival, mentions))

    def _chain(self, m: Mention, rival: Person | None, mentions: list[Mention]) -> int:
        """Where the run of pronouns begins that mean one person with this one.

        A run ends where somebody is named again: what one answer settles must be one person.
        """
        before = max((k for k in self.who if k < m.start), default=None)
        self.links[m.start] = rival.key if rival else None
        if before is None or before not in self.read or self.who[before] != self.who.get(m.start):
            return m.start
        if self.links.get(before) != self.links[m.start] or self.read[before].chain < 0:
            return m.start
        named = ("narrator", rival.key if rival else "")
        again = any(before < x.start < m.start and not x.pronoun and x.key in named for x in mentions)
        return m.start if again else self.read[before].chain

    def _take(self, person: Person, m: Mention, now: int) -> None:
        """The pronoun is read as that person: it becomes the latest mention of it."""
        self._see(person.key, person.gender or m.gender, m, now, 0.9)
        self.who[m.start] = person.key

    def _scores(self, m: Mention, now: int) -> list[tuple[Person, float]]:
        """Who of that gender was spoken of lately, with how strongly each is in mind; the strongest first."""
        out = []
        for p in self.persons.values():
            gender = p.gender or self.scene.known.get(p.key)
            if gender not in (None, m.gender) or self._excluded(p, m):
                continue
            score = 0.0
            for s, w, seen in p.seen:
                far = now - s
                if far > 6:
                    continue
                value = w * FADE**far
                if far == 0 and m.role == "subj" and seen.role == "subj":
                    value *= 1.3
                if far == 1 and m.role == "subj" and seen.role == "subj":
                    value *= 1.2
                if (
                    far == 0
                    and m.token.dep_ == "poss"
                    and seen.role == "subj"
                    and clause_of(seen.token) == clause_of(m.token)
                ):
                    value *= 2.5
                score = max(score, value) if far else max(score, value) + 0.02
            if p.seen and score:
                score *= 1 + 0.05 * min(6, len(p.seen) - 1)
                if gender is None:
                    score *= 0.42 if p.seen[0][2].token.pos_ == "NOUN" else 0.85
                if p.seen[-1][2].sent == m.sent and now == p.seen[-1][0]:
                    score *= 1.1
                out.append((p, score))
        return sorted(out, key=lambda x: -x[1])

    def _excluded(self, p: Person, m: Mention) -> bool:
        """Whether the last mention of `p` is another argument of the pronoun's own verb."""
        if m.token.dep_ == "poss" or m.token.lower_.endswith("self") or m.token.lower_ in ("his", "hers"):
            return False
        verb = verb_of(m.token)
        return any(
            seen.token.sent == m.token.sent
            and seen.token.dep_ != "poss"
            and verb_of(seen.token) == verb
            and seen.token.doc is m.token.doc
            and seen.role == "subj"
            for _, _, seen in p.seen[-3:]
        )
