"""Which sentences of a raw note are evidence of a trait, and who tells them. Pure.

`evidence_sentences` alone says what counts: the trait's own words, where they are said of the narrator, the sentences
that an event quotes for an effect that lets the trait hold or in which it was seen to hold, and those that a model
labelled so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from refiner.chat_lines import line_at, line_of
from refiner.checks.change_words import masked
from refiner.checks.stems import WORD, share, stems
from refiner.checks.trait_words import Evidence as Words
from refiner.checks.trait_words import TraitWords, prove, weigh
from refiner.config import PersonaSide, Trait
from refiner.language import lexicon
from refiner.models import Bearing, Extraction, Note, Sentence
from refiner.phrases import phrase
from refiner.stages.declared import find_quote
from refiner.stages.people import said_by_another
from refiner.stages.self_image_whose import KIN, Voice, Whose, whose
from refiner.stages.self_image_words import side_names

SHOWS = 0.7  # weight of a trait's words from which a sentence can be evidence of it
PROVES = 0.5  # and how far they must prove together that it is meant: "lost" proves no temper that is lost
TELLS = 0.35  # and one of them by itself: "lost" and "key" prove none either
HOLDING = ("initiates", "continues", "reinitiates", "resumes")

Via = Literal["words", "effect", "seen", "label"]


class Teller(NamedTuple):
    """Who says a sentence: the narrator, the author of a note of their own, or somebody in the narrator's note."""

    voice: Voice
    name: str = ""  # "" where it is not known, and for the narrator


NARRATOR = Teller("narrator")


class Evidence(NamedTuple):
    """A sentence of a raw note that shows a trait. `via` is all that makes it evidence."""

    sentence: Sentence
    teller: Teller
    via: tuple[Via, ...]


def evidence_sentences(
    note: Note,
    trait: Trait,
    words: TraitWords,
    extraction: Extraction | None,
    narrator: PersonaSide,
    bearings: Iterable[Bearing] = (),
) -> list[Evidence]:
    """The sentences of a raw note that show a trait of the narrator, in their order. What counts as evidence is said
    here and nowhere else. Of `bearings` only those that a model labelled count: the rules' own are found here."""
    quoted, seen = _quoted_by_effects(note, trait.id, extraction), _seen(note, trait.id, extraction)
    labelled = {b.start for b in bearings if b.trait == trait.id and b.side == "for" and b.source.startswith("model:")}
    told = {*quoted, *seen, *labelled}
    out = []
    for sentence in note.sentences:
        if sentence.start not in told and trait.id not in _read(words, sentence.text):
            continue  # most sentences; who tells them need not be asked
        voice = teller_of(note, sentence, narrator)
        via: list[Via] = []
        found = _by_words(note, sentence, voice, trait, words, narrator)
        if found is not None:
            voice = found
            via.append("words")
        if sentence.start in quoted:
            via.append("effect")
        if sentence.start in seen:
            via.append("seen")
        if sentence.start in labelled:
            via.append("label")
        if via:
            out.append(Evidence(sentence, voice, tuple(via)))
    return out


# ---- who tells -----------------------------------------------------------------------------------------------------


def teller_of(note: Note, sentence: Sentence, narrator: PersonaSide) -> Teller:
    """Who says a sentence as a whole."""
    names = {m[0].casefold() for m in WORD.finditer(note.meta.author)}
    if note.meta.author != "self" and not names <= side_names(narrator):
        return Teller("author", note.meta.author)
    if not said_by_another(note, sentence, narrator):
        return NARRATOR
    line = line_of(note, sentence.start)
    return Teller("quoted", line.who if line and line.said <= sentence.end else "")


# ---- by words ------------------------------------------------------------------------------------------------------

_QUOTED = re.compile(r"[\"“][^\"“”]*[\"”]")
_OWN_SPEECH = phrase(r"\bI (?:\w+ly )?(?:said|say|told|tell|asked|shouted|wrote|replied|answered|texted|thought)\b")
_DENIES = re.compile(r"(?:\b(?:not|never|no|hardly|nothing|nobody|without)\b|n['’]t\b)(?:\s+[\w'’-]+){0,3}\s*\Z", re.I)
_NEGATION = re.compile(r"\b(?:not|never|no|without|cannot|nothing)\b|n['’]t\b", re.I)


@lru_cache(maxsize=1 << 14)
def _read(words: TraitWords, text: str) -> Mapping[str, Words]:
    """The word evidence of a text for all traits: each trait asks for the same sentences."""
    return words.evidence(text)


