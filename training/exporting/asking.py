"""One taught question, asked of every exported form: does it still say what the run says?

The question is a short one that the run was trained on. It is asked of the run itself first (base and adapter in
transformers), then of each form through the program that will serve it, always with the likeliest word next.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tuning.continued import row_key
from tuning.errors import Refused
from tuning.folder import GENERAL, read_folder

from .finished import Finished

SPEAKER = Path(__file__).resolve().parent / "speaker.py"
CANDIDATES = 4
LONGEST = 200  # characters of an answer that is worth asking for
SAME = 0.8  # share of words that two answers must have in common to count as the same
TAUGHT = 0.6  # and to count as what was taught
MAX_TOKENS = 80


@dataclass(frozen=True)
class Row:
    """A question that was taught, and the answer."""

    messages: list[dict[str, str]]  # the system message and the question
    taught: str

    @property
    def question(self) -> str:
        return self.messages[-1]["content"]


@dataclass(frozen=True)
class Said:
    """What a form answered."""

    said: str = ""
    same_as_run: bool | None = None  # None: the run itself was not asked
    as_taught: bool = False
    asked_by: str = ""  # the program that it was asked through
    unasked: str = ""  # why it was not asked: something is missing here
    problem: str = ""  # why it could not answer: the form itself is broken

    @property
    def good(self) -> bool | None:
        """Whether the form says what the run says, or at least what was taught. None if it was not asked."""
        if self.unasked:
            return None
        return not self.problem and (self.as_taught or bool(self.same_as_run))

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "good": self.good}


def taught_rows(run: Finished, dataset: Path | None) -> list[Row]:
    """Up to CANDIDATES short rows that the run was trained on, the shortest answers of some length first.

    Of a data set that changed since, those are taken whose key stands in the run's record, under the card that the run
    was trained with. Raises `Refused` with the reason where there are none: no data set, or nothing taught in it.
    """
    if dataset is None or not (dataset / "manifest.json").is_file():
        raise Refused("there is no data set to take a question from")
    folder = read_folder(dataset)
    changed, keys = folder.sha256 != run.dataset_sha256, _taught_keys(run)
    kinds = folder.kinds or [""] * len(folder.train)
    taught = [
        messages
        for messages, kind in zip(folder.train, kinds, strict=True)
        if kind != GENERAL and (row_key(messages) in keys if keys else not changed)  # older runs recorded no keys
    ]
    if changed and not taught:
        raise Refused(
            f"the data set in {dataset} is not the one that the run was trained on, and has no row that it was taught"
        )
    rows = [
        Row(_under(run.system, messages[:-1]) if changed else messages[:-1], messages[-1]["content"].strip())
        for messages in taught
        if len(messages) == 3 and len(messages[-1]["content"]) <= LONGEST
    ]
    different: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: (len(row.taught) < 30, len(row.taught))):
        different.setdefault(row.taught, row)
    if not different:
        raise Refused("the data set has no short row to ask for")
    return list(different.values())[:CANDIDATES]


def _taught_keys(run: Finished) -> frozenset[str]:
    rows = run.data.get("rows")
    return frozenset(key for key in rows if isinstance(key, str)) if isinstance(rows, list) else frozenset()


def _under(system: str, messages: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"role": "system", "content": system}, *messages[1:]]


def overlap(one: str, other: str) -> float:
    """How many words two texts have in common, 0 to 1: twice the common ones for all of both (the F1 of their words,
    as SQuAD scores answers)."""
    mine, theirs = (Counter(re.findall(r"\w+", text.casefold())) for text in (one, other))
    total = mine.total() + theirs.total()
    return 2 * (mine & theirs).total() / total if total else 1.0


def judge(row: Row, said: str, run_said: str | None, asked_by: str) -> Said:
    """The answer `said` beside the run's own (None: not asked) and the taught one."""
    same = None if run_said is None else overlap(said, run_said) >= SAME
    return Said(said, same, overlap(said, row.taught) >= TAUGHT, asked_by)


def best_row(rows: list[Row], answers: list[str]) -> int:
    """The row that the run itself answers nearest to how it was taught."""
    return max(range(len(rows)), key=lambda i: (overlap(answers[i], rows[i].taught), -i))


def speak(wanted: dict[str, Any], asks: list[dict[str, Any]]) -> list[str]:
    """The answers to `asks` of the model that `wanted` names; see speaker.py. Raises `Refused` if it does not open."""
    question = json.dumps({**wanted, "asks": asks, "max_tokens": MAX_TOKENS})
    done = subprocess.run(
        [sys.executable, str(SPEAKER)], input=question, capture_output=True, text=True, errors="replace"
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        raise Refused(f"it could not be opened: {last}")
    answers: list[str] = json.loads(done.stdout)["answers"]
    return answers
