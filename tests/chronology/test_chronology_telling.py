"""The order in which notes can be told, and notes that tell what came after them."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from refiner.checks.telling import NotePlace, note_places, untellable
from refiner.config import Config
from refiner.models import Note, Timeline
from refiner.notes import note_from_text
from refiner.pipeline import run_chain
from refiner.refine import refine
from refiner.store import Workspace, read_jsonl

LIFE = Config.from_dict({"persona": {"born": "1985-05-14"}})
EVENT = "---\n{head}events:\n- id: {id}\n  quote: It happened\n{more}---\nIt happened.\n"


def note(path: str, *, written: str = "", when: str = "", more: str = "") -> Note:
    head = f"written: {written}\n" if written else ""
    more = (f"  when: '{when}'\n" if when else "") + more
    return note_from_text(EVENT.format(head=head, id=path.removesuffix(".md"), more=more), path)


def timeline(notes: list[Note]) -> Timeline:
    found = run_chain(notes, LIFE, now="2026-01-01", stages=()).timeline
    assert found is not None
    return found


def order(*notes: Note) -> list[str]:
    return [p.note for p in note_places(notes, timeline(list(notes)), LIFE)]


def test_by_day_of_writing_then_by_what_is_told() -> None:
    assert order(
        note("a.md", written="2010-01-02", when="1990"), note("b.md", when="2005"), note("c.md", written="2001-05-05")
    ) == ["c.md", "b.md", "a.md"]


def test_an_undated_note_goes_by_what_another_names_as_later() -> None:
    first = note("z.md", more="  before: [a]\n")
    assert order(note("a.md"), first) == ["z.md", "a.md"]
    assert order(note("a.md"), note("z.md")) == ["a.md", "z.md"]


def test_a_circle_orders_nothing() -> None:
    assert order(
        note("a.md", more="  before: [b]\n"), note("b.md", more="  before: [c]\n"), note("c.md", more="  before: [a]\n")
    ) == ["a.md", "b.md", "c.md"]


def test_a_diary_stands_where_its_entries_do() -> None:
    diary = note_from_text("# 3 May 2005\n\nI ran.\n\n# 4 June\n\nI slept.\n", "a.md")
    assert order(note("b.md", written="2005-04-01"), diary, note("c.md", written="2005-07-01")) == [
        "b.md",
        "a.md",
        "c.md",
    ]


def test_the_days_of_a_note() -> None:
    notes = [note("a.md", written="2010-01-02", when="1990-03"), note_from_text("I like tea.\n", "b.md")]
    assert note_places(notes, timeline(notes), LIFE) == [
        NotePlace(note="b.md", order=1),
        NotePlace(note="a.md", order=2, written="2010-01-02", first="1990-03-01", last="1990-03-31"),
    ]


def test_a_note_cannot_tell_what_came_after_it() -> None:
    early = note("a.md", written="2010-03-01", more="  same_as: [b]\n")
    notes = [early, note("b.md", written="2014-03-01", when="2012")]
    [f] = untellable(timeline(notes))
    assert (f.check, f.note) == ("chronology", "a.md")
    assert "2010-03-01" in f.message
    assert "2012" in f.message
    assert early.text[f.start : f.end] == "It happened"
    assert untellable(timeline([early, note("b.md", written="2014-03-01", when="2009")])) == []
    assert untellable(None) == []


def test_a_plan_is_no_telling() -> None:
    text = "---\ndate: 2010-03-01\n---\nFrom June 2012 I will be free of the stammer.\n"
    traits = {"traits": [{"id": "stammer", "name": "stammer", "importance": 2}]}
    found = run_chain([note_from_text(text, "a.md")], Config.from_dict(traits), now="2026-01-01", stages=("swap",))
    assert [f for f in found.findings if f.check == "chronology"] == []


def test_refine_writes_it(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    ws.raw.mkdir(parents=True)
    ws.config.write_text('[persona.before]\ngender = "male"\n[persona.after]\ngender = "female"\n')
    (ws.raw / "a.md").write_text("---\nwritten: 2010-01-02\n---\nI ran.\n")
    (ws.raw / "b.md").write_text("---\nwritten: 2001-01-02\n---\nI ran.\n")
    refine(ws, now="2026-01-01", engine="rules")
    assert [(p.note, p.order) for p in read_jsonl(ws.refined / "notes.jsonl", NotePlace)] == [("b.md", 1), ("a.md", 2)]


years = st.integers(1986, 2020)
lives = st.lists(st.tuples(st.one_of(st.none(), years), st.one_of(st.none(), years), st.integers(0, 7)), max_size=7)


def life(drawn: list[tuple[int | None, int | None, int]]) -> list[Note]:
    """A life of notes with years of writing and of what they tell; some name another's event as later."""
    out = []
    for i, (written, when, to) in enumerate(drawn):
        told = when if when is None or written is None else min(when, written)
        more = f"  before: [n{to}]\n" if to < len(drawn) and to != i else ""
        out.append(note(f"n{i}.md", written=str(written or ""), when=str(told or ""), more=more))
    return out


@given(lives, st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(
    drawn: list[tuple[int | None, int | None, int]], r: random.Random
) -> None:
    notes = life(drawn)
    told = timeline(notes)
    first = note_places(notes, told, LIFE)
    shuffled, events = list(notes), list(told.events)
    r.shuffle(shuffled)
    r.shuffle(events)
    assert note_places(shuffled, told.model_copy(update={"events": tuple(events)}), LIFE) == first
    assert sorted(p.note for p in first) == sorted(n.path for n in notes)
    assert [p.order for p in first] == list(range(1, len(notes) + 1))


@given(lives)
def test_what_is_certainly_later_never_comes_first(drawn: list[tuple[int | None, int | None, int]]) -> None:
    notes = life(drawn)
    places = {p.note: p for p in note_places(notes, timeline(notes), LIFE)}

    def days(n: Note) -> tuple[str, str]:
        p = places[n.path]
        year = n.meta.written
        return (f"{year}-01-01", f"{year}-12-31") if year else (p.first, p.last)

    for a in notes:
        for b in notes:
            if days(a)[1] and days(b)[0] and days(a)[1] < days(b)[0]:
                assert places[a.path].order < places[b.path].order
