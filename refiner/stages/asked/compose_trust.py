"""What a model can be heard on when it writes samples: closed questions about its own answers, after items of known
truth."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from refiner.asking.agreement import choose
from refiner.asking.asker import Asker
from refiner.asking.untrusted import as_data
from refiner.config import Trait
from refiner.stages.asked.confirming import WRITER
from refiner.stages.asked.relate import CONTROL_TRAIT, CONTROLS, LABELS

TRUE = (
    "the record says only what was told, as it was told",
    "the record adds something, or changes who, what, when or a “not”",
    "cannot tell",
)
FALSE = (1, 2)
MATCH_RIGHT = 5  # of the six items about questions, at least; a wrong one costs a good question now and then


@cache
def controls() -> dict[str, Any]:
    """The items of compose_controls.toml."""
    return tomllib.loads(files("refiner.stages.asked").joinpath("compose_controls.toml").read_text(encoding="utf-8"))


async def answered_by(asker: Asker, note: str, question: str, passages: Sequence[str], before: str = "") -> int | None:
    """Which passage answers a question, by its index; None where the model gives no answer that both orders share."""
    agreed = await choose(
        asker, asker.prompt("compose_match"), note, passages, {"question": question, "before": before}
    )
    return agreed.index


async def says_only(asker: Asker, note: str, name: str, passage: str, record: str) -> bool | None:
    """Whether a record says only what a passage does; None where the model gives no answer that both orders share."""
    values = {"name": name, "passage": passage, "record": record}
    agreed = await choose(asker, asker.prompt("compose_true"), note, TRUE, values)
    return None if agreed.index is None else agreed.index not in FALSE


async def shows(asker: Asker, note: str, trait: Trait, friend: str, answer: str) -> bool:
    """Whether the model reads an answer as showing a trait, in the closed labels that sentences of notes get."""
    text = f"{as_data(friend)}\n<<<{as_data(' '.join(answer.split()))}>>>"
    values = {"who": WRITER, "trait": told_of(trait), "text": text}
    return (await choose(asker, asker.prompt("relate"), note, LABELS, values)).index == 0


def told_of(trait: Trait) -> str:
    """A trait in words: its name and what it looks like."""
    return f"{trait.title}: {trait.description}" if trait.description else trait.title


async def can_match(asker: Asker) -> tuple[int, int]:
    """How many of the items about questions and passages the model answers right, and how many there are."""
    given = controls()["match"]
    right = 0
    for item in given["questions"]:
        right += await answered_by(asker, "", item["question"], given["passages"]) == item["truth"]
    return right, len(given["questions"])


async def can_compare(asker: Asker) -> tuple[int, int]:
    """How many of the items about records the model answers right, and how many there are."""
    given = controls()["true"]
    right = 0
    for item in given["items"]:
        said = await says_only(asker, "", given["name"], item["passage"], item["record"])
        right += said is item["truth"]
    return right, len(given["items"])


async def can_relate(asker: Asker) -> tuple[int, int]:
    """How many of the items about sentences and a trait the model labels right, and how many there are."""
    right = 0
    for text, truth in CONTROLS:
        values = {"who": WRITER, "trait": CONTROL_TRAIT, "text": text}
        index = (await choose(asker, asker.prompt("relate"), "", LABELS, values)).index
        right += index == truth or index in _NOTHING and truth in _NOTHING
    return right, len(CONTROLS)


_NOTHING = (3, 4)  # labels that say alike that it is not about her
