"""Cues that a speech is about the narrator: the words around it, what was said just before, a report read out."""

from __future__ import annotations

import re
from dataclasses import replace

from refiner.language.blocks import Block
from refiner.language.quotes import Frame

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
    r"\b(?:got|came) to me\b|\bmy turn\b|\bmeaning me\b|\bwith me (?:standing|sitting|there|right)"
    r"|\bme (?:standing|sitting|lying) (?:right )?(?:there|by|beside|next)"
    r"|\bintroduc\w+ (?:people|everyone|everybody|us|the family)\b|\babout me\b|\bto my face\b"
    r"|\bwhile I (?:stood|sat|waited|listened)"
    r"|\blook\w* (?:straight |right )?(?:at|past|through) me\b",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"\b(?:discuss|explain|describ|introduc|prais|defend|present|recommend)\w* me\b"
    r"|\bI was (?:explained|described|introduced|discussed)\b"
    r"|\b(?:evidence|complain\w*|talk\w*|spoke|speak\w*|said|say|says|told [\w ]{1,20}) (?:about|of|against) me\b"
    r"|\bmeaning me\b"
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
    r"\b(?:report cards?|(?:school |annual |term )?reports?|reviews?|references?|testimonials?|appraisals?"
    r"|certificates?|register|service book|remarks?|bulletin|dossier|notes? (?:home|from the school)|every note"
    r"|record book|prospectus|programme|minutes)\b",
    re.IGNORECASE,
)
_MINE = re.compile(r"(?<!\w)(?:I|me|my|mine|about me|on me)(?!\w)|\bsent home\b")
_TO_ME = re.compile(r"\b(?:told|asked|said to|turned to|answered) me\b|\bI (?:said|asked|told|replied|answered)\b")


class Cues:
    """Marks the frames of one block that are about the narrator. `text` and `block` are those of Speech."""

    text: str
    block: Block

    def _cues(self, frames: list[Frame]) -> list[Frame]:
        """The same frames, with `about` (0..1), `cue` and `record` set where the words around say so."""
        out: list[Frame] = []
        for i, f in enumerate(frames):
            left = frames[i - 1].end + 1 if i else self.block.start
            right = frames[i + 1].start - 1 if i + 1 < len(frames) else self.block.end
            before = " ".join(re.split(r"(?<=[.!?])\s", self.text[left : f.start])[-2:])
            after = re.split(r"(?<=[.!?])\s", self.text[f.end : right])[0]
            if f.speaker.role != "narrator":
                hit = _ASKED_OF_ME.search(before) or _ABOUT.search(before) or _ABOUT.search(after)
                if hit:
                    strong = _STRONG.search(before) or _STRONG.search(after)
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
                    f = replace(f, about=0.3 if _SAID_OF.search(before) else 0.2, cue=weak[0])
            out.append(f)
        return out

    def _of_record(self, frame: Frame) -> bool:
        """Whether the words stand in a report, a review, a register on the narrator, by what led up to them."""
        told = frame.attributed and not re.search(r":\s*[\"“‘'*_]*$", frame.attribution)
        if told or frame.addressee.role == "narrator":
            return False
        led = self.text[max(0, self.block.start - 700) : frame.start]
        return any(_MINE.search(led[max(0, m.start() - 90) : m.end() + 90]) is not None for m in _RECORD.finditer(led))
