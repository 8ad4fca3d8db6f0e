"""Plain words of change: where a sentence says that something began, ended, came back, rests, still is or never was.

A cue says nothing about *what* changed; `stages/told.py` looks for a trait's words near it. Where the narrator is not the one who
changes, where the change is only planned, imagined or denied, the cue says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from refiner.checks.stems import tables
from refiner.models import Modality

CueKind = Literal["onset", "ending", "restart", "suspension", "weakening", "past", "present", "denial", "retraction"]
Where = Literal["after", "before", "clause"]  # where the words of the trait stand, seen from the cue


@dataclass(frozen=True)
class Cue:
    """A phrase of change; `start` and `end` count in the sentence's text, `clause` is the part of it that is meant."""

    kind: CueKind
    start: int
    end: int
    clause: tuple[int, int]
    where: Where
    rule: str
    modality: Modality = "actual"
    subject: Literal["self", "other"] = "self"
    pointing: bool = False  # "since then", "stopped it": what and when stand in the sentences before


_ADV = r"(?:\s+(?:\w+ly|just|also|then|soon|at last|at once|now|already|even|too|both|all|slowly|long ago|one day|somehow|never|not|n't))*"
_I = (
    rf"\b(?:I|we)(?:['’](?:ve|d|m|re|ll))?{_ADV}(?:\s+(?:have|had|has|am|was|were|did|do|got|then|shall|will|would have|would|could have|must|should|may|might"
    rf"|(?:want|plan|hope|mean|intend|tr[iy])(?:ed|s|ned|t)? to|am going to))?{_ADV}\s+"
)
_NOT = r"(?:\bnot\b|n['’]t\b|\bnever\b|\bno\b|\bnothing\b|\bnobody\b|\bnone\b|\bneither\b|\bhardly\b)"
_POINT = (
    r"(?:since (?:then|that|this)\b(?: \w+)?|ever since|from (?:then|there|that (?:\w+ )?(?:day|evening|night|morning|moment|hour|week|month|year|time|summer|winter|\w+day))(?: on(?:wards?)?)?"
    r"|from the (?:day|first) \w+|after (?:that|this|which)\b|from (?:this|that) (?:day )?on|thereafter|henceforth|thenceforth|by (?:then|the end)\b)"
)
_LOSS = r"(?:fear|fears|shyness|habit|taste|interest|faith|belief|love|nerve|nerves|stammer|accent|craving|urge|envy|jealousy|anger|shame|need|wish|appetite|doubts?|\w+ness)"
_STOP = (
    r"(?:stop(?:ped)?(?! (?:at|by|to|in|for|near|on|outside|here|there|over|off|so|before|behind|when|and|only)\b)(?!\s*[,.;])|stopped (?=completely|altogether|entirely|for good|at once)|quit|g[ai]ve(?:n|s)?(?: \w+)? up|"
    r"renounced|abandon(?:ed)?|outgr[eo]wn?|gr[eo]wn? out of|got(?:ten)? (?:over|rid of)|overc[ao]me|sw[oe]o?rn? off|cut out|kicked|conquered|unlearn(?:t|ed)|let go of|"
    r"(?:was|am|been|got|is) (?:cured|healed|rid|free|freed) (?:of|from)|wean(?:ed)? myself|br[eo]ken?(?: myself)? of|(?:am|was|be|been) (?:done|finished|through) with|finished with|"
    rf"lost (?:my|all|the|any|every)(?: \w+){{0,2}} {_LOSS}|put (?:away|aside|behind me)|la(?:id|y) (?:aside|down)|left off|dropped the habit)"
)
_START = (
    r"(?:beg[aiu]n(?! with\b)|start(?:ed)?(?! (?:at|from|off|with)\b)|took (?:up|to)|taken (?:up|to)|took over|taken over|picked up|got into|got hooked|f[ea]ll(?:en)? into|turned (?:to|into)|learn(?:t|ed) (?:to|that I am)|bec[ao]me|grew|"
    r"got used to|acquired|developed|adopted|formed|discovered|joined|fell in love with|was taught|turned out|proved|found (?:that I|my|myself)|made it a (?:rule|habit|point)|decided|resolved|vowed)"
)
_BE = r"(?:was|were|is|are|has been|have been|had been|had|'s|’s)"

