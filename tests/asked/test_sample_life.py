"""The whole way over the sample life with strong answers: a recorded run, replayed without a model.

The answers in sample_life.jsonl belong to the very words of the prompts and to what the rules leave open. After a
change of these the test says how many are missing; record it anew with `refiner refine --engine llm --record FILE`.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from refiner.demo import NOW, sample_folder
from refiner.engine import ModelOptions
from refiner.models import Question
from refiner.refine import Report, refine
from refiner.store import Workspace

RECORDING = Path(__file__).with_name("sample_life.jsonl")


def workspace(folder: Path) -> Workspace:
    ws = Workspace(folder)
    ws.root.mkdir()
    shutil.copy(sample_folder() / "refiner.toml", ws.config)
    shutil.copytree(sample_folder() / "data" / "raw", ws.raw)
    return ws


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return refine(workspace(tmp_path_factory.mktemp("rules") / "w"), now=NOW, engine="rules")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Report:
    options = ModelOptions(replay=RECORDING)
    return refine(workspace(tmp_path_factory.mktemp("both") / "w"), now=NOW, options=options)


def questions(report: Report, stage: str) -> list[Question]:
    assert report.life is not None
    return [q for q in report.life.chain.questions if q.stage == stage and q.status == "undecided"]


def test_every_question_has_its_answer_in_the_recording(both: Report) -> None:
    assert both.life is not None
    assert both.life.engine.asker is not None
    assert both.life.engine.asker.absent == 0, "the prompts or the rules ask something else now: record it anew"
    assert both.unasked == 0
    assert both.lost == []


def test_the_model_settles_most_of_what_the_rules_left_open(rules: Report, both: Report) -> None:
    open_, left = questions(rules, "swap"), questions(both, "swap")
    assert len(left) < len(open_) / 2
    assert {q.id for q in left} <= {q.id for q in open_}


def test_what_it_says_is_an_edit_with_its_name_that_nobody_decided(both: Report) -> None:
    assert both.life is not None
    mine = [e for es in both.life.chain.edits.values() for e in es if e.source == "model:reader"]
    assert len(mine) > 20
    assert all(e.status == "undecided" and e.confidence <= 0.7 and e.reason for e in mine)
    assert all(not e.note.startswith("private/") or e.after for e in mine)


def test_a_second_look_finds_what_is_left_and_offers_it(both: Report) -> None:
    found = questions(both, "second-look")
    assert found
    assert max(Counter(q.note for q in found).values()) <= 3
    offered = [e.after for q in found for c in q.choices for e in c.effect.edits]
    assert any("biting her nails" in text for text in offered)
    assert any("she must be having office tension" in text for text in offered)


def test_the_verdicts_stay_as_the_rules_have_them(rules: Report, both: Report) -> None:
    def verdicts(report: Report) -> dict[str, str]:
        assert report.life is not None
        assert report.life.chain.timeline is not None
        return {t.id: t.verdict for t in report.life.chain.timeline.traits}

    assert verdicts(both) == verdicts(rules)


def test_the_recording_says_how_its_answers_were_made() -> None:
    header = json.loads(RECORDING.read_text(encoding="utf-8").split("\n")[0])
    assert "by hand" in header["made"]
    assert header["facts"] == {}


def test_what_is_over_says_so_itself_where_the_model_could_word_it(rules: Report, both: Report) -> None:
    def sources(report: Report) -> Counter[str]:
        assert report.life is not None
        return Counter(e.source for es in report.life.chain.edits.values() for e in es if e.stage == "override")

    assert sources(both)["model:reader"] == 3
    assert sources(both).total() == sources(rules).total()  # each in the place of a clause
    assert both.life is not None
    text = both.life.chain.refined(next(n for n in both.life.chain.notes if n.path == "rocky.md"))
    assert "From that day until 2022 I was afraid of dogs." in text


def test_labels_of_the_model_are_evidence_and_change_no_text(rules: Report, both: Report) -> None:
    def counts(report: Report) -> Counter[str]:
        assert report.life is not None
        return Counter(b.source.split(":")[0] for bs in report.life.chain.bearings.values() for b in bs)

    assert counts(both)["model"] > 10
    assert counts(both)["rule"] < counts(rules)["rule"]  # what has nothing to do with a trait lost its bearing
