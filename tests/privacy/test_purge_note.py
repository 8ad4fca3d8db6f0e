"""`refiner purge --note`: the life is as if the note had never been there, and nothing of other notes is lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from privacy_way import NOW, Run, main_with
from purge_life import GONE, QUOTE, everything, tree

from refiner import purge_files, purging
from refiner.models import Event, Sample
from refiner.purge_files import Step
from refiner.purge_search import search
from refiner.purge_words import Maker, Marks
from refiner.store import DecisionLog, Workspace, read_jsonl, write_atomic

TAKE = ["purge", "--note", GONE, "--yes"]


@pytest.fixture(scope="module")
def full_life(made_life: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(made_life, tmp_path_factory.mktemp("full") / "life"))
    everything(Workspace(folder))
    return folder


@pytest.fixture
def full(full_life: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(full_life, tmp_path / "life"))


@pytest.fixture(scope="module")
def marks(full_life: Path) -> Marks:
    """All five words in a row that only the note has, made apart from what the command makes."""
    maker = Maker([p.read_text() for p in (full_life / "data/raw").rglob("*.*") if p.name != GONE])
    maker.add_raw((full_life / "data/raw" / GONE).read_text())
    return maker.made()


@pytest.fixture(scope="module")
def purged(full_life: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """The full life after the note and its file went; and what the command said."""
    folder = Path(shutil.copytree(full_life, tmp_path_factory.mktemp("purged") / "life"))
    planned = purging.plan(Workspace(folder), purging.Wanted(note=GONE, also_note=True))
    done = purging.purge(planned, now="2026-01-01")
    assert done.is_clean, done.search.left
    assert main_with("status", "-C", folder) == 0
    return folder, {"done": done}


def test_nothing_of_it_is_left_in_any_byte(
    purged: tuple[Path, dict[str, object]], full_life: Path, marks: Marks
) -> None:
    assert search(full_life, marks, without=[full_life / "data/raw"]).left  # it was everywhere
    assert not search(purged[0], marks).left
    assert not any(b"elephant chased" in data.lower() for data in tree(purged[0]).values())


def test_the_life_is_as_if_the_note_had_never_been_there(
    purged: tuple[Path, dict[str, object]], made_life: Path, tmp_path: Path, run: Run
) -> None:
    """Refined notes, records and samples are those of a workspace that never had it, byte for byte."""
    never = Path(shutil.copytree(made_life, tmp_path / "never"))
    shutil.rmtree(never / "data/refined")
    (never / "data/raw" / GONE).unlink()
    for name in ("decisions.jsonl", "canon.toml"):
        shutil.copy(purged[0] / "data/review" / name, never / "data/review" / name)
    assert run("refine", "-C", never, "--engine", "rules", *NOW)[0] == 0
    assert run("samples", "-C", never, *NOW)[0] == 0
    here, there = tree(purged[0] / "data/refined"), tree(never / "data/refined")
    same = {n for n in there if n.startswith("notes/") or n.endswith((".jsonl", ".md", "timeline.json"))}
    assert len(same) > 10
    assert {n: here.get(n) for n in same} == {n: there[n] for n in same}
    old = tree(made_life / "data/refined")
    assert old["notes/bicycle.md"] != b""


def test_what_no_command_makes_again_stays_where_it_is_not_about_the_note(
    purged: tuple[Path, dict[str, object]],
) -> None:
    refined = purged[0] / "data/refined"
    with sqlite3.connect(refined / "answers.sqlite") as db:
        assert {k for (k,) in db.execute("SELECT key FROM answers")} == {"b", "d"}
        assert {k for (k,) in db.execute("SELECT name FROM facts")} == {"stand-in:Salem", "run"}
    db.close()
    assert [p.name for p in sorted((refined / "runs").iterdir())] == ["current.json", "third"]
    assert json.loads((refined / "runs/current.json").read_text())["current"] == "third"
    assert {p.name for p in (refined / "evaluations").iterdir()} == {"free", "kept.jsonl"}
    assert [json.loads(x)["key"] for x in (refined / "evaluations/kept.jsonl").read_text().splitlines()] == ["0"]
    assert {p.relative_to(refined / "chats").as_posix() for p in (refined / "chats").rglob("*.*")} == {
        "one.jsonl", "three.jsonl", "saved/other.md"
    }  # fmt: skip
    assert [json.loads(x).get("id") for x in (refined / "chats/one.jsonl").read_text().splitlines()] == [None, "t1"]


def test_decisions_about_other_notes_stay(purged: tuple[Path, dict[str, object]], full_life: Path) -> None:
    before = DecisionLog(full_life / "data/review/decisions.jsonl").read()
    left = DecisionLog(purged[0] / "data/review/decisions.jsonl").read()
    assert [d for d in before if d in left] == left  # in their order, unchanged
    gone = {d.item for d in before} - {d.item for d in left}
    assert {"feedfeedfeedfeed", "cafecafecafecafe"} <= gone
    assert "beefbeefbeefbeef" in {d.item for d in left}
    events = read_jsonl(full_life / "data/refined/events.jsonl", Event)
    told = {e.id for e in events if e.note == GONE}
    samples = {s.id: s for s in read_jsonl(full_life / "data/refined/samples.jsonl", Sample)}
    found = [samples[name] for name in gone if name in samples]
    assert found
    assert all(set(s.notes) <= {GONE} and set(s.events) <= told for s in found)
    assert {d.item for d in left} & {s.id for s in samples.values() if GONE not in s.notes}
    canon = (purged[0] / "data/review/canon.toml").read_text()
    assert "# my own" in canon
    assert "nineteen doves" in canon
    assert "Sundari" not in canon


def test_twice_is_once(full: Path, run: Run) -> None:
    assert run(*TAKE, "-C", full)[0] == 0
    once = tree(full)
    assert run(*TAKE, "-C", full)[0] == 0
    twice = tree(full)
    changes = {n for n in once.keys() | twice.keys() if once.get(n) != twice.get(n)}
    assert changes <= {"data/refined/results.sqlite", "data/refined/answers.sqlite", "data/refined/.lock"}


def test_a_note_that_stands_is_named_and_comes_back_with_the_next_refine(full: Path, run: Run) -> None:
    code, out, err = run(*TAKE, "-C", full, "--json")
    assert code == 0, err
    told = json.loads(out)
    assert told["note_stands"].endswith(GONE)
    assert told["search"]["left"] == []
    assert told["runs"] == ["first", "second"]
    refined = full / "data/refined"
    assert (refined / "notes/pigeons.md").is_file()
    assert not (refined / "notes" / GONE).exists()
    assert not (full / "data" / ".purge-notes").exists()
    assert not (refined / ".purge.json").exists()
    assert run("refine", "-C", full, "--engine", "rules", *NOW)[0] == 0
    assert (refined / "notes" / GONE).is_file()


def test_runs_are_kept_only_where_one_says_so(full: Path, run: Run) -> None:
    weights = {n: d for n, d in tree(full / "data/refined/runs").items() if n.endswith(".safetensors")}
    code, _, err = run(*TAKE, "-C", full, "--keep-runs")
    assert code == 0, err
    assert {n: d for n, d in tree(full / "data/refined/runs").items() if n.endswith(".safetensors")} == weights
    code, _, err = run("purge", "--note", "pigeons.md", "-C", full, "--dry-run", "--keep-runs")
    assert "cannot be taken out of it" in err.replace("\n", " ")


def test_what_the_person_exported_is_found_and_left_alone(full: Path, run: Run) -> None:
    write_atomic(full / "mine" / "page.html", f"<p>Yes: {QUOTE.replace(' lotus', '&#32;<b>lotus</b>')}.</p>")
    code, out, err = run(*TAKE, "-C", full, "--json", "--no-rebuild")
    assert code == 1
    (left,) = json.loads(out)["search"]["left"]
    assert left["path"].endswith("mine/page.html")
    assert (full / "mine/page.html").is_file()
    (full / "mine/page.html").unlink()
    assert run(*TAKE, "-C", full)[0] == 0


@pytest.mark.parametrize("given", ["data/raw/temple.md", "./temple.md"])
def test_a_note_is_named_as_one_likes(full: Path, run: Run, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.chdir(full if "/raw/" in given else full / "data/raw")
    code, out, _ = run("purge", "--note", given, "--dry-run", "--json")
    assert code == 0
    assert json.loads(out)["note"] == GONE


@pytest.mark.parametrize("given", ["nothing.md", "../../refiner.toml", "/etc/passwd", "data/raw"])
def test_what_is_no_note(full: Path, run: Run, given: str) -> None:
    before = tree(full)
    assert run("purge", "--note", given, "--yes", "-C", full)[0] == 2
    assert tree(full) == before


def test_a_link_in_the_notes_leads_nowhere(full: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "diary.md").write_text("mine alone, and no note of this workspace")
    (full / "data/raw/linked.md").symlink_to(tmp_path / "diary.md")
    (full / "data/refined/chats/saved/link.md").symlink_to(tmp_path / "diary.md")
    assert run(*TAKE, "-C", full, "--also-note")[0] == 0
    assert (tmp_path / "diary.md").read_text().startswith("mine alone")


def test_a_note_that_was_deleted_first_is_known_by_what_was_made_of_it(full: Path, run: Run, marks: Marks) -> None:
    (full / "data/raw" / GONE).unlink()
    code, _, err = run(*TAKE, "-C", full)
    assert code == 0, err
    assert not search(full, marks).left


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 60))
def test_killed_anywhere_the_same_command_finishes_it(
    full_life: Path, marks: Marks, tmp_path_factory: pytest.TempPathFactory, after: int
) -> None:
    """Also where note and refined text were gone by then: the journal knows them by their hashes."""
    life = Path(shutil.copytree(full_life, tmp_path_factory.mktemp("killed") / "life"))
    wanted = purging.Wanted(note=GONE, also_note=True, rebuild=False)
    planned = purging.plan(Workspace(life), wanted)
    taken: list[Step] = []

    def some(steps: list[Step]) -> list[object]:
        for step in steps:
            if len(taken) == after:
                raise KeyboardInterrupt
            taken.append(step)
            step.run()
        return []

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(purging, "run_all", some)
        try:
            purging.purge(planned, now="2026-01-01")
        except KeyboardInterrupt:
            assert not (life / "data/refined/state.json").exists() or after == 0
            patched.undo()
            done = purging.purge(purging.plan(Workspace(life), wanted), now="2026-01-01")
            assert done.is_clean, done.search.left
    assert not search(life, marks).left
    assert not (life / "data/refined/.purge.json").exists()


def test_another_note_waits_until_the_first_is_finished(full: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(steps: object) -> list[object]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(purging, "run_all", interrupted)
        assert run(*TAKE, "-C", full)[0] == 130
    journal = (full / "data/refined/.purge.json").read_text()
    assert "elephant" not in journal
    code, _, err = run("purge", "--note", "pigeons.md", "--yes", "-C", full)
    assert code == 1
    assert "was cut short" in err
    assert run(*TAKE, "-C", full, "--no-rebuild")[0] == 0


def test_a_damaged_database_goes_whole(full: Path, run: Run) -> None:
    (full / "data/refined/answers.sqlite").write_bytes(b"no database: " + QUOTE.encode())
    assert run(*TAKE, "-C", full, "--no-rebuild")[0] == 0
    assert not (full / "data/refined/answers.sqlite").exists()


def test_lines_leave_a_file_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a": 1}\r\n\n{"b": "gone"}\n{"c": "\xff"}')
    (step,) = purge_files.lines("x", path, lambda line: "gone" in line)
    assert step.records == 1
    step.run()
    assert path.read_bytes() == b'{"a": 1}\r\n\n{"c": "\xff"}'
    assert not list(purge_files.lines("x", path, lambda line: "gone" in line))
