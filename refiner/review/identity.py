"""Which item a record is, and of which text a decision about it was made. Pure.

Edits, questions and samples carry ids that are hashes, so these are item ids as they are. The ids of canon entries,
events and traits are words that may coincide ("move" the event, "move" the entry), so their kind stands before them.
"""

from __future__ import annotations

from collections.abc import Iterable

from refiner.edits import digest
from refiner.models import CanonEntry, Edit, Event, Question, Sample, TraitVerdict

RULE = "rule:"
Reviewable = CanonEntry | Question | Edit | Event | TraitVerdict | Sample


def item_id(record: Reviewable) -> str:
    """The id that decisions about this record name: `canon:ID`, `event:ID`, `trait:ID`, or the record's own hash."""
    if isinstance(record, CanonEntry):
        return f"canon:{record.id}"
    if isinstance(record, Event):
        return f"event:{record.id}"
    if isinstance(record, TraitVerdict):
        return f"trait:{record.id}"
    return record.id


def rule_of(record: object) -> str:
    """The rule that proposed an edit or read an event, as decisions about the rule itself name it: `rule:STAGE:NAME`.

    "" for what no rule made.
    """
    if isinstance(record, Edit | Event) and record.source.startswith(RULE):
        stage = record.stage if isinstance(record, Edit) else "extract"
        return f"{RULE}{stage}:{record.source.removeprefix(RULE)}"
    return ""


def sha_of(record: Reviewable) -> str:
    """The hash of what a person sees of this record when deciding. A decision counts while it stays the same.

    Offsets, confidence and sources are left out: a change elsewhere in the note loses no decision.
    """
    if isinstance(record, Edit):
        return record.text_sha
    if isinstance(record, Question):
        # With its choices: the answer "2" must not come to mean something else.
        shown = [f"{c.id}\n{c.label}\n" + "\n".join(e.after for e in c.effect.edits) for c in record.choices]
        return digest("question", record.text_sha, record.question, *shown)
    if isinstance(record, Sample):
        return record.text_sha or digest("sample", *(f"{m.role}\n{m.content}" for m in record.messages))
    if isinstance(record, CanonEntry):
        forms = [f"{k}\n{v}" for k, v in sorted(record.forms.items())]
        return digest("canon", record.kind, record.before, record.after, *forms)
    if isinstance(record, Event):
        when = record.when
        return digest(
            "event", record.label, *record.quotes, "when", when.raw, when.edtf, when.earliest, when.latest, when.anchor,
            record.modality, record.subject, *(f"{e.trait}\n{e.kind}" for e in record.effects),
            "relations", *(f"{r.kind}\n{r.to}" for r in record.relations),
        )  # fmt: skip
    spans = [f"{i.from_}/{i.until}\n" + "\n".join(i.by) for i in record.intervals]
    return digest("trait", record.id, record.verdict, record.default_verdict, *spans)


def text_shas(*groups: Iterable[Reviewable]) -> dict[str, str]:
    """The current hash of each item, as `verdicts` wants it: `text_shas(canon, questions, edits, …)`.

    Give the records as they were proposed, not as `apply_status` returned them.
    """
    return {item_id(record): sha_of(record) for group in groups for record in group}
