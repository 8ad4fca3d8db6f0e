"""Training the adapter with TRL: supervised first, then, where the recipe says so, on the person's decisions.

The rows come as token ids and labels (labels.py, preferences.py), so TRL's own preparation is switched off: what is
learnt is decided in one place, and is the same for all back ends and versions. Imports nothing heavy at the top, since
Unsloth has to be imported before TRL.
"""

from __future__ import annotations

import math
import os
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import Refused
from .labels import Encoded
from .preferences import Tokens, trainer_for
from .quantized import adapter_kept, has_bf16
from .reading import load_json
from .recipe import Recipe
from .together import processes

# Where the loggers write: into the run's folder alone.
LOGS = {"tensorboard": "TENSORBOARD_LOGGING_DIR", "trackio": "TRACKIO_DIR"}


@dataclass(frozen=True)
class Way:
    """How a part of a run is gone: where it is kept, and what the command line says of it."""

    out: Path  # the run's folder
    checkpoints: str  # the folder in it for this part's checkpoints
    cpu: bool
    resume: bool = False
    stop_after: int = 0  # steps; 0 = to the end
    quiet: bool = False

    @property
    def folder(self) -> Path:
        return self.out / self.checkpoints


@dataclass(frozen=True)
class Fitted:
    """What came of a part of a training. `losses` and `evaluations` are {step, loss}; `best` is None without held-out
    rows. Of preferences `losses` also have `margin` (nats, chosen over rejected) and, for pairs, `accuracy`."""

    steps: int
    planned_steps: int
    losses: list[dict[str, float]]
    evaluations: list[dict[str, float]]
    best: dict[str, float] | None
    stopped_at: int  # by Ctrl-C or --stop-after; 0 = it ran to its end
    interrupted: bool
    gradient_checks: int
    adapter_layers: int

    @property
    def stopped_early(self) -> bool:
        """Whether the held-out loss ended it before its last epoch."""
        return not self.stopped_at and self.steps < self.planned_steps


def fit(
    model: Any, tokenizer: Any, train: list[Encoded], evaluation: list[Encoded], recipe: Recipe, way: Way
) -> Fitted:
    """Train the adapter of `model` on the answers, in place; afterwards it holds the weights of the best evaluation.

    `way.folder` gets the last and the best state; with `way.resume` it goes on from the last one with the same data
    order, optimiser and random numbers, so with the same losses. After `way.stop_after` steps, or at Ctrl-C, it saves
    and returns.
    """
    from transformers import DataCollatorForSeq2Seq, EarlyStoppingCallback
    from trl import SFTConfig, SFTTrainer

    more: list[Any] = []
    if evaluation and recipe.train.patience:
        more.append(EarlyStoppingCallback(early_stopping_patience=recipe.train.patience))
    with adapter_kept(model):
        trainer = SFTTrainer(
            model=model,
            args=SFTConfig(**_common(recipe, way), **_supervised(recipe, len(train), bool(evaluation))),
            train_dataset=_dataset(train),
            eval_dataset=_dataset(evaluation) if evaluation else None,
            processing_class=tokenizer,
            data_collator=DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=-100),
        )
    return _train(trainer, way, more)


def prefer(model: Any, tokenizer: Any, rows: list[Tokens], recipe: Recipe, way: Way) -> Fitted:
    """Train the adapter of `model` further by DPO or KTO, in place; saves, stops and resumes as `fit` does.

    The frozen copy that it was held to is taken off again.
    """
    with adapter_kept(model):
        trainer = trainer_for(model, tokenizer, rows, recipe, _common(recipe, way))
    try:
        return _train(trainer, way, [])
    finally:
        if "ref" in model.peft_config:
            model.delete_adapter("ref")
        model.set_adapter("default")


def held_out_loss(model: Any, tokenizer: Any, rows: list[Encoded], batch_size: int) -> float:
    """The mean loss of `rows` for each answer token, in nats: what early stopping looks at, without a trainer."""
    import torch
    from transformers import DataCollatorForSeq2Seq

    collate = DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=-100)
    was = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.inference_mode():
        for start in range(0, len(rows), batch_size):
            batch = collate(_columns(rows[start : start + batch_size]))
            labels = int((batch["labels"][:, 1:] != -100).sum())
            total += float(model(**{k: v.to(model.device) for k, v in batch.items()}).loss) * labels
            count += labels
    model.train(was)
    return total / max(1, count)


def _train(trainer: Any, way: Way, callbacks: list[Any]) -> Fitted:
    from .watch import Gradients, Progress, Sound, Stop

    last = last_checkpoint(way.folder) if way.resume else None
    stop, gradients = Stop(way.stop_after), Gradients()
    for callback in (stop, gradients, Sound(), Progress(way.quiet or not processes().first), *callbacks):
        trainer.add_callback(callback)
    _only_ours(trainer)
    # "None of the inputs have requires_grad" means that a whole model trains on nothing.
    warnings.filterwarnings("error", message=".*None of the inputs have requires_grad.*")
    with _stopped_by(stop):
        trainer.train(resume_from_checkpoint=str(last) if last else None)
    history = trainer.state.log_history
    evaluations = [{"step": h["step"], "loss": h["eval_loss"]} for h in history if "eval_loss" in h]
    return Fitted(
        steps=trainer.state.global_step,
        planned_steps=trainer.state.max_steps,
        losses=[_entry(h) for h in history if "loss" in h],
        evaluations=evaluations,
        best=min(evaluations, key=lambda e: e["loss"]) if evaluations else None,
        stopped_at=stop.at,
        interrupted=stop.asked,
        gradient_checks=gradients.checks,
        adapter_layers=gradients.layers,
    )


