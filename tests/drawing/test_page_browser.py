"""The page in a real browser: it asks for nothing, lights chains by mouse and keyboard, and fits narrow windows."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Watched, watched
from drawn_lives import HOSTILE, TRAITS, hostile, many, troubled

from refiner.models import Timeline
from refiner.timeline import why

PageFile = Callable[..., Path]


@pytest.fixture
def shown(browser: Any, page_file: PageFile) -> Iterator[Watched]:
    """The troubled life's page; at the end nothing but its file was asked for and nothing was complained about."""
    file = page_file(troubled(), TRAITS, "Asha Rao")
    with watched(browser, file) as seen:
        yield seen
        assert seen.requests == [file.as_uri()]
        assert seen.complaints == []


def _events(timeline: Timeline, page: Any, cls: str) -> set[str]:
    """Ids of the events whose marks and nodes have a class."""
    places = page.eval_on_selector_all(
        f".mark.{cls}[data-event], .node.{cls}", "parts => parts.map(p => Number(p.dataset.event))"
    )
    return {timeline.events[n].id for n in places}


def _trait(timeline: Timeline, name: str) -> str:
    return f'.trait[data-trait="{[t.id for t in timeline.traits].index(name)}"]'


def _chain(timeline: Timeline, name: str) -> set[str]:
    return {s.event for s in why(timeline, name).steps}


def test_pointing_at_a_mark_shows_its_words(shown: Watched) -> None:
    page = shown.page
    assert page.locator("#tip").is_hidden()
    page.locator("svg.years .mark").first.hover()
    tip = page.locator("#tip")
    assert tip.is_visible()
    assert "“Since that day I have been brave.”" in tip.inner_text()
    assert "between June 1996 and August 1996" in tip.inner_text()
    page.mouse.move(5, 5)
    assert tip.is_hidden()
    page.locator(".node .hit").first.hover()
    assert tip.is_visible()
    page.keyboard.press("Escape")
    assert tip.is_hidden()


def test_choosing_a_trait_lights_its_chain_and_nothing_else(shown: Watched) -> None:
    page, timeline = shown.page, troubled()
    for name in ("guitar", "smoker", "liar"):
        page.click(_trait(timeline, name))
        chain = _chain(timeline, name)
        assert _events(timeline, page, "lit") == chain
        assert _events(timeline, page, "dim").isdisjoint(chain)
        assert page.locator(_trait(timeline, name)).get_attribute("aria-pressed") == "true"
        assert page.locator('.trait[aria-pressed="true"]').count() == 1
        assert page.evaluate("location.hash") == f"#trait={name}"
    page.click(_trait(timeline, "guitar"))
    lit = page.eval_on_selector_all(".edge.lit", "all => all.map(e => e.dataset.edge)")
    ids = {e.id: n for n, e in enumerate(timeline.events)}
    links = why(timeline, "guitar").links
    assert sorted(lit) == sorted(f"{ids[x.source]}-{ids[x.target]}-{x.kind}" for x in links)
    panel = page.locator("#panel")
    told = panel.inner_text()
    assert panel.is_visible()
    assert "plays the guitar" in told
    assert told.index("falls from the mango tree") < told.index("an uncle brings a guitar") < told.index("joins a band")
    assert "“It stands in the corner since.”" in told
    assert (
        "“falls from the mango tree behind the house and lies there until dark” led to “six weeks in hospital”" in told
    )
    page.click(_trait(timeline, "guitar"))  # once more: clear
    assert page.locator(".lit, .dim").count() == 0
    assert panel.is_hidden()
    assert page.evaluate("location.hash") == ""


def test_escape_clears(shown: Watched) -> None:
    page, timeline = shown.page, troubled()
    page.click(_trait(timeline, "brave"))
    assert page.locator(".lit").count() > 0
    page.keyboard.press("Escape")
    assert page.locator(".lit, .dim").count() == 0
    assert page.locator("#panel").is_hidden()
    page.locator(".row .bars").nth(1).click(position={"x": 200, "y": 6})
    assert page.locator("#panel h3").inner_text().startswith("plays the guitar")
    page.click("#close")
    assert page.locator("#panel").is_hidden()


