"""Who else is there: every mention of a person in a block, with gender where it shows. They compete for a pronoun."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from refiner.language import lexicon
from refiner.language.parse import entity_type
from refiner.language.scene import Scene
from refiner.models import Gender

_PLACES = {
    "GPE",
    "LOC",
    "FAC",
    "DATE",
    "TIME",
    "LANGUAGE",
    "NORP",
    "MONEY",
    "QUANTITY",
    "ORDINAL",
    "CARDINAL",
    "PERCENT",
    "LAW",
    "WORK_OF_ART",
    "EVENT",
}
_THINGS = {"compound", "nmod"}
_HUMAN = (
    "ask",
    "say",
    "tell",
    "see",
    "know",
    "think",
    "want",
    "call",
    "shout",
    "laugh",
    "smile",
    "reply",
    "answer",
    "promise",
    "believe",
)
_TITLED = re.compile(
    r"(?:Mrs?|Ms|Miss|Dr|Herr|Frau|Monsieur|Madame|Mme|Se[ñn]ora?|Signora?|Fr|Sr|Prof|Capt|Col|Major|Captain|Colonel|Judge|Justice|Shri|Smt|Alhaji|Chief|Dona|Don)\.?"
)
_LEADS = (
    "also",
    "and",
    "but",
    "then",
    "so",
    "when",
    "that",
    "because",
    "if",
    "as",
    "while",
    "now",
    "today",
    "yesterday",
)
_PARENT = re.compile(
    r"\b(?:[sdwh]/o|son of|daughter of|wife of|husband of)\s+(?:(?:[Ss]hri|[Ss]mt|Mrs?|Ms|Dr|[Tt]he|[Ll]ate)\.?\s+)*"
    r"(?:[A-Z][\w.]*\s+){0,2}$"
)


@dataclass(frozen=True)
class Mention:
    """A person in the text. `key` tells people apart: "narrator", a name, a head noun. `sent` counts in the block."""

    start: int
    end: int
    key: str
    gender: Gender | None
    sent: int
    role: str  # subj obj other
    plural: bool = False
    token: Any = None
    pronoun: bool = False
    quoted: bool = False


def role_of(token: Any) -> str:
    """Subject, object or other, by the parse. "The barber's name was Juma" is about Juma, whatever its subject."""
    if token.dep_ == "attr" and any(c.lower_ == "name" and c.dep_ == "nsubj" for c in token.head.children):
        return "subj"
    if token.dep_ in ("nsubj", "nsubjpass", "ROOT"):
        return "subj"
    if token.dep_ in ("conj", "appos") and token.head.dep_ in ("nsubj", "nsubjpass"):
        return "subj"
    return "obj" if token.dep_ in ("dobj", "dative", "iobj") else "other"


def sentence_index(doc: Any) -> list[int]:
    """For each token the number of its sentence in the block."""
    out = []
    for i, s in enumerate(doc.sents):
        out += [i] * len(s)
    return out


def token_gender(token: Any, known: dict[str, Gender]) -> Gender | None:
    """The gender that a pronoun, a noun or a common name says."""
    if token.pos_ == "PROPN" or token.text[:1].isupper() and not token.is_sent_start:
        return known.get(token.lower_) or lexicon.gender_of_name(token.text) or lexicon.gender_of_word(token.lower_)
    return lexicon.gender_of_word(token.lower_)


def people(scene: Scene, index: int) -> list[Mention]:
    """The persons mentioned in block `index`, the narrator's names and "I" among them, in order."""
    block = scene.blocks[index]
    doc = scene.doc(block)
    sents = sentence_index(doc)
    out: list[Mention] = []
    surname = -1
    for t in doc:
        if t.is_space or t.is_punct or t.i == surname:
            continue
        start, end = scene.at(block, t)
        quoted = scene.quoted(start)
        low = t.lower_
        common = dict(sent=sents[t.i], role=role_of(t), token=t, quoted=quoted)
        if scene.is_name(start, end):
            head = t
            while head.dep_ in ("compound", "nmod") and head.head.pos_ == "PROPN" and head.head.i > head.i:
                head = head.head  # the surname carries the role
            if head.i != t.i:
                common |= dict(role=role_of(head), token=head)
                surname = head.i
            if not (out and out[-1].key == "narrator" and out[-1].end + 1 >= start and not out[-1].pronoun):
                out.append(Mention(start, end, "narrator", scene.gender, **common))
        elif low in ("he", "him", "himself", "his", "she", "her", "herself", "hers"):
            gender: Gender = "male" if low[0] == "h" and low[1] == "i" or low == "he" else "female"
            out.append(Mention(start, end, "?", gender, pronoun=True, **common))
        elif out and out[-1].key == "narrator" and not out[-1].pronoun and _beside(scene.text, out[-1].end, t, start):
            continue  # "Arjun Rao, treasurer, came": the same person
        elif scene.base.speaker.role == "other" and not quoted and t.text[:1].isupper() and low in scene.called_by_name:
            out.append(Mention(start, end, "narrator", scene.gender, **common))  # "Bhaiya wants us all to write"
        elif _PARENT.search(scene.text[max(block.start, start - 40) : start]):
            continue  # "s/o Shri Harish Rawat": who the father is, and not whom a pronoun means
        elif quoted and low in scene.my_roles and any(c.lower_ in ("the", "this", "our") for c in t.children):
            out.append(Mention(start, end, "narrator", scene.gender, **common))
        elif (
            low == "one"
            and quoted
            and any(c.dep_ == "amod" for c in t.children)
            and any(c.dep_ == "det" for c in t.children)
        ):
            out.append(Mention(start, end, "one", None, **common))
        elif low in scene.labels:
            out.append(Mention(start, end, low, lexicon.gender_of_name(t.text), **common))
        elif low in ("i", "me", "my", "myself", "mine") and t.pos_ == "PRON":
            out.append(Mention(start, end, "I", None, pronoun=True, **common))
        elif (
            scene.names.last[0] and t.text == scene.names.last[0] and scene.base.speaker.role == "other" and not quoted
        ):
            out.append(Mention(start, end, "narrator", scene.gender, **common))
        elif t.pos_ == "NOUN" and t.dep_ == "nsubj" and t.text[:1].isupper() and t.i and t.nbor(-1).lower_ in _LEADS:
            out.append(Mention(start, end, low, scene.known.get(low), **common))  # a name that no tagger knows
        elif t.text[:1].isupper() and (
            t.pos_ == "PROPN" or low in scene.known or lexicon.gender_of_name(t.text) and not t.is_sent_start
        ):
            if (
                t.dep_ in _THINGS
                and t.head.pos_ == "PROPN"
                and not lexicon.gender_of_name(t.text)
                or entity_type(t) in _PLACES
                and not _acts(t)
            ):
                continue
            gender_ = token_gender(t, scene.known)
            named = gender_ is not None or entity_type(t) == "PERSON"
            titled = t.i and _TITLED.fullmatch(t.nbor(-1).text) is not None
            place = not titled and (
                t.dep_ == "pobj"
                and t.head.lower_ in ("to", "in", "at", "from", "near", "into", "via", "through", "of", "on", "off")
                and not named
            )
            person = (
                named
                or t.dep_ in ("nsubj", "nsubjpass", "conj", "appos", "dobj", "dative", "poss", "pobj")
                and entity_type(t) in ("", "ORG", "PRODUCT")
                or _acts(t)
            )
            if person and not place and not (t.i and t.nbor(-1).lower_ in ("the", "(")):
                out.append(Mention(start, end, low, gender_, **common))
        elif low in lexicon.words("address", "after_name") and t.i and scene.is_name(*scene.at(block, t.nbor(-1))):
            continue  # "Arjun bhai": no second person
        elif (
            t.pos_ == "NOUN"
            and t.dep_ == "nsubj"
            and t.tag_ == "NN"
            and t.head.lemma_ in _HUMAN
            and not lexicon.is_role(low)
            and any(c.lower_ in ("my", "his", "her", "our", "your") for c in t.children)
        ):
            out.append(Mention(start, end, low, None, **common))  # "my oga": a word that no list has
        elif t.pos_ in ("NOUN", "PROPN") and (t.dep_ not in _THINGS or _subject_after_all(t)) and lexicon.is_role(low):
            plural = t.tag_ in ("NNS", "NNPS")
            gender_ = token_gender(t, scene.known) or (None if plural else scene.role_genders.get(low))
            out.append(Mention(start, end, t.lemma_.lower(), gender_, plural=plural, **common))
    return out


