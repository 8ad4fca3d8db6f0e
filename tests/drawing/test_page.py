"""The page as text: what it holds, that hostile words stay words, that it loads nothing and is always the same."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from importlib import resources

import pytest
from drawn_lives import HOSTILE, NOW, TRAITS, event, hostile, many, troubled

from refiner.config import Trait
from refiner.drawing.page import timeline_page
from refiner.drawing.rows import Stretch, rows, stretches
from refiner.drawing.scale import Scale, edtf_days, scale_of
from refiner.drawing.web import MOST_NODES, web
from refiner.drawing.words import date_words, fitted, text_width
from refiner.models import Interval, Timeline, TraitVerdict, When
from refiner.timeline import resolve
from refiner.timeline.bounds import Window, to_day
from refiner.timeline.show import WORDS

VOID = {"meta", "img", "br", "input", "link", "hr"}


class Reader(HTMLParser):
    """The page's elements, its text without style and script, and whether all that is opened is closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.text.append(data)

    def of(self, tag: str, cls: str = "") -> list[dict[str, str | None]]:
        return [a for t, a in self.elements if t == tag and (not cls or cls in (a.get("class") or "").split())]


def test_the_page_is_whole_and_says_everything() -> None:
    timeline = troubled()
    html = timeline_page(timeline, TRAITS, name="Asha Rao")
    page = Reader(html)
    text = " ".join("".join(page.text).split())
    assert html.startswith('<!doctype html>\n<html lang="en">')
    assert page.open == []
    assert {t.verdict for t in timeline.traits} == set(WORDS)
    for word in ("Asha Rao", "1 January 2026", *WORDS.values(), *(t.name or t.id for t in TRAITS)):
        assert word in text
    for quote in ("Since that day I have been brave.", "I was never a liar.", "I do not smoke."):
        assert f"“{quote}”" in text
    assert [c.why[1:] for c in timeline.conflicts if c.why[1:] not in text] == []
    assert len(page.of("g", "bars")) == sum(t.verdict not in ("RETRACTED", "UNKNOWN") for t in timeline.traits)
    assert {"b-sure", "b-fuzzy", "b-hollow", "b-contested", "b-broken"} <= {
        c for a in page.of("rect", "bar") for c in (a["class"] or "").split()
    }
    kinds = {c for a in page.of("g", "edge") for c in (a["class"] or "").split()} - {"edge"}
    assert kinds == {f"k-{k}" for k in ("causes", "enables", "prevents", "causes_to_end", "before", "same_as", "ends")}
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    targets = {(a.get("href") or "")[1:] for a in page.of("a")}
    assert targets - {"main"} <= set(ids)
    assert "1 event that tells of no trait and stands alone is left out" in text


