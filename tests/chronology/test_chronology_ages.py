"""Ages and classes against the years said of the same, marked by hand; whose they are; front matter and two notes."""

from __future__ import annotations

import pytest
from chronology_marked import AGES, MORE_AGES
from hypothesis import given
from hypothesis import strategies as st

from refiner.checks.again import Again
from refiner.checks.ages import ages, told_twice
from refiner.config import Config
from refiner.edits import make_edit, render
from refiner.models import Finding, Note
from refiner.notes import note_from_text
from refiner.pipeline import run_chain

LIFE = Config.from_dict({"persona": {"born": "1985-05-14", "first_school_year": 1991}})


def found(text: str, config: Config = LIFE) -> tuple[Note, list[Finding]]:
    note = note_from_text(text + "\n", "n.md")
    return note, ages(Again(note, note.text, config))


@pytest.mark.parametrize(("text", "marked"), [*AGES, *MORE_AGES])
def test_marked(text: str, marked: tuple[str, str] | None) -> None:
    note, some = found(text)
    assert len(some) == (marked is not None)
    if marked:
        [f] = some
        assert (f.check, f.severity) == ("ages", "warning")
        words = note.text[f.start : f.end]
        assert all(w in f.message and w in words for w in marked)


def test_the_message_says_what_the_birth_makes_of_it_and_what_would_mend_it() -> None:
    _, [f] = found("In 1998, when I was nine, we moved to Surat.")
    assert "1994 or 1995 by persona.born = 1985-05-14" in f.message
    assert '"in 1994"' in f.message
    assert '"12 or 13"' in f.message


@pytest.mark.parametrize(
    "text",
    [
        "---\nauthor: Ritu\n---\nIn 1998, when I was nine, we moved to Surat.",
        "Amma said, “In 1998, when I was nine, we moved.”",
        "Me: hello\nRitu: In 1998, when I was nine, we moved.\nMe: ok\nRitu: yes\n",
        "I had to repeat a year. In 2002, in class 5, I won a pen.",
        "In 2002 I met my class 5 teacher.",
    ],
)
def test_what_is_not_the_narrators_is_left_out(text: str) -> None:
    assert found(text)[1] == []


def test_without_a_birth_nothing_is_known() -> None:
    for text, _ in AGES:
        assert found(text, Config())[1] == []


def test_the_refined_text_is_read_and_the_raw_span_given() -> None:
    note = note_from_text("I was a boy. In 1994, when I was nine, we moved.\n", "n.md")
    start = note.text.index("1994")
    edits = (
        make_edit(note, "swap", 8, 11, "girl-child", reason="", source="person"),
        make_edit(note, "swap", start, start + 4, "1999", reason="", source="person"),
    )
    [f] = ages(Again(note, render(note.text, edits), LIFE, edits=edits))
    assert note.text[f.start : f.end] == "1994, when I was nine"
    assert '"1999"' in f.message


def test_front_matter_against_its_prose() -> None:
    head = "---\nevents:\n- id: move\n  quote: When I was nine we moved to Surat\n  when: '{}'\n---\n"
    prose = "When I was nine we moved to Surat."
    assert found(head.format(1994) + prose)[1] == []
    note, [f] = found(head.format(2001) + prose)
    assert note.text[f.start : f.end] == "When I was nine"
    assert '"2001"' in f.message
    assert "1994 or 1995" in f.message


def _two(first: str, second: str) -> list[Finding]:
    head = "---\nevents:\n- id: {}\n  quote: {}\n  when: {}\n{}---\n{}.\n"
    texts = {
        "a.md": head.format("a", "I broke my arm", first, "", f"I broke my arm {first}"),
        "b.md": head.format("b", "My arm broke", second, "  same_as: [a]\n", f"My arm broke {second}"),
    }
    chain = run_chain([note_from_text(t, p) for p, t in texts.items()], LIFE, now="2026-01-01", stages=("swap",))
    assert chain.timeline is not None
    assert [f for f in chain.findings if f.check == "ages"] == told_twice(chain.timeline.events, LIFE)
    return told_twice(chain.timeline.events, LIFE)


def test_the_same_told_in_two_notes() -> None:
    assert _two("in 1994", "when I was nine") == []
    [f] = _two("in 2001", "when I was nine")
    assert f.note == "b.md"
    assert "a.md" in f.message
    assert "2001" in f.message
    assert "when I was nine" in f.message
    assert _two("in 2001", "in 2004") == []  # two dates: the timeline's own contradiction


@given(st.integers(3, 30), st.integers(1985, 2020))
def test_a_finding_only_where_no_day_fits(age: int, year: int) -> None:
    turned = 1985 + age  # from 14 May of this year to 13 May of the next
    _, some = found(f"In {year}, when I was {age}, we moved to Surat.")
    assert bool(some) == (year not in (turned, turned + 1))


@given(st.integers(1, 12), st.integers(1990, 2010))
def test_classes_run_from_june_to_may(grade: int, year: int) -> None:
    begun = 1990 + grade
    _, some = found(f"In {year} I was in class {grade}.")
    assert bool(some) == (year not in (begun, begun + 1))


@given(st.lists(st.sampled_from([t for t, m in AGES]), min_size=1, max_size=6))
def test_spans_lie_in_the_text(some: list[str]) -> None:
    note, out = found("\n\n".join(some))
    for f in out:
        assert f.start is not None
        assert f.end is not None
        assert note.body_start <= f.start < f.end <= len(note.text)
