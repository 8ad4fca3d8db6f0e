"""What the screen prints, as HTML. Every character of a text is escaped; tags come from styles alone. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape
from rich.console import Console, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text

DEEPEST = 8
"""Spaces of indentation that a class of the page's style stands for."""


def as_html(thing: RenderableType, console: Console) -> Markup:
    """A text as lines, a table as a table. Raises TypeError for what no screen of the review prints."""
    if isinstance(thing, str):
        thing = Text(thing)
    if isinstance(thing, Text):
        return Markup("\n").join(_line(line, console) for line in thing.split("\n", allow_blank=True))
    if isinstance(thing, Table):
        rows = zip(*(column.cells for column in thing.columns), strict=True)
        cells = (Markup("<td>{}</td>").format(as_html(cell, console)) for row in rows for cell in row)
        width = len(thing.columns)
        listed = list(cells)
        lines = (Markup("").join(listed[i : i + width]) for i in range(0, len(listed), width))
        return Markup("<table>{}</table>").format(Markup("").join(Markup("<tr>{}</tr>").format(x) for x in lines))
    raise TypeError(f"{type(thing).__name__} has no form on the page")


def _line(line: Text, console: Console) -> Markup:
    indent = min(len(line.plain) - len(line.plain.lstrip(" ")), DEEPEST)
    return Markup('<p class="i{}" dir="auto">{}</p>').format(indent, inline(line[indent:], console))


def rows_html(things: Iterable[RenderableType], console: Console) -> Markup:
    """Texts as lines inside a button, where no paragraph may stand. Raises TypeError for anything but texts."""
    out = []
    for thing in things:
        if not isinstance(thing, Text):
            raise TypeError(f"{type(thing).__name__} has no form on a button")
        for line in thing.split("\n", allow_blank=True):
            indent = len(line.plain) - len(line.plain.lstrip(" "))
            out.append(Markup('<span class="row" dir="auto">{}</span>').format(inline(line[indent:], console)))
    return Markup("").join(out)


def inline(text: Text, console: Console) -> Markup:
    """A text without its lines: deletions, insertions, emphasis."""
    runs: list[tuple[str, Style]] = []
    for segment in text.render(console, end=""):
        style = segment.style or Style.null()
        if runs and runs[-1][1] == style:
            runs[-1] = (runs[-1][0] + segment.text, style)
        else:
            runs.append((segment.text, style))
    return Markup("").join(_run(words, style) for words, style in runs)


def _run(words: str, style: Style) -> Markup:
    out = escape(words)
    classes = []
    if style.dim:
        classes.append("dim")
    if style.color is not None and style.color.name == "yellow":
        classes.append("warn")
    if classes:
        out = Markup('<span class="{}">{}</span>').format(" ".join(classes), out)
    if style.bold:
        out = Markup("<strong>{}</strong>").format(out)
    if style.strike:
        return _spoken("del", "deleted", out)
    if style.underline:
        # A colour tells an insertion from the words that a question is about.
        return _spoken("ins", "inserted", out) if style.color is not None else Markup("<u>{}</u>").format(out)
    return out


def _spoken(tag: str, word: str, inside: Markup) -> Markup:
    """A change for eyes and for ears: many screen readers say nothing at <del> and <ins>."""
    aloud = '<span class="aloud">{}</span>'
    return Markup(f"<{tag}>{aloud}{{}}{aloud}</{tag}>").format(f" [{word}: ", inside, "] ")


def keys_html(rows: Iterable[tuple[str, str]]) -> Markup:
    """The list of keys and what they do."""
    line = Markup("<div><dt><kbd>{}</kbd></dt><dd>{}</dd></div>")
    return Markup('<dl class="keys">{}</dl>').format(Markup("").join(line.format(key, does) for key, does in rows))


def block(parts: Sequence[Markup], kind: str) -> Markup:
    """Parts under one class of the page's style."""
    return Markup('<div class="{}">{}</div>').format(kind, Markup("\n").join(parts)) if parts else Markup()
