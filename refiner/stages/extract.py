"""Reads one note for the timeline: events, effects, observations, retractions, people, media. Rules only, pure.

What front matter says outright is taken as it stands; where a note gives no `events`, plain words of change are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from refiner.chat_lines import without_speaker
from refiner.checks.closing import CLOSED
from refiner.checks.trait_words import TraitWords
from refiner.config import Config, Trait
from refiner.edits import digest, question_id
from refiner.models import (
    Choice,
    ChoiceEffect,
    Duration,
    Effect,
    Event,
    Extraction,
    Finding,
    Note,
    Observation,
    Question,
    Relation,
    Retraction,
    Span,
    When,
)
from refiner.stages.by_name import observed_by_name
from refiner.stages.declared import declared
from refiner.stages.event_times import BEFORE, Days, Placed
from refiner.stages.impossible import impossible_times
from refiner.stages.linking import link_events
from refiner.stages.media import media_of
from refiner.stages.people import people_of, said_by_another
from refiner.stages.reading import Reading, in_order
from refiner.stages.stretch import stretch_of
from refiner.stages.told import Teller

NAME = "extract"
MAX_QUESTIONS = 3  # a note; more would not be answered
WEAK = 0.5  # highest confidence of an event whose words lean on what was told before
_SURE = {"ending": 0.8, "onset": 0.75, "restart": 0.75, "denial": 0.75}


@lru_cache(maxsize=8)
def trait_words(traits: tuple[Trait, ...]) -> TraitWords:
    """The word evidence of a workspace's traits, made once for all its notes."""
    return TraitWords(traits)


EXTRACT_VERSION = "11"  # raise it whenever the same note may give another result


def extract(note: Note, config: Config) -> Extraction:
    """What one note gives to the timeline, by front matter and rules."""
    days = Days(note, config)
    said = declared(note, config, days)
    events, observations, retractions, questions = said.events, said.observations, said.retractions, list[Question]()
    if note.meta.events is None and config.traits and note.meta.author == "self":
        spoken = {o.trait for o in observations} | {r.target for r in retractions}
        told = _Told(*_spoken(note, config), config=config)
        told.read()
        events = events + told.events
        observations = observations + [o for o in told.observations if o.trait not in spoken]
        retractions = retractions + [r for r in told.retractions if r.target not in spoken]
        questions = told.questions[:MAX_QUESTIONS]
        by_name = observed_by_name(told.note, config, told.days, events, observations, retractions)
        observations = observations + [o for o in by_name if o.trait not in spoken]
    return Extraction(
        note=note.path,
        events=tuple(events),
        observations=tuple(observations),
        retractions=tuple(retractions),
        people=people_of(note),
        media=media_of(note),
        questions=tuple(questions),
        findings=(*said.findings, *impossible_times(note, days, config)),
    )


def _spoken(note: Note, config: Config) -> tuple[Note, Days]:
    """The note as the narrator told it: without what others say in a chat or in quotation marks, and without the
    clauses that say in a refined text that something is over."""
    side = config.persona.before
    said = tuple(
        s for s in note.sentences if not CLOSED.fullmatch(s.text.strip("( )")) and not said_by_another(note, s, side)
    )
    bare = note if len(said) == len(note.sentences) else note.model_copy(update={"sentences": said})
    return bare, Days(bare, config)


@dataclass
class _Group:
    """Readings that become one event."""

    placed: Placed
    readings: list[Reading]


def _room(a: When, b: When) -> bool:
    """Can `a` lie before `b` at all, as far as their bounds say? A wrong "before" would only make a contradiction."""
    return not (a.earliest and b.latest) or a.earliest < b.latest