def _acts(token: Any) -> bool:
    """Whether a name taken for a place does what people do ("Tomasz left his"): a rival too many costs a question."""
    return (
        token.dep_ == "nsubj"
        and token.tag_ == "NNP"
        and entity_type(token) in ("GPE", "LOC", "FAC", "NORP", "LANGUAGE")
        and token.head.lemma_
        in (
            *_HUMAN,
            "leave",
            "bring",
            "take",
            "give",
            "lend",
            "forget",
            "lose",
            "come",
            "sit",
            "write",
            "read",
            "have",
            "keep",
        )
    )


def _subject_after_all(token: Any) -> bool:
    """ "A nephew rings on Sundays", read as one plural noun: "a" goes with no plural, so the second word is a verb."""
    head = token.head
    return (
        head.tag_ == "NNS"
        and head.i == token.i + 1
        and any(c.lower_ in ("a", "an") and c.i < token.i for c in head.children)
    )


def _beside(text: str, end: int, token: Any, start: int) -> bool:
    """Whether the noun stands right behind the narrator's name, set off by commas: "Arjun Rao, 61, clerk, …"."""
    between = text[end:start]
    return (
        token.pos_ in ("NOUN", "PROPN")
        and lexicon.is_role(token.lower_)
        and re.fullmatch(
            r"(?: [A-Z][\w.]*)*,(?: \d+,)?(?: (?:our|the|a|an|your|former|new|old))?(?: [\w-]+)? ", between
        )
        is not None
        and re.match(r"\s*(?:,|of\b|from\b|at\b|$)", text[start + len(token.text) : start + len(token.text) + 6])
        is not None
    )