def test_the_keyboard_alone_does_the_same(shown: Watched) -> None:
    page, timeline = shown.page, troubled()
    page.keyboard.press("Tab")  # skip link
    page.keyboard.press("Tab")
    focused = "document.activeElement"
    assert page.evaluate(f"{focused}.dataset.trait") == "0"
    assert page.evaluate(f"{focused}.getAttribute('role')") == "button"
    assert "holds today" in page.evaluate(f"{focused}.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    first = timeline.traits[0].id
    assert _events(timeline, page, "lit") == _chain(timeline, first)
    page.keyboard.press("Escape")
    assert page.locator(".lit").count() == 0
    page.keyboard.press(" ")
    assert _events(timeline, page, "lit") == _chain(timeline, first)
    page.keyboard.press(" ")
    for _ in range(60):  # on to the drawing of the years, one stop for all of it
        page.keyboard.press("Tab")
        if page.evaluate(f"!!{focused}.closest('svg.years')"):
            break
    assert page.evaluate(f"{focused}.getAttribute('class')") == "bars"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(f"{focused}.classList.contains('mark')")
    assert "“Since that day I have been brave.”" in page.locator("#tip").inner_text()
    before = page.evaluate(f"{focused}.getBoundingClientRect().y")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(f"{focused}.getBoundingClientRect().y") > before + 20
    page.keyboard.press("Enter")
    assert page.locator("#panel h3").inner_text().startswith("plays the guitar")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(f"{focused}.classList.contains('node')"):
            break
    page.keyboard.press("Enter")
    assert page.evaluate(f"{focused}.getAttribute('aria-pressed')") == "true"
    assert page.locator("#panel").is_visible()


def test_the_address_lights_a_trait(browser: Any, page_file: PageFile) -> None:
    timeline = troubled()
    with watched(browser, page_file(timeline, TRAITS), "#trait=smoker") as seen:
        assert _events(timeline, seen.page, "lit") == _chain(timeline, "smoker")
        assert "smoker" in seen.page.locator("#panel").inner_text()
        seen.page.evaluate("location.hash = '#trait=brave'")
        seen.page.wait_for_function("document.querySelector('#panel h3').textContent === 'brave'")
        assert seen.complaints == []
    with watched(browser, page_file(timeline, TRAITS), "#trait=%E0%A4%A") as seen:
        assert seen.page.locator(".lit").count() == 0
        assert seen.complaints == []


@pytest.mark.parametrize(("width", "scheme"), [(400, "light"), (400, "dark"), (1280, "light"), (1280, "dark")])
def test_it_fits_the_window(browser: Any, page_file: PageFile, tmp_path: Path, width: int, scheme: str) -> None:
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "reduced_motion": "reduce"}
    with watched(browser, page_file(troubled(), TRAITS, "Asha Rao" * 12), **options) as seen:
        page = seen.page
        fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert page.evaluate(fits)
        page.click(".trait >> nth=1")
        assert page.evaluate(fits)
        page.keyboard.press("Escape")
        picture = tmp_path / "page.png"
        page.screenshot(path=picture, full_page=True)
        assert picture.stat().st_size > 30_000
        image = pytest.importorskip("PIL.Image", reason="Pillow is not installed").open(
            io.BytesIO(picture.read_bytes())
        )
        with image:
            colours = image.convert("RGB").getcolors(1 << 24)
        assert colours is not None
        assert len(colours) > 150
        assert max(count for count, _ in colours) < 0.97 * image.width * image.height


def test_hostile_words_do_not_run(browser: Any, page_file: PageFile) -> None:
    timeline, traits = hostile()
    with watched(browser, page_file(timeline, traits, HOSTILE[0])) as seen:
        page = seen.page
        for n in range(len(timeline.traits)):
            page.click(f'.trait[data-trait="{n}"]')
            assert page.locator("#panel h3").inner_text() != ""
        page.keyboard.press("Escape")
        for mark in page.locator(".row .mark").all():
            mark.hover()
            assert page.locator("#tip").is_visible()
        page.locator(".node").first.focus()
        page.keyboard.press("Enter")
        assert page.title() == f"{HOSTILE[0]} – timeline"
        assert page.locator("img, iframe, svg[onload]").count() == 0
        assert len(seen.requests) == 1
        assert seen.complaints == []


def test_it_reads_without_its_script(browser: Any, page_file: PageFile) -> None:
    with watched(browser, page_file(troubled(), TRAITS), java_script_enabled=False) as seen:
        page = seen.page
        assert page.locator(".lit, .dim").count() == 0
        assert page.locator("#panel").is_hidden()
        assert "“Since that day I have been brave.”" in page.locator("main").inner_text()
        assert "Since that day I have been brave." in (page.locator("svg.years .mark title").first.text_content() or "")
        page.locator(".trait").first.click()
        assert page.url.endswith("#t0")
        assert seen.complaints == []


def test_it_prints_everything(browser: Any, page_file: PageFile) -> None:
    with watched(browser, page_file(troubled(), TRAITS), color_scheme="dark") as seen:
        seen.page.click(".trait >> nth=1")
        seen.page.emulate_media(media="print")
        assert seen.page.locator("#panel").is_hidden()
        assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        web = seen.page.locator("svg.web").bounding_box()
        assert web is not None
        assert web["width"] <= 1280
        assert len(seen.page.pdf()) > 20_000
        assert seen.complaints == []


def test_a_big_life_stays_usable(browser: Any, page_file: PageFile) -> None:
    timeline, traits = many(300, 40)
    file = page_file(timeline, traits)
    assert file.stat().st_size < 1_000_000
    with watched(browser, file) as seen:
        seen.page.click(_trait(timeline, "t3"))
        inside = _events(timeline, seen.page, "lit")
        assert inside == _chain(timeline, "t3")
        overlaps = seen.page.evaluate(
            """() => {
                const boxes = [...document.querySelectorAll('svg.web .label')].map((t) => t.getBoundingClientRect());
                let n = 0;
                boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
                    if (a.left < b.right && b.left < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom) n++;
                }));
                return n;
            }"""
        )
        assert overlaps == 0
        assert seen.complaints == []
