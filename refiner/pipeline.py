"""The chain: extract, timeline, then each stage on each note. Pure but for the cache it is given.

Every result is keyed by what it was made from (stage and version, the note, the parts of configuration, canon, timeline
and earlier edits that it can see), so a note that nothing touched is never done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from pydantic import TypeAdapter

from refiner.checks.dead_traits import check_dead_traits
from refiner.checks.gender import leftover_gender
from refiner.config import Config, Trait
from refiner.edits import digest, in_force, make_edit, raw_span, render
from refiner.models import (
    CanonEntry,
    Decision,
    Edit,
    Event,
    Extraction,
    Finding,
    Note,
    Person,
    Question,
    StageResult,
    Timeline,
    When,
)
from refiner.notes import note_from_text
from refiner.review.effects import answered_edits, apply_status, kept_events
from refiner.review.history import DECIDING, Decided, History
from refiner.review.identity import Reviewable, text_shas
from refiner.review.state import verdicts
from refiner.stages.base import Stage, StageInput
from refiner.stages.canon import seed_canon
from refiner.stages.extract import EXTRACT_VERSION, check_ids, extract, link_events
from refiner.stages.registry import chosen
from refiner.store import Cache, NoCache, canonical
from refiner.timeline import resolve
from refiner.timeline.dates import parse_time

CHAIN_VERSION = "2"
_FINDINGS = TypeAdapter(list[Finding])
MODEL_CONFIDENCE = 0.7  # below every rule's: these come first in the review
CANON_ROUNDS = 3  # a proposal made in one note can call for another in the next; more than this is a stage's fault


class Adviser(Protocol):
    """A model that settles what the rules left open. `name` goes into every key and edit it stands behind."""

    @property
    def name(self) -> str: ...

    def settle(self, asked: Sequence[tuple[Note, Question]]) -> Mapping[str, tuple[str, str]]:
        """Question id -> (choice id, reason); questions that it could not settle are left out."""
        ...


@dataclass
class Chain:
    """Everything that a run of the chain knows, in order of path."""

    notes: tuple[Note, ...]
    extractions: tuple[Extraction, ...] = ()
    timeline: Timeline | None = None
    canon: tuple[CanonEntry, ...] = ()
    edits: dict[str, list[Edit]] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    # The same as they were proposed, without the person's decisions: what a decision's hash is about.
    proposed: list[Edit] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    offered: tuple[CanonEntry, ...] = ()
    read: tuple[Extraction, ...] = ()
    keys: set[str] = field(default_factory=set)  # of every result used, for forgetting the others
    made: dict[str, set[str]] = field(default_factory=dict)  # stage -> notes done anew

    def refined(self, note: Note) -> str:
        return render(note.text, self.edits.get(note.path, ()))

    @property
    def events(self) -> dict[str, Event]:
        return {e.id: e for x in self.extractions for e in x.events}

    @property
    def people(self) -> tuple[Person, ...]:
        return merge_people(p for x in self.extractions for p in x.people)


def merge_people(people: Iterable[Person]) -> tuple[Person, ...]:
    """One record for each person: the same first name in two notes is one person; known gender and relation win."""
    found: dict[str, Person] = {}
    for p in people:
        key = p.names[0].casefold() if p.names else ""
        if not key:
            continue
        old = found.get(key)
        found[key] = (
            p
            if old is None
            else Person(
                names=tuple(dict.fromkeys((*old.names, *p.names))),
                relation=old.relation or p.relation,
                # Two notes that disagree about somebody's gender: unknown is safer than the first one told.
                gender=old.gender if p.gender in (None, old.gender) else p.gender if old.gender is None else None,
                notes=tuple(sorted({*old.notes, *p.notes})),
            )
        )
    return tuple(found[k] for k in sorted(found))


class _Run:
    def __init__(
        self,
        notes: Sequence[Note],
        config: Config,
        now: str,
        cache: Cache,
        decisions: Sequence[Decision],
        canon: Sequence[CanonEntry],
        adviser: Adviser | None,
        progress: Callable[[str, int], None],
    ) -> None:
        self.config, self.now, self.cache, self.decisions = config, now, cache, decisions
        self.adviser, self.progress = adviser, progress
        self.chain = Chain(tuple(sorted(notes, key=lambda n: n.path)))
        self.by_path = {n.path: n for n in self.chain.notes}
        self.answers = standing_answers(decisions)
        self.traits_key = canonical([t.model_dump(mode="json") for t in config.traits])
        self.rules_key = canonical(config.model_dump(mode="json", include={"persona", "policy", "traits"}))
        self.canon = self._merge_canon([*seed_canon(config), *canon, *self._answered_canon()])

    # -- canon -------------------------------------------------------------------------------------------------------

    def _answered_canon(self) -> list[CanonEntry]:
        said = [d.effect.canon for d in self.answers if d.effect is not None and d.effect.canon is not None]
        return [entry.model_copy(update={"origin": "person", "status": "approved"}) for entry in said]

    def _merge_canon(self, entries: Iterable[CanonEntry]) -> tuple[CanonEntry, ...]:
        """One entry an id; the person's wins over the configuration's, that one over a rule's."""
        rank = {"rule": 0, "model": 1, "config": 2, "person": 3}
        best: dict[str, CanonEntry] = {}
        for entry in entries:
            old = best.get(entry.id)
            if old is None or rank[entry.origin] > rank[old.origin]:
                best[entry.id] = entry
        self.chain.offered = tuple(best[k] for k in sorted(best))
        settled = apply_status(list(best.values()), self.verdicts(best.values()))
        # What the person or the configuration wrote needs no second approval.
        return tuple(
            e.model_copy(update={"status": "approved"})
            if e.origin in ("config", "person") and e.status == "undecided"
            else e
            for e in sorted(settled, key=lambda e: e.id)
        )

    def _canon_for(self, note: Note) -> tuple[CanonEntry, ...]:
        """The entries that can matter to this note: a new substitution elsewhere must not redo every note."""
        text = note.text.casefold()

        def near(e: CanonEntry) -> bool:
            words = (w for phrase in (e.before, *e.forms) for w in phrase.casefold().split() if len(w) > 2)
            return e.kind == "name" or any(w[:4] in text for w in words)

        return tuple(e for e in self.canon if e.status != "rejected" and near(e))

    # -- decisions ---------------------------------------------------------------------------------------------------

    def verdicts(self, records: Iterable[Reviewable]) -> dict[str, Decided]:
        return verdicts(self.decisions, text_shas(records))

    # -- steps -------------------------------------------------------------------------------------------------------

    def _keyed(self, stage: str, note: str, key: str, make: Callable[[], str]) -> str:
        self.chain.keys.add(key)
        value = self.cache.get(key)
        if value is None:
            value = make()
            self.cache.put(key, stage, note, value)
            self.chain.made.setdefault(stage, set()).add(note)
        return value

    def extract(self) -> None:
        found = []
        for note in self.chain.notes:
            key = digest("extract", CHAIN_VERSION, EXTRACT_VERSION, note.path, note.sha, self.rules_key)
            found.append(
                Extraction.model_validate_json(
                    self._keyed(
                        "extract",
                        note.path,
                        key,
                        lambda n=note: extract(n, self.config).model_dump_json(),  # type: ignore[misc]
                    )
                )
            )
            self.progress("extract", 1)
        found = link_events(found, self.chain.notes, self.config)
        self.chain.read = tuple(found)
        found = correct_events(found, self.decisions, self.config)
        self.chain.extractions = tuple(found)
        for x in found:
            self.chain.findings += x.findings
            self._take_questions(x.questions)
        self.chain.findings += check_ids(found)

    def resolve(self) -> None:
        xs = self.chain.extractions
        known = {t.id for t in self.config.traits}
        used = {f.trait for x in xs for e in x.events for f in e.effects} | {
            o.trait for x in xs for o in x.observations
        }
        traits = [*self.config.traits, *(Trait(id=t, importance=0) for t in sorted(used - known))]
        parts = [canonical(x.model_dump(mode="json", include={"events", "observations", "retractions"})) for x in xs]
        key = digest("timeline", CHAIN_VERSION, self.now, self.config.persona.born, self.traits_key, *parts)

        def make() -> str:
            return resolve(
                [e for x in xs for e in x.events],
                [o for x in xs for o in x.observations],
                [r for x in xs for r in x.retractions],
                traits,
                now=self.now,
                born=self.config.persona.born,
            ).model_dump_json()

        self.chain.timeline = Timeline.model_validate_json(self._keyed("timeline", "", key, make))

    def check(self) -> None:
        """Reads the refined notes again: what still says the old gender, what tells a dead trait as living."""
        verdicts_now = [[v.id, v.verdict] for v in self.chain.timeline.traits] if self.chain.timeline else []
        for note in self.chain.notes:
            refined = self.chain.refined(note)
            key = digest(
                "check", CHAIN_VERSION, note.path, note.sha, refined, self.rules_key, canonical(verdicts_now),
                canonical([e.model_dump(mode="json") for e in self._canon_for(note)]),
            )  # fmt: skip
            stored = self._keyed("check", note.path, key, lambda n=note, t=refined: self._checked(n, t))  # type: ignore[misc]
            self.chain.findings += _FINDINGS.validate_json(stored)

    def _checked(self, note: Note, refined: str) -> str:
        """The checks' findings on one refined note, as JSON, with their spans counted in the raw note."""
        found = leftover_gender(
            refined,
            self.config,
            canon=self._canon_for(note),
            note=note.path,
            body_start=note.body_start,
            author=note.meta.author,
        )
        if self.chain.timeline is not None:
            found = [*found, *check_dead_traits(note, refined, self.config, self.chain.timeline)]
        edits = self.chain.edits.get(note.path, ())
        placed = []
        for f in found:
            spans = {}
            if f.start is not None and f.end is not None:
                spans = dict(zip(("start", "end"), raw_span(f.start, f.end, edits), strict=True))
            placed.append(f.model_copy(update={"note": note.path, **spans}))
        return _FINDINGS.dump_json(placed).decode()

    def stage(self, stage: Stage) -> None:
        for _ in range(CANON_ROUNDS):
            results = [self._one(stage, note) for note in self.chain.notes]
            proposed = [c for r in results for c in r.canon if all(c.id != e.id for e in self.canon)]
            if not proposed:
                break
            self.canon = self._merge_canon([*self.canon, *proposed])
        results = self._advised(stage, results)
        for result in results:
            self._take(result)

    def _one(self, stage: Stage, note: Note) -> StageResult:
        """One stage on one note; done again without what the person rejected, so that nothing is built on it."""
        given = self._input(stage, note)
        result = self._cached(stage, given)
        decided = self.verdicts(result.edits)
        out = [e for e in result.edits if e.id in decided and decided[e.id].status == "rejected"]
        if out:
            again = self._cached(stage, replace(given, rejected=given.rejected | {e.id for e in out}))
            kept = {e.id for e in again.edits}
            result = again.model_copy(update={"edits": (*again.edits, *(e for e in out if e.id not in kept))})
        self.progress(stage.name, 1)
        return result

    def _cached(self, stage: Stage, given: StageInput) -> StageResult:
        note = given.note
        key = digest(
            "stage", CHAIN_VERSION, stage.name, stage.version, note.path, note.sha, self.rules_key,
            *(canonical([r.model_dump(mode="json") for r in p]) for p in (given.canon, given.earlier, given.people)),
            canonical(sorted(given.rejected)), self._timeline_slice(note) if stage.needs_timeline else "",
        )  # fmt: skip
        return StageResult.model_validate_json(
            self._keyed(stage.name, note.path, key, lambda: stage.run(given).model_dump_json())
        )

    def _input(self, stage: Stage, note: Note) -> StageInput:
        text = note.text.casefold()
        return StageInput(
            note=note,
            config=self.config,
            canon=self._canon_for(note),
            earlier=tuple(e for e in self.chain.edits.get(note.path, ()) if e.status != "rejected"),
            people=tuple(p for p in self.chain.people if any(n.casefold() in text for n in p.names)),
            extraction=next((x for x in self.chain.extractions if x.note == note.path), None),
            timeline=self.chain.timeline if stage.needs_timeline else None,
            events=self.chain.events if stage.needs_timeline else {},
            rejected=frozenset(e.id for e in self.canon if e.status == "rejected"),
        )

    def _timeline_slice(self, note: Note) -> str:
        """What a stage can see of the timeline from this note: all verdicts, and what concerns this note's events."""
        t = self.chain.timeline
        if t is None:
            return ""
        mine = {e.id for e in t.events if e.note == note.path}
        named = mine | {b for v in t.traits for i in v.intervals for b in i.by}
        return canonical(
            [
                [v.model_dump(mode="json") for v in t.traits],
                [e.model_dump(mode="json", exclude={"order"}) for e in t.events if e.id in named],
                {k: a for k, a in t.actions.items() if k in mine},
                [d.model_dump() for d in t.dead_effects if d.event in mine],
                [c.model_dump() for c in t.conflicts],
                sorted(set(t.closure) & named),
                t.now,
            ]
        )

    def _advised(self, stage: Stage, results: list[StageResult]) -> list[StageResult]:
        """Lets the model settle questions that nobody answered yet; what it settles becomes an edit with its name."""
        if self.adviser is None:
            return results
        asked = [
            (self.by_path[r.note], q)
            for r in results
            for q in apply_status(r.questions, self.verdicts(r.questions))
            if q.status == "undecided" and any(c.effect.edits for c in q.choices)
        ]
        settled = self.adviser.settle(asked) if asked else {}
        out = []
        for result in results:
            note, edits, said = self.by_path[result.note], [], []
            for q in result.questions:
                choice_id, why = settled.get(q.id, ("", ""))
                choice = next((c for c in q.choices if c.id == choice_id), None)
                if choice is not None and not choice.effect.edits:
                    # Nothing changes, so no edit would tell of it; a person must still be able to find it.
                    message = f"{q.question} The model {self.adviser.name} says: {choice.label} ({why})"
                    said.append(
                        Finding(
                            check="model", severity="info", note=note.path, start=q.start, end=q.end, message=message
                        )
                    )
                for e in choice.effect.edits if choice else ():
                    edits.append(
                        make_edit(
                            note, stage.name, e.start, e.end, e.after,
                            reason=f"{q.question} The model says: {why}", evidence=(f"question:{q.id}",),
                            source=f"model:{self.adviser.name}", confidence=MODEL_CONFIDENCE,
                        )
                    )  # fmt: skip
            rest = tuple(q for q in result.questions if q.id not in settled)
            changing = tuple(e for e in edits if e.after != e.before)
            out.append(
                result.model_copy(
                    update={
                        "edits": (*result.edits, *changing),
                        "questions": rest,
                        "findings": (*result.findings, *said),
                    }
                )
            )
        return out

    def _take_questions(self, questions: Iterable[Question]) -> None:
        questions = list(questions)
        done = apply_status(questions, self.verdicts(questions))
        self.chain.asked += questions
        self.chain.questions += done

    def _take(self, result: StageResult) -> None:
        """Adds a stage's result to the chain, with the person's decisions applied and unsound edits left out."""
        note = self.by_path[result.note]
        earlier = self.chain.edits.setdefault(note.path, [])
        self._take_questions(result.questions)
        said = answered_edits(result.questions, self.verdicts(result.questions), self.by_path, earlier)
        self.chain.proposed += result.edits
        proposed = [e for e in result.edits if not any(_clash(e, s) for s in said)]
        edits = [*apply_status(proposed, self.verdicts(proposed)), *said]
        for edit in sorted(edits, key=lambda e: (e.start, e.end)):
            if problem := unsound(note, earlier, edit):
                self.chain.findings.append(
                    Finding(
                        check="chain", severity="error", note=note.path, start=edit.start, end=edit.end, message=problem
                    )
                )
            else:
                earlier.append(edit)
        self.chain.findings += result.findings


