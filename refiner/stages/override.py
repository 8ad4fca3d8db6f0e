"""Closes what a note tells of and what no longer is: "Until 2003 I was afraid of dogs", "That lasted until 2003."

For each sentence that tells what is over (`over`), the cheapest way that is safe, and the reason says which it is and
why no cheaper one was: nothing, where the note tells the ending itself; the sentence in the past, with the year; a
short clause behind it; no sentence, where it only claims what is over. Where none is safe, and where the timeline
cannot tell whether an important trait holds, the person is asked.
"""

from __future__ import annotations

import re
from typing import ClassVar

from refiner.checks import closing
from refiner.checks.dead_traits import claims
from refiner.checks.hanging import dependants
from refiner.checks.told_times import safe_place
from refiner.edits import parents_of, question_id, render_span
from refiner.language.past import in_the_past, present_verbs
from refiner.models import Choice, ChoiceEffect, Edit, Finding, ProposedEdit, Question, Sentence, StageResult, Timeline
from refiner.stages import doubt, gainsaid
from refiner.stages.base import StageInput
from refiner.stages.closing_words import ClosingWords, says_what_she_is
from refiner.stages.extract import WEAK
from refiner.stages.over import NAME, Overs
from refiner.stages.over_when import Over, moment
from refiner.stages.sentence_edits import Because, add_after, add_inside, can_drop, drop, in_markup, rewrite
from refiner.timeline.numbers import NUMBERS

_NO = re.compile(r"\b(?:not|never|no|cannot|nothing|nobody)\b|n['’]t\b", re.IGNORECASE)
_LEANS = re.compile(r"^(?:then|there|but|and|so|which)\b|\b(?:also|too|same|either|likewise|as well)\b", re.IGNORECASE)
_DID = {"ended": "ended", "rests": "rests"}  # as the reason of an edit begins
SHORT = 12  # words of a sentence that can do nothing but claim


class Override:
    """Reads the timeline and the note; writes edits, questions and findings about what is over."""

    name: ClassVar[str] = NAME
    version: ClassVar[str] = "9"
    needs_timeline: ClassVar[bool] = True

    def run(self, given: StageInput) -> StageResult:
        if given.timeline is None:
            return StageResult(note=given.note.path, stage=NAME)
        return _Run(given, given.timeline).result()


