"""A directory of notes -> Notes: decoding, front matter, dated entries, sentences, all with spans in the raw text."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from refiner.chat_lines import LEAST, line_at, speakers
from refiner.errors import NoteError, StoreError
from refiner.models import Entry, Note, Sentence

SUFFIXES = (".md", ".txt")

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_DATE = (
    rf"(?:{_WEEKDAY}\.?,?\s+)?(?:\d{{4}}-\d{{2}}(?:-\d{{2}})?|\d{{1,2}}[/.]\d{{1,2}}(?:[/.]\d{{2,4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}\.?,?(?:\s+\d{{4}})?|{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?(?:\s+\d{{4}})?|{_MONTH}\.?,?\s+\d{{4}}|\d{{4}})"
)
# A heading is a date and nothing else on its line, or a Markdown heading or bold run that begins with a full date.
_DATED = re.compile(
    rf"[ \t]*(?:#{{1,6}}[ \t]+|\*\*|__|\[)?(?P<date>{_DATE})(?:\*\*|__|\])?[ \t]*+(?:[:–—-][ \t]*+)?"
    rf"(?:\(?{_WEEKDAY}\)?|,?[ \t]*\d{{1,2}}[:.]\d{{2}}(?:[ \t]*[ap]\.?m\.?)?)?[ \t]*:?\r?\Z",
    re.I,
)
_DATED_TITLE = re.compile(rf"[ \t]*#{{1,6}}[ \t]+(?P<date>{_DATE})[ \t]*[:,–—-][ \t]*\S", re.I)
_DATED_RUN = re.compile(rf"(?:\*\*|__)(?P<date>{_DATE})(?:\*\*|__)[ \t:,–—-]+", re.I)
_MARKER = re.compile(r"[ \t]*(?:>[ \t]?)*[ \t]*(?:#{1,6}[ \t]+|[-*+•][ \t]+(?:\[[ xX]\][ \t]+)?|\d{1,3}[.)][ \t]+)?")
_RULE = re.compile(r"[ \t]*(?:[-*_=][ \t]*){3,}\r?\Z")
_END = re.compile(r"(?<![.!?…।])[.!?…।]++[\"'”’)\]*_»]*+(?=\s)")
_SOLID = re.compile(r"\S")
_OPENING = re.compile(r"[\"'“‘(\[*_#`]*+")
_SHORT = re.compile(r"\b\w\.\w\Z")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“‘])(?:mr|mrs|ms|dr|st|shri|smt|prof|sr|jr|vs|etc|e\.?g|i\.?e|no|rs|col|capt|lt|gen|rev|hon|adv|er|approx|fig|dept|govt|a\.?k\.?a|[A-Z](?:\.[A-Z])*)\.$",
    re.I,
)


def _is_abbreviation(before: str) -> bool:
    match = _ABBREVIATION.search(before)
    if not match:
        return False
    word = match[0].strip(" \t\r\n(\"'“‘.")
    # A single small letter, or "no." that ends a clause, is a word; an initial is a capital.
    return not (len(word) == 1 and word.islower()) and word not in ("no", "I", "etc")


def _sentence_ends(block: str) -> Iterator[int]:
    """Offsets in a block at which a sentence ends (after its closing quotes)."""
    for match in _END.finditer(block):
        rest = _SOLID.search(block, match.end())
        if rest is None:
            break
        mark = match[0]
        new_line = "\n" in block[match.end() : rest.start()]
        opening = _OPENING.match(block, rest.start())
        first = block[opening.end() : opening.end() + 1] if opening else ""
        if mark[0] == "." and _is_abbreviation(block[max(0, match.start() - 12) : match.start() + 1]):
            continue
        short = _SHORT.search(block[max(0, match.start() - 4) : match.start()])  # "a.m.", of which this is the last
        # Lower case goes on with the same sentence after ?, ! or a quotation ("Why?" she asked), not after a full stop.
        if first.islower() and not new_line and (mark != "." or short):
            continue
        yield match.end()


def _blocks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of running text: paragraphs, and single lines where the line means something (lists, headings, chats)."""
    open_from: int | None = None
    last_end = start
    body = text[start:end]
    chat = sum(speakers(body).values()) >= LEAST
    at = start
    for line in body.splitlines(keepends=True):
        line_end = at + len(line.rstrip("\r\n"))
        bare = text[at:line_end]
        marker = _MARKER.match(bare)
        begins = at + (marker.end() if marker else 0)
        # A line that stands alone: a heading, or a date that begins an entry.
        alone = bool(re.match(r"[ \t]*#{1,6}[ \t]", bare)) or (at == start and bool(_DATED.match(bare)))
        fresh = begins > at + len(bare) - len(bare.lstrip()) or (chat and line_at(bare) is not None)
        if not bare.strip() or _RULE.match(bare) or fresh or alone:
            if open_from is not None:
                yield open_from, last_end
            open_from = None
        if bare.strip() and not _RULE.match(bare):
            if alone:
                yield begins, line_end
            elif open_from is None:
                open_from = begins
            last_end = line_end
        at += len(line)
    if open_from is not None:
        yield open_from, last_end


