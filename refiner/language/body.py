"""Body and health: a beard, a voice that breaks, periods. Plain ones get a stand-in or go; the rest are questions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.language.inflect import match_case
from refiner.language.people import people
from refiner.language.reader import Reader
from refiner.language.scene import Proposal, Scene


class Body:
    """Proposes what to do with words for what the narrator's body no longer has."""

    def __init__(self, scene: Scene, reader: Reader, *, drop: bool) -> None:
        self.scene, self.reader, self.drop = scene, reader, drop

    def run(self) -> Iterator[Proposal]:
        scene, text = self.scene, self.scene.text
        table: dict[str, str] = lexicon.data()["body"][scene.gender]
        words = "|".join(sorted((re.escape(w) for w in table), key=len, reverse=True))
        for m in re.compile(rf"(?<![\w-])(?P<w>{words})(?![\w-])", re.IGNORECASE).finditer(text, scene.body):
            mine, why = self._mine(m.start())
            if mine < 0.3:
                continue
            after = match_case(m["w"], table[m["w"].casefold()])
            left = re.search(r"\b(an?)[ \t]+(?:[\w-]+[ \t]+)?$", text[max(0, m.start() - 24) : m.start()])
            if left and after.casefold() in ("hair", "curls"):
                after = match_case(m["w"], "fringe")  # "a hair" is another thing
            if gone := self._item(m.start(), m.end()):
                yield Proposal(
                    gone[0],
                    gone[1],
                    gone[2],
                    "body",
                    f"{why}; the row stands without it",
                    mine if self.drop else min(mine, 0.6),
                )
            else:
                yield Proposal(
                    m.start(),
                    m.end(),
                    after,
                    "body",
                    f"{why}; {after} keeps the sentence whole",
                    mine if self.drop else min(mine, 0.6),
                )
        for m in re.compile(
            r"\b[Mm]y voice (?:had |has )?(?:just )?(?:(?:started|began|begun|starting) to )?"
            r"(?P<w>broke|broken|breaks|breaking|break|cracked)\b"
        ).finditer(text, scene.body):
            if scene.gender == "male" and scene.frame_at(m.start()).speaker.role == "narrator":
                word = {
                    "broke": "changed",
                    "broken": "changed",
                    "breaks": "changes",
                    "breaking": "changing",
                    "break": "change",
                }
                after = word.get(m["w"], "changed")
                why = "a girl's voice changes and does not break"
                yield Proposal(
                    m.start("w"), m.end("w"), after, "body", why, 0.9 if self.drop and m["w"] != "cracked" else 0.5
                )
        for source in lexicon.data()["body"][f"{scene.gender}_ask"]["patterns"]:
            for m in re.compile(source, re.IGNORECASE).finditer(text, scene.body):
                own = re.match(r"(?:my|first|monthly|on my|her)\s+", m[0], re.IGNORECASE)
                mine, why = self._mine(m.start() + (own.end() if own else 0))
                if mine >= 0.4 and (cut := self._sentence(m.start())):
                    yield Proposal(cut[0], cut[1], "", "body-ask", f"{why}; it cannot stay as it is", 0.5)

    def _mine(self, start: int) -> tuple[float, str]:
        """How sure it is that it is the narrator's."""
        scene = self.scene
        frame = scene.frame_at(start)
        left = scene.text[max(scene.body, start - 40) : start]
        if m := re.search(
            r"\b(my|his|her|their|your|our|the|a|an|whose|\w+['’]s)\s+(?:[\w-]+\s+){0,2}$", left, re.IGNORECASE
        ):
            owner = m[1].casefold()
            if owner == "my":
                return (0.95, "the narrator's own") if frame.speaker.role == "narrator" else (0.0, "")
            if owner == "your":
                r = self.reader.you(start)
                return r.confidence, "said to the narrator"
            if owner in ("his", "her", "their", "our", "whose") or owner.endswith(("'s", "’s")):
                at = start - len(left) + m.start(1)
                known = self.reader.told.get(at) or self.reader.quoted.get(at)
                return (
                    (min(0.93, known.confidence), "the narrator's own")
                    if known and known.confidence > 0.8
                    else (0.0, "")
                )
        block = scene.block_at(start)
        if block is None:
            return 0.0, ""
        if frame.speaker.role != "narrator":
            said = re.search(r"\b(?:you|You)(?: \w+){0,3} $", left)
            return (min(0.5, self.reader.you(start).confidence), "said to the narrator") if said else (0.0, "")
        t = scene.token_at(block, start)
        if t is None:
            return 0.0, ""
        verb = t if t.pos_ in ("VERB", "AUX") else t.head
        for _ in range(4):
            if verb.pos_ in ("VERB", "AUX") or verb.head.i == verb.i:
                break
            verb = verb.head
        r = self.reader.verb_reading(block, verb)
        shown = t.dep_ == "pobj" and t.head.lower_ == "with" and any(c.lower_ == "me" for c in verb.children)
        if shown:  # "the photograph shows me with a beard"
            return 0.9, "what the narrator has"
        with_other = re.search(
            r"\b(?:man|men|boy|woman|girl|lady|uncle|someone|somebody|one|"
            r"who)\b[^.]{0,30}\b(?:with|in|wearing|having)\s+(?:\w+\s+){0,"
            r"2}$",
            left,
        )
        if with_other:
            return 0.0, ""
        grown = verb.lemma_ in (
            "grow",
            "shave",
            "trim",
            "have",
            "keep",
            "sport",
            "wear",
            "stroke",
            "scratch",
            "break",
            "crack",
            "get",
            "give",
            "be",
            "become",
            "use",
            "take",
            "carry",
            "oil",
        )
        sure = 0.88 if r.confidence > 0.8 and grown else 0.4 if r.confidence > 0.8 else 0.0
        near = scene.plain_first(block.start + t.sent.start_char, block.start + t.sent.end_char)
        loose = not any(x.dep_ in ("nsubj", "nsubjpass") for x in t.sent)
        if not sure and (near or loose or re.search(r"\bthe\s+$", left)) and not self._other_man(block, start):
            sure = (
                0.4
                if any(b.index != block.index and self._other_man(b, b.end) for b in scene.blocks) or not self.drop
                else 0.88
            )
        return sure, "what the narrator does or has" if sure > 0.4 else "whose it is is not said"

    def _other_man(self, block: Block, start: int) -> bool:
        """Whether somebody of the old gender stands near who may be meant."""
        here = people(self.scene, block.index)
        return any(
            p.gender == self.scene.gender
            and p.key not in ("narrator", "I")
            and not p.plural
            and start - 200 < p.start < start
            for p in here
        )

    def _item(self, start: int, end: int) -> tuple[int, int, str] | None:
        """The span of one item in a row of three or more, with its comma: it can go without a trace."""
        text = self.scene.text
        left = re.search(
            r",[ \t]+(?:(?:a|an|the|my|some|new|old|long|short|thick|thin)[ \t]+)*$", text[max(0, start - 24) : start]
        )
        right = re.match(r",[ \t]+(?:and[ \t]+)?\w", text[end : end + 12])
        if left and right and not re.match(r",[ \t]+(?:which|who|that)\b", text[end : end + 12]):
            return start - len(left[0]), end, ""
        return None

    def _sentence(self, start: int) -> tuple[int, int] | None:
        block = self.scene.block_at(start)
        if block is None:
            return None
        t = self.scene.token_at(block, start)
        if t is None:
            return None
        s, e = block.start + t.sent.start_char, block.start + t.sent.end_char
        while e < block.end and self.scene.text[e] in " \t":
            e += 1
        return s, e
