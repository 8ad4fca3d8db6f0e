"""Loads a dataset folder as a trainer would and renders every row with the base model's chat template.

A program of its own, started by `refiner.dataset.checked` (python -P -m refiner.dataset.examining), which gives it a
request as JSON on stdin and reads a report as JSON from stdout: the libraries take seconds to load, hold hundreds of
megabytes, and must be told by the environment, before they are loaded, that they are offline.

What is asked of a row: the template writes every message once, in order, unescaped, nothing of its own between them
but marks; an answer follows what the model sees when it is asked; and the template's end token follows the answer. The
last two are asked of `training/tuning/labels.py`, so that what passes here is what training takes.
"""

from __future__ import annotations

import importlib
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MOST = 20  # problems told in full
_WORD = re.compile(r"[^\W\d_]{2,}")
_ROLES = {"system", "user", "assistant", "model", "human", "inst", "sys", "im", "start", "end", "header", "turn", "id"}


def main() -> int:
    request = json.load(sys.stdin)
    report: dict[str, Any] = {"loaded": None, "base": None, "why": [], "problems": [], "lengths": {}}
    try:
        with _plainly_named(Path(request["folder"])) as folder:
            report["loaded"] = _load(folder, request["configs"], request["cache"], report["problems"])
    except ModuleNotFoundError as error:
        report["why"].append(f"{error.name} is not installed")
    if request["base"]:
        sys.path.insert(0, request["training"])
        try:
            tokenizer = _tokenizer(request["base"], report)
            if tokenizer is not None:
                _render(tokenizer, Path(request["folder"]), request["files"], report)
        except ModuleNotFoundError as error:
            report["base"] = None
            report["why"].append(f"{error.name} is not installed")
    json.dump(report, sys.stdout)
    return 0


@contextmanager
def _plainly_named(folder: Path) -> Iterator[Path]:
    """The folder by a name without brackets, which `datasets` takes for a pattern of many files."""
    if not re.search(r"[\[\]*?]", str(folder)):
        yield folder
        return
    with tempfile.TemporaryDirectory() as place:  # readable by its owner alone; a link would be followed back
        copy = Path(place) / "dataset"
        shutil.copytree(folder, copy)
        yield copy


def _load(
    folder: Path, configs: Mapping[str, Mapping[str, str]], cache: str, problems: list[Any]
) -> dict[str, dict[str, int]]:
    """Every part by `load_dataset(FOLDER, NAME)`, as the card names it, and its rows counted against the files."""
    datasets: Any = importlib.import_module("datasets")
    datasets.disable_progress_bars()
    loaded: dict[str, dict[str, int]] = {}
    for name, files in configs.items():
        try:
            found = datasets.load_dataset(str(folder), None if name == "default" else name, cache_dir=cache)
        except Exception as error:  # whatever it is, the person could not load it either
            problems.append({"file": "README.md", "row": 0, "what": f"load_dataset {name}: {str(error)[:200]}"})
            continue
        loaded[name] = {split: len(rows) for split, rows in found.items()}
        for split, file in files.items():
            written = _rows(folder / file)
            for number, (row, read) in enumerate(zip(written, found.get(split, ()), strict=False), 1):
                if any(read.get(key) != value for key, value in row.items()):
                    problems.append({"file": file, "row": number, "what": "datasets reads it otherwise"})
            if loaded[name].get(split) != len(written):
                count = loaded[name].get(split)
                problems.append({"file": file, "row": 0, "what": f"datasets reads {count} rows of {len(written)}"})
    return loaded


def _tokenizer(name: str, report: dict[str, Any]) -> Any:
    """The tokenizer that training would take, or None where the base is not on this machine."""
    base: Any = importlib.import_module("tuning.base")
    errors: Any = importlib.import_module("tuning.errors")
    try:
        tokenizer = base.load_tokenizer(base.resolve_base(name))
    except errors.Refused as error:
        report["why"].append(str(error.args[0]))
        return None
    except (OSError, ValueError) as error:  # a hub id of which only a part is in the cache
        report["why"].append(f"the tokenizer of {name} cannot be loaded: {str(error).splitlines()[0]}")
        return None
    report["base"] = name
    return tokenizer


def _render(tokenizer: Any, folder: Path, files: Sequence[str], report: dict[str, Any]) -> None:
    labels: Any = importlib.import_module("tuning.labels")
    errors: Any = importlib.import_module("tuning.errors")
    frames = Frames(tokenizer)
    for file in files:
        lengths = report["lengths"][file] = []
        for number, row in enumerate(_rows(folder / file), 1):
            longest = 0
            for messages in talks(row):
                try:
                    what = frames.problem(messages)
                    encoded = labels.encode_row(tokenizer, messages)
                    longest = max(longest, *(len(e.input_ids) for e in encoded))
                except errors.Refused as error:
                    what = str(error.args[0]).removeprefix("row 1: ")
                if what:
                    report["problems"].append({"file": file, "row": number, "what": what})
            lengths.append(longest)


class Frames:
    """What a chat template writes around messages, by the roles of a talk."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self._known: dict[tuple[str, ...], list[str]] = {}

    def problem(self, messages: Sequence[Mapping[str, str]]) -> str:
        """What the template does to these messages besides putting its marks around them; "" if nothing."""
        try:
            frame = self._frame(tuple(m["role"] for m in messages))
            text = self._text(messages)
        except Exception as error:  # templates raise what they like: TemplateError, TypeError, …
            return f"the chat template refuses it: {error}"
        if not frame:
            return "the chat template does not write every message once and in order"
        own = [w for part in frame for w in _WORD.findall(self._without_marks(part)) if w.lower() not in _ROLES]
        if own:
            return f"the chat template puts in words of its own: “{' '.join(own)[:80]}”"
        for shown in ([m["content"] for m in messages], [m["content"].strip() for m in messages]):
            if "".join(a + b for a, b in zip(frame, [*shown, ""], strict=True)) == text:
                return ""
        return "the chat template changes the text of a message"

    def _frame(self, roles: tuple[str, ...]) -> list[str]:
        """The text between the messages; [] where a message is left out, repeated or out of order."""
        if roles not in self._known:
            marks = [f"zq{n}qz" for n in range(len(roles))]
            text = self._text([{"role": r, "content": c} for r, c in zip(roles, marks, strict=True)])
            parts = re.split("|".join(marks), text)
            whole = re.findall("|".join(marks), text) == marks
            self._known[roles] = parts if whole else []
        return self._known[roles]

    def _text(self, messages: Sequence[Mapping[str, str]]) -> str:
        given = [dict(m) for m in messages]
        text: str = self.tokenizer.apply_chat_template(given, tokenize=False, enable_thinking=False)
        return text

    def _without_marks(self, text: str) -> str:
        labels: Any = importlib.import_module("tuning.labels")
        without: str = labels.control_tokens(self.tokenizer).pattern.sub(" ", text)
        return without


def talks(row: Mapping[str, Any]) -> list[list[dict[str, str]]]:
    """The talks of a row: one, or two where it is a pair."""
    if "messages" in row:
        return [list(row["messages"])]
    if "chosen" in row:
        return [[*row["prompt"], *row["chosen"]], [*row["prompt"], *row["rejected"]]]
    return [[*row["prompt"], *row["completion"]]]


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]


if __name__ == "__main__":
    sys.exit(main())
