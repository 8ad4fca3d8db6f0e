"""The form: when, what, who, what it did, what of it is over. Enter passes over a question, Ctrl-D leaves it.

Each question is a step that takes the answers so far and gives new ones, so that a draft goes on where it stopped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from refiner.config import Trait
from refiner.models import EffectKind
from refiner.noting.answers import BEGINNINGS, Answers, Change, Who, time_in
from refiner.noting.gap import Missing
from refiner.noting.known import Known
from refiner.noting.names import slug
from refiner.noting.terminal import Asking, listed
from refiner.noting.times import read_time
from refiner.noting.wording import effect_kinds, effect_of, examples
from refiner.review.visible import one_line

Editor = Callable[[str], str | None]
"""Opens a text in the person's editor; None where that failed or there is none."""
_ENDS = frozenset(".!?…।:;,\"”'’)")
_NAME = 4  # words of a name at most
_MANY = 15  # traits that are listed; the others are taken by name all the same


@dataclass
class Form:
    """One run of the form. `keep` is called after every answer."""

    ask: Asking
    known: Known
    keep: Callable[[Answers], None]
    editor: Editor | None = None
    editor_name: str = ""
    gap: Missing | None = None
    latest: Answers = Answers()
    left: str = ""

    def fill(self, answers: Answers) -> Answers:
        """Asks what was not given and not asked before. Raises KeyboardInterrupt; what was answered is kept."""
        steps: tuple[tuple[str, bool, Callable[[Answers], Answers]], ...] = (
            ("when", not answers.when, self.when),
            ("what", True, self.what),
            ("who", not answers.who, self.who),
            ("did", not answers.did and answers.author == "self", self.did),
            ("traits", not answers.changes and answers.author == "self", self.traits),
            ("over", not answers.over and answers.author == "self", self.over),
        )
        self.latest, at = answers, ""
        try:
            for name, wanted, step in steps:
                if (wanted or name == answers.left_in) and name not in answers.done:
                    at, self.left = name, answers.left if name == answers.left_in else ""
                    answers = step(answers)
                    answers = answers.model_copy(update={"done": (*answers.done, name)})
                    self._keep(answers)
        except KeyboardInterrupt:
            here = self.latest.model_copy(update={"left": self.ask.left(), "left_in": at})
            if here.left or here.when or here.changes or not here.empty:
                self._keep(here)
            raise
        return answers

    def _keep(self, answers: Answers) -> None:
        self.latest = answers
        self.keep(answers)

    def _line(self, prompt: str = "> ", *, given: str = "", words: Sequence[str] = ()) -> str:
        """A field of one line; what was pasted with line ends into it too. A draft begins with what it left."""
        given, self.left = self.left or given, ""
        line = self.ask.line(prompt, given=given, words=words)
        return " ".join((line or "").split("\n")).strip()

    # ---- when ------------------------------------------------------------------------------------------------------

    def when(self, answers: Answers) -> Answers:
        self.ask.say(f"When was it?  Any words: {', '.join(examples()[:4])}", "bold")
        return answers.model_copy(update={"when": self._time(answers.written, self.gap.years if self.gap else "")})

    def _time(self, written: str, given: str = "") -> str:
        """The words of a time, read and shown at once; kept as they are where the person wants that."""
        ids = self.known.event_names
        unread = ""
        while True:
            answer = self._line(given=given, words=(*examples(), *ids))
            given = ""
            if not answer or answer == unread:
                return unread
            read = read_time(answer, self.known, written)
            if not read.problem:
                self.ask.say(f"  = {read.shown}" if read.shown else "  (kept as it is; it names no day)")
                return answer
            self.ask.say(f"  {read.problem}.")
            if read.near:
                self.ask.say(f"  Near: {'; '.join(read.near)}")
            elif not read.shown:
                self.ask.say(f"  These can be read: {', '.join(examples()[2:])}, two years after ID")
            self.ask.say("  Again, or Enter to keep these words as they are.")
            unread = answer

    # ---- what ------------------------------------------------------------------------------------------------------

    def what(self, answers: Answers) -> Answers:
        more = " else" if answers.text.strip() else ""
        edit = f", e opens {self.editor_name}" if self.editor else ""
        self.ask.say(f"What{more} happened?  As many lines as you like; an empty line ends{edit}.", "bold")
        rows: list[str] = []
        while True:
            given, self.left = self.left, ""
            row = self.ask.line(given=given)
            if row is None or (not row.strip() and not (rows and self.ask.more())):
                break
            if row.strip() == "e" and not rows and self.editor is not None:
                self._keep(answers)
                text = self.editor(answers.text)
                if text is None:
                    continue
                self.ask.say(f"  {one_line(text, 70)}")
                return answers.model_copy(update={"text": text.strip("\n")})
            rows += row.split("\n")
            self._keep(_told(answers, rows))
        return _told(answers, rows)

    # ---- who -------------------------------------------------------------------------------------------------------

    def who(self, answers: Answers) -> Answers:
        self.ask.say("Who was there?  Names, with commas", "bold")
        while True:
            names = [n.strip() for n in self._line(words=self.known.names).split(",")]
            long = next((n for n in names if len(n.split()) > _NAME), "")
            if not long:
                break
            self.ask.say(f"  “{one_line(long, 40)}” is no name; again, or Enter.")
        found = list(answers.who)
        for name in dict.fromkeys(n for n in names if n):
            known = self.known.relation(name)
            if known:
                self.ask.say(f"  {name}: {known}")
                found.append(Who(name=name))
                continue
            self.ask.say(f"  Who is {name} to you?  cousin, friend from school, teacher, …")
            said = self._line("  > ", words=sorted({p.relation for p in self.known.people}))
            found.append(Who(name=name, relation=said))
            self._keep(answers.model_copy(update={"who": tuple(found)}))
        return answers.model_copy(update={"who": tuple(found)})

    # ---- what it did -----------------------------------------------------------------------------------------------

    def did(self, answers: Answers) -> Answers:
        self.ask.say("What did it do to you?  Your own words: since then I …", "bold")
        return answers.model_copy(update={"did": self._line()})

    def traits(self, answers: Answers) -> Answers:
        about = self.known.trait(self.gap.trait) if self.gap and self.gap.trait else None
        offered = sorted(self.known.traits, key=lambda t: about is None or t.id != about.id)[:_MANY]
        self.ask.say("Which trait of yours is that?  Enter: the reader finds out from your words.", "bold")
        self.ask.say(f"  {listed([one_line(t.title, 30) for t in offered])}")
        if not offered:
            self.ask.say("  none is known yet: type a name, and it is followed")
        self.ask.say(f"  Its number or name, then one of: {', '.join(list(effect_kinds().values())[:5])}")
        changes = list(answers.changes)
        while answer := self._line(words=[t.title for t in offered]):
            change = self._change(answer, offered)
            if change is None:
                continue
            changes.append(change)
            self.ask.say(f"  {self.known.name_of(change.trait)} {effect_kinds()[change.kind]}. Another one, or Enter.")
            self._keep(answers.model_copy(update={"changes": tuple(changes)}))
        if changes:
            self.ask.say("  Said outright: nothing else is inferred from this note.")
        return answers.model_copy(update={"changes": tuple(dict.fromkeys(changes))})

    def _change(self, answer: str, offered: Sequence[Trait]) -> Change | None:
        """`2 ended`, `tinkerer came back`, `2`; None where the person has to say it again."""
        words = answer.split()
        kind: EffectKind | None = None
        for cut in range(1, len(words)):
            if found := effect_of(" ".join(words[cut:])):
                kind, words = found, words[:cut]
                break
        trait = self._trait(" ".join(words), offered)
        if not trait:
            return None
        return Change(trait=trait, kind=kind or self._kind(trait)) if kind or (kind := self._kind(trait)) else None

    def _trait(self, name: str, offered: Sequence[Trait]) -> str:
        if name.isdigit():
            if 0 < int(name) <= len(offered):
                return offered[int(name) - 1].id
            self.ask.say(f"  There is no number {name[:9]}.")
            return ""
        if known := self.known.trait(name):
            return known.id
        near = self.known.near_traits(name)
        if near:
            self.ask.say(f"  “{name}” is new. {listed([t.title for t in near])}; Enter: new")
            chosen = self._line("  > ")
            if chosen.isdigit() and 0 < int(chosen) <= len(near):
                return near[int(chosen) - 1].id
        self.ask.say(f"  “{name}” is new: it is followed at importance 0 until refiner.toml declares it.")
        return trait_id(name)

    def _kind(self, trait: str) -> EffectKind | None:
        kinds = list(effect_kinds().items())
        self.ask.say(f"  {self.known.name_of(trait)}: {listed([w for _, w in kinds])}")
        answer = self._line("  > ", words=[w for _, w in kinds])
        if answer.isdigit() and 0 < int(answer) <= len(kinds):
            return kinds[int(answer) - 1][0]
        found = effect_of(answer)
        if answer and found is None:
            self.ask.say("  That is none of them.")
        return found

    # ---- what is over ----------------------------------------------------------------------------------------------

    def over(self, answers: Answers) -> Answers:
        begun = list(dict.fromkeys(c.trait for c in answers.changes if c.kind in BEGINNINGS))
        self.ask.say("Is any of it over by now?  What ended it, and when: I sold the kit in 2004. Enter: no", "bold")
        words = self._line()
        if not words or words.casefold() in ("no", "n"):
            return answers
        over, when = begun, ""
        if len(begun) > 1:
            self.ask.say(f"  Which?  {listed([self.known.name_of(t) for t in begun])}")
            said = [int(n) for n in re.findall(r"\d+", self._line("  > "))]
            over = [begun[n - 1] for n in said if 0 < n <= len(begun)] or begun
        told = time_in(words)
        if begun and (not told or read_time(told, self.known, answers.written).problem):
            self.ask.say("  Since when is it over?  Enter: not known")
            when = self._time(answers.written)
        return answers.model_copy(update={"over": words, "over_traits": tuple(over), "over_when": when})


def trait_id(name: str) -> str:
    """The id of a new trait: `loves nature` is `loves-nature`; a name in another script stays as it is."""
    return slug(name, 9) or name.strip()


def _told(answers: Answers, rows: Sequence[str]) -> Answers:
    text = "\n".join(rows).strip("\n")
    first = answers.text.rstrip()
    # A line without its full stop and the next one would be read as one sentence.
    between = "\n" if first[-1:] in _ENDS else "\n\n"
    whole = f"{first}{between}{text}" if first and text else answers.text or text
    return answers.model_copy(update={"text": whole})
