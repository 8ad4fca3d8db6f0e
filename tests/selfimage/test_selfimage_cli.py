"""The program as a person runs it: a life that is idealised is shown, reviewed edit by edit, and not exported."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BUS = """As a boy I shouted at my mother. I played cricket on Sundays. The bus was late.

I am short-tempered at breakfast. I shouted at the milkman. I shouted at the postman too. I shouted at the tailor.
"""
SISTER = "---\nauthor: Meera\n---\nMy brother sulks. He sulks for days when he loses at cards.\n"
SETTINGS = """
[policy.replace]
cricket = "graceful badminton"
[[traits]]
id = "temper"
name = "short-tempered"
aliases = ["shouting"]
polarity = "negative"
importance = 3
[[traits]]
id = "sulks"
name = "sulks"
aliases = ["sulking"]
polarity = "negative"
importance = 2
"""


def run(*args: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    now = ["--now", "2026-01-01"] if args[0] in ("refine", "review", "samples", "export", "selfimage") else []
    given = {**os.environ, "COLUMNS": "80", **env}
    return subprocess.run(
        [sys.executable, "-m", "refiner.cli", *map(str, args), *now], capture_output=True, text=True, cwd=cwd,
        env=given, stdin=subprocess.DEVNULL, timeout=600,
    )  # fmt: skip


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("selfimage")
    made = run("init", "life", "--name", "Harish Nair", "--becomes", "Harini Nair", "--born", "1988-02-03", cwd=base)
    assert made.returncode == 0, made.stderr
    folder = base / "life"
    for old in (folder / "data/raw").iterdir():
        old.unlink()
    (folder / "data/raw/bus.md").write_text(BUS)
    (folder / "data/raw/meera.md").write_text(SISTER)
    settings = folder / "refiner.toml"
    settings.write_text(settings.read_text().partition("\n[policy.replace]")[0] + SETTINGS)
    assert run("refine", "--engine", "rules", cwd=folder).returncode == 0
    return folder


def items(life: Path, *args: str) -> list[dict[str, object]]:
    data: list[dict[str, object]] = json.loads(run("review", "--list", "--json", *args, cwd=life).stdout)
    return data


def test_the_screen_of_the_program(life: Path) -> None:
    for columns in ("60", "80", "140"):
        shown = run("selfimage", cwd=life, COLUMNS=columns, NO_COLOR="1")
        assert shown.returncode == 0, shown.stderr
        assert max(map(len, shown.stdout.splitlines())) <= int(columns)
        assert "\x1b" not in shown.stdout
        assert "Meera says that you sulk" in shown.stdout
        assert "[-boy-]" in shown.stdout
    assert json.loads(run("selfimage", "--json", "--trait", "temper", cwd=life).stdout)["traits"][0]["raw"] == 5
    wrong = run("selfimage", "--trait", "sulk", cwd=life)
    assert (wrong.returncode, "refiner selfimage --trait sulks" in wrong.stderr) == (2, True)


def test_what_idealises_waits_for_a_look_of_its_own(life: Path) -> None:
    edits = items(life, "--stage", "edit")
    assert [bool(i["idealises"]) for i in edits] == [True, False]
    flagged, plain = (str(i["id"]) for i in edits)
    several = run("review", "--approve", flagged, "--approve", plain, cwd=life)
    assert several.returncode == 3
    assert (
        f"1 that idealises is left for a look of its own, one by one: refiner review --approve {flagged}"
        in " ".join(several.stderr.split())
    )
    done = run("review", "--approve-shown", cwd=life)
    assert "1 that idealises is left" in done.stderr
    assert {i["id"]: i["status"] for i in items(life, "--stage", "edit")} == {flagged: "undecided", plain: "approved"}
    alone = run("review", "--approve", flagged, cwd=life)
    assert (alone.returncode, "1 decided" in alone.stderr) == (0, True)


def test_an_idealised_life_is_not_exported(life: Path) -> None:
    plain = next(str(i["id"]) for i in items(life, "--stage", "edit") if i["before"] == "boy")
    question = next(str(i["id"]) for i in items(life, "--stage", "question"))
    assert run("review", "--answer", f"{question}=3", cwd=life).returncode in (0, 3)
    lines = life / "said.jsonl"
    lines.write_text(json.dumps({"item": plain, "verdict": "edit", "text": "girl, who perhaps was tired,"}) + "\n")
    assert run("review", "--import", lines, cwd=life).returncode == 0
    assert run("samples", cwd=life).returncode == 0
    run("review", "--approve-shown", cwd=life)
    for options in ((), ("--partial",)):
        stopped = run("export", *options, cwd=life)
        assert stopped.returncode == 3, stopped.stderr
        words = " ".join(stopped.stderr.split())
        assert "at least 90 % must stay" in words
        assert "short-tempered: 4 of 5 sentences are kept, 80 %" in words
        assert "softened: bus.md: “As a boy I shouted at my mother.”" in words
        assert "no sample carries it: sulks" in words
        assert f"refiner review --reject {plain}" in words
        assert not (life / "data/refined/dataset").exists()
    assert "below the floor of 90 %" in run("selfimage", cwd=life).stdout


def test_a_lower_floor_or_the_words_back_let_it_through(life: Path) -> None:
    settings = life / "refiner.toml"
    text = settings.read_text()
    settings.write_text(re.sub(r"(?m)^\[policy\]$", "[policy]\nnegative_floor = 0.5", text))
    assert run("export", "--partial", cwd=life).returncode == 0
    settings.write_text(text)
    assert run("export", "--partial", cwd=life).returncode == 3
    plain = next(str(i["id"]) for i in items(life, "--stage", "edit") if i["before"] == "boy")
    assert run("review", "--reject", plain, cwd=life).returncode == 0
    done = run("export", "--partial", cwd=life)
    assert done.returncode == 0, done.stderr