def _entry(logged: dict[str, Any]) -> dict[str, float]:
    named = {"margin": "rewards/margins", "accuracy": "rewards/accuracies"}
    return {"step": logged["step"], "loss": logged["loss"]} | {
        ours: logged[theirs] for ours, theirs in named.items() if theirs in logged
    }


@contextmanager
def _stopped_by(stop: Any) -> Iterator[None]:
    """Ctrl-C, or the end of a rented machine's time (SIGTERM), asks `stop` to end the training after the current step;
    a second one ends it at once."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def on_signal(number: int, frame: Any) -> None:
        stop.asked = True
        if processes().count == 1:  # a launcher hands on the signal that the terminal has sent already
            signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, on_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def last_checkpoint(checkpoints: Path) -> Path | None:
    """The newest whole checkpoint in the folder `checkpoints`, or None. The trainer's state is the last file of one,
    so a checkpoint without it, or with half of it, was cut off by a crash, a full disk or a power cut."""
    whole = [file.parent for file in checkpoints.glob("checkpoint-*/trainer_state.json") if _is_json(file)]
    return max(whole, key=lambda folder: int(folder.name.removeprefix("checkpoint-")), default=None)


def _is_json(file: Path) -> bool:
    try:
        load_json(file)
    except (OSError, ValueError):
        return False
    return True


def _common(recipe: Recipe, way: Way) -> dict[str, Any]:
    """The arguments that both parts share."""
    train = recipe.train
    bf16 = not way.cpu and has_bf16()
    optimizer = train.optimizer
    if optimizer == "auto":
        optimizer = "adamw_torch" if way.cpu else "adamw_8bit"
    return {
        "output_dir": str(way.folder),
        "remove_unused_columns": False,
        "weight_decay": train.weight_decay,
        "max_grad_norm": train.max_grad_norm,
        "optim": optimizer,
        "gradient_checkpointing": train.gradient_checkpointing,
        "gradient_checkpointing_kwargs": {"use_reentrant": False} if train.gradient_checkpointing else None,
        "save_strategy": "epoch",
        "logging_steps": 1,
        "disable_tqdm": True,
        "seed": train.seed,
        "data_seed": train.seed,
        "use_cpu": way.cpu,
        "bf16": bf16,
        "fp16": not way.cpu and not bf16,
        "dataloader_pin_memory": not way.cpu,
        "push_to_hub": False,
        **logging_arguments(train.logger, way.out),
        **({"ddp_backend": "gloo"} if way.cpu and processes().count > 1 else {}),
        **({"ddp_find_unused_parameters": False} if processes().count > 1 else {}),
    }


def logging_arguments(logger: str, out: Path) -> dict[str, Any]:
    """The trainer's arguments for `logger`, which writes into the folder logs of `out`. Raises `Refused` where it is
    not installed."""
    if logger == "none":
        return {"report_to": "none"}
    import importlib.util

    if importlib.util.find_spec(logger) is None:
        raise Refused(
            f"the logger {logger} is not installed",
            mend=f"pip install {logger}, or [train] logger = 'none' in the recipe",
        )
    for name in [name for name in os.environ if name.startswith("TRACKIO_")]:
        del os.environ[name]  # somebody's settings for other programs may name a server
    os.environ[LOGS[logger]] = str(out / "logs")
    (out / "logs").mkdir(parents=True, exist_ok=True)
    local = {"trackio_space_id": None, "trackio_static_space_id": False} if logger == "trackio" else {}
    return {"report_to": logger, "project": "refiner", "run_name": out.name, **local}


def _supervised(recipe: Recipe, rows: int, evaluate: bool) -> dict[str, Any]:
    train = recipe.train
    batches = math.ceil(rows / (train.batch_size * processes().count))
    steps = math.ceil(batches / train.gradient_accumulation) * train.epochs
    return {
        "dataset_kwargs": {"skip_prepare_dataset": True},
        "max_length": None,  # labels.py has refused what is too long
        "packing": False,
        "num_train_epochs": train.epochs,
        "per_device_train_batch_size": train.batch_size,
        "per_device_eval_batch_size": train.batch_size,
        "gradient_accumulation_steps": train.gradient_accumulation,
        "learning_rate": train.learning_rate,
        "lr_scheduler_type": train.scheduler,
        "warmup_steps": round(steps * train.warmup),
        "eval_strategy": "epoch" if evaluate else "no",
        "save_total_limit": 2,  # the last and the best
        "load_best_model_at_end": evaluate,
        "metric_for_best_model": "eval_loss" if evaluate else None,
        "greater_is_better": False,
    }


def _columns(rows: list[Encoded]) -> list[dict[str, list[int]]]:
    return [{"input_ids": r.input_ids, "attention_mask": [1] * len(r.input_ids), "labels": r.labels} for r in rows]


def _dataset(rows: list[Encoded]) -> Any:
    from datasets import Dataset

    return Dataset.from_list(_columns(rows))


def _only_ours(trainer: Any) -> None:
    # The default callback prints a dictionary for every log entry.
    from transformers import PrinterCallback

    trainer.remove_callback(PrinterCallback)
