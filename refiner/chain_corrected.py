"""What a run of the chain has the model write anew since the person rejected it in words; each is put to it once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from refiner.chain import Chain
from refiner.chain_asked import Talk
from refiner.models import Edit, Finding, Note, StageResult
from refiner.review.history import Decided
from refiner.review.reasons import own_words
from refiner.stages.asked.correct import NAME, corrected


def corrections(talk: Talk, chain: Chain, verdicts: Mapping[str, Decided]) -> list[StageResult]:
    """The sentences of rejected edits as the person's words want them, as undecided edits of stage "correct".

    `verdicts` are those on the edits that were proposed. Where the model has nothing, a finding says so.
    """
    notes = {n.path: n for n in chain.notes}
    todo = []
    for edit in chain.proposed:
        decided = verdicts.get(edit.id)
        words = own_words(decided) if decided is not None and edit.stage != NAME else ""
        if not words:
            continue
        now = tuple(chain.edits.get(edit.note, ()))
        flow = partial(_corrected, talk, notes[edit.note], edit, words, now)
        todo.append(talk.todo(NAME, notes[edit.note], flow, (edit,), words, now))
    taken: dict[str, list[Edit]] = {}
    out = []
    for result in talk.run(todo, StageResult):
        mine = taken.setdefault(result.note, [])
        free = tuple(e for e in result.edits if all(e.end <= m.start or m.end <= e.start for m in mine))
        mine += free  # two rejections in one sentence: the second is taken up once the first is decided
        out.append(result.model_copy(update={"edits": free}))
    return out


async def _corrected(talk: Talk, note: Note, edit: Edit, words: str, now: tuple[Edit, ...]) -> StageResult:
    made = await corrected(talk.asker, note, talk.config, edit, words, now)
    if made is not None:
        return StageResult(note=note.path, stage=NAME, edits=(made,))
    told = Finding(
        check=NAME, severity="info", note=note.path, start=edit.start, end=edit.end,
        message="the model wrote nothing that does what you said: e lets you write it yourself",
    )  # fmt: skip
    return StageResult(note=note.path, stage=NAME, findings=(told,))
