"""What is looked up in an index is what going through everything finds: the laws behind `benchmarks/scale.py`."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from types import ModuleType

from hypothesis import given
from hypothesis import strategies as st

from refiner.chain import Chain, Standing, clash, merge_people
from refiner.checking import people_in
from refiner.config import Config
from refiner.edits import in_force, make_edit
from refiner.language.containing import Phrases
from refiner.language.inflect import fix_article
from refiner.models import Effect, Event, Extraction, Note, Person, Sentence, Span, Timeline, TraitVerdict, When
from refiner.notes import note_from_text
from refiner.stages.composing.scenes import _hulls
from refiner.stages.event_times import Days
from refiner.stages.landmark_sentences import LandmarkSentences, Sought, _date_of, masked, sought
from refiner.stages.over_life import LifeEvents

LETTERS = st.text("abA '’\n\t", max_size=12)
KINDS = ("initiates", "terminates", "suspends")


@given(st.lists(LETTERS, max_size=12), st.text("abA '’\n\t", max_size=60))
def test_phrases_finds_what_trying_each_finds(phrases: list[str], text: str) -> None:
    assert Phrases(phrases).inside(text) == {p for p in phrases if p in text}


PEOPLE = st.lists(
    st.builds(
        Person,
        names=st.lists(st.sampled_from(["Asha", "asha", "Asha Rao", "Ravi", "ravindra", ""]), max_size=3).map(tuple),
        relation=st.sampled_from(["", "friend", "aunt"]),
        gender=st.sampled_from([None, "male", "female"]),
        notes=st.lists(st.sampled_from(["a.md", "b.md", "c.md"]), max_size=2).map(tuple),
    ),
    max_size=9,
)


def _two(old: Person, p: Person) -> Person:
    """One person of two tellings, the later added to the earlier."""
    return Person(
        names=tuple(dict.fromkeys((*old.names, *p.names))),
        relation=old.relation or p.relation,
        gender=old.gender if p.gender in (None, old.gender) else p.gender if old.gender is None else None,
        notes=tuple(sorted({*old.notes, *p.notes})),
    )


@given(PEOPLE)
def test_people_are_merged_as_one_after_the_other(people: list[Person]) -> None:
    by_name: dict[str, list[Person]] = {}
    for p in people:
        if p.names and p.names[0]:
            by_name.setdefault(p.names[0].casefold(), []).append(p)
    assert merge_people(people) == tuple(reduce(_two, by_name[k]) for k in sorted(by_name))


@given(PEOPLE, st.text("ashrviRA d", max_size=40))
def test_a_note_names_whom_it_has_the_letters_of(people: list[Person], text: str) -> None:
    chain = Chain((Note(path="n.md", sha="", text=text),), extractions=(Extraction(note="n.md", people=tuple(people)),))
    named = [p.names for p in chain.people if any(n.casefold() in text.casefold() for n in p.names)]
    assert [p.names for p in people_in(chain)["n.md"]] == named


def test_people_are_merged_anew_when_the_extractions_change() -> None:
    chain = Chain((), extractions=(Extraction(note="a.md", people=(Person(names=("Asha",)),)),))
    assert [p.names for p in chain.people] == [("Asha",)]
    chain.extractions = (Extraction(note="a.md", people=(Person(names=("Ravi",)),)),)
    assert [p.names for p in chain.people] == [("Ravi",)]


def test_where_else_somebody_is_named_does_not_make_a_note_be_read_again() -> None:
    notes = tuple(Note(path=p, sha="", text="Asha came.") for p in ("a.md", "b.md"))
    asha = {
        p: Extraction(note=p, people=(Person(names=("Asha",), gender="female", notes=(p,)),)) for p in ("a.md", "b.md")
    }
    one, both = Chain(notes, extractions=(asha["a.md"],)), Chain(notes, extractions=tuple(asha.values()))
    assert people_in(one)["a.md"] == people_in(both)["a.md"] != ()


TEXT = "one two three four five six seven"
SPANS = st.lists(
    st.tuples(
        st.integers(0, len(TEXT)), st.integers(0, 6), st.sampled_from(["undecided", "rejected"]), st.integers(0, 9)
    ),
    max_size=10,
)


@given(SPANS)
def test_edits_stand_beside_each_other_as_among_all_of_them(spans: list[tuple[int, int, str, int]]) -> None:
    note = note_from_text(TEXT, "n.md")
    taken = []
    standing = Standing(note, [])
    for start, length, status, parent in spans:
        parents = (taken[parent].id,) if parent < len(taken) else ()
        edit = make_edit(
            note, "swap", start, min(len(TEXT), start + length), "x", reason="", source="rule:x", parents=parents
        )
        edit = edit.model_copy(update={"status": status})
        hits = any(o.id not in edit.parents and clash(edit, o) for o in in_force(taken))
        assert bool(standing.unsound(edit)) == hits
        if not hits:
            taken.append(edit)
            standing.add(edit)
        assert standing.live == in_force(taken)


@st.composite
def _sentences(draw: st.DrawFn) -> Note:
    at, out = 0, []
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4)), max_size=8)):
        out.append(Sentence(start=at + gap, end=at + gap + length, text="x" * length))
        at += gap + length
    return Note(path="n.md", sha="", text="x" * (at + 2), sentences=tuple(out))


@given(_sentences(), st.integers(0, 40))
def test_the_sentence_at_a_place_is_the_one_that_holds_it(note: Note, at: int) -> None:
    assert note.sentence_at(at) == next((s for s in note.sentences if s.start <= at < s.end), None)


@given(_sentences(), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3)), max_size=3))
def test_every_edit_comes_with_the_sentences_that_it_touches(note: Note, places: list[tuple[int, int]]) -> None:
    size = len(note.text)
    edits = [
        make_edit(note, "swap", min(a, size), min(a + n, size), "y", reason="", source="rule:x")
        for a, n in sorted({a: n for a, n in places}.items())
    ]
    hulls = list(_hulls(note, edits))
    assert [s for *_, of_hull in hulls for s in of_hull] == list(note.sentences)
    for edit in edits if note.sentences else ():
        touched = [
            s
            for s in note.sentences
            if edit.start < s.end and s.start < edit.end or edit.start == edit.end and s.start <= edit.start <= s.end
        ]
        before = [s for s in note.sentences if s.end <= edit.start]
        wanted = touched or [before[-1] if before else note.sentences[0]]
        start, end, held = next(h for h in hulls if wanted[0] in h[2])
        assert set(map(id, wanted)) <= set(map(id, held))
        assert start <= edit.start
        assert edit.end <= end


@given(st.text("an AN'\t \nx", max_size=20))
def test_the_article_before_a_word_is_found_however_much_stands_before_it(before: str) -> None:
    text = before + "boy"
    match = re.search(r"(?<![\w'’])(an?)([ \t]+)$", before, re.IGNORECASE)
    start, after = fix_article(text, len(before), "boy", "engineer")
    assert start == (match.start(1) if match else len(before))
    assert after.endswith("engineer")
    assert match is not None or after == "engineer"


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["a.md", "b.md"]), st.sampled_from(["", "2001-01-01", "2003-05-05"]), st.sampled_from(KINDS),
        st.sampled_from(["shy", "smokes"]), st.sampled_from(["self", "other"]), st.booleans(),
    ),
    max_size=8,
)  # fmt: skip


@given(EVENTS, st.sets(st.sampled_from(KINDS), min_size=1))
def test_the_latest_event_of_a_kind_is_that_of_all_events(
    said: list[tuple[str, str, str, str, str, bool]], kinds: set[str]
) -> None:
    events = {
        f"e{n}": Event.model_validate(
            {
                "id": f"e{n}", "note": note, "when": When(latest=day), "subject": subject, "order": n,
                "effects": (Effect.model_validate({"trait": trait, "kind": kind}),),
            }
        )
        for n, (note, day, kind, trait, subject, _) in enumerate(said)
    }  # fmt: skip
    gone = tuple({"event": f"e{n}", "void": "retracted"} for n, s in enumerate(said) if s[-1])
    verdict = TraitVerdict(id="shy", verdict="HOLDS", default_verdict="HOLDS", evidence=gone)
    life = LifeEvents(Timeline(now="2026-01-01", traits=(verdict,)), events, Config())
    for trait in ("shy", "smokes"):
        found = [
            e
            for e in events.values()
            if e.subject == "self" and {"event": e.id, "void": "retracted"} not in gone
            if any(f.trait == trait and f.kind in kinds for f in e.effects)
        ]
        wanted = max(found, key=lambda e: (e.when.latest, e.place), default=None)
        assert life.latest(trait, sorted(kinds)) == wanted  # type: ignore[arg-type]
    assert life.of_note == {p: of for p in ("a.md", "b.md") if (of := [e for e in events.values() if e.note == p])}


WORDS = ("the flood", "after Ravi's wedding", "Dada died", "the move to Pune", "my wedding", "the old mill")
LINES = (
    "The flood came in 2005.", "Dada died in January 2010.", "Ravi married in 2012.", "We moved to Pune in 2002.",
    "My wedding was in 2011.", "Nobody spoke of the flood.", "The old mill burnt down in 1999.", "It rained.",
    "“Dada died in 1990,” said the man.", "Ravi's wedding was in 2013.",
)  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(LINES), min_size=1, max_size=4), max_size=4))
def test_sentences_that_tell_an_event_are_those_that_reading_all_finds(notes: list[list[str]]) -> None:
    config = Config()
    life = [note_from_text(" ".join(lines), f"{n}.md") for n, lines in enumerate(notes)]
    index = LandmarkSentences(life, config)
    for what in filter(None, map(sought, WORDS)):
        assert [e.spans[0] for e in index.fits(what)] == list(_by_reading_all(what, life, config))


def _by_reading_all(what: Sought, notes: list[Note], config: Config) -> Iterator[Span]:
    for note in notes:
        for n, sentence in enumerate(note.sentences):
            text = masked(sentence.text)
            if told := what.told_in(text):
                at = told.start() if isinstance(told, re.Match) else None
                if _date_of(Days(note, config), n, text, at) is not None:
                    yield Span(note=note.path, start=sentence.start, end=sentence.end)


def _benchmark() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "scale.py"
    spec = importlib.util.spec_from_file_location("scale", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_longer_invented_life_begins_with_the_shorter_one(tmp_path: Path) -> None:
    scale = _benchmark()
    short, long = scale.life(tmp_path / "short", 30), scale.life(tmp_path / "long", 60)
    first = {p.relative_to(short.raw): p.read_text() for p in short.raw.rglob("*.*")}
    both = {p.relative_to(long.raw): p.read_text() for p in long.raw.rglob("*.*")}
    assert len(first) == 30
    assert len(both) == 60
    assert first.items() <= both.items()
    assert len(Config.load(short.config).traits) == len(scale.TRAITS)


def test_the_exponent_tells_linear_from_quadratic() -> None:
    exponent = _benchmark().exponent
    assert abs(exponent(3.0, 6.0, 2) - 1) < 1e-9
    assert abs(exponent(3.0, 12.0, 2) - 2) < 1e-9
