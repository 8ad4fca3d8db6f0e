"""What an answer says to a question that can be answered by yes or no: that it is so, is not, or no longer.

Read are the first words ("Yes", "Nope", "Not any more", "Guilty"), what is said without repeating the question ("I do",
"I used to", "They don't"), and clauses that take up the question's own words ("I don't lie"). Where a trait is asked
about, its own words are read too, by the rules that refined notes pass (`refiner.checks.dead_traits`). What is said
outright weighs more than a first word: "No, I shout at them daily" is heard as it ends.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from refiner.checks.change_words import cues
from refiner.checks.dead_traits import claims
from refiner.checks.trait_words import Evidence, TraitWords, prove
from refiner.config import Trait
from refiner.evaluate.abstaining import abstention
from refiner.evaluate.asking import Asked, asked_of
from refiner.evaluate.patterns import anywhere, opening
from refiner.evaluate.words import content, own_sentences, plain, written
from refiner.timeline.numbers import NUMBERS

Side = Literal["agree", "disagree", "over", "both", "unknown", "unclear", "none"]
TOUCHED = 0.5  # weight and proof of a trait's words from which a clause speaks of it
_PARTS = re.compile(r"[;:,]\s|\s--\s|\b(?:but|and|because|although|though|so that)\b")
_TAIL = re.compile(
    r"(?:,|\b(?:so|but|then|hence|therefore)|--) (?:so |then |i say |also |that's a |it's a |a )?(?P<w>yes|yeah|no|nope)(?:,? (?:sir|madam|ji|yaar|of course|definitely|indeed|please))?[.!]*$"
)
_QUESTION = re.compile(
    r"(?:(?:and|but|so|well|oh),? )?(?:what|which|who|whom|whose|when|where|why|how|is|are|am|do|does|did|was|were|have|has|had|can|could|would|will|shall|should|may|must|\w+n't)\b"
)
_I = re.compile(r"\b(?:i|me|my|mine|myself|we|our|us)\b")
_OTHERS = re.compile(r"\b(?:he|she|they|you|people|one|everybody|everyone|others|who|her|his|their|it)\b")
_SHUNS = re.compile(
    r"\b(?:hate|dread|avoid|shun|fear|detest|loathe|panic|shake|tremble|sweat|run away|can(?:no|')t stand)\b"
)
_FOREIGN = re.compile(r"\b(?:foreign|strange|a stranger|unknown) to me\b|\b(?:instead of|rather than)\b")
_WAS_RIGHT = re.compile(
    r"(?:yes,? )?(?:it|that|they) (?:was|were|did) (?:\w+ly |all |quite |so )?(?:right|true|correct|so)\s*(?:[.,!]|$)"
)
_AMOUNT = re.compile(
    rf"(?:(?:about|around|maybe|some|only|just|at least|more than|well|oh),? )*(?:\d+|{'|'.join(w for w in NUMBERS if w != 'zero')}|a (?:pack|few|couple|dozen)|many|several|too many|plenty|lots)\b"
)
_WAS = re.compile(r"\b(?:was|were|had|did|used to)\b")
_NOW = re.compile(r"\b(?:now|today|these days|nowadays|am|'m|do|don't|is|are|have|has|'ve)\b")
_ADVERB = (
    r"(?:(?:really|certainly|most certainly|surely|definitely|actually|sometimes|always|often|still|honestly|mostly|just|also|too|"
    r"absolutely|truly|of course|very much|never|rarely|hardly|probably|usually|indeed|simply|sadly|apparently|as well) )*"
)
_AUX = (
    r"do not|don't|dont|am not|'m not|am|did not|didn't|was not|wasn't|have not|haven't|had not|hadn't|cannot|can't|could not|couldn't|"
    r"would not|wouldn't|will not|won't|are not|aren't|'re not|is not|isn't|'s not|does not|doesn't|has not|hasn't|do|did|was|were|have|had|"
    r"can|could|would|will|are|is|does|has|may not|may|should not|shouldn't|should|might|must"
)
_ELLIPSIS = re.compile(
    rf"(?:^|[,;.!:]\s*|-- |\b(?:and|but|because|yes|no|so|that|well|oh|since|then)\s+)"
    rf"(?P<s>i|we|it|that|this|they|you|he|she|my \w+|the \w+) ?(?P<n>{_ADVERB})(?P<a>{_AUX})(?P<n2>(?: (?:never|not|always|still|often|sometimes|indeed|too|so))*)"
    r"(?P<t>(?: (?:too|indeed|so|sometimes|often|at times|now|today|these days|a bit|a little|very much|at all|ever|really|actually|i'm afraid|"
    r"i am afraid|unfortunately|sadly|to be honest|honestly|all the time|every time|every day|daily|quite often|more (?:often )?than i (?:should|would like|admit|care to admit)|"
    r"it|that|both|and how|yes|no|sir|madam|yaar|you know|though|of course|once|before|then|back then|until then|as a child|as a kid|in the past|"
    r"when i was (?:small|little|young)|sorry to say|ask anybody|absolutely|certainly))*)\s*(?=[,.;!]|-- |--$|\bbut\b|\band\b|\bbecause\b|\bthough\b|\bwhen\b|\buntil\b|\btill\b|$)"
)


class Stance(NamedTuple):
    """`side` towards what was asked or said; `words`: what shows it. `claims`: the trait is said to hold today."""

    side: Side
    words: str = ""
    claims: str = ""


class Heard(NamedTuple):
    side: Side
    words: str
    weight: int = 1  # 1 a first word, 2 without the question's words, 3 said outright


@lru_cache(maxsize=64)
def trait_words(trait: Trait) -> TraitWords:
    return TraitWords((trait,))


def touched(text: str, trait: Trait) -> Evidence | None:
    """A trait's words in a text, where they are enough to speak of it."""
    found = trait_words(trait).evidence(text).get(trait.id)
    return None if found is None or min(found.weight, prove(found.hits)) < TOUCHED else found


