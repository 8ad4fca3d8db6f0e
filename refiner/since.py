"""What changed since the last refine, export and training run, by the files that these left. Reads only."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refiner.errors import StoreError
from refiner.marks import contents
from refiner.models import Sample
from refiner.notes import note_files
from refiner.store import Workspace, load_json, parse_json
from refiner.training.runs import RunInfo

_ID = re.compile(r'^\{"id":"([^"\\]+)"', re.M)
_READ = ("train.jsonl", "eval.jsonl")  # what training reads of a data set


# ---- refine --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Notes:
    """The notes that differ from those of the last refine, by path."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def sources(raw: Path) -> dict[str, str]:
    """The hash of each note below a folder, by its path in it. Raises StoreError when the folder is not there."""
    return {p.relative_to(raw).as_posix(): sha for p, sha in contents(note_files(raw))}


def notes_since(state: Mapping[str, Any], raw: Path) -> Notes:
    """What differs from the notes that the last refine read; nothing where it does not say which it read."""
    before = state.get("sources")
    if not isinstance(before, dict):
        return Notes()
    now = sources(raw)
    return Notes(
        tuple(p for p in now if p not in before),
        tuple(p for p, sha in now.items() if before.get(p, sha) != sha),
        tuple(p for p in before if p not in now),
    )


def ids_in(path: Path) -> frozenset[str]:
    """The ids of the records of a JSON Lines file, which begin with them; none where it cannot be read."""
    with suppress(OSError, UnicodeDecodeError):
        return frozenset(_ID.findall(path.read_text(encoding="utf-8")))
    return frozenset()


@dataclass(frozen=True)
class Fresh:
    """What is to decide that an earlier refine had not proposed, and how many decisions stand."""

    edits: int = 0
    questions: int = 0
    decided: int = 0


def fresh(
    edits: Iterable[Any], questions: Iterable[Any], old_edits: frozenset[str], old_questions: frozenset[str]
) -> Fresh:
    """Counts edits and questions of a life against the ids that were there before."""
    edits, questions = list(edits), list(questions)
    return Fresh(
        sum(e.status == "undecided" and e.id not in old_edits for e in edits),
        sum(q.status == "undecided" and q.id not in old_questions for q in questions),
        sum(r.status != "undecided" for r in (*edits, *questions)),
    )


def samples_outdated(ws: Workspace) -> bool:
    """Were the samples made before the refined notes became what they are? Only what changes is ever written."""
    try:
        made = (ws.refined / "samples.jsonl").stat().st_mtime_ns
        read = [ws.refined / "timeline.json", *(ws.refined / "notes").rglob("*")]
        return any(p.stat().st_mtime_ns > made for p in read if p.is_file())
    except OSError:
        return False


# ---- export --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exported:
    """How a data set differs from the samples that would go into it now."""

    new: int = 0
    changed: int = 0
    gone: int = 0


def export_since(dataset: Path, samples: Iterable[Sample]) -> Exported | None:
    """How the samples that may be exported differ from those in a data set; None where there is no whole data set that
    says where its rows come from."""
    told = _rows(dataset)
    if told is None:
        return None
    free = {s.id: _said([m.model_dump() for m in s.messages]) for s in samples if _ready(s)}
    return Exported(
        sum(name not in told for name in free),
        sum(name in told and text not in told[name] for name, text in free.items()),
        sum(name not in free for name in told),
    )


def _ready(sample: Sample) -> bool:
    return sample.status in ("approved", "edited") and not sample.blocked


def _rows(dataset: Path) -> dict[str, set[str]] | None:
    """What each sample's rows say in the files that training reads; general rows left out."""
    try:
        rows = {name: _lines(dataset / name) for name in _READ}
        behind = _lines(dataset / "provenance.jsonl")
        if not (dataset / "manifest.json").is_file():
            return None
        out: dict[str, set[str]] = {}
        for record in behind:
            if record["file"] in rows and record["kind"] != "general":
                messages = rows[record["file"]][record["row"] - 1]["messages"]
                out.setdefault(record["sample"], set()).add(_said(messages))
        return out
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None


def _lines(path: Path) -> list[Any]:
    return [parse_json(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _said(messages: Sequence[Mapping[str, str]]) -> str:
    return json.dumps([[m["role"], m["content"]] for m in messages if m["role"] != "system"], ensure_ascii=False)


# ---- training ------------------------------------------------------------------------------------------------------


def dataset_hash(dataset: Path) -> str:
    """The hash of a data set as a run writes it down: that of train.jsonl and eval.jsonl; "" where there is none."""
    with suppress(StoreError, KeyError, TypeError):
        manifest = load_json(dataset / "manifest.json")
        listed = {f["name"]: f["sha256"] for f in manifest["files"]}
        return hashlib.sha256("".join(f"{n} {listed[n]}\n" for n in sorted(_READ)).encode()).hexdigest()
    return ""


def older_runs(runs: Iterable[RunInfo], dataset: Path) -> tuple[str, ...]:
    """The finished runs that were trained on other data than the data set holds now."""
    now = dataset_hash(dataset)
    return tuple(r.name for r in runs if r.is_finished and now and r.dataset != now)


def named(paths: Sequence[str], most: int = 5) -> str:
    """Up to five names, the others counted: `a.md, b.md and 3 more`."""
    more = len(paths) - most
    return ", ".join(paths[:most]) + (f" and {more} more" if more > 0 else "")
