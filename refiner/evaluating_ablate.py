"""What kind of writing teaches her best: small adapters trained on mixes of one life's rows, and interviewed.

Everything lies in data/refined/ablations/NAME, where NAME holds a hash of the rows and the recipe: the same command
goes on where it was interrupted, trains no mix twice and asks no question twice, and new samples begin another one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from refiner.console import Output
from refiner.dataset.export import ready
from refiner.dataset.leaks import event_tellings
from refiner.dataset.persona import system_for
from refiner.dataset.replay import read_general
from refiner.dataset.split import split
from refiner.errors import Undecided, UsageError
from refiner.evaluate.ablate import MIXES, Mix
from refiner.evaluate.ablate_cautions import cautions
from refiner.evaluate.ablate_compare import (
    AREAS,
    GIVEN,
    Ablated,
    choose_items,
    differences,
    is_taught,
    values_of,
)
from refiner.evaluate.ablate_plan import Plan, Rows, plan_of
from refiner.evaluate.ablate_train import figures, train_mix
from refiner.evaluate.interview import interview
from refiner.evaluate.material import Material
from refiner.evaluate.questions import make_items
from refiner.evaluate.scores import marked, scores, with_derived
from refiner.evaluate.shapes import Answer, Contestant, Item, Mark, Report
from refiner.evaluating_contestants import Lazy
from refiner.evaluating_material import material_of
from refiner.refine import with_life
from refiner.review.history import History, replay
from refiner.sampling import samples_of
from refiner.stages.composing.facts import refined_labels
from refiner.stages.composing.text import normal
from refiner.store import Workspace, canonical, locked, make_folder, place, to_jsonl, write_atomic
from refiner.training.launch import find_recipe, train, training_folder, tuning
from refiner.training.runs import RunInfo
from refiner.training.talk import open_model

FOLDER = "ablations"
LONGEST = 48  # tokens of an answer
QUESTIONS = 72  # asked of each mix
OFFERED = 40  # items of an area to choose from
CONTEXT = 2048  # tokens
MOST_SEEDS = 20


@dataclass(frozen=True)
class Ablation:
    """What `refiner evaluate --ablate` is asked for."""

    what: str = "kinds"
    recipe: str = "ablate-cpu"
    seeds: int = 1
    questions: int = QUESTIONS
    tokens: int = 0  # of answers in each mix; 0: 1500 on a CPU, on a card what the rows allow
    dry_run: bool = False
    only: tuple[str, ...] = ()  # mixes; none: all
    max_tokens: int = LONGEST

    def check(self) -> None:
        """Raises UsageError where something is asked for that there is not."""
        if self.what != "kinds":
            raise UsageError(f'--ablate "{self.what}"', mend="write --ablate kinds")
        if unknown := [m for m in self.only if m not in MIXES]:
            raise UsageError(f'there is no mix "{unknown[0]}"', mend=f"mixes are: {', '.join(MIXES)}")
        if not 1 <= self.seeds <= MOST_SEEDS or self.questions < 1 or self.tokens < 0 or self.max_tokens < 1:
            raise UsageError(f"seeds go from 1 to {MOST_SEEDS}; questions and tokens are numbers above 0")


@dataclass(frozen=True)
class _Read:
    rows: Rows
    material: Material
    history: History


def ablate_run(
    ws: Workspace,
    asked: Ablation,
    show: Output,
    *,
    now: str,
    tell: Callable[[Ablated], None],
    trainer: Callable[..., int] = train,
) -> int:
    """Trains the mixes, interviews them and tells what came of it, or with `dry_run` what would be done; the exit code
    (0, or 130 where training was interrupted; the same command goes on).

    Writes report.json and answers.jsonl, last. Raises Undecided where nothing is approved, UsageError, StoreError,
    TrainingError where a mix cannot be trained, ModelError where one does not answer.
    """
    asked.check()
    recipe = _recipe(ws, asked.recipe)
    read = _read(ws, now, str(recipe["base"]["model"]))
    first = int(recipe["train"]["seed"])
    offered, _ = make_items(read.material, per_area=OFFERED, seed=first, areas=AREAS)
    plan = plan_of(read.rows, recipe, offered, budget=asked.tokens)
    mixes = [m for m in plan.mixed.mixes if not asked.only or m.name in asked.only]
    if not mixes:
        raise Undecided(
            "\n".join(["no mix can be made of what is approved:", *_reasons(plan.mixed.left_out)]),
            mend="refiner review --stage sample, or write more notes: refiner gaps",
        )
    items, facts = _items(offered, plan, asked)
    done = _planned(plan, mixes, asked, items, facts)
    folder = ws.refined / FOLDER / done.name
    done = done.model_copy(update={"folder": str(folder)})
    if asked.dry_run:
        tell(done)
        return 0
    make_folder(folder.parent)  # a folder that is only passed through would be open to others
    make_folder(folder)
    contestants: dict[str, Contestant] = {}
    answers: list[Answer] = []
    runs: dict[str, list[str]] = {}
    trained: dict[str, dict[str, dict[str, Any]]] = {}
    for seed in done.seeds:
        for number, mix in enumerate(mixes, 1):
            of = f"mix {number} of {len(mixes)}, {mix.name}" + (f", seed {seed}" if len(done.seeds) > 1 else "")
            run = train_mix(
                ws, folder, plan, mix, seed, history=read.history, trainer=trainer, quiet=show.quiet,
                say=lambda text, of=of: show.say(f"{of}: {text}"),  # type: ignore[misc]
            )  # fmt: skip
            if run is None:
                show.say("what is trained is kept; the same command goes on")
                return 130
            if not contestants:
                base = Contestant(
                    id=GIVEN, title=f"{run.base}, untrained", system=plan.system, about=_about(run, adapter=False)
                )
                contestants[GIVEN] = base
                runs[GIVEN] = [GIVEN]
                answers += _asked(base, run, items, folder, asked, show)
            name = mix.name if seed == done.seeds[0] else f"{mix.name}, seed {seed}"
            contestants[name] = Contestant(
                id=name, title=of, system=plan.system, adapter=True, about=_about(run, adapter=True)
            )
            runs.setdefault(mix.name, []).append(name)
            trained.setdefault(mix.name, {})[str(seed)] = figures(run)
            answers += _asked(contestants[name], run, items, folder, asked, show)
    facts_offered = sum(i.area == "fact" for i in offered)
    marks, _ = with_derived(items, answers, marked(items, answers, contestants, read.material), read.material)
    found = done.model_copy(
        update={
            "mixes": tuple(m.model_copy(update={"runs": trained[m.name]}) for m in done.mixes),
            "values": values_of(items, marks, runs),
            "differences": differences(items, marks, runs),
        }
    )
    found = found.model_copy(update={"cautions": tuple(cautions(found, facts_offered))})
    _keep(folder, found, items, answers, marks, contestants, read.material, now)
    tell(found)
    return 0


# ---- before ----


def _recipe(ws: Workspace, name: str) -> dict[str, Any]:
    """The recipe with all its keys. Raises UsageError."""
    file = find_recipe(name, ws.root)
    try:
        recipe: dict[str, Any] = tuning("recipe").read_recipe(file).as_dict()
    except tuning("errors").Refused as error:
        raise UsageError(str(error.args[0]), mend=error.mend) from error
    if recipe["train"]["epochs"] * recipe["train"]["batch_size"] < 1:
        raise UsageError(f"{file} trains nothing")
    return {**recipe, "name": recipe["name"] or file.stem}


def _read(ws: Workspace, now: str, base: str) -> _Read:
    with locked(ws, "evaluate --ablate"), with_life(ws, now=now) as life:
        made = samples_of(life)
        able = ready(made.samples)
        timeline = life.chain.timeline
        if not able or timeline is None:
            raise Undecided("no sample is approved yet", mend="refiner review --stage sample")
        labels = refined_labels(timeline.events, life.chain.edits, life.config)
        own = life.config.samples.replay_file
        file = ws.root / place(own) if own else training_folder() / "replay.jsonl"
        rows = Rows(
            config=life.config,
            train=split(able).train,
            general=read_general(file) if life.config.samples.replay else (),
            events=timeline.events,
            tellings=event_tellings(timeline.events, life.chain.notes, life.chain.edits, labels),
            system=system_for(base, life.card),
        )
        return _Read(rows, material_of(made), replay(life.decisions))


def _items(offered: Sequence[Item], plan: Plan, asked: Ablation) -> tuple[list[Item], dict[str, int]]:
    """The items to ask, and how many facts of them each mix is told."""
    answers = [a for m in plan.mixed.mixes for a in plan.answers(m)]
    items = choose_items(offered, asked.questions, answers)
    told: dict[str, int] = {}
    for mix in plan.mixed.mixes:
        said = [normal(a) for a in plan.answers(mix)]
        told[mix.name] = sum(i.area == "fact" and is_taught(i, said) for i in items)
    return items, told


def _planned(
    plan: Plan, mixes: Sequence[Mix], asked: Ablation, items: Sequence[Item], facts: dict[str, int]
) -> Ablated:
    first = int(plan.recipe["train"]["seed"])
    seeds = tuple(first + n for n in range(asked.seeds))
    each = [plan.taught(m).model_copy(update={"facts_taught": facts[m.name]}) for m in mixes]
    areas = {a: n for a in AREAS if (n := sum(i.area == a for i in items))}
    return Ablated(
        name=f"{asked.what}-{plan.recipe['name']}-{plan.mark[:8]}",
        what=asked.what,
        recipe=str(plan.recipe["name"]),
        base=str(plan.recipe["base"]["model"]),
        exact=plan.counted.exact,
        tokens=plan.mixed.tokens,
        epochs=int(plan.recipe["train"]["epochs"]),
        seeds=seeds,
        mixes=tuple(each),
        left_out=dict(plan.mixed.left_out),
        asks=sum(len(i.asks) for i in items),
        items=areas,
        facts=areas.get("fact", 0),
        about_seconds=round(sum(m.about_seconds for m in each) * len(seeds), 1),
    )


def _reasons(left_out: Mapping[str, str]) -> list[str]:
    return [f"  {mix}: {why}" for mix, why in left_out.items()]


# ---- asking ----


def _about(run: RunInfo, *, adapter: bool) -> dict[str, Any]:
    above = [run.dataset, run.finished, str(run.data.get("recipe", {}).get("train", {}).get("seed", ""))]
    weights = canonical([run.base_source, *(above if adapter else [])])
    return {"run": run.name, "base": run.base, "local": True, "weights": weights}


def _asked(
    contestant: Contestant, run: RunInfo, items: Sequence[Item], folder: Path, asked: Ablation, show: Output
) -> list[Answer]:
    model = Lazy(lambda: open_model(run, adapter=contestant.adapter, context=CONTEXT))
    kept = folder / (run.folder.parent.name if contestant.adapter else ".") / "answers-kept.jsonl"
    try:
        with show.progress(sum(len(i.asks) for i in items)) as step:
            return interview(
                contestant, model, items, kept=kept, max_tokens=asked.max_tokens,
                progress=lambda answer: step(f"asking {contestant.id}", 1),
            )  # fmt: skip
    finally:
        model.close()


# ---- after ----


def _keep(
    folder: Path,
    found: Ablated,
    items: Sequence[Item],
    answers: Sequence[Answer],
    marks: Mapping[str, tuple[Mark, ...]],
    contestants: Mapping[str, Contestant],
    material: Material,
    now: str,
) -> None:
    """answers.jsonl, and last report.json: a report like any other evaluation's, with the ablation in `settings`."""
    measures, scored = scores(items, answers, marks, material)
    report = Report(
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        now=now,
        name=found.name,
        life=material.fingerprint,
        items=tuple(items),
        contestants=tuple(contestants.values()),
        measures=measures,
        scores=scored,
        marks=dict(marks),
        settings={"ablation": found.model_dump(mode="json")},
    )
    write_atomic(folder / "answers.jsonl", to_jsonl(answers))
    write_atomic(folder / "report.json", report.model_dump_json(indent=1) + "\n")
