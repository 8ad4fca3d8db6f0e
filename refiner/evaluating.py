"""`refiner evaluate`: interviews a model against the timeline and writes what came of it.

The order: the life is read, questions are made, each contestant is asked them, answers are marked by rules, the weights
choose among anecdotes, a judge is heard where one is named, and all becomes scores, a report and a gate. Answers are
kept as they come; the report is written last.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from refiner import __version__
from refiner.console import Output
from refiner.edits import digest
from refiner.errors import UsageError
from refiner.evaluate.forced import make_choices
from refiner.evaluate.gate import Gate, Limit, gate, parse
from refiner.evaluate.interview import LONGEST, interview
from refiner.evaluate.judge import JudgeResult
from refiner.evaluate.keeping import (
    check_name,
    folder_of,
    kept_in,
    last_made,
    name_from,
    patiently_locked,
    write_report,
)
from refiner.evaluate.likelihood import FORCED_CHOICE, choose, misled
from refiner.evaluate.marking import mark, unmarked
from refiner.evaluate.material import Material
from refiner.evaluate.questions import make_items
from refiner.evaluate.scores import scores, with_derived
from refiner.evaluate.shapes import AREAS, Answer, Area, Mark, Report, Score
from refiner.evaluate.telling import many
from refiner.evaluating_contestants import Entrant, Lazy, contestants, since
from refiner.evaluating_material import material_of
from refiner.evaluating_plan import Planned, known_seconds, say_plan
from refiner.refine import Plan, with_life
from refiner.sampling import samples_of
from refiner.since import dataset_hash
from refiner.store import Workspace, canonical
from refiner.talk_model import Choice, run_of, tell_opening

QUESTIONS = 12  # of an area


@dataclass(frozen=True)
class Evaluation:
    """What the command line asks for."""

    choice: Choice = field(default_factory=Choice)
    baselines: bool = True
    card: Path | None = None
    base_gguf: Path | None = None
    dataset: Path | None = None
    questions: int = QUESTIONS
    only: tuple[str, ...] = ()
    seed: int = 0
    max_tokens: int = LONGEST
    judge: str = ""
    fail_under: str = ""
    strict: bool = False
    contestant: str = ""  # whom the gate and the words are about
    name: str = ""
    dry_run: bool = False

    @property
    def areas(self) -> tuple[Area, ...]:
        return tuple(a for a in AREAS if not self.only or a in self.only)

    def check(self) -> None:
        """Raises UsageError where something is asked for that there is not."""
        self.choice.check()
        if unknown := [a for a in self.only if a not in AREAS]:
            raise UsageError(f'there is no area "{unknown[0]}"', mend=f"areas are: {', '.join(AREAS)}")
        if self.name:
            check_name(self.name)
        if self.strict and not self.fail_under:
            raise UsageError("--strict goes with --fail-under")


@dataclass
class _Asked:
    """What came of the interviews."""

    answers: list[Answer] = field(default_factory=list)
    chosen: dict[str, tuple[Mark, ...]] = field(default_factory=dict)  # of the forced choice
    forced: list[Score] = field(default_factory=list)


def evaluate_run(
    ws: Workspace,
    asked: Evaluation,
    show: Output,
    *,
    now: str,
    tell: Callable[[Report, Gate | None, dict[str, Path]], None],
    tell_judging: Callable[[Plan], None] = lambda plan: None,
) -> int:
    """Evaluates and tells what came of it, and which files were written; with `dry_run` says what would be asked, and
    of a judge. The exit code: 0, 1 where the gate is not passed, 130 where it was interrupted (the same command then
    goes on).

    Raises UsageError, Undecided, StoreError, TrainingError, ModelError, RemoteRefused.
    """
    asked.check()
    begun = time.monotonic()
    limits = _limits(asked)
    dataset = _dataset(ws, asked, show)
    material = _material(ws, dataset, now)
    items, left_out = make_items(material, per_area=asked.questions, seed=asked.seed, areas=asked.areas)
    if not items:
        raise UsageError(
            "there is nothing to ask: " + "; ".join(f"{a}: {why}" for a, why in left_out.items()),
            mend="refiner gaps says what to write",
        )
    choices = make_choices(material, count=asked.questions, seed=asked.seed) if "fact" in asked.areas else ()
    entrants = contestants(
        ws, asked.choice, baselines=asked.baselines, card=asked.card, base_gguf=asked.base_gguf, name=material.her,
        opening=tell_opening(show),
    )  # fmt: skip
    there = [e.contestant.id for e in entrants]
    if asked.contestant and asked.contestant not in there:
        raise UsageError(f'there is no contestant "{asked.contestant}" here; there are: {", ".join(there)}')
    name = asked.name or name_from(_titled(entrants))
    folder = folder_of(ws) / name
    made = last_made(folder)
    entrants = [since(e, name, made) for e in entrants]
    plan = Planned(items, left_out, choices, entrants, asked.max_tokens, asked.seed, asked.areas)
    if asked.dry_run:
        judging = _judging(ws, asked, plan, material) if asked.judge else None
        say_plan(ws, show, plan, judge=judging.as_data() if judging and show.as_json else None)
        if judging and not show.as_json:
            tell_judging(judging)
        return 0
    if asked.judge:
        _ready(asked, material)
    got = _Asked()
    show.say(f"{name}: {many(len(items), 'question')}; {len(entrants)} contestants give {many(plan.answers, 'answer')}")
    try:
        _interviews(ws, show, plan, got)
        judged = _judged(ws, show, asked, plan, material, got)
    except KeyboardInterrupt:
        done = len(known_seconds(ws, plan))
        show.say(f"stopped; {done} of {plan.answers} answers are kept. The same command goes on")
        return 130
    told = {"seconds": round(time.monotonic() - begun, 1), "dataset": _told(dataset)}
    report = _report(asked, name, now, plan, material, got, judged, told)
    with patiently_locked(ws):
        files = write_report(folder, report, got.answers, contestant=asked.contestant)
    gated = gate(report, limits, asked.contestant, strict=asked.strict) if limits else None
    tell(report, gated, files)
    return 1 if gated is not None and not gated.passed else 0


# ---- before ----


def _limits(asked: Evaluation) -> tuple[Limit, ...]:
    """Parsed before anything is asked: a misspelt limit must not be found out an hour later."""
    if not asked.fail_under:
        return ()
    from refiner.evaluate.judge_claims import judge_measures

    return parse(asked.fail_under, judge_measures() if asked.judge else ())


def _dataset(ws: Workspace, asked: Evaluation, show: Output) -> Path | None:
    """The data set that the model was trained on; None where it is not there any more, which is said."""
    folder = asked.dataset or ws.dataset
    here = dataset_hash(folder)
    if asked.dataset and not here:
        raise UsageError(f"{folder} is no data set", mend="refiner export writes one")
    if asked.choice.gguf or asked.choice.endpoint:
        return folder if here else None
    run = run_of(ws, asked.choice.run)
    if here == run.dataset:
        return folder
    if asked.dataset:
        raise UsageError(
            f"{run.name} was not trained on {folder}: its hash is {run.dataset[:12]}, this one's {here[:12]}",
            mend=f"refiner train --dataset {folder}, then evaluate that run",
        )
    show.say(
        f"{run.name} was trained on another data set than {f'{folder} holds now' if here else 'is there now'}: "
        "what it was asked in training is taken from all samples, and nothing counts as held out "
        "(--dataset names the folder, where you kept it)"
    )
    return None


def _told(dataset: Path | None) -> dict[str, Any]:
    return {"sha256": dataset_hash(dataset)} if dataset else {"sha256": "", "why": "not the one that is there now"}


def _material(ws: Workspace, dataset: Path | None, now: str) -> Material:
    with with_life(ws, now=now) as life:
        return material_of(samples_of(life), dataset=dataset)


def _titled(entrants: Sequence[Entrant]) -> str:
    about = entrants[-1].contestant.about
    return str(about.get("run") or about.get("lora") or about.get("model") or about.get("gguf") or "model")


# ---- asking ----


def _judging(ws: Workspace, asked: Evaluation, plan: Planned, material: Material) -> Plan:
    from refiner.evaluating_judge import plan_judging

    ids = [e.contestant.id for e in plan.entrants]
    return plan_judging(ws, material.config, asked.judge, plan.items, ids, material, seed=asked.seed)


def _ready(asked: Evaluation, material: Material) -> None:
    from refiner.evaluating_judge import ready_to_judge

    ready_to_judge(material.config, asked.judge)


def _interviews(ws: Workspace, show: Output, plan: Planned, got: _Asked) -> None:
    """Each weights are opened once; one system message is finished before the other, so that llama.cpp keeps what it
    read of it."""
    kept = kept_in(ws)
    steps = plan.answers + len(plan.entrants) * len(plan.choices)
    with show.progress(steps) as step:
        for _, group in groupby(plan.entrants, key=lambda e: e.weights):
            those = list(group)
            model = Lazy(those[0].open)
            try:
                for entrant in those:
                    who = entrant.contestant
                    got.answers += interview(
                        who, model, plan.items, kept=kept, max_tokens=plan.max_tokens, seed=plan.seed,
                        progress=lambda answer: step("asking", 1),
                    )  # fmt: skip
                    marks, score = choose(
                        who, lambda opened=model: opened.model, plan.choices,  # type: ignore[misc]
                        kept=kept, why=plan.unchosen, progress=lambda choice: step("asking", 1),
                    )  # fmt: skip
                    got.chosen[who.id] = marks
                    got.forced.append(score)
            finally:
                model.close()


def _judged(
    ws: Workspace, show: Output, asked: Evaluation, plan: Planned, material: Material, got: _Asked
) -> JudgeResult:
    if not asked.judge:
        return JudgeResult()
    from refiner.evaluating_judge import judge_answers

    by = {e.contestant.id: [a for a in got.answers if a.contestant == e.contestant.id] for e in plan.entrants}
    with show.progress() as step:
        return judge_answers(ws, material.config, asked.judge, plan.items, by, material, progress=step, seed=asked.seed)


# ---- after ----


def _report(
    asked: Evaluation, name: str, now: str, plan: Planned, material: Material, got: _Asked, judged: JudgeResult,
    told: dict[str, Any],
) -> Report:  # fmt: skip
    items = tuple(plan.items)
    by_id = {i.id: i for i in items}
    marks: dict[str, list[Mark]] = {e.contestant.id: [] for e in plan.entrants}
    for a in got.answers:
        item = by_id[a.item]
        marks[a.contestant] += unmarked(item, a.ask, a.error) if a.error else mark(item, a.ask, a.text, material)
    for contestant in marks:
        marks[contestant] += [*got.chosen.get(contestant, ()), *judged.marks.get(contestant, ())]
    whole, _ = with_derived(items, got.answers, marks, material)
    measures, found = scores(
        items, got.answers, whole, material, (*got.forced, *judged.scores), asked.seed,
        more=(FORCED_CHOICE, *judged.measures),
    )  # fmt: skip
    seconds = {
        c: round(sum(a.seconds for a in mine) / len(mine), 2)
        for c in marks if (mine := [a for a in got.answers if a.contestant == c])
    }  # fmt: skip
    settings: dict[str, Any] = {
        "seed": asked.seed, "max_tokens": asked.max_tokens, "temperature": 0.0, "questions": asked.questions,
        "areas": list(asked.areas), "left_out": plan.left_out, "seconds_an_answer": seconds,
        "cut_off": {c: sum(a.cut for a in got.answers if a.contestant == c) for c in marks},
        "failed": {c: sum(bool(a.error) for a in got.answers if a.contestant == c) for c in marks},
        "choices": len(plan.choices), "misled_by": {c: misled(m) for c, m in got.chosen.items()},
        "refiner": __version__, **told,
    }  # fmt: skip
    if judged.lost:
        settings["judge_lost"] = list(judged.lost)
    return Report(
        made=datetime.now(UTC).isoformat(timespec="milliseconds"), now=now, name=name, life=_life(material),
        items=items,
        contestants=tuple(e.contestant for e in plan.entrants), measures=measures, scores=found, marks=whole,
        settings=settings, judge=judged.report,
    )  # fmt: skip


def _life(material: Material) -> str:
    texts = [part for path in sorted(material.texts) for part in (path, material.texts[path])]
    return digest(canonical(material.config.model_dump(mode="json", include={"persona", "traits"})), *texts)
