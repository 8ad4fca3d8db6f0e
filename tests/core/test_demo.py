"""The sample life: what its README promises, and that its decisions still decide."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from refiner.console import Output
from refiner.demo import NOW, copy_sample, demo, sample_folder
from refiner.errors import RefinerError
from refiner.refine import refine, with_life
from refiner.sampling import samples_of

OPPOSITE = {"HOLDS": {"NOT", "RETRACTED"}, "NOT": {"HOLDS", "DORMANT"}, "RETRACTED": {"HOLDS", "DORMANT"}}


def promised() -> dict[str, str]:
    """The verdicts in the table of data/raw/README.md."""
    text = (sample_folder() / "data" / "raw" / "README.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `([\w-]+)` \([^)]*\) \| ([A-Z]+)", text, re.M))


def test_the_demo_prints_what_it_promises(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo(tmp_path / "life", Output(quiet=True))
    out = capsys.readouterr().out
    for words in (
        "24 notes",
        "Three of the edits",
        "why: ",
        "open questions",
        "What she is like on 2026-01-01",
        "Go on",
    ):
        assert words in out
    assert out.count("[-") + out.count("{+") >= 3
    assert "private/" not in out.partition("open questions")[0]


def test_the_traits_of_the_sample_life_are_read_as_its_readme_says(tmp_path: Path) -> None:
    ws = copy_sample(tmp_path / "life", with_decisions=False)
    with with_life(ws, now=NOW, stages=()) as life:
        assert life.chain.timeline is not None
        found = {t.id: t.verdict for t in life.chain.timeline.traits}
    expected = promised()
    assert len(expected) >= 10
    assert {t: found[t] for t in expected if found[t] in OPPOSITE.get(expected[t], set())} == {}
    assert sum(found[t] == v for t, v in expected.items()) >= 0.75 * len(expected)


def test_the_decisions_of_the_sample_life_still_decide(tmp_path: Path) -> None:
    """Where a rule changed so much that this fails: refiner review on a copy, and its decisions.jsonl back here."""
    ws = copy_sample(tmp_path / "life", with_decisions=True)
    refine(ws, now=NOW, engine="rules")
    with with_life(ws, now=NOW) as life:
        made = samples_of(life)
    ready = [s for s in made.samples if s.status in ("approved", "edited") and not s.blocked]
    assert len(ready) >= 0.6 * len(made.samples)
    assert {"identity", "trait", "memory", "event", "boundary", "now_and_then"} <= {s.kind for s in ready}
    assert not [s for s in ready if any(n.startswith("private/") for n in s.notes)]


def test_a_folder_that_is_no_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(RefinerError, match="is no earlier demo"):
        copy_sample(tmp_path, with_decisions=False)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_output_shows_escapes_and_keeps_markup(capsys: pytest.CaptureFixture[str]) -> None:
    out = Output()
    out.out.file = io.StringIO()
    out.data("a \x1b[31m [bold] [/b] \u202e")
    shown = out.out.file.getvalue()
    assert "\x1b" not in shown
    assert "[bold] [/b]" in shown
    assert "\u202e" not in shown
