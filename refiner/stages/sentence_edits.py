"""Edits of whole sentences that respect what earlier stages changed: leave one out, write it anew, add words to it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from refiner.edits import make_edit, parents_of, raw_span, render_span
from refiner.models import Edit, Note, Sentence

_ENDED = re.compile(r"[.!?…।][\"'”’)\]*_»]*\Z")
_ITEM = re.compile(r"[ \t]*(?:[-*+•>#]|\d{1,3}[.)])")


def can_drop(note: Note, sentence: Sentence, edits: Sequence[Edit] = ()) -> bool:
    """The sentence's paragraph keeps others beside those that `edits` drop: no hole, no empty list item is left."""
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
    *,
    reason: str,
    source: str,
    confidence: float,
    evidence: Sequence[str] = (),
    taken: Sequence[Edit] = (),
) -> Edit | None:
    """The edit that leaves a sentence and one space beside it out; None where an earlier edit reaches beyond it.

    `taken`: edits of the same stage, whose spaces are theirs.
    """
    text, start, end = note.text, sentence.start, sentence.end
    if text[end : end + 1] == " " and all(not e.start <= end < e.end for e in taken):
        end += 1
    elif start and text[start - 1] == " " and all(not e.start < start <= e.end for e in taken):
        start -= 1
    parents = parents_of(start, end, earlier)
    if any(p.start < start or end < p.end for p in parents):
        return None
    return make_edit(
        note,
        stage,
        start,
        end,
        "",
        reason=reason,
        source=source,
        confidence=confidence,
        evidence=evidence,
        parents=[p.id for p in parents],
    )


def add_after(
    note: Note,
    stage: str,
    sentence: Sentence,
    words: str,
    earlier: Sequence[Edit],
    *,
    reason: str,
    source: str,
    confidence: float,
    evidence: Sequence[str] = (),
) -> Edit | None:
    """The edit that adds words after a sentence; None in a heading and inside what an earlier edit replaced."""
    at = sentence.end
    if _before(note, sentence).lstrip().startswith("#"):
        return None
    after = f" {words}" if _ENDED.search(sentence.text) else f" ({words})"
    parents = parents_of(at, at, earlier)
    if any(p.start < at < p.end for p in parents):
        return None
    return make_edit(
        note,
        stage,
        at,
        at,
        "".join(p.after for p in parents) + after,
        reason=reason,
        source=source,
        confidence=confidence,
        evidence=evidence,
        parents=[p.id for p in parents],
    )


def add_inside(
    note: Note,
    stage: str,
    sentence: Sentence,
    words: str,
    earlier: Sequence[Edit],
    *,
    reason: str,
    source: str,
    confidence: float,
    evidence: Sequence[str] = (),
) -> Edit | None:
    """The edit that adds words in brackets before the sentence's end; None in a heading, in a sentence that ends
    otherwise than by one stop, and beside what an earlier edit changed."""
    at = sentence.end - 1
    if _before(note, sentence).lstrip().startswith("#") or not re.search(r"[^.!?…][.!?]\Z", sentence.text):
        return None
    if parents_of(at, at, earlier) or any(p.start <= at < p.end for p in parents_of(at, sentence.end, earlier)):
        return None
    after = f" ({words[0].lower()}{words[1:].rstrip('.')})"
    return make_edit(note, stage, at, at, after, reason=reason, source=source, confidence=confidence, evidence=evidence)


def rewrite(
    note: Note,
    stage: str,
    sentence: Sentence,
    new: str,
    earlier: Sequence[Edit],
    *,
    reason: str,
    source: str,
    confidence: float,
    evidence: Sequence[str] = (),
    taken: Sequence[Edit] = (),
) -> Edit | None:
    """The edit that makes the sentence, as the earlier edits left it, read `new`, with as few words as may be.

    None where nothing would change, where an earlier edit reaches beyond the sentence, and where `taken`, edits of the
    same stage, touch it.
    """
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
        reason=reason,
        source=source,
        confidence=confidence,
        evidence=evidence,
        parents=[p.id for p in parents],
    )
