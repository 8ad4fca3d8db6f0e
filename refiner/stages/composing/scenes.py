"""Refined notes -> passages: her own sentences as they stand after the edits, cut where an answer can begin and end.

A passage is what a sample answers with: a whole entry or as many of its paragraphs as a small model learns by heart,
begun with a sentence that leans on none before it. Nothing in it is written here: every unit is the rendering of a raw
span with the edits in force. Headings, dates, list marks and other people's lines are no units.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from refiner.chat_lines import is_chat, line_at
from refiner.checks.closing import run_of
from refiner.config import Config
from refiner.edits import digest, in_force, render_span
from refiner.models import Edit, Note, Sentence
from refiner.stages.composing.sentences import person_words
from refiner.stages.composing.text import hangs, leans, plain, words
from refiner.stages.composing.when import heading_edtf

LONGEST = 120  # words of an answer; a single sentence that is longer stays whole
SHORTEST = 5
ENOUGH = 60  # from here on a paragraph's end is a good place to stop

_HEADING = re.compile(r"[ \t>]*#{1,6}[ \t]+")
_MARKS = re.compile(r"[ \t#*_\[]*")
_BLANK = re.compile(r"\n[ \t>]*\r?\n")
_GREETING = re.compile(
    r"(?:dear|dearest|hi|hello|hey|namaste|respected|pyari|pyare|priya|priyo|pujya|pranam)\b[^.!?]{0,40}[,!]?$", re.I
)
_FAREWELL = re.compile(
    r"(?:yours|your (?:loving|(?:grand)?son|(?:grand)?daughter|friend|brother|sister)|(?:with )?(?:much )?love|regards"
    r"|warm regards|best|sincerely|bye)\b[^.!?]{0,40}$",
    re.I,
)


@dataclass(frozen=True)
class Unit:
    """One refined sentence, or several where an edit joins them, or one message of a chat."""

    note: str
    start: int
    end: int
    text: str
    place: str  # hash of the raw sentences: the same wherever else the note changes
    entry: int
    paragraph: int
    section: int
    item: bool
    edits: tuple[str, ...]
    speaker: str = ""  # of a chat's line: "self" or the name; "" in prose

    @property
    def length(self) -> int:
        return len(words(self.text))


@dataclass(frozen=True)
class Passage:
    """Units in a row that make one answer. `lead` is the sentence before, where the passage leans on it."""

    note: str
    units: tuple[Unit, ...]
    date: str = ""  # EDTF of the entry or note
    at_the_time: bool = False  # a diary: told in the present of `date`
    lead: str = ""

    @property
    def id(self) -> str:
        return digest("passage", self.note, *(u.place for u in self.units))

    @property
    def text(self) -> str:
        out = ""
        for before, unit in zip((None, *self.units), self.units, strict=False):
            if before is not None:
                same = before.paragraph == unit.paragraph
                lines = before.item and unit.item or before.speaker != ""
                out += " " if same else "\n" if lines else "\n\n"
            out += unit.text
        return out

    @property
    def edits(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(e for u in self.units for e in u.edits))

    def overlaps(self, start: int, end: int) -> bool:
        return any(u.start < end and start < u.end or start == end and u.start <= start <= u.end for u in self.units)


def narrator_names(config: Config) -> frozenset[str]:
    """All names of the person before and after, first names too, lower case."""
    out: set[str] = {"me", "i", "self"}
    for side in (config.persona.before, config.persona.after):
        for name in (side.name, *side.nicknames, *side.handles):
            out |= {name.casefold(), *name.casefold().split()}
    return frozenset(out - {""})


def by_narrator(note: Note, config: Config) -> bool:
    """Whether the person wrote the note, and not somebody else about the person."""
    return note.meta.author.casefold() in narrator_names(config)


def _hulls(note: Note, live: Sequence[Edit]) -> Iterator[tuple[int, int, list[Sentence]]]:
    """Sentences with the whole of every edit that touches them; those that one edit joins come together."""
    sentences = note.sentences
    reach = [(s.start, s.end) for s in sentences]
    joined = list(range(len(sentences)))  # index of the first sentence of its group
    starts, ends = [s.start for s in sentences], [s.end for s in sentences]  # both rise: sentences stand in order
    for edit in live:
        if not sentences:
            continue
        empty = edit.start == edit.end  # what is put in touches the sentences that end and begin there
        first = bisect_left(ends, edit.start) if empty else bisect_right(ends, edit.start)
        last = (bisect_right(starts, edit.end) if empty else bisect_left(starts, edit.end)) - 1
        if last < first:  # between sentences: it belongs to the one before, or opens the first
            first = last = max(0, bisect_right(ends, edit.start) - 1)
        # A clause that closes several sentences is said with all of them.
        first = max(0, first - run_of(edit))
        reach[first] = (min(reach[first][0], edit.start), reach[first][1])
        reach[last] = (reach[last][0], max(reach[last][1], edit.end))
        lead = min(joined[first : last + 1])
        for i in range(lead, last + 1):
            joined[i] = min(joined[i], lead)
    at = 0
    while at < len(sentences):
        stop = at + 1
        while stop < len(sentences) and joined[stop] <= at:
            stop += 1
        yield reach[at][0], max(r[1] for r in reach[at:stop]), list(sentences[at:stop])
        at = stop


def units(note: Note, edits: Iterable[Edit], config: Config) -> list[Unit]:
    """The refined sentences of a note, without headings, dates, greetings and what the edits dropped."""
    live = in_force(edits)
    chat = is_chat(note)
    names = narrator_names(config)
    out: list[Unit] = []
    paragraph = section = 0
    last_end = note.body_start
    speaker = ""
    begins, text_ends = [e.start for e in live], len(note.text.rstrip())
    for start, end, sentences in _hulls(note, live):
        near = live[bisect_left(begins, start) : bisect_right(begins, end)]
        gap = note.text[last_end:start]
        line = note.text[note.text.rfind("\n", 0, start) + 1 : start]
        entry = note.entries[sentences[0].entry] if note.entries else None
        # A list mark stands between the line's beginning and the sentence.
        item = bool(line.strip(" \t>")) and bool(gap.strip(" \t>\r\n"))
        if _BLANK.search(gap) or item or chat and "\n" in gap:
            paragraph += 1
        last_end = end
        raw = " ".join(s.text for s in sentences)
        text = plain(render_span(note.text, start, end, near))
        if entry and entry.date and (start <= entry.start or _MARKS.fullmatch(note.text, entry.start, start)):
            # The heading of a dated entry, or the date that runs into its first sentence.
            text = text.removeprefix(entry.date).lstrip(" :,–—-]") if plain(raw).startswith(entry.date) else text
            if (
                not words(text)
                or _HEADING.fullmatch(line)
                or "\n" in note.text[end : end + 2]
                and len(words(text)) < SHORTEST
            ):
                section += 1
                continue
        bold = re.fullmatch(r"(?:\*\*|__)[^*_]+(?:\*\*|__):?", note.text[start:end].strip())
        if _HEADING.fullmatch(line) or bold or not chat and _is_title(note, start, end, text, item, text_ends):
            section += 1
            continue
        if chat:
            if line_said := line_at(text):
                speaker, text = line_said.who, text[line_said.said :].strip()
                speaker = "self" if speaker.casefold() in names else speaker
            elif not speaker:
                continue  # the head of the export, before anybody speaks
        elif _GREETING.fullmatch(text) or note.meta.kind == "letter" and _FAREWELL.fullmatch(text):
            continue
        if not words(text):
            continue
        out.append(
            Unit(
                note=note.path,
                start=start,
                end=end,
                text=text,
                place=digest(*(f"{s.text}\0{s.occurrence}" for s in sentences)),
                entry=sentences[0].entry,
                paragraph=paragraph,
                section=section,
                item=item,
                edits=tuple(e.id for e in near if e.end <= end),
                speaker=speaker if chat else "",
            )  # fmt: skip
        )
    return out


def _is_title(note: Note, start: int, end: int, text: str, item: bool, text_ends: int) -> bool:
    """A short line alone, without a stop: a title that has no hash marks. A note of one line has none.

    `text_ends`: where the note's last word ends.
    """
    if len(note.sentences) == 1:
        return False
    alone = not note.text[note.text.rfind("\n", 0, start) + 1 : start].strip() and note.text[end : end + 1] in (
        "",
        "\n",
        "\r",
    )
    stops = re.search(r"[.!?…:;,]['\"”’)]*$", text)
    blank = bool(_BLANK.match(note.text[end : end + 4])) or end >= text_ends
    return alone and not item and not stops and blank and len(words(text)) <= 8


def dates(note: Note, entry: int) -> tuple[str, bool]:
    """(EDTF, told at the time) of an entry: its heading, else the note's date."""
    words_ = note.entries[entry].date if note.entries else ""
    edtf = heading_edtf(words_) if words_ else ""
    if edtf and (len(edtf) > 4 or not note.meta.date):
        return edtf, not note.meta.written
    if note.meta.date:
        edtf = (
            note.meta.date if re.fullmatch(r"\d{4}(-\d{2}){0,2}[~?]?", note.meta.date) else heading_edtf(note.meta.date)
        )
        return edtf, not note.meta.written and bool(edtf)
    return "", False


