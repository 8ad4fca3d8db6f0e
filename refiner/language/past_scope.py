"""Which finite verbs of a sentence go into the past together when its main clause does, and where that is not certain.

The main clauses must all be the narrator's and in the present. What depends on them follows: the narrator's own
clauses, what was thought ("I think dogs are" → "thought dogs were"), when it was, and relative clauses without a comma.
A clause in the past stays. Anything else makes the whole sentence uncertain.
"""

from __future__ import annotations

import re
from typing import Any

from refiner.language.past_clauses import Clause, clauses, first_of, stands_behind_subject
from refiner.language.past_doubt import misread_plural, uncertain_coordination
from refiner.language.past_words import table


def at_a_moment(before: str) -> bool:
    """Whether the words that end here open a clause of time: "every time", "as soon as"."""
    return re.search(rf"\b(?:{'|'.join(table()['moments'])})$", before, re.IGNORECASE) is not None


def scope(doc: Any) -> list[Clause] | None:
    """The clauses to shift, in order; None where the sentence is not one to shift, or not certainly."""
    found = clauses(doc)
    if not found or uncertain_coordination(doc, found) or misread_plural(doc):
        return None
    mains = [c for c in found if c.main]
    if not mains or not all(_main_can_shift(c) for c in mains):
        return None
    by_head = {c.head.i: c for c in found}
    shifted: set[int] = {c.head.i for c in mains}
    for clause in sorted((c for c in found if not c.main), key=_depth):
        decision = _dependent(clause, by_head, shifted)
        if decision is None:
            return None
        if decision:
            shifted.add(clause.head.i)
    if _unread_conjunction(doc, found):
        return None
    chosen = [c for c in found if c.head.i in shifted]
    return chosen if any(c.tense in ("present", "can") for c in chosen) else None


def _unread_conjunction(doc: Any, found: list[Clause]) -> bool:
    """Whether "when" or "because" opens a clause whose verb was not read as one."""
    heads = {c.head.i for c in found}
    for token in doc:
        if token.lower_ in (*table()["temporal"][:3], *table()["reasons"]) and token.lower_ != "as":
            after = doc[token.i + 1] if token.i + 1 < len(doc) else None
            bare = after is not None and after.tag_ in ("VBG", "VBN", "JJ", "IN", "TO")
            if not bare and token.head.i not in heads:
                return True
    return False


def _depth(clause: Clause) -> int:
    return sum(1 for _ in clause.head.ancestors)


def _main_can_shift(clause: Clause) -> bool:
    if clause.whose != "narrator" or clause.tense not in ("present", "either", "can"):
        return False
    if not stands_behind_subject(clause) or _bare(clause):
        return False
    lemma = clause.head.lemma_.lower()
    content = [c for c in clause.head.children if c.dep_ == "ccomp"]
    if content and lemma in table()["tells"]:
        return False
    if not any(c.i < clause.head.i for c in content):
        return True
    says = [c.lower_ for c in clause.head.children if c.dep_ in ("acomp", "attr")] + [clause.head.lower_]
    return lemma not in table()["comments"] and not any(w in table()["comment_adjectives"] for w in says)


def _bare(clause: Clause) -> bool:
    """Whether nothing is said but an auxiliary: "I do not.", "I am.": what it stands for is in another sentence."""
    head = clause.head
    if head.lower_ not in ("am", "are", "'m", "'re", "do", "have", "'ve", "can", "ca"):
        return False
    return all(c.dep_ in ("nsubj", "neg", "punct", "cc", "conj", "advmod", "aux", "intj") for c in head.children)


def _dependent(clause: Clause, by_head: dict[int, Clause], shifted: set[int]) -> bool | None:
    """Whether a dependent clause is shifted (True), stays (False) or makes the sentence uncertain (None)."""
    if clause.whose == "you" or clause.whose == "nobody" and clause.head.dep_ != "conj":
        return None
    if not stands_behind_subject(clause) and not _relative(clause):
        return None
    top = first_of(clause.head, "conj")
    if top.i != clause.head.i and top.i in by_head:  # coordinated with a dependent clause: goes as that one goes
        first = by_head[top.i]
        return (top.i in shifted) if clause.tense == first.tense else None
    if not any(a.i in shifted for a in top.ancestors):
        return None
    kind = top.dep_
    if clause.tense == "past":
        return False if kind == "relcl" or kind == "advcl" and _marks(clause, top) else None
    if clause.tense in ("modal", "perfect"):
        return None
    if kind == "ccomp":
        return _content(clause, top)
    if kind == "relcl":
        return True if clause.whose == "narrator" or not _after_comma(top) else None
    if kind == "advcl":
        return _adverbial(clause, top)
    if kind in ("pcomp", "csubj", "csubjpass", "pobj", "acl"):
        return True
    return None


def _content(clause: Clause, top: Any) -> bool | None:
    governor = top.head
    if governor.lemma_.lower() in table()["tells"]:
        return None
    if any(t.i < governor.i for t in (clause.finite,)) and clause.whose != "narrator":
        return None
    return True


def _adverbial(clause: Clause, top: Any) -> bool | None:
    marks = _marks(clause, top)
    start = min(t.idx for t in top.subtree)
    before = top.doc.text[:start].rstrip()
    if any(m in table()["temporal"] for m in marks) or at_a_moment(before):
        return True
    if any(m in table()["reasons"] for m in marks) or any(c.lower_ in ("than", "as") for c in top.children):
        return True if clause.whose == "narrator" or _particular(clause.subject) else None
    return True if clause.whose == "narrator" and not marks else None


def _marks(clause: Clause, top: Any) -> list[str]:
    """The words that may open the adverbial clause: "because", "when"."""
    return [c.lower_ for c in top.children if c.dep_ in ("mark", "advmod") and c.i < clause.finite.i]


def _particular(subject: Any | None) -> bool:
    """Whether the subject is somebody or something in particular, so that the clause says no general truth."""
    if (
        subject is None
        or subject.tag_ in ("NNS", "NN")
        and not any(c.dep_ in ("det", "poss") for c in subject.children)
    ):
        return False
    return subject.lower_ not in ("they", "it", "this", "that", "people", "one")


def _relative(clause: Clause) -> bool:
    return bool(clause.head.dep_ == "relcl" or clause.subject is not None and clause.subject.tag_ in ("WDT", "WP"))


def _after_comma(head: Any) -> bool:
    """Whether the relative clause is set off by a comma or a dash, so that it only adds something."""
    first = min(t.i for t in head.subtree)
    return first > 0 and head.doc[first - 1].tag_ in (",", ":", "-LRB-", "HYPH")
