"""How a minor trait was acquired, told in one sentence: a short run condensed by the model, with all its facts.

Asked only where the configuration does not want the cause told (`how_acquired = false`) and it holds names, days or
numbers, which the rules leave standing sentence by sentence.
"""

from __future__ import annotations

from refiner.asking.ask import Ask, Shape
from refiner.asking.asker import Asker
from refiner.asking.budget import estimate_tokens
from refiner.edits import parents_of, render_span
from refiner.models import Edit, Sentence
from refiner.notes import note_from_text
from refiner.stages.asked.refined_lines import Line, lines_of
from refiner.stages.asked.reword import CONFIDENCE, bare
from refiner.stages.asked.sentence_checks import Mending, mending, wrong_with
from refiner.stages.base import StageInput
from refiner.stages.extract import trait_words
from refiner.stages.reframe import NAME, Cause
from refiner.stages.rewriting import turned, wrong_with_traits
from refiner.stages.sentence_edits import Because, rewrite


class Condensed(Shape):
    """The run in one sentence, or ""."""

    sentence: str


async def condensed(asker: Asker, given: StageInput, cause: Cause) -> Edit | None:
    """The edit that puts one sentence in the place of a cause's passage; None where the model has none that keeps its
    facts, or where the passage cannot be replaced whole."""
    note, config, run = given.note, given.config, cause.passage
    lines = lines_of(note, given.earlier)
    inside = [x for x in lines if run[0].start <= x.start and x.end <= run[-1].end]
    whole = Sentence(start=run[0].start, end=run[-1].end, text=note.text[run[0].start : run[-1].end])
    loose = parents_of(whole.start, whole.end, given.earlier)
    if len(run) < 2 or len(inside) != len(run) or any(e.start < whole.start or whole.end < e.end for e in loose):
        return None
    at, shown = lines.index(inside[0]), " ".join(x.shown for x in inside)
    messages = asker.prompt("condense").messages(
        run=shown, trait=", ".join(t.title for t in cause.traits),
        before="".join(x.shown for x in lines[max(0, at - 1) : at]),
        after="".join(x.shown for x in lines[at + len(inside) : at + len(inside) + 1]),
    )  # fmt: skip
    held = mending(config, lines, [messages[0]["content"]])

    def check(answer: Condensed) -> str:
        new = bare(answer.sentence)
        why = _wrong(shown, new, inside, held) if new else ""
        return f'sentence: {why}, or be ""' if why else ""

    answer = await asker.ask(Ask("condense", note.path, tuple(messages), Condensed, 32 + estimate_tokens(shown), check))
    new = bare(answer.value.sentence) if answer else ""
    if not new:
        return None
    text = render_span(note.text, whole.start, whole.end, given.earlier)
    tail = text[len(text.rstrip()) :]
    names = ", ".join(t.title for t in cause.traits)
    reason = f"it tells at length how “{names}” came about (how_acquired = false); who, when and where are kept"
    because = Because(reason, f"model:{asker.name}", CONFIDENCE, (cause.event.id, CONDENSE))
    return rewrite(note, NAME, whole, f"{new}{tail}", given.earlier, because)


CONDENSE = "action:condense"  # in the evidence of an edit that condenses


def _wrong(old: str, new: str, lines: list[Line], held: Mending) -> str:
    if len(note_from_text(new).sentences) > 1:
        return "it must be one sentence"
    if why := wrong_with(old, new, "", held, "condense"):
        return why
    traits = held.config.traits
    return wrong_with_traits(old, new, traits, trait_words(traits)) or turned(old, new)
