"""What an answer says to a question that can be answered by yes or no: that it is so, is not, or no longer.

Read are the first words ("Yes", "Nope", "Not any more", "Guilty"), what is said without repeating the question ("I do",
"I used to", "They don't"), and clauses that take up the question's own words ("I don't lie"). Where a trait is asked
about, its own words are read too, by the rules that refined notes pass (`refiner.checks.dead_traits`). What is said
outright weighs more than a first word: "No, I shout at them daily" is heard as it ends.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from refiner.config import Trait
from refiner.evaluate.abstaining import abstention
from refiner.evaluate.asking import Asked, asked_of
from refiner.evaluate.patterns import anywhere, opening
from refiner.evaluate.trait_said import OF_ME, PARTS, QUESTION, Heard, Side, of_another, touched, trait_side
from refiner.evaluate.words import babbles, content, own_sentences, plain
from refiner.timeline.numbers import NUMBERS

_TAIL = re.compile(
    r"(?:,|\b(?:so|but|then|hence|therefore)|--) (?:so |then |i say |also |that's a |it's a |a )?(?P<w>yes|yeah"
    r"|no|nope)(?:,? (?:sir|madam|ji|yaar|of course|definitely|indeed|please))?[.!]*$"
)
_WAS_RIGHT = re.compile(
    r"(?:yes,? )?(?:it|that|they) (?:was|were|did) (?:\w+ly |all |quite |so )?(?:right|true|correct|so)\s*(?:[.,!]|$)"
)
_COUNTED = "|".join(w for w in NUMBERS if w != "zero")
_AMOUNT = re.compile(
    rf"(?:(?:about|around|maybe|some|only|just|at least|more than|well|oh),? )*"
    rf"(?:\d+|{_COUNTED}|a (?:pack|few|couple|dozen)|many|several|too many|plenty|lots)\b"
)
_ADVERB = (
    r"(?:(?:really|certainly|most certainly|surely|definitely|actually|sometimes|always|often|still|honestly"
    r"|mostly|just|also|too|"
    r"absolutely|truly|of course|very much|never|rarely|hardly|probably|usually|indeed|simply|sadly|apparently"
    r"|as well) )*"
)
_AUX = (
    r"do not|don't|dont|am not|'m not|am|did not|didn't|was not|wasn't|have not|haven't|had not|hadn't|cannot"
    r"|can't|could not|couldn't|"
    r"would not|wouldn't|will not|won't|are not|aren't|'re not|is not|isn't|'s not|does not|doesn't|has not"
    r"|hasn't|have always been|have been|had been|do|did|was|were|have|had|"
    r"can be|could be|may be|might be|will be|would be|have always been|have been|has been|can|could|would|will"
    r"|are|is|does|has|may not|may|should not|shouldn't|should|might|must"
)
_ELLIPSIS = re.compile(
    rf"(?:^|[,;.!:]\s*|-- |\b(?:and|but|because|yes|no|so|that|well|oh|since|then)\s+)"
    rf"(?P<s>i|we|it|that|this|they|you|he|she|my \w+"
    rf"|the \w+) ?(?P<n>{_ADVERB})(?P<a>{_AUX})(?P<n2>(?: (?:never|not|always|still|often|sometimes|indeed|too|so))*)"
    r"(?P<t>(?: (?:too|indeed|so|sometimes|often|at times|now|today|these days|a bit|a little|very much|at all"
    r"|ever|really|actually|i'm afraid|"
    r"i am afraid|unfortunately|sadly|to be honest|honestly|all the time|every time|every day|daily|quite often"
    r"|more (?:often )?than i (?:should|would like|admit|care to admit)|"
    r"it|that|so|true|right|the case|both|and how|yes|no|sir|madam|yaar|you know|though|of course|once|before"
    r"|then|back then"
    r"|until then|as a child|as a kid|in the past|"
    r"when i was (?:small|little|young)|sorry to say|ask anybody|absolutely|certainly))*)\s*(?=[,.;!]|-- |--$"
    r"|\bbut\b|\band\b|\bbecause\b|\bthough\b|\bwhen\b|\buntil\b|\btill\b|$)"
)


_DOUBTS = re.compile(
    r"(?:are you (?:joking|kidding|serious|mad)"
    r"|(?:afraid|scared|frightened|[a-z]+(?:ed|y)) (?:of|by|about|at|with) what)\?"
)
_GONE = re.compile(r"\b(?:gone|lost|forget|forgot|forgotten|god knows|heaven knows)\b")


class Stance(NamedTuple):
    """`side` towards what was asked or said; `words`: what shows it. `claims`: the trait is said to hold today."""

    side: Side
    words: str = ""
    claims: str = ""


def stance(ask: str, text: str, trait: Trait | None = None, *, same: bool = True) -> Stance:
    """What `text` says to `ask`. `same`: agreeing says that `trait` holds (False: the question flatters or denies)."""
    if not plain(text):
        return Stance("none")
    asked = asked_of(ask)
    evidence = touched(asked.body, trait) if trait is not None else None
    sign = 0 if evidence is None or not evidence.state else evidence.sign
    heard: list[Heard] = []
    claimed = ""
    echoed: set[str] = set()
    parts = tuple(s for s in own_sentences(ask, text) if not anywhere("SERVICE").search(s))
    if trait is not None and (m := anywhere("HEDGE").search(" ".join(parts))):
        side = _towards("agree", same)
        return Stance(side, m[0][:80], m[0][:80])
    opened: Heard | None = None
    unsure = ""
    for i, sentence in enumerate(parts):
        if (m := anywhere("UNKNOWN").search(anywhere("IDIOM").sub(" ", sentence))) and not (
            anywhere("PARTIAL").search(sentence) or anywhere("DISOWNS").search(sentence)
        ):
            if not _GONE.search(m[0]) or unsure:
                unsure = unsure or m[0]
            if not _GONE.search(m[0]) and (trait is None or not touched(sentence, trait)):
                continue
        if sentence.endswith("?") and (QUESTION.match(sentence) or len(sentence.split()) <= 3):
            if re.match(r"(?:who (?:doesn't|isn't|wouldn't)|when (?:do|am) i not|why (?:not|deny))", sentence):
                heard.append(Heard("agree", sentence))
            if _DOUBTS.match(sentence):
                heard.append(Heard("disagree", sentence))
            continue
        echo = _echo(sentence, asked) if not same else None
        if echo:
            heard.append(echo)
            echoed.add(echo.words)
            continue
        if not heard and i < 3 and (first := _opening(sentence, asked, same, sign)):
            heard.append(first)
            opened = first
        elif (m := _TAIL.search(sentence)) and not babbles(text):
            heard.append(Heard("agree" if m["w"].startswith("y") else "disagree", m[0], 2))
        heard += _clauses(sentence, asked, same, sign)
        if trait is not None and not anywhere("OVER_ANY").search(sentence):
            if m := anywhere("DISOWNS").search(sentence):
                heard.append(Heard(_towards("disagree", same), m[0], 2))
            elif m := anywhere("OWNS").search(sentence):
                heard.append(Heard(_towards("agree", same), m[0], 2))
        if trait is not None and (said := trait_side(sentence, trait)):
            if said.side == "agree" and said.weight == 3 and not claimed:
                claimed = said.words
            heard.append(said._replace(side=_towards(said.side, same)))
    if not heard and not same and len(parts) > 1 and _asked_back(parts[0], asked):
        heard.append(Heard("disagree", parts[0]))
    if unsure and not claimed and all(h.weight < 3 or unsure and _GONE.search(h.words) for h in heard):
        return Stance("unknown", unsure)
    if not same and opened and opened.side in ("agree", "disagree") and (opened.side == "disagree" or not claimed):
        # what is said at once of a compliment holds against words that merely are like the trait's
        heard = [h for h in heard if h.side == opened.side or h.words in echoed or h.side in ("over", "both")]
    return _settle(heard, claimed, parts, ask, text, asked, trait)


def _asked_back(sentence: str, asked: Asked) -> bool:
    """Whether a word of the question is asked back in doubt: "Generous? My sister would fall off her chair."."""
    mine = {s for s, w in content(sentence).items() if w >= 0.3}
    return sentence.endswith("?") and len(sentence.split()) <= 3 and bool(mine) and (
        mine <= asked.stems | set(content(asked.body))
    )  # fmt: skip


def _echo(sentence: str, asked: Asked) -> Heard | None:
    """What a sentence says that gives the question's own words back: "Yes. I tell the truth even in small things."."""
    mine = {s for s, w in content(sentence).items() if w >= 0.3}
    if len(asked.stems) < 2 or not OF_ME.search(sentence) or not mine:
        return None
    shared = mine & asked.stems
    if len(shared) < 2 or len(shared) * 2 <= len(mine) or len(shared) * 2 < len(asked.stems):
        return None
    no = bool(anywhere("DENY").search(anywhere("IDIOM").sub(" ", sentence)))
    return Heard("disagree" if no != asked.denied else "agree", sentence[:80], 3)