def learn_genders(scene: Scene) -> None:
    """Writes into `scene.known` the names whose gender the text shows: "my sister Lata", "his wife, Shirin"."""
    for block in scene.blocks:
        body = scene.text[block.start : block.end]
        if not any(c.isupper() for c in body):
            continue
        for m in _apposed(body):
            scene.known.setdefault(m[0].casefold(), m[1])


def learn_roles(scene: Scene) -> None:
    """Writes into `scene.role_genders` what people are whose trade says no gender: "The consultant wiped his glasses".

    Only where the possessive's clause has that one person as its subject, and never both genders for one word.
    """
    found: dict[str, set[Gender]] = {}
    for block in scene.blocks:
        if block.kind == "chat":
            continue
        for t in scene.doc(block):
            if t.lower_ not in ("his", "her", "himself", "herself") or t.dep_ not in ("poss", "dobj", "pobj"):
                continue
            verb = t.head if t.dep_ != "poss" else t.head.head
            while verb.dep_ in ("prep", "pobj", "conj") and verb.head.i != verb.i and verb.pos_ not in ("VERB", "AUX"):
                verb = verb.head
            subject = next((c for c in verb.children if c.dep_ == "nsubj" and c.i < t.i), None)
            if subject is None and verb.dep_ == "conj":
                subject = next((c for c in verb.head.children if c.dep_ == "nsubj" and c.i < t.i), None)
            if (
                subject is not None
                and subject.pos_ == "NOUN"
                and subject.tag_ == "NN"
                and lexicon.is_role(subject.lower_)
                and token_gender(subject, scene.known) is None
                and scene.quoted(scene.at(block, subject)[0]) == scene.quoted(scene.at(block, t)[0])
            ):
                found.setdefault(subject.lower_, set()).add("male" if t.lower_.startswith("hi") else "female")
    for word, genders in found.items():
        if len(genders) == 1:
            scene.role_genders[word] = next(iter(genders))


def _apposed(body: str) -> list[tuple[str, Gender]]:
    out: list[tuple[str, Gender]] = []
    for m in re.finditer(
        r"\b(?:[Mm]y|[Hh]is|[Hh]er|[Oo]ur|[Tt]heir|[Tt]he|[Aa])[ \t]+(?:[a-z]+[ "
        r"\t]+){0,2}?([a-z-]+),?[ \t]+(?:called[ \t]+|named[ \t]+)?([A-Z][a-z]+)\b",
        body,
    ):
        if gender := lexicon.gender_of_word(m[1]):
            out.append((m[2], gender))
    for m in re.finditer(r"\b(Mrs?|Ms|Miss|Shri|Smt)\.?[ \t]+([A-Z][a-z]+)", body):
        out.append((m[2], "male" if m[1] in ("Mr", "Shri") else "female"))
    for m in re.finditer(
        r"\b([A-Z][a-z]+)[ \t]+(uncle|aunty|auntie|sir|madam|ma'am|bhai|"
        r"bhaiya|didi|anna|akka|aunt|mama|chacha|kaka|sister|brother)\b",
        body,
    ):
        if gender := lexicon.gender_of_word(m[2]) or (
            "male" if m[2] in ("sir", "bhai", "bhaiya", "anna", "mama", "chacha", "kaka") else "female"
        ):
            out.append((m[1], gender))
    return out
