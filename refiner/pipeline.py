"""The chain: extract, timeline, then each stage on each note, then the checks. Pure but for the cache it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from refiner.asking.asker import Asker
from refiner.chain import Chain
from refiner.chain_run import Run
from refiner.config import Config
from refiner.models import CanonEntry, Decision, Edit, Finding, Note, Question
from refiner.notes import note_from_text
from refiner.stages.registry import chosen
from refiner.store import Cache, NoCache


def run_chain(
    notes: Sequence[Note],
    config: Config,
    *,
    now: str,
    stages: Sequence[str] = ("swap", "reframe", "override", "selfimage"),
    cache: Cache | None = None,
    decisions: Sequence[Decision] = (),
    canon: Sequence[CanonEntry] = (),
    asker: Asker | None = None,
    progress: Callable[[str, int], None] = lambda stage, done: None,
) -> Chain:
    """Runs the chain over a life. `now` is an ISO day, `canon` the person's entries; the cache makes it incremental."""
    todo = chosen(tuple(stages))
    run = Run(notes, config, now, cache or NoCache(), decisions, canon, asker, progress)
    run.extract()
    run.resolve()
    for stage in todo:
        run.stage(stage)
    if todo:
        run.correct()
        run.look_again()
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
    chosen = choose_engine(config, engine)
    try:
        day = now or date.today().isoformat()
        chain = run_chain([note], config, now=day, stages=stages, asker=chosen.asker)
    finally:
        chosen.close()
    return RefinedText(
        chain.refined(note), tuple(chain.edits.get(note.path, ())), tuple(chain.questions), tuple(chain.findings)
    )
