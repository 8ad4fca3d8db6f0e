"""The second part of a run: DPO or KTO on what the person decided, from the adapter that supervised training made.

DPO (Rafailov et al., 2023, arXiv 2305.18290) learns from pairs: her words against those that the person put in their
place. The plain loss on the chosen answers stands beside it with a small weight (Pang et al., 2024, arXiv 2404.19733,
section 2), since DPO alone may make both answers less likely. KTO (Ethayarajh et al., 2024, arXiv 2402.01306) learns
from single verdicts; good and bad ones are weighed so that both count as much, as its section 4.2 advises.

The rows are put together as in labels.py, so both parts train on the same tokens. The reference that both methods are
held to is a frozen copy of the adapter as it was before, which TRL makes. Imports nothing heavy at the top.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import Refused
from .folder import Message, read_listed, row_problem
from .labels import split_answer
from .recipe import Recipe

FILES = {"dpo": "preferences.jsonl", "kto": "kto.jsonl"}


@dataclass(frozen=True)
class Decided:
    """A decision as rows of messages: the answer that was chosen and the one that was not; KTO knows one of them."""

    prompt: list[Message]
    chosen: list[Message]
    rejected: list[Message]


@dataclass(frozen=True)
class Tokens:
    """The same as token ids. `rejected` or `chosen` is empty where KTO knows only the other."""

    prompt: list[int]
    chosen: list[int]
    rejected: list[int]

    @property
    def longest(self) -> int:
        """Tokens of the longer sequence."""
        return len(self.prompt) + max(len(self.chosen), len(self.rejected))


def read_decided(path: Path, method: str) -> list[Decided]:
    """The decisions in the dataset folder `path` that `method` (dpo or kto) learns from.

    Raises `Refused` (exit code 2) for a file that is not as the manifest says, for a row that is none, and where there
    is nothing to learn from: no pairs, or verdicts of one kind only.
    """
    name = FILES[method]
    rows: list[Decided] = []
    problems = []
    for number, row in read_listed(path, name):
        try:
            found = _decided(row, method)
        except (KeyError, TypeError, ValueError) as error:
            problems.append(f"{name}, line {number}: {error}")
            continue
        rows.append(found)
    if problems:
        shown = "\n".join(f"  {problem}" for problem in problems[:10])
        raise Refused(f"{path} cannot be trained on:\n{shown}", mend="write it again: refiner export", exit_code=2)
    if not rows:
        raise Refused(
            f"there is nothing for {method} to learn from: {name} has no rows",
            mend="reject or edit samples in review, then refiner export; or method = 'sft' in the recipe",
            exit_code=2,
        )
    if not teaches(rows, method):
        which = "rejected" if any(r.chosen for r in rows) else "approved"
        raise Refused(
            f"kto wants good and bad answers, and {name} has none that was {which}",
            mend="method = 'sft' in the recipe, until there are both",
            exit_code=2,
        )
    return rows


def teaches(rows: Sequence[Decided | Tokens], method: str) -> bool:
    """Whether `method` can learn from `rows`: KTO wants good and bad answers, DPO has both in each pair."""
    if method == "kto":
        return any(r.chosen for r in rows) and any(r.rejected for r in rows)
    return bool(rows)


def encode_decided(tokenizer: Any, rows: list[Decided], max_length: int) -> tuple[list[Tokens], int]:
    """(the decisions as token ids, how many were left out because they are longer than `max_length`). What supervised
    training must not cut may be left out here: nothing is taught by these rows that is not in the others."""
    encoded = []
    for number, row in enumerate(rows):
        prompt: list[int] = []
        answers: list[list[int]] = []
        for answer in (row.chosen, row.rejected):
            if answer:
                prompt, ids = split_answer(tokenizer, [*row.prompt, *answer], number)
                answers.append(ids)
            else:
                answers.append([])
        encoded.append(Tokens(prompt, *answers))
    fitting = [tokens for tokens in encoded if tokens.longest <= max_length]
    return fitting, len(encoded) - len(fitting)


def mixed(rows: list[Tokens], seed: int) -> list[Tokens]:
    """KTO's rows in the order that they are learnt in: shuffled, then the rarer kind spread evenly over the others, so
    that a batch has both as often as may be."""
    chance = random.Random(seed)
    good = [row for row in rows if row.chosen]
    bad = [row for row in rows if not row.chosen]
    chance.shuffle(good)
    chance.shuffle(bad)
    placed = [((i + 0.5) / len(kind), n, row) for n, kind in enumerate((good, bad)) for i, row in enumerate(kind)]
    return [row for _, _, row in sorted(placed, key=lambda entry: entry[:2])]


def rows_for(method: str, rows: list[Tokens], batch_size: int, seed: int) -> list[dict[str, Any]]:
    """The columns that TRL's trainers read after their own preparation, which is left out: see `trainer_for`."""
    if method == "dpo":
        return [{"prompt_ids": r.prompt, "chosen_ids": r.chosen, "rejected_ids": r.rejected} for r in rows]
    ordered = mixed(rows, seed)
    if len(ordered) % batch_size == 1:  # a batch of one has no neighbour to be compared with
        ordered = ordered[:-1]
    out = []
    for start in range(0, len(ordered), batch_size):
        batch = [row.chosen or row.rejected for row in ordered[start : start + batch_size]]
        for row, other in zip(ordered[start:], [batch[-1], *batch[:-1]], strict=False):
            out.append(
                {
                    "prompt_ids": row.prompt,
                    "completion_ids": row.chosen or row.rejected,
                    "KL_completion_ids": other,  # of the neighbour: what the divergence is estimated from
                    "label": bool(row.chosen),
                }
            )
    return out


