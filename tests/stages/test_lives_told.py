"""Whole lives from notes with front matter, through the chain: what holds today, what is asked, what an answer does.

The notes are fiction.
"""

from __future__ import annotations

from refiner.chain import Chain
from refiner.config import Config
from refiner.models import Decision, Question, Timeline
from refiner.notes import note_from_text
from refiner.pipeline import run_chain

NOW = "2026-01-01"
TRAITS = [
    {"id": "shy", "name": "shy", "polarity": "negative", "importance": 3},
    {"id": "outgoing", "name": "outgoing", "opposite": "shy", "importance": 2},
    {"id": "patient-at-work", "name": "patient", "context": "at work", "importance": 2},
    {"id": "patient-with-father", "name": "patient", "context": "with my father", "importance": 2},
    {"id": "steals", "name": "steals small things", "polarity": "negative", "importance": 4},
    {"id": "swimmer", "name": "swimmer", "importance": 0},
]


def live(*notes: str, decisions: tuple[Decision, ...] = ()) -> Chain:
    """The chain over notes `0.md`, `1.md`, …"""
    config = Config.from_dict({"persona": {"born": "1985-05-14", "first_school_year": 1991}, "traits": TRAITS})
    read = [note_from_text(text, f"{i}.md") for i, text in enumerate(notes)]
    return run_chain(read, config, now=NOW, stages=("override",), decisions=list(decisions))


def timeline(*notes: str, decisions: tuple[Decision, ...] = ()) -> Timeline:
    found = live(*notes, decisions=decisions).timeline
    assert found is not None
    return found


def verdicts(*notes: str, decisions: tuple[Decision, ...] = ()) -> dict[str, str]:
    found = timeline(*notes, decisions=decisions)
    return {t.id: t.verdict for t in found.traits if t.verdict != "UNKNOWN"}


def answer(chain: Chain, choice: str) -> Decision:
    """The person's answer to the one open question, as the review writes it down."""
    (question,) = asked(chain)
    effect = next(c.effect for c in question.choices if c.id == choice)
    return Decision(
        item=question.id, verdict="answer", choice=choice, effect=effect, id="d1", at="2026-01-01T00:00:00Z"
    )


def asked(chain: Chain) -> list[Question]:
    return [q for q in chain.questions if q.stage == "override" and q.status == "undecided"]


def note(*events: str, body: str = "Fiction.", **keys: str) -> str:
    head = "".join(f"{k}: {v}\n" for k, v in keys.items())
    told = "".join(f"  - {{{e}}}\n" for e in events)
    return f"---\n{head}" + (f"events:\n{told}" if events else "events: []\n") + f"---\n{body}\n"


SHY = note("id: stage, when: 1999, effects: {shy: initiates}", body="I forgot my lines and was shy from then on.")
CURED = note("id: therapy, when: 2016, effects: {shy: terminates}", body="The group in 2016 took it away.")
STILL = note(written="2024-03-01", body="I am still shy, I notice.", observations="{shy: true}")


def test_notes_told_out_of_order_are_ordered_by_their_days() -> None:
    assert verdicts(CURED, SHY) == verdicts(SHY, CURED) == {"shy": "NOT"}
    late = note("id: relapse, when: two years after therapy, effects: {shy: reinitiates}")
    assert verdicts(late, CURED, SHY) == {"shy": "HOLDS"}
    (shown,) = [t for t in timeline(late, CURED, SHY).traits if t.id == "shy"]
    assert [i.by for i in shown.intervals] == [("stage", "therapy"), ("relapse",)]


def test_without_days_the_order_of_telling_is_only_the_default() -> None:
    began = note("effects: {shy: initiates}", written="2020-01-01")
    ended = note("effects: {shy: terminates}", written="2021-01-01")
    for notes in ((began, ended), (ended, began)):
        (shown,) = [t for t in timeline(*notes).traits if t.id == "shy"]
        assert (shown.verdict, shown.default_verdict) == ("CONTESTED", "NOT")


