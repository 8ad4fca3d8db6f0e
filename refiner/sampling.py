"""Samples of a workspace: made from the refined notes, joined with the person's decisions, exported as a data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from refiner.dataset.export import export_dataset, ready
from refiner.dataset.persona import system_prompt
from refiner.edits import digest
from refiner.errors import Undecided
from refiner.models import Edit, Note, Sample
from refiner.negative_floor import hold
from refiner.refine import Life, with_life
from refiner.review.effects import apply_status
from refiner.review.identity import text_shas
from refiner.review.state import verdicts
from refiner.review.visible import one_line
from refiner.stages.canon import full_name
from refiner.stages.compose import COMPOSE_VERSION, compose
from refiner.stages.composing.open import open_items
from refiner.stages.self_image_life import LifeImage, life_image
from refiner.stages.today import dead_samples, untold_traits
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


def export_samples(
    ws: Workspace, *, now: str, out: Path | None = None, base: str = "", partial: bool = False
) -> dict[str, Any]:
    """Writes the data set of what is approved and free; its manifest, and under `untold` the traits that hold and that
    no sample in it is about.

    Raises Undecided (exit code 3) when items wait and `partial` is not set, when nothing is approved at all, and, with
    `partial` too, when the notes keep less of the negative traits than `policy.negative_floor`: the whole life would be
    idealised, not a part of it.
    """
    with locked(ws, "export"), with_life(ws, now=now) as life:
        made = samples_of(life)
        write_atomic(ws.refined / "samples.jsonl", to_jsonl(made.samples))
        hold(image_of(life, made), life.config.policy.negative_floor)
        _refuse_the_dead(made, life, partial)
        _refuse(made, life, partial)
        originals = {s.id: s for s in made.proposed}
        pairs = [(s, originals[s.id]) for s in made.samples if s.status == "edited"]
        text = life.card
        manifest = export_dataset(
            made.samples,
            out or ws.dataset,
            config=life.config,
            card=text,
            base=base,
            system=system_prompt(text),
            pairs=pairs,
            rejected=[s for s in made.samples if s.status == "rejected"],
            partial=partial,
        )
        timeline = life.chain.timeline
        missing = untold_traits(ready(made.samples), life.config, timeline) if timeline else []
        return {**manifest, "untold": [t.title for t in missing]}


def image_of(life: Life, made: Samples) -> LifeImage:
    """The self-image of a life as its notes stand now and its samples carry it."""
    chain = life.chain
    given = (chain.notes, chain.edits, life.config, chain.timeline, chain.extractions, made.samples)
    return life_image(*given, bearings=chain.bearings)


def _refuse_the_dead(made: Samples, life: Life, partial: bool) -> None:
    """Names the edited samples that say of what is over that it is so today. `--partial` leaves them out."""
    held = [s for s in made.samples if any(b.startswith(TODAY) for b in s.blocked)]
    if partial or life.chain.timeline is None:
        return
    found = dead_samples(held, life.config, life.chain.timeline)
    if found:
        lines = [f"{s.id}: “{one_line(quote, 90)}” ({trait.title})" for s, trait, quote in found]
        raise Undecided(
            "these samples say of what is over that it is so today\n  " + "\n  ".join(lines),
            mend=f"refiner review --reject {found[0][0].id}, or edit it to tell it as past; or leave them out: "
            "refiner export --partial",
        )


def _refuse(made: Samples, life: Life, partial: bool) -> None:
    if not made.samples:
        raise Undecided("there are no samples: the notes gave none", mend="write more notes, then: refiner refine")
    able = ready(made.samples)
    if not partial and (made.undecided or made.blocked):
        edits = sum(e.status == "undecided" for es in life.chain.edits.values() for e in es)
        questions = sum(q.status == "undecided" for q in life.chain.questions)
        raise Undecided(
            f"{len(made.undecided)} samples are undecided and {len(made.blocked)} approved ones wait for their sources "
            f"({edits} edits, {questions} questions undecided)",
            mend=f"refiner review; or leave them out: refiner export --partial ({len(able)} samples are ready)",
        )
    if not able:
        raise Undecided("no sample is approved yet", mend="refiner review --stage sample")


def trace(made: Samples, sample: Sample) -> list[tuple[str, str]]:
    """Where a sample comes from: (what, text) lines from its notes, events and edits to its decisions."""
    life = made.life
    notes: dict[str, Note] = {n.path: n for n in life.chain.notes}
    edits: dict[str, Edit] = {e.id: e for es in life.chain.edits.values() for e in es}
    events = life.chain.events
    lines = [("sample", f"{sample.kind}, {sample.source}, {sample.status}")]
    lines += [("note", path) for path in sample.notes if path in notes]
    lines += [
        ("event", f"{events[e].label or e} ({events[e].when.edtf or 'undated'})") for e in sample.events if e in events
    ]
    for edit_id in sample.edits:
        if edit := edits.get(edit_id):
            lines.append(("edit", f"{edit.stage}, {edit.status}: {edit.before!r} → {edit.after!r}: {edit.reason}"))
    for d in life.decisions:
        if d.item in (sample.id, *sample.edits):
            lines.append(("decision", f"{d.at[:16]} {d.verdict} {d.item[:8]} {d.reason or ''}".rstrip()))
    return lines
