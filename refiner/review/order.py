"""The order in which items are asked about: what decides most comes first. Pure.

What changed since it was decided comes first of all. Then canon entries, those that most edits follow from first; open
questions, those that most waits for first; edits that idealise, edits of low confidence (the least sure first) and the
other edits as one reads the notes; events, trait verdicts, samples. Edits that follow from each other or begin at the
same place stay together, each behind what it follows from. The order looks at no decision but the one that fell away,
so it does not shift under a person who goes on later, and it does not depend on the order of what it is given.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from refiner.models import CanonEntry, Edit, Event, ItemKind, Question, Sample, TraitVerdict

if TYPE_CHECKING:
    from refiner.review.items import Item

CONFIDENT = 0.9
"""From here on an item needs no look before the others. What rules propose on less is just above their own bar (0.88,
pronouns 0.8), or a sentence that they reword (0.75 to 0.8); models' wordings carry 0.7."""
KINDS: tuple[ItemKind, ...] = ("canon", "question", "edit", "event", "trait", "sample")
STAGE_ORDER = (
    "extract", "canon", "swap", "implicit", "reframe", "override", "selfimage", "correct", "second-look", "compose",
)  # fmt: skip
_IN_DOUBT = ("INCONSISTENT", "CONTESTED", "UNKNOWN")  # verdicts that rest on events that do not agree, or on none
Key = tuple[Any, ...]


def stage_place(stage: str) -> int:
    """The place of a stage in the chain; unknown ones come last."""
    return STAGE_ORDER.index(stage) if stage in STAGE_ORDER else len(STAGE_ORDER)


def canon_uses(canon: Iterable[CanonEntry], edits: Iterable[Edit]) -> dict[str, list[str]]:
    """The ids of the edits that follow from each entry (`canon:ID`): they name it, or do what it says word for word."""
    says: dict[tuple[str, str], list[str]] = {}
    for entry in canon:
        for before, after in {entry.before: entry.after, **entry.forms}.items():
            if before != after:
                says.setdefault((before.casefold(), after.casefold()), []).append(f"canon:{entry.id}")
    out: dict[str, list[str]] = {}
    for edit in edits:
        named = [e for e in edit.evidence if e.startswith("canon:")]
        for name in dict.fromkeys((*named, *says.get((edit.before.casefold(), edit.after.casefold()), ()))):
            out.setdefault(name, []).append(edit.id)
    return out


def ordered(items: Iterable[Item]) -> list[Item]:
    """The items as they are asked about. Any permutation of them gives the same list."""
    by_kind: dict[str, list[Item]] = {kind: [] for kind in KINDS}
    for item in items:
        by_kind[item.kind].append(item)
    edits, samples = by_kind["edit"], by_kind["sample"]
    keys: dict[str, Mapping[str, Key]] = {
        "canon": _canon_keys(by_kind["canon"], edits),
        "question": _question_keys(by_kind["question"], edits),
        "edit": _edit_keys(edits),
        "event": {i.id: _event_key(i) for i in by_kind["event"]},
        "trait": _trait_keys(by_kind["trait"], samples),
        "sample": {i.id: _sample_key(i) for i in samples},
    }
    out: list[Item] = []
    for kind in KINDS:
        key = keys[kind]
        out += sorted(by_kind[kind], key=lambda i, key=key: key[i.id])  # type: ignore[misc]
    return sorted(out, key=lambda i: i.was is None)  # stable: the order stays within both halves


def used(item: Item, edits: frozenset[str] | set[str]) -> int:
    """How many of these edits follow from an item."""
    return len(edits.intersection(item.depends))


def _canon_keys(entries: Sequence[Item], edits: Sequence[Item]) -> dict[str, Key]:
    names = {e.id for e in edits}
    return {i.id: (-used(i, names), i.id) for i in entries}


# ---- questions -----------------------------------------------------------------------------------------------------


def waiting(question: Item, containing: int = 0) -> int:
    """How much waits for the answer: the places it is about or would change, and what follows from it or contains it.

    `containing` is the number of edits around its place that do not already follow from it.
    """
    asked = question.payload
    if not isinstance(asked, Question):
        return len(question.depends) + containing
    places = set(asked.mentions)
    for choice in asked.choices:
        places |= {(e.start, e.end) for e in choice.effect.edits}
    return len(places) + len(set(question.depends)) + containing


def _question_keys(questions: Sequence[Item], edits: Sequence[Item]) -> dict[str, Key]:
    around = _Around(edits) if questions else None
    out: dict[str, Key] = {}
    for q in questions:
        known = set(q.depends)
        more = sum(name not in known for name in around.containing(q.note, q.start, q.end)) if around else 0
        out[q.id] = -waiting(q, more), q.note, q.start, q.end, q.id
    return out