# (kind, where, rule, pattern). The first that fits a clause wins, so the order is that of certainty.
_TABLE: tuple[tuple[CueKind, Where, str, str], ...] = (
    ("retraction", "clause", "never-was", rf"\b(?:I|it|that)(?: had| have| has)? (?:was|were|had|been)(?: not| n['’]t)? never(?: really| truly| once)? |\b(?:I|it) (?:was|had|have|has) never(?: really| truly)?(?: been)? (?!(?:to|so|once|again|been to|in|at|more)\b)"),
    ("retraction", "clause", "thought-wrongly", r"\bI (?:had )?(?:thought|believed|was sure|was told|always said|used to (?:think|say|believe))(?: that)? (?:I|it) (?:was|were|am|had)\b.*(?:;|,|\.|\bbut\b)[^.]*\b(?:it|I) (?:was|were|had) (?!(?:right|true)\b)"),
    ("retraction", "clause", "wrong-name", r"\b(?:wrong|mistaken|unfair|false|foolish) (?:to|when I|that I) (?:call(?:ed)?|th(?:ink|ought)|sa(?:y|id)|belie\w+)|\bI (?:had )?(?:took|taken|mistook|mistaken) (?:it )?for\b|\bwhat (?:I|we|they|everybody|people) (?:called|took for|had taken for)\b|\b(?:it|that) was(?:n['’]t| not) (?=\w+ness|\w+\b(?: at all)?[,;:] (?:it|but))"),
    ("denial", "after", "not-given-up", rf"{_I[:-3]}\s*(?:have |had |did |do |will )?(?:not|n['’]t|never)(?: yet| once| ever| quite| really| entirely)* {_STOP}|\b(?:have|had|did|do)n['’]t (?:yet )?{_STOP}|\b(?:not|never) (?:stopped|given up|quit|gone|left me|over it)\b|\bcannot (?:stop|give up|quit)\b|\bnever left me\b"),
    ("suspension", "clause", "resting", r"\b(?:on hold|for the time being|for now|at present|at the moment|for the present|until further notice|taking a break|took a break|have paused|had paused|paused|(?:had|have|has) to (?:sit out|pause|rest|interrupt|lie still)|(?:is|are|lies|lie) (?:resting|asleep|dormant|waiting)|not over(?! \w+ing)|only (?:resting|sleeping|paused|postponed)|(?:will|shall) (?:come back|return|take (?:it|them) up again))\b"),
    ("ending", "clause", "no-longer", rf"\bno longer\b|{_NOT}.*?\bany ?(?:more|longer)\b|\bnot? \w+ these days\b"),
    ("ending", "clause", "never-again", rf"\bnever\b.*?\bagain\b|\b(?:did|do|have|has|had|could|would)(?: not|n['’]t)\b.*?\bagain\b"),
    ("ending", "clause", "not-since", rf"\b(?:have|has|had|did|was|do|does)(?: not|n['’]t| never)\b.*?\b(?:since|in (?:\w+ )?years|for (?:\w+ )?years|after (?:that|this))\b|\bnot (?:one|a|a single|once)\b.*?\bsince\b|\b(?:no|nothing|none|not one|never)\b[^,;]*\bsince\b"),
    ("ending", "clause", "since-then-no", rf"{_POINT}[,:]?(?: (?!I have\b)\w+){{0,3}}? (?:{_NOT})"),
    ("ending", "clause", "cured-me", r"\b(?:cured|healed|freed|broke|rid|weaned|relieved) me\b|\b(?:knocked|beat(?:en)?|driven|drove|burnt?|washed|took|squeezed) (?:\w+ ){0,4}(?:out of|from) me\b|\btook (?:away )?my \w+ away\b"),
    ("ending", "after", "end-of", r"\b(?:the|an|that'?s? (?:was )?the|put an?) (?:end|stop) (?:of|to|for|with)\b|\bgood-?bye to\b|\bfor the last time\b|\bmy (?:very )?last (?=\w)|\b(?:only|nothing|little|not much)\b.*?\b(?:left|remains?|remained) of\b|\b(?:finished|over|done|all up) with\b|\bno more\b(?! than)"),
    ("restart", "after", "again", rf"{_I}(?:{_START}|resumed|restarted)\b.*?\bagain\b|\b(?:t[ao]ken?|took|pick(?:ed)?) (?:it|them|this|that) up again\b|\b(?:resumed|restarted|relapsed)\b|\b(?:returned|went back|gone back|came back|come back|got back|fallen back|fell back|slid back|slipped back|am back|was back|are back|were back|be(?:en)? back|fully back|back) (?:to|into|at|on|in|with)\b(?! (?:home|bed|town|india|the (?:city|village|room|flat|house|door|office)))"),
    ("restart", "before", "came-back", rf"\b(?:came|come|crept|{_BE}) (?:all |right )?back\b(?! (?:to|from|in|into|on|at|home|with)\b)|\b(?:has |had )?returned\b(?! (?:to|from|home|the|my|it)\b)|\bcame up again\b|\bwas there again\b"),
    ("ending", "after", "stopped", rf"{_I}{_STOP}"),
    ("ending", "before", "was-gone", rf"\b{_BE}(?: \w+ly| all| quite| just| long| now)* (?:gone|finished|over\b(?! \w)|past\b(?! \w)|history|behind me|dead|cured|no more)|\bc[ao]me to an end\b|\b(?:ended|ceased|vanished|disappeared|dissolved|evaporated|faded|melted away|wore off|died (?:away|out|down)|left me|fell (?:away|off|from) ?(?:me)?|dropped (?:away|off)|went away|(?<!never )lifted(?! \w)|subsided|broke off|let go of me)\b|\bstopped\b(?! \w+ing\b)(?=[,.;:!]| (?:altogether|completely|too|there|then|for good|with|in|after)\b|$)"),
    ("weakening", "clause", "less", r"\b(?:a (?:little|bit)|somewhat|slightly|much|far) (?:better|less|calmer|softer|milder|easier|fewer)\b|\bless and less\b|\bless (?:often|\w+) than\b|\bnot (?:as|so) \w+ as (?:I|before|it)\b|\b(?:rarely|seldom) now\b|\bworking on (?:it|my)\b|\bhas (?:softened|eased|lessened|mellowed)\b|\bmellowed\b"),
    ("past", "after", "used-to", r"\b(?:I|we) (?:always |often )?used to (?!be able)|\b(?:in those days|back then|at that time|those years) (?:I|we)\b"),
    ("onset", "after", "began", rf"{_I}{_START}\b"),
    ("onset", "clause", "since-then", rf"\b{_POINT}|\bsince (?:about |around |the |my |our )?(?:\w+ )?(?:(?:19|20)\d\d|\d{{1,2}}(?:st|nd|rd|th)?|childhood|boyhood|birth|school|college|marriage|the \w+|(?:January|February|March|April|May|June|July|August|September|October|November|December))\b|\bsince\s*[.,;!]|\bsince$|\bfrom the (?:very )?(?:first|day)\b|\bonwards?\b"),
    ("onset", "clause", "made-me", r"\b(?:made|turned|left|taught|has made|have made|had made|shaped|hardened) me\b(?! (?:a (?:cup|tea|coffee|sandwich|present)|alone|there|here|at|in|with)\b)|\bmade an? [\w-]+(?: [\w-]+)? (?:out )?of me\b|\b(?:planted|woke|lit|left|put|bred|kindled) .*?\b(?:in|into) me\b|\b(?:gave|given|got) me (?:my|the|this|a|an) |\bset (?:hard )?in me\b|\b(?:crept|came|entered|went|grew|sank|settled) (?:in|into|over) me\b|\btook hold\b|\b(?:stuck|stayed|remained) with me\b|\bgot (?:under my skin|hold of me)\b"),
    ("onset", "clause", "became-mine", r"\b(?:bec[ao]me|has become|have become|turned into|is|was|grew into)(?: simply| just| now| by now)? (?:my|our|what I|who I|a habit|second nature|the one who|part of me)\b|\b(?:that|this|there|here)(?: is|'s|’s| was) (?:when|how|where|why|what) (?:I|my|it|we)\b|\bit (?:all )?(?:began|started)\b|\bhas (?:become|grown|turned)\b|\bwas born\b(?= (?:in|on|that|of) )|\bI am the one who\b|\b(?:the )?first (?:cigarette|\w+), (?:and|after)"),
    ("past", "after", "was", r"\bfor (?:\w+ )?years (?:I|we) (?:was|were|had|could|would)\b|\b(?:I|we) (?:was|were)(?: always| also| already| so| very| a| an| the)* (?=[a-z])"),
    ("present", "clause", "still", r"\b(?:am|are|is|['’]m|do|does|have|has|can|cannot) (?:still|as \w+ as)\b|\b(?:I|we) still\b|\bstill (?:am|do|have|cannot|can't)\b|\beven (?:now|today)\b|\bto this day\b|\bto (?:the )?present\b|\bas (?:always|ever)\b|\bas (?=\w+ as I (?:was|ever))"),
    ("present", "clause", "am", r"\bI(?:['’]m| am)(?: not| never)? (?!going\b|writing\b|sitting\b|told\b)|\b(?:I|we|of us)(?: do not| don['’]t| never| always| usually| often| only| cannot| can't)? (?!was\b|were\b|had\b|did\b|could\b|would\b|will\b|shall\b|have\b|\w+ed\b)\w+\b"),
)  # fmt: skip
_COMPILED = tuple((kind, where, rule, re.compile(pattern, re.I)) for kind, where, rule, pattern in _TABLE)

