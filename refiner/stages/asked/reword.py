"""What a clause behind a sentence says, said by the sentence itself: written anew by the model, one sentence at a time.

The rules add "That lasted until 2019." where they cannot put a sentence into the past. A model can, in the narrator's
own words; where what it writes does not stand up to the checks, the clause stays.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from refiner.asking.ask import Ask, Shape
from refiner.asking.asker import Asker
from refiner.asking.budget import estimate_tokens
from refiner.config import Config
from refiner.edits import render_span
from refiner.language.past import present_verbs
from refiner.models import Edit, Note, Sentence
from refiner.notes import note_from_text
from refiner.stages.asked.refined_lines import Line, lines_of
from refiner.stages.asked.sentence_checks import Mending, mending, wrong_with
from refiner.stages.extract import trait_words
from refiner.stages.rewriting import says_the_same, turned, wrong_with_traits
from refiner.stages.sentence_edits import Because, rewrite

CONFIDENCE = 0.7


class Reworded(Shape):
    """The sentence as it may stand, or ""."""

    sentence: str


async def reworded(
    asker: Asker, note: Note, config: Config, edit: Edit, earlier: Sequence[Edit], over: Collection[str]
) -> Edit | None:
    """The edit that lets the sentence before the clause of `edit` say it by itself; None where the model has none.

    `earlier`: the edits of the stages before. `over`: ids of the traits that are not so today.
    """
    sentence = _closed(note, edit)
    lines = lines_of(note, earlier)
    line = next((x for x in lines if sentence and x.start <= sentence.start and sentence.end <= x.end), None)
    clause = edit.after.strip().strip("()")
    if sentence is None or line is None or line.sentence is None or not clause or "happen" in clause:
        return None
    at = lines.index(line)
    messages = asker.prompt("reword").messages(
        sentence=line.shown, clause=clause,
        before="".join(x.shown for x in lines[max(0, at - 1) : at]),
        after="".join(x.shown for x in lines[at + 1 : at + 2]),
    )  # fmt: skip
    held = mending(config, lines, [messages[0]["content"], clause])

    def check(answer: Reworded) -> str:
        new = bare(answer.sentence)
        why = wrong(line, clause, new, held, over) if new else ""
        return f'sentence: {why}, or be ""' if why else ""

    most = 32 + 2 * estimate_tokens(f"{line.shown} {clause}")
    answer = await asker.ask(Ask("reword", note.path, tuple(messages), Reworded, most, check))
    new = bare(answer.value.sentence) if answer else ""
    if not new:
        return None
    text = render_span(note.text, sentence.start, sentence.end, earlier)
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    reason = f"{edit.reason.partition(';')[0]}; the model lets the sentence say so itself"
    because = Because(reason, f"model:{asker.name}", CONFIDENCE, edit.evidence)
    return rewrite(note, edit.stage, sentence, f"{lead}{new}{tail}", earlier, because)


def wrong(line: Line, clause: str, new: str, held: Mending, over: Collection[str]) -> str:
    """Why a sentence cannot stand for the line and the clause behind it, in words for the model; "" if it can."""
    if len(note_from_text(new).sentences) > max(1, len(note_from_text(line.shown).sentences)):
        return "it must be one sentence"
    if why := wrong_with(f"{line.shown} {clause}", new, clause, held, "past"):
        return why
    if not says_the_same(new, clause):
        return f'it must say by itself: "{clause}"'
    if present_verbs(new) and not re.search(r"\b(?:back|again|held|rests?|resting|rested|paused?)\b", clause):
        return f'it must be told as past: "{present_verbs(new)[0].words}" says that it is so today'
    traits = held.config.traits
    return wrong_with_traits(line.shown, new, traits, trait_words(traits), over) or turned(line.shown, new, clause)


def bare(sentence: str) -> str:
    """The sentence in one line, without the label that the model may have copied."""
    return re.sub(r"^sentence: ", "", " ".join(sentence.split()))


def _closed(note: Note, edit: Edit) -> Sentence | None:
    """The sentence behind which, or within which, the clause was put."""
    return next((s for s in reversed(note.sentences) if s.start < edit.start <= s.end), None)
