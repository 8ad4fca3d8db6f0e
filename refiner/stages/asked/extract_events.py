"""From a reading of a model to an event, an observation, or a question to the person."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from refiner.checks.change_words import Cue
from refiner.config import Trait
from refiner.edits import digest, question_id
from refiner.models import Choice, ChoiceEffect, Effect, EffectKind, Event, Note, Question, Span, When
from refiner.stages.asked.extract_items import EFFECTS, Told
from refiner.stages.asked.extract_known import WORDS, Said
from refiner.stages.event_times import Days
from refiner.stages.extract import NAME

SURE, LEAST = 0.7, 0.4  # confidence of what was confirmed wholly, and hardly: below the rules' own
_AS_EVENT: dict[str, EffectKind] = {**EFFECTS, "has": "continues", "lacks": "terminates"}
_SAYS = {
    "began": "it began here", "ended": "it ended here", "back": "it came back here", "weaker": "it became weaker",
    "paused": "it rests from here", "resumed": "it goes on again", "has": "it was so when this was written",
    "lacks": "it was not so when this was written", "other": "it is about somebody else",
    "unreal": "it is only planned, imagined or feared",
}  # fmt: skip


class Events:
    """Makes the records of one note."""

    def __init__(self, note: Note, days: Days, model: str, taken: frozenset[str]) -> None:
        self.note, self.days, self.source, self.taken = note, days, f"model:{model}", taken

    def quote(self, told: Told) -> str:
        """The sentence, as the rules quote it."""
        return self.note.sentences[told.index].text

    def when(self, told: Told) -> When:
        """Its own words' time, else what the sentence and the telling before it give, as for the rules."""
        if told.when is not None:
            return told.when
        sentence = self.note.sentences[told.index]
        low, high = max(0, told.start - sentence.start), min(len(sentence.text), told.end - sentence.start)
        cue = Cue("onset", low, high, (0, len(sentence.text)), "clause", "read")
        return self.days.place(told.index, cue).when

    def event(self, told: Told, effects: Sequence[tuple[str, EffectKind]], share: float = 1.0) -> Event:
        """The event that a sentence tells, with what it did to traits. Its id does not hang on the day's reading."""
        sentence = self.note.sentences[told.index]
        parts = ("told", self.note.path, f"{sentence.text} {sentence.occurrence}", "actual")
        kinds = tuple(f"{trait} {kind}" for trait, kind in effects)
        event_id = "told-" + digest(*parts, *kinds)[:10]
        if event_id in self.taken:  # the rules ask about the same words; their event is another until it is answered
            event_id = "told-" + digest(*parts, *kinds, "model")[:10]
        return Event(
            id=event_id,
            note=self.note.path,
            spans=(Span(note=self.note.path, start=sentence.start, end=sentence.end),),
            quotes=(sentence.text,),
            label=textwrap.shorten(sentence.text, 70, placeholder="…"),
            when=self.when(told),
            written=self.days.written(sentence.start),
            effects=tuple(Effect(trait=trait, kind=kind, quote=sentence.text) for trait, kind in effects),
            order=sentence.start,
            source=self.source,
            confidence=round(LEAST + (SURE - LEAST) * min(1.0, share), 3),
        )

    # -- questions ---------------------------------------------------------------------------------------------------

    def _as_answer(self, told: Told, trait: str, key: str) -> ChoiceEffect:
        """What the person's word for a reading does to the timeline."""
        if key not in _AS_EVENT:
            return ChoiceEffect(none=True)
        event = self.event(told, [(trait, _AS_EVENT[key])])
        if key in ("has", "lacks") and event.written:
            day = event.written
            event = event.model_copy(
                update={"when": When(raw=day, edtf=day, earliest=day, latest=day, granularity="day")}
            )
        return ChoiceEffect(event=event.model_dump(mode="json"))

    def unsure(self, told: Told, trait: Trait, keys: Sequence[str], reason: str) -> Question:
        """The readings of a sentence that do not agree, for the person to choose from."""
        choices = [
            Choice(id=key, label=_label(key, trait), effect=self._as_answer(told, trait.id, key))
            for key in dict.fromkeys(keys)
            if key != "nothing"
        ]
        return self._question(told, trait, (*choices, Choice(id="none", label="none of these")), reason)

    def against(self, told: Told, trait: Trait, said: Said) -> Question:
        """The model reads a sentence otherwise than the rules, whose reading stands until the person says so."""
        as_read = WORDS.get(said.kind, said.kind)
        key = told.item.kind
        effect = self._as_answer(told, trait.id, key)
        if said.event is not None and key in EFFECTS:
            effects = [
                f.model_copy(update={"kind": EFFECTS[key]}) if (f.trait, f.kind) == (trait.id, said.kind) else f
                for f in said.event.effects
            ]
            effect = ChoiceEffect(event={"id": said.event.id, "effects": [f.model_dump(mode="json") for f in effects]})
        choices = (
            Choice(id="as-read", label=f"as the rules read it: {_label(as_read, trait)}"),
            Choice(id=key, label=_label(key, trait), effect=effect),
        )
        return self._question(told, trait, choices, "the rules and the model read this sentence differently")

    def _question(self, told: Told, trait: Trait, choices: tuple[Choice, ...], reason: str) -> Question:
        sentence = self.note.sentences[told.index]
        item, sha = question_id(self.note, NAME, sentence.start, sentence.end, f"model {trait.id}")
        return Question(
            id=item,
            note=self.note.path,
            stage=NAME,
            start=sentence.start,
            end=sentence.end,
            question=f"“{textwrap.shorten(sentence.text, 70, placeholder='…')}”: what does it say of {trait.title}?",
            choices=choices,
            mentions=((told.start, told.end),),
            reason=reason,
            text_sha=sha,
        )

    def unread(self, start: int, end: int) -> Question:
        """The model gave no usable answer about a part of the note."""
        item, _ = question_id(self.note, NAME, start, end, "unread")
        return Question(
            id=item,
            note=self.note.path,
            stage=NAME,
            start=start,
            end=end,
            question="The model could not read this note for events: is anything missing?",
            choices=(
                Choice(id="nothing", label="nothing is missing"),
                Choice(id="add", label="I shall add it to the front matter"),
            ),
            reason="its answers did not stand up to the checks",
            text_sha=digest("unread", self.note.text[self.note.body_start :]),
        )


def _label(key: str, trait: Trait) -> str:
    if key == "never":
        return f"{trait.title}: it never was so (write retracts: [{trait.id}] in the front matter)"
    return f"{trait.title}: {_SAYS.get(key, key)}"
