"""The queue of the review: one item for each proposal, in the order in which a person decides best. Pure.

What changed since it was decided comes first. Then canon entries, since one of them settles many edits; then questions,
edits by note and place, events, trait verdicts, samples.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from refiner.models import (
    CanonEntry,
    Choice,
    Decision,
    DecisionVerb,
    Edit,
    Event,
    Finding,
    ItemKind,
    Note,
    Question,
    Sample,
    Severity,
    Status,
    TraitVerdict,
)
from refiner.review.history import DECIDING, Decided, History, replay
from refiner.review.identity import Reviewable, item_id, sha_of
from refiner.review.texts import already

KINDS: tuple[ItemKind, ...] = ("canon", "question", "edit", "event", "trait", "sample")
STAGE_ORDER = ("extract", "swap", "reframe", "override", "selfimage", "compose")
_GIVERS = ("person", "config")  # what they wrote needs no decision


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """A choice of a question with the sentence as it would stand. `key` is what the person types."""

    key: str
    id: str
    label: str
    before: str = ""
    after: str = ""  # equal to before: the text stays
    places: int = 0  # how many places the choice changes
    canon: str = ""  # "before → after" of the canon entry it would write


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to decide, with what a person needs to see for it."""

    id: str
    kind: ItemKind
    text_sha: str
    note: str = ""
    stage: str = ""
    source: str = ""
    confidence: float = 1.0
    status: Status = "undecided"
    was: DecisionVerb | None = None  # the earlier verdict that fell away because the text changed
    title: str = ""
    before: str = ""
    after: str = ""
    context_before: str = ""  # the same sentence, before and after the span
    context_after: str = ""
    above: str = ""  # the sentences around
    below: str = ""
    reason: str = ""
    evidence: tuple[str, ...] = ()
    choices: tuple[ChoiceView, ...] = ()
    severity: Severity = "info"
    parents: tuple[str, ...] = ()  # what it follows from
    depends: tuple[str, ...] = ()  # items that follow from it
    traits: tuple[str, ...] = ()
    given: Status = "undecided"  # the status it has while the log never names it
    start: int = -1
    end: int = -1
    payload: object = field(default=None, repr=False, compare=False)
    around: Mapping[str, Event] = field(default_factory=dict, repr=False, compare=False)  # events that the body names


class _Page:
    """A note's sentences, searchable by place."""

    def __init__(self, note: Note | None) -> None:
        self.text = note.text if note else ""
        self.sentences = note.sentences if note else ()
        self.starts = [s.start for s in self.sentences]

    def around(self, start: int, end: int) -> dict[str, str]:
        """The rest of the sentence of a span and the sentences next to it."""
        if not self.text:
            return {}
        i = bisect_right(self.starts, start) - 1
        if i < 0 or not start <= max(end - 1, start) < self._reach(i):
            line = self.text.rfind("\n", 0, start) + 1, self.text.find("\n", end)
            stop = line[1] if line[1] >= 0 else len(self.text)
            return {"context_before": self.text[line[0] : start], "context_after": self.text[end:stop]}
        j = max(bisect_right(self.starts, max(end - 1, start)) - 1, i)
        return {
            "context_before": self.text[self.starts[i] : start],
            "context_after": self.text[end : max(self.sentences[j].end, end)],
            "above": self.sentences[i - 1].text if i else "",
            "below": self.sentences[j + 1].text if j + 1 < len(self.sentences) else "",
        }

    def _reach(self, i: int) -> int:
        """Where the sentence ends, the white space up to the next one counted."""
        return self.starts[i + 1] if i + 1 < len(self.starts) else len(self.text) + 1

    def with_choice(self, choice: Choice, start: int, end: int) -> tuple[str, str]:
        """The sentence of a question's span, and as it would stand after a choice."""
        around = self.around(start, end)
        low, high = start - len(around.get("context_before", "")), end + len(around.get("context_after", ""))
        out, at = [], low
        for e in sorted(choice.effect.edits, key=lambda e: e.start):
            if at <= e.start and e.end <= high:
                out += [self.text[at : e.start], e.after]
                at = e.end
        return self.text[low:high], "".join(out) + self.text[at:high]


def _canon(entry: CanonEntry) -> dict[str, object]:
    return {
        "title": f"{entry.kind}: for the whole life", "before": entry.before, "after": entry.after,
        "source": entry.origin, "reason": entry.reason, "stage": "canon",
        "given": "approved" if entry.origin in _GIVERS and entry.status == "undecided" else entry.status,
    }  # fmt: skip


