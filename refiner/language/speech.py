"""Quoted speech: where it stands, who says it to whom, and whether it is said about the narrator.

Quotes are found by their marks (also Markdown emphasis after "wrote:"); the speaker is read from the words around them
with spaCy's parse of the block. What cannot be read stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.models import Gender


@dataclass(frozen=True)
class Party:
    """Somebody who speaks or is spoken to. `role`: narrator, other or unknown. `noun`: the head word, "mother"."""

    role: str = "unknown"
    gender: Gender | None = None
    noun: str = ""
    mine: bool = False  # "my mother"
    span: tuple[int, int] = (-1, -1)

    @property
    def label(self) -> str:
        return "the narrator" if self.role == "narrator" else self.noun or "somebody"


NARRATOR = Party("narrator", noun="I")
OTHER = Party("other")
UNKNOWN = Party()


@dataclass(frozen=True)
class Frame:
    """A stretch in which "I" is one person and "you" another; frames nest, the innermost counts."""

    start: int
    end: int
    kind: str  # base quote chat letter
    speaker: Party = UNKNOWN
    addressee: Party = UNKNOWN
    about: float = 0.0  # evidence that the narrator is spoken about
    cue: str = ""  # the words that say so
    block: int = -1
    attribution: str = ""
    attributed: bool = False


_PAIRS = (
    re.compile(r'"([^"\n]*(?:\n[^"\n]+)*?)"'),
    re.compile(r"“([^”]*)”"),
    re.compile(r"«([^»]*)»"),
    re.compile(r"(?<![\w’'])‘(?=\S)([^‘\n]*?[\w.,?!…—-])’(?!\w)"),
    re.compile(r"(?<![\w'])'(?=[^\s'])([^'\n]*(?:(?<=\w)'(?=\w)[^'\n]*)*[.,?!…—-])'(?!\w)"),
    re.compile(r"(?<=, )'(?=[A-Z])([^'\n]*(?:(?<=\w)'(?=\w)[^'\n]*)*[\w])'(?!\w)"),
)
_WRITTEN = re.compile(
    r"\b(?:wrote|written|writes|says?|said|reads?|text(?:ed|s)?|message[sd]?|note|card|caption|comment(?:ed)?|remarks?|replied|forwarded|under it|on it)\b[^.:\n]{0,40}:[ \t]*"
    r"(?:(?P<m>\*\*\*|\*\*|__|\*|_|`)(?P<a>[^*_`\n]+)(?P=m)|(?P<b>[^\s\"“‘'*_`][^\n\"“”.!?]*[.!?]?))",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:about|of|regarding|concerning) me\b(?! (?:to|and my|was|were))|\b(?:describ|introduc|prais|mention|recommend|discuss|defend|compar|call|point|nominat|present|show|refer)\w*\b"
    r"(?: \w+){0,3}? me\b|\b(?:point|nod|gestur|jerk|wav|indicat|glanc|smil|wink)\w*\b[^.;\"“”]{0,25}\b(?:at|to|towards?|in) (?:me|my direction)\b"
    r"|\bin front of me\b|\bin my (?:hearing|presence)\b|\bas (?:though|if) I(?:'d| had| was| were| wasn't| weren't| wasn’t| weren’t|’d)\b"
    r"|\bso that I (?:could|would|might|should) (?:hear|know|listen)\b|\bover my head\b|\bwithin (?:my )?earshot\b|\bbehind my back\b"
    r"|\bI (?:over)?heard\b|\bI was (?:right there|listening|in the (?:next )?room|standing (?:right )?(?:there|behind))"
    r"|\b(?:pat|slap|clap|thump|squeez)\w* (?:me\b|my (?:back|shoulder|head|cheek))|\bhand on my (?:head|shoulder|back)\b|\barm (?:a)?round (?:me|my)\b"
    r"|\bto (?:everyone|everybody|anyone|the whole|all the|our|her|his|their) (?:\w+ )?(?:about me|who would listen)\b|\bof me\b|\bmy (?:report card|reference|recommendation|review|appraisal|biodata|character certificate)\b"
    r"|\bwho I was\b|\bwhose (?:son|daughter|child|boy|girl) I was\b|\blook\w* (?:straight |right )?(?:at|past|through) me\b|\bmarriage (?:bureau|broker)\b",
    re.IGNORECASE,
)  # fmt: skip
_SAID_OF = re.compile(r"\bmy (?:first |last |new )?(?:talk|speech|paper|book|form|application|essay|performance|recital|thesis|interview|lecture|work|report|feedback)\b", re.IGNORECASE)


def quotes_in(text: str, block: Block) -> list[tuple[int, int, str]]:
    """Spans of the quoted words of a block, marks left out, in order and not nested."""
    body = text[block.start : block.end]
    found: list[tuple[int, int, str]] = []
    for pattern in _PAIRS:
        for m in pattern.finditer(body):
            if m[1].strip():
                found.append((block.start + m.start(1), block.start + m.end(1), m[0][0]))
    if body.count('"') % 2:  # speech that runs on into the next paragraph is closed there
        at = body.rfind('"')
        if at == 0 or body[at - 1].isspace():
            found.append((block.start + at + 1, block.end, '"'))
    for m in _WRITTEN.finditer(body):
        group = "a" if m["a"] else "b"
        if group == "a" or ":" in m[0] and re.match(r"(?:\s*\S+){2,}", m[group]):
            found.append((block.start + m.start(group), block.start + m.end(group), ":"))
    out: list[tuple[int, int, str]] = []
    for span in sorted(found, key=lambda s: (s[0], -s[1])):
        if not out or span[0] >= out[-1][1]:
            out.append(span)
    return out


def is_title(words: str) -> bool:
    """Whether quoted words look like a title or a name and not like speech: most words large, no end mark."""
    tokens = re.findall(r"[^\W\d_]+(?:['’]\w+)?", words)
    if not tokens or re.search(r"[.?!,;]\s*$", words) or len(tokens) > 9:
        return False
    small = {"a", "an", "the", "of", "and", "in", "on", "to", "for", "with", "at", "by", "from", "or"}
    main = [t for t in tokens if t.casefold() not in small]
    return len(tokens) >= 2 and all(t[0].isupper() for t in main) and tokens[0][0].isupper()


def _np(token: Any, base: int, is_me: Callable[[Any], bool]) -> Party:
    """The party that a noun or pronoun of the block stands for."""
    span = (base + token.idx, base + token.idx + len(token.text))
    low = token.lower_
    if low in ("i", "me", "myself"):
        return replace(NARRATOR, span=span)
    if is_me(token):
        return Party("narrator", noun=token.text, span=span)
    if low in ("we", "us", "you", "it", "they", "them", "who", "that", "this", "which"):
        return Party("other" if low not in ("we", "us") else "unknown", None, low, False, span)
    gender = lexicon.gender_of_word(low) or (lexicon.gender_of_name(token.text) if token.text[:1].isupper() else None)
    mine = any(c.lower_ in ("my", "our") for c in token.children if c.dep_ == "poss")
    return Party("other", gender, low, mine, span)


def _subject(verb: Any, quote_after: bool) -> Any | None:
    subj = [c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass")]
    if subj:
        return subj[0]
    if verb.dep_ == "conj" and verb.head.pos_ in ("VERB", "AUX"):
        return _subject(verb.head, quote_after)
    if verb.dep_ == "xcomp" and verb.head.pos_ in ("VERB", "AUX"):
        return _subject(verb.head, quote_after)
    right = [t for t in verb.doc[verb.i + 1 : verb.i + 7] if not t.is_space]
    for t in right:  # "said the clerk", "said Pintoo"
        if t.is_punct or t.pos_ == "ADP":
            break
        if t.pos_ in ("NOUN", "PROPN", "PRON") and not (t.i + 1 < len(verb.doc) and t.nbor().pos_ in ("NOUN", "PROPN") and t.dep_ == "compound"):
            return t
    if verb.dep_ in ("advcl", "xcomp", "acl", "ccomp", "pcomp") and verb.head.pos_ in ("VERB", "AUX"):
        return _subject(verb.head, quote_after)
    return None


def _addressee(verb: Any, subject: Any | None) -> Any | None:
    for c in verb.children:
        if c is subject:
            continue
        if c.dep_ in ("dobj", "dative", "iobj") and c.pos_ in ("NOUN", "PROPN", "PRON") and verb.lemma_ in ("tell", "ask", "inform", "remind", "assure", "warn", "order", "promise", "advise", "beg", "instruct", "greet", "call", "scold", "command"):
            return c
        if c.dep_ in ("prep", "dative") and (c.lower_ == "to" or c.lower_ == "at" and verb.lemma_ in ("shout", "yell", "snap", "scream", "bark", "call", "growl")):
            for o in c.children:
                if o.dep_ == "pobj":
                    return o
    return None


class Speech:
    """Reads the frames of one block. `doc` is the parse of the whole block, `is_me` knows the narrator's names."""

    def __init__(self, text: str, block: Block, doc: Any, is_me: Callable[[Any], bool]) -> None:
        self.text, self.block, self.doc, self.is_me = text, block, doc, is_me

    def _tokens(self, start: int, end: int) -> list[Any]:
        a, b = start - self.block.start, end - self.block.start
        return [t for t in self.doc if a <= t.idx < b and not t.is_space]

    def frames(self, previous: list[Frame]) -> list[Frame]:
        """The frames of this block, in order. `previous` are those of the blocks before, for turns that go on."""
        spans = [q for q in quotes_in(self.text, self.block) if not (q[2] != ":" and is_title(self.text[q[0] : q[1]]) and not self._said(q))]
        out: list[Frame] = []
        for i, (s, e, mark) in enumerate(spans):
            left = spans[i - 1][1] + 1 if i else self.block.start
            right = spans[i + 1][0] - 1 if i + 1 < len(spans) else self.block.end
            frame = self._read(s, e, mark, left, right, bool(i))
            if not frame.attributed:
                frame = self._carry(frame, out, previous, left)
            if frame.speaker.role == "unknown":
                frame = self._told_before(frame, left)
            out.append(self._turn(self._antecedent(frame), out, previous, left))
        return self._cues(out)

    def _said(self, q: tuple[int, int, str]) -> bool:
        near = self.text[max(self.block.start, q[0] - 30) : q[0]] + " " + self.text[q[1] : q[1] + 30]
        return bool(re.search(r"\b(?:said|says|asked|called|shouted|cried|yelled|told)\b", near))

    def _read(self, s: int, e: int, mark: str, left: int, right: int, has_left: bool) -> Frame:
        after = self.text[e + 1 : right]
        stop = re.search(r"[.!?](?=\s|$)|\n", after)
        clause_end = e + 1 + (stop.start() if stop else len(after))
        last_char = self.text[s:e].rstrip()[-1:]
        lower = re.match(r"\s*[-–—,]?\s*(?:[a-z]|I\b|[A-Z])", after)
        got = None
        complement = last_char in "?!.…" and re.match(
            r"\s*(?:[A-Z][\w'’]*|I)(?: [\w'’]+){0,3}? (?:said|asked|told|replied|answered|explained|wrote|says|say)\s+(?!(?:[.,;:!?—–-]|$|to\b|and\b|then\b|as\b|in\b|with\b|from\b|at\b|again\b|back\b|aloud\b|after\b|when\b|before\b|while\b|me\b|him\b|her\b|us\b|them\b|my\b|the\b|of\b|on\b|(?!only)\w+ly\b))", after
        )
        if mark != ":" and lower and not complement and (last_char in ",?!…—-" or re.match(r"\s*[,–—-]?\s*[a-z]", after)):
            got = self._attribution(e + 1, clause_end, True, at_once=last_char not in ",—–-")
        if got is None:
            before = self.text[left:s]
            cut = max((m.end() for m in re.finditer(r"[.!?](?=[\s)\"”])", before)), default=0)
            cue = before[cut:]
            if has_left and cut == 0 and re.search(r",\s*[\"“‘']?$", cue) and self._attribution(left, s, True):
                got = self._attribution(left, s, True)  # "…," he said, "…"
            elif re.search(r"[,:–—-]\s*[\"“‘'*_`]*$", cue) or mark == ":" or self._verb(left + cut, s, False) is not None:
                got = self._attribution(left + cut, s, False) or self._caption(left + cut, s)
        if got is None:
            return Frame(s, e, "quote", block=self.block.index)
        speaker, addressee, words = got
        return Frame(s, e, "quote", speaker, addressee, block=self.block.index, attribution=words, attributed=True)

    def _verb(self, start: int, end: int, first: bool) -> Any | None:
        verbs = [t for t in self._tokens(start, end) if t.pos_ in ("VERB", "AUX", "NOUN", "ADJ") and lexicon.speech_verb(t.lemma_) and (t.pos_ == "VERB" or t.lower_.endswith(("ed", "id", "ys", "es")))]
        return (verbs[0] if first else verbs[-1]) if verbs else None

    def _attribution(self, start: int, end: int, first: bool, at_once: bool = False) -> tuple[Party, Party, str] | None:
        verb = self._verb(start, end, first)
        if verb is None or at_once and any(t.pos_ == "VERB" and t.i < verb.i for t in self._tokens(start, end)):
            return None
        subject = _subject(verb, first)
        if subject is None:
            return None
        at = self.block.start + subject.idx
        if first and not start <= at < end:
            inside = [t for t in self._tokens(start, end) if t.pos_ in ("NOUN", "PROPN", "PRON") and t.lower_ not in ("my", "his", "her", "their", "our", "your")]
            before = [t for t in inside if t.i < verb.i and t.dep_ not in ("poss", "compound", "pobj")]
            after = [t for t in inside if t.i > verb.i and not any(x.is_punct or x.pos_ == "ADP" for x in t.doc[verb.i + 1 : t.i])]
            while len(after) > 1 and after[1].i == after[0].i + 1:  # "said uncle Ravi"
                after.pop(0)
            if not before and not after:
                return None
            subject = before[-1] if before else after[0]
        elif not start - 80 <= at < end:
            return None
        if subject.lower_ in ("who", "that") and subject.head.dep_ == "relcl":
            subject = subject.head.head
        to = _addressee(verb, subject)
        base = self.block.start
        return _np(subject, base, self.is_me), (_np(to, base, self.is_me) if to is not None else UNKNOWN), self.text[start:end]

    def _caption(self, start: int, end: int) -> tuple[Party, Party, str] | None:
        """A label before a colon: "Papa on the phone to the bank: …", "Clause 4: …"."""
        tokens = self._tokens(start, end)
        head = next((t for t in tokens if t.pos_ in ("NOUN", "PROPN", "PRON") and t.dep_ not in ("poss", "compound", "pobj")), None)
        if head is None or not re.search(r":\s*[\"“‘'*_`]*$", self.text[start:end]):
            return None
        prep = next((t for t in tokens if t.lower_ == "to" and t.pos_ == "ADP"), None)
        to = next((t for t in tokens if prep is not None and t.i > prep.i and t.pos_ in ("NOUN", "PROPN", "PRON") and t.dep_ not in ("poss", "compound")), None)
        base = self.block.start
        party = _np(head, base, self.is_me)
        if not (lexicon.is_role(head.lower_) or head.pos_ in ("PROPN", "PRON")):
            party = replace(party, gender=None, noun="")
        return party, (_np(to, base, self.is_me) if to is not None else UNKNOWN), self.text[start:end]

    def _told_before(self, frame: Frame, left: int) -> Frame:
        """The speaker from the sentence before: "Grandmother tells it to every visitor. “So he takes …”"."""
        gap = self.text[left : frame.start - 1]
        cuts = [m.end() for m in re.finditer(r"[.!?:][)\"”]*(?=\s)", gap.rstrip(" \t\n\"“‘'.!?:"))]
        start = left + (cuts[-1] if cuts else 0)
        tokens = self._tokens(start, frame.start - 1)
        if not tokens:
            return frame
        verbs = [t for t in tokens if t.pos_ == "VERB" and (lexicon.speech_verb(t.lemma_) or t.lemma_ in ("describe", "introduce", "explain", "praise", "look", "turn", "stop", "lean", "frown", "smile", "nod"))]
        for verb in verbs:
            subject = _subject(verb, False)
            if subject is None or not start <= self.block.start + subject.idx < frame.start:
                continue
            base = self.block.start
            party = _np(subject, base, self.is_me)
            to = _addressee(verb, subject)
            if to is None:
                to = next((o for c in verb.children if c.dep_ == "prep" and c.lower_ == "to" for o in c.children if o.dep_ == "pobj"), None)
            if party.role == "narrator" and not self.is_me(subject):
                if verb.lemma_ in ("say", "tell", "ask", "reply", "answer", "explain", "show", "shout", "whisper"):
                    return replace(frame, speaker=_np(to, base, self.is_me) if to is not None and to.lower_ not in ("me",) else OTHER, addressee=NARRATOR)
                continue
            if party.noun in ("that", "this", "which", "it"):
                continue
            return replace(frame, speaker=party, addressee=_np(to, base, self.is_me) if to is not None else UNKNOWN, attribution=self.text[start : frame.start - 1])
        heads = [t for t in tokens if t.dep_ in ("nsubj", "nsubjpass", "ROOT") and lexicon.is_role(t.lower_) and t.tag_ not in ("NNS",)]
        if len(heads) == 1 and not any(t.lower_ == "i" for t in tokens):
            return replace(frame, speaker=_np(heads[0], self.block.start, self.is_me))
        return frame

    def _antecedent(self, frame: Frame) -> Frame:
        """ "he said": the noun that he goes back to, so that he is not taken for a third person in his own speech."""
        if frame.speaker.noun not in ("he", "she"):
            return frame
        gender: Gender = "male" if frame.speaker.noun == "he" else "female"
        at = frame.speaker.span[0] - self.block.start
        best = None
        spans = [(q[0] - self.block.start, q[1] - self.block.start) for q in quotes_in(self.text, self.block)]
        for t in reversed([t for t in self.doc if t.idx < at]):
            if any(a <= t.idx < b for a, b in spans) or t.pos_ not in ("NOUN", "PROPN") or t.tag_ in ("NNS", "NNPS"):
                continue
            if best is not None and best.sent.start - t.sent.start > 0 and best.dep_ in ("nsubj", "nsubjpass"):
                break
            known = lexicon.gender_of_word(t.lower_) or (lexicon.gender_of_name(t.text) if t.pos_ == "PROPN" else None)
            if known not in (None, gender) or known is None and not (lexicon.is_role(t.lower_) or t.ent_type_ == "PERSON" or t.pos_ == "PROPN" and t.dep_ in ("nsubj", "nsubjpass")):
                continue
            if self.is_me(t):
                continue
            if best is None or t.dep_ in ("nsubj", "nsubjpass") and best.dep_ not in ("nsubj", "nsubjpass"):
                best = t
            if best.dep_ in ("nsubj", "nsubjpass"):
                break
        if best is None:
            return replace(frame, speaker=replace(frame.speaker, gender=gender))
        mine = any(c.lower_ in ("my", "our") for c in best.children if c.dep_ == "poss")
        return replace(frame, speaker=replace(frame.speaker, gender=gender, noun=best.lower_, mine=mine))

    def _turn(self, frame: Frame, here: list[Frame], previous: list[Frame], left: int) -> Frame:
        """An answer to what the narrator has just said is said to the narrator."""
        if frame.speaker.role != "other" or frame.addressee.role != "unknown":
            return frame
        if re.search(r"\b(?:in(?:to)? my ear|to me\b|at me\b|my way\b|in my direction)", re.sub(r"\b(?:point|nod|gestur|jerk|look|glanc)\w*\b[^,;]*", "", frame.attribution)):
            return replace(frame, addressee=NARRATOR)
        last = here[-1] if here else previous[-1] if previous and previous[-1].block == self.block.index - 1 else None
        gap = self.text[(last.end if last else left) : frame.start]
        if last is not None and last.speaker.role == "narrator" and len(gap) < 90 and last.kind == "quote":
            return replace(frame, addressee=NARRATOR)
        near = self.text[left : frame.start][-120:]
        if re.search(r"\bI (?:said|asked|told|replied|answered|explained)\b[^.!?]*[.!?]\s*[\"“‘]?$", near):
            return replace(frame, addressee=NARRATOR)
        return frame

    def _carry(self, frame: Frame, here: list[Frame], previous: list[Frame], left: int) -> Frame:
        """Who speaks where nothing says it: the same one after a bare attribution, the other one in an answer."""
        gap = self.text[left : frame.start - 1].strip(" \n\t\"“”*_")
        rest = self.text[frame.end + 1 : frame.end + 60]
        if here:
            last = here[-1]
            sentences = len(re.findall(r"[.!?](?:\s|$)", gap)) or (1 if gap else 0)
            if last.speaker.role != "unknown" and sentences <= 1 and last.attributed and self._attribution(left, frame.start - 1, True) is not None:
                return replace(frame, speaker=last.speaker, addressee=last.addressee)
            if re.match(r"(?:So |Then |And |But )?(?:I|i) ", gap.split(". ")[-1]) and last.speaker.role == "other":
                return replace(frame, speaker=last.speaker, addressee=NARRATOR if re.search(r"\bI (?:said|asked|told|replied|answered|explained|nodded|shook)\b", gap) else last.addressee)
            if re.search(r"\bI (?:said|asked|told|replied|answered|explained|showed|gave|shook|nodded)\b", gap):
                return replace(frame, speaker=OTHER, addressee=NARRATOR)
            if not gap and last.speaker.role == "narrator":
                return replace(frame, speaker=OTHER)
            if last.speaker.role == "other" and not re.search(r"\bI\b", gap) and sentences <= 2 and last.attributed:
                return replace(frame, speaker=last.speaker, addressee=last.addressee)
        elif previous and previous[-1].block == self.block.index - 1 and not gap and previous[-1].kind == "quote":
            last = previous[-1]
            if last.speaker.role == "narrator":
                return replace(frame, speaker=OTHER, addressee=NARRATOR)
            if last.speaker.role == "other" and last.addressee.role == "narrator":
                return replace(frame, speaker=NARRATOR)
        if re.match(r"\s*I (?:said|replied|answered|told|showed|handed|gave|explained|pointed|shook|nodded)\b", rest) and frame.speaker.role == "unknown":
            known = self._told_before(frame, left)
            return replace(known, speaker=known.speaker if known.speaker.role == "other" else OTHER, addressee=NARRATOR)
        return frame

    def _cues(self, frames: list[Frame]) -> list[Frame]:
        out = []
        for i, f in enumerate(frames):
            left = frames[i - 1].end + 1 if i else self.block.start
            right = frames[i + 1].start - 1 if i + 1 < len(frames) else self.block.end
            before = re.split(r"(?<=[.!?])\s", self.text[left : f.start])[-2:]
            after = re.split(r"(?<=[.!?])\s", self.text[f.end : right])[:2]
            if f.speaker.role != "narrator":
                hit = _ABOUT.search(" ".join(before)) or _ABOUT.search(after[0] if after else "")
                if hit:
                    f = replace(f, about=0.45, cue=hit[0])
                elif weak := _SAID_OF.search(self.text[max(0, self.block.start - 400) : f.start]):
                    f = replace(f, about=0.2, cue=weak[0])
            out.append(f)
        return out
