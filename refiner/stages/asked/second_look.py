"""A second look at the refined notes: the model reads each again and says what still contradicts; the person is asked.

Nothing changes unasked. The model answers with a short list; each item is checked and put to it once more as a closed
choice; what it confirms it writes anew, and that becomes one question with the mended sentence as its first choice.
Stage "second-look".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from refiner.asking.ask import Ask, Shape
from refiner.asking.asker import Asker
from refiner.config import Config
from refiner.edits import in_force
from refiner.models import Edit, Note, Question, StageResult
from refiner.stages.asked.confirming import WRITER, controls_for, is_so, persons
from refiner.stages.asked.mend import mended
from refiner.stages.asked.refined_lines import Line, is_asked, lines_of, numbered, parts_of, placed, wrong_quotes
from refiner.stages.asked.sentence_questions import MOST, question, unread

NAME = "second-look"
Kind = Literal["leftover", "pronoun", "name", "nonsense", "impossible"]

_ASKED = {
    "leftover": "Do the marked words say that {who} is a {was}?",
    "pronoun": "Do the marked words point to another person than the one who is meant?",
    "name": "Are the marked words a second name for somebody who is called otherwise in this passage?",
    "nonsense": "Has the sentence lost its sense at the marked words?",
    "impossible": "Is it certain that the marked words could not have been so for a {now} in those days?",
}
# A small model says yes to nearly everything, in every order. Before it is believed about a note it must tell these
# apart, whose answers are known; they are asked once in a life, since equal questions are.
CONTROLS: dict[str, tuple[tuple[str, bool], ...]] = {
    "leftover": (
        ("I lost my umbrella on the tram. I was <<<the only {boy}>>> without one in that rain.", True),
        ("I lost my umbrella on the tram. <<<The {boy} beside me>>> had two and gave me one.", False),
        ("I lost <<<my umbrella>>> on the tram and walked home in the rain.", False),
    ),
    "pronoun": (
        ("My aunt Olga rang from the harbour. <<<He>>> wanted her oars back, she said, by noon.", True),
        ("My aunt Olga rang from the harbour. <<<She>>> wanted her oars back by noon.", False),
    ),
    "name": (
        ("Olga took the oars. <<<Helga>>>, as I said, took the oars, and Olga rowed us home.", True),
        ("Olga took the oars. <<<Pavel>>>, her husband, sat in the bow and slept.", False),
    ),
    "nonsense": (
        ("I tied the boat <<<to of opened the>>> and went home.", True),
        ("I tied the boat <<<to the old crane>>> and went home.", False),
    ),
    "impossible": (
        ("In 1890 I, a {girl} of ten, <<<was crowned king>>> of Sweden in the cathedral.", True),
        ("In 1990 I, a {girl} of ten, <<<mended the pump>>> with a spoon.", False),
    ),
}
_AIM = {
    "leftover": "it no longer says that {who} is a {was}",
    "pronoun": "it is clear who is meant",
    "name": "this person is called as in the rest of the passage",
    "nonsense": "it makes sense",
    "impossible": "it could have been so for a {now} in those days",
}
_TOLD = {
    "leftover": 'does "{quote}" still tell of a {was}?',
    "pronoun": 'does "{quote}" point to the wrong person?',
    "name": 'is "{quote}" a second name for the same person?',
    "nonsense": 'has the sentence lost its sense at "{quote}"?',
    "impossible": 'could "{quote}" have been so for {now_her}?',
}


class Found(Shape):
    """One contradiction: the line's number, its words, and what is wrong with them."""

    n: int
    quote: str
    kind: Kind


class Contradictions(Shape):
    """What the model found. More than MOST are not read; a server with grammars stops there."""

    found: Annotated[tuple[Found, ...], Field(json_schema_extra={"maxItems": MOST})]


async def look_again(
    asker: Asker, note: Note, config: Config, edits: Sequence[Edit], asked: Sequence[Question] = ()
) -> StageResult:
    """Questions about what still contradicts in one refined note; none where nothing was edited.

    `asked`: questions that stand already; the model gets their sentences and cannot speak of them.
    """
    nothing = StageResult(note=note.path, stage=NAME)
    live = in_force(edits)
    lines = lines_of(note, live)
    if not live or not lines:
        return nothing
    prompt, who = asker.prompt("second_look"), persons(note, config)
    made: list[Question] = []
    failed = False
    for part in parts_of(note, lines):
        silent = [line for line in part if is_asked(line, asked)]
        if len(silent) == len(part) or len(made) == MOST:
            continue
        text = numbered(part, silent)
        messages = prompt.messages(text=text, ask="", options=[], **who)
        check = partial(_complaint, part, silent)
        before = asker.failed
        answer = await asker.ask(Ask("second_look", note.path, tuple(messages), Contradictions, 200, check))
        failed = failed or answer is None and asker.failed > before
        taken = set[Line](silent)
        for item in answer.value.found[:MOST] if answer else ():
            line = placed(item.n, item.quote, part)
            spot = line.spot(item.quote) if line else None
            if line is None or spot is None or line in taken or len(made) == MOST:
                continue
            taken.add(line)
            ask = _ASKED[item.kind].format(**who)
            known = _ASKED[item.kind].format(**{**who, "who": WRITER}), controls_for(CONTROLS[item.kind], who["was"])
            so = await is_so(asker, prompt, note, lines, line, spot, ask, known)
            failed = failed or so is None
            if not so:
                continue
            aim = _AIM[item.kind].format(**who)
            instead = await mended(asker, note, config, lines, line, spot, aim, item.kind)
            if instead is None:
                continue
            told = _TOLD[item.kind].format(quote=line.text[slice(*spot)], now_her=f"a {who['now']}", **who)
            made.append(
                question(
                    note, NAME, line, spot, edits, kind=item.kind, instead=instead,
                    text=f"Read again: {told}", reason="the model read the refined note again; it may be wrong",
                )
            )  # fmt: skip
    if failed:
        made.append(unread(note, NAME, "The model could not read this note a second time: read it yourself."))
    return nothing.model_copy(update={"questions": tuple(made)})


def _complaint(lines: Sequence[Line], silent: Collection[Line], answer: Contradictions) -> str:
    return wrong_quotes(answer.found[:MOST], lines, silent)