def split_sentences(text: str, entries: tuple[Entry, ...]) -> tuple[Sentence, ...]:
    """Sentences with spans; list markers, headings' hashes and white space between sentences belong to none."""
    found: list[Sentence] = []
    seen: Counter[str] = Counter()
    for index, entry in enumerate(entries):
        for start, end in _blocks(text, entry.start, entry.end):
            cut = start
            for stop in [*(start + o for o in _sentence_ends(text[start:end])), end]:
                piece = text[cut:stop]
                begin = cut + len(piece) - len(piece.lstrip())
                piece = piece.strip()
                if piece:
                    found.append(
                        Sentence(start=begin, end=begin + len(piece), text=piece, entry=index, occurrence=seen[piece])
                    )
                    seen[piece] += 1
                cut = stop
    return tuple(found)


def split_entries(text: str, start: int) -> tuple[Entry, ...]:
    """The parts of a note that have a date of their own, by headings that are dates; one part where there are none."""
    cuts: list[tuple[int, str]] = []
    at = start
    for line in text[start:].splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        match = _DATED.match(bare) or _DATED_TITLE.match(bare) or _DATED_RUN.match(bare)
        # A year alone is a heading only when it is marked as one; "1998" in a list is not.
        if match and not (re.fullmatch(r"\d{4}", match["date"]) and not bare.lstrip().startswith(("#", "**", "__"))):
            cuts.append((at, match["date"]))
        at += len(line)
    if not cuts:
        return (Entry(start=start, end=len(text)),)
    parts = [
        Entry(start=a, end=b, date=d) for (a, d), b in zip(cuts, [*(c[0] for c in cuts[1:]), len(text)], strict=True)
    ]
    return (Entry(start=start, end=cuts[0][0]), *parts) if text[start : cuts[0][0]].strip() else tuple(parts)


def note_from_text(text: str, path: str = "note.md", *, sha: str = "") -> Note:
    """A Note from decoded text. Raises NoteError when its front matter cannot be read."""
    from refiner.frontmatter import read_frontmatter  # YAML: whoever lists files needs none

    meta, body = read_frontmatter(text, path)
    entries = split_entries(text, body)
    sha = sha or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Note(
        path=path,
        sha=sha,
        text=text,
        body_start=body,
        meta=meta,
        entries=entries,
        sentences=split_sentences(text, entries),
    )


def decode(data: bytes, path: str) -> str:
    """UTF-8 text with its byte order mark and CR, so that spans fit the file. Raises NoteError with line and byte."""
    for mark, name in ((b"\xff\xfe", "UTF-16LE"), (b"\xfe\xff", "UTF-16BE")):
        if data.startswith(mark):
            raise NoteError(
                f"{path}:1: this file is {name}, not UTF-8",
                mend=f"iconv -f UTF-16 -t UTF-8 '{path}' > new && mv new '{path}'",
            )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NoteError(
            f"{path}:{line}: byte {error.start} (0x{data[error.start]:02x}) is not UTF-8",
            mend=f"if it came from Windows: iconv -f WINDOWS-1252 -t UTF-8 '{path}' > new && mv new '{path}'",
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise NoteError(
            f"{path}:{line}: a NUL character: this is no text file",
            mend="save it as plain text, or move it out of the folder",
        )
    return text


@dataclass(frozen=True)
class Reading:
    """What a folder of notes gave: notes in order of path, and the files that could not be read, with the reason."""

    notes: tuple[Note, ...]
    failed: tuple[NoteError, ...]


def note_files(raw: Path) -> list[Path]:
    """The files of a raw folder that are notes: *.md and *.txt, hidden ones and the root's README.md left out.

    Raises StoreError when the folder is not there.
    """
    if not raw.is_dir():
        raise StoreError(
            f"{raw} is not there", mend="make it and put notes (*.md, *.txt) into it, or: refiner init DIR"
        )
    root = raw.resolve()
    files = []
    for path in sorted(raw.rglob("*")):
        relative = path.relative_to(raw)
        if path.suffix.lower() not in SUFFIXES or any(p.startswith(".") for p in relative.parts) or not path.is_file():
            continue
        if relative.as_posix().lower() == "readme.md" or not path.resolve().is_relative_to(root):
            continue
        files.append(path)
    return files


def _check_name(name: str) -> None:
    """Raises NoteError for a name that is not UTF-8: no record could hold it."""
    shown = os.fsencode(name).decode("utf-8", "backslashreplace")
    if shown.encode() != os.fsencode(name):
        raise NoteError(f"{shown}: the name of this file is not UTF-8", mend=f"rename it: mv $'{shown}' NEW-NAME")


def read_notes(raw: Path) -> Reading:
    """Reads a folder. A file that cannot be read fails alone; the others are read all the same."""
    notes: list[Note] = []
    failed: list[NoteError] = []
    for path in note_files(raw):
        name = path.relative_to(raw).as_posix()
        try:
            _check_name(name)
            data = path.read_bytes()
            notes.append(note_from_text(decode(data, name), name, sha=hashlib.sha256(data).hexdigest()))
        except NoteError as error:
            failed.append(error)
        except OSError as error:
            failed.append(NoteError(f"{name}: cannot be read: {error.strerror}"))
    return Reading(tuple(n for n in notes if not n.meta.skip), tuple(failed))
