"""What looks on while a model trains: progress, the wish to stop, and whether the gradients are still right."""

from __future__ import annotations

import math
import sys
import time
from typing import Any

from transformers import TrainerCallback

from .errors import Refused
from .together import anybody


class Stop(TrainerCallback):  # type: ignore[misc]
    """Ends the training after the current step, with a checkpoint: on Ctrl-C, or after `after` steps (0 = never)."""

    def __init__(self, after: int = 0) -> None:
        self.after = after
        self.asked = False  # by Ctrl-C
        self.at = 0  # the step it stopped at, 0 if it did not

    def on_step_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        self.asked = anybody(self.asked)
        if self.asked or (self.after and state.global_step >= self.after and state.global_step < state.max_steps):
            self.at = state.global_step
            control.should_save = True
            control.should_training_stop = True

    def on_epoch_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        # The trainer takes the stop for the end of an epoch: an evaluation here would count towards early stopping.
        if self.at and state.global_step == self.at:
            control.should_evaluate = control.should_save = False


class Gradients(TrainerCallback):  # type: ignore[misc]
    """After the first step and after every evaluation, each `lora_B` must have a gradient.

    An evaluation between steps can cut layers off from the loss without any error (4-bit weights on a CPU are repacked
    by it, and checkpointing drops gradients that nobody asked for); the loss then still falls, only less.
    """

    def __init__(self) -> None:
        self.due = True
        self.checks = 0
        self.layers = 0

    def on_evaluate(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        self.due = True

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, model: Any = None, **rest: Any) -> None:
        if not self.due:
            return
        # `ref` is the frozen copy that dpo and kto are held to.
        weights = {name: p for name, p in model.named_parameters() if "lora_B" in name and ".ref." not in name}
        without = [
            name for name, p in weights.items() if p.grad is None or not p.grad.isfinite().all() or not p.grad.any()
        ]
        if without or not weights:
            raise Refused(
                f"{len(without)} of {len(weights)} adapter layers get no gradient (first: {(without or ['none'])[0]}); "
                "the run would look well and learn less",
                mend="set gradient_checkpointing = false in the recipe, or take another back end",
            )
        self.due = False
        self.checks += 1
        self.layers = len(weights)


class Sound(TrainerCallback):  # type: ignore[misc]
    """Ends a run whose loss is no number any more: nothing good follows."""

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **rest: Any) -> None:
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            raise Refused(
                f"the loss is no number any more at step {state.global_step}", mend="halve [train] learning_rate"
            )


class Progress(TrainerCallback):  # type: ignore[misc]
    """A bar with the loss and the time left on a terminal, and about a dozen plain lines elsewhere."""

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet
        self.bar: Any = None
        self.began = (0.0, 0)
        self.said = 0
        self.losses = {"loss": "", "eval_loss": ""}

    def on_train_begin(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        self.began = (time.monotonic(), state.global_step)
        if not self.quiet and sys.stderr.isatty():
            from tqdm import tqdm

            self.bar = tqdm(
                total=state.max_steps, initial=state.global_step, unit="step", dynamic_ncols=True, disable=False
            )

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **rest: Any) -> None:
        for name in self.losses:
            if name in (logs or {}):
                self.losses[name] = f"{logs[name]:.3f}"
        if self.quiet or "loss" not in (logs or {}):
            return
        step, steps = state.global_step, state.max_steps
        if self.bar is not None:
            self.bar.set_postfix({name: value for name, value in self.losses.items() if value}, refresh=False)
            self.bar.update(step - self.bar.n)
            return
        since, first = self.began
        if step in (first + 1, steps) or step - self.said >= max(1, steps // 10):
            self.said = step
            left = (time.monotonic() - since) / max(1, step - first) * (steps - step)
            held_out = f", held out {self.losses['eval_loss']}" if self.losses["eval_loss"] else ""
            print(
                f"step {step}/{steps}  loss {self.losses['loss']}{held_out}  {left:.0f} s left",
                file=sys.stderr,
                flush=True,
            )

    def on_train_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        if self.bar is not None:
            self.bar.close()
