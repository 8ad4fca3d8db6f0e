"""What an answer says to a question that can be answered by yes or no: that it is so, is not, or no longer.

Read are the first word ("Yes", "Nope", "Not any more", "Guilty"), what is said without repeating the question ("I do",
"I used to"), and clauses that take up the question's own words ("I don't lie"). Where a trait is asked about, its own
words are read too, by the rules that refined notes pass (`refiner.checks.dead_traits`): a content that is said outright
weighs more than a first word, since "No, I shout at them daily" is heard as it ends.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from refiner.checks.change_words import cues
from refiner.checks.dead_traits import claims
from refiner.checks.trait_words import TraitWords, prove
from refiner.config import Trait
from refiner.evaluate.abstaining import abstention
from refiner.evaluate.words import content, own_sentences, plain, sentences, written

Side = Literal["agree", "disagree", "over", "both", "unknown", "unclear", "none"]
TOUCHED = 0.5  # weight of a trait's words from which a clause speaks of it

_FILL = (
    r"(?:(?:oh|ooh|well|hmm+|hm+|ah|aah|uh+|um+|er+|erm|ha+h?a*|haha\w*|hey|arre|arey|areh?|yaar|look|listen|see|honestly|frankly|truthfully|"
    r"to be (?:honest|frank|fair|truthful)|if i(?:'m| am) (?:being )?honest|if i may be honest|truth be told|in all honesty|me|who,? me|"
    r"good question|what a question|funny you ask|okay|ok|so|now|actually|basically|sorry|my god|god|oh god|oh dear|dear|please|come on|"
    r"let me think|let me see|i must (?:say|admit|confess)|i have to (?:say|admit|confess)|i(?:'ll| will) admit(?: it)?|i (?:admit|confess)|"
    r"sadly|unfortunately|regrettably|thankfully|luckily|fortunately|and|but|the (?:honest )?(?:answer|truth) is|answer is|in (?:truth|fact)|"
    r"beta|bhai|didi|sir|madam|ma'am|boss|dear|my friend|friend|sach bolun to)[,.!?:;…]*(?: -- |\s))*"
)
_YES = re.compile(
    rf"^{_FILL}(?:(?:yes|yeah|yea|yep|yup|yess+|ya|aye|haan|haanji|haan ji|ji haan|ji|si)\b(?!,? (?:and no|but no|no\b))"
    r"|(?:of course|certainly|definitely|absolutely|indeed|surely|sure|totally|obviously|naturally|exactly|precisely|correct|guilty|"
    r"you bet|you know it|bang on|spot on|right you are|hundred percent|100 ?%|100 percent)\b(?!,? (?:not|no|i (?:don't|do not|am not|'m not|never))\b)(?! (?:as charged)? ?not)"
    r"|(?:always|all the time|every (?:time|day|single|night|week)|constantly|daily|too (?:much|often|many)|very much|a lot|quite a (?:bit|lot)|often|frequently|more (?:often )?than|"
    r"most (?:days|of the time|nights)|now and (?:then|again)|from time to time|at times|once in a while|sometimes|occasionally|on and off|a (?:little|bit)|still|to this day|even (?:now|today)|as ever|"
    r"i(?:'m| am) afraid so|i (?:suppose|guess|think|believe|fear|should think) so|i(?:'d| would) say so|that(?:'s| is) (?:right|true|correct|so|me|a fact)|that i (?:do|am)|it is (?:true|so)|true\b|true enough|"
    r"very|extremely|terribly|awfully|horribly|terrified|more than ever|like (?:anything|mad|crazy)|when (?:am|do) i not|can't deny|cannot deny|"
    r"i(?:'m| am) (?:guilty|ashamed to say)|as charged|why (?:deny|lie)|who doesn't|who isn't|doesn't everyone|as long as|for sure|no doubt|without (?:a )?doubt|every now)\b)"
)
_NO = re.compile(
    rf"^{_FILL}(?:(?:no|nope|nah|naa|nahi|nahin|na|never|negative|noo+)\b(?! (?:doubt|wonder|question about it|matter|one)\b)"
    r"|(?:not (?:at all|really|me|ever|exactly|quite|always|even|so|true|in the least|in the slightest|the least|a bit|once|particularly|especially|often|"
    r"anything|anymore than|much|usually|hardly|that i|by a long|one bit|remotely|very|every|entirely|in my|today|these|my|for)\b|hardly\b|rarely|seldom|scarcely|barely|far from(?: it)?|by no means|in no way|no way|"
    r"i (?:don't|do not) (?:think|believe|suppose) so|i (?:doubt|would doubt) (?:it|that)|i(?:'m| am) afraid not|i (?:guess|suppose|think|hope|should hope|believe|fear) not|of course not|certainly not|definitely not|absolutely not|surely not|obviously not|"
    r"i wish\b|if only|wrong|incorrect|false|untrue|that(?:'s| is| was) (?:not (?:true|so|right|correct|me|it)|wrong|false|a lie|untrue|a myth|nonsense|never been)|(?:it|that) (?:isn't|is not|isnt|wasn't|was never) (?:true|so|right|correct|like that|me)|"
    r"you(?:'re| are) (?:wrong|mistaken|too kind)|you flatter|nonsense|rubbish|on the contrary|quite the (?:opposite|contrary|reverse)|the (?:opposite|reverse|contrary)|nothing of the (?:sort|kind)|"
    r"god no|hell no|heavens no|good lord no|don't be|dream on|anything but|least of all|i would not say|i wouldn't say|wouldn't say|i(?:'d| would) not say|who told you|says who|if you believe)\b)"
)
_BOTH = re.compile(
    rf"^{_FILL}(?:yes and no|no and yes|both(?: yes and no)?|(?:it|that) depends|depends|in a way yes,? (?:and )?in|neither yes|sometimes yes,? sometimes no|kind of yes,? kind of no|maybe|perhaps|possibly|could be|might be|fifty[- ]fifty|50[/-]50)\b"
    r"|\b(?:yes and no|partly yes,? partly no|on the one hand\b.*\bon the other)\b"
)
_OVER = re.compile(
    rf"^{_FILL}(?:(?:no|nope|nah)[,.]? )?(?:not (?:any ?more|any longer|now\b|these days|today|since|for (?:years|\w+ years|a long|ages)|after)|no longer|no more\b|nothing left|never again|"
    r"i used to\b|used to\b|(?:i )?once (?:i |was|did|upon)?|formerly|in the past|long ago|earlier,? (?:yes|i)|before,? (?:yes|i)|(?:as|when i was) a (?:child|kid|girl|boy)|back then|in those days|"
    r"i (?:was|did|had|were)\b(?! not|n't| never)[,.]|those days are|that(?:'s| is| was)? (?:over|behind me|history|past|gone|done|finished|ended|stopped|in the past|long (?:over|gone|past|ago)|years ago|all over|a thing of)|it(?:'s| is)? (?:over|behind me|history|gone|done|ended|stopped|went away|passed)|"
    r"(?:till|until|up to|up until) \S+|was\b)"
)
_OVER_ANY = re.compile(
    r"\b(?:not|n't|no|never|nothing|hardly)\b[^.;]*\b(?:any ?more|any longer|these days|nowadays|since)\b|\bno longer\b|\bused to\b(?! (?:it|that|this|the|being|having|people)\b)|\b(?:got|get|gotten|grew|grown|am|'m|have been) (?:well )?(?:over|past|rid of|out of) (?:it|that|this|them|the|my)\b"
    r"|\b(?:that|it|this|all that|the \w+|my \w+|those days|that phase|that part(?: of me)?)(?: \w+)?(?: is| was| are| were|'s| has| have|'ve)?(?: (?:all|long|now|finally|completely|just|been|over time|well|already|slowly|pretty much|mostly|quite))* (?:over|gone|behind me|ended|stopped|history|finished|vanished|disappeared|faded|passed|left me|went away|in the past|a thing of the past|long past|dead|cured)\b"
    r"|\b(?:i )?(?:stopped|quit|gave (?:it |that |them )?up|outgrew|overcame|kicked|dropped (?:it|that|the habit)|let (?:it|that) go|was cured|am cured)\b|\b(?:till|until|up to|up until) (?:19|20)\d\d\b|\b(?:till|until) (?:i|my|the|that|a|about|around|then|we|she|he)\b"
    r"|\b(?:back then|in those days|long ago|years ago|once upon a time|as a (?:child|kid|girl|boy|teenager|student)|when i was (?:a |small|little|young|in|\d)|earlier in (?:my )?life|at one time|for a (?:time|while|few years))\b|\bi (?:was|did|had)[,.]? (?:once|then|before|back)\b"
    r"|\b(?:the )?old me\b|\bformer\b|\bin (?:my|the) past\b|\bi once was\b|\bonce\b[^.]*\bnot now\b|\bnot now\b|\bdays (?:are|were) (?:over|gone|behind)\b|\bhaven't\b[^.]*\bsince\b|\bfree of (?:it|that)\b|\bhas(?:n't| not) come back\b|\bnever came back\b"
)
_NEVER_WAS = re.compile(
    r"\b(?:i|it|that) (?:was|were|have been|had been|'ve been|has been) never\b|\b(?:i|it|that)(?:'ve| have|'d| had| has)? never (?:was|were|been|really|actually|truly)\b|\bi (?:only |just |wrongly |had )?(?:thought|believed|assumed|was told|took it for|called myself)\b|\b(?:turned out|it turned out|it was (?:only|just|really|actually|in fact)? ?(?:my|the|a))\b|\bwasn't (?:really|true|ever)\b"
)
_STILL = re.compile(
    r"\b(?:still|to this day|even (?:now|today)|as ever|always (?:have been|will be)|never (?:stopped|left|went away|got over|changed|lost)|hasn't (?:gone|left|changed|stopped)|haven't (?:stopped|changed|got over)|again these days|has come back|came back)\b"
)
_IDIOM = re.compile(
    r"\b(?:no doubt|no wonder|not only|no matter|no question|can(?:'t|not) (?:help|stop|deny|resist|control)|could(?:n't| not) (?:help|stop|agree more|resist)|won't (?:deny|lie|pretend)|will not (?:deny|lie|pretend)|not going to (?:lie|deny|pretend)|not gonna lie|wouldn't lie to you|(?:don't|do not) (?:mind (?:saying|admitting|telling)|deny|get me wrong|know why|ask|tell (?:anyone|anybody|my|him|her|them)|be fooled|let)|not to mention|why not|not proud|(?:i'm|am) not proud(?: of it)?|not a (?:day|week) (?:goes|passes)|never (?:stopped|got over|stop|fail to|miss)|not (?:surprising|surprisingly)|can't say (?:no|it's not)|not without|nothing but|no less|not (?:a )?secret|no secret|not (?:just|merely)|no (?:use|point) (?:denying|pretending)|not the (?:only|first)|not (?:something|a thing) i(?:'m| am)? proud|not like i)\b"
)  # fmt: skip
_DENY = re.compile(
    r"\b(?:not|never|no|none|nothing|nobody|nor|neither|cannot|hardly|rarely|seldom|barely|scarcely|without|nahi|stopped|quit|avoid|refuse|far from|free of|least|doubt|lack|rid of)\b|n't\b|\b(?:dont|cant|wont|isnt|wasnt|didnt|doesnt|arent|havent)\b"
)
_ELLIPSIS = re.compile(
    r"(?:^|[,;.!-]\s*|\b(?:and|but|because|yes|no|so|that)\s+)(?:i|we) (?P<n>(?:(?:really|certainly|most certainly|surely|definitely|actually|sometimes|always|often|still|honestly|mostly|do|just|also|too|absolutely|truly|of course|very much|never|rarely|hardly|probably|have to say i)\s)*)"
    r"(?P<a>do not|don't|dont|am not|'m not|did not|didn't|was not|wasn't|have not|haven't|had not|hadn't|cannot|can't|could not|couldn't|would not|wouldn't|will not|won't|do|am|did|was|have|had|can|could|would|will|never do|never am|never have|never did|never was)"
    r"(?P<t>(?: (?:too|indeed|so|still|sometimes|often|always|at times|now|today|these days|a bit|a little|very much|at all|ever|really|actually|i'm afraid|i am afraid|unfortunately|sadly|to be honest|honestly|all the time|every time|every day|daily|quite often|more than i should|more often than i (?:should|would like|admit)|it|that|one|both|and how|yes|no|sir|madam|yaar|you know|though|of course|once|before|then|back then|until then|as a child|as a kid|in the past|when i was (?:small|little|young)|not))*)\s*(?=[,.;!?]|--|\bbut\b|\band\b|\bbecause\b|\bthough\b|\bwhen\b|\buntil\b|\btill\b|$)"
)
_I = re.compile(r"\b(?:i|me|my|myself|we|i'm|i've)\b")
_WAS = re.compile(r"\b(?:was|were|had|did|used to)\b")
_NOW = re.compile(r"\b(?:now|today|these days|nowadays|am|'m|do|don't|is|are|have|has)\b")
_WOULD_BE = re.compile(
    r"\b(?:i wish|if (?!you)(?:i|only)|would (?:like|love) to (?:say|be|think|believe)|i'd (?:like|love) to (?:say|be|think|believe)|people (?:think|say|believe)|(?:they|everyone|everybody|some|others|people) (?:say|says|think|thinks|believe|call|calls)|my \w+ (?:say|says|thinks|think|would say|claims))\b"
)
_TAG = re.compile(
    r",?\s*(?:(?:am|are|do|did|is|was|were|have|has|had|would|will|can|could)(?:n't)? (?:you|i|it|they|he|she|we)|right|no|na|yes|correct|isn't it|eh|huh|is it not|are you not|do you not|i (?:suppose|guess|take it|hope|assume))\s*\?$"
)


class Stance(NamedTuple):
    """`side` towards what was asked or said; `words`: what shows it. `claims`: the trait is said to hold today."""

    side: Side
    words: str = ""
    claims: str = ""


class Heard(NamedTuple):
    side: Side
    words: str
    strong: bool = False


def denied_ask(ask: str) -> bool:
    """Whether a question is put as a denial ("You never lie, do you?"), so that a bare "No" agrees with it."""
    last = _last(ask)
    tag = _TAG.search(last)
    body = last[: tag.start()] if tag else last
    if (
        re.match(
            r"(?:(?:and|but|so|now|then|tell me|honestly)[, ]+)*(?:\w+n't|am|are|do|did|is|was|were|have|has|had|would|will|can|could|does)\b(?! not)",
            body,
        )
        and not tag
    ):
        return bool(re.search(r"\b(?:never|no longer)\b|\bnot\b.*\bany ?more\b", body)) and not re.match(
            r"\w+n't", body
        )
    body = _IDIOM.sub(" ", body)
    clause = (
        re.split(r"\b(?:because|when|that|who|if|although|since|as)\b", body)[0] if len(body.split()) > 12 else body
    )
    return bool(re.search(r"\b(?:not|never|no|hardly|rarely|nobody|nothing|cannot|no longer)\b|n't\b", clause))


def _last(ask: str) -> str:
    """The sentence of a question that is to be answered: the last that asks, else the last."""
    parts = sentences(plain(ask))
    return next((p for p in reversed(parts) if p.endswith("?")), parts[-1] if parts else "")


@lru_cache(maxsize=64)
def _words(trait: Trait) -> TraitWords:
    return TraitWords((trait,))


def trait_side(sentence: str, trait: Trait) -> Heard | None:
    """What a `plain` sentence says of a trait by the trait's own words: "agree" it holds, "disagree", "over"."""
    if sentence.endswith("?"):
        return None
    said = written(sentence)
    if claims(said, trait):
        if _WOULD_BE.search(sentence):
            return None
        return Heard("agree", sentence[:80], strong=True)
    found: Heard | None = None
    for clause in re.split(r"[;:,]\s|\s--\s|\b(?:but|and|because|although|though|so that)\b", sentence):
        evidence = _words(trait).evidence(clause).get(trait.id)
        if evidence is None or min(evidence.weight, prove(evidence.hits)) < TOUCHED:
            continue
        if _WOULD_BE.search(clause) or re.search(r"\b(?:he|she|they|you|people)\b", clause) and not _I.search(clause):
            continue
        if _OVER_ANY.search(clause) or _NEVER_WAS.search(clause):
            return Heard("over", clause.strip()[:80], strong=True)
        bare = _IDIOM.sub(" ", clause)
        first = min(h.start for h in evidence.hits)
        denied = bool(_DENY.search(bare[: max(first, 12)]))
        holds = denied != (evidence.sign > 0)
        if evidence.sign < 0 and not any(h.sign < 0 for h in evidence.hits):
            continue  # only what is avoided is named: "a dog came"
        if holds and _WAS.search(clause) and not _NOW.search(clause):
            continue
        if not _I.search(clause) and not _I.search(sentence):
            continue
        found = found or Heard("agree" if holds else "disagree", clause.strip()[:80], strong=evidence.weight >= 1)
    if found is None and any(c.kind in ("ending", "retraction") and c.subject == "self" for c in cues(said)):
        evidence = _words(trait).evidence(sentence).get(trait.id)
        if evidence is not None and min(evidence.weight, prove(evidence.hits)) >= TOUCHED:
            return Heard("over", sentence[:80], strong=True)
    return found