def read_time(words: str, config: Config, *, written: str = "") -> When | None:
    """What a person's words for a date mean in this life; None if nothing can be made of them."""
    p = config.persona
    return parse_time(
        words,
        born=p.born,
        first_school_year=p.first_school_year,
        school_year_starts=p.school_year_starts,
        culture=p.culture,
        written=written,
    )


def _clash(a: Edit, b: Edit) -> bool:
    return a.id == b.id or (a.start < b.end and b.start < a.end) or (a.start, a.end) == (b.start, b.end)


def unsound(note: Note, earlier: Sequence[Edit], edit: Edit) -> str:
    """Why an edit cannot stand beside the earlier ones; "" if it can."""
    if note.text[edit.start : edit.end] != edit.before:
        return f"{edit.stage} proposed an edit of words that do not stand there: {edit.before!r}; it was left out"
    if edit.start < note.body_start:
        return f"{edit.stage} proposed an edit of the front matter; it was left out"
    for other in in_force(earlier):
        if other.id not in edit.parents and _clash(edit, other):
            return (
                f"{edit.stage} proposed an edit that overlaps one of {other.stage} ({other.before!r}); it was left out"
            )
    return ""


def standing_answers(decisions: Sequence[Decision]) -> list[Decision]:
    """The answers that were not undone, the last one of each item.

    They carry their own effect, since a question that was answered may never be asked again.
    """
    history = History().extend(decisions)
    last = [
        deciding[-1]
        for item in history.by_item
        if (deciding := [d for d in history.active(item) if d.verdict in DECIDING])
    ]
    return [d for d in last if d.verdict == "answer"]