def test_it_names_its_own_style_and_script_and_nothing_else() -> None:
    html = timeline_page(troubled(), TRAITS)
    page = Reader(html)
    policy = next(a["content"] for a in page.of("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    for tag, name in (("style", "style-src"), ("script", "script-src")):
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert len(found) == 1
        digest = base64.b64encode(hashlib.sha256(found[0].encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "http://" not in html
    assert "https://" not in html
    assert not {"src", "style", "srcset", "data", "action"} & {k for _, a in page.elements for k in a}
    assert not [k for _, a in page.elements for k in a if k.startswith("on")]
    assert all((a.get("href") or "#").startswith("#") for _, a in page.elements)
    assert all("url(#" in u for u in re.findall(r"url\(.", html) if u != "url(#")


def test_hostile_words_stay_words() -> None:
    timeline, traits = hostile()
    html = timeline_page(timeline, traits, name=HOSTILE[0])
    page = Reader(html)
    assert page.open == []
    assert {t for t, _ in page.elements} & {"img", "iframe", "object", "base", "form", "link"} == set()
    assert len(page.of("script")) == 1
    assert len(page.of("style")) == 1
    assert not [k for _, a in page.elements for k in a if k.startswith("on")]
    assert not [c for c in html if (ord(c) < 32 and c != "\n") or c in "\u202e\u2066\u2028\u2029"]
    text = "".join(page.text)
    assert "{{ 7 * 7 }}" in text
    assert "␛[31m<U+202E>" in text
    html.encode()


@pytest.mark.parametrize("wrong", ["\ud800", "\udc00 half"])
def test_half_characters_do_not_break_the_file(wrong: str) -> None:
    timeline = Timeline(now=NOW, events=(event("a", "2010-01-01", wrong),), traits=())
    timeline_page(timeline, (), name=wrong).encode()


def test_the_same_timeline_gives_the_same_bytes() -> None:
    assert timeline_page(troubled(), TRAITS, name="A") == timeline_page(troubled(), TRAITS, name="A")


def test_empty_lives_say_so() -> None:
    empty = "".join(Reader(timeline_page(Timeline(now=NOW), ())).text)
    assert "No traits yet." in empty
    assert "No events yet." in empty
    assert "Nothing contradicts anything." in empty
    undated = resolve([event("a", "", "one thing", ("x", "initiates", ""), written="")], [], [], (), now=NOW)
    page = Reader(timeline_page(undated, ()))
    assert "No event that touches a trait has a date yet." in "".join(page.text)
    assert len(page.of("svg", "aside")) == 1
    alone = resolve([event("a", "2010-01-01", "one thing")], [], [], (Trait(id="x"),), now=NOW)
    assert "None of the 1 events" in "".join(Reader(timeline_page(alone, ())).text)


def test_a_long_life_is_cut_and_says_how_much_is_left_out() -> None:
    timeline, traits = many(1500, 30)
    drawn = web(timeline, {})
    assert len(drawn.nodes) == MOST_NODES
    assert drawn.too_many + drawn.left_out + MOST_NODES == 1500
    html = timeline_page(timeline, traits)
    assert f"{drawn.too_many} more are left out for want of room" in html
    left = sum(r.left_out for r in rows(timeline, {}, scale_of(timeline)))
    assert left > 0
    assert f"{left} marks more than there is room for" in html
    assert len(html.encode()) < 2_500_000


def test_labels_and_events_of_the_web_never_overlap() -> None:
    for timeline in (troubled(), many(300, 40)[0]):
        boxes = []
        for n in web(timeline, {}).nodes:
            wide = text_width(n.label, 12) + 9
            boxes.append((n.x - wide if n.left else n.x - 8, n.y - 18, n.x + 8 if n.left else n.x + wide, n.y + 8))
        for i, a in enumerate(boxes):
            for b in boxes[i + 1 :]:
                assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])


SCALE = Scale(to_day("1990-01-01") or 0, to_day("2026-03-01") or 0, to_day("2026-01-01") or 0)


def _stretches(verdict: str, *intervals: tuple[str, str], evidence: tuple[dict[str, object], ...] = ()) -> list[str]:
    t = TraitVerdict.model_validate(
        {
            "id": "x",
            "verdict": verdict,
            "default_verdict": verdict,
            "intervals": [Interval(from_=a, until=b) for a, b in intervals],
            "evidence": evidence,
        }
    )
    days = SCALE.first, SCALE.now
    found: list[Stretch] = stretches(t, [Window(to_day("2001-01-01"), to_day("2002-01-01"))], SCALE)
    assert all(days[0] <= s.low <= s.high <= days[1] for s in found)
    assert all(a.high <= b.low for a, b in zip(found, found[1:], strict=False)), "bars of a row never overlap"
    return [s.kind for s in found]


def test_bars_tell_sure_from_perhaps() -> None:
    assert _stretches("HOLDS", ("2001-05-02", "")) == ["sure"]
    assert _stretches("HOLDS", ("2001", "")) == ["fuzzy", "sure"]
    assert _stretches("NOT", ("2001", "2010")) == ["fuzzy", "sure", "fuzzy"]
    assert _stretches("NOT", ("2001/2005", "2003/2007")) == ["fuzzy"]
    assert _stretches("NOT", ("..", "2010-01-01")) == ["fade"]
    assert _stretches("NOT", ("../2003", "2010")) == ["fade", "sure", "fuzzy"]
    assert _stretches("NOT", ("2001-01-01", "..")) == ["fuzzy"]
    assert _stretches("HOLDS", ("..", "")) == ["fade"]
    assert _stretches("HOLDS") == ["fade"]
    assert _stretches("CONTESTED", ("2001-01-01", "2010")) == ["sure", "contested"]
    assert _stretches("INCONSISTENT") == ["broken"]
    assert _stretches("RETRACTED") == []
    assert _stretches("UNKNOWN") == []
    paused = ({"event": "e", "kind": "suspends", "when": "2010-01-01", "decides": True},)
    assert _stretches("DORMANT", ("2001-01-01", ""), evidence=paused) == ["sure", "hollow"]


def test_a_slip_of_the_pen_does_not_flatten_the_years() -> None:
    slip = resolve([event("a", "0202-01-01"), event("b", "2002-01-01")], [], [], (), now=NOW)
    assert scale_of(slip).first == to_day("2002-01-01")


@pytest.mark.parametrize(
    ("edtf", "words"),
    [
        ("2014-08-19", "19 August 2014"),
        ("2014-08", "August 2014"),
        ("2014", "2014"),
        ("2014~", "around 2014"),
        ("199X", "the 1990s"),
        ("2010-22", "summer 2010"),
        ("2008-07/2009-06", "between July 2008 and June 2009"),
        ("2013/2015", "between 2013 and 2015"),
        ("../2003-01-01", "by 1 January 2003"),
        ("2003-01-01/..", "1 January 2003 or later"),
        ("..", ""),
        ("", ""),
        ("2014-02-31", "2014-02-31"),
    ],
)
def test_dates_in_words(edtf: str, words: str) -> None:
    assert date_words(edtf) == words
    assert edtf_days(edtf) is not None


def test_an_event_that_says_no_time_has_no_date() -> None:
    told = event("a", "", "something", ("x", "initiates", ""))
    found = web(resolve([told], [], [], (), now=NOW, born="1985-01-01"), {})
    assert found.aside > 0
    assert "no date of its own" in found.nodes[0].tip.text
    dated = told.model_copy(update={"when": When(raw="since 1990", earliest="1990-01-01")})
    assert web(resolve([dated], [], [], (), now=NOW, born="1985-01-01"), {}).aside == 0


def test_long_labels_are_cut_to_their_room() -> None:
    assert fitted("short", 12, 100) == "short"
    cut = fitted("W" * 50, 12, 100)
    assert cut.endswith("…")
    assert text_width(cut, 12) <= 100


def test_the_files_of_the_page_are_in_the_package() -> None:
    here = resources.files("refiner.drawing")
    for name in ("page.html.j2", "page.svg.j2", "page.css", "page.js"):
        text = here.joinpath(name).read_text(encoding="utf-8")
        assert "</s" not in text or name.endswith(".j2")
