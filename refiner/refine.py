"""A workspace's run of the chain: reads notes and decisions, runs what is stale, writes data/refined.

`open_life` computes everything in memory from the cache (review, samples, timeline, export and status use it);
`refine` also writes. state.json is written last: while it is there, the rest is whole.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from refiner.canon_file import read_canon
from refiner.chain import Chain
from refiner.chain_run import CHAIN_VERSION
from refiner.config import Config
from refiner.dataset.persona import persona_card
from refiner.edits import digest
from refiner.engine import Engine, choose_engine
from refiner.errors import NoteError, RefinerError, UsageError
from refiner.models import Decision, Finding
from refiner.notes import note_files, read_notes
from refiner.pipeline import run_chain
from refiner.stages.canon import full_name
from refiner.stages.composing.facts import refined_labels
from refiner.stages.selfimage import life_balance
from refiner.store import FORMAT, Cache, DecisionLog, Results, Workspace, locked, to_jsonl, write_if_changed

ALL_STAGES = ("swap", "reframe", "override", "selfimage")
Progress = Callable[[str, int], None]


@dataclass
class Life:
    """A workspace's life as the chain sees it now."""

    workspace: Workspace
    config: Config
    decisions: list[Decision]
    chain: Chain
    engine: Engine
    now: str
    cache: Cache
    failed: tuple[NoteError, ...] = ()

    @property
    def card(self) -> str:
        """The persona card; "" while there is no timeline."""
        chain = self.chain
        if chain.timeline is None:
            return ""
        labels = refined_labels(chain.timeline.events, chain.edits, self.config)
        return persona_card(self.config, chain.timeline, name=full_name(chain.canon), labels=labels)


@dataclass
class Report:
    """What a `refine` did. `changed` is False when there was nothing to do."""

    changed: bool
    notes: int
    engine: str
    seconds: float
    made: dict[str, int] = field(default_factory=dict)  # stage -> notes done anew
    written: int = 0
    removed: int = 0
    failed: tuple[NoteError, ...] = ()
    life: Life | None = None