def correct_events(
    extractions: Sequence[Extraction], decisions: Sequence[Decision], config: Config
) -> list[Extraction]:
    """Applies what the person said about events: rejected ones go, answered and edited dates replace what was read."""
    answers: dict[str, dict[str, Any]] = {}
    for d in standing_answers(decisions):
        if d.effect is not None and d.effect.event:
            answers.setdefault(str(d.effect.event.get("id")), {}).update(d.effect.event)
    out = []
    for x in extractions:
        kept = []
        for old, e in _kept(x.events, decisions):
            change = {k: v for k, v in answers.get(e.id, {}).items() if k not in ("id", "when")}
            words = answers.get(e.id, {}).get("when") or (e.when.raw if e.when.raw != old.when.raw else "")
            if words:
                change["when"] = read_time(str(words), config, written=e.written) or e.when
            kept.append(Event.model_validate({**e.model_dump(), **change, "source": "person"}) if change else e)
        out.append(x.model_copy(update={"events": tuple(kept)}))
    return out


def _kept(events: Sequence[Event], decisions: Sequence[Decision]) -> list[tuple[Event, Event]]:
    decided = verdicts(decisions, text_shas(events))
    return [(e, new[0]) for e in events if (new := kept_events([e], decided))]


def run_chain(
    notes: Sequence[Note],
    config: Config,
    *,
    now: str,
    stages: Sequence[str] = ("swap", "reframe", "override", "selfimage"),
    cache: Cache | None = None,
    decisions: Sequence[Decision] = (),
    canon: Sequence[CanonEntry] = (),
    adviser: Adviser | None = None,
    progress: Callable[[str, int], None] = lambda stage, done: None,
) -> Chain:
    """Runs the chain over a life. `now` is an ISO day, `canon` the person's entries; the cache makes it incremental."""
    todo = chosen(tuple(stages))
    run = _Run(notes, config, now, cache or NoCache(), decisions, canon, adviser, progress)
    run.extract()
    run.resolve()
    for stage in todo:
        run.stage(stage)
    if todo:
        run.check()
    run.chain.canon = run.canon
    return run.chain


@dataclass(frozen=True)
class RefinedText:
    """What `refine_text` gives: the refined text, the edits that made it, what is open, what was found."""

    text: str
    edits: tuple[Edit, ...]
    questions: tuple[Question, ...]
    findings: tuple[Finding, ...]


def refine_text(
    text: str,
    config: Config,
    stages: tuple[str, ...] = ("swap",),
    engine: str = "rules",
    *,
    now: str = "",
    path: str = "note.md",
) -> RefinedText:
    """Refines one text in memory.

    `engine` is "rules", "llm" or "auto"; `now` an ISO day (default: today), which only the timeline reads. Raises
    NoteError for front matter that cannot be read, UsageError for an unknown stage or engine, ModelError from a model.
    """
    from datetime import date

    from refiner.engine import choose_engine

    note = note_from_text(text, path)
    adviser = choose_engine(config, engine).adviser
    chain = run_chain([note], config, now=now or date.today().isoformat(), stages=stages, adviser=adviser)
    return RefinedText(
        chain.refined(note), tuple(chain.edits.get(note.path, ())), tuple(chain.questions), tuple(chain.findings)
    )