def passages(note: Note, found: Sequence[Unit], keep: Callable[[Unit], bool] = lambda u: True) -> list[Passage]:
    """The prose of a note as passages of at most LONGEST words. `keep` says which units may be told at all."""
    out: list[Passage] = []
    sections: dict[tuple[int, int, int], list[Unit]] = {}
    items = {u.paragraph for u in found if u.item}
    for unit in found:
        if not unit.speaker and keep(unit):
            # Items of a list are thoughts of their own.
            part = unit.paragraph if unit.item or unit.paragraph in items else -1
            sections.setdefault((unit.entry, unit.section, part), []).append(unit)
    for (entry, _, _), run in sections.items():
        date, at_the_time = dates(note, entry)
        lead = ""
        for units in _parts(run):
            if sum(u.length for u in units) >= SHORTEST:
                passage = Passage(note.path, tuple(units), date, at_the_time)
                if lead and (leans(units[0].text) or hangs(passage.text, person_words())):
                    passage = replace(passage, lead=lead)
                out.append(passage)
            lead = units[-1].text
    return out


def goes_on(before: str, after: str) -> bool:
    """Whether a cut between two sentences would part a talk, or leave one that only announces what comes."""
    speech = bool(re.match(r"[\"“‘]", after)) and bool(re.search(r"[\"”’]\W*$|[\"“]", before))
    return (
        speech or bool(re.match(r"(?:then|and then|but then) (?:came|comes)\b", before, re.I)) or before.endswith(":")
    )


def _parts(run: Sequence[Unit]) -> Iterator[list[Unit]]:
    if sum(u.length for u in run) <= LONGEST:
        yield list(run)
        return
    atoms: list[list[Unit]] = []  # a sentence with those that lean on it
    for unit in run:
        room = atoms and sum(u.length for u in atoms[-1]) + unit.length <= LONGEST
        if room and (leans(unit.text) or goes_on(atoms[-1][-1].text, unit.text)):
            atoms[-1].append(unit)
        else:
            atoms.append([unit])
    part: list[Unit] = []
    for atom in atoms:
        size = sum(u.length for u in part)
        turn = bool(part) and part[-1].paragraph != atom[0].paragraph and size >= ENOUGH
        if part and (turn or size + sum(u.length for u in atom) > LONGEST):
            yield part
            part = []
        part = part + atom
    if part:
        yield part
