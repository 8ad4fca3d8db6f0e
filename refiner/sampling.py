"""Samples of a workspace: made from the refined notes, joined with the person's decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from refiner.composing_written import forget_gone, written, written_mark
from refiner.edits import digest
from refiner.engine import ModelOptions, choose_engine
from refiner.errors import Undecided
from refiner.language.parse import model_mark
from refiner.models import Sample
from refiner.refine import Life, Plan, Progress, last_options, with_life
from refiner.review.effects import apply_status
from refiner.review.identity import text_shas
from refiner.review.state import verdicts
from refiner.stages.canon import full_name
from refiner.stages.compose import COMPOSE_VERSION, compose, drafts_of
from refiner.stages.composing.choice import choose
from refiner.stages.composing.draft import tell
from refiner.stages.composing.facts import life_of
from refiner.stages.composing.open import open_items
from refiner.stages.composing.readings import KEPT_AS, Used
from refiner.stages.self_image_life import LifeImage, life_image
from refiner.stages.today import dead_samples
from refiner.store import NoCache, Results, Workspace, canonical, locked, to_jsonl, write_atomic
from refiner.talk_corrections import corrected_samples

if TYPE_CHECKING:
    from refiner.asking.asker import Asker
    from refiner.composing_asked import Writing

TODAY = "today:"  # in `blocked`: before the trait that the sample says to be so today, and that is over
_LIST = TypeAdapter(list[Sample])


@dataclass(frozen=True)
class Samples:
    """The samples of a life with their status, and the life that they come from."""

    life: Life
    samples: tuple[Sample, ...]
    proposed: tuple[Sample, ...]  # the same as the tool made them, where the person edited
    asker: Asker | None = None  # the talk with the model, where it was asked for samples
    writing: Writing | None = None  # and what came of it

    @property
    def undecided(self) -> list[Sample]:
        return [s for s in self.samples if s.status == "undecided"]

    @property
    def blocked(self) -> list[Sample]:
        return [s for s in self.samples if s.blocked and s.status in ("approved", "edited")]


def samples_of(life: Life) -> Samples:
    """The samples of a life with the decisions about them; composed anew only when something that they show changed.

    What the person corrected in a talk stands at their end.
    """
    chain = life.chain
    if chain.timeline is None:
        return Samples(life, (), ())
    shown = life.config.model_dump(mode="json", include={"persona", "traits", "samples"})
    items = open_items(chain.edits, chain.questions, chain.findings)
    parts = (
        shown,
        [(n.path, n.sha) for n in chain.notes],
        [e.model_dump(mode="json") for n in chain.notes for e in chain.edits.get(n.path, ())],
        [x.model_dump(mode="json") for x in chain.extractions],
        chain.timeline.model_dump(mode="json"),
        {path: [asdict(i) for i in of_note] for path, of_note in items.items()},
        {path: [b.model_dump(mode="json") for b in of_note] for path, of_note in chain.bearings.items()},
        full_name(chain.canon),
        written_mark(life.cache),
    )
    key = digest("compose", COMPOSE_VERSION, model_mark(), *(canonical(p) for p in parts))
    stored = life.cache.get(key)
    if stored is None:
        readings = Used(life.cache)
        made = compose(
            chain.notes,
            chain.edits,
            life.config,
            chain.timeline,
            chain.extractions,
            open_items=items,
            name=full_name(chain.canon),
            bearings=chain.bearings,
            written=partial(written, life),
            cache=readings,
        )
        stored = _LIST.dump_json(made).decode()
        life.cache.put(key, "compose", "", stored)
        if isinstance(life.cache, Results):
            life.cache.keep_only([key], ["compose"])
            life.cache.keep_only(readings.keys, [KEPT_AS])
    proposed = [*_LIST.validate_json(stored), *corrected_samples(life.workspace)]
    decided = verdicts(life.decisions, text_shas(proposed))
    return Samples(life, tuple(_held_to_today(apply_status(proposed, decided), life)), tuple(proposed))


def _held_to_today(samples: Sequence[Sample], life: Life) -> list[Sample]:
    """The samples, those held back that say of a trait which is over that it is so today. Only a person can have
    written that: composing refuses such sentences, and reading every sample again would cost each start of a review."""
    if life.chain.timeline is None:
        return list(samples)
    found: dict[str, list[str]] = {}
    edited = [s for s in samples if s.status == "edited"]
    for sample, trait, _ in dead_samples(edited, life.config, life.chain.timeline):
        found.setdefault(sample.id, []).append(f"{TODAY}{trait.id}")
    return [s.model_copy(update={"blocked": (*s.blocked, *found[s.id])}) if s.id in found else s for s in samples]


def make_samples(
    ws: Workspace,
    *,
    now: str,
    engine: str = "rules",
    options: ModelOptions = ModelOptions(),  # noqa: B008 - frozen
    progress: Progress = lambda stage, done: None,
) -> Samples:
    """Makes the samples and writes samples.jsonl; with an engine that has a model, some of them are written by it.

    Raises StoreError, ConfigError, WorkspaceBusy, and with a model as `refine` does. What was written in an earlier run
    and still fits is there with any engine.
    """
    with locked(ws, "samples"), with_life(ws, now=now) as life:
        if not life.chain.notes:
            raise Undecided(f"there are no notes in {ws.raw}, so there is nothing to tell", mend="write one")
        forget_gone(life.cache, life.chain.notes)
        asker, writing = _written_by(life, engine, options, progress)
        made = replace(samples_of(life), asker=asker, writing=writing)
        write_atomic(ws.refined / "samples.jsonl", to_jsonl(made.samples))
        return made


def plan_samples(
    ws: Workspace,
    *,
    now: str,
    engine: str,
    options: ModelOptions = ModelOptions(),  # noqa: B008 - frozen
) -> Plan:
    """What `make_samples` would put to the model; nothing is sent and nothing kept. Raises as `refiner.refine.plan`."""
    with locked(ws, "samples --dry-run"), with_life(ws, now=now) as life:
        chosen = choose_engine(life.config, engine, ws, _hiding(ws, replace(options, dry=True)))
        try:
            asker = chosen.asker
            if asker is not None:
                _ask(replace(life, cache=NoCache()), asker, lambda stage, done: None)
            return Plan(chosen, tuple(asker.waiting) if asker else (), asker.usage.cached if asker else 0)
        finally:
            chosen.close()


def _written_by(
    life: Life, engine: str, options: ModelOptions, progress: Progress
) -> tuple[Asker | None, Writing | None]:
    """Has the engine's model write what it can; its talk, closed, and what came of it."""
    chosen = choose_engine(life.config, engine, life.workspace, _hiding(life.workspace, options))
    try:
        asker = chosen.asker
        if asker is None:
            return None, None
        writing = _ask(life, asker, progress)
        if not (asker.lost or asker.unasked):
            # All that the last `refine` used is in use as well: it is of the same run of the chain.
            reading = life.engine.asker
            asker.answers.mark_used({*asker.used, *(reading.used if reading else ())})
        return asker, writing
    finally:
        chosen.close()


def _ask(life: Life, asker: Asker, progress: Progress) -> Writing | None:
    from refiner.composing_asked import write_samples

    chain = life.chain
    if chain.timeline is None:
        return None
    name = full_name(chain.canon)
    told = tell(life_of(chain.notes, chain.edits, life.config, chain.timeline, chain.extractions, name, chain.bearings))
    return write_samples(life, told, choose(drafts_of(told), life.config), asker, progress)


def _hiding(ws: Workspace, options: ModelOptions) -> ModelOptions:
    """The options; what the last run of the chain hid from its model is hidden here too."""
    return replace(options, pseudonymise=options.pseudonymise or last_options(ws.refined).pseudonymise)


def image_of(life: Life, made: Samples) -> LifeImage:
    """The self-image of a life as its notes stand now and its samples carry it."""
    chain = life.chain
    given = (chain.notes, chain.edits, life.config, chain.timeline, chain.extractions, made.samples)
    return life_image(*given, bearings=chain.bearings)
