"""HTML -> plain text as a person would read it: paragraphs, lines, list items. Quoted mail is left out on demand."""

from __future__ import annotations

import re
from typing import Any

from justhtml import JustHTML

_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "figcaption", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
    "section", "table", "tbody", "thead", "tr", "ul",
))  # fmt: skip
_ROOM = frozenset(
    ("blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul")
)  # a blank line around
_SILENT = frozenset(("head", "script", "style", "template", "title", "noscript", "#comment", "!doctype"))
_QUOTES = re.compile(
    r"\b(?:gmail_quote|gmail_extra|gmail_attr|yahoo_quoted|moz-cite-prefix|protonmail_quote|zmail_extra)"
)
_QUOTE_IDS = ("divRplyFwdMsg", "appendonsend", "mail-editor-reference-message-container")
_SIGNATURES = re.compile(r"\b(?:gmail_signature|moz-signature|protonmail_signature_block)\b")


def to_text(html: str, *, own_only: bool = False) -> str:
    """The text of some HTML. `own_only`: without what the marks of mail programs call a quotation or a signature."""
    out: list[str] = []
    # A stack and not recursion: mails nest tables by the hundred. A string in it closes a block.
    stack: list[Any] = [JustHTML(html, sanitize=False).root]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            _gap(out, node)
            continue
        name = str(node.name).lower()
        if name == "#text":
            data = re.sub(r"[ \t\r\n\f\u00a0]+", " ", str(node.data))
            out.append(data.lstrip() if not out or out[-1].endswith(("\n", " ")) else data)
            continue
        if name in _SILENT:
            continue
        if own_only:
            attrs = {k: v or "" for k, v in (node.attrs or {}).items()}
            if attrs.get("id", "").removeprefix("x_") in _QUOTE_IDS:
                break  # Outlook: all that follows is the mail that is answered
            marks = attrs.get("class", "")
            cited = name == "blockquote" and attrs.get("type") == "cite"
            if cited or _QUOTES.search(marks) or _SIGNATURES.search(marks):
                continue
        if name == "br":
            out.append("\n")
            continue
        if name in _BLOCKS:
            _gap(out, name)
            stack.append(name)
        if name == "li":
            out.append("- ")
        stack += reversed(node.children or ())
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(out))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _gap(out: list[str], name: str) -> None:
    """The room that a block keeps to what stands before it."""
    tail = "".join(out[-2:])
    if tail:
        out.append("\n" * max(0, (2 if name in _ROOM else 1) - (len(tail) - len(tail.rstrip("\n")))))
