"""Where "until 2003" stands in a sentence told as past, and which words of today go. Pure.

Before the clause where the narrator begins it, behind a conjunction or a "Yes,"; at the end where the sentence begins
with another adverbial and is simple.
"""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple

from refiner.language.past_clauses import Clause
from refiner.language.past_scope import at_a_moment
from refiner.language.past_shift import Change
from refiner.language.past_words import table

_LIST = re.compile(r"[ \t]*(?:[-+•]|\*(?=\s)|\d{1,3}[.)])?[ \t]*")
_MARKS = re.compile(r"[*_]+")


class Place(NamedTuple):
    """Where the phrase goes: `at` (code points), and how: before the words, between commas, at the end."""

    kind: Literal["front", "inside", "parenthesis", "commas", "end", "end, comma"]
    at: int
    begins: bool = False  # whether it begins the sentence


def dropped(text: str, doc: Any, scope: list[Clause]) -> list[Change] | None:
    """The words of today that go ("still", "now", "these days"); None where one of them cannot."""
    found: list[Change] = []
    for phrase in table()["drop_phrases"]:
        for m in re.finditer(rf"\b{phrase}\b", text, re.IGNORECASE):
            found.append(Change(m.start(), m.end(), ""))
    kept = [m.span() for m in re.finditer(table()["kept_now"], text, re.IGNORECASE)]
    for token in doc:
        if token.lower_ in table()["drop"] and not any(a <= token.idx < b for a, b in kept):
            found.append(Change(token.idx, token.idx + len(token), ""))
        elif token.lower_ == "still":
            if token.i and doc[token.i - 1].lower_ in table()["kept_still_after"]:
                continue
            if not _beside_verb(token, scope) or token.i and doc[token.i - 1].tag_ == "CC":
                return None
            found.append(Change(token.idx, token.idx + len(token), ""))
    widened = [_with_space(text, c) for c in found]
    return None if any(c is None for c in widened) else [c for c in widened if c is not None]


def _beside_verb(token: Any, scope: list[Clause]) -> bool:
    near = {t.i for c in scope for t in (c.finite, c.head)} | {c.finite.i + 1 for c in scope if c.finite is not c.head}
    return token.i - 1 in near or token.i + 1 in near


def _with_space(text: str, change: Change) -> Change | None:
    """The word with one of the spaces around it, and the comma behind it where it begins the sentence."""
    start, end, _ = change
    first = not text[:start].strip(" \t-+•*_")
    if first:
        match = re.match(r",?\s+", text[end:])
        return Change(start, end + match.end(), "") if match else None
    if text[:start].rstrip().endswith(","):
        return None
    if text[end : end + 1] in (" ", "\t") and text[start - 1 : start] == " ":
        return Change(start, end + 1, "")
    return Change(start - 1, end, "") if text[start - 1 : start] == " " else None


def place(text: str, doc: Any, scope: list[Clause], gone: list[Change]) -> Place | None:
    """Where the phrase goes; None where no place reads well."""
    main = next(c for c in scope if c.main)
    if main.subject is None:
        return None
    begin = _LIST.match(text)
    at = begin.end() if begin else 0
    subject = min(t.idx for t in main.subject.subtree if not t.is_space)
    at = _past_gone(text, at, gone)
    if not text[at:subject].strip(" \t*_"):
        first = doc[min(t.i for t in main.subject.subtree if not t.is_space)]
        if first.lower_ != "i" and first.tag_ != "NNP" and first.lower_ not in table()["small_first"]:
            return None
        return Place("front", _around_marks(text, at), begins=True)
    lead = text[at:subject]
    word = re.match(r"([*_]*)([A-Za-z]+)(,?)\s+", lead)
    if word and not lead[word.end() :].strip(" \t*_"):
        low = word[2].lower()
        if low in table()["conjunctions"] and not word[3] or low in table()["discourse"] and word[3]:
            return Place("inside", at + word.end())
    return _after_adverbial(text, doc, scope, main, at, subject)


def _past_gone(text: str, at: int, gone: list[Change]) -> int:
    for change in gone:
        if not text[at : change.start].strip(" \t*_") and change.start >= at:
            at = change.end
    return at


def _around_marks(text: str, at: int) -> int:
    """Inside emphasis that holds the whole sentence, before emphasis that holds its first words only."""
    marks = _MARKS.match(text, at)
    if not marks:
        return at
    whole = text.rstrip().endswith(marks[0]) and text.count(marks[0], marks.end()) == 1
    return marks.end() if whole else at


def _after_adverbial(text: str, doc: Any, scope: list[Clause], main: Clause, at: int, subject: int) -> Place | None:
    before = [t for t in main.head.children if at <= t.idx < subject and not t.is_punct and not t.is_space]
    if not before or any(t.dep_ not in ("prep", "advmod", "npadvmod", "advcl", "mark", "det") for t in before):
        return None
    if at_a_moment(text[:subject].rstrip()):  # "every time I see one": the clause goes on
        return None
    clause = next((c for c in scope if c.head.dep_ == "advcl" and c.finite.idx < subject), None)
    first = re.match(r"[A-Za-z]+", text[at:])
    if clause is not None and first and first[0].lower() in ("whenever", "because", "as", "although", "though"):
        return Place("parenthesis", at, begins=True)
    later = [c for c in scope if c.finite.idx > subject and c.subject is not None]
    if len(later) == 1 and not re.search(r"[;:–—(,]", text[subject:]):
        return Place("end" if clause is None else "end, comma", end_of_words(text))
    if text[:subject].rstrip().endswith(","):
        return Place("inside", subject) if clause is not None else Place("parenthesis", subject)
    return Place("commas", len(text[:subject].rstrip()))


def end_of_words(text: str) -> int:
    """Where the last word of the sentence ends, with what closes its emphasis: before the full stop and the emoji."""
    ends = [m.end() for m in re.finditer(r"\w+(?:['’]\w*)?[*_)]*", text)]
    return ends[-1] if ends else len(text)
