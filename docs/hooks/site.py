"""What the site does to pages that are also read on GitHub: files beside docs/ become pages, links follow, and figures
stand in the page itself, so that they take its colours.

MkDocs calls these functions by their names (https://www.mkdocs.org/dev-guide/plugins/#events).
"""

from __future__ import annotations

import html
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
BESIDE = {
    "training/README.md": "repository/training.md",
    "benchmarks/RESULTS.md": "repository/results.md",
    "data/raw/README.md": "repository/sample-life.md",
}
"""Files of the repository that are pages of the site too, by path, and what they are called there."""

_FENCE = re.compile(r"^(```.*?^```[^\n]*$)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
_FIGURE = re.compile(r'<p><img alt="([^"]*)" src="[^"]*figures/([\w-]+\.svg)" ?/></p>')


def on_files(files: Files, config: Any) -> Files:
    """Adds the files beside docs/."""
    for path, page in BESIDE.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Points links at the pages that the site has; a link to any other file of the repository becomes its path."""
    here = page.file.src_uri
    source = next((path for path, name in BESIDE.items() if name == here), f"docs/{here}")

    def moved(match: re.Match[str]) -> str:
        words, link = match[1], match[2]
        target, mark, anchor = link.partition("#")
        if not target or re.match(r"[a-z]+:", target):
            return match[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        name = BESIDE.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else "")
        if not name:
            return f"{words} (`{path}`)" if (ROOT / path).exists() else match[0]
        return f"[{words}]({posixpath.relpath(name, posixpath.dirname(here) or '.')}{mark}{anchor})"

    parts = _FENCE.split(markdown)
    return "".join(part if part.startswith("```") else _LINK.sub(moved, part) for part in parts)


def on_page_content(page_html: str, **_: Any) -> str:
    """Puts each figure itself where its image stands."""

    def inside(match: re.Match[str]) -> str:
        svg = (ROOT / "docs" / "figures" / match[2]).read_text(encoding="utf-8")
        said = html.escape(html.unescape(match[1]), quote=True)
        return f'<figure>{svg.replace("<svg ", f"""<svg role="img" aria-label="{said}" """, 1)}</figure>'

    return _FIGURE.sub(inside, page_html)


def on_post_build(config: Any) -> None:
    """Writes the search index as a script too: read from a folder, without a server, the theme wants it so, and without
    it the rest of its script stops (the switch between light and dark)."""
    folder = Path(config.site_dir) / "search"
    index = (folder / "search_index.json").read_text(encoding="utf-8")
    (folder / "search_index.js").write_text(f"var __index = {index}", encoding="utf-8")
