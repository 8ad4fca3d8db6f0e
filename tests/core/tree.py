"""The tree in README.md, made of the files' own docstrings.   python tests/core/tree.py   writes it anew."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- tree -->\n", "<!-- /tree -->"
TOP = {
    "Makefile": "make demo, make test, make demo-train",
    "refiner.toml": "the settings of the sample life; copy it for your own",
    "data/raw/": "the sample life (fiction), and in its README what is planted there",
    "data/review/": "the sample life's decisions, so that the way can be run unattended",
    "data/refined/": "what the tool writes; git takes none of it",
    "docs/": "tutorial, guides, explanations, reference; index.md says where to begin, make docs builds a site of it",
    "mkdocs.yml": "the order of the pages in that site",
    "prompts/": "one file a question put to a model",
    "training/": "train.py, export_model.py, their parts in tuning/ and exporting/, recipes; stands alone",
    "benchmarks/": "what was measured (RESULTS.md), and the commands that measure it",
    "tests/": "one folder a room",
}
FOLDERS = (
    "asking", "language", "timeline", "drawing", "stages", "stages/asked", "stages/composing", "checks", "review",
    "dataset", "evaluate", "training",
)  # fmt: skip


def summary(path: Path) -> str:
    """The first sentence of a module's docstring, without its full stop."""
    doc = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0].replace("\n", " ")
    line = re.split(r"(?<=\.)\s", doc)[0].rstrip(".")
    return line if len(line) <= 120 else line[:118].rsplit(" ", 1)[0] + " …"


def tree() -> str:
    """The whole tree as a fenced block, one line a file."""
    package = ROOT / "refiner"
    lines = [f"{name:<24} {text}" for name, text in TOP.items()]
    lines.append("refiner/")
    lines += [f"  {p.name:<22} {summary(p)}" for p in sorted(package.glob("*.py")) if p.name != "__init__.py"]
    for folder in FOLDERS:
        lines.append(f"  {folder + '/':<22} {summary(package / folder / '__init__.py')}".rstrip())
        modules = sorted((package / folder).glob("*.py"))
        lines += [f"    {p.name:<20} {summary(p)}" for p in modules if p.name != "__init__.py"]
    return "```\n" + "\n".join(lines) + "\n```\n"


def with_tree(readme: str) -> str:
    """The README's text with the tree of today between its marks."""
    head, _, rest = readme.partition(BEGIN)
    return head + BEGIN + tree() + END + rest.partition(END)[2]


if __name__ == "__main__":
    file = ROOT / "README.md"
    file.write_text(with_tree(file.read_text(encoding="utf-8")), encoding="utf-8")
