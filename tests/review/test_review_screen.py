from __future__ import annotations

import io

import pytest
from review_life import Life, edit_of, note
from rich.console import Console

from refiner.models import Note
from refiner.review.items import build_queue
from refiner.review.paint import Paint, is_plain, make_console
from refiner.review.screen import Screen, as_string
from refiner.review.state import Action, ReviewState, apply, start
from refiner.review.visible import visible

EDIT = """
Edit 3 of 9 · 2014-moved.md · swap: quoted speech · 9 left
  We moved to Pune in 2014.
  "[-He's-]{+She's+} going to be the next Dravid," my father told the neighbours.
  I was the only boy in the colony who read.
why: the speaker is the narrator's father
by a rule
Approve? [y n e s u j k v w ?] """


def number_of(before: str) -> int:
    return next(n for n, i in enumerate(Life().queue(), 1) if i.before == before)


def at(number: int) -> ReviewState:
    return apply(start(Life().queue(), []), Action("goto", number=number))[0]


def test_an_edit_looks_like_this() -> None:
    number = number_of("He's")
    assert as_string(at(number), width=140) == EDIT.replace("Edit 3 of", f"Edit {number} of")


@pytest.mark.parametrize("width", [12, 20, 40, 60, 80, 140])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    for number in range(1, 10):
        lines = as_string(at(number), width=width).split("\n")[:-1]  # the prompt is one line always
        assert all(len(line) <= width for line in lines)
        assert all(line == line.rstrip() for line in lines)


def test_what_was_decided_stands_there() -> None:
    state, log = apply(at(6), Action("edit", text="Anjali's"))
    state, _ = apply(state, Action("goto", number=6))
    text = as_string(state)
    assert "(edited)" in text
    assert "your text:" in text
    assert "[-He's-]{+Anjali's+}" in text
    life = Life()
    life.edits = [edit_of(life.moved, "He's", "She is"), *life.edits[1:]]
    assert "(was: e)" in as_string(start(life.queue(log), log))


def test_what_follows_from_a_rejected_edit_says_so() -> None:
    queue = Life().queue()
    boy = next(n for n, i in enumerate(queue, 1) if i.before == "boy")
    assert queue[boy].stage == "override"  # parents first
    state, _ = apply(start(queue, []), Action("goto", number=boy))
    state, _ = apply(state, Action("reject"))
    assert "it is made again after the review" in as_string(state, width=140)


EVIL = "I [red]was[/red] a \x1b[31mboy\x1b[0m [/b] :smile: \u202egnorw\u202c\x07\x9b5m \ud800 \u200b\r ok."


def evil_life() -> tuple[Note, ReviewState]:
    where = note("\x1b]0;x\x07.md", EVIL)
    edits = [edit_of(where, "was", "\x1b[2Jam [bold]", reason="\x1b[5m[blink]why")]
    return where, start(build_queue([], [], edits, [], [], [], {where.path: where}, []), [])


@pytest.mark.parametrize("plain", [True, False])
def test_notes_are_untrusted(plain: bool) -> None:
    _, state = evil_life()
    out = io.StringIO()
    console = make_console(out, plain=plain, width=100)
    screen = Screen(console, plain=plain)
    screen.show(state)
    assert state.item is not None
    screen.why(state, state.item)
    text = out.getvalue()
    assert "\x1b" not in text  # the stream is no terminal: rich writes no styles, and the note's own are signs
    assert not {"\x07", "\x9b", "\u202e", "\u200b", "\ud800", "\r"} & set(text)
    for shown in ("[red]", "[/red]", "[/b]", ":smile:", "␛[31m", "<U+202E>", "␇", "<U+D800>", "[blink]"):
        assert shown in text


def test_styles_are_never_a_background() -> None:
    out = io.StringIO()
    coloured = Console(file=out, force_terminal=True, color_system="standard", width=80, markup=False, highlight=False)
    Screen(coloured).show(at(6))
    text = out.getvalue()
    assert "\x1b[9;31mHe's" in text  # strike and red
    assert "\x1b[4;32mShe's" in text  # underline and green
    assert not any(f"\x1b[{n}" in text or f";{n}m" in text for n in range(40, 48))


def test_when_output_is_plain() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    there = {"TERM": "xterm-256color"}
    assert not is_plain(Terminal(), env=there)
    assert is_plain(Terminal(), True, env=there)
    assert is_plain(Terminal(), env={**there, "NO_COLOR": "1"})
    assert not is_plain(Terminal(), env={**there, "NO_COLOR": ""})
    assert is_plain(Terminal(), env={"TERM": "dumb"})
    assert is_plain(io.StringIO(), env=there)


def test_scripts_that_need_joiners_stay_as_they_are() -> None:
    for text in ("क्‍ष", "👩‍👦", "é", "line\nline"):
        assert visible(text) == text


def test_a_change_of_white_space_can_be_seen() -> None:
    from refiner.review.diff import segments

    paint = Paint(make_console(io.StringIO(), plain=True), True)
    assert paint.diff(
        segments("one two three four", "one two three  four")
    ).plain == "  one two three[- -]{+  +}four".replace("[- -]{+  +}", "[-·-]{+··+}")
