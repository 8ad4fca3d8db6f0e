"""Life goes on: training a finished run's adapter further, on what it was not taught yet.

Rows are told apart by their talk alone, without the system message: the persona card changes with every new trait,
and a row that was taught under the old card was taught. Of the old rows a share is taught again, since an adapter that
sees only new rows forgets the others.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import Refused
from .folder import GENERAL, Folder, Message, talk_length
from .reading import load_json
from .recipe import Recipe


@dataclass(frozen=True)
class Before:
    """The run that is continued."""

    name: str
    adapter: Path
    sha256: str  # of the adapter's weights
    rows: frozenset[str]  # keys of what it and those before it were taught
    decided: frozenset[str]  # keys of the decisions that they learnt from
    base: str
    lora: dict[str, Any] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()  # keys of all rows that its dataset had, taught or left out by max_rows


@dataclass(frozen=True)
class News:
    """What is new in a dataset."""

    folder: Folder  # the new rows and the old ones that are taught again
    new: int
    again: int
    gone: int  # taught before, and not in the dataset any more
    left: int  # new, and left out by max_rows or max_chars
    remembered: frozenset[int]  # places of the held-out rows about what was taught before


def row_key(messages: list[Message]) -> str:
    """What tells a row's talk apart: 16 hexadecimal digits."""
    said = [[m["role"], m["content"].strip()] for m in messages if m["role"] != "system"]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:16]


def read_before(run: Path) -> Before:
    """The finished run in the folder `run`. Raises `Refused` (exit code 2) if it is none, or was made before runs kept
    what they were taught."""
    file = run / "run.json"
    if not file.is_file():
        raise Refused(
            f"{run} is no finished run: it has no run.json", mend="finish it first with --resume", exit_code=2
        )
    try:
        data = load_json(file)
        weights = run / data["adapter"] / "adapter_model.safetensors"
        settings = load_json(weights.parent / "adapter_config.json")
        lora = {"r": settings["r"], "alpha": settings["lora_alpha"]}
        base = data["base"]["name"]
        rows, decided = data.get("rows"), frozenset(data.get("decided") or [])
        known = frozenset(rows if isinstance(rows, list) else [])
        float(lora["r"]), float(lora["alpha"])
        digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise Refused(f"the run {run} cannot be read: {error!r}", mend="train anew", exit_code=2) from error
    if not isinstance(rows, list):
        raise Refused(
            f"the run {run} does not say what it was taught", mend="train anew, without --continue", exit_code=2
        )
    seen = data.get("seen")
    seen = frozenset(key for key in seen if isinstance(key, str)) if isinstance(seen, list) else frozenset()
    return Before(run.resolve().name, weights.parent, digest, known, decided, base, lora, seen | known)


def require_same(before: Before, recipe: Recipe) -> None:
    """Raises `Refused` (exit code 2) unless `recipe` trains the same base model and an adapter of the same shape."""
    asked = {"r": recipe.lora.r, "alpha": recipe.lora.alpha}
    if recipe.base.model != before.base:
        raise Refused(
            f"the run {before.name} was trained on {before.base}, not on {recipe.base.model}",
            mend="continue it with its own recipe (leave --recipe and --base out), or train anew",
            exit_code=2,
        )
    if any(float(asked[name]) != float(before.lora[name]) for name in asked):
        raise Refused(
            f"the adapter of {before.name} has r = {before.lora['r']} and alpha = {before.lora['alpha']}, the recipe "
            f"r = {recipe.lora.r} and alpha = {recipe.lora.alpha:g}",
            mend="continue it with its own recipe (leave --recipe out), or train anew",
            exit_code=2,
        )


def what_is_new(folder: Folder, before: Before, recipe: Recipe) -> News:
    """The rows that `before` was not taught, and `old_rows` of the others for each of them, drawn by the seed.

    What its dataset did not have is taught whole: a new note must not wait for what `max_rows` and `max_chars` left out
    the first time. Only where there is nothing of that kind these rows are taken, again so many of them at most.

    The held-out rows stay as far as their answer is taught now or was before: they tell whether the old is still known
    as well as whether the new is. General rows do not count as new; as many stay as their share wants.
    """
    kinds = folder.kinds or [""] * len(folder.train)
    keys = [row_key(row) for row in folder.train]
    persona = [i for i, kind in enumerate(kinds) if kind != GENERAL]
    limit, chars = recipe.data.max_rows, recipe.data.max_chars
    untaught = [i for i in persona if keys[i] not in before.rows]
    fresh = [i for i in untaught if keys[i] not in before.seen]
    new = fresh or [i for i in untaught if not chars or talk_length(folder.train[i]) <= chars][: limit or None]
    old = [i for i in persona if keys[i] in before.rows]
    again = random.Random(recipe.train.seed).sample(old, min(len(old), round(len(new) * recipe.data.old_rows)))
    share = (len(new) + len(again)) / max(1, len(persona))
    general = [i for i, kind in enumerate(kinds) if kind == GENERAL]
    kept = general[: round(len(general) * share)]
    picked = sorted([*new, *again, *kept])
    known, before_this = ({folder.train[i][-1]["content"] for i in rows} for rows in ((*new, *old), old))
    evaluation = [row for row in folder.evaluation if len(untaught) == len(new) or row[-1]["content"] in known]
    remembered = frozenset(i for i, row in enumerate(evaluation) if row[-1]["content"] in before_this)
    chosen = dataclasses.replace(
        folder,
        train=[folder.train[i] for i in picked],
        evaluation=evaluation,
        kinds=[kinds[i] for i in picked],
        replay_inside=len(kept) if any(kinds) else round(folder.replay_inside * share),
    )
    return News(chosen, len(new), len(again), len(before.rows - set(keys)), len(untaught) - len(new), remembered)


def seen(folder: Folder, before: Before | None) -> list[str]:
    """The keys of all rows of the persona in a whole dataset and in those of the runs before, sorted."""
    return taught(folder, None if before is None else dataclasses.replace(before, rows=before.seen))


def taught(folder: Folder, before: Before | None) -> list[str]:
    """The keys of all that this run and those before it were taught of the persona, sorted."""
    kinds = folder.kinds or [""] * len(folder.train)
    ours = {row_key(row) for row, kind in zip(folder.train, kinds, strict=True) if kind != GENERAL}
    return sorted(ours | (before.rows if before else frozenset()))
