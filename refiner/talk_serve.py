"""What `refiner serve` does at the terminal: opens her, says where she is and how to talk to her, and waits."""

from __future__ import annotations

import secrets
import shlex
import threading
from pathlib import Path

from refiner.console import Output
from refiner.errors import StoreError, TrainingError, UsageError
from refiner.hints import install
from refiner.serving import Served, check_free, serving
from refiner.store import Workspace, write_atomic
from refiner.talk_model import Choice, open_choice, tell_opening
from refiner.training.talk import LlamaCpp


def serve_run(
    ws: Workspace, show: Output, choice: Choice, *, host: str, port: int, key_file: Path | None, with_key: bool
) -> None:
    """Serves until Ctrl-C. Raises UsageError, TrainingError, StoreError."""
    check_free(host, port)
    if key_file and not with_key:
        raise UsageError("--api-key-file and --no-key contradict each other")
    file = key_file or ws.refined / "serve.key"
    key = _key(file) if with_key else ""
    opened = open_choice(ws, choice, tell_opening(show))
    try:
        if not isinstance(opened.model, LlamaCpp):
            raise TrainingError("serving needs llama.cpp and a GGUF of the model", mend=install("local"))
        served = Served(opened.name, opened.system, key)
        with serving(opened.model, served, host, port) as url:
            _say(show, url, served, file)
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                show.say("stopping")
    finally:
        opened.model.close()


def _key(file: Path) -> str:
    """The key in a file (0600); made where there is none. Raises StoreError."""
    try:
        key = file.read_text(encoding="utf-8").strip()
        file.chmod(0o600)
    except FileNotFoundError:
        key = secrets.token_urlsafe(32)
        write_atomic(file, key + "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{file} cannot be read: {error}") from None
    if not key or not key.isascii() or not key.isprintable():
        raise UsageError(f"{file} holds no key", mend=f"delete {file}: a new one is made")
    return key


def _say(show: Output, url: str, served: Served, file: Path) -> None:
    if show.as_json:
        show.json({"url": url, "model": served.name, "key_file": str(file) if served.key else ""})
    show.say(f"{served.name} at {url}, for this machine alone. Ctrl-C ends it.")
    if served.key:
        if show.err.is_terminal:  # what goes to a file or another program may be kept there
            show.say(f"key: {served.key}")
            show.say(f"     (kept in {file}, readable by you alone)")
        else:
            show.say(f"its key is in {file}, readable by you alone")
    else:
        show.say("no key: every program and every user of this machine can talk to her")
    sends = f' -H "Authorization: Bearer $(cat {shlex.quote(str(file))})"' if served.key else ""
    body = '{"messages": [{"role": "user", "content": "Who are you?"}]}'
    show.say("")
    show.say(f"curl {url}/chat/completions{sends} -H 'Content-Type: application/json' -d '{body}'")
    show.say("")
    show.say("Any program that takes an OpenAI-compatible server: base URL and key as above.")
    show.say("Open WebUI: Admin Settings, Connections, OpenAI API: this URL and the key.")
    show.say("Leave its system prompt empty: who she is goes along by itself.")
