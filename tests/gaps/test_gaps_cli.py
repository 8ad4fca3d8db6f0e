"""`refiner gaps` and `refiner samples --coverage` as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fake import Fake
from gaps_life import CONFIG, NOTES, NOW
from typer.testing import CliRunner, Result

from refiner.cli import app
from refiner.engine import ModelOptions
from refiner.errors import RemoteRefused, Undecided, UsageError
from refiner.gapping import find, gap_named, word
from refiner.gaps.gap import KINDS
from refiner.store import Workspace

RUN = CliRunner()


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gaps") / "leela"
    (folder / "data/raw").mkdir(parents=True)
    for path, text in NOTES.items():
        (folder / "data/raw" / path).write_text(text, encoding="utf-8")
    write_settings(folder)
    return folder


def write_settings(folder: Path, more: str = "") -> None:
    lines = ["[persona]", 'born = "1970-03-10"', "first_school_year = 1976"]
    for side in ("before", "after"):
        given = CONFIG["persona"][side]
        lines += [f"[persona.{side}]", f'name = "{given["name"]}"', f'gender = "{given["gender"]}"']
    for trait in CONFIG["traits"]:
        lines += ["[[traits]]", *(f"{k} = {json.dumps(v)}" for k, v in trait.items())]
    (folder / "refiner.toml").write_text("\n".join(lines) + "\n" + more, encoding="utf-8")


def run(life: Path, *args: str) -> Result:
    return RUN.invoke(app, [*args, "--workspace", str(life), "--now", NOW])


def test_the_best_gaps_with_one_question_each(life: Path) -> None:
    done = run(life, "gaps")
    assert done.exit_code == 0, done.output
    assert done.stdout.count("→ ") == 8
    assert "refiner note --gap years:1989-1995" in done.stdout
    assert "refiner gaps --all" in done.stderr


def test_all_of_them_of_a_trait_and_of_a_kind(life: Path) -> None:
    every = json.loads(run(life, "gaps", "--all", "--json").stdout)
    assert len(every) > 8
    assert {g["kind"] for g in every} <= set(KINDS)
    assert all(g["question"] == (g["questions"] or [""])[0] and not g["worded_by_model"] for g in every)
    assert [g["worth"] for g in every] == sorted((g["worth"] for g in every), reverse=True)
    smokes = json.loads(run(life, "gaps", "--trait", "smoking", "--json").stdout)
    assert [g["id"] for g in smokes] == ["smoker:ending"]
    years = json.loads(run(life, "gaps", "--kind", "years", "--json").stdout)
    assert [g["years"] for g in years] == ["1989-1995"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--trait", "brave"), "is no trait"),
        (("--kind", "holes"), "kinds are"),
        (("--engine", "magic"), "engines are"),
        (("--engine", "llm"), "no model is configured"),
    ],
)
def test_wrong_usage_says_what_is_right(life: Path, args: tuple[str, ...], words: str) -> None:
    done = run(life, "gaps", *args)
    assert isinstance(done.exception, UsageError)
    assert words in str(done.exception)


def test_without_a_note_it_says_how_to_begin(tmp_path: Path) -> None:
    (tmp_path / "data/raw").mkdir(parents=True)
    write_settings(tmp_path)
    done = run(tmp_path, "gaps")
    assert isinstance(done.exception, Undecided)
    assert "refiner note" in str(done.exception)


def test_a_dry_run_sends_nothing_and_a_far_endpoint_is_refused(life: Path) -> None:
    write_settings(life, '[llm]\nbase_url = "https://models.example.org/v1"\nmodel = "far"\n')
    try:
        planned = run(life, "gaps", "--engine", "llm", "--dry-run")
        assert planned.exit_code == 0, planned.output
        assert "nothing was sent" in planned.stdout
        assert "refiner gaps --dry-run --json" in planned.stderr
        sent = json.loads(run(life, "gaps", "--engine", "llm", "--dry-run", "--json").stdout)
        assert {r["prompt"] for r in sent["requests"]} == {"gap"}
        hidden = run(life, "gaps", "--engine", "llm", "--dry-run", "--json", "--pseudonymise").stdout
        assert "Radha" in json.dumps(sent)
        assert "Radha" not in hidden
        assert isinstance(run(life, "gaps", "--engine", "llm").exception, RemoteRefused)
    finally:
        write_settings(life)


def test_a_model_words_them_and_its_answers_are_kept(life: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings(life, '[llm]\nmodel = "near"\n')
    fake = Fake(lambda _: {"question": "Which day would you tell first, and who was there?"})
    monkeypatch.setattr("refiner.llm.Endpoint", lambda llm: fake)
    try:
        ws = Workspace(life)
        found = find(ws, now=NOW)
        first = word(ws, found, found.gaps[:3], engine="llm", options=ModelOptions())
        assert len(first.questions) == 3
        asked = len(fake.asked)
        again = word(ws, found, found.gaps[:3], engine="llm", options=ModelOptions())
        assert again.questions == first.questions
        assert len(fake.asked) == asked
        shown = run(life, "gaps", "--engine", "llm")
        assert "Which day would you tell first" in shown.stdout
        assert "the model's words" in shown.stderr
    finally:
        write_settings(life)


def test_a_gap_by_its_id_or_the_beginning_of_it(life: Path) -> None:
    ws = Workspace(life)
    assert gap_named(ws, "years:19", now=NOW).id == "years:1989-1995"
    with pytest.raises(UsageError, match="begins several gaps"):
        gap_named(ws, "stubborn:", now=NOW)
    with pytest.raises(UsageError, match="stubborn:few"):
        gap_named(ws, "stuborn:few", now=NOW)


def test_the_coverage_is_printed_and_drawn(life: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    file = tmp_path / "coverage.svg"
    done = run(life, "samples", "--coverage", "--plot", str(file))
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("traits")
    assert "refiner note --gap" in done.stdout
    assert file.read_text().startswith("<?xml")
    data = json.loads(run(life, "samples", "--coverage", "--json").stdout)
    assert sum(p["total"][k] for p in data["periods"] for k in ("ready", "waiting", "rejected")) == data["samples"]
    only = run(life, "samples", "--plot", str(tmp_path / "c.png"))
    assert only.stdout == ""
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
