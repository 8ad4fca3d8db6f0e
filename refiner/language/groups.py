"""Groups with the narrator in them: "one of the boys", "we brothers", "two brothers … and I", a teacher's "Boys, …"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refiner.language import lexicon
from refiner.language.inflect import match_case
from refiner.language.page import FIRST
from refiner.language.reader import Reader
from refiner.language.scene import Proposal, Scene

_NUMBER = r"(?:two|three|four|five|six|seven|eight|nine|ten|\d{1,2}|both|all)"
_WE = r"(?:we|us|our)"


class Groups:
    """Proposes edits for plural nouns that count the narrator in."""

    def __init__(self, scene: Scene, reader: Reader) -> None:
        self.scene, self.reader = scene, reader
        words = [
            w
            for w, e in lexicon.table(scene.gender).items()
            if e.plural and e.kind in ("person", "kin") and " " not in w
        ]
        self.plural = "|".join(sorted((re.escape(w) for w in words), key=len, reverse=True))

    def run(self) -> Iterator[Proposal]:
        yield from self._with_us()
        yield from self._counted()
        yield from self._called()
        yield from self._sayings()

    def _after(self, word: str) -> str:
        """What stands there; where siblings were meant, the others keep their gender."""
        entry, neutral = lexicon.noun(word, self.scene.gender), lexicon.neutral(word)
        if entry and entry.kind == "kin" and neutral:
            return match_case(word, neutral)
        return match_case(word, entry.after if entry else word)

    def _propose(self, start: int, end: int, rule: str, why: str, confidence: float) -> Proposal | None:
        if self.reader.fixed(start, end):
            return None
        word = self.scene.text[start:end]
        after = self._after(word)
        neutral = lexicon.neutral(word)
        options = (match_case(word, neutral),) if neutral and match_case(word, neutral) != after else ()
        return Proposal(start, end, after, f"group-{rule}", why, confidence, (why,), options=options)

    def _with_us(self) -> Iterator[Proposal]:
        text, scene = self.scene.text, self.scene
        patterns = (
            (rf"\b{_WE} (?:{_NUMBER} )?(?P<w>{self.plural})\b(?!['’])", 0.93, "the narrator is one of them"),
            (
                rf"\bone of (?:the|those|these|only {_NUMBER}|{_NUMBER}|his|"
                rf"her|their|my (?:mother|father|parents)['’]s?)(?: [\w-]+)? "
                rf"(?P<w>{self.plural})\b",
                0.95,
                "the narrator is one of them",
            ),
            (rf"\b(?:{_NUMBER}|rest|most|some|none) of us (?P<w>{self.plural})\b", 0.93, "the narrator is one of them"),
            (rf"\b(?:us|we),? the (?:[\w-]+ )?(?P<w>{self.plural})\b", 0.9, "the narrator is one of them"),
            (
                rf"\b(?:we were|we are|we['’]re|weren['’]t we|as) (?:just "
                rf"|only |all |both |still |such )?(?:{_NUMBER} )?(?:[a-z-]+ "
                rf")?(?P<w>{self.plural})\b(?! of)",
                0.8,
                "the narrator is one of them",
            ),
            (
                rf"\bbeing (?:just |only |all |both )?(?:{_NUMBER} )?(?P<w>{self.plural})\b",
                0.5,
                "perhaps the narrator is one of them",
            ),
        )
        for pattern, confidence, why in patterns:
            for m in re.compile(pattern, re.IGNORECASE).finditer(text, scene.body):
                frame = scene.frame_at(m.start())
                if frame.speaker.role != "narrator":
                    continue
                if m[0].casefold().startswith("one of"):
                    left = text[max(0, m.start() - 45) : m.start()]
                    if not re.search(r"\b(?:I|me|myself|I['’](?:m|d|ve))\b[^.;:!?\"“”]{0,40}$", left):
                        continue
                    if re.search(
                        r"\b(?:I|me)\b.*\b(?:saw|met|knew|asked|told|heard|"
                        r"with|gave|hit|fed|when|married|like|liked|from|by|"
                        r"for|to|of|at)\b[^.]*$",
                        left,
                    ):
                        continue
                if m[0].casefold().startswith("as") and not re.search(
                    r"\b(?:we|us|our)\b",
                    text[m.end() : m.end() + 30] + text[max(0, m.start() - 30) : m.start()],
                    re.IGNORECASE,
                ):
                    continue
                if p := self._propose(m.start("w"), m.end("w"), "us", why, confidence):
                    yield p

    def _counted(self) -> Iterator[Proposal]:
        """ "There were two brothers …": a count with the narrator in it, by "I" beside a name or by arithmetic."""
        text, scene = self.scene.text, self.scene
        kin = "brothers" if scene.gender == "male" else "sisters"
        for block in scene.blocks:
            body = text[block.start : block.end]
            has = re.search(rf"\b(?:have|had|has) (?P<n>{_NUMBER})(?: [a-z-]+)? {kin}\b", body, re.IGNORECASE)
            for m in re.finditer(
                rf"\b(?P<d>the |all |both )?(?P<n>{_NUMBER}) (?:[a-z-]+ )?(?P<w>{kin})\b(?!['’])", body, re.IGNORECASE
            ):
                start = block.start + m.start("w")
                before = body[max(0, m.start() - 30) : m.start()]
                if (
                    re.search(r"\b(?:my|his|her|their|your|have|had|has|with|of)\s+$", before, re.IGNORECASE)
                    or has
                    and has.start() <= m.start() < has.end()
                ):
                    continue
                frame = scene.frame_at(start)
                if frame.speaker.role != "narrator":
                    continue
                count, whole = _count(m["n"]), 0
                if has:
                    whole = (_count(has["n"]) or 0) + 1
                if count and whole and count == whole:
                    p = self._propose(
                        start,
                        block.start + m.end("w"),
                        "counted",
                        f"{has['n'] if has else ''} {kin} and the narrator make {m['n']}",
                        0.95,
                    )
                elif re.match(r" (?:who|that|whom|which)\b", body[m.end() :]):
                    continue
                elif re.search(
                    r"\bthere were\s+$|\bwe were\s+$|(?:^|[.!?]\s+)$", before, re.IGNORECASE
                ) and self._one_is_me(body[m.end() :]):
                    p = self._propose(
                        start, block.start + m.end("w"), "counted", "the narrator is one of those counted", 0.92
                    )
                else:
                    continue
                if p:
                    yield p

    def _one_is_me(self, after: str) -> bool:
        part = after[:260]
        return (
            re.search(r"\b(?:I|me)\b", part) is not None
            and re.search(r"\b(?:we|us|our|both)\b", part, re.IGNORECASE) is not None
        )

    def _called(self) -> Iterator[Proposal]:
        """A group called by somebody set over it: "Boys, line up," said our coach."""
        scene, text = self.scene, self.scene.text
        calls = "|".join(
            w
            for w in lexicon.words("address", "plural_call")
            if lexicon.gender_of_word(w) == scene.gender or lexicon.noun(w, scene.gender)
        )
        for frame in scene.frames:
            if frame.speaker.role == "narrator" or not calls:
                continue
            for m in re.compile(rf"(?<![\w-])(?P<w>{calls})(?![\w'’-])", re.IGNORECASE).finditer(
                text, frame.start, frame.end
            ):
                left, right = text[frame.start : m.start()], text[m.end() : min(frame.end, m.end() + 3)]
                if not (
                    not left.strip()
                    or re.search(
                        r"[,.!?…—–]\s*(?:my |dear )?$|\b(?:come on|morning|"
                        r"okay|ok|right|hello|hey|listen|good|well done|now|"
                        r"my|dear)\s+$",
                        left,
                        re.IGNORECASE,
                    )
                ) or not re.match(r"\s*(?:[,.!?…—–]|$)", right):
                    continue
                block = scene.blocks[frame.block] if frame.block >= 0 else None
                if block is None:
                    continue
                plain = scene.narration(block)
                a, b = max(0, m.start() - block.start - 250), m.end() - block.start + 250
                we = re.search(r"\b(?:we|us|our)\b", plain[a:b], re.IGNORECASE)
                if frame.speaker.role == "unknown" and not we:
                    continue
                entry = lexicon.address(m["w"], scene.gender)
                if entry is None or self.reader.fixed(m.start(), m.end()):
                    continue
                other_group = re.search(
                    rf"\b(?:my|his|her|their|the|two|three) (?:\w+ )?(?:{calls}|"
                    rf"sons|brothers|cousins|nephews|dogs|students|pupils|"
                    rf"children)\b(?!['’])",
                    plain[: m.start() - block.start],
                    re.IGNORECASE,
                )
                confidence = (
                    0.92 if we and not other_group else 0.55 if we or frame.addressee.role == "narrator" else 0.4
                )
                yield Proposal(
                    m.start("w"),
                    m.end("w"),
                    match_case(m["w"], entry.after),
                    "group-called",
                    "the group that is called has the narrator in it",
                    confidence,
                )

    def _sayings(self) -> Iterator[Proposal]:
        """ "Boys don't cry", said to the narrator; "if I were a girl": sense and gender hang together: a question."""
        scene, text = self.scene, self.scene.text
        for frame in scene.frames:
            if frame.speaker.role == "narrator":
                continue
            for m in re.compile(
                r"(?:^|[.!?;,]\s+|\b(?:that|because|but)\s+)"
                r"(?P<w>boys|men|girls|women|ladies|gentlemen|gents|lads) "
                r"(?:will|are requested|are expected|may|to|do not|don['’]t|never|must|should|shouldn['’]t|can['’]t|"
                r"cannot|are (?:not|supposed)|aren['’]t|ought)\b",
                re.IGNORECASE,
            ).finditer(text[frame.start : frame.end]):
                entry = lexicon.noun(m["w"], scene.gender)
                if entry:
                    yield Proposal(
                        frame.start + m.start("w"),
                        frame.start + m.end("w"),
                        match_case(m["w"], entry.after),
                        "group-saying",
                        "a saying about the old gender, perhaps at the narrator",
                        0.45,
                    )
        for block in scene.blocks:
            for m in re.compile(
                r"\b(?:every|each) (?P<w>boy|man|girl|woman|lad|lady|gentleman)\b(?![-'’])",
                re.IGNORECASE,
            ).finditer(scene.narration(block)):
                start, end = block.start + m.start("w"), block.start + m.end("w")
                if (
                    scene.base.speaker.role == "narrator"
                    and FIRST.search(scene.text[start : min(block.end, end + 70)])
                    and not self.reader.fixed(start, end)
                    and (entry := lexicon.noun(m["w"], scene.gender))
                ):
                    yield Proposal(
                        start,
                        end,
                        match_case(m["w"], entry.after),
                        "group-every",
                        "perhaps the narrator is one of them",
                        0.42,
                    )
        for m in re.compile(
            r"\b(?:if|wish(?:ed)?|as though|as if|had) I (?:were|was|had "
            r"been|been)(?: born)? (?:an? |the )?(?:[a-z]+ )?(?P<w>girl|"
            r"woman|daughter|sister|boy|man|son|brother)\b",
            re.IGNORECASE,
        ).finditer(text, scene.body):
            entry = lexicon.noun(m["w"], scene.to)
            if entry and scene.frame_at(m.start()).speaker.role == "narrator":
                yield Proposal(
                    m.start("w"),
                    m.end("w"),
                    match_case(m["w"], entry.after),
                    "counterfactual",
                    "what the narrator was not; the swap turns it round",
                    0.6,
                )


def _count(word: str) -> int:
    numbers = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    low = word.casefold()
    return numbers.index(low) if low in numbers else int(low) if low.isdigit() else 2 if low == "both" else 0
