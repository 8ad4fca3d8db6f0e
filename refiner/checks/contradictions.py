"""Two notes that now contradict each other about the narrator: compares what the notes assert.

Found: one school or hostel named for boys here and for girls there; "my wife" here and "my husband" there; "the only
daughter" beside an elder sister (true as "only son", false since the change); two places or years of birth; two
substitutes for one entry of the canon. Not found, since rules cannot be sure of it: contradictions of character, of
order, of number ("we are three sisters"), and everything that one of the notes says only between the lines. That two
partners had two genders may be the truth; therefore all of these are warnings, and places of birth (a town, and the
district it lies in) only a hint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refiner.checks.assertions import Assertion
from refiner.models import CanonEntry, Finding, Severity

CHECK = "contradiction"
_SAYS = {
    "institution": "the same institution has two genders",
    "spouse": "the narrator's partner has two genders",
    "substitute": "one entry of the canon has two substitutes",
    "year": "the narrator is born in two years",
    "place": "the narrator is born in two places (one may lie in the other)",
}


def contradictions(said: Iterable[Assertion], canon: Iterable[CanonEntry] = (), born: str = "") -> list[Finding]:
    """One finding for each note that disagrees with most others, in order of note and place.

    `said`: the assertions of all notes; `canon` tells which of two substitutes is right; `born` the persona's birth in
    EDTF, "" unknown. Deterministic; spans are those of the assertions.
    """
    said = sorted(said, key=lambda a: (a.note, a.start))
    known = bool(_year(born))
    out = [
        *_one_value([a for a in said if not (known and a.kind == "birth" and a.key == "year")], canon),
        *_siblings(said),
        *_born(said, born),
    ]
    return sorted(out, key=lambda f: (f.note, f.start or 0, f.message))


def _finding(a: Assertion, message: str, severity: Severity = "warning") -> Finding:
    return Finding(check=CHECK, severity=severity, note=a.note, start=a.start, end=a.end, message=message)


def _one_value(said: list[Assertion], canon: Iterable[CanonEntry]) -> Iterator[Finding]:
    """Keys that have two values; the value that more notes give (the canon's, where there is one) is taken as meant."""
    right = {c.id: c.after.casefold() for c in canon}
    groups: dict[tuple[str, str], list[Assertion]] = {}
    for a in said:
        if a.kind in ("institution", "spouse", "substitute", "birth"):
            groups.setdefault((a.kind, a.key), []).append(a)
    for (kind, key), group in sorted(groups.items()):
        values = {a.value for a in group}
        if len(values) < 2:
            continue
        notes = {v: len({a.note for a in group if a.value == v}) for v in values}
        meant = min(values, key=lambda v: (v != right.get(key), -notes[v], v))
        first = next(a for a in group if a.value == meant)
        told: set[tuple[str, str]] = set()
        for a in group:
            if a.value == meant or (a.note, a.value) in told:
                continue
            told.add((a.note, a.value))
            what = _SAYS[key if kind == "birth" else kind]
            hint: Severity = "info" if key == "place" and kind == "birth" else "warning"
            yield _finding(a, f'{what}: "{a.words}" here, "{first.words}" in {first.note}', hint)


def _siblings(said: list[Assertion]) -> Iterator[Finding]:
    """Her place among the children against the brothers or sisters that she names."""
    kin = [a for a in said if a.kind == "sibling"]
    against = {
        "only": [a for a in kin if a.value == "elder"] or kin,
        "first": [a for a in kin if a.value == "elder"],
        "last": [a for a in kin if a.value == "younger"],
    }
    for a in said:
        if others := against.get(a.kind):
            other = others[0]
            # A sister whose age is not told may have come after the time of the sentence.
            sure: Severity = "warning" if other.value else "info"
            yield _finding(a, f'"{a.words}" cannot be beside "{other.words}" in {other.note}', sure)


def _born(said: list[Assertion], born: str) -> Iterator[Finding]:
    year = _year(born)
    for a in said:
        if year and a.kind == "birth" and a.key == "year" and a.value != year:
            yield _finding(a, f'"{a.words}", but refiner.toml says that the narrator was born in {year}')


def _year(born: str) -> str:
    """The year of an EDTF date that is sure of it, else ""."""
    return born[:4] if born[:4].isdigit() and len(born) >= 4 and not set("~?%/.X") & set(born) else ""
