"""A life whose gaps are known: each is found, nothing is found that is not there, and the questions are its own."""

from __future__ import annotations

import re

import pytest
from gaps_life import CONFIG, NOTES, YEARS, gaps, planted, with_notes

from refiner.config import Config
from refiner.gaps.find import best
from refiner.gaps.gap import KINDS
from refiner.gaps.gentle import Weight, weight_of
from refiner.gaps.wording import raw_words

PLANTED = {
    "years:1989-1995", "stubborn:few", "stubborn:instance", "stubborn:only-me", "stubborn:cause", "sulks:own-words",
    "sulks:cause", "generous:few", "jealous:softened", "jealous:instance", "jealous:cause", "patient:few",
    "patient:instance", "patient:cause", "smoker:ending", "fear-of-heights:few", "who:radha", "media:film",
}  # fmt: skip


def test_every_planted_gap_is_found_and_nothing_else() -> None:
    found = set(planted())
    dated = {i for i in found if i.startswith("date:")}
    assert found - dated == PLANTED
    assert [planted()[i].trait for i in dated] == ["fear-of-heights"]


def test_each_gap_says_why_and_names_its_notes() -> None:
    of = planted()
    assert of["stubborn:few"].why == "1 sentence in 1 note, by you alone; for importance 4 at least 5 would do"
    assert of["stubborn:few"].notes == ("me.md",)
    assert "7 years with nothing dated in them (you were 19 to 25)" in of["years:1989-1995"].why
    assert "I sat the typing test" in of["years:1989-1995"].why
    assert "I rented the room above the press" in of["years:1989-1995"].why
    assert "your sister shows it (“She sulks for days.”)" in of["sulks:own-words"].why
    assert of["generous:few"].notes == ()
    assert "no note says whether it is so" in of["generous:few"].why
    assert "most often “perhaps”" in of["jealous:softened"].why
    assert all(g.kind in KINDS and g.why and g.command for g in of.values())
    assert all(re.fullmatch(r"refiner note --gap \S+", g.command) for g in of.values())


def test_questions_are_one_each_and_end_so() -> None:
    for gap in planted().values():
        assert gap.questions
        for question in gap.questions:
            assert question.endswith("?"), question
            assert len(question.split()) <= 50, question
            assert not re.search(r"[{}]|\bNone\b|  ", question), question


def test_questions_speak_of_the_raw_life() -> None:
    """The writer's own name and gender are never turned: not Anand, not his."""
    config = Config.from_dict(
        {**CONFIG, "traits": [{"id": "mother", "name": "hands-on mother", "importance": 5}, *CONFIG["traits"]]}
    )
    assert raw_words(config.traits[0], config).trait == "a hands-on mother"
    said = " ".join(q for g in planted().values() for q in (*g.questions, g.why))
    assert not re.search(r"\b(?:Anand|Andy)\b", said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("borrows and forgets", "borrow and forget"),
        ("warm, then cold", "“warm, then cold”"),
        ("cannot say no", "“cannot say no”"),
        ("generous", "generous"),
        ("tells small lies", "tell small lies"),
        ("night owl", "a night owl"),
    ],
)
def test_a_name_is_inflected_or_quoted(name: str, said: str) -> None:
    config = Config.from_dict({"traits": [{"id": "x", "name": name}]})
    assert raw_words(config.traits[0], config).trait == said


def test_one_gap_filled_leaves_the_others() -> None:
    """What the new note tells goes; the rest stays as it was."""
    filled = gaps(with_notes(seen="In 1992 I stood in the rain for a bus. I was stubborn and would not walk.\n"))
    assert "stubborn:instance" not in filled
    assert "years:1989-1995" not in filled
    assert {"years:1989-1991", "years:1993-1995"} <= set(filled)
    assert filled["who:radha"] == planted()["who:radha"]


def test_an_outside_view_takes_that_gap_away() -> None:
    theirs = "---\nauthor: Radha Nair\nwritten: 2019-01-01\n---\nLeela is stubborn. She would not sell the clock.\n"
    filled = gaps(with_notes(radha=theirs))
    assert "stubborn:only-me" not in filled
    assert "who:radha" not in filled


