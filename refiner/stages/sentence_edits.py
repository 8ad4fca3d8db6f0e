"""Edits of whole sentences that respect what earlier stages changed: leave one out, write it anew, add words to it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from refiner.edits import make_edit, parents_of, raw_span, render_span
from refiner.models import Edit, Note, Sentence


@dataclass(frozen=True)
class Because:
    """Why an edit is proposed, who proposes it, how sure that is, and what it follows from."""

    reason: str
    source: str
    confidence: float
    evidence: tuple[str, ...] = ()

    @property
    def given(self) -> dict[str, Any]:
        """As `make_edit` takes it."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


_ENDED = re.compile(r"[.!?…।][\"'”’)\]*_»]*\Z")
_ITEM = re.compile(r"[ \t]*(?:[-*+•>#]|\d{1,3}[.)])")
_HEADING = re.compile(r"[ \t>]*#{1,6}[ \t]")
_UNDERLINE = re.compile(r"[ \t]*(?:(=+)|-+)[ \t]*\r?(?:\n|\Z)")
_LINE_END = re.compile(r"\r?\n(?=[^\r\n])")
_FENCE = re.compile(r"^[ \t>]*(?:```|~~~)", re.M)
_ROW = re.compile(r"^[ \t>]*\|.*\|[ \t]*\r?$", re.M)


def in_heading(note: Note, sentence: Sentence) -> bool:
    """The sentence is a heading, "# so" or underlined: words in it would be read as a title."""
    if _HEADING.match(_lines(note, sentence)):
        return True
    below = note.text.find("\n", sentence.end)
    under = _UNDERLINE.match(note.text, below + 1) if below >= 0 else None
    # A row of dashes right under a sentence with its stop is a rule that lacks an empty line.
    return under is not None and (under[1] is not None or _ENDED.search(sentence.text) is None)


def in_markup(note: Note, sentence: Sentence) -> bool:
    """The sentence stands in code, in a row of a table or in a comment, which words put behind it would break."""
    before, lines = note.text[note.body_start : sentence.start], _lines(note, sentence)
    if _ROW.search(lines) or _FENCE.search(lines) or len(_FENCE.findall(before)) % 2:
        return True
    return "<!--" in sentence.text or before.rfind("<!--") > before.rfind("-->")


def _lines(note: Note, sentence: Sentence) -> str:
    """The lines in which the sentence stands, whole."""
    end = note.text.find("\n", sentence.end)
    return note.text[note.text.rfind("\n", 0, sentence.start) + 1 : end if end >= 0 else len(note.text)]


def can_drop(note: Note, sentence: Sentence, edits: Sequence[Edit] = ()) -> bool:
    """The sentence's paragraph keeps others beside those that `edits` drop: no hole, no empty list item is left."""
    if in_heading(note, sentence) or in_markup(note, sentence):
        return False
    text = note.text
    left, right = text.rfind("\n\n", 0, sentence.start), text.find("\n\n", sentence.end)
    block = (left + 2 if left >= 0 else note.body_start, right if right >= 0 else len(text))
    item = _ITEM.match(_before(note, sentence) + " ")
    gone = {e.start for e in edits if not e.after} | {e.start + 1 for e in edits if not e.after}
    left_over = [s for s in note.sentences if block[0] <= s.start < block[1] and s.start not in gone]
    return not item and any(s.start != sentence.start for s in left_over)


def _before(note: Note, sentence: Sentence) -> str:
    """What stands on the sentence's line before it."""
    return note.text[note.text.rfind("\n", 0, sentence.start) + 1 : sentence.start]


