"""Certificates and forms: "Sex: M", "s/o", "Mr." before the narrator's name, "Arjun bhai" behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refiner.language import lexicon
from refiner.language.evidence import is_vocative
from refiner.language.inflect import match_case
from refiner.language.names import surname_in
from refiner.language.reader import Reader
from refiner.language.scene import Proposal, Scene

_FIELD = re.compile(
    r"\b(?:sex|gender)\b[*_\s]*(?:\(M/F\))?[*_]*[ \t]*[:=–—|,-][*_\s|]*(?P<w>M|F|male|female|man|woman|boy|girl)\b",
    re.IGNORECASE,
)
_AGE = re.compile(r"(?<![\w/])(?:\d{1,3}[ \t]*/[ \t]*(?P<a>[MF])|(?P<b>[MF])[ \t]*/[ \t]*\d{1,3})(?![\w/])")


class Forms:
    """Proposes edits for the fields of forms and the titles around the narrator's name."""

    def __init__(self, scene: Scene, reader: Reader) -> None:
        self.scene, self.reader = scene, reader

    def run(self) -> Iterator[Proposal]:
        yield from self._fields()
        yield from self._relation()
        yield from self._titles()
        yield from self._surname()

    def _near_name(self, start: int, distance: int = 160) -> bool:
        return any(m.head and abs(m.start - start) <= distance and m.confidence > 0.5 for m in self.scene.mentions)

    def _other_name(self, start: int) -> bool:
        """Whether the form has somebody else's name: "Name: Sunil Rao" above the field."""
        part = self.scene.text[max(self.scene.body, start - 160) : start]
        names = list(
            re.finditer(r"\b(?:[Nn]ame|NAME)\b[^:\n]{0,20}[:=|][ \t*_|]*(?P<n>[A-Z][\w.]*(?: [A-Z][\w.]*)*)", part)
        )
        return (
            bool(names)
            and not self.scene.names.is_narrator(names[-1]["n"])
            and self.scene.names.first[0].casefold() not in names[-1]["n"].casefold()
        )

    def _fields(self) -> Iterator[Proposal]:
        text, table = self.scene.text, lexicon.data()["form"][self.scene.gender]
        for pattern in (_FIELD, _AGE):
            for m in pattern.finditer(text, self.scene.body):
                group = "w" if pattern is _FIELD else ("a" if m["a"] else "b")
                after = table.get(m[group].casefold())
                if after is None:
                    continue
                if pattern is _FIELD:
                    sure = 0.3 if self._other_name(m.start()) else 0.97 if self._near_name(m.start()) else 0.9
                else:
                    sure = 0.93 if self._near_name(m.start(), 40) else 0.0
                if sure > 0.3:
                    after = (
                        match_case(m[group], after.lower())
                        if len(m[group]) > 1
                        else (after if m[group].isupper() else after.lower())
                    )
                    yield Proposal(m.start(group), m.end(group), after, "form", "a field of the narrator's form", sure)

        category = re.compile(
            r"\((?P<w>boys|men|gents|male|girls|women|ladies|female)(?:['’]s?)?\)|[-–—,|]\s*(?P<v>boys|men|gents|girls|women|ladies)['’]?s?"
            r" (?:singles|doubles|section|category|team|\d+ ?m)",
            re.IGNORECASE,
        )
        for m in category.finditer(text, self.scene.body):
            name = "w" if m["w"] else "v"
            entry = lexicon.noun(m[name], self.scene.gender) or lexicon.address(m[name], self.scene.gender)
            if entry and self._near_name(m.start(), 80):
                yield Proposal(
                    m.start(name),
                    m.end(name),
                    match_case(m[name], entry.after),
                    "form",
                    "a field beside the narrator's name",
                    0.9,
                )
        bare = re.compile(r"(?:^|[,|/;][ \t]*)(?P<w>male|female)(?=[ \t]*(?:[,|/;\n]|$))", re.IGNORECASE | re.MULTILINE)
        for m in bare.finditer(text, self.scene.body):
            after = table.get(m["w"].casefold())
            if after and self._near_name(m.start(), 80) and not self._other_name(m.start()):
                yield Proposal(
                    m.start("w"),
                    m.end("w"),
                    match_case(m["w"], after.lower()),
                    "form",
                    "a field beside the narrator's name",
                    0.93,
                )

    def _relation(self) -> Iterator[Proposal]:
        """s/o, d/o, "son of" behind the narrator's name."""
        table = lexicon.data()["form"][self.scene.gender]
        for m in self.scene.mentions:
            right = self.scene.text[m.end : m.end + 60]
            for word in sorted((w for w in table if "/" in w or " of" in w), key=len, reverse=True):
                spelled = re.escape(word).replace("/", r"[ ]?/[ ]?")
                found = re.match(
                    rf"(?:[ \t]+[A-Z][\w.]*){{0,3}}[ \t]*[,(]?[ \t]*(?:aged? "
                    rf"\d+,?[ \t]*|\d+,?[ \t]*)?(?:[Tt]he[ \t]+)?(?P<w>{spelled})(?![\w])",
                    right,
                    re.IGNORECASE if "/" in word else 0,
                )
                if found:
                    before = found["w"]
                    after = table[word]
                    after = (
                        after.upper()
                        if "/" in before and before.upper() == before
                        else re.sub(r"^.", lambda x: x[0].upper(), after)
                        if before[0].isupper()
                        else after
                    )
                    yield Proposal(
                        m.end + found.start("w"),
                        m.end + found.end("w"),
                        after,
                        "form",
                        "goes with the narrator's name",
                        0.95,
                    )
                    break

    def _titles(self) -> Iterator[Proposal]:
        scene, text = self.scene, self.scene.text
        titles = lexicon.table(scene.gender, ("title",))
        kin = lexicon.table(scene.gender, ("kin", "address"))
        for m in scene.mentions:
            if not m.head or m.confidence < 0.5:
                continue
            if before := re.search(r"(?<![\w])([A-Za-z]+\.?)[ \t]+$", text[max(0, m.start - 14) : m.start]):
                word = before[1]
                entry = titles.get(word.casefold())
                at = m.start - len(before[0])
                if word[0].isupper() and entry:
                    yield Proposal(
                        at,
                        at + len(word),
                        match_case(word, entry.after) if not word.isupper() else entry.after.upper(),
                        "title",
                        "a title before the narrator's name",
                        0.97,
                    )
                elif (entry := kin.get(word.casefold())) and word[0].isupper() and len(word) > 2:
                    yield Proposal(
                        at,
                        at + len(word),
                        match_case(word, entry.after),
                        "title",
                        "goes with the narrator's name",
                        0.93,
                    )
            if after := re.match(r"([ \t]+|-)([A-Za-z']+)(?![\w])(?!['’][a-z])", text[m.end : m.end + 16]):
                word = after[2]
                low = word.casefold()
                if low in lexicon.words("address", "after_name"):
                    new = self._behind(low)
                    at = m.end + len(after[1])
                    if new:
                        yield Proposal(
                            at, at + len(word), match_case(word, new), "title", "goes with the narrator's name", 0.95
                        )

    def _surname(self) -> Iterator[Proposal]:
        """ "Mr. Rao" without the first name: the narrator when called so, else a question (fathers have it too)."""
        scene, text = self.scene, self.scene.text
        last = scene.names.last[0] or surname_in(text[scene.body :], scene.names.first[0])
        if not last:
            return
        behind = "|".join(sorted(lexicon.words("address", "after_name") - {"kumar", "kumari"}))
        for m in re.compile(rf"\b{re.escape(last)}[ \t]+(?P<w>{behind})\b").finditer(
            text, scene.body
        ):  # "Kelkar sahib"
            new = self._behind(m["w"])
            if new and scene.frame_at(m.start()).speaker.role != "other" or new and self._near_name(m.start(), 400):
                yield Proposal(
                    m.start("w"), m.end("w"), match_case(m["w"], new), "title", "the narrator's surname", 0.6
                )
        titles = lexicon.table(scene.gender, ("title",))
        words = "|".join(re.escape(w) for w in sorted(titles, key=len, reverse=True))
        for m in re.compile(
            rf"(?<!\w)(?P<t>{words})[ \t]+{re.escape(last)}\b(?!['’]s (?:house|son|father))", re.IGNORECASE
        ).finditer(text, scene.body):
            frame = scene.frame_at(m.start())
            if not m["t"][0].isupper() or frame.speaker.role == "narrator" and frame.kind != "base":
                continue
            called = (
                frame.kind != "base"
                and is_vocative(scene, m.start(), m.end())
                and self.reader.you(m.start()).confidence >= 0.45
            )
            near = re.search(r"(?<!\w)(?:I|me|my)(?!\w)", text[max(scene.body, m.start() - 100) : m.end() + 100])
            confidence = 0.9 if called and near else 0.45
            yield Proposal(
                m.start("t"),
                m.end("t"),
                match_case(m["t"], titles[m["t"].casefold()].after),
                "title",
                "the narrator's surname",
                confidence,
                group=f"title:{last}",
            )

    def _behind(self, low: str) -> str:
        for male, female in lexicon.data()["address"]["after_name_pairs"]:
            if self.scene.gender == "male" and low == male:
                return str(female)
            if self.scene.gender == "female" and low == female:
                return str(male)
        entry = lexicon.address(low, self.scene.gender)
        return entry.after if entry else ""
