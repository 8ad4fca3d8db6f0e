"""Pronouns whose antecedent became ambiguous by the change: "Ma told Sis she could go", where "he" meant the narrator.

Two ways: a changed pronoun now has a rival of the new gender, and had none of the old one; and, in notes that tell of
the narrator by name, somebody else's unchanged pronoun now has the narrator as rival. A rival stands before the pronoun
in the same or the previous sentence and in the same speech, is one person, of known gender, subject or object, no
predicate, and may be meant by the grammar: not the subject of the verb whose object the pronoun is. It must stand out
at least as much as the right antecedent (later sentence, then subject before object: salience as in Lappin & Leass
1994, cut down to two factors). One finding a sentence; a pronoun that goes on from a doubtful one is not counted again.
Not found: rivals in another paragraph, nouns whose gender the words do not show, plural and generic ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from refiner.checks.again import Again
from refiner.language.blocks import Block
from refiner.language.evidence import is_predicate, vocative
from refiner.language.people import Mention
from refiner.language.reader import Reader
from refiner.models import Finding, Gender

CHECK = "antecedent"
_FORMS: dict[Gender, tuple[str, ...]] = {"male": ("he", "him", "his"), "female": ("she", "her", "hers")}
_OBJECTS = ("dobj", "dative", "pobj")
Rank = tuple[int, bool]  # sentence in the block, subject or not


def antecedents(again: Again) -> list[Finding]:
    """Findings of severity warning in order of place; spans count in the refined text.

    Raises RefinerError without spaCy's model.
    """
    found = [*_changed(again), *_unchanged(again)]
    out: dict[tuple[int, int], Finding] = {}
    for f, where in sorted(found, key=lambda x: x[0].start or 0):
        out.setdefault(where, f)
    return list(out.values())


def _pronoun_edits(again: Again) -> Iterator[tuple[int, int, int]]:
    """Changed pronouns: `(start, end)` in the refined text, start in the raw one."""
    persona = again.config.persona
    for c in again.changed:
        if (
            c.edit.before.casefold() in _FORMS[persona.before.gender]
            and c.edit.after.casefold() in _FORMS[persona.after.gender]
        ):
            yield c.start, c.end, c.edit.start


def _at(reader: Reader, start: int) -> tuple[Block, Mention] | None:
    block = reader.scene.block_at(start)
    if block is None:
        return None
    m = next((p for p in reader.speech.people(block.index) if p.start == start and p.pronoun), None)
    return (block, m) if m else None


def _near(reader: Reader, block: Block, pronoun: Mention) -> list[Mention]:
    """Mentions before the pronoun, in its sentence or the one before, in the same speech."""
    scene = reader.scene
    frame = scene.frame_at(pronoun.start)
    return [
        p
        for p in reader.speech.people(block.index)
        if p.end <= pronoun.start
        and pronoun.sent - 1 <= p.sent
        and scene.frame_at(p.start) is frame
        and p.key != "I"
        and not p.plural
    ]


def _may_mean(pronoun: Mention, rival: Mention) -> bool:
    """Whether grammar lets the pronoun mean the rival (binding: an object is not its own verb's subject)."""
    t, r = pronoun.token, rival.token
    if t.dep_ == "conj" and t.head.i == r.i or r.dep_ == "conj" and r.head.i == t.i:
        return False
    if t.dep_ == "poss":
        return not any(x.i == r.i for x in t.head.subtree) and t.head.i != r.i
    if t.dep_ not in _OBJECTS:
        return True
    verb = t.head
    while verb.pos_ in ("ADP", "SCONJ", "PART") and verb.head.i != verb.i:
        verb = verb.head
    return not any(s.i == r.i or r.dep_ == "conj" and r.head.i == s.i for s in _subjects(verb))


def _subjects(verb: Any) -> list[Any]:
    """The subjects of the verb, through conjuncts and infinitives that leave theirs out."""
    for _ in range(6):
        found = [c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass")]
        if found or verb.dep_ not in ("conj", "xcomp") or verb.head.i == verb.i:
            return found
        verb = verb.head
    return []


def _person(reader: Reader, m: Mention) -> bool:
    """Whether the mention names one person who can be meant later on."""
    return m.role in ("subj", "obj") and not is_predicate(m.token) and not vocative(reader.scene, m)


def _rank(m: Mention) -> Rank:
    return (m.sent, m.role == "subj" and m.token.dep_ != "ROOT")  # a line without a verb has no subject


def _changed(again: Again) -> Iterator[tuple[Finding, tuple[int, int]]]:
    new, old = again.config.persona.after.gender, again.config.persona.before.gender
    raw_changed = [(c.edit.start, c.edit.end) for c in again.changed]
    for start, end, raw_start in _pronoun_edits(again):
        here, there = _at(again.now, start), _at(again.before, raw_start)
        if here is None or there is None:
            continue
        block, pronoun = here
        near = _near(again.now, block, pronoun)
        mine = [m for m in near if m.key == "narrator" or again.written(m.start, m.end)]
        rivals = [
            m for m in near
            if m not in mine and m.gender == new and (m.pronoun or _person(again.now, m)) and _may_mean(pronoun, m)
        ]  # fmt: skip
        if not rivals or (mine and max(map(_rank, mine)) > max(map(_rank, rivals))):
            continue
        competed = [
            m for m in _near(again.before, *there)
            if m.gender == old and m.key != "narrator" and not any(s < m.end and m.start < e for s, e in raw_changed)
        ]  # fmt: skip
        named = [m for m in rivals if not m.pronoun]
        if competed or not named:
            continue
        yield _finding(again, start, end, named[-1], again.now.scene.names.now or "the name"), (
            block.index, pronoun.sent,
        )  # fmt: skip


def _unchanged(again: Again) -> Iterator[tuple[Finding, tuple[int, int]]]:
    """Another's pronoun, in a note that tells of the narrator by name."""
    scene, new = again.now.scene, again.config.persona.after.gender
    for block in scene.blocks:
        if not scene.told[block.index]:
            continue
        for pronoun in again.now.speech.people(block.index):
            written = again.written(pronoun.start, pronoun.end)
            word = scene.text[pronoun.start : pronoun.end].casefold()
            if not pronoun.pronoun or word not in _FORMS[new] or written or pronoun.quoted:
                continue
            near = _near(again.now, block, pronoun)
            mine = [
                m for m in near
                if (m.key == "narrator" or m.pronoun and m.gender == new and again.written(m.start, m.end))
                and _may_mean(pronoun, m)
            ]  # fmt: skip
            others = [m for m in near if m.key != "narrator" and m not in mine and m.gender == new]
            named = [m for m in others if not m.pronoun and not is_predicate(m.token) and _may_mean(pronoun, m)]
            if not named or not mine or max(map(_rank, mine)) <= max(map(_rank, others)):
                continue
            yield _finding(again, pronoun.start, pronoun.end, mine[-1], _words(again, named[-1])), (
                block.index, pronoun.sent,
            )  # fmt: skip


def _words(again: Again, m: Mention) -> str:
    return again.text[m.start : m.end]


def _finding(again: Again, start: int, end: int, rival: Mention, name: str) -> Finding:
    who = again.now.scene.names.now if rival.key == "narrator" or rival.pronoun else _words(again, rival)
    message = f'"{again.text[start:end]}" may now mean {who or "the narrator"}; "{name}" would say who is meant'
    return Finding(check=CHECK, severity="warning", note=again.note.path, start=start, end=end, message=message)
