"""What a sentence says of the narrator in the present tense, put into the past: a note that was written when it held.

"I am afraid of dogs." becomes "Until 2003 I was afraid of dogs." Nothing but the verbs, the words of today ("still",
"now") and the one phrase changes. Where it is not certain, nothing is said: most sentences that ask, quote, wish,
suppose, or speak of somebody else are left alone.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from refiner.language.parse import parse
from refiner.language.past_clauses import Clause, clauses
from refiner.language.past_place import Place, dropped, end_of_words, place
from refiner.language.past_scope import scope
from refiner.language.past_shift import Change, shift
from refiner.language.past_words import table


class Verb(NamedTuple):
    """A finite verb of the narrator in the present tense: "don't eat" from `start` to `end` (code points)."""

    start: int
    end: int
    words: str


def present_verbs(sentence: str) -> list[Verb]:
    """The narrator's finite verbs in the present tense, "can" included, in order; in quotation marks none is theirs.

    A verb reaches from its first auxiliary to the verb itself. Perfect, future and conditional forms are not given, and
    none is given where the sentence cannot be read. "I read" may be either tense and is not given. Needs spaCy's model;
    raises RefinerError without one.
    """
    quoted = [m.span() for m in re.finditer(r"[\"“][^\"”]*(?:[\"”]|$)", sentence)]
    found = []
    for clause in clauses(parse(sentence)) or ():
        if clause.whose != "narrator" or clause.tense not in ("present", "can"):
            continue
        start, end = clause.finite.idx, max(t.idx + len(t) for t in (clause.finite, clause.head))
        if not any(a <= start < b for a, b in quoted):
            found.append(Verb(start, end, sentence[start:end]))
    return found


def in_the_past(sentence: str, until: str = "", *, resting: bool = False) -> str | None:
    """The sentence with its present tense of the narrator put into the past; None where that is not certain.

    `until`: when it ended, as words ("2003", "2003 or 2004"), said before the clause, or at the end where the sentence
    begins with another adverbial; without it "at that time" or "in those days" stands there, or only the tense changes.
    `resting`: it has stopped without being over, which a few words at the end then say.
    Needs spaCy's model; raises RefinerError without one.
    """
    if any(p.search(sentence) for p in _refused()):
        return None
    doc = parse(sentence)
    chosen = scope(doc)
    if chosen is None:
        return None
    gone = dropped(sentence, doc, chosen)
    if gone is None:
        return None
    where = place(sentence, doc, chosen, gone)
    changes = _shifted(sentence, chosen)
    if where is None or changes is None:
        return None
    changes += gone + _phrase(sentence, where, until, chosen)
    if resting:
        changes.append(Change(end_of_words(sentence), end_of_words(sentence), table()["frame"]["resting"]))
    after = _written(sentence, changes)
    return after if after != sentence else None


@cache
def _refused() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(p, re.IGNORECASE) for p in table()["refuse"])


def _shifted(sentence: str, chosen: list[Clause]) -> list[Change] | None:
    found: list[Change] = []
    for clause in chosen:
        changes = shift(sentence, clause)
        if changes is None:
            return None
        found += changes
    return found


def _phrase(sentence: str, where: Place, until: str, chosen: list[Clause]) -> list[Change]:
    """The phrase at its place, and the small letter of the word that it now stands before."""
    frame = table()["frame"]
    if until:
        words = frame["until"].format(when=until)
    elif where.kind == "front":
        lemma = chosen[0].head.lemma_.lower()
        state = lemma in frame["states"] or chosen[0].tense == "can" or chosen[0].finite is not chosen[0].head
        words = frame["state"] if state else frame["habit"]
    else:
        return []
    at = where.at
    if where.kind == "end":
        return [Change(at, at, f" {words}")]
    if where.kind == "commas":
        return [Change(at, at, f", {words},")]
    if where.kind == "end, comma":
        return [Change(at, at, f", {words}")]
    if where.kind == "inside":
        return [Change(at, at, f"{words} ")]
    first = re.compile(r"[*_]*([A-Za-z]+)").match(sentence, at)
    written = re.search(r"[^\W\d_]", sentence)
    if where.begins and (written is None or written[0].isupper()):
        words = words[:1].upper() + words[1:]
    ends = ", " if where.kind == "parenthesis" else " "
    found = [Change(at, at, words + ends)]
    if where.begins and first and first[1].lower() in table()["small_first"] and first[1][0].isupper():
        found.append(Change(first.start(1), first.start(1) + 1, first[1][0].lower()))
    return found


def _written(sentence: str, changes: list[Change]) -> str:
    """The sentence with the changes made; of two at one place the insertion stands first."""
    out, at = [], 0
    for change in sorted(changes, key=lambda c: (c.start, c.end)):
        out += [sentence[at : change.start], change.after]
        at = max(at, change.end)
    return "".join([*out, sentence[at:]])
