"""A note cut into blocks: paragraphs, list items, headings, chat lines, quoted lines. Pure text work, no tagger."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BULLET = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]")
_RULE = re.compile(r"[ \t]*(?:[-*_=~]{3,})[ \t]*$")
_LABEL = re.compile(
    r"[ \t]*(?:\[[^\]\n]{1,40}\][ \t]*|\(?\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:[ \t]*[ap]\.?m\.?)?\)?[ \t,:–-]*"
    r"|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},?[ \t]*\d{1,2}:\d\d(?:[ \t]*[ap]m)?[ \t]*[-–:]?[ \t]*)?"
    r"(?:[-*>][ \t]+)?(?P<open>[*_<]{0,2})(?P<label>@?[^\W\d][\w.@'’-]*(?: "
    r"[^\W\d][\w.@'’-]*){0,2})(?:[ \t]*\([^)\n]{1,25}\))?(?P<close>[*_>]{0,"
    r"2})[ \t]*:(?P<close2>[*_]{0,2})(?=[ \t]+\S)"
)
SALUTATION = re.compile(
    r"[ \t*_>]*(?:(?:my )?dear(?:est)?|hi|hello|hey|beloved|respected|"
    r"chiranjeevi|priya)\b[ \t]+(?P<who>[^\n,:!–—-]{2,40}?)[ \t]*[,:!–—-][ "
    r"\t*_]*(?:\n|$)",
    re.IGNORECASE,
)
SIGNATURE = re.compile(
    r"[ \t*_>]*(?:(?:with )?(?:lots of |much |all (?:my|our) )?love|yours(?: "
    r"[a-z]+){0,2}|your (?:loving|affectionate|devoted|proud|own)\b[\w "
    r"]*|sincerely|regards|best wishes|warm(?:ly| regards)?|blessings|"
    r"xoxo|truly yours|kisses|your (?:mother|father|sister|brother|son|"
    r"daughter|wife|husband|friend|uncle|aunt)|ma|pa|mum|mom|dad|amma|"
    r"appa)[ \t]*[,.!–—-]*[ \t*_]*(?=\n|$|[A-Z])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Block:
    """A stretch of the note that is read as one; half-open span. `kind`: para item heading chat quote."""

    start: int
    end: int
    kind: str = "para"
    label: str = ""  # of a chat line
    label_span: tuple[int, int] = (0, 0)
    index: int = 0


def lines_of(text: str, start: int) -> list[tuple[int, int]]:
    """Spans of the lines from `start` on, line ends left out."""
    out, at = [], start
    for line in text[start:].splitlines(keepends=True):
        out.append((at, at + len(line.rstrip("\r\n"))))
        at += len(line)
    return out


def chat_labels(text: str, start: int) -> dict[str, int]:
    """Labels at line starts (lower case) and how many lines each of them begins."""
    seen: dict[str, int] = {}
    for s, e in lines_of(text, start):
        if match := _LABEL.match(text, s, e):
            label = match["label"].casefold()
            seen[label] = seen.get(label, 0) + 1
    return seen


def is_chat(text: str, start: int) -> bool:
    """Whether the note, or a good part of it, is a conversation with a speaker's label on each line."""
    seen = chat_labels(text, start)
    lines = sum(1 for s, e in lines_of(text, start) if text[s:e].strip())
    return (
        len(seen) >= 2
        and sum(seen.values()) >= 3
        and (max(seen.values()) >= 2 or len(seen) <= 3)
        and 3 * sum(seen.values()) >= lines
    )


def split(text: str, start: int, *, chat: bool) -> list[Block]:
    """The blocks of `text` from `start` on, in order."""
    out: list[Block] = []
    open_at: int | None = None
    last = start
    kind = "para"

    def close() -> None:
        nonlocal open_at
        if open_at is not None:
            out.append(Block(open_at, last, kind, index=len(out)))
        open_at = None

    for s, e in lines_of(text, start):
        line = text[s:e]
        if not line.strip() or _RULE.match(line):
            close()
            continue
        match = _LABEL.match(text, s, e) if chat else None
        if match:
            close()
            out.append(Block(s, e, "chat", match["label"], match.span("label"), index=len(out)))
            continue
        new = (
            "heading" if _HEADING.match(line)
            else "item" if _BULLET.match(line) or line.lstrip().startswith(("|", "**"))
            else "quote" if line.lstrip().startswith(">")
            else ""
        )  # fmt: skip
        if new == "quote" and kind == "quote" and open_at is not None:
            last = e
            continue
        alone = SALUTATION.match(line) is not None
        if new or alone or open_at is None or kind == "heading" or (kind == "quote" and not new):
            close()
            open_at, kind = s, new or "para"
        last = e
        if alone:
            close()
    close()
    return out
