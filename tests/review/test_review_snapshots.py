"""Every screen of the review as it was last looked at: `WRITE_SCREENS=1 pytest tests/review/test_review_snapshots.py`
writes them anew; then read the difference as a person would."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from shown_life import Shown, shown_life

from refiner.review.keys import HELP, KEYMAP, key_name
from refiner.review.screen import Screen, main_prompt
from refiner.review.state import Action, ReviewState, apply
from refiner.review.valid import valid

SCREENS = Path(__file__).parent / "screens"
WIDTHS = (60, 80, 140)
WRITE = bool(os.environ.get("WRITE_SCREENS"))
LIFE = shown_life()


def _at(name: str, *before: tuple[str, Action]) -> Callable[[Shown], ReviewState]:
    return lambda life: life.state(name, *before)


def _end(life: Shown) -> ReviewState:
    state = life.state("sample")
    return apply(state, Action("next_any"))[0]


PICTURES: dict[str, Callable[[Shown], ReviewState]] = {
    **{name: _at(name) for name in LIFE.names},
    "edit that follows from a rejected one": _at(
        "edit that follows", ("edit that others follow", Action("reject", reason="wrong word"))
    ),
    "edit in your own words": _at("edit", ("edit", Action("edit", text="old racquet"))),
    "question answered": _at("question", ("question", Action("answer", choice="2"))),
    "edit flagged with a comment": _at("edit", ("edit", Action("flag")), ("edit", Action("comment", text="ask her"))),
    "end of the queue": _end,
}
WHY = ("canon", "question", "edit", "edit that follows", "event", "trait contested", "sample")
VIEWS = ("before", "after", "side by side")


def console_of(width: int, *, coloured: bool) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    given = {"force_terminal": True, "color_system": "standard"} if coloured else {"color_system": None}
    return Console(file=out, width=width, markup=False, emoji=False, highlight=False, legacy_windows=False,
                   **given), out  # type: ignore[arg-type]  # fmt: skip


def drawn(width: int, *, coloured: bool) -> str:
    """All screens at one width, each under its name."""
    parts: list[str] = []

    def draw(name: str, show: Callable[[Screen], None]) -> None:
        console, out = console_of(width, coloured=coloured)
        show(Screen(console, plain=not coloured))
        parts.append(f"=== {name}\n{out.getvalue()}\n")

    def item(screen: Screen, state: ReviewState) -> None:
        screen.show(state)
        screen.prompt(*main_prompt(state.item))

    for name, at in PICTURES.items():
        draw(name, lambda screen, at=at: item(screen, at(LIFE)))  # type: ignore[misc]
    for view in VIEWS:
        draw(f"edit rewritten, {view}", lambda screen, view=view: _viewed(screen, view))  # type: ignore[misc]
    for name in WHY:
        draw(f"why: {name}", lambda screen, name=name: _why(screen, name))  # type: ignore[misc]
    for name in ("question", "edit", "trait that holds"):
        draw(f"help: {name}", lambda screen, name=name: _help(screen, name))  # type: ignore[misc]
    return visible_escapes("\n".join(parts))


def _viewed(screen: Screen, view: str) -> None:
    screen.view = view
    screen.show(LIFE.state("edit rewritten"))


def _why(screen: Screen, name: str) -> None:
    state = LIFE.state(name)
    assert state.item is not None
    screen.why(state, state.item)


def _help(screen: Screen, name: str) -> None:
    now = valid(LIFE.state(name), life=True)
    screen.help((key_name(keys), HELP[action]) for action, keys in KEYMAP.items() if action in now)


def visible_escapes(text: str) -> str:
    """Escapes as `␛`, and the blank after a prompt as `␠`, so that a file of text can hold them."""
    return re.sub(r" (?=(\x1b\[0m)?$)", "␠", text, flags=re.MULTILINE).replace("\x1b", "␛")


def kept(width: int, coloured: bool) -> Path:
    return SCREENS / f"{width}-{'colour' if coloured else 'plain'}.txt"


@pytest.mark.parametrize("coloured", [False, True], ids=["plain", "colour"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_screens_look_as_they_were_last_looked_at(width: int, coloured: bool) -> None:
    new = drawn(width, coloured=coloured)
    file = kept(width, coloured)
    if WRITE:
        SCREENS.mkdir(exist_ok=True)
        file.write_text(new, encoding="utf-8")
    assert new == file.read_text(encoding="utf-8"), "WRITE_SCREENS=1 writes the screens anew"


@pytest.mark.parametrize("coloured", [False, True], ids=["plain", "colour"])
@pytest.mark.parametrize("width", [20, 40, *WIDTHS])
def test_no_line_is_too_wide_none_ends_in_blanks_and_none_has_a_background(width: int, coloured: bool) -> None:
    text = drawn(width, coloured=coloured)
    codes = {code for found in re.findall(r"␛\[([0-9;]*)m", text) for code in found.split(";")}
    assert bool(codes) == coloured
    assert not codes & {str(n) for n in (*range(40, 50), *range(100, 108), 7)}  # 7 swaps the colours
    lines = re.sub(r"␛\[[0-9;]*m", "", text).split("\n")
    for line in lines:
        if line.startswith("=== "):
            continue
        if line.endswith("␠"):
            assert re.match(r"[A-Z]\w+\? \[.*\]␠$", line), line  # a prompt, and nothing else, ends in a blank
        else:
            assert len(line) <= width, line
            assert line == line.rstrip()
