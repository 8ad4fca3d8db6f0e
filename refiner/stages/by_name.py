"""Traits that are said by their own name: "- Short-tempered." in a list of traits, "I put things off." in a note.

Only the exact words of a trait's name or an alias count, with the verb in the first person or as -ing form; nothing is
matched by stems. It is evidence for the day of writing, and no cause. What is said of another time, of another person,
asked, wished or supposed gives nothing; neither does what the words beside it take back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from refiner.checks.change_words import present
from refiner.checks.closing import CLOSED
from refiner.checks.dead_traits import told
from refiner.config import Config
from refiner.models import Event, Note, Observation, Retraction, Sentence
from refiner.phrases import on_one_line
from refiner.stages.event_times import Days
from refiner.stages.known_words import known
from refiner.stages.name_forms import called, data, flat, mine

SOURCE = "rule:by-name"
_ENDS = ("terminates", "suspends", "weakens")
_CUT = re.compile(r"[:,;.!?…()\n]|\s[–—-]+(?=\s|$)|[–—]")
_UNDER = re.compile(r"\s+(?:when|whenever|until|till|because)\s")
_MARKER = re.compile(r"(?P<indent>[ \t]*)(?:[-*+•]|\d{1,3}[.)])[ \t]+(?P<box>\[[ xX]\][ \t]+)?")
_APART = re.compile(r"\n[ \t]*(?:\n|[-*+•#>]|\d+[.)])")  # another paragraph or item
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+")
_QUOTE = re.compile(r"[\"“”«»>~`\[\]]")
_LEAST = 3  # lines that begin with a capital and make a list without marks


@cache
def _nothing(name: str) -> re.Pattern[str]:
    patterns = data()["says_nothing"][name]
    return re.compile(patterns if isinstance(patterns, str) else "|".join(patterns), re.I)


@cache
def _one_of(name: str, *, last: bool = False) -> re.Pattern[str]:
    words = "|".join(re.escape(w) for w in sorted(data()[name], key=len, reverse=True))
    return re.compile(rf" (?:{words})\Z" if last else rf"\A(?:{words}),? ")


def _stripped(words: str, pattern: re.Pattern[str]) -> Iterator[str]:
    """The words, and what is left of them each time that the pattern is taken away."""
    while True:
        yield words
        shorter = pattern.sub("", words, count=1)
        if shorter == words:
            return
        words = shorter


@dataclass(frozen=True)
class Named:
    """A trait said by its name; the span is that of the sentence, or of the line where it is none."""

    trait: str
    start: int
    end: int


@dataclass(frozen=True)
class _Line:
    start: int  # of its text, behind a list's mark
    end: int
    kind: str  # item line heading blank
    indent: int = 0


def _lines(note: Note) -> list[_Line]:
    out, at = [], note.body_start
    for line in note.text[note.body_start :].splitlines(keepends=True):
        bare = line.rstrip()
        end = at + len(bare)
        if not bare:
            out.append(_Line(at, at, "blank"))
        elif mark := _HEADING.match(bare):
            out.append(_Line(at + mark.end(), end, "heading"))
        elif mark := _MARKER.match(bare):
            kind = "box" if mark["box"] else "item"
            out.append(_Line(at + mark.end(), end, kind, len(mark["indent"].expandtabs(4))))
        else:
            space = len(bare) - len(bare.lstrip())
            out.append(_Line(at + space, end, "line", space))
        at += len(line)
    return out


class _Namer:
    def __init__(self, note: Note, config: Config) -> None:
        self.note, self.config = note, config
        self.text = told(note.text, note.body_start, config.persona).replace("’", "'")
        self.forms = called(tuple(config.traits))
        self.lines = _lines(note)
        sides = (config.persona.before, config.persona.after)
        self.own_names = {w.casefold() for s in sides for n in (s.name, *s.nicknames) for w in n.split()}

    # ---- what stands over it ---------------------------------------------------------------------------------------

    def _over(self, number: int) -> Iterator[str]:
        """The heading over a line, and the last line before its list."""
        kind, seeking = self.lines[number].kind, self.lines[number].kind != "heading"
        for line in reversed(self.lines[:number]):
            text = self.note.text[line.start : line.end]
            if line.kind == "heading":
                yield text
                return
            if line.kind == "line" and seeking and (kind != "line" or text.endswith(":")):
                yield text
                seeking = False

    def _misled(self, number: int) -> bool:
        """What stands over the line speaks of another time or person, of what others say, or of a wish."""
        for text in self._over(number):
            bare = _nothing("asked_to").sub(" ", text.replace("’", "'"))
            names = (w for w in re.findall(r"\b[A-Z][a-z]+\b", bare) if w.casefold() not in self.own_names)
            if _nothing("heading").search(bare) or any(known(w) in ("male", "female") for w in names):
                return True
        return False

    def _line_of(self, start: int) -> int:
        return next((i for i, line in enumerate(self.lines) if line.start <= start < line.end), -1)

    # ---- a list of traits ------------------------------------------------------------------------------------------

    def listed(self) -> Iterator[Named]:
        """The traits of a note that is a list of them."""
        starts = {s.start for s in self.note.sentences}
        chain = False
        for number, line in enumerate(self.lines):
            text = self.text[line.start : line.end]
            first = line.kind == "item" or line.kind == "line" and line.start in starts
            if not (first or line.kind == "line" and (chain or self._a_list(number))):
                chain = False
                continue
            trait, cut = self._trait(text)
            chain = bool(trait) and not text[cut:].strip(" .!")
            if trait and not self._nested(number) and not self._misled(number) and self._said(number, cut):
                yield Named(trait, line.start, line.end)

    def _a_list(self, number: int) -> bool:
        """Lines of a paragraph that all begin with a capital: each stands for itself."""
        low = high = number
        while low and self.lines[low - 1].kind == "line":
            low -= 1
        while high + 1 < len(self.lines) and self.lines[high + 1].kind == "line":
            high += 1
        rows = [self.note.text[x.start : x.end] for x in self.lines[low : high + 1]]
        return len(rows) >= _LEAST and all(r[0].isupper() and not r.endswith(",") for r in rows)

    def _nested(self, number: int) -> bool:
        """An item under another one: it may be said of that."""
        line = self.lines[number]
        for at in range(number - 1 if line.indent else -1, -1, -1):
            before = self.lines[at]
            over = before.kind == "line" and before.indent <= line.indent
            if before.kind == "heading" or line.kind == "item" and over:
                return False
            if before.kind == "line" and not before.indent and (not at or self.lines[at - 1].kind == "blank"):
                return False  # a paragraph of its own
            if before.kind in ("item", "box") and before.indent < line.indent:
                return True
        return False

    def _trait(self, text: str) -> tuple[str, int]:
        """The trait that the beginning of an item names, and where these words end."""
        cut = m.start() if (m := _CUT.search(text)) else len(text)
        under = _UNDER.search(text, 0, cut)  # "I put things off until somebody stands at the door"
        if under and not _nothing("told_of_then").search(text[:cut]):
            cut = under.start()
        if _QUOTE.search(text[:cut]):
            return "", cut
        by_me = bool(re.match(r"\W*I\b", text))  # "I bite his nails": there his nails are not the narrator's
        for words in _stripped(flat(text[:cut]), _one_of("before")):
            for bare in _stripped(words, _one_of("after", last=True)):
                if trait := self.forms.get(bare if by_me else mine(bare), ""):
                    return trait, cut
        return "", cut

    def _said(self, number: int, cut: int) -> bool:
        """Nothing in the rest of the item takes it back."""
        line = self.lines[number]
        end = line.end
        for after in self.lines[number + 1 :]:
            if after.kind not in ("line", "item", "box") or after.kind == "item" and after.indent <= line.indent:
                break
            if line.kind == "line" and after.kind == "line" and self._own_line(after):
                break
            end = after.end
        rest = self.text[line.start + cut : end].replace("\n", " ")
        return not _taken_back(rest)

    def _own_line(self, line: _Line) -> bool:
        return any(s.start == line.start for s in self.note.sentences) or bool(
            self._trait(self.text[line.start : line.end])[0]
        )

    # ---- a plain sentence ------------------------------------------------------------------------------------------

    def told(self) -> Iterator[Named]:
        """The habits that plain sentences say of the narrator: "I put things off." """
        sentences = self.note.sentences
        for index, s in enumerate(sentences):
            text = on_one_line(self.text[s.start : s.end])
            trait, cut, verb, lasting = self._habit(text)
            if not trait or _taken_back(text[cut:]):
                continue
            number = self._line_of(s.start)
            if number < 0 or self._misled(number) or self._nested(number) or self.lines[number].kind == "box":
                continue
            before = self._beside(sentences[index - 1], s, sentences[index - 1]) if index else ""
            after = self._beside(s, sentences[index + 1], sentences[index + 1]) if index + 1 < len(sentences) else ""
            if self._today(before, after, verb, lasting):
                yield Named(trait, s.start, s.end)

    def _habit(self, text: str) -> tuple[str, int, str, bool]:
        """The trait of a clause "I (still) do it", where the clause ends, its verb, and whether it says that it goes
        on; one word alone must say so, since "I lie." may tell of one deed."""
        nothing = ("", 0, "", False)
        opened = re.match(rf"(?:(?:{'|'.join(data()['opening'])}),?\s+)*(?=I\s)", text, re.I)
        at = opened.end() if opened else 0
        cut = m.start() if (m := _CUT.search(text, at)) else len(text)
        if not re.match(r"I\s", text[at:cut]) or _QUOTE.search(text[:cut]):
            return nothing
        said = flat(text[at:cut]).removeprefix("i ")
        for words in _stripped(said, _one_of("between")):
            for bare in _stripped(words, _one_of("after", last=True)):
                if trait := self.forms.get(bare, ""):
                    going = set(re.findall(r"\w+", said[: said.rfind(bare)])) & set(data()["lasting"])
                    if " " not in bare and not going:
                        return nothing
                    skip = 1 if bare.split()[0] in data()["denying"] and " " in bare else 0
                    return trait, cut, bare.split()[skip], bool(going)
        return nothing

    def _beside(self, a: Sentence, b: Sentence, other: Sentence) -> str:
        """The text of `other`, one of two neighbours, if they stand in one paragraph."""
        joined = a.entry == b.entry and not _APART.search(self.note.text[a.end : b.start])
        return on_one_line(self.text[other.start : other.end]) if joined else ""

    def _today(self, before: str, after: str, verb: str, lasting: bool) -> bool:
        """The sentences beside it leave it in the present and do not take it back."""
        if before and _nothing("framed").search(before):
            return False
        if after and (CLOSED.match(after.lstrip(" (")) or _taken_back(". " + after, own=False)):
            return False
        beside = [t for t in (before, after) if t]
        if verb in data()["same_in_past"].split():
            past = any(_nothing("told_of_then").search(t) for t in beside)
            return not past and (lasting or not beside or any(present(t) for t in beside))
        # In a telling in the present tense, "I lose my temper" is one deed.
        return lasting or not before or bool(present(before))


def _taken_back(rest: str, *, own: bool = True) -> bool:
    """Do the words after the name say that it is over, supposed, or another's word? `own`: its sentence goes on."""
    rest = _nothing("compared").sub(" ", rest)
    same = re.split(r"(?<=[.!?…])\s", rest, maxsplit=1)[0] if own else ""
    return bool(
        _nothing("over").search(rest)
        or _nothing("reported").search(rest)
        or _nothing("aside").search(same.lstrip(" ,;:.–—-(*_"))
    )


