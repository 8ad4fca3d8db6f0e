"""Trains a mix of an ablation: its data set and its recipe as files, and a run by training/train.py.

What is finished is not trained again, and what was interrupted is gone on with.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from refiner.dataset.export import Extras, export_dataset, validate_dataset
from refiner.dataset.split import Split
from refiner.errors import TrainingError
from refiner.evaluate.ablate import Mix
from refiner.evaluate.ablate_plan import Plan
from refiner.review.history import History
from refiner.store import Workspace, locked, make_folder, write_atomic
from refiner.training.runs import RunInfo, read_run


def train_mix(
    ws: Workspace,
    folder: Path,
    plan: Plan,
    mix: Mix,
    seed: int,
    *,
    history: History,
    trainer: Callable[..., int],
    quiet: bool,
    say: Callable[[str], None],
) -> RunInfo | None:
    """The finished run of a mix, trained where it is not; None where training was interrupted.

    Everything lies in the mix's own folder within `folder`. Raises StoreError, WorkspaceBusy, TrainingError.
    """
    own = folder / mix.name
    out = own / f"seed-{seed}"
    run = read_run(out)
    if run.is_finished:
        say("trained already")
        return run
    make_folder(own)
    dataset = own / "dataset"
    if not dataset.is_dir() or validate_dataset(dataset):
        with locked(ws, "evaluate --ablate"):
            _write(dataset, plan, mix, history)
    told = plan.taught(mix)
    say(f"{told.sequences} rows, {told.tokens} tokens of answers, {told.steps} steps")
    recipe = own / f"seed-{seed}.toml"
    write_atomic(recipe, _toml(plan.recipe_of(mix, seed)))
    extra = ["--quiet"] if quiet else []
    code = trainer(dataset, recipe, out, extra=[*extra, "--resume"] if run.is_begun else extra)
    if code == 130:
        return None
    run = read_run(out)
    if code or not run.is_finished:
        raise TrainingError(
            f"the mix {mix.name} could not be trained", mend="the same command goes on; what is trained is kept"
        )
    return run


def figures(run: RunInfo) -> dict[str, Any]:
    """What a report says of a run."""
    return {
        "steps": run.steps, "first_loss": run.first_loss, "last_loss": run.last_loss, "seconds": round(run.seconds, 1)
    }  # fmt: skip


def _write(dataset: Path, plan: Plan, mix: Mix, history: History) -> None:
    """The data set of a mix, as `refiner export` writes one, without rows to evaluate: all mixes go to the end."""
    samples = plan.samples(mix)
    # As many general rows as all mixes have, whatever their share is here.
    share = plan.config.samples.model_copy(update={"replay": len(plan.general) / len(samples)})
    export_dataset(
        samples, dataset, config=plan.config.model_copy(update={"samples": share}), card=plan.system,
        base=str(plan.recipe["base"]["model"]), system=plan.system,
        extras=Extras(general=plan.general, history=history, parts=Split(samples, ())),
    )  # fmt: skip


def _toml(recipe: dict[str, Any]) -> str:
    import tomlkit

    return tomlkit.dumps(recipe)
