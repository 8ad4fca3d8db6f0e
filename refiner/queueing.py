"""The queue of a workspace's review: made from its life by the chain, and kept for the next start.

Loads the chain: whoever may find the queue in its file asks `refiner.review.kept` first.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from refiner.engine import ModelOptions
from refiner.errors import WorkspaceBusy
from refiner.marks import has_samples, last_state, queue_mark
from refiner.models import Edit, Sample
from refiner.refine import ALL_STAGES, Life, Progress, fingerprint, with_life
from refiner.review.items import Item, build_queue
from refiner.review.kept import write
from refiner.sampling import Samples, make_samples, samples_of
from refiner.stages.extract import trait_words
from refiner.stages.self_image_edits import flags
from refiner.stages.self_image_life import negative_traits
from refiner.store import Results, Workspace, locked


def queue_of(life: Life, *, with_samples: bool) -> list[Item]:
    """Everything that there is to decide. Samples are in it once `refiner samples` has made them."""
    return _queue(life, samples_of(life).proposed if with_samples else ())


def _queue(life: Life, samples: Iterable[Sample]) -> list[Item]:
    chain = life.chain
    return build_queue(
        chain.offered,
        chain.asked,
        chain.proposed,
        [e for x in chain.read for e in x.events],
        chain.timeline.traits if chain.timeline else (),
        list(samples),
        {n.path: n for n in chain.notes},
        life.decisions,
        findings=chain.findings,
        idealising=_idealising(life),
    )


def _idealising(life: Life) -> dict[str, tuple[str, ...]]:
    """The edits that flatter, as they were proposed, whatever was decided about them."""
    chain = life.chain
    if chain.timeline is None:
        return {}
    edits: dict[str, dict[str, Edit]] = {}
    for edit in (*(e for es in chain.edits.values() for e in es), *chain.proposed):
        edits.setdefault(edit.note, {})[edit.id] = edit
    return flags(
        chain.notes,
        {path: list(of_note.values()) for path, of_note in edits.items()},
        life.config,
        negative_traits(life.config, chain.timeline),
        trait_words(life.config.traits),
        chain.extractions,
    )


def make_queue(ws: Workspace, *, now: str) -> list[Item]:
    """The queue by a run of the chain from its cache; kept. The caller holds the lock. Raises as `with_life` does."""
    mark = queue_mark(ws, now, with_samples=has_samples(ws))
    with with_life(ws, now=now) as life:
        queue = queue_of(life, with_samples=has_samples(ws))
    _keep(ws, now, mark, queue)
    return queue


def keep_refined(ws: Workspace, life: Life, *, now: str) -> None:
    """Keeps the queue of a life that `refine` has just made, if it is the one that a review would make.

    That is so when the workspace's own notes went through all stages, by rules alone, and nothing changed since. A
    review takes a model's kept answers only; it makes the queue of such a life itself.
    """
    with suppress(WorkspaceBusy), locked(ws, "refine"):
        marked = last_state(ws.refined).get("fingerprint")
        if life.engine.asker is not None or marked != fingerprint(ws, ws.raw, now, life.engine, ALL_STAGES):
            return
        mark = queue_mark(ws, now, with_samples=has_samples(ws))
        with Results(ws.results) as cache:
            queue = queue_of(replace(life, cache=cache), with_samples=has_samples(ws))
        _keep(ws, now, mark, queue)


def make_samples_for_review(
    ws: Workspace,
    *,
    now: str,
    engine: str = "rules",
    options: ModelOptions = ModelOptions(),  # noqa: B008 - frozen
    progress: Progress = lambda stage, done: None,
) -> Samples:
    """Makes the samples as `make_samples` does, and keeps the queue that has them. Raises as it does."""
    mark = queue_mark(ws, now, with_samples=True)
    made = make_samples(ws, now=now, engine=engine, options=options, progress=progress)
    with suppress(WorkspaceBusy), locked(ws, "samples"):
        _keep(ws, now, mark, _queue(made.life, made.proposed))
    return made


def _keep(ws: Workspace, now: str, mark: str, queue: list[Item]) -> None:
    """Keeps a queue unless something that it is made of changed in the meantime."""
    if queue_mark(ws, now, with_samples=has_samples(ws)) == mark:
        write(ws.queue, mark, queue)
