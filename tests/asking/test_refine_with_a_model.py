"""`refiner refine` with a model, as a person runs it: what is sent, what is kept, what it ends with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from program import Run
from server import Reply, Seen, Server

NOTES = {
    "one.md": "As a boy I kept pigeons in Salem.\n",
    "two.md": 'my brother has a blog and i am in it. "my brother cannot cook but he can tell you who did." i can.\n',
    "three.md": "It rained. The tailor sent the blue shirt back.\n",
}


def nothing_found(seen: Seen) -> Reply:
    """A model that finds nothing and takes the first option."""
    fields = seen.body["response_format"]["json_schema"]["schema"]["properties"]
    if "choice" in fields:
        return Reply('{"choice": "A"}')
    return Reply(json.dumps({name: [] if kind.get("type") == "array" else "" for name, kind in fields.items()}))


@pytest.fixture
def life(tmp_path: Path, serve: Callable[..., Server]) -> tuple[Path, Server]:
    server = serve(nothing_found)
    return workspace(tmp_path / "life", server.url), server


def workspace(folder: Path, url: str) -> Path:
    (folder / "data" / "raw").mkdir(parents=True)
    for name, text in NOTES.items():
        (folder / "data" / "raw" / name).write_text(text)
    (folder / "refiner.toml").write_text(
        '[persona.before]\nname = "Karthik"\ngender = "male"\n[persona.after]\nname = "Kavya"\ngender = "female"\n'
        f'[[traits]]\nid = "stubborn"\nimportance = 3\n[llm]\nbase_url = "{url}"\nmodel = "m"\nprice_in = 1\n'
    )
    return folder


def refine(run: Run, life: Path, *more: str | Path) -> tuple[int, str, str]:
    return run("refine", "-C", life, "--engine", "llm", "--now", "2026-01-01", *more)


def files(life: Path) -> dict[str, str]:
    out = life / "data" / "refined"
    names = ["edits.jsonl", "questions.jsonl", "events.jsonl", "timeline.json", "notes/one.md", "notes/two.md"]
    return {name: (out / name).read_text() for name in names}


def test_a_dry_run_sends_nothing_and_says_what_it_would(life: tuple[Path, Server], run: Run) -> None:
    folder, server = life
    code, out, _ = refine(run, folder, "--dry-run")
    assert code == 0
    assert "nothing was sent" in out
    assert "this machine" in out
    assert "extract" in out
    assert "cost at most" in out
    _, told, _ = refine(run, folder, "--dry-run", "--json")
    plan = json.loads(told)
    assert not server.seen
    assert plan["calls"] == len(plan["requests"])
    assert any("pigeons" in m["content"] for r in plan["requests"] for m in r["messages"])
    assert not (folder / "data" / "refined" / "edits.jsonl").exists()
    planned = {json.dumps(r["messages"]) for r in plan["requests"]}
    assert refine(run, folder)[0] == 0
    first = {json.dumps(s.body["messages"]) for s in server.seen}
    # All that is sent at first was in the plan; what answers make necessary comes on top of it.
    assert len(planned & first) >= len(planned) / 2


def test_nothing_is_asked_twice(life: tuple[Path, Server], run: Run) -> None:
    folder, server = life
    assert refine(run, folder)[0] == 0
    sent = [json.dumps(s.body["messages"]) for s in server.seen]
    assert len(sent) == len(set(sent))
    assert "nothing changed" in refine(run, folder)[2]
    (folder / "data" / "raw" / "three.md").write_text("It rained again. The tailor kept the blue shirt.\n")
    assert refine(run, folder)[0] == 0
    new = server.seen[len(sent) :]
    assert new
    assert all("tailor kept" in " ".join(s.said) for s in new)
    code, out, _ = run("status", "-C", folder)
    assert code == 0
    assert "of the model in use" in out
    assert "stale" in out


def test_other_commands_read_what_was_answered_without_a_server(life: tuple[Path, Server], run: Run) -> None:
    folder, server = life
    refine(run, folder)
    server.die()
    code, out, _ = run("review", "-C", folder, "--list", "--now", "2026-01-01")
    assert code in (0, 3)
    assert "one.md" in out
    assert run("timeline", "-C", folder, "--now", "2026-01-01")[0] == 0


def test_a_budget_ends_a_run_cleanly_and_the_next_goes_on(life: tuple[Path, Server], run: Run) -> None:
    folder, server = life
    code, _, err = refine(run, folder, "--max-tokens", "2000")
    assert code == 3
    assert "the budget is spent" in err
    spent = len(server.seen)
    assert spent > 0
    code, _, err = refine(run, folder)
    assert code == 0
    sent = [json.dumps(s.body["messages"]) for s in server.seen]
    assert len(sent) == len(set(sent))
    assert len(sent) > spent


def test_a_run_is_recorded_and_replayed_without_a_model(life: tuple[Path, Server], run: Run, tmp_path: Path) -> None:
    folder, server = life
    assert refine(run, folder, "--record", tmp_path / "run.jsonl")[0] == 0
    server.die()
    other = workspace(tmp_path / "other", "http://127.0.0.1:9/v1")
    code, _, err = run("refine", "-C", other, "--now", "2026-01-01", "--replay", tmp_path / "run.jsonl")
    assert code == 0, err
    assert "recording has no answer" not in err
    assert files(other) == files(folder)
    (other / "data" / "raw" / "three.md").write_text("It rained again.\n")
    code, _, err = run("refine", "-C", other, "--now", "2026-01-01", "--replay", tmp_path / "run.jsonl")
    assert code == 3
    assert "recording has no answer" in err


def test_what_fails_for_good_is_told_and_asked_again_alone(
    tmp_path: Path, serve: Callable[..., Server], run: Run
) -> None:
    down = [True]

    def behave(seen: Seen) -> Reply:
        return Reply(status=500) if down[0] and "tailor" in " ".join(seen.said) else nothing_found(seen)

    server = serve(behave)
    folder = workspace(tmp_path / "life", server.url)
    code, _, err = refine(run, folder)
    assert code == 1
    assert "no answer:" in err
    assert "three.md" in err
    assert files(folder)["edits.jsonl"]
    down[0], before = False, len(server.seen)
    assert refine(run, folder)[0] == 0
    assert all("tailor" in " ".join(s.said) for s in server.seen[before:])


def test_a_server_that_is_not_there_is_one_message(tmp_path: Path, run: Run) -> None:
    folder = workspace(tmp_path / "life", "http://127.0.0.1:9/v1")
    code, _, err = refine(run, folder)
    assert code == 1
    assert "does not answer" in err
    assert "ollama serve" in err
    assert "Traceback" not in err


def test_what_is_said_about_a_deleted_note_is_deleted(life: tuple[Path, Server], run: Run) -> None:
    folder, _ = life
    refine(run, folder)
    (folder / "data" / "raw" / "three.md").unlink()
    refine(run, folder)
    import sqlite3

    db = sqlite3.connect(folder / "data" / "refined" / "answers.sqlite")
    notes = {n for (n,) in db.execute("SELECT DISTINCT note FROM answers")}
    db.close()
    assert "one.md" in notes
    assert "three.md" not in notes


def test_an_endpoint_elsewhere_is_refused_but_may_be_planned(tmp_path: Path, run: Run) -> None:
    folder = workspace(tmp_path / "life", "https://api.example.com/v1")
    code, _, err = refine(run, folder)
    assert code == 1
    assert "not this machine" in err
    code, out, _ = refine(run, folder, "--dry-run")
    assert code == 0
    assert "NOT this machine" in out
    assert "refused until allow_remote" in out


def test_doctor_says_whether_the_model_answers(tmp_path: Path, serve: Callable[..., Server], run: Run) -> None:
    server = serve(lambda seen: Reply(body=json.dumps({"data": [{"id": "m"}, {"id": "n"}]}).encode()))
    folder = workspace(tmp_path / "life", server.url)
    assert "m answers at" in run("doctor", "-C", folder)[1]
    config = folder / "refiner.toml"
    config.write_text(config.read_text().replace('model = "m"', 'model = "other"'))
    assert "has no other; it has m, n" in run("doctor", "-C", folder)[1]
    server.die()
    assert "does not answer" in run("doctor", "-C", folder)[1]


def test_what_could_not_be_used_is_asked_once_more_on_request(
    tmp_path: Path, serve: Callable[..., Server], run: Run
) -> None:
    wild = [True]

    def behave(seen: Seen) -> Reply:
        return Reply("I would rather not say.") if wild[0] and "tailor" in " ".join(seen.said) else nothing_found(seen)

    server = serve(behave)
    folder = workspace(tmp_path / "life", server.url)
    assert refine(run, folder)[0] == 0
    assert "could not read" in (folder / "data" / "refined" / "questions.jsonl").read_text()
    wild[0], before = False, len(server.seen)
    assert refine(run, folder, "--ask-again")[0] == 0
    again = server.seen[before:]
    assert again
    assert all("tailor" in " ".join(s.said) for s in again)
    assert "could not read" not in (folder / "data" / "refined" / "questions.jsonl").read_text()
