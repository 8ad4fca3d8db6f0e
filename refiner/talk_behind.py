"""What stands behind an answer, for the terminal: the samples that it is like, their notes, sentences and events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refiner.dataset.validate import PROVENANCE
from refiner.errors import RefinerError, UsageError
from refiner.models import FROM_CHAT
from refiner.refine import with_life
from refiner.review.visible import one_line
from refiner.sampling import Samples, samples_of
from refiner.since import dataset_hash
from refiner.store import Workspace
from refiner.talk_why import Like, Likeness, Row, Trained
from refiner.tracing import Said, Trace, trace
from refiner.training.launch import tuning

SHOWN = 3  # samples
SAID, EVENTS = 2, 3  # sentences of notes and events that stand under each
ALONE = 5  # sentences of her answer that are named since nothing is like them
_NO_PROOF = "Likeness is no proof: a model keeps no record of where its words come from."


@dataclass(frozen=True)
class Found:
    """An answer held against the data set, and where the samples that it is like come from."""

    likeness: Likeness
    traces: dict[str, Trace]  # by sample
    changed: str = ""  # how the data set is another one than the run was trained on, in words


class Behind:
    """A workspace's data set and life, read when they are first asked for and then kept."""

    def __init__(self, ws: Workspace, *, now: str, trained_on: str = "", taught: Iterable[str] = ()) -> None:
        """`trained_on`: the hash of the data set that the run was trained on, `taught`: the keys of the rows that it
        was taught; empty where nobody knows."""
        self._ws, self._now, self._trained_on, self._taught = ws, now, trained_on, frozenset(taught)
        self._trained: Trained | None = None
        self._changed = ""
        self._made: Samples | None = None

    @property
    def made(self) -> Samples:
        """The samples of the life as it is now. Raises ConfigError, StoreError, ModelError."""
        if self._made is None:
            with with_life(self._ws, now=self._now) as life:
                self._made = samples_of(life)
        return self._made

    @property
    def is_read(self) -> bool:
        """Whether the next question is answered at once."""
        return self._made is not None

    def forget(self) -> None:
        """The samples have changed."""
        self._made = None

    def find(self, question: str, answer: str) -> Found:
        """Raises UsageError where there is no data set."""
        if self._trained is None:
            rows = read_rows(self._ws.dataset)
            self._changed = self._since(rows)
            self._trained = Trained([r for r in rows if self._was_taught(r)] or rows)
        likeness = self._trained.like(question, answer, SHOWN)
        wanted = [one.row.sample for one in _standing(likeness) if one.row.kind != "general"]
        return Found(likeness, self._traces(wanted) if wanted else {}, self._changed)

    def _was_taught(self, row: Row) -> bool:
        return not self._taught or row.kind == "general" or row.key in self._taught

    def _since(self, rows: Sequence[Row]) -> str:
        if self._taught:
            gone = len(self._taught - {r.key for r in rows})
            those = "1 row that she was taught is" if gone == 1 else f"{gone} rows that she was taught are"
            return f"{those} no longer in the data set, and not looked at." if gone else ""
        if self._trained_on and dataset_hash(self._ws.dataset) != self._trained_on:
            return "The data set has changed since this run was trained; this is by the data set as it is now."
        return ""

    def _traces(self, wanted: list[str]) -> dict[str, Trace]:
        try:
            by_id = {s.id: s for s in self.made.samples}
            return {name: trace(self.made, by_id[name]) for name in wanted if name in by_id}
        except RefinerError:  # the notes cannot be read now: the samples are there all the same
            return {}


def read_rows(dataset: Path) -> list[Row]:
    """The rows of train.jsonl with the samples behind them. Raises UsageError where there is no whole data set."""
    try:
        row_key = tuning("continued").row_key  # what a run calls a row that it was taught
        behind = {r["row"]: r for r in _lines(dataset / PROVENANCE) if r["file"] == "train.jsonl"}
        out = []
        for number, row in enumerate(_lines(dataset / "train.jsonl"), 1):
            asked = [m["content"] for m in row["messages"] if m["role"] == "user"]
            said = [m["content"] for m in row["messages"] if m["role"] == "assistant"]
            of = behind[number]
            key = row_key(row["messages"])
            out.append(Row(str(of["sample"]), str(of["kind"]), asked[-1], "\n".join(said), key))
        return out
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        raise UsageError(f"there is no data set in {dataset} to look her answer up in", mend="refiner export") from None


def _nearest(said: str, behind: Trace) -> list[Said]:
    """Of the sentences that a sample was made from those most like one of its own, in their order."""
    from rapidfuzz import fuzz

    of = sorted(behind.sentences, key=lambda s: -fuzz.token_sort_ratio(said.casefold(), s.refined.casefold()))[:SAID]
    return [s for s in behind.sentences if s in of]


def _lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def shown(found: Found) -> Iterator[str]:
    """What stands behind an answer, in lines."""
    likeness = found.likeness
    if found.changed:
        yield found.changed
    standing = _standing(likeness)
    if not standing:
        best = max((one.score for one in likeness.best), default=0.0)
        yield (
            f"Nothing you wrote stands behind this: she made it up. (The nearest is like it to {best:.2f}; below "
            f"{likeness.bound:.2f} is what any two lives have in common.)"
        )
        return
    what = "her answer" if likeness.found else "a part of her answer"
    yield f"Of what she was trained on, this is most like {what} (1.00 = the same words). {_NO_PROOF}"
    for one in standing:
        yield ""
        yield from _one(one, found.traces.get(one.row.sample))
    if likeness.alone:
        yield ""
        yield "Nothing you wrote is like:"
        for text in likeness.alone[:ALONE]:
            yield f"  “{one_line(text, 150)}”"


def _standing(likeness: Likeness) -> list[Like]:
    """The rows to show: those that the whole answer is like, else those that a sentence of it is like."""
    if likeness.found:
        return list(likeness.found)
    parts = {p.nearest.row.sample: p.nearest for p in likeness.parted if p.nearest}
    return sorted(parts.values(), key=lambda one: -one.score)[:SHOWN]


def _one(one: Like, behind: Trace | None) -> Iterator[str]:
    if one.row.kind == "general":
        yield f"{one.score:.2f}  a general row, about nobody: “{one_line(one.row.question, 100)}”"
        yield f"      “{one_line(one.row.answer, 200)}”"
        return
    ways = f", and in {one.ways - 1} more" if one.ways > 1 else ""
    yield f"{one.score:.2f}  {one.row.kind} {one.row.sample[:12]}: “{one_line(one.row.question, 100)}”{ways}"
    more = "" if one.said == one.row.answer.strip() else " …"
    yield f"      “{one_line(one.said or one.row.answer, 200)}”{more}"
    if behind is None:
        return
    for said in _nearest(one.said or one.row.answer, behind):
        yield f"      {said.note}:{said.line}  “{one_line(said.raw, 150)}”"
    if behind.sample.source.startswith(FROM_CHAT):
        yield "      you wrote it in a talk"
    for event in behind.events[:EVENTS]:
        yield f"      event: {one_line(event.label or event.id, 90)} ({event.when or 'undated'})"
    if not behind.sentences and not behind.events and not behind.notes:
        yield f"      from your settings{': ' + ', '.join(behind.traits) if behind.traits else ''}"
