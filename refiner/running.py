"""Training runs of a workspace: starting one, and talking to one."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from refiner.chat import HELP, Conversation, Model, talk
from refiner.console import Output
from refiner.dataset.export import validate_dataset
from refiner.errors import TrainingError, UsageError
from refiner.review.visible import visible
from refiner.store import Workspace, make_folder
from refiner.training.endpoint import OpenAIEndpoint
from refiner.training.launch import find_recipe, train
from refiner.training.runs import RunInfo, latest_run, list_runs
from refiner.training.talk import open_model

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")


def train_run(
    ws: Workspace, recipe: str, *, name: str, dataset: Path | None, plan: bool, resume: bool, base: str,
    allow_download: bool, show: Output,
) -> int:  # fmt: skip
    """Runs training/train.py on the workspace's data set; its exit code. Raises TrainingError, UsageError."""
    if resume and not recipe:
        name = name or _unfinished(ws)
        recipe = str(ws.runs / name / "recipe.toml")
    if not recipe:
        raise UsageError("which recipe?", mend="refiner train --recipe cpu-smoke")
    file = find_recipe(recipe, ws.root)
    folder = dataset or ws.dataset
    if not (folder / "manifest.json").is_file():
        raise TrainingError(f"{folder} holds no data set", mend="refiner export")
    if problems := validate_dataset(folder):
        raise TrainingError("\n".join(problems[:10]), mend="refiner export writes it anew")
    if name and not _NAME.fullmatch(name):
        raise UsageError(f'--name "{name}"', mend="use letters, digits, . _ and -")
    name = name or _free_name(ws, file.stem, resume)
    out = ws.runs / name
    if out.exists() and not resume and not plan and any(out.iterdir()):
        raise UsageError(f"{out} is there already", mend="choose another --name, or go on with it: --resume")
    make_folder(ws.runs)
    extra = [*(["--plan"] if plan else []), *(["--resume"] if resume else []), *(["--base", base] if base else [])]
    extra += ["--allow-download"] if allow_download else []
    extra += ["--quiet"] if show.quiet else []
    code = train(folder, file, out, extra=extra)
    if code == 0 and not plan:
        show.say(f"next: refiner chat --run {name}")
    return code


def _unfinished(ws: Workspace) -> str:
    """The run that was interrupted. Raises UsageError where there is none, or more than one."""
    found = [r.name for r in list_runs(ws.runs) if not r.is_finished and (r.folder / "recipe.toml").is_file()]
    if len(found) != 1:
        said = f"interrupted runs are {', '.join(found)}" if found else "there is no interrupted run"
        raise UsageError(
            said, mend="refiner train --resume --name NAME" if found else "refiner train --recipe cpu-smoke"
        )
    return found[0]


def _free_name(ws: Workspace, stem: str, resume: bool) -> str:
    taken = [r.name for r in list_runs(ws.runs)]
    if resume:
        ours = [n for n in taken if n.startswith(stem)]
        if not ours:
            raise UsageError("there is no run to go on with", mend="leave --resume out")
        return ours[-1]
    return next(
        n for n in (stem, *(f"{stem}-{k}" for k in range(2, 10_000))) if n not in taken and not (ws.runs / n).exists()
    )


def _run(ws: Workspace, name: str) -> RunInfo:
    if not name:
        run = latest_run(ws.runs)
        if run is None:
            raise TrainingError("there is no finished run to talk to", mend="refiner train --recipe cpu-smoke")
        return run
    found = {r.name: r for r in list_runs(ws.runs)}
    if name not in found:
        known = ", ".join(found) or "none"
        raise UsageError(f'there is no run "{name}"; runs are: {known}', mend="refiner train --recipe cpu-smoke")
    return found[name]


class _Opened:
    """A model and the system message that belongs to it."""

    def __init__(self, model: Model, system: str, run: RunInfo | None) -> None:
        self.model, self.system, self.run = model, system, run


def _open(ws: Workspace, *, run: str, endpoint: str, model: str, untrained: bool) -> _Opened:
    if endpoint:
        persona = ws.refined / "persona.md"
        system = persona.read_text(encoding="utf-8") if persona.is_file() else "You are who the notes say you are."
        return _Opened(OpenAIEndpoint(endpoint, model), system, None)
    info = _run(ws, run)
    return _Opened(open_model(info, adapter=not untrained), info.system, info)


def chat_run(
    ws: Workspace, show: Output, *, run: str, endpoint: str, model: str, untrained: bool, ask: list[str],
    max_tokens: int, temperature: float,
) -> None:  # fmt: skip
    """Talks to a run until the person ends it, or asks the given questions and stops."""
    opened = _open(ws, run=run, endpoint=endpoint, model=model, untrained=untrained)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    history = None if ask else ws.refined / "chats" / f"{stamp}.jsonl"
    conversation = Conversation(opened.model, opened.system, history, max_tokens=max_tokens, temperature=temperature)
    try:
        if ask:
            said = list(_ask_each(conversation, ask, show))
            if show.as_json:
                show.json(said)
            return
        where = opened.run.name if opened.run else endpoint
        show.say(f"{where}. She stays on this machine. {HELP}" if opened.run else f"{where}. {HELP}")
        base = (lambda: open_model(opened.run, adapter=False)) if opened.run else None
        talk(conversation, _reader(), lambda piece: _write(piece), base)
        if conversation.turns and history is not None:
            show.say(f"kept in {history}")
    finally:
        opened.model.close()


def _ask_each(conversation: Conversation, ask: list[str], show: Output) -> Iterator[dict[str, Any]]:
    for question in ask:
        conversation.turns.clear()
        if not show.as_json:
            show.data(f"? {question}", style="bold")
        answer = conversation.ask(question, lambda piece: None if show.as_json else _write(piece))
        if not show.as_json:
            _write("\n")
        yield {"question": question, "answer": answer}


def _reader() -> Any:
    if sys.stdin.isatty():
        import readline  # noqa: F401 - gives input() editing and history of this talk

        return lambda: input("you> ")
    return lambda: input()


def _write(piece: str) -> None:
    sys.stdout.write(visible(piece))
    sys.stdout.flush()


def ask_all(info: RunInfo, questions: list[str], *, adapter: bool) -> list[str]:
    """Her answers to some questions, each in a talk of its own; `adapter=False`: the untrained model's."""
    model = open_model(info, adapter=adapter)
    try:
        out = []
        for question in questions:
            messages = [{"role": "system", "content": info.system}, {"role": "user", "content": question}]
            out.append("".join(model.reply(messages, max_tokens=120, temperature=0.0)).strip())
        return out
    finally:
        model.close()


def read_json(path: Path) -> Any:
    """A JSON file of a run. Raises TrainingError."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path} cannot be read: {error}") from None
