"""Reading notes: decoding, front matter, entries, sentences."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner.errors import NoteError, StoreError
from refiner.notes import note_from_text, read_notes


def texts(text: str) -> list[str]:
    return [s.text for s in note_from_text(text).sentences]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400))
def test_sentences_are_exact_ordered_spans(body: str) -> None:
    """Every sentence is the text of its span, spans are in order and do not overlap, and no word is lost."""
    note = note_from_text("x\n\n" + body)  # the first line keeps a fence of --- out
    at = 0
    between = []
    for s in note.sentences:
        assert s.start >= at
        assert note.text[s.start : s.end] == s.text
        between.append(note.text[at : s.start])
        at = s.end
    between.append(note.text[at:])
    assert not any(c.isalnum() for gap in between for c in gap.replace("\n", " ") if not c.isdecimal())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mr. Rao came. He sat.", ["Mr. Rao came.", "He sat."]),
        ('"Why?" she asked me. I said no.', ['"Why?" she asked me.', "I said no."]),
        ("it was 6 a.m.\nand dark. Next.", ["it was 6 a.m.\nand dark.", "Next."]),
        ("deploy froze. turned it off.", ["deploy froze.", "turned it off."]),
        ("At 5 p.m. we left. OK", ["At 5 p.m. we left.", "OK"]),
        ("wrapped\nline goes on. Next.", ["wrapped\nline goes on.", "Next."]),
        ("- one. two\n- three", ["one.", "two", "three"]),
        ("# Head\ntext", ["Head", "text"]),
        ("Ravi: hi\nMe: hello\nRavi: bye", ["Ravi: hi", "Me: hello", "Ravi: bye"]),
        ("वह आया। वह गया।", ["वह आया।", "वह गया।"]),
    ],
)
def test_sentence_bounds(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_entries_follow_dated_headings() -> None:
    note = note_from_text("# Diary\n\n## 2014-08-19\nRain.\n\n**20/08/2014**\nSun.\n\n3 March 2015\nWind.\n")
    assert [e.date for e in note.entries] == ["", "2014-08-19", "20/08/2014", "3 March 2015"]
    assert [s.entry for s in note.sentences if s.text in ("Rain.", "Sun.", "Wind.")] == [1, 2, 3]


def test_a_date_inside_a_sentence_is_no_heading() -> None:
    assert len(note_from_text("We moved.\n1998 was the year of the flood.\n").entries) == 1


def test_front_matter_counts_in_spans_and_keeps_dates_as_words() -> None:
    text = "---\ndate: 2014-08-19\nevents:\n  - {id: a, when: 1995-06~, effects: {x: initiates}}\n---\nHello.\n"
    note = note_from_text(text)
    assert note.meta.date == "2014-08-19"
    assert note.meta.events is not None
    assert note.meta.events[0].when.raw == "1995-06~"
    assert note.text[note.sentences[0].start :].startswith("Hello.")


def test_several_effects_on_one_trait_and_long_forms() -> None:
    note = note_from_text(
        "---\nevents:\n  - id: a\n    when: {earliest: 1995-05-01, latest: 1995-08-31}\n"
        "    effects: {x: [initiates, {kind: weakens, quote: q}]}\n    causes: [b, {to: c, quote: r}]\n"
        "observations: [{trait: x, holds: true, at: 2001}]\nretracts: [lazy, {target: a, by: b}]\n---\nBody\n"
    )
    events = note.meta.events or ()
    assert [(f.kind, f.quote) for f in events[0].effects] == [("initiates", ""), ("weakens", "q")]
    assert [(r.to, r.quote) for r in events[0].relations] == [("b", ""), ("c", "r")]
    assert (events[0].when.earliest, events[0].when.latest) == ("1995-05-01", "1995-08-31")
    assert note.meta.observations[0].at == "2001"
    assert [r.target for r in note.meta.retracts] == ["lazy", "a"]


@pytest.mark.parametrize(
    ("front", "line", "words"),
    [
        ("dat: 2014", 2, 'unknown key dat (did you mean "date"?)'),
        ("date: 2014\nevents:\n  - {id: a, efects: {}}", 4, 'did you mean "effects"'),
        ("events:\n  - {effects: {x: terminate}}", 3, 'did you mean "terminates"'),
        ("a: &x 1\ndate: *x", 3, "anchors and aliases"),
        ("date: 2014\ndate: 2015", 3, "stands twice"),
        ("date: !!python/object:os.system x", 2, "could not determine a constructor"),
        ("date: [1, 2", 3, "front matter"),
        ("skip: maybe", 2, "true or false"),
        ("- a\n- b", 2, "key: value"),
    ],
)
def test_bad_front_matter_names_file_and_line(front: str, line: int, words: str) -> None:
    with pytest.raises(NoteError) as caught:
        note_from_text(f"---\n{front}\n---\nBody\n", "a/b.md")
    assert words in str(caught.value)
    assert f"a/b.md:{line}" in str(caught.value)


def test_all_errors_of_front_matter_at_once() -> None:
    with pytest.raises(NoteError) as caught:
        note_from_text("---\nfoo: 1\nbar: 2\nskip: x\n---\n")
    assert len(caught.value.message.splitlines()) == 3


def test_a_fence_without_end_is_an_error_but_a_rule_is_not() -> None:
    with pytest.raises(NoteError, match="no closing ---"):
        note_from_text("---\ndate: 2014\ntext goes on")
    assert note_from_text("---\nJust a rule and text.").body_start == 0


def test_folder_with_odd_files(tmp_path: Path) -> None:
    """CRLF and BOM stay in the text; other encodings fail alone, with line and byte; empty files are notes."""
    (tmp_path / "README.md").write_text("not a note")
    (tmp_path / "crlf.txt").write_bytes(b"\xef\xbb\xbfOne.\r\nTwo.\r\n")
    (tmp_path / "empty.md").write_bytes(b"")
    (tmp_path / "latin.md").write_bytes("fine\ncaf\xe9\n".encode("latin-1"))
    (tmp_path / "wide.txt").write_bytes("hello".encode("utf-16"))
    (tmp_path / "nul.txt").write_bytes(b"a\nb\0c")
    (tmp_path / "skipped.md").write_text("---\nskip: true\n---\nx")
    (tmp_path / ".hidden.md").write_text("x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "README.md").write_text("a note after all")
    (tmp_path / "photo.jpg").write_bytes(b"\xff")
    (tmp_path / "out.md").symlink_to("/etc/hostname")
    reading = read_notes(tmp_path)
    assert [n.path for n in reading.notes] == ["crlf.txt", "empty.md", "sub/README.md"]
    crlf = reading.notes[0]
    assert crlf.text == "\ufeffOne.\r\nTwo.\r\n"
    assert [s.text for s in crlf.sentences][1] == "Two."
    said = sorted(str(e) for e in reading.failed)
    assert "latin.md:2: byte 8 (0xe9)" in said[0]
    assert "iconv" in said[0]
    assert "nul.txt:2" in said[1]
    assert "UTF-16LE" in said[2]


def test_front_matter_after_a_byte_order_mark_and_crlf() -> None:
    note = note_from_text("\ufeff---\r\ndate: 2014\r\n---\r\nBody.\r\n")
    assert note.meta.date == "2014"
    assert [s.text for s in note.sentences] == ["Body."]


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not there"):
        read_notes(tmp_path / "none")
