"""The data set of a workspace: its approved and free samples written as a folder, or what stands against it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refiner.config import Config
from refiner.dataset.checked import Checked, check_folder
from refiner.dataset.export import Extras, export_dataset, ready
from refiner.dataset.formats import chosen_formats
from refiner.dataset.holdout import HeldOut, hold_out
from refiner.dataset.leaks import event_tellings
from refiner.dataset.persona import persona_card, system_for, system_prompt
from refiner.dataset.replay import read_general
from refiner.dataset.validate import FILES, ROWS, validate_dataset
from refiner.errors import StoreError, Undecided, UsageError
from refiner.models import Sample
from refiner.negative_floor import hold
from refiner.refine import Life, with_life
from refiner.review.history import replay
from refiner.sampling import Samples, image_of, samples_of
from refiner.stages.canon import full_name
from refiner.stages.composing.facts import refined_labels
from refiner.stages.today import untold_traits
from refiner.store import Workspace, locked, place, to_jsonl, write_atomic
from refiner.training.launch import training_folder
from refiner.training.runs import current_run
from refiner.waiting import Item, refusal, waiting

HELD_OUT_FOLDER = "dataset-held-out"


class Waiting(Undecided):
    """Items wait for the person; `items` are all of them."""

    def __init__(self, items: list[Item], ready: int) -> None:
        said = refusal(items, ready)
        super().__init__(said.message, mend=said.mend)
        self.items = items


@dataclass(frozen=True)
class Exported:
    """A written data set: where, its manifest, what was looked at (None: nothing), and the living traits that no
    sample in it is about."""

    folder: Path
    manifest: dict[str, Any]
    checked: Checked | None
    untold: tuple[str, ...] = ()
    waiting: int = 0  # undecided samples, and approved ones that wait for their sources: left out by `partial`
    general_short: int = 0  # general rows that `[samples] replay` asks for and that there are not
    run: str = ""  # the current training run, which may be continued with this


def export_samples(
    ws: Workspace,
    *,
    now: str,
    out: Path | None = None,
    base: str = "",
    partial: bool = False,
    formats: Sequence[str] = (),
    hold_out_events: int = 0,
    seed: str = "",
    check: bool = True,
) -> Exported:
    """Writes the data set of what is approved and free.

    `formats`: more forms of the rows, as `--format` names them. `hold_out_events`: so many events are kept out of
    training, and the evaluation is about them alone; `seed` chooses others. `check`: load and render what was written.

    Raises Waiting (exit code 3) when items wait and `partial` is not set; Undecided when nothing is approved at all,
    and, with `partial` too, when the notes keep less of the negative traits than `policy.negative_floor`: the whole
    life would be idealised, not a part of it. StoreError when a file cannot be written, or when a row cannot be loaded
    or rendered; then there is no manifest.
    """
    forms = chosen_formats(formats)
    folder = out or (ws.refined / HELD_OUT_FOLDER if hold_out_events else ws.dataset)
    if out is not None:
        _free(ws, folder)
    with locked(ws, "export"), with_life(ws, now=now) as life:
        made = samples_of(life)
        write_atomic(ws.refined / "samples.jsonl", to_jsonl(made.samples))
        hold(image_of(life, made), life.config.policy.negative_floor)
        _refuse(made, partial)
        held = _held(life, made, hold_out_events, seed)
        text = _card(life, held)
        looked: list[Checked] = []

        def look(written: Path, behind: Mapping[str, Sequence[Sample]]) -> dict[str, Any]:
            found = check_folder(written, behind, base=base, scratch=ws.refined) if check else None
            if found:
                looked.append(found)
                _stop_on(found, named=bool(base))
            leaked = {"leaks": _leaks(held, written)} if held else {}
            return {**({"tokens": found.tokens} if found else {}), **leaked}

        originals = {s.id: s for s in made.proposed}
        pairs = [(s, originals[s.id]) for s in made.samples if s.status == "edited"]
        rejected = [s for s in made.samples if s.status == "rejected"]
        if held:
            pairs = [p for p in pairs if not held.leaks.in_sample(p[1])]
            rejected = [s for s in rejected if not held.leaks.in_sample(s)]
        extras = Extras(
            general=_general(ws, life.config),
            formats=forms,
            history=replay(life.decisions),
            parts=held.split if held else None,
            held_out=_named(life, held) if held else (),
            check=look,
        )
        # Without a base the short form: it costs a third of the tokens, and any model can take it.
        message = system_for(base, text) if base else system_prompt(text)
        manifest = export_dataset(
            made.samples, folder, config=life.config, card=text, base=base, system=message, pairs=pairs,
            rejected=rejected, partial=partial, extras=extras,
        )  # fmt: skip
        timeline = life.chain.timeline
        missing = untold_traits(ready(made.samples), life.config, timeline) if timeline and not held else []
        left = len(made.undecided) + len(made.blocked)
        counts = manifest["counts"]
        short = round(life.config.samples.replay * (counts["train"] - counts["replay"])) - counts["replay"]
        titles = tuple(t.title for t in missing)
        run = current_run(ws.runs)
        name = run.name if run else ""
        return Exported(folder, manifest, looked[0] if looked else None, titles, left, max(0, short), name)


def _free(ws: Workspace, folder: Path) -> None:
    """Refuses a folder that is somebody else's: one with files in it that no export has written, or that holds the
    notes. Raises UsageError."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file", mend="name a folder with --out")
    place = folder.resolve()
    for own in (ws.raw, ws.review):
        if own.resolve().is_relative_to(place) or place.is_relative_to(own.resolve()):
            raise UsageError(f"{folder} is where your notes and decisions lie", mend="name another folder with --out")
    ours = {*FILES, "provenance.jsonl", "manifest.json", "formats"}
    others = sorted(p.name for p in folder.iterdir() if p.name not in ours)
    known = {p.name for p in folder.iterdir()} & ours
    if others or known and not _ours(folder):
        what = ", ".join((others or sorted(known))[:3])
        raise UsageError(f"{folder} has files that no export wrote: {what}", mend="name an empty folder with --out")


