"""The same rows as other trainers want them, and back again.

`prompt-completion` (TRL): all messages before the last answer, and that answer. `sharegpt` (axolotl, LLaMA-Factory):
`conversations` of `from, value`. `alpaca` (LLaMA-Factory's form of it): the last question as `instruction`, its answer
as `output`, earlier turns as `history`, `system`. `hf`: `messages` alone, in a folder with a card of its own. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from refiner.errors import UsageError

Messages = list[dict[str, str]]
_FROM = {"system": "system", "user": "human", "assistant": "gpt"}
_ROLE = {v: k for k, v in _FROM.items()}


def _prompt_completion(messages: Messages) -> dict[str, Any]:
    return {"prompt": messages[:-1], "completion": messages[-1:]}


def _sharegpt(messages: Messages) -> dict[str, Any]:
    return {"conversations": [{"from": _FROM[m["role"]], "value": m["content"]} for m in messages]}


def _alpaca(messages: Messages) -> dict[str, Any]:
    said = [m["content"] for m in messages]
    turns = [list(pair) for pair in zip(said[1::2], said[2::2], strict=True)]
    return {
        "system": said[0], "instruction": turns[-1][0], "input": "", "output": turns[-1][1], "history": turns[:-1],
    }  # fmt: skip


def _hf(messages: Messages) -> dict[str, Any]:
    return {"messages": messages}


FORMATS: dict[str, Callable[[Messages], dict[str, Any]]] = {
    "prompt-completion": _prompt_completion, "sharegpt": _sharegpt, "alpaca": _alpaca, "hf": _hf,
}  # fmt: skip


def messages_of(name: str, row: dict[str, Any]) -> Messages:
    """The messages of a row in the format `name` (FORMATS backwards). Raises KeyError, TypeError, ValueError."""
    if name == "prompt-completion":
        return [*row["prompt"], *row["completion"]]
    if name == "sharegpt":
        return [{"role": _ROLE[m["from"]], "content": m["value"]} for m in row["conversations"]]
    if name == "alpaca":
        asked = row["instruction"] + (f"\n{row['input']}" if row["input"] else "")
        turns = [*row["history"], [asked, row["output"]]]
        said = [("user" if i == 0 else "assistant", text) for turn in turns for i, text in enumerate(turn)]
        return [{"role": r, "content": c} for r, c in (("system", row["system"]), *said)]
    return list(row["messages"])


def chosen_formats(given: Sequence[str]) -> tuple[str, ...]:
    """The formats that `--format` names, each once, in the order of FORMATS; with commas or repeated. Raises
    UsageError for one that is not known."""
    names = [n.strip() for part in given for n in part.split(",") if n.strip()]
    if unknown := [n for n in names if n not in FORMATS]:
        raise UsageError(f'--format "{unknown[0]}"', mend=f"formats are {', '.join(FORMATS)}")
    return tuple(n for n in FORMATS if n in names)
