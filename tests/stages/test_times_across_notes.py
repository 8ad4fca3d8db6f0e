"""Times that count from events in other notes, ends and lengths in front matter, and what cannot be."""

from __future__ import annotations

import pytest

from refiner.config import Config
from refiner.errors import NoteError
from refiner.models import Event, Extraction
from refiner.notes import note_from_text
from refiner.stages.extract import extract, link_events

CONFIG = Config.model_validate(
    {
        "persona": {
            "born": "1985-05-14",
            "first_school_year": 1991,
            "before": {"name": "Ravi Kumar", "gender": "male"},
            "after": {"name": "", "gender": "female"},
        },
        "traits": [{"id": "smoking", "name": "smoking", "importance": 3}],
    }
)


def read(**texts: str) -> dict[str, Extraction]:
    """The notes of a life by name, extracted and joined."""
    notes = [note_from_text(text, f"{name}.md") for name, text in texts.items()]
    found = link_events([extract(n, CONFIG) for n in notes], notes, CONFIG)
    return {x.note.removesuffix(".md"): x for x in found}


def event(when: str, *lines: str, id: str = "x") -> str:
    """A note that declares one event."""
    more = "".join(f"    {line}\n" for line in lines)
    return f"---\nwritten: 2014-08-19\nevents:\n  - id: {id}\n    when: {when}\n{more}---\nWords.\n"


def first(x: Extraction) -> Event:
    return next(e for e in x.events if e.source != "rule:landmark")


MOVE = "---\nevents:\n  - id: move\n    label: the big move\n    when: 2002-06\n---\nBoxes.\n"


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        ("two years after move", 547, 913),
        ("after move", 1, None),
        ("before the big move", None, -1),
        ("the year after the big move", 1, 730),
        ("since move", -7, 183),
    ],
)
def test_front_matter_counts_from_an_event_of_another_note(words: str, low: int | None, high: int | None) -> None:
    x = read(a=event(words), b=MOVE)["a"]
    when = first(x).when
    assert (when.anchor, when.offset_min, when.offset_max) == ("move", low, high)
    assert not x.findings


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("The year after Dada died I gave up smoking.", "Dada died in January 2010."),
        ("I gave up smoking after Dada's death.", "In January 2010 Dada died."),
        ("Before my wedding I gave up smoking.", "My wedding was on 4 May 2012. Didi's wedding was in 2009."),
        (
            "Soon after we moved to Pune I gave up smoking.",
            "We moved to Pune in June 2003. In 1999 we moved to Thane.",
        ),
        ("By the time Dada died I gave up smoking.", "Dada died in 2010. In January 2010 Dada died, on a Sunday."),
    ],
)
def test_plain_words_are_joined_to_the_one_sentence_that_tells_them(said: str, told: str) -> None:
    notes = read(a=said, b=told)
    ids = {e.id: e for e in notes["b"].events}
    anchor = first(notes["a"]).when.anchor
    assert anchor in ids
    assert ids[anchor].when.raw in told


def test_plain_words_are_joined_to_a_declared_event() -> None:
    x = read(a="Two years after Dada died I gave up smoking.", b=event("2010-01", "label: Dada's death", id="dada"))
    assert first(x["a"]).when.anchor == "dada"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("The year after we moved I gave up smoking.", "We moved to Pune in 2003. In 2007 we moved to Thane."),
        ("After my wedding I gave up smoking.", "Didi's wedding was in 2009."),
        ("After he died I gave up smoking.", "Dada died in January 2010."),
        ("Two years after he died I gave up smoking.", "Dada died in January 2010."),
        ("After I joined the gym I gave up smoking.", "I joined TCS in 2006."),
        ("Two years after we moved I gave up smoking.", "In 2005, two years after we moved, the dog died."),
        ("Before I could speak I gave up smoking.", "I could speak in 1987."),
    ],
)
def test_what_may_be_another_event_stays_open(said: str, told: str) -> None:
    notes = read(a=said, b=told)
    ids = {e.id for x in notes.values() for e in x.events}
    assert first(notes["a"]).when.anchor not in ids
    assert not notes["a"].findings


def test_an_anchor_that_nothing_names_is_a_finding_with_its_place() -> None:
    text = event("two years after the flood")
    (finding,) = read(a=text, b=MOVE)["a"].findings
    assert finding.note == "a.md"
    assert text[finding.start : finding.end] == "two years after the flood"
    assert "the flood" in finding.message
    assert "write that id here" in finding.message


def test_an_anchor_that_fits_two_events_is_a_finding() -> None:
    moves = "  - {id: m1, label: we moved, when: 2002}\n  - {id: m2, label: we moved, when: 2007}\n"
    two = f"---\nevents:\n{moves}---\nWords.\n"
    (finding,) = read(a=event("a year after we moved"), b=two)["a"].findings
    assert "m1" in finding.message
    assert "m2" in finding.message


