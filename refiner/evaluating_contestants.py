"""Who is interviewed: weights (the base, the trained ones) with and without the persona card.

Two by two, so that what training gave and what the card gives can be told apart. Without the card the system message
holds nothing but her name, for base and trained weights alike. Each weights are opened once, for both messages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from refiner.errors import UsageError
from refiner.evaluate.shapes import Contestant
from refiner.store import Workspace, canonical, place
from refiner.talk_model import Choice, her_name, open_choice, persona_of, run_of
from refiner.training.endpoint import ChatModel, Messages
from refiner.training.runs import RunInfo
from refiner.training.talk import open_gguf, open_model

_EDGE = 1 << 20  # bytes at both ends of a file of weights that tell it from others
_NAMELESS = ("", "she", "he")


@dataclass(frozen=True)
class Entrant:
    """A contestant and how its model is opened. Entrants of the same `weights` share one open model."""

    contestant: Contestant
    weights: str  # base, tuned or model
    open: Callable[[], ChatModel]


def plain_system(name: str) -> str:
    """The system message without the card: her name and nothing else of her."""
    who = "" if name in _NAMELESS else f"You are {name}. "
    return f"{who}Answer in a few plain sentences."


def contestants(
    ws: Workspace,
    choice: Choice,
    *,
    baselines: bool = True,
    card: Path | None = None,
    base_gguf: Path | None = None,
    name: str = "",
    opening: Callable[[str], None] = lambda name: None,
) -> list[Entrant]:
    """The contestants for what the command line names, those of the same weights beside each other.

    A run, or a GGUF with an adapter, gives base, base+card, tuned and tuned+card; without `baselines` the last two.
    A GGUF alone and an endpoint give model and model+card: what they were made from is not known.
    The card is that in the file `card`; else the system message that the run was trained with; else the persona card
    of the workspace. `name`: her first name. Nothing is loaded yet; an endpoint is asked for its models.
    Raises UsageError, ConfigError, TrainingError, ModelError, RemoteRefused.
    """
    choice.check()
    if base_gguf and (choice.endpoint or choice.gguf):
        raise UsageError("--base-gguf goes with --run", mend="refiner evaluate --run NAME --base-gguf FILE")
    if base_gguf is not None:
        base_gguf = place(base_gguf)
        if not base_gguf.is_file():
            raise UsageError(f"{base_gguf} is not there")
    if choice.endpoint:
        opened = open_choice(ws, choice)
        carded = _card(card) or opened.system
        about = {**opened.about, "local": opened.local}
        about["weights"] = canonical([choice.endpoint, opened.name])
        return _pair("model", opened.name, about, lambda: opened.model, her_name_of(ws, name, carded), carded)
    if choice.gguf:
        return _of_gguf(ws, choice, place(choice.gguf), baselines, card, name, opening)
    run = run_of(ws, choice.run)
    return _of_run(ws, run, choice, baselines, _card(card) or run.system, base_gguf, name, opening)


def her_name_of(ws: Workspace, name: str, system: str) -> str:
    """`name`, or what else is known to call her by."""
    return name or her_name(ws, system)


def _of_run(
    ws: Workspace,
    run: RunInfo,
    choice: Choice,
    baselines: bool,
    card: str,
    base_gguf: Path | None,
    name: str,
    opening: Callable[[str], None],
) -> list[Entrant]:
    def opens(adapter: bool) -> Callable[[], ChatModel]:
        def opened() -> ChatModel:
            opening(run.name if adapter else f"{run.base}, untrained")
            return open_model(run, adapter=adapter, base_gguf=base_gguf, context=choice.context)

        return opened

    base = base_gguf or run.base_gguf
    about: dict[str, Any] = {"run": run.name, "base": run.base, "local": True}
    if base is not None:
        about |= {"gguf": base.name, "bytes": _size(base)}
    below = _mark_of(base) if base is not None and base.is_file() else run.base_source
    files = (run.adapter_gguf, run.adapter and run.adapter / "adapter_model.safetensors")
    above = [run.finished, *(_mark_of(f) for f in files if f)]  # the time, where neither file can be read
    her = her_name_of(ws, name, card)
    found: list[Entrant] = []
    if baselines:
        found += _pair("base", run.base, {**about, "weights": canonical([below])}, opens(False), her, card)
    found += _pair("tuned", run.name, {**about, "weights": canonical([below, above])}, opens(True), her, card)
    return found


def _of_gguf(
    ws: Workspace,
    choice: Choice,
    gguf: Path,
    baselines: bool,
    card: Path | None,
    name: str,
    opening: Callable[[str], None],
) -> list[Entrant]:
    carded = _card(card) or persona_of(ws)
    lora = place(choice.lora) if choice.lora else None
    for file in (gguf, lora):
        if file is not None and not file.is_file():
            raise UsageError(f"{file} is not there")
    her = her_name_of(ws, name, carded)
    about: dict[str, Any] = {"gguf": gguf.name, "bytes": _size(gguf), "local": True}

    def opens(adapter: Path | None) -> Callable[[], ChatModel]:
        def opened() -> ChatModel:
            opening((adapter or gguf).name)
            return open_gguf(gguf, adapter, context=choice.context)

        return opened

    below = {**about, "weights": canonical([_mark_of(gguf)])}
    if lora is None:
        return _pair("model", gguf.stem, below, opens(None), her, carded)
    above = {**about, "lora": lora.name, "weights": canonical([_mark_of(gguf), [_mark_of(lora)]])}
    tuned = _pair("tuned", lora.stem, above, opens(lora), her, carded)
    return [*(_pair("base", gguf.stem, below, opens(None), her, carded) if baselines else []), *tuned]


def _pair(
    kind: str, title: str, about: dict[str, Any], opens: Callable[[], ChatModel], her: str, card: str
) -> list[Entrant]:
    plain = Contestant(
        id=kind, title=f"{title}, without the card", system=plain_system(her), adapter=kind == "tuned", about=about
    )
    carded = Contestant(
        id=f"{kind}+card", title=f"{title}, with the card", system=card, adapter=kind == "tuned", about=about
    )
    return [Entrant(plain, kind, opens), Entrant(carded, kind, opens)]


def _card(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        text = place(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file} cannot be read: it is no text in UTF-8") from None
    if not text:
        raise UsageError(f"{file} is empty: a card says who she is")
    return text


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _mark_of(file: Path) -> str:
    """What tells a file of weights from others without reading gigabytes: its size and both its ends."""
    try:
        size = file.stat().st_size
        with file.open("rb") as opened:
            ends = opened.read(_EDGE)
            opened.seek(max(0, size - _EDGE))
            ends += opened.read(_EDGE)
    except OSError:
        return file.name
    return f"{size}:{hashlib.sha256(ends).hexdigest()[:32]}"


def since(entrant: Entrant, evaluation: str, made: str) -> Entrant:
    """The entrant as one that is asked anew in another evaluation and after the report of that time, where nobody sees
    its weights: behind the same name an endpoint may have another model today."""
    if "endpoint" not in entrant.contestant.about:
        return entrant
    about = {**entrant.contestant.about, "weights": canonical([weights_said(entrant), evaluation, made])}
    return replace(entrant, contestant=entrant.contestant.model_copy(update={"about": about}))


def weights_said(entrant: Entrant) -> str:
    return str(entrant.contestant.about["weights"])


class Lazy:
    """A model that is opened when it is first asked: an interview whose answers are all kept loads nothing."""

    def __init__(self, opens: Callable[[], ChatModel]) -> None:
        self._opens = opens
        self._model: ChatModel | None = None
        self.name = ""
        self.context = 0

    @property
    def model(self) -> ChatModel:
        if self._model is None:
            self._model = self._opens()
            self.name, self.context = self._model.name, self._model.context
        return self._model

    @property
    def cut(self) -> bool:
        return bool(getattr(self._model, "cut", False))

    def reply(
        self, messages: Messages, *, max_tokens: int = 400, temperature: float = 0.0, seed: int | None = None
    ) -> Iterator[str]:
        """See `ChatModel.reply`."""
        return self.model.reply(messages, max_tokens=max_tokens, temperature=temperature, seed=seed)

    def count(self, messages: Messages) -> int:
        """See `ChatModel.count`."""
        return self.model.count(messages)

    def close(self) -> None:
        """See `ChatModel.close`."""
        if self._model is not None:
            self._model.close()
            self._model = None