def _towards(side: Side, same: bool) -> Side:
    """What is said of a trait, as a side towards a question."""
    if same:
        return side
    return {"agree": "disagree", "disagree": "agree", "over": "agree"}.get(side, side)  # type: ignore[return-value]


def _opening(sentence: str, asked: Asked, same: bool, sign: int) -> Heard | None:
    """What the first words say."""
    if m := opening("BOTH").match(sentence):
        return Heard("both", m["said"], 2)
    if asked.past and (m := _WAS_RIGHT.match(sentence)):
        return Heard("agree", m[0])
    if asked.counts and (m := _AMOUNT.match(sentence)):
        return Heard("agree", m[0])
    over = re.sub(r"^(?:no+|nope|nah|nahi),? ", "", sentence)
    if m := opening("OVER").match(over):
        return Heard(_towards("over", same) if sign else "over", m["said"], 3)
    if not same and (m := opening("GRACE").match(sentence)) and not re.search(r"\bbut\b", sentence):
        return Heard("agree", m["said"])
    if m := re.match(r"(?:not|never) (?P<said>[^,;.!]+)[.!]?$", sentence):
        named = {s for s, w in content(m["said"]).items() if w >= 0.3}
        if named and named <= asked.stems:
            return Heard("agree" if asked.denied else "disagree", m[0])
    if m := opening("NO").match(sentence):
        no = m["said"]
        if asked.open and not asked.counts and re.match(r"(?:nothing|none|nobody|zero|little|so little)\b", no):
            return None  # "What helps you?" - "Nothing" does not say that it is not so
        bare = bool(
            re.search(
                r"\b(?:no+|nope|nah|naa+|never|nahi+n?|na|not (?:really|at all|ever|even|in the least)"
                r"|of course not|certainly not|hardly|rarely|none|not me|not i)$",
                no,
            )
        )
        return Heard("agree" if asked.denied and bare else "disagree", no)
    if (m := opening("YES").match(sentence)) and not re.match(
        r"[\w', ]{0,12}\b(?:not|no)\b", sentence[m.end() : m.end() + 6]
    ):
        rest = sentence[m.end() :].lstrip(" ,.!-")
        if asked.denied and opening("OFTEN").match(rest):
            return Heard("disagree", sentence[:60])
        if re.match(r"(?:they|it)\b", m["said"]) and asked.doubted:
            return Heard(_towards("agree", same), m["said"], 2)
        return Heard("agree", m["said"])
    if m := opening("OFTEN").match(sentence):
        tried = m["said"].startswith("i try")
        if asked.always and not re.match(r"(?:always|all|every|each|without|i try|very|day)", m["said"]):
            return Heard("disagree", m["said"])
        return Heard("disagree" if asked.denied and not tried else "agree", m["said"])
    return None


