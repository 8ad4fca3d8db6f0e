"""What a purge of one note removes, step by step: whole files where they are made again, lines and rows where not."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from refiner.errors import StoreError
from refiner.purge_files import Step, lines, remove, rows, size_of, whole
from refiner.purge_note import Known, journal
from refiner.purge_search import WEIGHTS, find
from refiner.store import Workspace, write_atomic
from refiner.training.runs import RunInfo, list_runs

# What refine, samples, review and export make again from the other notes. Each may hold something of this one: an
# event told here can end a trait, and then the refined text of another note says so.
REMADE = (
    "state.json", "queue.json", "samples.jsonl", "edits.jsonl", "questions.jsonl", "findings.jsonl", "events.jsonl",
    "notes.jsonl", "people.jsonl", "media.jsonl", "canon.jsonl", "relevance.jsonl", "timeline.json", "persona.md",
)  # fmt: skip
BEHIND = "notes.json"  # in a run's folder, once a data set that it was trained on was purged
COSTLY = ("asked", "written")  # kept results that follow from a model's answers


def note_steps(ws: Workspace, known: Known, *, keep_runs: bool, all_talks: bool) -> tuple[list[Step], list[RunInfo]]:
    """The steps, in the order in which they are taken, and the runs that may have been trained on the note.

    Raises StoreError where a file cannot be read.
    """
    runs = runs_with(ws, known)
    steps = [*_remade(ws), *_rows(ws, known)]
    if not keep_runs:
        for run in runs:
            steps += whole("run", run.folder)
    steps += _evaluations(ws, known, {run.name for run in runs}, keep_runs=keep_runs)
    steps += _talks(ws, known, all_talks=all_talks)
    steps += review_steps(ws, known)
    taken = {step.path for step in steps}
    steps += _rest(ws, known, taken)
    return steps, runs


def runs_with(ws: Workspace, known: Known) -> list[RunInfo]:
    """The runs that may have been trained on a note: all but those of which every row is known to come from others.

    A run that goes on with such a run holds what that one learnt.
    """
    found = list_runs(ws.runs)
    notes = {run.name: notes_behind(run, known) for run in found}
    out = {name for name, behind in notes.items() if behind is None or known.note in behind}
    while more := {run.name for run in found if run.continues in out} - out:
        out |= more
    return [run for run in found if run.name in out]


def notes_behind(run: RunInfo, known: Known) -> frozenset[str] | None:
    """The notes that a run was trained on, by the data set as it is, or as an earlier purge wrote them down; None where
    that cannot be said."""
    try:
        said = json.loads((run.folder / BEHIND).read_text(encoding="utf-8"))
        if said["finished"] == run.finished and run.finished:
            return frozenset(map(str, said["notes"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    if not run.rows or run.data.get("decided") or not all(key in known.taught for key in run.rows):
        return None
    return frozenset().union(*(known.taught[key] for key in run.rows))


def write_behind(ws: Workspace, known: Known, gone: Collection[str]) -> None:
    """Writes down for the runs that stay which notes they were trained on: the data set that says so goes.

    Raises StoreError.
    """
    for run in list_runs(ws.runs):
        behind = None if run.name in gone else notes_behind(run, known)
        if behind is not None:
            record = {"finished": run.finished, "notes": sorted(behind)}
            write_atomic(run.folder / BEHIND, json.dumps(record, ensure_ascii=False) + "\n")


def _remade(ws: Workspace) -> Iterator[Step]:
    """state.json first: while it is there, the rest is taken to be whole; of a data set, the manifest."""
    for name in REMADE:
        yield from whole("refined life", ws.refined / name)
    yield from whole("refined notes", ws.refined / "notes")
    yield from whole("data set", ws.dataset / "manifest.json")
    yield from whole("data set", ws.dataset)
    for path in sorted(ws.refined.glob("results.*")) + sorted(ws.refined.glob(".*")):
        if path.name.startswith("results.sqlite") or path in (ws.refined / ".lock", journal(ws)):
            continue
        yield from whole("left over", path)


def _rows(ws: Workspace, known: Known) -> Iterator[Step]:
    def computed(row: dict[str, Any]) -> bool:
        return row["stage"] not in COSTLY or row["note"] == known.note or known.marks.stands_in(row["value"])

    def answered(row: dict[str, Any]) -> bool:
        return row["note"] == known.note or known.marks.stands_in(f"{row['text']}\n{row['weights']}")

    def fact(row: dict[str, Any]) -> bool:
        return known.marks.stands_in(f"{str(row['name']).rpartition(':')[2]}\n{row['value']}")

    yield from rows("kept results", ws.results, "results", computed, "key")
    yield from rows("model answers", ws.answers, "answers", answered, "key")
    yield from rows("model answers", ws.answers, "facts", fact, "name")
    for path in sorted(ws.refined.glob("answers.damaged*")):
        yield from whole("model answers", path)


def _evaluations(ws: Workspace, known: Known, runs: Collection[str], *, keep_runs: bool) -> Iterator[Step]:
    """Reports that ask about the note, or that interviewed a run which goes; and what models answered then."""
    folder = ws.refined / "evaluations"
    for own in sorted(p for p in folder.glob("*") if p.is_dir() and not p.is_symlink()):
        if _asks_about(own / "report.json", known, () if keep_runs else runs) or _holds(own, known):
            yield from whole("evaluation", own / "report.json")
            yield from whole("evaluation", own)
    gone = bool(runs) and not keep_runs

    def answer(line: str) -> bool:
        return known.marks.stands_in(line) or (gone and _by_adapter(line))

    yield from lines("answers of an evaluation", folder / "kept.jsonl", answer)
    for own in sorted(p for p in (ws.refined / "ablations").glob("*") if p.is_dir() and not p.is_symlink()):
        if not keep_runs:
            if _ablated(own, known):
                yield from whole("ablation", own / "report.json")
                yield from whole("ablation", own)
        else:
            for part in sorted(own.glob("*/dataset")):
                yield from whole("ablation's data set", part)


def _by_adapter(line: str) -> bool:
    """Whether a kept answer may be one of a trained model: the untrained ones are called `base`."""
    try:
        value = json.loads(line)["value"]
    except (ValueError, KeyError, TypeError):
        return True
    return isinstance(value, dict) and not str(value.get("contestant", "")).startswith(("base", "given"))


def _asks_about(report: Path, known: Known, runs: Collection[str]) -> bool:
    try:
        data = json.loads(report.read_bytes())
        if any(known.note in item["notes"] or item["about"] in known.events for item in data["items"]):
            return True
        return any(c["about"].get("run") in runs for c in data["contestants"] if c["adapter"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return True  # what cannot be read may be about it, and can be asked again


def _ablated(folder: Path, known: Known) -> bool:
    """Whether a mix of an ablation may have been trained on the note."""
    provenances = list(folder.glob("*/dataset/provenance.jsonl"))
    trained = {p.parent.parent.name for p in provenances} >= {
        p.parent.name for p in folder.glob("*/seed-*") if p.is_dir()
    }
    if not trained or _asks_about(folder / "report.json", known, ()):
        return True
    try:
        for path in provenances:
            for line in path.read_text(encoding="utf-8").split("\n"):
                row = json.loads(line) if line.strip() else {"notes": [], "events": []}
                if known.note in row["notes"] or known.events & set(row["events"]):
                    return True
    except (OSError, ValueError, KeyError, TypeError):
        return True
    return _holds(folder, known)


def _holds(folder: Path, known: Known) -> bool:
    return any(_stands_in(p, known) for p in sorted(folder.rglob("*")) if p.suffix not in WEIGHTS)


def _stands_in(path: Path, known: Known) -> bool:
    return path.is_file() and not path.is_symlink() and bool(find(path, known.marks, [])[0])


def _talks(ws: Workspace, known: Known, *, all_talks: bool) -> Iterator[Step]:
    """The exchanges that hold words of the note: all lines of such a turn, the rest of the talk stays."""
    chats = ws.refined / "chats"
    if all_talks:
        yield from whole("talks", chats)
        return
    for path in sorted(chats.glob("*.jsonl")):
        hit = {_turn(line) for line in _lines_of(path) if known.marks.stands_in(line)}
        if hit:
            left = {_turn(line) for line in _lines_of(path) if line.strip()} - hit - {""}
            step = whole("talks", path) if not left else lines("talks", path, _of_turns(hit))
            yield from step
    for path in sorted((chats / "saved").glob("*")):
        if _stands_in(path, known):
            yield from whole("saved talks", path)


def _of_turns(turns: Collection[str]) -> Callable[[str], bool]:
    return lambda line: _turn(line) in turns


def _turn(line: str) -> str:
    """The id of a line's turn; "" for the line that says with whom the talk was."""
    try:
        found = json.loads(line)
        return str(found.get("id") or line) if "user" in found else ""
    except (ValueError, AttributeError, TypeError):
        return line