def evidence_weight(text: str, trait: str, words: TraitWords) -> float:
    """The weight of the words of a text that speak for a trait, each time they stand there."""
    found = _read(words, text).get(trait)
    return sum(h.weight for h in found.hits if h.sign > 0) if found and found.state else 0.0


def spoken_part(text: str, teller: Teller, whole: bool) -> str:
    """What the teller says of a text: all of it, or for a voice within the narrator's sentence what is quoted."""
    if teller.voice == "narrator":
        return masked(text)
    if whole:
        return text
    return "".join(m[0] for m in _QUOTED.finditer(text))


def _by_words(
    note: Note, sentence: Sentence, voice: Teller, trait: Trait, words: TraitWords, narrator: PersonaSide
) -> Teller | None:
    """Who shows the trait with its own words in a sentence; None where nobody says it of the narrator."""
    text = sentence.text
    if voice.voice != "narrator":
        if voice.voice == "quoted" and (line := line_at(text)):
            text = text[line.said :]
        return voice if _says(note, text, voice, trait, words, narrator) else None
    if _says(note, masked(text), voice, trait, words, narrator):
        return voice
    quote = _QUOTED.search(text)
    if quote is None or _OWN_SPEECH.search(masked(text)):
        return None
    speaker = Teller("quoted", _speaker_beside(masked(text)))
    return speaker if _says(note, quote[0], speaker, trait, words, narrator) else None


def _speaker_beside(rest: str) -> str:
    """The name or the relation of who speaks, where it stands beside the quotation: `Papa said "…"`."""
    match = re.search(
        rf"\b(?P<who>[Mm]y (?:\w+ )?(?:{KIN})|[A-Z][\w'’-]+) (?:said|says|told|tells|shouted|asked|wrote|texted)\b",
        rest,
    ) or re.search(rf"\b(?:said|says|wrote|asked) (?P<who>my (?:\w+ )?(?:{KIN})|[A-Z][\w'’-]+)", rest)
    return match["who"] if match and match["who"] not in ("He", "She", "They", "It", "I", "We") else ""


def _says(note: Note, text: str, voice: Teller, trait: Trait, words: TraitWords, narrator: PersonaSide) -> bool:
    found = _read(words, text).get(trait.id)
    if found is None or not found.state or found.sign < 0:
        return False
    hits = [h for h in found.hits if h.sign > 0 and h.role != "target"]
    telling = [h for h in hits if h.proof >= TELLS]
    if not telling or weigh(hits) < SHOWS or prove(hits) < PROVES:
        return False
    with_denial = any(_NEGATION.search(n) for n in trait.words)  # "does not pick up" is said with its denial
    mine: tuple[Whose, ...] = ("narrator",) if voice.voice == "quoted" else ("narrator", "")
    return any(
        (with_denial or not _DENIES.search(text, 0, hit.start))
        and whose(note, text, hit, voice.voice, narrator) in mine
        for hit in telling
    )


# ---- by effects ----------------------------------------------------------------------------------------------------


def _seen(note: Note, trait: str, extraction: Extraction | None) -> set[int]:
    """The starts of the sentences in which the trait was observed to hold."""
    seen = (o for o in extraction.observations if o.trait == trait and o.holds) if extraction else ()
    spans = [p for o in seen if o.quote and (p := find_quote(note, o.quote))]
    return {s.start for s in note.sentences for p in spans if s.start < p.end and p.start < s.end}


def _quoted_by_effects(note: Note, trait: str, extraction: Extraction | None) -> dict[int, None]:
    """The starts of the sentences that an event of the narrator quotes for a trait that it lets hold."""
    out: dict[int, None] = {}
    for event in extraction.events if extraction else ():
        if event.note != note.path or event.modality != "actual" or event.subject != "self":
            continue
        for effect in event.effects:
            if effect.trait != trait or effect.kind not in HOLDING:
                continue
            found = find_quote(note, effect.quote) if effect.quote else None
            spans = [found] if found else [] if effect.quote else [s for s in event.spans if s.note == note.path]
            out |= {s.start: None for s in note.sentences for p in spans if s.start < p.end and p.start < s.end}
    return out


def content(text: str) -> list[str]:
    """The stems of the words of a text that say something, those that say a gender left out."""
    return [stems(m[0])[0] for m in WORD.finditer(text) if share(m[0].lower()) and lexicon.gender_of_word(m[0]) is None]


def content_left(before: str, after: str) -> float:
    """The share of the content words of `before` that `after` still has; 1 where it has none."""
    had, has = content(before), set(content(after))
    return sum(w in has for w in had) / len(had) if had else 1.0
