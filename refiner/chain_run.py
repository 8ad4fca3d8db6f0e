"""One run of the chain over a life: each step keyed by what it was made from, so that nothing is done twice.

The key of a result holds stage and version, the note, and the parts of configuration, canon, timeline and earlier edits
that the stage can see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from refiner import chain_asked, chain_written
from refiner.asking.asker import Asker
from refiner.chain import CHAIN_VERSION, Chain, Standing, clash, without_replaced
from refiner.chain_corrected import corrections
from refiner.checking import check_life, people_in
from refiner.config import Config
from refiner.corrections import correct_events, standing_answers
from refiner.edits import digest
from refiner.language.parse import model_mark
from refiner.models import (
    CanonEntry,
    DeadEffect,
    Decision,
    Event,
    Extraction,
    Finding,
    Note,
    Question,
    StageResult,
    Timeline,
)
from refiner.review.effects import answered_edits, apply_status
from refiner.review.history import Decided, replay
from refiner.review.identity import Reviewable
from refiner.review.standing import staying, verdicts_on
from refiner.stages.base import Stage, StageInput
from refiner.stages.canon import seed_canon
from refiner.stages.extract import EXTRACT_VERSION, check_ids, extract, link_events
from refiner.stages.over_life import LifeEvents
from refiner.stages.relevance import without_faint
from refiner.store import Cache, canonical
from refiner.timeline.resolve import TIMELINE_VERSION, kept_timeline, tellings

CANON_ROUNDS = 3  # a proposal made in one note can call for another in the next; more than this is a stage's fault


class Run:
    """The steps, in the order in which `pipeline.run_chain` calls them."""

    def __init__(
        self,
        notes: Sequence[Note],
        config: Config,
        now: str,
        cache: Cache,
        decisions: Sequence[Decision],
        canon: Sequence[CanonEntry],
        asker: Asker | None,
        progress: Callable[[str, int], None],
    ) -> None:
        self.config, self.now, self.cache = config, now, cache
        self.history = replay(decisions)  # read once: every note asks it
        self.asker, self.progress = asker, progress
        self.chain = Chain(tuple(sorted(notes, key=lambda n: n.path)))
        self.by_path = {n.path: n for n in self.chain.notes}
        self.answers = standing_answers(self.history)
        self.traits_key = canonical([t.model_dump(mode="json") for t in config.traits])
        rules = config.model_dump(mode="json", include={"persona", "policy", "traits"})
        self.rules_key = canonical([model_mark(), rules])
        self.talk = chain_asked.Talk(asker, config, self.cache, self.chain.keys, self.rules_key) if asker else None
        self.staying = staying(canon)
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

    def verdicts(self, records: Iterable[Reviewable]) -> Mapping[str, Decided]:
        return verdicts_on(records, self.history, self.staying)

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
        if self.talk is not None:
            found = chain_asked.read_more(self.talk, self.chain.notes, found)
        found = link_events(found, self.chain.notes, self.config)
        self.chain.read = tuple(found)
        found = correct_events(found, self.history, self.config)
        self.chain.extractions = tuple(found)
        # What every note's input is cut from, made once for all notes.
        self.people_in = people_in(self.chain)
        self.events = self.chain.events
        self.extraction_of = {x.note: x for x in found}
        for x in found:
            self.chain.findings += x.findings
            self._take_questions(x.questions)
        self.chain.findings += check_ids(found)

    def resolve(self) -> None:
        xs = self.chain.extractions
        traits = self.config.traits
        parts = [canonical(x.model_dump(mode="json", include={"events", "observations", "retractions"})) for x in xs]
        key = digest(
            "timeline", CHAIN_VERSION, TIMELINE_VERSION, self.now, self.config.persona.born, self.traits_key, *parts
        )

        def make() -> str:
            told = tellings(
                (e for x in xs for e in x.events),
                (o for x in xs for o in x.observations),
                (r for x in xs for r in x.retractions),
            )
            return kept_timeline(told, traits, now=self.now, born=self.config.persona.born).model_dump_json()

        t = Timeline.model_validate_json(self._keyed("timeline", "", key, make))
        self.chain.timeline = t
        self.told: dict[str, dict[str, Event]] = {}
        notes_of: dict[str, list[str]] = {}  # two notes may have taken one id; `check_ids` says so
        for e in t.events:
            self.told.setdefault(e.note, {})[e.id] = e
            notes_of.setdefault(e.id, []).append(e.note)
        self.dead: dict[str, list[DeadEffect]] = {}  # by note, and so is what is in the closure
        for d in t.dead_effects:
            for path in dict.fromkeys(notes_of.get(d.event, ())):
                self.dead.setdefault(path, []).append(d)
        self.closed: dict[str, list[str]] = {}
        for i in t.closure:
            for path in dict.fromkeys(notes_of.get(i, ())):
                self.closed.setdefault(path, []).append(i)
        self.life = LifeEvents(t, self.events, self.config)
        behind = {b for v in t.traits for i in v.intervals for b in i.by}
        shared = canonical(
            [
                [v.model_dump(mode="json") for v in t.traits],
                [e.model_dump(mode="json", exclude={"order"}) for e in t.events if e.id in behind],
                [c.model_dump() for c in t.conflicts],
                [d.model_dump() for d in t.doubts],
                sorted(set(t.closure) & behind),
                t.now,
            ]
        )
        self.shared_slice = digest(shared)  # once: it is long, and every note's key holds it

    def check(self) -> None:
        """Reads the refined notes again, each by itself and then all against each other."""
        key = digest(CHAIN_VERSION, self.rules_key)
        self.chain.findings += check_life(
            self.chain, self.config, self.canon, self._canon_for, self.people_in, self.told, key, self._keyed
        )

    def stage(self, stage: Stage) -> None:
        """Runs one stage on all notes, and has the model settle what it can of what they leave open."""
        if self.asker is not None and stage.name == "swap":
            offered = chain_asked.canon_offers(self.asker, self.canon, self.chain.notes, self.config)
            for result in offered:
                self._take_questions(result.questions)
            if found := [c for result in offered for c in result.canon]:
                self.canon = self._merge_canon([*self.canon, *found])
        for _ in range(CANON_ROUNDS):
            results = [self._one(stage, note) for note in self.chain.notes]
            proposed = [c for r in results for c in r.canon if all(c.id != e.id for e in self.canon)]
            if not proposed:
                break
            self.canon = self._merge_canon([*self.canon, *proposed])
        if self.asker is not None and (open_ := self._open(results)):
            results = chain_asked.settled(self.asker, stage.name, results, open_, self.config)
        if self.talk is not None and stage.name == "reframe":
            given = [self._input(stage, note) for note in self.chain.notes]
            results = chain_written.condense_causes(self.talk, given, results)
        if self.talk is not None and stage.name == "override":
            decided = {i for r in results for i in self.verdicts(r.edits)}
            results = chain_written.said_by_itself(self.talk, results, self.chain, decided)
        for result in results:
            self._take(result)
        if stage.name == "reframe":
            self._settle_bearings()
        if self.talk is not None and stage.name == "swap":
            for result in chain_asked.hidden_signs(self.talk, self.chain):
                self._take(result)

    def _settle_bearings(self) -> None:
        """Has the model label what only hints at a trait, and drops the rest of it."""
        held = self.chain.bearings
        if self.talk is not None:
            held.update(chain_written.related_by_model(self.talk, self.chain))
        for path in held:
            held[path] = without_faint(held[path])

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
        note, seen = given.note, (given.canon, given.earlier, given.people, given.bearings)
        key = digest(
            "stage", CHAIN_VERSION, stage.name, stage.version, note.path, note.sha, self.rules_key,
            *(canonical([r.model_dump(mode="json") for r in p]) for p in seen),
            canonical(sorted(given.rejected)), self._timeline_slice(note) if stage.needs_timeline else "",
        )  # fmt: skip
        return StageResult.model_validate_json(
            self._keyed(stage.name, note.path, key, lambda: stage.run(given).model_dump_json())
        )

    def _input(self, stage: Stage, note: Note) -> StageInput:
        return StageInput(
            note=note,
            config=self.config,
            canon=self._canon_for(note),
            earlier=tuple(e for e in self.chain.edits.get(note.path, ()) if e.status != "rejected"),
            people=self.people_in[note.path],
            extraction=self.extraction_of.get(note.path),
            timeline=self.chain.timeline if stage.needs_timeline else None,
            events=self.events if stage.needs_timeline else {},
            life=self.life if stage.needs_timeline else None,
            bearings=tuple(b for b in self.chain.bearings.get(note.path, ()) if b.source.startswith("model:")),
            rejected=frozenset(e.id for e in self.canon if e.status == "rejected"),
        )

    def _timeline_slice(self, note: Note) -> str:
        """What a stage can see of the timeline from this note: all verdicts, and what concerns this note's events."""
        t = self.chain.timeline
        if t is None:
            return ""
        mine = self.told.get(note.path, {})
        own = [
            [mine[i].model_dump(mode="json", exclude={"order"}) for i in sorted(mine)],
            {k: t.actions[k] for k in sorted(mine) if k in t.actions},
            [d.model_dump() for d in self.dead.get(note.path, ())],
            sorted(self.closed.get(note.path, ())),
        ]
        return digest(self.shared_slice, canonical(own))

    def _open(self, results: Iterable[StageResult]) -> list[tuple[Note, Question]]:
        """The questions of a stage that change something and that nobody answered yet."""
        return [
            (self.by_path[r.note], q)
            for r in results
            for q in apply_status(r.questions, self.verdicts(r.questions))
            if q.status == "undecided" and any(c.effect.edits for c in q.choices)
        ]

    def correct(self) -> None:
        """Has the model write anew what the person rejected in words, once."""
        if self.talk is not None:
            for result in corrections(self.talk, self.chain, self.verdicts(self.chain.proposed)):
                self._take(result)

    def look_again(self) -> None:
        """Has the model read the refined notes for what still contradicts."""
        if self.talk is not None:
            for result in chain_asked.second_look(self.talk, self.chain):
                self._take(result)

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
        decided = self.verdicts(result.edits)
        offered = without_replaced(result.edits, {i for i, d in decided.items() if d.status == "rejected"})
        self.chain.proposed += offered
        proposed = [e for e in offered if not any(clash(e, s) for s in said)]
        edits = [*apply_status(proposed, self.verdicts(proposed)), *said]
        standing = Standing(note, earlier)
        for edit in sorted(edits, key=lambda e: (e.start, e.end)):
            if problem := standing.unsound(edit):
                self.chain.findings.append(
                    Finding(
                        check="chain", severity="error", note=note.path, start=edit.start, end=edit.end, message=problem
                    )
                )
            else:
                earlier.append(edit)
                standing.add(edit)
        self.chain.findings += result.findings
        if result.bearings:
            self.chain.bearings.setdefault(note.path, []).extend(result.bearings)
