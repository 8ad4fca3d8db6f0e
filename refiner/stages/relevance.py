"""What each sentence of a note has to do with the important traits, and what became of it in the end. Pure.

A sentence is evidence for a trait where the narrator, an annotated effect or plain words say so; it is evidence against
one where it tells its end; it is context where it tells how it came about or only touches it. What others say about the
narrator is evidence too, and is marked as theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from refiner.checks.change_words import masked
from refiner.checks.closing import run_of
from refiner.checks.dead_traits import claims
from refiner.checks.trait_words import TraitWords, prove
from refiner.config import Config
from refiner.edits import in_force, render_span
from refiner.models import Bearing, Edit, Effect, Event, Extraction, Note, Sentence, Timeline, Treatment
from refiner.stages.declared import find_quote
from refiner.stages.people import said_by_another

SHOWS = 0.7  # weight and proof of a trait's words from which a sentence shows it
TOUCHES = 0.5  # and from which it may have to do with it
PROVES = 0.35  # and how far they must prove it, where nothing else says so
WORDS = "rule:words"
FOR = ("initiates", "continues", "reinitiates", "resumes")


def bearings(note: Note, config: Config, words: TraitWords, extraction: Extraction | None = None) -> list[Bearing]:
    """The bearings of each sentence on the important traits, in order of place; one for each sentence and trait.

    What the person annotated comes before what words show.
    """
    reader = _Reader(note, config, words)
    if extraction is not None:
        reader.annotated(extraction)
    for sentence in note.sentences:
        reader.words_of(sentence)
    if extraction is not None:
        reader.causes(extraction)
    return sorted(reader.found.values(), key=lambda b: (b.start, b.trait))


class _Reader:
    def __init__(self, note: Note, config: Config, words: TraitWords) -> None:
        self.note, self.words = note, words
        self.traits = {t.id: t for t in config.important}
        self.author = note.meta.author
        self.narrator = config.persona.before
        self.found: dict[tuple[int, str], Bearing] = {}

    def _add(
        self,
        s: Sentence,
        trait: str,
        side: str,
        quote: str,
        source: str,
        sure: float,
        event: str = "",
        proof: float = 1,
    ) -> None:
        if trait not in self.traits or (s.start, trait) in self.found:
            return
        self.found[s.start, trait] = Bearing.model_validate(
            {
                "note": self.note.path, "start": s.start, "end": s.end, "trait": trait, "side": side,
                "quote": " ".join(quote.split()), "event": event, "teller": self._teller(s), "source": source,
                "confidence": round(sure, 3), "proof": round(proof, 3),
            }
        )  # fmt: skip

    def _teller(self, sentence: Sentence) -> str:
        if self.author != "self":
            return self.author
        return "another" if said_by_another(self.note, sentence, self.narrator) else "self"

    def annotated(self, extraction: Extraction) -> None:
        """Effects, observations and retractions, and the sentences that tell the events behind them."""
        note = self.note
        events = [e for e in extraction.events if e.note == note.path and e.subject == "self"]
        for event in events:
            if event.modality != "actual":
                continue
            for effect in event.effects:
                for s, quote in told_in(note, event, effect):
                    side = "for" if effect.kind in FOR else "against"
                    self._add(s, effect.trait, side, quote, event.source, event.confidence, event.id)
        for observation in extraction.observations:
            for s, quote in _holding(note, observation.quote):
                self._add(s, observation.trait, "for" if observation.holds else "against", quote, observation.source, 1)
        for retraction in extraction.retractions:
            for s, quote in _holding(note, retraction.quote):
                self._add(s, retraction.target, "against", quote, retraction.source, 1)

    def causes(self, extraction: Extraction) -> None:
        """How a trait came about or ended: needed to understand it, and no evidence by itself."""
        for event in extraction.events:
            for effect in event.effects if event.note == self.note.path and event.subject == "self" else ():
                for s, quote in _sentences(self.note, event):
                    self._add(s, effect.trait, "context", quote, event.source, event.confidence, event.id)

    def words_of(self, sentence: Sentence) -> None:
        text = masked(sentence.text)
        for found in self.words.evidence(text).values():
            trait = self.traits.get(found.trait)
            if trait is None or found.weight < TOUCHES:
                continue
            proof = prove(found.hits)
            shows = min(found.weight, proof) >= SHOWS and found.state and found.sign > 0
            side = "for" if shows or claims(sentence.text, trait) else "context"
            said = ", ".join(found.words(text))
            self._add(sentence, trait.id, side, said, WORDS, min(1.0, found.weight), proof=proof)


def without_faint(found: Iterable[Bearing]) -> list[Bearing]:
    """The bearings without those for which only words speak that prove little: "tell" for who tells lies. They are
    worth a model's question, and nothing else."""
    return [b for b in found if b.side != "context" or b.source != WORDS or b.proof >= PROVES]


