"""Where a sample comes from: its notes with the raw and the refined sentence, events, edits, and every decision."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from refiner.edits import render_span
from refiner.errors import UsageError
from refiner.models import Decision, Edit, Event, Note, Sample
from refiner.review.history import DECIDING, History, replay
from refiner.sampling import Samples
from refiner.stages.composing.text import normal, plain

_ROW = re.compile(r"(?P<file>(?:[\w.-]+/)*(?:train|eval|preferences|kto)\.jsonl):(?P<row>[1-9]\d*)")
SHARED = 0.6  # share of a refined sentence's words, in their order, that the sample must have


@dataclass(frozen=True)
class Verdict:
    """A deciding verdict in force."""

    verdict: str
    at: str
    reason: str = ""
    id: str = ""


@dataclass(frozen=True)
class Said:
    """A sentence that the sample was made from: in the note, and as it stands refined."""

    note: str
    line: int
    raw: str
    refined: str


@dataclass(frozen=True)
class Behind:
    """An edit behind the sample."""

    id: str
    note: str
    stage: str
    rule: str
    before: str
    after: str
    reason: str
    status: str
    decisions: tuple[Verdict, ...]


@dataclass(frozen=True)
class Happened:
    """An event that the sample is about; `effects`: what it did to which trait."""

    id: str
    label: str
    when: str
    effects: tuple[str, ...]
    decisions: tuple[Verdict, ...]


@dataclass(frozen=True)
class Trace:
    """A sample and everything behind it. `notes` are those without a sentence of their own in it, too."""

    sample: Sample
    notes: tuple[str, ...]
    sentences: tuple[Said, ...]
    events: tuple[Happened, ...]
    edits: tuple[Behind, ...]
    traits: tuple[str, ...]
    decisions: tuple[Verdict, ...]
    waits: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "sample": self.sample.model_dump(mode="json", exclude={"blocked"})}


def find_sample(made: Samples, given: str, dataset: Path) -> Sample:
    """The sample that `given` names: an id or its beginning, or a row of a data set as `train.jsonl:17`.

    Raises UsageError where there is none, or more than one.
    """
    listed = "refiner review --list --stage sample"
    if match := _ROW.fullmatch(given):
        given = _in_row(Path(match["file"]), int(match["row"]), dataset)
    found = [s for s in made.samples if s.id.startswith(given)]
    if len(found) != 1:
        raise UsageError(f'{len(found)} samples begin with "{given}"', mend=listed)
    return found[0]


def _in_row(file: Path, row: int, dataset: Path) -> str:
    """The id of the sample behind a row, as the data set's provenance has it."""
    folder = file.parent if file.parent != Path() and (file.parent / "manifest.json").is_file() else dataset
    try:
        lines = (folder / "provenance.jsonl").read_text(encoding="utf-8").split("\n")
        records = [json.loads(line) for line in lines if line]
        record = next((r for r in records if r["file"] == file.name and r["row"] == row), None)
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{folder} says nothing of where its rows come from", mend="refiner export") from None
    if record is None:
        count = sum(r["file"] == file.name for r in records)
        raise UsageError(f"{file.name} has {count} rows", mend=f"give a row from 1 to {count}")
    if record["kind"] == "general":
        raise UsageError(f"{file.name}:{row} is a general row ({record['source']}): it comes from no note")
    return str(record["sample"])


def trace(made: Samples, sample: Sample) -> Trace:
    """Where a sample comes from."""
    life = made.life
    history = replay(life.decisions)
    notes = {n.path: n for n in life.chain.notes}
    edits = {e.id: e for es in life.chain.edits.values() for e in es}
    timeline = life.chain.timeline
    resolved = {e.id: e for e in (timeline.events if timeline else ())}
    events = {**life.chain.events, **resolved}
    return Trace(
        sample=sample,
        notes=sample.notes,
        sentences=tuple(
            s
            for p in sample.notes
            if p in notes
            for s in _sentences(notes[p], sample, edits, life.chain.edits.get(p, ()))
        ),
        events=tuple(_event(events[e], history) for e in sample.events if e in events),
        edits=tuple(_edit(edits[e], history) for e in sample.edits if e in edits),
        traits=sample.traits,
        decisions=_verdicts(history, sample.id),
        waits=sample.blocked,
    )


def _sentences(note: Note, sample: Sample, edits: dict[str, Edit], of_note: Sequence[Edit]) -> list[Said]:
    """The sentences of a note that the sample has the words of, or that one of its edits changed."""
    told = [normal(plain(m.content)).split() for m in sample.messages]
    own = [edits[e] for e in sample.edits if e in edits and edits[e].note == note.path]
    out = []
    for s in note.sentences:
        refined = render_span(note.text, s.start, s.end, of_note)
        words = normal(plain(refined)).split()
        touched = any(e.start < s.end and s.start < max(e.end, e.start + 1) for e in own)
        if words and (touched or any(_contains(t, words) for t in told)):
            out.append(Said(note.path, note.text.count("\n", 0, s.start) + 1, s.text, refined))
    return out


def _contains(told: list[str], words: list[str]) -> bool:
    """Whether a text has most of a sentence's words in a row of pairs: a sentence of one or two words must be whole."""
    if len(words) < 3:
        return len(words) == 2 and f" {' '.join(words)} " in f" {' '.join(told)} "
    pairs = set(zip(told, told[1:], strict=False))
    own = list(zip(words, words[1:], strict=False))
    return sum(p in pairs for p in own) >= SHARED * len(own)


def _event(event: Event, history: History) -> Happened:
    effects = tuple(f"{e.kind} {e.trait}" for e in event.effects)
    when = event.when.edtf or event.when.raw
    return Happened(event.id, event.label, when, effects, _verdicts(history, f"event:{event.id}"))


def _edit(edit: Edit, history: History) -> Behind:
    return Behind(
        edit.id, edit.note, edit.stage, edit.source, edit.before, edit.after, edit.reason, edit.status,
        _verdicts(history, edit.id),
    )  # fmt: skip


def _verdicts(history: History, item: str) -> tuple[Verdict, ...]:
    return tuple(_verdict(d) for d in history.active(item) if d.verdict in DECIDING)


def _verdict(d: Decision) -> Verdict:
    return Verdict(d.verdict, d.at, d.reason or "", d.id)