def _clauses(sentence: str, asked: Asked, same: bool, sign: int) -> list[Heard]:
    """What clauses say that take the question up: without its words ("I do", "They don't"), or with them."""
    out: list[Heard] = []
    rest = re.split(r"\bbut\b", sentence)[-1] if anywhere("HEARSAY").search(sentence) else sentence
    for m in _ELLIPSIS.finditer(anywhere("IDIOM").sub(lambda m: " " * len(m[0]), rest)):
        said = f"{m['n']} {m['a']} {m['n2']} {m['t']}"
        no = bool(anywhere("DENY").search(said))
        mine = m["s"] in ("i", "we")
        if m["s"] in ("it", "that", "this") and re.search(r" (?:so|true|right|the case)\b", m["t"]) and not asked.past:
            out.append(Heard("disagree" if no else "agree", m[0].strip(" ,.;:!"), 2))
            continue
        if asked.open and re.search(r"\b(?:do|don't|dont|did|didn't)\b", m["a"]):
            continue  # "How do you do it?" - "I don't"
        if not mine and (m["s"] in ("he", "she") or m["s"].startswith(("my ", "the ")) and not asked.of_others):
            continue
        past = re.search(r"\b(?:was|were|had|did)\b", m["a"]) and not asked.past
        if past and not no:
            out.append(Heard(_towards("over", same) if sign else "over", m[0].strip(" ,.;:!"), 2))
        elif mine and sign:
            holds = no != (sign > 0)
            out.append(Heard(_towards("agree" if holds else "disagree", same), m[0].strip(" ,.;:!"), 2))
        else:
            out.append(Heard("disagree" if no != asked.denied else "agree", m[0].strip(" ,.;:!"), 2))
    if anywhere("OVER_ANY").search(rest) and not anywhere("STILL").search(rest):
        out.append(Heard(_towards("over", same) if sign or not same else "over", rest[:80], 2))
        return out
    if sign:
        return out  # the trait's own words are read by `trait_side`
    for clause in PARTS.split(rest):
        if not OF_ME.search(clause) or of_another(clause.strip()) or clause.rstrip().endswith("?"):
            continue
        mine_too = {s for s, w in content(clause).items() if w >= 0.3}
        shared = mine_too & asked.stems
        if shared and len(shared) * 2 >= min(len(asked.stems), len(mine_too)):
            no = bool(anywhere("DENY").search(anywhere("IDIOM").sub(" ", clause)))
            out.append(Heard("disagree" if no != asked.denied else "agree", clause.strip()[:80]))
    return out