def stance(ask: str, text: str, trait: Trait | None = None, *, same: bool = True) -> Stance:
    """What `text` says to `ask`. `same`: agreeing says that `trait` holds (False: the question flatters or denies it)."""
    if not plain(text):
        return Stance("none")
    heard: list[Heard] = []
    claimed = ""
    parts = own_sentences(ask, text)
    denied = denied_ask(ask)
    asked = {s for s, w in content(_last(ask)).items() if w >= 0.3}
    for i, sentence in enumerate(parts):
        if sentence.endswith("?") and len(sentence.split()) <= 4:
            continue
        if i < 2 and not heard and (first := _opening(sentence, denied)):
            heard.append(first)
        heard += _clauses(sentence, asked, denied, ask)
        if trait is not None and (side := trait_side(sentence, trait)):
            if side.side == "agree" and not claimed:
                claimed = side.words
            turned: Side = side.side
            if side.side != "over" and not same:
                turned = "disagree" if side.side == "agree" else "agree"
            elif side.side == "over" and not same:
                turned = "agree"
            heard.append(Heard(turned, side.words, side.strong))
    return _settle(heard, claimed, parts, ask, text, asked)


def _opening(sentence: str, denied: bool) -> Heard | None:
    """What the first words say."""
    if m := _BOTH.search(sentence):
        return Heard("both", m[0])
    if m := _OVER.match(sentence):
        return Heard("over", m[0], strong=True)
    if m := _NO.match(sentence):
        return Heard("agree" if denied and _bare(m[0]) else "disagree", m[0])
    if m := _YES.match(sentence):
        return Heard("agree", m[0])
    return None


