"""Stand-ins for names and places, so that the real ones do not leave the machine.

A table of reals and stand-ins goes one to one. `cover` puts the stand-ins in, `uncover` the reals back; both work on
whole words in one pass, keep capitals, and read plain text as well as JSON text (`\\n`, `\\u201c` before a name). What
`uncover` puts in is escaped as within a JSON string, so that an answer stays valid JSON whatever the reals hold.

For the table's maker: where no stand-in stands in a text, not even inside a longer word, and none contains another,
`uncover(cover(text)) == text`. Reals that JSON would escape (quotes, backslashes) come back escaped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

# A letter, or a mark that belongs to the letter before it (Latin accents, the vowel signs of Indian scripts).
_MARKS = (
    r"\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd\u0a01-\u0a03\u0a3c-\u0a4d\u0abc-\u0acd"
    r"\u0b3c-\u0b4d\u0bbe-\u0bcd\u0c3e-\u0c56\u0cbc-\u0cd6\u0d3e-\u0d4d"
)
LETTER = rf"(?:[^\W\d_]|[{_MARKS}])"
LETTERS = rf"(?:[^\W\d_]++|[{_MARKS}]++)++"
WORD = re.compile(LETTERS)
ENDINGS = ("s", "ji")  # "the Raos", "Raviji"
_SHORTEST = 3  # letters that a name has at least before an ending counts
_BEFORE = rf"(?:(?<!{LETTER})(?<!\d)|(?<=\\[nrtbf])|(?<=\\u[0-9a-fA-F]{{4}}))"
_CUT_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{0,3}\Z")


@dataclass(frozen=True)
class StandIns:
    """A one-to-one table, real -> stand-in; each is a word, or something with other characters in it (an address)."""

    table: tuple[tuple[str, str], ...] = ()
    capital_only: frozenset[str] = frozenset()  # reals that are words too: in small letters they are left alone
    kept: tuple[str, ...] = ()  # what is left alone as a whole, names in it too: titles of books and films

    def cover(self, text: str) -> str:
        """The text with the reals replaced."""
        if not self.table:
            return text
        forms, kept = self._sent, self._kept

        def put(match: re.Match[str]) -> str:
            found = match[0]
            if found in kept:
                return found
            new = _swapped(found, forms)
            # After a cut-off \u the stand-in's first letters could be read as the rest of the escape.
            cut = new != found and _CUT_ESCAPE.search(text, max(0, match.start() - 5), match.start())
            return found if cut else new

        return self._real.sub(put, text)

    def uncover(self, text: str) -> str:
        """The text with the reals put back, whatever the stand-ins' capitals; safe for JSON text."""
        if not self.table:
            return text
        back = self._back
        return self._stand_in.sub(lambda m: _swapped(m[0], back), text)

    # -- what both read, made once -----------------------------------------------------------------------------------

    @cached_property
    def stand_ins(self) -> frozenset[str]:
        """All stand-ins, in small letters."""
        return frozenset(new.lower() for _, new in self.table)

    @cached_property
    def _kept(self) -> frozenset[str]:
        return frozenset(self.kept)

    @cached_property
    def _forward(self) -> dict[str, str]:
        """Every spelling that is replaced -> what replaces it. No two give the same, and the table's own go first."""
        forms = dict(self.table)
        given = set(forms.values())
        for real, new in self.table:
            small = [] if real in self.capital_only else [(real.lower(), new.lower())]
            for spelling, put in [(real.upper(), new.upper()), *small]:
                if spelling not in forms and put not in given:
                    forms[spelling] = put
                    given.add(put)
        return forms

    @cached_property
    def _sent(self) -> dict[str, str]:
        """The same, and the reals as JSON text writes them: a talk about a bad answer holds the answer."""
        return {**{_escaped(real): new for real, new in self._forward.items()}, **self._forward}

    @cached_property
    def _back(self) -> Mapping[str, str]:
        any_case: dict[str, str] = {}
        for real, new in self.table:
            any_case |= {new.lower(): _escaped(real), new.upper(): _escaped(real.upper())}
            if real not in self.capital_only and new != new.lower():
                any_case[new.lower()] = _escaped(real.lower())
        exact = {new: _escaped(real) for real, new in self._forward.items()}
        return _AnyCase({**any_case, **exact}, {new.lower(): _escaped(real) for real, new in self.table})

    @cached_property
    def _real(self) -> re.Pattern[str]:
        return _pieces([*self._sent, *self.kept], any_case=False)

    @cached_property
    def _stand_in(self) -> re.Pattern[str]:
        return _pieces([new for _, new in self.table], any_case=True)


class _AnyCase(dict[str, str]):
    """Spelling -> real; a mixture of capitals that is not listed gives the real as the table spells it."""

    def __init__(self, known: Mapping[str, str], any_case: Mapping[str, str]) -> None:
        super().__init__(known)
        self.any_case = any_case

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        return super().get(key) or self.any_case.get(key.lower(), default)


def _swapped(found: str, forms: Mapping[str, str]) -> str:
    """What stands for a piece of text: for all of it, for it without an ending, or behind an escape's letter."""
    if new := forms.get(found):
        return new
    if found[0] == "\\":
        if found[1:2] in ("", "u"):
            return found
        whole = _swapped(found[1:], forms)  # "\ravi" in a path is no line end
        if whole != found[1:]:
            return "\\" + whole
        return found[:2] + _swapped(found[2:], forms) if len(found) > 2 else found
    for ending in ENDINGS:
        stem = found[: -len(ending)]
        if len(stem) >= _SHORTEST and found[len(stem) :].lower() == ending and (new := forms.get(stem)):
            return new + found[len(stem) :]
    return found


def _escaped(real: str) -> str:
    return json.dumps(real, ensure_ascii=False)[1:-1]


def _pieces(spellings: Iterable[str], *, any_case: bool) -> re.Pattern[str]:
    """One pattern for all that may be replaced: listed spellings that are no words, JSON escapes, and any word.

    A word is looked up afterwards, so that the time taken does not grow with the table.
    """
    listed = sorted({s for s in spellings if s and not WORD.fullmatch(s)}, key=lambda s: (-len(s), s))
    parts = []
    if listed:
        one = f"(?{'i' if any_case else ''}:{_trie(listed)})(?!{LETTER}|\\d)"
        firsts = {c for s in listed for c in (s[0], s[0].lower(), s[0].upper()) if len(c) == 1}
        first = "".join(re.escape(c) for c in sorted(firsts))
        parts = [rf"(?=[{first}]){_BEFORE}{one}", rf"\\(?={one})", rf"\\[nrtbf](?={one})"]
    parts += [r"\\u[0-9a-fA-F]{4}", rf"\\[nrtbf](?:{LETTERS})?", LETTERS]
    return re.compile("|".join(parts))


def _trie(spellings: Iterable[str]) -> str:
    """A pattern for any of some spellings, the longest first, that shares their beginnings."""
    by_first: dict[str, list[str]] = {}
    for spelling in spellings:
        by_first.setdefault(spelling[:1], []).append(spelling[1:])
    ends = "" in by_first
    branches = [
        re.escape(first) + (_trie(rest) if len(rest) > 1 else re.escape(rest[0]))
        for first, rest in by_first.items()
        if first
    ]
    if not branches:
        return ""
    inner = f"(?:{'|'.join(branches)})"
    return f"{inner}?" if ends else inner