_CLAUSE = re.compile(
    r"\s*[;:]\s+|,?\s+(?:because|although|though|whereas)\s+|\s+[—–-]{1,2}\s+|,?\s+(?:but|and yet)\s+|,\s+(?:and|so|yet|then)\s+(?=(?:I|we|it|he|she|they|my|the|this|that|after|since|from|some|for)\b)"
    r"|\s+and\s+(?=(?:I|we|he|she|they|began|started|took up|from|since|after)\b)|,\s+(?=(?:I|we)\b)"
)
_QUOTED = re.compile(r"[\"“][^\"“”]*[\"”]")
_PLAN = re.compile(
    r"\b(?:shall|will|['’]ll|going to|plan(?:s|ned|ning)? to|intend(?:s|ed)? to|hope(?:s|d)? to|want(?:s|ed)? to|wish(?:es|ed)? to|meant to|promised? (?:to|myself)|swore to|must|should|ought to"
    r"|(?:from|next|this coming) (?:tomorrow|monday|january)|next (?:week|month|year)|resolution|(?:try|tries|tried|trying) to|thought of|thinking of|about to)\b", re.I)  # fmt: skip
_IF = re.compile(r"\b(?:if|unless|suppose|supposing|in case|whether|might|may|perhaps|maybe)\b", re.I)
_COUNTER = re.compile(r"\bwould(?: not|n['’]t)?(?: \w+)? have\b|\bhad (?:I|it|he|she|they|we)\b|\bif (?:I|it|he|she|they|we) had\b|\bcould have\b|\b(?:almost|nearly)\b|\bas if\b|\bas though\b", re.I)
DOUBLE = re.compile(r"\bwithout\b|\bsafe from\b|\bcould stop\b|\bbut (?:me|I)\b|\bexcept\b|\bnot only\b|\bno (?:wonder|doubt|matter)\b|\bnot even\b.*\b(?:once|when)\b|\bnot (?:to|that)\b", re.I)
_SELF = re.compile(r"\b(?:I|me|my|mine|myself|we|us|our)\b")
_ONLY_POINT = re.compile(rf"^(?:and |but |so )?{_POINT}", re.I)
_OTHER = re.compile(
    r"^(?:and |but |so |then )?(?:he|she|they|his|her|their|(?:my|our|the|his|her) (?:\w+ )?(?:brother|sister|mother|father|friend|wife|husband|son|daughter|uncle|aunt|cousin|boss|manager|neighbour|roommate|teacher|doctor|boy|girl|man|woman|team|others?)\b"
    r"|(?:Papa|Amma|Appa|Mummy|Baba|Achan|Dad|Mum|Mother|Father|Grand\w+)\b|(?!(?:It|This|That|The|There|What|Which|Since|After|From|Then|Now|Today|And|But|So|My|Our|In|On|At|By|All|Nothing|Only)\b)[A-Z][a-z]+ (?:and [A-Z][a-z]+ )?(?:has|have|had|was|is|stopped|gave|began|started|took|never|quit|does|did|got|became)\b)")  # fmt: skip