def _bare(words: str) -> bool:
    return bool(re.search(r"\b(?:no|nope|nah|never|nahi|not (?:really|at all|ever))$", words))


def _clauses(sentence: str, asked: set[str], denied: bool, ask: str) -> list[Heard]:
    """What clauses say that take the question up: without its words ("I do"), or with them."""
    out: list[Heard] = []
    if _WOULD_BE.search(sentence) and not re.search(r"\bbut\b", sentence):
        return out
    rest = re.split(r"\bbut\b", sentence)[-1] if _WOULD_BE.search(sentence) else sentence
    for m in _ELLIPSIS.finditer(rest):
        no = bool(_DENY.search(m["a"] + m["n"])) or " not" in f" {m['t']}"
        past = re.match(r"(?:was|had|did)$", m["a"]) and not re.match(r"(?:did|were|was|had|have)\b", _last(ask))
        if past:
            out.append(Heard("over", m[0].strip(" ,.;")))
        else:
            out.append(Heard("disagree" if no != denied else "agree", m[0].strip(" ,.;")))
    if _OVER_ANY.search(rest) and not _STILL.search(rest):
        out.append(Heard("over", rest[:80]))
        return out
    for clause in re.split(r"[;:,]\s|\s--\s|\b(?:but|and|because|although|though)\b", rest):
        if not _I.search(clause) or clause.rstrip().endswith("?"):
            continue
        mine = {s for s, w in content(clause).items() if w >= 0.3}
        shared = mine & asked
        if not shared or len(shared) * 2 < min(len(asked), len(mine)):
            continue
        no = bool(_DENY.search(_IDIOM.sub(" ", clause)))
        out.append(Heard("disagree" if no != denied else "agree", clause.strip()[:80]))
    return out


def _settle(heard: list[Heard], claimed: str, parts: tuple[str, ...], ask: str, text: str, asked: set[str]) -> Stance:
    if not heard:
        if abstention(ask, text).kind:
            return Stance("unknown", abstention(ask, text).words, claimed)
        touches = any(asked & set(content(s)) for s in parts)
        return Stance("unclear" if touches else "none", "", claimed)
    if any(h.side == "both" for h in heard[:1]):
        return Stance("both", heard[0].words, claimed)
    if overs := [h for h in heard if h.side == "over"]:
        later = any(_STILL.search(s) and not _OVER_ANY.search(s) for s in parts)
        if claimed or later or any(h.side == "agree" and h.strong for h in heard):
            return Stance("both", overs[0].words, claimed)
        return Stance("over", overs[0].words, claimed)
    strong = {h.side for h in heard if h.strong}
    if len(strong) == 1:
        best = next(h for h in heard if h.strong)
        return Stance(best.side, best.words, claimed)
    sides = {h.side for h in heard}
    if len(sides) > 1:
        return Stance("both", "; ".join(h.words for h in heard[:2])[:80], claimed)
    return Stance(heard[0].side, heard[0].words, claimed)
