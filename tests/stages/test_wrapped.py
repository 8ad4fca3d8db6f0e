"""Notes that are wrapped: a line end within a paragraph changes nothing of what is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from refiner.checks.change_words import cues, masked
from refiner.config import Config
from refiner.models import Note
from refiner.notes import note_files, note_from_text
from refiner.phrases import loose, on_one_line, phrase
from refiner.stages.extract import extract
from refiner.timeline.dates import find_times

ROOT = Path(__file__).resolve().parents[2]
LIFE = Config.load(ROOT / "refiner.toml")
PATHS = note_files(ROOT / "data" / "raw")
CONFIG = Config.from_dict(
    {
        "persona": {"born": "1985-05-14", "first_school_year": 1991},
        "traits": [
            {"id": "fear-of-dogs", "name": "afraid of dogs", "polarity": "negative", "importance": 3},
            {"id": "smoker", "name": "smoker", "description": "smokes cigarettes", "polarity": "negative"},
            {"id": "shy", "name": "shy", "polarity": "negative", "importance": 3},
            {"id": "delays", "name": "puts things off", "polarity": "negative"},
        ],
    }
)
TOLD = [
    "I gave up smoking in 2010.",
    "I used to be shy.",
    "Since then I have been afraid of dogs.",
    "I no longer smoke.",
    "I am no longer afraid of dogs, and I have not been since the year before last.",
    "The monsoon of 1998 took the bridge, and I began to smoke the following year.",
    "I was shy from 2001 to 2003.",
    "I smoked for about two and a half years, until my brother Suresh found out.",
    "I put things off.",
    "I plan to give up smoking next year.",
    "If I had given up smoking then, I would have run farther.",
    "I have never been shy in my life.",
    "Two years after we moved to Thrissur I was no longer shy.",
    "My elder sister Latha Menon is still afraid of dogs.",
    "For as long as I can remember I was afraid of dogs.",
]


def _flat(value: Any) -> Any:
    """The value with the white space of all its texts made single blanks, without places and what is made of them."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, dict):
        return {
            k: _flat(v) for k, v in value.items() if k not in ("id", "start", "end", "text_sha", "order", "mentions")
        }
    return [_flat(v) for v in value] if isinstance(value, list | tuple) else value


def _read(note: Note, config: Config) -> Any:
    found = extract(note, config).model_dump()
    ids = {e["id"]: e["label"] for e in found["events"]}
    for event in found["events"]:
        for relation in event["relations"]:
            relation["to"] = ids.get(relation["to"], relation["to"])
    return _flat(found)


def _cut(note: Note) -> list[tuple[str, str]]:
    """The sentences of a note and the dates of their entries, without their white space."""
    return [(_flat(s.text), note.entries[s.entry].date if note.entries else "") for s in note.sentences]


def _blanks(text: str, start: int) -> list[int]:
    """The blanks between two words of one line, those before a mark at a line's beginning left out."""
    mark = re.compile(r"[-*+•#>|\[]|\d{1,3}[.)]|[\w .@'-]{1,31}:\s")
    found = (m.start() for m in re.finditer(r"(?<=[^\s>#*+•|-]) (?=\S)", text[start:]))
    return [start + i for i in found if not mark.match(text, start + i + 1)]


def _wrapped(text: str, places: set[int], end: str) -> str:
    return "".join(end if i in places else c for i, c in enumerate(text))


ENDS = st.sampled_from(["\n", "\r\n", "\n  ", "  \n"])


@given(st.data(), ENDS)
@settings(max_examples=60)
def test_wrapping_a_life_changes_nothing_that_is_read(data: st.DataObject, end: str) -> None:
    path = data.draw(st.sampled_from(PATHS))
    note = note_from_text(path.read_text(encoding="utf-8"), path.name)
    blanks = _blanks(note.text, note.body_start)
    assume(blanks)
    places = data.draw(st.sets(st.sampled_from(blanks), min_size=1))
    wrapped = note_from_text(_wrapped(note.text, places, end), path.name)
    assume(_cut(wrapped) == _cut(note))  # no list, heading, dated entry or line of a chat was made by it
    assert _read(wrapped, LIFE) == _read(note, LIFE)


@given(st.lists(st.sampled_from(TOLD), min_size=1, max_size=4, unique=True), st.data(), ENDS)
@settings(max_examples=120)
def test_wrapping_a_paragraph_changes_nothing_that_is_read(told: list[str], data: st.DataObject, end: str) -> None:
    text = " ".join(told)
    note = note_from_text(f"---\nwritten: 2015-03-04\n---\n{text}\n")
    places = data.draw(st.sets(st.sampled_from(_blanks(note.text, note.body_start)), min_size=1))
    wrapped = note_from_text(_wrapped(note.text, places, end))
    assert _cut(wrapped) == _cut(note)
    assert _read(wrapped, CONFIG) == _read(note, CONFIG)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n   "])