def _settle(
    heard: list[Heard], claimed: str, parts: tuple[str, ...], ask: str, text: str, asked: Asked, trait: Trait | None
) -> Stance:
    if not heard:
        found = abstention(ask, text)
        if found.kind in ("unknown", "model"):
            return Stance("unknown", found.words, claimed)
        personal = any(
            OF_ME.search(s) or len(s.split()) <= 8 and not re.search(r"\b(?:is|are|was|were|has|have)\b", s)
            for s in parts
        )
        touches = any(asked.stems & set(content(s)) or trait is not None and touched(s, trait) for s in parts)
        return Stance("unclear" if touches and personal else "none", "", claimed)
    if heard[0].side == "both":
        return Stance("both", heard[0].words, claimed)
    if overs := [h for h in heard if h.side == "over"]:
        later = any(anywhere("STILL").search(s) and not anywhere("OVER_ANY").search(s) for s in parts)
        if (
            claimed
            or later
            and any(h.side == "agree" for h in heard)
            or any(h.side == "agree" and h.weight == 3 for h in heard)
        ):
            return Stance("both", overs[0].words, claimed)
        return Stance("over", overs[0].words, claimed)
    most = max(h.weight for h in heard)
    best = [h for h in heard if h.weight == most]
    sides = {h.side for h in best} if most > 1 else {best[0].side}
    if len(sides) > 1:
        return Stance("both", "; ".join(dict.fromkeys(h.words for h in best))[:80], claimed)
    rest = {h.side for h in heard} - sides
    if (
        rest
        and most == 2
        and best[0] is not heard[0]
        and best[0].side == "agree"
        and heard[0].side == "disagree"
        and len(heard) > 2
    ):
        return Stance("both", f"{heard[0].words}; {best[0].words}"[:80], claimed)
    return Stance(best[0].side, best[0].words, claimed)
