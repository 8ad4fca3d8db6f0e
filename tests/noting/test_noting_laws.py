"""Laws of a new note: what is typed comes back from the file, names do not collide, no help eats a word."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from refiner.frontmatter import read_frontmatter
from refiner.models import EFFECT_KINDS
from refiner.notes import note_from_text, read_notes
from refiner.noting.answers import Answers, Change, Who, note_of
from refiner.noting.names import file_name, given_name, numbered
from refiner.noting.quoting import control_in, quoted
from refiner.noting.saving import save_new
from refiner.noting.scissors import SCISSORS, with_help, without_help
from refiner.noting.wording import editor_help
from refiner.stages.extract import extract

# All that UTF-8 can write and no control character; often what means something to YAML, Markdown or a shell.
ODD = st.sampled_from(
    ["---", "...", ": ", " #", "'", '"', "\\", "{a: b}", "[x]", "&a *a", "!!int", "yes", "null", "~", "| ", "%", "-"]
    + ["$", "नमस्ते दादा", "שלום", "\u202eright", "\u2028", "\u2029", "\ufeff", "\u00a0", "\ufffe", "e\u0301", "=", ", "]
    + ["\U0001f469\u200d\U0001f467"]
)
LETTER = st.characters(exclude_categories=["Cs", "Cc"])
FIELD = st.lists(st.one_of(ODD, st.text(LETTER, max_size=8)), max_size=6).map(lambda parts: "".join(parts).strip())
TEXT = st.lists(FIELD, max_size=5).map(lambda rows: "\n".join(rows).strip("\n"))
WHO = st.builds(Who, name=FIELD.filter(bool), relation=FIELD)
CHANGE = st.builds(Change, trait=FIELD.filter(bool), kind=st.sampled_from(EFFECT_KINDS))
ANSWERS = st.builds(
    Answers,
    text=TEXT,
    when=FIELD,
    who=st.lists(WHO, max_size=3).map(tuple),
    did=FIELD,
    changes=st.lists(CHANGE, max_size=3).map(tuple),
    over=FIELD,
    over_traits=st.just(()),
    written=st.just("2026-11-23"),
    author=st.one_of(st.just("self"), FIELD.filter(bool)),
    kind=st.sampled_from(["note", "letter", "chat", "traits", "media"]),
)


def endings(answers: Answers) -> Answers:
    """The same with everything that began being over."""
    return answers.model_copy(update={"over_traits": tuple(c.trait for c in answers.changes)})


@given(ANSWERS)
def test_what_is_typed_comes_back_from_the_file(answers: Answers) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = save_new(Path(folder), "note.md", note_of(answers))
        reading = read_notes(Path(folder))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not reading.failed
    (note,) = reading.notes
    body = note.text[note.body_start :]
    assert body.startswith(f"\n{answers.text}")
    for words in (answers.did, answers.over, *(w.name for w in answers.who)):
        assert words in body
    assert (note.meta.author, note.meta.kind, note.meta.written) == (answers.author, answers.kind, "2026-11-23")
    if answers.changes:
        assert note.meta.events is not None
        event = note.meta.events[0]
        assert event.when.raw == answers.when
        assert {(e.trait, e.kind) for e in event.effects} == {(c.trait, c.kind) for c in answers.changes}
    else:
        assert (note.meta.events, note.meta.date) == (None, answers.when)


@given(ANSWERS.map(endings))
def test_what_is_said_outright_is_found_in_the_words_again(answers: Answers) -> None:
    from refiner.config import Config

    note = note_from_text(note_of(answers))
    found = extract(note, Config())
    lost = [f.message for f in found.findings if "does not hold the words" in f.message]
    assert not lost


@given(FIELD)
def test_words_are_quoted_so_that_yaml_gives_them_back(words: str) -> None:
    meta, _ = read_frontmatter(f"---\ndate: {quoted(words)}\n---\n", "note.md")
    assert meta.date == words


@given(st.text())
def test_control_characters_are_found_wherever_they_stand(text: str) -> None:
    import unicodedata

    plain = text.replace("\r\n", "").replace("\n", "").replace("\t", "")
    assert bool(control_in(text)) == any(unicodedata.category(c) in ("Cc", "Cs") for c in plain)


@given(st.lists(st.one_of(TEXT, st.just("the same words")), min_size=2, max_size=6))
def test_names_never_collide_and_nothing_is_written_over(texts: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        notes = [note_of(Answers(text=text)) for text in texts]
        for text, note in zip(texts, notes, strict=True):
            save_new(Path(folder), file_name("2026-11-23", text), note)
        files = os.listdir(folder)
        assert len(files) == len(texts)
        assert sorted((Path(folder) / f).read_bytes() for f in files) == sorted(
            note_of(Answers(text=t)).encode() for t in texts
        )
        assert len(read_notes(Path(folder)).notes) == len(texts)  # none is hidden, none a README


@given(st.text(max_size=300))
def test_file_names_are_plain_and_short(words: str) -> None:
    name = file_name("2026-11-23", words)
    assert name.isascii()
    assert len(name) < 80
    assert given_name(name) == name
    assert len({numbered(name, n) for n in range(1, 20)}) == 19


HELP = editor_help(["tinkerer", "fear-of-dogs"])
ROWS = st.lists(st.one_of(FIELD, st.sampled_from(["# a heading", "", "#", "---"])), max_size=6)


@given(ROWS)
def test_help_is_cut_off_and_nothing_else(rows: list[str]) -> None:
    text = "\n".join(rows)
    assert without_help(with_help(text, HELP), HELP) == (text.rstrip() and _bare(text) + "\n")


@given(ROWS, ROWS)
def test_what_is_written_below_the_line_is_kept(above: list[str], below: list[str]) -> None:
    content = with_help("\n".join(above), HELP) + "\n".join(below)
    left = without_help(content, HELP)
    helped = {f"# {line}".rstrip() for line in HELP}
    for row in (*above, *below):
        if row.strip() and row.rstrip() not in helped:
            assert row in left.split("\n")


@given(ROWS)
def test_help_without_its_line_is_cut_off_too(rows: list[str]) -> None:
    content = with_help("\n".join(rows), HELP).replace(f"{SCISSORS}\n", "")
    left = without_help(content, HELP)
    assert not any(f"# {line}" in left for line in HELP if line)
    assert all(row in left.split("\n") for row in rows if row.strip() and row != "#")


def _bare(text: str) -> str:
    rows = text.split("\n")
    while rows and not rows[-1].strip():
        rows.pop()
    return "\n".join(rows)