def denied_before(clause: str, at: int) -> bool:
    """Whether a denial before place `at` of a clause governs what stands there ("not afraid", not "can't sleep for fear")."""
    bare = anywhere("IDIOM").sub(lambda m: " " * len(m[0]), clause)
    found = [m.end() for m in anywhere("DENY").finditer(bare, 0, at)]
    return bool(found) and not re.search(
        r"\b(?:for|because|so|when|until|if|out of|from|before|that|with)\b", bare[found[-1] : at]
    )


def trait_side(sentence: str, trait: Trait) -> Heard | None:
    """What a `plain` sentence says of a trait by the trait's own words: "agree" it holds, "disagree", "over"."""
    if sentence.endswith("?") and _QUESTION.match(sentence):
        return None
    said = written(sentence)
    hearsay = anywhere("HEARSAY")
    if claims(said, trait) and not hearsay.search(sentence):
        return Heard("agree", sentence[:80], 3)
    found: Heard | None = None
    for clause in _PARTS.split(sentence):
        avoids = trait_words(trait).profiles[trait.id].avoids
        evidence = touched(clause, trait)
        if evidence is None and avoids:
            evidence = trait_words(trait).evidence(clause).get(trait.id)
            evidence = (
                evidence
                if evidence
                and any(h.role == "target" and h.weight >= 0.5 for h in evidence.hits)
                and not evidence.state
                else None
            )
        if evidence is None or hearsay.search(clause) or _OTHERS.search(clause) and not _I.search(clause):
            continue
        if anywhere("OVER_ANY").search(clause) or anywhere("NEVER_WAS").search(clause):
            return Heard("over", clause.strip()[:80], 3)
        avoided = avoids and not evidence.state
        away = bool(_FOREIGN.search(clause))
        denied = away or denied_before(clause, min(h.start for h in evidence.hits))
        if avoided:
            if re.search(r"\bi(?:'d| would)?\b|^by ", clause) and not _WAS.search(clause):
                shuns = denied or bool(_SHUNS.search(clause))
                found = found or Heard("agree" if shuns else "disagree", clause.strip()[:80], 2)
            continue
        holds = (_votes(clause, evidence) > 0) != away
        if holds and _WAS.search(clause) and not _NOW.search(clause):
            continue
        if not _I.search(clause) and not _I.search(sentence):
            continue
        found = found or Heard("agree" if holds else "disagree", clause.strip()[:80], 3 if evidence.weight >= 1 else 2)
    if found is None and any(c.kind in ("ending", "retraction") and c.subject == "self" for c in cues(said)):
        evidence = touched(sentence, trait)
        if evidence is not None and evidence.state:
            return Heard("over", sentence[:80], 3)
    return found


def _votes(clause: str, evidence: Evidence) -> float:
    """What a clause's words say for the trait, less what they say against it; a word that is denied counts turned."""
    own = [h for h in evidence.hits if h.role != "target"]
    return sum(h.weight * h.sign * (-1 if denied_before(clause, h.start) else 1) for h in own)


def stance(ask: str, text: str, trait: Trait | None = None, *, same: bool = True) -> Stance:
    """What `text` says to `ask`. `same`: agreeing says that `trait` holds (False: the question flatters or denies it)."""
    if not plain(text):
        return Stance("none")
    asked = asked_of(ask)
    evidence = touched(asked.body, trait) if trait is not None else None
    sign = 0 if evidence is None or not evidence.state else evidence.sign
    heard: list[Heard] = []
    claimed = ""
    parts = own_sentences(ask, text)
    for i, sentence in enumerate(parts):
        if sentence.endswith("?") and (_QUESTION.match(sentence) or len(sentence.split()) <= 3):
            if re.match(r"(?:who (?:doesn't|isn't|wouldn't)|when (?:do|am) i not|why (?:not|deny))", sentence):
                heard.append(Heard("agree", sentence))
            continue
        if not heard and i < 3 and (first := _opening(sentence, asked, same, sign)):
            heard.append(first)
        elif m := _TAIL.search(sentence):
            heard.append(Heard("agree" if m["w"].startswith("y") else "disagree", m[0], 2))
        heard += _clauses(sentence, asked, same, sign)
        if trait is not None and (side := trait_side(sentence, trait)):
            if side.side == "agree" and side.weight == 3 and not claimed:
                claimed = side.words
            heard.append(side._replace(side=_towards(side.side, same)))
    return _settle(heard, claimed, parts, ask, text, asked, trait)


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
    if m := opening("NO").match(sentence):
        no = m["said"]
        bare = bool(
            re.search(
                r"\b(?:no+|nope|nah|naa+|never|nahi+n?|na|not (?:really|at all|ever|even|in the least)|of course not|certainly not|hardly|rarely|none)$",
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
    for clause in _PARTS.split(rest):
        if not _I.search(clause) or clause.rstrip().endswith("?"):
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
            _I.search(s) or len(s.split()) <= 8 and not re.search(r"\b(?:is|are|was|were|has|have)\b", s) for s in parts
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
