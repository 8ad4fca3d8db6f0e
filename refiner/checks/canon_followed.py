"""Whether every note follows the canon: words of the old sport, school, partner that still stand in the refined life.

Whose a word is, the swap's own rules say (`Replacements`, `Institutions`) on the refined text; words that they are not
sure of, and places that a question is about, are passed over. Also the words that go with a sport ("kept wicket"
beside badminton), where the note speaks of it: for these a hint, since nobody can say what she would have done instead.
Not found: words of a sport that neither the canon nor the lexicon lists, and words in others' lives (they stay).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from refiner.checks.again import Again
from refiner.checks.assertions import Assertion
from refiner.language import lexicon
from refiner.language.institutions import Institutions
from refiner.language.replace import Replacements
from refiner.language.swap_rules import EDIT
from refiner.models import CanonEntry, Finding, Severity

CHECK = "canon-followed"
SURE = 0.9  # for a word that only goes with a sport, more than for the sport itself
FOLLOWS, LEFT, GOES_WITH = "follows", "left", "goes-with"
_OWN = ("rule:canon", "rule:institution", "rule:institution-canon", "rule:partner")
# Words that other sports have too; beside one of those they say nothing.
_COMMON = {"bat", "bats", "innings", "pitch", "batting"}
_BAT_SPORTS = {"baseball", "softball", "table tennis", "ping-pong", "rounders", "cricket"}


def canon_uses(again: Again) -> list[Assertion]:
    """Where the note follows an entry of the canon, and where it does not, in order of place."""
    live = [c for c in again.canon if c.status != "rejected" and c.kind not in ("name", "address") and c.before]
    found = [*_follows(again, live), *_left(again, live), *_schools(again, live)]
    return sorted(found, key=lambda a: (a.start, a.key))


def canon_followed(uses: Iterable[Assertion], canon: Iterable[CanonEntry]) -> list[Finding]:
    """A finding for each place where a note does not follow the canon; it names the notes that do.

    `uses`: what `canon_uses` gives for all notes. In order of note and place; spans are those of the uses.
    """
    uses, entries = list(uses), {c.id: c for c in canon}
    out, told = [], set()
    for a in uses:
        entry = entries.get(a.key)
        if a.kind != "canon" or a.value == FOLLOWS or (a.value, a.note, a.key, a.words.casefold()) in told:
            continue
        if a.value == GOES_WITH:
            told.add((a.value, a.note, a.key, a.words.casefold()))
        follow = sorted(
            {u.note for u in uses if u.kind == "canon" and u.key == a.key and u.value == FOLLOWS} - {a.note}
        )
        where = f"; {_list(follow)} follow{'s' if len(follow) == 1 else ''} the canon" if follow else ""
        if entry is None:
            message = f'"{a.words}" still stands in the narrator\'s life'
        elif a.value == GOES_WITH:
            message = f'"{a.words}" goes with {entry.before}, which is {entry.after} in the narrator\'s life'
        else:
            message = f'"{a.words}" is left, and the canon says {entry.after}'
        severity: Severity = "info" if a.value == GOES_WITH else "warning"
        out.append(
            Finding(check=CHECK, severity=severity, note=a.note, start=a.start, end=a.end, message=message + where)
        )
    return sorted(out, key=lambda f: (f.note, f.start or 0))


def _list(notes: list[str]) -> str:
    return notes[0] if len(notes) == 1 else f"{', '.join(notes[:3])}{' and others' if len(notes) > 3 else ''}"


def _use(again: Again, entry: str, value: str, start: int, end: int) -> Assertion:
    return Assertion(
        kind="canon", key=entry, value=value, words=again.text[start:end], start=start, end=end, note=again.note.path
    )


def _follows(again: Again, live: list[CanonEntry]) -> Iterator[Assertion]:
    for c in again.changed:
        for entry in live:
            if (
                entry.before.casefold() in c.edit.before.casefold()
                and entry.after.casefold() in c.edit.after.casefold()
            ):
                yield _use(again, entry.id, FOLLOWS, c.start, c.end)


def _free(again: Again, entry: CanonEntry, start: int, end: int) -> bool:
    """Whether the words are nobody's answer yet: not the substitute, not written by the canon, not asked about."""
    inside = re.finditer(rf"(?<!\w){re.escape(entry.after)}(?!\w)", again.text, re.IGNORECASE)
    return not (
        any(m.start() <= start and end <= m.end() for m in inside)
        or any(e.source in _OWN for e in again.touching(start, end))
        or again.was_asked(start, end)
    )


def _left(again: Again, live: list[CanonEntry]) -> Iterator[Assertion]:
    for entry in live:
        if entry.kind == "institution" or not _mentioned(again, entry):
            continue
        alone = entry.model_copy(update={"forms": {}})
        places = [(p.start, p.end) for p in _sure(again, alone, EDIT) if _free(again, entry, p.start, p.end)]
        for start, end in places:
            yield _use(again, entry.id, LEFT, start, end)
        spoken = bool(places) or any(
            re.search(rf"(?<!\w){re.escape(w)}(?!\w)", again.text, re.IGNORECASE) for w in (entry.before, entry.after)
        )
        for word in sorted(_words(entry)) if spoken else ():
            for p in _sure(again, alone.model_copy(update={"before": word}), SURE):
                taken = any(s < p.end and p.start < e for s, e in places)
                if not taken and not word[:1].isupper() and _free(again, entry, p.start, p.end):
                    places.append((p.start, p.end))
                    yield _use(again, entry.id, GOES_WITH, p.start, p.end)


def _mentioned(again: Again, entry: CanonEntry) -> bool:
    low = again.text.casefold()
    return any(w.casefold() in low for w in (entry.before, *_words(entry)))


def _words(entry: CanonEntry) -> set[str]:
    """The words that go with the entry: those the canon gives, and for a sport those the lexicon has."""
    tables = lexicon.data()["activities"]["forms"]
    known = {w for key, forms in tables.items() if key.split(">")[0] == entry.before.casefold() for w in forms}
    common = _COMMON if entry.after.casefold() in _BAT_SPORTS else {"pitch"}
    return ({w for w in known if w not in common} | set(entry.forms)) - {entry.before, entry.after}


def _sure(again: Again, entry: CanonEntry, least: float) -> Iterator[Assertion]:
    """Places of `entry.before` that are the narrator's own."""
    scene = again.now.scene
    for p in Replacements(scene, again.now, (entry,)).run():
        if p.confidence >= least and p.after is not None:
            # The proposal may begin with the article that it would change.
            m = re.search(
                rf"(?<![\w-]){re.escape(entry.before)}(?:s|es)?(?!\w)", again.text[p.start : p.end], re.IGNORECASE
            )
            start = p.start + m.start() if m else p.start
            yield _use(again, entry.id, LEFT, start, p.end)


def _schools(again: Again, live: list[CanonEntry]) -> Iterator[Assertion]:
    named = {c.before.casefold(): c for c in live if c.kind == "institution"}
    asks = again.config.policy.institutions == "ask"
    for p in Institutions(again.left.scene, again.left, tuple(named.values())).run():
        words = again.text[p.start : p.end]
        entry = named.get(words.casefold())
        if p.confidence < EDIT or (asks and entry is None) or words == p.after:
            continue
        stand_in = entry or CanonEntry(id="institution", before=words, after=p.after or "")
        if _free(again, stand_in, p.start, p.end):
            yield _use(again, entry.id if entry else "institution", LEFT, p.start, p.end)
