#!/usr/bin/env python3
"""Train a LoRA adapter on a dataset folder.

    python train.py DATASET --recipe FILE --out DIR [--plan | --validate] [--resume] [--base MODEL]
    python train.py DATASET --continue RUN --out DIR
    accelerate launch --num_processes 2 train.py DATASET --recipe FILE --out DIR

Stands alone: copy the folder of this file and the dataset to any machine with torch, transformers, trl, peft and
datasets, and run it there. DIR gets the adapter, adapter.gguf for llama.cpp, the recipe, loss.png, train.log and, last,
run.json. Exit codes: 0 done, 1 failed, 2 wrong usage, recipe or dataset, 130 interrupted (saved; go on with --resume).
"""

from __future__ import annotations

import argparse
import dataclasses
import errno
import os
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:  # python -P leaves it out
    sys.path.insert(0, str(HERE))

from tuning.continued import read_before  # noqa: E402
from tuning.errors import Refused  # noqa: E402
from tuning.quiet import OFFLINE, QUIETLY  # noqa: E402
from tuning.reading import load_json  # noqa: E402
from tuning.recipe import METHODS, Recipe, read_recipe  # noqa: E402
from tuning.record import say  # noqa: E402
from tuning.run import Asked, run  # noqa: E402

OURS = ("tuning", "export_gguf")


def main(arguments: list[str] | None = None) -> int:
    """Run with the given command line (default: this process's); returns the exit code."""
    args = _parse(arguments)
    os.environ.update(QUIETLY)
    os.umask(0o077)  # data and adapter are somebody's life: nobody else on this machine may read them
    try:
        recipe_file, recipe = _recipe(args)
        if not recipe.base.allow_download:
            os.environ.update(OFFLINE)
        if args.out is None and not args.plan and not args.validate:
            raise Refused("--out DIR is missing", mend="say where the run goes: --out runs/first", exit_code=2)
        return run(
            Asked(
                *(args.dataset, recipe, recipe_file, args.out, args.continue_),
                *(args.validate, args.plan, args.resume, args.stop_after, args.quiet),
            )
        )
    except Refused as error:
        say(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        say("interrupted; --resume goes on from the last checkpoint, or starts anew if there is none")
        return 130
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in OURS:
            raise
        say(f"error: {error.name} is not installed")
        say("  → pip install torch, then: pip install trl peft datasets accelerate gguf")
        return 1
    except Warning as warning:  # fit.py and quantized.py make errors of those that mean that nothing is learnt
        cut = "requires_grad" in str(warning)
        mend = "[train] gradient_checkpointing = false" if cut else '[base] quantization = "none"'
        say(f"error: {warning}\n  → set {mend} in the recipe")
        return 1
    except Exception as error:
        advice = memory_advice(error) or disk_advice(error)
        if not advice:
            raise
        say(advice)
        return 1


def _recipe(args: argparse.Namespace) -> tuple[Path, Recipe]:
    """(the recipe's file, the recipe as the command line changes it). A run is gone on with by its own recipe, base and
    method, and so is one that is continued, unless the command line names others."""
    name, base, method = args.recipe, args.base, args.method
    if args.resume and args.out is not None:
        begun = _of(args.out / "started.json")
        name = name or (str(args.out / "recipe.toml") if begun else "")
        recipe = begun.get("recipe") or {}
        base, method = base or (recipe.get("base") or {}).get("model", ""), method or recipe.get("method", "")
        if args.continue_ is None and begun.get("continues_from"):
            args.continue_ = Path(begun["continues_from"])
    if args.continue_ is not None and not name:
        read_before(args.continue_)
        name = str(args.continue_ / "recipe.toml")
        base = base or _of(args.continue_ / "run.json")["base"]["name"]
    if not name:
        raise Refused("--recipe is missing", mend="name one: --recipe cpu-smoke", exit_code=2)
    file = _find_recipe(name)
    recipe = read_recipe(file)
    model, download = base or recipe.base.model, args.allow_download or recipe.base.allow_download
    changed = dataclasses.replace(recipe.base, model=model, allow_download=download)
    return file, dataclasses.replace(recipe, method=method or recipe.method, base=changed)


def _of(file: Path) -> dict[str, Any]:
    """What stands in a JSON file of a run, {} where it cannot be read: that is said where it matters."""
    try:
        data = load_json(file)
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _find_recipe(name: str) -> Path:
    for file in (Path(name), HERE / "recipes" / name, HERE / "recipes" / f"{name}.toml"):
        if file.is_file():
            return file
    known = ", ".join(sorted(file.stem for file in (HERE / "recipes").glob("*.toml")))
    raise Refused(f"no recipe {name}", mend=f"name a file, or one of {known}", exit_code=2)


def memory_advice(error: BaseException) -> str:
    """What to change if `error` means that the memory was full, or ""."""
    text = f"{type(error).__name__}: {error}"
    signs = ("OutOfMemoryError", "MemoryError", "out of memory", "not enough memory", "can't allocate memory")
    if not any(sign in text for sign in signs):
        return ""
    return (
        "error: the memory is full\n"
        "  → in the recipe, in this order: batch_size = 1 with gradient_accumulation raised as much;\n"
        "    gradient_checkpointing = true; half of max_length; a smaller base (--plan says what fits).\n"
        "    Close other programs that use the card; then start again with --resume, or with another --out."
    )


# How torch and safetensors, which write checkpoints, say that no more could be written.
FULL_DISK = ("No space left on device", "inline_container.cc", "Disk quota exceeded")


def disk_advice(error: BaseException) -> str:
    """What to do if `error` is the file system's, or ""."""
    if any(sign in str(error) for sign in FULL_DISK):
        return "error: the disk is full\n  → make room, then go on with --resume"
    if not isinstance(error, OSError) or error.errno is None:
        return ""
    where = f"{error.filename}: " if error.filename else ""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    mend = "make room, then go on with --resume" if full else "mend that, then go on with --resume"
    return f"error: {where}{error.strerror}\n  → {mend}"


def _steps(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of steps")
    return int(text)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="train.py", description="Train a LoRA adapter on a dataset folder.")
    parser.add_argument("dataset", type=Path, help="folder with train.jsonl, eval.jsonl and manifest.json")
    parser.add_argument("--recipe", default="", help="a recipe file, or the name of one in recipes/")
    parser.add_argument(
        "--continue", dest="continue_", type=Path, metavar="RUN",
        help="folder of a finished run: train its adapter further on what is new, by its own recipe",
    )  # fmt: skip
    parser.add_argument("--method", choices=METHODS, default="", help="instead of the recipe's")
    parser.add_argument("--out", type=Path, help="folder of the run")
    parser.add_argument("--base", default="", help="base model instead of the recipe's: hub id, folder or .gguf")
    parser.add_argument("--validate", action="store_true", help="only check the recipe and the dataset")
    parser.add_argument("--plan", action="store_true", help="only say what would be done and whether it fits")
    parser.add_argument("--resume", action="store_true", help="go on with the interrupted run in --out")
    parser.add_argument(
        "--stop-after", type=_steps, default=0, metavar="STEPS", help="save and stop after so many steps"
    )
    parser.add_argument("--allow-download", action="store_true", help="fetch the base model from the hub if needed")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
