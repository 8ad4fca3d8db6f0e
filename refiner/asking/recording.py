"""A run's answers as a file, and a run from such a file: `--record FILE`, `--replay FILE`.

JSON Lines. The first line says what it is, the model and how the answers were made; each further line is one answer
with the key of its request. The file holds words of the notes: it is as private as they are (0600).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from refiner.answers import Answers, Stored
from refiner.errors import StoreError
from refiner.store import write_atomic

FORMAT = 1


class Header(BaseModel):
    """The first line of a recording."""

    model_config = ConfigDict(extra="forbid")

    recording: int = FORMAT
    model: str
    made: str = ""  # in words: by which model, when, or by whom
    facts: dict[str, str] = {}  # the stand-ins that the answers speak of


class Line(BaseModel):
    """One answer."""

    model_config = ConfigDict(extra="forbid")

    key: str
    prompt: str
    note: str = ""
    text: str
    weights: str = ""
    fits: bool = True
    prompt_tokens: int = 0
    completion_tokens: int = 0


def record(path: Path, answers: Answers, keys: Iterable[str], model: str, made: str, prefix: str = "stand-in:") -> int:
    """Writes the answers of these keys; how many. Raises StoreError."""
    facts = {prefix + name: value for name, value in answers.facts(prefix).items()}
    stored = [s for key in keys if (s := answers.get(key))]
    lines = [Header(model=model, made=made, facts=facts).model_dump_json()]
    for s in sorted(stored, key=lambda s: (s.prompt, s.note, s.key)):
        lines.append(_line(s).model_dump_json(exclude_defaults=True))
    write_atomic(path, "\n".join(lines) + "\n")
    return len(stored)


def _line(s: Stored) -> Line:
    return Line(
        key=s.key, prompt=s.prompt, note=s.note, text=s.text, weights=s.weights, fits=s.fits,
        prompt_tokens=s.prompt_tokens, completion_tokens=s.completion_tokens,
    )  # fmt: skip


def replay(path: Path) -> tuple[str, Answers]:
    """`(model, answers)` of a recording, in memory. Raises StoreError with the line that cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # not splitlines: U+2028 may stand in an answer
    except FileNotFoundError:
        raise StoreError(f"{path} is not there", mend="refiner refine --record FILE makes one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from None
    answers, at = Answers(), 1
    try:
        header = Header.model_validate_json(lines[0])
        if header.recording != FORMAT:
            raise StoreError(f"{path}: this version reads recordings of format {FORMAT}", mend="record it anew")
        answers.remember(header.facts)
        for at, text in enumerate(lines[1:], 2):  # noqa: B007 - `at` is named in the message below
            if text.strip():
                line: dict[str, Any] = Line.model_validate_json(text).model_dump()
                answers.put(Stored(model=header.model, **line))
    except (ValidationError, json.JSONDecodeError):
        raise StoreError(f"{path}:{at}: this is no line of a recording", mend="record it anew") from None
    return header.model, answers
