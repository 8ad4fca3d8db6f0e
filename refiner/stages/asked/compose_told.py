"""Records of what happened, in the third person, and short talks that show a living trait: written by the model from
one passage, and held against it word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from refiner.asking.ask import Ask, Shape
from refiner.asking.asker import Asker
from refiner.asking.untrusted import as_data
from refiner.checks.change_words import masked
from refiner.checks.stems import WORD
from refiner.checks.trait_words import TraitWords
from refiner.checks.voice import VoiceProfile, distance, limit, strange
from refiner.config import Trait
from refiner.language.parse import parse
from refiner.stages.asked.compose_checks import (
    Source,
    allowed,
    content,
    dead_claim,
    first_person,
    flattering,
    improving,
    other_trait,
    praises,
    sentences,
    ungrounded,
    wrong_gender,
)
from refiner.stages.asked.compose_questions import GIVES_AWAY, Setting, runs, to_i
from refiner.stages.asked.compose_trust import says_only, shows, told_of
from refiner.stages.composing.text import normal
from refiner.stages.rewriting import MATTERS

RECORD = 60  # words at most
ANSWER = 70
_SHE = frozenset(("she", "her", "hers", "herself", "he", "him", "his", "himself"))
_ME = frozenset(("i", "me", "my", "mine", "myself"))
_LIGHT = ("be", "have", "do", "get")  # these have a subject of their own in every clause
_PRESENT = ("VBZ", "VBP")
_ASKS = re.compile(
    r"(?:and |so |then )?(?:what|how|who|whom|why|where|when|which|do|does|did|are|is|can|could|will|would)\b", re.I
)
_AHEAD = re.compile(r"\b(?:will|shall|would|should|could|might|may|must)\b", re.I)


class Recorded(Shape):
    """The record, or ""."""

    record: str


class Situated(Shape):
    """What the friend says and what she answers, or "" twice."""

    friend: str
    answer: str


@dataclass(frozen=True)
class Around:
    """What records and situations are held against beside their passage."""

    setting: Setting
    dead: tuple[Trait, ...]
    traits: tuple[Trait, ...]
    words: TraitWords  # of all these traits
    voice: VoiceProfile
    relate: bool = True  # whether the model is heard on what shows a trait


# ---- records -------------------------------------------------------------------------------------------------------


async def recorded(asker: Asker, note: str, source: Source, given: Around) -> str:
    """One or two sentences in the third person about what a passage tells; "" where the model has none."""
    setting = given.setting
    she = "she" if setting.config.persona.after.gender == "female" else "he"
    messages = asker.prompt("compose_event").messages(
        name=setting.name, pronoun=she, passage=as_data(source.passage), when=source.when
    )

    def check(answer: Recorded) -> str:
        why = wrong_record(answer.record, source, given) if answer.record.strip() else ""
        return f'record: {why}, or be ""' if why else ""

    said = await asker.ask(Ask("compose_event", note, tuple(messages), Recorded, 120, check))
    if said is None and asker.dry:
        await says_only(asker, note, setting.name, as_data(source.passage), source.passage[:200])
    record = said.value.record.strip() if said else ""
    if not record:
        return ""
    return record if await says_only(asker, note, setting.name, as_data(source.passage), record) else ""


def wrong_record(record: str, source: Source, given: Around) -> str:
    """Why a record cannot stand, in words for the model; "" if it can. Needs spaCy's model."""
    record, name = record.strip(), given.setting.name
    parts = sentences(record)
    if not 1 <= len(parts) <= 2 or not re.search(r"[.”\"]\Z", record) or "?" in record:
        return "it must be one or two sentences"
    if not 4 <= len(WORD.findall(record)) <= RECORD:
        return f"it must have at most {RECORD} words"
    if "!" in record or re.search(r"\b(?:you|your)\b", masked(record), re.I):
        return "it must be a plain record, spoken to nobody"
    if first_person(record):
        return f'it must be in the third person: {name}, not "I"'
    if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", parts[0]):
        return f"its first sentence must name {name}"
    if why := ungrounded(record, source, frozenset()):
        return why
    she = given.setting.config.persona.after.gender
    as_told = Source(f"{source.passage} {' '.join(_pronouns(she))}", source.when, source.names)
    if why := wrong_gender(record, as_told, given.setting.config, given.setting.canon, author="another"):
        return why
    if why := flattering(source.passage, record) or other_trait(source.passage, record, given.traits):
        return why
    if found := praises(masked(record)):
        return f"it must judge nobody: without “{found}”"
    if late := _not_past(record, source.passage):
        return f"it must be told as past, without “{late}”"
    return turned_about(source.passage, record, name)