_SUBJECT = re.compile(r"\b(?:I|we|my|our|it|that|this|which|what|[Hh]e|[Ss]he|[Tt]hey|his|her|their|(?<=[a-z,;] )[A-Z][a-z]+(?= (?:was|is|has|had|were|are|did|does|[a-z]+ed)\b)|[A-Z][a-z]+(?= (?:was|is|has|had) \Z))\b")
_DIARY = re.compile(rf"^(?:{_STOP}|{_START})\b", re.I)


def masked(text: str) -> str:
    """The text with what others say in quotation marks blanked; offsets stay."""
    return _QUOTED.sub(lambda m: " " * len(m[0]), text)


def clauses(text: str) -> Iterator[tuple[int, int]]:
    """The parts of a sentence that can each hold a change of their own."""
    at = 0
    for match in _CLAUSE.finditer(text):
        if match.start() - at > 8:
            yield at, match.start()
            at = match.end()
    yield at, len(text)


def _modality(sentence: str, clause: str, before: str) -> Modality:
    if _COUNTER.search(clause) or (_IF.search(sentence) and re.search(r"\bwould\b|\bwere to\b", sentence)):
        return "counterfactual"
    if re.search(r"\bif\b", clause, re.I) and not re.search(r"\b(?:asks?|asked|wonder\w*|see|know|as) if\b", clause, re.I) and "even if" not in clause:
        return "hypothetical"
    if re.search(r"\b(?:perhaps|maybe|might)\b", before, re.I):
        return "hypothetical"
    return "planned" if _PLAN.search(before) else "actual"


