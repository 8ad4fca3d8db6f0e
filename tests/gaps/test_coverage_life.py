"""The coverage of a life: its tables hold every sample, what is missing is named with what fills it, it is drawn."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from gaps_life import facts, planted
from hypothesis import given, settings
from hypothesis import strategies as st

from refiner.dataset.coverage import ENDED, KINDS, LIVING, Cell, cells, state, total
from refiner.dataset.coverage_life import Coverage, Lack, life_coverage, place
from refiner.dataset.plot import check_file, picture
from refiner.errors import RefinerError, UsageError
from refiner.gaps.facts import Facts
from refiner.gaps.periods import ACROSS, UNDATED
from refiner.models import Message, Sample
from refiner.report_coverage import as_json, lines

LIFE: Facts = facts()
TRAITS = [t.id for t in LIFE.config.traits]
NOTES = [n.path for n in LIFE.notes]
EVENTS = list(LIFE.events)


def sample(n: int, **more: Any) -> Sample:
    given: dict[str, Any] = {"kind": "memory", "messages": (Message(role="user", content="?"),), **more}
    return Sample(id=f"s{n}", **given)


SAMPLES = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from([*KINDS, "general"]),
            "traits": st.lists(st.sampled_from([*TRAITS, "unknown"]), max_size=3).map(tuple),
            "notes": st.lists(st.sampled_from([*NOTES, "gone.md"]), max_size=2).map(tuple),
            "events": st.lists(st.sampled_from([*EVENTS, "gone"]), max_size=2).map(tuple),
            "status": st.sampled_from(["undecided", "approved", "rejected", "edited"]),
            "blocked": st.sampled_from([(), (), ("edit",)]),
        }
    ),
    max_size=25,
).map(lambda rows: [sample(n, **row) for n, row in enumerate(rows)])


def covered(samples: list[Sample]) -> Coverage:
    return life_coverage(samples, LIFE, planted().values())


@settings(max_examples=60)
@given(SAMPLES)
def test_the_tables_hold_every_sample(samples: list[Sample]) -> None:
    table = covered(samples)
    assert sum((total(p.cells) for p in table.periods), Cell()) == total(cells(samples))
    for row in table.traits:
        mine = [s for s in samples if row.trait in s.traits]
        assert row.cells == cells(mine)
        assert row.total == sum(s.status != "rejected" for s in mine)
    important = {t.id for t in LIFE.config.important}
    assert table.other == cells(s for s in samples if not important & set(s.traits))
    of_all = total(cells(samples))
    assert of_all.ready + of_all.waiting + of_all.rejected == len(samples) == table.samples
    assert sum(s.rows for s in table.mix) == of_all.ready


@settings(max_examples=60)
@given(SAMPLES)
def test_a_lack_is_real_and_names_what_fills_it(samples: list[Sample]) -> None:
    table = covered(samples)
    rows = {r.trait: r for r in table.traits}
    for x in table.lacks:
        if x.of == "period":
            period = next(p for p in table.periods if p.id == x.row)
            assert not period.cells.get("memory", Cell()).ready
            continue
        row = rows[x.row]
        if row.verdict in LIVING:
            assert (row.short > 0) if not x.kind else not row.cells.get(x.kind, Cell()).ready
        if x.command.startswith("refiner note"):
            assert x.gap in planted()
            assert planted()[x.gap].trait == x.row
        if "--status rejected" in x.command:
            assert any(s.status == "rejected" and x.row in s.traits for s in samples)
    for row in table.traits:
        if row.verdict in ENDED and not row.cells.get("now_and_then", Cell()).ready:
            assert any(x.row == row.trait and x.kind == "now_and_then" for x in table.lacks)
        if row.short:
            assert any(x.row == row.trait and not x.kind for x in table.lacks)


@given(SAMPLES)
@settings(max_examples=25)
def test_what_is_printed_says_the_same_and_keeps_its_width(samples: list[Sample]) -> None:
    table = covered(samples)
    names = {t.id: t.title for t in LIFE.config.traits}
    printed = list(lines(table, names, 80))
    assert all(len(line) <= 80 or line.startswith("    →") for line in printed)
    said = as_json(table)
    assert [t["id"] for t in said["traits"]] == [r.trait for r in table.traits]
    assert f"{len(samples)} samples: " in "\n".join(printed)
    assert len(said["missing"]) == len(table.lacks)


def test_the_floor_of_a_negative_trait_is_a_number() -> None:
    ready = [sample(n, traits=("stubborn",), status="approved", kind="trait") for n in range(7)]
    table = covered(ready)
    row = next(r for r in table.traits if r.trait == "stubborn")
    assert (row.floor, row.short) == (10, 3)
    printed = list(lines(table, {}, 100))
    assert "negative: stubborn: floor 10 samples, 7 ready: 3 short" in printed
    more = [*ready, *(sample(n, traits=("stubborn",), status="edited") for n in range(7, 12))]
    assert "negative: stubborn: floor 10 samples, 12 ready: met, 2 more" in list(lines(covered(more), {}, 100))


def lack(samples: list[Sample], row: str, kind: str) -> Lack:
    return next(x for x in covered(samples).lacks if (x.row, x.kind) == (row, kind))


def test_what_waits_comes_before_what_was_rejected_and_that_before_a_new_note() -> None:
    none = lack([], "stubborn", "memory")
    assert (none.gap, none.command) == ("stubborn:instance", "refiner note --gap stubborn:instance")
    rejected = sample(1, traits=("stubborn",), notes=("me.md",), status="rejected", kind="memory")
    turned = lack([rejected], "stubborn", "memory")
    assert turned.command == "refiner review --stage sample --trait stubborn --status rejected"
    assert turned.notes == ("me.md",)
    waits = sample(2, traits=("stubborn",), notes=("me.md",), kind="memory")
    whole = lack([rejected, waits], "stubborn", "")
    assert whole.command == "refiner review --stage sample --trait stubborn --status undecided"
    assert "1 waits for your review" in whole.what
    held = sample(3, traits=("stubborn",), notes=("me.md",), status="approved", blocked=("e",), kind="memory")
    assert lack([held], "stubborn", "").command == "refiner review --status undecided --note me.md"
    assert state(held) == "waiting"


def test_a_kind_that_the_mix_asks_for_has_its_column_without_a_sample() -> None:
    assert covered([]).kinds == list(KINDS)
    assert lines(covered([]), {}, 80).__next__().split()[1:4] == ["trait", "situ", "memo"]


def test_a_dead_trait_is_asked_for_as_past() -> None:
    now = sample(1, traits=("smoker",), kind="memory", status="approved")
    assert lack([now], "smoker", "now_and_then").gap == "smoker:ending"
    past = sample(2, traits=("smoker",), kind="now_and_then", status="approved")
    assert not any(x.row == "smoker" for x in covered([past]).lacks)


def test_a_sample_lies_where_its_events_or_notes_do() -> None:
    stopped = next(e.id for e in LIFE.timeline.events if e.note == "stopped.md")
    assert place(sample(1, events=(stopped,)), LIFE) == "age-30"
    assert place(sample(2, notes=("patience.md",)), LIFE) == "age-22"
    assert place(sample(3, notes=("childhood.md",)), LIFE) == ACROSS
    assert place(sample(4, notes=("names-1.md",)), LIFE) == UNDATED
    assert place(sample(5, notes=("sunita.md",)), LIFE) == UNDATED  # the day of writing is not when it was


def test_a_silent_time_of_life_names_the_gap_that_fills_it() -> None:
    lacks = {x.row: x for x in covered([]).lacks if x.of == "period"}
    assert lacks["after-school"].gap == "years:1989-1995"
    assert "no sample was made of them" in lacks["age-40"].what


# ---- the picture ---------------------------------------------------------------------------------------------------

NAMES = {t.id: t.title for t in LIFE.config.traits}


@pytest.fixture(scope="module")
def table() -> Coverage:
    pytest.importorskip("matplotlib")
    made = [
        sample(n, traits=(TRAITS[n % 5],), kind=KINDS[n % 9], status="approved", notes=("press.md",)) for n in range(30)
    ]
    return covered(made)


def test_the_picture_is_the_same_for_the_same_tables(table: Coverage) -> None:
    svg = picture(table, NAMES, "svg")
    assert svg == picture(table, NAMES, "svg")
    assert b"<dc:date>" not in svg
    png = picture(table, NAMES, "png")
    assert png.startswith(b"\x89PNG")
    assert png == picture(table, NAMES, "png")


def test_missing_cells_are_hatched_and_the_floor_is_marked(table: Coverage, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.figure import Figure

    drawn: list[Figure] = []
    save = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda self, *a, **k: drawn.append(self) or save(self, *a, **k))
    picture(table, {**NAMES, "stubborn": "a fear of being laughed at by people whom one does not know at all"}, "png")
    above, below = drawn[0].axes
    empty = sum(len(r.empty) for r in table.traits)
    assert sum(p.get_hatch() == "////" for p in above.patches) == empty > 0
    words = [t.get_text() for t in above.texts]
    row = next(r for r in table.traits if r.trait == "stubborn")
    assert f"{total(row.cells).ready} of {row.floor} ▼" in words
    assert sum(p.get_hatch() == "////" for p in below.patches) == sum(x.of == "period" for x in table.lacks)
    inside = drawn[0].get_tightbbox(drawn[0].canvas.get_renderer())  # type: ignore[attr-defined]
    width, height = drawn[0].get_size_inches()
    assert inside.x0 >= -0.05
    assert inside.y0 >= -0.05
    assert inside.x1 <= width + 0.05
    assert inside.y1 <= height + 0.05
    numbers = {t.get_text() for t in above.texts if re.fullmatch(r"\d+( \+\d+)?", t.get_text())}
    assert {str(c.ready) for r in table.traits for c in r.cells.values() if not c.waiting} <= numbers


def test_expected_failures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a picture is"):
        check_file(Path("x.pdf"))
    (tmp_path / "x.png").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        check_file(tmp_path / "x.png")
    monkeypatch.setattr("refiner.dataset.plot.find_spec", lambda name: None)
    with pytest.raises(RefinerError, match="matplotlib") as raised:
        check_file(Path("x.png"))
    assert "pip install 'refiner[plot]'" in str(raised.value)
