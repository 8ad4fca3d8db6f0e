"""Untrusted text made safe to print: what a terminal or a reader could not see stands there in words. Pure.

Control characters (a raw ESC recolours the screen or worse), bidi overrides (the text reads other than it is stored),
characters without width and lone surrogates become visible signs. Joiners stay: Indic scripts and emoji need them.
"""

from __future__ import annotations

import re

# C0 but tab and newline, DEL, C1; soft hyphen; Arabic letter mark; zero widths but the joiners; bidi marks, embeddings,
# overrides and isolates; line and paragraph separators; invisible operators; BOM; annotation and tag characters.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)  # the control pictures: ␛ for ESC
    return "␡" if code == 0x7F else f"<U+{code:04X}>"


def visible(text: str) -> str:
    """The text with everything hidden made visible. Tabs become four spaces, lines stay lines."""
    return _HIDDEN.sub(_sign, text.replace("\r\n", "\n")).replace("\t", "    ")


def one_line(text: str, limit: int = 0) -> str:
    """The text on one line, cut with … where a limit is given."""
    flat = " ".join(visible(text).split())
    return flat if not limit or len(flat) <= limit else flat[: max(limit - 1, 1)].rstrip() + "…"


def blanks(text: str) -> str:
    """A change of nothing but white space, so that it can be seen."""
    return text.replace(" ", "·").replace("\n", "⏎\n") if text.isspace() else text
