"""The whole-life check: what in a refined note still says the old gender of the narrator.

Reads the refined text with the rules of the swap itself, but keeps only what is certain: a name that was left, "as a
boy I", a pronoun that goes on from the new name. High precision; silence proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from refiner.checks.again import Again
from refiner.config import Config
from refiner.language.handles import surnames
from refiner.language.names import find, wordlike
from refiner.language.naming import Names
from refiner.language.roles import Roles
from refiner.models import CanonEntry, Finding, FrontMatter, Note, Severity

CHECK = "leftover-gender"
CERTAIN = 0.97
LIKELY = 0.93


def leftover_gender(
    text: str, config: Config, *, canon: tuple[CanonEntry, ...] = (), author: str = "self"
) -> list[Finding]:
    """`leftovers` of a text that is no note: an answer, a sentence that a model wrote.

    `canon` gives the names that the tool chose where the configuration has none. Raises RefinerError without spaCy's
    model.
    """
    note = Note(path="", sha="", text=text, meta=FrontMatter(author=author))
    return leftovers(Again(note=note, text=text, config=config, canon=canon))


def leftovers(again: Again) -> list[Finding]:
    """Findings in a refined note, in order of place; spans count in its text. Severity "error" only where it is sure.

    Raises RefinerError without spaCy's model.
    """
    text, persona, note = again.text, again.config.persona, again.note.path
    found = list(_old_names(text, again.note.body_start, again.names, note))
    reader = again.left
    scene = reader.scene
    for p in Roles(scene, reader).run():
        if p.rule in ("role-predicate", "role-as", "role-relative") and p.confidence >= LIKELY and p.after:
            severity: Severity = "error" if p.confidence >= CERTAIN else "warning"
            found.append(
                _finding(
                    note,
                    p.start,
                    p.end,
                    severity,
                    f'"{text[p.start : p.end]}" still says that the narrator is {persona.before.gender}',
                )
            )
    for start, reading in reader.told.items():
        if reading.confidence >= LIKELY:
            end = start + len(text[start : start + 12].split()[0].strip(".,;:!?\"'’”)*_"))
            found.append(_finding(note, start, end, "warning", f'"{text[start:end]}" seems to mean the narrator'))
    return sorted(found, key=lambda f: f.start or 0)


def _old_names(text: str, start: int, names: Names, note: str) -> Iterator[Finding]:
    known = {a.casefold() for _, a in (*names.calls, *names.handles) if a}
    # The first name has been changed, and what goes with it was left: "Anjali Kumar Rao".
    hers = replace(names, first=(names.first[1], names.first[1]))
    rest = [m for m in surnames(text[start:], start, hers) if m.kind == "surname"] if names.first[1] else []
    for m in (*find(text, start, names), *rest):
        word = text[m.start : m.end].strip()
        if m.confidence < LIKELY or word.casefold() in known or word.casefold() == m.after.casefold():
            continue
        severity: Severity = "error" if m.confidence >= CERTAIN and not wordlike(word) else "warning"
        yield _finding(note, m.end - len(word), m.end, severity, f'the old name "{word}" is left')


def _finding(note: str, start: int, end: int, severity: Severity, message: str) -> Finding:
    return Finding(check=CHECK, severity=severity, note=note, start=start, end=end, message=message)
