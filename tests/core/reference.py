"""The pages in docs/reference, made of the program itself.   python tests/core/reference.py   writes them anew.

`commands.md` is made of the command line's own help, `formats.md` of the source of the records: names, types, defaults
and comments as they stand there.
"""

from __future__ import annotations

import ast
import inspect
import io
import re
import textwrap
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import typer

from refiner import models
from refiner.cli import app
from refiner.evaluate import shapes
from refiner.gaps import gap

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"
COMMAND = "python tests/core/reference.py"
FILES = {
    "data/refined/events.jsonl": "Event",
    "data/refined/people.jsonl": "Person",
    "data/refined/media.jsonl": "Medium",
    "data/refined/timeline.json": "Timeline",
    "data/refined/edits.jsonl": "Edit",
    "data/refined/questions.jsonl": "Question",
    "data/refined/findings.jsonl": "Finding",
    "data/refined/canon.jsonl": "CanonEntry",
    "data/refined/relevance.jsonl": "Treatment",
    "data/refined/samples.jsonl": "Sample",
    "data/review/decisions.jsonl": "Decision",
}
"""Files of a workspace that hold such records: one a line, or the whole file where it is no .jsonl."""
MODULES: dict[str, tuple[ModuleType, str]] = {
    "Notes, timeline, review and samples": (models, ""),
    "Gaps": (gap, "`refiner gaps --json` prints these, and beside them `means`, `question` and `worded_by_model`."),
    "Evaluation": (shapes, "What `refiner evaluate` keeps under `data/refined/evaluations`."),
}


# ---- commands ------------------------------------------------------------------------------------------------------

WIDE = 10_000
"""A width in characters at which help breaks no paragraph."""


def commands() -> str:
    """The page on all commands, from the program's own help."""
    group: Any = typer.main.get_command(app)
    top = typer.Context(group, info_name="refiner")
    lines = [
        "# Commands",
        "",
        f"Made of the program's own help by `{COMMAND}`: `refiner COMMAND --help` prints what stands here. "
        "What each command is for is told in the guides.",
        "",
        *_one(group, top),
        "",
        "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 undecided items remain, 130 interrupted.",
    ]
    for ctx in _commands(group, top):
        lines += ["", f"## {ctx.command_path}", "", *_one(ctx.command, ctx)]
    return "\n".join(lines).rstrip() + "\n"


def _commands(group: Any, parent: Any) -> Iterator[Any]:
    """Every command of a group and of the groups in it, in the order in which help lists them."""
    for name, command in group.commands.items():
        if command.hidden:
            continue
        yield (ctx := typer.Context(command, info_name=name, parent=parent))
        if hasattr(command, "commands"):
            yield from _commands(command, ctx)


def _one(command: Any, ctx: Any) -> list[str]:
    usage = " ".join([ctx.command_path, *command.collect_usage_pieces(ctx)])
    lines = ["```text", usage, "```"]
    lines += [line for part in _printed(command.format_help_text, ctx) for line in ("", _cell(part, table=False))]
    shown = [p for p in command.params if not getattr(p, "hidden", False)]
    for kind in ("argument", "option"):
        if params := [p for p in shown if p.param_type_name == kind]:
            lines += ["", f"| {kind} | default | |", "| --- | --- | --- |", *(_row(p, ctx) for p in params)]
    if end := _printed(command.format_epilog, ctx):
        # The heading of the section and its lines, as help prints them.
        head, _, rest = "\n\n".join(end).partition("\n")
        lines += ["", head, "", "```bash", textwrap.dedent(rest).strip("\n"), "```"]
    return lines


def _printed(part: Any, ctx: Any) -> list[str]:
    """The paragraphs that a part of the help prints."""
    formatter = ctx.make_formatter()
    formatter.width = WIDE
    part(ctx, formatter)
    return [p.rstrip() for p in re.split(r"\n{2,}", formatter.getvalue().strip("\n")) if p.strip()]


def _row(param: Any, ctx: Any) -> str:
    name = param.get_help_record(ctx)[0]
    more = " May be given more than once." if param.multiple or param.nargs == -1 else ""
    return f"| `{name}` | {_default(param)} | {_cell(param.help or '')}{more} |"


def _default(param: Any) -> str:
    """What holds where the option is not given; nothing where the help says it in words."""
    if param.required:
        return "required"
    if getattr(param, "is_flag", False):
        return "on" if param.default is True else "off" if param.default is False else ""
    return f"`{param.default}`" if param.default not in (None, "", (), []) else ""


def _cell(text: str, *, table: bool = True) -> str:
    """Text that Markdown leaves as it is; options in it as code."""
    words = " ".join(text.split())
    marked = re.sub(r"(?<![\w`-])(--[a-z][\w-]*)(?!`)", r"`\1`", words) if "`" not in words else words
    found = [part if i % 2 else re.sub(r"([*_<\[\]])", r"\\\1", part) for i, part in enumerate(marked.split("`"))]
    return "`".join(found).replace("|", "\\|" if table else "|")


