"""A life event that comes later: what is new or changed is done again, and nothing else; the numbers say so."""

from __future__ import annotations

from pathlib import Path

import pytest
from noted import workspace

from refiner.console import Output
from refiner.errors import UsageError
from refiner.exporting import export_samples
from refiner.models import Decision, Sample
from refiner.noting.command import run_note
from refiner.noting.given import Request
from refiner.refine import Report, refine
from refiner.report_standing import standing as shown
from refiner.review.identity import item_id, sha_of
from refiner.sampling import Samples, make_samples
from refiner.since import Fresh, named
from refiner.standing import Standing, standing
from refiner.store import DecisionLog, Workspace

NOW = "2026-11-23"
LIFE = {
    "iron.md": "In 1999 Dada gave me his soldering iron. Since then I am a tinkerer. I took our radio apart.\n",
    "rex.md": "In June 1997 Rex bit me near the pond in Hassan. Since then I am afraid of dogs. I ran home.\n",
    "hostel.md": "As a boy I lived in the boys' hostel in Mysuru. The mess served idli every morning.\n",
    "school.md": "---\ndate: 2003\n---\n\nMy friend Ritu read me her poems in the corridor. I liked that one.\n",
}


def again(ws: Workspace) -> Report:
    return refine(ws, now=NOW, engine="rules")


def decide_all(ws: Workspace, report: Report, samples: Samples | None = None) -> None:
    """Approves everything that is undecided."""
    chain = report.life.chain if report.life else None
    assert chain is not None
    edits = [e for es in chain.edits.values() for e in es]
    records = [*chain.canon, *edits, *(samples.proposed if samples else ())]
    waiting = [r for r in records if r.status == "undecided"]
    DecisionLog(ws.decisions).extend(
        [Decision(item=item_id(r), text_sha=sha_of(r), verdict="approve") for r in waiting]
    )


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    """A life that was refined, decided, made into samples, decided again and exported."""
    made = workspace(tmp_path / "life")
    for name, text in LIFE.items():
        (made.raw / name).write_text(text)
    decide_all(made, again(made))
    report = again(made)
    decide_all(made, report, make_samples(made, now=NOW))
    again(made)
    make_samples(made, now=NOW)
    export_samples(made, now=NOW, partial=True, check=False)
    return made


def write(ws: Workspace, asked: Request) -> str:
    before = set(ws.raw.iterdir())
    assert run_note(ws, asked, Output(quiet=True), now=NOW) == 0
    (new,) = set(ws.raw.iterdir()) - before
    return new.name


def by_id(samples: Samples) -> dict[str, Sample]:
    return {s.id: s for s in samples.samples}


def numbers(ws: Workspace, capsys: pytest.CaptureFixture[str]) -> tuple[Standing, str]:
    capsys.readouterr()
    found = standing(ws)
    shown(Output(), found)
    return found, capsys.readouterr().out


def test_a_note_that_changes_no_trait_redoes_itself_alone(ws: Workspace) -> None:
    before, log = by_id(make_samples(ws, now=NOW)), ws.decisions.read_bytes()
    refined = {p: p.read_bytes() for p in (ws.refined / "notes").iterdir()}
    name = write(ws, Request(text="As a boy I walked to the tank in Mandya with Farhan.", when="2002"))
    report = again(ws)
    assert report.life is not None
    made = report.life.chain.made
    assert made.pop("timeline", None) is not None
    assert {path for notes in made.values() for path in notes} == {name}
    assert {p: p.read_bytes() for p in refined} == refined
    old = [e for path, es in report.life.chain.edits.items() if path != name for e in es]
    assert old
    assert {e.status for e in old} == {"approved"}
    after = by_id(make_samples(ws, now=NOW))
    # Held-out forms of a question are drawn from the whole life: a new note may change which of them there are.
    kept = {i: s for i, s in before.items() if s.notes and not s.source.endswith("/held-out")}
    assert kept
    assert {i: (after[i].status, after[i].messages) for i in kept} == {
        i: (s.status, s.messages) for i, s in kept.items()
    }
    new = [s for i, s in after.items() if i not in before]
    assert new
    assert all(name in s.notes or s.status == "undecided" for s in new)
    assert ws.decisions.read_bytes() == log


