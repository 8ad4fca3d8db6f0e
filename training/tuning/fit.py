"""Supervised fine-tuning of the adapter with TRL.

The rows come as token ids and labels (labels.py), so TRL's own preparation is switched off: what is learnt is decided
in one place, and is the same for all back ends and versions. Imports nothing heavy at the top: Unsloth has to be
imported before TRL.
"""

from __future__ import annotations

import math
import signal
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import Refused
from .labels import Encoded
from .recipe import Recipe


@dataclass(frozen=True)
class Fitted:
    """What came of a training. `losses` and `evaluations` are {step, loss}; `best` is None without held-out rows."""

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
    model: Any,
    tokenizer: Any,
    train: list[Encoded],
    evaluation: list[Encoded],
    recipe: Recipe,
    checkpoints: Path,
    *,
    cpu: bool,
    resume: bool = False,
    stop_after: int = 0,
    quiet: bool = False,
) -> Fitted:
    """Train the adapter of `model`, in place; afterwards it holds the weights of the best evaluation.

    `checkpoints` gets the last and the best state; `resume` goes on from the last one with the same data order,
    optimiser and random numbers, so with the same losses. `stop_after` steps, or at Ctrl-C, it saves and returns.
    """
    from transformers import DataCollatorForSeq2Seq, EarlyStoppingCallback
    from trl import SFTTrainer

    from .watch import Gradients, Progress, Sound, Stop

    last = last_checkpoint(checkpoints) if resume else None
    if resume and last is None:
        raise Refused(f"there is nothing to resume in {checkpoints}", mend="run it again without --resume")
    stop, gradients = Stop(stop_after), Gradients()
    callbacks: list[Any] = [stop, gradients, Sound(), Progress(quiet)]
    if evaluation and recipe.train.patience:
        callbacks.append(EarlyStoppingCallback(early_stopping_patience=recipe.train.patience))
    # "None of the inputs have requires_grad" means that a whole model trains on nothing.
    warnings.filterwarnings("error", message=".*None of the inputs have requires_grad.*")
    trainer = SFTTrainer(
        model=model,
        args=_arguments(recipe, len(train), bool(evaluation), checkpoints, cpu),
        train_dataset=_dataset(train),
        eval_dataset=_dataset(evaluation) if evaluation else None,
        processing_class=tokenizer,
        data_collator=DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=-100),
        callbacks=callbacks,
    )
    _only_ours(trainer)
    before = signal.getsignal(signal.SIGINT)

    def on_interrupt(number: int, frame: Any) -> None:
        stop.asked = True
        signal.signal(signal.SIGINT, before)  # a second Ctrl-C ends it at once

    signal.signal(signal.SIGINT, on_interrupt)
    try:
        trainer.train(resume_from_checkpoint=str(last) if last else None)
    finally:
        signal.signal(signal.SIGINT, before)
    history = trainer.state.log_history
    evaluations = [{"step": h["step"], "loss": h["eval_loss"]} for h in history if "eval_loss" in h]
    return Fitted(
        steps=trainer.state.global_step,
        planned_steps=trainer.state.max_steps,
        losses=[{"step": h["step"], "loss": h["loss"]} for h in history if "loss" in h],
        evaluations=evaluations,
        best=min(evaluations, key=lambda e: e["loss"]) if evaluations else None,
        stopped_at=stop.at,
        interrupted=stop.asked,
        gradient_checks=gradients.checks,
        adapter_layers=gradients.layers,
    )


def last_checkpoint(checkpoints: Path) -> Path | None:
    """The newest whole checkpoint in the folder `checkpoints`, or None. The trainer's state is the last file of one,
    so a checkpoint without it was cut off by a crash or a full disk."""
    whole = [file.parent for file in checkpoints.glob("checkpoint-*/trainer_state.json")]
    return max(whole, key=lambda folder: int(folder.name.removeprefix("checkpoint-")), default=None)


def _arguments(recipe: Recipe, rows: int, evaluate: bool, checkpoints: Path, cpu: bool) -> Any:
    import torch
    from trl import SFTConfig

    train = recipe.train
    batches = math.ceil(rows / train.batch_size)
    steps = math.ceil(batches / train.gradient_accumulation) * train.epochs
    bf16 = not cpu and torch.cuda.is_bf16_supported()
    optimizer = train.optimizer
    if optimizer == "auto":
        optimizer = "adamw_torch" if cpu else "adamw_8bit"
    when = "epoch" if evaluate else "no"
    return SFTConfig(
        output_dir=str(checkpoints),
        dataset_kwargs={"skip_prepare_dataset": True},
        max_length=None,  # labels.py has refused what is too long
        packing=False,
        remove_unused_columns=False,
        num_train_epochs=train.epochs,
        per_device_train_batch_size=train.batch_size,
        per_device_eval_batch_size=train.batch_size,
        gradient_accumulation_steps=train.gradient_accumulation,
        learning_rate=train.learning_rate,
        lr_scheduler_type=train.scheduler,
        warmup_steps=round(steps * train.warmup),
        weight_decay=train.weight_decay,
        max_grad_norm=train.max_grad_norm,
        optim=optimizer,
        gradient_checkpointing=train.gradient_checkpointing,
        gradient_checkpointing_kwargs={"use_reentrant": False} if train.gradient_checkpointing else None,
        eval_strategy=when,
        save_strategy="epoch",
        save_total_limit=2,  # the last and the best
        load_best_model_at_end=evaluate,
        metric_for_best_model="eval_loss" if evaluate else None,
        greater_is_better=False,
        logging_steps=1,
        disable_tqdm=True,
        report_to="none",
        seed=train.seed,
        data_seed=train.seed,
        use_cpu=cpu,
        bf16=bf16,
        fp16=not cpu and not bf16,
        dataloader_pin_memory=not cpu,
    )


def _dataset(rows: list[Encoded]) -> Any:
    from datasets import Dataset

    return Dataset.from_list(
        [{"input_ids": r.input_ids, "attention_mask": [1] * len(r.input_ids), "labels": r.labels} for r in rows]
    )


def _only_ours(trainer: Any) -> None:
    # The default callback prints a dictionary for every log entry.
    from transformers import PrinterCallback

    trainer.remove_callback(PrinterCallback)
