"""Every line of the tables and lists in docs/review.md has a test that names it: a key, a rule, what a verdict does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from refiner.review.keys import HELP, KEYMAP, key_name

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "review.md"


def _part(heading: str) -> str:
    return re.split(r"^## ", DOCS.read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1], maxsplit=1, flags=re.M)[0]


def rows() -> dict[str, str]:
    """What docs/review.md says of each key."""
    found = re.findall(r"^\| (.+?) \| (.+?) \|$", _part("Keys"), flags=re.M)
    return {keys: does for keys, does in found if keys not in ("key", "---")}


def rules() -> set[str]:
    """The bullets."""
    parts = "".join(_part(heading) for heading in ("Rules", "Less work", "Without a terminal"))
    bullets = re.findall(r"^- ((?:.+\n?)(?:  .+\n?)*)", parts, flags=re.M)
    return {" ".join(b.split()) for b in bullets}


def verdicts() -> set[str]:
    """The cells of the table of verdicts, as `sample, reject: it stays out`."""
    lines = [line.strip("| ").split(" | ") for line in _part("What a verdict does").splitlines() if line[:1] == "|"]
    (_, *verbs), _, *found = lines
    return {f"{item}, {verb}: {does}" for item, *cells in found for verb, does in zip(verbs, cells, strict=True)}


def named() -> set[str]:
    """What the tests of the review say that they show, by `@pytest.mark.says("…")`: the beginning of a line."""
    out = set()
    for file in HERE.parent.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "says":
                out |= {str(a.value) for a in node.args if isinstance(a, ast.Constant)}
    return out


def test_the_table_of_keys_is_the_help_of_the_program() -> None:
    assert rows() == {key_name(keys): HELP[action] for action, keys in KEYMAP.items()}


def test_every_line_is_named_by_a_test_and_every_name_is_a_line() -> None:
    lines = rules() | verdicts() | {f"{keys}: {does}" for keys, does in rows().items()}
    assert len(lines) > 60
    marks = named()
    assert sorted(line for line in lines if not any(line.startswith(m) for m in marks)) == []
    assert sorted(m for m in marks if sum(line.startswith(m) for line in lines) != 1) == []
