"""Which engine a run uses: rules, or rules with a model as adviser. `auto` says which it took and what that leaves."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

from refiner.config import LLM, Config
from refiner.errors import UsageError
from refiner.store import Cache, NoCache

if TYPE_CHECKING:
    from refiner.llm import ModelAdviser

ENGINES = ("auto", "rules", "llm")
_OLLAMA = "http://127.0.0.1:11434"


@dataclass(frozen=True)
class Engine:
    name: str  # rules | llm
    why: str
    adviser: ModelAdviser | None = None


def installed_models(base: str = _OLLAMA, timeout: float = 0.3) -> list[str]:
    """The models of an Ollama on this machine, [] when none answers. `timeout` in seconds."""
    try:
        # No proxy: an answer from anywhere but this machine would not be Ollama's.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{base}/api/tags", timeout=timeout) as reply:
            return [str(m["name"]) for m in json.load(reply).get("models", [])]
    except (OSError, ValueError, KeyError, TypeError, urllib.error.URLError):
        return []


def choose_engine(config: Config, name: str = "auto", cache: Cache | None = None) -> Engine:
    """The engine of this name for this configuration.

    Raises UsageError for an unknown name or `llm` without a model, RemoteRefused for an endpoint elsewhere.
    """
    if name not in ENGINES:
        raise UsageError(f'there is no engine "{name}"', mend=f"engines are: {', '.join(ENGINES)}")
    if name == "rules":
        return Engine("rules", "rules, as asked; what they cannot decide is left to you as a question")
    llm = config.llm
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
    from refiner.llm import ModelAdviser, refuse_remote

    refuse_remote(llm)
    direction = {"female": "a woman", "male": "a man"}[config.persona.after.gender]
    return Engine("llm", why, ModelAdviser(llm, direction, cache or NoCache()))
