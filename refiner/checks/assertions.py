"""What a refined note asserts of the narrator where one answer alone can be true: school, spouse, siblings, birth.

Collected note by note, so that a new note does not make all others be read again; `contradictions` compares them.
An assertion is taken only from what the narrator says (or what is told of the narrator by name), never from guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from refiner.checks.again import Again
from refiner.language.institutions import Institutions
from refiner.language.partner import WORDS
from refiner.language.scene import Scene
from refiner.models import Gender, Record

AssertionKind = Literal["canon", "substitute", "institution", "spouse", "only", "first", "last", "sibling", "birth"]

_LIMITED = re.compile(
    r"\b(?:until|till|then|before|for (?:\w+ ){1,3}(?:years?|months?|days?)|at (?:that|the) time|those days"
    r"|when|while|by then|so far|yet|not|never|no longer|if|like|as if|as though"
    r"|in (?:the|my|our|this) (?!family|house|home)\w+)\b|n['’]t\b",
    re.IGNORECASE,
)
_CHILD: dict[Gender, str] = {"female": "daughter|girl", "male": "son|boy"}
_AGE = {w: "elder" for w in ("elder", "older", "eldest", "big")} | {
    w: "younger" for w in ("younger", "youngest", "little", "kid", "baby")
}
_SIB: dict[Gender, str] = {"female": "sister|didi|akka|sis", "male": "brother|bhaiya|anna|bro"}
_BORN = re.compile(r"(?P<who>\bI|\b[A-Z]\w+) was born\b(?P<rest>[^.;!?\n]{0,90})")
_PLACE = re.compile(r"\b(?:in|at) (?:the (?:village|town|city) of )?(?P<p>[A-Z][a-z]+(?: [A-Z][a-z]+){0,2})")
_MONTHS = re.compile(r"Jan|Feb|Mar(?:ch)?$|Apr|May$|June?$|July?$|Aug|Sep|Oct|Nov|Dec")


class Assertion(Record):
    """`key` says about what, `value` what of it; two values for one key contradict each other. Span `[start, end)`."""

    kind: AssertionKind
    key: str
    value: str
    words: str
    start: int
    end: int
    note: str = ""


def assertions(again: Again) -> list[Assertion]:
    """What the note asserts of the narrator, in order of place. Raises RefinerError without spaCy's model."""
    found = [
        *_substitutes(again), *_institutions(again), *_spouse(again), *_siblings(again), *_born(again),
    ]  # fmt: skip
    return sorted(found, key=lambda a: (a.start, a.kind, a.key))


def _made(again: Again, kind: AssertionKind, key: str, value: str, start: int, end: int) -> Assertion:
    words = " ".join(again.text[start:end].split())
    return Assertion(kind=kind, key=key, value=value, words=words, start=start, end=end, note=again.note.path)


def _hers(scene: Scene, start: int) -> bool:
    """Whether the narrator is the one who says "my" at `start`, outside what others say."""
    return scene.block_at(start) is not None and scene.frame_at(start).speaker.role == "narrator"


def _substitutes(again: Again) -> Iterator[Assertion]:
    """What stands for a canon entry's words, by the edits: a person can write another word than the canon's."""
    entries = {c.before.casefold(): c for c in again.canon if c.kind != "address" and c.status != "rejected"}
    for c in again.changed:
        before = re.sub(r"^(?:an?|the)\s+", "", c.edit.before.casefold())
        after = re.sub(r"^(?:an?|the)\s+", "", c.edit.after.casefold())
        entry = entries.get(before)
        if entry is not None and after and after != before:
            yield _made(again, "substitute", entry.id, after, c.start, c.end)


def _institutions(again: Again) -> Iterator[Assertion]:
    for reader in (again.left, again.now):
        scene = reader.scene
        rule = Institutions(scene, reader, ())
        sure = [p for p in rule.run() if p.confidence >= 0.88]
        for name, entry in rule.proposed.items():
            for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", scene.text):
                if any(m.start() <= p.start < m.end() for p in sure):
                    key = " / ".join(sorted((entry.before.casefold(), entry.after.casefold())))
                    yield _made(again, "institution", key, scene.gender, m.start(), m.end())


