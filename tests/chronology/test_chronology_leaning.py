"""Which relative time leans on what, on sentences marked by hand; laws of leanings."""

from __future__ import annotations

import pytest
from chronology_marked import LEANING, MORE_LEANING
from hypothesis import given
from hypothesis import strategies as st

from refiner.checks.hanging import dependants, leaning
from refiner.notes import note_from_text

PLAIN = ("We moved to Surat.", "I stole a pen.", "Papa was ill.", "I like tea.", "“A year later I left,” he said.")
DATED = ("In 1995 I fell ill.", "I met Ravi in May 2003.", "When I was nine I could swim.")
RELATIVE = (
    "Two years later we left.",
    "That summer it rained.",
    "The next day I slept.",
    "Then I ran.",
    "Since then I limp.",
)
texts = st.lists(st.sampled_from(PLAIN + DATED + RELATIVE), min_size=1, max_size=12).map(" ".join)


@pytest.mark.parametrize(("text", "marked"), [*LEANING, *MORE_LEANING])
def test_marked(text: str, marked: list[tuple[str, str]]) -> None:
    note = note_from_text(text + "\n")
    found = leaning(note)
    assert [x.words for x in found] == [words for words, _ in marked]
    for x, (_, begins) in zip(found, marked, strict=True):
        assert note.text[x.anchor_start : x.anchor_end].startswith(begins)


def test_a_heading_is_no_happening() -> None:
    note = note_from_text("I fell off the roof.\n\n# The wall\n\nThe next day I limped.\n")
    assert [note.text[x.anchor_start : x.anchor_end] for x in leaning(note)] == ["I fell off the roof."]


def test_the_kinds() -> None:
    note = note_from_text("In 2004 I fell. A month later I sang. That summer I ran. After that I hid. In May I left.\n")
    assert [x.kind for x in leaning(note)] == ["offset", "pointing", "since", "month"]


def test_dependants_are_those_that_count_from_the_span() -> None:
    text = "In 1995 I fell ill. Papa was kind. Two years later we left. A year after that I fell again.\n"
    note = note_from_text(text)
    ill, kind, later, after = note.sentences
    assert [x.words for x in dependants(note, ill.start, ill.end)] == ["Two years later"]
    assert dependants(note, kind.start, kind.end) == []
    assert [x.words for x in dependants(note, later.start, later.end)] == ["A year after that"]
    assert dependants(note, after.start, after.end) == []
    year = text.index("1995")
    assert [x.words for x in dependants(note, year, year + 4)] == ["Two years later"]
    # Both are left out together: nothing hangs in the air.
    assert [x.words for x in dependants(note, ill.start, later.end)] == ["A year after that"]


@given(texts)
def test_spans_lie_in_the_text_and_anchors_before_the_words(text: str) -> None:
    note = note_from_text(text + "\n")
    for x in leaning(note):
        assert note.text[x.start : x.end] == x.words
        assert 0 <= x.anchor_start < x.anchor_end <= x.start
        if x.counted:
            assert x.anchor_start <= x.counted[0] < x.counted[1] <= x.anchor_end


@given(st.lists(st.sampled_from(PLAIN + DATED), max_size=12).map(" ".join))
def test_without_relative_times_nothing_leans(text: str) -> None:
    assert leaning(note_from_text(text + "\n")) == []


@given(texts)
def test_every_leaning_depends_on_its_own_anchor(text: str) -> None:
    note = note_from_text(text + "\n")
    for x in leaning(note):
        assert x in dependants(note, x.anchor_start, x.anchor_end)


@given(texts, texts)
def test_what_follows_changes_no_leaning_before_it(first: str, second: str) -> None:
    alone = leaning(note_from_text(first + "\n"))
    assert leaning(note_from_text(f"{first} {second}\n"))[: len(alone)] == alone


@given(texts, texts)
def test_nothing_leans_on_another_entry(first: str, second: str) -> None:
    note = note_from_text(f"# 3 May 2005\n\n{first}\n\n# 9 May 2006\n\n{second}\n")
    border = note.entries[1].start
    assert not [x for x in leaning(note) if x.anchor_start < border <= x.start]