# ---- formats -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    name: str
    type: str
    default: str
    words: str


def formats() -> str:
    """The page on all stored records, from their source."""
    lines = [
        "# Formats",
        "",
        f"Made of the source by `{COMMAND}`: each record with its fields, their types and defaults. A field without "
        "a default must be there; a field that is not listed is an error. Spans are half-open `[start, end)`, counted "
        "in code points of the raw file with its front matter.",
        "",
        "`refiner.toml` is in [settings.md](../settings.md), front matter as you write it in [notes.md](../notes.md), "
        "the files of a data set in [dataset.md](../dataset.md), the keys of a recipe in "
        "[training.md](../training.md#a-recipes-keys).",
        "",
        "| file | holds |",
        "| --- | --- |",
        *(
            f"| `{file}` | {'one' if file.endswith('.json') else 'lines of'} [{name}](#{name.lower()}) |"
            for file, name in FILES.items()
        ),
    ]
    for title, (module, said) in MODULES.items():
        source = inspect.getsource(module)
        tree = ast.parse(source)
        comments = _comments(source)
        lines += ["", f"## {title}", *(["", said] if said else [])]
        closed = list(_closed(tree))
        if closed:
            lines += ["", "| word | one of |", "| --- | --- |", *closed]
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name != "Record" and _is_record(module, node.name):
                lines += ["", f"### {node.name}", *_record(node, source, comments)]
    return "\n".join(lines) + "\n"


def _is_record(module: ModuleType, name: str) -> bool:
    return isinstance(found := getattr(module, name), type) and issubclass(found, models.Record)


def _closed(tree: ast.Module) -> Iterator[str]:
    """The closed lists of words (`Literal`) that have a name."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            name, value = node.targets[0], node.value
            if isinstance(name, ast.Name) and isinstance(value.value, ast.Name) and value.value.id == "Literal":
                yield f"| {name.id} | {_words(value)} |"


def _words(literal: ast.Subscript) -> str:
    items = literal.slice.elts if isinstance(literal.slice, ast.Tuple) else [literal.slice]
    return " ".join(f"`{i.value}`" for i in items if isinstance(i, ast.Constant))


def _record(node: ast.ClassDef, source: str, comments: Mapping[int, str]) -> list[str]:
    doc = ast.get_docstring(node)
    lines = ["", _sentence(doc)] if doc else []
    fields = [
        _field(item, source, comments)
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    ]
    lines += ["", "| field | type | default | |", "| --- | --- | --- | --- |"]
    return lines + [f"| `{f.name}` | {f.type} | {f.default} | {f.words} |" for f in fields]


def _field(item: ast.AnnAssign, source: str, comments: Mapping[int, str]) -> Field:
    assert isinstance(item.target, ast.Name)
    name, default = item.target.id, ast.get_source_segment(source, item.value) if item.value else None
    if isinstance(item.value, ast.Call) and default and default.startswith("Field("):
        name = next((str(k.value.value) for k in item.value.keywords if k.arg == "alias"), name)  # type: ignore[attr-defined]
        default = ast.get_source_segment(source, item.value.args[0]) if item.value.args else None
    kind = item.annotation
    if isinstance(kind, ast.Subscript) and isinstance(kind.value, ast.Name) and kind.value.id == "Literal":
        type_ = _words(kind)
    else:
        type_ = _type(ast.get_source_segment(source, kind) or "")
    default = " ".join((default or "").split())
    words = comments.get(item.end_lineno or item.lineno, "")
    return Field(name, type_, f"`{default}`".replace("|", "\\|") if default else "", _cell(words))


def _type(text: str) -> str:
    """A type in plain words, with links to the records in it."""
    text = re.sub(r"tuple\[([\w.\[\], |]+), \.\.\.\]", r"list of \1", " ".join(text.split()))
    text = re.sub(r"^dict\[(\w+), (.+)\]$", r"table of \2 by \1", text)
    text = re.sub(r"tuple\[([^\]]+)\]", r"(\1)", text).replace(" | None", " or null").replace(" | ", " or ")

    def link(match: re.Match[str]) -> str:
        name = match[0]
        found = getattr(models, name, None) or getattr(shapes, name, None) or getattr(gap, name, None)
        record = isinstance(found, type) and issubclass(found, models.Record)
        return f"[{name}](#{name.lower()})" if record else name

    return re.sub(r"\b[A-Z]\w+", link, text).replace("|", "\\|")


def _sentence(doc: str) -> str:
    return _cell(" ".join(doc.split()), table=False)


def _comments(source: str) -> dict[int, str]:
    """The comment at the end of each line of code, by its number."""
    found = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not token.line.lstrip().startswith("#"):
            found[token.start[0]] = re.sub(r"\s*fmt: (skip|off)|type: ignore.*", "", token.string.lstrip("# ")).strip()
    return found


PAGES = {"commands.md": commands, "formats.md": formats}


if __name__ == "__main__":
    for file, make in PAGES.items():
        (FOLDER / file).write_text(make(), encoding="utf-8")
