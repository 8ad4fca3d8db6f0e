"""`refiner status`: where a workspace stands, in numbers, and the next step."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from refiner.config import Config
from refiner.engine import ModelOptions, pick_engine
from refiner.errors import UsageError
from refiner.evaluate.keeping import folder_of, list_reports
from refiner.evaluate.shapes import Report
from refiner.models import Edit, Question, Sample
from refiner.notes import note_files
from refiner.refine import fingerprint, last_state
from refiner.review.effects import apply_status
from refiner.review.history import History, replay
from refiner.review.identity import RULE, text_shas
from refiner.since import export_since, notes_since, older_runs, samples_outdated
from refiner.store import DecisionLog, Workspace, read_jsonl
from refiner.training.runs import current, list_runs


@dataclass(frozen=True)
class Standing:
    """Counts of a workspace as its files say them."""

    workspace: str
    notes: int
    stale: bool  # notes, settings or decisions changed since the last refine
    notes_new: tuple[str, ...]  # since the last refine, by path
    notes_changed: tuple[str, ...]
    notes_removed: tuple[str, ...]
    refined: int
    engine: str
    edits: dict[str, int]
    questions: dict[str, int]
    samples: dict[str, int]
    fresh: dict[str, int]  # edits and questions that the last refine brought and that are undecided
    samples_outdated: bool  # the refined notes changed since they were made
    blocked: int
    dataset: dict[str, int]
    export: dict[str, int]  # samples new, changed, gone since the last export; {} where there is none
    runs: tuple[str, ...]
    run_current: str  # talked to, served and exported where none is named; "" where none is finished
    run_note: str  # what is to be said of it: that it stands in for one that is gone
    runs_outdated: tuple[str, ...]  # trained on other data than the data set holds now
    evaluations: tuple[str, ...]  # oldest first
    evaluated: str  # the likeness that the newest evaluation of the current run found; "" where there is none
    rules_off: tuple[str, ...]  # that the person turned off: `swap:vocative`
    answers: dict[str, dict[str, int]]  # of the model, by question: in use, stale, unusable
    next: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def _count(records: list[Any]) -> dict[str, int]:
    out = {"undecided": 0, "approved": 0, "edited": 0, "rejected": 0}
    for r in records:
        out[r.status] += 1
    return out


def standing(ws: Workspace) -> Standing:
    """Reads a workspace's files. Raises ConfigError when it is none, StoreError when a record cannot be read."""
    config = Config.load(ws.config)
    notes = len(note_files(ws.raw))
    state = last_state(ws.refined)
    stale = not state
    if state:
        stale = _mark(ws, config, state) != state["fingerprint"]
    since = notes_since(state, ws.raw)
    edits = _count(read_jsonl(ws.refined / "edits.jsonl", Edit))
    questions = _count(read_jsonl(ws.refined / "questions.jsonl", Question))
    history = replay(DecisionLog(ws.decisions).read())
    made = _decided(read_jsonl(ws.refined / "samples.jsonl", Sample), history)
    samples, outdated = _count(made), samples_outdated(ws)
    rows: dict[str, int] = {}
    if (ws.dataset / "manifest.json").is_file():
        from refiner.running import read_json

        rows = {f["name"]: f["rows"] for f in read_json(ws.dataset / "manifest.json").get("files", [])}
    export = export_since(ws.dataset, made) if made else None
    told = list_runs(ws.runs)
    runs, old_runs = tuple(r.name for r in told if r.is_finished), older_runs(told, ws.dataset)
    now = current(ws.runs)
    chosen = now.run.name if now.run else ""
    reports = list_reports(folder_of(ws))
    step = (
        f'refiner note "what happened" (or write one in {ws.raw})' if not notes
        else "refiner refine" if stale
        else "refiner review" if edits["undecided"] or questions["undecided"]
        else "refiner samples" if not made or outdated
        else "refiner review --stage sample" if samples["undecided"]
        else "refiner export" if not rows or (export and any(asdict(export).values()))
        else "refiner train --recipe cpu-smoke" if not runs
        else "refiner train --continue current" if chosen in old_runs
        else "refiner chat"
    )  # fmt: skip
    return Standing(
        str(ws.root), notes, stale, since.new, since.changed, since.removed, int(state.get("notes", 0)),
        str(state.get("engine", "")), edits, questions, samples, dict(state.get("fresh", {})), outdated,
        sum(bool(s.blocked) for s in made), rows, asdict(export) if export else {}, runs, chosen,
        now.note, old_runs, tuple(name for name, _ in reports), _evaluated(reports, chosen),
        tuple(sorted(r.removeprefix(RULE) for r in history.off)), _answers(ws), step,
    )  # fmt: skip


def _evaluated(reports: list[tuple[str, Report | None]], run: str) -> str:
    """The likeness of a run by its newest evaluation: "0.24 (0.12 to 0.42)"."""
    for _, report in reversed(reports):
        tuned = next((c for c in report.contestants if c.id == "tuned+card"), None) if report else None
        if report is None or tuned is None or tuned.about.get("run") != run:
            continue
        if (score := report.score(tuned.id, "likeness")) and score.value is not None:
            between = (
                f" ({score.low:.2f} to {score.high:.2f})" if score.low is not None and score.high is not None else ""
            )
            return f"{score.value:.2f}{between}"
    return ""


def _decided(samples: list[Sample], history: History) -> list[Sample]:
    """The samples with what was decided of them since they were written."""
    decided = history.verdicts(text_shas(samples))
    bare = [s if s.id in decided else s.model_copy(update={"status": "undecided"}) for s in samples]
    return apply_status(bare, decided)


def _mark(ws: Workspace, config: Config, state: dict[str, Any]) -> str:
    """The fingerprint that a run like the last one would have now; "" where there can be no such run."""
    replayed = Path(state["replay"]) if state.get("replay") else None
    options = ModelOptions(offline=True, model=state.get("model", ""), replay=replayed)
    try:
        engine = pick_engine(config, state["engine"], options)
    except UsageError:  # the model was taken out of refiner.toml since
        return ""
    return fingerprint(ws, ws.raw, state["now"], engine, state["stages"], replayed)


def _answers(ws: Workspace) -> dict[str, dict[str, int]]:
    if not ws.answers.is_file():
        return {}
    from refiner.answers import Answers

    with Answers(ws.answers) as kept:
        return {p: {"used": u, "stale": s, "unusable": f} for p, (u, s, f) in kept.tally().items()}
