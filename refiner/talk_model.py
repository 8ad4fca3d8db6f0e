"""Whom a talk is with: a run of the workspace, a GGUF, or an endpoint; and the system message that belongs to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from refiner.chat import Model
from refiner.config import Config
from refiner.console import Output
from refiner.errors import ConfigError, ModelError, TrainingError, UsageError
from refiner.llm import secret
from refiner.remote import is_local
from refiner.store import Workspace, place
from refiner.training.endpoint import OpenAIEndpoint
from refiner.training.runs import RunInfo, current_run, find_run
from refiner.training.talk import open_gguf, open_model

CONTEXT = 4096  # tokens
_CALLED = re.compile(r"You are ([A-Z][^,.\n]*), a (?:wo)?man\b")
_TRAIN = "refiner train --recipe cpu-smoke"


@dataclass(frozen=True)
class Choice:
    """What the command line names. At most one of run, gguf and endpoint."""

    run: str = ""
    gguf: Path | None = None
    lora: Path | None = None
    endpoint: str = ""
    model: str = ""
    untrained: bool = False
    context: int = CONTEXT

    def check(self) -> None:
        """Raises UsageError where the options do not go together."""
        named = [n for n, given in (("--run", self.run), ("--gguf", self.gguf), ("--endpoint", self.endpoint)) if given]
        if len(named) > 1:
            raise UsageError(f"{' and '.join(named)} name two different models", mend="give one of them")
        if self.lora and not self.gguf:
            raise UsageError("--lora goes with --gguf", mend="--gguf BASE.gguf --lora ADAPTER.gguf")
        if self.model and not self.endpoint:
            raise UsageError("--model goes with --endpoint", mend="--endpoint URL --model NAME")
        if self.untrained and self.endpoint:
            raise UsageError("--untrained goes with --run or --gguf: what an endpoint serves is its own affair")


@dataclass
class Opened:
    """An open model. `about` goes into the talk's file; `base` opens the untrained one, None where there is none."""

    model: Model
    system: str
    name: str
    about: dict[str, Any]
    base: Callable[[], Model] | None = None
    run: RunInfo | None = None
    local: bool = True


def open_choice(ws: Workspace, choice: Choice, opening: Callable[[str], None] = lambda name: None) -> Opened:
    """Opens what is named; the current run where nothing is. `opening` is told the name before a model is loaded.

    Raises UsageError, ConfigError, TrainingError, ModelError; RemoteRefused for an endpoint that is elsewhere unless
    `[llm] allow_remote` is set.
    """
    choice.check()
    if choice.endpoint:
        return _endpoint(ws, choice)
    if choice.gguf:
        gguf, lora = place(choice.gguf), place(choice.lora) if choice.lora else None
        about: dict[str, Any] = {"model": str(gguf), **({"lora": str(lora)} if lora else {})}
        opening(gguf.name)
        model = open_gguf(gguf, None if choice.untrained else lora, context=choice.context)
        base = (lambda: open_gguf(gguf, context=choice.context)) if lora and not choice.untrained else None
        return Opened(model, persona_of(ws), gguf.name, about, base)
    info = run_of(ws, choice.run)
    told: dict[str, Any] = {"run": info.name, "base": info.base}
    if choice.untrained:
        told["untrained"] = True
    opening(info.name)
    return Opened(
        open_model(info, adapter=not choice.untrained, context=choice.context),
        info.system,
        info.name,
        told,
        None if choice.untrained else (lambda: open_model(info, adapter=False, context=choice.context)),
        info,
    )


def tell_opening(show: Output) -> Callable[[str], None]:
    """Says on a terminal what is being opened: loading takes seconds in which nothing else is seen."""

    def tell(name: str) -> None:
        if show.err.is_terminal:
            show.say(f"opening {name} …", style="dim")

    return tell


def run_of(ws: Workspace, name: str) -> RunInfo:
    """The run of this name, or the current one. Raises TrainingError, UsageError."""
    if not name:
        run = current_run(ws.runs)
        if run is None:
            raise TrainingError("there is no finished run to talk to", mend=_TRAIN)
        return run
    return find_run(ws.runs, name)


def persona_of(ws: Workspace) -> str:
    """The persona card of the workspace, whole; else that of its current run. Raises UsageError where there is none."""
    card = ws.refined / "persona.md"
    try:
        text = card.read_text(encoding="utf-8").strip() if card.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{card} cannot be read: {error}", mend="save it as UTF-8, or: refiner refine") from None
    if not text:
        run = current_run(ws.runs)
        text = run.system if run else ""
    if not text:
        raise UsageError("nobody knows who she is: there is no persona card", mend="refiner refine makes one")
    return text


def her_name(ws: Workspace, system: str = "") -> str:
    """What to call her: the first name of who she becomes, or the one that the persona card has, else "she"."""
    try:
        after = Config.load(ws.config).persona.after
    except ConfigError:
        after = Config().persona.after
    if after.name:
        return after.name.split()[0]
    if carded := _CALLED.match(system):
        return carded[1].split()[0]
    return next((n for n in after.nicknames if n), "she" if after.gender == "female" else "he")


def _endpoint(ws: Workspace, choice: Choice) -> Opened:
    try:
        llm = Config.load(ws.config).llm
    except ConfigError:
        if ws.config.exists():
            raise
        llm = Config().llm
    # The key is for the configured server. No other may learn it, nor one on this machine: anybody may listen there.
    key = secret(llm.api_key_env).strip() if _same_server(choice.endpoint, llm.base_url) else ""
    named = OpenAIEndpoint(choice.endpoint, choice.model, api_key=key, allow_remote=llm.allow_remote)
    model = choice.model
    if not model:
        listed = named.models()
        if len(listed) != 1:
            said = f"models are: {', '.join(listed[:12])}" if listed else "it names no model"
            raise ModelError(f"{choice.endpoint} has {len(listed)} models; {said}", mend="name one with --model")
        model = listed[0]
        named = OpenAIEndpoint(choice.endpoint, model, api_key=key, allow_remote=llm.allow_remote)
    named.context = choice.context
    told = {"endpoint": choice.endpoint, "model": model}
    return Opened(named, persona_of(ws), model, told, local=is_local(choice.endpoint))


def _same_server(one: str, other: str) -> bool:
    try:
        a, b = urlsplit(one), urlsplit(other)
        return (a.scheme, a.hostname, a.port) == (b.scheme, b.hostname, b.port)
    except ValueError:  # a bracket that is not closed, a port that is no number
        return False
