"""A workspace's run of the chain: reads notes and decisions, runs what is stale, writes data/refined.

`open_life` computes everything in memory from the cache (review, samples, timeline, export and status use it);
`refine` also writes. state.json says of which inputs the rest was made: that is taken back before anything else is
written and said anew at the end, so while it says so, the rest is whole. The stages are imported when they run: a
`refine` that finds nothing changed needs none of them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refiner.canon_file import read_canon
from refiner.chain import CHAIN_VERSION, Chain
from refiner.config import Config
from refiner.edits import digest
from refiner.engine import Engine, ModelOptions, choose_engine, connected, pick_engine
from refiner.errors import NoteError, RefinerError, UsageError
from refiner.marks import code, contents, prompt_texts
from refiner.marks import last_state as last_state
from refiner.models import Decision, Finding
from refiner.notes import note_files, read_notes
from refiner.since import Fresh, fresh, ids_in, sources
from refiner.store import FORMAT, Cache, DecisionLog, Results, Workspace, locked, to_jsonl, write_if_changed

if TYPE_CHECKING:
    from refiner.asking.asker import Asker, Waiting

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
        from refiner.dataset.persona import persona_card
        from refiner.stages.canon import full_name
        from refiner.stages.composing.facts import refined_labels

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
    fresh: Fresh | None = None  # what is new to decide; None where nothing was there before

    @property
    def lost(self) -> list[str]:
        """Questions that got no answer for a fault of the network or the server, in words."""
        return self.life.engine.asker.lost if self.life and self.life.engine.asker else []

    @property
    def unasked(self) -> int:
        """Questions that were not put, since the budget was spent or the recording has no answer."""
        asker = self.life.engine.asker if self.life else None
        return asker.unasked + asker.absent if asker else 0


def fingerprint(
    ws: Workspace, raw: Path, now: str, engine: Engine, stages: Sequence[str], recording: Path | None = None
) -> str:
    """A hash of everything that a run of the chain reads, by content."""
    parts = [CHAIN_VERSION, now, engine.name, engine.model, ",".join(stages), code()]
    if engine.llm is not None:
        parts += prompt_texts(ws)
    files = [ws.config, ws.canon, ws.decisions, *([recording] if recording else []), *note_files(raw)]
    for path, sha in contents(files):
        parts += [str(path), sha]
    return digest(*parts)


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
    from refiner.pipeline import run_chain
    from refiner.stages.canon import named
    from refiner.stages.selfimage import life_balance
    from refiner.stages.today import living_traits

    config = Config.load(ws.config)
    chosen = _engine_of(ws, config) if engine is None else engine
    if chosen.asker is not None:
        chosen.asker.progress = progress
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
        asker=chosen.asker,
        progress=progress,
    )
    config = named(config, chain.canon)  # what is told of the life has her names, whoever chose them
    if chain.timeline is not None:
        chain.findings += life_balance(
            chain.notes, chain.edits, config, chain.timeline, chain.extractions, chain.people, chain.bearings
        )
        chain.findings += living_traits(chain.notes, chain.edits, chain.bearings, config, chain.timeline)
    chain.findings += [Finding(check="notes", severity="error", message=str(e.message)) for e in reading.failed]
    return Life(ws, config, decisions, chain, chosen, now, cache, reading.failed)


@contextmanager
def with_life(ws: Workspace, *, now: str, stages: Sequence[str] = ALL_STAGES) -> Iterator[Life]:
    """The life as it is now, computed from the cache; for the commands that read it. Writes nothing but the cache."""
    with Results(ws.results) as cache:
        engine = _engine_of(ws, Config.load(ws.config))
        try:
            yield open_life(ws, now=now, engine=engine, stages=stages, cache=cache)
        finally:
            engine.close()


def last_options(out: Path) -> ModelOptions:
    """How the last run talked with its model: a later one must hide what that one hid."""
    state = last_state(out)
    replay = Path(state["replay"]) if state.get("replay") else None
    return ModelOptions(model=state.get("model", ""), pseudonymise=bool(state.get("pseudonymise")), replay=replay)


def _engine_of(ws: Workspace, config: Config) -> Engine:
    """The engine of the last run, from its kept answers alone."""
    options = last_options(ws.refined)
    if options.replay is not None:
        return choose_engine(config, options=options) if options.replay.is_file() else _rules(config)
    try:
        engine = last_state(ws.refined).get("engine", "rules")
        return choose_engine(config, engine, ws, replace(options, offline=True))
    except UsageError:  # the model was taken out of refiner.toml since
        return _rules(config)


def _rules(config: Config) -> Engine:
    return choose_engine(config, "rules")


def refine(
    ws: Workspace,
    *,
    now: str,
    raw: Path | None = None,
    out: Path | None = None,
    engine: str = "auto",
    stages: Sequence[str] = ALL_STAGES,
    options: ModelOptions = ModelOptions(),  # noqa: B008 - frozen
    record: Path | None = None,
    ask_again: bool = False,
    progress: Progress = lambda stage, done: None,
) -> Report:
    """Refines a workspace's notes into `out` (default data/refined). Does nothing when nothing changed.

    `record` writes the answers that the run used to a file; `ask_again` forgets those that could not be used.
    Raises ConfigError, StoreError, WorkspaceBusy, ModelError, UsageError.
    """
    began = time.perf_counter()
    raw, out = raw or ws.raw, out or ws.refined
    if out.resolve() == raw.resolve() or raw.resolve().is_relative_to(out.resolve()):
        raise UsageError(f"--out {out} holds the raw notes: they are never modified", mend="choose another folder")
    config = Config.load(ws.config)
    with locked(ws, "refine"):
        picked = pick_engine(config, engine, options)
        mark, read = fingerprint(ws, raw, now, picked, stages, options.replay), sources(raw)
        before = last_state(out)
        whole = before.get("fingerprint") == mark and all((out / f).is_file() for f in before["files"])
        if whole and not ask_again and record is None:
            return Report(False, before["notes"], picked.why, time.perf_counter() - began)
        chosen = connected(picked, ws, options)
        try:
            if ask_again and chosen.asker is not None:
                chosen.asker.answers.forget_unfit()
            with Results(ws.results) as cache:
                life = open_life(ws, now=now, raw=raw, engine=chosen, stages=stages, cache=cache, progress=progress)
                old = ids_in(out / "edits.jsonl"), ids_in(out / "questions.jsonl")
                edits = [e for es in life.chain.edits.values() for e in es]
                new = fresh(edits, life.chain.questions, *old) if before else None
                contents = _outputs(life)
                files, old_files = list(contents), before.get("files", [])
                if before:  # what follows may fail or be stopped: until all is there, nothing is unchanged
                    _write_state(out, {**before, "fingerprint": "", "files": sorted({*old_files, *files})})
                removed = _remove_old(out, set(old_files) - set(files))
                written = sum(write_if_changed(out / name, text) for name, text in contents.items())
                cache.keep_only(life.chain.keys, ["extract", "timeline", "check", "asked", *ALL_STAGES])
            made = {stage: len(notes) for stage, notes in life.chain.made.items()}
            report = Report(
                True, len(life.chain.notes), life.engine.why, time.perf_counter() - began, made, written, removed,
                life.failed, life, new,
            )  # fmt: skip
            if not life.failed:
                state = {
                    "format": FORMAT, "fingerprint": "" if report.lost or report.unasked else mark, "now": now,
                    "engine": chosen.name, "stages": list(stages), "notes": len(life.chain.notes),
                    "files": sorted(files), **_talk(chosen, options),
                    **({"sources": read} if raw.resolve() == ws.raw.resolve() else {}),
                    **({"fresh": {"edits": new.edits, "questions": new.questions}} if new else {}),
                }  # fmt: skip
                _write_state(out, state)
            if chosen.asker is not None:
                _keep_answers(chosen.asker, life, options, record, whole=not report.lost and not report.unasked)
            return report
        finally:
            chosen.close()


def _talk(engine: Engine, options: ModelOptions) -> dict[str, Any]:
    """What a later command needs to find the same answers again."""
    if engine.asker is None:
        return {}
    replayed = {"replay": str(options.replay.resolve())} if options.replay else {}
    return {"model": engine.asker.name, "pseudonymise": engine.asker.stand_ins is not None, **replayed}


def _keep_answers(asker: Asker, life: Life, options: ModelOptions, record: Path | None, *, whole: bool) -> None:
    """Notes which answers are in use, forgets what was said about notes that are gone, and writes the recording."""
    if whole and options.replay is None:
        asker.answers.mark_used(asker.used)
        asker.answers.forget_notes([n.path for n in life.chain.notes])
    if record is not None:
        from refiner.asking.recording import record as write

        write(record, asker.answers, asker.used, asker.name, f"by {asker.name} on {life.now}")


@dataclass(frozen=True)
class Plan:
    """What a run would send, and where; nothing of it was sent."""

    engine: Engine
    waiting: tuple[Waiting, ...]
    cached: int  # answers that are there already

    @property
    def tokens(self) -> tuple[int, int]:
        """How many would be sent, and how many could be written at most."""
        return sum(w.prompt_tokens for w in self.waiting), sum(w.most_tokens for w in self.waiting)

    def as_data(self) -> dict[str, object]:
        """For JSON: where it would go, whether that is allowed, how many tokens, and every message as it would be sent;
        empty where no model is asked."""
        from refiner.remote import is_local

        asker = self.engine.asker
        if asker is None:
            return {}
        llm, (sent, most) = asker.llm, self.tokens
        return {
            "endpoint": llm.base_url, "local": is_local(llm.base_url),
            "allowed": llm.allow_remote or is_local(llm.base_url),
            "model": llm.model, "calls": len(self.waiting), "kept": self.cached, "prompt_tokens": sent,
            "most_completion_tokens": most, "most_cost": asker.budget.price(sent, most),
            "pseudonymised": asker.stand_ins is not None,
            "requests": [{"prompt": w.prompt, "note": w.note, "messages": list(w.messages)} for w in self.waiting],
        }  # fmt: skip


def plan(
    ws: Workspace,
    *,
    now: str,
    engine: str,
    raw: Path | None = None,
    stages: Sequence[str] = ALL_STAGES,
    options: ModelOptions = ModelOptions(),  # noqa: B008 - frozen
) -> Plan:
    """What `refine` would put to the model, found by running the rules alone; writes no results.

    Raises as `refine` does, but not for an endpoint elsewhere: nothing is sent.
    """
    config = Config.load(ws.config)
    with locked(ws, "refine --dry-run"):
        chosen = choose_engine(config, engine, ws, replace(options, dry=True))
        try:
            with Results(ws.results) as cache:
                open_life(ws, now=now, raw=raw, engine=chosen, stages=stages, cache=cache)
            asker = chosen.asker
            return Plan(chosen, tuple(asker.waiting) if asker else (), asker.usage.cached if asker else 0)
        finally:
            chosen.close()


def _write_state(out: Path, state: dict[str, Any]) -> None:
    write_if_changed(out / "state.json", json.dumps(state, indent=1) + "\n")


def _outputs(life: Life) -> dict[str, str]:
    """What a run writes: refined notes and records, by their names below its folder."""
    from refiner.checks.telling import note_places

    chain = life.chain
    contents = {f"notes/{n.path}": chain.refined(n) for n in chain.notes}
    contents["edits.jsonl"] = to_jsonl(e for n in chain.notes for e in chain.edits.get(n.path, ()))
    contents["questions.jsonl"] = to_jsonl(chain.questions)
    contents["findings.jsonl"] = to_jsonl(chain.findings)
    contents["events.jsonl"] = to_jsonl(chain.timeline.events if chain.timeline else ())
    contents["notes.jsonl"] = to_jsonl(note_places(chain.notes, chain.timeline, life.config))
    contents["people.jsonl"] = to_jsonl(chain.people)
    contents["media.jsonl"] = to_jsonl(m for x in chain.extractions for m in x.media)
    contents["canon.jsonl"] = to_jsonl(chain.canon)
    contents["relevance.jsonl"] = to_jsonl(chain.treatments())
    if chain.timeline is not None:
        contents["persona.md"] = life.card
        contents["timeline.json"] = chain.timeline.model_dump_json(indent=1) + "\n"
    return contents


def _remove_old(out: Path, names: set[str]) -> int:
    """Removes refined notes whose raw note is gone (only files that an earlier run wrote), and folders that are empty
    then: a file may have to stand in their place."""
    removed, root = 0, out.resolve()
    for name in names:
        try:
            path = (out / name).resolve()
        except (OSError, ValueError, RuntimeError):
            continue
        if not path.is_relative_to(root):
            raise RefinerError(f"state.json names a file outside {out}: {name}", mend=f"delete {out / 'state.json'}")
        with suppress(OSError):
            path.unlink()
            removed += 1
        for folder in path.parents:
            if folder in (root, root / "notes") or not folder.is_relative_to(root):
                break
            try:
                folder.rmdir()
            except OSError:  # something is in it still, or it went with another file
                if folder.exists():
                    break
    return removed