class _Run:
    def __init__(self, given: StageInput, timeline: Timeline) -> None:
        self.given, self.note, self.timeline = given, given.note, timeline
        self.traits = {t.id: t for t in given.config.traits}
        self.overs = Overs(given, timeline)
        self.words = ClosingWords(given, self.overs)
        self.edits: list[Edit] = []
        self.questions: list[Question] = []
        self.leading: list[Sentence] = []  # those before the one that is closed, closed with it

    def result(self) -> StageResult:
        events, life, path = self.overs.events, self.overs.life, self.note.path
        if self.note.meta.author == "self":  # "I believed that then" has no place in what somebody else wrote
            for run in self._runs():
                self._close_run(run)
        self.questions += doubt.questions(self.given, self.timeline, events, life.contested.get(path, ()))
        said = life.gainsaid.get(path, ())
        self.questions += gainsaid.questions(self.given, self.timeline, events, said)
        findings: list[Finding] = [*self.overs.findings, *gainsaid.findings(self.given, said)]
        return StageResult(
            note=self.note.path, stage=NAME, edits=tuple(self.edits), questions=tuple(self.questions),
            findings=tuple(findings),
        )  # fmt: skip

    # ---- the cheapest way that is safe -----------------------------------------------------------------------------

    def _runs(self) -> list[list[list[Over]]]:
        """What is over, by sentence; sentences in a row on one trait and time come together, so that one clause behind
        the last of them closes all."""
        runs: list[list[list[Over]]] = []
        for items in self.overs.all().values():
            before = runs[-1][-1] if runs else None
            if before is not None and len(runs[-1]) < closing.LONGEST_RUN and self._goes_on(before, items):
                runs[-1].append(items)
            else:
                runs.append([items])
        return runs

    def _goes_on(self, before: list[Over], items: list[Over]) -> bool:
        one, other = before[0], items[0]
        same = (one.kind, one.trait, one.when) == (other.kind, other.trait, other.when)
        if len(before) > 1 or len(items) > 1 or not same or one.kind not in ("ended", "never"):
            return False
        trait = self.traits.get(one.trait)
        if trait is not None and claims(one.sentence.text, trait):
            return False  # a claim is closed where it stands
        gap = self.note.text[one.sentence.end : other.sentence.start]
        if not re.fullmatch(r"[ \t]*\n?[ \t]*", gap) or in_markup(self.note, one.sentence):
            return False
        # A claim in the present is put into the past by itself.
        return all(self._in_the_past(x) is None and not self.words.alive_beside(x) for x in (before, items))

    def _close_run(self, run: list[list[Over]]) -> None:
        self.leading = [items[0].sentence for items in run[:-1]]
        self._close(run[-1])
        last_one = run[-1][0].sentence
        if self.leading and self.edits and last_one.start < self.edits[-1].start <= last_one.end:
            last = self.edits[-1]
            ids = dict.fromkeys(i for items in run for i in _ids(items))
            self.edits[-1] = last.model_copy(update={"evidence": (*ids, closing.run_mark(len(self.leading)))})
            return
        for items in run[:-1] if self.leading else ():  # no clause came behind the last: each for itself
            self.leading = []
            self._close(items)

    def _close(self, items: list[Over]) -> None:
        sentence = items[0].sentence
        if not render_span(self.note.text, sentence.start, sentence.end, self.given.earlier).strip():
            return  # an earlier stage dropped it
        if items[0].kind == "rests" and not self.words.names_it(items[0]) and self._closed_before(items[0]):
            return  # what only goes with it was said to rest with the sentence before
        if any(i.by and i.by.source.startswith("rule:") and i.by.confidence <= WEAK for i in items):
            self._ask(items, f"that {self.words.names(items)} is over was read from few words, and may be wrong")
            return
        for way in (self._in_the_past, self._clause, self._dropped):
            edit = way(items)
            if edit is not None and edit.id not in self.given.rejected:
                self.edits.append(edit)
                return
            if edit is not None:
                self._ask_important(items, "the edit was rejected")
                return
        if self.words.alive_beside(items):
            names = self.words.names(items)
            self._ask_important(items, f"the sentence also tells of what still is so; {names} must not seem alive")
        else:
            self._ask_important(items, "no edit fits here")

    def _in_the_past(self, items: list[Over]) -> Edit | None:
        """The sentence as it is, in the past and with the year: "Until 2003 I was afraid of dogs." """
        one = items[0]
        if len(items) > 1 or one.kind != "ended" or self.words.alive_beside(items) or not self.words.names_it(one):
            return None  # what only shows the trait may itself have gone on, or ended long before
        if not safe_place(self.note, one.sentence, self.given.config):
            return None
        text = render_span(self.note.text, one.sentence.start, one.sentence.end, self.given.earlier)
        trait = self.traits.get(one.trait)
        if trait is None or not claims(text, trait) or _dated(text) or says_what_she_is(text):
            return None  # "I climb to the eleventh floor, at seventeen": that did not last until it ended
        if len(present_verbs(text)) > 1:
            return None  # "I live in Thane and I am afraid of dogs": where she lives did not end with the fear
        new = in_the_past(text, one.when)
        if new is None or claims(new, trait) or self._began(one) and _NO.search(new):
            return None  # "Until 2014 I did not touch the wheel": nor had she ever before
        reason = f"{self.words.why(items)}; the sentence says so itself, which changes least"
        because = Because(reason, "rule:past", 0.75, _ids(items))
        return rewrite(self.note, NAME, one.sentence, new, self.given.earlier, because, taken=self.edits)

    def _clause(self, items: list[Over]) -> Edit | None:
        words = self.words.clause(items)
        if not words:
            return None
        one, sentence = items[0], items[0].sentence
        if self.leading:
            words = self.words.of_all(one, words)
        elif one.kind == "ended" and (self._closed_before(one) or any(words in e.after for e in self.edits)):
            words = closing.too()  # said in full already
        reason = f"{self.words.why(items)}; a clause says so, since the sentence itself could not safely be changed"
        add = add_after
        if re.search(r"\d", words) and not safe_place(self.note, sentence, self.given.config):
            # A year of its own between "in 1995" and "two years later" would move what follows.
            reason, add = f"{reason}, in brackets, since a later time counts from this sentence", add_inside
        elif self._leant_on(sentence):
            reason, add = f"{reason}, in brackets, since the next sentence goes on from this one", add_inside
        elif self._before(one):
            words = f"({words})"  # what she could not know on that day is an aside of today
        because = Because(reason, closing.CLOSES, 0.8, _ids(items))
        edit = add(self.note, NAME, sentence, words, self.given.earlier, because)
        if edit is None and add is add_inside and not re.search(r"\d", words):
            edit = add_after(self.note, NAME, sentence, words, self.given.earlier, because)
        return edit

    def _closed_before(self, one: Over) -> bool:
        """The sentence right before was closed for the same trait."""
        last = self.edits[-1] if self.edits else None
        near = last is not None and re.fullmatch(r"[ \t]*\n?[ \t]*", self.note.text[last.end : one.sentence.start])
        if not near or last is None or last.source != closing.CLOSES:
            return False
        trait = self.traits.get(one.trait)
        return last.reason.startswith(f"“{(trait.name if trait else '') or one.trait}” {_DID.get(one.kind, '')}")

    def _leant_on(self, sentence: Sentence) -> bool:
        """The next sentence goes on from this one: "The nails also, same desk." """
        after = self.note.text[sentence.end :]
        following = next((s.text for s in self.note.sentences if s.start >= sentence.end), "")
        return bool(_LEANS.search(following)) and not after[:2].startswith("\n\n")

    def _before(self, one: Over) -> bool:
        """The note was written before the end that the clause tells, or says itself that it is so."""
        if present_verbs(one.sentence.text) or one.kind == "ended" and not one.when:
            return True
        written, by = self.overs.days.written(one.sentence.start), one.by
        ended = moment(by, one.trait).earliest if by is not None else ""
        return bool(written and (written < ended if ended else one.kind in ("never", "unhappened")))

    def _began(self, one: Over) -> bool:
        """The trait is known to have begun in a life, and was not always so."""
        verdict = self.overs.verdicts.get(one.trait)
        return verdict is not None and any(i.from_ for i in verdict.intervals)

    def _dropped(self, items: list[Over]) -> Edit | None:
        if not all(self._only_claims(i) for i in items) or self._leans(items[0].sentence):
            return None
        return self._drop(items, f"it only says that {self.words.names(items)} is so today, and no clause fits", 0.75)

    def _drop(self, items: list[Over], reason: str, confidence: float) -> Edit | None:
        sentence = items[0].sentence
        if not can_drop(self.note, sentence, (*self.given.earlier, *self.edits)):
            return None
        because = Because(
            f"{self.words.why(items)}; left out, since {reason}", "rule:drop-claim", confidence, _ids(items)
        )
        return drop(self.note, NAME, sentence, self.given.earlier, because, taken=self.edits)

    def _leans(self, sentence: Sentence) -> bool:
        """A later time in the note counts from this sentence."""
        return bool(dependants(self.note, sentence.start, sentence.end, self.given.config))

    def _only_claims(self, item: Over) -> bool:
        found, text = self.traits.get(item.trait), item.sentence.text
        return (
            found is not None and len(text.split()) <= SHORT and not re.search(r"[,;:—–]", text) and claims(text, found)
        )

    # ---- questions -------------------------------------------------------------------------------------------------

    def _ask_important(self, items: list[Over], reason: str) -> None:
        known = [t for i in items if (t := self.traits.get(i.trait))]
        if any(t.importance for t in known):
            self._ask(items, reason)

    def _ask(self, items: list[Over], reason: str) -> None:
        one, sentence, at = items[0], items[0].sentence, items[0].sentence.end
        item, sha = question_id(self.note, NAME, sentence.start, at, "closed")
        clause = self.words.clause(items)
        choices = [Choice(id="keep", label="leave it as it is")]
        if clause and not in_markup(self.note, sentence) and not parents_of(at, at, self.given.earlier):
            proposed = ProposedEdit(start=at, end=at, after=f" {clause}")
            choices.append(Choice(id="close", label=f"add: {clause}", effect=ChoiceEffect(edits=(proposed,))))
        if not parents_of(sentence.start, at, self.given.earlier) and can_drop(
            self.note, sentence, (*self.given.earlier, *self.edits)
        ):
            gone = ProposedEdit(start=sentence.start, end=at, after="")
            choices.append(Choice(id="drop", label="drop the sentence", effect=ChoiceEffect(edits=(gone,))))
        state = {"rests": "which rests", "never": "which was taken back", "unhappened": "which did not happen"}
        said = state.get(one.kind, "which is over")
        self.questions.append(
            Question(
                id=item, note=self.note.path, stage=NAME, start=sentence.start, end=sentence.end,
                question=f"This tells of {self.words.names(items)}, {said}. How shall the text say so?",
                choices=tuple(choices), mentions=((sentence.start, sentence.end),), reason=reason, text_sha=sha,
            )
        )  # fmt: skip


def _dated(text: str) -> bool:
    """The sentence has a number, an age or a day of its own."""
    words = {w.casefold() for w in re.findall(r"[^\W\d_]+", text)}
    return bool(re.search(r"\d", text) or words & (set(NUMBERS) - {"one"}) or _DAY.search(text))


_DAY = re.compile(r"\b(?:today|tonight|yesterday|this (?:morning|evening|week|month|year)|last \w+|at school)\b", re.I)


def _ids(items: list[Over]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(x for i in items for x in (i.event.id, i.by.id if i.by else "") if x))
