"""What the rules know of a note, as a model's reading is held against it: said already, contradicted, or vetoed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from refiner.checks.change_words import _OTHER, _SELF, _modality, clauses, cues, masked
from refiner.config import Config
from refiner.models import Event, Extraction, Note
from refiner.stages.asked.extract_items import EFFECTS, Change, State, Told
from refiner.stages.people import said_by_another
from refiner.stages.reading import BEGINS

Standing = Literal["new", "known", "contradicts"]
WORDS: dict[str, str] = {**{v: k for k, v in EFFECTS.items()}, "continues": "went on"}
_POSITIVE = frozenset([*BEGINS, "continues", "weakens", "has"])
OTHERS = "it seems to be somebody else's"
_REASONS = {
    "planned": "it is planned, not done",
    "hypothetical": "it stands after an “if” or a “perhaps”",
    "counterfactual": "it is imagined, not told",
    "negated": "it is denied",
}


@dataclass(frozen=True)
class Said:
    """What the rules say of a trait in one sentence: an effect's kind, or has, lacks, never."""

    index: int
    trait: str
    kind: str
    event: Event | None = None


class Known:
    """The rules' reading of one note."""

    def __init__(self, note: Note, config: Config, rules: Extraction) -> None:
        self.note, self.side, self.rules = note, config.persona.before, rules
        self.said = sorted(self._readings(), key=lambda s: (s.index, s.trait, s.kind))
        # What the person says outright of a trait in a note's front matter beats what is read there.
        self.outright = {o.trait for o in rules.observations if o.source == "person"} | {
            r.target for r in rules.retractions if r.source == "person"
        }

    def _readings(self) -> Iterator[Said]:
        texts = {" ".join(s.text.split()): i for i, s in enumerate(self.note.sentences)}
        for e in self.rules.events:
            for f in e.effects:
                for i in self._sentences(e, f.quote):
                    yield Said(i, f.trait, f.kind, e)
        for o in self.rules.observations:
            if (i := texts.get(" ".join(o.quote.split()), -1)) >= 0:
                yield Said(i, o.trait, "has" if o.holds else "lacks")
        for r in self.rules.retractions:
            if (i := texts.get(" ".join(r.quote.split()), -1)) >= 0:
                yield Said(i, r.target, "never")

    def _sentences(self, event: Event, quote: str = "") -> list[int]:
        spans = [s for s in event.spans if not quote or self.note.text[s.start : s.end] == quote] or event.spans
        return [
            i
            for i, s in enumerate(self.note.sentences)
            if any(s.start < span.end and span.start < s.end for span in spans)
        ]

    def lines(self, piece: range, traits: frozenset[str]) -> str:
        """What is known of a piece, in the words that the model answers in."""
        changes = [
            f"{s.index + 1} {WORDS.get(s.kind, s.kind)} {s.trait}"
            for s in self.said
            if s.index in piece and s.trait in traits and (s.event is None or s.event.modality == "actual")
        ]
        text = " ".join(self.note.sentences[i].text for i in piece)
        names = [p.names[0] for p in self.rules.people if p.gender and p.names[0] in text]
        names += [m.title for m in self.rules.media if m.title in text]
        parts = [*dict.fromkeys(changes), *([f"people and works: {', '.join(names)}"] if names else [])]
        return "; ".join(parts)

    def events_at(self, index: int) -> list[Event]:
        """The rules' events that a sentence tells and that happened."""
        return [e for e in self.rules.events if e.modality == "actual" and index in self._sentences(e)]

    def standing(self, told: Told) -> tuple[Standing, Said | None]:
        """How a reading stands to what the rules read, and what that is."""
        item = told.item
        assert isinstance(item, Change | State)
        kind = EFFECTS.get(item.kind, item.kind)
        here = [s for s in self.said if s.index == told.index and s.trait == item.trait]
        for s in here:
            if kind == s.kind or {kind, s.kind} <= set(BEGINS):
                return "known", s
        for s in here:
            alike = (kind in _POSITIVE) == (s.kind in _POSITIVE)
            if not alike or (s.kind in WORDS and kind in WORDS and s.kind != "continues"):
                return "contradicts", s
            if s.kind in WORDS and s.kind != "continues":
                return "known", s  # that it changed says that it was so
        if isinstance(item, State):
            return ("known" if item.trait in self.outright or self._seen(item) else "new"), None
        return ("known" if self._told_near(told, kind) else "new"), None

    def learn(self, told: Told, kind: str, event: Event) -> None:
        """Takes in a change that was confirmed."""
        assert isinstance(told.item, Change)
        said = Said(told.index, told.item.trait, kind, event)
        self.said = sorted([*self.said, said], key=lambda s: (s.index, s.trait, s.kind))

    def _seen(self, item: State) -> bool:
        if item.kind == "never":
            return any(r.target == item.trait for r in self.rules.retractions)
        return any(o.trait == item.trait and o.holds == (item.kind == "has") for o in self.rules.observations)

    def _told_near(self, told: Told, kind: str) -> bool:
        """The change before or after it in the entry is of the same kind: the note tells it twice."""
        assert isinstance(told.item, Change)
        entry = self.note.sentences[told.index].entry
        changes = [
            s
            for s in self.said
            if s.trait == told.item.trait
            and s.event is not None
            and s.event.modality == "actual"
            and s.kind in WORDS
            and self.note.sentences[s.index].entry == entry
        ]
        before = [s for s in changes if s.index < told.index][-1:]
        after = [s for s in changes if s.index > told.index][:1]
        return any(
            (s.kind == kind or {s.kind, kind} <= set(BEGINS)) and not _other_time(told, s) for s in (*before, *after)
        )

    def veto(self, told: Told) -> str:
        """Why a sentence cannot tell a change of the narrator's without the person's word for it; "" if it can."""
        sentence = self.note.sentences[told.index]
        if said_by_another(self.note, sentence, self.side):
            return "somebody else says it"
        low, high = max(0, told.start - sentence.start), min(len(sentence.text), told.end - sentence.start)
        text = masked(sentence.text)
        if not text[low:high].strip(" .,;:!?"):
            return "it stands in quotation marks"
        kind = told.item.kind
        for e in (s.event for s in self.said if s.index == told.index and s.event is not None):
            if e.modality != "actual" and not (e.modality == "negated" and kind in _DENYING):
                return _REASONS[e.modality]
        for cue in cues(sentence.text):
            if cue.clause[0] < high and low < cue.clause[1]:
                if cue.subject == "other":
                    return OTHERS
                if cue.modality != "actual" and not (cue.modality == "negated" and kind in _DENYING):
                    return _REASONS[cue.modality]
        for start, end in clauses(text):
            if start < high and low < end:
                modality = _modality(text, text[start:end], text[start : min(end, high)])
                if modality != "actual":
                    return _REASONS[modality]
                # What the narrator took for true is often put right by others.
                if kind != "never" and _OTHER.match(text[start:end]) and not _SELF.search(text, start, end):
                    return OTHERS
        return ""


_DENYING = frozenset(["ended", "lacks", "has", "never"])  # what a denial may well say


def _other_time(told: Told, s: Said) -> bool:
    """Do both give days, and different ones?"""
    if told.when is None or s.event is None or not s.event.when.earliest:
        return False
    return (told.when.earliest, told.when.latest) != (s.event.when.earliest, s.event.when.latest)
