"""Lines of a chat: who speaks, which notes are chats, and what lines of thousands of blanks cost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner import chat_lines, notes
from refiner.chat_lines import is_chat, line_at, speakers, without_speaker
from refiner.config import Config, PersonaSide
from refiner.notes import note_from_text
from refiner.stages.composing.scenes import units
from refiner.stages.extract import extract
from refiner.stages.people import said_by_another
from refiner.stages.self_image_evidence import teller_of

SIDE = PersonaSide(name="Ashok Nair", gender="male", nicknames=("Ashu",))
CONFIG = Config.from_dict(
    {
        "persona": {"before": {"name": "Ashok Nair", "gender": "male"}},
        "traits": [{"id": "smoker", "name": "smoker", "description": "smokes cigarettes", "polarity": "negative"}],
    }
)


@pytest.mark.parametrize(
    ("line", "who", "words"),
    [
        ("Ravi: hello", "Ravi", "hello"),
        ("[12/03/21, 9:14:05 PM] Ravi: hello", "Ravi", "hello"),
        ("12/03/2021, 21:14 - Ravi Menon: hello", "Ravi Menon", "hello"),
        ("  9:14 pm ravi_m.7: hello: you", "ravi_m.7", "hello: you"),
        ("> Amma:\thello", "Amma", "hello"),
        ("O'Brien-Das: hello", "O'Brien-Das", "hello"),
    ],
)
def test_who_speaks(line: str, who: str, words: str) -> None:
    found = line_at(line)
    assert found is not None
    assert (found.who, line[found.said :]) == (who, words)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Ravi:",
        "Ravi:hello",
        "21:14",
        "http://example.org: x",
        "what he said to me then: no",
        "- Ravi: x",
        "Ravi\n: x",
    ],
)
def test_no_speaker(line: str) -> None:
    assert line_at(line) is None


def test_a_list_of_fields_is_no_chat() -> None:
    assert not is_chat(note_from_text("Name: Ashok\nPlace: Kollam\nSchool: Model\nWork: clerk\n"))
    assert is_chat(note_from_text("---\nkind: chat\n---\nRavi: hello\n"))


@pytest.mark.parametrize("more", ["", "\nRavi: see you"])
def test_a_chat_of_three_lines_or_more_is_a_chat_everywhere(more: str) -> None:
    """What a friend writes of himself says nothing of the narrator, and the narrator's own line does."""
    theirs = note_from_text(f"Me: hello\nRavi: I gave up smoking in 2010.\nMe: good{more}")
    assert [said_by_another(theirs, s, SIDE) for s in theirs.sentences][:3] == [False, True, False]
    assert teller_of(theirs, theirs.sentences[1], SIDE) == ("quoted", "Ravi")
    assert [u.speaker for u in units(theirs, (), CONFIG)][:3] == ["self", "Ravi", "self"]
    assert extract(theirs, CONFIG).events == ()
    mine = note_from_text(f"Ravi: hello\nMe: I gave up smoking in 2010.\nRavi: good{more}")
    assert [e.effects[0].kind for e in extract(mine, CONFIG).events] == ["terminates"]


def test_the_label_of_an_event_names_no_speaker() -> None:
    note = note_from_text("Ravi: hello\n[1/2/2010, 9:15] Me: I gave up smoking in 2010.\nRavi: good")
    assert [e.label for e in extract(note, CONFIG).events] == ["I gave up smoking in 2010."]
    prose = note_from_text("One thing: I gave up smoking in 2010.")
    assert [e.label for e in extract(prose, CONFIG).events] == ["One thing: I gave up smoking in 2010."]
    assert without_speaker(prose, "One thing: no") == "One thing: no"


def test_the_speakers_of_a_note_are_counted_once() -> None:
    note = note_from_text("Me: hello. It is me. Again.\nRavi: yes\nMe: I came. I saw it. I left.\n" * 50)
    speakers.cache_clear()
    for sentence in note.sentences:
        said_by_another(note, sentence, SIDE)
    assert speakers.cache_info().misses == 1


# ---- long lines and gaps: patterns that take more than the line's length would not end here --------------------------

_WIDE = 20_000
_PATTERNS = [
    (name, value)
    for module in (notes, chat_lines)
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
]


@pytest.mark.parametrize(
    "mark", ["", "1998-03-04", "[12/03/21, 9:14", "# 4 March 1998", "-", "> ", "Ravi", "Ravi:", "..."]
)
@pytest.mark.parametrize("pattern", [p for _, p in _PATTERNS], ids=[n for n, _ in _PATTERNS])
def test_a_wide_gap_costs_its_width(pattern: re.Pattern[str], mark: str) -> None:
    for text in (" " * _WIDE + mark + "\x00", mark + " " * _WIDE + "\x00", mark + "\t " * (_WIDE // 2) + "x: y"):
        pattern.match(text)


@pytest.mark.parametrize(
    "char", [" ", "\t", "\n", ".", "?", "-", "9", ">", "*", "Ravi: x\n", "i went home and slept. "]
)
def test_a_long_text_is_read_in_its_length(char: str) -> None:
    note = note_from_text("x\n" + char * (_WIDE // len(char)) + "x I went.\n")
    assert note.sentences[-1].text.endswith("I went.")
    note_from_text(char * (_WIDE // len(char)))


@given(st.text(alphabet="aA1/.:-, >[]@\n", max_size=60))
def test_what_is_said_begins_in_its_line(text: str) -> None:
    found = line_at(text)
    if found:
        assert "\n" not in text[: found.said]
        assert found.who == found.who.strip()
        assert ":" not in found.who
        assert len(found.who) <= 31
        assert not text[found.said].isspace()
