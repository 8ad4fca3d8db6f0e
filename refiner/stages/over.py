"""What a note tells that is not so today, and that a reader of this note alone would take for true.

Effects that the timeline calls dead, claims in the present tense of a trait that is over, what rests at present, and
events that were taken back. What the note itself goes on to end is left out: there the ending is told along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refiner.checks import closing
from refiner.checks.dead_traits import claims, told
from refiner.config import Trait
from refiner.language.past import present_verbs
from refiner.models import Effect, EffectKind, Event, Finding, Sentence, Timeline
from refiner.phrases import phrase
from refiner.stages.base import StageInput
from refiner.stages.declared import find_quote
from refiner.stages.event_times import Days
from refiner.stages.over_life import LifeEvents
from refiner.stages.over_when import STARTS, Kind, Over, Stretches, moment, year_of
from refiner.stages.people import said_by_another
from refiner.timeline.sayings import window_of

NAME = "override"
BEGINS: tuple[EffectKind, ...] = ("initiates", "reinitiates", "resumes", "continues", "weakens")
AFTER = 160  # characters behind a sentence in which a closing clause is looked for


class Overs:
    """Finds what is over in one note. `findings` tells of what could not be placed in the text."""

    def __init__(self, given: StageInput, timeline: Timeline) -> None:
        self.given, self.note, self.timeline = given, given.note, timeline
        self.life = given.life or LifeEvents(timeline, given.events, given.config)
        self.events, self.verdicts, self.unhappened = self.life.events, self.life.verdicts, self.life.unhappened
        self.mine = self.life.of_note.get(given.note.path, [])
        self.findings: list[Finding] = []
        narrator = given.config.persona.before
        # Speech may run over sentences; nothing is put between its marks.
        self.plain = told(self.note.text, self.note.body_start)
        self.own = [
            s
            for s in self.note.sentences
            if not said_by_another(self.note, s, narrator) and not self.plain[s.end - 1].isspace()
        ]
        self.taken_back = {r.target for r in given.extraction.retractions} if given.extraction else set[str]()
        self.stretches = Stretches(self.life)
        self.days = Days(self.note, given.config)

    def all(self) -> dict[int, list[Over]]:
        """What is over, by the start of the sentence that tells it, in order of place."""
        found: dict[int, list[Over]] = {}
        for item in (*self._effects(), *self._observed(), *self._unhappened()):
            mine = found.setdefault(item.sentence.start, []) if item.sentence in self.own else []
            if all(i.trait != item.trait for i in mine):
                mine.append(item)
        for sentence in self.own:
            if sentence.start not in found and (said := list(self._claims(sentence))):
                found[sentence.start] = said
        return dict(sorted(found.items()))

    # ---- dead effects ----------------------------------------------------------------------------------------------

    def _effects(self) -> Iterator[Over]:
        for event in self.mine:
            if event.modality != "actual" or event.subject != "self":
                continue  # what was only planned or imagined never was, and a reader can see that
            for effect in event.effects:
                if event.id in self.unhappened and effect.quote in ("", *event.quotes[:1]):
                    continue  # told with the event: that did not happen
                kind = self._kind(event, effect, (event.id, effect.trait) in self.life.dead)
                sentence = self.place(event, effect) if kind else None
                if kind and sentence is not None:
                    item = self.stretches.item(kind, event, effect, sentence)
                    if self._went_on(item):
                        message = f"{event.label or event.id}: it tells of {effect.trait} after that had ended"
                        self.findings.append(Finding(check=NAME, note=self.note.path, message=message))
                    elif not self._told(item):
                        yield item

    def _observed(self) -> Iterator[Over]:
        """What was seen of a trait on a day, and has changed since: "I still cannot sleep without a lamp"."""
        for seen in self.given.extraction.observations if self.given.extraction else ():
            verdict = self.verdicts.get(seen.trait)
            span = find_quote(self.note, seen.quote) if seen.quote else None
            if verdict is None or span is None:
                continue
            now: Kind | None = {"NOT": "ended", "RETRACTED": "never", "DORMANT": "rests"}.get(verdict.verdict)  # type: ignore[assignment]
            kind = now if seen.holds else "back" if verdict.verdict in ("HOLDS", "DORMANT") else None
            effect = Effect(trait=seen.trait, kind="continues" if seen.holds else "terminates", quote=seen.quote)
            told = [s for s in self.note.sentences if s.start < span.end and span.start < s.end]
            if kind is None or not told or kind == "rests" and not present_verbs(told[-1].text):
                continue
            day = seen.at or self.days.written(told[-1].start)
            event = Event(id=f"seen-{seen.trait}", note=self.note.path, label=seen.quote, written=day)
            place = (event, effect, told[-1])
            item = self._begun_since(*place) if kind == "back" else self.stretches.item(kind, *place)
            fits = kind == "never" or item is not None and item.by is not None and not self._after_its_end(item)
            if item is not None and fits and not self._told(item):
                yield item

    def _begun_since(self, event: Event, effect: Effect, sentence: Sentence) -> Over | None:
        """ "I am not afraid of dogs", and then it began: the first stretch after that day; None where no later one is,
        and where of several it may be any."""
        day = window_of(event.written).low if event.written else None
        stretches = self.verdicts[effect.trait].intervals
        begun = [(s, window_of(s.from_) if s.from_ else None) for s in stretches]
        after = [
            s for s, w in begun if w and w.low is not None and (day < w.low if day is not None else len(begun) < 2)
        ]
        by = self.stretches.first_of(after[0]) if after else None
        if by is None:
            return None
        return Over("back", event, effect, sentence, by, year_of(by), first=len(after) == len(stretches))

    def _kind(self, event: Event, effect: Effect, dead: bool) -> Kind | None:
        verdict = self.verdicts.get(effect.trait)
        if verdict is None:
            return None
        match verdict.verdict:
            case "RETRACTED" if dead and effect.kind in BEGINS:
                return "never"
            case "NOT" if dead and effect.kind in BEGINS:
                return "ended"
            case "HOLDS" | "DORMANT" if dead and (
                effect.kind == "terminates" or effect.kind == "suspends" and verdict.verdict == "HOLDS"
            ):
                return "back"
            case "DORMANT" if effect.kind in BEGINS:
                # A reader takes only what is told in the present for what she does today.
                sentence = self.place(event, effect, quietly=True)
                return "rests" if sentence is not None and present_verbs(sentence.text) else None
        return None

    def _went_on(self, item: Over) -> bool:
        """What went on or grew weaker after its end: the dates do not fit, and "until 2003" would be untrue of it."""
        begins, by = item.event.when.earliest, item.by
        late = bool(begins and by is not None and by.when.latest and begins > by.when.latest)
        return late and item.kind == "ended" and item.effect.kind in ("continues", "weakens")

    def place(self, event: Event, effect: Effect, *, quietly: bool = False) -> Sentence | None:
        """Where the effect is told: the last sentence of its quote, else of the event's."""
        text, mine = self.note.text, [s for s in event.spans if s.note == self.note.path]
        # What is said twice in a note is told where the event is.
        span = next((s for s in mine if text[s.start : s.end] == effect.quote), None)
        if span is None and effect.quote:
            span = find_quote(self.note, effect.quote)
        if span is None:
            span = mine[0] if mine else None
        if span is None:
            if not quietly:
                message = f"{event.label or event.id}: the note has no words for {effect.trait}; nothing was closed"
                self.findings.append(Finding(check=NAME, note=self.note.path, message=message))
            return None
        inside = [s for s in self.note.sentences if s.start < span.end and span.start < s.end]
        return inside[-1] if inside else None

    def _closed(self, sentence: Sentence) -> bool:
        text = self.note.text
        if closing.CLOSED.match(text[sentence.end : sentence.end + AFTER].lstrip(" (")):
            return True
        if closing.CLOSED.search(sentence.text):
            return True
        # One clause may close the sentences before it too: an earlier run put it there.
        ahead = [s for s in self.note.sentences if s.start >= sentence.end][: closing.LONGEST_RUN]
        for s in ahead:
            if "\n\n" in text[sentence.end : s.start]:
                return False
            if closing.CLOSES_ALL.fullmatch(s.text.strip(" ()")):
                return True
        return False

    # ---- told along ------------------------------------------------------------------------------------------------

    def _told(self, item: Over) -> bool:
        """The note itself goes on to tell how it ended, or says so already."""
        if self._closed(item.sentence):
            return True
        if item.kind == "never":
            return item.trait in self.taken_back
        wanted = {"ended": ("terminates",), "back": (*STARTS, "resumes"), "rests": ("suspends",)}[item.kind]
        past = not present_verbs(item.sentence.text)
        for other in self.mine:
            if other.modality != "actual" or other.subject != "self":
                continue
            for e in other.effects:
                if e.trait != item.trait or e.kind not in wanted:
                    continue
                if other == item.event and other.source == "person" and not self._tells_its_end(item, e):
                    continue
                place = self.place(other, e, quietly=True)
                # What is told in the past may be told after its end; a claim in the present is only ended behind it.
                if place is not None and (place.start >= item.sentence.start or past and other == item.by):
                    return True
        return False

    def _tells_its_end(self, item: Over, ending: Effect) -> bool:
        """Whether words of the note tell the end of an event that began the trait too, or front matter alone does."""
        if ending.quote and ending.quote != item.effect.quote:
            return True
        years, text = re.findall(r"\d{4}", item.when), item.sentence.text
        told = bool(years) and all(y in text for y in years)
        return told or _LASTED.search(text) is not None and not present_verbs(text)

    # ---- events that were taken back -------------------------------------------------------------------------------

    def _unhappened(self) -> Iterator[Over]:
        """The last sentence of each run that tells an event which the narrator took back elsewhere."""
        for event in self.mine:
            if event.id not in self.unhappened or event.id in self.taken_back:
                continue
            effect = event.effects[0] if event.effects else Effect(trait="", kind="continues")
            own = event.spans[:1]  # what it did to her, said further on, is untrue by its own kind
            told = {
                n
                for span in own
                for n, s in enumerate(self.note.sentences)
                if s.start < span.end and span.start < s.end
            }
            for n in sorted(told):
                item = Over("unhappened", event, effect, self.note.sentences[n])
                if n + 1 not in told and not self._closed(item.sentence):
                    yield item

    # ---- claims without an event -----------------------------------------------------------------------------------

    def _claims(self, sentence: Sentence) -> Iterator[Over]:
        """ "I am as lazy as ever" where nothing dates a beginning: the claim itself is what is over, or rests."""
        for trait in self.given.config.traits:
            if self._over(trait) and claims(self.plain[sentence.start : sentence.end], trait):
                yield from self._claim(sentence, trait)

    def _claim(self, sentence: Sentence, trait: Trait) -> Iterator[Over]:
        verdict = self.verdicts[trait.id]
        effect = Effect(trait=trait.id, kind="continues", quote=sentence.text)
        written = self.days.written(sentence.start)
        claim = Event(id=f"claim-{trait.id}", note=self.note.path, label=sentence.text, written=written)
        kind: Kind = {"RETRACTED": "never", "DORMANT": "rests"}.get(verdict.verdict, "ended")  # type: ignore[assignment]
        item = self.stretches.item(kind, claim, effect, sentence)
        if not verdict.intervals and verdict.verdict == "NOT" and item.by is None:
            return  # two observations that differ, and no event between them: `doubt` asks
        if not self._told(item) and not self._after_its_end(item):
            yield item

    def _after_its_end(self, item: Over) -> bool:
        """Written after what is over had ended: the claim does not fit the timeline, and `gainsaid` asks."""
        written, by = window_of(item.event.written).low, item.by
        latest = moment(by, item.trait).latest if by else ""
        ended = window_of(latest).high if latest else None
        return item.kind in ("ended", "back") and written is not None and ended is not None and written > ended

    def _over(self, trait: Trait) -> bool:
        verdict = self.verdicts.get(trait.id)
        return verdict is not None and verdict.verdict in ("NOT", "RETRACTED", "DORMANT")


_LASTED = phrase(
    r"\bfor (?:(?:about|nearly|almost|some|over|a|the) )*(?:[\w-]+ ){0,2}(?:year|month|week|winter|summer)s?\b"
    r"|\b(?:until|till|as long as)\b",
    re.IGNORECASE,
)
