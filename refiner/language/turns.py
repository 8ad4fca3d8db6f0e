"""Turns of talk: who speaks where nothing says it, to whom, and whether the narrator is what it is about."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from refiner.language import lexicon
from refiner.language.blocks import Block
from refiner.language.parse import entity_type
from refiner.language.quotes import NARRATOR, OTHER, UNKNOWN, Frame, Party, quotes_in
from refiner.language.speakers import addressee_of, party_of, subject_of
from refiner.models import Gender

_ABOUT = re.compile(
    r"\b(?:about|of|regarding|concerning) me\b(?! (?:to|and my|was|were))|"
    r"\b(?:describ|introduc|prais|mention|recommend|discuss|defend|compar|"
    r"call|point|nominat|present|show|refer)\w*\b"
    r"(?: \w+){0,3}? me\b|\b(?:point|nod|gestur|jerk|wav|indicat|glanc|"
    r"smil|wink)\w*\b[^.;\"“”]{0,25}\b(?:at|to|towards?|in) (?:me|my "
    r"direction)\b"
    r"|\bI was (?:explained|described|introduced|discussed)\b|\bover my (?:open mouth|shoulder|knees)\b"
    r"|\bme\b[^.!?]{0,30}\bas (?:the|an) example\b"
    r"|\bin front of me\b|\bin my (?:hearing|presence)\b|\bas (?:though|"
    r"if) I(?:'d| had| was| were| wasn't| weren't| wasn’t| weren’t|’d)\b"
    r"|\bso that I (?:could|would|might|should) (?:hear|know|listen)\b"
    r"|\bover my head\b|\bwithin (?:my )?earshot\b|\bbehind my back\b"
    r"|\bI (?:over)?heard\b|\bI was (?:right there|listening|in the (?:next "
    r")?room|standing (?:right )?(?:there|behind))"
    r"|\b(?:pat|slap|clap|thump|squeez)\w* (?:me\b|my (?:back|shoulder|"
    r"head|cheek))|\bhand on my (?:head|shoulder|back)\b|\barm (?:a)?round "
    r"(?:me|my)\b"
    r"|\bto (?:everyone|everybody|anyone|the whole|all the|our|her|his|"
    r"their) (?:\w+ )?(?:about me|who would listen)\b|\bof me\b|\bmy "
    r"(?:report card|reference|recommendation|review|appraisal|biodata|"
    r"character certificate)\b"
    r"|\bwho I was\b|\bwhose (?:son|daughter|child|boy|girl) I was\b|"
    r"\b(?:got|came) to me\b|\bmy turn\b|\bmeaning me\b|\bwith me (?:standing|sitting|there|right)|\bme (?:standing|sitting|lying) (?:right )?(?:there|by|beside|next)|"
    r"\bintroduc\w+ (?:people|everyone|everybody|us|the family)\b|\babout me\b|\bto my face\b|\bwhile I (?:stood|sat|waited|listened)|"
    r"\blook\w* (?:straight |right )?(?:at|past|through) me\b",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"\b(?:discuss|explain|describ|introduc|prais|defend|present|recommend)\w* me\b|\bI was (?:explained|described|introduced|discussed)\b"
    r"|\b(?:evidence|complain\w*|talk\w*|spoke|speak\w*|said|say|says|told [\w ]{1,20}) (?:about|of|against) me\b|\bmeaning me\b"
    r"|\bme\b[^.!?]{0,30}\bas (?:the|an) example\b|\bover my (?:head|open mouth|shoulder|knees)\b",
    re.IGNORECASE,
)
_ASKED_OF_ME = re.compile(
    r"\b(?:ask|wonder|inquir|enquir)\w*\b[^.!?]*\b(?:I (?:was|am|were|had|did|have|would|could)|about me|for me)\b"
)
_SAID_OF = re.compile(
    r"\bmy (?:\w+ )?(?:reports?|reviews?|references?|records?|testimonials?|results?|marks|medical file)\b|"
    r"\bmy (?:first |last |new )?(?:talk|speech|paper|book|form|application|"
    r"essay|performance|recital|thesis|interview|lecture|work|report|"
    r"feedback)\b",
    re.IGNORECASE,
)


_RECORD = re.compile(
    r"\b(?:report cards?|(?:school |annual |term )?reports?|reviews?|references?|testimonials?|appraisals?|certificates?|register|"
    r"service book|remarks?|bulletin|dossier|notes? (?:home|from the school)|every note|record book|prospectus|programme|minutes)\b",
    re.IGNORECASE,
)
_MINE = re.compile(r"(?<!\w)(?:I|me|my|mine|about me|on me)(?!\w)|\bsent home\b")
_TO_ME = re.compile(r"\b(?:told|asked|said to|turned to|answered) me\b|\bI (?:said|asked|told|replied|answered)\b")


class Turns:
    """The steps of Speech that look beyond one quote. `text`, `block`, `doc` and `is_me` are those of Speech."""

    text: str
    block: Block
    doc: Any
    is_me: Callable[[Any], bool]

    def _tokens(self, start: int, end: int) -> list[Any]:
        raise NotImplementedError

    def _attribution(self, start: int, end: int, first: bool, at_once: bool = False) -> tuple[Party, Party, str] | None:
        raise NotImplementedError

    def _told_before(self, frame: Frame, left: int) -> Frame:
        """The speaker from the sentence before: "Grandmother tells it to every visitor. “So he takes …”"."""
        gap = self.text[left : frame.start - 1]
        cuts = [m.end() for m in re.finditer(r"[.!?:][)\"”]*(?=\s)", gap.rstrip(" \t\n\"“‘'.!?:"))]
        start = left + (cuts[-1] if cuts else 0)
        tokens = self._tokens(start, frame.start - 1)
        if not tokens:
            return frame
        verbs = [
            t
            for t in tokens
            if t.pos_ == "VERB"
            and (
                lexicon.speech_verb(t.lemma_)
                or t.lemma_
                in (
                    "describe",
                    "introduce",
                    "explain",
                    "praise",
                    "look",
                    "turn",
                    "stop",
                    "lean",
                    "frown",
                    "smile",
                    "nod",
                )
            )
        ]
        for verb in verbs:
            subject = subject_of(verb, False)
            if subject is None or not start <= self.block.start + subject.idx < frame.start:
                continue
            base = self.block.start
            party = party_of(subject, base, self.is_me)
            to = addressee_of(verb, subject)
            if to is None:
                to = next(
                    (
                        o
                        for c in verb.children
                        if c.dep_ == "prep" and c.lower_ == "to"
                        for o in c.children
                        if o.dep_ == "pobj"
                    ),
                    None,
                )
            if party.role == "narrator" and not self.is_me(subject):
                if verb.lemma_ in ("say", "tell", "ask", "reply", "answer", "explain", "show", "shout", "whisper"):
                    return replace(
                        frame,
                        speaker=party_of(to, base, self.is_me)
                        if to is not None and to.lower_ not in ("me",)
                        else OTHER,
                        addressee=NARRATOR,
                    )
                continue
            if party.noun in ("that", "this", "which", "it"):
                continue
            if verb.lemma_ == "ask" and to is not None and party_of(to, base, self.is_me).role == "narrator":
                if not self.text[frame.start : frame.end].rstrip().endswith("?"):
                    return replace(frame, speaker=NARRATOR, addressee=party)  # the answer is the narrator's
            return replace(
                frame,
                speaker=party,
                addressee=party_of(to, base, self.is_me) if to is not None else UNKNOWN,
                attribution=self.text[start : frame.start - 1],
            )
        heads = [
            t
            for t in tokens
            if t.dep_ in ("nsubj", "nsubjpass", "ROOT") and lexicon.is_role(t.lower_) and t.tag_ not in ("NNS",)
        ]
        if len(heads) == 1 and not any(t.lower_ == "i" for t in tokens):
            return replace(frame, speaker=party_of(heads[0], self.block.start, self.is_me))
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
            if (
                known not in (None, gender)
                or known is None
                and not (
                    lexicon.is_role(t.lower_)
                    or entity_type(t) == "PERSON"
                    or t.pos_ == "PROPN"
                    and t.dep_ in ("nsubj", "nsubjpass")
                )
            ):
                continue
            if self.is_me(t) or any(c.lower_ in ("his", "her") for c in t.children if c.dep_ == "poss"):
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
        near = self.text[frame.end : frame.end + 60].split(". ")[0]
        if re.search(r"\bnot (?:to|of|at|for) me\b", frame.attribution + near):
            return replace(frame, addressee=OTHER)
        if re.search(
            r"\b(?:in(?:to)? my ear|to me\b|at me\b|my way\b|in my direction)",
            re.sub(r"\b(?:point|nod|gestur|jerk|look|glanc)\w*\b[^,;]*", "", frame.attribution),
        ):
            return replace(frame, addressee=NARRATOR)
        last = here[-1] if here else previous[-1] if previous and previous[-1].block == self.block.index - 1 else None
        gap = self.text[(last.end if last else left) : frame.start]
        if (
            last is not None
            and last.kind == "quote"
            and last.attributed
            and last.speaker.role == "other"
            and frame.attributed
            and frame.speaker.noun != last.speaker.noun
            and last.speaker.noun
            and len(gap) < 70
            and last.addressee.role != "narrator"
            and not re.search(r"(?<!\w)(?:I|me)(?!\w)", gap)
            and last.text_asks(self.text)
        ):
            return replace(frame, addressee=last.speaker)
        if last is not None and last.speaker.role == "narrator" and len(gap) < 90 and last.kind == "quote":
            return replace(frame, addressee=NARRATOR)
        if (
            last is not None
            and last.kind == "quote"
            and last.speaker.role != "narrator"
            and last.addressee.role != "narrator"
            and last.text_asks(self.text)
            and len(gap) < 240
            and re.search(
                r"[,\s](?:sir|ma['’]?am|madam|boss|chief|saab|sahib)\W*$|^\W*(?:sir|madam|ma['’]?am)\b",
                self.text[frame.start : frame.end],
                re.I,
            )
            and not re.search(r"(?<!\w)(?:I|me|my)(?!\w)", gap)
            and re.search(r"[A-Za-z]{3}", gap)
        ):
            return replace(frame, addressee=OTHER)  # a superior asked, and not the narrator
        asked = self._asker(frame, left)
        if asked is not None:
            return replace(frame, addressee=asked)
        near = self.text[left : frame.start][-120:]
        if re.search(r"\bI (?:said|asked|told|replied|answered|explained)\b[^.!?]*[.!?]\s*[\"“‘]?$", near):
            return replace(frame, addressee=NARRATOR)
        return frame

    def _asker(self, frame: Frame, left: int) -> Party | None:
        """Who asked: "The policeman asked my landlady … “He pays,” she said": she says it to the policeman."""
        for verb in self._tokens(left, frame.start):
            if verb.lemma_ not in ("ask", "question", "interrogate"):
                continue
            subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
            asked = [c for c in verb.children if c.dep_ in ("dobj", "dative") and c.i > verb.i]
            if subject is None or not asked:
                continue
            woman = party_of(asked[0], self.block.start, self.is_me)
            if (
                woman.noun == frame.speaker.noun
                or frame.speaker.gender is not None
                and frame.speaker.gender == woman.gender
            ):
                return party_of(subject, self.block.start, self.is_me)
        return None

    def _carry(self, frame: Frame, here: list[Frame], previous: list[Frame], left: int) -> Frame:
        """Who speaks where nothing says it: the same one after a bare attribution, the other one in an answer."""
        gap = self.text[left : frame.start - 1].strip(' \n\t"“”*_')
        rest = self.text[frame.end + 1 : frame.end + 60]
        if here:
            last = here[-1]
            sentences = len(re.findall(r"[.!?](?:\s|$)", gap)) or (1 if gap else 0)
            if (
                last.speaker.role != "unknown"
                and sentences <= 1
                and last.attributed
                and self._attribution(left, frame.start - 1, True) is not None
            ):
                return replace(frame, speaker=last.speaker, addressee=last.addressee)
            if re.match(r"(?:So |Then |And |But )?(?:I|i) ", gap.split(". ")[-1]) and last.speaker.role == "other":
                return replace(
                    frame,
                    speaker=last.speaker,
                    addressee=NARRATOR
                    if re.search(r"\bI (?:said|asked|told|replied|answered|explained|nodded|shook)\b", gap)
                    else last.addressee,
                )
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
        if (
            re.match(
                r"\s*(?:[A-Z][^.!?\"“]{1,60}, )?I (?:said|replied|answered|tell|told|showed|handed|gave|explained|pointed|shook|nodded)\b",
                rest,
            )
            and frame.speaker.role == "unknown"
        ):
            known = self._told_before(frame, left)
            return replace(known, speaker=known.speaker if known.speaker.role == "other" else OTHER, addressee=NARRATOR)
        return frame

    def _of_record(self, frame: Frame) -> bool:
        """Whether the words stand in a report, a review, a register that is about the narrator, by what led up to them."""
        told = frame.attributed and not re.search(r":\s*[\"“‘'*_]*$", frame.attribution)
        if told or frame.addressee.role == "narrator":
            return False
        led = self.text[max(0, self.block.start - 700) : frame.start]
        return any(_MINE.search(led[max(0, m.start() - 90) : m.end() + 90]) is not None for m in _RECORD.finditer(led))

    def _cues(self, frames: list[Frame]) -> list[Frame]:
        out: list[Frame] = []
        for i, f in enumerate(frames):
            left = frames[i - 1].end + 1 if i else self.block.start
            right = frames[i + 1].start - 1 if i + 1 < len(frames) else self.block.end
            before = re.split(r"(?<=[.!?])\s", self.text[left : f.start])[-2:]
            after = re.split(r"(?<=[.!?])\s", self.text[f.end : right])[:2]
            if f.speaker.role != "narrator":
                hit = (
                    _ASKED_OF_ME.search(" ".join(before))
                    or _ABOUT.search(" ".join(before))
                    or _ABOUT.search(after[0] if after else "")
                )
                if hit:
                    strong = _STRONG.search(" ".join(before)) or _STRONG.search(after[0] if after else "")
                    f = replace(f, about=0.7 if strong else 0.45, cue=(strong or hit)[0])
                elif out and out[-1].about >= 0.4 and f.speaker.noun and out[-1].speaker.noun == f.speaker.noun:
                    f = replace(f, about=out[-1].about, cue=out[-1].cue)
                elif (
                    out
                    and out[-1].about >= 0.6
                    and f.addressee.role != "narrator"
                    and not _TO_ME.search(self.text[left : f.start])
                ):
                    f = replace(f, about=0.6 if f.start - out[-1].end < 120 else 0.3, cue=out[-1].cue)
                elif self._of_record(f):
                    f = replace(f, about=0.45, cue="a report on the narrator", record=True)
                elif weak := _SAID_OF.search(self.text[max(0, self.block.start - 400) : f.start]):
                    near = _SAID_OF.search(" ".join(before))
                    f = replace(f, about=0.3 if near else 0.2, cue=weak[0])
            out.append(f)
        return out
