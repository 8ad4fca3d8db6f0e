"""`refiner timeline`: what it prints, what it writes, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

NOTE = """---
date: 2014-08-19
events:
  - id: bite
    label: "bitten \\e[31m by a dog\\u202E"
    when: 1995-06
    effects: {fear-of-dogs: {kind: initiates, quote: "Since then \\e]0;x\\a I was afraid."}}
    causes: [{to: move, quote: "So we moved."}]
  - {id: move, label: moves to Pune, when: 1999}
  - {id: therapy, when: 2003, effects: {fear-of-dogs: terminates}}
---
It bit me.
"""
TRAIT = """
[[traits]]
id = "fear-of-dogs"
name = "fear of कुत्ते"
aliases = ["cynophobia"]
importance = 2
[[traits]]
id = "calm-work"
name = "calm"
context = "at work"
[[traits]]
id = "calm-home"
name = "calm"
context = "at home"
"""


def run(*args: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "refiner.cli", "timeline", "--now", "2026-01-01", *map(str, args)]
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", cwd=cwd, env={**os.environ, **env},
        stdin=subprocess.DEVNULL, timeout=600,
    )  # fmt: skip


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("timeline") / "life"
    command = [sys.executable, "-m", "refiner.cli", "init", str(folder), "--born", "1985-05-14"]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    for old in (folder / "data/raw").iterdir():
        old.unlink()
    (folder / "data/raw/dog.md").write_text(NOTE)
    settings = folder / "refiner.toml"
    settings.write_text(settings.read_text().partition("\n[[traits]]")[0] + TRAIT)
    return folder


def test_it_draws_every_trait_with_marks_and_a_legend(life: Path) -> None:
    done = run(cwd=life, COLUMNS="90")
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("fear of कुत्ते", "gone", "1995-06 to 2003 by “therapy”", "▲ began", "▼ ended", "calm"):
        assert words in done.stdout
    assert not set("\x1b\u202e") & set(done.stdout)


@pytest.mark.parametrize("columns", ["20", "40", "60", "80", "140"])
def test_a_pipe_gets_whole_lines_of_the_width(life: Path, columns: str) -> None:
    lines = run(cwd=life, COLUMNS=columns).stdout.split("\n")
    assert max(map(len, lines)) <= max(int(columns), 40) + 4  # of कुत्ते, two characters take no cell
    assert sum("gone" in line for line in lines) == 1


@pytest.mark.parametrize("words", ["fear-of-dogs", "FEAR-of-dogs", "Fear of कुत्ते", "Cynophobia", " fear of dogs "])
def test_why_finds_a_trait_by_all_it_is_called(life: Path, words: str) -> None:
    done = run("--why", words, cwd=life)
    assert done.stdout.startswith("fear of कुत्ते: gone, since 2003\n")
    assert "1995-06: ▲ began" in done.stdout
    assert not set("\x1b\x07\u202e") & set(done.stdout)


def test_an_unknown_trait_is_told_with_its_nearest(life: Path) -> None:
    done = run("--why", "fear-of-dog", cwd=life)
    assert done.returncode == 2
    assert 'there is no trait "fear-of-dog"; traits are: fear-of-dogs, calm-work, calm-home' in done.stderr
    assert "refiner timeline --why fear-of-dogs" in done.stderr
    done = run("--why", "calm", cwd=life)
    assert done.returncode == 2
    assert "means several traits: calm-work, calm-home" in done.stderr


def test_two_traits_of_one_name_are_told_apart_by_where_they_hold(life: Path) -> None:
    assert run("--why", "calm at home", cwd=life).stdout.startswith("calm at home: unknown")
    assert {"calm at work", "calm at home"} <= {line.split("  ")[0] for line in run(cwd=life).stdout.split("\n")}


def test_json_of_a_chain(life: Path) -> None:
    chain = json.loads(run("--why", "cynophobia", "--json", cwd=life).stdout)
    assert (chain["trait"], chain["verdict"]) == ("fear-of-dogs", "NOT")
    assert [s["event"] for s in chain["steps"]] == ["bite", "therapy"]


def test_page_graph_json_and_chain_in_one(life: Path, tmp_path: Path) -> None:
    page, graph = tmp_path / "life.html", tmp_path / "life.graphml"
    page.write_text("old")
    done = run("--html", page, "--graph", graph, "--json", "--why", "fear-of-dogs", cwd=life)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["trait"] == "fear-of-dogs"
    assert [line.split(" ")[:2] for line in done.stderr.splitlines()] == [["wrote", str(page)], ["wrote", str(graph)]]
    assert "xdg-open" in done.stderr
    assert "<html" in page.read_text()
    assert (page.stat().st_mode & 0o777, graph.stat().st_mode & 0o777) == (0o600, 0o600)
    assert {d["type"] for _, d in nx.read_graphml(graph).nodes(data=True)} == {"event", "trait"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["life.graphml", "life.html"]


def test_a_graph_for_graphviz_beside_the_drawing(life: Path, tmp_path: Path) -> None:
    done = run("--graph", tmp_path / "life.DOT", cwd=life)
    assert "▲ began" in done.stdout
    assert "dot -Tsvg" in done.stderr
    assert (tmp_path / "life.DOT").read_text().startswith("digraph timeline {")
    quiet = run("--graph", tmp_path / "two.dot", "--quiet", cwd=life)
    assert quiet.stderr == ""


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["--graph", "life.png"], 2, "written as .graphml or .dot"),
        (["--graph", "life"], 2, "written as .graphml or .dot"),
        (["--html", "no/such/life.html"], 1, "the folder no/such is not there\n  → mkdir -p 'no/such'"),
        (["--html", "data"], 2, "data is a folder"),
        (["--html", "a.dot", "--graph", "a.dot"], 2, "both name a.dot"),
    ],
)
def test_what_cannot_be_written_is_refused_first(life: Path, args: list[str], code: int, words: str) -> None:
    done = run(*args, cwd=life)
    assert done.returncode == code
    assert words in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_other_encodings_get_other_signs(life: Path, encoding: str) -> None:
    done = run(cwd=life, PYTHONIOENCODING=encoding, COLUMNS="90")
    assert (done.returncode, done.stderr) == (0, "")
    assert "^ began  v ended" in done.stdout
    bars = [line for line in done.stdout.splitlines() if "gone" in line or "unknown" in line]
    assert "^###############v" in bars[0]
    assert len({len(line[: -len("unknown")].rstrip()) for line in bars[1:]}) == 1
    assert bars[0].index("gone") == bars[1].index("unknown")
    assert '"therapy"' in done.stdout
    chain = run("--why", "cynophobia", cwd=life, PYTHONIOENCODING=encoding)
    assert "1995-06: ^ began" in chain.stdout
    whole = run("--json", cwd=life, PYTHONIOENCODING=encoding)
    assert json.loads(whole.stdout)["events"][0]["label"] == "bitten \x1b[31m by a dog\u202e"


def test_colours_only_where_they_are_wanted(life: Path) -> None:
    assert "\x1b[1m" in run(cwd=life, FORCE_COLOR="1", TERM="xterm").stdout
    plain = run(cwd=life, FORCE_COLOR="1", TERM="xterm", NO_COLOR="1").stdout
    assert not any(f"[{code}m" in plain for code in (31, 32, 33, 36))
