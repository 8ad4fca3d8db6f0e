"""Long notes in pieces: every sentence once and in order, no piece too long, and a mark that a note cannot imitate."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from refiner.asking.pieces import MOST, mark_for, pieces
from refiner.errors import NoteError
from refiner.models import Note
from refiner.notes import note_from_text

TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(
        st.sampled_from(
            ["I ran.", "We ate rice and dal at six", "Why?", "\n", "\n\n", "## 2022-10-16\n\n", "- a thing\n", "No. 5"]
        ),
        max_size=60,
    ).map(" ".join),
)


def words(note: Note, piece: range) -> int:
    return sum(len(note.sentences[i].text.split()) for i in piece)


@given(TEXTS, st.integers(1, 30))
def test_every_sentence_is_in_one_piece_and_no_piece_is_too_long(text: str, most: int) -> None:
    try:
        note = note_from_text(text)
    except NoteError:
        assume(False)
    found = pieces(note, most)
    assert [i for piece in found for i in piece] == list(range(len(note.sentences)))
    assert all(piece for piece in found)
    assert all(words(note, piece) <= most or len(piece) == 1 for piece in found)


def test_a_usual_note_is_one_piece() -> None:
    assert pieces(note_from_text("I ran. " * 200)) == [range(200)]
    assert pieces(note_from_text("")) == []


def test_long_notes_are_cut_at_entries_then_paragraphs_then_sentences() -> None:
    day = "## 2022-10-1{}\n\n" + "We ate rice. " * 20 + "\n\n" + "I slept well then. " * 20 + "\n\n"
    note = note_from_text(day.format(6) + day.format(7))
    starts = [note.sentences[p.start].text for p in pieces(note, 180)]
    assert starts == ["2022-10-16", "2022-10-17"]
    starts = [note.sentences[p.start].text for p in pieces(note, 90)]
    assert starts == ["2022-10-16", "I slept well then.", "2022-10-17", "I slept well then."]
    assert all(words(note, p) <= 30 for p in pieces(note, 30))


def test_a_sentence_longer_than_a_piece_stands_alone() -> None:
    note = note_from_text("I ran. " + "and " * (MOST + 5) + "slept. We ate.")
    assert pieces(note) == [range(0, 1), range(1, 2), range(2, 3)]


@given(st.text(max_size=200))
def test_the_mark_never_stands_in_the_text(text: str) -> None:
    mark = mark_for(text)
    assert mark not in text
    assert mark == mark_for(text)
    assert mark_for(text + mark) not in text + mark
