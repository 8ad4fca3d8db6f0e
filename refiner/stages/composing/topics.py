"""What a passage is about, in words fit for a question: people, places, things, what she did. Pure.

Topics come from the refined passage itself, so a question can say nothing that the answer's own note does not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from refiner.errors import RefinerError
from refiner.language.containing import Phrases
from refiner.language.inflect import blanks_before
from refiner.models import Person
from refiner.stages.composing.sentences import person_words
from refiner.stages.composing.text import listed, normal, to_you, words
from refiner.stages.composing.when import MONTHS

_CAPITAL = re.compile(r"(?<![\w'’])[A-Z][\w'’-]*(?:[ \t]+(?:of[ \t]+)?(?!I\b)(?=[A-Z])[A-Z][\w'’-]*)*")
_PLACE_BEFORE = re.compile(r"\b(?:in|near|outside|towards?)[ \t]+$")
_QUOTED = re.compile(r'"[^"]{1,400}"|“[^”]{1,400}”')
_KIN_TOPIC = re.compile(
    r"\b[Mm]y ((?:(?:elder|older|younger|little|big|best|late|old|first|only)\s+)?[a-z]+(?:-in-law)?)\b"
)
_NO_NAME = frozenset(
    [
        "i",
        "i'm",
        "i've",
        "i'd",
        "i'll",
        "mr",
        "mrs",
        "ms",
        "dr",
        "sir",
        "madam",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "god",
        "hers",
        "his",
        "mine",
        "ours",
        "theirs",
        "yours",
        "nobody",
        "somebody",
        "everybody",
        "everyone",
        "someone",
        "nothing",
        "everything",
        "something",
        "english",
        "ok",
    ]
) | {m.casefold() for m in MONTHS}
_NO_CHUNK = re.compile(
    r"(?:all|some|many|much|no|any|every|each|another|both|more|most|few|several|this|that|these|those|what|which|whose|how"
    r"|enough|such|half|only|same|other|one|two|three|four|five|six|seven|eight|nine|ten|\d\S*)\b",
    re.I,
)


@dataclass(frozen=True)
class Topic:
    """Words for a question: `words` fits after "about"."""

    kind: str  # person place topic
    words: str
    telling: bool = True  # whether one who has not read the note knows what is meant: not so for "the queue"


@dataclass(frozen=True)
class Noticed:
    """What a parse shows of a passage: its things, whether each is telling, and where a name only describes a thing."""

    things: tuple[tuple[str, bool], ...] = ()
    describing: tuple[tuple[int, int], ...] = ()
    central: tuple[int, ...] = ()  # where nouns begin that a main clause is about, or a place that it is at
    places: tuple[int, ...] = ()
    names: tuple[int, ...] = ()  # where a name begins a main clause as its subject


def notice(text: str) -> Noticed:
    """Reads a passage for `topics`."""
    doc = _doc(_unquoted(text))
    spots = tuple(
        (t.idx, t.idx + len(t.text))
        for t in doc or ()
        if t.text[:1].isupper() and (t.pos_ == "ADJ" or t.dep_ in ("amod", "compound", "nmod"))
    )
    central = tuple(t.idx for t in doc or () if _is_central(t))
    places = tuple(t.idx for t in doc or () if t.dep_ == "pobj" and t.head.dep_ == "prep" and _is_main(t.head.head))
    names = tuple(t.idx for t in doc or () if t.pos_ == "PROPN" and t.dep_ == "nsubj" and _is_main(t.head))
    return Noticed(tuple((t.words, t.telling) for t in _things(doc)), spots, central, places, names)


def _is_main(verb: Any) -> bool:
    """Whether a verb is that of a main clause."""
    if verb.dep_ in ("ccomp", "parataxis") and verb.i < verb.head.i:
        return _is_main(verb.head)  # "Con did not teach; he let you watch"
    return bool(verb.dep_ == "ROOT" or verb.dep_ == "conj" and _is_main(verb.head))


def _is_central(token: Any) -> bool:
    """Whether a main clause is about a noun: its subject or object, or all there is where there is no verb."""
    if token.pos_ not in ("NOUN", "PROPN"):
        return False
    if token.dep_ in ("nsubj", "nsubjpass", "dobj", "dative", "attr"):
        return _is_main(token.head)
    if token.dep_ == "compound":
        return _is_central(token.head)
    return bool(token.dep_ == "ROOT" or token.dep_ in ("appos", "conj") and token.head.dep_ == "ROOT" and token.i < 6)


def _unquoted(text: str) -> str:
    """The text with what stands in quotation marks blanked; places stay."""
    return _QUOTED.sub(lambda m: " " * (len(m[0]) - 1) + ".", text)


def _doc(text: str) -> Any:
    from refiner.language.parse import parse

    try:
        return parse(text)
    except RefinerError:  # no model installed: names and kin are found without one
        return None


def names_in(texts: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """(words that have a capital inside a sentence, words that stand in small letters) in a whole life, lower case.

    The first are names even where they begin a sentence; the second are none where they have a capital by chance.
    """
    named: set[str] = set()
    small: set[str] = set()
    for text in texts:
        small |= {w for w in words(text) if w[0].islower()}
        for match in _CAPITAL.finditer(text):
            if not _begins(text, match.start()):
                named |= {w.casefold() for w in match[0].split()}
    return frozenset(named - {w for w in named if w in small}), frozenset(small)


def _begins(text: str, at: int) -> bool:
    return not re.search(r"[\w,;)’'-][ \t]+$", text[max(0, blanks_before(text, at) - 1) : at])


class Known:
    """What a life knows of names, made ready once for all its passages."""

    def __init__(
        self,
        people: Iterable[Person],
        own_names: frozenset[str],
        life: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset()),
        titles: Iterable[str] = (),
    ) -> None:
        self.people = frozenset(n.casefold() for p in people for n in p.names)
        self.own_names, self.life = own_names, life
        self.titles = {t: n for n, t in enumerate(dict.fromkeys(t for t in titles if len(t) > 3))}
        self._phrases = Phrases(self.titles)

    def titles_in(self, text: str) -> list[str]:
        """The titles whose letters stand in a text, in the order in which they were given."""
        return sorted(self._phrases.inside(text), key=self.titles.__getitem__)


def topics(text: str, life: Known, noticed: Noticed | None = None) -> list[Topic]:
    """Topics of a passage, people first, then places, then things; none is the narrator.

    What stands in quotation marks is left out: in "my son", said by a father, nobody's son is meant but the narrator.
    """
    noticed = notice(text) if noticed is None else noticed
    text = _unquoted(text)
    known, (named_words, small_words) = life.people, life.life
    out: list[Topic] = []
    for title in life.titles_in(text):  # a title is one topic, not the names in it
        if re.search(rf"(?<!\w){re.escape(title)}(?!\w)", text):
            out.append(Topic("topic", title))
            text = text.replace(title, " " * len(title))
    for match in _CAPITAL.finditer(text):
        parts = re.sub(r"['’]s$|[’'-]+$", "", match[0]).split()
        the = bool(re.search(r"\bthe[ \t]+$", text[: match.start()]))
        sure = parts[0].casefold() in known or parts[0].casefold() in named_words or match.start() in noticed.names
        if _begins(text, match.start()) and not sure:
            the = parts[0] == "The" or the
            parts = parts[1:]  # a capital at the beginning of a sentence says nothing
        while parts and (parts[0].casefold() in _NO_NAME or parts[0] == "of"):
            parts = parts[1:]
        name = " ".join(parts)
        low = name.casefold()
        if not parts or len(name) < 3 or parts[0].casefold() in life.own_names or low in life.own_names:
            continue
        if len(parts) == 1 and low in small_words and low not in known:
            continue
        near = text[: match.start()]
        if low not in known and _describes(noticed, match.start(), match.end()):
            continue
        if the and low not in known:
            name = f"the {name}"
        span = range(match.start(), match.end())
        if re.search(r",[ \t]+$", near) and re.match(r"[,.?!]", text[match.end() : match.end() + 1]):
            continue  # somebody is spoken to
        central = any(i in span for i in noticed.central) or len(re.findall(rf"\b{re.escape(parts[-1])}\b", text)) > 1
        if low in known or parts[0].casefold() in known and len(parts) == 1:
            out.append(Topic("person", name, central))
        elif _PLACE_BEFORE.search(near):
            out.append(Topic("place", name, central or any(i in span for i in noticed.places)))
        else:
            out.append(Topic("topic", name, central))
    for match in _KIN_TOPIC.finditer(text):
        if match[1].split()[-1] in person_words() and text[match.end() : match.end() + 2] not in ("'s", "’s"):
            span = range(match.start(), match.end())
            central = any(i in span for i in noticed.central) or len(re.findall(rf"\b{match[1]}\b", text)) > 1
            named = re.match(r" ([A-Z][a-z]+)\b", text[match.end() :])
            if named:  # "my friend Imran": the name is what one asks for
                central = central or any(i in range(match.end(), match.end() + named.end()) for i in noticed.central)
            out.append(Topic("person", named[1] if named else f"your {match[1]}", central))
    out += [Topic("topic", said, telling) for said, telling in noticed.things]
    order = {"person": 0, "place": 1, "topic": 2}
    # The same words may be found twice: once telling is telling.
    first = {normal(t.words): t for t in reversed(sorted(out, key=lambda t: (order[t.kind], not t.telling)))}
    return sorted(first.values(), key=lambda t: (order[t.kind], out.index(t)))


def _describes(noticed: Noticed, start: int, end: int) -> bool:
    """Whether a capital word only says of what sort a thing is: "some Punjabi uncle", "an Alsatian dog"."""
    return (start, end) in noticed.describing


def _things(doc: object | None) -> list[Topic]:
    """Noun chunks that have a head worth asking for: "the neighbour's dog", "your first job"."""
    out = []
    for chunk in getattr(doc, "noun_chunks", ()):
        head, first = chunk.root, chunk[0]
        phrase = chunk.text.strip(" \"'“”‘’")
        low = head.text.casefold()
        if head.pos_ != "NOUN" or low in listed("dull") or low in person_words() or len(low) < 3:
            continue
        if _NO_CHUNK.match(phrase) or re.search(r"[^\w\s'’-]", phrase) or not 1 <= len(words(phrase)) <= 4:
            continue
        if first.pos_ not in ("DET", "PRON", "NOUN", "PROPN", "ADJ") or len(chunk) == 1 and head.tag_ != "NNS":
            continue  # "call", "height": too bare for a question
        if re.match(r"(?:his|her|its|their)\b", phrase, re.I):
            continue  # whose it is does not show in the question
        phrase = to_you(re.sub(r"^(?:an?|the)\s+", "the ", phrase, flags=re.I))
        if first.pos_ != "PROPN" and not phrase.split()[0].isupper() and "'s" not in phrase.split()[0]:
            phrase = phrase[:1].lower() + phrase[1:]
        if re.search(r"(?<!\w)['’]", phrase):
            continue  # a quotation mark that closes elsewhere
        named = re.match(r"your\b", phrase) or any(t.dep_ == "compound" or t.pos_ == "PROPN" for t in chunk)
        out.append(Topic("topic", phrase, bool(named) and _is_central(head)))
    return out


def rarest(found: Iterable[Topic], seen: Counter[str]) -> list[Topic]:
    """The topics in order of how few passages have them, which are the telling ones; kinds stay in their order."""
    order = {"person": 0, "place": 0, "topic": 1}
    return sorted(found, key=lambda t: (not t.telling, seen[normal(t.words)] > 3, order[t.kind], seen[normal(t.words)]))