def _ours(folder: Path) -> bool:
    """Whether a folder is a data set, or one whose writing was broken off: then there is no manifest, and its rows are
    those of an export."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return isinstance(manifest, dict) and {"schema", "files", "counts"} <= manifest.keys()
    except FileNotFoundError:
        return any((folder / name).is_file() for name in ("train.jsonl", "kto.jsonl"))
    except (OSError, ValueError):
        return False


def check_exported(ws: Workspace, folder: Path, *, base: str = "") -> tuple[dict[str, Any], Checked]:
    """Looks at a data set that is there: its manifest, and what `check_folder` finds. Writes nothing into it.

    Raises StoreError where the folder is not whole, a file was changed, or a row cannot be loaded or rendered.
    """
    if problems := validate_dataset(folder):
        raise StoreError("\n".join([f"{folder}:", *problems[:20]]), mend="refiner export writes it anew")
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    behind: dict[str, list[Sample]] = {name: [] for name in ROWS}
    origin: dict[tuple[str, int], tuple[str, str]] = {}
    if (folder / "provenance.jsonl").is_file():
        for row in _rows(folder / "provenance.jsonl"):
            origin[row["file"], row["row"]] = (row["sample"], row["kind"])
    for name in ROWS:
        for number, row in enumerate(_rows(folder / name), 1):
            sample, kind = origin.get((name, number), ("", "memory"))
            talk = row.get("messages") or [*row["prompt"], *(row.get("chosen") or row["completion"])]
            behind[name].append(Sample.model_validate({"id": sample, "kind": kind, "messages": talk}))
    named = base or str(manifest.get("base", ""))
    found = check_folder(folder, behind, base=named, scratch=ws.refined)
    _stop_on(found, named=bool(named))
    return manifest, found


def _stop_on(found: Checked, *, named: bool) -> None:
    """Raises StoreError for what a trainer could not read. What the template of a base that nobody named does is told,
    and stops nothing."""
    serious = [p for p in found.problems if named or not p.row]
    if serious:
        lines = [f"  {p}" for p in serious[:20]] + ([f"  and {len(serious) - 20} more"] if len(serious) > 20 else [])
        first = next((p.sample for p in serious if p.sample), "")
        mend = f"edit or reject that sample: refiner review --match {first}" if first else "refiner doctor"
        raise StoreError("\n".join(["these rows cannot be trained on as they are", *lines]), mend=mend)


def _refuse(made: Samples, partial: bool) -> None:
    if not made.samples:
        raise Undecided("there are no samples: the notes gave none", mend="write more notes, then: refiner refine")
    able = ready(made.samples)
    if not partial and (items := waiting(made)):
        raise Waiting(items, len(able))
    if not able:
        raise Undecided("no sample is approved yet", mend="refiner review --stage sample")


def _general(ws: Workspace, config: Config) -> list[Sample]:
    """The general rows to choose from: the person's own file, or the one that comes with refiner."""
    if not config.samples.replay:
        return []
    own = config.samples.replay_file
    return read_general(ws.root / place(own) if own else training_folder() / "replay.jsonl")


