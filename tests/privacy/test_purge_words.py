"""The search finds a text however it is written down, and takes nobody else's words for it."""

from __future__ import annotations

import gzip
import html
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner.purge_search import search
from refiner.purge_words import SIZE, Maker, Marks, hash_of, own_words, shingles, views, words

NOTE = "The brass anklet — Meenakshi’s own — lay “under the jasmine”, and I never told Perumal."
WORD = st.text(st.characters(categories=("Ll", "Lu", "Nd", "Lo")), min_size=1, max_size=9)


def marks_of(text: str, *others: str) -> Marks:
    maker = Maker(list(others))
    maker.add_raw(text)
    return maker.made()


def found(marks: Marks, text: str) -> list[str]:
    return [said for _, said in marks.found_in(text)]


@given(st.lists(WORD, min_size=SIZE, max_size=40))
def test_a_text_is_found_in_itself_by_the_same_hashes(said: list[str]) -> None:
    text = " ".join(said)
    marks = Marks(frozenset(value for _, value in shingles(words(text))))
    if marks and not marks.shingles & own_words():
        assert found(marks, text)
        assert found(marks, "\n".join(word.upper() for word in words(text))) or not text.isascii()


@given(st.lists(WORD, min_size=1, max_size=8), st.lists(WORD, min_size=1, max_size=8))
def test_words_in_another_order_have_another_hash(one: list[str], two: list[str]) -> None:
    assert (hash_of(one) == hash_of(two)) == (one == two)


@given(st.lists(WORD, min_size=8, max_size=30), st.integers(1, 3))
def test_a_text_is_found_in_json_in_json(said: list[str], deep: int) -> None:
    text = value = " ".join(said)
    for _ in range(deep):
        value = json.dumps({"text": value})
    marks = Marks(frozenset(v for _, v in shingles(words(text))))
    assert not marks or marks.shingles & own_words() or marks.stands_in(value)


@pytest.mark.parametrize(
    "written",
    [
        NOTE,
        NOTE.upper(),
        NOTE.replace(" ", "\n   > "),
        json.dumps(NOTE),
        json.dumps({"a": json.dumps([NOTE])}),
        html.escape(NOTE),
        "<p>" + NOTE.replace("anklet", "<b>anklet</b>").replace("’", "&#x2019;") + "</p>",
    ],
)
def test_ways_of_writing(written: str) -> None:
    assert marks_of(NOTE).stands_in(written)


def test_what_anybody_says_is_no_trace() -> None:
    marks = marks_of("At the end of the day. I kept nineteen pigeons in Salem.", "I kept nineteen pigeons in Salem.")
    assert not found(marks, "at the end of the street I kept nineteen pigeons in Salem.")
    assert not marks_of("On the one hand it is so and on the other it is not so at all.", "A hand, or other hands.")


def test_words_of_this_program_are_no_trace() -> None:
    """A note that happens to say what a prompt or a docstring says."""
    ours, theirs = "makes the marks of one note", "brass anklets under seven jasmines"
    assert not found(Marks(frozenset(v for _, v in shingles(words(ours)))), ours)
    assert found(Marks(frozenset(v for _, v in shingles(words(theirs)))), theirs)


def test_names_that_only_one_note_has() -> None:
    maker = Maker(["Meenakshi sang."])
    maker.add_names(["Perumal", "Meenakshi", "The Lotus Tank", "Al"])
    marks = maker.made()
    assert found(marks, "old PERUMAL, by The lotus tank") == ["PERUMAL", "The lotus tank"]
    assert not found(marks, "old perumal")
    assert not found(marks, "Meenakshi and Al")


def test_views_put_halves_of_a_character_together() -> None:
    assert "😀 गाना" in [*views(json.dumps("😀 गाना"))][1]


def test_files_of_all_kinds_are_searched(tmp_path: Path) -> None:
    text = f"{'nothing here. ' * 3000}\n{NOTE}"
    (tmp_path / "plain.txt").write_text(text)
    (tmp_path / "packed.gz").write_bytes(gzip.compress(text.encode()))
    with zipfile.ZipFile(tmp_path / "packed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.txt", text)
    (tmp_path / "wide.txt").write_bytes(text.encode("utf-16"))
    with sqlite3.connect(tmp_path / "rows.sqlite") as db:
        db.execute("CREATE TABLE t (value TEXT)")
        db.execute("INSERT INTO t VALUES (?)", (text,))
    db.close()
    (tmp_path / "late.bin2").write_bytes(b"x " * (3 << 20) + NOTE.encode())
    (tmp_path / "other.txt").write_text("Perumal never told me.")
    done = search(tmp_path, marks_of(NOTE))
    assert {left.path.name for left in done.left} == {
        "plain.txt", "packed.gz", "packed.zip", "wide.txt", "rows.sqlite", "late.bin2"
    }  # fmt: skip
    assert next(left for left in done.left if left.path.name == "plain.txt").place == "line 2"
    assert done.files == 7


def test_rows_that_were_deleted_are_found_in_free_pages(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "rows.sqlite", isolation_level=None)
    db.execute("PRAGMA secure_delete=OFF")
    db.execute("CREATE TABLE t (value TEXT)")
    db.execute("INSERT INTO t VALUES (?)", (NOTE,))
    db.execute("DELETE FROM t")
    db.close()
    assert search(tmp_path, marks_of(NOTE)).left
    db = sqlite3.connect(tmp_path / "rows.sqlite", isolation_level=None)
    db.execute("PRAGMA secure_delete=ON")
    db.execute("VACUUM")
    db.close()
    assert not search(tmp_path, marks_of(NOTE)).left


def test_links_and_weights_are_named_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    (tmp_path / "outside.txt").write_text(NOTE)
    (tmp_path / "w" / "link").symlink_to(tmp_path / "outside.txt")
    (tmp_path / "w" / "all").symlink_to(tmp_path)
    (tmp_path / "w" / "a.safetensors").write_bytes(b"\0" * 100)
    done = search(tmp_path / "w", marks_of(NOTE))
    assert not done.left
    assert len(done.unsearched) == 3
