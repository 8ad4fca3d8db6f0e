"""The site of the documentation: builds strictly and without the network, and loads nothing from another host."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Any connection, and any look-up of a name, ends the build.
BUILD = """
import sys
def watch(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        raise SystemExit(f"the build wants the network: {event} {args}")
sys.addaudithook(watch)
from mkdocs.__main__ import cli
cli(["build", "--strict", "--quiet", "--config-file", sys.argv[1], "--site-dir", sys.argv[2]])
"""
ELSEWHERE = re.compile(r"""(?:https?:)?//""")
LOADED = re.compile(r"<(link|script|img|iframe|source|video|audio|object|embed|use|image)\b([^>]*)>", re.IGNORECASE)
SOURCE = re.compile(r"""\b(?:src|href|data|srcset|xlink:href)\s*=\s*["']?\s*([^"'\s>]+)""", re.IGNORECASE)
STYLE = re.compile(r"""url\(\s*["']?([^)"']+)|@import\s+["']([^"']+)""", re.IGNORECASE)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for name in ("mkdocs", "material"):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed: make docs")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(ROOT / "mkdocs.yml"), str(folder)], capture_output=True, text=True,
        timeout=600, env={"PATH": "/usr/bin:/bin", "NO_MKDOCS_2_WARNING": "1", "HOME": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr
    return folder


def loads(page: str) -> list[str]:
    """What a browser fetches for a page, as far as its text says."""
    found = [m[1] for tag in LOADED.finditer(page) if 'rel="canonical"' not in tag[2] for m in SOURCE.finditer(tag[2])]
    return found + [a or b for a, b in STYLE.findall(page)]


def test_every_page_is_there(site: Path) -> None:
    for page in (ROOT / "docs").rglob("*.md"):
        assert (site / page.relative_to(ROOT / "docs").with_suffix(".html")).is_file(), page
    assert (site / "repository" / "results.html").is_file()
    assert (site / "search" / "search_index.js").read_text(encoding="utf-8").startswith("var __index = {")
    assert not list(site.rglob("*.py"))


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    files = [p for p in site.rglob("*") if p.suffix in (".html", ".css", ".svg")]
    assert len(files) > 25
    for file in files:
        text = file.read_text(encoding="utf-8")
        for target in loads(text):
            assert not ELSEWHERE.match(target), f"{file.relative_to(site)} loads {target}"
        assert "<form action=" not in text or "//" not in re.findall(r'<form action="([^"]*)"', text)[0]


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://cdn.example.org/x.js"></script>',
        "<link rel=preconnect href=//fonts.example.org>",
        '<img alt="a" src="http://example.org/a.png">',
        "<style>body { background: url(https://example.org/a.png) }</style>",
        '<style>@import "//example.org/a.css";</style>',
    ],
)
def test_what_would_be_loaded_is_seen(page: str) -> None:
    assert any(ELSEWHERE.match(target) for target in loads(page))


def test_a_link_that_somebody_clicks_loads_nothing() -> None:
    assert loads('<a href="https://www.loc.gov/standards/datetime/">EDTF</a>') == []


def test_links_out_of_the_folder_lead_to_pages_of_the_site(site: Path) -> None:
    training = (site / "training.html").read_text(encoding="utf-8")
    assert 'href="repository/training.html#on-an-nvidia-card"' in training
    assert 'href="../cloud.html"' in (site / "repository" / "training.html").read_text(encoding="utf-8")
    assert "../benchmarks" not in "".join(p.read_text(encoding="utf-8") for p in site.rglob("*.html"))


def test_figures_stand_in_the_page_and_say_what_they_show(site: Path) -> None:
    page = (site / "explanation" / "timeline.html").read_text(encoding="utf-8")
    assert page.count('<svg role="img" aria-label="') == (ROOT / "docs/explanation/timeline.md").read_text().count("![")
    for figure in (ROOT / "docs" / "figures").glob("*.svg"):
        root = ElementTree.parse(figure).getroot()
        assert root.get("class") == "fig"
        assert "prefers-color-scheme: dark" in figure.read_text(encoding="utf-8")