def told_in(note: Note, event: Event, effect: Effect) -> list[tuple[Sentence, str]]:
    """The sentences in which an effect is told, each with the words that tell it; those of its event where it has no
    words of its own."""
    return _holding(note, effect.quote) or _sentences(note, event)


def _holding(note: Note, quote: str) -> list[tuple[Sentence, str]]:
    span = find_quote(note, quote) if quote else None
    return [(s, quote) for s in note.sentences if s.start < span.end and span.start < s.end] if span else []


def _sentences(note: Note, event: Event) -> list[tuple[Sentence, str]]:
    return [
        (s, note.text[span.start : span.end])
        for span in event.spans
        if span.note == note.path
        for s in note.sentences
        if s.start < span.end and span.start < s.end
    ]


def treatments(
    note: Note, found: Iterable[Bearing], edits: Sequence[Edit], events: Iterable[Event], timeline: Timeline | None
) -> list[Treatment]:
    """What became of the note's sentences and events that have to do with the important traits or were changed for
    their sake; all other sentences were kept, and bear on nothing."""
    by_place: dict[tuple[int, int], list[Bearing]] = {}
    for bearing in found:
        by_place.setdefault((bearing.start, bearing.end), []).append(bearing)
    live = [e for e in in_force(edits) if e.stage in ("reframe", "override")]
    out = []
    closed = _closed_with_others(note, live)
    for s in note.sentences:
        mine = by_place.get((s.start, s.end), [])
        # A clause that was added stands at the sentence's end.
        touching = [e for e in live if e.start < s.end and s.start < e.end or e.start == e.end == s.end]
        touching += closed.get(s.start, [])
        if mine or touching:
            out.append(_of_sentence(note, s, mine, touching, edits))
    for event in events:
        action = timeline.actions.get(event.id) if timeline else None
        if timeline is not None and action is not None and event.note == note.path:
            out.append(
                Treatment(
                    note=note.path, event=event.id, action=action, why=timeline.reasons.get(event.id, ""),
                    bearings=tuple(b for b in found if b.event == event.id),
                )
            )  # fmt: skip
    return out


def _closed_with_others(note: Note, live: Sequence[Edit]) -> dict[int, list[Edit]]:
    """The clauses that close a sentence from behind a later one, by the sentence's start."""
    out: dict[int, list[Edit]] = {}
    for edit in live:
        before = [s for s in note.sentences if s.start < edit.start]  # the last is the one that the clause stands in
        for s in before[-1 - run_of(edit) : -1] if run_of(edit) else ():
            out.setdefault(s.start, []).append(edit)
    return out


def _of_sentence(
    note: Note, s: Sentence, mine: list[Bearing], touching: Sequence[Edit], edits: Sequence[Edit]
) -> Treatment:
    why = "; ".join(dict.fromkeys(e.reason for e in touching))
    action = "reframe" if touching else "keep"
    if touching and not render_span(note.text, s.start, s.end, edits).strip():
        action = "drop"
    elif any(e.source == "rule:condense" or "action:condense" in e.evidence for e in touching):
        action = "condense"
    if not why:
        sides = ", ".join(dict.fromkeys(f"{_SIDES[b.side]} {b.trait}" for b in mine))
        why = f"{sides}; nothing in it is over"
    return Treatment.model_validate(
        {"note": note.path, "start": s.start, "end": s.end, "action": action, "why": why, "bearings": tuple(mine)}
    )


_SIDES = {"for": "evidence for", "against": "evidence against", "context": "has to do with"}
