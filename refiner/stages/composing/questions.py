"""Question forms from questions.toml: filled with slots, chosen by hash, never the same question twice.

A form is `train` or `held_out`; held-out forms are only asked in the evaluation, of scenes that training saw.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from refiner.edits import digest
from refiner.stages.composing.text import normal, upper_first

_SLOT = re.compile(r"\{([A-Za-z_]+)\}")


@cache
def tables() -> dict[str, dict[str, dict[str, list[str]]]]:
    """questions.toml: kind -> group -> train, held_out, answers, …"""
    data: Any = tomllib.loads((Path(__file__).parent / "questions.toml").read_text(encoding="utf-8"))
    return dict(data)


def forms(group: str, which: str = "train") -> list[str]:
    """The forms of a group, "memory.topic"; [] where it has none of that sort."""
    kind, _, name = group.partition(".")
    return list(tables().get(kind, {}).get(name, {}).get(which, ()))


def fill(form: str, slots: Mapping[str, str]) -> str | None:
    """The form with its slots; None where one is not known. A capital slot, {When}, is the slot with a capital."""
    out = form
    for slot in _SLOT.findall(form):
        value = slots.get(slot) or (
            upper_first(slots.get(slot[:1].lower() + slot[1:], "")) if slot[0].isupper() else ""
        )
        if not value:
            return None
        out = out.replace("{" + slot + "}", value)
    return upper_first(out)


def fill_all(form: str, slots: Mapping[str, str]) -> str | None:
    """Like `fill`, but a slot for a whole clause or sentence may be empty and is left out then."""
    for slot in _SLOT.findall(form):
        if slot.endswith(("_clause", "_sentence")) and slots.get(slot) == "":
            form = form.replace("{" + slot + "}", "")
    return fill(form, slots)


_OPEN = re.compile(r"(?:how|what|where|tell me|has it|and |since when|which)\b", re.I)
_DO_YOU = re.compile(r"\bdo you\b(?! (?:think|say|know|live|have)\b)", re.I)
_EVER = re.compile(r"\bever\b|\bonce\b", re.I)
_YES_NO = re.compile(r"(?:yes|no)\b|.*, yes\.", re.I)


def that_fit(question: str, answers: Iterable[str]) -> list[str]:
    """The answers whose first words can follow a question: "Yes" and "No" none that asks how or what, "I do" none but
    "Do you", "No" none that asks whether it ever was; all where none is left."""
    given = list(answers)
    found = [
        a
        for a in given
        if not (_OPEN.match(question) and _YES_NO.match(a))
        and not (a.startswith("I do") and not _DO_YOU.search(question))
        and not (a.startswith(("No,", "Not now", "That is over")) and _EVER.search(question))
        and not (a.startswith("Nothing") and not question.startswith(("What", "Tell", "Is there")))
    ]
    return found or given


def ordered(options: Iterable[str], *key: str) -> list[str]:
    """The options in an order that the key decides, the same on every run and machine."""
    return sorted(options, key=lambda o: digest("order", *key, o))


@dataclass
class Asked:
    """Every question asked so far, so that one question never has two answers. Near-equal questions count as equal."""

    taken: dict[str, str] = field(default_factory=dict)

    def ask(
        self, group: str, slots: Mapping[str, str], key: Sequence[str], *, held_out: bool = False, skip: int = 0
    ) -> str | None:
        """A question of the group that nobody asked yet, by the hash of `key`; None where all are taken."""
        for form in ordered(forms(group, "held_out" if held_out else "train"), group, *key, str(skip)):
            if "word" in form and " " in slots.get("trait", ""):
                continue  # "afraid of dogs" is no word
            question = fill(form, slots)
            if question is not None and self.claim(question, key):
                return question
        return None

    def say(
        self, group: str, key: Sequence[str], slots: Mapping[str, str] | None = None, *, held_out: bool = False
    ) -> str:
        """A turn within a talk, by the hash of `key`. It may be said again in another talk."""
        options = [f for form in forms(group, "held_out" if held_out else "train") if (f := fill(form, slots or {}))]
        return ordered(options, group, *key)[0]

    def claim(self, question: str, key: Sequence[str]) -> bool:
        """Takes a question for an answer; False where it is taken already."""
        norm = normal(question)
        if norm in self.taken:
            return False
        self.taken[norm] = digest(*key)
        return True
