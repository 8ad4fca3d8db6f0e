"""Open questions of the swap put to the model: whom does this mention mean, was the narrator there, is this theirs.

One closed choice each, in two orders; only an answer that both give counts, and only as far as the model has shown on
control questions that it can tell. What is a matter of the person's wishes (a body, a partner) is never put to a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from refiner.asking.agreement import choose
from refiner.asking.asker import Asker
from refiner.asking.untrusted import LEFT_OUT, addresses_a_model, as_data
from refiner.config import Config
from refiner.models import Gender, Note, Question
from refiner.stages.asked.controls import Control, Trust, controls, trust_of
from refiner.stages.asked.sentence_checks import man_or_woman

_NEAR = 200  # characters that a window may grow by to end with a sentence
WINDOW = 450  # characters on each side of a mention: what a small model still reads well
_FIRST = 12  # controls that are asked before it is known whether the rest is worth asking
_THERE = "Did {name} live, study or work at the place that >>{marked}<< belongs to?"
_OWN = "Is >>{marked}<< here {name}'s own, what {name} plays, uses or follows, and not somebody else's?"
_WISHES = ("partner", "body")  # rules whose questions are the person's alone
_PLACES = ("institution", "canon")  # rules that ask whether a place or thing is the narrator's
# A word follows whose gender it tells: a rule in general words that is said about the writer follows the writer.
_WRITER = "{name}, the writer; also when a rule in general words is said about {name}"
_TOLD_OF = "{name}; also when a rule in general words is said about {name}"  # on another's page
_AMONG = "several people of one sex, {name} among them"
_MIXED = "several people, men and women, {name} among them"
_OTHERS = "somebody else, or others without {name}"
_NOBODY = "nobody here: a proverb or people in general, not said about {name}"
_ONE = (_WRITER, _OTHERS, _NOBODY)
_SEVERAL = (_WRITER, _AMONG, _MIXED, _OTHERS, _NOBODY)
_PLURAL = ("s", "men", "women", "people", "folk")
_SINGULAR = ("his", "hers")  # that end so


@dataclass(frozen=True)
class Settled:
    """The model's answer to a question of the rules: a choice of it, the reason in words, and how sure that is."""

    question: str
    choice: str
    reason: str
    confidence: float


def trust(asker: Asker) -> Trust | None:
    """How far the model can be heard, by its answers to the control questions; None while they are not answered.

    Half of them come first: a model that fails these is not asked the rest.
    """
    answers: list[tuple[Control, bool | None]] = []
    for part in (controls()[:_FIRST], controls()[_FIRST:]):
        said = asker.run([partial(_control, asker, c) for c in part])
        if any(complete is False for complete, _ in said):
            return None
        answers += [(c, answer) for c, (_, answer) in zip(part, said, strict=True)]
        if not trust_of(answers).tells_apart:
            break
    return trust_of(answers)


async def _control(asker: Asker, c: Control) -> tuple[bool, bool | None]:
    """Whether the control was answered at all, and whether by "the narrator"."""
    failed = asker.failed
    said = await _who(asker, "", c.name, c.gender, "", c.before, c.marked, c.after)
    return said.asked > 0 or asker.failed > failed, said.narrator


@dataclass(frozen=True)
class _Said:
    narrator: bool | None
    words: str
    asked: int


async def _who(
    asker: Asker, note: str, name: str, gender: Gender, author: str, before: str, marked: str, after: str
) -> _Said:
    """Whether a mention means the narrator, alone or in a group that shares the narrator's gender; None: unsure."""
    offered = _SEVERAL if marked.casefold().endswith(_PLURAL) and marked.casefold() not in _SINGULAR else _ONE
    options = [(_TOLD_OF if author and words == _WRITER else words).format(name=name) for words in offered]
    values = {
        "name": name, "gender": _person(gender), "author": author, "before": before, "marked": marked, "after": after,
    }  # fmt: skip
    agreed = await choose(asker, asker.prompt("mentions"), note, options, values)
    if agreed.index is None:
        return _Said(None, "", agreed.asked)
    words = options[agreed.index].split(";")[0]
    return _Said(offered[agreed.index] in (_WRITER, _AMONG), words, agreed.asked)


def _person(gender: Gender) -> str:
    return f"a {man_or_woman(gender)}"


def is_for_a_model(question: Question) -> bool:
    """Whether a model may settle a question at all: what the notes tell, not what the person wishes."""
    return (
        bool(question.rule)
        and not question.rule.startswith(_WISHES)
        and question.start is not None
        and (question.rule.startswith(_PLACES) or question.question.endswith("mean the narrator?"))
    )


async def settle(asker: Asker, note: Note, question: Question, config: Config, heard: Trust) -> Settled | None:
    """The model's answer to an open question, None where it gives none that can be heard."""
    window = _window(note, question.start or 0, question.end or 0)
    changing = next((c for c in question.choices if c.effect.edits), None)
    staying = next((c for c in question.choices if not c.effect.edits), None)
    if window is None or changing is None or staying is None:
        return None
    before, marked, after = window
    side = config.persona.before
    author = "" if note.meta.author in ("", "self") else note.meta.author
    name = side.name or "the writer"
    if question.rule.startswith(_PLACES):
        options = ["yes", "no", "the page does not tell"]
        values = {
            "name": name, "gender": _person(side.gender), "author": author,
            "before": before, "marked": marked, "after": after,
            "question": (_THERE if question.rule.startswith("institution") else _OWN).format(name=name, marked=marked),
        }  # fmt: skip
        agreed = await choose(asker, asker.prompt("choose"), note.path, options, values)
        said = _Said({0: True, 1: False}.get(-1 if agreed.index is None else agreed.index), "", agreed.asked)
    else:
        said = await _who(asker, note.path, name, side.gender, author, before, marked, after)
    if said.narrator is None or not heard.hears(said.narrator):
        return None
    choice = changing if said.narrator else staying
    reason = f"“{marked}” means {said.words}" if said.words else ("yes" if said.narrator else "no")
    return Settled(question.id, choice.id, f"{reason} (in both orders)", heard.probability(said.narrator))


def _window(note: Note, start: int, end: int) -> tuple[str, str, str] | None:
    """What stands before, at and after a place, without sentences that address a model; None where its own does."""
    left, right = max(note.body_start, start - WINDOW), min(len(note.text), end + WINDOW)
    for s in note.sentences:  # cut between sentences where one begins or ends near
        if s.start < left < s.end:
            left = s.start if left - s.start <= _NEAR else min(s.end, start)
        if s.start < right < s.end:
            right = s.end if s.end - right <= _NEAR else max(s.start, end)
    out: list[tuple[int, int]] = []
    for s in note.sentences:
        if s.end > left and s.start < right and addresses_a_model(s.text):
            if s.start < end and start < s.end:
                return None
            out.append((s.start, s.end))
    before = as_data(_without(note.text, left, start, out)).lstrip()
    after = as_data(_without(note.text, end, right, out)).rstrip()
    cut_before = "" if left == note.body_start else f"{LEFT_OUT} "
    cut_after = "" if right == len(note.text) else f" {LEFT_OUT}"
    return cut_before + before, as_data(note.text[start:end]), after + cut_after


def _without(text: str, start: int, end: int, out: Sequence[tuple[int, int]]) -> str:
    parts, at = [], start
    for a, b in out:
        if b > start and a < end:
            parts += [text[at : max(a, at)], LEFT_OUT]
            at = min(b, end)
    return "".join((*parts, text[at:end]))