def _question(q: Question, page: _Page) -> dict[str, object]:
    given: dict[str, object] = {"title": q.question, "stage": q.stage, "note": q.note, "reason": q.reason,
                                "source": "question", "confidence": 0.0, "severity": "error"}  # fmt: skip
    spanned = q.start is not None and q.end is not None
    start, end = (q.start or 0, q.end or 0) if spanned else (-1, -1)
    if spanned:
        given |= {"before": page.text[start:end], "start": start, "end": end, **page.around(start, end)}
    if q.subject.startswith("trait:"):
        given["traits"] = (q.subject.removeprefix("trait:"),)
    numbered = all(c.id.isdecimal() for c in q.choices)
    views = []
    for n, choice in enumerate(q.choices, 1):
        before, after = page.with_choice(choice, start, end) if spanned else ("", "")
        entry, places = choice.effect.canon, len(choice.effect.edits)
        key, canon = choice.id if numbered else str(n), f"{entry.before} → {entry.after}" if entry else ""
        views.append(ChoiceView(key, choice.id, choice.label, before, after, places, canon))
    return given | {"choices": tuple(views)}


def _maker(source: str) -> str:
    """`rule:quoted-speech` in words: quoted speech; a model keeps its prefix."""
    kind, _, name = source.partition(":")
    return name.replace("-", " ").replace("_", " ") if kind == "rule" and name else source.replace(":", " ")


def _edit(e: Edit, page: _Page) -> dict[str, object]:
    return {
        "title": _maker(e.source), "stage": e.stage, "note": e.note, "source": e.source, "confidence": e.confidence,
        "before": e.before, "after": e.after, "reason": e.reason, "evidence": e.evidence, "parents": e.parents,
        "start": e.start, "end": e.end, "given": "approved" if e.source == "person" else "undecided",
        **page.around(e.start, e.end),
    }  # fmt: skip


def _event(e: Event) -> dict[str, object]:
    return {
        "title": e.label or next(iter(e.quotes), e.id), "stage": "extract", "note": e.note, "source": e.source,
        "confidence": e.confidence, "evidence": e.quotes, "traits": tuple(dict.fromkeys(x.trait for x in e.effects)),
        "given": "approved" if e.source == "person" else "undecided",
    }  # fmt: skip


def _trait(t: TraitVerdict, events: Mapping[str, Event]) -> dict[str, object]:
    named = {name for interval in t.intervals for name in interval.by}
    named |= {str(e["event"]) for e in t.evidence if e.get("event")}
    return {
        "title": f"{t.id}: {t.verdict}", "stage": "timeline", "source": "timeline", "traits": (t.id,), "reason": t.note,
        "around": {name: events[name] for name in named if name in events},
    }  # fmt: skip


def _sample(s: Sample) -> dict[str, object]:
    return {
        "title": s.kind, "stage": "compose", "note": s.notes[0] if s.notes else "", "source": s.source,
        "traits": s.traits, "parents": s.edits, "after": s.messages[-1].content if s.messages else "",
    }  # fmt: skip


def build_queue(
    canon: Sequence[CanonEntry],
    questions: Sequence[Question],
    edits: Sequence[Edit],
    events: Sequence[Event],
    traits: Sequence[TraitVerdict],
    samples: Sequence[Sample],
    notes: Mapping[str, Note],
    decisions: Sequence[Decision],
    *,
    findings: Iterable[Finding] = (),
) -> list[Item]:
    """The items of the review in their order, each with its status by the log.

    Give the records as they were proposed: what `apply_status` returns has other texts. `findings` show up as evidence
    of the edits and questions whose span they touch.
    """
    history = replay(decisions)
    pages: dict[str, _Page] = {}

    def page(path: str) -> _Page:
        if path not in pages:
            pages[path] = _Page(notes.get(path))
        return pages[path]

    by_id = {e.id: e for e in events}
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.note, []).append(finding)
    followers = _followers(edits, samples)
    items: list[Item] = []

    def add(kind: ItemKind, record: Reviewable, given: dict[str, object]) -> None:
        items.append(_item(kind, record, given, history, followers, found))

    for entry in canon:
        add("canon", entry, _canon(entry))
    for q in sorted(questions, key=lambda q: (q.note, q.start or 0)):
        add("question", q, _question(q, page(q.note)))
    place = _places(edits)
    for edit in sorted(edits, key=lambda e: (e.note, place[e.id], stage_place(e.stage), e.start, e.end)):
        add("edit", edit, _edit(edit, page(edit.note)))
    for event in sorted(events, key=lambda e: e.order):
        add("event", event, _event(event))
    for trait in traits:
        add("trait", trait, _trait(trait, by_id))
    for sample in samples:
        add("sample", sample, _sample(sample))
    return sorted(items, key=lambda i: i.was is None)  # stable: the order above stays within both halves