def test_a_trait_bound_to_a_place_is_a_trait_of_its_own() -> None:
    office = note("when: 2010, effects: {patient-at-work: initiates, patient-with-father: initiates}")
    home = note("when: 2019, effects: {patient-with-father: terminates}")
    assert verdicts(office, home) == {"patient-at-work": "HOLDS", "patient-with-father": "NOT"}


def test_another_persons_change_is_not_the_narrators() -> None:
    mine = note("when: 2005, effects: {swimmer: initiates}")
    his = note("when: 2015, subject: other, effects: {swimmer: terminates, shy: initiates}")
    assert verdicts(mine, his) == {"swimmer": "HOLDS"}


def test_a_trait_one_is_ashamed_of_stands_like_any_other() -> None:
    stolen = note("id: pen, when: 1997, effects: {steals: initiates}", body="I took the pen and nobody saw.")
    promised = note("id: vow, when: 2010, modality: planned, effects: {steals: terminates}")
    found = timeline(stolen, promised)
    assert {t.id: t.verdict for t in found.traits}["steals"] == "HOLDS"
    assert found.actions == {"pen": "keep", "vow": "reframe"}
    assert found.reasons["vow"] == "it was planned for 2010, and that is past; nothing says that it was done"


def test_a_reversal_ends_one_trait_and_begins_its_opposite() -> None:
    turned = note("id: club, when: 2008, effects: {shy: terminates, outgoing: initiates}")
    found = timeline(SHY, turned)
    assert {t.id: t.verdict for t in found.traits}.items() >= {"shy": "NOT", "outgoing": "HOLDS"}.items()
    assert found.doubts == ()
    half = note("id: club, when: 2008, effects: {outgoing: initiates}")
    (doubt,) = timeline(SHY, half).doubts
    assert (doubt.kind, doubt.why) == ("opposites", "“outgoing” and “shy” are opposites, and both hold today")


def test_what_both_hold_is_asked_and_the_answer_ends_one() -> None:
    half = note("id: club, when: 2008, effects: {outgoing: initiates}")
    chain = live(SHY, half)
    (question,) = asked(chain)
    assert [c.label for c in question.choices] == [
        "only “outgoing” holds: “shy” is over", "only “shy” holds: “outgoing” is over", "both hold, each in its place",
    ]  # fmt: skip
    said = answer(chain, "1")
    assert verdicts(SHY, half, decisions=(said,)) == {"outgoing": "HOLDS", "shy": "NOT"}
    assert asked(live(SHY, half, decisions=(said,))) == []


def test_an_observation_against_the_verdict_is_asked_with_both_quotes() -> None:
    chain = live(SHY, CURED, STILL)
    (question,) = asked(chain)
    assert question.note == "2.md"
    assert "on 2024-03-01 the notes say that “shy” still holds, but by “therapy” it is over" in question.question
    assert [c.id for c in question.choices] == ["still", "again", "over", "open"]
    assert verdicts(SHY, CURED, STILL) == {"shy": "NOT"}  # evidence, no cause


def test_each_answer_to_an_observation_does_what_it_says() -> None:
    chain = live(SHY, CURED, STILL)
    assert verdicts(SHY, CURED, STILL, decisions=(answer(chain, "still"),)) == {"shy": "HOLDS"}
    again = timeline(SHY, CURED, STILL, decisions=(answer(chain, "again"),))
    (shown,) = [t for t in again.traits if t.id == "shy"]
    assert shown.verdict == "HOLDS"
    assert (shown.intervals[-1].from_, shown.intervals[0].until) == ("2017-01-01/2024-03-01", "2016")
    assert again.doubts == ()
    assert verdicts(SHY, CURED, STILL, decisions=(answer(chain, "over"),)) == {"shy": "NOT"}


def test_an_observation_of_before_the_ending_is_no_doubt() -> None:
    earlier = note(written="2010-03-01", observations="{shy: true}")
    unknown = note(observations="{shy: true}")
    assert timeline(SHY, CURED, earlier, unknown).doubts == ()


