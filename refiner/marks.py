"""Of which inputs a result was made: hashes of what a run of the chain reads, and what the last run said of itself.

Runs nothing of the chain, so that a command can find out that it need not run it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from refiner.chain import CHAIN_VERSION
from refiner.edits import digest
from refiner.errors import StoreError
from refiner.notes import note_files
from refiner.store import FORMAT, Workspace, load_json

_WHOLE = ("engine", "files", "fingerprint", "notes", "now", "stages")


class _State(BaseModel):
    """What is read of state.json. Where one value is of the wrong kind, none counts."""

    model_config = ConfigDict(extra="allow", strict=True)

    format: int
    fingerprint: str = ""  # "" while what stands beside it is not whole
    now: str = ""
    engine: str = "rules"
    model: str = ""
    pseudonymise: bool = False
    replay: str = ""
    stages: list[str] = []
    notes: int = 0
    files: list[str] = []
    sources: dict[str, str] = {}
    fresh: dict[str, int] = {}


def last_state(out: Path) -> dict[str, Any]:
    """What the last `refine` wrote about itself; {} where there is none of this format, or none that can be read.

    Of the keys that a whole one has, none is missing: where one was, the fingerprint is "", so that `refine` runs.
    """
    try:
        found = load_json(out / "state.json")
        state = _State.model_validate(found)
    except (StoreError, ValidationError):
        return {}
    if state.format != FORMAT:
        return {}
    missing = {key: getattr(state, key) for key in _WHOLE if key not in found}
    return {**found, **missing, "fingerprint": ""} if missing else dict(found)


def code() -> str:
    """Changes when this installation's own files or the English model change, so that everything is looked at again."""
    from refiner.language.parse import model_mark

    root = Path(__file__).parent
    files = sorted([*root.rglob("*.py"), *root.rglob("*.toml")])
    found = ((f, os.stat(f)) for f in files)
    return digest(model_mark(), *(f"{f.relative_to(root)}:{s.st_size}:{s.st_mtime_ns}" for f, s in found))


def prompt_texts(ws: Workspace) -> list[str]:
    """Every prompt that a model could be asked with."""
    from refiner.prompts import folders

    return [p.read_text(encoding="utf-8") for f in folders(ws.root) for p in sorted(f.glob("*.md"))]


def contents(paths: Iterable[Path]) -> list[tuple[Path, str]]:
    """The hash of each file's bytes; of none where it is not there, of the reason where it cannot be read.

    Raises nothing: whoever reads the file says what is wrong with it, and a note fails alone.
    """
    return [(p, hashlib.sha256(_bytes(p)).hexdigest()) for p in paths]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        return f"cannot be read: {error.errno}".encode()


def has_samples(ws: Workspace) -> bool:
    """Whether `refiner samples` has made any, so that they are reviewed too."""
    return (ws.refined / "samples.jsonl").exists()


def queue_mark(ws: Workspace, now: str, *, with_samples: bool) -> str:
    """A hash of everything that the queue of a review is made of: as in `refine`, with the engine of its last run.

    Raises StoreError when there is no folder of notes.
    """
    state = last_state(ws.refined)
    engine = [json.dumps(state.get(k)) for k in ("engine", "model", "pseudonymise", "replay")]
    parts = ["queue", str(FORMAT), CHAIN_VERSION, now, str(with_samples), *engine, code()]
    corrections = ws.review / "corrections.jsonl"  # see talk_corrections.py
    files = [ws.config, ws.canon, ws.decisions, *([corrections] if corrections.exists() else []), *note_files(ws.raw)]
    if state.get("engine") not in (None, "rules"):
        parts += prompt_texts(ws)
        for path in (ws.answers, ws.answers.with_name(f"{ws.answers.name}-wal")):
            with suppress(OSError):
                about = path.stat()
                parts += [path.name, f"{about.st_size}:{about.st_mtime_ns}"] if about.st_size else []
        files += [Path(state["replay"])] if isinstance(state.get("replay"), str) else []
    for path, sha in contents(files):
        parts += [os.path.relpath(path, ws.root), sha]
    return digest(*parts)