def _places(edits: Iterable[Edit]) -> dict[str, int]:
    """The place of each edit in the order: those that follow from each other stand together, where the first begins."""
    by_id = {e.id: e for e in edits}
    above: dict[str, str] = {}

    def root(name: str) -> str:
        while name in above:
            name = above[name]
        return name

    for edit in by_id.values():
        for parent in edit.parents:
            if parent in by_id and root(parent) != root(edit.id):
                above[root(edit.id)] = root(parent)
    first: dict[str, int] = {}
    for edit in by_id.values():
        name = root(edit.id)
        first[name] = min(first.get(name, edit.start), edit.start)
    return {name: first[root(name)] for name in by_id}


def stage_place(stage: str) -> int:
    """The place of a stage in the chain; unknown ones come last."""
    return STAGE_ORDER.index(stage) if stage in STAGE_ORDER else len(STAGE_ORDER)


def _followers(edits: Iterable[Edit], samples: Iterable[Sample]) -> dict[str, list[str]]:
    """For each item, those that follow from it: edits that contain it, samples made from it, edits of a canon entry."""
    out: dict[str, list[str]] = {}
    for edit in edits:
        canon = [e for e in edit.evidence if e.startswith("canon:")]
        for parent in dict.fromkeys((*edit.parents, *canon)):
            out.setdefault(parent, []).append(edit.id)
    for sample in samples:
        events = (f"event:{e}" for e in sample.events)
        for source in dict.fromkeys((*sample.edits, *sample.blocked, *events)):
            out.setdefault(source, []).append(sample.id)
    return out


def _touches(finding: Finding, start: int, end: int) -> bool:
    return finding.start is not None and finding.start < end and start < (finding.end or finding.start + 1)


def verdict_on(history: History, name: str, sha: str, record: object) -> Decided | None:
    """The verdict on a record, by its hash; None where it cannot be meant for this kind (a question is not approved).

    A canon entry or event that already is what the person wrote counts as edited: its hash is that of the new text.
    """
    decided = history.decided(name, sha)
    if decided is None:
        if not isinstance(record, CanonEntry | Event):
            return None
        made = [d for d in history.active(name) if d.verdict in DECIDING][-1:]
        if not made or made[0].verdict != "edit" or not already(record, made[0].text or ""):
            return None
        return history.decided(name, made[0].text_sha)
    if not isinstance(record, Question):
        return None if decided.verdict == "answer" else decided
    if decided.verdict == "answer":
        return decided if decided.choice in [c.id for c in record.choices] else None
    return None if decided.verdict == "approve" else decided


def _item(
    kind: ItemKind,
    record: Reviewable,
    given: dict[str, object],
    history: History,
    followers: Mapping[str, Sequence[str]],
    found: Mapping[str, Sequence[Finding]],
) -> Item:
    name, sha = item_id(record), sha_of(record)
    if name in history.by_item:
        decided = verdict_on(history, name, sha, record)
        given["status"] = decided.status if decided else "undecided"
        given["was"] = None if decided else history.was(name, sha)
    else:
        given["status"] = given.get("given", "undecided")
    note, start, end = str(given.get("note", "")), given.get("start", -1), given.get("end", -1)
    if note in found and isinstance(start, int) and isinstance(end, int) and start >= 0:
        near = [f for f in found[note] if _touches(f, start, max(end, start + 1))]
        before = given.get("evidence", ())
        told = tuple(f"{f.check}: {f.message}" for f in near)
        given["evidence"] = (*before, *told) if isinstance(before, tuple) else told
        if near and kind == "edit":
            given["severity"] = max((f.severity for f in near), key=("info", "warning", "error").index)
    return Item(id=name, kind=kind, text_sha=sha, depends=tuple(followers.get(name, ())), payload=record, **given)  # type: ignore[arg-type]
