"""Boys' schools, men's hostels, gents' compartments: swapped or asked about, named ones through the canon."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refiner.language import lexicon
from refiner.language.inflect import match_case
from refiner.language.people import people
from refiner.language.reader import Reader
from refiner.language.scene import Proposal, Scene
from refiner.models import CanonEntry, Gender

_MALE = {
    "boys": "girls",
    "men": "women",
    "gents": "ladies",
    "gentlemen": "ladies",
    "male": "female",
}
_FEMALE = {
    "girls": "boys",
    "women": "men",
    "ladies": "gents",
    "female": "male",
}


def pattern(gender: Gender) -> re.Pattern[str]:
    """Matches the gendered word of an institution; group w is what changes, k the kind."""
    words = "boys|gents|men|gentlemen|male" if gender == "male" else "girls|ladies|women|female"
    kinds = "|".join(sorted(lexicon.words("institution", "kinds"), key=len, reverse=True))
    return re.compile(
        rf"(?<![\w-])(?P<all>all-|single-sex )?(?P<w>{words})(?P<s>['’]s?|"
        rf"s['’])?(?P<only>-only)?(?P<mid>[ \t-]+(?:[\w&.'’-]+[ \t]+){{0,"
        rf"2}}?)(?P<k>{kinds})(?![\w])",
        re.IGNORECASE,
    )


PREFIX = "institution:"  # of the ids of entries that a named institution proposes


class Institutions:
    """Proposes edits for institutions of one gender that the narrator belongs to.

    `staying`: names of institutions that the person wants as they are.
    """

    def __init__(
        self, scene: Scene, reader: Reader, canon: tuple[CanonEntry, ...], staying: frozenset[str] = frozenset()
    ) -> None:
        self.scene, self.reader, self.staying = scene, reader, staying
        self.canon = {c.before.casefold(): c for c in canon if c.kind == "institution"}
        self.proposed: dict[str, CanonEntry] = {}

    def run(self) -> Iterator[Proposal]:
        scene, text = self.scene, self.scene.text
        known = sorted(self.canon.values(), key=lambda c: -len(c.before))
        taken: list[tuple[int, int]] = [
            (scene.body + m.start(), scene.body + m.end())
            for name in sorted(self.staying)
            for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text[scene.body :], re.IGNORECASE)
        ]
        for entry in known:
            for m in re.finditer(rf"(?<!\w){re.escape(entry.before)}(?!\w)", text[scene.body :]):
                s = scene.body + m.start()
                taken.append((s, s + len(entry.before)))
                yield Proposal(
                    s,
                    s + len(entry.before),
                    entry.after,
                    "institution-canon",
                    entry.reason or "the canon says so",
                    0.97,
                )
        for m in pattern(scene.gender).finditer(text, scene.body):
            start, end = m.span("w")
            if any(a < end and start < b for a, b in taken) or self.reader.fixed(start, end):
                continue
            if (
                not m["s"]
                and m["w"].casefold() in ("men", "women")
                and not self._name_like(m)
                and not (m["all"] or m["only"])
            ):
                continue
            if not m["s"] and m["mid"].strip() and not self._name_like(m):
                continue
            if (
                re.search(r"\b(?:one of|each of|of|some of|none of) the\s+$", text[max(0, start - 14) : start])
                and not m["s"]
            ):
                continue
            after = self._word(m)
            confidence, why = self._belongs(start)
            if confidence >= 0.88 and (name := self._name(m)):
                new = name[0][: start - name[1]] + after + name[0][end - name[1] :]
                self.proposed[name[0]] = CanonEntry(
                    id=f"{PREFIX}{name[0].casefold()}", kind="institution", before=name[0], after=new,
                    reason=f"{name[0]} takes one gender only",
                )  # fmt: skip
            yield Proposal(start, end, after, "institution", why, confidence)
        for entry in self.proposed.values():
            for m in re.finditer(rf"(?<!\w){re.escape(entry.before)}(?!\w)", text[scene.body :]):
                s = scene.body + m.start()
                yield Proposal(s, s + len(entry.before), entry.after, "institution-canon", entry.reason, 0.9)
        gents = (
            r"\bthe (?P<w>gents)(?:['’])?(?=[\s,.;!?]|$)"
            if scene.gender == "male"
            else r"\bthe (?P<w>ladies)(?=['’]?(?:[.,;!?]|$| (?:to|and|at|on|for)\b))"
        )
        for m in re.finditer(gents, text[scene.body :]):
            s, e = scene.body + m.start("w"), scene.body + m.end("w")
            if not any(a < e and s < b for a, b in taken) and not pattern(scene.gender).match(text, s):
                confidence, why = self._belongs(s)
                to_place = (
                    re.search(
                        r"\b(?:in|to|into|from|outside|of|for|visit\w*|us\w+|find\w*|found) the $",
                        text[max(0, s - 16) : s],
                    )
                    is not None
                )
                yield Proposal(
                    s,
                    e,
                    "ladies" if scene.gender == "male" else "gents",
                    "institution",
                    why,
                    min(confidence, 0.9 if to_place else 0.4),
                )

    def _word(self, m: re.Match[str]) -> str:
        word, low = m["w"], m["w"].casefold()
        after = (_MALE if self.scene.gender == "male" else _FEMALE)[low]
        return match_case(word, after)

    def _name_like(self, m: re.Match[str]) -> bool:
        return bool(m["w"][0].isupper() and m["k"][0].isupper())

    def _name(self, m: re.Match[str]) -> tuple[str, int] | None:
        """The whole name with its start, where the institution has one."""
        if not self._name_like(m):
            return None
        text = self.scene.text
        left = re.search(r"(?:(?:[A-Z][\w.'’&-]*|of|the|for)[ \t]+)*$", text[max(0, m.start("w") - 70) : m.start("w")])
        right = re.match(r"(?:[ \t]+[A-Z][\w.'’&-]*)*", text[m.end() : m.end() + 60])
        lead = re.sub(r"^(?:(?:of|the|for|The|At|In|From|My|Our|I)[ \t]+)+", "", left[0]) if left else ""
        start = m.start("w") - len(lead)
        end = m.end() + (len(right[0]) if right else 0)
        name = text[start:end].rstrip(" .,;")
        return (name, start) if lead else None

    def _belongs(self, start: int) -> tuple[float, str]:
        """How sure it is that the narrator belongs there."""
        scene = self.scene
        block = scene.block_at(start)
        frame = scene.frame_at(start)
        if block is None:
            return 0.0, ""
        doc = scene.doc(block)
        token = next((t for t in doc if block.start + t.idx <= start < block.start + t.idx + len(t)), None)
        if token is None:
            return 0.5, "who goes there is not said"
        s, e = block.start + token.sent.start_char, block.start + token.sent.end_char
        while s > block.start and re.search(
            r"\b(?:St|Mr|Mrs|Dr|No|Sr|Fr)\.\s*$", scene.text[block.start : s]
        ):  # no sentence ends there
            earlier = [x for x in doc.sents if block.start + x.start_char < s]
            s = block.start + earlier[-1].start_char
        others = [
            p
            for p in people(scene, block.index)
            if s <= p.start < e
            and p.key not in ("I", "narrator")
            and p.role == "subj"
            and not p.plural
            and p.start < start
            and scene.frame_at(p.start) is frame
        ]
        mine = scene.plain_first(s, e) if frame.speaker.role == "narrator" else False
        told = any(s <= m.start < e and m.head for m in scene.mentions) or any(
            s <= k < e and r.confidence > 0.8 for k, r in self.reader.told.items()
        )
        owner = re.search(
            r"\b(?:his|her|their|your|[A-Z]\w+['’]s|(?:brother|cousin|father|"
            r"uncle|friend|husband|son|sister|mother|aunt|wife|daughter)['’]s)\s+(?:\w+\s+"
            r")?$",
            scene.text[max(0, start - 40) : start],
        )
        if owner and scene.text[start].isupper() and owner[0][0].isupper():
            owner = None  # "St Joseph's Boys' School": the possessive is part of the name
        if owner and not told:
            return 0.2, "somebody else's"
        there = re.search(
            r"\b(?:[Tt]here (?:was|is|were|stood)|[Nn]ext door (?:was|is)|[Oo]pposite (?:was|is|stood)) "
            r"(?:also |only )?(?:an?|the|one) (?:[\w-]+ )?$",
            scene.text[max(block.start, start - 60) : start],
        )
        if there and not re.search(r"(?<!\w)(?:I|we)(?!\w)", scene.text[s:start]):
            return 0.45, "one that was there; who goes to it is not said"
        if (mine or told) and not others:
            return 0.95, "the narrator was there"
        if mine and others:
            subject_me = re.search(r"(?<!\w)(?:I|we)\b[^.;]*$", scene.text[s:start]) is not None
            return (0.92 if subject_me else 0.5), "the narrator and somebody else are spoken of"
        if frame.speaker.role == "narrator" and not others:
            near = scene.plain_first(max(block.start, s - 200), min(block.end, e + 200))
            return (0.93, "the narrator tells of those days") if near else (0.6, "who goes there is not said")
        if (
            frame.speaker.role != "narrator"
            and frame.addressee.role == "narrator"
            and re.search(r"\byou\b", scene.text[s:e])
        ):
            return 0.85, "it is said to the narrator"
        return (0.25 if others else 0.5), "who goes there is not said"
