"""What is still undecided and which samples it holds back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from refiner.edits import digest, in_force
from refiner.models import Edit, Finding, Question


@dataclass(frozen=True)
class OpenItem:
    """An undecided edit, question or finding: its id and what it is about.

    Without spans and subject it is about the whole note; `subject` is "event:ID" or "trait:ID" as in a question.
    """

    id: str
    spans: tuple[tuple[int, int], ...] = ()
    subject: str = ""


def finding_id(finding: Finding) -> str:
    """A name for a finding, which has no id of its own."""
    place = (str(finding.start), str(finding.end))
    return "finding:" + digest("finding", finding.check, finding.note, *place, finding.message)


def open_items(
    edits: Mapping[str, Sequence[Edit]], questions: Iterable[Question], findings: Iterable[Finding]
) -> dict[str, list[OpenItem]]:
    """What `compose` takes as `open_items`, from the chain's own lists: undecided edits in force, open questions and
    findings of severity error, by note path ("" for what is about no note)."""
    out: dict[str, list[OpenItem]] = {}
    for path, of_note in edits.items():
        for edit in in_force(of_note):
            if edit.status == "undecided":
                out.setdefault(path, []).append(OpenItem(edit.id, ((edit.start, edit.end),)))
    for q in questions:
        if q.status == "undecided":
            own = ((q.start, q.end),) if q.start is not None and q.end is not None else ()
            out.setdefault(q.note, []).append(OpenItem(q.id, (*own, *q.mentions), q.subject))
    for f in findings:
        if f.severity == "error":
            own = ((f.start, f.end),) if f.start is not None and f.end is not None else ()
            out.setdefault(f.note, []).append(OpenItem(finding_id(f), own))
    return out


def blocking(
    note: str,
    spans: Sequence[tuple[int, int]],
    events: Iterable[str],
    traits: Iterable[str],
    items: Mapping[str, Iterable[str | OpenItem]],
    undecided: Iterable[Edit],
) -> list[str]:
    """Ids of the open items that a sample from these spans of a note waits for.

    A bare id in `items` is about the whole note, unless it is that of an edit whose place `undecided` tells.
    """
    subjects = {f"event:{e}" for e in events} | {f"trait:{t}" for t in traits}
    placed = {e.id: e for e in undecided}
    out = [e.id for e in placed.values() if _touches(spans, e.start, e.end)]
    for path in (note, "") if note else ("",):
        for item in items.get(path, ()):
            if isinstance(item, str):
                if path and item not in placed:
                    out.append(item)
            elif item.spans and path:
                if any(_touches(spans, a, b) for a, b in item.spans):
                    out.append(item.id)
            elif item.subject:
                if item.subject in subjects:
                    out.append(item.id)
            elif path:
                out.append(item.id)
    return list(dict.fromkeys(out))


def _touches(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return any(a < end and start < b or start == end and a <= start <= b for a, b in spans)
