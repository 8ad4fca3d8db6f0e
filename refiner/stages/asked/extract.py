"""What a model reads in a note for the timeline beyond the rules: changes shown without a trait's word, causes, people.

Two questions. `extract` lists small items with quotes, which must stand in the note. `confirm` puts each change of a
trait to the model again as a closed choice that does not say what was read. What agrees enters, below the rules'
confidence; what does not is asked of the person, a few times a note at most; what nothing speaks for is left out.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from refiner.asking.ask import Ask
from refiner.asking.asker import Asker
from refiner.asking.pieces import mark_for, pieces
from refiner.config import Config, Trait
from refiner.models import (
    Event,
    Extraction,
    Finding,
    Medium,
    Note,
    Observation,
    Person,
    Question,
    Relation,
    Retraction,
)
from refiner.stages.asked.extract_confirm import Second, as_line, change, gender, link
from refiner.stages.asked.extract_events import Events
from refiner.stages.asked.extract_items import (
    EFFECTS,
    Anchoring,
    Before,
    Cause,
    Change,
    Dated,
    Somebody,
    State,
    Told,
    Work,
    shape_for,
)
from refiner.stages.asked.extract_known import OTHERS, Known
from refiner.stages.asked.extract_people import people_named, person_of, shows_gender, works_of
from refiner.stages.asked.watch import Watch
from refiner.stages.event_times import Days
from refiner.stages.extract import MAX_QUESTIONS

_HALF = 0.25  # least share of the second reading that makes a doubt worth a person's time
_LEAST_ANSWER, _MOST_ANSWER = 120, 640  # tokens


async def read_note(asker: Asker, note: Note, config: Config, rules: Extraction) -> Extraction:
    """What the model reads beyond `rules`, each with source "model:NAME"; empty where it was not asked.

    Notes of others, and notes whose front matter gives the events, are read for people and works only.
    """
    return await _Reader(asker, note, config, rules).read()


@dataclass
class _Doubt:
    """A reading for the person, and how much it is worth."""

    question: Question
    worth: float
    trait: str


class _Reader:
    def __init__(self, asker: Asker, note: Note, config: Config, rules: Extraction) -> None:
        self.asker, self.note, self.config, self.rules = asker, note, config, rules
        own = note.meta.author == "self" and note.meta.events is None
        self.traits: dict[str, Trait] = {t.id: t for t in config.important} if own else {}
        self.days = Days(note, config)
        self.known = Known(note, config, rules)
        self.make = Events(note, self.days, asker.name, frozenset(e.id for e in rules.events))
        self.events: list[Event] = []
        self.observations: list[Observation] = []
        self.retractions: list[Retraction] = []
        self.people: list[Person] = []
        self.media: list[Medium] = []
        self.asked: list[Question] = []
        self.doubts: list[_Doubt] = []
        self.unjudged = False

    async def read(self) -> Extraction:
        runs = await asyncio.gather(*(self._piece(p) for p in pieces(self.note)))
        listed = [t for run in runs for t in run]
        dates = {t.index: t.when for t in reversed(listed) if isinstance(t.item, Dated)}
        told = [replace(t, when=dates.get(t.index)) if isinstance(t.item, Change) else t for t in listed]
        told.sort(key=lambda t: (t.start, t.end, t.item.kind))
        await self._judge([t for t in told if isinstance(t.item, Change | State)])
        await self._tie([t for t in told if isinstance(t.item, Cause | Before)])
        await self._name([t for t in told if isinstance(t.item, Somebody)])
        self.media = works_of(self.note, [t for t in told if isinstance(t.item, Work)], self.rules.media)
        questions, findings = self._for_the_person()
        return Extraction(
            note=self.note.path,
            events=tuple(sorted(self.events, key=lambda e: (e.order, e.id))),
            observations=tuple(self.observations),
            retractions=tuple(self.retractions),
            people=tuple(self.people),
            media=tuple(self.media),
            questions=questions,
            findings=findings,
        )

    # -- the first reading -------------------------------------------------------------------------------------------

    async def _piece(self, piece: range) -> list[Told]:
        """What the model lists of one piece, as far as its words stand there."""
        lines = [(i + 1, as_line(self.note.sentences[i].text)) for i in piece]
        whole = "\n".join(text for _, text in lines)
        anchoring = Anchoring(self.note, piece, self.days, tuple(self.traits))
        prompt = self.asker.prompt("extract")
        messages = prompt.messages(
            traits=[(t.id, ": ".join(w for w in (t.title, t.description) if w)) for t in self.traits.values()],
            known=self.known.lines(piece, frozenset(self.traits)),
            mark=mark_for(whole),
            lines=lines,
        )
        most = min(_MOST_ANSWER, _LEAST_ANSWER + len(whole.split()))
        shape = shape_for(tuple(self.traits))
        ask = Ask(prompt.name, self.note.path, tuple(messages), shape, most, anchoring.check)
        watch = Watch(self.asker, self.note.path)
        answer = await self.asker.ask(ask)
        if answer is None:
            self.unjudged |= watch.stopped
            if watch.failed and not watch.stopped:
                first = self.note.sentences[piece.start]
                self.asked.append(self.make.unread(first.start, first.end))
            return []
        told, wrong = anchoring.sort(answer.value)
        if wrong:
            talk = (
                {"role": "assistant", "content": answer.value.model_dump_json()},
                {"role": "user", "content": f"{'; '.join(wrong)}. Give only these items again, mended, or none."},
            )
            again = await self.asker.ask(replace(ask, messages=(*ask.messages, *talk), check=lambda items: ""))
            told += anchoring.sort(again.value)[0] if again is not None else []
            self.unjudged |= again is None and watch.stopped
        return told

    # -- changes and states ------------------------------------------------------------------------------------------

    async def _judge(self, told: list[Told]) -> None:
        """Has each reading confirmed, and lets in what agrees with it and with the rules."""
        once = {(t.index, t.item.kind, self._trait(t).id): t for t in reversed(told)}
        fresh = [
            (t, s) for t in sorted(once.values(), key=lambda t: t.start) if (s := self.known.standing(t))[0] != "known"
        ]
        seconds = await asyncio.gather(*(self._again(t) for t, _ in fresh))
        agreed: dict[int, list[tuple[Told, float]]] = {}
        for (t, (standing, said)), second in zip(fresh, seconds, strict=True):
            if second is None:
                continue
            trait = self._trait(t)
            veto = self.known.veto(t)
            if standing == "contradicts" and said is not None:
                if second.key == t.item.kind and not veto:
                    self._doubt(t, self.make.against(t, trait, said), second.share + 1)
            elif second.key == t.item.kind and not veto:
                self._enter(t, second.share, agreed)
            elif second.key == "nothing" or veto and second.key in ("other", "unreal"):
                continue
            elif second.key is not None or second.share >= _HALF or not second.complete:
                keys = [t.item.kind, second.key or "", *(["unreal", "other"] if veto else [])]
                why = veto or "read twice, it did not give the same"
                self._doubt(t, self.make.unsure(t, trait, [k for k in keys if k], why), second.share)
        for changes in filter(None, agreed.values()):
            first, effects = changes[0][0], [(self._trait(t).id, EFFECTS[t.item.kind]) for t, _ in changes]
            timed = next((t for t, _ in changes if t.when is not None), first)
            self.events.append(self.make.event(timed, effects, min(share for _, share in changes)))

    async def _again(self, told: Told) -> Second | None:
        """The second reading; None where it was not put to the model."""
        watch = Watch(self.asker, self.note.path)
        return self._put(await change(self.asker, self.note, told, self._trait(told)), watch)

    def _put(self, second: Second, watch: Watch) -> Second | None:
        if second.complete or (watch.failed and not watch.stopped):
            return second
        self.unjudged |= watch.stopped
        return None

    def _trait(self, told: Told) -> Trait:
        assert isinstance(told.item, Change | State)
        return self.traits[told.item.trait]

    def _enter(self, told: Told, share: float, agreed: dict[int, list[tuple[Told, float]]]) -> None:
        item, note, quote = told.item, self.note.path, self.make.quote(told)
        if isinstance(item, Change):
            here = agreed.setdefault(told.index, [])
            rival = next((t for t, _ in here if self._trait(t).id == item.trait), None)
            if rival is None:
                if self.known.standing(told)[0] != "known":  # the note may tell it twice
                    kind = EFFECTS[item.kind]
                    self.known.learn(told, kind, self.make.event(told, [(item.trait, kind)]))
                    here.append((told, share))
            else:  # one sentence cannot begin and end it: neither enters
                here[:] = [pair for pair in here if pair[0] is not rival]
                kinds = [rival.item.kind, item.kind]
                why = "the model reads two changes in one sentence"
                self._doubt(told, self.make.unsure(told, self._trait(told), kinds, why), share)
        elif isinstance(item, State) and item.kind == "never":
            self.retractions.append(Retraction(target=item.trait, note=note, quote=quote, source=self.make.source))
        elif isinstance(item, State):
            at = self.days.written(self.note.sentences[told.index].start)
            same = (o for o in self.observations if (o.trait, o.holds, o.at) == (item.trait, item.kind == "has", at))
            if next(same, None) is None:
                self.observations.append(
                    Observation(
                        trait=item.trait, holds=item.kind == "has", at=at, note=note, quote=quote,
                        source=self.make.source,
                    )
                )  # fmt: skip

    # -- ties between events -----------------------------------------------------------------------------------------

    def _events_at(self, index: int) -> list[Event]:
        start = self.note.sentences[index].start
        return [*self.known.events_at(index), *(e for e in self.events if e.spans[0].start == start)]

    async def _tie(self, told: list[Told]) -> None:
        """Causes of changes that were told, and which of two changes came first."""
        ties = list[tuple[Told, Event]]()
        for t in told:
            assert isinstance(t.item, Cause | Before)
            of = t.item.of - 1
            to = next((e for e in self._events_at(of) if e.effects), None) if of != t.index else None
            own = self._events_at(t.index)
            # Only what is added here can be given a relation; an order needs two changes.
            fits = to is not None and all(e.source == self.make.source for e in own)
            if to is not None and fits and (own or isinstance(t.item, Cause)) and self.known.veto(t) in ("", OTHERS):
                ties.append((t, to))
        watch = Watch(self.asker, self.note.path)
        seconds = await asyncio.gather(
            *(link(self.asker, self.note, t, t.item.of - 1) for t, _ in ties if isinstance(t.item, Cause | Before))
        )
        for (t, to), second in zip(ties, seconds, strict=True):
            if self._put(second, watch) is None or second.key != t.item.kind:
                continue
            relation = Relation(
                kind="causes" if isinstance(t.item, Cause) else "before", to=to.id, quote=self.make.quote(t)
            )
            event = next(iter(self._events_at(t.index)), None)
            if event is None:
                told_of: dict[str, Any] = {"relations": (relation,)}
                if self.known.veto(t) == OTHERS:
                    told_of["subject"] = "other"
                self.events.append(self.make.event(t, (), second.share).model_copy(update=told_of))
            elif relation not in event.relations and event.id != to.id:
                at = self.events.index(event)
                self.events[at] = event.model_copy(update={"relations": (*event.relations, relation)})

    # -- people and works --------------------------------------------------------------------------------------------

    async def _name(self, told: list[Told]) -> None:
        """The people; man or woman where the words show it and the second reading agrees."""
        named = people_named(told, self.rules.people, self.config.persona)
        shown = [t for t in named if shows_gender(t)]
        watch = Watch(self.asker, self.note.path)
        seconds = await asyncio.gather(*(gender(self.asker, self.note, t) for t in shown))
        sure = {t.name for t, s in zip(shown, seconds, strict=True) if self._put(s, watch) and s.key == t.item.kind}
        self.people = [p for t in named if (p := person_of(self.note, t, t.name in sure)) is not None]

    # -- what the person is asked ------------------------------------------------------------------------------------

    def _doubt(self, told: Told, question: Question, share: float) -> None:
        trait = self._trait(told)
        if all(d.question.id != question.id for d in self.doubts):
            self.doubts.append(_Doubt(question, trait.importance + share, trait.id))

    def _for_the_person(self) -> tuple[tuple[Question, ...], tuple[Finding, ...]]:
        """A few questions, the weightiest; the rest is told in a finding, so that nothing is lost unseen."""
        room = max(0, MAX_QUESTIONS - len(self.rules.questions))
        ranked = sorted(self.doubts, key=lambda d: (-d.worth, d.question.start or 0, d.question.id))
        asked = [*self.asked[:1], *(d.question for d in ranked)][: max(room, len(self.asked[:1]))]
        left = [d for d in ranked if d.question not in asked]
        findings = []
        if self.unjudged:
            message = f"{self.note.path} was not put to the model: refiner refine"
            findings.append(Finding(check="unjudged", severity="error", note=self.note.path, message=message))
        if left:
            traits = ", ".join(dict.fromkeys(d.trait for d in left))
            message = f"{self.asker.name} was not sure of {len(left)} more in this note, about {traits}"
            findings.append(Finding(check="model", severity="info", note=self.note.path, message=message))
        return tuple(sorted(asked, key=lambda q: (q.start or 0, q.id))), tuple(findings)