class _Told:
    """Turns the readings of plain words into events, observations, retractions and questions."""

    def __init__(self, note: Note, days: Days, *, config: Config) -> None:
        self.note, self.config, self.days = note, config, days
        self.events: list[Event] = []
        self.observations: list[Observation] = []
        self.retractions: list[Retraction] = []
        self.questions: list[Question] = []
        self.unsure: list[Event] = []  # events whose effect the person is asked for; without one until then

    def read(self) -> None:
        readings = Teller(self.note, trait_words(self.config.traits)).readings()
        clear = []
        for r in readings:
            if (r.rivals or r.doubt) and r.kind is not None:
                self._ask(r)
            elif not r.doubt:
                clear.append(r)
        for r in clear:
            if r.retracts:
                self.retractions.append(
                    Retraction(target=r.trait, note=self.note.path, quote=self._quote(r), source=f"rule:{r.cue.rule}")
                )
            elif r.kind is None or r.cue.kind == "denial":
                self._observe(r)
        self._tell([r for r in clear if r.kind is not None and not r.retracts])

    def _quote(self, r: Reading) -> str:
        return self.note.sentences[r.sentence].text

    def _span(self, r: Reading) -> Span:
        s = self.note.sentences[r.sentence]
        return Span(note=self.note.path, start=s.start, end=s.end)

    def _observe(self, r: Reading) -> None:
        at = self.days.written(self.note.sentences[r.sentence].start)
        if not any(o.trait == r.trait and o.holds == r.holds and o.at == at for o in self.observations):
            self.observations.append(
                Observation(
                    trait=r.trait,
                    holds=r.holds,
                    at=at,
                    note=self.note.path,
                    quote=self._quote(r),
                    source=f"rule:{r.cue.rule}",
                )
            )

    def _tell(self, readings: list[Reading]) -> None:
        """One event for what the note dates alike, so long as no trait changes twice in it."""
        groups: list[_Group] = []
        for r in readings:
            placed = self.days.place(r.sentence, r.cue)
            same = [g for g in groups if g.placed == placed and g.readings[0].modality == r.modality]
            if same and not any(o.trait == r.trait for o in same[-1].readings):
                same[-1].readings.append(r)
            else:
                groups.append(_Group(placed, [r]))
        self.events = [self._event(g.readings, g.placed.when) for g in groups]
        self._order(groups)
        known = {e.id for e in self.events}
        self.events += [e for e in self.unsure if e.id not in known]

    def _order(self, groups: list[_Group]) -> None:
        """What a note tells first of a trait came first, where the telling leaves no doubt."""
        for later, group in enumerate(groups):
            for earlier in range(later):
                link = next(
                    (
                        b
                        for a in groups[earlier].readings
                        for b in group.readings
                        if a.trait == b.trait and in_order(a, b)
                    ),
                    None,
                )
                if self._told_back(group, groups[earlier]):
                    self._before(later, earlier, group.readings[0])
                elif link and _room(groups[earlier].placed.when, group.placed.when):
                    self._before(earlier, later, link)

    def _told_back(self, group: _Group, earlier: _Group) -> bool:
        """ "Before this I was …" after an end was told: it came before it."""
        traits = {r.trait for r in earlier.readings}
        return any(
            r.trait in traits and BEFORE.search(self.note.sentences[r.sentence].text, 0, r.cue.end)
            for r in group.readings
        )

    def _before(self, first: int, then: int, link: Reading) -> None:
        event = self.events[first]
        relation = Relation(kind="before", to=self.events[then].id, quote=self._quote(link))
        self.events[first] = event.model_copy(update={"relations": (*event.relations, relation)})

    def _event(self, group: list[Reading], when: When) -> Event:
        first = min(group, key=lambda r: (r.sentence, r.cue.start))
        effects: dict[tuple[str, str], Effect] = {}
        spans: dict[tuple[int, int], Span] = {}
        for r in group:
            if r.kind is not None:
                effects.setdefault((r.trait, r.kind), Effect(trait=r.trait, kind=r.kind, quote=self._quote(r)))
            span = self._span(r)
            spans[span.start, span.end] = span
        quotes = tuple(self.note.text[s.start : s.end] for s in spans.values())
        sentence = self.note.sentences[first.sentence]
        stretch = stretch_of(first, when, sentence.text, self.days, sentence.start) if len(group) == 1 else None
        if stretch is not None:
            ended = Effect(trait=first.trait, kind="terminates", quote=self._quote(first), at="end")
            effects[first.trait, "terminates"] = ended
            when = stretch.when
        told = [self.note.sentences[r.sentence] for r in group]
        places = [f"{s.text} {s.occurrence}" for s in told]
        return Event(
            id="told-"
            + digest("told", self.note.path, *places, first.modality, *(f"{t} {k}" for t, k in effects))[:10],
            note=self.note.path,
            spans=tuple(spans.values()),
            quotes=quotes,
            label=_label(without_speaker(self.note, sentence.text)),
            when=when,
            until=stretch.until if stretch else When(),
            lasted=stretch.lasted if stretch else Duration(),
            written=self.days.written(sentence.start),
            modality=first.modality,
            effects=tuple(effects.values()),
            order=sentence.start,
            source=f"rule:{first.cue.rule}",
            confidence=_confidence(first, group),
        )

    def _ask(self, r: Reading) -> None:
        """Two traits fit about equally: the person says which, or none."""
        sentence = self.note.sentences[r.sentence]
        names = {t.id: t.title for t in self.config.traits}
        item, sha = question_id(self.note, NAME, sentence.start, sentence.end, "which-trait")
        if any(q.id == item for q in self.questions):
            return
        if len(self.questions) >= MAX_QUESTIONS:
            return
        event = self._event([r], self.days.place(r.sentence, r.cue).when).model_copy(update={"effects": ()})
        if all(e.id != event.id for e in self.unsure):
            self.unsure.append(event)
        choices = [
            Choice(
                id=trait,
                label=f"{names[trait]}: it {_VERBS.get(r.kind or '', 'concerns it')}",
                effect=ChoiceEffect(
                    event={"id": event.id, "effects": [{"trait": trait, "kind": r.kind, "quote": sentence.text}]}
                ),
            )
            for trait in (r.trait, *r.rivals[:3])
        ]
        self.questions.append(
            Question(
                id=item,
                note=self.note.path,
                stage=NAME,
                start=sentence.start,
                end=sentence.end,
                question=f"“{_label(without_speaker(self.note, sentence.text))}”: "
                + ("which trait does this change?" if r.rivals else f"is this about {names[r.trait]}?"),
                choices=(*choices, Choice(id="none", label="none of them" if r.rivals else "no")),
                mentions=((sentence.start, sentence.end),),
                reason="the words fit these traits about equally" if r.rivals else "the words are too few to be sure",
                text_sha=sha,
            )
        )


