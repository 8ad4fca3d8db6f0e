"""A run's answers as a file, and back."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner.answers import Answers, Stored
from refiner.asking.recording import record, replay
from refiner.errors import StoreError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.lists(st.tuples(TEXT, TEXT, st.booleans(), st.integers(0, 9999)), max_size=8), TEXT)
def test_what_is_recorded_is_replayed(rows: list[tuple[str, str, bool, int]], made: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, Answers() as kept:
        stored = [
            Stored(f"k{n}", "extract", note, "m", text, "", fits, tokens, 2)
            for n, (note, text, fits, tokens) in enumerate(rows)
        ]
        for s in stored:
            kept.put(s)
        kept.put(Stored("unused", "extract", "", "m", "x"))
        kept.remember({"stand-in:Ravi": "Suresh", "mode:1": "schema"})
        path = Path(folder) / "run.jsonl"
        assert record(path, kept, {s.key for s in stored}, "m", made) == len(stored)
        model, again = replay(path)
        assert model == "m"
        for s in stored:
            back = again.get(s.key)
            assert back is not None
            assert (back.text, back.note, back.fits, back.prompt_tokens) == (s.text, s.note, s.fits, s.prompt_tokens)
        assert again.get("unused") is None
        assert again.facts("stand-in:") == {"Ravi": "Suresh"}
        assert not again.fact("mode:1")
        again.close()


def test_a_recording_is_private(tmp_path: Path) -> None:
    with Answers() as kept:
        kept.put(Stored("k", "extract", "n.md", "m", "{}"))
        record(tmp_path / "r.jsonl", kept, ["k"], "m", "by hand")
    assert stat.S_IMODE((tmp_path / "r.jsonl").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", ":1"), ("{}", ":1"), ('{"recording": 1, "model": "m"}\nnonsense\n', ":2"),
        ('{"recording": 1, "model": "m"}\n{"key": "k"}\n', ":2"), ('{"recording": 9, "model": "m"}\n', "format 1"),
    ],
)  # fmt: skip
def test_what_is_no_recording_names_its_line(tmp_path: Path, text: str, where: str) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(text)
    with pytest.raises(StoreError, match=where):
        replay(path)