def test_own_words_take_that_gap_away() -> None:
    assert "sulks:own-words" not in gaps(with_notes(me2="I sulk, I know it. Last Onam I sulked for two days.\n"))


def test_a_cause_and_an_ending_take_those_away() -> None:
    told = with_notes(
        patience="I sat for a month beside my father's loom with nothing to do. In 1999 I became patient.\n",
        stopped="The doctor showed me a picture of a lung. In 2006 I stopped smoking.\n",
    )
    found = gaps(told)
    assert "patient:cause" not in found
    assert "smoker:ending" not in found


def test_seen_to_hold_and_later_not_is_an_ending_without_an_event() -> None:
    seen = "---\nobservations:\n  - {{trait: stubborn, holds: {holds}, at: {at}, quote: {quote}}}\n---\n{quote}\n"
    notes = {
        "a.md": seen.format(holds="true", at="2001-05-01", quote="I am stubborn."),
        "b.md": seen.format(holds="false", at="2011-05-01", quote="I am not stubborn."),
    }
    gap = gaps(notes)["stubborn:ending"]
    assert "on 1 May 2001" in gap.why
    assert "on 1 May 2011" in gap.why
    ended = {**notes, "c.md": "In 2006 I lost the case over the wall. From that day I was no longer stubborn.\n"}
    assert "stubborn:ending" not in gaps(ended)


def test_a_contradiction_points_to_the_review() -> None:
    event = (
        "---\nevents:\n  - {{id: {id}, when: {when}, effects: {{stubborn: {kind}}}, before: [{to}]}}\n---\nThe wall.\n"
    )
    notes = {
        "a.md": event.format(id="one", when=2001, kind="initiates", to="two"),
        "b.md": event.format(id="two", when=2002, kind="terminates", to="one"),
    }
    gap = gaps(notes)["stubborn:conflict"]
    assert gap.command == "refiner review --trait stubborn"
    assert gap.notes == ("a.md", "b.md")


def test_a_trait_that_rests_without_a_reason() -> None:
    notes = {"a.md": "In 1990 I fell off a boat. From that day I was a swimmer.\n"}
    bare = "---\nwritten: 2020-05-01\n---\nMy swimming is on hold.\n"
    assert "what stands in its way" in gaps({**notes, "b.md": bare})["swimmer:dormant"].why
    why = "---\nwritten: 2020-05-01\n---\nMy swimming is on hold because the pool is shut.\n"
    assert "swimmer:dormant" not in gaps({**notes, "b.md": why})


# ---- nothing false in a dense life ---------------------------------------------------------------------------------


DENSE = {
    f"year-{y}.md": f"---\ndate: {y}-04-02\n---\nThe day began with rain, and Papa read the paper aloud. "
    f"I was stubborn over the fare and walked, {y - 1973} stops. Mummy said that I am stubborn, and laughed.\n"
    for y in range(1973, 2020)
}


def test_a_dense_life_has_no_silent_years_and_no_thin_trait() -> None:
    config = {**CONFIG, "traits": [t for t in CONFIG["traits"] if t["id"] == "stubborn"]}
    assert set(gaps(DENSE, config=config)) <= {"stubborn:cause"}
    without_one = {p: t for p, t in DENSE.items() if p != "year-1990.md"}
    assert set(gaps(without_one, config=config)) <= {"stubborn:cause"}
    without_three = {p: t for p, t in DENSE.items() if p not in ("year-1990.md", "year-1991.md", "year-1992.md")}
    assert "years:1990-1992" in gaps(without_three, config=config)


def test_a_life_of_few_dates_is_not_scolded_for_each_year() -> None:
    few = {
        f"n{y}.md": f"In {y} {YEARS[y]}.\n"
        for y in (1975, 1978, 1981, 1984, 1987, 1998, 2001, 2004, 2007, 2010, 2013, 2016, 2019)
    }
    found = [i for i in gaps(few) if i.startswith("years:")]
    assert found == ["years:1988-1997"]


# ---- gently --------------------------------------------------------------------------------------------------------


def test_heavy_matters_are_asked_for_softly_and_never_quoted() -> None:
    heavy = gaps({**NOTES, "x.md": "In 1988 my mother died, and we took her to the burning ground at Mavoor Road.\n"})
    gap = heavy["years:1989-1995"]
    assert gap.gentle
    assert all(re.search(r"if you (?:would like|want)|you would like to keep", q, re.I) for q in gap.questions)
    assert "died" not in " ".join((gap.why, *gap.quotes, *gap.questions))


