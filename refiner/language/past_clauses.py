"""The finite clauses of a sentence: their verb, its tense, whose clause it is and how it hangs on the others.

Read from the parse, which is not believed where it contradicts a short pattern: the narrator's verb is the first word
after "I" or "we" that is no adverb.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from refiner.language.past_forms import alike, known

Tense = Literal["present", "either", "past", "can", "modal", "perfect"]
Whose = Literal["narrator", "you", "other", "nobody"]
CLAUSES = ("ROOT", "conj", "advcl", "ccomp", "relcl", "acl", "pcomp", "csubj", "csubjpass", "parataxis", "dep", "pobj")
_SUBJECTS = ("nsubj", "nsubjpass", "csubj", "expl")
_FIRST = ("i", "we")


@dataclass(frozen=True)
class Clause:
    """A finite clause. `finite` carries the tense; it is `head` itself or its first auxiliary."""

    head: Any
    finite: Any
    tense: Tense
    whose: Whose
    subject: Any | None  # None where it is taken from the verb it is coordinated with
    got: Any | None = None  # the second word of "have got"

    @property
    def main(self) -> bool:
        """Whether it is a main clause: the root, or coordinated with it."""
        top = first_of(self.head, "conj", "parataxis", "dep")
        return bool(top.dep_ == "ROOT") or _spliced(top)


def _spliced(head: Any) -> bool:
    """Whether a clause read as the content of the next one only stands before it: "I am shy, I stammer"."""
    if head.dep_ != "ccomp" or head.head.dep_ != "ROOT" or head.i > head.head.i:
        return False
    if any(c.dep_ == "mark" for c in head.children):
        return False
    return any(c.tag_ in (",", ":") and head.i < c.i for c in head.head.children if c.i < head.head.i)


def first_of(token: Any, *relations: str) -> Any:
    """The word that a chain of these relations leads up to; a root may bear any of them, and ends it."""
    while token.dep_ in relations and token.head.i != token.i:
        token = token.head
    return token


def subject_of(head: Any) -> Any | None:
    """The subject that the verb has of its own, None where it has none."""
    found = [c for c in head.children if c.dep_ in _SUBJECTS]
    expletive = next((c for c in found if c.dep_ == "expl"), None)
    return expletive if expletive is not None else found[0] if found else None


def whose(subject: Any | None) -> Whose:
    """Whose clause it is, by its subject: "I", "we", "my sister and I", "me and my brother" are the narrator."""
    if subject is None:
        return "nobody"
    if subject.lower_ in _FIRST:
        return "narrator"
    if subject.lower_ == "you":
        return "you"
    return "narrator" if any(c.lower_ in ("i", "me") for c in _joined(subject)) else "other"


def _joined(noun: Any) -> Iterator[Any]:
    """The noun and what is coordinated with it."""
    yield noun
    for child in noun.children:
        if child.dep_ == "conj" and child.pos_ in ("NOUN", "PROPN", "PRON"):
            yield from _joined(child)


def clauses(doc: Any) -> list[Clause] | None:
    """Every finite clause in order of its verb; None where a finite verb belongs to no clause that can be read."""
    found: dict[int, Clause] = {}
    for token in doc:
        if token.dep_ in CLAUSES and token.pos_ in ("VERB", "AUX", "NOUN", "ADJ", "PROPN", "INTJ", "X", "ADV", "ADP"):
            clause = _clause(token, found)
            if clause is not None:
                found[token.i] = clause
    taken = {c.finite.i for c in found.values()}
    if any(t.tag_ in ("VBP", "VBZ", "MD") and t.i not in taken and not shares_auxiliary(t) for t in doc):
        return None
    subjects = {c.subject.i for c in found.values() if c.subject is not None}
    if any(t.lower_ in _FIRST and t.i not in subjects and not _in_subject(t, found) for t in doc):
        return None
    return sorted(found.values(), key=lambda c: int(c.finite.i))


def _clause(head: Any, before: dict[int, Clause]) -> Clause | None:
    subject = subject_of(head)
    owner = whose(subject)
    parent = before.get(head.head.i) if head.dep_ in ("conj", "dep") else None
    if subject is None and parent is not None:
        owner = parent.whose
    auxiliaries = [c for c in head.children if c.dep_ in ("aux", "auxpass") and c.i < head.i]
    if auxiliaries:
        first = min(auxiliaries, key=lambda t: int(t.i))
        return _with_auxiliary(head, first, owner, subject)
    if head.pos_ not in ("VERB", "AUX") and not read_as_noun(head):
        return None
    tag = "VBP" if read_as_noun(head) else head.tag_
    if tag in ("VBP", "VBZ"):
        if alike(head.lower_):
            return Clause(head, head, "either", owner, subject)
        return Clause(head, head, "present", owner, subject)
    if tag in ("VB", "VBD", "VBN") and alike(head.lower_) and (subject is not None or parent is not None):
        if tag == "VB" and subject is None and parent is not None and parent.finite is not parent.head:
            return None
        return Clause(head, head, "either", owner, subject)
    if tag == "VBD":
        return Clause(head, head, "past", owner, subject)
    if tag == "VB" and subject is not None and subject.lower_ in _FIRST:
        return Clause(head, head, "present", owner, subject)
    if tag == "VB" and subject is None and parent is not None and parent.finite is parent.head:
        return Clause(head, head, "present", owner, subject)
    return None


def _with_auxiliary(head: Any, first: Any, owner: Whose, subject: Any | None) -> Clause | None:
    if first.tag_ == "TO" or first.tag_ in ("VBG", "VBN", "VB"):
        return None
    if first.tag_ == "MD" or first.lower_ in ("'ll", "'d"):
        tense: Tense = "can" if first.lower_ in ("can", "ca") else "modal"
        return Clause(head, first, tense, owner, subject)
    if first.tag_ == "VBD":
        return Clause(head, first, "past", owner, subject)
    if first.lower_ in ("have", "has", "'ve") or first.lower_ == "'s" and first.lemma_ == "have":
        if head.lower_ == "got" and owner == "narrator":
            return Clause(head, first, "present", owner, subject, got=head)
        return Clause(head, first, "perfect", owner, subject)
    if head.lower_ == "got":  # "he's got", the "'s" read as "is"
        return Clause(head, first, "perfect", owner, subject)
    return Clause(head, first, "present", owner, subject)


def read_as_noun(token: Any) -> bool:
    """Whether a word tagged as a noun is the narrator's next verb: "I smoke and drink", "and I blush"."""
    if token.tag_ != "NN" or not known(token.lower_) or token.dep_ != "conj" or token.head.pos_ not in ("VERB", "AUX"):
        return False
    if any(c.dep_ in ("det", "poss", "amod", "compound", "nummod") for c in token.children):
        return False
    subject = subject_of(token)
    if subject is not None:
        return bool(subject.lower_ in _FIRST and subject.i == token.i - 1)
    joint = token.doc[token.i - 1]
    if joint.tag_ != "CC" or token.head.tag_ not in ("VBP", "VBZ") or joint.i < 1:
        return False
    last = token.doc[joint.i - 1]
    after = token.doc[token.i + 1] if token.i + 1 < len(token.doc) else token
    return bool(last.i == token.head.i or last.tag_ in ("RB", "NNP") or after.tag_ in ("IN", "RB"))


def shares_auxiliary(token: Any) -> bool:
    """Whether a verb tagged as finite shares the auxiliary before it: "I do not smoke or drink"."""
    return bool(
        token.dep_ == "conj"
        and token.tag_ == "VBP"
        and any(c.dep_ == "aux" for c in token.head.children)
        and any(c.lower_ in ("or", "nor") for c in token.head.children)
    )


def _in_subject(pronoun: Any, found: dict[int, Clause]) -> bool:
    """Whether the pronoun is one of several that are the subject together, or stands behind it ("my wife and I")."""
    noun = first_of(pronoun, "conj", "appos")
    return any(c.subject is not None and c.subject.i == noun.i for c in found.values())


def stands_behind_subject(clause: Clause) -> bool:
    """Whether the finite verb is the first word after the narrator that is no adverb, as it must be."""
    if clause.subject is None:
        return True
    last = max((t.i for t in clause.subject.subtree if t.i < clause.finite.i), default=clause.subject.i)
    if clause.subject.i > clause.finite.i:
        return False
    between = clause.subject.doc[last + 1 : clause.finite.i]
    return all(t.tag_ in ("RB", "RBR", "DT", "PDT") or t.is_space or t.lower_ in ("all", "both") for t in between)
