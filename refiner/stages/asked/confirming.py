"""Whether what a model found is so: a closed choice, heard only from a model that answers control questions right."""

from __future__ import annotations

from collections.abc import Sequence

from refiner.asking.agreement import Agreed, choose
from refiner.asking.asker import Asker
from refiner.config import Config
from refiner.models import Note
from refiner.prompts import Prompt
from refiner.stages.asked.refined_lines import Line
from refiner.stages.asked.sentence_checks import man_or_woman
from refiner.stages.canon import full_name, seed_canon

YES = "yes"
WRITER = 'the writer ("I")'
SURE = (YES, "no", "it is about somebody else", "cannot tell")


def persons(note: Note, config: Config) -> dict[str, str]:
    """Who the prompts speak of, and the two genders in words."""
    name = (full_name(seed_canon(config)) or config.persona.after.name or "the narrator").split()[0]
    own = note.meta.author in ("", "self")
    who = WRITER if own else f"{name} (the writer is {note.meta.author})"
    return {
        "who": who,
        "was": man_or_woman(config.persona.before.gender),
        "now": man_or_woman(config.persona.after.gender),
    }


async def is_so(
    asker: Asker, prompt: Prompt, note: Note, lines: Sequence[Line], line: Line, spot: tuple[int, int], ask: str,
    known: tuple[str, Sequence[tuple[str, bool]]],
) -> bool | None:  # fmt: skip
    """Whether the model says yes to a question about words of a line, whatever the order of the answers.

    None where its answers could not be used. `known`: the question as the controls are asked it, and the controls.
    """
    at, before = lines.index(line), asker.failed
    if not await can_tell(asker, prompt, *known):
        return False
    near = [x.marked(*spot) if x is line else x.shown for x in lines[max(0, at - 1) : at + 2]]
    agreed = await _choice(asker, prompt, note.path, "\n".join(near), ask)
    if agreed.asked < 2 and asker.failed > before:
        return None
    return agreed.index == SURE.index(YES)


async def can_tell(asker: Asker, prompt: Prompt, ask: str, controls: Sequence[tuple[str, bool]]) -> bool:
    """Whether the model answers all control questions as they should be answered: only then it is heard."""
    for text, truth in controls:
        agreed = await _choice(asker, prompt, "", text, ask)
        if agreed.index is None or (agreed.index == SURE.index(YES)) != truth:
            return False
    return True


async def _choice(asker: Asker, prompt: Prompt, note: str, text: str, ask: str) -> Agreed:
    return await choose(asker, prompt, note, SURE, {"who": "", "was": "", "now": "", "text": text, "ask": ask})


def controls_for(given: Sequence[tuple[str, bool]], was: str) -> list[tuple[str, bool]]:
    """The controls with the words for this direction: `was` is "man" or "woman"."""
    words = {"man": ("boy", "girl"), "woman": ("girl", "boy")}[was]
    return [(text.format(boy=words[0], girl=words[1]), truth) for text, truth in given]