def test_an_event_that_ends_a_trait_changes_what_says_so_and_no_more(ws: Workspace) -> None:
    before = by_id(make_samples(ws, now=NOW))
    about = {i for i, s in before.items() if "fear-of-dogs" in s.traits}
    assert any("afraid" in s.messages[-1].content for i, s in before.items() if i in about)
    write(ws, Request(text="Dr Rao in Hassan cured me.", when="2003", effects=["fear-of-dogs=ended"]))
    report = again(ws)
    assert report.life is not None
    timeline = report.life.chain.timeline
    assert timeline is not None
    verdict = timeline.verdict("fear-of-dogs")
    assert verdict is not None
    assert verdict.verdict == "NOT"
    assert report.made["swap"] == 1
    after = by_id(make_samples(ws, now=NOW))
    same = {
        i for i, s in before.items() if i in after and after[i].messages == s.messages and after[i].status == s.status
    }
    lost = set(before) - same
    assert lost
    others = {i: s for i, s in before.items() if not s.source.endswith("/held-out")}
    untouched = {i for i, s in others.items() if s.notes and "rex.md" not in s.notes and i not in about}
    assert untouched
    assert not lost & untouched
    says_so = [s for i, s in before.items() if i in about and s.kind == "trait"]
    assert all(s.id in lost for s in says_so)


def test_the_numbers_say_what_changed(ws: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    found, text = numbers(ws, capsys)
    assert not found.stale
    assert (found.notes_new, found.notes_changed, found.notes_removed) == ((), (), ())
    assert found.export == {"new": 0, "changed": 0, "gone": 0}
    assert "since the last export" not in text
    name = write(ws, Request(text="As a boy I walked to the tank in Mandya.", when="2002"))
    (ws.raw / "school.md").unlink()
    (ws.raw / "hostel.md").write_text(LIFE["hostel.md"] + "The cook was kind.\n")
    found, text = numbers(ws, capsys)
    assert (found.notes_new, found.notes_changed, found.notes_removed) == ((name,), ("hostel.md",), ("school.md",))
    assert f"1 new since the last refine: {name}" in text
    assert "1 removed since the last refine: school.md" in text
    assert found.next == "refiner refine"
    report = again(ws)
    assert isinstance(report.fresh, Fresh)
    assert report.fresh.edits >= 1
    assert report.fresh.decided >= 1
    found, text = numbers(ws, capsys)
    assert found.fresh["edits"] == report.fresh.edits
    assert f"{found.edits['undecided']} undecided ({report.fresh.edits} new)" in text
    assert found.samples_outdated
    assert "refiner samples" in text
    decide_all(ws, report)
    made = make_samples(ws, now=NOW)
    decide_all(ws, again(ws), made)
    again(ws)
    make_samples(ws, now=NOW)
    found, text = numbers(ws, capsys)
    assert not found.samples_outdated
    assert found.export["new"] > 0
    assert found.export["gone"] > 0
    assert f"{found.export['new']} new" in text
    assert found.next == "refiner export"
    assert all(len(line) < 80 for line in text.splitlines() if not line.startswith("workspace"))
    assert len(text.splitlines()) <= 12
    export_samples(ws, now=NOW, partial=True, check=False)
    assert not any(numbers(ws, capsys)[0].export.values())


def test_samples_decided_since_they_were_written_count_as_decided(ws: Workspace) -> None:
    write(ws, Request(text="As a boy I walked to the tank in Mandya.", when="2002"))
    report = again(ws)
    decide_all(ws, report)
    decide_all(ws, again(ws), make_samples(ws, now=NOW))
    assert standing(ws).samples["undecided"] == 0


def test_a_run_that_was_trained_on_other_data(ws: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    from refiner.since import dataset_hash

    run = {
        "schema": 1, "finished": "2026-11-20T10:00:00Z", "base": {"name": "tiny", "source": "tiny", "gguf": ""},
        "system": "", "adapter": "adapter", "adapter_gguf": "", "dataset": {"sha256": dataset_hash(ws.dataset)},
        "backend": {"name": "none"}, "steps": 1, "losses": [{"loss": 1.0}], "best": None, "seconds": 1.0,
    }  # fmt: skip
    (ws.runs / "first").mkdir(parents=True)
    (ws.runs / "first" / "run.json").write_text(json.dumps(run))
    assert numbers(ws, capsys)[0].runs_outdated == ()
    (ws.runs / "first" / "run.json").write_text(json.dumps({**run, "dataset": {"sha256": "another"}}))
    found, text = numbers(ws, capsys)
    assert found.runs_outdated == ("first",)
    assert "first was trained on other data" in text
    assert found.next == "refiner train --continue current"


def test_a_gap_is_shown_above_the_note(ws: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    from refiner.gapping import find

    gap = find(ws, now=NOW).gaps[0]
    assert run_note(ws, Request(text="Dada showed me.", gap=gap.id), Output(), now=NOW) == 0
    assert (gap.question or gap.why)[:40] in capsys.readouterr().err
    with pytest.raises(UsageError, match="there is no gap"):
        run_note(ws, Request(text="x", gap="no-such-gap"), Output(quiet=True), now=NOW)


def test_many_names_are_counted() -> None:
    assert named([f"{n}.md" for n in range(8)]) == "0.md, 1.md, 2.md, 3.md, 4.md and 3 more"
    assert named(["a.md"]) == "a.md"
