"""Every shape that refiner stores: notes, events, edits, questions, findings, decisions, samples.

Spans are half-open `[start, end)` code points of the raw file as decoded, front matter counted: one coordinate system.
All shapes forbid unknown fields, so that a file written by another version fails loudly instead of losing data.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Gender = Literal["male", "female"]
Modality = Literal["actual", "planned", "hypothetical", "negated", "counterfactual"]
EffectKind = Literal["initiates", "continues", "weakens", "terminates", "reinitiates", "suspends", "resumes"]
RelationKind = Literal["causes", "enables", "prevents", "causes_to_end", "before", "same_as"]
VerdictName = Literal["HOLDS", "NOT", "CONTESTED", "INCONSISTENT", "RETRACTED", "DORMANT", "UNKNOWN"]
ActionName = Literal["keep", "reframe", "include", "drop"]
Status = Literal["undecided", "approved", "rejected", "edited"]
DecisionVerb = Literal["approve", "reject", "edit", "answer", "flag", "comment", "undo", "redo"]
Severity = Literal["info", "warning", "error"]
CanonKind = Literal["name", "institution", "activity", "body", "address", "other"]
SampleKind = Literal[
    "trait", "event", "memory", "situation", "opinion", "identity", "boundary", "now_and_then", "voice", "general"
]
ItemKind = Literal["canon", "question", "edit", "event", "trait", "sample"]

EFFECT_KINDS: tuple[EffectKind, ...] = (
    "initiates", "continues", "weakens", "terminates", "reinitiates", "suspends", "resumes",
)  # fmt: skip
RELATION_KINDS: tuple[RelationKind, ...] = ("causes", "enables", "prevents", "causes_to_end", "before", "same_as")


class Record(BaseModel):
    """Base of all stored shapes: unknown fields are errors, instances do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


# ---- notes ---------------------------------------------------------------------------------------------------------


class Sentence(Record):
    """A sentence or a line that stands alone (list item, heading, chat line); `text == note.text[start:end]`."""

    start: int
    end: int
    text: str
    entry: int = 0  # index into Note.entries
    occurrence: int = 0  # how many sentences with the same text stand before it in the note


class Entry(Record):
    """A part of a note with one date of writing: the whole note, or what follows a dated heading."""

    start: int
    end: int
    date: str = ""  # the heading's words, "" if the note has none


class TimeSpec(Record):
    """When, as front matter gives it: words or EDTF in `raw`, or bounds as ISO days."""

    raw: str = ""
    earliest: str = ""
    latest: str = ""


class EffectSpec(Record):
    trait: str
    kind: EffectKind
    quote: str = ""
    at: Literal["start", "end"] = "start"


class RelationSpec(Record):
    kind: RelationKind
    to: str
    quote: str = ""


class EventSpec(Record):
    """An event that front matter declares."""

    id: str = ""
    label: str = ""
    quote: str = ""
    when: TimeSpec = TimeSpec()
    until: TimeSpec = TimeSpec()
    lasted: str = ""
    modality: Modality = "actual"
    subject: Literal["self", "other"] = "self"
    effects: tuple[EffectSpec, ...] = ()
    relations: tuple[RelationSpec, ...] = ()


class ObservationSpec(Record):
    trait: str
    holds: bool
    at: str = ""
    quote: str = ""


class RetractionSpec(Record):
    target: str  # a trait or event id
    by: str = ""  # the event in which it was taken back, if one is known
    quote: str = ""


class FrontMatter(Record):
    """What the person says outright at the top of a note. `events is None`: nothing was said about events."""

    date: str = ""
    written: str = ""
    author: str = "self"
    kind: Literal["note", "letter", "chat", "traits", "media"] = "note"
    skip: bool = False
    events: tuple[EventSpec, ...] | None = None
    observations: tuple[ObservationSpec, ...] = ()
    retracts: tuple[RetractionSpec, ...] = ()


class Note(Record):
    """A raw note. `path` is relative to the raw folder, with forward slashes; `sha` is that of the raw bytes."""

    path: str
    sha: str
    text: str
    body_start: int = 0
    meta: FrontMatter = FrontMatter()
    entries: tuple[Entry, ...] = ()
    sentences: tuple[Sentence, ...] = ()

    def sentence_at(self, start: int) -> Sentence | None:
        """The sentence that holds code point `start`, or None between sentences."""
        at = bisect_right(self.sentences, start, key=lambda s: s.start) - 1  # they are in order of place
        return self.sentences[at] if at >= 0 and start < self.sentences[at].end else None


# ---- events, traits, people ----------------------------------------------------------------------------------------


class Span(Record):
    note: str
    start: int
    end: int


