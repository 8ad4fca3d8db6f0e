"""The actions that ask the person something more: a reason, a text, a confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from refiner.errors import UsageError
from refiner.models import CanonEntry, Decision, Edit, Question
from refiner.review.alike import alike, last_alike
from refiner.review.bodies import sentence
from refiner.review.diff import word_diff
from refiner.review.identity import RULE
from refiner.review.items import Item
from refiner.review.never import NEVER, Way, entry_for, standing_ways
from refiner.review.paint import WARN
from refiner.review.reasons import NEVER_AGAIN, REASONS
from refiner.review.state import Action, ReviewState, left_words, refusal
from refiner.review.texts import as_text, problem_with
from refiner.review.visible import one_line

if TYPE_CHECKING:
    from refiner.review.session import Session

SHOWN = 30  # items that are listed one by one
_HELP = {
    "canon": "The first line stands for “{before}”; the lines below are words that follow it: bat = racquet",
    "event": "when: a date as you would say it (in the monsoon of 1995, about 2003)\n"
    "modality: actual planned hypothetical negated counterfactual\nsubject: self other\n"
    "effect: TRAIT initiates|continues|weakens|terminates|reinitiates|suspends|resumes (take a line out to drop it)",
    "sample": "Keep the marker lines: --- user --- and --- assistant ---",
}


class Personal:
    """What `n`, `e`, `C`, `Y` and `N` do."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def reject(self, item: Item) -> None:
        """Rejects, then asks why. Leaving at that question keeps the rejection."""
        session, reasons = self.session, REASONS[item.kind]
        question = "Which event or date is behind it?" if item.kind == "trait" else "Why?"
        offered = {str(n): words for n, words in enumerate(reasons, 1)}
        standing = standing_ways(session.state, item) if session.decide_life is not None else []
        if standing:
            offered[NEVER] = "never again"
        if problem := refusal(item, Action("reject")):
            session.screen.say(problem, WARN)
            return
        while True:
            try:
                reason = session.ask_line(question, offered=offered, end="Esc back · words, or Enter:")
            except (EOFError, KeyboardInterrupt):
                session.do(Action("reject"))
                raise
            if not reason.isdecimal() and reason != NEVER or reason in offered:
                break
            session.screen.say(f"there is no reason {reason}", WARN)
        if reason == NEVER:
            self._never(item, standing)
            return
        own_words = reason != "" and not reason.isdecimal()
        if reason.isdecimal():
            reason = reasons[int(reason) - 1]
        session.do(Action("reject", reason=reason))
        self._stale(item)
        if own_words and session.corrects and item.kind == "edit":
            session.screen.say("your words go to the model once, after the review; what it writes then comes to you")
        self._offer_same()

    def _never(self, item: Item, ways: Sequence[Way]) -> None:
        """Rejects an item and what else the person never wants to see again, as one step."""
        session = self.session
        for n, way in enumerate(ways, 1):
            session.screen.say(f"  {n}  {way.words}")
        try:
            numbers = "1" if len(ways) == 1 else f"1 to {len(ways)}"
            key = session.ask_line("Which?", end=f"{numbers}, or Enter for only this one:")
        except (EOFError, KeyboardInterrupt):
            session.do(Action("reject"))
            raise
        if not (key.isdecimal() and 1 <= int(key) <= len(ways)):
            session.do(Action("reject"))
            return
        way = ways[int(key) - 1]
        ids = (item.id, *(i.id for i in way.others))
        session.do(Action("decide_same", verb="reject", reason=NEVER_AGAIN, ids=ids, entry=way.entry, rule=way.rule))
        if way.entry is not None:
            session.screen.say("written into data/review/canon.toml")
        if way.rule:
            rule = way.rule.removeprefix(RULE)
            session.screen.say(f"off: {rule}; to turn it on again: u, or refiner review --turn-on {rule}")

    def _offer_same(self) -> None:
        """Says that others are alike, where some are."""
        if found := last_alike(self.session.state):
            count = len(found[1])
            others = "1 other proposes" if count == 1 else f"{count} others propose"
            self.session.screen.say(f"{others} the same: = does the same there")

    def same(self) -> None:
        """Shows the undecided items that are like the one decided last, and decides those the person names the same."""
        session = self.session
        found = last_alike(session.state)
        if found is None:
            return
        made, others = found
        for n, other in enumerate(others[:SHOWN], 1):
            pair = _as_decided(other, found[0], session.state)
            session.screen.say(f"  {n}  {one_line(other.note)}: {one_line(word_diff(*pair), 160)}")
        if len(others) > SHOWN:
            session.screen.say(f"  and {len(others) - SHOWN} more")
        deed = {"approve": "approve", "reject": "reject", "edit": f"write “{one_line(made.text or '', 40)}” in"}
        doing = deed.get(made.verdict, "answer the same in")
        end = "y all, n none, or their numbers (1 3):"
        line = session.ask_line(f"{doing[:1].upper()}{doing[1:]} these too?", end=end, fresh=True)
        if session.bound.get(line) == "approve":
            chosen = others
        else:
            numbers = {int(word) for word in line.replace(",", " ").split() if word.isdecimal()}
            chosen = [other for n, other in enumerate(others[:SHOWN], 1) if n in numbers]
        if not chosen:
            session.screen.say("nothing was decided")
            return
        session.do(
            Action(
                "decide_same", verb=made.verdict, text=made.text or "", choice=made.choice or "",
                reason=made.reason or "", ids=tuple(i.id for i in chosen), like=made.item,
            )
        )  # fmt: skip

    def _stale(self, item: Item) -> None:
        if item.kind in ("edit", "canon", "event") and item.depends:
            count = len(item.depends)
            self.session.screen.say(f"{count} that follow{'s' * (count == 1)} from it: made again after the review")

    def edit(self, item: Item) -> bool:
        """Opens the editor, shows what came back, and asks. Says whether the item is to be shown again."""
        session = self.session
        if problem := refusal(item, Action("edit", text=as_text(item.payload) or item.before)):
            session.screen.say(problem, WARN)
            return False
        decided = session.state.decided.get(item.id)
        proposed = as_text(item.payload)
        start = item.before if proposed is None else proposed
        text = decided.text if decided and decided.verdict == "edit" and decided.text is not None else start
        while True:
            try:
                new = session.editor(text, _note(item))
            except UsageError as error:
                session.screen.say(str(error), WARN)
                return False
            if new is None or new == (text if decided else proposed):
                session.screen.say(
                    "nothing was changed; y approves what is proposed" if proposed else "nothing was changed"
                )
                return False
            text = new
            if not text.strip() and item.start >= 0:
                session.screen.say(f"your text is empty: “{one_line(item.before, 60)}” would go", WARN)
            answer = self._keep(item, text)
            if answer == "keep":
                session.do(Action("edit", text=text))
                self._stale(item)
                self._offer_same()
                return False
            if answer == "drop":
                return True

    def _keep(self, item: Item, text: str) -> Literal["keep", "again", "drop"]:
        """Shows the person's text and asks. Leaving here keeps the text as a comment, so that no word is lost."""
        session = self.session
        problem = problem_with(item.payload, text)
        session.screen.draft(item, text)
        if problem:
            session.screen.say(problem, WARN)
        question = "Edit again?" if problem else "Keep your text?"
        answers = {} if problem else {"y": "keep it"}
        answers |= {"e": "write it again", "n": "drop it"}
        while True:
            try:
                action = session.bound.get(session.ask_key(question, answers), "")
            except (EOFError, KeyboardInterrupt):
                session.do(Action("comment", text=f"a text that was not kept: {text}"))
                raise
            if action == "approve" and not problem:
                return "keep"
            if action in ("edit", "reject"):
                return "again" if action == "edit" else "drop"

    def decide_shown(self, kind: Literal["approve_shown", "reject_shown"]) -> None:
        """Decides all that is shown and undecided once the person has typed how many that are."""
        session = self.session
        waiting = session.state.undecided()
        verb = "approve" if kind == "approve_shown" else "reject"
        asked = sum(i.kind == "question" for i in waiting)
        alone = sum(bool(i.idealises) for i in waiting) if kind == "approve_shown" else 0
        count = len(waiting) - asked - alone
        out = [f"{asked} question{'s' * (asked != 1)} left out"] if asked else []
        out += [left_words(alone)] if alone else []
        apart = f" ({', '.join(out)})" if out else ""
        if alone and not count:
            session.do(Action(kind))  # says why there is nothing to confirm
            return
        typed = session.ask_line(f"Type {count} to {verb} all {count} undecided that are shown{apart}:", fresh=True)
        if typed == str(count):
            session.do(Action(kind))
        else:
            session.screen.say("nothing was decided")

    def whole_life(self, item: Item) -> None:
        """Writes the canon entry that an edit or an answer means, and decides the same items the same way."""
        session = self.session
        if session.decide_life is None:
            return
        entry, choice = self._entry(item)
        if entry is None:
            return
        same = [item, *alike(session.state, item, choice)]
        others = f" and decide {len(same)} the same" if len(same) > 1 else ""
        question = f"From now on “{entry.before}” → “{entry.after}” in every note (into the canon){others}?"
        if session.bound.get(session.ask_key(question, {"y": "yes", "n": "no"})) != "approve":
            session.screen.say("nothing was decided")
            return
        session.do(Action("decide_same", choice=choice, entry=entry, ids=tuple(i.id for i in same)))
        session.screen.say("written into data/review/canon.toml")

    def _entry(self, item: Item) -> tuple[CanonEntry | None, str]:
        """The entry for an item, and the choice that the person names for a question."""
        session, payload = self.session, item.payload
        if isinstance(payload, Edit):
            return entry_for(item.before, item.after), ""
        if not isinstance(payload, Question):
            return None, ""
        key = session.ask_line("Which choice for the whole life?")
        choice = next((c for c in payload.choices for v in item.choices if v.id == c.id and key in (v.key, v.id)), None)
        if choice is None:
            session.screen.say(f"there is no choice “{key}”")
            return None, ""
        if choice.effect.canon is not None:
            return choice.effect.canon.model_copy(update={"origin": "person", "status": "approved"}), choice.id
        edits = [e for e in choice.effect.edits if (e.start, e.end) == (item.start, item.end)]
        if not edits:
            session.screen.say("this choice puts no other words there, so there is nothing for the canon")
            return None, ""
        return entry_for(item.before, edits[0].after), choice.id


def _as_decided(other: Item, made: Decision, state: ReviewState) -> tuple[str, str]:
    """The sentence of an item before and after the decision that is to be made there too."""
    if made.verdict == "edit":
        return sentence(replace(other, after=made.text or ""))
    if made.verdict == "answer":
        said = state.find(made.item)
        label = next((c.label for c in (said.choices if said else ()) if c.id == made.choice), None)
        return next(((c.before, c.after) for c in other.choices if c.label == label), sentence(other))
    return sentence(other)


def _note(item: Item) -> str:
    help_ = _HELP.get(item.kind, "").replace("{before}", item.before)
    if help_:
        return help_
    before, after = sentence(item)
    told = f"what stands there: {item.before}\nthe sentence: {before.strip()}"
    if item.kind == "question":
        offered = (f"\n{c.key} {c.label}: {c.after.strip()}" for c in item.choices if c.before != c.after)
        return f"{told}\n{item.title}" + "".join(offered)
    return f"{told}\nproposed: {after.strip()}"
