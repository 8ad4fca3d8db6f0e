"""What a run of the chain puts to the model, and how its answers enter: additions, edits with its name, questions.

Round after round, since each needs what the one before gave for the whole life: the reading comes first (people and
events of all notes), then the canon, the open questions of each stage, and a second look at the refined notes. Within a
round each note goes on by itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from pydantic import BaseModel

from refiner.asking.asker import Asker
from refiner.asking.trail import Todo, key_part, run_kept
from refiner.chain import Chain, clash, merge_people
from refiner.config import Config
from refiner.edits import digest, make_edit
from refiner.models import CanonEntry, Edit, Extraction, Finding, Note, Question, StageResult
from refiner.stages.asked.canon import offers, waiting
from refiner.stages.asked.controls import Trust
from refiner.stages.asked.extract import read_note
from refiner.stages.asked.implicit import tells
from refiner.stages.asked.mentions import Settled, is_for_a_model, settle, trust
from refiner.stages.asked.second_look import look_again
from refiner.stages.standing_in import stand_ins
from refiner.store import Cache

ASKED_VERSION = "1"  # raise it whenever the same answers may give another result
M = TypeVar("M", bound=BaseModel)
MODEL_CONFIDENCE = 0.7  # below every rule's: these come first in the review


@dataclass
class Talk:
    """One run's talk with the model: what is kept of it, and what its results follow from beside the answers."""

    asker: Asker
    config: Config
    cache: Cache
    used: set[str]  # keys of the results that this run used
    rules: str  # the parts of the configuration that a reading depends on, as text

    def todo(self, what: str, note: Note, flow: Callable[[], Awaitable[BaseModel]], *parts: object) -> Todo:
        """A flow with the key of its result: the note, the prompts, the model, the names' stand-ins and `parts`."""
        a = self.asker
        table = digest(*(w for pair in a.stand_ins.table for w in pair)) if a.stand_ins else ""
        given = (*(key_part(p) for p in parts), self.rules, a.prompts_key, a.name, table)
        return Todo(note.path, digest("asked", ASKED_VERSION, what, note.path, note.sha, *given), flow)

    def run(self, todo: Sequence[Todo], shape: type[M]) -> list[M]:
        return run_kept(self.asker, self.cache, self.used, todo, shape)


def read_more(talk: Talk, notes: Sequence[Note], found: Sequence[Extraction]) -> list[Extraction]:
    """What the rules read with what the model read beyond it. Makes the stand-ins, where they are asked for."""
    asker, config = talk.asker, talk.config
    if asker.pseudonymise:
        people = merge_people(p for x in found for p in x.people)
        asker.stand_ins = stand_ins(notes, config, people, asker.answers)
    todo = [
        talk.todo("extract", note, partial(read_note, asker, note, config, x), x)
        for note, x in zip(notes, found, strict=True)
    ]
    return [_joined(x, more) for x, more in zip(found, talk.run(todo, Extraction), strict=True)]


def _joined(x: Extraction, more: Extraction) -> Extraction:
    known = {n.casefold() for p in x.people for n in p.names}
    titles = {m.title.casefold() for m in x.media}
    people = {p.names[0].casefold(): p for p in more.people if p.names and p.names[0].casefold() in known}
    return x.model_copy(
        update={
            "events": (*x.events, *more.events),
            "observations": (*x.observations, *more.observations),
            "retractions": (*x.retractions, *more.retractions),
            # Of a person whom the rules know, the model adds only what they do not know.
            "people": (
                *(
                    p.model_copy(update={"gender": p.gender or m.gender, "relation": p.relation or m.relation})
                    if p.names and (m := people.get(p.names[0].casefold()))
                    else p
                    for p in x.people
                ),
                *(p for p in more.people if p.names and not {n.casefold() for n in p.names} & known),
            ),
            "media": (*x.media, *(m for m in more.media if m.title.casefold() not in titles)),
            "questions": (*x.questions, *more.questions),
            "findings": (*x.findings, *more.findings),
        }
    )


def canon_offers(
    asker: Asker, canon: Sequence[CanonEntry], notes: Sequence[Note], config: Config
) -> tuple[StageResult, ...]:
    """Substitutes for the entries that wait for one; a question where the model gave two."""
    entries = waiting(canon, config, notes)
    if not entries:
        return ()
    (found,) = asker.run([partial(offers, asker, entries, notes, config)])
    return found


