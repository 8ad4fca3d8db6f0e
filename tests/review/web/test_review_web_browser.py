"""The page in a real browser: what is clicked there stands in the log as the same keys of the terminal do."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from browser import chromium
from page_life import Life, MemoryLog, Running, running

from refiner.review.paint import make_console
from refiner.review.session import run_review

HOSTILE = 'a <script>document.title="taken"</script></textarea></main><b>boy\x1b[31m'


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@contextmanager
def opened(browser: Any, run: Running, complaints: list[str]) -> Iterator[Any]:
    """The page of a review. No request may leave this machine, and nothing may be complained about."""
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.goto(run.opened[0])
    assert page.url == run.url  # the address for one time leads to the page
    yield page
    context.close()
    assert asked
    assert all(url.startswith(run.url.rsplit("/", 2)[0]) for url in asked)


def after(page: Any, act: Any) -> None:
    """Does something, and waits for the next question."""
    number = page.get_attribute("main", "data-number")
    act()
    page.wait_for_selector(f'main:not([data-number="{number}"]):not([aria-busy])')


@pytest.mark.says("`--web` asks the same on a page in your browser; state, keys and log are the same.")
def test_clicks_and_keys_decide_as_on_the_terminal(browser: Any) -> None:
    complaints: list[str] = []
    with running() as run, opened(browser, run, complaints) as page:
        after(page, lambda: page.click("button:has-text('Approve'):not(:has-text('all'))"))
        assert page.evaluate("document.activeElement.id") == "heading"
        page.keyboard.press("Enter")  # decides nothing
        after(page, lambda: page.click("button:has-text('The narrator')"))
        after(page, lambda: page.keyboard.press("n"))
        page.fill("#line", "too <b>formal</b>")
        after(page, lambda: page.keyboard.press("Enter"))
        after(page, lambda: page.keyboard.press("e"))
        page.fill("#text", "lass")
        after(page, lambda: page.click("text=Save"))
        assert "lass" in page.inner_text("#messages ins")
        after(page, lambda: page.click("button:has-text('Keep it')"))
        after(page, lambda: page.keyboard.press("y"))
        after(page, lambda: page.click("button:has-text('Undo')"))
        page.reload()
        after(page, lambda: page.click("button:has-text('Quit')"))
        assert page.inner_text("h1") == "The review has ended"
        assert "refiner review" in page.inner_text("main")
        assert run.code() == 3
    log = MemoryLog()
    keys = iter(["y", "1", "n", "too <b>formal</b>", "e", "y", "y", "u"])

    class Keys:
        def key(self, ask: Any) -> str:
            ask()
            try:
                return next(keys)
            except StopIteration:
                raise EOFError from None

        def line(self, ask: Any, *, fresh: bool = False) -> str:
            return self.key(ask)

    run_review(Life().queue(), log, console=make_console(io.StringIO(), plain=True, width=80), reader=Keys(),
               editor=lambda text, note: "lass", plain=True)  # fmt: skip
    wanted = [(d.verdict, d.item, d.text or d.choice or d.reason) for d in log.lines]
    assert [(d.verdict, d.item, d.text or d.choice or d.reason) for d in run.log.lines] == wanted
    assert len(wanted) == 6
    assert "Go on: refiner review" in run.told
    assert complaints == []


def test_a_hostile_text_is_shown_as_text(browser: Any) -> None:
    queue = [replace(i, context_before=HOSTILE, reason=HOSTILE) for i in Life().queue() if i.kind == "edit"]
    complaints: list[str] = []
    with running(queue) as run, opened(browser, run, complaints) as page:
        shown = page.inner_text("#item")
        assert 'a <script>document.title="taken"</script></textarea></main><b>boy␛[31m' in shown
        assert page.locator("#item b, #item script").count() == 0
        after(page, lambda: page.keyboard.press("e"))
        page.fill("#text", HOSTILE.replace("\x1b", ""))
        after(page, lambda: page.click("text=Save"))
        after(page, lambda: page.click("button:has-text('Write it again')"))
        assert page.input_value("#text") == HOSTILE.replace("\x1b", "")
        assert page.title() != "taken"
        after(page, lambda: page.click("text=Cancel"))
        after(page, lambda: page.keyboard.press("q"))
        run.code()
    assert complaints == []


def test_a_second_tab_follows_the_first(browser: Any) -> None:
    with running() as run, opened(browser, run, []) as page:
        other = page.context.new_page()
        other.goto(run.url)
        after(other, lambda: after(page, lambda: page.keyboard.press("y")))
        assert other.inner_text("h1") == page.inner_text("h1") == "Question 2 of 9"
        after(page, lambda: page.keyboard.press("q"))
        assert run.code() == 3
    assert run.decided == [("approve", None)]


def test_a_question_is_left_and_more_stays_open(browser: Any) -> None:
    complaints: list[str] = []
    with running() as run, opened(browser, run, complaints) as page:
        page.click("summary")
        for leave in (lambda: page.click("button:has-text('Back')"), lambda: page.keyboard.press("Escape")):
            after(page, lambda: page.keyboard.press("n"))
            after(page, leave)
            assert page.inner_text("h1") == "Canon 1 of 9"
        after(page, lambda: page.keyboard.press("e"))
        after(page, lambda: page.keyboard.press("Escape"))
        assert page.evaluate("document.getElementById('rest').open")
        page.reload()
        assert page.evaluate("document.getElementById('rest').open")
        page.click("summary")
        after(page, lambda: page.keyboard.press("j"))
        assert not page.evaluate("document.getElementById('rest').open")
        assert page.inner_text("main").count("The narrator") == 1
        after(page, lambda: page.keyboard.press("q"))
        assert run.code() == 3
    assert run.decided == []
    assert complaints == []


def test_the_filter_is_shown_in_each_tab_and_taken_off(browser: Any) -> None:
    with running() as run, opened(browser, run, []) as page:
        after(page, lambda: page.keyboard.press("/"))
        page.fill("#line", "stage=trait")
        after(page, lambda: page.keyboard.press("Enter"))
        other = page.context.new_page()
        other.goto(run.url)
        assert "shown: stage=trait" in other.inner_text("#item")
        assert other.locator("button:has-text('Yes, right')").count() == 1
        after(other, lambda: other.keyboard.press("?"))
        assert "pager" not in other.inner_text("#messages")
        after(other, lambda: other.click("text=show all"))
        assert other.inner_text("h1").endswith(" of 9")
        assert "shown:" not in other.inner_text("#item")
        after(other, lambda: other.keyboard.press("q"))
        assert run.code() == 3


def test_what_decides_is_in_sight_on_a_phone(browser: Any) -> None:
    queue = [replace(i, context_before="A long day in the colony. " * 90) for i in Life().queue() if i.kind == "edit"]
    with running(queue) as run, opened(browser, run, []) as page:
        page.set_viewport_size({"width": 360, "height": 640})
        box = page.locator("button:has-text('Approve')").first.bounding_box()
        assert box["y"] + box["height"] <= 640
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        after(page, lambda: page.keyboard.press("q"))
        run.code()
