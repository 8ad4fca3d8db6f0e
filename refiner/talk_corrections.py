"""What the person said she would have said: data/review/corrections.jsonl, read as samples wherever samples are made.

A line is a talk up to an answer that was wrong, and proposes it as a sample. What the person made of it (other words, a
rejection) is a decision like any other, in decisions.jsonl. So it is reviewed, edited, undone and traced like every
sample; an edited one gives a row to train on and a preference pair. The file is the person's own: it is only added to.
"""

from __future__ import annotations

from pathlib import Path

from refiner.edits import digest
from refiner.errors import StoreError
from refiner.files import NO_TEXT, append_lines, is_record, read_log
from refiner.layout import Workspace
from refiner.models import FROM_CHAT, Message, Record, Sample, SampleKind


class Correction(Record):
    """One answer that was wrong. `messages`: the talk that led to it, and the answer last."""

    id: str
    at: str
    talk: str
    turn: str
    who: str  # run, file or server that answered
    kind: SampleKind
    messages: tuple[Message, ...]
    traits: tuple[str, ...] = ()
    events: tuple[str, ...] = ()

    def sample(self) -> Sample:
        """The sample as she proposed it."""
        return Sample(
            id=self.id, kind=self.kind, messages=self.messages, traits=self.traits, events=self.events,
            source=f"{FROM_CHAT}{self.talk}/{self.turn}",
            text_sha=digest("sample", *(f"{m.role}\n{m.content}" for m in self.messages)),
        )  # fmt: skip


def correction_id(messages: tuple[Message, ...]) -> str:
    """The same talk with the same answer has the same id, whenever it was held."""
    return digest("sample", "chat", *(f"{m.role}\n{m.content}" for m in messages))


def corrections_file(ws: Workspace) -> Path:
    return ws.review / "corrections.jsonl"


def read_corrections(path: Path) -> list[Correction]:
    """The corrections in the order in which they were made, no id twice; half a last line (a crash) is passed over.

    Raises StoreError with the line of one that cannot be read: the person's own work is never skipped silently.
    """
    out: dict[str, Correction] = {}
    for found in read_log(path, Correction, "no correction"):
        out.setdefault(found.id, found)
    return list(out.values())


def add_correction(path: Path, correction: Correction) -> None:
    """Adds one, on disk before it returns, unless it is there. The caller holds the workspace's lock.

    Raises StoreError.
    """
    known = read_corrections(path)
    if any(c.id == correction.id for c in known):
        return
    try:
        data = (correction.model_dump_json() + "\n").encode()
    except ValueError:
        raise StoreError(f"{path} cannot be written: {NO_TEXT}") from None
    append_lines(path, data, is_record(Correction))


def corrected_samples(ws: Workspace) -> list[Sample]:
    """The samples that talks gave, as she proposed them. Raises StoreError."""
    return [c.sample() for c in read_corrections(corrections_file(ws))]
