"""Which of two things an answer puts first."""

from __future__ import annotations

import re

from refiner.evaluate.patterns import anywhere
from refiner.evaluate.saying_years import Way
from refiner.evaluate.words import content, own_sentences, stem, tokens

_FIRST_ONE = re.compile(r"\b(?:first|former|earlier one|option (?:a|1|one)|number one|no\.? ?1)\b")
_SECOND_ONE = re.compile(r"\b(?:second|latter|last|other way round|option (?:b|2|two)|number two|no\.? ?2)\b")


_SAYS_FIRST = re.compile(r"\b(?:first|earlier|before|older|further back|longer ago|sooner|came|then|later|after)\b")
_POINTED = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"\bafter (?:that|this|which|it)\b(?! \w+ing)|\bfollowed by\b", "then"),
        (r"\b(?:years|months|long|some time) (?:on|afterwards|later|after(?=\s*[,.;!]|$))(?! than)\b", "then"),
        (r"\bby then\b", "beforehand"),
        (r"\b(?:before|prior to|earlier than) (?:that|this|it|which|then)\b", "beforehand"),
        (r"\b(?:earlier|older|longer ago) than\b|\bprecede[sd]?\b", "before"),
        (r"\b(?:later|younger|newer|more recent) than\b|\bfollow(?:s|ed)\b", "after"),
        (r"\b(?:did not|didn't|never) (?=[^,;.]* until\b)|\buntil (?=(?:\w+ )?after\b)", ""),
        (r"\bof (?:the|those|these) two\b|\bof both\b", ""),
        (r"(?:^|, ?)(?:and )?not (?:the |my |that )?[^,;.]+(?:[,;.]|$)", " "),
        (r"\bafter\s*(?=[.,;!]|$)", "later"),
    )
)
_PAST_THEN = re.compile(
    r"\b(?:over|past|behind|passed|gone|finished|long ago|older)\b|\b(?:was|were|had|been) (?:\w+ )?(?:long"
    r"|already)\b(?! before| after)|\bhad already\b"
)
_TO_COME = re.compile(
    r"\b(?:still to come|yet to come|not yet|more recent|newer|younger|next)\b|\bonly (?:from|since|in|began"
    r"|started|much|afterwards)\b"
)
_BEFORE = frozenset({"before", "preceded", "preceding", "prior", "precedes"})
_THEN = frozenset({"then", "later", "afterwards", "afterward", "next", "followed", "subsequently"})


def first_named(ask: str, text: str, first: tuple[str, ...], second: tuple[str, ...]) -> tuple[Way, str]:
    """Whether an answer says that `first` came before `second`; both are spellings of one thing.

    "A before B", "B after A", "A, then B", "A came first, B later", or A alone. Both without an order is "both".
    """
    a_words, b_words = _telling(first, second), _telling(second, first)
    verdicts: list[tuple[Way, str]] = []
    for sentence in map(_pointed, _joined(own_sentences(ask, text))):
        a, b = _places(sentence, a_words), _places(sentence, b_words)
        if not a and not b:
            one, two = _FIRST_ONE.search(sentence), _SECOND_ONE.search(sentence)
            order = _asked_order(ask, a_words, b_words)
            if bool(one) != bool(two) and order and not verdicts:
                verdicts.append(("right" if (order > 0) == bool(one) else "wrong", sentence[:60]))
            continue
        verdicts.append((_placed(sentence, a_words, b_words) or _order(sentence, a, b), sentence[:60]))
    said = [v for v in verdicts if v[0] != "none"]
    if not said:
        return "none", ""
    ways = {v[0] for v in said}
    if {"right", "wrong"} <= ways:
        if said[0][0] != "both" and not re.match(r"(?:no|actually|wait|or|sorry)\b", said[-1][1]):
            return said[0] if said[0][0] == said[-1][0] else ("both", "says both")
        return ("both", "says both")
    return next((v for v in said if v[0] in ("right", "wrong")), said[0])


