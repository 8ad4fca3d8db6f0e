"""A trait that no note settles: the timeline says how many sentences show it all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from typer.testing import CliRunner

from refiner.cli import app
from refiner.config import Trait
from refiner.timeline import resolve
from refiner.timeline.explain import explained
from refiner.timeline.lines import plain
from refiner.timeline.show import drawn, interval_words

TRAITS = (Trait(id="calm", name="calm", importance=2), Trait(id="vain", name="vain", importance=1))
NOTHING = resolve([], [], [], TRAITS, now="2026-01-01", born="1985-05-14")
SETTINGS = """
[persona]
born = "1970-06-06"

[persona.before]
name = "Olav Lie"
gender = "male"

[[traits]]
id = "mushrooms"
name = "gathers mushrooms"
description = "in the wood with a basket and a knife"
importance = 3

[[traits]]
id = "vain"
name = "vain"
importance = 2
"""


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (0, "no note says anything of it"),
        (1, "1 sentence shows it, and does not say whether it still holds"),
        (7, "7 sentences show it, none says whether it still holds"),
    ],
)
def test_the_words_say_what_there_is(shown: int, words: str) -> None:
    assert interval_words(NOTHING.traits[0], shown) == words
    assert words in "\n".join(plain(drawn(NOTHING, TRAITS, 200, {"calm": shown})))
    assert words in "\n".join(plain(explained(NOTHING, "calm", TRAITS, 200, shown)))


@given(st.integers(0, 10**6), st.integers(40, 160))
@settings(max_examples=60, deadline=None)
def test_no_line_is_wider_than_the_screen_and_only_its_trait_is_counted(shown: int, width: int) -> None:
    lines = plain(drawn(NOTHING, TRAITS, width, {"calm": shown}))
    assert all(cell_len(line) <= width for line in lines)
    told = " ".join(" ".join(lines).split())
    assert "no note says anything of it" in told
    assert (f"{shown} sentence" in told) == bool(shown)


def test_the_command_counts_the_sentences(tmp_path: Path) -> None:
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "refiner.toml").write_text(SETTINGS, encoding="utf-8")
    walk = "On the kitchen table lay the mushrooms that my knife and I had gathered.\n"
    (tmp_path / "data" / "raw" / "wood.md").write_text(walk, encoding="utf-8")

    def run(*more: str) -> str:
        given = ["timeline", "--now", "2026-01-01", "-C", str(tmp_path), *more]
        result = CliRunner().invoke(app, given, env={"COLUMNS": "120"})
        assert result.exit_code == 0, result.output
        return " ".join(result.output.split())

    said = "1 sentence shows it, and does not say whether it still holds"
    assert run().count(said) == run().count("no note says anything of it") == 1
    assert said in run("--why", "mushrooms")
    assert said not in run("--why", "vain")
