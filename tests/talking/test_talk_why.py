"""What stands behind an answer: the order, the bound, any text, and the notes behind a sample."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner.checks import similar
from refiner.errors import UsageError
from refiner.store import Workspace
from refiner.talk_behind import Behind, Found, read_rows, shown
from refiner.talk_why import ALIKE, Row, Trained, sentences
from refiner.training.launch import tuning

ROWS = [
    Row("s1", "memory", "What happened in the flood?", "In 1994 the river took our workshop. The clocks floated off."),
    Row("s2", "memory", "Tell me of the flood.", "In 1994 the river took our workshop. The clocks floated off."),
    Row("s3", "memory", "Did you ever fall?", "My foot slipped off the ladder on the tower, and I hung by one hand."),
    Row("s4", "trait", "Are you jealous?", "Yes. When my brother won the prize I could not shake his hand."),
    Row("g1", "general", "What is the capital of France?", "The capital of France is Paris."),
    Row("s5", "boundary", "Have you been to Chile?", "I don't know that place. I was never there."),
    Row("s6", "voice", "?", "…"),
]
WAYS = [False, *([True] if similar.available() else [])]
TEXT = st.one_of(
    st.text(max_size=80), st.lists(st.sampled_from([s for r in ROWS for s in sentences(r.answer)])).map(" ".join)
)


@pytest.fixture(params=WAYS, ids=lambda v: "vectors" if v else "words")
def trained(request: pytest.FixtureRequest) -> Trained:
    return Trained(ROWS, vectors=request.param)


@pytest.mark.parametrize(
    ("answer", "sample"),
    [
        ("The river took our workshop in 1994.", "s1"),
        ("I slipped from the ladder at the tower and hung by a hand.", "s3"),
        ("My brother won a prize. I couldn't shake his hand!", "s4"),
        ("Paris is the capital of France.", "g1"),
    ],
)
def test_the_sample_that_an_answer_comes_from_is_the_first(trained: Trained, answer: str, sample: str) -> None:
    found = trained.like("", answer)
    assert found.found[0].row.sample == sample


def test_of_equal_answers_the_nearer_question_stands_for_all(trained: Trained) -> None:
    found = trained.like("Tell me about the flood.", ROWS[0].answer)
    assert (found.best[0].row.sample, found.best[0].ways, found.best[0].score) == ("s2", 2, pytest.approx(1, abs=1e-5))
    assert "s1" not in [one.row.sample for one in found.best]


@pytest.mark.parametrize(
    "answer",
    [
        "I grew up on a vineyard near Bordeaux and sold wine with my aunt.",
        "My three daughters ski every winter in the Alps.",
        "…", "", "🙂🙂", "नमस्ते",
    ],
)  # fmt: skip
def test_what_nobody_wrote_has_nothing_behind_it(trained: Trained, answer: str) -> None:
    found = trained.like("Where did you grow up?", answer)
    assert found.found == ()
    text = "\n".join(shown(Found(found, {})))
    assert "Nothing you wrote stands behind this: she made it up." in text


def test_a_sentence_that_was_added_is_named(trained: Trained) -> None:
    found = trained.like("The flood?", f"{ROWS[0].answer} Then a helicopter brought pineapples to my uncle in Bhopal.")
    assert found.found[0].row.sample in ("s1", "s2")
    assert found.alone == ("Then a helicopter brought pineapples to my uncle in Bhopal.",)
    text = "\n".join(shown(Found(found, {}, "The data set has changed.")))
    assert "helicopter" in text
    assert "Likeness is no proof" in text
    assert text.startswith("The data set has changed.")


def test_where_only_a_part_is_known_it_is_said_to_be_a_part(trained: Trained) -> None:
    invented = "Then a helicopter brought pineapples to my uncle in Bhopal. He sang opera for seven hungry wolves."
    found = trained.like("The prize?", f"{invented} I could not shake his hand.")
    text = "\n".join(shown(Found(found, {})))
    assert found.found == ()
    assert "most like a part of her answer" in text
    assert "trait s4" in text
    assert text.index("Nothing you wrote is like") < text.index("helicopter") < text.index("wolves")
    assert "she made it up" not in text


@given(TEXT, TEXT)
def test_any_text_is_ranked_by_score(question: str, answer: str) -> None:
    for vectors in WAYS:
        trained = _known(vectors)
        found = trained.like(question, answer)
        scores = [one.score for one in found.best]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= s <= 1.000001 for s in scores)
        assert len({one.row.answer for one in found.best}) == len(scores) <= 3
        assert [part.text for part in found.parts] == sentences(answer)
        for part in found.parts:
            assert part.nearest is None or part.nearest.said in sentences(part.nearest.row.answer)
        assert all(one.said in sentences(one.row.answer) for one in found.best)
        if scores:
            every = trained.like(question, answer, most=99).best
            assert scores[0] >= max(one.score for one in every) - ALIKE
        assert list(shown(Found(found, {})))


_MADE: dict[bool, Trained] = {}


def _known(vectors: bool) -> Trained:
    if vectors not in _MADE:
        _MADE[vectors] = Trained(ROWS, vectors=vectors)
    return _MADE[vectors]


def test_rows_are_read_with_the_samples_behind_them(tmp_path: Path) -> None:
    talk = [
        {"role": "system", "content": "s"}, {"role": "user", "content": "One?"}, {"role": "assistant", "content": "1."},
        {"role": "user", "content": "Two?"}, {"role": "assistant", "content": "2."},
    ]  # fmt: skip
    (tmp_path / "train.jsonl").write_text(json.dumps({"messages": talk, "kind": "memory"}) + "\n")
    record = {"file": "train.jsonl", "row": 1, "sample": "ab", "kind": "memory"}
    (tmp_path / "provenance.jsonl").write_text(json.dumps(record) + "\n")
    (row,) = read_rows(tmp_path)
    assert (row.sample, row.kind, row.question, row.answer) == ("ab", "memory", "Two?", "1.\n2.")
    assert row.key == tuning("continued").row_key(talk)  # as run.json has it
    (tmp_path / "provenance.jsonl").write_text("")
    with pytest.raises(UsageError, match="no data set"):
        read_rows(tmp_path)


def _data_set(ws: Workspace) -> list[str]:
    """Two rows of a data set; their keys."""
    ws.dataset.mkdir(parents=True)
    rows, behind = [], []
    for n, row in enumerate((ROWS[0], ROWS[2]), 1):
        talk = [{"role": "user", "content": row.question}, {"role": "assistant", "content": row.answer}]
        rows.append(json.dumps({"messages": [{"role": "system", "content": "s"}, *talk]}))
        behind.append(json.dumps({"file": "train.jsonl", "row": n, "sample": row.sample, "kind": row.kind}))
    (ws.dataset / "train.jsonl").write_text("\n".join(rows) + "\n")
    (ws.dataset / "provenance.jsonl").write_text("\n".join(behind) + "\n")
    return [r.key for r in read_rows(ws.dataset)]


def test_only_what_the_run_was_taught_can_stand_behind_it(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    first, second = _data_set(ws)
    answer = ROWS[2].answer
    every = Behind(ws, now="2026-01-01").find("", answer)
    assert every.likeness.found[0].row.sample == "s3"
    assert every.changed == ""
    both = Behind(ws, now="2026-01-01", trained_on="another", taught=[first, second]).find("", answer)
    assert both.changed == ""  # the rows are there, whatever else has changed
    one = Behind(ws, now="2026-01-01", taught=[first, "gone"]).find("", answer)
    assert one.likeness.found == ()
    assert one.changed.startswith("1 row that she was taught is no longer in the data set")
    other = Behind(ws, now="2026-01-01", trained_on="another").find("", answer)
    assert "has changed since this run was trained" in other.changed
