"""What holds of every import, whatever the messages, names and titles are."""

from __future__ import annotations

import re
import tempfile
from datetime import date
from pathlib import Path

from exports import bring, put, workspace
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from refiner.config import Config, Persona, PersonaSide
from refiner.frontmatter import read_frontmatter
from refiner.importing.chats import ME, Chat, Message, clean, drafts, labels
from refiner.importing.media_notes import Item, line
from refiner.importing.model import Draft, Wanted
from refiner.importing.planning import make, note_text
from refiner.notes import note_from_text
from refiner.stages.composing.scenes import units
from refiner.stages.composing.text import WORD
from refiner.stages.media import media_of

ME_NAME = "Vikram Pillai"
PERSONA = Persona(before=PersonaSide(name=ME_NAME, gender="male"), after=PersonaSide(name="Vidya", gender="female"))
CONFIG = Config(persona=PERSONA)

any_text = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60)
# Without the signs that Markdown takes for emphasis and links: those are a reader's matter, not import's.
_PLAIN = st.characters(exclude_characters="[]()*_~=", exclude_categories=("Cs", "Cc"))
prose = st.text(st.one_of(st.sampled_from("ab N.!? :-,'\"0139\n…।"), _PLAIN), min_size=1, max_size=50)
names = st.sampled_from(
    [ME_NAME, "Leela Menon", "+91 98470 12345", "राहुल", "Babu 🎸", "Dr. Anna-Maria de la Cruz", "Vikram"]
)
days = st.dates(min_value=date(2012, 1, 1), max_value=date(2012, 4, 1))


def _wanted() -> Wanted:
    return Wanted(persona=PERSONA, me=(ME_NAME,))


def _words(text: str) -> list[str]:
    return WORD.findall(text)


@given(st.lists(st.tuples(days, names, prose), min_size=1, max_size=12))
@example([(date(2012, 1, 1), "Leela Menon", "ok. Plan: we go. 12:30 - Babu: no")])
@example([(date(2012, 1, 1), ME_NAME, "two words")])
def test_messages_become_units_with_the_same_speakers_and_words(rows: list[tuple[object, str, str]]) -> None:
    wanted = _wanted()
    sent = [Message(str(d), who, text) for d, who, said in rows if (text := clean(said, wanted))]
    sent.append(Message("2012-05-01", ME_NAME, "so that I am in it"))
    sent.sort(key=lambda m: m.day)
    got: list[tuple[str, str]] = []
    for draft in drafts("whatsapp", [Chat("Hostel", sent)], wanted):
        note = note_from_text(note_text(draft))
        assert note.meta.kind == "chat"
        for unit in units(note, [], CONFIG):
            got += [(unit.speaker, w) for w in _words(unit.text)]
    called = {**labels({m.sender for m in sent}, ME_NAME, _wanted()), ME_NAME: "self"}
    want = [(called[m.sender], w) for m in sent for w in _words(m.text)]
    assert got == want


@given(st.lists(st.text("aA2-? .", min_size=1, max_size=4), min_size=1, max_size=8))
@example(["A", "a-2", "a"])
def test_no_two_notes_get_one_path(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ws = workspace(Path(folder))
        texts = [Draft("md", f"{name}.md", f"note {n}") for n, name in enumerate(names)]
        paths = [i.path.casefold() for i in make(ws, "markdown", Path(folder), texts).items]
    assert len(paths) == len(names)
    assert len(set(paths)) == len(paths)


@given(st.lists(any_text, min_size=1, max_size=5))
def test_any_character_of_a_message_survives(said: list[str]) -> None:
    wanted = _wanted()
    sent = [Message("2012-01-01", ME_NAME, text) for s in said if (text := clean(s, wanted))]
    for draft in drafts("whatsapp", [Chat("Hostel", sent)], wanted):
        body = draft.body
        for message in sent:
            flat = body.replace(f"  \n\n{ME}: ", " ").replace(f"  \n{ME}: ", " ")
            assert message.text in flat
        assert note_text(draft).encode("utf-8")


@given(any_text, any_text, st.sampled_from(["2014", "2014-02", "2014-02-03", "007", "0x1F", "1e5", "null", "~"]))
def test_front_matter_keeps_any_words(author: str, word: str, when: str) -> None:
    text = note_text(Draft("g", "n.md", f"{word}\n", author=author, date=when, kind="letter"))
    meta, start = read_frontmatter(text, "n.md")
    shown = " ".join("".join(c if c.isprintable() or c == "\u200d" else " " for c in author).split())
    assert meta.author == (shown or "self")
    assert meta.date == when
    assert text[start:].strip("\n") == word.strip("\n")


@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=100),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30),
)
@example("The End.", "0.")
@example("Who? Me. And You", "J. R. Ott")
@example("A - B: C (D) – E", "Ab. Cd: x (y)")
def test_a_title_is_read_back_as_it_is(title: str, author: str) -> None:
    flat = " ".join(title.split())
    assume(flat and not re.search(r"[*_\"“”]", flat))
    item = Item(title, "book", "read", author, "2014-08-19", effect='made me cry. Twice, "why" and *how*.')
    found = media_of(note_from_text(f"---\nkind: media\n---\n\n{line(item)}\n"))
    assert [(m.kind, m.when, m.effect) for m in found] == [("book", "2014", item.effect)]
    # Where a sentence could end inside of a title, its mark goes: "What If? 2".
    title = found[0].title
    assert title == flat or re.sub(r"\W", "", title) == re.sub(r"\W", "", flat)


@settings(max_examples=25)
@given(
    st.lists(st.tuples(days, st.sampled_from(["Leela", ME_NAME]), prose), min_size=1, max_size=10), st.integers(0, 10)
)
def test_a_second_import_writes_nothing_and_a_longer_one_only_what_is_new(
    rows: list[tuple[object, str, str]], cut: int
) -> None:
    lines = [
        f"{d:%d/%m/%Y}, 10:0{n % 10} - {who}: {' '.join(said.split()) or 'hm'}"
        for n, (d, who, said) in enumerate(sorted(rows, key=lambda r: str(r[0])))
    ]
    lines.insert(0, "25/12/2011, 10:00 - Leela: begin")
    lines.insert(1, f"25/12/2011, 10:01 - {ME_NAME}: yes")
    with tempfile.TemporaryDirectory() as folder:
        ws = workspace(Path(folder))
        export = put(Path(folder), "WhatsApp Chat with Leela.txt", "\n".join(lines[: 2 + cut]) + "\n")
        assert bring(ws, export) >= 1
        assert bring(ws, export) == 0
        put(Path(folder), "WhatsApp Chat with Leela.txt", "\n".join(lines) + "\n")
        bring(ws, export)
        grown = {p.name: p.read_bytes() for p in ws.raw.rglob("2*.md")}
        assert bring(ws, export) == 0
        whole = workspace(Path(folder) / "other")
        bring(whole, export)
        assert grown == {p.name: p.read_bytes() for p in whole.raw.rglob("2*.md")}