def drop(
    note: Note,
    stage: str,
    sentence: Sentence,
    earlier: Sequence[Edit],
    because: Because,
    *,
    taken: Sequence[Edit] = (),
) -> Edit | None:
    """The edit that leaves a sentence and one space beside it out, or its line where it has one of its own; None where
    an earlier edit reaches beyond it.

    `taken`: edits of the same stage, whose spaces are theirs.
    """
    text, start, end = note.text, sentence.start, sentence.end
    if text[end : end + 1] == " " and all(not e.start <= end < e.end for e in taken):
        end += 1
    elif start and text[start - 1] == " " and all(not e.start < start <= e.end for e in taken):
        start -= 1
    elif (line := _LINE_END.match(text, end)) and start and text[start - 1] == "\n":
        end = line.end()  # an empty line in its place would begin a new paragraph
    parents = parents_of(start, end, earlier)
    if any(p.start < start or end < p.end for p in parents):
        return None
    return make_edit(
        note,
        stage,
        start,
        end,
        "",
        **because.given,
        parents=[p.id for p in parents],
    )


def add_after(
    note: Note,
    stage: str,
    sentence: Sentence,
    words: str,
    earlier: Sequence[Edit],
    because: Because,
) -> Edit | None:
    """The edit that adds words after a sentence; None in headings, tables, code, and in what an edit replaced."""
    at = sentence.end
    if in_heading(note, sentence) or in_markup(note, sentence):
        return None
    apart = words.startswith("(") or _ENDED.search(sentence.text) is not None
    after = f" {words}" if apart else f" ({words})"
    parents = parents_of(at, at, earlier)
    if any(p.start < at < p.end for p in parents):
        return None
    return make_edit(
        note,
        stage,
        at,
        at,
        "".join(p.after for p in parents) + after,
        **because.given,
        parents=[p.id for p in parents],
    )


def add_inside(
    note: Note,
    stage: str,
    sentence: Sentence,
    words: str,
    earlier: Sequence[Edit],
    because: Because,
) -> Edit | None:
    """The edit that adds words in brackets before the sentence's end; None in headings, tables and code, in a sentence
    that ends otherwise than by one stop, and beside what an earlier edit changed."""
    at = sentence.end - 1
    closed = in_heading(note, sentence) or in_markup(note, sentence)
    if closed or not re.search(r"[^.!?…][.!?]\Z", sentence.text):
        return None
    if parents_of(at, at, earlier) or any(p.start <= at < p.end for p in parents_of(at, sentence.end, earlier)):
        return None
    first = words[0] if re.match(r"I\b", words) else words[0].lower()
    after = f" ({first}{words[1:].rstrip('.')})"
    return make_edit(note, stage, at, at, after, **because.given)


def rewrite(
    note: Note,
    stage: str,
    sentence: Sentence,
    new: str,
    earlier: Sequence[Edit],
    because: Because,
    *,
    taken: Sequence[Edit] = (),
) -> Edit | None:
    """The edit that makes the sentence, as the earlier edits left it, read `new`, with as few words as may be.

    None in headings, tables and code, where nothing would change, where an earlier edit reaches beyond the sentence,
    and where `taken`, edits of the same stage, touch it.
    """
    if in_heading(note, sentence) or in_markup(note, sentence):
        return None
    inside = parents_of(sentence.start, sentence.end, earlier)
    if any(p.start < sentence.start or sentence.end < p.end for p in inside):
        return None
    old = render_span(note.text, sentence.start, sentence.end, earlier)
    head = len(os.path.commonprefix([old, new]))
    tail = len(os.path.commonprefix([old[head:][::-1], new[head:][::-1]]))
    # Whole words: a diff that begins within one is hard to read.
    while head and (old[head - 1 : head].isalnum()):
        head -= 1
    while tail and (old[len(old) - tail : len(old) - tail + 1].isalnum()):
        tail -= 1
    if old == new:
        return None
    # Only the edits within the sentence shift places in it.
    start, end = raw_span(sentence.start + head, sentence.start + len(old) - tail, inside)
    parents = parents_of(start, end, inside)
    start, end = min([start, *(p.start for p in parents)]), max([end, *(p.end for p in parents)])
    before = len(render_span(note.text, sentence.start, start, inside))
    after = len(render_span(note.text, end, sentence.end, inside))
    if any(t.start < end and start < t.end for t in taken):
        return None
    return make_edit(
        note,
        stage,
        start,
        end,
        new[before : len(new) - after],
        **because.given,
        parents=[p.id for p in parents],
    )