def test_grave_matters_are_not_asked_about_and_not_shown_first() -> None:
    grave = gaps({**NOTES, "x.md": "In 1996 I stood on the railway track for a long time and then went home.\n"})
    gap = grave["years:1989-1995"]
    assert gap.questions == ()
    assert gap.gentle
    assert "railway" not in gap.why
    assert gap not in best(list(grave.values()))


def test_nothing_of_a_grave_note_is_quoted() -> None:
    grave = "I am stubborn. In 2004 I thought of suicide, stubborn as I am. I am proud to be stubborn.\n"
    for gap in gaps(with_notes(me=grave, owl="")).values():
        assert "stubborn as I am" not in " ".join((gap.why, *gap.quotes, *gap.questions))
        assert "proud" not in " ".join((gap.why, *gap.quotes, *gap.questions))


def test_nobody_is_asked_for_who_may_be_gone() -> None:
    assert "who:radha" not in gaps(with_notes(names_4="At the funeral of Radha there was no music.\n"))


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("My mother died in May.", Weight.HEAVY),
        ("He hit me with a shoe.", Weight.HEAVY),
        ("I thought of suicide.", Weight.GRAVE),
        ("He was raped in the camp.", Weight.GRAVE),
        ("We drove to Ooty and ate grapes.", Weight.LIGHT),
        ("The rapeseed was in flower; I diet, I buried myself in nothing.", Weight.HEAVY),
        ("I studied the dye shop's accounts.", Weight.LIGHT),
        ("A foot-path with no parapet ran along the railway tracks.", Weight.LIGHT),
        ("I sat on the parapet and counted.", Weight.GRAVE),
    ],
)
def test_how_heavy_a_text_is(text: str, weight: Weight) -> None:
    assert weight_of(text) == weight


# ---- what is shown -------------------------------------------------------------------------------------------------


def test_the_best_are_few_and_of_several_kinds() -> None:
    shown = best(sorted(planted().values(), key=lambda g: (-g.worth, g.id)))
    assert len(shown) == 8
    assert max(sum(g.trait == t for g in shown) for t in {g.trait for g in shown if g.trait}) <= 2
    assert max(sum(g.kind == k for g in shown) for k in {g.kind for g in shown}) <= 3


def test_questions_of_one_kind_differ() -> None:
    many = {
        **CONFIG,
        "traits": [{"id": f"t{n}", "name": n, "importance": 3} for n in ["calm", "loud", "shy", "proud", "vain"]],
    }
    asked = [g.question for g in gaps(NOTES, config=many).values() if g.kind == "few"]
    assert len({re.sub("calm|loud|shy|proud|vain", "X", q) for q in asked}) > 1


# ---- people --------------------------------------------------------------------------------------------------------


def test_two_people_of_one_first_name_are_no_stranger() -> None:
    notes = {
        f"n{i}.md": f"On that day I met Radha {n} at the press.\n" for i, n in enumerate(("Nair", "Iyer", "Pillai"))
    }
    assert "who:radha" not in gaps(notes)


@pytest.mark.parametrize(
    "said",
    ["My friend Radha had the key.", "Radha works at the bank.", "I asked Radha aunty.", "Radha was my teacher."],
)
def test_somebody_whom_any_sentence_explains_is_no_stranger(said: str) -> None:
    assert "who:radha" not in gaps(with_notes(names_4=said))


def test_what_stands_in_quotation_marks_tells_of_its_year() -> None:
    assert "years:1989-1995" not in gaps(with_notes(album='On the album I wrote: "Bombay, from 1990 to 1994".\n'))


def test_in_a_long_note_only_what_is_near_makes_a_question_soft() -> None:
    far = " ".join(f"The machine printed sheet number {n}." for n in range(60))
    notes = with_notes(x=f"In 1996 I rented a desk. {far} Then the old printer died.\n")
    assert not gaps(notes)["years:1989-1995"].gentle
    near = with_notes(x=f"In 1996 I rented a desk. The old printer died. {far}\n")
    assert gaps(near)["years:1989-1995"].gentle
