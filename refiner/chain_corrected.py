"""What a run of the chain has the model write anew since the person rejected it in words; each is put to it once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from refiner.chain import Chain
from refiner.chain_asked import Talk, as_proposed
from refiner.edits import in_force
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
    words_of = {e.id: e.after for e in chain.proposed}
    for edit in chain.proposed:
        decided = verdicts.get(edit.id)
        words = own_words(decided) if decided is not None and edit.stage != NAME else ""
        if not words:
            continue
        now = _around(notes[edit.note], edit, chain.edits.get(edit.note, ()), words_of)
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


def _around(note: Note, edit: Edit, edits: Sequence[Edit], proposed: Mapping[str, str]) -> tuple[Edit, ...]:
    """The edits that the model sees: in the sentence as they stand, elsewhere as they were proposed.

    So a decision about another sentence makes no new question of this one, whose answer would not be the one that the
    person decided on.
    """
    sentence = next((s for s in note.sentences if s.start <= edit.start < max(s.end, s.start + 1)), None)
    low, high = (sentence.start, sentence.end) if sentence else (edit.start, edit.end)
    mine = [e for e in in_force(edits) if e.start <= high and low <= e.end and e.stage != NAME]
    others = as_proposed([e for e in edits if (e.end < low or high < e.start) and e.stage != NAME])
    seen = [*mine, *(e.model_copy(update={"after": proposed.get(e.id, e.after)}) for e in others)]
    return tuple(e.model_copy(update={"status": "undecided"}) for e in sorted(seen, key=lambda e: (e.start, e.end)))


async def _corrected(talk: Talk, note: Note, edit: Edit, words: str, now: tuple[Edit, ...]) -> StageResult:
    made = await corrected(talk.asker, note, talk.config, edit, words, now)
    if made is not None:
        return StageResult(note=note.path, stage=NAME, edits=(made,))
    told = Finding(
        check=NAME, severity="info", note=note.path, start=edit.start, end=edit.end,
        message="the model wrote nothing that does what you said: e lets you write it yourself",
    )  # fmt: skip
    return StageResult(note=note.path, stage=NAME, findings=(told,))
