"""What blocks an export, sentence by sentence as the design has it, and the list that says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from refiner.exporting import Waiting, export_samples
from refiner.models import Decision, Finding
from refiner.refine import refine, with_life
from refiner.sampling import make_samples, samples_of
from refiner.stages.composing.open import finding_id
from refiner.store import DecisionLog, Workspace
from refiner.waiting import LINES, Item, as_json, refusal, waiting
from refiner.workspace import init

NOW = "2026-01-01"
NOTE = """# The well

As a boy of eight I climbed down our well at Palai to fetch a kitten. It sat on a ledge and bit me twice.
My father let down the bucket for it, and the whole lane stood around and gave advice.

I kept the kitten for eleven years, and named it Kinar, which is what people there call a well.
"""


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    made = init(tmp_path / "w", name="Jomon Kurian", becomes="Jomol Kurian", gender="male")
    (made.raw / "well.md").write_text(NOTE)
    refine(made, now=NOW, engine="rules")
    make_samples(made, now=NOW)
    return made


def say(ws: Workspace, item: Any, verdict: Any, **more: Any) -> None:
    DecisionLog(ws.decisions).append(Decision(item=item.id, text_sha=item.text_sha, verdict=verdict, **more))


def approve_samples(ws: Workspace) -> None:
    for s in make_samples(ws, now=NOW).proposed:
        say(ws, s, "approve")


def edits(ws: Workspace) -> list[Any]:
    with with_life(ws, now=NOW) as life:
        return [e for es in life.chain.edits.values() for e in es]


def approve_all(ws: Workspace) -> None:
    for e in edits(ws):
        say(ws, e, "approve")
    approve_samples(ws)


def waits(ws: Workspace) -> list[Item]:
    with pytest.raises(Waiting) as error:
        export_samples(ws, now=NOW, check=False)
    assert error.value.exit_code == 3
    return error.value.items


def exported(ws: Workspace, **more: Any) -> dict[str, Any]:
    return export_samples(ws, now=NOW, check=False, **more).manifest


def test_undecided_samples_block(ws: Workspace) -> None:
    for e in edits(ws):
        say(ws, e, "approve")
    items = waits(ws)
    assert {i.group for i in items} == {"samples"}
    assert len(items) == len(make_samples(ws, now=NOW).samples)


def test_an_approved_sample_is_blocked_while_an_edit_in_its_sources_is_undecided(ws: Workspace) -> None:
    approve_samples(ws)
    (edit,) = [e for e in edits(ws) if e.before == "boy"]
    items = waits(ws)
    assert [(i.group, i.id, i.note) for i in items] == [("edits", edit.id, "well.md")]
    assert items[0].holds > 0
    say(ws, edit, "approve")
    assert exported(ws)["counts"]["train"] > 0


@pytest.mark.parametrize("verdict", ["approve", "reject", "edit"])
def test_a_decided_edit_blocks_nothing(ws: Workspace, verdict: str) -> None:
    for e in edits(ws):
        say(ws, e, verdict, **({"text": "child"} if verdict == "edit" else {}))
    approve_samples(ws)
    told = json.dumps(exported(ws))
    assert told
    text = (ws.dataset / "train.jsonl").read_text() + (ws.dataset / "eval.jsonl").read_text()
    word = {"approve": "girl", "reject": "boy", "edit": "child"}[verdict]
    assert f"As a {word} of eight" in text


def test_an_undecided_edit_that_no_approved_sample_needs_blocks_nothing(ws: Workspace) -> None:
    (edit,) = [e for e in edits(ws) if e.before == "boy"]
    for s in make_samples(ws, now=NOW).proposed:
        say(ws, s, "reject" if edit.id in s.blocked else "approve")
    exported(ws)
    text = (ws.dataset / "train.jsonl").read_text() + (ws.dataset / "kto.jsonl").read_text()
    assert "climbed down our well" not in text


def test_only_unblocked_samples_that_are_approved_or_edited_are_taken(ws: Workspace) -> None:
    approve_all(ws)
    first, second, third, *_ = sorted(make_samples(ws, now=NOW).proposed, key=lambda s: s.id)
    say(ws, first, "reject", reason="not true")
    say(ws, second, "edit", text="In my own words, then.")
    say(ws, third, "approve")
    manifest = exported(ws)
    rows = (ws.dataset / "train.jsonl").read_text() + (ws.dataset / "eval.jsonl").read_text()
    asked = [m["content"] for line in rows.splitlines() for m in json.loads(line)["messages"] if m["role"] == "user"]
    assert first.messages[0].content not in asked
    assert "In my own words, then." in rows
    assert manifest["counts"]["statuses"]["edited"] == 1
    assert manifest["counts"]["preferences"] == 1
    assert manifest["counts"]["preferences_from"] == {"edits": 1, "answers": 0}
    assert manifest["counts"]["kto_labels"]["false"] == 2
    assert manifest["counts"]["left_out"] == 1


def test_partial_leaves_out_what_waits(ws: Workspace) -> None:
    approve_samples(ws)
    made = make_samples(ws, now=NOW)
    done = export_samples(ws, now=NOW, partial=True, check=False)
    assert done.waiting == len(made.blocked) > 0
    assert done.manifest["counts"]["left_out"] == len(made.blocked)


def with_finding(ws: Workspace, finding: Finding) -> list[Item]:
    with with_life(ws, now=NOW) as life:
        life.chain.findings.append(finding)
        return waiting(samples_of(life))


def test_an_error_in_the_sources_blocks_and_a_warning_does_not(ws: Workspace) -> None:
    approve_all(ws)
    start = NOTE.index("My father")
    found = Finding(check="gender", severity="error", note="well.md", start=start, end=start + 9, message="he is she")
    (item,) = with_finding(ws, found)
    assert (item.group, item.id, item.note, item.kind) == ("findings", finding_id(found), "well.md:4", "gender")
    assert with_finding(ws, found.model_copy(update={"severity": "warning"})) == []


def test_a_note_that_was_not_judged_blocks_whatever_samples_there_are(ws: Workspace) -> None:
    approve_all(ws)
    for s in make_samples(ws, now=NOW).proposed[1:]:
        say(ws, s, "reject")
    lost = Finding(check="unjudged", severity="error", note="elsewhere.md", message="the model gave no usable answer")
    (item,) = with_finding(ws, lost)
    assert (item.group, item.note) == ("unjudged", "elsewhere.md")


def test_the_list_is_about_twenty_lines_with_a_command_for_each_group() -> None:
    many = [Item("edits", f"{n:016x}", "swap", "a.md", "“x” → “y”", 2) for n in range(50)]
    many += [Item("samples", f"{n:016x}", "memory", "", "Why? " * 40) for n in range(3)]
    said = str(refusal(many, 7)).splitlines()
    assert said[0] == "nothing was exported: 53 items wait for you"
    assert sum(line.startswith("  0000") for line in said) == LINES
    assert "  and 33 more" in said
    assert "  → refiner review --stage edit" in said
    assert "  → refiner review --stage sample" in said
    assert max(map(len, said)) <= 80
    assert as_json(many)["groups"]["edits"] == {"count": 50, "command": "refiner review --stage edit"}
    assert len(as_json(many)["waiting"]) == 53


def test_the_ids_in_the_list_can_be_typed_and_json_has_them_all(ws: Workspace) -> None:
    approve_samples(ws)

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "refiner.cli", *args, "--now", NOW, "-C", str(ws.root)]
        return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "COLUMNS": "80"})

    refused = run("export", "--json")
    assert refused.returncode == 3
    told = json.loads(refused.stdout)
    shown = [line.split()[0] for line in refused.stderr.splitlines() if line.startswith("  ") and "→ " not in line[:4]]
    assert [i["id"][:12] for i in told["waiting"]] == shown
    for name in shown:
        assert run("review", "--approve", name).returncode == 0
    assert run("export", "--quick").returncode == 0
