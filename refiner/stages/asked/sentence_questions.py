"""The questions to the person that come of what a model found in a sentence; each choice is an edit that fits."""

from __future__ import annotations

from collections.abc import Sequence

from refiner.edits import digest, in_force, question_id
from refiner.models import Choice, ChoiceEffect, Edit, Note, ProposedEdit, Question
from refiner.stages.asked.refined_lines import Line
from refiner.stages.sentence_edits import Because, can_drop, drop

MOST = 3  # about one note


def question(
    note: Note, stage: str, line: Line, spot: tuple[int, int], edits: Sequence[Edit], *,
    kind: str, text: str, instead: str, reason: str,
) -> Question:  # fmt: skip
    """The question to the person about words of a line. Each of its edits holds the earlier edits of the line whole."""
    start, end = line.behind(*spot, edits)
    qid, sha = question_id(note, stage, start, end, kind)
    choices = []
    if instead:
        put = ProposedEdit(start=line.start, end=line.end, after=_like(line.text, instead))
        choices.append(Choice(id="1", label=f'"{_short(instead)}"', effect=ChoiceEffect(edits=(put,))))
    if (gone := _left_out(note, stage, line, edits)) is not None:
        choices.append(Choice(id="out", label="leave the sentence out", effect=ChoiceEffect(edits=(gone,))))
    choices.append(Choice(id="stay", label="it stays as it is"))
    return Question(
        id=qid, note=note.path, stage=stage, start=start, end=end, question=text, choices=tuple(choices),
        mentions=((start, end),), reason=reason,
        text_sha=sha,
    )  # fmt: skip


def _left_out(note: Note, stage: str, line: Line, edits: Sequence[Edit]) -> ProposedEdit | None:
    live = in_force(edits)
    if line.sentence is None or not can_drop(note, line.sentence, live):
        return None
    gone = [e for e in live if not e.after]
    made = drop(note, stage, line.sentence, live, Because("", "person", 1.0), taken=gone)
    return None if made is None else ProposedEdit(start=made.start, end=made.end, after="")


def _like(old: str, new: str) -> str:
    """The new sentence with the white space around the old one, which an edit may have brought in."""
    return old[: len(old) - len(old.lstrip())] + new + old[len(old.rstrip()) :]


def unread(note: Note, stage: str, text: str) -> Question:
    """The one question of a note that the model could not read."""
    qid, sha = question_id(note, stage, note.body_start, note.body_start, "unread")
    return Question(
        id=qid, note=note.path, stage=stage, question=text,
        choices=(Choice(id="fine", label="it is fine"), Choice(id="mend", label="I shall mend it")),
        reason="its answers did not stand up to the checks", text_sha=digest(sha, note.sha),
    )  # fmt: skip


def _short(words: str, limit: int = 90) -> str:
    return words if len(words) <= limit else words[: limit - 1].rsplit(" ", 1)[0] + "…"
