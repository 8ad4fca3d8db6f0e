"""The narrator's partner, where the policy swaps the partner too: "my wife", her names and pronouns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refiner.language import lexicon
from refiner.language.inflect import match_case, pronoun
from refiner.language.people import people
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
        scene = self.scene
        seen: list[tuple[str, int]] = []  # key, sentence counted through the note
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
                    near = [k for k, s in seen if now - s <= 3]
                    frame = scene.frame_at(m.start)
                    speaks = frame.kind == "quote" and any(
                        frame.speaker.span[0] == x.start and (x.start in spans or x.token.text in self.names)
                        for x in mentions
                    )
                    if "partner" not in [k for k, s in seen if now - s <= 8] or speaks:
                        continue
                    rivals = {k for k in near if k != "partner"}
                    confidence = 0.93 if not rivals else 0.5 if "partner" in near else 0.0
                    if confidence:
                        seen.append(("partner" if confidence > 0.9 else "?", now))
                        after = pronoun(
                            m.token.text,
                            "male" if self.gender == "female" else "female",
                            m.token.dep_ == "poss" or m.token.tag_ == "PRP$" and m.token.head.i > m.token.i,
                        )
                        yield Proposal(
                            m.start,
                            m.end,
                            after,
                            "partner",
                            "the narrator's partner"
                            + (f'; "{", ".join(sorted(rivals))}" may be meant' if rivals else ""),
                            min(sure, confidence),
                            group="partner" if confidence > 0.9 else "",
                        )
                elif not m.plural and (
                    key == "partner" or m.gender == self.gender or m.gender is None and m.token.pos_ == "PROPN"
                ):
                    seen.append((key, now))
            base += max(m.sent for m in mentions) + 1
