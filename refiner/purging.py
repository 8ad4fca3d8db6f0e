"""`refiner purge`: removes what is derived, all of it or what one note gave, and shows by search that nothing is left.

*All of it* is simple: everything under data/refined goes. The notes, refiner.toml and data/review are the person's own.

*One note* cannot be cut out of what was derived: an event told there may end a trait, and then the refined text of
another note says "That has not been so since 2019" without a word of this one. So nothing that can be made again is
trusted. All results of the rules go, whole, and are made again from the other notes, as if the note had never been
there. What cannot be made again is looked through line by line and row by row, and only what came from the note or
quotes it goes: a model's answers, decisions, corrections, talks. A run that was trained on a row of it goes whole, for
an adapter cannot unlearn; likewise what such a run answered in an evaluation.

`purge_note.keep` first writes by which hashes the note is known; state.json goes first and that journal last. So what
an interrupted purge leaves is never taken for whole, and the same command finishes it. What is deleted is not
overwritten: on an SSD, a copy-on-write file system or in a backup its bytes can live on, and no program that deletes
files can help it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from refiner.errors import RefinerError, StoreError, UsageError, WorkspaceBusy
from refiner.marks import last_state
from refiner.notes import note_files
from refiner.purge_files import Step, check_place, compacted, links_in, remove, run_all, whole
from refiner.purge_note import Known, journal, keep, path_in, read_known
from refiner.purge_search import Search, search
from refiner.purge_steps import note_steps, write_behind
from refiner.purge_words import Maker, Marks
from refiner.store import Workspace, locked, make_folder, place, write_atomic
from refiner.training.runs import CURRENT, RunInfo, current, list_runs, set_current

DECIDED = ("decisions.jsonl", "decisions.torn", "canon.toml", "corrections.jsonl", "sample.json")
_KINDS = {
    "runs": "training runs", "dataset": "data set", "chats": "talks with her", "evaluations": "evaluations",
    "ablations": "ablations", "answers.sqlite": "a model's answers", "notes": "refined notes",
    "serve.key": "the key of refiner serve",
    "cloud": "task files for a rented card",
}  # fmt: skip
_COPY = ".purge-notes"  # beside data/raw: the other notes, while the refined life is made again without one


@dataclass(frozen=True)
class Wanted:
    """What `refiner purge` is asked for. `talks`: True = all go, False = none; None: of one note what quotes it, else
    all."""

    note: str = ""
    also_note: bool = False
    keep_runs: bool = False
    talks: bool | None = None
    decisions: bool = False
    backup: Path | None = None
    rebuild: bool = True

    def check(self) -> None:
        """Raises UsageError for options that do not go together."""
        if not self.note and (self.also_note or self.keep_runs or not self.rebuild):
            raise UsageError(
                "--also-note, --keep-runs and --no-rebuild are for --note FILE", mend="refiner purge --note FILE"
            )
        if self.note and self.decisions:
            raise UsageError("--decisions is for a purge of everything: with --note, what quotes the note goes anyway")
        if self.note and self.talks is False:
            raise UsageError(
                "--keep-talks is for a purge of everything: what a talk quotes of the note is derived from it",
                mend="of the talks only those exchanges go; the rest stays",
            )


@dataclass(frozen=True)
class Plan:
    """What a purge would remove, in its order; what it keeps and cannot reach, in words."""

    ws: Workspace
    wanted: Wanted
    steps: tuple[Step, ...]
    marks: Marks
    known: Known | None = None
    runs: tuple[RunInfo, ...] = ()  # trained on the note
    talks: int = 0  # files of talks that would go whole
    remarks: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return sum(step.size for step in self.steps)


@dataclass
class Purged:
    """What a purge did. `stands`: the note's file where it is still there."""

    plan: Plan
    failed: list[StoreError] = field(default_factory=list)
    search: Search = field(default_factory=Search)
    rebuilt: str = ""  # what was made again, in words; "" = nothing
    unbuilt: str = ""  # why it was not
    stands: Path | None = None

    @property
    def is_clean(self) -> bool:
        return not self.failed and not self.search.left


