"""What a verdict does to each kind of item, through the whole chain."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from review_life import Life, MemoryLog

from refiner.chain import Chain
from refiner.config import Config
from refiner.errors import UsageError
from refiner.models import Decision
from refiner.notes import note_from_text
from refiner.pipeline import run_chain
from refiner.review import commands
from refiner.review.items import Item, build_queue

CONFIG = Config.from_dict(
    {
        "persona": {"born": "1985", "before": {"name": "Karthik", "gender": "male"}, "after": {"gender": "female"}},
        "traits": [{"id": "nail-biting", "name": "nail-biting", "aliases": ["biting my nails"], "importance": 2}],
    }
)
TEXT = """---
date: 2010-06-01
events:
  - {id: quit, when: 2003, effects: {nail-biting: terminates}}
  - {id: began, when: 1995, effects: {nail-biting: initiates}}
---
"""
PLAIN = "I went to St Anselm's Boys' School. As a boy I slept on the roof. I stopped biting my nails in 2003.\n"
ASKING = 'My uncle came to Salem with Ravi. Later he said at dinner, "He never listens." I ate.\n'


def run(text: str, decisions: Sequence[Decision] = ()) -> tuple[Chain, list[Item], str]:
    note = note_from_text(text, "n.md")
    chain = run_chain([note], CONFIG, now="2026-01-01", decisions=decisions)
    events = [e for x in chain.read for e in x.events]
    traits = chain.timeline.traits if chain.timeline else ()
    items = build_queue(chain.offered, chain.asked, chain.proposed, events, traits, [], {"n.md": note}, decisions)
    return chain, items, chain.refined(note)


def decided(items: list[Item], wanted: Item, verb: str, text: str = "") -> list[Decision]:
    log = MemoryLog()
    if verb == "approve":
        commands.approve(items, log, [wanted.id])
    elif verb == "reject":
        commands.reject(items, log, [wanted.id])
    elif verb == "edit":
        commands.edit(items, log, wanted.id, text)
    else:
        commands.answer(items, log, [f"{wanted.id}={verb}"])
    return log.lines


def first(items: list[Item], kind: str, words: str = "") -> Item:
    return next(i for i in items if i.kind == kind and words in f"{i.title} {i.before}")


@pytest.mark.says("canon entry, approve: it is applied in all notes")
@pytest.mark.says("canon entry, reject: it is not applied")
@pytest.mark.says("canon entry, edit: your words are applied")
def test_a_canon_entry() -> None:
    _, items, _ = run(PLAIN)
    entry = first(items, "canon", "Anselm")
    assert "St Anselm's Girls' School" in run(PLAIN, decided(items, entry, "approve"))[2]
    assert "St Anselm's Boys' School" in run(PLAIN, decided(items, entry, "reject"))[2]
    assert "St Anne's Convent" in run(PLAIN, decided(items, entry, "edit", "St Anne's Convent"))[2]


@pytest.mark.says("question, approve: answer it with a number")
@pytest.mark.says("question, reject: the raw text stays")
@pytest.mark.says("question, edit: your words stand there")
def test_a_question() -> None:
    _, items, _ = run(ASKING)
    asked = first(items, "question")
    with pytest.raises(UsageError, match="a question wants an answer"):
        decided(items, asked, "approve")
    assert '"She never listens."' in run(ASKING, decided(items, asked, "1"))[2]
    assert run(ASKING, decided(items, asked, "reject"))[2] == ASKING
    assert '"Karthik never listens."' in run(ASKING, decided(items, asked, "edit", "Karthik"))[2]


@pytest.mark.says("edit, approve: it stands in the refined note")
@pytest.mark.says("edit, reject: the raw words stay")
@pytest.mark.says("edit, edit: your words stand there")
def test_an_edit() -> None:
    _, items, _ = run(PLAIN)
    edit = first(items, "edit", "boy")
    assert "As a girl" in run(PLAIN, decided(items, edit, "approve"))[2]
    assert "As a boy" in run(PLAIN, decided(items, edit, "reject"))[2]
    assert "As a child" in run(PLAIN, decided(items, edit, "edit", "child"))[2]


@pytest.mark.says("event, approve: it stays in the timeline")
@pytest.mark.says("event, reject: it is taken out of the timeline")
@pytest.mark.says("event, edit: your date and effects count")
@pytest.mark.says("trait verdict, approve: you agree")
@pytest.mark.says("trait verdict, reject: you name the event or date behind it; a verdict is never overwritten")
@pytest.mark.says("trait verdict, edit: not possible")
def test_an_event_and_the_verdict_that_follows_from_it() -> None:
    chain, items, _ = run(TEXT + PLAIN)
    assert chain.timeline is not None

    def verdict(decisions: Sequence[Decision]) -> str:
        timeline = run(TEXT + PLAIN, decisions)[0].timeline
        assert timeline is not None
        return next(t.verdict for t in timeline.traits if t.id == "nail-biting")

    quit_, trait = next(i for i in items if i.id == "event:quit"), next(i for i in items if i.kind == "trait")
    assert verdict([]) == "NOT"
    assert verdict(decided(items, quit_, "approve")) == "NOT"
    assert verdict(decided(items, quit_, "reject")) == "HOLDS"
    began_later = "when: 1993\nmodality: actual\nsubject: self\neffect: nail-biting terminates"
    assert verdict(decided(items, quit_, "edit", began_later)) == "HOLDS"
    assert verdict(decided(items, trait, "approve")) == "NOT"
    assert verdict(decided(items, trait, "reject")) == "NOT"
    with pytest.raises(UsageError, match="no text to edit"):
        decided(items, trait, "edit", "HOLDS")


def test_nothing_here_is_decided_by_looking() -> None:
    assert all(i.status in ("undecided", "approved") for i in Life().queue())
