"""The help below a note in the editor: a line of scissors, then lines that are cut off. Pure.

Only what stands word for word as it was put there is cut. Whatever else is found below the line was written by the
person and is kept.
"""

from __future__ import annotations

SCISSORS = "# ------------------------ >8 ------------------------"


def with_help(text: str, lines: tuple[str, ...]) -> str:
    """The content of the file in the editor. Every line of help begins with #."""
    ours = [SCISSORS, *(f"# {line}".rstrip() for line in lines)]
    return text + ("" if text.endswith("\n") else "\n") + "\n".join(["", *ours]) + "\n"


def without_help(content: str, lines: tuple[str, ...]) -> str:
    """The text in a file's content, with one end of line at its end. Text that was written below the line is kept."""
    rows = content.split("\n")
    ours = {f"# {line}".rstrip() for line in lines}
    at = max((n for n, row in enumerate(rows) if row.rstrip() == SCISSORS), default=None)
    if at is None:  # the line itself was taken out: what is left of the help stands at the end
        while rows and (not rows[-1].strip() or rows[-1].rstrip() in ours):
            rows.pop()
        return _ended(rows)
    below = [row for row in rows[at + 1 :] if row.rstrip() not in ours]
    return _ended(rows[:at] + (["", *below] if any(row.strip() for row in below) else []))


def _ended(rows: list[str]) -> str:
    while rows and not rows[-1].strip():
        rows = rows[:-1]
    return "\n".join(rows) + "\n" if rows else ""
