#!/usr/bin/env python3
"""Train a LoRA adapter on a dataset folder.

    python train.py DATASET --recipe FILE --out DIR [--plan | --validate] [--resume] [--base MODEL]

Stands alone: copy the folder of this file and the dataset to any machine with torch, transformers, trl, peft and
datasets, and run it there. DIR gets the adapter, adapter.gguf for llama.cpp, the recipe, loss.png, train.log and, last,
run.json. Exit codes: 0 done, 1 failed, 2 wrong usage, recipe or dataset, 130 interrupted (saved; go on with --resume).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import os
import shutil
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:  # python -P leaves it out
    sys.path.insert(0, str(HERE))

from tuning.errors import Refused  # noqa: E402
from tuning.folder import Folder, beginning, half_neutral, mix_replay, read_folder, read_replay  # noqa: E402
from tuning.recipe import Recipe, read_recipe  # noqa: E402

OURS = ("tuning", "export_gguf")
QUIETLY = {  # nothing that this program imports may report to anybody
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "UNSLOTH_DISABLE_STATISTICS": "1",
    "WANDB_MODE": "disabled",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRL_EXPERIMENTAL_SILENCE": "1",
    "TQDM_DISABLE": "1",  # the libraries' bars; our own asks for itself
}


def main(arguments: list[str] | None = None) -> int:
    """Run with the given command line (default: this process's); returns the exit code."""
    args = _parse(arguments)
    os.environ.update(QUIETLY)
    os.umask(0o077)  # data and adapter are somebody's life: nobody else on this machine may read them
    out: Path | None = args.out
    try:
        recipe_file = _find_recipe(args.recipe)
        recipe = read_recipe(recipe_file)
        if args.base:
            recipe = dataclasses.replace(recipe, base=dataclasses.replace(recipe.base, model=args.base))
        if args.allow_download or recipe.base.allow_download:
            recipe = dataclasses.replace(recipe, base=dataclasses.replace(recipe.base, allow_download=True))
        else:
            os.environ.update({"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"})
        folder = read_folder(args.dataset)
        if args.validate:
            _say(f"recipe {recipe.name} and dataset {args.dataset} are valid: {len(folder.train)} rows to train on")
            return 0
        if out is None and not args.plan:
            raise Refused("--out DIR is missing", mend="say where the run goes: --out runs/first", exit_code=2)
        return _run(args, recipe, recipe_file, folder, out)
    except Refused as error:
        _say(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        _say("interrupted; --resume goes on from the last checkpoint, or starts anew if there is none")
        return 130
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in OURS:
            raise
        _say(f"error: {error.name} is not installed")
        _say("  → pip install torch, then: pip install trl peft datasets accelerate gguf")
        return 1
    except Warning as warning:  # fit.py makes an error of the one that means that nothing is learnt
        _say(f"error: {warning}\n  → set [train] gradient_checkpointing = false in the recipe")
        return 1
    except Exception as error:
        advice = memory_advice(error)
        if not advice:
            raise
        _say(advice)
        return 1


def _run(args: argparse.Namespace, recipe: Recipe, recipe_file: Path, folder: Folder, out: Path | None) -> int:
    from tuning.backends import choose_backend, load, look_at_machine
    from tuning.base import load_tokenizer, require_agreement, resolve_base
    from tuning.labels import encode, stop_ids
    from tuning.plan import Counts, guess_counts, make_plan

    whole = len(folder.train)
    folder = beginning(folder, recipe.data.max_rows, recipe.data.max_chars)
    if len(folder.train) < whole:
        _say(f"note: by max_rows and max_chars of the recipe {len(folder.train)} of {whole} rows are trained on")
    general = read_replay(recipe.data.replay_file, [recipe_file.parent, HERE]) if recipe.data.replay else []
    added = mix_replay(folder, general, recipe.data.replay, recipe.train.seed)
    rows = half_neutral(folder) + added
    machine = look_at_machine()
    choice = choose_backend(recipe, machine, planning=args.plan)
    try:
        base = resolve_base(recipe.base.model, revision=recipe.base.revision, allow_download=recipe.base.allow_download)
    except Refused as absent:
        if not args.plan:
            raise
        _say(f"note: {absent}")
        base = None
    if choice.name == "unsloth" and not args.plan:
        import unsloth  # noqa: F401  # before transformers, which the tokenizer brings in
    resume = False
    if out is not None and not args.plan:
        copy = out / "recipe.toml"
        again = copy.is_file() and copy.samefile(recipe_file)
        if again:  # its own copy: the run keeps the name that it was started with
            recipe = dataclasses.replace(recipe, name=_started_as(out) or recipe.name)
        resume = prepare(out, recipe, folder, args.resume)
        if not again:
            shutil.copyfile(recipe_file, copy)
        _log_to(out / "train.log")
    replayed = len(added) + folder.replay_inside
    if base is None:
        train, evaluation = [], []
        counts = guess_counts(rows, replayed, len(folder.evaluation))
    else:
        tokenizer = load_tokenizer(base)
        train = encode(tokenizer, rows, recipe.data.max_length)
        evaluation = encode(tokenizer, folder.evaluation, recipe.data.max_length)
        lengths = [len(sequence.input_ids) for sequence in train]
        labels = sum(label != -100 for sequence in train for label in sequence.labels)
        counts = Counts(
            *(len(rows) - replayed, replayed, len(folder.evaluation)),
            *(len(train), sum(lengths), labels, max(lengths)),
            exact=True,
        )
    plan = make_plan(recipe, base, counts, choice, machine)
    for line in plan.lines():
        print(line, file=sys.stdout if args.plan else sys.stderr, flush=True)
    plan.refuse_what_cannot_fit(recipe)
    if args.plan:
        return 0
    assert out is not None
    assert base is not None

    from tuning.finish import finish
    from tuning.fit import fit

    began = time.time()
    if not evaluation:
        _say("note: the dataset holds nothing out, so there is no early stopping and no best checkpoint")
    model, tokenizer = load(choice.name, base, recipe)
    require_agreement(model, tokenizer, stop_ids(tokenizer, train))
    fitted = fit(
        *(model, tokenizer, train, evaluation, recipe, out / "checkpoints"),
        cpu=choice.name == "trl-cpu",
        resume=resume,
        stop_after=args.stop_after,
        quiet=args.quiet,
    )
    if fitted.stopped_at:
        _say(f"stopped and saved at step {fitted.stopped_at} of {fitted.planned_steps}; go on with --resume")
        return 130 if fitted.interrupted else 0
    finish(out, model, tokenizer, base, recipe, folder, plan, fitted, machine, seconds=time.time() - began)
    first, last = fitted.losses[0]["loss"], fitted.losses[-1]["loss"]
    _say(f"loss {first:.2f} → {last:.2f} in {time.time() - began:.0f} s; the adapter is in {out / 'adapter'}")
    return 0


def prepare(out: Path, recipe: Recipe, folder: Folder, resume: bool) -> bool:
    """Make the run's folder; returns whether there is a checkpoint to go on from.

    `started.json` says what the run was started with, since a resumed run must be the same run. One that ended before
    its first checkpoint has nothing to lose and is started anew, with or without `resume`.
    """
    from tuning.fit import last_checkpoint
    from tuning.record import write_json

    started = out / "started.json"
    this = {"dataset": folder.sha256, "recipe": recipe.as_dict()}
    if (out / "run.json").exists():
        raise Refused(f"{out} holds a finished run", mend="choose another --out", exit_code=2)
    if started.exists() and last_checkpoint(out / "checkpoints"):
        if not resume:
            mend = "go on with --resume, or choose another --out"
            raise Refused(f"{out} holds an unfinished run", mend=mend, exit_code=2)
        before = json.loads(started.read_text(encoding="utf-8"))
        changed = [name for name, value in this.items() if before.get(name) != value]
        if changed:
            what = " and the ".join(changed)
            mend = "start anew with another --out"
            raise Refused(f"the {what} changed since the run in {out} was started", mend=mend, exit_code=2)
        return True
    if resume:
        if not started.exists():
            raise Refused(f"there is no run to resume in {out}", mend="run it again without --resume", exit_code=2)
        _say("note: nothing of this run was saved yet; it starts anew")
    out.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(out / "checkpoints", ignore_errors=True)
    write_json(started, this)
    return False


def _started_as(out: Path) -> str:
    """The name of the recipe that a run was started with, "" where it cannot be told."""
    try:
        return str(json.loads((out / "started.json").read_text(encoding="utf-8"))["recipe"]["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _find_recipe(name: str) -> Path:
    for file in (Path(name), HERE / "recipes" / name, HERE / "recipes" / f"{name}.toml"):
        if file.is_file():
            return file
    known = ", ".join(sorted(file.stem for file in (HERE / "recipes").glob("*.toml")))
    raise Refused(f"no recipe {name}", mend=f"name a file, or one of {known}", exit_code=2)


def _log_to(file: Path) -> None:
    """Warnings and log lines of the libraries go to a file: they are for whoever looks into a fault."""
    handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    from transformers.utils import logging as library

    library.disable_default_handler()
    library.enable_propagation()
    library.set_verbosity_warning()
    library.disable_progress_bar()


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


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="train.py", description="Train a LoRA adapter on a dataset folder.")
    parser.add_argument("dataset", type=Path, help="folder with train.jsonl, eval.jsonl and manifest.json")
    parser.add_argument("--recipe", required=True, help="a recipe file, or the name of one in recipes/")
    parser.add_argument("--out", type=Path, help="folder of the run")
    parser.add_argument("--base", default="", help="base model instead of the recipe's: hub id, folder or .gguf")
    parser.add_argument("--validate", action="store_true", help="only check the recipe and the dataset")
    parser.add_argument("--plan", action="store_true", help="only say what would be done and whether it fits")
    parser.add_argument("--resume", action="store_true", help="go on with the interrupted run in --out")
    parser.add_argument("--stop-after", type=int, default=0, metavar="STEPS", help="save and stop after so many steps")
    parser.add_argument("--allow-download", action="store_true", help="fetch the base model from the hub if needed")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
