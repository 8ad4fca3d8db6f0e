"""The one question of a life about an activity: which note asks it, and what the answers write into the canon.

Every note that tells of the activity proposes the same canon entry, "it stays, first met in NOTE"; the first note's
proposal is kept. From then on that note asks, and no other. An answer replaces the entry, so nobody asks again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from refiner.config import Config
from refiner.edits import question_id
from refiner.language import activities_sports as sports
from refiner.language.activities import PREFIX, Activities, Activity, Found, stands_for, unlikely
from refiner.language.inflect import pronoun
from refiner.language.reader import Reader
from refiner.language.replace import Replacements
from refiner.language.scene import Scene
from refiner.models import CanonEntry, Choice, ChoiceEffect, Note, Question

_MET = "first met in "


@dataclass(frozen=True)
class Asked:
    """What one note gives: its questions, and entries for the canon that say which note asks."""

    questions: tuple[Question, ...] = ()
    canon: tuple[CanonEntry, ...] = ()


def ask(note: Note, scene: Scene, config: Config, canon: tuple[CanonEntry, ...], rejected: frozenset[str]) -> Asked:
    """Questions and entries of one note. `canon`: the entries that apply; `rejected`: ids that the person rejected.

    An activity is decided, and not asked about, where the canon or `policy.replace` has its word, or the person
    rejected or changed its entry.
    """
    persona = config.persona
    partners = config.policy.partners != "keep"
    known = {c.id: c for c in canon}
    words = {c.before.casefold() for c in canon if c.kind not in ("name", "address", "institution") and not _open(c)}
    todo = [
        a
        for a in unlikely(persona.after.gender, persona.culture, partners=partners)
        if PREFIX + a.id not in rejected
        and not words & {w.casefold() for w in a.words}
        and (PREFIX + a.id not in known or _open(known[PREFIX + a.id]))
        and any(cue.search(note.text, note.body_start) for cue in a.cues)
    ]
    if not todo:
        return Asked()
    reader = Reader(scene)
    finder = Activities(scene, reader, Replacements(scene, reader, ()).whose)
    questions, entries = [], []
    for a in todo:
        written = note.meta.written or note.meta.date
        found = [f for f in finder.find(a) if not finder.too_late(a, f, written, persona.born)]
        if not found:
            continue
        entry = known.get(PREFIX + a.id)
        if entry is None:
            entries.append(_entry(a, note, found[0]))
        elif entry.reason.startswith(f"{_MET}{note.path}: "):
            questions.append(_question(a, note, found, config, entry.before))
    return Asked(tuple(questions), tuple(entries))


def _open(entry: CanonEntry) -> bool:
    """Whether the entry only says which note asks: made by this rule, and nothing decided."""
    return entry.id.startswith(PREFIX) and entry.origin == "rule" and entry.before == entry.after


def _entry(activity: Activity, note: Note, found: Found) -> CanonEntry:
    """What holds until the person has decided: it stays. Approved: beside the question there is nothing to approve."""
    words = note.text[found.start : found.end]
    if not any(len(w) > 2 for w in words.split()):
        words = note.text[slice(*found.cue)]  # a note is shown an entry by its longer words
    before = " ".join(words.split()).casefold() if activity.named else " ".join(words.split())
    sentence = " ".join(note.text[slice(*found.sentence)].split())
    return CanonEntry(
        id=PREFIX + activity.id, kind="activity", before=before, after=before, origin="rule", status="approved",
        reason=f"{_MET}{note.path}: {sentence if len(sentence) < 100 else sentence[:97] + '…'}",
    )  # fmt: skip


def _question(activity: Activity, note: Note, found: list[Found], config: Config, before: str) -> Question:
    first = min(found, key=lambda f: f.start)
    qid, sha = question_id(note, "swap", first.start, first.end, PREFIX + activity.id)
    to = config.persona.after.gender
    she, her = ("she", "her") if to == "female" else ("he", pronoun("her", "male", activity.kind == "custom"))
    told = (first.start, first.end) if activity.named or activity.kind == "clothes" else first.cue
    words = " ".join(note.text[slice(*told)].split())
    return Question(
        id=qid, note=note.path, stage="swap", start=first.start, end=first.end,
        question=activity.question.format(words=words, she=she, her=her),
        choices=tuple(_choices(activity, before, first, she)), mentions=tuple((f.start, f.end) for f in found),
        reason=f"in {config.persona.culture or 'this culture'} {she} is not likely to have done this; "
        "one answer holds for the whole life",
        text_sha=sha,
    )  # fmt: skip


def _choices(activity: Activity, before: str, first: Found, she: str) -> Iterator[Choice]:
    """It stays, or a substitute; all of them for the whole life. Who wants to decide later leaves the question open."""

    def effect(after: str) -> ChoiceEffect:
        forms: dict[str, str] = {}
        if activity.named and after != before:
            forms = {**{w: after for w in activity.words if w != before}, **sports.forms(before, after)}
        return ChoiceEffect(
            canon=CanonEntry(
                id=PREFIX + activity.id, kind="activity", before=before, after=after, forms=forms, origin="person",
                status="approved", reason="your answer for the whole life",
            )
        )  # fmt: skip

    yield Choice(id="stay", label=f"it stays: {she} did it too, and it was unusual", effect=effect(before))
    for number, after in enumerate(activity.instead, 1):
        label = f'"{stands_for(after, first.tag)}" instead' if after else "leave the sentence out"
        yield Choice(id=str(number), label=f"{label}, wherever it is told", effect=effect(after))
