#!/usr/bin/env python3
"""Write a finished training run in the forms that other programs take.

    python export_model.py RUN --to adapter,lora-gguf,merged,f16,q8_0,q4_k_m,ollama --out DIR [--dataset FOLDER]

Stands alone, as train.py does: copy the folder of this file. DIR gets the forms and, last, export.json; an export that
is there is replaced by the new one as a whole. One taught question is asked of every form. Exit codes: 0 done, 1 failed
or a form says something else than the run, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:  # python -P leaves it out
    sys.path.insert(0, str(HERE))

from tuning.errors import Refused  # noqa: E402
from tuning.quiet import OFFLINE, QUIETLY  # noqa: E402
from tuning.record import say  # noqa: E402

OURS = ("tuning", "exporting", "export_gguf")


def main(arguments: list[str] | None = None) -> int:
    """Run with the given command line (default: this process's); returns the exit code."""
    args = _parse(arguments)
    try:
        return _export(args)
    except Refused as error:
        say(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        say("interrupted; nothing was changed")
        return 130
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in OURS:
            raise
        say(f"error: {error.name} is not installed")
        say("  → pip install torch, then: pip install trl peft datasets accelerate gguf")
        return 1
    except MemoryError:
        say("error: the memory is full\n  → close other programs, or ask for lora-gguf, which needs little")
        return 1
    except OSError as error:
        say(f"error: {error}\n  → nothing was changed")
        return 1


def _export(args: argparse.Namespace) -> int:
    from exporting.finished import read_finished
    from exporting.forms import MODEL_GGUFS, parse_forms, with_what_they_need

    asked = parse_forms(args.to)
    run = read_finished(args.run)
    out = (args.out or args.run / "export").absolute()

    from exporting.report import commands, lines
    from exporting.room import disk_needed, refuse_full_disk
    from exporting.steps import look
    from exporting.whole import new_export, put_in_place, take_along

    means = look(run, args.base_gguf, args.llama_cpp)
    forms = _plan(asked, means)
    adapter_bytes = sum(file.stat().st_size for file in run.adapter.iterdir() if file.is_file())
    on_the_way = ["merged", "f16"] if means.base_gguf is None else ["f16"] if means.quantiser else []
    counted = [*forms, *(form for form in on_the_way if form not in forms and set(forms) & set(MODEL_GGUFS))]
    refuse_full_disk(out, disk_needed(counted, means.parameters(), adapter_bytes))
    if args.create and (not shutil.which("ollama") or "ollama" not in forms):
        mend = "get it from https://ollama.com/download" if "ollama" in forms else "--to ollama --create"
        raise Refused("--create needs Ollama, and --to ollama", mend=mend, exit_code=2)

    with new_export(out) as new:
        entries = take_along(out, new, forms, run.adapter_sha256)
        written = _write(forms, means, new, quiet=args.quiet)
        check = {"unasked": "--no-ask"} if args.no_ask else _ask(written, means, new, args)
        order = with_what_they_need(list({*entries, *written}), can_merge=False, base_gguf=False)
        from tuning.record import versions

        manifest: dict[str, Any] = {
            "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "run": run.name,
            "adapter_sha256": run.adapter_sha256,
            "dataset_sha256": run.dataset_sha256,
            "base": {"name": run.base_name, "kind": run.base_kind, "revision": run.base_revision},
            "forms": {form: written.get(form) or entries[form] for form in order},
            "written_now": [form for form in order if form in written],
            "check": check,
            "good": all((entry.get("asked") or {}).get("good") is not False for entry in written.values()),
            "versions": versions(),
        }
        manifest = put_in_place(new, out, manifest)
    if args.json:
        print(json.dumps({"out": str(out), **manifest}, ensure_ascii=False))
    elif not args.quiet:
        print("\n".join(lines(manifest, out)))
    if not manifest["good"]:
        wrong = [form for form in written if (written[form].get("asked") or {}).get("good") is False]
        say(f"error: {', '.join(wrong)} does not say what the run says")
        say(f"  → the files are in {out}, marked in export.json; try a form with more bits, and talk to it yourself")
        return 1
    if args.create:
        name = commands(run.name, out)[1].split()[-1]
        return subprocess.run(["ollama", "create", name, "-f", "Modelfile"], cwd=out).returncode
    return 0


def _plan(asked: list[str], means: Any) -> list[str]:
    """The forms to write. Raises `Refused` before anything is written if one of them cannot be."""
    from export_gguf import require_known
    from exporting.forms import MODEL_GGUFS, with_what_they_need

    why_not: Refused | None = None
    try:
        means.way("q8_0")
    except Refused as error:
        why_not = error
    forms = with_what_they_need(asked, can_merge=why_not is None, base_gguf=means.base_gguf is not None)
    if "ollama" in forms and not set(forms) & {*MODEL_GGUFS, "lora-gguf"}:
        assert why_not is not None
        raise why_not
    if "merged" in forms:
        means.require_base()
    ways = {means.way(form) for form in MODEL_GGUFS if form in forms}
    if "lora-gguf" in forms or "base gguf" in ways:
        require_known(means.config)
    return forms


def _write(forms: list[str], means: Any, new: Path, *, quiet: bool) -> dict[str, dict[str, Any]]:
    """Write the forms into `new`; returns their entries for the manifest."""
    from exporting import steps
    from exporting.finished import file_sha256
    from exporting.forms import FILES, MODEL_GGUFS
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(means.run.adapter))
    work = new / ".work"
    work.mkdir()
    # The Modelfile first, on trial: a template that Ollama cannot have is found before hours of writing.
    if "ollama" in forms:
        from exporting.template import go_template

        go_template(tokenizer)
    written: dict[str, dict[str, Any]] = {}
    for form in forms:
        if not quiet:
            say(f"{form} …")
        began = time.monotonic()
        if form == "adapter":
            how = steps.write_adapter(means, new)
        elif form == "lora-gguf":
            how = steps.write_lora_gguf(means, new)
        elif form == "merged":
            how = steps.write_merged_folder(means, new / "merged")
        elif form == "ollama":
            smallest = next((name for name in MODEL_GGUFS if (new / FILES[name]).is_file()), "")
            how = steps.write_modelfiles(means, new, smallest, tokenizer=tokenizer)
        else:
            how = steps.write_gguf(means, form, new, work, tokenizer=tokenizer)
        names = ["Modelfile", "Modelfile.adapter"] if form == "ollama" else [FILES.get(form, form)]
        files = [
            file
            for name in names
            for file in sorted((new / name).rglob("*") if (new / name).is_dir() else [new / name])
            if file.is_file()
        ]
        written[form] = {
            "files": [
                {"name": str(file.relative_to(new)), "bytes": file.stat().st_size, "sha256": file_sha256(file)}
                for file in files
            ],
            "seconds": round(time.monotonic() - began, 1),
            "how": how,
        }
    shutil.rmtree(work)
    return written


def _ask(written: dict[str, dict[str, Any]], means: Any, new: Path, args: argparse.Namespace) -> dict[str, Any]:
    """Ask every form in `written` one taught question and put its answer into its entry; returns what was asked."""
    from exporting.questioning import Questioner

    questioner = Questioner(means, new, args.dataset)
    if not questioner.unasked:
        if not args.quiet:
            say("asking each of them …")
        questioner.ask_run()
        for form, entry in written.items():
            entry["asked"] = questioner.ask(form).as_dict()
    return questioner.as_dict()


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="export_model.py", description="Write a run in forms for other programs.")
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("--to", action="append", default=[], help="forms, with commas")
    parser.add_argument("--out", type=Path, help="folder of the export; default: RUN/export")
    parser.add_argument("--base-gguf", type=Path, help="the base model's own GGUF")
    parser.add_argument("--llama-cpp", type=Path, help="a folder with llama.cpp: its converter and llama-quantize")
    parser.add_argument("--dataset", type=Path, help="the data set of the run, to take a question from")
    parser.add_argument("--no-ask", action="store_true", help="ask no question of what was written")
    parser.add_argument("--create", action="store_true", help="hand the Modelfile to Ollama: ollama create")
    parser.add_argument("--json", action="store_true", help="the manifest on stdout")
    parser.add_argument("--quiet", action="store_true", help="say only what failed")
    args = parser.parse_args(arguments)
    args.to = args.to or ["ollama"]
    return args


def _alone() -> None:
    """What holds for this process as a whole, when it is a program and not imported."""
    os.environ.update(QUIETLY | OFFLINE)
    os.umask(0o077)  # the model knows somebody's life: nobody else on this machine may read it
    warnings.simplefilter("ignore")  # of the libraries, to whoever works on them
    logging.disable(logging.WARNING)


if __name__ == "__main__":
    _alone()
    sys.exit(main())