def settled(
    asker: Asker, stage: str, results: Sequence[StageResult], open_: Sequence[tuple[Note, Question]], config: Config
) -> list[StageResult]:
    """The results of a stage with the questions that the model settled turned into edits with its name."""
    todo = [(note, q) for note, q in open_ if is_for_a_model(q)]
    if not todo:
        return list(results)
    heard = trust(asker)
    if heard is None and not asker.dry:
        return list(results)
    heard = heard or Trust()
    if not heard.heard and not asker.dry:
        return _unheard(asker.name, heard, results)
    said: dict[str, Settled] = {}
    for answer in asker.run([partial(settle, asker, note, q, config, heard) for note, q in todo]):
        if answer is not None:
            said[answer.question] = answer
    notes = {note.path: note for note, _ in todo}
    return [_with_answers(asker.name, stage, r, notes[r.note], said) if r.note in notes else r for r in results]


def _unheard(name: str, heard: Trust, results: Sequence[StageResult]) -> list[StageResult]:
    """The results with a word on why the model settled nothing."""
    message = (
        f"{name} answered {heard.right} of {heard.asked} control questions on who is meant as they should be answered: "
        "it is not heard on open mentions, they are yours"
    )
    first, *rest = results
    finding = Finding(check="controls", severity="info", message=message)
    return [first.model_copy(update={"findings": (*first.findings, finding)}), *rest]


def _with_answers(name: str, stage: str, result: StageResult, note: Note, said: dict[str, Settled]) -> StageResult:
    edits, findings = list[Edit](), list[Finding]()
    for q in result.questions:
        answer = said.get(q.id)
        choice = next((c for c in q.choices if answer is not None and c.id == answer.choice), None)
        if answer is None or choice is None:
            continue
        for e in choice.effect.edits:
            edits.append(
                make_edit(
                    note, stage, e.start, e.end, e.after,
                    reason=f"{q.question} The model says: {answer.reason}", evidence=(f"question:{q.id}",),
                    source=f"model:{name}", confidence=min(MODEL_CONFIDENCE, answer.confidence),
                )
            )  # fmt: skip
        if not choice.effect.edits:
            # Nothing changes, so no edit would tell of it; a person must still be able to find it.
            message = f"{q.question} The model {name} says: {choice.label} ({answer.reason})"
            findings.append(
                Finding(check="model", severity="info", note=note.path, start=q.start, end=q.end, message=message)
            )
    return result.model_copy(
        update={
            "edits": (*result.edits, *(e for e in edits if e.after != e.before)),
            "questions": tuple(q for q in result.questions if q.id not in said),
            "findings": (*result.findings, *findings),
        }
    )


def hidden_signs(talk: Talk, chain: Chain) -> list[StageResult]:
    """Questions about what tells the old gender without a gendered word, in the notes as the swap proposed them."""
    asked, todo = _asked(chain), []
    for note in chain.notes:
        edits, known = tuple(as_proposed(chain.edits.get(note.path, ()))), asked.get(note.path, ())
        todo.append(
            talk.todo("implicit", note, partial(tells, talk.asker, note, talk.config, edits, known), edits, known)
        )
    return talk.run(todo, StageResult)


def second_look(talk: Talk, chain: Chain) -> list[StageResult]:
    """Questions about what still contradicts in the refined notes.

    Read twice where the person's decisions changed something: as it was proposed, so that a question that was answered
    stays there with its answer, and as it stands now.
    """
    asked, todo = _asked(chain), []
    for note in chain.notes:
        now, known = chain.edits.get(note.path, []), asked.get(note.path, ())
        readings = [as_proposed(now)]
        if any(e.status in ("rejected", "edited") or e.source == "person" for e in now):
            readings.append(now)
        for reading in readings:
            edits = tuple(reading)
            flow = partial(look_again, talk.asker, note, talk.config, edits, known)
            todo.append(talk.todo("second_look", note, flow, edits, known))
    merged: dict[str, StageResult] = {}
    for path, result in zip((t.note for t in todo), talk.run(todo, StageResult), strict=True):
        old = merged.get(path)
        if old is None:
            merged[path] = result
            continue
        there = {q.id for q in old.questions}
        merged[path] = old.model_copy(
            update={
                "questions": (*old.questions, *(q for q in result.questions if q.id not in there)),
                "findings": (*old.findings, *result.findings),
            }
        )
    return list(merged.values())


def _asked(chain: Chain) -> dict[str, tuple[Question, ...]]:
    """What the rules ask about already, note by note, answered or not."""
    out: dict[str, tuple[Question, ...]] = {}
    for q in chain.asked:
        if q.stage == "swap":
            out[q.note] = (*out.get(q.note, ()), q)
    return out


def as_proposed(edits: Sequence[Edit]) -> list[Edit]:
    """The edits as they were before the person decided; a rejected one only where nothing took its place."""
    live = [e for e in edits if e.source != "person"]
    kept = [e for e in live if e.status != "rejected"]
    gone = [e for e in live if e.status == "rejected" and not any(clash(e, k) for k in kept)]
    return [e if e.status == "undecided" else e.model_copy(update={"status": "undecided"}) for e in (*kept, *gone)]
