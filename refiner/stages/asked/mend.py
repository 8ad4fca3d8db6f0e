"""One sentence written anew by the model, for a find that it has confirmed; checked, and only ever offered.

A rewritten sentence is dear, so it is asked for last: not where nothing is found, nor for what is not confirmed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from refiner.asking.ask import Ask, Shape
from refiner.asking.asker import Asker
from refiner.asking.budget import estimate_tokens
from refiner.config import Config
from refiner.models import Note
from refiner.stages.asked.refined_lines import Line
from refiner.stages.asked.sentence_checks import man_or_woman, mending, unchanged, wrong_with


class Mended(Shape):
    """The sentence as it may stand, or ""."""

    sentence: str


async def mended(
    asker: Asker, note: Note, config: Config, lines: Sequence[Line], line: Line, spot: tuple[int, int], aim: str,
    kind: str = "leftover",
) -> str | None:  # fmt: skip
    """The line written anew so that `aim`; "" where nothing comes that stands up to the checks.

    None where the model writes it as it was: then it has found nothing. `spot`: the words of the line that are wrong.
    """
    at, persona = lines.index(line), config.persona
    was, now = man_or_woman(persona.before.gender), man_or_woman(persona.after.gender)
    messages = asker.prompt("mend").messages(
        was=was, now=now, aim=aim, marked=line.marked(*spot),
        before="".join(x.shown for x in lines[max(0, at - 1) : at]),
        after="".join(x.shown for x in lines[at + 1 : at + 2]),
    )  # fmt: skip
    held, quote = mending(config, lines, [messages[0]["content"], aim]), line.text[slice(*spot)]

    def check(answer: Mended) -> str:
        new = _bare(answer.sentence)
        if not new or unchanged(line, new):
            return ""
        why = wrong_with(line.shown, new, quote, held, kind)
        return f'sentence: {why}, or be ""' if why else ""

    most = 32 + 2 * estimate_tokens(line.shown)
    answer = await asker.ask(Ask("mend", note.path, tuple(messages), Mended, most, check))
    new = _bare(answer.value.sentence) if answer else ""
    return None if unchanged(line, new) else new


def _bare(sentence: str) -> str:
    """The sentence in one line, without the label and the marks that the model may have copied."""
    return re.sub(r"^sentence: |<<<|>>>", "", " ".join(sentence.split()))
