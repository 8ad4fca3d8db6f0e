"""What an item shows of each kind of record, as the fields of an `Item`. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from refiner.models import CanonEntry, Choice, Edit, Event, Note, Question, Sample, TraitVerdict
from refiner.review.words import VERDICTS, event_name, maker, trait_name

_SAMPLES = {"now_and_then": "now and then", "trait": "about a trait", "event": "about an event"}
_CANON = {"other": "word", "body": "what is told of the body"}
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
    elsewhere: tuple[tuple[str, str], ...] = ()  # the other sentences that it changes, before and after
    canon: str = ""  # what the canon entry says that it would write


class Page:
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

    def elsewhere(self, choice: Choice, start: int, end: int) -> tuple[tuple[str, str], ...]:
        """The other sentences that a choice changes, as they stand and as they would stand."""
        around = self.around(start, end)
        low, high = start - len(around.get("context_before", "")), end + len(around.get("context_after", ""))
        out: list[tuple[str, str]] = []
        reached = 0
        for e in sorted(choice.effect.edits, key=lambda e: e.start):
            if low <= e.start and e.end <= high or e.start < reached:
                continue
            beside = self.around(e.start, e.end)
            reached = e.end + len(beside.get("context_after", ""))
            before, after = self.with_choice(choice, e.start, e.end)
            out.append((before.strip(), after.strip()))
        return tuple(out)


def _written(entry: CanonEntry | None) -> str:
    """What an entry does in words: "kabaddi → badminton", "kabaddi stays", "kabaddi goes"; "" for none."""
    if entry is None:
        return ""
    if entry.after == entry.before:
        return f"{entry.before} stays"
    return f"{entry.before} → {entry.after}" if entry.after else f"{entry.before} goes"


def canon_facts(entry: CanonEntry) -> dict[str, object]:
    return {
        "title": f"{_CANON.get(entry.kind, entry.kind)} for the whole life",
        "before": entry.before, "after": entry.after,
        "source": entry.origin, "reason": entry.reason, "stage": "canon",
        "given": "approved" if entry.origin in _GIVERS and entry.status == "undecided" else entry.status,
    }  # fmt: skip


def question_facts(q: Question, page: Page) -> dict[str, object]:
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
        key, canon = choice.id if numbered else str(n), _written(entry)
        others = page.elsewhere(choice, start, end) if spanned else ()
        views.append(ChoiceView(key, choice.id, choice.label, before, after, places, others, canon))
    return given | {"choices": tuple(views)}


def _maker(source: str) -> str:
    """What stands in the header: the rule's name in words (`rule:quoted-speech`: quoted speech), else who it was."""
    kind, _, name = source.partition(":")
    return trait_name(name) if kind == "rule" and name else "by a model" if kind == "model" else maker(source)


def _told(evidence: Iterable[str]) -> tuple[str, ...]:
    """An edit's evidence for people: what it stands for is said, marks of the program are left out."""
    instead = "if you reject it, what the rules propose here takes its place"
    said = (instead if x.startswith("instead:") else x for x in evidence if not x.startswith("action:"))
    return tuple(dict.fromkeys(said))


def edit_facts(e: Edit, page: Page) -> dict[str, object]:
    return {
        "title": _maker(e.source), "stage": e.stage, "note": e.note, "source": e.source, "confidence": e.confidence,
        "before": e.before, "after": e.after, "reason": e.reason, "evidence": _told(e.evidence), "parents": e.parents,
        "start": e.start, "end": e.end, "given": "approved" if e.source == "person" else "undecided",
        **page.around(e.start, e.end),
    }  # fmt: skip


def event_facts(e: Event) -> dict[str, object]:
    return {
        "title": event_name(e), "stage": "extract", "note": e.note, "source": e.source,
        "confidence": e.confidence, "evidence": e.quotes, "traits": tuple(dict.fromkeys(x.trait for x in e.effects)),
        "given": "approved" if e.source == "person" else "undecided",
    }  # fmt: skip


def trait_facts(t: TraitVerdict, events: Mapping[str, Event]) -> dict[str, object]:
    named = {name for interval in t.intervals for name in interval.by}
    named |= {str(e["event"]) for e in t.evidence if e.get("event")}
    return {
        "title": f"{trait_name(t.id)}: {VERDICTS[t.verdict]}", "stage": "timeline", "source": "timeline",
        "traits": (t.id,), "reason": t.note,
        "around": {name: events[name] for name in named if name in events},
    }  # fmt: skip


def sample_facts(s: Sample) -> dict[str, object]:
    return {
        "title": _SAMPLES.get(s.kind, s.kind), "stage": "compose", "source": s.source,
        "note": s.notes[0] if s.notes else "",
        "traits": s.traits, "parents": s.edits, "after": s.messages[-1].content if s.messages else "",
    }  # fmt: skip