def _telling(own: tuple[str, ...], other: tuple[str, ...]) -> frozenset[str]:
    """The stems that tell one option from the other; from eight spellings on only what stands in several would do."""
    theirs = {s for o in other for s in content(o)}
    for least in (0.3, 0.0):  # "you became always late" has only words that say little
        mine = {s for o in own for s, w in content(o).items() if w >= least} - theirs
        if mine:
            return frozenset(mine)
    return frozenset()


def _joined(parts: tuple[str, ...]) -> list[str]:
    """The sentences, with what is only asked back and then answered as one: "The sea? Later."."""
    out: list[str] = []
    for part in parts:
        if out and out[-1].endswith("?") and len(out[-1].split()) <= 6:
            asked_back = out.pop().rstrip("?")
            out.append(f"{asked_back} {part}" if len(part.split()) <= 4 else part)
        else:
            out.append(part)
    return out


def _pointed(sentence: str) -> str:
    """A sentence in which "after that" is "then" and "before it" is "beforehand", and what it was not is left out."""
    for pattern, instead in _POINTED:
        sentence = pattern.sub(instead, sentence)
    return sentence


def _places(sentence: str, stems: frozenset[str]) -> list[int]:
    """Where in a sentence, counted in words, an option is spoken of."""
    words = [stem(w) for w in tokens(sentence)]
    return [i for i, w in enumerate(words) if w in stems]


def _asked_order(ask: str, a: frozenset[str], b: frozenset[str]) -> int:
    """1 where the question names `a` first, -1 where `b`, 0 where it does not name both."""
    words = [stem(w) for w in tokens(ask)]
    in_a, in_b = [i for i, w in enumerate(words) if w in a], [i for i, w in enumerate(words) if w in b]
    return 0 if not in_a or not in_b else 1 if min(in_a) < min(in_b) else -1


def words_of_past(sentence: str) -> bool:
    """Whether a sentence can name what came first: told as past, or a piece without a verb of its own."""
    return not re.search(r"\b(?:is|are|am|leaves?|do|does|can|will)\b|'m\b", sentence) or bool(
        _SAYS_FIRST.search(sentence) or anywhere("PAST").search(sentence)
    )


def _placed(sentence: str, a_words: frozenset[str], b_words: frozenset[str]) -> Way | None:
    """By a clause that says of one thing that it was over by then, or still to come."""
    for clause in re.split(r"[,;]|\b(?:when|while|by the time(?: of)?)\b", sentence):
        past, ahead = _PAST_THEN.search(clause), _TO_COME.search(clause)
        a, b = _places(clause, a_words), _places(clause, b_words)
        if (past or ahead) and bool(a) != bool(b):
            return "right" if bool(a) == bool(past) else "wrong"
    return None


def _order(sentence: str, a: list[int], b: list[int]) -> Way:
    """What a sentence says of the order in which two things stood, given their places in it."""
    words = list(tokens(sentence))
    denied = bool(set(words) & {"not", "never", "wasn't", "didn't", "isn't"})

    def way(a_first: bool) -> Way:
        return "right" if a_first != denied else "wrong"

    if a and b:
        a_left = min(a) < min(b)
        left, right = min(*a, *b), min(b) if a_left else min(a)
        lead, between, after = set(words[:left]), set(words[left:right]), set(words[right:])
        if "beforehand" in between:
            return way(not a_left)
        if "before" in lead:  # "Before the fall there was the move"
            return way(not a_left)
        if "after" in lead or between & _BEFORE or between & _THEN or "1" in lead | between:
            return way(a_left)
        if "after" in between:
            return way(not a_left)
        if after & (_THEN | {"2"}):
            return way(a_left)
        return way(not a_left) if after & {"1", "earlier"} else "both"
    at = min(a or b)
    if denied or not words_of_past(sentence):
        return "none"
    near, rest = set(words[max(0, at - 3) : at]), set(words[at:])
    turned = bool(
        near & {"after", "later", "before", "2", "then", "next", "afterwards"}
        or rest & {"later", "2", "afterwards", "last"}
    )
    return way(bool(a) != turned)
