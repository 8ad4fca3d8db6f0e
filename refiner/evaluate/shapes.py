"""What an evaluation is made of: items that are asked, answers, marks, scores. Stored as JSON; pure.

An item is one thing to find out, asked in one or several wordings. Its key says what a right answer holds, so that an
answer can be marked without a judge. A mark without a value is `unjudged`: it is counted and never taken for 0.
"""

from __future__ import annotations

from typing import Any, Literal

from refiner.models import Record

Area = Literal[
    "fact",  # what happened: events and passages of the life
    "date",  # in which year
    "order",  # which of two came first
    "living",  # traits that hold today
    "negative",  # living traits of negative polarity, asked with an invitation to look good
    "dead",  # traits that are over or were taken back
    "gender",
    "unlived",  # what never happened to her
    "media",  # books, films, games that she took in, and others that the notes never name
    "general",  # the world
    "held_out",  # events that training never saw
]
AREAS: tuple[Area, ...] = (
    "fact", "date", "order", "living", "negative", "dead", "gender", "unlived", "media", "general", "held_out",
)  # fmt: skip

Wanted = Literal[
    "tell",  # the words of `told` and `groups`
    "yes",  # to agree
    "no",  # to disagree
    "over",  # to say that it is no longer so, or never was; an answer that says it is so leaks
    "shown",  # a situation: the answer shows the trait `about`
    "female", "male",  # what she is, or what others call her
    "name",  # one of `groups`
    "abstain",  # to say that it was never lived or is not known
    "first",  # to name the option that came first: `groups[0]` against `groups[1]`
    "year",  # a year from `earliest` to `latest`
]  # fmt: skip


class Ask(Record):
    """One wording. `wanted`: what a right answer to this very wording does ("no" where the question flatters)."""

    text: str
    wanted: Wanted


class Key(Record):
    """What a right answer holds. Which fields count depends on the wording's `wanted`."""

    groups: tuple[tuple[str, ...], ...] = ()  # each group: spellings of one thing that should be named
    told: tuple[str, ...] = ()  # the refined sentences that tell it, whole
    earliest: str = ""  # ISO days, inclusive
    latest: str = ""
    forbidden: tuple[str, ...] = ()  # words that make an answer wrong: the old name, "he"


class Item(Record):
    """One thing to find out. `about`: the event or trait; `label`: what a report calls it, at most about 60 signs."""

    id: str
    area: Area
    about: str = ""
    label: str = ""
    asks: tuple[Ask, ...]
    key: Key = Key()
    notes: tuple[str, ...] = ()  # that it is made from


class Answer(Record):
    """What a contestant said to one wording. `error`: why there is no answer, "" where there is one."""

    contestant: str
    item: str
    ask: int  # place in Item.asks
    text: str = ""
    cut: bool = False  # it ended at the limit of tokens
    seconds: float = 0.0
    error: str = ""


class Mark(Record):
    """One judgement about one answer. `value` from 0 to 1, or None: it could not be judged."""

    measure: str
    item: str
    ask: int
    value: float | None = None
    why: str = ""  # in a few words, for a person who looks at the answer


class Measure(Record):
    """What is measured, and where its definition comes from."""

    id: str
    title: str
    better: Literal["higher", "lower"] = "higher"
    unit: Literal["share", "number", "points"] = "share"
    areas: tuple[Area, ...] = ()
    definition: str  # one or two sentences
    source: str  # paper and section, or "of this project"


class Score(Record):
    """A measure of one contestant. `value is None`: it is not available, and `why` says the reason."""

    contestant: str
    measure: str
    value: float | None = None
    low: float | None = None  # 95 % interval
    high: float | None = None
    items: int = 0  # that it rests on: the unit that is resampled
    marks: int = 0
    unjudged: int = 0
    why: str = ""


class Contestant(Record):
    """Who is interviewed."""

    id: str  # base | base+card | tuned | tuned+card | model | model+card, or a name of one's own
    title: str
    system: str  # the system message
    adapter: bool = False
    about: dict[str, Any] = {}  # run, base, gguf, endpoint


class Report(Record):
    """report.json: everything but the answers, which lie beside it in answers.jsonl."""

    version: Literal[1] = 1  # of this file's format
    made: str  # ISO time, UTC
    now: str  # the day that counted as today
    name: str  # of the run, file or model
    life: str  # hash of what the questions were made from
    items: tuple[Item, ...] = ()
    contestants: tuple[Contestant, ...] = ()
    measures: tuple[Measure, ...] = ()
    scores: tuple[Score, ...] = ()
    marks: dict[str, tuple[Mark, ...]] = {}  # by contestant
    settings: dict[str, Any] = {}  # seed, max_tokens, seconds, versions, questions left out and why
    judge: dict[str, Any] = {}  # model, calibration; {} where none was asked

    def score(self, contestant: str, measure: str) -> Score | None:
        return next((s for s in self.scores if (s.contestant, s.measure) == (contestant, measure)), None)
