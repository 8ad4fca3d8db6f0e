from __future__ import annotations

import io
import json
import random
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_life import Life, MemoryLog, edit_of, note
from test_review_session import Keys

from refiner.errors import StoreError, UsageError
from refiner.models import Edit, Sample
from refiner.review import drawn
from refiner.review.filters import Filters
from refiner.review.items import Item, build_queue
from refiner.review.paint import make_console
from refiner.review.session import run_review
from refiner.review.state import Action, apply, start

COUNT = 40
WHERE = note("many.md", " ".join(f"Once he{n} came." for n in range(COUNT)))
EDITS = [edit_of(WHERE, f"he{n}", f"she{n}") for n in range(COUNT)]
AT = "2026-01-01T00:00:00"


def queue_of(edits: list[Edit], log: MemoryLog) -> list[Item]:
    return build_queue([], [], edits, [], [], [], {WHERE.path: WHERE}, log.read())


def drawing(wanted: int, seed: int = 1) -> drawn.Draw:
    items = drawn.confident(start(queue_of(EDITS, MemoryLog()), []), Filters())
    return drawn.draw(items, wanted, Filters(), AT, random.Random(seed))


@dataclass
class Run:
    code: int
    out: str


def review(made: drawn.Draw, log: MemoryLog, *typed: str, edits: list[Edit] | None = None) -> Run:
    out, queue = io.StringIO(), queue_of(edits or EDITS, log)
    code = run_review(
        queue, log, console=make_console(out, plain=True, width=200), reader=Keys(list(typed)), plain=True,
        editor=lambda text, note: None, within=frozenset(drawn.shown_in(made, start(queue, log.read()))),
        drawn_from=len(made.population), at_end=drawn.AtEnd(made), resume=f"refiner review {made.command}",
    )  # fmt: skip
    return Run(code, out.getvalue())


@pytest.mark.says("`--sample N` draws N of the confident ones at random, and says after them how many of the")
def test_a_sample_is_looked_at_and_the_rest_approved_with_its_number() -> None:
    log, made = MemoryLog(), drawing(10)
    run = review(made, log, "y", "n", "", *"yyyyyyyy", "30")
    assert "Edit 3 of 10 (drawn from 40)" in run.out
    assert "You looked at 10 of 40: 1 was wrong. Of the 30 that you have not looked at, about 3 are wrong" in run.out
    assert run.code == 0
    assert {d.item for d in log.lines[:10]} == set(made.drawn)
    assert {d.item for d in log.lines[10:]} == set(made.rest)
    assert [d.id.split("/")[1] for d in log.lines[10:]] == [str(n) for n in range(1, 31)]
    assert drawn.finished(made, start(queue_of(EDITS, log), log.lines))
    state, _ = apply(start(queue_of(EDITS, log), log.lines), Action("undo", at=AT))  # one undo takes it back
    assert len(state.undecided()) == 30


def test_another_number_or_enter_leaves_the_rest() -> None:
    for typed in ("", "29", "yes", "\x1b"):
        log = MemoryLog()
        run = review(drawing(3), log, *"yyy", typed)
        assert "nothing was decided; 37 are left" in run.out
        assert len(log.lines) == 3


def test_coming_back_asks_about_the_rest_again_and_u_goes_back_into_the_sample() -> None:
    log, made = MemoryLog(), drawing(3)
    review(made, log, *"yyy")
    run = review(made, log, "u", "n", "", "37")
    assert [d.verdict for d in log.lines[:5]] == ["approve", "approve", "approve", "undo", "reject"]
    assert len(log.lines) == 5 + 37
    assert "3 of 40: 1 was wrong" in run.out


def test_leaving_early_says_what_is_known_and_how_to_go_on() -> None:
    log, made = MemoryLog(), drawing(4)
    run = review(made, log, "n", "", "s", "y", "q")
    assert "You looked at 2 of 40: 1 was wrong." in run.out
    assert "2 of those drawn are undecided, which makes this unsure" in run.out
    assert "Approve the rest?" not in run.out
    assert "Go on: refiner review --sample 4" in run.out
    assert run.code == 3
    assert "looked" not in review(drawing(4), MemoryLog(), "q").out


def test_nothing_but_the_sample_is_shown_whatever_the_filter() -> None:
    log = MemoryLog()
    review(drawing(5), log, "/", "match=he", "/", "", "Y", "5", "q")
    assert len(log.lines) == 5


def test_all_drawn_leaves_no_rest() -> None:
    log = MemoryLog()
    run = review(drawing(COUNT + 5), log, *"y" * COUNT)
    assert "You looked at 40 of 40: none was wrong. There is no rest." in run.out
    assert run.code == 0


