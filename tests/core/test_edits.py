"""Edits: identity, rendering, composition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner.edits import in_force, make_edit, raw_span, render, render_span
from refiner.models import Edit
from refiner.notes import note_from_text


def edit(text: str, before: str, after: str, *, stage: str = "swap", n: int = 0, parents: tuple[str, ...] = ()) -> Edit:
    note = note_from_text(text, "n.md")
    start = -1
    for _ in range(n + 1):
        start = note.text.index(before, start + 1)
    return make_edit(
        note, stage, start, start + len(before), after, reason="r", source="rule:test", parents=parents
    )  # fmt: skip


@given(st.lists(st.tuples(st.text(max_size=6), st.text(max_size=6), st.booleans()), max_size=12))
def test_rendering_changes_the_edited_spans_and_nothing_else(pieces: list[tuple[str, str, bool]]) -> None:
    text = "".join(p for p, _, _ in pieces)
    note = note_from_text("x" + text.replace("-", "_"), "n.md")
    expected, edits, at = "x", [], 1
    for piece, after, changed in pieces:
        piece = piece.replace("-", "_")
        if changed and piece:
            edits.append(make_edit(note, "swap", at, at + len(piece), after, reason="r", source="rule:x"))
            expected += after
        else:
            expected += piece
        at += len(piece)
    assert render(note.text, edits) == expected
    assert render(note.text, reversed(edits)) == expected
    assert render(note.text, [e.model_copy(update={"status": "rejected"}) for e in edits]) == note.text


def test_a_later_edit_replaces_the_one_it_contains() -> None:
    text = "I was a boy of ten."
    first = edit(text, "boy", "girl")
    second = edit(text, "a boy of ten", "a girl of ten then", stage="reframe", parents=(first.id,))
    assert render(text, [first, second]) == "I was a girl of ten then."
    refused = second.model_copy(update={"status": "rejected"})
    assert render(text, [first, refused]) == "I was a girl of ten."
    assert [e.id for e in in_force([first, second])] == [second.id]


def test_overlap_without_parent_is_a_fault() -> None:
    text = "I was a boy of ten."
    with pytest.raises(ValueError, match="overlaps"):
        render(text, [edit(text, "boy", "girl"), edit(text, "a boy", "a child", stage="reframe")])


def test_ids_survive_changes_elsewhere_and_tell_equal_sentences_apart() -> None:
    here = edit("He came. Rain fell.", "He", "She")
    moved = edit("New first line here. He came. Rain fell.", "He", "She")
    assert (here.id, here.text_sha) == (moved.id, moved.text_sha)
    other = edit("He came. Rain fell. He came.", "He", "She", n=1)
    assert other.id != here.id
    twice = "He saw he."
    assert edit(twice, "He", "She").id != edit(twice, "he", "she").id


def test_text_sha_changes_with_what_is_proposed() -> None:
    a, b = edit("He came.", "He", "She"), edit("He came.", "He", "They")
    assert a.id == b.id
    assert a.text_sha != b.text_sha


def test_render_span_leaves_out_what_reaches_beyond() -> None:
    text = "I was a boy. He ran."
    edits = [edit(text, "boy", "girl"), edit(text, "He", "She")]
    assert render_span(text, 0, 12, edits) == "I was a girl."
    assert render_span(text, 13, len(text), edits) == "She ran."


@given(
    st.lists(st.tuples(st.text("ab ", min_size=1, max_size=5), st.text("xy", max_size=5), st.booleans()), max_size=8),
    st.integers(0, 60), st.integers(0, 60),
)  # fmt: skip
def test_a_refined_span_lies_in_its_raw_span(pieces: list[tuple[str, str, bool]], a: int, b: int) -> None:
    """Every refined letter that no edit made is the raw letter of the span that it is mapped to."""
    text = "".join(p for p, _, _ in pieces)
    note = note_from_text(text, "n.md")
    edits, at = [], 0
    for piece, after, changed in pieces:
        if changed:
            edits.append(make_edit(note, "swap", at, at + len(piece), after, reason="r", source="rule:x"))
        at += len(piece)
    refined = render(note.text, edits)
    start, end = sorted((min(a, len(refined)), min(b, len(refined))))
    low, high = raw_span(start, end, edits)
    assert 0 <= low <= high <= len(text)
    kept = [c for c in refined[start:end] if c in "ab "]
    raw = iter(text[low:high])
    assert all(c in raw for c in kept)
