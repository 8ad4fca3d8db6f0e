"""The form that stands there instead: case, articles, pronouns, plural, possessive. Pure."""

from __future__ import annotations

import re
from typing import Any

from refiner.language import lexicon
from refiner.models import Gender


def match_case(before: str, after: str) -> str:
    """`after` in the case of `before`: lower, Capitalised, Title Case or ALL CAPS."""
    letters = [c for c in before if c.isalpha()]
    if not letters or not after:
        return after
    if len(letters) > 1 and all(c.isupper() for c in letters):
        return after.upper()
    starts = [w[0] for w in re.findall(r"[^\W\d_]+", before)]
    if len(starts) > 1 and all(c.isupper() for c in starts):
        return re.sub(r"(?<![\w'’])[^\W\d_]", lambda m: m[0].upper(), after)
    if letters[0].isupper():
        at = next(i for i, c in enumerate(after) if c.isalpha()) if any(c.isalpha() for c in after) else 0
        return after[:at] + after[at : at + 1].upper() + after[at + 1 :]
    return after


def name_case(before: str, after: str) -> str:
    """A name keeps its own capitals, unless the note writes it small or large throughout."""
    letters = [c for c in before if c.isalpha()]
    if letters and all(c.islower() for c in letters):
        return after.lower()
    if len(letters) > 1 and all(c.isupper() for c in letters):
        return after.upper()
    return after


def starts_with_vowel_sound(word: str) -> bool:
    """Whether "an" goes before `word`; the common exceptions only."""
    low = word.casefold()
    if re.match(r"(?:uni|use|usu|euro|one\b|once|u\.|ewe)", low):
        return False
    if re.match(r"(?:hour|honest|honour|honor|heir)", low):
        return True
    return low[:1] in "aeiou"


def fix_article(text: str, start: int, before: str, after: str) -> tuple[int, str]:
    """Where the edit begins and what it writes, the article before it included where it must change."""
    low = max(0, blanks_before(text, start) - 3)  # an article, and what must be no letter before it
    match = re.search(r"(?<![\w'’])(an?)([ \t]+)$", text[low:start], re.IGNORECASE)
    if not match or not after or not after[0].isalnum():
        return start, after
    had, has = starts_with_vowel_sound(before), starts_with_vowel_sound(after)
    if had == has:
        return start, after
    article = "an" if has else "a"
    if match[1].isupper() and len(match[1]) > 1 or (match[1] == "A" and before.isupper() and len(before) > 1):
        article = article.upper()
    elif match[1][0].isupper():
        article = article.capitalize()
    return low + match.start(1), article + match[2] + after


def blanks_before(text: str, at: int) -> int:
    """Where the blanks begin that stand directly before a place, or before one line end there.

    For patterns that end in `[ \\t]+$`: from here on, and no more than what they want before the blanks, is all that
    they need to see. Searched from the beginning of a note they would take longer with each sentence.
    """
    at -= text[at - 1 : at] == "\n"
    while at > 0 and text[at - 1] in " \t":
        at -= 1
    return at


def pronoun(word: str, to: Gender, possessive_before_noun: bool) -> str:
    """The pronoun of the other gender in the case of `word`; his and her need to know whether a noun follows."""
    low = word.casefold()
    if low == "his":
        after = "her" if possessive_before_noun else "hers"
    elif low == "her":
        after = "his" if possessive_before_noun else "him"
    else:
        after = str(lexicon.data()["pronoun"][lexicon.other(to)][low])
    return match_case(word, after) if len(word) > 1 else after


def before_noun(t: Any) -> bool:
    """Whether his or her stands before its noun (her/his) or alone (hers, her/him). Tag first, then what follows."""
    if t.lower_ == "her":
        if t.tag_ == "PRP$":
            nxt = _next(t)
            if _receives(t):
                return False
            return not (
                nxt is None
                or nxt.is_punct
                and nxt.text not in "\"'“‘"
                or nxt.lower_
                in (
                    "nothing",
                    "something",
                    "everything",
                    "anything",
                    "all",
                    "how",
                    "what",
                    "why",
                    "where",
                    "never",
                    "always",
                    "to",
                    "and",
                    "that",
                    "if",
                    "when",
                    "in",
                    "on",
                    "at",
                    "with",
                    "for",
                    "because",
                    "who",
                )
            )
        nxt = _next(t)
        return bool(nxt is not None and nxt.pos_ == "NOUN" and t.dep_ == "poss" and nxt.head.i != t.head.i)
    if t.lower_ == "his":
        nxt = _next(t)
        if nxt is None or nxt.is_punct and nxt.text not in "\"'“‘(" and not re.match(r"[*_]", nxt.text):
            return False
        if nxt.lower_ in (
            "too",
            "also",
            "now",
            "again",
            "alone",
            "then",
            "already",
            "still",
            "once",
            "as",
            "than",
            "and",
            "but",
            "or",
        ):
            return False
        return not (t.dep_ != "poss" and nxt.pos_ in ("VERB", "AUX", "ADP", "CCONJ", "SCONJ", "PRON"))
    return False


def _receives(t: Any) -> bool:
    """Whether "her" before a noun is the one who gets it: "we give her time", "I bring her lunch"."""
    noun = t.head
    verb = noun.head
    if t.dep_ != "poss" or noun.dep_ not in ("dobj", "dative") or verb.pos_ != "VERB":
        return False
    if noun.lower_ not in lexicon.words("receiver", "fare") or verb.lemma_ not in lexicon.words("receiver", "verbs"):
        return False
    return all(c.lower_ != "she" for c in verb.children if c.dep_ == "nsubj")


def _next(t: Any) -> Any | None:
    i = t.i + 1
    while i < len(t.doc) and t.doc[i].is_space:
        i += 1
    return t.doc[i] if i < len(t.doc) else None