def test_texts_that_changed_are_left_out_on_both_sides_but_not_what_was_decided_about_them() -> None:
    log, made = MemoryLog(), drawing(10)
    review(made, log, "n", "", *"yyy", "q")
    rejected, waits, other = log.lines[0].item, next(n for n in made.drawn if n not in {d.item for d in log.lines}), (
        made.rest[0]
    )  # fmt: skip
    changed = [edit_of(WHERE, e.before, e.after + "!") if e.id in (rejected, waits, other) else e for e in EDITS]
    assert [e.id for e in changed] == [e.id for e in EDITS]
    now = drawn.count(made, start(queue_of(changed, log), log.lines))
    assert (now.seen.looked, now.seen.wrong, now.seen.unknown, now.seen.rest, now.changed) == (4, 1, 5, 29, 2)
    assert "2 have changed since the draw and are not counted." in now.words
    assert other not in now.rest
    gone = [e for e in EDITS if e.id != other]
    assert drawn.count(made, start(queue_of(gone, log), log.lines)).changed == 1


def test_what_of_the_rest_was_decided_elsewhere_is_said() -> None:
    log, made = MemoryLog(), drawing(2)
    state = start(queue_of(EDITS, log), [])
    _, lines = apply(state, Action("decide_same", ids=tuple(made.rest[:5]), at=AT))
    now = drawn.count(made, start(queue_of(EDITS, log), lines))
    assert len(now.rest) == 33
    assert "5 of the rest are decided already." in now.words


def test_only_what_is_confident_undecided_and_could_be_approved_at_once() -> None:
    life = Life()
    waits = Sample(id="5b5b5b5b", kind="trait", messages=life.samples[0].messages, blocked=("x",), text_sha="f00e")
    life.samples.append(waits)
    items = drawn.confident(start(life.queue(), []), Filters())
    assert [i.before or i.id for i in items] == ["He's", "5a5a5a5a"]  # not 0.6, 0.7, 0.8 nor what hangs on another
    assert drawn.confident(start(life.queue(), []), Filters(note="school")) == []


def test_what_idealises_is_never_drawn() -> None:
    life = Life()
    flatters = {e.id: ("leaves out a fault",) for e in life.edits}
    queue = build_queue([], [], life.edits, [], [], [], life.notes, [], idealising=flatters)
    assert drawn.confident(start(queue, []), Filters()) == []


@given(st.integers(1, 60), st.integers(0, 1000))
def test_a_draw_is_a_part_of_the_population_without_doubles(wanted: int, seed: int) -> None:
    made = drawing(wanted, seed)
    assert len(made.drawn) == len(set(made.drawn)) == min(wanted, COUNT)
    assert sorted([*made.drawn, *made.rest]) == sorted(made.population)


def test_every_item_is_drawn_equally_often() -> None:
    counts = dict.fromkeys(drawing(1).population, 0)
    for seed in range(400):
        for name in drawing(10, seed).drawn:
            counts[name] += 1
    assert all(60 <= times <= 140 for times in counts.values())  # 100 expected, 8.7 the standard deviation


def test_the_draw_outlives_the_program(tmp_path: Path) -> None:
    path, log = tmp_path / "data" / "review" / drawn.FILE, MemoryLog()
    state = start(queue_of(EDITS, log), [])
    made = drawn.going_on(path, state, 5, Filters(), at=AT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert drawn.going_on(path, state, 5, Filters(), at="later") == made
    for wanted, filters in ((6, Filters()), (5, Filters(stage="edit"))):
        with pytest.raises(UsageError, match="not finished") as error:
            drawn.going_on(path, state, wanted, filters, at=AT)
        assert "refiner review --sample 5" in error.value.mend
    again = drawn.going_on(path, state, 6, Filters(stage="edit"), at=AT, again=True)
    assert (again.wanted, again.command) == (6, "--sample 6 --stage edit")
    review(again, log, *"yyyyyy", "34")
    fresh = start(queue_of(EDITS, log), log.lines)
    with pytest.raises(UsageError, match="nothing to draw from"):
        drawn.going_on(path, fresh, 6, Filters(stage="edit"), at=AT)
    more = [*EDITS[1:], edit_of(WHERE, "Once", "One day")]
    later = drawn.going_on(path, start(queue_of(more, log), log.lines), 3, Filters(), at=AT)
    assert list(later.drawn) == [more[-1].id]  # a finished draw gives way to a new one


def test_what_is_kept_badly_says_how_to_mend_it(tmp_path: Path) -> None:
    path, state = tmp_path / drawn.FILE, start(queue_of(EDITS, MemoryLog()), [])
    with pytest.raises(UsageError, match="no sample is drawn"):
        drawn.going_on(path, state, 5, Filters(), at=AT, keep=False)
    assert not path.exists()
    path.write_text('{"wanted": 5, "colour": "red"}', encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be read") as error:
        drawn.going_on(path, state, 5, Filters(), at=AT)
    assert "--draw-again" in error.value.mend
    assert drawn.going_on(path, state, 5, Filters(), at=AT, again=True).wanted == 5
    assert json.loads(path.read_text(encoding="utf-8"))["at"] == AT


def test_for_programs() -> None:
    log, made = MemoryLog(), drawing(10)
    review(made, log, "n", "", *"yyy", "q")
    told = drawn.as_json(drawn.count(made, start(queue_of(EDITS, log), log.lines)))
    assert (told["population"], told["looked"], told["wrong"], told["unknown"], told["rest"]) == (40, 4, 1, 6, 30)
    assert told["low"] <= told["about"] <= told["high"]
    assert told["undecided"] == 36