class When(Record):
    """A resolved time: `earliest` and `latest` are ISO days (inclusive bounds of the day it happened or began)."""

    raw: str = ""
    edtf: str = ""
    earliest: str = ""
    latest: str = ""
    anchor: str = ""  # id of the event that an offset counts from
    offset_min: int | None = None  # days after the anchor's day
    offset_max: int | None = None
    granularity: str = ""  # day month season year decade range


class Duration(Record):
    """How long something lasted, in days; None: open on that side."""

    raw: str = ""
    days_min: int | None = None
    days_max: int | None = None


class Effect(Record):
    trait: str
    kind: EffectKind
    quote: str = ""
    strength: float = 1.0  # evidence for the person; it decides nothing
    at: Literal["start", "end"] = "start"  # of the event: a thing that lasted may begin a trait and end it


class Relation(Record):
    kind: RelationKind
    to: str
    quote: str = ""


class Event(Record):
    """Something that happened (or was planned, imagined, denied) and what it did to the narrator's traits."""

    id: str
    note: str
    spans: tuple[Span, ...] = ()
    quotes: tuple[str, ...] = ()
    label: str = ""
    when: When = When()  # the day on which it happened or began
    until: When = When()  # the day on which it ended, where it lasted
    lasted: Duration = Duration()
    written: str = ""  # latest ISO day on which it can have been told; "" unknown
    modality: Modality = "actual"
    subject: Literal["self", "other"] = "self"
    effects: tuple[Effect, ...] = ()
    relations: tuple[Relation, ...] = ()
    order: int = 0  # place in its note
    source: str = "person"  # person | rule:NAME | model:NAME
    confidence: float = 1.0

    @property
    def place(self) -> tuple[str, str, int, str]:
        """Its place in the order of telling: by day of writing ("" unknown comes first), note, place in the note."""
        return self.written, self.note, self.order, self.id


class Observation(Record):
    """Evidence that a trait holds or does not, on the day of writing; not a cause."""

    trait: str
    holds: bool
    at: str = ""
    note: str = ""
    quote: str = ""
    source: str = "person"


class Retraction(Record):
    """The narrator takes back that a trait or an event was ever true."""

    target: str
    by: str = ""
    note: str = ""
    quote: str = ""
    source: str = "person"


class Person(Record):
    names: tuple[str, ...]
    relation: str = ""
    gender: Gender | None = None
    notes: tuple[str, ...] = ()


class Medium(Record):
    title: str
    kind: str = ""  # book film game music series
    when: str = ""
    effect: str = ""
    notes: tuple[str, ...] = ()


class Extraction(Record):
    """What one note gives to the timeline."""

    note: str
    events: tuple[Event, ...] = ()
    observations: tuple[Observation, ...] = ()
    retractions: tuple[Retraction, ...] = ()
    people: tuple[Person, ...] = ()
    media: tuple[Medium, ...] = ()
    questions: tuple[Question, ...] = ()
    findings: tuple[Finding, ...] = ()


