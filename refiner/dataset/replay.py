"""General rows, against forgetting: questions about the world between those about her.

A model that is taught nothing but a life answers the capital of France with its home town. The rows stand under the
same system message as all others, since that is how she is talked to. None is like a question of the persona, and none
asks her about herself: "What is your name?" has one answer here. Each row is taken once at most; where the file has
fewer than are asked for, training adds the rest by its recipe.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from refiner.dataset.near import Texts
from refiner.edits import digest
from refiner.errors import StoreError
from refiner.files import parse_json
from refiner.models import Message, Sample
from refiner.stages.composing.text import normal

NEARLY = 85.0  # wider than between splits: a general answer to what is nearly her question would contradict her
_YOU = re.compile(r"\b(?:you|your|yours|yourself|u)\b", re.I)
_PLEASE = re.compile(r"^(?:(?:can|could|would|will) you|please)\b", re.I)


def read_general(file: Path) -> list[Sample]:
    """The rows of a JSON Lines file: `messages` from `user` to `assistant`, without a system message.

    Raises StoreError with file and line.
    """
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        mend = "name another file in refiner.toml: [samples] replay_file"
        raise StoreError(f"the general rows {file} cannot be read: {error}", mend=mend) from None
    out = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            messages = tuple(Message.model_validate(m) for m in parse_json(line)["messages"])
        except (ValueError, KeyError, TypeError):
            raise StoreError(f"{file}:{number}: no row with `messages`", mend="mend or remove that line") from None
        roles = [m.role for m in messages]
        if not messages or roles != ["user", "assistant"] * (len(roles) // 2):
            raise StoreError(f"{file}:{number}: roles must go user, assistant …, not {', '.join(roles) or 'nothing'}")
        if not all(m.content.strip() for m in messages):
            raise StoreError(f"{file}:{number}: a message without content")
        asked = "\n".join(normal(m.content) for m in messages if m.role == "user")
        source = f"replay:{file.name}:{number}"
        out.append(
            Sample(id=digest("general", asked), kind="general", messages=messages, source=source, status="approved")
        )
    return out


def choose_general(general: Sequence[Sample], persona: Sequence[Sample], wanted: int) -> list[Sample]:
    """At most `wanted` of the general rows, always the same ones: none twice, none about her, none like a question of
    the `persona` rows."""
    asked = Texts(m.content for s in persona for m in s.messages if m.role == "user")
    found = {s.id: s for s in general if not _about_her(s) and not any(asked.near(q, least=NEARLY) for q in _asked(s))}
    return sorted(found.values(), key=lambda s: digest("replay", s.id))[: max(wanted, 0)]


def spread(rows: Sequence[Sample], general: Sequence[Sample]) -> list[Sample]:
    """The rows with the general ones evenly between them."""
    out: list[Sample] = []
    at = 0
    for i, sample in enumerate(general):
        until = round((i + 0.5) * len(rows) / len(general))
        out += [*rows[at:until], sample]
        at = until
    return [*out, *rows[at:]]


def _asked(sample: Sample) -> list[str]:
    return [m.content for m in sample.messages if m.role == "user"]


def _about_her(sample: Sample) -> bool:
    return any(_YOU.search(_PLEASE.sub("", q.strip())) for q in _asked(sample))
