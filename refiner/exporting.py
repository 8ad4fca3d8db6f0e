"""The data set of a workspace: its approved and free samples written as a folder, or what stands against it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from refiner.dataset.export import export_dataset, ready
from refiner.dataset.persona import system_prompt
from refiner.errors import Undecided
from refiner.negative_floor import hold
from refiner.refine import Life, with_life
from refiner.review.visible import one_line
from refiner.sampling import TODAY, Samples, image_of, samples_of
from refiner.stages.today import dead_samples, untold_traits
from refiner.store import Workspace, locked, to_jsonl, write_atomic


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