def last_state(out: Path) -> dict[str, Any]:
    try:
        state = json.loads((out / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) and state.get("format") == FORMAT else {}


def fingerprint(ws: Workspace, raw: Path, now: str, engine: Engine, stages: Sequence[str]) -> str:
    """A hash of everything that a run of the chain reads, by content."""
    parts = [CHAIN_VERSION, now, engine.name, getattr(engine.adviser, "name", ""), ",".join(stages), _code()]
    for path in [ws.config, ws.canon, ws.decisions, *note_files(raw)]:
        data = path.read_bytes() if path.exists() else b""
        parts += [str(path), hashlib.sha256(data).hexdigest()]
    return digest(*parts)


def _code() -> str:
    """Changes when this installation's own files change, so that a new version looks at everything again."""
    root = Path(__file__).parent
    files = sorted([*root.rglob("*.py"), *root.rglob("*.toml")])
    return digest(*(f"{f.relative_to(root)}:{f.stat().st_size}:{f.stat().st_mtime_ns}" for f in files))


def open_life(
    ws: Workspace,
    *,
    now: str,
    raw: Path | None = None,
    engine: Engine | None = None,
    stages: Sequence[str] = ALL_STAGES,
    cache: Results,
    progress: Progress = lambda stage, done: None,
) -> Life:
    """Runs the chain from the cache. `engine=None`: that of the last `refine`, asking no model anything new.

    Raises ConfigError, StoreError, ModelError; a note that cannot be read is in `failed`, the others are there.
    """
    config = Config.load(ws.config)
    chosen = _engine_of(ws, config, cache) if engine is None else engine
    if chosen.adviser is not None:
        chosen.adviser.cache = cache
    reading = read_notes(raw or ws.raw)
    decisions = DecisionLog(ws.decisions).read()
    chain = run_chain(
        reading.notes,
        config,
        now=now,
        stages=stages,
        cache=cache,
        decisions=decisions,
        canon=read_canon(ws.canon),
        adviser=chosen.adviser,
        progress=progress,
    )
    if chain.timeline is not None:
        chain.findings += life_balance(chain.notes, chain.edits, config, chain.timeline)
    chain.findings += [Finding(check="notes", severity="error", message=str(e.message)) for e in reading.failed]
    return Life(ws, config, decisions, chain, chosen, now, cache, reading.failed)


@contextmanager
def with_life(ws: Workspace, *, now: str, stages: Sequence[str] = ALL_STAGES) -> Iterator[Life]:
    """The life as it is now, computed from the cache; for the commands that read it. Writes nothing but the cache."""
    with Results(ws.results) as cache:
        yield open_life(ws, now=now, stages=stages, cache=cache)


def _engine_of(ws: Workspace, config: Config, cache: Results) -> Engine:
    """The engine of the last run, from its stored answers alone."""
    try:
        chosen = choose_engine(config, last_state(ws.refined).get("engine", "rules"), cache)
    except UsageError:  # the model was taken out of refiner.toml since
        return choose_engine(config, "rules")
    if chosen.adviser is not None:
        chosen.adviser.offline = True
    return chosen


def refine(
    ws: Workspace,
    *,
    now: str,
    raw: Path | None = None,
    out: Path | None = None,
    engine: str = "auto",
    stages: Sequence[str] = ALL_STAGES,
    progress: Progress = lambda stage, done: None,
) -> Report:
    """Refines a workspace's notes into `out` (default data/refined). Does nothing when nothing changed.

    Raises ConfigError, StoreError, WorkspaceBusy, ModelError, UsageError.
    """
    began = time.perf_counter()
    raw, out = raw or ws.raw, out or ws.refined
    if out.resolve() == raw.resolve() or raw.resolve().is_relative_to(out.resolve()):
        raise UsageError(f"--out {out} holds the raw notes: they are never modified", mend="choose another folder")
    config = Config.load(ws.config)
    with locked(ws, "refine"):
        chosen = choose_engine(config, engine)
        mark = fingerprint(ws, raw, now, chosen, stages)
        before = last_state(out)
        if before.get("fingerprint") == mark and all((out / f).is_file() for f in before["files"]):
            return Report(False, before["notes"], chosen.why, time.perf_counter() - began)
        with Results(ws.results) as cache:
            life = open_life(ws, now=now, raw=raw, engine=chosen, stages=stages, cache=cache, progress=progress)
            files, written = write_outputs(out, life)
            removed = _remove_old(out, set(before.get("files", [])) - set(files))
            cache.keep_only(life.chain.keys, ["extract", "timeline", "check", *ALL_STAGES])
        if not life.failed:
            state = {
                "format": FORMAT, "fingerprint": mark, "now": now, "engine": chosen.name, "stages": list(stages),
                "notes": len(life.chain.notes), "files": sorted(files),
            }  # fmt: skip
            write_if_changed(out / "state.json", json.dumps(state, indent=1) + "\n")
        made = {stage: len(notes) for stage, notes in life.chain.made.items()}
        return Report(
            True, len(life.chain.notes), life.engine.why, time.perf_counter() - began, made, written, removed,
            life.failed, life,
        )  # fmt: skip


def write_outputs(out: Path, life: Life) -> tuple[list[str], int]:
    """Writes refined notes and records; the names of all files, and how many had changed."""
    chain = life.chain
    contents = {f"notes/{n.path}": chain.refined(n) for n in chain.notes}
    contents["edits.jsonl"] = to_jsonl(e for n in chain.notes for e in chain.edits.get(n.path, ()))
    contents["questions.jsonl"] = to_jsonl(chain.questions)
    contents["findings.jsonl"] = to_jsonl(chain.findings)
    contents["events.jsonl"] = to_jsonl(chain.timeline.events if chain.timeline else ())
    contents["people.jsonl"] = to_jsonl(chain.people)
    contents["media.jsonl"] = to_jsonl(m for x in chain.extractions for m in x.media)
    contents["canon.jsonl"] = to_jsonl(chain.canon)
    if chain.timeline is not None:
        contents["persona.md"] = life.card
        contents["timeline.json"] = chain.timeline.model_dump_json(indent=1) + "\n"
    written = sum(write_if_changed(out / name, text) for name, text in contents.items())
    return list(contents), written


def _remove_old(out: Path, names: set[str]) -> int:
    """Removes refined notes whose raw note is gone (only files that an earlier run wrote)."""
    removed = 0
    for name in names:
        path = (out / name).resolve()
        if not path.is_relative_to(out.resolve()):
            raise RefinerError(f"state.json names a file outside {out}: {name}", mend=f"delete {out / 'state.json'}")
        with suppress(OSError):
            path.unlink()
            removed += 1
    return removed
