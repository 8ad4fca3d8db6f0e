"""A small life in which every kind of item stands in every state that a person can meet on the screen."""

from __future__ import annotations

from dataclasses import dataclass

from review_life import edit_of, note, place, question_of

from refiner.models import (
    CanonEntry,
    Choice,
    ChoiceEffect,
    Decision,
    Effect,
    Event,
    Interval,
    Message,
    Question,
    Relation,
    Sample,
    TraitVerdict,
    When,
)
from refiner.review.items import Item, build_queue
from refiner.review.state import Action, ReviewState, apply, start

LAKE = (
    'We rented the blue house by the lake in 2009. My uncle said, "That boy swims like his father." '
    "I was the only boy in the rowing club. In those days I shouted at everybody. I kept my cricket bat by the door. "
    "He laughed at me when I came home."
)
SHORE = "In 2013 I stopped shouting. I began to shout again when the baby came. I was never jealous."


@dataclass(frozen=True)
class Shown:
    """The queue, and the item that each picture shows, by name."""

    queue: list[Item]
    names: dict[str, str]

    def state(self, name: str, *before: tuple[str, Action]) -> ReviewState:
        """The review at an item, after actions at other items."""
        state = start(self.queue, [])
        for other, action in before:
            state, _ = apply(self._go(state, other), action)
        return self._go(state, name)

    def _go(self, state: ReviewState, name: str) -> ReviewState:
        number = next(n for n, i in enumerate(state.items, 1) if i.id == self.names[name])
        return apply(state, Action("goto", number=number))[0]


