"""The queue of the review: one item for each proposal, in the order in which a person decides best. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from refiner.models import (
    CanonEntry,
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
from refiner.review.facts import (
    ChoiceView,
    Page,
    canon_facts,
    edit_facts,
    event_facts,
    question_facts,
    sample_facts,
    trait_facts,
)
from refiner.review.history import DECIDING, Decided, History, replay
from refiner.review.identity import Reviewable, item_id, rule_of, sha_of
from refiner.review.order import KINDS as KINDS
from refiner.review.order import canon_uses, ordered
from refiner.review.order import stage_place as stage_place
from refiner.review.standing import staying, stays, turned_off
from refiner.review.texts import already


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
    idealises: tuple[str, ...] = ()  # how an edit flatters: it wants a look of its own, and no bulk approval takes it
    given: Status = "undecided"  # the status it has while the log never names it
    start: int = -1
    end: int = -1
    payload: object = field(default=None, repr=False, compare=False)
    around: Mapping[str, Event] = field(default_factory=dict, repr=False, compare=False)  # events that the body names


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
    idealising: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> list[Item]:
    """The items of the review in their order, each with its status by the log.

    Give the records as they were proposed: what `apply_status` returns has other texts. `findings` show up as evidence
    of the edits and questions whose span they touch. `idealising` are the edits that flatter, by id, with what they do.
    """
    history = replay(decisions)
    pages: dict[str, Page] = {}

    def page(path: str) -> Page:
        if path not in pages:
            pages[path] = Page(notes.get(path))
        return pages[path]

    by_id = {e.id: e for e in events}
    words = staying(canon)
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.note, []).append(finding)
    followers = _followers(canon, edits, samples)
    items: list[Item] = []

    def add(kind: ItemKind, record: Reviewable, given: dict[str, object]) -> None:
        items.append(_item(kind, record, given, history, followers, found))

    for entry in canon:
        add("canon", entry, canon_facts(entry))
    for q in questions:
        add("question", q, question_facts(q, page(q.note)))
    for edit in edits:
        kept = {"given": "rejected"} if stays(edit, words) else {}
        add("edit", edit, edit_facts(edit, page(edit.note)) | {"idealises": idealising.get(edit.id, ())} | kept)
    for event in events:
        add("event", event, event_facts(event))
    for trait in traits:
        add("trait", trait, trait_facts(trait, by_id))
    for sample in samples:
        add("sample", sample, sample_facts(sample))
    return ordered(items)


def _followers(canon: Iterable[CanonEntry], edits: Sequence[Edit], samples: Iterable[Sample]) -> dict[str, list[str]]:
    """For each item, those that follow from it: edits that contain it, samples made from it, edits of a canon entry."""
    out = canon_uses(canon, edits)
    for edit in edits:
        for parent in dict.fromkeys(edit.parents):
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
    decided = history.decided(name, sha) or turned_off(history, record)
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
    if history.decides(name) or (history.off and rule_of(record) in history.off):
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
