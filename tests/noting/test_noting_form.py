"""The form and what becomes of its answers, with a person who types given lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from noted import CTRL_C, CTRL_D, Typed, known

from refiner.console import Output
from refiner.models import Event, Person, When
from refiner.notes import note_from_text
from refiner.noting.answers import Answers, Change, Who, body_of, note_of, present
from refiner.noting.form import Form
from refiner.noting.gap import Missing, years_words
from refiner.noting.known import Known
from refiner.noting.terminal import Terminal, _completed, listed, wrapped
from refiner.noting.times import read_time, span_words
from refiner.noting.understood import understand
from refiner.noting.wording import editor_help, effect_of, examples
from refiner.stages.people import people_of

TODAY = Answers(written="2026-11-23")


@pytest.fixture
def here(tmp_path: Path) -> Known:
    found = known(tmp_path)
    found.people = (Person(names=("Ritu",), relation="friend"), Person(names=("Amma",), relation="mother"))
    flood = Event(
        id="flood",
        note="flood.md",
        label="the flood in our street",
        when=When(earliest="2001-07-01", latest="2001-07-31"),
    )
    found.events = (flood,)
    return found


def fill(
    here: Known, typed: Typed, answers: Answers = TODAY, gap: Missing | None = None
) -> tuple[Answers, list[Answers]]:
    kept: list[Answers] = []
    return Form(typed, here, kept.append, gap=gap).fill(answers), kept


def test_every_question_may_be_passed_over(here: Known) -> None:
    typed = Typed("", "", "", "", "", "")
    answers, _ = fill(here, typed)
    assert answers.empty
    assert typed.lines == []
    leaving, _ = fill(here, Typed(*[CTRL_D] * 6))
    assert leaving.empty


def test_a_time_is_read_at_once(here: Known) -> None:
    typed = Typed("in 9th grade", "", "", "", "", "")
    answers, _ = fill(here, typed)
    assert answers.when == "in 9th grade"
    assert "  = June 1999 to May 2000" in typed.said


def test_a_time_that_cannot_be_is_asked_again_or_kept(here: Known) -> None:
    typed = Typed("31 June 1999", "in those days", "", "", "", "", "", "")
    answers, _ = fill(here, typed)
    assert answers.when == "in those days"
    assert "there is no 31 June 1999" in typed.heard
    assert "no time that can be read" in typed.heard
    assert "around Diwali 2004" in typed.heard


def test_a_time_counted_from_an_event(here: Known) -> None:
    assert read_time("two years after flood", here, "2026-11-23").shown.startswith(
        "30 December 2002 to 30 January 2004"
    )
    missing = read_time("two years after flod", here, "2026-11-23")
    assert missing.problem == "no note has an event “flod”"
    assert missing.near == ("flood (the flood in our street)",)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("1950", "before your birth"),
        ("2031", "after the day of writing"),
        ("when I was 300", "no time"),
        ("x", "no time"),
    ],
)
def test_what_cannot_be_is_said(here: Known, words: str, problem: str) -> None:
    assert problem in read_time(words, here, "2026-11-23").problem


def test_every_example_of_a_time_can_be_read(here: Known) -> None:
    for words in examples():
        assert read_time(words, here, "2026-11-23").shown, words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        ("1999-06-01", "2000-05-31", "June 1999 to May 2000"),
        ("1999-01-01", "1999-12-31", "1999"),
        ("1998-01-01", "2001-12-31", "1998 to 2001"),
        ("1999-04-01", "1999-07-31", "April to July 1999"),
        ("1999-06-01", "1999-06-30", "June 1999"),
        ("1999-06-03", "1999-06-03", "3 June 1999"),
        ("1999-06-03", "1999-07-31", "3 June 1999 to 31 July 1999"),
        ("", "1999-07-31", "31 July 1999 or before"),
        ("1999-07-31", "", "31 July 1999 or later"),
        ("", "", ""),
    ],
)
def test_days_in_words(low: str, high: str, words: str) -> None:
    assert span_words(low, high) == words


def test_people_are_known_or_asked_for(here: Known) -> None:
    typed = Typed("", "Ritu lent me her book.", "", "Ritu, Dada, Farhan", "my cousin", "", "", "")
    answers, _ = fill(here, typed)
    assert "  Ritu: friend" in typed.said
    assert "  Dada: grandfather" in typed.said
    assert answers.who == (Who(name="Ritu"), Who(name="Dada"), Who(name="Farhan", relation="my cousin"))
    note = note_from_text(note_of(answers))
    assert "Dada and my cousin Farhan were there." in note.text
    assert ("Farhan", "cousin") in [(p.names[0], p.relation) for p in people_of(note)]


def test_a_sentence_is_no_name(here: Known) -> None:
    typed = Typed("", "x", "", "I was ashamed of it then.", "Ritu", "", "", "")
    answers, _ = fill(here, typed)
    assert answers.who == (Who(name="Ritu"),)
    assert "is no name" in typed.heard


def test_an_event_of_a_note_that_was_not_refined_yet_is_known(tmp_path: Path) -> None:
    first = known(tmp_path)
    (first.ws.raw / "flood.md").write_text("---\nevents:\n  - {id: flood, when: July 2001}\n---\nWe sat on the roof.\n")
    assert first.event_names == ["flood"]
    assert "counted from" in read_time("two years after flood", first, "2026-11-23").shown
    assert [e.id for e in first.near_events("fl")] == ["flood"]


@pytest.mark.parametrize(
    ("name", "relation", "told", "sentence"),
    [
        ("Ritu", "", "", "Ritu was there."),
        ("Ritu", "friend", "", "My friend Ritu was there."),
        ("Ritu", "she is my childhood friend.", "", "My childhood friend Ritu was there."),
        ("Ritu", "friend from the music school", "", "Ritu, my friend from the music school, was there."),
        ("Ritu", "a neighbour", "", "Ritu, a neighbour, was there."),
        ("Ritu", "Farhan's sister", "", "Ritu, Farhan's sister, was there."),
        ("Ritu", "friend", "Ritu came.", "Ritu is my friend."),
        ("Ritu", "", "Ritu came.", ""),
        ("Ritu", "", "Rituals bore me.", "Ritu was there."),
    ],
)
def test_who_was_there_in_words(name: str, relation: str, told: str, sentence: str) -> None:
    assert present((Who(name=name, relation=relation),), told) == sentence


def test_words_alone_are_left_to_the_reader(here: Known) -> None:
    typed = Typed(
        "when I was twelve", "Rex bit me.", "", "", "Since then I am scared of dogs.", "", "Dr Rao cured me in 2003."
    )
    answers, _ = fill(here, typed)
    note = note_from_text(note_of(answers))
    assert note.meta.events is None
    assert body_of(answers) == "Rex bit me.\n\nSince then I am scared of dogs.\n\nDr Rao cured me in 2003."
    read = understand(note, here)
    assert any("fear of dogs began" in line for line in read.lines)


def test_an_effect_said_outright_is_all_that_is_read(here: Known) -> None:
    typed = Typed(
        "when I was twelve",
        "Rex bit me.",
        "",
        "",
        "Dogs make me sweat.",
        "2 ended",
        "1 began",
        "",
        "Dr Rao cured me in 2003.",
    )
    answers, _ = fill(here, typed)
    assert answers.changes == (
        Change(trait="tinkerer", kind="terminates"),
        Change(trait="fear-of-dogs", kind="initiates"),
    )
    assert "nothing else is inferred" in typed.heard
    read = understand(note_from_text(note_of(answers)), here)
    assert read.problems == ()
    assert read.lines == (
        "14 May 1997 to 13 May 1998 · Rex bit me. · tinkerer ended, fear of dogs began",
        "2003 · Dr Rao cured me in 2003. · fear of dogs ended",
    )
    first, last = read.extraction.events
    assert [(r.kind, r.to) for r in first.relations] == [("before", last.id)]
    assert first.quotes == ("Rex bit me.", "Dogs make me sweat.")


def test_traits_by_name_by_alias_new_and_misspelt(here: Known) -> None:
    typed = Typed(
        "", "x", "", "", "", "taking things apart came back", "9", "tinkrer ended", "1", "loves rain", "2", "tinkerer",
        "nonsense", "", "",
    )  # fmt: skip
    answers, _ = fill(here, typed)
    assert [(c.trait, c.kind) for c in answers.changes] == [
        ("tinkerer", "reinitiates"), ("tinkerer", "terminates"), ("loves-rain", "weakens"),
    ]  # fmt: skip
    assert "There is no number 9" in typed.heard
    assert "“loves rain” is new: it is followed at importance 0" in typed.heard
    assert "That is none of them" in typed.heard


def test_when_it_ended_is_asked_where_the_words_do_not_say(here: Known) -> None:
    typed = Typed("", "x", "", "", "", "1 began", "2 began", "", "We moved away", "2", "2004")
    answers, _ = fill(here, typed)
    assert (answers.over_traits, answers.over_when) == (("tinkerer",), "2004")


def test_a_gap_fills_in_what_it_knows(here: Known) -> None:
    gap = Missing("years:1998", "Who taught you?", "tinkerer", years_words("1998-2001"))
    typed = Typed("1998 to 2001", "Dada did.", "", "", "", "1 began", "", "")
    answers, _ = fill(here, typed, gap=gap)
    assert typed.given[0] == "1998 to 2001"
    assert "  1 tinkerer" in typed.heard.replace("\u00a0", " ")
    assert answers.changes[0].trait == "tinkerer"
    assert (years_words(""), years_words("2001")) == ("", "2001")


def test_ctrl_c_keeps_what_was_typed_and_a_draft_goes_on_there(here: Known) -> None:
    typed = Typed("June 1999", "Dada gave me an iron.", CTRL_C, left="It was ho")
    kept: list[Answers] = []
    with pytest.raises(KeyboardInterrupt):
        Form(typed, here, kept.append).fill(TODAY)
    draft = kept[-1]
    assert (draft.when, draft.text, draft.left, draft.left_in) == (
        "June 1999", "Dada gave me an iron.", "It was ho", "what",
    )  # fmt: skip
    again = Typed("It was hot.", "", "", "", "", "")
    answers, _ = fill(here, again, draft)
    assert again.given[:2] == ["It was ho", ""]
    assert answers.text == "Dada gave me an iron.\nIt was hot."
    with pytest.raises(KeyboardInterrupt):  # nothing typed, nothing kept
        Form(Typed(CTRL_C), here, kept.clear).fill(TODAY)  # type: ignore[arg-type]


def test_ctrl_c_in_the_middle_of_the_people(here: Known) -> None:
    kept: list[Answers] = []
    with pytest.raises(KeyboardInterrupt):
        Form(Typed("", "x", "", "Ritu, Farhan", CTRL_C, left="cou"), here, kept.append).fill(TODAY)
    again = Typed("Farhan", "cousin", "", "", "")
    answers, _ = fill(here, again, kept[-1])
    assert again.given[0] == "cou"
    assert answers.who[-1] == Who(name="Farhan", relation="cousin")


def test_a_given_text_and_more_lines_stay_two_sentences(here: Known) -> None:
    answers, _ = fill(
        here, Typed("", "We sat on the roof.", "", "", "", "", ""), TODAY.model_copy(update={"text": "Dada came"})
    )
    assert answers.text == "Dada came\n\nWe sat on the roof."


def test_an_editor_that_gives_nothing_leaves_the_line_open(here: Known) -> None:
    texts: list[str | None] = [None, "Rex bit me.\n"]
    typed = Typed("", "e", "e", "", "", "", "")
    answers = Form(typed, here, lambda a: None, editor=lambda text: texts.pop(0), editor_name="ed").fill(TODAY)
    assert answers.text == "Rex bit me."
    assert "e opens ed" in typed.heard


def test_effects_in_plain_words() -> None:
    assert [effect_of(w) for w in ("began", "Grew  weaker", "ended", "came back", "paused", "terminates", "what")] == [
        "initiates", "weakens", "terminates", "reinitiates", "suspends", "terminates", None,
    ]  # fmt: skip


def test_control_characters_are_shown_and_taken_out(capsys: pytest.CaptureFixture[str]) -> None:
    typed = iter(["rex \x1b[31m bit", "rex bit"])
    assert Terminal(Output(), lambda prompt: next(typed)).line() == "rex bit"
    out = capsys.readouterr().out
    assert "␛" in out
    assert "\x1b" not in out


@pytest.mark.parametrize("error", [EOFError(), UnicodeDecodeError("utf-8", b"\xe9", 0, 1, "no")])
def test_a_line_that_ends_or_is_no_text(error: Exception) -> None:
    typed: list[object] = [error, "so"]

    def read(prompt: str) -> str:
        item = typed.pop(0)
        if isinstance(item, Exception):
            raise item
        return str(item)

    assert Terminal(Output(), read).line() == (None if isinstance(error, EOFError) else "so")


def test_lines_fit_and_tab_completes() -> None:
    assert all(len(line) < 80 for line in wrapped(listed(["night owl"] * 30), 80))
    assert all("night owl" in part for part in wrapped(listed(["night owl"] * 30), 80))
    assert all(len(f"# {line}") <= 80 for line in editor_help(["a"] * 60))
    words = ["flood", "late 2011"]
    assert _completed("fl", words, 0) == "flood"
    assert _completed("two years after fl", words, 0) == "two years after flood"
    assert _completed("fl", words, 1) is None


def test_nothing_known_is_no_failure(tmp_path: Path) -> None:
    found = known(tmp_path)
    assert (found.people, found.events) == ((), ())
    assert read_time("after the flood", found, "2026-11-23").problem
