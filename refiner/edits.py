"""Edits on a raw note: identity, composition, rendering. Pure.

A refined note is `render(raw, edits)`: the raw text with every edit that is in force and not replaced by a later one
that contains it. Spans always count in the raw text, so stages never see each other's offsets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from refiner.models import Edit, Note

IN_FORCE = ("undecided", "approved", "edited")


def digest(*parts: str) -> str:
    """A short stable hash of some texts (16 hex digits of SHA-256 over length-prefixed UTF-8)."""
    h = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        h.update(f"{len(data)}:".encode())
        h.update(data)
    return h.hexdigest()[:16]


def _place(note: Note, start: int, before: str) -> tuple[str, str, str]:
    """Where an edit stands, said without offsets: sentence text, its occurrence, the occurrence of `before` in it."""
    sentence = note.sentence_at(start)
    if sentence is None:
        # Between sentences (white space, a list marker): fall back on the count of the same words before it.
        return "", "0", str(note.text.count(before, 0, start) if before else start)
    inside = note.text.count(before, sentence.start, start) if before else start - sentence.start
    return sentence.text, str(sentence.occurrence), str(inside)


def make_edit(
    note: Note,
    stage: str,
    start: int,
    end: int,
    after: str,
    *,
    reason: str,
    source: str,
    confidence: float = 1.0,
    evidence: Sequence[str] = (),
    parents: Sequence[str] = (),
) -> Edit:
    """An edit of `note.text[start:end]`; its id and text_sha survive changes elsewhere in the note (FORMATS, Edits)."""
    before = note.text[start:end]
    sentence, occurrence, inside = _place(note, start, before)
    return Edit(
        id=digest("edit", note.path, stage, sentence, occurrence, before, inside),
        note=note.path,
        stage=stage,
        start=start,
        end=end,
        before=before,
        after=after,
        reason=reason,
        evidence=tuple(evidence),
        source=source,
        confidence=round(confidence, 4),
        parents=tuple(parents),
        text_sha=digest(sentence, before, after),
    )


def question_id(note: Note, stage: str, start: int, end: int, kind: str = "") -> tuple[str, str]:
    """`(id, text_sha)` of a question about `note.text[start:end]`, stable like those of an edit."""
    before = note.text[start:end]
    sentence, occurrence, inside = _place(note, start, before)
    return digest("question", note.path, stage, kind, sentence, occurrence, before, inside), digest(sentence, before)


def in_force(edits: Iterable[Edit]) -> list[Edit]:
    """The edits that stand in the refined text, in order of place: not rejected, not replaced by a later edit."""
    live = [e for e in edits if e.status in IN_FORCE]
    replaced = {p for e in live for p in e.parents}
    return sorted((e for e in live if e.id not in replaced), key=lambda e: (e.start, e.end))


def render(text: str, edits: Iterable[Edit]) -> str:
    """The raw text with the edits in force applied. What no edit touches stays as it was.

    Raises ValueError when two edits in force overlap without one naming the other as parent: a stage's fault.
    """
    out, at = [], 0
    for e in in_force(edits):
        if e.start < at:
            raise ValueError(f"edit {e.id} ({e.stage}) overlaps the one before it at {e.start}")
        if text[e.start : e.end] != e.before:
            raise ValueError(f"edit {e.id} ({e.stage}) is not about this text: {e.before!r}")
        out += [text[at : e.start], e.after]
        at = e.end
    return "".join(out) + text[at:]


def render_span(text: str, start: int, end: int, edits: Iterable[Edit]) -> str:
    """The refined reading of the raw span: edits that lie inside it applied, those that reach outside it left out."""
    inside = [e for e in in_force(edits) if start <= e.start and e.end <= end]
    out, at = [], start
    for e in inside:
        out += [text[at : e.start], e.after]
        at = e.end
    return "".join(out) + text[at:end]


def raw_span(start: int, end: int, edits: Iterable[Edit]) -> tuple[int, int]:
    """The raw span that stands behind a span of the refined text; an edit that it touches counts as a whole."""
    shift, low, high = 0, None, None
    for e in in_force(edits):
        at = e.start + shift  # where the edit begins in the refined text
        stop = at + len(e.after)
        if low is None and start < stop:
            low = e.start if start >= at else start - shift
        if high is None and end <= at:
            high = end - shift
        if high is None and end <= stop:
            high = e.end
        shift += len(e.after) - (e.end - e.start)
    low = start - shift if low is None else low
    return low, max(low, end - shift if high is None else high)


def parents_of(start: int, end: int, earlier: Iterable[Edit]) -> list[Edit]:
    """The earlier edits in force that an edit of this span would have to contain (they touch or overlap it)."""
    return [
        e
        for e in in_force(earlier)
        if e.start < end and start < e.end or (e.start == e.end and start <= e.start <= end)
    ]
