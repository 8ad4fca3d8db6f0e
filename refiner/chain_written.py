"""What a run of the chain has the model label and write: bearings, condensed causes, sentences that say they are over.

Each sentence that it writes stands for what the rules do in its place; both are in the stage's result, so that whoever
rejects the one gets the other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from refiner.asking.trail import Todo
from refiner.chain import INSTEAD, Chain
from refiner.chain_asked import Talk
from refiner.checks.closing import CLOSES, run_of
from refiner.checks.similar import Similar, bounds
from refiner.checks.similar import available as similar_available
from refiner.checks.similar import version as similar_version
from refiner.config import Config
from refiner.models import Bearing, Edit, Note, StageResult
from refiner.stages.asked.condense import condensed
from refiner.stages.asked.relate import Near, related
from refiner.stages.asked.reword import reworded
from refiner.stages.base import StageInput
from refiner.stages.reframe import Cause, causes


def related_by_model(talk: Talk, chain: Chain) -> dict[str, list[Bearing]]:
    """The bearings of each note's sentences, with those that only words or vectors suggest as the model labels them."""
    similar = _similar(talk.config)
    version = similar_version() if similar else ""
    todo = []
    for note in chain.notes:
        found = tuple(chain.bearings.get(note.path, ()))
        flow = partial(related, talk.asker, note, talk.config, found, similar)
        todo.append(talk.todo("relate", note, flow, found, version))
    return {r.note: list(r.bearings) for r in talk.run(todo, StageResult)}


def _similar(config: Config) -> Near | None:
    """Which traits a text is near to by its words' vectors, where asking pays; None where there are no vectors."""
    if not similar_available() or not config.important:
        return None
    found: list[Similar] = []

    def near(texts: Sequence[str]) -> list[dict[str, float]]:
        if not found:  # read when the first text comes: a run from kept results needs none
            found.append(Similar(config.important))
        bound = bounds()["candidate"]
        return [{t: s for t, s in scores.items() if s >= bound} for scores in found[0].scores(list(texts))]

    return near


def condense_causes(talk: Talk, given: Sequence[StageInput], results: Sequence[StageResult]) -> list[StageResult]:
    """The results of reframe in which, where the model could, one sentence stands for a cause that need not be told.

    What the rules leave out of the same passage is in the result too, for whoever rejects the sentence.
    """
    todo, places = list[Todo](), list[tuple[int, Cause]]()
    for at, (one, result) in enumerate(zip(given, results, strict=True)):
        for cause in causes(one, result.bearings):
            if cause.facts:
                flow = partial(_condensed, talk, one, cause)
                todo.append(talk.todo("condense", one.note, flow, cause.event, one.earlier))
                places.append((at, cause))
    made: dict[int, list[Edit]] = {}
    for (at, cause), found in zip(places, talk.run(todo, StageResult), strict=True):
        first, last = cause.passage[0].start, cause.passage[-1].end
        mine = [e.id for e in results[at].edits if first <= e.start and e.end <= last + 1]
        for edit in found.edits:
            evidence = (*edit.evidence, *(f"{INSTEAD}{i}" for i in mine))
            made.setdefault(at, []).append(edit.model_copy(update={"evidence": evidence}))
    return [r.model_copy(update={"edits": (*made.get(at, ()), *r.edits)}) for at, r in enumerate(results)]


async def _condensed(talk: Talk, given: StageInput, cause: Cause) -> StageResult:
    made = await condensed(talk.asker, given, cause)
    return StageResult(note=given.note.path, stage="reframe", edits=(made,) if made is not None else ())


def said_by_itself(
    talk: Talk, results: Sequence[StageResult], chain: Chain, decided: Collection[str]
) -> list[StageResult]:
    """The results of a stage in which, where the model could, a sentence says by itself what a clause behind it said.

    Both edits are in the result: whoever rejects the sentence gets the clause. `decided`: ids of edits that the person
    decided on; of these clauses no sentence is asked for.
    """
    timeline = chain.timeline
    over = tuple(v.id for v in timeline.traits if v.verdict in ("NOT", "RETRACTED")) if timeline else ()
    notes, todo, places = {n.path: n for n in chain.notes}, list[Todo](), list[str]()
    for result in results:
        note = notes[result.note]
        earlier = tuple(e for e in chain.edits.get(result.note, ()) if e.status != "rejected")
        for edit in result.edits:
            if edit.source == CLOSES and edit.id not in decided and not run_of(edit):
                flow = partial(_reworded, talk, note, edit, earlier, over)
                todo.append(talk.todo("reword", note, flow, (edit,), earlier, over))
                places.append(edit.id)
    made = {clause: r.edits for clause, r in zip(places, talk.run(todo, StageResult), strict=True) if r.edits}
    return [
        r.model_copy(update={"edits": tuple(e for edit in r.edits for e in (*made.get(edit.id, ()), edit))})
        for r in results
    ]


async def _reworded(
    talk: Talk, note: Note, edit: Edit, earlier: tuple[Edit, ...], over: tuple[str, ...]
) -> StageResult:
    made = await reworded(talk.asker, note, talk.config, edit, earlier, over)
    if made is None:
        return StageResult(note=note.path, stage=edit.stage)
    made = made.model_copy(update={"evidence": (*made.evidence, f"{INSTEAD}{edit.id}")})
    return StageResult(note=note.path, stage=edit.stage, edits=(made,))
