"""What a person said of a rejected edit, taken up by the model: the sentence written anew, once, to be decided anew.

Stage "correct". The person's words may bring in names, numbers and words; beside them the sentence is held against
the same checks as every other that a model writes. A correction that is rejected in words is not corrected again.
"""

from __future__ import annotations

from collections.abc import Sequence

from refiner.asking.ask import Ask, Shape
from refiner.asking.asker import Asker
from refiner.asking.budget import estimate_tokens
from refiner.asking.untrusted import as_data
from refiner.config import Config
from refiner.edits import in_force, render_span
from refiner.models import Edit, Note
from refiner.stages.asked.refined_lines import lines_of
from refiner.stages.asked.reword import bare
from refiner.stages.asked.sentence_checks import mending, unchanged, wrong_with
from refiner.stages.sentence_edits import Because, rewrite

NAME = "correct"
CONFIDENCE = 0.6  # somebody was not content once already
CORRECTS = "corrects:"  # in the evidence: the id of the edit that was rejected


class Corrected(Shape):
    """The sentence as the person wants it, or ""."""

    sentence: str


async def corrected(
    asker: Asker, note: Note, config: Config, edit: Edit, words: str, edits: Sequence[Edit]
) -> Edit | None:
    """The edit that writes the sentence of a rejected `edit` as the person's `words` want it; None where none comes.

    `edits`: all edits of the note in their present status. Nothing is asked where the sentence cannot be written anew
    (a heading, a table, code, sentences that an edit joined) or speaks to a model.
    """
    live = in_force(edits)
    lines = lines_of(note, live)
    line = next((x for x in lines if x.start <= edit.start and edit.end <= x.end), None)
    if line is None or line.sentence is None:
        return None
    at = lines.index(line)
    messages = asker.prompt(NAME).messages(
        before="".join(x.shown for x in lines[max(0, at - 1) : at]), sentence=line.shown,
        after="".join(x.shown for x in lines[at + 1 : at + 2]),
        old=as_data(" ".join(edit.before.split())), new=as_data(" ".join(edit.after.split())), words=words,
    )  # fmt: skip
    held = mending(config, lines, [messages[0]["content"]])
    refused = _with(note, line.start, line.end, edit, live)

    def check(answer: Corrected) -> str:
        new = bare(answer.sentence)
        if not new or unchanged(line, new):
            return ""
        if refused and " ".join(refused.split()) == new:
            return 'sentence: the person refused this very sentence: write another, or be ""'
        why = wrong_with(line.shown, new, edit.before, held, NAME, said=words)
        return f'sentence: {why}, or be ""' if why else ""

    most = 32 + 2 * estimate_tokens(f"{line.shown} {words}")
    answer = await asker.ask(Ask(NAME, note.path, tuple(messages), Corrected, most, check))
    new = bare(answer.value.sentence) if answer else ""
    if not new or unchanged(line, new):
        return None
    text = render_span(note.text, line.sentence.start, line.sentence.end, live)
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    reason = f"you rejected “{_short(edit.before)}” → “{_short(edit.after)}” and said: {words}"
    because = Because(reason, f"model:{asker.name}", CONFIDENCE, (f"{CORRECTS}{edit.id}",))
    return rewrite(note, NAME, line.sentence, f"{lead}{new}{tail}", live, because)


def _with(note: Note, start: int, end: int, edit: Edit, live: Sequence[Edit]) -> str:
    """The line as the rejected edit would have left it; "" where other edits stand in its place."""
    if any(e.start < edit.end and edit.start < e.end for e in live):
        return ""
    return render_span(note.text, start, end, sorted([*live, edit], key=lambda e: (e.start, e.end)))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else flat[:59].rstrip() + "…"
