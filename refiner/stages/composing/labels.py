"""Labels of events in sentences: "moved to Pune" -> "when you moved to Pune", "Tara moved to Pune", "first job". Pure.

A label is a phrase without a subject, written by the person or by a rule. What cannot be told from its first words is
left alone: a question with wrong grammar is worse than none.
"""

from __future__ import annotations

import re

from refiner.language.past_forms import past_form
from refiner.stages.composing.text import listed, to_you, words
from refiner.stages.composing.wording import base_form, third_person_verb


def _shape(label: str) -> tuple[str, str]:
    """("did" | "passive" | "clause" | "present" | "thing" | "", words) of a label."""
    label = label.strip()
    sentence = label.endswith((".", "!"))
    label = label.rstrip(".!")
    if not label or len(words(label)) > 16 or re.search(r"[?;:\"“”…\n]|[.!] ", label):
        return "", label
    if match := re.match(r"I\s+(?:(?:just|finally|first|suddenly|once|really|then)\s+)?(\w+)", label):
        verb = match[1].lower()
        return ("clause", label) if verb in listed("past") or verb.endswith("ed") else ("", label)
    if sentence or re.search(r"\bI\b", label):
        return "", label  # a sentence of a note, of which only "I did …" is understood
    first, *rest = label.split()
    low = first.lower()
    # "selected for the team" happened to her, "rejected the offer" is what she did; "bitten" can only be the first.
    object_ = bool(rest) and rest[0].lower() in listed("objects")
    if (
        low in listed("participles")
        or low.endswith("ed")
        and rest[:1] == ["by"]
        or low in listed("either")
        and not object_
    ):
        return "passive", label
    if first[0].islower() or not any(w[:1].isupper() for w in rest):
        label = low + label[len(first) :]
    if (
        low in listed("past")
        or re.fullmatch(r"[a-z]+ed", low)
        and low not in ("bed", "red", "wed", "need", "seed", "speed", "feed")
    ):
        return "did", label
    if low in (
        "he",
        "she",
        "they",
        "we",
        "it",
        "there",
        "when",
        "in",
        "on",
        "after",
        "before",
        "then",
        "at",
        "to",
        "not",
        "never",
    ):
        return "", label
    if third_person_verb(label):
        return "present", label
    return "thing", label


def in_past(label: str) -> str:
    """A label in the present, "moves to Pune", in the past; "" where that is no matter of the first word alone."""
    first, _, rest = label.partition(" ")
    if re.search(r"\b(?:and|but|then)\s+[a-z-]+s\b|\b(?:is|has|does|will|can|who|that|when)\b", rest):
        return ""
    base = base_form(first.lower())
    past = "was" if base == "be" else past_form(base, rest)
    return f"{past} {rest}".strip() if past else ""


def did(label: str) -> str:
    """The label as a clause about "you", after "when": "moved to Pune" -> "you moved to Pune"; "" where it is none."""
    shape, text = _shape(label)
    if shape == "clause":
        return to_you(text)
    # A label has no subject but the narrator, so "her" in "promises her grandmother" is the narrator's.
    text = re.sub(r"\b(?:his|her)(?= \w)", "your", text)
    if shape == "did":
        return "you " + to_you(text)
    if shape == "present" and (past := in_past(text)):
        return "you " + to_you(past)
    return "you were " + to_you(text) if shape == "passive" else ""


def thing(label: str) -> str:
    """The label as a thing, after "about": "first job" -> "your first job", "therapy"; "" where it is none."""
    shape, text = _shape(label)
    if shape != "thing":
        return ""
    text = to_you(text)
    return f"your {text}" if text.split()[0] in ("first", "last", "only", "second", "third") else text


def names_something(label: str) -> bool:
    """Whether a label can stand in a record after a date, "2014: eats biryani at a friend's house"."""
    return _shape(label)[0] in ("thing", "present")


def happened(label: str, name: str, gender_third: str) -> str:
    """The label as a sentence about her, without the time: "Anjali moved to Pune."; a noun as a record of its own.

    `gender_third` is the label turned into the third person.
    """
    shape, _ = _shape(label)
    _, text = _shape(gender_third)
    if shape == "clause":
        return f"{text}."
    if shape == "present":
        text = in_past(text)
        return f"{name} {text}." if text else ""
    if shape == "did":
        return f"{name} {text}."
    return f"{name} was {text}." if shape == "passive" else ""
