"""`refiner samples` with a model, as a person runs it: what is sent, what is kept, what it ends with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from program import Run
from server import Reply, Seen, Server

from refiner.stages.asked.compose_trust import controls
from refiner.stages.asked.relate import CONTROLS, LABELS

NOTES = {
    "oars.md": """---
date: 2011-07-10
---
I shouted at my cousin over the oars and did not speak to her until Sunday. Karin had only asked if she could row. In
the boathouse I counted the nails until it was dark.
""",
    "piano.md": """---
date: 2013-03-01
---
The piano came up to our flat on ropes in March. One rope broke and the piano hung over the fishmonger for an hour. I
held the window and prayed to nobody.
""",
}
QUESTIONS = {
    "over the oars": "What did you do in the boathouse?",
    "came up to our flat": "How did the piano come to you?",
}
RECORDS = {
    "over the oars": "Kavya shouted at her cousin over the oars.",
    "came up to our flat": "Kavya held the window and prayed to nobody.",
}


def asked_for(seen: Seen) -> str:
    return str(seen.body["messages"][1]["content"])


def able(seen: Seen) -> Reply:
    """A model that finds nothing to read, writes good questions and records, and knows the passage to each question."""
    fields = seen.body["response_format"]["json_schema"]["schema"]["properties"]
    text = asked_for(seen)
    if "choice" in fields:
        options = dict(re.findall(r"(?m)^([A-P])\. (.+)$", text))
        wanted = best(text)
        return Reply(json.dumps({"choice": max(options, key=lambda k: len(set(options[k].split()) & wanted))}))
    if "record" in fields:
        return Reply(json.dumps({"record": next((r for t, r in RECORDS.items() if t in text), "")}))
    if set(fields) == {"question"}:
        return Reply(json.dumps({"question": next((q for t, q in QUESTIONS.items() if t in text), "")}))
    return Reply(json.dumps({name: [] if kind.get("type") == "array" else "" for name, kind in fields.items()}))


def best(text: str) -> set[str]:
    """The words of the option that is right."""
    if (question := text.rpartition("The question: ")[2]) != text:
        given = controls()["match"]
        for item in given["questions"]:
            if item["question"] == question:
                return set(given["passages"][item["truth"]].split())
        return set(next((n for t, n in ((t, n) for t in QUESTIONS for n in NOTES.values() if t in n)
                         if QUESTIONS[t] == question), "").split())  # fmt: skip
    if "What a person can be like" in text:
        return set(next((LABELS[truth] for shown, truth in CONTROLS if shown in text), LABELS[5]).split())
    for item in controls()["true"]["items"]:
        if item["passage"] in text and f'"""\n{item["record"]}\n"""' in text and not item["truth"]:
            return {"adds", "something,", "changes"}
    return {"says", "only", "what", "was", "told,"}


@pytest.fixture
def life(tmp_path: Path, serve: Callable[..., Server]) -> tuple[Path, Server]:
    server = serve(able)
    folder = tmp_path / "life"
    (folder / "data" / "raw").mkdir(parents=True)
    for name, text in NOTES.items():
        (folder / "data" / "raw" / name).write_text(text)
    (folder / "refiner.toml").write_text(
        '[persona.before]\nname = "Karthik"\ngender = "male"\n[persona.after]\nname = "Kavya"\ngender = "female"\n'
        f'[[traits]]\nid = "stubborn"\nimportance = 3\n[llm]\nbase_url = "{server.url}"\nmodel = "m"\nprice_in = 1\n'
    )
    return folder, server


def samples(run: Run, life: Path, *more: str | Path) -> tuple[int, str, str]:
    return run("samples", "-C", life, "--now", "2026-01-01", *more)


def rows(life: Path) -> list[dict[str, object]]:
    lines = (life / "data" / "refined" / "samples.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def by_model(life: Path) -> list[dict[str, object]]:
    return [r for r in rows(life) if str(r["source"]).startswith("model:m/compose/")]


def refined(run: Run, life: Path) -> None:
    assert run("refine", "-C", life, "--engine", "rules", "--now", "2026-01-01")[0] == 0


def test_a_dry_run_sends_nothing_and_says_what_it_would(life: tuple[Path, Server], run: Run) -> None:
    folder, server = life
    refined(run, folder)
    code, out, _ = samples(run, folder, "--engine", "llm", "--dry-run")
    assert code == 0
    assert "nothing was sent" in out
    assert "compose_ask" in out
    assert "compose_event" in out
    assert server.seen == []
    assert not (folder / "data" / "refined" / "samples.jsonl").exists()
    listed = json.loads(samples(run, folder, "--engine", "llm", "--dry-run", "--json")[1])
    assert listed["calls"] == len(listed["requests"]) > 20


def test_the_models_samples_are_kept_and_asked_for_once(life: tuple[Path, Server], run: Run) -> None:
    folder, server = life
    refined(run, folder)
    code, _, err = samples(run, folder, "--engine", "llm")
    assert code == 0, err
    assert "words of a model, checked" in err
    found = by_model(folder)
    assert {r["kind"] for r in found} == {"memory", "event"}
    asked = len(server.seen)
    for engine in ("llm", "rules", "auto"):
        assert samples(run, folder, "--engine", engine)[0] == 0
        assert by_model(folder) == found
    assert len(server.seen) == asked
    shown = ("--list", "--stage", "sample", "--source", "model:", "--json")
    code, out, _ = run("review", "-C", folder, "--now", "2026-01-01", *shown)
    assert code == 0
    assert len(json.loads(out)) == len(found)
    assert run("export", "-C", folder, "--now", "2026-01-01")[0] == 3  # they wait for the person like all others


def test_with_rules_alone_nothing_is_sent(life: tuple[Path, Server], run: Run) -> None:
    folder, server = life
    refined(run, folder)
    assert samples(run, folder, "--engine", "rules")[0] == 0
    assert samples(run, folder, "--coverage")[0] == 0  # who only looks asks nothing
    assert server.seen == []
    assert by_model(folder) == []


def test_a_changed_note_loses_its_samples_and_the_others_stay(life: tuple[Path, Server], run: Run) -> None:
    folder, server = life
    refined(run, folder)
    assert samples(run, folder, "--engine", "llm")[0] == 0
    before = {str(r["id"]): r["notes"] for r in by_model(folder)}
    (folder / "data" / "raw" / "piano.md").write_text(NOTES["piano.md"].replace("an hour", "two hours"))
    refined(run, folder)
    asked = len(server.seen)
    assert samples(run, folder, "--engine", "rules")[0] == 0
    assert {str(r["id"]) for r in by_model(folder)} == {i for i, n in before.items() if n == ["oars.md"]}
    assert samples(run, folder, "--engine", "llm")[0] == 0
    assert any(r["notes"] == ["piano.md"] for r in by_model(folder))
    new = [asked_for(s) for s in server.seen[asked:]]
    assert new
    assert all("two hours" in text for text in new)


def test_a_spent_budget_ends_it_with_3_and_the_next_run_goes_on(life: tuple[Path, Server], run: Run) -> None:
    folder, server = life
    refined(run, folder)
    code, _, err = samples(run, folder, "--engine", "llm", "--max-tokens", "1800")
    assert code == 3
    assert "refiner samples goes on there" in err
    asked = len(server.seen)
    assert asked > 0
    assert samples(run, folder, "--engine", "llm")[0] == 0
    keys = [json.dumps(s.body["messages"]) for s in server.seen]
    assert len(set(keys)) == len(keys)
    assert by_model(folder)


def test_a_remote_endpoint_is_refused_as_in_refine(life: tuple[Path, Server], run: Run) -> None:
    folder, server = life
    refined(run, folder)
    text = (folder / "refiner.toml").read_text().replace(server.url, "https://models.example.com/v1")
    (folder / "refiner.toml").write_text(text)
    code, _, err = samples(run, folder, "--engine", "llm")
    assert code != 0
    assert "allow_remote" in err


def test_names_are_hidden_where_asked_and_come_back_in_the_samples(life: tuple[Path, Server], run: Run) -> None:
    folder, server = life
    refined(run, folder)
    assert samples(run, folder, "--engine", "llm", "--pseudonymise")[0] == 0
    assert server.seen
    assert not any("Kavya" in asked_for(s) or "Karin" in asked_for(s) for s in server.seen)
    assert not any("Karthik" in json.dumps(s.body) for s in server.seen)