# ---- which year ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "latest"),
    [
        ("---\ndate: 2014-08-19\n---\nIn June I gave up smoking.\n", "2014-06-30"),
        ("## 19 August 2014\n\nIn June I gave up smoking.\n", "2014-06-30"),
        ("---\nwritten: 2014-08-19\n---\nIn June I gave up smoking.\n", ""),
        ("---\nwritten: 2014-08-19\n---\nIn 1999 I was ill. In June I gave up smoking.\n", "1999-06-30"),
        ("---\nwritten: 2014-08-19\n---\nFive years ago I read it. In June I gave up smoking.\n", ""),
        ("---\nwritten: 2014-08-19\n---\nLast week I rode. Ten years later I gave up smoking.\n", "2014-08-19"),
    ],
)
def test_a_month_without_a_year_is_the_last_one_only_in_a_note_of_one_day(text: str, latest: str) -> None:
    when = first(read(a=text)["a"]).when
    assert when.latest == latest or (not latest and "June" not in when.raw)


# ---- ends and lengths ------------------------------------------------------------------------------------------------


def test_ends_and_lengths_are_carried() -> None:
    text = event("June 2003", "until: two years after move", 'lasted: "about two years"', id="kota").replace(
        "    until", "    effects: {smoking: [initiates, {kind: terminates, at: end}]}\n    until"
    )
    e = first(read(a=text, b=MOVE)["a"])
    assert (e.until.anchor, e.until.offset_min, e.until.offset_max) == ("move", 547, 913)
    assert (e.lasted.raw, e.lasted.days_min, e.lasted.days_max) == ("about two years", 365, 1095)
    assert [(f.kind, f.at) for f in e.effects] == [("initiates", "start"), ("terminates", "end")]


def test_an_end_may_be_bounds() -> None:
    e = first(read(a=event("2003", "until: {earliest: 2004-01-01, latest: 2004-03-31}"))["a"])
    assert (e.until.earliest, e.until.latest) == ("2004-01-01", "2004-03-31")
    assert first(read(a=event("2003"))["a"]).until.raw == ""


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["effects: {smoking: {kind: terminates, at: finish}}"], "at must be one of start, end"),
        (["until: [2004]"], "until must be words"),
        (["lasted: {years: 2}"], "lasted must be words"),
        (["lastd: two years"], 'did you mean "lasted"'),
        (["until: {soonest: 2004}"], "unknown key until.soonest"),
    ],
)
def test_wrong_values_name_the_line(lines: list[str], said: str) -> None:
    with pytest.raises(NoteError, match=r"a\.md:6: ") as error:
        read(a=event("2003", *lines))
    assert said in str(error.value)


# ---- what cannot be --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "lines", "said"),
    [
        ("31 February 2010", [], "28 days"),
        ("the 31st of June", [], "never has 31 days"),
        ("29 February 2011", [], "28 days"),
        ("2010-02-30", [], "28 days"),
        ("when I was 45 years old", [], "younger than 45"),
        ("in class 15", [], "class 12"),
        ("two years later", [], "counted from what is not said"),
        ("1970", [], "before your birth"),
        ("2015", [], "after the day of writing"),
        ("some day", [], "no time that can be read"),
        ("{earliest: 2004-01-01, latest: 2003-01-01}", [], "is after latest"),
        ("{earliest: tomorrow}", [], "is no day"),
        ("2003", ["until: 30/2/2005"], "until: "),
        ("2003", ["lasted: sometime"], "no length of time"),
    ],
)
def test_impossible_front_matter_is_a_finding(when: str, lines: list[str], said: str) -> None:
    text = event(when, *lines)
    (finding,) = read(a=text)["a"].findings
    assert (finding.check, finding.severity, finding.note) == ("front-matter", "warning", "a.md")
    assert said in finding.message
    assert finding.start is not None
    assert text[: finding.start].count("\n") + 1 == 5 + len(lines)


@pytest.mark.parametrize(
    ("when", "lines"), [("1970", ["subject: other"]), ("2015", ["modality: planned"]), ("1985-05-14", []), ("2014", [])]
)
def test_these_dates_are_in_order(when: str, lines: list[str]) -> None:
    assert not read(a=event(when, *lines))["a"].findings


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It was on 31 February 2010.", "31 February 2010"),
        ("The letter of 30/2/2011 is lost.", "30/2/2011"),
        ("On the 31st of June we left.", "31st of June"),
        ("Born on 29 February 2003, he says.", "29 February 2003"),
        ("I was in class 15, at the top.", "class 15"),
        ("When I was 45 years old I left.", "When I was 45 years old"),
    ],
)
def test_impossible_words_are_a_finding(text: str, words: str) -> None:
    note = f"---\nwritten: 2014-08-19\n---\n{text}\n"
    (finding,) = read(a=note)["a"].findings
    assert (finding.check, finding.severity) == ("dates", "warning")
    assert note[finding.start : finding.end] == words


@pytest.mark.parametrize(
    "text",
    [
        "The score was 31/6.", "See page 30/2 of the register.", "Version 2.31.10 broke it.",
        "It was 30/2/7 on the dial.",
        "In Feb 30 people came.", "My father was in class 15 of the evening course.", "Amma was 45 years old then.",
        "“When I was 45 years old I left,” he said.", "When I am 45 years old I will stop.", "Plot number 31/2/2011.",
        "The ratio is 31/6/10.", "We were 32 in May.",
    ],
)  # fmt: skip
def test_no_false_findings(text: str) -> None:
    note = f"---\nwritten: 2014-08-19\n---\n{text}\n"
    assert not read(a=note)["a"].findings
