"""A recipe: the TOML file that says which base model is trained, and how.

Unknown keys are errors that name the nearest known key, and all errors of a file come in one message, because a
rented machine is a bad place to find them one by one.
"""

from __future__ import annotations

import dataclasses
import difflib
import sys
import tomllib
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import Refused

METHODS = ("sft", "dpo", "kto")  # dpo and kto: supervised first, then on the person's decisions
LOGGERS = ("none", "tensorboard", "trackio")
BACKENDS = ("auto", "unsloth", "trl-qlora", "trl-cpu")
QUANTIZATIONS = ("auto", "none", "nf4")
SCHEDULERS = ("linear", "cosine", "constant", "constant_with_warmup")
OPTIMIZERS = ("auto", "adamw_torch", "adamw_8bit", "paged_adamw_8bit")


def _key(default: Any, *, low: float | None = None, high: float | None = None, one_of: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "one_of": one_of})


@dataclass(frozen=True)
class HardwareKeys:
    """The card that the recipe was made for. It is checked even where no card is present."""

    vram_gb: float = _key(0.0, low=0)  # 0 = made for a CPU
    tflops: float = _key(0.0, low=0)  # of dense 16-bit matrix products, for the time in a plan; 0 = not known


@dataclass(frozen=True)
class BaseKeys:
    """The model that is trained."""

    model: str = ""  # a hub id, a folder, a .gguf file, or smollm2-135m-instruct; required
    revision: str = "main"  # branch, tag or commit on the hub
    allow_download: bool = False  # nothing is fetched unless this or --allow-download says so
    quantization: str = _key("auto", one_of=QUANTIZATIONS)  # auto: nf4 on a card, none on a CPU; none: 16 or 32 bits


@dataclass(frozen=True)
class LoraKeys:
    """The adapter."""

    r: int = _key(16, low=1, high=256)  # rank: how much it can hold
    alpha: float = _key(16, low=1)  # its weight is alpha / r
    dropout: float = _key(0.0, low=0, high=0.9)  # 0 is fastest with Unsloth


@dataclass(frozen=True)
class DataKeys:
    """What is trained on."""

    max_length: int = _key(1024, low=16)  # tokens; a longer row is an error, never cut
    max_rows: int = _key(0, low=0)  # train on so many of the persona's rows at most, from the beginning; 0 = all
    max_chars: int = _key(0, low=0)  # leave out rows with a longer question and answer together; 0 = none
    replay: float = _key(0.25, low=0, high=4)  # general rows for each persona row
    replay_file: str = "replay.jsonl"  # beside the recipe, or in the folder of train.py
    old_rows: float = _key(1.0, low=0, high=100)  # with --continue: rows taught before for each new one


@dataclass(frozen=True)
class TrainKeys:
    """The optimisation."""

    epochs: int = _key(3, low=1)  # times that every row is seen, at most
    batch_size: int = _key(1, low=1)  # rows on the device at once
    gradient_accumulation: int = _key(8, low=1)  # batches a step; the product is the effective batch
    learning_rate: float = _key(2e-4, low=0, high=0.1)  # at its height
    scheduler: str = _key("cosine", one_of=SCHEDULERS)  # how it falls
    warmup: float = _key(0.1, low=0, high=1)  # share of all steps
    weight_decay: float = _key(0.01, low=0, high=1)  # of AdamW
    max_grad_norm: float = _key(1.0, low=0)  # longer gradients are cut to it
    optimizer: str = _key("auto", one_of=OPTIMIZERS)  # auto: 8-bit Adam on a card, plain AdamW elsewhere
    gradient_checkpointing: bool = True  # half the memory for a third more time
    patience: int = _key(2, low=0)  # evaluations without a better eval loss before it stops; 0 = never
    seed: int = _key(7, low=0, high=2**32 - 1)  # of the order, the adapter's first weights and what is drawn
    logger: str = _key("none", one_of=LOGGERS)  # writes into the run's folder; nothing is sent anywhere


@dataclass(frozen=True)
class PreferenceKeys:
    """The second part of a run with `method` dpo or kto."""

    epochs: int = _key(1, low=1, high=10)  # both saturate soon
    batch_size: int = _key(2, low=1)  # kto takes 2 at least: it compares each answer with its neighbour's
    gradient_accumulation: int = _key(4, low=1)  # as above
    learning_rate: float = _key(1e-5, low=0, high=0.1)  # far below that of the supervised part
    beta: float = _key(0.1, low=0.001, high=10)  # how firmly it is held to what supervised training made
    sft_weight: float = _key(0.2, low=0, high=10)  # dpo: weight of the plain loss on the chosen answers
    max_loss_rise: float = _key(0.1, low=0, high=10)  # of the held-out answers, nats; more and the part is undone


