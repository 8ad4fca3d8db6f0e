"""Edits of whole sentences that respect what earlier stages changed: leave one out, or add one after it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from refiner.edits import make_edit, parents_of
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
