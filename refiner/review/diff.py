"""A change shown by words. Pure.

Tokens are words, white space, punctuation and single CJK characters. Unchanged runs of fewer than two words between two
changes are merged into them, since a lone "the" between two changes helps nobody; a text of which less than 40 % stays
is one change, before against after.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

MIN_WORDS = 2
MIN_UNCHANGED = 0.4
_JOINERS = "\u200d\u200c"
_APOSTROPHES = "'’"
# Han with extensions, kana, bopomofo, Hangul syllables: written without spaces, or short enough to be read one by one.
_CJK = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3040-\u31ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True)
class Segment:
    """A stretch of the diff. `old` stands before, `new` after; `equal` has the same on both sides."""

    kind: Literal["equal", "replace", "delete", "insert"]
    old: str
    new: str


@lru_cache(maxsize=4096)
def _class(char: str) -> str:
    if char.isspace():
        return "space"
    if _CJK.match(char):
        return "cjk"
    category = unicodedata.category(char)
    if category[0] == "M" or char in _JOINERS:
        return "mark"
    return "word" if category[0] in "LN" or char == "_" else "other"


def tokens(text: str) -> list[str]:
    """The tokens of a text; joined they give it back. Marks and joiners stay with the character they belong to."""
    out: list[str] = []
    last = ""  # class of the token that may still grow
    for i, char in enumerate(text):
        kind = _class(char)
        joined = i > 0 and text[i - 1] == "\u200d" and kind == "other"
        if out and (kind == "mark" or joined):
            out[-1] += char
            continue
        inside = char in _APOSTROPHES and last == "word" and i + 1 < len(text) and _class(text[i + 1]) == "word"
        if inside or (kind == last and kind in ("word", "space")):
            out[-1] += char
        else:
            out.append(char)
            last = kind
    return out


def _words(run: Iterable[str]) -> int:
    return sum(1 for token in run if _class(token[0]) in ("word", "cjk"))


Span = tuple[int, int, int, int]  # a change: [i1, i2) of before, [j1, j2) of after


def _changes(a: Sequence[str], b: Sequence[str]) -> list[Span]:
    """What differs, common ends taken off first: most edits are small and difflib is quadratic."""
    start, limit = 0, min(len(a), len(b))
    while start < limit and a[start] == b[start]:
        start += 1
    end = 0
    while end < limit - start and a[-1 - end] == b[-1 - end]:
        end += 1
    matcher = SequenceMatcher(None, a[start : len(a) - end], b[start : len(b) - end], autojunk=False)
    found = matcher.get_opcodes()
    return [(start + i1, start + i2, start + j1, start + j2) for tag, i1, i2, j1, j2 in found if tag != "equal"]


def _merged(changes: list[Span], a: Sequence[str]) -> list[Span]:
    out: list[Span] = []
    for change in changes:
        if out and _words(a[out[-1][1] : change[0]]) < MIN_WORDS:
            out[-1] = (out[-1][0], change[1], out[-1][2], change[3])
        else:
            out.append(change)
    return out


def _segment(old: str, new: str) -> Segment:
    return Segment("replace" if old and new else "delete" if old else "insert", old, new)


def segments(before: str, after: str) -> list[Segment]:
    """The difference as segments: `old` of all joined is `before`, `new` of all joined is `after`."""
    if before == after:
        return [Segment("equal", before, after)] if before else []
    a, b = tokens(before), tokens(after)
    changes = _changes(a, b)
    size = max(sum(not t.isspace() for t in a), sum(not t.isspace() for t in b))
    changed = sum(not t.isspace() for i1, i2, _, _ in changes for t in a[i1:i2])
    unchanged = sum(not t.isspace() for t in a) - changed
    if size and unchanged / size < MIN_UNCHANGED:
        return [_segment(before, after)]
    out: list[Segment] = []
    at = 0
    for i1, i2, j1, j2 in _merged(changes, a):
        if i1 > at:
            same = "".join(a[at:i1])
            out.append(Segment("equal", same, same))
        out.append(_segment("".join(a[i1:i2]), "".join(b[j1:j2])))
        at = i2
    if at < len(a):
        same = "".join(a[at:])
        out.append(Segment("equal", same, same))
    return out


def rewritten(parts: Sequence[Segment]) -> bool:
    """Whether so little stays that before and after are better read one under the other."""
    return len(parts) == 1 and parts[0].kind == "replace"


def plain(parts: Iterable[Segment]) -> str:
    """The diff without colour: `[-old-]{+new+}`."""
    out = []
    for part in parts:
        if part.kind == "equal":
            out.append(part.old)
        else:
            out.append((f"[-{part.old}-]" if part.old else "") + (f"{{+{part.new}+}}" if part.new else ""))
    return "".join(out)


def word_diff(before: str, after: str) -> str:
    """`plain(segments(before, after))`."""
    return plain(segments(before, after))
