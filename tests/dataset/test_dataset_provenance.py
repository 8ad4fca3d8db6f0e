"""Provenance: a record for each row; and a trace from a sample or a row to notes, edits and decisions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from dataset_life import CONFIG, sample, samples
from hypothesis import given
from hypothesis import strategies as st

from refiner.console import Output
from refiner.dataset.export import Extras, export_dataset, validate_dataset
from refiner.dataset.provenance import provenance_rows
from refiner.dataset.replay import read_general
from refiner.errors import UsageError
from refiner.exporting import export_samples
from refiner.models import Decision
from refiner.refine import refine, with_life
from refiner.report_export import traced
from refiner.review.history import replay
from refiner.sampling import Samples, make_samples, samples_of
from refiner.store import DecisionLog, Workspace
from refiner.tracing import find_sample, trace
from refiner.training.launch import training_folder
from refiner.workspace import init

NOW = "2026-01-01"
NOTE = """# The canal

As a boy of nine I fell into the canal at Munnar with my satchel on. A fisherman pulled me out by my collar.
My aunt Lissy dried every page of my books on the stove that evening, and never scolded me once.
"""


def rows(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@given(st.sets(st.integers(0, len(samples()) - 1), min_size=12), st.integers(0, 4))
def test_each_row_has_its_record(some: set[int], bad: int) -> None:
    import tempfile

    made = [samples()[i] for i in sorted(some)]
    rejected = [s.model_copy(update={"status": "rejected"}) for s in made[:bad]]
    general = read_general(training_folder() / "replay.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "d"
        export_dataset(
            made[bad:], out, config=CONFIG, card="You are Esther.", base="", rejected=rejected,
            extras=Extras(general=general, formats=("hf",)),
        )  # fmt: skip
        assert validate_dataset(out) == []
        records = {(r["file"], r["row"]): r for r in rows(out / "provenance.jsonl")}
        by_id = {s.id: s for s in (*made, *general)}
        for name in ("train.jsonl", "eval.jsonl", "preferences.jsonl", "kto.jsonl"):
            for number, row in enumerate(rows(out / name), 1):
                behind = by_id[records.pop((name, number))["sample"]]
                talk = row.get("messages") or [*row["prompt"], *row["completion"]]
                assert [m["content"] for m in talk[1:]] == [m.content for m in behind.messages]
        assert not records


def test_a_missing_record_is_noticed(tmp_path: Path) -> None:
    import hashlib

    export_dataset(samples(), tmp_path, config=CONFIG, card="You are Esther.", base="")
    file, manifest = tmp_path / "provenance.jsonl", tmp_path / "manifest.json"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[1:]))
    told = json.loads(manifest.read_text())
    entry = next(f for f in told["files"] if f["name"] == "provenance.jsonl")
    entry |= {"rows": entry["rows"] - 1, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
    manifest.write_text(json.dumps(told))
    assert validate_dataset(tmp_path) == ["provenance.jsonl does not name each row of the other files once"]


def test_the_decisions_in_force_are_named_and_not_those_that_were_undone() -> None:
    one = sample("memory", "q", "a", edits=("e1",), events=("flood",))
    log = [
        Decision(item=one.id, verdict="reject", at="1", id="d1"),
        Decision(item="", verdict="undo", undoes="d1", at="2", id="d2"),
        Decision(item=one.id, verdict="approve", at="3", id="d3"),
        Decision(item="e1", verdict="edit", text="x", at="4", id="d4"),
        Decision(item="e1", verdict="flag", at="5", id="d5"),
        Decision(item="event:flood", verdict="approve", at="6", id="d6"),
    ]
    (row,) = provenance_rows({"train.jsonl": [one]}, replay(log))
    assert [d["id"] for d in row["decisions"]] == ["d3", "d4", "d6"]
    assert (row["file"], row["row"], row["sample"], row["edits"]) == ("train.jsonl", 1, one.id, ["e1"])


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Samples]]:
    """A small life with everything approved, one edit edited, exported."""
    ws = init(tmp_path_factory.mktemp("life") / "w", name="Jomon Kurian", becomes="Jomol Kurian", gender="male")
    (ws.raw / "canal.md").write_text(NOTE)
    refine(ws, now=NOW, engine="rules")
    log = DecisionLog(ws.decisions)
    with with_life(ws, now=NOW) as life:
        for edits in life.chain.edits.values():
            for e in edits:
                text = "girl" if e.before == "boy" else e.after
                log.append(Decision(item=e.id, text_sha=e.text_sha, verdict="edit", text=text, reason="as it was"))
        assert not [q for q in life.chain.questions if q.status == "undecided"]
    for s in make_samples(ws, now=NOW).samples:
        log.append(Decision(item=s.id, text_sha=s.text_sha, verdict="approve"))
    export_samples(ws, now=NOW, check=False)
    with with_life(ws, now=NOW) as life:
        yield ws, samples_of(life)


def test_a_row_is_traced_to_the_raw_sentence_the_edit_and_the_decisions(exported: tuple[Workspace, Samples]) -> None:
    ws, made = exported
    records = rows(ws.dataset / "provenance.jsonl")
    record = next(r for r in records if r["file"] == "train.jsonl" and r["edits"])
    found = trace(made, find_sample(made, f"train.jsonl:{record['row']}", ws.dataset))
    assert found.sample.id == record["sample"]
    assert found == trace(made, find_sample(made, record["sample"][:10], ws.dataset))
    said = next(s for s in found.sentences if s.raw != s.refined)
    assert (said.note, said.line) == ("canal.md", 3)
    assert "As a boy of nine" in said.raw
    assert "As a girl of nine" in said.refined
    edit = found.edits[0]
    assert (edit.before, edit.after, edit.status) == ("boy", "girl", "edited")
    assert edit.reason
    assert [v.verdict for v in edit.decisions] == ["edit"]
    assert [v.verdict for v in found.decisions] == ["approve"]
    told = json.loads(json.dumps(found.as_dict()))
    assert told["edits"][0]["decisions"][0]["reason"] == "as it was"


def test_a_trace_fits_eighty_columns(exported: tuple[Workspace, Samples], capsys: pytest.CaptureFixture[str]) -> None:
    ws, made = exported
    for s in made.samples:
        traced(Output(), trace(made, s))
    out = capsys.readouterr().out
    assert "raw      As a boy of nine" in out
    assert "decided  edit on 2" in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("given", "words"),
    [("zz", "0 samples begin"), ("", "samples begin"), ("train.jsonl:99999", "rows"), ("other.jsonl:1", "0 samples")],
)
def test_what_cannot_be_found_is_said(exported: tuple[Workspace, Samples], given: str, words: str) -> None:
    ws, made = exported
    with pytest.raises(UsageError, match=words):
        find_sample(made, given, ws.dataset)


def test_a_general_row_and_a_folder_without_provenance(exported: tuple[Workspace, Samples], tmp_path: Path) -> None:
    ws, made = exported
    general = next(r for r in rows(ws.dataset / "provenance.jsonl") if r["kind"] == "general")
    with pytest.raises(UsageError, match="comes from no note"):
        find_sample(made, f"train.jsonl:{general['row']}", ws.dataset)
    with pytest.raises(UsageError, match="says nothing of where"):
        find_sample(made, "train.jsonl:1", tmp_path)
