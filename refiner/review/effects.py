"""What the person's decisions mean for the records they are about. Pure: the pipeline calls this on its next run.

A decision that cannot be applied (a hand-written line with a text that means nothing) is left out rather than guessed:
the record stays undecided and is asked again. `verdicts` come from `refiner.review.state.verdicts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

from refiner.edits import make_edit, parents_of
from refiner.errors import UsageError
from refiner.models import CanonEntry, Choice, Edit, Event, Note, Question, Sample
from refiner.review.history import Decided
from refiner.review.identity import item_id
from refiner.review.texts import edited_canon, edited_event, edited_sample

Record = TypeVar("Record", Edit, Question, Sample, CanonEntry)


def apply_status(records: Iterable[Record], verdicts: Mapping[str, Decided]) -> list[Record]:
    """The records with the person's status, and with the person's words where they were edited.

    An edited edit gets `after`, an edited canon entry `after` and forms, an edited sample its messages; ids and hashes
    stay those of the proposal. Records without a verdict keep the status they came with.
    """
    return [_applied(record, verdicts.get(item_id(record))) for record in records]


def _applied(record: Record, decided: Decided | None) -> Record:
    if decided is None:
        return record
    if isinstance(record, Question):
        answered = decided.verdict != "answer" or chosen(record, decided) is not None
        if decided.verdict == "approve" or not answered:  # a question cannot be approved, only answered
            return record
        return record.model_copy(update={"status": decided.status, "answer": decided.choice or decided.text or ""})
    if decided.verdict == "answer":
        return record
    if decided.verdict != "edit":
        return record.model_copy(update={"status": decided.status})
    text = decided.text or ""
    if isinstance(record, Edit):
        return record.model_copy(update={"after": text, "status": "edited"})
    try:
        new = edited_canon(record, text) if isinstance(record, CanonEntry) else edited_sample(record, text)
    except UsageError:
        return record
    return new.model_copy(update={"status": "edited"})


def chosen(question: Question, decided: Decided | None) -> Choice | None:
    """The choice that answers a question, None if it is not answered by one of them."""
    if decided is None or decided.verdict != "answer":
        return None
    return next((c for c in question.choices if c.id == decided.choice), None)


def answered_edits(
    questions: Iterable[Question],
    verdicts: Mapping[str, Decided],
    notes: Mapping[str, Note],
    earlier: Sequence[Edit] = (),
) -> list[Edit]:
    """The edits that the answers mean: source `person`, stage of the question, approved.

    The person's own words (an edited question) replace the question's span. `earlier` are the edits of the stages
    before, among which the parents are found. Choices that change nothing give no edit.
    """
    by_note: dict[str, list[Edit]] = {}
    for edit in earlier:
        by_note.setdefault(edit.note, []).append(edit)
    out: dict[str, Edit] = {}
    for q in questions:
        note, decided = notes.get(q.note), verdicts.get(q.id)
        if note is None or decided is None:
            continue
        choice = chosen(q, decided)
        spans = [(e.start, e.end, e.after) for e in choice.effect.edits] if choice else []
        if decided.verdict == "edit" and q.start is not None and q.end is not None:
            spans = [(q.start, q.end, decided.text or "")]
        said = f"your answer to “{q.question}”: {choice.label}" if choice else f"your words for “{q.question}”"
        for start, end, after in spans:
            if note.text[start:end] == after:
                continue
            parents = [p.id for p in parents_of(start, end, by_note.get(q.note, ())) if p.stage != q.stage]
            edit = make_edit(note, q.stage, start, end, after, reason=said, source="person",
                             evidence=(f"question:{q.id}",), parents=parents)  # fmt: skip
            out[edit.id] = edit.model_copy(update={"status": "approved"})
    return list(out.values())


def kept_events(events: Iterable[Event], verdicts: Mapping[str, Decided]) -> list[Event]:
    """The events that the timeline may read: the rejected ones left out, the edited ones as the person wrote them.

    A date that the person changed stands as words in `when.raw`, to be resolved like any other.
    """
    out = []
    for event in events:
        decided = verdicts.get(item_id(event))
        if decided is not None and decided.status == "rejected":
            continue
        if decided is not None and decided.verdict == "edit":
            with suppress(UsageError):
                event = edited_event(event, decided.text or "")
        out.append(event)
    return out