@dataclass(frozen=True)
class ExportKeys:
    """What is written beside the adapter."""

    gguf: bool = True  # adapter.gguf, for llama.cpp and Ollama


@dataclass(frozen=True)
class Recipe:
    """A whole recipe, as `read_recipe` checked it."""

    name: str = ""
    method: str = _key("sft", one_of=METHODS)
    backend: str = _key("auto", one_of=BACKENDS)
    hardware: HardwareKeys = field(default_factory=HardwareKeys)
    base: BaseKeys = field(default_factory=BaseKeys)
    lora: LoraKeys = field(default_factory=LoraKeys)
    data: DataKeys = field(default_factory=DataKeys)
    train: TrainKeys = field(default_factory=TrainKeys)
    preferences: PreferenceKeys = field(default_factory=PreferenceKeys)
    export: ExportKeys = field(default_factory=ExportKeys)

    @property
    def decided_batch(self) -> int:
        """Decisions on the device at once."""
        return max(2, self.preferences.batch_size) if self.method == "kto" else self.preferences.batch_size

    def as_dict(self) -> dict[str, Any]:
        """The recipe as plain data, with every default filled in."""
        return dataclasses.asdict(self)


def read_recipe(path: Path) -> Recipe:
    """The recipe in the file `path`.

    Raises `Refused` (exit code 2) with all errors of the file in one message: TOML syntax, unknown keys with the
    nearest known one, wrong types, values out of bounds, a missing base model.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # Windows' editor puts a mark before it
    except OSError as error:
        raise Refused(f"recipe {path}: {error.strerror}", mend="name a recipe file", exit_code=2) from error
    except (ValueError, RecursionError) as error:
        raise Refused(f"recipe {path} is not valid TOML: {error}", exit_code=2) from error
    errors: list[str] = []
    recipe: Recipe = _read(Recipe, table, "", errors)
    if not errors and not recipe.base.model:
        errors.append("base.model is missing: a hub id, a folder, a .gguf file or smollm2-135m-instruct")
    if errors:
        count = f"{len(errors)} errors" if len(errors) > 1 else "1 error"
        raise Refused(
            f"recipe {path} has {count}:\n" + "\n".join(f"  {error}" for error in errors),
            mend="mend them, then check with: python train.py DATASET --recipe FILE --validate",
            exit_code=2,
        )
    return dataclasses.replace(recipe, name=recipe.name or path.stem)


def _read(kind: Any, table: dict[str, Any], prefix: str, errors: list[str]) -> Any:
    hints = typing.get_type_hints(kind)
    fields = {f.name: f for f in dataclasses.fields(kind)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in fields:
            errors.append(f"{prefix}{key}: no such key{_nearest(key, prefix, fields)}")
        elif dataclasses.is_dataclass(hints[key]):
            if isinstance(value, dict):
                values[key] = _read(hints[key], value, f"{key}.", errors)
            else:
                errors.append(f"{prefix}{key} is a section: write [{key}] and its keys below it")
        else:
            problem = _problem(value, hints[key], fields[key].metadata)
            if problem:
                errors.append(f"{prefix}{key} = {value!r}: {problem}")
            values[key] = float(value) if hints[key] is float and not problem else value
    return kind(**values)


def _problem(value: Any, kind: type, bounds: types.MappingProxyType[Any, Any]) -> str:
    # bool is a subclass of int, and `epochs = true` is a slip, not a one.
    if type(value) is not kind and not (kind is float and type(value) is int):
        word = {float: "a number", int: "a whole number", bool: "true or false", str: "a text"}[kind]
        return f"must be {word}"
    # nan passes every comparison with a bound.
    if kind is float and isinstance(value, float | int) and not abs(value) <= sys.float_info.max:
        return "must be a finite number"
    if bounds.get("one_of") and value not in bounds["one_of"]:
        near = difflib.get_close_matches(value, bounds["one_of"], 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"must be one of {', '.join(bounds['one_of'])}{hint}"
    low, high = bounds.get("low"), bounds.get("high")
    if low is not None and value < low:
        return f"must be at least {low}"
    if high is not None and value > high:
        return f"must be at most {high}"
    return ""


def _nearest(key: str, prefix: str, fields: dict[str, Any]) -> str:
    near = difflib.get_close_matches(key, fields, 1)
    if near:
        return f"; did you mean {prefix}{near[0]}?"
    # A known key in the wrong section is the other common slip.
    for section, kind in typing.get_type_hints(Recipe).items():
        if dataclasses.is_dataclass(kind):
            near = difflib.get_close_matches(key, [f.name for f in dataclasses.fields(kind)], 1, 0.8)
            if near:
                return f"; did you mean {section}.{near[0]}?"
    return f"; known here: {', '.join(fields)}"
