"""What is printed of an evaluation: it fits, says what is missing, and shows nothing of a model raw."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.cells import cell_len
from rich.text import Text
from scored_reports import answers_of, items_of, marks_of, report_of

from refiner.console import Output
from refiner.evaluate.compare import between
from refiner.evaluate.gate import gate, parse
from refiner.evaluate.shapes import Report, Score
from refiner.evaluate.telling import cell, conclusions, groups, remarks, rival
from refiner.report_evaluate import compared, comparison_lines, evaluated, gate_lines, lines

FOUR = {"base": 0.2, "base+card": 0.4, "tuned": 0.6, "tuned+card": 0.95}


def _report(count: int = 10, unjudged: float = 0.0) -> Report:
    items = items_of(count)
    marks = {c: marks_of(items, p, n, unjudged) for n, (c, p) in enumerate(FOUR.items())}
    return report_of(marks, items, [a for c in FOUR for a in answers_of(c, items)])


def _printed(report: Report, width: int = 80, contestant: str = "") -> list[str]:
    return [text for text, _ in lines(report, width, contestant=contestant)]


class Shown(Output):
    """An output that keeps what it was given."""

    def __init__(self, *, as_json: bool = False, unicode: bool = True, width: int = 80) -> None:
        self.quiet, self.as_json, self._unicode, self.given = False, as_json, unicode, list[str]()
        self.out = SimpleNamespace(width=width)  # type: ignore[assignment]

    @property
    def unicode(self) -> bool:
        return self._unicode

    def data(self, text: str | Text, style: str = "") -> None:
        self.given.append(text.plain if isinstance(text, Text) else text)

    def say(self, text: str, style: str = "") -> None:
        self.given.append(text)

    def json(self, value: Any) -> None:
        self.given.append(json.dumps(value))


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    report = _report(unjudged=0.3)
    wide = report.model_copy(update={"name": "名" * 90})
    against = between(report, "base+card", "tuned+card")
    held = gate(report, parse("likeness=0.99,forced_choice=0.5"))
    printed = [
        *lines(report, width), *lines(wide, width), *comparison_lines(against, report.measures, width),
        *gate_lines(held, width),
    ]  # fmt: skip
    assert max(cell_len(text) for text, _ in printed) <= width


def test_the_table_has_every_measure_by_part_and_likeness_last() -> None:
    report = _report()
    printed = "\n".join(_printed(report, 120))
    table = printed[: printed.index("Each with half")]
    rows = [line for line in table.splitlines() if "±" in line or "unavailable" in line]
    assert rows[-1].startswith("Likeness")
    titles = [g.title for g in groups(report)]
    assert [table.index(f"\n{t}") for t in titles] == sorted(table.index(f"\n{t}") for t in titles)
    for group in groups(report):
        for measure in group.measures:
            assert measure.title in table
    for contestant in FOUR:
        value = report.score(contestant, "likeness")
        assert value is not None
        assert re.search(rf"{value.value:.2f} [±+-]0\.", rows[-1])
    recall = report.score("tuned", "recall")
    assert recall is not None
    assert recall.low is not None
    assert recall.high is not None
    assert f"{recall.value:.2f} ±{(recall.high - recall.low) / 2:.2f}" in next(r for r in rows if r.startswith("Facts"))


def test_an_interval_on_one_side_is_not_shown_as_one_on_both() -> None:
    measure = next(m for m in _report().measures if m.id == "recall")

    def shown(value: float, low: float, high: float) -> str:
        return cell(Score(contestant="x", measure="recall", value=value, low=low, high=high), measure)

    assert shown(0.0, 0.0, 0.32) == "0.00 +0.32"
    assert shown(1.0, 0.61, 1.0) == "1.00 -0.39"
    assert shown(0.5, 0.3, 0.8) == "0.50 ±0.25"
    assert shown(1.0, 1.0, 1.0) == "1.00 ±0.00"


def test_what_is_missing_is_said_in_words() -> None:
    report = _report()
    measure = next(m for m in report.measures if m.id == "recall")
    nothing = Score(contestant="x", measure="recall")
    assert cell(None, measure) == "unavailable"
    assert cell(nothing.model_copy(update={"why": "no weights"}), measure) == "unavailable"
    assert cell(nothing.model_copy(update={"unjudged": 7}), measure) == "unjudged 7"
    assert cell(nothing.model_copy(update={"why": "no questions"}), measure) == "not asked"
    items = items_of(6, ("fact", "dead"))
    marks = tuple(m.model_copy(update={"value": None}) if m.measure == "recall" else m for m in marks_of(items, 1.0))
    printed = "\n".join(_printed(report_of({"tuned": marks}, items)))
    assert "unjudged 12" in printed
    assert "could be judged" in printed
    assert "* Likeness: without facts: 12 of 12 answers could not be judged" in " ".join(printed.split())
    assert "no questions for:" in printed


def test_what_many_measures_share_is_said_once() -> None:
    report = _report(3, unjudged=0.4)
    said = remarks(report)
    assert sum("few questions" in r for r in said) == 1
    assert sum("could not be judged and count for nothing" in r for r in said) == 1
    assert not any("the interval is wide" in r for r in said)
    one = next(s for s in report.scores if s.value is not None and s.unjudged * 3 > s.marks and s.contestant == "base")
    assert f"base {one.unjudged} of {one.marks + one.unjudged}" in " ".join(said)


def test_of_what_was_not_asked_there_is_no_row() -> None:
    items = items_of(3, ("order", "general"))
    report = report_of({c: marks_of(items, 0.5, n) for n, c in enumerate(FOUR)}, items)
    printed = _printed(report, 200)
    assert not any("not asked" in line for line in printed)
    assert any(line.startswith("Dates and order") for line in printed)
    [whole] = [r for r in remarks(report) if r.startswith("Likeness: without")]
    assert whole.startswith("Likeness: without facts, living traits, negative traits, dead traits")
    assert whole.count("without") == whole.count(": no questions") == 1
    table = [line for line in printed if "±" in line and not line.startswith("Each")]
    assert max(map(len, table)) <= 48 + 12 * len(FOUR)


@pytest.mark.parametrize("width", range(40, 100, 3))
def test_an_arrow_stands_beside_a_word(width: int) -> None:
    assert not any(line.strip() in ("↓", "") and line.strip() for line in _printed(_report(3), width))


def test_the_words_say_who_wins_and_that_the_tuned_one_loses() -> None:
    items = items_of(14)
    good, bad = marks_of(items, 0.95), marks_of(items, 0.1, 1)
    won = " ".join(" ".join(_printed(report_of({"base+card": bad, "tuned+card": good}, items))).split())
    assert "tuned+card is more like her than base+card" in won
    assert "Worse: in nothing" in won
    lost = " ".join(" ".join(_printed(report_of({"base+card": good, "tuned+card": bad}, items))).split())
    assert "tuned+card is less like her than base+card" in lost
    assert "Better: in nothing" in lost
    assert "Worse: recall of facts" in lost
    same = " ".join(" ".join(_printed(report_of({"base+card": good, "tuned+card": good}, items))).split())
    assert "cannot tell which is more like her" in same
    assert "Holm" in won


def test_direction_is_said_where_less_is_better() -> None:
    items = items_of(14, ("dead",))
    report = report_of({"base+card": marks_of(items, 0.0), "tuned+card": marks_of(items, 1.0)}, items)
    said = conclusions(between(report, "base+card", "tuned+card"), report.measures)
    assert "says that what is over is so (0.00 against 1.00, less is better)" in said[1]
    printed = [t for t, _ in comparison_lines(between(report, "base+card", "tuned+card"), report.measures, 80)]
    assert any("is so ↓" in line and line.endswith("better") for line in printed)


def test_whom_the_words_are_about() -> None:
    report = _report()
    assert rival(report) == "base+card"
    assert rival(report, "tuned") == "base"
    assert rival(report, "base") == "base+card"
    items = items_of(2)
    assert rival(report_of({"model": marks_of(items, 1.0), "model+card": marks_of(items, 1.0)}, items)) == "model"
    alone = report_of({"mine": marks_of(items, 1.0)}, items)
    assert rival(alone) == ""
    assert "more like" not in "\n".join(_printed(alone))


def test_json_is_whole_and_says_what_the_table_says(tmp_path: Path) -> None:
    report = _report()
    held = gate(report, parse("likeness=0.99"))
    show = Shown(as_json=True)
    evaluated(show, report, gated=held, files={"report": tmp_path / "report.json"})
    found = json.loads(show.given[0])
    assert len(found["scores"]) == len(report.scores)
    assert found["gate"]["passed"] is False
    assert found["gate"]["limits"][0]["at_least"] == 0.99
    assert found["comparison"]["after"] == "tuned+card"
    assert found["files"]["report"].endswith("report.json")
    assert found["items"] == len(report.items)
    assert "marks" not in found
    show = Shown(as_json=True)
    compared(show, between(report, "base", "tuned"), report.measures)
    assert json.loads(show.given[0])["differences"][-1]["measure"] == "likeness"


def test_everything_is_printed_and_in_ascii_where_it_must_be(tmp_path: Path) -> None:
    report = _report()
    show = Shown(unicode=False)
    evaluated(show, report, gated=gate(report, parse("0.99")), files={"page": tmp_path / "report.html"})
    compared(show, between(report, "base", "tuned"), report.measures)
    text = "\n".join(show.given)
    assert text.isascii()
    assert "NOT PASSED" in text
    assert "report.html" in text
    assert max(map(len, text.replace(str(tmp_path), "").splitlines())) <= 80


def test_what_would_move_the_cursor_is_shown_as_what_it_is() -> None:
    report = _report(2)
    evil = "\x1b[2Jgone\u202e\x07[red]"
    contestants = tuple(c.model_copy(update={"title": evil}) for c in report.contestants)
    measures = tuple(m.model_copy(update={"title": evil + m.title}) for m in report.measures)
    scores = tuple(s.model_copy(update={"why": evil}) for s in report.scores)
    report = report.model_copy(
        update={"name": evil, "contestants": contestants, "measures": measures, "scores": scores}
    )
    printed = "\n".join(_printed(report))
    printed += "\n".join(t for t, _ in comparison_lines(between(report, "base", "tuned"), report.measures, 80))
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    assert "\x07" not in printed
    assert "␛" in printed


def test_it_loads_nothing_heavy() -> None:
    heavy = ("torch", "transformers", "spacy", "openai", "matplotlib")
    code = f"import sys, refiner.report_evaluate; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
