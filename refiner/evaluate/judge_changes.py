"""A told passage changed by rule: what it says kept and reworded, or made false. "" where no rule is safe. Pure."""

from __future__ import annotations

import difflib
import random
import re
from collections.abc import Iterator, Sequence

from refiner.evaluate.material import Material
from refiner.language.lexicon import noun
from refiner.models import Gender
from refiner.notes import note_from_text

_SHORT = (
    ("did not", "didn't"), ("do not", "don't"), ("does not", "doesn't"), ("was not", "wasn't"), ("were not", "weren't"),
    ("could not", "couldn't"), ("would not", "wouldn't"), ("cannot", "can't"), ("is not", "isn't"), ("I am", "I'm"),
    ("I have been", "I've been"), ("I had been", "I'd been"), ("it is", "it's"), ("I will", "I'll"),
)  # fmt: skip
_LEADING = re.compile(
    r"^(In|On|At|During|After|Before|Since|Until|When|Once|By)\b([^,.;:!?\n\"“”]{2,60}),\s+(I|we|my|the|it|there)\b(.*)$",
    re.DOTALL,
)
_YEAR = re.compile(r"(?<![\d-])(?:19[3-9]\d|20[0-4]\d)(?![\d-])")
_BE = r"(?:am|was|were|could|can|would|will|shall|should|must|might|may)(?=\s+[a-z])"
_SAYS = re.compile(
    rf"\bI(?:['’](?:m|ve|d|ll)|\s+{_BE})?(?=\s+(?!(?:in|on|at|and|or|with|to|of|for|from|by|the|an?)\b)[a-z])"
)
_NEGATED = re.compile(r"\b(?:not|never|no|nobody|nothing|none|neither|nor|without|cannot)\b|n['’]t\b", re.IGNORECASE)
OVER = re.compile(r"\b(?:no longer|any ?more|no more|never again|used to|is over|was over)\b", re.IGNORECASE)
_SELF = re.compile(r"\b(?:I|me|my)\b")
_QUOTED = re.compile(r"[\"“”]")
_PRONOUNS: dict[Gender, frozenset[str]] = {
    "male": frozenset({"he", "him", "his", "himself"}), "female": frozenset({"she", "her", "hers", "herself"}),
}  # fmt: skip
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def reworded(text: str) -> str:
    """The same said with other words or in another order: short forms written out or the other way round, and a time
    from the front of a sentence put at its end."""
    out = " ".join(_time_last(s) for s in _SENTENCE.split(text))
    for long, short in _SHORT:
        for a, b in ((long, short), (short, long)):
            if re.search(rf"\b{a}\b", out):
                out = re.sub(rf"\b{a}\b", b, out)
                break
    return out if out != text else ""


def _time_last(sentence: str) -> str:
    match = _LEADING.match(sentence)
    if match is None or not (end := re.search(r"([.!?])$", match[4])):
        return sentence
    first = match[3][0].upper() + match[3][1:]
    return f"{first}{match[4][: end.start()]}, {match[1].lower()}{match[2]}{end[1]}"


def other_year(text: str, choose: random.Random, last: int) -> str:
    """The same with every year moved by the same number of years, at least two; none later than `last`."""
    years = [int(y) for y in _YEAR.findall(text)]
    if not years:
        return ""
    by = [n for n in (-7, -5, -4, -3, -2, 2, 3, 4, 5, 7) if max(years) + n <= last] or [-3]
    moved = choose.choice(by)
    return _YEAR.sub(lambda m: str(int(m[0]) + moved), text)


def other_person(text: str, material: Material, choose: random.Random) -> str:
    """The same with somebody else of that life in the place of a person who is named."""
    named = [(n, p) for p in material.people for n in p.names if n[:1].isupper() and n != material.her]
    there = [(n, p) for n, p in named if re.search(rf"\b{re.escape(n)}\b", text)]
    if not there:
        return ""
    name, person = choose.choice(there)
    others = [n for n, p in named if p is not person and p.gender == person.gender and n not in text]
    others = others or [n for n, p in named if p is not person and n not in text]
    return re.sub(rf"\b{re.escape(name)}\b", choose.choice(others), text) if others else ""


def negated(text: str) -> str:
    """The same with what its first plain sentence about "I" says denied: "I never went" for "I went"."""
    sentences = _SENTENCE.split(text)
    for at, sentence in enumerate(sentences):
        if _NEGATED.search(sentence) or _QUOTED.search(sentence) or sentence.endswith("?"):
            continue
        changed, count = _SAYS.subn(lambda m: f"{m[0]} never", sentence, count=1)
        if count:
            return " ".join([*sentences[:at], changed, *sentences[at + 1 :]])
    return ""


def two_versions(material: Material) -> Iterator[tuple[str, str, str]]:
    """Sentences of hers and as they were written, that speak of her and in which one noun tells the gender: (note,
    refined, raw)."""
    before, after = material.config.persona.before.gender, material.config.persona.after.gender
    for note in sorted(material.texts):
        refined, raw = _sentences(material.texts[note]), _sentences(material.raw.get(note, ""))
        same = difflib.SequenceMatcher(None, raw, refined, autojunk=False)
        for tag, a, b, c, d in same.get_opcodes():
            if tag != "replace" or b - a != d - c:
                continue
            for old, new in zip(raw[a:b], refined[c:d], strict=True):
                gone, come = _words(old) - _words(new), _words(new) - _words(old)
                if _words(new) & _PRONOUNS[before] or not _SELF.search(new):
                    continue  # somebody else, or an edit that was not approved
                alike = difflib.SequenceMatcher(None, old, new, autojunk=False).ratio()
                if alike > 0.6 and _says(gone, before) and _says(come, after):
                    yield note, new, old


def _says(words: set[str], gender: Gender) -> bool:
    """Whether one of some words is a noun for one person of a gender; "ladies" is what a door says."""
    return any(found is not None and not found.plural for found in (noun(w, gender) for w in words))


def _sentences(text: str) -> Sequence[str]:
    return [s.text for s in note_from_text(text).sentences]


def _words(text: str) -> set[str]:
    return {w.casefold() for w in re.findall(r"[^\W\d_]+", text)}