def _lines_of(path: Path) -> list[str]:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape").splitlines(keepends=True)
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None


def review_steps(ws: Workspace, known: Known) -> Iterator[Step]:
    """The person's decisions about what came from the note alone, and those that quote it; canon; corrections."""
    corrected = ws.review / "corrections.jsonl"
    gone = {str(_record(line).get("id")) for line in _lines(corrected) if _quotes(line, known)}
    items, undone = known.items | gone, set[str]()
    for line in _lines(ws.decisions):
        if _record(line).get("item") in items or known.marks.stands_in(line):
            undone.add(str(_record(line).get("id")))

    def decided(line: str) -> bool:
        record = _record(line)
        return (
            record.get("item") in items
            or str(record.get("id")) in undone
            or (record.get("undoes") or "") in undone
            or known.marks.stands_in(line)
        )

    yield from lines("decisions", ws.decisions, decided)
    yield from lines("corrections from talks", corrected, lambda line: _quotes(line, known))
    yield from _canon(ws, known)
    for path in sorted([*ws.review.glob("*.torn*"), *ws.review.glob(".*.tmp")]):
        if _stands_in(path, known):
            yield from whole("decisions", path)


def _quotes(line: str, known: Known) -> bool:
    return known.marks.stands_in(line) or bool(known.events & set(map(str, _record(line).get("events") or ())))


