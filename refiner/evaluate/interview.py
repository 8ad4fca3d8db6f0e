"""Asks a contestant every wording of every item, each in a talk of its own, and keeps each answer as it comes.

An answer is kept under what it depends on: the weights, the system message, the question, the settings. So an
interview that was interrupted goes on where it was, and a model that was asked before (the base, for another run) is
not asked again. Decoding is greedy at temperature 0 (as in Gao et al., the Language Model Evaluation Harness,
`generate_until`): the same weights then answer alike.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from refiner.edits import digest
from refiner.errors import ModelError, StoreError
from refiner.evaluate.shapes import Answer, Contestant, Item
from refiner.files import NO_TEXT, append_lines, parse_json
from refiner.store import canonical
from refiner.training.endpoint import ChatModel

LONGEST = 96  # tokens of an answer
IN_A_ROW = 3  # failures after which the model is taken to be gone
_TRIES = "the answers so far are kept: run the same command again to go on"


class Kept:
    """What models gave, by key, in one file (0600, JSON Lines): an answer, or a number. A torn line is passed over."""

    def __init__(self, path: Path) -> None:
        """Raises StoreError where the file is there and cannot be read."""
        self.path = path
        self._found: dict[str, Any] = {}
        try:
            lines = path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}") from None
        for line in lines:
            try:
                record = parse_json(line)
                self._found[str(record["key"])] = record["value"]
            except (ValueError, KeyError, TypeError):
                continue

    def get(self, key: str) -> Any:
        """What is kept, None where nothing is."""
        return self._found.get(key)

    def answer(self, key: str) -> Answer | None:
        """The answer that is kept; None where there is none."""
        try:
            return Answer.model_validate(self._found[key])
        except (KeyError, ValidationError):
            return None

    def add(self, key: str, value: Any) -> None:
        """Adds a value of JSON, on disk before it returns. Raises StoreError."""
        try:
            data = (json.dumps({"key": key, "value": value}, ensure_ascii=False) + "\n").encode()
        except UnicodeEncodeError:
            raise StoreError(f"{self.path} cannot be written: {NO_TEXT}") from None
        append_lines(self.path, data)
        self._found[key] = value


def weights_of(contestant: Contestant) -> str:
    """What tells the contestant's weights from others: `about["weights"]` where it is known, else all of `about`."""
    return str(contestant.about.get("weights") or canonical(contestant.about))


def key_of(contestant: Contestant, text: str, *, max_tokens: int, temperature: float, seed: int) -> str:
    """What an answer is kept under."""
    settings = canonical({"max_tokens": max_tokens, "temperature": temperature, "seed": seed})
    return digest("interview", weights_of(contestant), contestant.system, text, settings)


def interview(
    contestant: Contestant,
    model: ChatModel,
    items: Sequence[Item],
    *,
    kept: Path,
    max_tokens: int = LONGEST,
    seed: int = 0,
    temperature: float = 0.0,
    progress: Callable[[Answer], None] = lambda answer: None,
) -> list[Answer]:
    """The contestant's answers, in the order of the items and their wordings.

    Each question is asked after the system message alone. `kept`: the file that answers are appended to as they come;
    what is in it already is not asked again (failures are). `progress` is told of each answer, kept ones too.
    A failure of the model is an Answer with `error`; at the third in a row ModelError is raised, as by a model that is
    not there. Raises StoreError where an answer cannot be kept.
    """
    store = Kept(kept)
    answers: list[Answer] = []
    failed = 0
    for item in items:
        for place, ask in enumerate(item.asks):
            key = key_of(contestant, ask.text, max_tokens=max_tokens, temperature=temperature, seed=seed)
            known = store.answer(key)
            if known is not None:
                answer = known.model_copy(update={"contestant": contestant.id, "item": item.id, "ask": place})
            else:
                settings = {"max_tokens": max_tokens, "temperature": temperature, "seed": seed}
                answer, failure = _asked(contestant, model, item, place, settings)
                if failure is None:
                    store.add(key, answer.model_dump(mode="json"))
                    failed = 0
                else:
                    failed += 1
                    if failed == IN_A_ROW:
                        raise ModelError(
                            f"{contestant.title or contestant.id} failed {IN_A_ROW} times in a row: {failure.message}",
                            mend=failure.mend or _TRIES,
                        ) from failure
            answers.append(answer)
            progress(answer)
    return answers


def _asked(
    contestant: Contestant, model: ChatModel, item: Item, place: int, settings: dict[str, float]
) -> tuple[Answer, ModelError | None]:
    messages = [
        {"role": "system", "content": contestant.system},
        {"role": "user", "content": item.asks[place].text},
    ]
    begun = time.monotonic()
    text, failure = "", None
    pieces = model.reply(
        messages,
        max_tokens=int(settings["max_tokens"]),
        temperature=settings["temperature"],
        seed=int(settings["seed"]),
    )
    try:
        text = "".join(pieces).strip()
    except ModelError as error:
        failure = error
    finally:
        if isinstance(pieces, Generator):  # the model writes no further where nobody reads
            pieces.close()
    answer = Answer(
        contestant=contestant.id,
        item=item.id,
        ask=place,
        text=text.encode("utf-8", "replace").decode(),
        cut=failure is None and bool(getattr(model, "cut", False)),
        seconds=round(time.monotonic() - begun, 3),
        error=failure.message if failure else "",
    )
    return answer, failure