def plan(ws: Workspace, wanted: Wanted) -> Plan:
    """What would be removed; removes nothing. Raises UsageError, StoreError, WorkspaceBusy while a run is trained."""
    wanted.check()
    ws = check_place(ws)
    for run in list_runs(ws.runs):
        if run.process:
            raise WorkspaceBusy(
                f"a training is at work in {run.name} (process {run.process})", mend="wait for its end, or stop it"
            )
    return _of_note(ws, wanted) if wanted.note else _of_all(ws, wanted)


def purge(planned: Plan, *, now: str) -> Purged:
    """Removes what was planned, makes the rest again, and searches. `now`: the day that counts as today where the last
    refine named none. What could not be removed is in `failed`.

    Raises WorkspaceBusy, StoreError (what was removed by then is gone; the same command goes on).
    """
    ws, wanted = planned.ws, planned.wanted
    if wanted.backup is not None:
        _back_up(ws, wanted.backup)
    state, sampled = last_state(ws.refined), (ws.refined / "samples.jsonl").is_file()
    with locked(ws, "purge"):
        planned = plan(ws, wanted)  # another command may have written since the person was asked
        done = Purged(planned)
        if planned.known is not None:
            keep(ws, planned.known)
            write_behind(ws, planned.known, {run.name for run in planned.runs})
        remove(ws.raw.parent / _COPY)
        done.failed = run_all(planned.steps)
        if planned.known is not None:
            _after_note(ws, planned, done)
    note = planned.known.note if planned.known else ""
    if note and (ws.raw / note).is_file():
        done.stands = ws.raw / note
    if note and wanted.rebuild and state and not done.failed:
        _rebuild(ws, done, state, sampled=sampled, now=now)
    with locked(ws, "purge"):
        done.search = search(ws.root, planned.marks, without=_unsearched(planned))
        if planned.known is not None and done.is_clean:
            remove(journal(ws))
    return done


# ---- everything ----------------------------------------------------------------------------------------------------


def _of_all(ws: Workspace, wanted: Wanted) -> Plan:
    keeps = {".lock", "README.md", *(() if wanted.talks is not False else ("chats",))}
    there = sorted(ws.refined.iterdir()) if ws.refined.is_dir() else []
    steps: list[Step] = []
    for path in sorted((p for p in there if p.name not in keeps), key=lambda p: (p.name != "state.json", p.name)):
        steps += whole(_KINDS.get(path.name, "results of the rules"), path)
    steps += whole("copies of notes", ws.raw.parent / _COPY)
    if wanted.decisions:
        for name in DECIDED:
            steps += whole("decisions", ws.review / name)
        for path in sorted([*ws.review.glob("*.torn*"), *ws.review.glob(".*.tmp")]):
            steps += whole("decisions", path)
    said = Maker([_read(ws.config)])
    for file in note_files(ws.raw) if ws.raw.is_dir() else ():
        said.add_raw(_read(file))
        refined = ws.refined / "notes" / file.relative_to(ws.raw)
        if refined.is_file():
            said.add_made(_read(refined))
    talks = sum(1 for _ in (ws.refined / "chats").rglob("*.*")) if wanted.talks is not False else 0
    return Plan(ws, wanted, tuple(steps), said.made(), talks=talks, remarks=_remarks(ws, steps))


def _unsearched(planned: Plan) -> set[Path]:
    """What the person wrote, and what was to stay."""
    ws, wanted = planned.ws, planned.wanted
    if planned.known is not None:
        return {ws.raw / planned.known.note, journal(ws)}
    out = {ws.raw, ws.config, ws.review / "drafts"}
    if not wanted.decisions:
        out.add(ws.review)
    if wanted.talks is False:
        out.add(ws.refined / "chats")
    return out


# ---- one note ------------------------------------------------------------------------------------------------------


def _of_note(ws: Workspace, wanted: Wanted) -> Plan:
    known = read_known(ws, path_in(ws, wanted.note))
    steps, runs = note_steps(ws, known, keep_runs=wanted.keep_runs, all_talks=bool(wanted.talks))
    if wanted.also_note:
        if ws.raw.is_symlink():
            raise UsageError(f"{ws.raw} is a link: the note lies outside of the workspace", mend="delete it by hand")
        steps += whole("the note itself", ws.raw / known.note)
    talks = len([s for s in steps if s.what in ("talks", "saved talks") and not s.records])
    return Plan(ws, wanted, tuple(steps), known.marks, known, tuple(runs), talks, _remarks(ws, steps))