def _held(life: Life, made: Samples, count: int, seed: str) -> HeldOut | None:
    if not count:
        return None
    chain = life.chain
    if chain.timeline is None:
        raise UsageError("there are no events to hold out", mend="add [[traits]] to refiner.toml, then: refiner refine")
    labels = refined_labels(chain.timeline.events, chain.edits, life.config)
    tellings = event_tellings(chain.timeline.events, chain.notes, chain.edits, labels)
    return hold_out(
        ready(made.samples), count, config=life.config, timeline=chain.timeline, tellings=tellings, seed=seed
    )


def _card(life: Life, held: HeldOut | None) -> str:
    """The persona card, without what held-out events began or ended, and when."""
    chain = life.chain
    if held is None or chain.timeline is None:
        return life.card
    labels = refined_labels(chain.timeline.events, chain.edits, life.config)
    traits = []
    for verdict in chain.timeline.traits:
        spans = tuple(
            i.model_copy(update={"from_": "", "until": "", "by": ()}) if held.all_events & set(i.by) else i
            for i in verdict.intervals
        )
        traits.append(verdict.model_copy(update={"intervals": spans}))
    told = chain.timeline.model_copy(update={"traits": tuple(traits)})
    known = {e: label for e, label in labels.items() if e not in held.all_events}
    return persona_card(life.config, told, name=full_name(chain.canon), labels=known)


def _named(life: Life, held: HeldOut) -> list[dict[str, str]]:
    timeline = life.chain.timeline
    labels = refined_labels(timeline.events, life.chain.edits, life.config) if timeline else {}
    return [{"id": e, "label": labels.get(e, "")} for e in held.events]


def _leaks(held: HeldOut, folder: Path) -> dict[str, Any]:
    """What of the held-out events stands in the files that are trained on, read again from disk.

    Raises StoreError where anything does: such a split would measure nothing.
    """
    found: dict[str, list[str]] = {}
    for name in ("train.jsonl", "preferences.jsonl", "kto.jsonl"):
        for number, row in enumerate(_rows(folder / name), 1):
            talk = [m for key in ("messages", "prompt", "completion", "chosen", "rejected") for m in row.get(key, ())]
            if shared := [g for m in talk for g in held.leaks.shared(m["content"])]:
                found[f"{name}:{number}"] = shared
    if found:
        place, shared = next(iter(found.items()))
        raise StoreError(
            f"{len(found)} rows to train on share eight words in a row with a held-out event, first {place}: "
            f"“{shared[0]}”",
            mend="hold out others: refiner export --hold-out-events N --seed WORD",
        )
    return {
        "words_in_a_row": 8, "shared": 0, "manners_of_speaking_excepted": len(held.leaks.common),
        "samples_left_out": len(held.left_out), "other_tellings": sorted(held.all_events - set(held.events)),
    }  # fmt: skip


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]