def trainer_for(model: Any, tokenizer: Any, rows: list[Tokens], recipe: Recipe, common: dict[str, Any]) -> Any:
    """TRL's trainer of `recipe.method` for the adapter of `model`. `common`: arguments that are those of the first
    part (device, precision, folder, loggers)."""
    from datasets import Dataset

    keys, method = recipe.preferences, recipe.method
    data = rows_for(method, rows, recipe.decided_batch, recipe.train.seed)
    arguments = {
        **common,
        "num_train_epochs": keys.epochs,
        "per_device_train_batch_size": recipe.decided_batch,
        "gradient_accumulation_steps": keys.gradient_accumulation,
        "learning_rate": keys.learning_rate,
        "lr_scheduler_type": "linear",
        "warmup_steps": 0,
        "beta": keys.beta,
        "max_length": None,
        "eval_strategy": "no",
        "load_best_model_at_end": False,
        "metric_for_best_model": None,
        "save_total_limit": 1,
    }
    if method == "dpo":
        from trl import DPOConfig as Config
        from trl import DPOTrainer as Trainer

        if keys.sft_weight:
            arguments |= {"loss_type": ["sigmoid", "sft"], "loss_weights": [1.0, keys.sft_weight]}
    else:
        from trl import KTOConfig as Config
        from trl import KTOTrainer as Trainer

        good = sum(row["label"] for row in data)
        weight = good / max(1, len(data) - good)
        arguments |= {"undesirable_weight": max(1.0, weight), "desirable_weight": max(1.0, 1 / max(weight, 1e-6))}
        arguments["train_sampling_strategy"] = "sequential"

    class Prepared(Trainer):  # type: ignore[misc, valid-type]
        """TRL prepares rows with the template as it writes a whole talk, which is not always what a model meets."""

        def _prepare_dataset(self, dataset: Any, *args: Any, **rest: Any) -> Any:
            return dataset

        def _load_from_checkpoint(self, checkpoint: str, model: Any = None) -> None:
            # transformers 5.17 loads only the frozen copy, which lies in a folder of its own, and would go on from the
            # adapter that supervised training made.
            from peft import load_peft_weights, set_peft_model_state_dict

            super()._load_from_checkpoint(checkpoint, model)
            set_peft_model_state_dict(model or self.model, load_peft_weights(checkpoint, device="cpu"), "default")

    return Prepared(
        model=model, args=Config(**arguments), train_dataset=Dataset.from_list(data), processing_class=tokenizer
    )


def keys_of(rows: list[Decided]) -> list[str]:
    """What tells the decisions apart, without their system message: a later run learns from the new ones alone."""
    from .continued import row_key

    return [row_key([*row.prompt, *row.chosen, {"role": "rejected", "content": ""}, *row.rejected]) for row in rows]


def _decided(row: Any, method: str) -> Decided:
    prompt = row["prompt"]
    if method == "dpo":
        sides = [row["chosen"], row["rejected"]]
    else:
        if not isinstance(row["label"], bool):
            raise ValueError("`label` is neither true nor false")
        sides = [row["completion"], []] if row["label"] else [[], row["completion"]]
    for side in sides:
        if side and (problem := row_problem([*prompt, *side])):
            raise ValueError(problem)
    plain = [[{"role": m["role"], "content": m["content"]} for m in part] for part in (prompt, *sides)]
    return Decided(*plain)
