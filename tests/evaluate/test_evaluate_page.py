"""The page of an evaluation: whole in one file, safe whatever a model says, readable in narrow windows."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from scored_reports import answers_of, items_of, marks_of, report_of

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browser import chromium, watched  # noqa: E402

from refiner.evaluate.html import evaluation_page  # noqa: E402
from refiner.evaluate.html_answers import chapters  # noqa: E402
from refiner.evaluate.shapes import AREAS, Answer, Report  # noqa: E402

FOUR = {"base": 0.2, "base+card": 0.4, "tuned": 0.6, "tuned+card": 0.95}
EVIL = "</style><script>alert(1)</script><img src=x onerror=alert(2)>\x1b[2J\u202e{{ 7*7 }}'\"&"


def _made(count: int = 5, unjudged: float = 0.1) -> tuple[Report, list[Answer]]:
    items = items_of(count)
    marks = {c: marks_of(items, p, n, unjudged) for n, (c, p) in enumerate(FOUR.items())}
    answers = [a for c in FOUR for a in answers_of(c, items, f"I am {c}.")]
    return report_of(marks, items, answers), answers


class Tags(HTMLParser):
    """The tags of a page with their attributes, and whether all that is opened is closed."""

    VOID = ("meta", "input", "circle", "line", "link", "br", "img")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag


def test_it_is_whole_and_runs_and_loads_nothing() -> None:
    report, answers = _made()
    page = evaluation_page(report, answers)
    found = Tags(page)
    assert found.open == []
    names = {tag for tag, _ in found.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "form", "base"}
    for _, attributes in found.tags:
        assert not {"src", "style", "srcset"} & attributes.keys()
        assert not any(name.startswith("on") for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = next(a["content"] for t, a in found.tags if t == "meta" and "http-equiv" in a)
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert page == evaluation_page(report, answers)
    ids = [a["id"] for _, a in found.tags if "id" in a]
    assert len(ids) == len(set(ids))


def test_every_measure_is_drawn_and_told() -> None:
    report, answers = _made(8)
    page = evaluation_page(report, answers)
    for measure in report.measures:
        if any((s := report.score(c, measure.id)) and s.value is not None for c in FOUR):
            assert measure.title in page
    score = report.score("tuned+card", "likeness")
    assert score is not None
    assert score.value is not None
    assert score.low is not None
    assert score.high is not None
    assert f"{score.value:.2f} ({score.low:.2f} to {score.high:.2f})" in page
    part = page[page.index('id="m-likeness"') :]
    assert f'cx="{round(100 * score.value, 2)}%"' in part
    assert f'x1="{round(100 * score.low, 2)}%" x2="{round(100 * score.high, 2)}%"' in part


def test_what_is_doubtful_is_folded_and_stands_with_the_measure() -> None:
    report, answers = _made(3, 0.4)
    page = evaluation_page(report, answers)
    found = Tags(page)
    folded = [a for t, a in found.tags if t == "details" and "remarks" in (a.get("class") or "")]
    assert len(folded) == 1
    assert "open" not in folded[0]
    score = report.score("tuned", "flattered")
    assert score is not None
    assert score.unjudged
    own = page[page.index('id="m-flattered"') :].split("</details>")[0]
    assert f"{score.unjudged} of {score.marks + score.unjudged} answers could not be judged" in own


def test_wrong_answers_can_be_found() -> None:
    report, answers = _made(4, 0.0)
    found = chapters(report, answers)
    assert [c["area"] for c in found] == list(AREAS)
    facts = found[0]
    wrong = {who: n for who, n, _ in facts["wrong"]}
    said = {c: sum(m.value == 0 for m in report.marks[c] if m.measure == "recall") for c in FOUR}
    assert wrong == {c: n for c, n in said.items() if n}
    answer = facts["items"][0]["asks"][0]["answers"][0]
    mark = next(m for m in report.marks["base"] if (m.item, m.ask, m.measure) == (report.items[0].id, 0, "recall"))
    assert answer["state"] == ("wrong" if mark.value == 0 else "right")
    dead = next(c for c in found if c["area"] == "dead")
    leaks = [m for m in dead["items"][0]["asks"][0]["answers"][0]["marks"] if "is so" in m["title"]]
    assert {m["cls"] for m in leaks} <= {"wrong", "right"}
    assert all((m["cls"] == "wrong") == (m["value"] == "1") for m in leaks)


def test_an_answer_is_not_right_where_what_it_was_asked_for_could_not_be_judged() -> None:
    report, answers = _made(1, 0.0)

    def state(**values: float | None) -> str:
        marks = tuple(
            m.model_copy(update={"value": values[m.measure]}) if m.measure in values else m
            for m in report.marks["tuned+card"]
            if m.item == "dead-0"
        )
        changed = report.model_copy(update={"marks": {"tuned+card": marks}})
        dead = next(c for c in chapters(changed, answers) if c["area"] == "dead")
        return str(dead["items"][0]["asks"][0]["answers"][3]["state"])

    right = {"dead_right": 1.0, "dead_leak": 0.0, "gender_contradiction": 0.0}
    assert state(**right) == "right"
    assert state(**{**right, "dead_right": None}) == "unjudged"
    assert state(**{**right, "dead_right": None, "dead_leak": 1.0}) == "wrong"
    assert state(**right, abstained=1.0) == "right"


def test_what_has_no_answer_or_no_mark_is_said() -> None:
    report, answers = _made(2)
    lost = answers[0].model_copy(update={"text": "", "error": "the model is gone"})
    page = evaluation_page(report, [lost, answers[1].model_copy(update={"text": " "}), *answers[3:]])
    assert "No answer: the model is gone" in page
    assert "It said nothing." in page
    assert "No answer: it was not asked" in page
    bare = report.model_copy(update={"marks": {}, "items": (), "scores": ()})
    Tags(evaluation_page(bare, []))


def _hostile() -> tuple[Report, list[Answer]]:
    report, _ = _made(2)
    items = tuple(
        i.model_copy(
            update={
                "label": EVIL, "notes": (EVIL,), "asks": tuple(a.model_copy(update={"text": EVIL}) for a in i.asks),
                "key": i.key.model_copy(update={"told": (EVIL,), "forbidden": (EVIL,), "earliest": EVIL}),
            }
        )
        for i in report.items
    )  # fmt: skip
    marks = {c: tuple(m.model_copy(update={"why": EVIL}) for m in ms) for c, ms in report.marks.items()}
    answers = [a.model_copy(update={"error": EVIL if a.ask else ""}) for c in FOUR for a in answers_of(c, items, EVIL)]
    people = tuple(c.model_copy(update={"title": EVIL, "system": EVIL}) for c in report.contestants)
    scores = tuple(s.model_copy(update={"why": EVIL}) for s in report.scores)
    report = report.model_copy(
        update={
            "items": items, "marks": marks, "contestants": people, "scores": scores, "name": EVIL, "now": EVIL,
            "settings": {EVIL: EVIL, "left_out": {"fact": EVIL}}, "judge": {"model": EVIL, "areas": [EVIL]},
        }
    )  # fmt: skip
    return report, answers


def test_nothing_that_is_said_is_taken_for_markup() -> None:
    report, answers = _hostile()
    page = evaluation_page(report, answers)
    found = Tags(page)
    assert found.open == []
    assert not {tag for tag, _ in found.tags} & {"script", "img"}
    assert page.count("</style>") == 1
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "␛" in page
    assert "{{ 7*7 }}" in page
    assert "&lt;script&gt;" in page


def test_settings_are_told_but_not_whole_tables() -> None:
    report, answers = _made(1)
    deep = {
        "a": {"b": {"c": {"d": "deep"}}},
        "seed": 7,
        "versions": {"x": "1.2"},
        "areas": ["fact", "date"],
        "none": None,
    }
    page = evaluation_page(report.model_copy(update={"settings": deep}), answers)
    assert "versions · x" in page
    assert "fact, date" in page
    assert "deep" not in page


def test_a_custom_contestant_and_one_alone_have_a_page() -> None:
    items = items_of(2)
    report = report_of({"my own": marks_of(items, 0.5)}, items)
    page = evaluation_page(report, answers_of("my own", items))
    assert "my own" in page
    assert 'id="h-beside"' not in page


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_complains_of_nothing(browser: Any, tmp_path: Path, width: int, scheme: str) -> None:
    file = tmp_path / "report.html"
    for report, answers in (_made(3), _hostile()):
        file.write_text(evaluation_page(report, answers), encoding="utf-8", newline="\n")
        with watched(browser, file, viewport={"width": width, "height": 800}, color_scheme=scheme) as seen:
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
            seen.page.eval_on_selector_all("details", "all => all.forEach(d => d.open = true)")
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
            boxes = seen.page.eval_on_selector_all(".num", "all => all.map(e => e.getBoundingClientRect().right)")
            assert max(boxes) <= width
            assert seen.requests == [file.as_uri()]
            assert seen.complaints == []


def test_answers_are_folded_and_can_be_narrowed_to_the_wrong_ones(browser: Any, tmp_path: Path) -> None:
    report, answers = _made(3)
    file = tmp_path / "report.html"
    file.write_text(evaluation_page(report, answers), encoding="utf-8", newline="\n")
    with watched(browser, file) as seen:
        page = seen.page
        assert page.locator(".answer:visible").count() == 0
        page.click("#area-fact > summary")
        everything = page.locator("#area-fact .answer:visible").count()
        assert everything == 3 * 2 * len(FOUR)
        page.check("#show-wrong")
        shown = page.locator("#area-fact .answer:visible")
        assert 0 < shown.count() < everything
        assert shown.count() == page.locator("#area-fact .answer.wrong").count()
        page.check("#show-unjudged")
        assert page.locator("#area-fact .answer:visible").count() == page.locator("#area-fact .answer.unjudged").count()
        page.check("#show-all")
        assert page.locator("#area-fact .answer:visible").count() == everything