def shown_life(decisions: tuple[Decision, ...] = ()) -> Shown:
    lake, shore = note("lake.md", LAKE), note("2013/shore.md", SHORE)
    canon = [
        CanonEntry(id="cricket", kind="activity", before="cricket", after="badminton", origin="config",
                   forms={"bat": "racquet", "bats": "racquets"}, reason="refiner.toml says so"),
        CanonEntry(id="club", kind="institution", before="Boys' Rowing Club", after="Girls' Rowing Club",
                   reason="the club takes one gender only"),
    ]  # fmt: skip
    asked = question_of(lake, "He")
    loud = CanonEntry(id="loud", before="shouting", after="shouting", origin="person")
    about = Question(
        id="0b0b0b0b", note="", stage="extract", subject="trait:loud", text_sha="1", rule="last-word",
        question="What came last: that you stopped shouting, or that you began again?", reason="the days do not say",
        choices=(Choice(id="1", label="I stopped"), Choice(id="2", label="it began again"),
                 Choice(id="3", label="let the word stay", effect=ChoiceEffect(canon=loud))),
    )  # fmt: skip
    boy = edit_of(lake, "only boy", "only girl", confidence=0.8)
    small = edit_of(lake, "cricket bat", "badminton racquet", evidence=("canon:cricket",), source="rule:canon",
                    reason="cricket becomes badminton in the narrator's life")  # fmt: skip
    wider = edit_of(lake, "the only boy in", "the one girl in", stage="override", parents=(boy.id,),
                    source="rule:close", reason="another note says that there was a second one")  # fmt: skip
    rewritten = edit_of(
        lake, 'My uncle said, "That boy swims like his father."',
        "She swims just as her father did, my uncle used to say of her at the jetty.",
        stage="implicit", source="model:qwen3:4b", confidence=0.62, reason="what he says would not be said of a girl",
    )  # fmt: skip
    flattering = edit_of(lake, "In those days I shouted at everybody.", "In those days I was sometimes loud.",
                         stage="reframe", source="model:qwen3:4b", confidence=0.7, reason="told as over")  # fmt: skip
    began = Event(id="jetty", note="lake.md", quotes=("In those days I shouted at everybody.",),
                  label="shouts at the jetty", when=When(raw="in those days", edtf="2009~"), order=1,
                  effects=(Effect(trait="loud", kind="initiates"),), source="rule:began", confidence=0.75)  # fmt: skip
    stopped = Event(id="stop", note="2013/shore.md", quotes=("In 2013 I stopped shouting.",),
                    when=When(raw="In 2013", edtf="2013"), effects=(Effect(trait="loud", kind="terminates"),),
                    relations=(Relation(kind="before", to="again"),), source="rule:stopped",
                    confidence=0.71)  # fmt: skip
    again = Event(id="again", note="2013/shore.md", quotes=("I began to shout again when the baby came.",),
                  when=When(raw="when the baby came", anchor="stop"), until=When(raw="the next summer", edtf="2014-22"),
                  effects=(Effect(trait="loud", kind="reinitiates"),), source="model:qwen3:4b", order=2,
                  confidence=0.6)  # fmt: skip
    meant = Event(id="vow", note="2013/shore.md", quotes=("I was never jealous.",), modality="planned",
                  label="means to be calm", effects=(Effect(trait="jealous", kind="terminates"),), order=3)  # fmt: skip
    told = {"event": "jetty", "kind": "initiates", "when": "2009~", "note": "lake.md",
            "quote": "In those days I shouted at everybody.", "decides": True}  # fmt: skip
    ended = {"event": "stop", "kind": "terminates", "when": "2013", "note": "2013/shore.md",
             "quote": "In 2013 I stopped shouting.", "decides": True}  # fmt: skip
    back = {"event": "again", "kind": "reinitiates", "when": "2013/..", "note": "2013/shore.md",
            "quote": "I began to shout again when the baby came.", "decides": True}  # fmt: skip
    vow = {"event": "vow", "kind": "terminates", "when": "..", "note": "2013/shore.md", "quote": "", "decides": False,
           "void": "planned"}  # fmt: skip
    first = Interval.model_validate({"from": "2009~", "until": "2013", "by": ["jetty", "stop"]})
    second = Interval.model_validate({"from": "2013/..", "until": "", "by": ["again"]})
    traits = [
        TraitVerdict(id="loud", verdict="CONTESTED", default_verdict="HOLDS", intervals=(first, second),
                     evidence=(told, ended, back)),
        TraitVerdict(id="fear-of-water", verdict="HOLDS", default_verdict="HOLDS",
                     intervals=(Interval.model_validate({"from": "2009", "until": "", "by": ["jetty"]}),),
                     evidence=({**told, "when": "2009"},
                               {"observation": True, "when": "2024-05-01", "note": "lake.md", "quote": "I stay dry."}),
                     ),
        TraitVerdict(id="jealous", verdict="RETRACTED", default_verdict="RETRACTED",
                     evidence=(vow, {"retraction": "jealous", "by": "", "note": "2013/shore.md",
                                     "quote": "I was never jealous."})),
        TraitVerdict(id="calm", verdict="INCONSISTENT", default_verdict="INCONSISTENT", evidence=(told, ended)),
    ]  # fmt: skip
    talk = (
        Message(role="user", content="What were you like in those days?"),
        Message(role="assistant", content="I was the one girl in the rowing club. In those days I shouted."),
    )
    sample = Sample(id="5a5a5a5a", kind="memory", messages=talk, traits=("loud",), events=("jetty",),
                    notes=("lake.md", "2013/shore.md"), edits=(boy.id, wider.id, flattering.id), text_sha="f00d",
                    blocked=(boy.id, wider.id, flattering.id, asked.id))  # fmt: skip
    queue = build_queue(
        canon, [asked, about], [boy, small, wider, rewritten, flattering], [began, stopped, again, meant], traits,
        [sample], {n.path: n for n in (lake, shore)}, decisions,
        idealising={flattering.id: ("“shouted at everybody” becomes “sometimes loud”",)},
    )  # fmt: skip
    names = {
        "canon": "canon:club", "canon from the settings": "canon:cricket", "question": asked.id,
        "question without a place": about.id, "edit": small.id, "edit rewritten": rewritten.id,
        "edit that follows": wider.id, "edit that others follow": boy.id, "edit that idealises": flattering.id,
        "event": "event:again", "event that is only planned": "event:vow", "event before another": "event:stop",
        "trait that holds": "trait:fear-of-water", "trait contested": "trait:loud",
        "trait taken back": "trait:jealous", "trait that contradicts": "trait:calm", "sample": sample.id,
    }  # fmt: skip
    assert place(lake, "He") == asked.start
    return Shown(queue, names)
