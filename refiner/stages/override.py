"""Closes what a note tells of and what no longer is: "I became afraid of dogs. That lasted until 2003."

For each effect that the timeline calls dead, the cheapest safe edit: a short clause after the sentence that tells it,
or no sentence where it only claims, in the present tense, what is over. A note that tells the ending itself is left
alone. Where the timeline cannot tell whether an important trait holds, the person is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from refiner.checks import closing
from refiner.checks.dead_traits import claims
from refiner.config import Trait
from refiner.edits import parents_of, question_id, render_span
from refiner.models import (
    Choice,
    ChoiceEffect,
    Edit,
    Effect,
    Event,
    Finding,
    ProposedEdit,
    Question,
    Sentence,
    StageResult,
    Timeline,
)
from refiner.stages import doubt, gainsaid
from refiner.stages.base import StageInput
from refiner.stages.declared import find_quote
from refiner.stages.extract import WEAK
from refiner.stages.people import said_by_another
from refiner.stages.sentence_edits import add_after, can_drop, drop

NAME = "override"
BEGINS = ("initiates", "reinitiates", "resumes", "continues", "weakens")
ENDS = ("terminates",)
_DEAD = ("NOT", "RETRACTED")


@dataclass(frozen=True)
class Dead:
    """A dead effect and the sentence of this note that tells it."""

    event: Event
    effect: Effect
    sentence: Sentence
    by: Event | None  # what ended it, where that is one event


class Override:
    """Reads the timeline and the note; writes edits, questions and findings about what is over."""

    name: ClassVar[str] = NAME
    version: ClassVar[str] = "3"
    needs_timeline: ClassVar[bool] = True

    def run(self, given: StageInput) -> StageResult:
        if given.timeline is None:
            return StageResult(note=given.note.path, stage=NAME)
        return _Run(given, given.timeline).result()


class _Run:
    def __init__(self, given: StageInput, timeline: Timeline) -> None:
        self.given, self.note, self.timeline = given, given.note, timeline
        self.events: dict[str, Event] = {e.id: e for e in timeline.events} | dict(given.events)
        self.traits = {t.id: t for t in given.config.traits}
        self.edits: list[Edit] = []
        self.questions: list[Question] = []
        self.findings: list[Finding] = []

    def result(self) -> StageResult:
        if self.note.meta.author == "self":  # "I believed that then" has no place in what somebody else wrote
            self._edit()
        self.questions += doubt.questions(self.given, self.timeline, self.events)
        self.questions += gainsaid.questions(self.given, self.timeline, self.events)
        self.findings += gainsaid.findings(self.given, self.timeline)
        return StageResult(
            note=self.note.path,
            stage=NAME,
            edits=tuple(self.edits),
            questions=tuple(self.questions),
            findings=tuple(self.findings),
        )

    def _edit(self) -> None:
        narrator = self.given.config.persona.before
        own = [s for s in self.note.sentences if not said_by_another(self.note, s, narrator)]
        dead: dict[int, list[Dead]] = {}
        for item in self._dead():
            if item.sentence in own:
                dead.setdefault(item.sentence.start, []).append(item)
        for start in sorted(dead):
            self._close(dead[start])
        for sentence in own:
            if sentence.start not in dead:
                self._claim(sentence)

    # ---- dead effects ----------------------------------------------------------------------------------------------

    def _dead(self) -> list[Dead]:
        found = []
        for d in self.timeline.dead_effects:
            event, verdict = self.events.get(d.event), self.timeline.verdict(d.trait)
            if event is None or event.note != self.note.path or verdict is None:
                continue
            if event.modality != "actual" or event.subject != "self":
                continue  # what was only planned or imagined never was, and a reader can see that
            for effect in event.effects:
                wanted = (
                    BEGINS if verdict.verdict in _DEAD else (*ENDS, "suspends") if verdict.verdict == "HOLDS" else ()
                )
                if effect.trait != d.trait or effect.kind not in wanted:
                    continue
                sentence = self._sentence(event, effect)
                if sentence is not None and not self._told_after(event, effect, sentence):
                    found.append(Dead(event, effect, sentence, self._ender(effect)))
        return found

    def _sentence(self, event: Event, effect: Effect) -> Sentence | None:
        """Where the effect is told: the last sentence of its quote, else of the event's."""
        span = find_quote(self.note, effect.quote) if effect.quote else None
        if span is None:
            span = next((s for s in event.spans if s.note == self.note.path), None)
        if span is None:
            self.findings.append(
                Finding(
                    check=NAME,
                    note=self.note.path,
                    message=f"{event.label or event.id}: the note has no words for {effect.trait}; nothing was closed",
                )
            )
            return None
        inside = [s for s in self.note.sentences if s.start < span.end and span.start < s.end]
        return inside[-1] if inside else None

    def _contrary(self, effect: Effect) -> tuple[str, ...]:
        return ("terminates",) if effect.kind in BEGINS else ("initiates", "reinitiates", "resumes")

    def _told_after(self, event: Event, effect: Effect, sentence: Sentence) -> bool:
        """The note itself goes on to tell how it ended, or already says so in the next sentence."""
        after = self.note.text[sentence.end : sentence.end + 160]
        if closing.CLOSED.match(after.lstrip(" (")) or closing.CLOSED.search(sentence.text):
            return True
        verdict = self.timeline.verdict(effect.trait)
        if verdict and verdict.verdict == "RETRACTED":
            taken_back = self.given.extraction.retractions if self.given.extraction else ()
            return any(r.target in (effect.trait, event.id) for r in taken_back)
        for other in self.events.values():
            if other.note != self.note.path or other.modality != "actual":
                continue
            for e in other.effects:
                if e.trait == effect.trait and e.kind in self._contrary(effect):
                    place = self._sentence(other, e)
                    if place is not None and place.start >= sentence.start:
                        return True
        return False

    def _ender(self, effect: Effect) -> Event | None:
        """The event after which the effect counts no more: the latest of the contrary ones that still count."""
        gone = {(d.event, d.trait) for d in self.timeline.dead_effects}
        found = [
            e
            for e in self.events.values()
            if e.modality == "actual" and e.subject == "self" and (e.id, effect.trait) not in gone
            and any(f.trait == effect.trait and f.kind in self._contrary(effect) for f in e.effects)
        ]  # fmt: skip
        return max(found, key=lambda e: (e.when.latest, e.place), default=None)

    # ---- edits -----------------------------------------------------------------------------------------------------

    def _close(self, items: list[Dead]) -> None:
        sentence = items[0].sentence
        if not render_span(self.note.text, sentence.start, sentence.end, self.given.earlier).strip():
            return  # an earlier stage dropped it
        words = self._words(items)
        names = ", ".join(dict.fromkeys(self._name(i.effect.trait) for i in items))
        why = self._why(items)
        ids = tuple(dict.fromkeys(x for i in items for x in (i.event.id, i.by.id if i.by else "") if x))
        if any(i.by and i.by.source.startswith("rule:") and i.by.confidence <= WEAK for i in items):
            self._ask(sentence, items, f"that {names} is over was read from few words, and may be wrong")
            return
        if not words:
            self._ask(sentence, items, f"the sentence also tells of what still is so; {names} must not seem alive")
            return
        if all(self._only_claims(sentence, i.effect.trait) for i in items) and can_drop(
            self.note, sentence, self.edits
        ):
            edit = drop(
                self.note, NAME, sentence, self.given.earlier,
                taken=self.edits, reason=f"it only says that {names} is so today; {why}",
                source="rule:drop-claim", confidence=0.75, evidence=ids,
            )  # fmt: skip
            self._add(edit, items)
        else:
            edit = add_after(
                self.note, NAME, sentence, words, self.given.earlier,
                reason=f"{names}: {why}", source="rule:close", confidence=0.8, evidence=ids,
            )  # fmt: skip
            self._add(edit, items)

    def _words(self, items: list[Dead]) -> str:
        traits = list(dict.fromkeys(i.effect.trait for i in items))
        first = items[0]
        verdict = self.timeline.verdict(first.effect.trait)
        if len(traits) > 1:
            whens = {self._when(i) for i in items}
            kinds = {i.effect.kind in BEGINS for i in items}
            alive = self._alive_beside(first.sentence, traits)
            return (
                ""
                if alive or kinds != {True}
                else closing.several([i.event.id for i in items], whens.pop() if len(whens) == 1 else "")
            )
        alive = self._alive_beside(first.sentence, traits)
        if verdict and verdict.verdict == "RETRACTED":
            return "" if alive else closing.never_true(first.event.id, traits[0])
        if first.effect.kind not in BEGINS:
            return "" if alive else closing.back_again(first.event.id, traits[0], self._when(first))
        named = self.traits.get(traits[0]) if alive else None
        if alive and named is None:
            return ""
        return closing.ended(first.event.id, traits[0], self._when(first), named=named)

    def _when(self, item: Dead) -> str:
        if item.effect.kind in BEGINS:
            return closing.when_ended(item.event.id, item.effect.trait, item.by, self.timeline)
        return closing.said_when(item.by.when.earliest, item.by.when.latest) if item.by else ""

    def _alive_beside(self, sentence: Sentence, traits: list[str]) -> bool:
        """The same sentence tells of another trait, which the clause must not be taken to end."""
        for event in self.events.values():
            if event.note != self.note.path:
                continue
            for effect in event.effects:
                if effect.trait in traits:
                    continue
                span = find_quote(self.note, effect.quote) if effect.quote else next(iter(event.spans), None)
                if span and span.start < sentence.end and sentence.start < span.end:
                    return True
        return False

    def _why(self, items: list[Dead]) -> str:
        verdict = self.timeline.verdict(items[0].effect.trait)
        by = items[0].by
        if verdict and verdict.verdict == "RETRACTED":
            return "the narrator took it back"
        what = f" ({by.label})" if by and by.label else ""
        when = self._when(items[0])
        change = "it ended" if items[0].effect.kind in BEGINS else "it came back"
        return f"{change}{' in ' + when if when else ' later'}{what}, and the note does not say so"

    def _name(self, trait: str) -> str:
        found = self.traits.get(trait)
        return (found.name if found else "") or trait

    def _only_claims(self, sentence: Sentence, trait: str) -> bool:
        found = self.traits.get(trait)
        return (
            found is not None
            and len(sentence.text.split()) <= 12
            and not re.search(r"[,;:—–]", sentence.text)
            and claims(sentence.text, found)
        )

    def _add(self, edit: Edit | None, items: list[Dead]) -> None:
        if edit is not None and edit.id not in self.given.rejected:
            self.edits.append(edit)
        elif any(t.importance for i in items if (t := self.traits.get(i.effect.trait))):
            self._ask(items[0].sentence, items, "the edit was rejected" if edit else "no edit fits here")

    def _ask(self, sentence: Sentence, items: list[Dead], reason: str) -> None:
        names = ", ".join(dict.fromkeys(self._name(i.effect.trait) for i in items))
        item, sha = question_id(self.note, NAME, sentence.start, sentence.end, "closed")
        at = sentence.end
        clause = closing.ended(items[0].event.id, items[0].effect.trait, self._when(items[0]))
        choices = [Choice(id="keep", label="leave it as it is")]
        if not parents_of(at, at, self.given.earlier):
            proposed = ProposedEdit(start=at, end=at, after=f" {clause}")
            choices.append(Choice(id="close", label=f"add: {clause}", effect=ChoiceEffect(edits=(proposed,))))
        if not parents_of(sentence.start, at, self.given.earlier) and can_drop(
            self.note, sentence, (*self.given.earlier, *self.edits)
        ):
            choices.append(
                Choice(
                    id="drop",
                    label="drop the sentence",
                    effect=ChoiceEffect(edits=(ProposedEdit(start=sentence.start, end=at, after=""),)),
                )
            )
        self.questions.append(
            Question(
                id=item, note=self.note.path, stage=NAME, start=sentence.start, end=sentence.end,
                question=f"This tells of {names}, which is over. How shall the text say so?",
                choices=tuple(choices), mentions=((sentence.start, sentence.end),), reason=reason, text_sha=sha,
            )
        )  # fmt: skip

    # ---- claims without an event -----------------------------------------------------------------------------------

    def _claim(self, sentence: Sentence) -> None:
        """ "I am as lazy as ever" where nothing dates a beginning: the claim itself is closed or dropped."""
        dead = [t for t in self.traits.values() if self._is_dead(t) and claims(sentence.text, t)]
        if len(dead) != 1 or closing.CLOSED.match(self.note.text[sentence.end : sentence.end + 160].lstrip(" (")):
            return
        trait = dead[0]
        effect = Effect(trait=trait.id, kind="continues", quote=sentence.text)
        claim = Event(id=f"claim-{trait.id}", note=self.note.path, label=sentence.text)
        verdict = self.timeline.verdict(trait.id)
        if verdict is None or self._told_after(claim, effect, sentence):
            return
        if not verdict.intervals and verdict.verdict == "NOT" and self._ender(effect) is None:
            return  # two observations that differ, and no event between them: `doubt` asks
        self._close([Dead(claim, effect, sentence, self._ender(effect))])

    def _is_dead(self, trait: Trait) -> bool:
        verdict = self.timeline.verdict(trait.id)
        return verdict is not None and verdict.verdict in _DEAD
