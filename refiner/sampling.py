"""Samples of a workspace: made from the refined notes, joined with the person's decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter

from refiner.edits import digest
from refiner.errors import Undecided
from refiner.models import Sample
from refiner.refine import Life, with_life
from refiner.review.effects import apply_status
from refiner.review.identity import text_shas
from refiner.review.state import verdicts
from refiner.stages.canon import full_name
from refiner.stages.compose import COMPOSE_VERSION, compose
from refiner.stages.composing.open import open_items
from refiner.stages.self_image_life import LifeImage, life_image
from refiner.stages.today import dead_samples
from refiner.store import Results, Workspace, canonical, locked, to_jsonl, write_atomic

TODAY = "today:"  # in `blocked`: before the trait that the sample says to be so today, and that is over
_LIST = TypeAdapter(list[Sample])


@dataclass(frozen=True)
class Samples:
    """The samples of a life with their status, and the life that they come from."""

    life: Life
    samples: tuple[Sample, ...]
    proposed: tuple[Sample, ...]  # the same as the tool made them, where the person edited

    @property
    def undecided(self) -> list[Sample]:
        return [s for s in self.samples if s.status == "undecided"]

    @property
    def blocked(self) -> list[Sample]:
        return [s for s in self.samples if s.blocked and s.status in ("approved", "edited")]


def samples_of(life: Life) -> Samples:
    """The samples of a life with the decisions about them; composed anew only when something that they show changed."""
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
    )
    key = digest("compose", COMPOSE_VERSION, *(canonical(p) for p in parts))
    stored = life.cache.get(key)
    if stored is None:
        made = compose(
            chain.notes,
            chain.edits,
            life.config,
            chain.timeline,
            chain.extractions,
            open_items=items,
            name=full_name(chain.canon),
            bearings=chain.bearings,
        )
        stored = _LIST.dump_json(made).decode()
        life.cache.put(key, "compose", "", stored)
        if isinstance(life.cache, Results):
            life.cache.keep_only([key], ["compose"])
    proposed = _LIST.validate_json(stored)
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


def make_samples(ws: Workspace, *, now: str) -> Samples:
    """Makes the samples and writes samples.jsonl. Raises StoreError, ConfigError, WorkspaceBusy."""
    with locked(ws, "samples"), with_life(ws, now=now) as life:
        if not life.chain.notes:
            raise Undecided(f"there are no notes in {ws.raw}, so there is nothing to tell", mend="write one")
        made = samples_of(life)
        write_atomic(ws.refined / "samples.jsonl", to_jsonl(made.samples))
        return made


def image_of(life: Life, made: Samples) -> LifeImage:
    """The self-image of a life as its notes stand now and its samples carry it."""
    chain = life.chain
    given = (chain.notes, chain.edits, life.config, chain.timeline, chain.extractions, made.samples)
    return life_image(*given, bearings=chain.bearings)
