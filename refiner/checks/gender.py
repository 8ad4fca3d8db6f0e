"""The whole-life check: what in a refined note still says the old gender of the narrator.

Reads the refined text with the rules of the swap itself, but keeps only what is certain: a name that was left, "as a
boy I", a pronoun that goes on from the new name. High precision; silence proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from refiner.config import Config
from refiner.language.lexicon import other
from refiner.language.names import find, wordlike
from refiner.language.naming import Names
from refiner.language.reader import Reader
from refiner.language.roles import Roles
from refiner.language.scene import Scene
from refiner.models import CanonEntry, Finding, Severity

CHECK = "leftover-gender"
CERTAIN = 0.97
LIKELY = 0.93


def leftover_gender(
    text: str,
    config: Config,
    *,
    canon: tuple[CanonEntry, ...] = (),
    note: str = "",
    body_start: int = 0,
    author: str = "self",
) -> list[Finding]:
    """Findings in a refined note, in order of place; spans count in `text`. Severity "error" only where it is certain.

    `canon` gives the names that the tool chose where the configuration has none.
    Raises RefinerError without spaCy's model.
    """
    persona = config.persona
    old, new = _names(config, canon)
    found = list(_old_names(text, body_start, old, new, note))
    scene = Scene(
        text, body_start, persona.before.gender, other(persona.before.gender), new, author, culture=persona.culture
    )
    reader = Reader(scene)
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


def _names(config: Config, canon: tuple[CanonEntry, ...]) -> tuple[Names, Names]:
    """The old names, each with its substitute, and the new ones as the narrator's own."""
    before, after = config.persona.before, config.persona.after
    old_parts, new_parts = (before.name or "").split(), (after.name or "").split()
    chosen = {c.before: c.after for c in canon if c.kind == "name"}
    first = (
        old_parts[0] if old_parts else "",
        new_parts[0] if new_parts else chosen.get(old_parts[0], "") if old_parts else "",
    )
    last = (old_parts[-1], new_parts[-1]) if len(old_parts) > 1 and len(new_parts) > 1 else ("", "")
    nicks = [(b, a) for b, a in zip(before.nicknames, after.nicknames, strict=False) if b and a]
    handles = [(b, a) for b, a in zip(before.handles, after.handles, strict=False) if b and a]
    old = Names(first, last, (), tuple(nicks), tuple(handles))
    new = Names(
        (first[1], first[1]), (last[1], last[1]), (), tuple((a, a) for _, a in nicks), tuple((a, a) for _, a in handles)
    )
    return old, new


def _old_names(text: str, start: int, old: Names, new: Names, note: str) -> Iterator[Finding]:
    known = {a.casefold() for _, a in (*new.calls, *new.handles)}
    for m in find(text, start, old):
        word = text[m.start : m.end]
        if m.confidence < LIKELY or word.casefold() in known or word.casefold() == m.after.casefold():
            continue
        severity: Severity = "error" if m.confidence >= CERTAIN and not wordlike(word) else "warning"
        yield _finding(note, m.start, m.end, severity, f'the old name "{word}" is left')


def _finding(note: str, start: int, end: int, severity: Severity, message: str) -> Finding:
    return Finding(check=CHECK, severity=severity, note=note, start=start, end=end, message=message)