def _subject(text: str, clause: tuple[int, int], cue: re.Match[str], where: Where) -> Literal["self", "other"]:
    """Whose change it is: the narrator's unless the clause has another subject before the cue."""
    if re.match(r"(?:I|we)\b", cue[0]) or re.search(r"\b(?:me|my|our|I)\b", cue[0]):
        return "self"
    part = text[clause[0] : clause[1]]
    before = part[: cue.start()] if cue.start() > 3 else ""
    last = None
    for last in _SUBJECT.finditer(before):
        pass
    if last:
        return "self" if _SELF.fullmatch(last[0]) or last[0].lower() in ("it", "that", "this", "which", "what") else "other"
    return "other" if _OTHER.match(_ONLY_POINT.sub("", part).lstrip(" ,:")) else "self"


@cache
def _past() -> frozenset[str]:
    """Past forms without -ed, which look like the present."""
    more = "went came saw got gave took made said told felt knew thought understood stood sat put found left met heard held kept began read let meant sent won hit cut ought used just then also and too"
    return frozenset(tables()["irregular"]) - {"drunk", "sings"} | frozenset(more.split())


def cues(sentence: str) -> list[Cue]:
    """The changes that a sentence speaks of, one for each clause at most, in order."""
    text = masked(sentence)
    found: list[Cue] = []
    for start, end in clauses(text):
        part = text[start:end]
        if re.search(r"\?\s*$", part):
            continue
        if _DIARY.match(part) and (not found or found[-1].subject == "self"):
            # "Stopped smoking today.": a diary leaves the I out.
            part_cue = "I " + part
            shift = -2
        else:
            part_cue, shift = part, 0
        for kind, where, rule, pattern in _COMPILED:
            match = pattern.search(part_cue)
            if not match:
                continue
            if kind == "ending" and where == "clause" and DOUBLE.search(part_cue):
                continue
            if rule == "am" and match[0].split()[-1].lower() in _past():
                continue
            a, b = max(0, match.start() + shift), max(0, match.end() + shift)
            pointing = bool(re.search(_POINT, part, re.I)) or bool(re.search(r"\b(?:it|that|this|them)\b", part[b : b + 12])) or not part[b:].strip(" .,!")
            until = len(text) if rule in ("became-mine", "made-me") else end
            modality = _modality(text, part, part[:b])
            if kind == "denial":
                modality = "negated"
            found.append(
                Cue(kind, start + a, start + b, (start, until), where, rule, modality, _subject(text, (start, end), match, where), pointing)
            )
            break
    return found


_NOW = tuple(pattern for kind, _, _, pattern in _COMPILED if kind == "present")
_EVER = re.compile(r"\b(?:I|we) have (?:always|ever) been\b", re.I)


def present(text: str) -> re.Match[str] | None:
    """Where a clause speaks of the narrator in the present tense, or None."""
    for pattern in (*_NOW, _EVER):
        match = pattern.search(text)
        if match and match[0].split()[-1].lower() not in _past() and (_SELF.search(text) or not _OTHER.match(text)):
            return match
    return None