def test_a_trait_that_is_not_seen_any_more_is_asked_too() -> None:
    gone = note(written="2024-03-01", body="I am not shy now.", observations="{shy: false}")
    chain = live(SHY, gone)
    assert verdicts(SHY, gone) == {"shy": "HOLDS"}
    assert verdicts(SHY, gone, decisions=(answer(chain, "ended"),)) == {"shy": "NOT"}


def test_what_was_prevented_and_happened_is_a_finding() -> None:
    first = note("id: injury, label: the injury, when: 2003, prevents: [final]")
    then = note("id: final, label: the final, when: 2003, effects: {swimmer: initiates}")
    chain = live(first, then)
    (found,) = [f for f in chain.findings if f.check == "timeline"]
    assert found.note == "0.md"
    assert found.message == "“the injury” is said to have prevented “the final”, which is told as done"


def test_four_notes_that_cannot_all_be_right_are_told_in_plain_words() -> None:
    notes = (
        note("id: a, label: the farewell, when: 2005, effects: {shy: initiates}, before: [b]"),
        note("id: b, label: the move, before: [c]"),
        note("id: c, label: the first job, when: 2003, effects: {shy: terminates}"),
    )
    found = timeline(*notes)
    (conflict,) = found.conflicts
    assert conflict.events == ("a", "b", "c")
    for words in (
        "“the farewell” was before “the move”", "“the move” was before “the first job”",
        "“the first job” is dated 2003", "“the farewell” is dated 2005", "these cannot all be true",
    ):  # fmt: skip
        assert words in conflict.why
    assert conflict.traits == ("shy",)


def test_what_lasted_ends_its_trait_when_it_was_over() -> None:
    years = note(
        "id: hostel, when: 2003-07, lasted: two years, effects: {swimmer: [initiates, {kind: terminates, at: end}]}"
    )
    (shown,) = [t for t in timeline(years).traits if t.id == "swimmer"]
    assert (shown.verdict, shown.intervals[0].by) == ("NOT", ("hostel",))
    assert shown.intervals[0].from_ == "2003-07"


def test_a_kept_timeline_follows_the_notes() -> None:
    """The chain keeps the last life in memory: what it says must be what a first look says."""
    for notes in ((SHY,), (SHY, CURED), (CURED,), (SHY, CURED, STILL), (SHY, STILL), ()):
        assert verdicts(*notes) == verdicts(*reversed(notes))
    assert verdicts(SHY) == {"shy": "HOLDS"}


def test_of_a_contradiction_the_person_says_what_is_wrong() -> None:
    notes = (
        note("id: a, label: the farewell, when: 2005, effects: {shy: initiates}, before: [{to: b, quote: Fiction}]"),
        note("id: b, label: the first job, when: 2003, effects: {shy: terminates}"),
    )
    chain = live(*notes)
    assert verdicts(*notes) == {"shy": "INCONSISTENT"}
    (question,) = asked(chain)
    assert [c.label for c in question.choices] == [
        "wrong: “the farewell” is dated 2005", "wrong: “the farewell” was before “the first job” (“Fiction”)",
        "wrong: “the first job” is dated 2003", "I will give a date (front matter: when)", "leave it open",
    ]  # fmt: skip
    for choice, verdict in (("wrong-1", "NOT"), ("wrong-2", "HOLDS"), ("wrong-3", "NOT")):
        assert verdicts(*notes, decisions=(answer(chain, choice),)) == {"shy": verdict}
    effects = "{swimmer: initiates, shy: initiates}"
    lasted = note(f"id: hostel, when: 2003, until: 2004, lasted: five years, effects: {effects}")
    (found,) = asked(live(lasted))
    said = {c.id: c.label for c in found.choices}
    wrong = next(i for i, label in said.items() if "lasted five years" in label)
    assert verdicts(lasted, decisions=(answer(live(lasted), wrong),)) == {"shy": "HOLDS", "swimmer": "HOLDS"}


def decide(chain: Chain, trait: str, choice: str, number: int) -> Decision:
    """The answer to the question about one of several traits."""
    question = next(q for q in asked(chain) if q.subject == f"trait:{trait}")
    effect = next(c.effect for c in question.choices if c.id == choice)
    return Decision(
        id=f"d{number}", item=question.id, verdict="answer", choice=choice, effect=effect, at=f"2026-01-0{number}"
    )