def _spouse(again: Again) -> Iterator[Assertion]:
    scene = again.now.scene
    for gender, words in WORDS.items():
        pattern = (
            rf"\b[Mm]y (?:(?:ex-?|first|second|late|dear|future|then) ?)?(?P<w>{'|'.join(words)})\b(?!['’]s?\b|-)"
            r"(?:,? (?P<n>[A-Z][a-z]+))?"
        )
        for m in re.finditer(pattern, scene.text[scene.body :]):
            start, end = scene.body + m.start(), scene.body + m.end()
            if not _hers(scene, start):
                continue
            if m["n"] and m["n"] not in ("I", "The", "And", "But"):
                yield _made(again, "spouse", m["n"].casefold(), gender, start, end)
            elif m["w"] in ("wife", "husband"):
                yield _made(again, "spouse", "", gender, start, scene.body + m.end("w"))


def _siblings(again: Again) -> Iterator[Assertion]:
    """Her place among brothers or sisters ("the only daughter"), and that she has a sister, elder or younger."""
    scene, gender = again.now.scene, again.config.persona.after.gender
    place = re.compile(
        rf"(?P<p>only|eldest|oldest|first-?born|youngest) (?:{_CHILD[gender]})\b"
        r"(?! child| in| of (?!my|the|our|four|three|two)|['’-])",
        re.IGNORECASE,
    )
    for m in place.finditer(scene.text, scene.body):
        block = scene.block_at(m.start())
        if block is None or not _hers(scene, m.start()):
            continue
        sent = next((s for s in scene.doc(block).sents if s.start_char <= m.start() - block.start < s.end_char), None)
        if sent is None:
            continue
        s, e = block.start + sent.start_char, block.start + sent.end_char
        lead = scene.text[s : m.start()]
        # The narrator must be what the noun is said of, right before it: "I am the only daughter".
        if not re.search(
            r"\bI(?:['’]m| am| was| have (?:always )?been|['’]ve been) (?:\w+ly )?(?:the|an|their|my \w+['’]s?) $", lead
        ):
            continue
        if _LIMITED.search(scene.text[s:e]):
            continue
        kind: AssertionKind = (
            "only" if m["p"].casefold() == "only" else "last" if m["p"].casefold() == "youngest" else "first"
        )
        yield _made(again, kind, "", gender, m.start(), m.end())
    sibling = re.compile(
        r"\b[Mm]y (?:own |dear |late )?(?P<o>elder |older |eldest |big |younger |youngest |little |kid |twin |baby )?"
        rf"(?:{_SIB[gender]})\b"
        r"(?!-|['’]?s? in law| (?:company|concern|school|city|ship|superior))"
    )
    for m in sibling.finditer(scene.text, scene.body):
        if _hers(scene, m.start()):
            yield _made(again, "sibling", "", _AGE.get((m["o"] or "").strip(), ""), m.start(), m.end())


def _born(again: Again) -> Iterator[Assertion]:
    scene = again.now.scene
    for m in _BORN.finditer(scene.text, scene.body):
        start = m.start()
        mine = m["who"] == "I" and _hers(scene, start) or scene.is_name(start, m.end("who")) and not scene.quoted(start)
        if not mine or re.match(r"\s+(?:again|to (?!a\b)|with|for)\b", m["rest"]):
            continue
        if years := re.findall(r"\b(1[5-9]\d\d|20\d\d)\b", m["rest"]):
            yield _made(again, "birth", "year", years[0], start, m.end())
        place = _PLACE.search(m["rest"])
        if place and not _MONTHS.match(place["p"].split()[0]):
            yield _made(again, "birth", "place", place["p"], start, m.end())