def _pronouns(gender: str) -> tuple[str, ...]:
    return ("she", "her", "hers", "herself") if gender == "female" else ("he", "him", "his", "himself")


def _not_past(record: str, passage: str) -> str:
    """The first finite verb in the present outside quotation marks, or a modal verb that the passage has not."""
    text = masked(record)
    for token in parse(text):
        if token.tag_ in _PRESENT and token.pos_ in ("VERB", "AUX"):
            return str(token.text)
    had = {m[0].lower() for m in _AHEAD.finditer(passage)}
    return next((m[0] for m in _AHEAD.finditer(text) if m[0].lower() not in had), "")


def turned_about(passage: str, record: str, name: str) -> str:
    """What a record says of who did what to whom, or of what was not done, that its passage says otherwise; "" for
    nothing. Only verbs that both have are compared, so silence proves nothing. Needs spaCy's model."""
    was, now = _deeds(masked(passage), ""), _deeds(masked(record), name)
    for (role, verb), words in now.items():
        told = was.get((role, verb)) if role in ("denied", "tells") or verb not in _LIGHT else None
        if told and not words & told:
            return f"it must leave who does what to whom, and what is denied: {verb} {', '.join(sorted(words - _SHE))}"
    return ""


def _deeds(text: str, name: str) -> dict[tuple[str, str], set[str]]:
    """For each verb its subjects, its objects and whether it is denied, and for what is told in a clause who tells it;
    the one who tells the passage is "i"."""
    found: dict[tuple[str, str], set[str]] = {}
    for t in parse(text):
        if t.pos_ not in ("VERB", "AUX"):
            continue
        verb = t.lemma_.lower()
        denied = any(c.dep_ == "neg" or c.lower_ == "never" for c in t.children)
        if t.pos_ == "VERB":
            found.setdefault(("denied", verb), set()).add("not" if denied else "so")
        for c in t.children:
            if c.dep_ in ("nsubj", "nsubjpass", "dobj", "dative") and t.pos_ == "VERB":
                found.setdefault((c.dep_, verb), set()).update(_who(c, name))
            if c.dep_ == "ccomp" and (who := [w for s in t.children if s.dep_ == "nsubj" for w in _who(s, name)]):
                said = next((a for a in c.children if a.dep_ in ("acomp", "attr")), c)
                found.setdefault(("tells", said.lemma_.lower()), set()).update(who)
    return found


def _who(token: Any, name: str) -> set[str]:
    low = token.lower_
    if low in _ME or name and token.text == name:
        return {"i"}
    if low in _SHE:
        return {token.lemma_.lower(), low, *(("i",) if name else ())}
    return {token.lemma_.lower()}


# ---- situations ----------------------------------------------------------------------------------------------------


async def situated(
    asker: Asker, note: str, source: Source, trait: Trait, given: Around
) -> tuple[str, str, tuple[str, ...]]:
    """What a friend says and what she answers, which shows a living trait, and how that was found; ("", "", ()) where
    the model has none."""
    name = given.setting.name
    messages = asker.prompt("compose_situation").messages(
        name=name, trait=told_of(trait), passage=as_data(source.passage)
    )

    def check(answer: Situated) -> str:
        if not answer.friend.strip() and not answer.answer.strip():
            return ""
        if why := wrong_friend(answer.friend, source, trait, given):
            return f'friend: {why}, or both be ""'
        why = wrong_answer(answer.answer, source, trait, given) or copied(answer.friend, answer.answer, source)
        return f'answer: {why}, or both be ""' if why else ""

    said = await asker.ask(Ask("compose_situation", note, tuple(messages), Situated, 200, check))
    if said is None and asker.dry:
        await shows(asker, note, trait, source.passage[:60], source.passage)
    friend, answer = (said.value.friend.strip(), said.value.answer.strip()) if said else ("", "")
    if not friend or not answer:
        return "", "", ()
    near = how_near(given.voice, answer)
    if shows_by_words(answer, trait, given.words):
        return friend, answer, (f"the answer has words of “{trait.title}”", near)
    if given.relate and await shows(asker, note, trait, friend, answer):
        return friend, answer, (f"read as showing “{trait.title}” in two orders", near)
    return "", "", ()


