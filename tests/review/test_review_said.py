"""Every line of the key table and of the rules in docs/review.md has a test that names it."""

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
    """The bullets under the rules."""
    bullets = re.findall(r"^- ((?:.+\n?)(?:  .+\n?)*)", _part("Rules"), flags=re.M)
    return {" ".join(b.split()) for b in bullets}


def named() -> set[str]:
    """What the tests of the review say that they show, by `@pytest.mark.says("…")`."""
    out = set()
    for file in HERE.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "says":
                out |= {str(a.value) for a in node.args if isinstance(a, ast.Constant)}
    return out


def test_the_table_of_keys_is_the_help_of_the_program() -> None:
    assert rows() == {key_name(keys): HELP[action] for action, keys in KEYMAP.items()}


def test_every_line_is_named_by_a_test_and_every_name_is_a_line() -> None:
    lines = rules() | {f"{keys}: {does}" for keys, does in rows().items()}
    assert len(lines) > 30
    assert sorted(lines - named()) == []
    assert sorted(named() - lines) == []
