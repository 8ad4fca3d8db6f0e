"""What edits do to "two years later": cases marked by hand, and laws over any edits."""

from __future__ import annotations

import pytest
from chronology_marked import EDITED
from hypothesis import given
from hypothesis import strategies as st

from refiner.checks.again import Again
from refiner.checks.hanging import dependants, leaning
from refiner.checks.told_times import faults, safe_place, told_times
from refiner.config import Config
from refiner.edits import make_edit, render
from refiner.models import Edit, Note
from refiner.notes import note_from_text
from refiner.pipeline import run_chain

LIFE = Config.from_dict({"persona": {"born": "1985-05-14", "first_school_year": 1991}})
SENTENCES = (
    "In 1995 I fell ill.", "I met Ravi in 2003.", "We moved to Surat.", "I stole a pen.", "Two years later we left.",
    "That summer it rained.", "The next day I slept.", "Then I ran.", "Since then I limp.", "In June we left.",
)  # fmt: skip
notes = st.lists(st.sampled_from(SENTENCES), min_size=2, max_size=9).map(lambda s: note_from_text(" ".join(s) + "\n"))
CLAUSES = (" That lasted until 2010.", " That did not last.", " That ended later.", " It came back in 1999.")


def changed(note: Note, changes: list[tuple[str, str]], stage: str = "override") -> list[Edit]:
    out = []
    for before, after in changes:
        words = before.removeprefix("@")
        start = note.text.index(words)
        end = start + len(words)
        out.append(make_edit(note, stage, end if before[0] == "@" else start, end, after, reason="", source="person"))
    return out


def drop(note: Note, index: int) -> Edit:
    s = note.sentences[index]
    end = s.end + (note.text[s.end : s.end + 1] == " ")
    return make_edit(note, "override", s.start, end, "", reason="", source="rule:test")


def add(note: Note, index: int, clause: str) -> Edit:
    s = note.sentences[index]
    return make_edit(note, "override", s.end, s.end, clause, reason="", source="rule:test")


@pytest.mark.parametrize(("text", "changes", "marked"), EDITED)
def test_marked(text: str, changes: list[tuple[str, str]], marked: list[tuple[str, int, int]]) -> None:
    note = note_from_text(text + "\n")
    found = faults(note, changed(note, changes), LIFE)
    assert [(f.leaning.words, f.meant, f.reads) for f in found] == marked


def read(text: str, changes: list[tuple[str, str]]) -> tuple[Note, Again]:
    note = note_from_text(text + "\n", "n.md")
    edits = tuple(changed(note, changes))
    return note, Again(note, render(note.text, edits), LIFE, edits=edits)


def test_another_year_is_an_error_that_says_both_and_the_year_meant() -> None:
    text = "I became afraid of dogs in 1995. Two years later we moved."
    note, again = read(text, [("@1995.", " That lasted until 2003.")])
    [f] = told_times(again)
    assert (f.check, f.severity, note.text[f.start : f.end]) == ("chronology", "error", "Two years later")
    assert "I became afraid of dogs in 1995." in f.message
    assert "until 2003" in f.message
    assert '"in 1997"' in f.message
    assert "(2005)" in f.message


def test_what_counts_from_nothing_now_is_a_warning() -> None:
    _, again = read("I fell in 1995. Two years later we moved.", [("I fell in 1995. ", "")])
    [f] = told_times(again)
    assert f.severity == "warning"
    assert "left out" in f.message
    assert '"in 1997"' in f.message


def test_then_is_never_more_than_a_warning() -> None:
    _, again = read("I fell ill in 2006. Then we left.", [("@2006.", " That lasted until 2010.")])
    assert [f.severity for f in told_times(again)] == ["warning"]


def test_a_rejected_edit_does_no_harm() -> None:
    note = note_from_text("I fell in 1995. Two years later we moved.\n")
    [edit] = changed(note, [("I fell in 1995. ", "")])
    assert faults(note, [edit.model_copy(update={"status": "rejected"})], LIFE) == []
    assert len(faults(note, [edit.model_copy(update={"status": "approved"})], LIFE)) == 1


def test_an_age_can_be_what_something_counts_from() -> None:
    note = note_from_text("When I was nine I fell. Two years later we moved.\n")
    [f] = faults(note, changed(note, [("@fell.", " That lasted until 2003.")]), LIFE)
    assert (f.meant, f.reads) == (1996, 2005)


def test_the_chain_reports_it_with_spans_in_the_raw_note() -> None:
    config = Config.from_dict(
        {
            "persona": {"born": "1985-05-14"},
            "traits": [{"id": "dogs", "name": "fear of dogs", "aliases": ["afraid of dogs"], "importance": 3}],
        }
    )
    text = (
        "---\nevents:\n- id: bite\n  quote: I became afraid of dogs in 1995\n  when: '1995'\n"
        "  effects: {dogs: initiates}\n---\nI was a boy. I became afraid of dogs in 1995. Two years later we moved.\n"
    )
    note = note_from_text(text, "n.md")
    chain = run_chain([note], config, now="2026-01-01", stages=("swap",))
    assert [f for f in chain.findings if f.check == "chronology"] == []
    again = Again(
        note, chain.refined(note), config, edits=(*chain.edits["n.md"], *changed(note, [("in 1995. ", "once. ")]))
    )
    assert [note.text[f.start : f.end] for f in told_times(again)] == ["Two years later"]


@given(notes)
def test_without_edits_nothing_is_wrong(note: Note) -> None:
    assert faults(note, [], LIFE) == []


@given(notes, st.data())
def test_a_sentence_without_dependants_can_go(note: Note, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(note.sentences) - 1))
    s = note.sentences[index]
    if not dependants(note, s.start, s.end, LIFE):
        assert faults(note, [drop(note, index)], LIFE) == []


@given(notes, st.data())
def test_a_safe_place_captures_nothing(note: Note, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(note.sentences) - 1))
    if safe_place(note, note.sentences[index], LIFE):
        assert faults(note, [add(note, index, data.draw(st.sampled_from(CLAUSES)))], LIFE) == []


@given(notes)
def test_the_place_between_an_anchor_and_its_words_is_not_safe(note: Note) -> None:
    for x in leaning(note, LIFE):
        between = [s for s in note.sentences if x.anchor_start <= s.start and s.end <= x.start]
        assert not any(safe_place(note, s, LIFE) for s in between)


@given(notes, st.data())
def test_removing_an_edit_never_makes_a_finding_about_it(note: Note, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(note.sentences) - 1), unique=True, max_size=4))
    edits = [
        drop(note, i) if data.draw(st.booleans()) else add(note, i, data.draw(st.sampled_from(CLAUSES)))
        for i in sorted(places)
    ]
    for f in faults(note, edits, LIFE):
        assert f.edit in edits
        assert note.text[f.leaning.start : f.leaning.end] == f.leaning.words
    for gone in edits:
        assert gone not in [f.edit for f in faults(note, [e for e in edits if e != gone], LIFE)]
    assert faults(note, edits, LIFE) == faults(note, edits[::-1], LIFE)
