"""What a culture makes unlikely for the new gender: found in a note, asked about once in a life. Cues are data.

`activities.toml` says what is meant, for whom and where. Only what the narrator did counts: the verb's subject must be
the narrator, what was never done or only wished for is passed over, and other people's doings are never asked about.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from refiner.culture import country_of
from refiner.language import activities_sports as sports
from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.language.evidence import Reading
from refiner.language.reader import Reader
from refiner.language.scene import Scene
from refiner.models import CanonEntry, Gender

PREFIX = "activity:"
SURE = 0.88  # as sure as for an edit: a question about somebody else's cricket would be a nuisance
_YEAR = re.compile(r"(?<![\d.,])(1[89]\d\d|20\d\d)(?![\d,])")
Whose = Callable[[CanonEntry, Block, int, int], Reading]


@dataclass(frozen=True)
class Activity:
    """One entry of the data. `cues`: compiled, group w is what a substitute replaces. `until`: a year, 0 for always."""

    id: str
    kind: str
    words: tuple[str, ...]
    cues: tuple[re.Pattern[str], ...]
    instead: tuple[str, ...]
    question: str
    to: Gender
    culture: tuple[str, ...]
    until: int = 0
    told: bool = False
    partners: bool = False

    @property
    def named(self) -> bool:
        """Whether its words alone name it, so that a substitute can stand for them anywhere (a sport, clothes)."""
        return bool(self.words)


@dataclass(frozen=True)
class Found:
    """One place: the span that a substitute replaces, and what stands around it; all spans count in the note."""

    start: int
    end: int
    cue: tuple[int, int]  # what tells of it as a whole
    sentence: tuple[int, int]
    tag: str  # of its first word, for a verb that stands there instead


@cache
def data() -> dict[str, Any]:
    """The data file as read."""
    return tomllib.loads(files("refiner.language").joinpath("activities.toml").read_text(encoding="utf-8"))


@cache
def catalogue() -> dict[str, Activity]:
    """All activities by id, in the order of the data."""
    out = {}
    for item in data()["activity"]:
        kind = data()["kinds"].get(item["kind"], {})
        words = tuple(item.get("words", ()))
        one_of = "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))
        cues = item.get("cues") or [cue.replace("{w}", one_of) for cue in kind["cues"]]
        out[item["id"]] = Activity(
            item["id"], item["kind"], words, tuple(re.compile(c, re.IGNORECASE) for c in cues), tuple(item["instead"]),
            item.get("question") or kind["question"], item["to"], tuple(item["culture"]), item.get("until", 0),
            item.get("told", False), item.get("partners", False),
        )  # fmt: skip
    return out


def culture_of(words: str) -> str:
    """The culture of the data that `persona.culture` means; "" for one that the data does not know."""
    low = country_of(words).casefold()
    return next((name for name, known in data()["cultures"].items() if low in known), "")


def unlikely(to: Gender, culture: str, *, partners: bool) -> list[Activity]:
    """The activities that can be in question. `culture` as in refiner.toml; `partners`: whether the partner changes."""
    here = culture_of(culture)
    return [
        a
        for a in catalogue().values()
        if a.to == to and (not a.culture or here in a.culture) and (partners or not a.partners)
    ]


def of_entry(entry: CanonEntry) -> Activity | None:
    """The activity that a canon entry decides about; None for any other entry."""
    return catalogue().get(entry.id.removeprefix(PREFIX)) if entry.id.startswith(PREFIX) else None


def stands_for(after: str, tag: str) -> str:
    """What a substitute puts in the text: a verb ("to take the bus") in the form of the Penn tag of what was there."""
    if not after.startswith("to "):
        return after
    verb, _, rest = after[3:].partition(" ")
    if verb in ("the", "a", "an"):  # "to the yoga class": a direction, no verb
        return after
    return f"{sports.inflect(verb, tag)} {rest}".strip()


class Activities:
    """Finds activities of the narrator in one note. `whose` reads whose a noun at a span is."""

    def __init__(self, scene: Scene, reader: Reader, whose: Whose) -> None:
        self.scene, self.reader, self.whose = scene, reader, whose

    def find(self, activity: Activity) -> Iterator[Found]:
        """The places where the narrator does it, in order."""
        seen: set[tuple[int, int]] = set()
        for cue in activity.cues:
            for m in cue.finditer(self.scene.text, self.scene.body):
                if m.span("w") not in seen and (found := self._mine(activity, m)) is not None:
                    seen.add(m.span("w"))
                    yield found

    def _mine(self, activity: Activity, m: re.Match[str]) -> Found | None:
        scene, (start, end) = self.scene, m.span("w")
        block = scene.block_at(m.start())
        if block is None or end > block.end or self.reader.fixed(start, end):
            return None
        doc = scene.doc(block)
        tokens = [t for t in doc if m.start() < block.start + t.idx + len(t) and block.start + t.idx < m.end()]
        inside = [t for t in tokens if start < block.start + t.idx + len(t)]
        if not inside or tokens[0].sent != tokens[-1].sent:
            return None
        sent = tokens[0].sent
        sentence = block.start + sent.start_char, block.start + sent.end_char
        if self._not_done(scene.text[sentence[0] : end]):
            return None
        if activity.told:
            sure = scene.frame_at(start).speaker.role == "narrator"
        else:
            verb = next((t for t in tokens if t.pos_ in ("VERB", "AUX")), None)
            if verb is not None:
                while verb.dep_ in ("dep", "compound") and verb.head.pos_ == "VERB" and verb.head in tokens:
                    verb = verb.head  # "hitch-hiked" in pieces
                sure = verb.dep_ not in ("dep", "compound") and self._does(block, verb)
            else:
                dummy = CanonEntry(id=PREFIX + activity.id, before=scene.text[start:end], after="")
                sure = self.whose(dummy, block, start, end).confidence >= SURE
        whole = (t for t in inside if t.pos_ != "VERB" or t.dep_ not in ("dep", "compound"))  # no piece of a verb
        head = next((t for t in whole if t.is_alpha), inside[0])
        helped = any(c.dep_ in ("aux", "auxpass") for c in head.children)
        tag = "VBD" if head.tag_ == "VBN" and not helped else head.tag_
        return Found(start, end, m.span(), sentence, tag) if sure else None

    def _does(self, block: Block, verb: Any) -> bool:
        """Whether the narrator, alone or among others, is the verb's subject."""
        subject = self.reader.subject(verb)
        if subject is not None and subject.lower_ == "we":
            return self.scene.frame_at(block.start + subject.idx).speaker.role == "narrator"
        if subject is not None and any(
            x.text[:1].isupper() and lexicon.gender_of_name(x.text) for x in verb.doc[subject.i + 1 : verb.i]
        ):
            return False  # "I was there, and Ravi climbed up": a name that the parse may have missed as a subject
        return self.reader.verb_reading(block, verb).confidence >= SURE

    def _not_done(self, words: str) -> bool:
        """Whether the clause up to and with the cue says that it was not done, or only wished for."""
        clause = re.split(r"[;:—–]|, (?:but|and|so|then)\b", words)[-1]
        return re.search(data()["not_done"]["words"], clause, re.IGNORECASE) is not None

    def too_late(self, activity: Activity, found: Found, written: str, born: str) -> bool:
        """Whether it happened after the years in which it was unlikely, as far as the sentence or the dates tell.

        `written`: the note's date as its front matter gives it; `born`: EDTF. Both may be "".
        """
        if not activity.until:
            return False
        said = _YEAR.findall(self.scene.text[found.sentence[0] : found.sentence[1]])
        if said:
            return min(int(y) for y in said) > activity.until
        grown = [int(m[1]) + 18 for m in [_YEAR.search(born)] if m]
        if grown and grown[0] > activity.until:
            return True
        dated = [int(y) for y in _YEAR.findall(written)]
        return not grown and bool(dated) and min(dated) > activity.until
