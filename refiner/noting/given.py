"""The answers that the options of `refiner note` give. What no note takes is refused before anything is asked."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from refiner.errors import UsageError
from refiner.frontmatter import KINDS
from refiner.notes import decode
from refiner.noting.answers import BEGINNINGS, Answers, Change, Who
from refiner.noting.form import trait_id
from refiner.noting.known import Known
from refiner.noting.names import given_name
from refiner.noting.quoting import control_in
from refiner.noting.wording import effect_kinds, effect_of
from refiner.review.visible import visible

_LONGEST = 200  # characters of the name of a trait


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    text: str = ""
    when: str = ""
    who: Sequence[str] = ()  # NAME or NAME=RELATION
    did: str = ""
    effects: Sequence[str] = ()  # TRAIT=KIND
    over: str = ""  # WORDS or TRAIT=WORDS
    written: str = ""
    author: str = "self"
    kind: str = "note"
    file: str = ""
    gap: str = ""
    draft: bool = False
    last: bool = False
    no_edit: bool = False
    no_ask: bool = False


def alone(asked: Request) -> None:
    if asked.text or asked.when or asked.who or asked.did or asked.effects or asked.over or asked.file:
        raise UsageError(
            "--draft goes on with what was typed before; nothing else can be given", mend="refiner note --draft"
        )


def given(asked: Request, known: Known, now: str) -> Answers:
    """The answers that the options give. Raises UsageError for what no note takes."""
    text = asked.text if asked.text != "-" else decode(sys.stdin.buffer.read(), "standard input")
    who = [
        Who(name=_field(n, "--who"), relation=_field(r, "--who")) for n, _, r in (w.partition("=") for w in asked.who)
    ]
    changes = tuple(dict.fromkeys(_change(e, known) for e in asked.effects))
    begun = [c.trait for c in changes if c.kind in BEGINNINGS]
    over, over_traits = _over(asked.over, begun, known)
    if asked.kind not in KINDS:
        raise UsageError(f'--kind "{asked.kind}"', mend=f"kinds are: {', '.join(KINDS)}")
    if found := control_in(text):
        raise UsageError(
            f"the text holds {visible(found)}, a control character, which no note takes", mend="take it out"
        )
    return Answers(
        text=text,
        when=_field(asked.when, "--when"),
        who=tuple(w for w in who if w.name),
        did=_field(asked.did, "--did"),
        changes=changes,
        over=over,
        over_traits=over_traits,
        written=_field(asked.written, "--written") or now,
        author=_field(asked.author, "--author") or "self",
        kind=asked.kind,
        gap=asked.gap,
        file=given_name(asked.file) if asked.file else "",
    )


def _field(text: str, option: str) -> str:
    """One line of words. Raises UsageError for a control character or a second line."""
    found = control_in(text) or next((c for c in "\n\r" if c in text), "")
    if found:
        said = "a second line" if found in "\n\r" else f"{visible(found)}, a control character"
        raise UsageError(f"{option} holds {said}", mend="write it on one line, of letters alone")
    return text.strip()


def _change(given: str, known: Known) -> Change:
    trait, _, kind = given.rpartition("=")
    found = effect_of(kind)
    if found is None or not trait.strip():
        kinds = ", ".join(effect_kinds().values())
        raise UsageError(f'--effect "{given}" is not TRAIT=KIND', mend=f'--effect "tinkerer=began"; kinds are: {kinds}')
    return Change(trait=_trait(trait, known), kind=found)


def _trait(words: str, known: Known) -> str:
    name = _field(words, "a trait")
    if len(name) > _LONGEST:
        raise UsageError("a trait has a name of a few words", mend="tell the rest in the text")
    found = known.trait(name)
    return found.id if found else trait_id(name)


def _over(given: str, begun: Sequence[str], known: Known) -> tuple[str, tuple[str, ...]]:
    """What ended, in words, and which of the traits that began."""
    words = _field(given, "--over")
    head, sign, rest = words.partition("=")
    if sign and (named := _trait(head, known)) in begun:
        return rest.strip(), (named,)
    if words and len(set(begun)) > 1:
        raise UsageError("--over: which of them is over?", mend=f'--over "{begun[0]}={words[:60]}"')
    return words, tuple(begun) if words else ()