def how_near(voice: VoiceProfile, text: str) -> str:
    """How far a text is from the voice of the notes, in words."""
    if strange(voice, text) is None:
        return "too short, or too few notes, to compare its voice with theirs"
    bound = limit(voice, len(WORD.findall(text)))
    return (
        f"as far from the notes' voice as {distance(voice, text):.2f}, where 95 % of their own lie within {bound:.2f}"
    )


def wrong_friend(friend: str, source: Source, trait: Trait, given: Around) -> str:
    """Why a friend's words cannot put her into the situation, in words for the model; "" if they can."""
    friend = friend.strip()
    if not 1 <= len(sentences(friend)) <= 2 or not 4 <= len(WORD.findall(friend)) <= 35:
        return "it must be one or two short sentences"
    if friend.count("?") != 1 or not friend.endswith("?") or not re.search(r"\byou\b", friend, re.I):
        return 'it must end with a question to "you"'
    last = sentences(friend)[-1]
    if not _ASKS.match(last) or len(WORD.findall(last)) > 18:
        return "it must end with a short question, such as: What do you do?"
    if first_person(friend):
        return 'it must speak to "you", and not say "I" or "we"'
    free = allowed("asking", "situation", "answering")
    if why := ungrounded(friend, _with_trait(source, trait), free):
        return why
    if why := wrong_gender(to_i(friend), source, given.setting.config, given.setting.canon):
        return why
    same = content(friend) & content(_with_trait(source, trait).passage)
    return "" if same else "it must be the kind of situation that the text tells of"


def wrong_answer(answer: str, source: Source, trait: Trait, given: Around) -> str:
    """Why she cannot answer so, in words for the model; "" if she can."""
    answer = answer.strip()
    if not 5 <= len(WORD.findall(answer)) <= ANSWER:
        return f"it must have 5 to {ANSWER} words"
    if not first_person(answer) or "?" in answer:
        return 'it must be what the one who tells does, with "I"'
    if why := improving(answer) or flattering(source.passage, answer):
        return why
    if why := ungrounded(answer, _with_trait(source, trait), allowed("answering")):
        return why
    if why := wrong_gender(answer, source, given.setting.config, given.setting.canon):
        return why
    if why := dead_claim(answer, given.dead) or other_trait(source.passage, answer, given.traits, but=trait.id):
        return why
    if why := _denies(source.passage, answer):
        return why
    if strange(given.voice, answer):
        return "it must sound like the one who tells: use the words of the text"
    return ""


def copied(friend: str, answer: str, source: Source) -> str:
    """Whether a talk only repeats: an answer that is the text word for word, or a friend who says the answer."""
    if normal(answer) in normal(source.passage):
        return "it must say what the one who tells does, not repeat the text word for word"
    said, told = content(friend), content(answer)
    if told and len(said & told) > GIVES_AWAY * len(told) or runs(friend) & runs(answer):
        return "it must not repeat what the friend says: the friend must say less"
    return ""


def _with_trait(source: Source, trait: Trait) -> Source:
    """The words of the trait may be used too: they are the person's own, of refiner.toml."""
    return Source(f"{source.passage} {trait.title} {trait.description} {' '.join(trait.words)}", names=source.names)


def _denies(passage: str, answer: str) -> str:
    was, now = _deeds(masked(passage), ""), _deeds(masked(answer), "")
    for key, said in now.items():
        if key[0] == "denied" and key in was and not said & was[key]:
            return f"it must not turn “{key[1]}” into its opposite"
    return ""


def shows_by_words(answer: str, trait: Trait, words: TraitWords) -> bool:
    """Whether words of the trait itself stand in an answer, and do not deny it."""
    found = words.evidence(masked(answer)).get(trait.id)
    return found is not None and found.weight >= MATTERS and found.sign > 0 and found.state
