"""The narrator's partner, where the policy swaps the partner too: "my wife", her names and pronouns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refiner.language import lexicon
from refiner.language.evidence import is_predicate
from refiner.language.inflect import before_noun, match_case, pronoun
from refiner.language.people import Mention, people
from refiner.language.reader import Reader
from refiner.language.scene import Proposal, Scene
from refiner.models import CanonEntry, Gender

WORDS: dict[Gender, tuple[str, ...]] = {
    "female": ("wife", "girlfriend", "fiancée", "fiancee", "bride", "missus"),
    "male": ("husband", "boyfriend", "fiancé", "fiance", "groom", "hubby"),
}


class Partner:
    """Finds the partner's mentions; `gender` is the partner's before, the one the narrator takes."""

    def __init__(self, scene: Scene, reader: Reader, canon: tuple[CanonEntry, ...]) -> None:
        self.scene, self.reader = scene, reader
        self.gender: Gender = scene.to
        self.names = {c.before for c in canon if c.kind != "name" and c.before[:1].isupper() and c.after[:1].isupper()}
        words = "|".join(WORDS[self.gender])
        for m in re.finditer(rf"\b[Mm]y (?:\w+ )?(?:{words}),? ([A-Z]\w+)", scene.text):
            self.names.add(m[1])

    def run(self, sure: float) -> Iterator[Proposal]:
        """Proposals with confidence at most `sure` (a question when the policy says ask)."""
        scene, text = self.scene, self.scene.text
        spans: set[int] = set()
        for m in re.compile(
            rf"\b(?:my|our|your) (?:[\w-]+ )?(?P<w>{'|'.join(WORDS[self.gender])})\b(?!-)", re.IGNORECASE
        ).finditer(text, scene.body):
            frame = scene.frame_at(m.start())
            mine = (
                frame.speaker.role == "narrator"
                if m[0][:2].casefold() == "my"
                else self.reader.you(m.start()).confidence > 0.8
                if m[0][:4].casefold() == "your"
                else False
            )
            if mine:
                spans.add(m.start("w"))
                entry = lexicon.noun(m["w"], self.gender)
                if entry:
                    yield Proposal(
                        m.start("w"),
                        m.end("w"),
                        match_case(m["w"], entry.after),
                        "partner",
                        "the narrator's partner",
                        min(sure, 0.97),
                        group="partner",
                    )
        if not spans and not any(re.search(rf"\b{re.escape(n)}\b", text) for n in self.names):
            return
        yield from self._pronouns(spans, sure)

    def _pronouns(self, spans: set[int], sure: float) -> Iterator[Proposal]:
        """Pronouns that go back to the partner: to the one spoken of last, the arguments of the same verb left out."""
        scene = self.scene
        last: list[tuple[str, int, Mention]] = []  # key, sentence counted through the note
        base = 0
        for block in scene.blocks:
            mentions = people(scene, block.index)
            if not mentions:
                continue
            for m in mentions:
                now = base + m.sent
                key = "partner" if m.start in spans or m.token.text in self.names else m.key
                if m.pronoun and m.key == "?":
                    if m.gender != self.gender:
                        continue
                    confidence, who, rival = self._who(m, now, last)
                    if who:
                        last.append((who, now, m))
                    if confidence:
                        after = pronoun(m.token.text, scene.gender, before_noun(m.token))
                        why = "the narrator's partner" + (f'; "{rival}" may be meant' if rival else "")
                        group = "partner" if confidence > 0.9 else ""
                        yield Proposal(m.start, m.end, after, "partner", why, min(sure, confidence), group=group)
                elif not m.plural and (key == "partner" or self._may_be_rival(m)):
                    last.append((key, now, m))
            base += max(m.sent for m in mentions) + 1

    def _may_be_rival(self, m: Mention) -> bool:
        """Whether another person is or may be of the partner's old gender: a name without one counts as a subject."""
        open_name = m.gender is None and m.token.pos_ == "PROPN" and m.role == "subj"
        return (m.gender == self.gender or open_name) and not is_predicate(m.token)

    def _who(self, m: Mention, now: int, last: list[tuple[str, int, Mention]]) -> tuple[float, str, str]:
        """How sure it is that the pronoun is the partner, whom it means ("" where open), and the rival's word."""
        frame = self.scene.frame_at(m.start)
        speaker = frame.speaker.span[0] if frame.kind == "quote" else -1
        near = [(k, s, x) for k, s, x in last if now - s <= 3 and x.start != speaker]
        own = m.token.dep_ == "poss" or m.token.lower_.endswith("self")
        verbs = {m.token.head.i} | ({m.token.head.head.i} if m.token.head.pos_ == "ADP" else set())
        if not own:  # "a girl asked her": not the girl
            near = [
                n
                for n in near
                if n[2].role != "subj" or n[2].token.doc is not m.token.doc or n[2].token.head.i not in verbs
            ]
        known = [k for k, s, _ in last if now - s <= 8]
        if "partner" not in known:
            return 0.0, "", ""
        if not near:
            return (0.93, "partner", "") if set(known) == {"partner"} else (0.0, "", "")
        if m.token.dep_ == "poss":  # "her goggles" are hers who is the subject there
            verb = m.token.head
            while verb.head.i != verb.i and verb.pos_ not in ("VERB", "AUX"):
                verb = verb.head
            subject = [
                n for n in near if n[2].token.doc is m.token.doc and n[2].token.head.i == verb.i and n[2].role == "subj"
            ]
            if subject:
                near = subject
        key = near[-1][0]
        if key == "partner":
            others = {k for k, _, x in near if k != "partner" and x.role == "subj" and now - near[-1][1] > 0}
            return (0.93, "partner", "") if not others else (0.6, "partner", sorted(others)[0])
        if any(k == "partner" for k, _, _ in near):
            return 0.5, key if near[-1][2].gender == self.gender else "", near[-1][2].token.text
        return 0.0, key, ""
