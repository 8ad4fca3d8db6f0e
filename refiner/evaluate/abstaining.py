"""Whether an answer says that it was never lived, is not known or not remembered; and whether it tells it all the same."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from refiner.evaluate.words import own_sentences

Kind = Literal["never", "unknown", "model", ""]

_ADV = r"(?: (?:really|honestly|actually|personally|truly|even|at all|ever|quite|simply|just|sadly|unfortunately|also|yet|so far|as such))*"
_NOT = r"(?:do not|don't|dont|did not|didn't|cannot|can not|can't|cant|could not|couldn't|would not|wouldn't)"
_UNKNOWN = re.compile(
    rf"\b(?:i|we){_ADV} {_NOT}{_ADV} (?:know\b(?! (?:how to (?:stop|say)|whether i|why i|what i would do|what to do|anyone|a (?:better|happier)))"
    r"|remember\b|recall\b|say\b|tell you\b|answer\b|speak to\b|swear to\b|place (?:it|that|him|her)\b|have (?:any|a|that|this|the|an?y? ?clear) (?:\w+ )?(?:memory|memories|recollection|idea|clue|knowledge|information|answer|story|such)\b|have memories|have anything to (?:say|tell))"
    r"|\b(?:no|not (?:a|the (?:slightest|faintest|foggiest))|haven't (?:a|the (?:slightest|faintest|foggiest))) (?:clue|idea|memory|memories|recollection|knowledge|record)\b"
    r"|\b(?:dunno|no clue|beats me|pata nahi|search me|idk)\b|\bwho knows\b|\bwish i (?:knew|remembered|could (?:remember|tell you))\b"
    rf"|\b(?:i am|i'm|im){_ADV} (?:not (?:sure|certain|aware)|unsure|afraid i (?:don't|do not|can't|cannot)|drawing a blank|at a loss|not able to (?:say|tell|recall|remember))"
    r"|\b(?:unable to (?:say|tell|recall|remember|answer))\b|^(?:not sure|unsure|cannot say|can't say|hard to say|can't remember|cannot remember|don't remember|don't know|don't recall|can't recall)\b"
    r"|\b(?:nothing|no one|nobody|none) (?:comes|springs|that comes) to mind\b|\b(?:nothing|not a thing) (?:i|that i) (?:can |could )?(?:remember|recall|know|swear)"
    r"|\b(?:would be|i'd be|i would be|i'd have to be|i'd only be|would only be|would have to) (?:making|inventing|guessing|lying|make|invent|guess)\b"
    r"|\bnot that i (?:know|remember|recall|can remember|am aware|can recall|could (?:say|swear))\b|\b(?:doesn't|does not|don't|didn't) ring (?:a|any) bells?\b"
    r"|\b(?:slipped|escapes|gone from) (?:my (?:mind|memory)|me)\b|\b(?:have|has|had) forgotten\b|\bi forget\b|\bi forgot\b(?= (?:that|it|about it|the whole)|\W|$)|\bmemory (?:fails|is blank)\b|\bcan't help you (?:there|with that)\b|\byou(?:'d| would) (?:have to|need to|better) ask\b"
)
_PARTIAL = re.compile(
    r"\b(?:know|remember|recall|sure|certain|say|tell you|forget|forgotten)(?: of| about)? (?:exactly|precisely|much\b|every|all\b|the exact|for (?:sure|certain)|clearly|(?:too |very )?well\b|the (?:date|day|month|year|details|name|rest)|which (?:day|month|year)|if it was|whether it was)"
)
_NEVER = re.compile(
    r"\b(?:i|we)(?:'ve|'d| have| had)?(?: (?:myself|personally|honestly|actually|really|sadly))* never"
    r"|\b(?:i|we) (?:have not|haven't|had not|hadn't) (?:\w+ )?(?:been|had|done|seen|read|met|played|lived|owned|heard|visited|gone|tried|\w+ed|\w+en)\b"
    r"|\b(?:i|we) (?:did not|didn't|don't|do not|was not|wasn't|was never|am not|'m not|have no|had no|own no|know no|never)\b"
    r"|\b(?:that|this|it|such a thing|nothing like that|nothing of the (?:sort|kind)) (?:has |had )?(?:never|did not|didn't|has not|hasn't) (?:\w+ )?(?:happen|happened|took place|take place|been|existed|occur|occurred|was|come)"
    r"|\bnothing (?:like that|of the (?:sort|kind)|of that (?:sort|kind)|such)\b|\bthere (?:was|is|were|are|has been|have been) (?:no|never|not)\b|\bno such\b"
    r"|\b(?:not|never|isn't|wasn't) (?:been )?(?:a )?part of my (?:life|story|past)\b|\b(?:never|not) (?:happened|lived|been there|been to|heard of|met|had one|did|owned|seen|played|read)\b"
    r"|\b(?:you (?:must|may|might) (?:be|have)|are you|i think you(?:'re| are| have)) (?:confus\w+|mistak\w+|think\w* of|mix\w*|the wrong|taken me|me confused)|\bwrong (?:person|girl|woman|man|boy|guy)\b"
    r"|\b(?:that|it) (?:wasn't|was not|isn't|is not|must have been|was someone|was somebody) (?:me\b|mine\b|my\b|someone else|somebody else)|\bnot (?:me|mine|in my (?:life|case)|my (?:life|story|thing))\b"
    r"|\bi (?:had|have|was given|got) (?:no|none|neither)\b|\bnever had\b|\b(?:not|never) (?:once|even once|a single time)\b|\bi (?:missed|skipped) (?:out on )?(?:that|it)\b"
    r"|\bwhat (?:trip|wedding|dog|cat|car|brother|sister|child|children|job|boat|house|school|husband|wife|year|war|degree)s?\?"
)  # fmt: skip
_MODEL = re.compile(
    r"\b(?:as|i'm|i am|being|just|only) an? (?:ai|a\.i\.|artificial|language model|large language model|computer program|chatbot|virtual assistant|digital assistant|assistant|bot|machine learning)\b"
    r"|\bai (?:language )?model\b|\b(?:don't|do not) have (?:any )?(?:personal|feelings|emotions|a physical|experiences|real[- ]life|a (?:childhood|body|past|family))"
)
_NO = re.compile(
    r"^(?:(?:oh|well|hmm+|ah|arre|sorry|honestly|um+|uh+|ha+)[,.!]* )*(?:no|nope|nah|never|nahi)\b(?! (?:doubt|one|matter))"
)
_SUPPOSED = re.compile(
    r"\b(?:would|might|could|should|imagine|wish|if|maybe|someday|one day|hope|will|dream|want)\b|'d\b"
)
_DENIES = re.compile(r"\b(?:not|never|no|none|nothing|nobody|nor|neither|cannot|without)\b|n't\b")
_MINE = re.compile(r"\b(?:i|me|my|mine|we|us|our|myself)\b")
_PAST = re.compile(
    r"\b(?:was|were|had|did|went|came|saw|got|took|made|said|told|felt|knew|stood|sat|found|left|met|kept|began|read|won|"
    r"ate|drank|bought|flew|fell|ran|rode|drove|swam|wrote|spent|slept|grew|gave|thought|heard|caught|taught|lost|broke|built|sang|"
    r"\w{2,}ed)\b"
)
_CONTRAST = re.compile(r"(?:,|\s|;|--)\s*(?:but|though|although|however|only that|except)\b(.*)", re.S)
_OFFER = re.compile(
    r"\b(?:ask me|i can tell|i can help|let me know|i would|i'd|i could|i wish|i know (?:it|that) (?:is|has)|people say|i(?:'ve| have) (?:heard|read)|sorry)\b"
)


class Reading(NamedTuple):
    """`kind`: in what way it abstains, "" where it does not; `tells`: it tells something of itself all the same."""

    kind: Kind
    tells: bool
    words: str = ""


@lru_cache(maxsize=8192)
def abstention(ask: str, text: str) -> Reading:
    """Reads an answer. What only does not know a part ("not the exact date") does not abstain."""
    told = ""
    found: Reading | None = None
    for i, sentence in enumerate(own_sentences(ask, text)):
        if found is None:
            kind, words = _kind(sentence, i == 0)
            if kind and told:
                return Reading("", True, told)
            if kind == "unknown" and (m := _CONTRAST.search(sentence)) and _story(m[1]):
                return Reading("", True, m[1].strip()[:60])
            if kind:
                found = Reading(kind, False, words)
            elif _story(sentence):
                told = sentence[:60]
        elif (
            found.kind in ("unknown", "never")
            and re.match(
                r"(?:but|still|however|what i do|i do remember|i only|all i|that said|anyway|actually)\b", sentence
            )
            and _story(sentence)
        ):
            if found.kind == "unknown" or sentence.startswith(("actually", "i do remember", "what i do")):
                return Reading("", True, sentence[:60])
    if found:
        return found
    return Reading("", bool(told), told)


def _kind(sentence: str, opening: bool) -> tuple[Kind, str]:
    if sentence.endswith("?") and not re.match(r"(?:what|who|which)\b", sentence):
        return "", ""
    if m := _MODEL.search(sentence):
        return "model", m[0]
    if (m := _UNKNOWN.search(sentence)) and not _PARTIAL.search(sentence):
        return "unknown", m[0]
    if m := _NEVER.search(sentence):
        return "never", m[0]
    if opening and (m := _NO.search(sentence)):
        return "never", m[0]
    return "", ""


def _story(words: str) -> bool:
    """Whether words tell something as lived: past, or of the narrator, affirmed and not only supposed."""
    if len(words.split()) < 4 or words.endswith("?") or _OFFER.search(words):
        return False
    for part in re.split(r"[,;]|--|\bbut\b|\band\b", words):
        if (
            len(part.split()) >= 3
            and not _DENIES.search(part)
            and not _SUPPOSED.search(part)
            and (_PAST.search(part) or _MINE.search(part))
        ):
            return True
    return False
