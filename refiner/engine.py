"""Which engine a run uses: rules, or rules with a model as adviser. `auto` says which it took and what that leaves."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from refiner.config import LLM, Config
from refiner.errors import UsageError
from refiner.remote import refuse_remote
from refiner.store import Workspace, parse_json

if TYPE_CHECKING:
    from refiner.asking.asker import Asker

ENGINES = ("auto", "rules", "llm")
_OLLAMA = "http://127.0.0.1:11434"
_MOST = 10_000_000  # bytes that are read of what a server on this machine says


@dataclass(frozen=True)
class Engine:
    name: str  # rules | llm
    why: str
    llm: LLM | None = None  # the model's settings, for llm
    asker: Asker | None = None

    @property
    def model(self) -> str:
        """The model's name; "" for rules."""
        return self.llm.model if self.llm else ""

    def close(self) -> None:
        """Closes the connection and the file of answers."""
        if self.asker is not None:
            self.asker.close()
            self.asker.answers.close()


@dataclass(frozen=True)
class ModelOptions:
    """What a command says about its talk with the model. `offline`: kept answers only; `dry`: list what is missing."""

    max_tokens: int | None = None
    max_cost: float | None = None
    pseudonymise: bool = False
    offline: bool = False
    dry: bool = False
    replay: Path | None = None
    model: str = ""  # the model of an earlier run, where it was found and not configured


def installed_models(base: str = _OLLAMA, timeout: float = 0.3) -> list[str]:
    """The models of an Ollama on this machine, [] when none answers. `timeout` in seconds."""
    listed = _asked(f"{base}/api/tags", timeout)
    return _names(listed, "models", "name") or []


def served_models(base_url: str, timeout: float = 1.0) -> list[str] | None:
    """The models that an endpoint on this machine offers; [] where it answers but lists none, None where it does not.

    For loopback only: nothing but the question itself is sent.
    """
    listed = _asked(f"{base_url.rstrip('/')}/models", timeout)
    return None if listed is None else _names(listed, "data", "id") or []


def _asked(url: str, timeout: float) -> object:
    """The JSON at an address of this machine, None when nothing answers. No proxy: that could be anybody's answer."""
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=timeout) as reply:
            said: object = parse_json(reply.read(_MOST))
            return said
    except urllib.error.HTTPError:
        return {}
    except (OSError, ValueError, http.client.HTTPException):  # nothing there, or something that speaks no HTTP
        return None


def _names(listed: object, key: str, name: str) -> list[str] | None:
    try:
        return [str(m[name]) for m in listed.get(key, [])]  # type: ignore[attr-defined]
    except (AttributeError, KeyError, TypeError):
        return None


def choose_engine(
    config: Config,
    name: str = "auto",
    workspace: Workspace | None = None,
    options: ModelOptions = ModelOptions(),  # noqa: B008 - frozen
) -> Engine:
    """The engine of this name for this configuration; answers are kept in the workspace (None: in memory).

    Raises UsageError for an unknown name, `llm` without a model, or a bound that cannot be kept; RemoteRefused for an
    endpoint elsewhere; StoreError for a recording that cannot be read.
    """
    return connected(pick_engine(config, name, options), workspace, options)


def pick_engine(config: Config, name: str = "auto", options: ModelOptions = ModelOptions()) -> Engine:  # noqa: B008
    """The engine that `choose_engine` gives, before anything of it is opened. Raises UsageError, RemoteRefused."""
    if name not in ENGINES:
        raise UsageError(f'there is no engine "{name}"', mend=f"engines are: {', '.join(ENGINES)}")
    if options.replay is not None:
        return Engine("llm", f"rules and the answers of {options.replay}", config.llm)
    if name == "rules":
        return Engine("rules", "rules, as asked; what they cannot decide is left to you as a question")
    llm = config.llm.model_copy(update={"model": options.model}) if options.model else config.llm
    if name == "auto" and not llm.model:
        # `auto` looks only where Ollama lives by default; another endpoint has to be named in refiner.toml.
        models = installed_models() if llm.base_url == LLM().base_url else []
        if not models:
            return Engine(
                "rules",
                "rules: no model is configured and no Ollama answers here; what they leave open is yours to answer",
            )
        llm = llm.model_copy(update={"model": models[0]})
        why = f"rules and {models[0]} (an Ollama answers on this machine)"
    elif not llm.model:
        raise UsageError("engine llm: no model is configured", mend='set model = "…" under [llm] in refiner.toml')
    else:
        why = f"rules and {llm.model} at {llm.base_url}"
    if not options.offline and not options.dry:
        refuse_remote(llm)
    if options.max_cost is not None and not (llm.price_in or llm.price_out):
        raise UsageError(
            "--max-cost: no price is known", mend="set price_in and price_out (for 1,000,000 tokens) under [llm]"
        )
    return Engine("llm", why, llm)


def connected(engine: Engine, workspace: Workspace | None, options: ModelOptions) -> Engine:
    """The engine with its model ready to be asked; the same for rules. Raises StoreError."""
    if engine.llm is None:
        return engine
    from refiner.answers import Answers
    from refiner.asking.asker import Asker
    from refiner.asking.budget import Budget
    from refiner.llm import Endpoint

    llm, why, offline = engine.llm, engine.why, options.offline
    if options.replay is not None:
        from refiner.asking.recording import replay

        model, kept = replay(options.replay)
        llm, offline = llm.model_copy(update={"model": model}), True
        why = f"rules and what {model} said in {options.replay}"
    else:
        kept = Answers(workspace.answers if workspace else None)
    budget = Budget(options.max_tokens, options.max_cost, llm.price_in, llm.price_out)
    asker = Asker(llm, Endpoint(llm), kept, budget, offline=offline, dry=options.dry)
    asker.pseudonymise = options.pseudonymise or llm.pseudonymise
    asker.workspace = workspace.root if workspace else None
    return replace(engine, why=why, llm=llm, asker=asker)