def _after_note(ws: Workspace, planned: Plan, done: Purged) -> None:
    """The databases without free pages, and another current run where that one went."""
    for path in (ws.results, ws.answers):
        try:
            compacted(path)
        except StoreError as error:
            done.failed.append(error)
    if planned.wanted.keep_runs or not planned.runs:
        return
    left = current(ws.runs)
    if left.run is None:
        with suppress(StoreError):
            remove(ws.runs / CURRENT)
    elif left.note:
        set_current(ws.runs, left.run.name)


def _rebuild(ws: Workspace, done: Purged, state: dict[str, Any], *, sampled: bool, now: str) -> None:
    """Refines the other notes again, and makes their samples, asking no model: its kept answers are there."""
    from refiner.engine import ModelOptions
    from refiner.refine import ALL_STAGES, refine
    from refiner.sampling import make_samples

    replayed = Path(state["replay"]) if state.get("replay") else None
    options = ModelOptions(
        model=str(state.get("model", "")), pseudonymise=bool(state.get("pseudonymise")), offline=True,
        replay=replayed if replayed and replayed.is_file() else None,
    )  # fmt: skip
    day, engine = str(state.get("now") or now), str(state.get("engine") or "rules")
    stages = tuple(state.get("stages") or ALL_STAGES)
    others = [f for f in note_files(ws.raw) if done.stands is None or f != done.stands]
    if not others:
        done.unbuilt = "there are no other notes"
        return
    copy = ws.raw.parent / _COPY
    try:
        raw = None
        if done.stands is not None:
            _copied(ws, others, copy)
            raw = copy
        try:
            made = refine(ws, now=day, raw=raw, engine=engine, stages=stages, options=options)
        except UsageError:  # the model was taken out of refiner.toml since
            made = refine(ws, now=day, raw=raw, engine="rules", stages=stages)
        done.rebuilt = f"{made.notes} refined note{'' if made.notes == 1 else 's'}"
        if sampled and done.stands is None:
            count = len(make_samples(ws, now=day).samples)
            done.rebuilt += f", {count} sample{'' if count == 1 else 's'}"
    except RefinerError as error:
        done.unbuilt = error.message
    finally:
        remove(copy)


def _copied(ws: Workspace, files: Sequence[Path], copy: Path) -> None:
    for file in files:
        try:
            write_atomic(copy / file.relative_to(ws.raw), file.read_bytes())
        except OSError as error:
            raise StoreError(f"{file} cannot be read: {error.strerror}") from None


# ---- both ----------------------------------------------------------------------------------------------------------


def _back_up(ws: Workspace, folder: Path) -> None:
    """A copy of data/review where the person wants it. Raises UsageError within the workspace, StoreError."""
    copy = place(folder).absolute()
    if copy.resolve().is_relative_to(ws.root):
        raise UsageError(
            f"--backup {folder} lies in the workspace: a copy there would be what purge is to remove",
            mend="name a folder elsewhere",
        )
    if os.path.lexists(copy):
        raise UsageError(f"--backup {folder} is there already", mend="name a folder that is not there")
    make_folder(copy)
    for path in sorted(ws.review.rglob("*")) if ws.review.is_dir() else ():
        if path.is_file() and not path.is_symlink():
            try:
                write_atomic(copy / path.relative_to(ws.review), path.read_bytes())
            except OSError as error:
                raise StoreError(f"{path} cannot be read: {error.strerror}") from None


def _remarks(ws: Workspace, steps: Sequence[Step]) -> tuple[str, ...]:
    """What the person must know before: links, and what lies outside."""
    out = []
    for step in steps:
        if not step.records:
            for link in links_in(step.path):
                out.append(f"{link} is a link: it goes, and what it leads to stays: {os.readlink(link)}")
    left = sorted(Path(tempfile.gettempdir()).glob("refiner-*"))
    mine = [p for p in left if not p.is_symlink() and p.stat().st_uid == os.geteuid()]
    if mine:
        out.append(f"an editor or a draft was cut short and left {', '.join(map(str, mine[:3]))}: look, and delete it")
    return tuple(out)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None
