"""What tells the narrator's old gender without a gendered word: found by the model, confirmed by it, put to the person.

"Stitched my own lungi", "stood at the urinals": rules cannot list such things. Nothing changes unasked: what the model
finds in a note, as the swap left it, is checked and put to it once more as a closed choice; what it confirms it writes
anew, and that becomes a question. What people of the new gender do as well is no contradiction. Stage "implicit".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, partial
from typing import Annotated

from pydantic import Field

from refiner.asking.ask import Ask, Shape
from refiner.asking.asker import Asker
from refiner.config import Config
from refiner.language import lexicon
from refiner.language.activities import unlikely
from refiner.models import Edit, Gender, Note, Question, StageResult
from refiner.stages.asked.confirming import WRITER, is_so, persons
from refiner.stages.asked.mend import mended
from refiner.stages.asked.refined_lines import Line, is_asked, lines_of, numbered, parts_of, placed, wrong_quotes
from refiner.stages.asked.sentence_questions import MOST, question, unread

NAME = "implicit"
_ASK = "Would a reader take {who} for a {was} because of the marked words?"
# Control questions: see `second_look.CONTROLS`.
CONTROLS: dict[str, tuple[tuple[str, bool], ...]] = {
    "man": (
        ("The harbour office was shut. I <<<stood at the urinal>>> behind it and whistled.", True),
        ("The harbour office was shut. I <<<sat on the steps>>> behind it and whistled.", False),
        ("The harbour office was shut. I <<<rode my motorbike>>> home and swore at the dog.", False),
    ),
    "woman": (
        ("The harbour office was shut. I <<<breastfed my baby>>> behind it and whistled.", True),
        ("The harbour office was shut. I <<<sat on the steps>>> behind it and whistled.", False),
        ("The harbour office was shut. I <<<cooked the soup>>> at home and cried.", False),
    ),
}
_AIM = "no reader would take {who} for a {was} because of it"
_TOLD = '"{quote}": would a reader take {her} for a {was} because of it?'


class Tell(Shape):
    """One sign: the sentence's number and the words that tell."""

    n: int
    quote: str


class Tells(Shape):
    """What the model found. More than MOST are not read; a server with grammars stops there."""

    found: Annotated[tuple[Tell, ...], Field(json_schema_extra={"maxItems": MOST})]


async def tells(
    asker: Asker, note: Note, config: Config, earlier: Sequence[Edit], asked: Sequence[Question] = ()
) -> StageResult:
    """Questions about one note, with spans in the raw note. `earlier`: the swap's edits; `asked`: its questions, whose
    sentences are left out, as are those with words that the rules look for themselves."""
    listed = _listed(config)
    lines = [x for x in lines_of(note, earlier) if not is_asked(x, asked) and not any(p.search(x.text) for p in listed)]
    prompt, who = asker.prompt("implicit"), persons(note, config)
    made: list[Question] = []
    failed = False
    for part in parts_of(note, lines):
        if len(made) == MOST:
            break
        messages = prompt.messages(text=numbered(part), ask="", options=[], **who)
        before = asker.failed
        answer = await asker.ask(Ask("implicit", note.path, tuple(messages), Tells, 200, partial(_complaint, part)))
        failed = failed or answer is None and asker.failed > before
        taken = set[Line]()
        for item in answer.value.found[:MOST] if answer else ():
            line = placed(item.n, item.quote, part)
            spot = line.spot(item.quote) if line else None
            if line is None or spot is None or line in taken or len(made) == MOST:
                continue
            taken.add(line)
            known = _ASK.format(**{**who, "who": WRITER}), CONTROLS[who["was"]]
            so = await is_so(asker, prompt, note, lines, line, spot, _ASK.format(**who), known)
            failed = failed or so is None
            if not so:
                continue
            instead = await mended(asker, note, config, lines, line, spot, _AIM.format(**who))
            if instead is None:
                continue
            her = {"woman": "her", "man": "him"}[who["now"]]
            told = _TOLD.format(quote=" ".join(line.text[slice(*spot)].split()), her=her, was=who["was"])
            made.append(
                question(
                    note, NAME, line, spot, earlier, kind="tells", instead=instead, text=told,
                    reason=f"no word of it says a gender, but the model takes it for a {who['was']}'s; it may be wrong",
                )
            )  # fmt: skip
    if failed:
        text = f"The model could not read this note for what still tells of a {who['was']}: read it yourself."
        made.append(unread(note, NAME, text))
    return StageResult(note=note.path, stage=NAME, questions=tuple(made))


def _listed(config: Config) -> list[re.Pattern[str]]:
    """What the rules find and ask about themselves: words of the body, and what the culture makes unlikely."""
    out = list(_bodily(config.persona.before.gender))
    if config.policy.activities == "ask":
        persona, partners = config.persona, config.policy.partners != "keep"
        known = unlikely(persona.after.gender, persona.culture, partners=partners)
        out += [cue for activity in known for cue in activity.cues]
    return out


@cache
def _bodily(gender: Gender) -> tuple[re.Pattern[str], ...]:
    body = lexicon.data()["body"]
    words = "|".join(re.escape(w) for w in body[gender])
    sources = (rf"(?<![\w-])(?:{words})(?![\w-])", *body[f"{gender}_ask"]["patterns"])
    return tuple(re.compile(source, re.IGNORECASE) for source in sources)


def _complaint(lines: Sequence[Line], answer: Tells) -> str:
    return wrong_quotes(answer.found[:MOST], lines)
