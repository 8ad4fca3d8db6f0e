"""What the narrator is called, used once more without a call: "I looked round for the uncle"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refiner.language import lexicon
from refiner.language.inflect import match_case
from refiner.language.open_words import ASKED, NIECE, OpenWords, overlaps
from refiner.language.relations import GROUP
from refiner.language.scene import Proposal


class OpenCalls(OpenWords):
    """Asks about words of address for Unexplained."""

    def _called(self, found: list[Proposal]) -> Iterator[Proposal]:
        """Questions for what the narrator was just called and for what he says to be to people, beside `found`."""
        taken = [(p.start, p.end) for p in found]
        yield from self._once_more(found, taken)
        yield from self._to_people(taken)
        yield from self._saluted(taken)

    def _once_more(self, found: list[Proposal], taken: list[tuple[int, int]]) -> Iterator[Proposal]:
        """ "I looked round for the uncle", "Madam has brought it", after a call by that word."""
        scene = self.scene
        calls = {}
        for p in found:
            if p.rule in ("vocative", "called", "title") and p.after and p.confidence >= 0.4:
                calls[scene.text[p.start : p.end].casefold()] = p.after.casefold()
        said = set(calls)
        if NIECE.search(scene.text):
            for word in GROUP:
                entry = lexicon.address(word, scene.gender) if GROUP[word] == "uncle" else None
                if entry and not entry.plural:
                    calls.setdefault(word, entry.after)
        for word, after in calls.items():
            if len(word) < 3 or " " in word:
                continue
            pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-]|['’]s\b)", re.IGNORECASE)
            for m in pattern.finditer(scene.text, scene.body):
                if overlaps(taken, *m.span()) or self.reader.fixed(*m.span()) or self._of_another(*m.span()):
                    continue
                frame = scene.frame_at(m.start())
                if frame.speaker.role == "narrator" and frame.kind != "base":
                    continue
                if word not in said and (frame.kind == "base" or not m[0][0].isupper()):
                    continue
                why = "the narrator is called so here"
                yield Proposal(m.start(), m.end(), match_case(m[0], after), "open-call", why, ASKED)

    def _saluted(self, taken: list[tuple[int, int]]) -> Iterator[Proposal]:
        """ "Dear Sir," at the head of a mail that somebody else wrote to the narrator."""
        scene = self.scene
        pattern = re.compile(
            r"^[ \t>*_\"“]*(?:Dear|Respected|Hello|Hi) (?P<w>Sir|Madam|Ma['’]am|Mister|Miss)(?=[ \t]*[,!:\n])", re.M
        )
        for m in pattern.finditer(scene.text, scene.body):
            start, end = m.span("w")
            entry = lexicon.address(m["w"], scene.gender)
            signed = scene.names.first[0] and scene.names.first[0] in scene.text[end:]
            if not entry or signed or overlaps(taken, start, end):
                continue
            received = re.search(r"\b[Ss]ubject:|\b[Ww]rote\b", scene.text[:start])
            if received or scene.frame_at(start).speaker.role != "narrator":
                why = "a letter, perhaps to the narrator"
                yield Proposal(start, end, match_case(m["w"], entry.after), "open-call", why, ASKED)

    def _of_another(self, start: int, end: int) -> bool:
        """Whether the word has an owner, an article that brings in another, or a name beside it."""
        text = self.scene.text
        left = text[max(self.scene.body, start - 12) : start]
        owned = re.search(r"\b(?:my|his|her|your|our|their|another|own|an?|[A-Z]\w+)\s+$", left)
        return bool(owned or re.match(r"\s+[A-Z]", text[end : end + 3]))

    def _to_people(self, taken: list[tuple[int, int]]) -> Iterator[Proposal]:
        """ "To the children I am uncle": what the narrator is to somebody."""
        scene = self.scene
        parents = lexicon.words("address", "parents")
        words = "|".join(w for w in lexicon.table(scene.gender, ("address",)) if " " not in w and w not in parents)
        pattern = re.compile(
            r"\bto (?:the|my|our|every|all the) [\w-]+,? (?:I(?:['’]m| am| was) )?(?:just |only |plain )?"
            rf"(?P<w>{words})(?=[,.;])",
            re.IGNORECASE,
        )
        for m in pattern.finditer(scene.text, scene.body):
            start, end = m.span("w")
            entry = lexicon.address(m["w"], scene.gender)
            if entry and scene.frame_at(m.start()).kind == "base" and not overlaps(taken, start, end):
                why = "what the narrator is to somebody"
                yield Proposal(start, end, match_case(m["w"], entry.after), "open-call", why, ASKED)