class _Around:
    """Finds the edits that contain a place."""

    def __init__(self, edits: Sequence[Item]) -> None:
        notes: dict[str, list[tuple[int, int, str]]] = {}
        for e in edits:
            notes.setdefault(e.note, []).append((e.start, e.end, e.id))
        self.notes = {note: sorted(spans) for note, spans in notes.items()}
        self.reach = {note: list(accumulate((s[1] for s in spans), max)) for note, spans in self.notes.items()}

    def containing(self, note: str, start: int, end: int) -> Iterable[str]:
        """The ids of the edits whose span holds `[start, end)` of the note."""
        if start < 0 or note not in self.notes:
            return
        spans, reach = self.notes[note], self.reach[note]
        at = bisect_right(spans, start, key=lambda s: s[0]) - 1
        while at >= 0 and reach[at] >= end:  # no edit before this place reaches as far
            if spans[at][1] >= end > spans[at][0]:
                yield spans[at][2]
            at -= 1


# ---- edits ---------------------------------------------------------------------------------------------------------


def _edit_keys(edits: Sequence[Item]) -> dict[str, Key]:
    """Group by group: which of the three tiers, where the group stands in it, and the edit's place in the group."""
    by_id = {e.id: e for e in edits}
    first = _begins(by_id)
    least: dict[tuple[str, int], float] = {}
    flatters: set[tuple[str, int]] = set()
    for e in edits:
        group = first[e.id]
        least[group] = min(least.get(group, 1.0), e.confidence)
        if e.idealises:
            flatters.add(group)
    depth = _depths(by_id)
    out: dict[str, Key] = {}
    for e in edits:
        group = first[e.id]
        low = least[group] < CONFIDENT
        tier = 0 if group in flatters else 1 if low else 2
        sure = least[group] if tier == 1 else 0.0
        out[e.id] = tier, sure, *group, depth[e.id], stage_place(e.stage), e.start, e.end, e.id
    return out


def _begins(by_id: Mapping[str, Item]) -> dict[str, tuple[str, int]]:
    """Note and place where the group of each edit begins: those that follow from each other are one."""
    above: dict[str, str] = {}

    def root(name: str) -> str:
        top = name
        while top in above:
            top = above[top]
        while name != top:  # so that long chains are walked once
            above[name], name = top, above[name]
        return top

    for name, e in by_id.items():
        for parent in e.parents:
            if parent in by_id and (one := root(parent)) != (other := root(name)):
                above[other] = one
    first: dict[str, tuple[str, int]] = {}
    for name, e in by_id.items():
        top = root(name)
        first[top] = min(first.get(top, (e.note, e.start)), (e.note, e.start))
    return {name: first[root(name)] for name in by_id}


def _depths(by_id: Mapping[str, Item]) -> dict[str, int]:
    """How many edits stand above each, along the longest way; a circle, which no chain makes, is cut."""
    depth = {name: 0 for name, e in by_id.items() if not e.parents}
    for name in sorted(by_id.keys() - depth.keys()):
        stack, open_ = [name], set[str]()
        while stack:
            top = stack[-1]
            if top in depth:
                stack.pop()
                continue
            parents = [p for p in by_id[top].parents if p in by_id and p not in open_ and p != top]
            open_.add(top)
            if missing := [p for p in parents if p not in depth]:
                stack += missing
                continue
            known = [p for p in by_id[top].parents if p in depth]
            depth[top] = 1 + max((depth[p] for p in known), default=-1)
            open_.discard(top)
            stack.pop()
    return depth


# ---- events, traits, samples ---------------------------------------------------------------------------------------


def _event_key(item: Item) -> Key:
    sure = item.confidence >= CONFIDENT
    place: Key = item.payload.place if isinstance(item.payload, Event) else (item.note, item.start)
    return sure, 0.0 if sure else item.confidence, place, item.id


def _trait_keys(traits: Sequence[Item], samples: Sequence[Item]) -> dict[str, Key]:
    """Verdicts in doubt first, then by how many samples speak of the trait."""
    spoken = Counter(t for s in samples for t in s.traits)

    def doubtful(item: Item) -> bool:
        return isinstance(item.payload, TraitVerdict) and item.payload.verdict in _IN_DOUBT

    return {i.id: (not doubtful(i), -max((spoken[t] for t in i.traits), default=0), i.id) for i in traits}


def _sample_key(item: Item) -> Key:
    """Those that wait for something else come last: what they say changes when that is decided."""
    blocked = isinstance(item.payload, Sample) and bool(item.payload.blocked)
    return blocked, item.note, item.title, item.id
