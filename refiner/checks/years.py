"""Years in which what she now does was not open to her: a cadet of the National Defence Academy in 1998.

The facts stand in `years.toml`, each with its source. A finding needs the words of the deed, the narrator as its
subject, and a day by which it had happened: a year in the sentence, the event of the timeline that the words lie in, or
the day of writing. What is only planned, denied or imagined is none. It says nothing about what was allowed and rare.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from refiner.checks.again import Again
from refiner.culture import country_of
from refiner.language.blocks import Block
from refiner.models import Finding, Gender

CHECK = "years"
SURE = 0.8
_YEAR = re.compile(r"(?<![\d.,/-])(1[5-9]\d\d|20\d\d)(?![\d/]|-\d{3})")
_NOT_DONE = re.compile(
    r"\b(?:want(?:s|ed)? to|wish\w*|dream\w*|hope[sd]?|hoping|if|would|could have|should have|might|never|not|cannot"
    r"|no|nor|almost|nearly|refus\w+|rejected|instead of|rather than|pretend\w*|imagin\w+|plan(?:s|ned|ning)?|going to"
    r"|will|shall|about to|fail\w*)\b|n['’]t\b|['’]ll\b|['’]d\b|\?",
    re.IGNORECASE,
)
# A year that says since when a place stands, not when the narrator was there.
_FOUNDED = re.compile(
    r"\b(?:founded|established|built|begun|started|opened|set up|born|dating|since|old as)\b"
    r"[^,;.]{0,25}?\b(?:1\d|20)\d\d\b"
)
_RIGHT_AFTER = re.compile(r"(?:(?! and | but )[^,;:.()]){0,40}?\bin (?:\w+ )?(?P<y>1[5-9]\d\d|20\d\d)\b")
# "joined the academy as a lecturer": what was closed was to learn there, not to work there.
_AS_STAFF = re.compile(
    r"[^.;:!?\n]{0,30}?\bas (?:an? |the |one of the )?(?!cadet|gentle|student|under|fresh|scholar|boarder)\w+"
)


@dataclass(frozen=True)
class Row:
    """A thing that was closed to one gender before 1 January of `year`; `country` "" where the words name the place."""

    id: str
    pattern: re.Pattern[str]
    gender: Gender
    year: int
    country: str
    says: str
    source: str


@cache
def table() -> tuple[Row, ...]:
    """The rows of years.toml, as they stand there; `{word}` in a pattern is one of the lists under [words]."""
    data: dict[str, Any] = tomllib.loads(files("refiner.checks").joinpath("years.toml").read_text(encoding="utf-8"))
    words = {k: f"(?:{v})" for k, v in data["words"].items()}
    rows = []
    for r in data["row"]:
        pattern = re.sub(r"\{([a-z_]+)\}", lambda m: words[m[1]], r["pattern"]).replace(" ", r"\s+")  # lines break
        rows.append(
            Row(r["id"], re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"), r["gender"], r["from"], r.get("country", ""),
                r["says"], r["source"])
        )  # fmt: skip
    return tuple(rows)


def closed_years(again: Again) -> list[Finding]:
    """Findings of severity warning, one for each row and sentence, in order of place; spans count in the refined text.

    Raises RefinerError without spaCy's model (only where words of the table stand in the note).
    """
    persona = again.config.persona
    country = country_of(persona.culture)
    out: dict[tuple[str, int], Finding] = {}
    for row in table():
        if row.gender != persona.after.gender or row.country not in ("", country):
            continue
        for m in row.pattern.finditer(again.text, again.note.body_start):
            found = _place(again, m.start(), m.end())
            if found is None:
                continue
            sentence, year, why = found
            if year < row.year:
                out.setdefault(
                    (row.id, sentence),
                    Finding(
                        check=CHECK, severity="warning", note=again.note.path, start=m.start(), end=m.end(),
                        message=f'"{" ".join(m[0].split())}" ({why}): {row.says} Source: {row.source.split(";")[0]}.',
                    ),
                )  # fmt: skip
    return sorted(out.values(), key=lambda f: f.start or 0)


def _place(again: Again, start: int, end: int) -> tuple[int, int, str] | None:
    """Start of the sentence, the last year in which the narrator can have done it, and why; None if not hers."""
    scene = again.now.scene
    block = scene.block_at(start)
    if block is None:
        return None
    sent = next((s for s in scene.doc(block).sents if s.start_char <= start - block.start < s.end_char), None)
    if sent is None:
        return None
    s, e = block.start + sent.start_char, block.start + sent.end_char
    clause = re.split(r"[;:]| but ", scene.text[s:start])[-1] + scene.text[start:end]
    if _NOT_DONE.search(clause) or _AS_STAFF.match(scene.text, end, e) or not _narrators(again, block, start, end):
        return None
    dated = _bound(again, start, scene.text[s:e], scene.text[end:e])
    return (s, *dated) if dated else None


def _narrators(again: Again, block: Block, start: int, end: int) -> bool:
    """Whether the narrator is the subject of the deed, or of the verb that the words hang on."""
    reader, scene = again.now, again.now.scene
    tokens = [t for t in scene.doc(block) if start <= block.start + t.idx < end]
    verb = next((t for t in tokens if t.pos_ in ("VERB", "AUX")), None)
    if verb is None and tokens:
        top = tokens[-1]
        while top.pos_ not in ("VERB", "AUX") and top.head.i != top.i:
            own = next((c for c in top.children if c.dep_ == "poss"), None)
            if own is not None:
                return reader.means(block, own).confidence >= SURE
            top = top.head
        verb = top if top.pos_ in ("VERB", "AUX") else None
    while verb is not None and verb.dep_ in ("aux", "auxpass"):
        verb = verb.head
    return verb is not None and reader.verb_reading(block, verb).confidence >= SURE


def _bound(again: Again, start: int, sentence: str, rest: str) -> tuple[int, str] | None:
    """The last year in which it can have happened, and where that is said; `rest` is the sentence after the deed."""
    if (at := _RIGHT_AFTER.match(rest)) and not _FOUNDED.search(at[0]):
        return int(at["y"]), f"in {at['y']}"
    if years := [int(y) for y in _YEAR.findall(_FOUNDED.sub("", sentence))]:
        return max(years), f"in {max(years)}"
    a, b = again.raw(start, start + 1)
    told = [
        int(e.when.latest[:4])
        for e in again.events
        if e.modality == "actual" and e.subject == "self" and e.when.latest[:4].isdigit()
        and any(x.note == again.note.path and x.start < b and a < x.end for x in e.spans)
    ]  # fmt: skip
    if told:
        return max(told), f"in {max(told)} by the timeline"
    entry = next((x for x in again.note.entries if x.start <= a < x.end), None)
    for words in (entry.date if entry else "", again.note.meta.written, again.note.meta.date):
        if found := _YEAR.findall(words):
            return int(found[-1]), f"written by {found[-1]}"
    return None
