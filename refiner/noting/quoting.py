"""Words as YAML scalars that come back as they were, and what no note may hold. Pure."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./+~'-]*[A-Za-z0-9.~])?")
_WORDS = frozenset(["y", "n", "yes", "no", "true", "false", "on", "off", "null"])
# What YAML takes for white space, a line's end, or no character at all (YAML 1.1, 5.1); a byte order mark too.
_ESCAPED = re.compile('[\\\\"\x00-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')
_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]|\r(?!\n)")


def quoted(text: str) -> str:
    """The text as a YAML scalar on one line: bare where nothing in it means anything, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    return _SHORT.get(match[0]) or f"\\u{ord(match[0]):04x}"


def control_in(text: str) -> str:
    """The first control character or half character of a text, "" for none. Tabs and ends of lines are none."""
    found = _CONTROL.search(text)
    return found[0] if found else ""


def without_control(text: str) -> str:
    return _CONTROL.sub("", text)