def test_an_observation_of_a_whole_year_can_be_answered() -> None:
    seen = note(observations="[{trait: shy, holds: true, at: 2024}]")
    chain = live(SHY, CURED, seen)
    assert verdicts(SHY, CURED, seen, decisions=(answer(chain, "again"),)) == {"shy": "HOLDS"}


def test_an_answer_with_days_that_cannot_be_read_stops_nothing() -> None:
    bad = {
        "id": "said-x",
        "note": "0.md",
        "when": {"earliest": "2024"},
        "effects": [{"trait": "shy", "kind": "initiates"}],
    }
    decision = Decision.model_validate(
        {"id": "d1", "item": "q", "verdict": "answer", "choice": "1", "effect": {"event": bad}}
    )
    assert verdicts(SHY, CURED, decisions=(decision,)) == {"shy": "NOT"}


def test_a_trait_id_that_settings_would_refuse_is_followed() -> None:
    odd = note("when: 2001, effects: {fear of dogs: initiates}", observations='{"can\'t dance": true}')
    assert verdicts(odd) == {"fear of dogs": "HOLDS", "can't dance": "HOLDS"}


def test_two_answers_about_one_event_both_stand() -> None:
    notes = (
        note("id: move, effects: {shy: initiates, steals: initiates}"),
        note("id: therapy, effects: {shy: terminates}", "id: army, effects: {steals: terminates}"),
    )
    chain = live(*notes)
    both = (decide(chain, "shy", "later", 1), decide(chain, "steals", "later", 2))
    assert verdicts(*notes, decisions=both) == {"shy": "NOT", "steals": "NOT"}
    assert verdicts(*notes, decisions=both[:1]) == {"shy": "NOT", "steals": "CONTESTED"}


def test_the_question_is_about_what_may_have_come_last() -> None:
    notes = (
        note("id: accident, effects: {shy: initiates}"),
        note(
            "id: therapy, when: 2005, effects: {shy: terminates}", "id: school, when: 1999, effects: {shy: initiates}"
        ),
    )
    (question,) = asked(live(*notes))
    assert "The year of “accident” would settle it: was it before or after 2005 (“therapy”)?" in question.question
    for choice, verdict in (("later", "NOT"), ("earlier", "HOLDS")):
        assert verdicts(*notes, decisions=(answer(live(*notes), choice),)) == {"shy": verdict}


def test_a_wrong_date_that_was_mended_in_the_note_counts_again() -> None:
    wrong = note("id: a, label: fell ill, when: 2005, effects: {shy: initiates}, before: [b]")
    then = note("id: b, label: got well, when: 2003, effects: {shy: terminates}")
    chain = live(wrong, then)
    (question,) = asked(chain)
    said = answer(chain, next(c.id for c in question.choices if c.label == "wrong: “fell ill” is dated 2005"))
    mended = wrong.replace("2005", "2001")
    (shown,) = [t for t in timeline(mended, then, decisions=(said,)).traits if t.id == "shy"]
    assert shown.intervals[0].from_ == "2001"


def test_what_is_seen_and_nothing_more_is_asked_too() -> None:
    seen = note(observations="[{trait: shy, holds: true}, {trait: shy, holds: false}]")
    chain = live(seen)
    assert verdicts(seen) == {"shy": "CONTESTED"}
    assert verdicts(seen, decisions=(answer(chain, "gone"),)) == {"shy": "NOT"}
    both = note(written="2024-01-01", observations="{shy: true, outgoing: true}")
    assert [q.question for q in asked(live(both))] == [
        "“outgoing” and “shy” are opposites, and both hold today. Which of them is she today?"
    ]


def test_what_lasted_one_day_is_over_after_it() -> None:
    swam = "swimmer: [initiates, {kind: terminates, at: end}]"
    for until in ("until: 2005", "until: summer 2005", "lasted: two days"):
        assert verdicts(note(f"id: camp, when: 2005, {until}, effects: {{{swam}}}")) == {"swimmer": "NOT"}
