"""A small life with one item of each kind, and a log in memory, for the tests of the review."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from refiner.edits import make_edit, question_id
from refiner.models import (
    CanonEntry,
    Choice,
    ChoiceEffect,
    Decision,
    Edit,
    Effect,
    Event,
    Interval,
    Message,
    Note,
    ProposedEdit,
    Question,
    Sample,
    Sentence,
    TraitVerdict,
    When,
)
from refiner.review.items import Item, build_queue

MOVED = (
    'We moved to Pune in 2014. "He\'s going to be the next Dravid," my father told the neighbours. '
    "I was the only boy in the colony who read. The dog bit me in June."
)
SCHOOL = "My brother's friend said he was late. I joined the boys' hostel. I am stubborn."


class MemoryLog:
    """What the log of the workspace does, without a file."""

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        self.lines = list(decisions)

    def append(self, decision: Decision) -> Decision:
        assert decision.id
        self.lines.append(decision)
        return decision

    def read(self) -> list[Decision]:
        return list(self.lines)


def note(path: str, text: str) -> Note:
    spans = [(m.start(), m.end()) for m in re.finditer(r"\S.*?[.!?][\"”]?(?=\s|$)|\S.*$", text)]
    sentences = tuple(Sentence(start=a, end=b, text=text[a:b]) for a, b in spans)
    return Note(path=path, sha="0", text=text, sentences=sentences)


def place(where: Note, words: str) -> int:
    found = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", where.text)
    assert found
    return found.start()


def edit_of(where: Note, before: str, after: str, *, stage: str = "swap", **given: object) -> Edit:
    start = place(where, before)
    about = {"reason": "the speaker is the narrator's father", "source": "rule:quoted-speech", **given}
    return make_edit(where, stage, start, start + len(before), after, **about)  # type: ignore[arg-type]


def question_of(where: Note, word: str) -> Question:
    start = place(where, word)
    name, sha = question_id(where, "swap", start, start + len(word))
    put = (ProposedEdit(start=start, end=start + len(word), after="she"),)
    choices = (
        Choice(id="1", label="the narrator", effect=ChoiceEffect(edits=put)),
        Choice(id="2", label="the friend"),
    )
    return Question(id=name, note=where.path, stage="swap", start=start, end=start + len(word), text_sha=sha,
                    question=f'Who is meant by "{word}"?', choices=choices, reason="two people fit")  # fmt: skip


class Life:
    """The records of the small life."""

    def __init__(self) -> None:
        self.moved, self.school = note("2014-moved.md", MOVED), note("school.md", SCHOOL)
        self.notes = {n.path: n for n in (self.moved, self.school)}
        self.canon = [CanonEntry(id="cricket", kind="activity", before="cricket", after="badminton",
                                 forms={"bat": "racquet"}, reason="policy.replace")]  # fmt: skip
        self.questions = [question_of(self.school, "he")]
        first = edit_of(self.moved, "He's", "She's")
        second = edit_of(self.moved, "boy", "girl", confidence=0.8)
        third = edit_of(self.school, "boys'", "girls'", source="model:qwen3:4b", confidence=0.6)
        wider = edit_of(self.moved, "the only boy in", "the one girl in", stage="override", parents=(second.id,))
        self.edits = [first, second, wider, third]
        self.events = [
            Event(id="bite", note="2014-moved.md", quotes=("The dog bit me in June.",), label="bitten by a dog",
                  when=When(raw="June", edtf="2014-06"), effects=(Effect(trait="fear-of-dogs", kind="initiates"),),
                  source="model:qwen3:4b", confidence=0.7)
        ]  # fmt: skip
        span = Interval.model_validate({"from": "2014-06", "until": "", "by": ["bite"]})
        self.traits = [TraitVerdict(id="fear-of-dogs", verdict="HOLDS", default_verdict="HOLDS", intervals=(span,))]
        talk = (Message(role="user", content="Are you afraid of dogs?"), Message(role="assistant", content="Yes."))
        self.samples = [Sample(id="5a5a5a5a", kind="trait", messages=talk, traits=("fear-of-dogs",), events=("bite",),
                               notes=("2014-moved.md",), text_sha="f00d")]  # fmt: skip

    def queue(self, decisions: Sequence[Decision] = ()) -> list[Item]:
        return build_queue(self.canon, self.questions, self.edits, self.events, self.traits, self.samples, self.notes,
                           decisions)  # fmt: skip