def _confidence(first: Reading, group: list[Reading]) -> float:
    """How far to trust an event: never far where the trait is not named beside the cue."""
    worth = min(0.95, _SURE.get(first.cue.kind, 0.7) * min(1.0, 0.6 + 0.2 * min(r.score for r in group)))
    return round(worth if all(r.sure for r in group) else min(worth, WEAK), 3)


_VERBS = {
    "initiates": "began here", "terminates": "ended here", "reinitiates": "came back here",
    "suspends": "rests from here",
    "weakens": "became weaker", "continues": "went on", "resumes": "goes on again",
}  # fmt: skip


def _label(text: str, limit: int = 70) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def check_ids(extractions: Iterable[Extraction]) -> list[Finding]:
    """Event ids that stand more than once in the workspace: one error each, in the later note."""
    seen: dict[str, str] = {}
    found: list[Finding] = []
    for extraction in extractions:
        for event in extraction.events:
            if event.id in seen:
                start, end = (event.spans[0].start, event.spans[0].end) if event.spans else (None, None)
                where = f"in {seen[event.id]} and in {event.note}"
                message = f'two events have the id "{event.id}": {where}; give one of them another id'
                found.append(
                    Finding(check="event-ids", severity="error", note=event.note, start=start, end=end, message=message)
                )
            else:
                seen[event.id] = event.note
    return found


__all__ = ["check_ids", "extract", "link_events", "trait_words"]
