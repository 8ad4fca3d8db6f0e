"""Where a sample comes from: its notes, events, edits and the decisions about them."""

from __future__ import annotations

from refiner.models import Edit, Note, Sample
from refiner.sampling import Samples


def trace(made: Samples, sample: Sample) -> list[tuple[str, str]]:
    """Where a sample comes from: (what, text) lines from its notes, events and edits to its decisions."""
    life = made.life
    notes: dict[str, Note] = {n.path: n for n in life.chain.notes}
    edits: dict[str, Edit] = {e.id: e for es in life.chain.edits.values() for e in es}
    events = life.chain.events
    lines = [("sample", f"{sample.kind}, {sample.source}, {sample.status}")]
    lines += [("note", path) for path in sample.notes if path in notes]
    lines += [
        ("event", f"{events[e].label or e} ({events[e].when.edtf or 'undated'})") for e in sample.events if e in events
    ]
    for edit_id in sample.edits:
        if edit := edits.get(edit_id):
            lines.append(("edit", f"{edit.stage}, {edit.status}: {edit.before!r} → {edit.after!r}: {edit.reason}"))
    for d in life.decisions:
        if d.item in (sample.id, *sample.edits):
            lines.append(("decision", f"{d.at[:16]} {d.verdict} {d.item[:8]} {d.reason or ''}".rstrip()))
    return lines