class Interval(Record):
    """A stretch in which a trait held; `until == ""` means that it still does. Dates are EDTF."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)

    from_: str = Field("", alias="from")
    until: str = ""
    by: tuple[str, ...] = ()


class TraitVerdict(Record):
    id: str
    verdict: VerdictName
    default_verdict: VerdictName
    intervals: tuple[Interval, ...] = ()
    evidence: tuple[dict[str, Any], ...] = ()
    note: str = ""  # e.g. "cause unknown"


class DeadEffect(Record):
    event: str
    trait: str


class Claim(Record):
    """Something told that takes part in a contradiction, so that the person can say which one is wrong."""

    event: str
    what: Literal["when", "until", "lasted", "before", "same_as", "written", "born", "end"]
    to: str = ""  # the other event of a relation, or the one that a time counts from
    quote: str = ""
    why: str = ""


class Conflict(Record):
    events: tuple[str, ...]
    claims: tuple[Claim, ...] = ()  # in the order of the contradiction; none for a circle of causes
    quotes: tuple[str, ...] = ()
    why: str = ""
    traits: tuple[str, ...] = ()  # traits whose verdict it decides; empty: it changes no verdict


class Doubt(Record):
    """Something said that does not fit the verdicts, for the person to settle; it changes no verdict by itself."""

    kind: Literal["observation", "opposites", "prevented"]
    trait: str = ""
    events: tuple[str, ...] = ()
    note: str = ""  # the note that says it
    at: str = ""  # the day on which it was observed, EDTF
    quotes: tuple[str, ...] = ()
    why: str = ""


class Timeline(Record):
    """What `refiner timeline --json` prints."""

    now: str
    traits: tuple[TraitVerdict, ...] = ()
    events: tuple[Event, ...] = ()  # in the order of telling
    windows: dict[str, tuple[str, str]] = {}  # event -> first and last ISO day it can have begun, "" open
    closure: tuple[str, ...] = ()
    actions: dict[str, ActionName] = {}  # of the kept events
    reasons: dict[str, str] = {}  # why each action
    dead_effects: tuple[DeadEffect, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def verdict(self, trait: str) -> TraitVerdict | None:
        return next((t for t in self.traits if t.id == trait), None)


# ---- edits, questions, findings, canon -----------------------------------------------------------------------------


class Edit(Record):
    """One proposed change with its reason. Made by `refiner.edits.make_edit`, which computes `id` and `text_sha`."""

    id: str
    note: str
    stage: str
    start: int
    end: int
    before: str
    after: str
    reason: str
    evidence: tuple[str, ...] = ()
    source: str  # rule:NAME | model:NAME | person
    confidence: float = 1.0
    parents: tuple[str, ...] = ()
    text_sha: str
    status: Status = "undecided"


class CanonEntry(Record):
    """One substitution for the whole life. `forms` maps other words that follow it: bat -> racquet."""

    id: str
    kind: CanonKind = "other"
    before: str
    after: str
    forms: dict[str, str] = {}
    scope: Literal["narrator"] = "narrator"
    origin: Literal["config", "rule", "model", "person"] = "rule"
    status: Status = "undecided"
    reason: str = ""


class ProposedEdit(Record):
    """What a choice of a question would put in the text."""

    start: int
    end: int
    after: str


class ChoiceEffect(Record):
    edits: tuple[ProposedEdit, ...] = ()
    canon: CanonEntry | None = None
    event: dict[str, Any] | None = None  # {"id": event, "when": EDTF} or {"id": event, "modality": ...}
    none: bool = False


class Choice(Record):
    id: str  # short and stable: "1", "2", ... or a word
    label: str
    effect: ChoiceEffect = ChoiceEffect(none=True)


class Question(Record):
    """Something that rules and model could not settle. `mentions` are all the spans that one answer settles."""

    id: str
    note: str = ""
    stage: str
    start: int | None = None
    end: int | None = None
    subject: str = ""  # "event:ID", "trait:ID" or "canon:ID" where it is not about a span
    question: str
    choices: tuple[Choice, ...]
    mentions: tuple[tuple[int, int], ...] = ()
    reason: str = ""
    rule: str = ""  # the rule that left it open
    confidence: float = 0.5  # of that rule, that its first choice is right
    text_sha: str = ""
    status: Status = "undecided"
    answer: str = ""


class Finding(Record):
    check: str
    severity: Severity = "warning"
    note: str = ""
    start: int | None = None
    end: int | None = None
    message: str


class Message(Record):
    role: Literal["system", "user", "assistant"]
    content: str


FROM_CHAT = "chat:"  # begins the source of a sample that corrects an answer in a chat; then the talk and the turn


class Sample(Record):
    id: str
    kind: SampleKind
    messages: tuple[Message, ...]  # without the system message, which export adds
    traits: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()
    source: str = "rule:compose"
    text_sha: str = ""
    status: Status = "undecided"
    blocked: tuple[str, ...] = ()  # ids of the undecided items in its sources
    checks: tuple[str, ...] = ()  # of a model's words: what they were found to be


class Decision(Record):
    """One line of `data/review/decisions.jsonl`. `text_sha` is that of the item when it was decided."""

    item: str
    text_sha: str = ""
    verdict: DecisionVerb
    text: str | None = None  # the person's own words, for `edit`
    choice: str | None = None  # for `answer`
    effect: ChoiceEffect | None = None  # what the answered choice does: kept here, since the question may go away
    reason: str | None = None
    undoes: str | None = None  # id of the decision that `undo` or `redo` is about
    at: str = ""  # ISO time, UTC
    id: str = ""


class Bearing(Record):
    """What a sentence, or an event told in it, has to do with a trait; the span is the sentence's, in the raw note."""

    note: str
    start: int
    end: int
    trait: str
    side: Literal["for", "against", "context"]  # evidence that it holds, that it does not, or needed to understand
    quote: str = ""  # the words that say so
    event: str = ""  # the event that the narrator gave or a rule read there
    teller: str = "self"  # self | the note's author | another: somebody whom the note quotes
    source: str = "rule:words"
    confidence: float = 1.0
    proof: float = 1.0  # how far the words by themselves prove that the trait is meant, where only words speak


class Treatment(Record):
    """What became of a sentence or an event, and why; its bearings on the important traits."""

    note: str
    start: int | None = None
    end: int | None = None
    event: str = ""
    action: Literal["keep", "condense", "reframe", "include", "drop"] = "keep"
    why: str = ""
    bearings: tuple[Bearing, ...] = ()


class StageResult(Record):
    """What a stage says about one note. An empty result is a result: the stage found nothing to change."""

    note: str
    stage: str
    edits: tuple[Edit, ...] = ()
    questions: tuple[Question, ...] = ()
    findings: tuple[Finding, ...] = ()
    canon: tuple[CanonEntry, ...] = ()
    bearings: tuple[Bearing, ...] = ()