def _lines(path: Path) -> list[str]:
    return _lines_of(path) if path.is_file() and not path.is_symlink() else []


def _record(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _canon(ws: Workspace, known: Known) -> Iterator[Step]:
    """Substitutions that the person confirmed for words that only this note has."""
    import tomlkit

    path = ws.canon
    if path.is_symlink() or not path.is_file():
        return
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    try:
        entries = tomllib.loads(text.removeprefix("\ufeff")).get("canon", [])
        places = [n for n, entry in enumerate(entries) if _is_gone(entry, known)]
    except (tomllib.TOMLDecodeError, AttributeError, UnicodeEncodeError):
        return
    if not places:
        return

    def run() -> None:
        document = tomlkit.parse(text)
        for place in reversed(places):
            del document["canon"][place]
        write_atomic(path, tomlkit.dumps(document))

    yield Step("substitutions", path, 0, run, len(places))


def _is_gone(entry: dict[str, Any], known: Known) -> bool:
    said = "\n".join(str(entry.get(key, "")) for key in ("before", "after", "reason"))
    return str(entry.get("id", "")) in known.canon or known.marks.stands_in(said)


def _rest(ws: Workspace, known: Known, taken: Iterable[Path]) -> Iterator[Step]:
    """Any other file of data/refined that holds words of the note, whoever wrote it."""
    done = {*taken, ws.results, ws.answers, journal(ws), ws.refined / ".lock", ws.refined / "README.md"}
    for path in sorted(ws.refined.rglob("*")):
        if path in done or done & set(path.parents) or path.is_symlink() or not path.is_file():
            continue
        if path.name.startswith(("results.sqlite-", "answers.sqlite-")) or path.suffix in WEIGHTS:
            continue
        if _stands_in(path, known):
            yield Step("other files", path, size_of(path), lambda path=path: remove(path))  # type: ignore[misc]
