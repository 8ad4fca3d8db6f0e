"""Turns of talk: who speaks where nothing says it, and to whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from refiner.language import lexicon
from refiner.language.cues import Cues
from refiner.language.parse import entity_type
from refiner.language.quotes import NARRATOR, OTHER, UNKNOWN, Frame, Party, quotes_in
from refiner.language.speakers import addressee_of, party_of, subject_of
from refiner.models import Gender

# Besides verbs of speech: what people do in the sentence before they speak.
_LEAD_IN = ("describe", "introduce", "explain", "praise", "look", "turn", "stop", "lean", "frown", "smile", "nod")


class Turns(Cues):
    """The steps of Speech that look beyond one quote. `doc` and `is_me` are those of Speech."""

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
        verbs = [t for t in tokens if t.pos_ == "VERB" and (lexicon.speech_verb(t.lemma_) or t.lemma_ in _LEAD_IN)]
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
                said = self.text[start : frame.start]
                if re.search(
                    r"\bI (?:must|have to|had to|always|often|usually|used to|keep|kept|would|can|could) (?:\w+ )?"
                    r"(?:say|ask|tell|repeat|shout)",
                    said,
                ):
                    return replace(frame, speaker=NARRATOR)  # "I must say it four hundred times a day."
                if verb.lemma_ in ("say", "tell", "ask", "reply", "answer", "explain", "show", "shout", "whisper"):
                    other = to is not None and to.lower_ != "me"
                    return replace(
                        frame, speaker=party_of(to, base, self.is_me) if other else OTHER, addressee=NARRATOR
                    )
                continue
            if party.noun in ("that", "this", "which", "it"):
                continue
            asked_me = verb.lemma_ == "ask" and to is not None and party_of(to, base, self.is_me).role == "narrator"
            if asked_me and not self.text[frame.start : frame.end].rstrip().endswith("?"):
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
            if t.dep_ in ("nsubj", "nsubjpass", "ROOT") and lexicon.is_role(t.lower_) and t.tag_ != "NNS"
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
            answers = party_of(asked[0], self.block.start, self.is_me)
            same_gender = frame.speaker.gender is not None and frame.speaker.gender == answers.gender
            if answers.noun == frame.speaker.noun or same_gender:
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
        i_answer = re.match(
            r"\s*(?:[A-Z][^.!?\"“]{1,60}, )?I "
            r"(?:said|replied|answered|tell|told|showed|handed|gave|explained|pointed|shook|nodded)\b",
            rest,
        )
        if i_answer and frame.speaker.role == "unknown":
            known = self._told_before(frame, left)
            return replace(known, speaker=known.speaker if known.speaker.role == "other" else OTHER, addressee=NARRATOR)
        return frame