def named(note: Note, config: Config) -> list[Named]:
    """The traits that a note says by name of the narrator today, in order of place, each place once."""
    namer = _Namer(note, config)
    found = {(n.trait, n.start): n for n in (*(namer.listed() if note.meta.kind == "traits" else ()), *namer.told())}
    return sorted(found.values(), key=lambda n: (n.start, n.trait))


def observed_by_name(
    note: Note,
    config: Config,
    days: Days,
    events: Iterable[Event],
    observations: Sequence[Observation],
    retractions: Iterable[Retraction],
) -> list[Observation]:
    """Observations of the traits that a note says by name, beside what was read of it: not where this says the same, or
    says in the same entry that the trait ended, rests, is not so or never was."""
    ended = {(f.trait, e.written) for e in events if e.modality == "actual" for f in e.effects if f.kind in _ENDS}
    ended |= {(o.trait, o.at) for o in observations if not o.holds}
    never = {r.target for r in retractions}
    seen = {(o.trait, o.at) for o in observations}
    out = []
    for n in named(note, config):
        at = days.written(n.start)
        if n.trait in never or (n.trait, at) in ended | seen:
            continue
        seen.add((n.trait, at))
        quote = next((s.text for s in note.sentences if s.start == n.start), note.text[n.start : n.end])
        out.append(Observation(trait=n.trait, holds=True, at=at, note=note.path, quote=quote, source=SOURCE))
    return out


__all__ = ["SOURCE", "Named", "named", "observed_by_name"]
