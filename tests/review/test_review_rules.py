"""What docs/review.md says of each key and each rule, shown by the session with keys typed beforehand."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from playing import PROMPT, Play, plays
from review_life import Life, MemoryLog, edit_of, note
from rich.console import Console
from test_review_session import Keys, review

from refiner.edits import make_edit
from refiner.models import CanonEntry, Decision
from refiner.review.bodies import change
from refiner.review.filters import Filters
from refiner.review.identity import sha_of
from refiner.review.items import Item, build_queue
from refiner.review.order import KINDS
from refiner.review.paint import Paint, is_plain, make_console
from refiner.review.screen import Screen
from refiner.review.session import run_review
from refiner.review.state import Action, apply, start

__all__ = ["plays"]  # the fixture


def edits() -> Filters:
    return Filters(match="Dravid")


def said(*keys: str, filters: Filters | None = None, **given: object) -> list[tuple[str, str | None]]:
    return review(*keys, filters=filters or edits(), **given).said  # type: ignore[arg-type]


@pytest.mark.says("y, a: approve")
def test_approve() -> None:
    assert said("y") == said("a") == [("approve", None)]


@pytest.mark.says("n, x: reject, then say why: a digit, words, or Enter")
def test_reject() -> None:
    assert said("n", "2") == [("reject", "wrong word")]
    assert said("x", "too new") == [("reject", "too new")]
    assert said("n", "") == [("reject", None)]


@pytest.mark.says("e: write it yourself in $VISUAL or $EDITOR")
@pytest.mark.says("An edited text counts as decided but not as approved.")
def test_edit() -> None:
    run = review("e", "y", filters=edits(), editor=lambda text, note: "Anjali's")
    assert run.said == [("edit", "Anjali's")]
    assert "1 edited" in run.out
    assert "1 yes" not in run.out


@pytest.mark.says("s, space: skip: stays undecided")
def test_skip() -> None:
    assert said("s", "q") == said(" ", "q") == []
    assert review("s", "q", filters=edits()).code == 3


@pytest.mark.says("f: flag, or take the flag off; decides nothing")
def test_flag() -> None:
    run = review("f", "f", "q", filters=edits())
    assert [v for v, _ in run.said] == ["flag", "flag"]
    assert run.code == 3


@pytest.mark.says("c: comment; decides nothing")
def test_comment() -> None:
    run = review("c", "ask him", "q", filters=edits())
    assert run.said == [("comment", "ask him")]
    assert run.code == 3


@pytest.mark.says("u: undo")
@pytest.mark.says("U: redo")
@pytest.mark.says("Undo has no limit and works across restarts.")
def test_undo_and_redo() -> None:
    first = review("y", "1", "y", "q")
    again = review("u", "u", "u", "q", log=first.log)
    assert start(Life().queue(), again.log.lines).counts()["undecided"] == 9
    assert start(Life().queue(), review("U", "q", log=again.log).log.lines).counts()["undecided"] == 8


@pytest.mark.says("j: next undecided")
@pytest.mark.says("k: previous undecided")
@pytest.mark.says("J: next, decided or not")
@pytest.mark.says("K: previous, decided or not")
@pytest.mark.says("g: go to a number")
def test_walking() -> None:
    assert "2 of 9" in review("j", "q").out
    assert "1 of 9" in review("j", "k", "q").out.split("2 of 9")[1]
    log = review("y", "q").log
    assert "1 of 9" in review("K", "q", log=log).out
    assert "3 of 9" in review("J", "q", log=log).out
    assert "5 of 9" in review("g", "5", "q").out


@pytest.mark.says("/: show only some: stage=swap note=2014 below=0.8 words; an empty line shows all")
@pytest.mark.says("The filters of `/` are options of the command line too")
def test_filters() -> None:
    assert "1 of 2" in review("/", "note=school", "q").out
    assert "1 of 9" in review("/", "note=school", "/", "", "q").out
    assert "1 of 2" in review("q", filters=Filters(note="school")).out


@pytest.mark.says("v: words → before → after → side by side (from 120 columns)")
@pytest.mark.says("w: why: source, parents, evidence, what follows")
@pytest.mark.says("?: these keys")
def test_looking() -> None:
    run = review("v", "v", "v", "v", "w", "?", "q", filters=edits(), width=130)
    for words in ("shown: before", "shown: after", "shown: side by side", "shown: words", "rule:quoted-speech"):
        assert words in run.out
    assert "these keys" in run.out


@pytest.mark.says("C: decide for the whole life: into the canon, and the same everywhere")
def test_whole_life() -> None:
    entries: list[CanonEntry] = []
    run = said("C", "y", "q", decide_life=entries.append, filters=Filters(stage="edit"))
    assert run == [("approve", None), ("approve", None)]  # the entry, and the edit that says the same
    assert [(e.before, e.after) for e in entries] == [("boys'", "girls'")]


@pytest.mark.says("Y: approve all shown; type their number to confirm")
@pytest.mark.says("N: reject all shown; type their number to confirm")
def test_all_shown() -> None:
    stage = Filters(stage="edit")
    assert [v for v, _ in said("Y", "4", filters=stage)] == ["approve"] * 4
    assert [v for v, _ in said("N", "4", filters=stage)] == ["reject"] * 4
    assert said("Y", "3", "q", filters=stage) == []


@pytest.mark.says("q: quit; everything decided is kept")
@pytest.mark.says("`q` and Ctrl-C lose nothing and print the command that goes on.")
@pytest.mark.says("Each decision is written to the log before the next item is shown.")
def test_leaving() -> None:
    for end, code in ((EOFError, 3), (KeyboardInterrupt, 130)):
        run = review("y", end=end)
        assert (run.code, run.said) == (code, [("approve", None)])
        assert "Go on: refiner review" in run.out
    assert review("y", "q").said == [("approve", None)]


@pytest.mark.says("Enter alone decides nothing.")
def test_enter() -> None:
    assert said("", "", "q") == []


@pytest.mark.says("Canon entries come first, then open questions, edits, events and trait verdicts, then")
def test_order() -> None:
    kinds = [KINDS.index(i.kind) for i in Life().queue()]
    assert kinds == sorted(kinds)


def _queue_after(before: str) -> tuple[list[Item], list[Decision]]:
    life = Life()
    item = next(i for i in life.queue() if i.before == before)
    log = [Decision(item=item.id, text_sha=item.text_sha, verdict="approve", id="1")]
    life.edits = [edit_of(life.moved, "He's", "She is"), *life.edits[1:]]
    return life.queue(log), log


@pytest.mark.says("A decision belongs to a text: if it changed since, the item is undecided again, shown")
def test_a_changed_text() -> None:
    queue, log = _queue_after("He's")
    state = start(queue, log)
    assert state.item is not None
    assert (state.item.before, state.place) == ("He's", 0)
    assert sha_of(state.item.payload) != log[0].text_sha  # type: ignore[arg-type]
    out = io.StringIO()
    Screen(make_console(out, plain=True, width=100), plain=True).show(state)
    assert "(was: y)" in out.getvalue()


@pytest.mark.says("A change is shown by words; where less than 40 % stays, before and after are shown instead.")
def test_words_or_before_and_after() -> None:
    paint = Paint(make_console(io.StringIO(), plain=True, width=100), True)
    (few,) = change("I was the boy who read.", "I was the girl who read.", paint)
    assert "[-boy-]{+girl+}" in str(few)
    assert len(list(change("He ran off at once.", "Nobody could have said why she stayed.", paint))) == 2


@pytest.mark.says("`[-old-]{+new+}` stands for colour under NO_COLOR, TERM=dumb, in pipes and with `--plain`.")
def test_plain() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    there = {"TERM": "xterm"}
    assert not is_plain(Terminal(), env=there)
    assert is_plain(Terminal(), env={**there, "NO_COLOR": "1"})
    assert is_plain(Terminal(), env={"TERM": "dumb"})
    assert is_plain(io.StringIO(), env=there)
    assert is_plain(Terminal(), True, env=there)


@pytest.mark.says(",: what an earlier stage says about this text")
@pytest.mark.says(".: what a later stage says about this text")
def test_stages_of_a_text() -> None:
    queue = Life().queue()
    number = next(n for n, i in enumerate(queue, 1) if i.before == "boy")
    state, _ = apply(start(queue, []), Action("goto", number=number))
    later, _ = apply(state, Action("next_stage"))
    assert later.item is not None
    assert later.item.stage == "override"
    back, _ = apply(later, Action("previous_stage"))
    assert back.item == state.item


@pytest.mark.says("=: do the same to the others that are alike")
def test_the_same_to_those_alike() -> None:
    life = Life()
    twice = note("twice.md", "I am a boy. He said that a boy should not cry.")
    first = edit_of(twice, "boy", "girl")
    at = twice.text.rindex("boy")
    second = make_edit(twice, "swap", at, at + 3, "girl", reason=first.reason, source=first.source)
    queue = build_queue([], [], [first, second], [], [], [], {twice.path: twice, **life.notes}, [])
    log, out = MemoryLog(), io.StringIO()
    run_review(queue, log, console=make_console(out, plain=True, width=100), reader=Keys(["y", "=", "y"]), plain=True)
    assert [(d.verdict, d.item) for d in log.lines] == [("approve", first.id), ("approve", second.id)]


@pytest.mark.says("p: everything about it, in the pager")
def test_pager(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr("rich.pager.SystemPager.show", lambda self, content: shown.append(content))
    review("p", "q", filters=edits())
    assert "He's going" in shown[0]
    assert "She's going" in shown[0]
    assert "rule:quoted-speech" in shown[0]


@pytest.mark.says("Rejecting or editing an edit makes what follows from it stale, and only that is done again.")
def test_what_follows_is_stale() -> None:
    queue = Life().queue()
    above = next(i for i in queue if i.before == "boy")
    out = review("n", "", "J", "q", filters=Filters(match=above.id)).out
    assert "1 that follows from it: made again after the review" in out
    assert review("n", "", "q", filters=edits()).out.count("made again") == 0  # nothing follows from this one


@pytest.mark.says("On a terminal, what was typed before the question is thrown away.")
def test_what_was_typed_ahead(tmp_path: Path, plays: list[Play]) -> None:
    play = Play(tmp_path / "log.jsonl")
    plays.append(play)
    play.until(PROMPT)
    play.press("yyyyyyyy")
    assert play.decisions() == [("approve", None)]


@pytest.mark.says("Colour is in the foreground only, with underline and strike.")
def test_colour() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", width=80, markup=False, highlight=False)
    Screen(console).show(start(Life().queue(), [], edits()))
    assert "\x1b[9;31mHe's" in out.getvalue()
    assert "\x1b[4;32mShe's" in out.getvalue()
    assert not re.search(r"\x1b\[[0-9;]*\b(4[0-7]|10[0-7])m", out.getvalue())


@pytest.mark.says("Notes are never read as markup, and control characters in them are made visible.")
def test_untrusted_notes() -> None:
    where = note("evil.md", "I [red]was[/red] a \x1b[31mboy.")
    queue = build_queue([], [], [edit_of(where, "was", "am")], [], [], [], {where.path: where}, [])
    out = io.StringIO()
    Screen(make_console(out, plain=True, width=100), plain=True).show(start(queue, []))
    assert "[/red]" in out.getvalue()
    assert "␛[31m" in out.getvalue()
    assert "\x1b" not in out.getvalue()