@pytest.mark.parametrize("sentence", TOLD)
def test_a_word_a_line(sentence: str, end: str) -> None:
    """Every blank of a sentence at once, so that none of its phrases is left on one line."""
    note = note_from_text(sentence)
    wrapped = note_from_text(_wrapped(sentence, set(_blanks(sentence, 0)), end))
    assert _cut(wrapped) == _cut(note)
    assert _read(wrapped, CONFIG) == _read(note, CONFIG)


def test_what_a_wrapped_sentence_says() -> None:
    """By value: a law alone would hold where nothing is read at all."""
    effects = [
        (f.trait, f.kind)
        for text in ("I gave\nup smoking in 2010.", "Since\nthen I have been afraid of dogs.", "I no\nlonger smoke.")
        for e in extract(note_from_text(text), CONFIG).events
        for f in e.effects
    ]
    assert effects == [("smoker", "terminates"), ("fear-of-dogs", "initiates"), ("smoker", "terminates")]


@pytest.mark.parametrize("end", ["\n", "\r\n", " \n  "])
@pytest.mark.parametrize(
    ("said", "context", "expected"),
    [
        ("It broke the following year.", "1998", "1999"),
        ("It broke the next year.", "1998", "1999"),
        ("It broke the same year.", "1998", "1998"),
        ("It broke in March of the following year.", "1998", "1999-03"),
        ("It broke the following March.", "1998-06", "1999-03"),
        ("It broke the summer after that.", "1998-08", "1999-04/1999-07"),
        ("It broke the year before last.", "1998", "2001"),
        ("It broke the day before yesterday.", "1998", "2003-06-12"),
    ],
)
def test_a_line_end_within_words_that_point(said: str, context: str, expected: str, end: str) -> None:
    for text in (said, said.replace(" ", end)):
        assert [t.when.edtf for t in find_times(text, written="2003-06-14", context=context)] == [expected]


def test_the_anchor_of_a_time_is_on_one_line() -> None:
    found = find_times("Two years after we\r\n  moved to\nThrissur I stopped.")
    assert [t.when.anchor for t in found] == ["we moved to Thrissur"]


# ---- the helper ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("gave up", r"gave\s+up"),
        ("a? b", r"a?\s+b"),
        ("(?: on)? end", r"(?:\s+on)?\s+end"),
        ("a ?b", r"a(?:\s+)?b"),
        ("a *b", r"a\s*b"),
        ("a {2}b", r"a\s{2}b"),
        (r"the\ sea", r"the\s+sea"),
        ("[a-z ]x", r"[a-z\s]x"),
        ("[]x ] y", r"[]x\s]\s+y"),
        ("[^] ] y", r"[^]\s]\s+y"),
        (r"\[ \]", r"\[\s+\]"),
        ("(?<=[a-z,] )X y", r"(?<=[a-z,]\s)X\s+y"),
        ("(?<!even )(?:if so)", r"(?<!even\s)(?:if\s+so)"),
    ],
)
def test_a_blank_of_a_pattern_is_any_white_space(pattern: str, expected: str) -> None:
    assert loose(pattern) == expected
    re.compile(expected)


@given(
    st.lists(st.sampled_from(["gave", "up", "it", "then"]), min_size=2, max_size=5),
    st.sampled_from([" ", "\n", "\t \r\n"]),
)
def test_a_phrase_is_found_over_a_line_end(words: list[str], gap: str) -> None:
    assert phrase(re.escape(" ".join(words))).fullmatch(gap.join(words))
    assert phrase(re.escape(" ".join(words))).fullmatch("".join(words)) is None


@given(st.text())
def test_one_line_keeps_places_and_words(text: str) -> None:
    flat = on_one_line(text)
    assert len(flat) == len(text) == len(masked(text))
    assert flat.split() == text.split()
    assert all(a == b or a.isspace() and b == " " for a, b in zip(text, flat, strict=True))


@given(st.integers(0, 300), st.integers(0, 900))
def test_no_run_of_blanks_is_long(gap: int, quote: int) -> None:
    """The time of a pattern that looks for blanks grows with the square of their run: no run may be long."""
    text = f'I said{" " * gap}that "{"x" * quote}" and gave up'
    assert max(len(m[0]) for m in re.finditer(r"\s+", masked(text))) <= 420
    assert max((len(m[0]) for m in re.finditer(r"\s+", masked(" " * gap))), default=0) < 20


def test_a_long_gap_parts_what_stands_beside_it() -> None:
    wide = "I gave up smoking" + " " * 6_000 + "and began to sing."
    assert [(c.kind, wide[c.start : c.end].split()[-1]) for c in cues(wide)][0] == ("ending", "up")
